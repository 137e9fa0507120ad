"""Payments that came to nothing: forgotten once it is certain that they moved no money, and never can.

Whoever signs, without money, for a path that has no content would fill the journal otherwise. What is written
down is void ten minutes later at most. Once a block that no re-org takes out is later than that, its token is
asked whether the nonce was used by then: if not, nothing was paid, and nothing can be any more. If it was,
whoever submitted it may have paid: the payment is kept, and opens its URL.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from licet.errors import LicetError
from licet.gateway.journal import Journal, Place
from licet.gateway.payments import LONGEST
from licet.gateway.sending import WATCHED
from licet.gateway.settling import Settler
from licet.gateway.shown import Shown
from licet.types import Address, Hash32

KEPT_SECONDS: Final = 6 * LONGEST
"""How long a payment is kept in any case, by the chain's clock; many times as long as it can be valid."""

MOST: Final = 200
"""The most payments that are looked at in one turn."""

SECONDS: Final = 60.0
"""How often it is looked, where no more wait."""


class Forgetting:
    """Forgets a journal's payments that came to nothing. Each is looked at once; what is kept then, stays.

    Args:
        journal: has them.
        settler: knows the tokens.
    """

    def __init__(self, journal: Journal, settler: Settler) -> None:
        self._journal: Final = journal
        self._settler: Final = settler
        self._after: Place | None = None
        self._due = 0.0

    def turn(self, tell: Callable[[LicetError], None]) -> None:
        """Forgets some, if it is time to look.

        Args:
            tell: is told which token could not be asked: what was paid in it is kept.

        Raises:
            JournalFailed: the database is away.
            ChainError: the node is.
        """
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + SECONDS
        chain = self._settler.chain
        final = chain.block().number - WATCHED
        if final < 0:
            return
        before = chain.block(final).timestamp - KEPT_SECONDS
        found = self._journal.not_settled(before, int(time.time()), self._after, MOST)
        if not found:
            return
        self._after = found[-1][0]
        if len(found) == MOST:
            self._due = 0.0
        unused: list[Shown] = []
        for token in {shown.token for _, shown in found}:
            try:
                unused += self._unused(token, [shown for _, shown in found if shown.token == token], final)
            except LicetError as error:
                tell(error)
        self._journal.forget(*unused)

    def _unused(self, token: str, payments: Sequence[Shown], block: int) -> list[Shown]:
        """The payments in a token whose nonces were not used by the end of a block."""
        nonces = [(Address(shown.payer), Hash32(shown.nonce)) for shown in payments]
        used = self._settler.token(Address(token)).used(nonces, block)
        return [shown for shown, is_used in zip(payments, used, strict=True) if not is_used]
