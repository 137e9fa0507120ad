"""`licet audit`."""

from collections.abc import Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from licet.auditor import AuditReport, Finding, Severity, Verdict
from licet.cli.money import Money
from licet.cli.output import table
from licet.cli.text import one_line, plural, short

EXIT_CODES: Final = {Verdict.CLEAN: 0, Verdict.FINDINGS: 1, Verdict.CANNOT_TELL: 2}

_WORDS: Final = {
    Verdict.CLEAN: ("clean", "everything was checked, and everything agrees", "bold green"),
    Verdict.FINDINGS: ("findings", "something does not agree", "bold red"),
    Verdict.CANNOT_TELL: ("cannot tell", "what could be checked agrees, but not all could be", "bold yellow"),
}
_STYLES: Final = {Severity.ERROR: "red", Severity.CANNOT_TELL: "yellow", Severity.NOTE: "dim"}


def counted(report: AuditReport) -> str:
    """How much an audit looked at, in one sentence."""
    c = report.counts
    return (
        f"Up to block {report.block.number}, {plural(c.logs, 'log')} were read: "
        f"{plural(c.registrations, 'registration')} of {plural(c.works, 'work')} in all, "
        f"{plural(c.sales, 'sale')}, {plural(c.vaults, 'vault')}, {plural(c.claims, 'claim')}."
    )


def balance_sheets(report: AuditReport, money: Money) -> RenderableType:
    """What every vault received, paid and owes."""
    columns = ["vault", ">payees", ">received", ">= claimed", ">+ due", ">+ dust"]
    return table(
        columns,
        [
            (
                short(sheet.vault),
                "unknown" if sheet.payees is None else f"{sheet.payees:,}",
                money.text(sheet.token, sheet.received),
                money.text(sheet.token, sheet.claimed),
                "unknown" if sheet.due is None else money.text(sheet.token, sheet.due),
                "unknown" if sheet.dust is None else money.text(sheet.token, sheet.dust),
            )
            for sheet in report.vaults
        ],
    )


def findings_table(findings: Sequence[Finding]) -> RenderableType:
    """The findings, the worst first."""
    return table(
        ["severity", "finding", "what was found"],
        [(Text(str(f.severity), _STYLES[f.severity]), str(f.kind), one_line(f.message)) for f in findings],
    )


def verdict_line(verdict: Verdict) -> Text:
    """The verdict, and what it means."""
    word, meaning, style = _WORDS[verdict]
    return Text.assemble("Verdict: ", (word, style), f": {meaning}")
