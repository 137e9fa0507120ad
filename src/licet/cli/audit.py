"""`licet audit`."""

from collections.abc import Iterator, Sequence
from typing import Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.auditor import Auditor, AuditReport, Finding, Severity, Verdict
from licet.cli.errors import UndecidedError
from licet.cli.money import Money
from licet.cli.output import emit, steps_bar, table
from licet.cli.session import Session, takes
from licet.cli.text import one_line, plural, short
from licet.errors import DeploymentError, LicetError

EXIT_CODES: Final = {Verdict.CLEAN: 0, Verdict.FINDINGS: 1, Verdict.CANNOT_TELL: 2}

_WORDS: Final = {
    Verdict.CLEAN: ("clean", "Everything was checked, and everything agrees.", "bold green"),
    Verdict.FINDINGS: ("findings", "Something does not agree.", "bold red"),
    Verdict.CANNOT_TELL: (
        "cannot tell",
        "What could be checked agrees, but not all could be.",
        "bold yellow",
    ),
}
_STYLES: Final = {Severity.ERROR: "red", Severity.CANNOT_TELL: "yellow", Severity.NOTE: "dim"}


@click.command("audit")
@click.option(
    "--block", type=click.IntRange(min=0), metavar="N", help="The last block.  [default: the newest]"
)
@takes(documents=True)
def command(session: Session, block: int | None, as_json: bool) -> int:
    """Recompute all sales and balances from the chain: the verdict.

    Needs a node, the registry's address and the published documents; no key. Exits with 0 when all agrees,
    with 1 when something does not, with 2 when it cannot tell.
    """
    try:
        report = _audit(session, block)
    except DeploymentError:
        raise  # the contracts are not what they should be: that is an answer
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    findings = [findings_table(report.findings), Text()] if report.findings else []
    emit(
        report.to_json(),
        Text(counted(report)),
        Text(),
        *more_sheets(report, session.money),
        Text(),
        *findings,
        verdict_line(report.verdict),
        as_json=as_json,
    )
    return EXIT_CODES[report.verdict]


def _audit(session: Session, block: int | None) -> AuditReport:
    auditor = Auditor(session.reader, session.library)
    registry = session.registry or session.contracts.deployment.asset_registry
    with steps_bar() as progress:
        return auditor.audit(registry, block=block, progress=progress)


def counted(report: AuditReport) -> str:
    """How much an audit looked at, in one sentence; what there was none of is left out."""
    c = report.counts
    more = (
        (c.derivatives, "derivative"),
        (c.renewals, "renewal"),
        (c.sublicenses, "sublicense"),
        (c.revocations, "revocation"),
        (c.settlements, "settlement"),
        (c.anchors, "usage report"),
        (c.statements, "statement"),
        (c.cases, "case"),
    )
    counts = [
        f"{plural(c.registrations, 'registration')} of {plural(c.works, 'work')} in all",
        plural(c.sales, "sale"),
        plural(c.vaults, "vault"),
        plural(c.claims, "claim"),
        *(plural(count, noun) for count, noun in more if count),
    ]
    return f"Up to block {report.block.number}, {plural(c.logs, 'log')} were read: {', '.join(counts)}."


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


def more_sheets(report: AuditReport, money: Money) -> Iterator[RenderableType]:
    """The vaults' balance sheets, and the deposits, statements, escrows and cases, where there are any."""
    yield balance_sheets(report, money)
    for rows, sheet in (
        (report.meters, _meters),
        (report.statements, _statements),
        (report.escrows, _escrows),
        (report.cases, _cases),
    ):
        if rows:
            yield Text()
            yield sheet(report, money)


def _meters(report: AuditReport, money: Money) -> RenderableType:
    return table(
        ["deposit of", ">units", ">received", ">= settled", ">+ withdrawn", ">+ left"],
        [
            (
                short(m.license_id),
                f"{m.units:,}",
                *(money.text(m.token, n) for n in (m.received, m.settled, m.withdrawn, m.balance)),
            )
            for m in report.meters
        ],
    )


def _statements(report: AuditReport, money: Money) -> RenderableType:
    return table(
        ["statement", "of asset", "state", ">says", ">released", ">waiting"],
        [
            (
                short(s.statement_id),
                short(s.asset_id),
                s.state,
                *(money.text(s.token, n) for n in (s.amount, s.released, s.balance)),
            )
            for s in report.statements
        ],
    )


def _escrows(report: AuditReport, money: Money) -> RenderableType:
    return table(
        ["escrow of case", "asset", "for", ">received", ">= released", ">+ waiting"],
        [
            (
                str(e.case_id),
                short(e.asset_id),
                short(e.payee),
                *(money.text(e.token, n) for n in (e.received, e.released, e.balance)),
            )
            for e in report.escrows
        ],
    )


def _cases(report: AuditReport, money: Money) -> RenderableType:  # noqa: ARG001
    return table(
        ["case", "about", "subject", "claimant", "status"],
        [(str(c.case_id), c.kind, short(c.subject), short(c.claimant), c.status) for c in report.cases],
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
    return Text.assemble("Verdict: ", (word, style), f". {meaning}")
