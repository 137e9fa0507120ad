"""The procedures of an audit, as ISRS 4400 (Revised) has them: what was done, on how much, with what result.

They are facts: each says what was compared with what, and every exception. What to conclude from them is the
reader's, and the verdict's.
"""

from dataclasses import dataclass
from typing import Any, Final

from licet.auditor.findings import Finding, Kind, Severity
from licet.auditor.report.plans import PLAN_OF, PLANS, Audited
from licet.text import plural

NO_EXCEPTIONS: Final = "No exceptions found."
_ALWAYS: Final = ("contracts", "history")


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure, and its factual findings.

    Attributes:
        key: its name; stable, programs rely on it.
        title: the same for people.
        done: what was compared with what.
        performed: whether it was: nothing is, once the history turned out to have holes.
        items: on how many.
        noun: of what.
        exceptions: what did not agree, could not be checked, or is to be noted.
    """

    key: str
    title: str
    done: str
    performed: bool
    items: int
    noun: str
    exceptions: tuple[Finding, ...]

    @property
    def extent(self) -> str:
        """On how much it was performed: `3 sales`."""
        return plural(self.items, self.noun)

    @property
    def result(self) -> str:
        """The factual finding, in a sentence; what is only to be noted is counted beside."""
        if not self.performed:
            return "Not performed: the history is not complete."
        notes = sum(1 for finding in self.exceptions if finding.severity is Severity.NOTE)
        wrong = len(self.exceptions) - notes
        found = f"{plural(wrong, 'exception')} found." if wrong else NO_EXCEPTIONS
        return f"{found} {plural(notes, 'note')}." if notes else found

    def to_json(self) -> dict[str, Any]:
        """A JSON object; the exceptions as the kinds and how often, since the findings have them in full."""
        kinds = sorted({str(finding.kind) for finding in self.exceptions})
        return {
            "key": self.key,
            "title": self.title,
            "done": self.done,
            "performed": self.performed,
            "items": self.items,
            "noun": self.noun,
            "result": self.result,
            "exceptions": {
                kind: sum(1 for finding in self.exceptions if finding.kind == kind) for kind in kinds
            },
        }


def carried_out(report: Audited) -> tuple[Procedure, ...]:
    """All procedures, each with what it found."""
    complete = not any(finding.kind is Kind.LOGS_INCOMPLETE for finding in report.findings)
    by_plan: dict[str, list[Finding]] = {plan.key: [] for plan in PLANS}
    for finding in report.findings:
        by_plan[PLAN_OF[finding.kind]].append(finding)
    return tuple(
        Procedure(
            plan.key,
            plan.title,
            plan.done,
            complete or plan.key in _ALWAYS,
            plan.count(report),
            plan.noun,
            tuple(by_plan[plan.key]),
        )
        for plan in PLANS
    )
