"""What was paid for what: written to disk before it counts.

One journal may serve several gateways. A payment is known by token, payer and nonce, and belongs to the URL
that it was first shown for.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from licet.contracts.authorizations import Settlement
from licet.documents.receipts import ReceiptDocument
from licet.errors import InputError
from licet.gateway.database import Connection, open_database
from licet.gateway.processes import Holding
from licet.gateway.schema import SCHEMA
from licet.gateway.shown import Outcome, Paid, Shown
from licet.types import Address, Hash32

BUSY_SECONDS: Final = 300
"""How long one request may hold a payment; after that, another may go on with it."""

CLAIM_SECONDS: Final = 60
"""How long an account belongs to an outbox after its gateway was last heard of."""

REPEAT_SECONDS: Final = 3_600
"""How long whoever named a payment identifier may read again for the same payment."""

Place = tuple[int, str, str, str]
"""Where a payment stands among all: when it was taken, and what it is known by."""

_FIRST: Final[Place] = (0, "", "", "")
_KEY: Final = "token = ? AND payer = ? AND nonce = ?"


class Journal:
    """The payments of a gateway. All that is written raises `JournalFailed` where the database is away.

    Args:
        place: the database: a file, made if it is not there, or a `postgresql://` URL.

    Raises:
        InputError: it cannot be opened, or is something else.
    """

    def __init__(self, place: str | Path) -> None:
        self.database: Final = open_database(place, SCHEMA)
        self._holding: Final = Holding()

    def close(self) -> None:
        """Closes the database."""
        self._holding.end()
        self.database.close()

    def transaction(self) -> AbstractContextManager[Connection]:
        """The database, for what happens at once or not at all."""
        return self.database.transaction()

    def keep_to(self, chain_id: int, usage_ledger: Address) -> None:
        """Notes which deployment the payments and records are of; they are of one alone.

        Raises:
            InputError: they are of another.
        """
        with self.transaction() as db:
            db.execute(
                "INSERT INTO deployment (id, chain_id, usage_ledger) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
                (chain_id, usage_ledger),
            )
            kept = db.execute("SELECT chain_id, usage_ledger FROM deployment WHERE id = 1").fetchone()
        if tuple(kept) != (chain_id, usage_ledger):
            raise InputError(
                f"the journal {self.database.name} is of the usage ledger {kept[1]} on chain {kept[0]}, this "
                f"is {usage_ledger} on chain {chain_id}: name another journal in the configuration"
            )

    def take(self, shown: Shown, now: int, *, begins: bool = True) -> Outcome:
        """Holds a payment for the request that shows it, if that may go on: new, unsettled, settled.

        Args:
            shown: the payment.
            now: unix second.
            begins: whether one that was never shown may be; it is not written down otherwise.
        """
        with self.transaction() as db:
            row = db.execute(
                "SELECT url, submission, tx_hash, served_at, lost_at, identifier, holder, held_until "
                f"FROM payments WHERE {_KEY}",
                shown.key,
            ).fetchone()
            if row is None:
                if begins:
                    self._insert(db, shown, now)
                return Outcome.NEW
            url, submission, tx_hash, served_at, lost_at, identifier, holder, held_until = row
            if (url, submission) != (shown.url, shown.submission):
                return Outcome.ELSEWHERE
            if now < held_until and self._holding.lives(holder):
                return Outcome.BUSY
            if served_at is not None:
                again = identifier and identifier == shown.identifier and now < served_at + REPEAT_SECONDS
                return Outcome.REPEATED if again and lost_at is None else Outcome.SPENT
            db.execute(
                f"UPDATE payments SET holder = ?, held_until = ? WHERE {_KEY}",
                (self._holding.name, now + BUSY_SECONDS, *shown.key),
            )
            return Outcome.UNSETTLED if tx_hash is None or lost_at is not None else Outcome.SETTLED

    def settled(self, shown: Shown, settlement: Settlement, receipt: ReceiptDocument) -> bool:
        """Notes, at once, that a payment has reached its payee, and the record of what it is for.

        Args:
            shown: the payment.
            settlement: where it was settled.
            receipt: has the record.

        Returns:
            False if records of that second, or a later one, are in a batch already: record it anew.
        """
        with self.transaction() as db:
            (last,) = db.execute("SELECT max(until) FROM batches").fetchone()
            if last is not None and receipt.record.since <= last:
                return False
            db.execute(
                "INSERT INTO records (token, payer, nonce, time, hash, receipt) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (*shown.key, receipt.record.since, receipt.record.hash, receipt.to_bytes()),
            )
            self._place(db, shown, settlement)
            return True

    def settled_from(self, block: int) -> list[Paid]:
        """All payments that were settled in a block or after it, and are not given up."""
        with self.database.reading() as db:
            rows = db.execute(
                "SELECT token, payer, nonce, url, amount, payee, identifier, submission, tx_hash, "
                "block_number, block_hash FROM payments WHERE block_number >= ? AND lost_at IS NULL "
                "ORDER BY block_number",
                (block,),
            ).fetchall()
        return [_paid(*row) for row in rows]

    def moved(self, shown: Shown, settlement: Settlement, receipt: ReceiptDocument | None) -> None:
        """Notes that a settled payment stands in another block, and its record's receipt that says so."""
        with self.transaction() as db:
            self._place(db, shown, settlement)
            if receipt is not None:
                db.execute(f"UPDATE records SET receipt = ? WHERE {_KEY}", (receipt.to_bytes(), *shown.key))

    def lost(self, shown: Shown, now: int) -> None:
        """Notes that a settled payment is in no block any more, and cannot be made again."""
        with self.transaction() as db:
            db.execute(f"UPDATE payments SET lost_at = ? WHERE {_KEY}", (now, *shown.key))

    def watched(self) -> int | None:
        """The newest block up to which all that was settled has been looked at; None if none was."""
        with self.database.reading() as db:
            row = db.execute("SELECT block FROM watched WHERE id = 1").fetchone()
        return None if row is None else int(row[0])

    def watch(self, block: int) -> None:
        """Notes up to which block all that was settled has been looked at."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO watched (id, block) VALUES (1, ?) "
                "ON CONFLICT (id) DO UPDATE SET block = excluded.block",
                (block,),
            )

    def claim(self, account: str, outbox: str, now: int) -> bool:
        """Notes that an account sends through an outbox.

        Returns:
            False if it does through another one, of a gateway that was there a moment ago.
        """
        with self.transaction() as db:
            row = db.execute("SELECT outbox, seen_at FROM senders WHERE account = ?", (account,)).fetchone()
            if row is not None and row[0] != outbox and now < row[1] + CLAIM_SECONDS:
                return False
            db.execute(
                "INSERT INTO senders (account, outbox, seen_at) VALUES (?, ?, ?) "
                "ON CONFLICT (account) DO UPDATE SET outbox = excluded.outbox, seen_at = excluded.seen_at",
                (account, outbox, now),
            )
            return True

    def receipt(self, shown: Shown) -> bytes | None:
        """The receipt of what a payment is for; None if there is none yet."""
        with self.database.reading() as db:
            row = db.execute(f"SELECT receipt FROM records WHERE {_KEY}", shown.key).fetchone()
        return None if row is None else bytes(row[0])

    def served(self, shown: Shown, now: int) -> None:
        """Notes that what a payment is for was delivered."""
        with self.transaction() as db:
            db.execute(
                f"UPDATE payments SET served_at = ?, holder = NULL, held_until = 0 WHERE {_KEY}",
                (now, *shown.key),
            )

    def release(self, shown: Shown) -> None:
        """Lets another request go on with a payment."""
        with self.transaction() as db:
            db.execute(f"UPDATE payments SET holder = NULL, held_until = 0 WHERE {_KEY}", shown.key)

    def forget(self, *forgotten: Shown) -> None:
        """Takes payments out that moved no money, and cannot any more."""
        with self.transaction() as db:
            for shown in forgotten:
                db.execute(f"DELETE FROM payments WHERE {_KEY} AND tx_hash IS NULL", shown.key)

    def not_settled(self, before: int, now: int, after: Place | None, most: int) -> list[tuple[Place, Shown]]:
        """Payments that were neither settled nor served, as far as is known here, and that nobody holds.

        Args:
            before: unix second before which they were taken.
            now: unix second.
            after: the place of the last one that was looked at; None for the first ones.
            most: so many of them, the oldest first.
        """
        with self.database.reading() as db:
            rows = db.execute(
                "SELECT taken_at, token, payer, nonce, url, amount, payee, identifier, submission "
                "FROM payments WHERE tx_hash IS NULL AND served_at IS NULL AND taken_at < ? "
                "AND held_until <= ? AND (taken_at, token, payer, nonce) > (?, ?, ?, ?) "
                "ORDER BY taken_at, token, payer, nonce LIMIT ?",
                (before, now, *(after or _FIRST), most),
            ).fetchall()
        return [
            ((at, token, payer, nonce), Shown(token, payer, nonce, url, int(amount), *rest))
            for at, token, payer, nonce, url, amount, *rest in rows
        ]

    def settlement(self, shown: Shown) -> Settlement | None:
        """Where a payment was settled; None if it was not, as far as is known here."""
        with self.database.reading() as db:
            row = db.execute(
                f"SELECT tx_hash, block_number, block_hash FROM payments WHERE {_KEY}", shown.key
            ).fetchone()
        return None if row is None or row[0] is None else Settlement(Hash32(row[0]), row[1], Hash32(row[2]))

    def counts(self) -> dict[str, int]:
        """How many payments were taken, settled, served and lost, and how many records there are."""
        with self.database.reading() as db:
            row = db.execute(
                "SELECT count(*), count(tx_hash), count(served_at), count(lost_at) FROM payments"
            ).fetchone()
            (records,) = db.execute("SELECT count(*) FROM records").fetchone()
        return dict(zip(("taken", "settled", "served", "lost", "records"), (*row, records), strict=True))

    def _insert(self, db: Connection, shown: Shown, now: int) -> None:
        db.execute(
            "INSERT INTO payments (token, payer, nonce, url, amount, payee, identifier, submission, "
            "taken_at, holder, held_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *shown.key,
                shown.url,
                str(shown.amount),
                shown.payee,
                shown.identifier,
                shown.submission,
                now,
                self._holding.name,
                now + BUSY_SECONDS,
            ),
        )

    @staticmethod
    def _place(db: Connection, shown: Shown, settlement: Settlement) -> None:
        db.execute(
            f"UPDATE payments SET tx_hash = ?, block_number = ?, block_hash = ?, lost_at = NULL WHERE {_KEY}",
            (settlement.tx_hash, settlement.block_number, settlement.block_hash, *shown.key),
        )


def _paid(  # the columns, in the order in which they are asked for
    token: str, payer: str, nonce: str, url: str, amount: str, payee: str, identifier: str, submission: str,
    tx_hash: str, block_number: int, block_hash: str,
) -> Paid:  # fmt: skip
    shown = Shown(token, payer, nonce, url, int(amount), payee, identifier, submission)
    return Paid(shown, Settlement(Hash32(tx_hash), block_number, Hash32(block_hash)))
