"""Who asks too often, for whatever it is, is told when to come back."""

import math
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gateway.answers import refusal
from licet.gateway.errors import AskedTooOften
from licet.gateway.limits import Limit, Rate, Turn


class Limited:
    """Middleware that lets each client ask so often, for whatever it is.

    Args:
        app: all else.
        rate: how often.
    """

    def __init__(self, app: ASGIApp, rate: Rate) -> None:
        self._app: Final = app
        self._limit: Final = Limit(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or lets the application answer it."""
        try:
            if scope["type"] == "http":
                Turn.begun(self._limit, scope, is_proven=False).count()
        except AskedTooOften as error:
            await too_many(scope, error)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def too_many(scope: Scope, error: AskedTooOften) -> Response:
    """The answer to whoever asks too often."""
    later = {"Retry-After": str(math.ceil(float(str(error.facts["seconds"]))))}
    return refusal(scope, 429, str(error), later)
