"""What is told of each request: to the log, and to the figures."""

import time
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gateway.logs import Log
from licet.gateway.metrics import Metrics

ACCESS: Final = "licet.access"
"""Where in a scope the gate writes what it takes to read; nothing for what the gateway itself says."""

_OWN: Final = "own"


class Observed:
    """Middleware that tells of all that is answered.

    Args:
        app: all else.
        log: where requests are written; None if they are not.
        metrics: where they are counted; None if they are not.
    """

    def __init__(self, app: ASGIApp, log: Log | None, metrics: Metrics | None) -> None:
        self._app: Final = app
        self._log: Final = log
        self._metrics: Final = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, and tells of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = sent = 0

        async def passed(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, passed)
        except BaseException:
            status = status or 500
            raise
        finally:
            self._tell(scope, status, 0 if scope["method"] == "HEAD" else sent, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        access = str(scope.get(ACCESS, _OWN))
        if self._metrics is not None:
            self._metrics.answered(access, status, sent, seconds)
        if self._log is not None:
            self._log.write(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                bytes=sent,
                seconds=round(seconds, 6),
                access=access,
                client=str((scope.get("client") or ("unknown",))[0]),
                agent=Headers(scope=scope).get("user-agent", ""),
            )
