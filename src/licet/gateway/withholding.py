"""An answer that is held back until what it takes is on disk, and watched until it is delivered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final

from anyio import CancelScope
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Before = Callable[[], Awaitable[Mapping[str, str]]]
"""Does what content waits for; says the fields that its answer has besides."""

After = Callable[[bool], Awaitable[None]]
"""Is told whether content reached its end."""


class Withheld:
    """One request to an application: if its answer has content (2xx), that waits; all else costs nothing.

    Args:
        before: what content waits for; if it raises, nothing is sent.
        after: called at the end, whatever happened; None where nobody has to know whether content was
            delivered.
    """

    def __init__(self, before: Before, after: After | None = None) -> None:
        self._before: Final = before
        self._after: Final = after
        self._has_begun = False
        self._ended = False
        self._gone = False

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer. Raises what `before` does."""

        async def withheld(message: Message) -> None:
            await self._pass(message, send)

        if self._after is None:
            await app(scope, _nothing_to_read(), withheld)
            return
        listening = asyncio.ensure_future(self._listen(receive))
        try:
            await app(scope, _nothing_to_read(), withheld)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            with CancelScope(shield=True):
                await self._after(self._has_begun and self._ended and not self._gone)

    async def _pass(self, message: Message, send: Send) -> None:
        if message["type"] == "http.response.start" and 200 <= message["status"] < 300:
            fields = await self._before()
            self._has_begun = True
            message = {**message, "headers": list(message["headers"])}
            headers = MutableHeaders(scope=message)
            for name, value in fields.items():
                headers[name] = value
            headers["Cache-Control"] = "private, no-store"
        await send(message)
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def _listen(self, receive: Receive) -> None:
        """Notices that whoever asked has gone before the answer had its end."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = not self._ended


def _nothing_to_read() -> Receive:
    """ASGI's `receive`, of a request without a body."""
    first = True

    async def receive() -> Message:
        nonlocal first
        if not first:
            await asyncio.Event().wait()
        first = False
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive
