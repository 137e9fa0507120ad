"""What `licet audit` shows people: what was done, the books, the findings, the verdict."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from licet.auditor import AuditReport, Evidence, Finding, Severity, Verdict
from licet.auditor.report.lines import TrialLine, condensed
from licet.auditor.report.procedures import carried_out
from licet.cli.money import Money
from licet.cli.output import table
from licet.cli.text import format_time, one_line, plural, short

_VERDICT_STYLES: Final = {
    Verdict.CLEAN: "bold green",
    Verdict.FINDINGS: "bold red",
    Verdict.CANNOT_TELL: "bold yellow",
}
_MOST: Final = 30
"""How many accounts of the trial balance, and how many findings, a terminal shows."""
_PLURALS: Final = {"report of use": "reports of use"}
_STYLES: Final = {Severity.ERROR: "red", Severity.CANNOT_TELL: "yellow", Severity.NOTE: "dim"}


def report_tables(report: AuditReport, money: Money) -> Iterator[RenderableType]:
    """The report for people: what was done, the tables, the findings, and last the verdict."""
    yield Text(counted(report))
    yield Text()
    yield from procedures(report)
    yield balance_sheets(report, money)
    yield Text()
    yield from trial(report, money)
    yield from further_tables(report, money)
    yield from findings_table(report.findings)
    yield from proof_lines(report)
    yield verdict_line(report)


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


def procedures(report: AuditReport) -> Iterator[RenderableType]:
    """What was done, with the factual finding of each; what there was nothing for is only counted."""
    carried = carried_out(report)
    done = [procedure for procedure in carried if procedure.items or procedure.exceptions]
    rows = [
        (procedure.title, procedure.extent, Text(procedure.result, "yellow" if procedure.exceptions else ""))
        for procedure in done
    ]
    yield table(["procedure", "performed on", "factual finding"], rows)
    if len(done) < len(carried):
        yield Text(f"There was nothing to perform {plural(len(carried) - len(done), 'more procedure')} on.")
    yield Text()


def trial(report: AuditReport, money: Money) -> Iterator[RenderableType]:
    """The trial balance: token by token, whether what came in is paid out or still there."""
    shown = condensed(report.trial_balance, _MOST)
    for token, lines in groupby(shown, lambda line: line.token):
        amounts = (">opening", ">+ in", ">- out", ">= computed", ">closing", ">difference")
        yield Text(f"Trial balance in {money.name(token)}")
        yield table(["account", *amounts, "reconciled"], [_trial_row(line, money) for line in lines])
        yield Text()
    yield from _left_out(len(report.trial_balance) - _MOST, "account")


def _trial_row(line: TrialLine, money: Money) -> tuple[str | Text, ...]:
    amounts = (line.opening, line.incoming, line.outgoing, line.computed, line.closing, line.difference)
    return (
        line.kind.replace("_", " ") + (f" {short(line.account)}" if line.account else ""),
        *("unknown" if units is None else money.figure(line.token, units) for units in amounts),
        "unknown" if line.reconciled is None else "yes" if line.reconciled else Text("no", "red"),
    )


def _left_out(count: int, noun: str) -> Iterator[RenderableType]:
    if count > 0:
        yield Text(f"And {plural(count, 'more ' + noun)}: --report and --json have all.")
        yield Text()


def further_tables(report: AuditReport, money: Money) -> Iterator[RenderableType]:
    """What else there is: how much was done, deposits, statements, escrows and cases."""
    c = report.counts
    done = {
        "derivative": c.derivatives,
        "renewal": c.renewals,
        "revocation": c.revocations,
        "sublicense": c.sublicenses,
        "report of use": c.anchors,
        "settlement": c.settlements,
        "statement": c.statements,
        "case": c.cases,
    }
    counts = [
        f"{count:,} {noun}" if count == 1 else f"{count:,} {_PLURALS.get(noun, noun + 's')}"
        for noun, count in done.items()
        if count
    ]
    if counts:
        yield Text(f"Besides: {', '.join(counts)}.")
        yield Text()
    tables = (
        deposits(report, money),
        statements(report, money),
        escrows(report, money),
        cases(report),
    )
    for rows in tables:
        if rows.row_count:
            yield rows
            yield Text()


def deposits(report: AuditReport, money: Money) -> Table:
    """What was paid into each metered license's deposit, and what became of it."""
    return table(
        ["metered license", ">units", ">received", ">= settled", ">+ withdrawn", ">+ left"],
        [
            (
                short(sheet.license_id),
                f"{sheet.units:,}",
                *(
                    money.text(sheet.token, amount)
                    for amount in (sheet.received, sheet.settled, sheet.withdrawn, sheet.balance)
                ),
            )
            for sheet in report.meters
        ],
    )


def statements(report: AuditReport, money: Money) -> Table:
    """What periods' payouts say, and how far they have come."""
    return table(
        ["statement", "asset", "until", ">amount", ">released", ">waiting", "state"],
        [
            (
                short(sheet.statement_id),
                short(sheet.asset_id),
                format_time(sheet.until),
                money.text(sheet.token, sheet.amount),
                money.text(sheet.token, sheet.released),
                money.text(sheet.token, sheet.balance),
                sheet.state,
            )
            for sheet in report.statements
        ],
    )


def escrows(report: AuditReport, money: Money) -> Table:
    """What was sold while a dispute was open."""
    return table(
        ["escrow of case", "asset", "sold for", ">received", ">= released", ">+ waiting"],
        [
            (
                str(sheet.case_id),
                short(sheet.asset_id),
                short(sheet.payee),
                money.text(sheet.token, sheet.received),
                money.text(sheet.token, sheet.released),
                money.text(sheet.token, sheet.balance),
            )
            for sheet in report.escrows
        ],
    )


def cases(report: AuditReport) -> Table:
    """Disputes and contests, and how they ended."""
    return table(
        ["case", "about", "subject", "claimant", "deadline", "status"],
        [
            (
                str(line.case_id),
                line.kind,
                short(line.subject),
                short(line.claimant),
                format_time(line.deadline),
                line.status,
            )
            for line in report.cases
        ],
    )


def findings_table(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    """The findings, the worst first, each with its evidence."""
    if not findings:
        return
    rows = [
        (
            Text(str(finding.severity), _STYLES[finding.severity]),
            str(finding.kind),
            one_line(finding.message),
            _evidence(finding.evidence),
        )
        for finding in findings[:_MOST]
    ]
    yield table(["severity", "finding", "what was found", "evidence"], rows)
    yield Text()
    yield from _left_out(len(findings) - _MOST, "finding")


def _evidence(evidence: Evidence) -> str:
    """Where to look, and what stands there."""
    names = ("tx", "block", "log_index", "expected", "found")
    values = {name: value for name, value in evidence.to_json().items() if name in names}
    return ", ".join(f"{name.replace('_', ' ')} {one_line(str(value))}" for name, value in values.items())


def proof_lines(report: AuditReport) -> Iterator[RenderableType]:
    """What rests on proofs, and what remains the node's word."""
    proven = report.proven
    if proven is None:
        return
    yield Text(
        f"Proven against block {report.block.number}, {report.block.hash}: {plural(proven.slots, 'slot')}, "
        f"{plural(proven.accounts, 'account')}, the receipts of {plural(proven.receipts, 'block')}."
    )
    for what in proven.unproven:
        yield Text(f"The node's word: {what}.")
    yield Text()


def verdict_line(report: AuditReport) -> Text:
    """The verdict, what it means, and how much is to be noted."""
    return Text.assemble("Verdict: ", verdict_word(report.verdict), f". {report.meaning}")


def verdict_word(verdict: Verdict) -> Text:
    """The verdict, in its colour."""
    return Text(verdict.replace("_", " "), _VERDICT_STYLES[verdict])
