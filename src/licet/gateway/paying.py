"""An answer that is paid for: held back until the payment is settled, and watched until it is delivered."""

import asyncio
from contextlib import suppress
from typing import Final

from anyio import CancelScope
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gateway import wire
from licet.gateway.recording import FIELD, field_of
from licet.gateway.till import Reading, Till


class Paying:
    """One request to an application, whose answer is paid for if it has what was asked for.

    An answer other than 2xx costs nothing, and leaves the payment as it was.

    Args:
        till: who takes payments.
        reading: the payment, held.
    """

    def __init__(self, till: Till, reading: Reading) -> None:
        self._till: Final = till
        self._reading: Final = reading
        self._paid = False
        self._ended = False
        self._gone = False

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer.

        Raises:
            PaymentRefused, PaymentWaits: the payment was not settled; nothing was sent.
        """

        async def paid(message: Message) -> None:
            await self._pass(message, send)

        listening = asyncio.ensure_future(self._listen(receive))
        try:
            await app(scope, self._nothing_to_read(), paid)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
            delivered = self._paid and self._ended and not self._gone
            with CancelScope(shield=True):
                await self._till.close(self._reading, delivered=delivered)

    async def _pass(self, message: Message, send: Send) -> None:
        if message["type"] == "http.response.start" and 200 <= message["status"] < 300:
            settlement, receipt = await self._till.settle(self._reading)
            self._paid = True
            said = wire.response_field(settlement, self._reading.transfer, self._till.chain_id)
            message = {**message, "headers": list(message["headers"])}
            headers = MutableHeaders(scope=message)
            headers[wire.RESPONSE] = said
            headers[FIELD] = field_of(receipt)
            headers["Cache-Control"] = "private, no-store"
        await send(message)
        self._ended = message["type"] == "http.response.body" and not message.get("more_body", False)

    async def _listen(self, receive: Receive) -> None:
        """Notices that whoever asked has gone before the answer had its end."""
        while (await receive())["type"] != "http.disconnect":
            pass
        self._gone = not self._ended

    def _nothing_to_read(self) -> Receive:
        """ASGI's `receive`, of a request without a body."""
        first = True

        async def receive() -> Message:
            nonlocal first
            if not first:
                await asyncio.Event().wait()
            first = False
            return {"type": "http.request", "body": b"", "more_body": False}

        return receive
