"""The server of gateway and pages: uvicorn, with limits on what a connection may say, and how slowly.

Requests that two servers could read in two ways are refused, and end their connection: whatever stands before
or behind this server sees the same requests as it does. What takes too long is ended: a header, a body, the
reading of an answer.
"""

import contextlib
import gc
import math
import re
import signal
import socket
import struct
import sys
from asyncio import TimerHandle, Transport
from enum import Enum, auto
from typing import Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from licet.errors import InputError

BODY_RATE: Final = 1 << 16
"""The least bytes in a second of a body that is as large as it may be."""

MAX_HEAD: Final = 64 << 10
MAX_FIELDS: Final = 100
MAX_CONNECTIONS: Final = 4_096

_BACKLOG: Final = 2_048
_CHUNKS: Final = 8  # a body in chunks of a byte each is so many times as long as it says
_GRACE: Final = 30
_SWITCH_SECONDS: Final = 0.001
"""How soon threads that ask the chain give way to whoever is served; Python's own is five times that."""
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
    """One connection.

    Attributes:
        max_body: the most bytes that a request's body may have.
        head_seconds: how long the header of a request may take, or the first byte of the first one.
        body_seconds: how long a body may take, besides its time at `BODY_RATE`.
        stalled_seconds: how long whoever is answered may take nothing of the answer.
        look_seconds: how often that is looked at.
    """

    max_body = 1 << 20
    head_seconds = 10.0
    body_seconds = 30.0
    stalled_seconds = 30.0
    look_seconds = 1.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begins to watch the time."""
        super().connection_made(transport)
        self._enter(_Stage.NONE)
        self._left = 0
        self._stalled_since = self._since
        self._look: TimerHandle = self.loop.call_later(self.look_seconds, self._check)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends it."""
        self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Takes what arrives, as long as it is not more than a request may be."""
        self._taken += len(data)
        if self._taken > MAX_HEAD + (_CHUNKS * self.max_body if self._stage is _Stage.BODY else 0):
            self._end()
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

    def _end(self) -> None:
        """Ends the connection, and lets the system keep nothing for it."""
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def _check(self) -> None:
        """Ends what takes too long."""
        now = self.loop.time()
        if self.flow.read_paused:  # it is not whoever asks who is slow
            self._since = now
        left = self.transport.get_write_buffer_size()
        if left == 0 or left != self._left:
            self._left, self._stalled_since = left, now
        most = {
            _Stage.NONE: self.head_seconds,
            _Stage.HEAD: self.head_seconds,
            _Stage.BODY: self.body_seconds + self.max_body / BODY_RATE,
        }.get(self._stage, math.inf)
        if now - self._since > most or now - self._stalled_since > self.stalled_seconds:
            self._end()
        else:
            self._look = self.loop.call_later(self.look_seconds, self._check)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        InputError: nothing can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = str(error.strerror or error).partition(" (while ")[0]  # which names the address again
        raise InputError(f"nothing can listen at {host}:{port} ({reason}): choose others") from error


def url_of(listener: socket.socket) -> str:
    """Where a socket listens."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(app: ASGIApp, protocol: type[Guarded]) -> uvicorn.Server:
    """A server of an application.

    Args:
        app: an ASGI application.
        protocol: of its connections.
    """
    settings = uvicorn.Config(
        app,
        http=protocol,
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
    return uvicorn.Server(settings)


def serve(app: ASGIApp, listener: socket.socket, max_body: int = Guarded.max_body) -> None:
    """Serves an application until a signal asks for the end; what has begun is answered first.

    Args:
        app: an ASGI application.
        listener: a socket that listens.
        max_body: the most bytes that a request's body may have.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    # What is there by now stays: to look through it again and again for garbage takes 50 ms each time.
    gc.collect()
    gc.freeze()
    protocol = type("Bounded", (Guarded,), {"max_body": max_body})
    # Once it has ended gracefully, uvicorn raises the signal again that asked for it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        server(app, protocol).run(sockets=[listener])
