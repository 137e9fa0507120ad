"""`Keeper`: keeps the index, the shelf and the audit up to date while the site is served."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from licet.auditor import Auditor, Watcher
from licet.chain.client import Chain
from licet.contracts import Contracts
from licet.documents import Library
from licet.errors import LicetError
from licet.index import Index
from licet.shelf import Filler
from licet.types import Hash32
from licet.web.live import Live

_POLL_SECONDS: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_FOLLOWING, _AUDITING = "follow", "audit"


class _EndedError(Exception):
    """The site is served no longer."""


class Keeper:
    """Two threads: one follows the chain, one audits it. Neither ends because something fails."""

    def __init__(
        self,
        contracts: Contracts,
        library: Library,
        db: str | Path,
        shelf: Path,
        live: Live,
        on_fault: Callable[[LicetError], None] | None = None,
    ) -> None:
        """A keeper; `start` begins.

        Args:
            contracts: of the deployment.
            library: where documents are found.
            db: the index, as `Index` takes it; it is made if it is not there.
            shelf: the shelf's file.
            live: is told how things stand.
            on_fault: told of each fault after which it goes on.
        """
        self._contracts: Final = contracts
        self._library: Final = library
        self._live: Final = live
        self._on_fault: Final = on_fault
        self._db: Final = db
        self._index: Final = Index(db)
        self._filler: Final = Filler(shelf, self._index, library)
        self._updating: Final = threading.Lock()
        self._ended: Final = threading.Event()
        self._seen: Hash32 | None = None
        self._threads: Final = [
            threading.Thread(target=self._follow, name="follow", daemon=True),
            threading.Thread(target=self._audit, name="audit", daemon=True),
        ]

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def end(self, seconds: float = 5.0) -> None:
        """Ends, after what is being written; what takes longer is left behind, and does no harm."""
        self._ended.set()
        until = time.monotonic() + seconds
        started = [thread for thread in self._threads if thread.ident is not None]
        for thread in started:
            thread.join(max(0.0, until - time.monotonic()))
        if not started:
            self._close()

    def update(self) -> None:
        """Brings the index and the shelf up to the newest block.

        Raises:
            LicetError: as `Index.update` and `Filler.fill`.
        """
        chain = self._contracts.chain
        with self._updating:
            if self._ended.is_set():
                raise _EndedError
            newest = chain.block().hash
            if newest == self._seen:
                self._filler.fill()  # documents come without blocks
                return
            self._index.update(
                [chain.url],
                self._contracts.deployment,
                progress=lambda done, total: self._live.advance("blocks", done, total),
                money_progress=lambda done, total: self._live.advance("money", done, total),
                on_fault=lambda error: self._fault(_FOLLOWING, error),
            )
            self._filler.fill()
            self._seen = newest

    def _follow(self) -> None:
        pause = _POLL_SECONDS
        while not self._ended.is_set():
            try:
                self.update()
            except _EndedError:
                break
            except LicetError as error:
                self._fault(_FOLLOWING, error)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                self._live.failed(_FOLLOWING, None)
                pause = _POLL_SECONDS
            self._ended.wait(pause)
        self._close()

    def _audit(self) -> None:
        pause = _POLL_SECONDS
        while not self._ended.is_set():
            try:
                self.update()
                with Index(self._db, create=False) as index:
                    for watched in self._watcher(index).watch():
                        self._live.publish(watched.report)
                        self._live.failed(_AUDITING, None)
                        pause = _POLL_SECONDS
            except _EndedError:
                return
            except LicetError as error:
                self._fault(_AUDITING, error)
                pause = min(2 * pause, _LONGEST_PAUSE)
                self._ended.wait(pause)

    def _watcher(self, index: Index) -> Watcher:
        return Watcher(
            Auditor(Chain(self._contracts.chain.url), self._library),
            self._contracts.deployment.asset_registry,
            index=index,
            update=self.update,
            progress=self._live.advance,
            on_fault=lambda error: self._fault(_AUDITING, error),
            sleep=self._sleep,
        )

    def _close(self) -> None:
        with self._updating:
            self._filler.close()
            self._index.close()

    def _sleep(self, seconds: float) -> None:
        if self._ended.wait(seconds):
            raise _EndedError

    def _fault(self, work: str, error: LicetError) -> None:
        self._live.failed(work, error)
        if self._on_fault is not None:
            self._on_fault(error)
