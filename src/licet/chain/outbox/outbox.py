"""Transactions before they are sent: one SQLite file, which says after any crash what has to be sent again.

Each intent has a key, under which it is sent once. Its nonce and its signed bytes are on disk before any node
has them. Keys that sign are never in the file; whoever reads it could send what is signed in it, and nothing
else.
"""

import json
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from licet.chain.outbox.file import OutboxFile
from licet.chain.outbox.intents import (
    FILLING,
    INTENT_COLUMNS,
    OWN,
    SETTLED,
    VARIANT_COLUMNS,
    Intent,
    State,
    Variant,
    intent_of,
    variant_of,
)
from licet.chain.signing.transactions import Transaction
from licet.errors import InputError
from licet.types import Hash32, shown

LONGEST_KEY: Final = 200


class Outbox:
    """What one account has to send on one chain. Several processes and threads may have it open."""

    def __init__(self, path: Path, account: str) -> None:
        """Opens the file, or makes it.

        Args:
            path: where it is; it may hold several accounts' intents.
            account: the chain and the account, in words that name no other.

        Raises:
            OutboxFailed: it cannot be opened, or is something else.
        """
        self._file: Final = OutboxFile(path)
        self._account: Final = account

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._file.path

    def close(self) -> None:
        """Lets the file go."""
        self._file.close()

    # Asking

    def submit(self, key: str, transaction: Transaction) -> Intent:
        """Notes what is to be sent; with a key that is there already, nothing more is.

        What failed before it was in any block may be tried again under its key. Permits may differ: a
        transaction is the same one with others in front, and has the newest until it is signed.

        Raises:
            InputError: the key stands for another transaction, or is not one.
            OutboxFailed: it cannot be written.
        """
        if not 0 < len(key) <= LONGEST_KEY or not key.isprintable() or key.startswith(OWN):
            raise InputError(
                f"{shown(key)} is not an intent's key: take 1 to {LONGEST_KEY} printable characters, "
                f"the first not {OWN}"
            )
        with self._file.transaction():
            return self._submit(key, transaction)

    def submit_unnamed(self, transaction: Transaction) -> Intent:
        """Notes what is to be sent, under a key made of the transaction itself.

        The same transaction is the same intent for as long as nobody has been told what became of it: after
        a crash, whoever asks again gets the outcome of what was sent before it.
        """
        base = f"{OWN}call/{transaction.digest()}/"
        with self._file.transaction():
            # Not how many there are: the first of them may be forgotten.
            last = self._file.rows(
                "SELECT CAST(substr(key, ?) AS INTEGER) AS number, told FROM intents "
                "WHERE account = ? AND key >= ? AND key < ? ORDER BY number DESC LIMIT 1",
                (len(base) + 1, self._account, base, base + OWN),
            )
            number = last[0][0] + last[0][1] if last else 0
            return self._submit(f"{base}{number}", transaction)

    def _submit(self, key: str, transaction: Transaction) -> Intent:
        found = self.find(key)
        if found is None:
            self._insert(key, transaction)
            return self.get(key)
        if found.transaction.without_permits() != transaction.without_permits():
            raise InputError(
                f"the key {shown(key)} stands for another transaction already: take a new key for a new one",
                key=key,
            )
        failed_unsent = found.state is State.FAILED and found.block_hash is None
        if failed_unsent or found.state is State.QUEUED:
            self._update(found, state=State.QUEUED, data=transaction.data, failure=None, told=0)
        return self.get(key)

    def find(self, key: str) -> Intent | None:
        """The intent of a key, if there is one."""
        rows = self._file.rows(
            f"SELECT {INTENT_COLUMNS} FROM intents WHERE account = ? AND key = ?", (self._account, key)
        )
        return intent_of(rows[0]) if rows else None

    def get(self, key: str) -> Intent:
        """The intent of a key.

        Raises:
            InputError: there is none.
        """
        found = self.find(key)
        if found is None:
            raise InputError(f"the outbox {self.path} has nothing under the key {shown(key)}", key=key)
        return found

    def in_state(self, *states: State, limit: int = -1) -> list[Intent]:
        """All intents in some states, by their nonces, then in the order of asking."""
        marks = ", ".join("?" * len(states))
        return self._intents(f"state IN ({marks}) ORDER BY nonce, id LIMIT ?", (*states, limit))

    def in_blocks_from(self, number: int) -> list[Intent]:
        """All intents that a block has, from a block on."""
        return self._intents("block_number >= ? ORDER BY block_number", (number,))

    def holds(self, nonce: int) -> bool:
        """Whether an intent has a nonce."""
        return bool(self._intents("nonce = ?", (nonce,)))

    def first_unsettled(self) -> int:
        """The number of the oldest intent of which it is not known yet what becomes of it."""
        marks = ", ".join("?" * len(SETTLED))
        found = self._intents(f"state NOT IN ({marks}) ORDER BY id LIMIT 1", SETTLED)
        return found[0].id if found else 0

    def next_nonce(self) -> int:
        """The nonce after the last that any intent has; 0 if none has any."""
        rows = self._file.rows("SELECT max(nonce) FROM intents WHERE account = ?", (self._account,))
        return 0 if rows[0][0] is None else int(rows[0][0]) + 1

    def variants(self, intent: Intent) -> list[Variant]:
        """What was signed for an intent with the nonce that it has, oldest first."""
        rows = self._file.rows(
            f"SELECT {VARIANT_COLUMNS} FROM variants WHERE intent = ? AND nonce = ? ORDER BY rowid",
            (intent.id, intent.nonce),
        )
        return [variant_of(row) for row in rows]

    # Going on

    def sign(self, intent: Intent, at_least: int, make: Callable[[int], Variant]) -> Variant | None:
        """Gives an intent a nonce and signs it, both or neither: the highest of the chain's and the outbox's.

        Args:
            intent: one that has no nonce.
            at_least: the chain's.
            make: signs for a nonce.

        Returns:
            None if it was called off meanwhile, or has another permit.
        """
        with self._file.transaction():
            now = self.get(intent.key)
            if now.state is not State.QUEUED or now.transaction != intent.transaction:
                return None
            variant = make(max(at_least, self.next_nonce()))
            self._update(intent, state=State.SIGNED, nonce=variant.nonce)
            self._add(intent.id, variant)
        return variant

    def replace(self, intent: Intent, variant: Variant) -> None:
        """Notes other bytes for an intent, with the nonce that it has."""
        with self._file.transaction():
            self._add(intent.id, variant)

    def fill(self, transaction: Transaction, variant: Variant) -> None:
        """Notes a transaction that does nothing but take a nonce which is missing."""
        with self._file.transaction():
            if self.holds(variant.nonce):
                return
            intent = self._insert(f"{FILLING}{variant.tx_hash}", transaction)
            self._file.rows(
                "UPDATE intents SET state = ?, nonce = ? WHERE id = ?", (State.SIGNED, variant.nonce, intent)
            )
            self._add(intent, variant)

    def sent(self, intent: Intent) -> None:
        """A node has taken it."""
        self._update(intent, state=State.SENT)

    def include(
        self, intent: Intent, tx_hash: Hash32, number: int, block_hash: Hash32, succeeded: bool
    ) -> None:
        """A block has one of its variants."""
        self._update(
            intent,
            state=State.INCLUDED,
            tx_hash=tx_hash,
            block_number=number,
            block_hash=block_hash,
            succeeded=int(succeeded),
        )

    def exclude(self, intent: Intent) -> None:
        """No block has it any more: it is to be sent again, as it is."""
        nothing = dict.fromkeys(("tx_hash", "block_number", "block_hash", "succeeded", "failure"))
        self._update(intent, state=State.SENT, **nothing)

    def settle(self, intent: Intent, state: State, failure: dict[str, str] | None = None) -> None:
        """It is known what became of it."""
        self._update(intent, state=state, failure=json.dumps(failure) if failure else None)

    def release(self, intent: Intent) -> None:
        """Somebody else's transaction has its nonce for good: it needs another one, or none any more."""
        over = intent.fills or intent.cancelling
        self._update(intent, state=State.CANCELLED if over else State.QUEUED, nonce=None)

    def cancel(self, intent: Intent) -> None:
        """Calls it off: at once if it has no nonce, else once something else has taken that."""
        with self._file.transaction():
            now = self.get(intent.key)
            if now.state is State.QUEUED:
                self._update(now, state=State.CANCELLED)
            elif now.state not in SETTLED:
                self._update(now, cancelling=1)

    def tell(self, intent: Intent) -> None:
        """Whoever asked for it knows what became of it."""
        self._update(intent, told=1)

    # Forgetting

    def settled_long_ago(self, block: int, before: float, limit: int) -> list[int]:
        """The oldest intents of which it is known for good what became of them; they may be forgotten.

        The one with the highest nonce is not among them: a node that lags may not know of it.

        Args:
            block: the last block that no re-org reaches.
            before: unix time; what was signed later is still remembered.
            limit: how many at most.

        Returns:
            Their numbers.
        """
        marks = ", ".join("?" * len(SETTLED))
        rows = self._file.rows(
            "SELECT id, (SELECT coalesce(max(signed_at), 0) FROM variants WHERE intent = id) FROM intents "
            f"WHERE account = ? AND block_number <= ? AND nonce < ? AND state IN ({marks}) "
            "ORDER BY block_number LIMIT ?",
            (self._account, block, self.next_nonce() - 1, *SETTLED, limit),
        )
        # What is in later blocks was signed later, as a rule: the first that is too new ends the search.
        return [number for number, signed_at in takewhile(lambda row: row[1] < before, rows)]

    def forget(self, intents: Sequence[int]) -> None:
        """Takes intents out, and older ones that were settled without a nonce: their keys stand for nothing.

        Args:
            intents: their numbers, as `settled_long_ago` gives them.
        """
        marks = ", ".join("?" * len(intents))
        settled = ", ".join("?" * len(SETTLED))
        with self._file.transaction():
            for table, column in (("variants", "intent"), ("intents", "id")):
                self._file.rows(f"DELETE FROM {table} WHERE {column} IN ({marks})", tuple(intents))
            older = f"account = ? AND nonce IS NULL AND state IN ({settled}) AND id < ?"
            values = (self._account, *SETTLED, max(intents))
            self._file.rows(
                f"DELETE FROM variants WHERE intent IN (SELECT id FROM intents WHERE {older})", values
            )
            self._file.rows(f"DELETE FROM intents WHERE {older}", values)

    # The database

    def _intents(self, where: str, values: tuple[Any, ...]) -> list[Intent]:
        rows = self._file.rows(
            f"SELECT {INTENT_COLUMNS} FROM intents WHERE account = ? AND {where}", (self._account, *values)
        )
        return [intent_of(row) for row in rows]

    def _insert(self, key: str, transaction: Transaction) -> int:
        to, value, data = transaction.to, str(transaction.value), transaction.data
        rows = self._file.rows(
            "INSERT INTO intents (account, key, recipient, value, data, state) VALUES (?, ?, ?, ?, ?, ?) "
            "RETURNING id",
            (self._account, key, to, value, data, State.QUEUED),
        )
        return int(rows[0][0])

    def _add(self, intent: int, v: Variant) -> None:
        self._file.rows(
            "INSERT INTO variants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                v.tx_hash, intent, v.nonce, v.raw, v.gas, str(v.fees.most), str(v.fees.tip),
                int(v.cancels), v.signed_at,
            ),
        )  # fmt: skip

    def _update(self, intent: Intent, **values: Any) -> None:
        places = ", ".join(f"{name} = ?" for name in values)
        self._file.rows(f"UPDATE intents SET {places} WHERE id = ?", (*values.values(), intent.id))
