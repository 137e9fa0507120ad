"""An answer that is paid for: held back until the payment is settled."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gateway import wire
from licet.gateway.recording import FIELD, field_of
from licet.gateway.till import Reading, Till
from licet.gateway.withholding import Withheld
from licet.gateway.works import work_in


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

    async def answer(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer.

        Raises:
            PaymentRefused, Waits: the payment was not settled; nothing was sent.
        """
        await Withheld(partial(self._settle, scope), self._close).answer(app, scope, receive, send)

    async def _settle(self, scope: Scope) -> Mapping[str, str]:
        settlement, receipt = await self._till.settle(self._reading, work_in(scope))
        said = wire.response_field(settlement, self._reading.transfer, self._till.chain_id)
        return {wire.RESPONSE: said, FIELD: field_of(receipt)}

    async def _close(self, delivered: bool) -> None:
        await self._till.close(self._reading, delivered=delivered)
