"""Another server, passed on: its answers to what was asked here, and nothing from anywhere else.

Requests go to the configured origin alone, whatever the request says; redirects are passed on, not followed.
"""

from collections.abc import AsyncIterator, Iterable
from typing import Final

import httpx
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from licet.gateway.answers import refusal
from licet.gateway.lifespan import only_lifespan
from licet.gateway.paths import request_path

SECONDS: Final = 30.0
"""How long the other server may keep silent."""

MAX_CONNECTIONS: Final = 100
MAX_HEADERS: Final = 100

# Of one connection only (RFC 9110, 7.6.1), whichever way they travel.
_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Between whoever asks and the gateway; or written anew, so that nobody else's word is taken.
_NOT_PASSED: Final = frozenset(
    {
        "host",
        "content-length",
        "expect",
        "forwarded",
        "payment-signature",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-payment",
        "x-real-ip",
    }
)


# Every answer has one already, of the server that the gateway runs in.
_ANSWERED_ANEW: Final = frozenset({"date"})


class _WrongLengthError(Exception):
    """A body has more or fewer bytes than its request says."""


class Upstream:
    """An ASGI application that asks another server.

    Args:
        origin: its scheme, host and port.
        public: the origin that the public knows.
    """

    def __init__(self, origin: str, public: str) -> None:
        self.origin: Final = origin
        self.public: Final = public
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if await only_lifespan(scope, receive, send, self.close):
            return
        path = request_path(scope)
        if path is None or len(scope["headers"]) > MAX_HEADERS:
            await refusal(scope, 400, "The path or the header of this request is unusual.")(
                scope, receive, send
            )
            return
        query: bytes = scope.get("query_string", b"")
        url = f"{self.origin}{path.url}" + (f"?{query.decode('latin-1')}" if query else "")
        try:
            request = self._open().build_request(
                scope["method"], url, headers=self._passed_on(scope), content=_body(scope, receive)
            )
            response = await self._open().send(request, stream=True)
        except httpx.TimeoutException:
            await refusal(scope, 504, "The site behind this gateway does not answer.")(scope, receive, send)
            return
        except _WrongLengthError:
            await refusal(scope, 400, "The body has not the length that it says.")(scope, receive, send)
            return
        except (httpx.HTTPError, httpx.InvalidURL):
            await refusal(scope, 502, "The site behind this gateway cannot be asked.")(scope, receive, send)
            return
        try:
            await self._answer(response, send)
        finally:
            await response.aclose()

    async def close(self) -> None:
        """Ends all connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            # No proxies, certificates or passwords out of the environment.
            self._client = httpx.AsyncClient(
                trust_env=False,
                follow_redirects=False,
                timeout=SECONDS,
                limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
            )
        return self._client

    def _passed_on(self, scope: Scope) -> list[tuple[str, str]]:
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        scheme, _, host = self.public.partition("://")
        client = scope.get("client") or ("unknown",)
        return [
            *_end_to_end(fields, _NOT_PASSED),
            *_length(Headers(scope=scope)),
            ("X-Forwarded-For", str(client[0])),
            ("X-Forwarded-Host", host),
            ("X-Forwarded-Proto", scheme),
        ]

    async def _answer(self, response: httpx.Response, send: Send) -> None:
        fields = _end_to_end(response.headers.multi_items(), _ANSWERED_ANEW)
        raw = [
            (name.lower().encode("latin-1"), self._public(name, value).encode("latin-1", "replace"))
            for name, value in fields
        ]
        await send({"type": "http.response.start", "status": response.status_code, "headers": raw})
        async for chunk in response.aiter_raw(1 << 16):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _public(self, name: str, value: str) -> str:
        """A field's value, with the public's name for the site where it leads to one of its own pages."""
        leads = name.lower() in ("location", "content-location")
        own = leads and (value == self.origin or value.startswith((f"{self.origin}/", f"{self.origin}?")))
        return self.public + value[len(self.origin) :] if own else value


def _end_to_end(fields: Iterable[tuple[str, str]], dropped: frozenset[str]) -> list[tuple[str, str]]:
    """The fields that are not of one connection, nor dropped, nor named by the field `Connection`."""
    fields = list(fields)
    named = {
        word.strip().lower()
        for name, value in fields
        if name.lower() == "connection"
        for word in value.split(",")
    }
    out = _HOP_BY_HOP | dropped | named
    return [(name, value) for name, value in fields if name.lower() not in out]


def _length(headers: Headers) -> list[tuple[str, str]]:
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        return [("Content-Length", length)]
    return [("Transfer-Encoding", "chunked")] if "transfer-encoding" in headers else []


def _body(scope: Scope, receive: Receive) -> AsyncIterator[bytes] | None:
    """What the request brings along; None where it says that this is nothing."""
    length = dict(_length(Headers(scope=scope)))
    if not length:
        return None
    return _chunks(receive, int(length["Content-Length"]) if "Content-Length" in length else None)


async def _chunks(receive: Receive, length: int | None) -> AsyncIterator[bytes]:
    """The parts of a body, which has as many bytes as it says, where it does."""
    seen, more = 0, True
    while more:
        message = await receive()
        chunk = message.get("body", b"")
        seen += len(chunk)
        more = message["type"] == "http.request" and message.get("more_body", False)
        if length is not None and (seen > length or (not more and seen < length)):
            raise _WrongLengthError
        if chunk:
            yield chunk
