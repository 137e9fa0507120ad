"""What was paid for what: written to disk before it counts (SQLite: write-ahead log, every commit synced).

One file may serve several workers on one machine. A payment is known by token, payer and nonce, and belongs
to the URL that it was first shown for.
"""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

from licet.contracts.authorizations import Settlement
from licet.documents.receipts import ReceiptDocument
from licet.errors import InputError
from licet.types import Hash32

BUSY_SECONDS: Final = 300
"""How long one request may hold a payment; after that, another may go on with it."""

REPEAT_SECONDS: Final = 3_600
"""How long whoever named a payment identifier may read again for the same payment."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS payments (
    token TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    url TEXT NOT NULL,
    amount TEXT NOT NULL,
    payee TEXT NOT NULL,
    identifier TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    tx_hash TEXT,
    block_number INTEGER,
    block_hash TEXT,
    served_at INTEGER,
    holder TEXT,
    held_until INTEGER NOT NULL,
    PRIMARY KEY (token, payer, nonce)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (
    number INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    payer TEXT NOT NULL,
    nonce TEXT NOT NULL,
    time INTEGER NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    receipt BLOB NOT NULL,
    batch INTEGER,
    UNIQUE (token, payer, nonce)
);
CREATE INDEX IF NOT EXISTS records_by_batch ON records (batch, number);
CREATE TABLE IF NOT EXISTS batches (
    number INTEGER PRIMARY KEY,
    root TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    tx_hash TEXT
);
"""
_KEY: Final = "token = ? AND payer = ? AND nonce = ?"


class Outcome(Enum):
    """What showing a payment came to."""

    NEW = auto()
    """It was never shown before: it is to be settled."""
    UNSETTLED = auto()
    """It was shown before, and what became of it is to be found out."""
    SETTLED = auto()
    """It is settled, and what it is for was not delivered yet."""
    REPEATED = auto()
    """What it is for was delivered, and may be once more."""
    BUSY = auto()
    """Another request is about it."""
    ELSEWHERE = auto()
    """It belongs to another URL."""
    SPENT = auto()
    """What it is for was delivered."""


class Shown(NamedTuple):
    """A payment as somebody shows it.

    Attributes:
        token: the currency.
        payer: who signed.
        nonce: the signature's.
        url: for what.
        amount: in the token's smallest unit.
        payee: who receives it.
        identifier: that whoever pays gave it to repeat the request; empty if none.
    """

    token: str
    payer: str
    nonce: str
    url: str
    amount: int
    payee: str
    identifier: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by."""
        return self.token, self.payer, self.nonce


class Journal:
    """The payments of a gateway.

    Args:
        path: the database; made if it is not there.

    Raises:
        InputError: it cannot be opened, or is something else.
    """

    def __init__(self, path: Path) -> None:
        self._lock: Final = Lock()
        # A process that was killed leaves its name behind; the next one of its number has another.
        self._name: Final = f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            self._db: Final = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
        except sqlite3.Error as error:
            raise InputError(f"{path} cannot be used as the gateway's journal: {error}") from error

    def close(self) -> None:
        """Closes the database."""
        with self._lock:
            self._db.close()

    def take(self, shown: Shown, now: int) -> Outcome:
        """Holds a payment for the request that shows it, if that may go on: new, unsettled, settled."""
        with self.transaction():
            row = self._db.execute(
                f"SELECT url, tx_hash, served_at, identifier, holder, held_until FROM payments WHERE {_KEY}",
                shown.key,
            ).fetchone()
            if row is None:
                self._insert(shown, now)
                return Outcome.NEW
            url, tx_hash, served_at, identifier, holder, held_until = row
            if url != shown.url:
                return Outcome.ELSEWHERE
            if now < held_until and self._lives(holder):
                return Outcome.BUSY
            if served_at is not None:
                again = identifier and identifier == shown.identifier and now < served_at + REPEAT_SECONDS
                return Outcome.REPEATED if again else Outcome.SPENT
            self._hold(shown.key, now)
            return Outcome.UNSETTLED if tx_hash is None else Outcome.SETTLED

    def settled(self, shown: Shown, settlement: Settlement, receipt: ReceiptDocument) -> bool:
        """Notes, at once, that a payment has reached its payee, and the record of what it is for.

        Args:
            shown: the payment.
            settlement: where it was settled.
            receipt: has the record.

        Returns:
            False if records of that second, or a later one, are in a batch already: record it anew.
        """
        with self.transaction():
            (last,) = self._db.execute("SELECT max(until) FROM batches").fetchone()
            if last is not None and receipt.record.since <= last:
                return False
            self._db.execute(
                "INSERT OR IGNORE INTO records (token, payer, nonce, time, hash, receipt) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (*shown.key, receipt.record.since, receipt.record.hash, receipt.to_bytes()),
            )
            self._db.execute(
                f"UPDATE payments SET tx_hash = ?, block_number = ?, block_hash = ? WHERE {_KEY}",
                (settlement.tx_hash, settlement.block_number, settlement.block_hash, *shown.key),
            )

            return True

    def receipt(self, shown: Shown) -> bytes | None:
        """The receipt of what a payment is for; None if there is none yet."""
        with self._lock:
            row = self._db.execute(f"SELECT receipt FROM records WHERE {_KEY}", shown.key).fetchone()
        return None if row is None else bytes(row[0])

    def served(self, shown: Shown, now: int) -> None:
        """Notes that what a payment is for was delivered."""
        with self.transaction():
            self._db.execute(
                f"UPDATE payments SET served_at = ?, holder = NULL, held_until = 0 WHERE {_KEY}",
                (now, *shown.key),
            )

    def release(self, shown: Shown) -> None:
        """Lets another request go on with a payment."""
        with self.transaction():
            self._db.execute(f"UPDATE payments SET holder = NULL, held_until = 0 WHERE {_KEY}", shown.key)

    def forget(self, shown: Shown) -> None:
        """Takes a payment out that moved no money, and cannot any more."""
        with self.transaction():
            self._db.execute(f"DELETE FROM payments WHERE {_KEY} AND tx_hash IS NULL", shown.key)

    def settlement(self, shown: Shown) -> Settlement | None:
        """Where a payment was settled; None if it was not, as far as is known here."""
        with self._lock:
            row = self._db.execute(
                f"SELECT tx_hash, block_number, block_hash FROM payments WHERE {_KEY}", shown.key
            ).fetchone()
        return None if row is None or row[0] is None else Settlement(Hash32(row[0]), row[1], Hash32(row[2]))

    def counts(self) -> dict[str, int]:
        """How many payments were taken, settled and served."""
        with self._lock:
            row = self._db.execute(
                "SELECT count(*), count(tx_hash), count(served_at) FROM payments"
            ).fetchone()
            (records,) = self._db.execute("SELECT count(*) FROM records").fetchone()
        return dict(zip(("taken", "settled", "served", "records"), (*row, records), strict=True))

    def _insert(self, shown: Shown, now: int) -> None:
        self._db.execute(
            "INSERT INTO payments (token, payer, nonce, url, amount, payee, identifier, taken_at, holder, "
            "held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *shown.key,
                shown.url,
                str(shown.amount),
                shown.payee,
                shown.identifier,
                now,
                self._name,
                now + BUSY_SECONDS,
            ),
        )

    def _hold(self, key: tuple[str, str, str], now: int) -> None:
        self._db.execute(
            f"UPDATE payments SET holder = ?, held_until = ? WHERE {_KEY}",
            (self._name, now + BUSY_SECONDS, *key),
        )

    def _lives(self, holder: str | None) -> bool:
        """Whether the process that holds a payment still runs."""
        if holder is None or holder == self._name:
            return holder is not None
        number = int(holder.partition("-")[0])
        if number == os.getpid():
            return False
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The database, for what happens at once or not at all."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
