"""`licet audit`."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from licet.auditor import Auditor, AuditReport, Finding, Severity, Verdict, make_pack, verify_pack
from licet.cli.errors import UndecidedError
from licet.cli.money import Money
from licet.cli.output import emit, facts, note, steps_bar, table
from licet.cli.params import FILE, json_option
from licet.cli.session import Session, takes
from licet.cli.text import format_time, one_line, plural, short
from licet.errors import DeploymentError, InputError, LicetError
from licet.index import Index

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
_PLURALS: Final = {"report of use": "reports of use"}
_STYLES: Final = {Severity.ERROR: "red", Severity.CANNOT_TELL: "yellow", Severity.NOTE: "dim"}


@click.group("audit", invoke_without_command=True)
@click.option(
    "--block",
    type=click.IntRange(min=0),
    metavar="N",
    help="The last block.  [default: the newest, or the last one that is proven in --db]",
)
@click.option(
    "--db",
    metavar="FILE|URL",
    help="Read the contracts' logs from this index, which `licet index update` made, not from the node.",
)
@click.option(
    "--proofs",
    is_flag=True,
    help="Prove state and logs against the block's hash, so that the node need not be believed: slower.",
)
@click.option(
    "--pack",
    type=FILE,
    metavar="FILE",
    help="Prove, and write all that the audit rests on into FILE (ZIP), for `licet audit verify`.",
)
@click.option("--sign", is_flag=True, help="Sign the pack with the account.")
@takes(account=True, documents=True)
def command(
    session: Session,
    block: int | None,
    db: str | None,
    proofs: bool,
    pack: Path | None,
    sign: bool,
    as_json: bool,
) -> int:
    """Recompute all sales and balances from the chain: the verdict.

    Needs a node, the registry's address and the published documents; no key. Exits with 0 when all agrees,
    with 1 when something does not, with 2 when it cannot tell.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return 0
    if pack is not None and db is not None:
        raise InputError("a pack has the logs that the node gives, and their receipts: leave out --db")
    if sign and pack is None:
        raise InputError("what is signed is a pack of evidence: name one with --pack FILE")
    try:
        if pack is None:
            report = _audit(session, block, db, proofs=proofs)
        else:
            report = _packed(session, block, pack, sign=sign)
    except DeploymentError:
        raise  # the contracts are not what they should be: that is an answer
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    findings = [findings_table(report.findings), Text()] if report.findings else []
    emit(
        report.to_json(),
        Text(counted(report)),
        Text(),
        balance_sheets(report, session.money),
        Text(),
        *further_tables(report, session.money),
        *findings,
        *proof_lines(report),
        verdict_line(report.verdict),
        as_json=as_json,
    )
    return EXIT_CODES[report.verdict]


def _audit(session: Session, block: int | None, db: str | None, *, proofs: bool) -> AuditReport:
    auditor = Auditor(session.reader, session.library)
    registry = session.registry or session.contracts.deployment.asset_registry
    with contextlib.ExitStack() as stack:
        index = None if db is None else stack.enter_context(Index(db, create=False))
        progress = stack.enter_context(steps_bar())
        return auditor.audit(registry, block=block, index=index, proofs=proofs, progress=progress)


def _packed(session: Session, block: int | None, path: Path, *, sign: bool) -> AuditReport:
    registry = session.registry or session.contracts.deployment.asset_registry
    signer = session.signer if sign else None
    with steps_bar() as progress:
        made = make_pack(
            session.reader, session.library, registry, path, block=block, signer=signer, progress=progress
        )
    note(f"{path} has the evidence: `licet audit verify` checks it, with no node")
    return made.report


@command.command("verify")
@click.argument("pack", type=FILE)
@json_option
def verify(pack: Path, as_json: bool) -> int:
    """Check a pack of evidence, with no node: prove everything again, and make the report again.

    Exits with 0 when the pack holds and its verdict is clean, with 1 when it does not hold or there are
    findings, with 2 when it cannot be read, or its verdict is that it cannot tell.
    """
    with steps_bar() as progress:
        checked = verify_pack(pack, progress)
    report = checked.report
    emit(
        checked.to_json(),
        Text(counted(report)),
        Text(),
        *([findings_table(report.findings), Text()] if report.findings else []),
        *proof_lines(report),
        facts(
            chain=str(report.chain_id),
            block=f"{report.block.number}, {report.block.hash}",
            registry=report.registry,
            report=checked.report_head,
            signed_by=checked.signer or "nobody",
        ),
        Text(),
        Text("The pack holds. Compare the block's hash with a source of your own: all else follows from it."),
        verdict_line(report.verdict),
        as_json=as_json,
    )
    return EXIT_CODES[report.verdict]


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


def findings_table(findings: Sequence[Finding]) -> RenderableType:
    """The findings, the worst first."""
    return table(
        ["severity", "finding", "what was found"],
        [(Text(str(f.severity), _STYLES[f.severity]), str(f.kind), one_line(f.message)) for f in findings],
    )


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


def verdict_line(verdict: Verdict) -> Text:
    """The verdict, and what it means."""
    word, meaning, style = _WORDS[verdict]
    return Text.assemble("Verdict: ", (word, style), f". {meaning}")
