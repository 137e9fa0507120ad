"""The desk: who asks for what is licensed, which license covers it, and the record of each read.

Whoever asks is known by one of three things: a session, after signing in; a token of the token endpoint, for
one license; or the request's own signature. What they may read is what the chain says of their licenses.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.errors import InputError
from licet.gateway.answers import refusal
from licet.gateway.errors import ChainWaits, IdentityRefused, LicenseRefused
from licet.gateway.holders import signatures
from licet.gateway.holders.accounts import NONCE, SESSION
from licet.gateway.holders.asking import Asking
from licet.gateway.holders.permits import Cover, Permits, Question
from licet.gateway.holders.scribe import Entry, Key, Scribe
from licet.gateway.holders.signatures import Asked, Signatures
from licet.gateway.holders.tokens import Kind, Tokens
from licet.gateway.policies import Policy
from licet.gateway.recording import FIELD, field_of
from licet.gateway.withholding import Withheld
from licet.rights.uses import Use, parse_uses
from licet.types import ZERO_HASH, Address, parse_hash

LICENSE: Final = "Licet-License"
"""The field that names a license; in an answer, the one that was read with."""

USES: Final = "Licet-Uses"
"""The field that says what something is read for, in Licet's words."""

MAX_BODY: Final = 64 << 10
"""The largest body of a signed request, bytes: a read has none, as a rule."""

MEANS: Final = "license"
_ANY: Final = Use(0)
_WANTED: Final = "This is read with a license alone: sign in, sign the request, or show a token."
RETRY_SECONDS: Final = 5

# What shows who asks: nothing behind the gateway needs to see it.
_SECRETS: Final = frozenset({b"authorization", b"signature", b"signature-input", b"payment-signature"})


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, and what their token binds them to."""

    holder: Address
    license_id: str = ZERO_HASH
    scope: str = ""
    uses: Use = _ANY


class Desk:
    """Lets holders read what their licenses cover.

    Args:
        origin: of the site.
        tokens: that holders were given.
        signers: says who signed a request.
        permits: what licenses permit.
        scribe: who records reads.
    """

    def __init__(
        self, origin: str, tokens: Tokens, signers: Signatures, permits: Permits, scribe: Scribe
    ) -> None:
        self._origin: Final = origin
        self._tokens: Final = tokens
        self._signers: Final = signers
        self._permits: Final = permits
        self._scribe: Final = scribe
        self._asking: Final = Asking()

    async def answer(self, app: ASGIApp, policy: Policy, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request for what is licensed."""
        if scope["method"] not in ("GET", "HEAD"):
            allowed = {"Allow": "GET, HEAD"}
            await refusal(scope, 405, "What is licensed is read with GET.", allowed)(scope, receive, send)
            return
        try:
            asker = await self._asker(scope, receive)
            cover = await self._cover(asker, policy, Headers(scope=scope))
            await self._read(app, asker.holder, cover, policy, scope, receive, send)
        except IdentityRefused as error:
            await self.refuse(401, error, policy, scope, receive, send)
        except LicenseRefused as error:
            await self.refuse(403, error, policy, scope, receive, send)
        except ChainWaits as error:
            later = {"Retry-After": str(RETRY_SECONDS)}
            await refusal(scope, 503, str(error), later)(scope, receive, send)

    async def refuse(
        self, status: int, error: Exception, policy: Policy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Says who may read, and how they are known."""
        shows = any(Headers(scope=scope).get(name) for name in ("authorization", "signature-input"))
        code = "insufficient_scope" if status == 403 else ("invalid_token" if shows else "invalid_request")
        fields = {"WWW-Authenticate": challenge(code, str(error))}
        answer = refusal(scope, status, str(error), fields, asset=policy.asset, **doors(self._origin))
        await answer(scope, receive, send)

    async def _asker(self, scope: Scope, receive: Receive) -> _Asker:
        headers = Headers(scope=scope)
        shown = headers.getlist("authorization")
        if len(shown) > 1:
            raise IdentityRefused("the request has several fields Authorization")
        if shown:
            return await self._by_token(*shown[0].partition(" ")[::2])
        if signatures.INPUT.lower() in headers:
            return _Asker(await self._by_signature(scope, receive))
        raise IdentityRefused(_WANTED)

    async def _by_token(self, scheme: str, text: str) -> _Asker:
        kinds = {"bearer": Kind.SESSION, "license": Kind.LICENSE}
        kind = kinds.get(scheme.lower())
        if kind is None:
            raise IdentityRefused("Authorization has the scheme Bearer (a session) or License (a token) here")
        text = text.strip()
        is_fresh, token = self._tokens.known(text)
        if not is_fresh:
            token = await to_thread.run_sync(self._tokens.find, text)
        if token is None or token.kind is not kind:
            raise IdentityRefused("the token is unknown, void or revoked: ask for another")
        return _Asker(token.holder, token.license_id, token.scope, Use(token.uses))

    async def _by_signature(self, scope: Scope, receive: Receive) -> Address:
        headers = Headers(scope=scope)
        body = b""
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            body = await _read(receive)
        query = scope.get("query_string", b"")
        raw = (scope.get("raw_path") or scope["path"].encode()) + (b"?" + query if query else b"")
        fields = tuple(headers.items())
        asked = Asked(scope["method"], self._origin + raw.decode("latin-1"), fields, body)
        return await self._asking.ask(partial(self._signers.signer, asked))

    async def _cover(self, asker: _Asker, policy: Policy, headers: Headers) -> Cover:
        if asker.scope and asker.scope != policy.path:
            raise LicenseRefused(f"the token is for {asker.scope}")
        assert policy.terms is not None, "what is licensed says its uses"
        offered = policy.terms.document.uses
        try:
            named, wanted = headers.get(LICENSE), headers.get(USES)
            question = Question(
                asker.holder,
                policy.asset,
                offered,
                parse_uses(wanted.replace(",", " ").split()) if wanted else asker.uses,
                parse_hash(named, "license id") if named else parse_hash(asker.license_id),
            )
        except InputError as error:
            raise LicenseRefused(str(error)) from error
        if asker.license_id not in (ZERO_HASH, question.license_id):
            raise LicenseRefused(f"the token is for license {asker.license_id}")
        if asker.uses and question.wanted & ~asker.uses:
            raise LicenseRefused("the token is for fewer uses")
        known = self._permits.known(question)
        if known is not None:
            return known
        return await self._asking.ask(partial(self._permits.cover, question))

    async def _read(
        self,
        app: ASGIApp,
        holder: Address,
        cover: Cover,
        policy: Policy,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        if scope["method"] == "HEAD":  # has no content, and is no use
            await app(without_secrets(scope), receive, send)
            return
        key = Key(MEANS, cover.license_id, secrets.token_hex(12))

        async def record() -> Mapping[str, str]:
            receipt = await self._scribe.write(Entry(key, policy.asset, cover.uses, holder))
            return {FIELD: field_of(receipt), LICENSE: cover.license_id}

        async def nothing(_: bool) -> None:
            pass

        await Withheld(record, nothing).answer(app, without_secrets(scope), receive, send)


def challenge(code: str, description: str) -> str:
    """The value of `WWW-Authenticate`, as RSL's crawlers read it."""
    plain = "".join(char for char in description if char.isascii() and char.isprintable())
    said = plain.replace("\\", "").replace('"', "'")
    return f'License error="{code}", error_description="{said}"'


def doors(origin: str) -> dict[str, str]:
    """Where holders sign in, and crawlers get tokens."""
    return {"sign_in": f"{origin}{SESSION}", "nonce": f"{origin}{NONCE}"}


def without_secrets(scope: Scope) -> Scope:
    """A request without what shows who asks."""
    return {
        **scope,
        "headers": [field for field in scope["headers"] if field[0].lower() not in _SECRETS],
    }


async def _read(receive: Receive) -> bytes:
    """The body of a request."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise IdentityRefused("the request has no end")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise IdentityRefused(f"the request's body has more than {MAX_BODY} bytes: a read needs none")
    return body
