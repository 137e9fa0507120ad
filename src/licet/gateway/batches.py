"""Records in batches, each under one root: closed and written down before its root is sent."""

import json
from dataclasses import astuple, dataclass
from typing import Final

from licet.documents.usage import UsageLog, UsageRecord
from licet.gateway.database import Connection
from licet.gateway.journal import Journal
from licet.trees.catalog import CatalogTree
from licet.types import Hash32

MAX_RECORDS: Final = 20_000
"""The most records of a batch, unless more are of one second: all are in memory while it is anchored."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a batch's root stands.

    Attributes:
        tx_hash: the transaction.
        block_number: its block.
        block_hash: that block's hash: after a re-org there is another one.
    """

    tx_hash: Hash32
    block_number: int
    block_hash: Hash32


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records whose root is, or will be, on chain.

    Attributes:
        number: its place, from 1.
        log: the records.
        root: of their tree.
        attempt: how often its transaction failed in a block.
        anchor: where it was anchored; None before.
    """

    number: int
    log: UsageLog
    root: Hash32
    attempt: int = 0
    anchor: Anchor | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands.

    Attributes:
        batch: the number of its batch.
        index: its place there, from 0.
        record: the record.
    """

    batch: int
    index: int
    record: UsageRecord


class Batches:
    """The batches of a journal.

    Args:
        journal: that has the records.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal: Final = journal

    def next(self, cut: int) -> Batch | None:
        """The batch to anchor now: one that was closed and not anchored yet, else all records up to a time.

        Args:
            cut: the last unix second that may be closed; no record of it or before comes afterwards.

        Returns:
            None if there are no records.
        """
        with self._journal.transaction() as db:
            number = self._closed(db, cut)
        if number is None:
            return None
        # Whoever is served does not wait while the batch is read.
        batch = self.read(number)
        self._update(number, "root = ?", batch.root)
        return batch

    @staticmethod
    def _closed(db: Connection, cut: int) -> int | None:
        """The number of the batch to anchor now, which is closed if none is."""
        row = db.execute("SELECT number FROM batches WHERE tx_hash IS NULL ORDER BY number").fetchone()
        if row is not None:
            return int(row[0])
        times = db.execute(
            "SELECT time FROM records WHERE batch IS NULL AND time <= ? ORDER BY time LIMIT ?",
            (cut, MAX_RECORDS + 1),
        ).fetchall()
        if not times:
            return None
        # Periods do not overlap, so a second is in one batch, whole.
        until = times[-1][0] - 1 if len(times) > MAX_RECORDS and times[-1] != times[0] else times[-1][0]
        (number,) = db.execute(
            "INSERT INTO batches (root, since, until) VALUES ('', ?, ?) RETURNING number",
            (times[0][0], until),
        ).fetchone()
        db.execute("UPDATE records SET batch = ? WHERE batch IS NULL AND time <= ?", (number, until))
        return int(number)

    def has_waiting(self, count: int) -> bool:
        """Whether so many records are in no batch yet."""
        with self._journal.database.reading() as db:
            found = db.execute("SELECT 1 FROM records WHERE batch IS NULL LIMIT 1 OFFSET ?", (count - 1,))
            return found.fetchone() is not None

    def waiting(self, since: int, until: int) -> int:
        """How many records of a period are not anchored."""
        with self._journal.database.reading() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM records r LEFT JOIN batches b ON b.number = r.batch "
                "WHERE r.time BETWEEN ? AND ? AND b.tx_hash IS NULL",
                (since, until),
            ).fetchone()
        return int(count)

    def within(self, since: int, until: int) -> list[int]:
        """The numbers of the batches that may have records of a period, in their order."""
        with self._journal.database.reading() as db:
            rows = db.execute(
                "SELECT number FROM batches WHERE until >= ? AND since <= ? ORDER BY number", (since, until)
            ).fetchall()
        return [int(number) for (number,) in rows]

    def anchored(self, batch: Batch, anchor: Anchor) -> None:
        """Notes where a batch's root is on chain."""
        self._update(batch.number, "tx_hash = ?, block_number = ?, block_hash = ?", *astuple(anchor))

    def undone(self, number: int) -> None:
        """Notes that a batch's root is in no block any more: the batch is the next to be anchored."""
        self._update(number, "tx_hash = NULL, block_number = NULL, block_hash = NULL")

    def failed(self, batch: Batch) -> None:
        """Notes that a batch's transaction failed: the next is another one."""
        self._update(batch.number, "attempt = attempt + 1")

    def anchored_from(self, block: int) -> list[tuple[int, Anchor]]:
        """The batches that were anchored in a block or after it, by their numbers, and where."""
        with self._journal.database.reading() as db:
            rows = db.execute(
                "SELECT number, tx_hash, block_number, block_hash FROM batches WHERE block_number >= ? "
                "ORDER BY number",
                (block,),
            ).fetchall()
        return [(number, Anchor(Hash32(tx), at, Hash32(of))) for number, tx, at, of in rows]

    def place_of(self, record_hash: Hash32) -> Place | None:
        """Where a record stands; None while it is in no batch that is anchored."""
        with self._journal.database.reading() as db:
            row = db.execute(
                "SELECT r.batch, r.number, r.receipt FROM records r JOIN batches b ON b.number = r.batch "
                "WHERE r.hash = ? AND b.tx_hash IS NOT NULL",
                (record_hash,),
            ).fetchone()
            if row is None:
                return None
            batch, number, receipt = row
            before = db.execute(
                "SELECT count(*) FROM records WHERE batch = ? AND number < ?", (batch, number)
            ).fetchone()
            return Place(batch, before[0], _record(receipt))

    def read(self, number: int) -> Batch:
        """A batch that is there."""
        with self._journal.database.reading() as db:
            since, until, attempt, tx_hash, block_number, block_hash = db.execute(
                "SELECT since, until, attempt, tx_hash, block_number, block_hash FROM batches "
                "WHERE number = ?",
                (number,),
            ).fetchone()
            receipts = db.execute(
                "SELECT receipt FROM records WHERE batch = ? ORDER BY number", (number,)
            ).fetchall()
        records = tuple(_record(receipt) for (receipt,) in receipts)
        anchor = None if tx_hash is None else Anchor(Hash32(tx_hash), block_number, Hash32(block_hash))
        return Batch(number, UsageLog(since, until, records), self.tree(number).root, attempt, anchor)

    def tree(self, number: int) -> CatalogTree:
        """The tree of a batch's records."""
        with self._journal.database.reading() as db:
            rows = db.execute(
                "SELECT hash FROM records WHERE batch = ? ORDER BY number", (number,)
            ).fetchall()
        return CatalogTree(Hash32(name) for (name,) in rows)

    def _update(self, number: int, change: str, *values: object) -> None:
        with self._journal.transaction() as db:
            db.execute(f"UPDATE batches SET {change} WHERE number = ?", (*values, number))


def _record(receipt: bytes) -> UsageRecord:
    """The record in a receipt that the gateway made itself: nothing has to be checked but the record."""
    return UsageRecord.from_json(json.loads(receipt)["record"])
