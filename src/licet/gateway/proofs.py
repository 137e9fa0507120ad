"""Proofs of records, for whoever has a receipt: that it stands under a root on chain."""

import re
from functools import partial
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gateway.anchoring import Anchoring
from licet.gateway.answers import refusal
from licet.gateway.asking import Asking
from licet.gateway.errors import Waits
from licet.gateway.till import RETRY_SECONDS
from licet.types import parse_hash

RECORDS: Final = "/.well-known/licet/records"

_PATH: Final = re.compile(re.escape(RECORDS) + "/(0x[0-9a-f]{64})", re.ASCII)


class Proofs:
    """Middleware that answers `/.well-known/licet/records/<hash of the record>`.

    Args:
        app: all else.
        anchoring: of the records.
    """

    def __init__(self, app: ASGIApp, anchoring: Anchoring) -> None:
        self._app: Final = app
        self._anchoring: Final = anchoring
        self._asking: Final = Asking()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        match = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if match is None or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        try:
            proof = await self._asking.ask(partial(self._anchoring.proof, parse_hash(match[1])))
        except Waits as error:
            answer = refusal(scope, 503, str(error), {"Retry-After": str(RETRY_SECONDS)})
            await answer(scope, receive, send)
            return
        if proof is None:
            answer = refusal(scope, 404, "No such record is on chain yet: ask again later.")
        else:
            answer = Response(proof.to_bytes(), media_type="application/json")
        await answer(scope, receive, send)
