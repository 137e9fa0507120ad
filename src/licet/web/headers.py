"""The headers that every answer has: what a browser may load, and what it must not give away."""

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def policy(node: str) -> str:
    """The Content-Security-Policy: nothing but what the wheel has, and no script or style within a page.

    Args:
        node: the URL of the one that browsers may ask.
    """
    parts = urlsplit(node)
    rules = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        f"connect-src 'self' {parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return "; ".join(rules)


def always(node: str) -> dict[str, str]:
    """The headers themselves, by their names. Argument as of `policy`."""
    return {"Content-Security-Policy": policy(node), **_ALWAYS}


class SafeHeaders:
    """Middleware that adds them.

    Args:
        app: all else.
        node: the URL of the node that browsers may ask.
    """

    def __init__(self, app: ASGIApp, node: str) -> None:
        self._app: Final = app
        self._always: Final = always(node)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""

        async def added(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, added if scope["type"] == "http" else send)
