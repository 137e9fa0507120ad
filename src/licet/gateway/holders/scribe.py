"""Records of what licenses were used for: those of all requests that wait meanwhile, in one commit."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from anyio import to_thread

from licet.documents.usage import UsageRecord
from licet.errors import LicetError
from licet.gateway.database import Connection
from licet.gateway.journal import Journal
from licet.gateway.press import Press
from licet.gateway.recording import Recorder
from licet.rights.uses import Use
from licet.types import ZERO_HASH, Address, Hash32

MOST: Final = 256
"""The most records of one commit."""

_NEXT_SECOND: Final = 0.1
_COLUMNS: Final = "(token, payer, nonce, time, hash, receipt)"
_ROW: Final = "(?, ?, ?, ?, ?, ?)"

Outcome = bytes | LicetError
"""The receipt of a use, or why it was not recorded."""

Admit = Callable[[Connection], Outcome | None]


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
        work: SHA-256 of the work, where the asset is a catalogue; zero for the asset as a whole.
        admit: decides, in the transaction that would record it: gives the receipt of this very use if it is
            recorded, or says why it may not be; None for every use.
    """

    key: Key
    asset: Hash32
    uses: Use
    requester: Address
    work: Hash32 = ZERO_HASH
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
            work=self.work,
            reference=":".join(self.key),
        )


@dataclass(slots=True)
class _Waiting:
    """A use that somebody waits for, and its receipt, signed for a second."""

    entry: Entry
    done: asyncio.Future[bytes]
    time: int = 0
    record: str = ""
    receipt: bytes = b""

    @property
    def row(self) -> tuple[object, ...]:
        return (*self.entry.key, self.time, self.record, self.receipt)


class Scribe:
    """Writes records down.

    Args:
        journal: where.
        recorder: who signs their receipts.
    """

    def __init__(self, journal: Journal, recorder: Recorder) -> None:
        self._journal: Final = journal
        self._press: Final = Press(recorder)
        self._waiting: list[_Waiting] = []
        self._later: list[tuple[str, tuple[object, ...]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, entry: Entry) -> bytes:
        """Records a use; returns its receipt once both are on disk. Raises what `entry.admit` says."""
        waiting = _Waiting(entry, asyncio.get_running_loop().create_future())
        self._sign(waiting)
        self._waiting.append(waiting)
        self._begin()
        return await waiting.done

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
            (written,) = await asyncio.gather(
                to_thread.run_sync(self._write, taken, later), return_exceptions=True
            )
            for place, waiting in enumerate(taken):
                outcome = written if isinstance(written, BaseException) else written[place]
                if waiting.done.done():  # whoever waited may be gone: the record stays
                    continue
                if isinstance(outcome, BaseException):
                    waiting.done.set_exception(outcome)
                else:
                    waiting.done.set_result(outcome)

    def _sign(self, waiting: _Waiting) -> None:
        waiting.time = int(time.time())
        entry = waiting.entry
        waiting.record, waiting.receipt = self._press.receipt(entry.record(waiting.time), entry.requester)

    def _write(
        self, taken: Sequence[_Waiting], later: Sequence[tuple[str, tuple[object, ...]]]
    ) -> list[Outcome]:
        while True:
            with self._journal.transaction() as db:
                (last,) = db.execute("SELECT max(until) FROM batches").fetchone()
                late = [] if last is None else [waiting for waiting in taken if waiting.time <= last]
                if not late:
                    for statement, parameters in later:
                        db.execute(statement, parameters)
                    return _record(db, taken)
            # Records of their second are under a root already.
            while int(time.time()) <= last:
                time.sleep(_NEXT_SECOND)
            for waiting in late:
                self._sign(waiting)


def _record(db: Connection, taken: Sequence[_Waiting]) -> list[Outcome]:
    """Writes all records that are to be, at once: each statement would wait for the interpreter's turn."""
    outcomes: list[Outcome] = []
    rows: list[tuple[object, ...]] = []
    for waiting in taken:
        refused = None if waiting.entry.admit is None else waiting.entry.admit(db)
        outcomes.append(waiting.receipt if refused is None else refused)
        if refused is None:
            rows.append(waiting.row)
    if rows:
        places = ", ".join([_ROW] * len(rows))
        db.execute(
            f"INSERT INTO records {_COLUMNS} VALUES {places}", [value for row in rows for value in row]
        )
    return outcomes
