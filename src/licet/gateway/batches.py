"""Records in batches, each under one root: closed and written down before its root is sent."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.documents.receipts import ReceiptDocument
from licet.documents.usage import UsageLog, UsageRecord
from licet.gateway.journal import Journal
from licet.types import Hash32

MAX_RECORDS: Final = 100_000
"""The most records of a batch."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some records whose root is, or will be, on chain.

    Attributes:
        number: its place, from 1.
        log: the records.
        tx_hash: the transaction that anchored it; empty before.
    """

    number: int
    log: UsageLog
    tx_hash: str = ""


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
            row = db.execute("SELECT number FROM batches WHERE tx_hash IS NULL ORDER BY number").fetchone()
            if row is not None:
                return self._read(db, row[0])
            times = db.execute(
                "SELECT time FROM records WHERE batch IS NULL AND time <= ? ORDER BY time LIMIT ?",
                (cut, MAX_RECORDS + 1),
            ).fetchall()
            if not times:
                return None
            # Periods do not overlap, so a second is in one batch, whole.
            until = times[-1][0] - 1 if len(times) > MAX_RECORDS and times[-1] != times[0] else times[-1][0]
            number = db.execute(
                "INSERT INTO batches (root, since, until) VALUES ('', ?, ?)", (times[0][0], until)
            ).lastrowid
            db.execute("UPDATE records SET batch = ? WHERE batch IS NULL AND time <= ?", (number, until))
            batch = self._read(db, int(number or 0))
            db.execute("UPDATE batches SET root = ? WHERE number = ?", (batch.log.root, number))
            return batch

    def anchored(self, batch: Batch, tx_hash: Hash32) -> None:
        """Notes that a batch's root is on chain."""
        with self._journal.transaction() as db:
            db.execute("UPDATE batches SET tx_hash = ? WHERE number = ?", (tx_hash, batch.number))

    def place_of(self, record_hash: Hash32) -> Place | None:
        """Where a record stands; None while it is in no batch that is anchored."""
        with self._journal.transaction() as db:
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
            return Place(batch, before[0], ReceiptDocument.from_bytes(receipt).record)

    def read(self, number: int) -> Batch:
        """A batch that is there."""
        with self._journal.transaction() as db:
            return self._read(db, number)

    @staticmethod
    def _read(db: sqlite3.Connection, number: int) -> Batch:
        receipts = db.execute("SELECT receipt FROM records WHERE batch = ? ORDER BY number", (number,))
        records = tuple(ReceiptDocument.from_bytes(receipt).record for (receipt,) in receipts)
        since, until, tx_hash = db.execute(
            "SELECT since, until, tx_hash FROM batches WHERE number = ?", (number,)
        ).fetchone()
        return Batch(number, UsageLog(since, until, records), tx_hash or "")


def default_logs(journal: Path) -> Path:
    """Where logs of records are published, unless somebody says otherwise: beside the journal."""
    return journal.with_suffix(".logs")
