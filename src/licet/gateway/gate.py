"""The gate: in front of any ASGI application, lets through what the policies let through."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gateway.answers import refusal
from licet.gateway.config import Site
from licet.gateway.pages import Linked, unmarked
from licet.gateway.paths import RequestPath, request_path
from licet.gateway.policies import Access, Policy
from licet.gateway.saying import Saying

MAX_FIELDS: Final = 100
"""The most header fields that a request may have."""

# What the policy alone says; a page may have links of its own besides.
_OURS: Final = frozenset({b"content-usage", b"tdm-reservation", b"tdm-policy"})


class Gate:
    """Middleware: what is behind it is read on the site's terms.

    Args:
        app: what is served.
        site: the terms.
        saying: what the site says of them.
    """

    def __init__(self, app: ASGIApp, site: Site, saying: Saying) -> None:
        self._app: Final = app
        self._site: Final = site
        self._saying: Final = saying
        self._elements: Final = saying.elements if site.html_links else ""
        self._by_agent: Final = bool(site.policies.agents)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or lets the application answer it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no terms can be said over a web socket
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        path = request_path(scope)
        if path is None or len(scope["headers"]) > MAX_FIELDS:
            await refusal(scope, 400, "The path or the header of this request is unusual.")(
                scope, receive, send
            )
            return
        policy = self._site.policies.match(path, Headers(scope=scope).get("user-agent", ""))
        await self._answer(path, policy, scope, receive, send)

    async def _answer(
        self, path: RequestPath, policy: Policy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        said = self._with_terms(policy, send)
        if policy.access is Access.FREE:
            if self._elements:
                scope, linked = unmarked(scope), Linked(self._elements, scope, said)
                await self._pass(path, scope, receive, linked)
            else:
                await self._pass(path, scope, receive, said)
        elif policy.access is Access.FORBIDDEN:
            answer = refusal(scope, 403, "The holder of the rights keeps this from machines and people.")
            await answer(scope, receive, said)
        elif policy.access is Access.LICENSE:
            answer = refusal(
                scope,
                401,
                "This is read with a license alone.",
                {"WWW-Authenticate": "License"},
                asset=policy.asset,
            )
            await answer(scope, receive, said)
        else:
            answer = refusal(scope, 402, "Each read of this is paid for.", asset=policy.asset)
            await answer(scope, receive, said)

    async def _pass(self, path: RequestPath, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer, under the one spelling of the path, and with a body within bounds."""
        inner = {**scope, "path": path.decoded, "raw_path": path.url.encode("ascii")}
        body = _Bounded(receive, send, self._site.max_body)
        if body.announces_too_much(Headers(scope=scope)):
            await refusal(scope, 413, body.problem, {"Connection": "close"})(scope, receive, send)
            return
        try:
            await self._app(inner, body.receive, body.send)
        except _TooMuchError:
            if not body.answered:
                await refusal(scope, 413, body.problem, {"Connection": "close"})(scope, receive, send)

    def _with_terms(self, policy: Policy, send: Send) -> Send:
        """ASGI's `send`, with what the policy says in the header, in place of the application's word."""
        fields = self._saying.headers(policy)

        async def said(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [field for field in message["headers"] if field[0].lower() not in _OURS]
                message = {**message, "headers": [*kept, *fields]}
                if self._by_agent:
                    MutableHeaders(scope=message).add_vary_header("User-Agent")
            await send(message)

        return said


class _TooMuchError(Exception):
    """A body has more bytes than a request may have."""


class _Bounded:
    """ASGI's `receive` and `send`, that let a body of so many bytes pass."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive: Final = receive
        self._send: Final = send
        self._most: Final = most
        self._seen = 0
        self.answered = False
        self.problem: Final = f"The body of a request has {most} bytes at most here."

    def announces_too_much(self, headers: Headers) -> bool:
        """Whether the request says so itself."""
        length = headers.get("content-length", "")
        return length.isdigit() and (len(length) > 18 or int(length) > self._most)

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise _TooMuchError
        return message

    async def send(self, message: Message) -> None:
        self.answered = True
        await self._send(message)
