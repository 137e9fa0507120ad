"""Servers: the socket that they listen at, and how they run and end."""

import contextlib
import signal
import socket
from typing import TYPE_CHECKING, Final

from licet.errors import InputError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_GRACE: Final = 30
_KEEP_ALIVE: Final = 5
_BACKLOG: Final = 2048
_MAX_HEADER: Final = 64 << 10


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        InputError: nothing can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise InputError(
            f"nothing can listen at {host}:{port} ({error.strerror or error}): choose others"
        ) from error


def place_of(host: str) -> str:
    """A host as URLs have it."""
    return f"[{host}]" if ":" in host else host


def run_server(app: "ASGIApp", listener: socket.socket) -> None:
    """Serves an application until a signal ends it; requests that have begun are answered first."""
    import uvicorn

    settings = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_MAX_HEADER,
    )
    # Once it has ended gracefully, uvicorn raises the signal again that asked for it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(settings).run(sockets=[listener])
