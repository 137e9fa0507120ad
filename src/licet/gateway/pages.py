"""Pages with `link` elements that lead to the terms: for readers that see no header."""

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Scope, Send

_MARK: Final = "-licet"
_LOOKED_AT: Final = 1 << 16
_HEAD: Final = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)


def unmarked(scope: Scope) -> Scope:
    """The request, asking for the versions of pages that are behind the gateway."""
    fields = [
        (
            name,
            value.replace(_MARK.encode() + b'"', b'"') if name in (b"if-none-match", b"if-match") else value,
        )
        for name, value in scope["headers"]
    ]
    return {**scope, "headers": fields}


class Linked:
    """ASGI's `send`, that puts elements at the beginning of a page's head.

    What is no whole page in plain HTML passes as it is. A page's entity tag becomes another, as its bytes do.

    Args:
        elements: what to put there.
        scope: of the request.
        send: ASGI's.
    """

    def __init__(self, elements: str, scope: Scope, send: Send) -> None:
        self._elements: Final = elements.encode()
        self._is_head: Final = scope["method"] == "HEAD"
        self._known: Final = Headers(scope=scope).get("if-none-match", "")
        self._send: Final = send
        self._start: Message | None = None
        self._held = b""

    async def __call__(self, message: Message) -> None:
        """Passes one message on, or holds it back until the head of the page has come."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if message["status"] == 304 and _MARK in self._known:
                _mark(headers)
            if _is_page(message["status"], headers):
                if self._is_head:
                    del headers["content-length"], headers["etag"]  # which only the page itself can tell
                self._start = message
                return
        if self._start is None:
            await self._send(message)
            return
        self._held += message.get("body", b"")
        found = _HEAD.search(self._held, 0, _LOOKED_AT)
        if found or len(self._held) > _LOOKED_AT or not message.get("more_body"):
            await self._begin(found)
            await self._send({**message, "body": self._held})
            self._held = b""

    async def _begin(self, found: re.Match[bytes] | None) -> None:
        start, self._start = self._start, None
        assert start is not None
        headers = MutableHeaders(scope=start)
        if found:
            self._held = self._held[: found.end()] + self._elements + self._held[found.end() :]
            _mark(headers)
            if "content-length" in headers:
                headers["content-length"] = str(int(headers["content-length"]) + len(self._elements))
        await self._send(start)


def _is_page(status: int, headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return status == 200 and kind == "text/html" and "content-encoding" not in headers


def _mark(headers: MutableHeaders) -> None:
    tag = headers.get("etag", "")
    if tag.endswith('"'):
        headers["etag"] = f'{tag[:-1]}{_MARK}"'
