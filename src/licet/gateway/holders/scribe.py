"""Records of what licenses were used for: those of all requests that wait meanwhile, in one commit."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from anyio import to_thread

from licet.documents.usage import UsageRecord
from licet.gateway.journal import Journal
from licet.gateway.recording import Recorder
from licet.rights.uses import Use
from licet.types import Address, Hash32

MOST: Final = 256
"""The most records of one commit."""

_NEXT_SECOND: Final = 0.1
_INSERT: Final = (
    "INSERT INTO records (token, payer, nonce, time, hash, receipt) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO NOTHING"
)


class Key(NamedTuple):
    """By what the journal knows a record, once: what paid, who used it, and which use it was.

    Attributes:
        means: `license`.
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
    """

    key: Key
    asset: Hash32
    uses: Use
    requester: Address

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
        self._writing: asyncio.Task[None] | None = None

    async def write(self, entry: Entry) -> bytes:
        """Records a use; returns its receipt once both are on disk."""
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            entries = [entry for entry, _ in taken]
            (outcome,) = await asyncio.gather(
                to_thread.run_sync(self._write, entries), return_exceptions=True
            )
            for place, (_, done) in enumerate(taken):
                if done.done():  # whoever waited may be gone: the record stays
                    continue
                if isinstance(outcome, BaseException):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome[place])

    def _write(self, entries: Sequence[Entry]) -> list[bytes]:
        while True:
            now = int(time.time())
            signed = [self._recorder.countersigned(entry.record(now), entry.requester) for entry in entries]
            receipts = [receipt.to_bytes() for receipt in signed]
            rows = [
                (*entry.key, now, one.receipt.record, receipt)
                for entry, one, receipt in zip(entries, signed, receipts, strict=True)
            ]
            with self._journal.transaction() as db:
                (last,) = db.execute("SELECT max(until) FROM batches").fetchone()
                if last is None or now > last:
                    for row in rows:
                        db.execute(_INSERT, row)
                    return receipts
            time.sleep(_NEXT_SECOND)  # records of this second are under a root already
