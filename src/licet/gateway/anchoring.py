"""Records of use, anchored: every so often one root on chain for all that were served since."""

import time
from collections.abc import Callable
from threading import Event, Lock
from typing import Final

from licet.chain.compiled.abi import log_topic
from licet.contracts import Contracts, events
from licet.documents import Publisher, UsageProof
from licet.errors import ChainError, LicetError, Reverted
from licet.gateway.batches import Anchor, Batch, Batches
from licet.gateway.sending import Account
from licet.trees.catalog import CatalogTree
from licet.types import Hash32

_TREES: Final = 8
_LOOK_SECONDS: Final = 1.0


class Anchoring:
    """Anchors a gateway's records, from the account that signs its receipts.

    Args:
        batches: of the journal.
        contracts: for the gateway's account.
        publisher: where the logs go, which alone prove records.
        account: that sends.
    """

    def __init__(
        self,
        batches: Batches,
        contracts: Contracts,
        publisher: Publisher,
        account: Account,
    ) -> None:
        self._batches: Final = batches
        self._contracts: Final = contracts
        self._publisher: Final = publisher
        self._account: Final = account
        self._lock: Final = Lock()
        self._trees: Final[dict[int, CatalogTree]] = {}

    def anchor(self) -> Batch | None:
        """Anchors what was recorded up to a second ago, or first what could not be anchored before.

        Returns:
            The batch; None if there was nothing.

        Raises:
            ChainError, Reverted, OutboxFailed: it could not be anchored now. Nothing is lost: the same
                batch is next.
        """
        now = min(int(time.time()), self._contracts.chain.block().timestamp)
        batch = self._batches.next(now - 1)
        if batch is None:
            return None
        self._publisher.publish(batch.log)
        anchor = self.found(batch)
        if anchor is None:
            anchor = self._sent(batch)
        self._batches.anchored(batch, anchor)
        return batch

    @property
    def batches(self) -> Batches:
        """All that was closed."""
        return self._batches

    def run(self, stop: Event, seconds: float, records: int, on_fault: Callable[[LicetError], None]) -> None:
        """Anchors every so many seconds or records, until told to stop; what fails is tried again in time.

        Args:
            stop: says when.
            seconds: the longest time between two anchors.
            records: so many are not let wait for it.
            on_fault: told what failed.
        """
        due, is_well = time.monotonic() + seconds, True
        while not stop.wait(min(_LOOK_SECONDS, seconds)):
            try:
                if time.monotonic() < due and not (is_well and self._batches.has_waiting(records)):
                    continue
                due, is_well = time.monotonic() + seconds, True
                while self.anchor() is not None:
                    pass
            except LicetError as error:
                is_well = False  # until the time comes, however many wait
                on_fault(error)

    def proof(self, record_hash: Hash32) -> UsageProof | None:
        """The proof that a record is under a root on chain; None while it is not."""
        place = self._batches.place_of(record_hash)
        if place is None:
            return None
        with self._lock:  # a tree is built once, however many ask for it at once
            tree = self._trees.get(place.batch)
            if tree is None:
                tree = self._batches.tree(place.batch)
                if len(self._trees) >= _TREES:
                    self._trees.pop(next(iter(self._trees)))
                self._trees[place.batch] = tree
        chain, ledger = self._contracts.chain, self._contracts.usage.address
        return UsageProof(chain.chain_id, ledger, tree.root, place.record, tree.proof(place.index))

    def found(self, batch: Batch) -> Anchor | None:
        """Where a batch is anchored, whether or not that was written down."""
        contracts, log = self._contracts, batch.log
        if contracts.usage.usage_of(contracts.chain.account).until < log.until:
            return None
        anchored = events.read(
            contracts.chain,
            events.UsageAnchored,
            [contracts.usage.address],
            [log_topic(contracts.chain.account), None, log_topic(batch.root)],
            from_block=contracts.deployment.block,
        )
        for event in anchored:
            if (event.reporter, event.root) == (contracts.chain.account, batch.root):
                return Anchor(event.log.tx_hash, event.log.block_number, event.log.block_hash)
        raise ChainError(
            f"{contracts.chain.account} has anchored other records of the time up to {log.until}: let the "
            "gateway have an account that reports nothing else"
        )

    def _sent(self, batch: Batch) -> Anchor:
        log = batch.log
        transaction = self._contracts.usage.anchoring(
            log.license_id, batch.root, len(log.records), log.since, log.until
        )
        try:
            receipt = self._account.send_once(f"anchor/{batch.root}/{batch.attempt}", transaction)
        except Reverted:
            self._batches.failed(batch)
            raise
        block = self._contracts.chain.block(receipt.block_number)
        return Anchor(receipt.tx_hash, block.number, block.hash)
