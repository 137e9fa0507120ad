"""Who asks for what is licensed.

They are known by one of three things: a session, after signing in; a token of the token endpoint, for one
license; or the request's own signature.
"""

from dataclasses import dataclass
from functools import partial
from typing import Final

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from licet.gateway.asking import Asking
from licet.gateway.errors import IdentityRefused
from licet.gateway.holders.signatures import Signatures
from licet.gateway.holders.tokens import Kind, Tokens
from licet.gateway.signed import INPUT, Asked
from licet.rights.uses import Use
from licet.types import ZERO_HASH, Address

MAX_BODY: Final = 64 << 10
"""The largest body of a signed request, bytes: a read has none, as a rule."""

_ANY: Final = Use(0)
_WANTED: Final = "This is read with a license alone: sign in, sign the request, or show a token."


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what their token binds them to.

    Attributes:
        holder: whose licenses are looked at.
        license_id: the one that the token is for; zero for any of theirs.
        scope: the pattern of the policy that it is for; empty for all.
        uses: what it is for; nothing for whatever the license permits.
    """

    holder: Address
    license_id: str = ZERO_HASH
    scope: str = ""
    uses: Use = _ANY


class Askers:
    """Says who asks.

    Args:
        origin: of the site.
        tokens: that holders were given.
        signers: says who signed a request.
    """

    def __init__(self, origin: str, tokens: Tokens, signers: Signatures) -> None:
        self._origin: Final = origin
        self._tokens: Final = tokens
        self._signers: Final = signers
        self._asking: Final = Asking()

    async def asker(self, scope: Scope, receive: Receive) -> Asker:
        """Who asks; reads the body of a signed request.

        Raises:
            IdentityRefused: nobody that is known, as far as the request shows.
            ChainWaits: a contract wallet cannot be asked at present.
        """
        shown = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
        if len(shown) > 1:
            raise IdentityRefused("the request has several fields Authorization")
        if shown:
            return await self._by_token(*shown[0].partition(" ")[::2])
        if INPUT in Headers(scope=scope):
            return Asker(await self._by_signature(scope, receive))
        raise IdentityRefused(_WANTED)

    async def _by_token(self, scheme: str, text: str) -> Asker:
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
        return Asker(token.holder, token.license_id, token.scope, Use(token.uses))

    async def _by_signature(self, scope: Scope, receive: Receive) -> Address:
        headers = Headers(scope=scope)
        body = b""
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            body = await _read(receive)
        asked = Asked.of(scope, self._origin, body)
        return await self._asking.ask(partial(self._signers.signer, asked))


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
