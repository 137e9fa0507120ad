"""`licet audit`."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from licet.auditor import Auditor, AuditReport, Verdict, make_pack
from licet.auditor.papers import check_targets, json_pieces, write_report
from licet.cli.audit_tables import report_tables
from licet.cli.errors import UndecidedError
from licet.cli.options import takes
from licet.cli.output import note, show_all, steps_bar
from licet.cli.params import FILE, db_option
from licet.cli.session import Session
from licet.errors import DeploymentError, InputError, LicetError
from licet.index import Index
from licet.types import Address

EXIT_CODES: Final = {Verdict.CLEAN: 0, Verdict.FINDINGS: 1, Verdict.CANNOT_TELL: 2}


@click.group("audit", invoke_without_command=True)
@click.option(
    "--block",
    type=click.IntRange(min=0),
    metavar="N",
    help="The last block.  [default: the newest, or the last one that is proven in --db]",
)
@db_option
@click.option(
    "--proofs",
    is_flag=True,
    help="Prove state and logs against the block's hash, so that the node need not be believed: slower.",
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
    papers: tuple[Path, ...],
    pack: Path | None,
    sign: bool,
    as_json: bool,
) -> int:
    """Recompute all sales and balances from the chain: the verdict.

    Needs a node, the registry's address and the published documents; no key. Exits with 0 when all agrees,
    with 1 when something does not, with 2 when it cannot tell.
    """
    below = click.get_current_context().invoked_subcommand
    if below is not None:
        _refuse_options_before(below)
        return 0
    # A pack needs no index; one that the environment names for other commands is no mistake.
    named = click.get_current_context().get_parameter_source("db") is ParameterSource.COMMANDLINE
    if pack is not None and named:
        raise InputError("a pack has the logs that the node gives, and their receipts: leave out --db")
    if sign and pack is None:
        raise InputError("what is signed is a pack of evidence: name one with --pack FILE")
    check_targets(papers)
    with undecided():
        if pack is None:
            report = _audit(session, block, db, proofs=proofs)
        else:
            report = _packed(session, block, pack, sign=sign)
        if as_json:
            sys.stdout.writelines(json_pieces(report))
        else:
            show_all(report_tables(report, session.money))
        for path in papers:
            write_report(report, path)
            note(f"wrote {path}")
    return EXIT_CODES[report.verdict]


def _refuse_options_before(below: str) -> None:
    """Options that stand before a subcommand would be lost."""
    context = click.get_current_context()
    for option in context.command.params:
        if context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option.opts[0]} stands before {below}: put it after")


@contextlib.contextmanager
def undecided() -> Iterator[None]:
    """Whatever goes wrong, there is no verdict then, or it could not be told."""
    try:
        yield
        sys.stdout.flush()
    except (DeploymentError, BrokenPipeError):
        raise  # the contracts are not what they should be: that is an answer; or nobody listens any more
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise UndecidedError(f"{where}{error.strerror or error}") from error


def _registry(session: Session) -> Address:
    return session.registry or session.contracts.deployment.asset_registry


def _audit(session: Session, block: int | None, db: str | None, *, proofs: bool) -> AuditReport:
    auditor = Auditor(session.reader, session.library)
    registry = _registry(session)
    with contextlib.ExitStack() as stack:
        index = None if db is None else stack.enter_context(Index(db, create=False))
        progress = stack.enter_context(steps_bar())
        return auditor.audit(registry, block=block, index=index, proofs=proofs, progress=progress)


def _packed(session: Session, block: int | None, path: Path, *, sign: bool) -> AuditReport:
    registry = _registry(session)
    signer = session.signer if sign else None
    with steps_bar() as progress:
        made = make_pack(
            session.reader, session.library, registry, path, block=block, signer=signer, progress=progress
        )
    note(f"{path} has the evidence: `licet audit verify` checks it, with no node")
    return made.report
