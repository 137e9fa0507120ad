"""Watching: an audit of every new block, and what it says otherwise than the one before."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
            index: of the deployment, whose logs are read instead of the node's.
            update: brings that index up to the newest block; called before each audit.
            progress: as of `Auditor.audit`.
            on_fault: told of each fault of the node after which it is asked again.
            sleep: waits so many seconds; what it raises ends the watch.
        """
        self._auditor: Final = auditor
        self._registry: Final = registry
        self._index: Final = index
        self._update: Final = update
        self._progress: Final = progress
        self._on_fault: Final = on_fault
        self._sleep: Final = sleep

    def watch(self) -> Iterator[Watched]:
        """Yields what each audit says, without end.

        A node that fails after the first audit is asked again, after ever longer pauses.

        Raises:
            As `Auditor.audit` does, in the first audit; and later what asking again would not mend.
        """
        seen: Hash32 | None = None
        before: tuple[Finding, ...] = ()
        pause = _POLL_SECONDS
        while True:
            try:
                # Asked before the audit: a block that comes meanwhile is audited next.
                newest = self._auditor.chain.block().hash
                report = None if newest == seen else self._audit()
            except ChainError as error:
                if seen is None or isinstance(error, _FATAL):
                    raise
                if self._on_fault is not None:
                    self._on_fault(error)
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

    def _audit(self) -> AuditReport:
        if self._update is not None:
            self._update()
        return self._auditor.audit(self._registry, index=self._index, progress=self._progress)


def _without(findings: tuple[Finding, ...], others: tuple[Finding, ...]) -> tuple[Finding, ...]:
    known = frozenset(others)
    return tuple(finding for finding in findings if finding not in known)
