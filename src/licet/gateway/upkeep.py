"""What a gateway does beside answering: sends what waits, settles again what a re-org took out, forgets.

A record of use stays as it is, whatever happens to the payment: the use has happened.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final

from licet.chain.client import Block, Chain
from licet.contracts.authorizations import Settlement
from licet.documents.receipts import ReceiptDocument
from licet.errors import ChainError, LicetError, Reverted
from licet.gateway.anchoring import Anchoring
from licet.gateway.errors import PaymentLost
from licet.gateway.forgetting import Forgetting
from licet.gateway.journal import Journal
from licet.gateway.recording import Recorder
from licet.gateway.sending import WATCHED, Account
from licet.gateway.settling import Settler
from licet.gateway.shown import Paid, Shown, transaction_of, transfer_of
from licet.types import Address, Hash32

SECONDS: Final = 2.0
"""How often it looks."""

PATIENCE: Final = WATCHED // 2
"""Blocks for which a payment that a re-org took out, and that is refused now, may be made yet."""

Tell = Callable[[LicetError], None]


class Upkeep:
    """Keeps a gateway's payments and anchors on chain.

    Args:
        journal: has them.
        settler: settles payments again, and knows their tokens.
        recorder: signs the receipts anew of what is paid by another transaction.
        anchoring: has the batches.
        account: sends.
    """

    def __init__(
        self, journal: Journal, settler: Settler, recorder: Recorder, anchoring: Anchoring, account: Account
    ) -> None:
        self._journal: Final = journal
        self._settler: Final = settler
        self._recorder: Final = recorder
        self._anchoring: Final = anchoring
        self._account: Final = account
        self._forgetting: Final = Forgetting(journal, settler)
        self._hashes: Final[dict[int, Hash32]] = {}
        self._seen: Block | None = None

    def run(self, stop: Event, tell: Tell, seconds: float = SECONDS) -> None:
        """Looks every so many seconds, until told to stop."""
        while not stop.wait(seconds):
            self.turn(tell)

    def turn(self, tell: Tell) -> None:
        """Does what is to be done now.

        Args:
            tell: is told what fails, and is tried again the next time; and of each payment that is lost.
        """
        with _telling(tell):
            self._journal.database.tidy()
        with _telling(tell):
            self._account.keep()
        with _telling(tell):
            self._forgetting.turn(tell)
        with _telling(tell):
            head, last = self._look(), self._journal.watched()
            since = max(0, min(head.number, head.number if last is None else last) - WATCHED)
            troubles: list[LicetError] = []
            for paid in self._journal.settled_from(since):
                with _telling(troubles.append):
                    if self._is_gone(paid.settlement.block_number, paid.settlement.block_hash, head):
                        self._settle_again(paid, head)
            for number, anchor in self._anchoring.batches.anchored_from(since):
                with _telling(troubles.append):
                    if self._is_gone(anchor.block_number, anchor.block_hash, head):
                        self._find_again(number)
            if not troubles and head.number != last:
                self._journal.watch(head.number)
            for trouble in troubles:
                tell(trouble)

    @property
    def _chain(self) -> Chain:
        return self._settler.chain

    def _look(self) -> Block:
        """The newest block; what was known of blocks is forgotten if there was a re-org."""
        head, seen = self._chain.block(), self._seen
        if seen is not None and head.number >= seen.number:
            now = head if head.number == seen.number else self._chain.block(seen.number)
            if now.hash == seen.hash:
                for number in [number for number in self._hashes if number < head.number - WATCHED]:
                    del self._hashes[number]
                self._seen = head
                return head
        self._hashes.clear()
        self._seen = head
        return head

    def _is_gone(self, number: int, block_hash: Hash32, head: Block) -> bool:
        """Whether another block is in a block's place; not where the node has none there."""
        if number > head.number:
            return False
        if number not in self._hashes:
            self._hashes[number] = self._chain.block(number).hash
        return self._hashes[number] != block_hash

    def _settle_again(self, paid: Paid, head: Block) -> None:
        """Finds where a payment is now, or makes it once more. Raises `PaymentLost`, `ChainError`."""
        shown = paid.shown
        try:
            settlement = self._settled(shown, max(0, paid.settlement.block_number - WATCHED))
        except Reverted as error:
            if head.number - paid.settlement.block_number < PATIENCE:
                raise ChainError(
                    f"a re-org took the payment {shown.nonce} out, which cannot be made again yet: {error}"
                ) from error
            self._journal.lost(shown, int(time.time()))
            raise PaymentLost(
                f"a re-org took out the payment {shown.nonce} of {shown.amount} units of {shown.token} by "
                f"{shown.payer}, and it cannot be made again ({error}): what it was for may have been served",
                payer=shown.payer,
                nonce=shown.nonce,
                amount=shown.amount,
            ) from error
        receipt = self._journal.receipt(shown)
        moved = settlement.tx_hash != paid.settlement.tx_hash
        document = (
            self._recorder.moved(ReceiptDocument.from_bytes(receipt), settlement)
            if receipt and moved
            else None
        )
        self._journal.moved(shown, settlement, document)

    def _settled(self, shown: Shown, since: int) -> Settlement:
        token, transfer = Address(shown.token), transfer_of(shown)
        found = self._settler.token(token).settlement(transfer, since)
        if found is None:
            self._account.submit(transfer.payer, transfer.nonce, transaction_of(shown))
            found = self._settler.found(token, transfer, since)
        return found

    def _find_again(self, number: int) -> None:
        """Finds where a batch is anchored now; else it is the next to be anchored."""
        batch = self._anchoring.batches.read(number)
        anchor = self._anchoring.found(batch)
        if anchor is None:
            self._anchoring.batches.undone(number)
            self._anchoring.anchor()
        else:
            self._anchoring.batches.anchored(batch, anchor)


@contextmanager
def _telling(tell: Tell) -> Iterator[None]:
    try:
        yield
    except LicetError as error:
        tell(error)
