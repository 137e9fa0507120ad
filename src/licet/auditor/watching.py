"""Watching: an audit of every new block, and what it says otherwise than the one before."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from licet.auditor.audit import Auditor
from licet.auditor.evidence.records import Progress
from licet.auditor.findings import Finding
from licet.auditor.report.audit_report import AuditReport
from licet.errors import ChainError, NotAContract, WrongChain
from licet.index import Index
from licet.types import Address, Hash32

_POLL_SECONDS: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_FATAL: Final = (NotAContract, WrongChain)
"""What asking again does not mend."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the audit at one block said.

    Attributes:
        report: all of it.
        found: the findings that the audit before did not have; in the first, all.
        gone: those that only the audit before had: the chain was reorganised, or what was missing is there.
    """

    report: AuditReport
    found: tuple[Finding, ...]
    gone: tuple[Finding, ...]


class Watcher:
    """Follows a chain, auditing at each new block; at the newest one, where several came meanwhile."""

    def __init__(
        self,
        auditor: Auditor,
        registry: Address,
        *,
        others: Sequence[Callable[[], Auditor]] = (),
        index: Index | None = None,
        update: Callable[[], object] | None = None,
        progress: Progress | None = None,
        on_fault: Callable[[ChainError], None] | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """A watcher.

        Args:
            auditor: who audits.
            registry: the registry's address.
            others: make auditors that ask further nodes of the chain, each when those before it have failed.
            index: of the deployment, whose logs are read instead of the node's.
            update: brings that index up to the newest block; called before each audit.
            progress: as of `Auditor.audit`.
            on_fault: told of each fault of the node after which it is asked again.
            sleep: waits so many seconds; what it raises ends the watch.
        """
        self._auditors: Final[list[Callable[[], Auditor]]] = [lambda: auditor, *map(cache, others)]
        self._chosen = 0
        self._registry: Final = registry
        self._index: Final = index
        self._update: Final = update
        self._progress: Final = progress
        self._on_fault: Final = on_fault
        self._sleep: Final = sleep

    def watch(self) -> Iterator[Watched]:
        """Yields what each audit says, without end.

        Where a node fails, the next one is asked. Where all have failed after the first audit, they are asked
        again, after ever longer pauses.

        Raises:
            As `Auditor.audit` does, of the last node, in the first audit; and later what asking again would
            not mend.
        """
        seen: Hash32 | None = None
        before: tuple[Finding, ...] = ()
        pause = _POLL_SECONDS
        while True:
            try:
                auditor = self._auditors[self._chosen]()
                # Asked before the audit: a block that comes meanwhile is audited next.
                newest = auditor.chain.block().hash
                report = None if newest == seen else self._audit(auditor)
            except ChainError as error:
                self._chosen = (self._chosen + 1) % len(self._auditors)
                all_failed = self._chosen == 0
                if isinstance(error, _FATAL) or (seen is None and all_failed):
                    raise
                if self._on_fault is not None:
                    self._on_fault(error)
                if all_failed:
                    pause = min(2 * pause, _LONGEST_PAUSE)
                    self._sleep(pause)
                continue
            pause = _POLL_SECONDS
            if report is None:
                self._sleep(pause)
                continue
            seen = newest
            yield Watched(report, _without(report.findings, before), _without(before, report.findings))
            before = report.findings

    def _audit(self, auditor: Auditor) -> AuditReport:
        if self._update is not None:
            self._update()
        return auditor.audit(self._registry, index=self._index, progress=self._progress)


def _without(findings: tuple[Finding, ...], others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    known = frozenset(others)
    return tuple(finding for finding in findings if finding not in known)
