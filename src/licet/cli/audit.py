"""`licet audit`."""

import contextlib
import sys
from pathlib import Path
from typing import Final

import click

from licet.auditor import Auditor, AuditReport, Verdict
from licet.auditor.papers import check_targets, json_pieces, write_report
from licet.cli.audit_tables import report_tables
from licet.cli.errors import UndecidedError
from licet.cli.output import note, show_all, steps_bar
from licet.cli.session import Session, takes
from licet.errors import DeploymentError, LicetError
from licet.index import Index

EXIT_CODES: Final = {Verdict.CLEAN: 0, Verdict.FINDINGS: 1, Verdict.CANNOT_TELL: 2}


@click.command("audit")
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
    "--report",
    "papers",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="PATH",
    help="Write the report here too: a page (.html), a workbook (.xlsx), .json, or CSV files, in a .zip, or, "
    "without a suffix, in a new folder. May be repeated.",
)
@takes(documents=True)
def command(
    session: Session, block: int | None, db: str | None, papers: tuple[Path, ...], as_json: bool
) -> int:
    """Recompute all sales and balances from the chain: the verdict.

    Needs a node, the registry's address and the published documents; no key. Exits with 0 when all agrees,
    with 1 when something does not, with 2 when it cannot tell.
    """
    check_targets(papers)
    try:
        report = _audit(session, block, db)
    except DeploymentError:
        raise  # the contracts are not what they should be: that is an answer
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    if as_json:
        sys.stdout.writelines(json_pieces(report))
    else:
        show_all(report_tables(report, session.money))
    for path in papers:
        write_report(report, path)
        note(f"wrote {path}")
    return EXIT_CODES[report.verdict]


def _audit(session: Session, block: int | None, db: str | None) -> AuditReport:
    auditor = Auditor(session.reader, session.library)
    registry = session.registry or session.contracts.deployment.asset_registry
    with contextlib.ExitStack() as stack:
        index = None if db is None else stack.enter_context(Index(db, create=False))
        progress = stack.enter_context(steps_bar())
        return auditor.audit(registry, block=block, index=index, progress=progress)
