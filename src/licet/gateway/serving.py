"""The server that the gateway runs on: uvicorn, with limits on what a connection may say, and how slowly.

Requests that two servers could read in two ways are refused, and end their connection: whatever stands before
or behind this server sees the same requests as it does. What takes too long is ended: a header, a body, the
reading of an answer.
"""

import contextlib
import math
import re
import signal
import socket
from asyncio import TimerHandle, Transport
from enum import Enum, auto
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""How long the header of a request may take, from the connection or the answer before it."""

BODY_SECONDS: Final = 30.0
BODY_RATE: Final = 1 << 16
"""How long a body may take: so many seconds, and one more for each so many bytes that it may have."""

STALLED_SECONDS: Final = 30.0
"""How long whoever is answered may take nothing of the answer."""

MAX_HEAD: Final = 64 << 10
MAX_FIELDS: Final = 100
MAX_CONNECTIONS: Final = 4_096

_LOOK_SECONDS: Final = 1.0
_CHUNKS: Final = 8  # a body in chunks of a byte each is so many times as long as it says
_GRACE: Final = 30
_KEEP_ALIVE: Final = 5
_HOST: Final = re.compile(rb"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,255})(:[0-9]{1,5})?")


class _UnusualError(Exception):
    """What could be read in two ways."""


class _Stage(Enum):
    """How far a request has been read."""

    NONE = auto()
    HEAD = auto()
    BODY = auto()
    END = auto()


class Guarded(HttpToolsProtocol):
    """One connection."""

    max_body = 1 << 20

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begins to watch the time."""
        super().connection_made(transport)
        self._enter(_Stage.NONE)
        self._left = 0
        self._stalled_since = self._since
        self._look: TimerHandle = self.loop.call_later(_LOOK_SECONDS, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends it."""
        self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what arrives, as long as it is not more than a request may be."""
        self._taken += len(data)
        if self._taken > MAX_HEAD + (_CHUNKS * self.max_body if self._stage is _Stage.BODY else 0):
            self.transport.abort()
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        """Begins with a request."""
        self._enter(_Stage.HEAD)
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Takes one field of the header; what comes after the body is passed over."""
        if self._stage is not _Stage.HEAD:
            return
        if len(self.headers) >= MAX_FIELDS:
            raise _UnusualError("too many fields")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Takes the header of a request, unless it could be read in two ways."""
        self._enter(_Stage.BODY)
        version = self.parser.get_http_version()
        if not self.url.startswith(b"/") or b"#" in self.url or version not in ("1.0", "1.1"):
            raise _UnusualError("the target is no path")
        hosts = [value for name, value in self.headers if name == b"host"]
        if len(hosts) > 1 or (not hosts and version == "1.1") or not all(map(_HOST.fullmatch, hosts)):
            raise _UnusualError("it is for no host, or for several")
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        if codings and (codings != [b"chunked"] or version != "1.1"):
            raise _UnusualError("its length is said in an unknown way")
        super().on_headers_complete()
        if self.parser.should_upgrade():
            self.cycle.keep_alive = False  # what follows is no request of HTTP's

    def on_message_complete(self) -> None:
        """Ends the reading of a request."""
        self._enter(_Stage.END)
        super().on_message_complete()

    def _enter(self, stage: _Stage) -> None:
        self._stage = stage
        self._since = self.loop.time()
        self._taken = 0

    def _check(self) -> None:
        """Ends what takes too long."""
        now = self.loop.time()
        if self.flow.read_paused:  # it is not whoever asks who is slow
            self._since = now
        left = self.transport.get_write_buffer_size()
        if left == 0 or left != self._left:
            self._left, self._stalled_since = left, now
        most = {
            _Stage.NONE: HEAD_SECONDS,
            _Stage.HEAD: HEAD_SECONDS,
            _Stage.BODY: BODY_SECONDS + self.max_body / BODY_RATE,
        }.get(self._stage, math.inf)
        if now - self._since > most or now - self._stalled_since > STALLED_SECONDS:
            self.transport.abort()
        else:
            self._look = self.loop.call_later(_LOOK_SECONDS, self._check)


def serve(app: ASGIApp, listener: socket.socket, max_body: int) -> None:
    """Serves an application until a signal asks for the end; what has begun is answered first.

    Args:
        app: an ASGI application.
        listener: a socket that listens.
        max_body: the most bytes that a request's body may have.
    """
    settings = uvicorn.Config(
        app,
        http=type("Bounded", (Guarded,), {"max_body": max_body}),
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=MAX_CONNECTIONS,
    )
    # Once it has ended gracefully, uvicorn raises the signal again that asked for it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listener])
