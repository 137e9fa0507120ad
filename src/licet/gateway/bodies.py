"""Bodies of requests, within bounds: longer ones are read no further."""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Send


class TooMuchError(Exception):
    """A body has more bytes than a request may have."""


class Bounded:
    """ASGI's `receive` and `send`, that let a body of so many bytes pass.

    Args:
        receive: ASGI's.
        send: ASGI's.
        most: the bytes.

    Attributes:
        answered: whether the answer has begun.
        problem: what is said of a longer body.
    """

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
        """The next part of the body. Raises `TooMuchError`."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > self._most:
            raise TooMuchError
        return message

    async def send(self, message: Message) -> None:
        """Passes a part of the answer on."""
        self.answered = True
        await self._send(message)
