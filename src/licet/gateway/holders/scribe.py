"""Records of what licenses were used for: those of all requests that wait meanwhile, in one commit."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from anyio import to_thread

from licet.documents.receipts import ReceiptDocument
from licet.documents.usage import UsageRecord
from licet.errors import LicetError
from licet.gateway.journal import Journal
from licet.gateway.recording import Recorder
from licet.rights.uses import Use
from licet.types import Address, Hash32

MOST: Final = 256
"""The most records of one commit."""

_NEXT_SECOND: Final = 0.1


Outcome = bytes | LicetError
"""The receipt of a use, or why it was not recorded."""

Admit = Callable[[sqlite3.Connection], Outcome | None]


class Key(NamedTuple):
    """By what the journal knows a record, once: what paid, who used it, and which use it was.

    Attributes:
        means: `license`, or `voucher`.
        license_id: the license.
        number: of the use.
    """

    means: str
    license_id: str
    number: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A use that is to be recorded.

    Attributes:
        key: by what it is known.
        asset: what is used.
        uses: for what.
        requester: who is served.
        admit: decides, in the transaction that would record it: gives the receipt of this very use if it is
            recorded, or says why it may not be; None for every use.
    """

    key: Key
    asset: Hash32
    uses: Use
    requester: Address
    admit: Admit | None = None

    def record(self, now: int) -> UsageRecord:
        """The record, of one unit, at a unix second."""
        return UsageRecord(
            asset_id=self.asset,
            license_id=Hash32(self.key.license_id),
            uses=self.uses,
            units=1,
            since=now,
            until=now,
            reference=":".join(self.key),
        )


class Scribe:
    """Writes records down.

    Args:
        journal: where.
        recorder: who signs their receipts.
    """

    def __init__(self, journal: Journal, recorder: Recorder) -> None:
        self._journal: Final = journal
        self._recorder: Final = recorder
        self._waiting: list[tuple[Entry, asyncio.Future[bytes]]] = []
        self._later: list[tuple[str, tuple[object, ...]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, entry: Entry) -> bytes:
        """Records a use; returns its receipt once both are on disk. Raises what `entry.admit` says."""
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        self._begin()
        return await done

    def later(self, statement: str, parameters: tuple[object, ...]) -> None:
        """Executes a statement in the next commit, which nobody waits for."""
        self._later.append((statement, parameters))
        self._begin()

    def _begin(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        while self._waiting or self._later:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            later, self._later = self._later, []
            entries = [entry for entry, _ in taken]
            (written,) = await asyncio.gather(
                to_thread.run_sync(self._write, entries, later), return_exceptions=True
            )
            for place, (_, done) in enumerate(taken):
                outcome = written if isinstance(written, BaseException) else written[place]
                if done.done():  # whoever waited may be gone: the record stays
                    continue
                if isinstance(outcome, BaseException):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome)

    def _write(
        self, entries: Sequence[Entry], later: Sequence[tuple[str, tuple[object, ...]]]
    ) -> list[Outcome]:
        while True:
            now = int(time.time())
            receipts = [self._recorder.countersigned(entry.record(now), entry.requester) for entry in entries]
            with self._journal.transaction() as db:
                (last,) = db.execute("SELECT max(until) FROM batches").fetchone()
                if not entries or last is None or now > last:
                    for statement, parameters in later:
                        db.execute(statement, parameters)
                    return [
                        _record(db, entry, receipt, now)
                        for entry, receipt in zip(entries, receipts, strict=True)
                    ]
            time.sleep(_NEXT_SECOND)  # records of this second are under a root already


def _record(db: sqlite3.Connection, entry: Entry, receipt: ReceiptDocument, now: int) -> Outcome:
    outcome = None if entry.admit is None else entry.admit(db)
    if outcome is not None:
        return outcome
    data = receipt.to_bytes()
    db.execute(
        "INSERT INTO records (token, payer, nonce, time, hash, receipt) VALUES (?, ?, ?, ?, ?, ?)",
        (*entry.key, now, receipt.record.hash, data),
    )
    return data
