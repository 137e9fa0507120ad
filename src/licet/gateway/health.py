"""Whether the gateway lives, and whether it can serve: for whoever runs it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

LIVE: Final = "/healthz"
READY: Final = "/readyz"

Check = Callable[[], Awaitable[str]]
"""Says what is wrong; nothing if all is well."""


class Health:
    """Middleware that answers `/healthz` and `/readyz`.

    Args:
        app: all else.
        checks: what has to be well before requests should come, by what it is called.
    """

    def __init__(self, app: ASGIApp, checks: Mapping[str, Check] | None = None) -> None:
        self._app: Final = app
        self._checks: Final = checks or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        path = scope["path"] if scope["type"] == "http" else ""
        if path == LIVE:
            await _answer({})(scope, receive, send)
        elif path == READY:
            problems = {name: await check() for name, check in self._checks.items()}
            await _answer({name: said for name, said in problems.items() if said})(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _answer(problems: dict[str, str]) -> Response:
    status = 503 if problems else 200
    body = json.dumps({"ok": not problems, "problems": problems})
    return Response(body, status, {"Cache-Control": "no-store"}, media_type="application/json")
