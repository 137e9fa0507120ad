"""Where holders sign in and out: a nonce, a session for a signed message, and its end."""

import json
from typing import Any, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gateway.answers import refusal
from licet.gateway.asking import Asking
from licet.gateway.errors import ChainWaits, IdentityRefused
from licet.gateway.holders.nonces import Nonces
from licet.gateway.holders.signing_in import SigningIn
from licet.gateway.holders.tokens import Kind, Tokens

NONCE: Final = "/.well-known/licet/nonce"
SESSION: Final = "/.well-known/licet/session"
MAX_BODY: Final = 16 << 10

_NO_STORE: Final = {"Cache-Control": "no-store"}
_LATER: Final = {"Retry-After": "5"}
_WANTED: Final = "The body is JSON with `message` and `signature`, and maybe `client`: true or false."


class Accounts:
    """Middleware that answers `/.well-known/licet/nonce` and `/.well-known/licet/session`.

    Args:
        app: all else.
        nonces: to give out.
        tokens: to end.
        signing_in: who checks messages.
    """

    def __init__(self, app: ASGIApp, nonces: Nonces, tokens: Tokens, signing_in: SigningIn) -> None:
        self._app: Final = app
        self._nonces: Final = nonces
        self._tokens: Final = tokens
        self._signing_in: Final = signing_in
        self._asking: Final = Asking()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path not in (NONCE, SESSION):
            await self._app(scope, receive, send)
            return
        asked = (scope["method"], path)
        if asked == ("GET", NONCE):
            answer = _json({"nonce": self._nonces.new()})
        elif asked == ("POST", SESSION):
            answer = await self._begin(Request(scope, receive))
        elif asked == ("DELETE", SESSION):
            answer = await self._end(Request(scope))
        else:
            allowed = "GET" if path == NONCE else "POST, DELETE"
            answer = refusal(scope, 405, f"This is asked for with {allowed}.", {"Allow": allowed})
        await answer(scope, receive, send)

    async def _begin(self, request: Request) -> Response:
        data = await body_of(request, MAX_BODY)
        if data is None:
            return refusal(request.scope, 413, f"A signed message has {MAX_BODY} bytes at most here.")
        try:
            said = json.loads(data)
            text, signature, client = said["message"], said["signature"], said.get("client", False)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return refusal(request.scope, 400, _WANTED)
        if not isinstance(text, str) or not isinstance(signature, str) or not isinstance(client, bool):
            return refusal(request.scope, 400, _WANTED)
        try:
            secret, token = await self._asking.ask(
                lambda: self._signing_in.sign_in(text, signature, client=client)
            )
        except IdentityRefused as error:
            return refusal(request.scope, 401, str(error), {"WWW-Authenticate": "License"})
        except ChainWaits as error:
            return refusal(request.scope, 503, str(error), _LATER)
        if token.kind is Kind.CLIENT:
            return _json({"client_id": token.holder, "client_secret": secret, "expires_at": token.expires_at})
        return _json({"holder": token.holder, "token": secret, "expires_at": token.expires_at})

    async def _end(self, request: Request) -> Response:
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() not in ("bearer", "license") or not await to_thread.run_sync(
            self._tokens.revoke, text.strip()
        ):
            return refusal(request.scope, 401, "There is no such token.", {"WWW-Authenticate": "License"})
        return Response(status_code=204, headers=_NO_STORE)


async def body_of(request: Request, most: int) -> bytes | None:
    """The body of a request; None if it has more bytes than may be."""
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            return None
    return data


def _json(said: dict[str, Any]) -> Response:
    return Response(json.dumps(said), 200, _NO_STORE, media_type="application/json")
