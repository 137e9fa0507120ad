"""RSL's Open License Protocol: tokens for crawlers, each for one license and one part of the site.

A client is a holder who signed in for a secret: its id is the account, its secret what they were given. The
license is on chain already; a token only spares the crawler to show it.
"""

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.errors import DocumentInvalid
from licet.gateway.answers import refusal
from licet.gateway.asking import Asking
from licet.gateway.config import Site
from licet.gateway.errors import IdentityRefused, LicenseRefused, Waits
from licet.gateway.holders.accounts import body_of
from licet.gateway.holders.permits import Permits, Question
from licet.gateway.holders.tokens import Kind, Token, Tokens
from licet.gateway.paths import request_path
from licet.gateway.policies import Access, Policy
from licet.gateway.saying import SERVER
from licet.rights.formats.rsl.serving import license_asked
from licet.rights.uses import Use, use_names
from licet.types import Address

MAX_BODY: Final = 64 << 10

Who = Callable[[Scope], tuple[str, tuple[str, ...]]]
"""Says what whoever asks calls themselves, and the names of the keys that they have signed with."""

_FIELDS: Final = 16
_NO_STORE: Final = {"Cache-Control": "no-store"}


class _RefusedError(Exception):
    """What is answered to a request that cannot be met, as RFC 6749 and RSL spell it."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status: Final = status
        self.code: Final = code


class LicenseServer:
    """Middleware that answers below `SERVER`: `/token`, `/introspect` and `/key`.

    Args:
        app: all else.
        site: whose licensed policies the tokens are for.
        tokens: where they are kept.
        permits: what licenses permit.
        seconds: how long a token lives at most.
        who: says by what policies know who asks; raises `IdentityRefused`.
    """

    def __init__(
        self, app: ASGIApp, site: Site, tokens: Tokens, permits: Permits, seconds: int, who: Who
    ) -> None:
        self._app: Final = app
        self._site: Final = site
        self._tokens: Final = tokens
        self._permits: Final = permits
        self._seconds: Final = seconds
        self._who: Final = who
        self._asking: Final = Asking()
        self._answers: Final = {"/token": self._token, "/introspect": self._introspect, "/key": self._key}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"] if scope["type"] == "http" else ""
        answers = self._answers.get(path.removeprefix(SERVER)) if path.startswith(f"{SERVER}/") else None
        if answers is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] != "POST":
            answer = refusal(scope, 405, "This is asked for with POST.", {"Allow": "POST"})
        else:
            try:
                request = Request(scope, receive)
                client = await self._client(request)
                said = await _fields(request)
                answer = _json(200, await answers(client, said, scope))
            except _RefusedError as error:
                answer = _json(error.status, {"error": error.code, "error_description": str(error)})
                if error.status == 401:
                    answer.headers["WWW-Authenticate"] = 'Basic realm="licet"'
            except Waits as error:
                answer = _json(503, {"error": "server_error", "error_description": str(error)})
                answer.headers["Retry-After"] = "5"
        await answer(scope, receive, send)

    async def _client(self, request: Request) -> Address:
        """The holder whose id and secret a request shows."""
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        try:
            text = base64.b64decode(said.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            text = ""
        name, _, secret = text.partition(":")
        token = await to_thread.run_sync(self._tokens.find, unquote_plus(secret))
        is_client = scheme.lower() == "basic" and token is not None and token.kind is Kind.CLIENT
        if token is None or not is_client or token.holder != unquote_plus(name):
            raise _RefusedError(
                401, "invalid_client", "sign in for a client secret, and show it by HTTP Basic"
            )
        return token.holder

    async def _token(self, client: Address, said: Mapping[str, str], scope: Scope) -> dict[str, Any]:
        """A token for a license that the client holds."""
        if said.get("grant_type") != "client_credentials":
            raise _RefusedError(400, "unsupported_grant_type", "the grant_type is client_credentials")
        if said.get("license_type", "application/rsl+xml") != "application/rsl+xml":
            raise _RefusedError(400, "invalid_license", "the license is an element of application/rsl+xml")
        if "license" not in said or "resource" not in said:
            raise _RefusedError(400, "invalid_request", "name the license and the resource")
        policy = self._policy(said["resource"], scope)
        assert policy.terms is not None, "what is licensed says its uses"
        offered = policy.terms.document.uses
        asked = _uses(said["license"])
        if not asked & offered:
            raise _RefusedError(400, "invalid_license", "the license permits nothing that is offered here")
        now = int(time.time())  # before the license is seen to live, so that the token lives
        try:
            question = Question(client, policy.asset, asked & offered)
            cover = await self._asking.ask(partial(self._permits.cover, question))
        except LicenseRefused as error:
            raise _RefusedError(403, "invalid_license", f"{error}: buy one first") from error
        until = min(now + self._seconds, cover.expires)
        token = Token(Kind.LICENSE, client, until, now, cover.license_id, policy.path, int(cover.uses))
        return {
            "access_token": await to_thread.run_sync(self._tokens.issue, token),
            "token_type": "License",
            "expires_in": until - now,
            **self._facts(token),
        }

    async def _introspect(self, client: Address, said: Mapping[str, str], scope: Scope) -> dict[str, Any]:
        """Whether a token of the client's opens what it is for, now."""
        token = await to_thread.run_sync(self._tokens.find, said.get("token", ""))
        if token is None or token.kind is not Kind.LICENSE or token.holder != client:
            return {"active": False}
        policy = self._policy(said.get("resource", token.scope), scope)
        uses = Use(token.uses)
        try:
            question = Question(client, policy.asset, uses, uses, token.license_id)
            await self._asking.ask(partial(self._permits.cover, question))
        except LicenseRefused:
            return {"active": False}
        if policy.path != token.scope:
            return {"active": False}
        return {
            "active": True,
            "client_id": client,
            "token_type": "License",
            "iat": token.issued_at,
            "exp": token.expires_at,
            **self._facts(token),
        }

    async def _key(self, client: Address, said: Mapping[str, str], scope: Scope) -> dict[str, Any]:  # noqa: ARG002
        """No key: nothing is encrypted."""
        raise _RefusedError(400, "invalid_resource", "nothing is encrypted here")

    def _facts(self, token: Token) -> dict[str, Any]:
        return {
            "license_id": token.license_id,
            "resource": f"{self._site.origin}{token.scope}",
            "scope": " ".join(use_names(Use(token.uses))),
        }

    def _policy(self, resource: str, scope: Scope) -> Policy:
        """The licensed policy of a resource for whoever asks: the one that counts when they read.

        A resource is named by its pattern, as in `license.xml`, or by any URL.
        """
        path = resource.removeprefix(self._site.origin)
        try:
            raw = path.partition("?")[0].encode("ascii")
        except UnicodeEncodeError:
            raw = b"?"
        asked = request_path({"raw_path": raw or b"?", "path": "/"})
        try:
            who = self._who(scope)
        except IdentityRefused as error:
            raise _RefusedError(401, "invalid_client", str(error)) from error
        found = self._site.policies.at(path, *who)
        if asked is not None and (found is None or found.access is not Access.LICENSE):
            found = self._site.policies.match(asked, *who)
        if found is None or found.access is not Access.LICENSE:
            raise _RefusedError(400, "invalid_resource", "nothing that is licensed here has this URL")
        return found


def _uses(element: str) -> Use:
    """What a license that is asked for permits."""
    try:
        return license_asked(element.encode()).document.uses
    except DocumentInvalid as error:
        raise _RefusedError(400, "invalid_license", str(error)) from error


async def _fields(request: Request) -> dict[str, str]:
    """The fields of a form, each once."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    data = await body_of(request, MAX_BODY)
    if data is None or kind != "application/x-www-form-urlencoded":
        raise _RefusedError(400, "invalid_request", f"the body is a form, of {MAX_BODY} bytes at most")
    try:
        pairs = parse_qsl(data.decode(), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError as error:
        raise _RefusedError(400, "invalid_request", "the form cannot be read") from error
    if len(dict(pairs)) != len(pairs):
        raise _RefusedError(400, "invalid_request", "a field of the form stands there twice")
    return dict(pairs)


def _json(status: int, said: dict[str, Any]) -> Response:
    return Response(json.dumps(said), status, _NO_STORE, media_type="application/json")
