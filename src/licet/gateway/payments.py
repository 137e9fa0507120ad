"""Payments that are shown: each is bound to one URL, settled once, and recorded with what it opened."""

import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from anyio import to_thread

from licet.contracts.authorizations import Settlement, Transfer
from licet.documents.receipts import ReceiptDocument
from licet.gateway import wire
from licet.gateway.errors import PaymentRefused, PaymentWaits
from licet.gateway.journal import Journal
from licet.gateway.shown import Outcome, Shown

MARGIN: Final = 6
"""Seconds before its end in which a payment is too late to be mined."""

SKEW: Final = 300
"""Seconds by which a payer's clock may be ahead."""

LONGEST: Final = wire.TIMEOUT + SKEW
"""Seconds for which a payment is valid at most once it was taken."""

_NEXT_SECOND: Final = 0.1


class Payments:
    """What happens to a payment from the request that shows it to the end of the answer.

    Args:
        journal: where it is written down.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal: Final = journal

    async def take(self, shown: Shown, signed: Transfer) -> Outcome:
        """Binds a payment to its URL, and holds it until `close`.

        Args:
            shown: the payment, as the journal knows it.
            signed: what its payer signed.

        Raises:
            PaymentRefused: it was used, or cannot be submitted now.
            PaymentWaits: another request is about it.
        """
        late: PaymentRefused | None = None
        try:
            check_times(signed)
        except PaymentRefused as error:  # of one that was shown in time, it is seen what became of it
            late = error
        take = partial(self._journal.take, shown, int(time.time()), begins=late is None)
        outcome = await to_thread.run_sync(take)
        if outcome is Outcome.NEW and late is not None:
            raise late
        check_outcome(outcome)
        return outcome

    async def settle(
        self,
        shown: Shown,
        outcome: Outcome,
        pay: Callable[[], Awaitable[Settlement]],
        receipt: Callable[[Settlement, int], ReceiptDocument],
    ) -> tuple[Settlement, bytes]:
        """Makes sure that a payment has happened, and writes that and its record down.

        Args:
            shown: the payment.
            outcome: what `take` said of it.
            pay: sees to it that it has happened.
            receipt: of a settlement, recorded in a unix second.

        Returns:
            Where it was paid, and the receipt.

        Raises:
            PaymentRefused: it cannot be.
        """
        known = await to_thread.run_sync(self._recorded, shown)
        if known is not None:
            return known
        try:
            settlement = await pay()
        except PaymentRefused:
            if outcome is Outcome.NEW:  # else a transaction of before may still be on its way
                await to_thread.run_sync(self._journal.forget, shown)
            raise
        return settlement, await to_thread.run_sync(self._record, shown, settlement, receipt)

    async def close(self, shown: Shown, outcome: Outcome, *, delivered: bool) -> None:
        """Ends a request: what its payment is for was delivered, or may be asked for again."""
        if outcome is Outcome.REPEATED:
            return
        if delivered:
            await to_thread.run_sync(self._journal.served, shown, int(time.time()))
        else:
            await to_thread.run_sync(self._journal.release, shown)

    def _recorded(self, shown: Shown) -> tuple[Settlement, bytes] | None:
        settlement, receipt = self._journal.settlement(shown), self._journal.receipt(shown)
        return None if settlement is None or receipt is None else (settlement, receipt)

    def _record(
        self, shown: Shown, settlement: Settlement, receipt: Callable[[Settlement, int], ReceiptDocument]
    ) -> bytes:
        while True:
            document = receipt(settlement, int(time.time()))
            if self._journal.settled(shown, settlement, document):
                return self._journal.receipt(shown) or document.to_bytes()
            time.sleep(_NEXT_SECOND)  # records of this second are under a root already


def check_outcome(outcome: Outcome) -> None:
    """Makes sure that a payment that is shown may open what it is shown for.

    Raises:
        PaymentRefused: it may not.
        PaymentWaits: another request is about it.
    """
    if outcome is Outcome.BUSY:
        raise PaymentWaits("another request with this payment is being answered", busy=True)
    if outcome is Outcome.ELSEWHERE:
        raise PaymentRefused("the payment was used for another URL, or is another one of the same nonce")
    if outcome is Outcome.SPENT:
        raise PaymentRefused("the payment was used: what it is for was delivered")


def check_times(transfer: Transfer) -> None:
    """Makes sure that a payment can be submitted now, and not for much longer. Raises `PaymentRefused`."""
    now = int(time.time())
    if transfer.valid_after >= now:
        raise PaymentRefused(f"the payment is valid after {transfer.valid_after} only: it is {now}")
    if transfer.valid_before < now + MARGIN:
        raise PaymentRefused(f"the payment is void from {transfer.valid_before}: it is {now}, sign another")
    if transfer.valid_before > now + LONGEST:
        raise PaymentRefused(
            f"the payment is valid until {transfer.valid_before}, longer than the {wire.TIMEOUT} s asked for"
        )
