"""`licet index`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from licet.cli.errors import UndecidedError
from licet.cli.nodes import at_first_node, others_option
from licet.cli.options import takes
from licet.cli.output import emit, facts, note, steps_bar, table
from licet.cli.params import FILE, json_option
from licet.cli.session import Session
from licet.cli.text import one_line, plural
from licet.errors import ChainError, IndexFailed, InputError, NodesDisagree, NodeUntrue
from licet.index import Index, IndexState

UNPROVEN: Final = 2
"""Exit code where the contracts' heads could not be asked: what was indexed may be right."""

_db: Final = click.option(
    "--db",
    metavar="FILE|URL",
    envvar="LICET_DB",
    show_envvar=True,
    help="An SQLite file, or postgresql://user@host/database.  [default: index-<chain id>.sqlite]",
)
_db_required: Final = click.option(
    "--db",
    required=True,
    metavar="FILE|URL",
    envvar="LICET_DB",
    show_envvar=True,
    help="The SQLite file, or postgresql://user@host/database.",
)


@click.group("index")
def command() -> None:
    """Keep all events of a deployment in a database."""


@command.command("update")
@_db
@others_option
@click.option(
    "--to-block", type=click.IntRange(min=0), metavar="N", help="The last block.  [default: the newest]"
)
@click.option(
    "--prove", is_flag=True, help="Take each log from receipts whose root its block's hash binds: slower."
)
@click.option(
    "--busy",
    is_flag=True,
    help="The chain's blocks are so full that their blooms tell nothing: rely on the contracts' heads alone.",
)
@takes()
def update(
    session: Session,
    db: str | None,
    others: tuple[str, ...],
    to_block: int | None,
    prove: bool,
    busy: bool,
    as_json: bool,
) -> int:
    """Index what is new: makes the database, or goes on where it ends.

    What the nodes say is checked against the blocks' headers and the contracts' rolling heads before it is
    stored. Blocks that the chain has dropped are replaced. May be interrupted, or killed, at any time.
    """
    urls = [session.rpc, *others]
    with _blaming():
        deployment = at_first_node(session, urls).contracts.deployment
    faults: list[str] = []

    def faulty(error: ChainError) -> None:
        message = one_line(str(error))
        if message not in faults:
            faults.append(message)
            note(f"trying on: {message}")

    with (
        _blaming(),
        Index(db or f"index-{deployment.chain_id}.sqlite") as index,
        steps_bar() as advance,
    ):
        state = index.update(
            urls,
            deployment,
            to_block=to_block,
            prove=prove,
            busy=busy,
            progress=lambda done, total: advance("blocks", done, total),
            money_progress=lambda done, total: advance("money", done, total),
            on_fault=faulty,
        )
    _show(state, as_json=as_json, faults=faults)
    return 0 if state.proven else UNPROVEN


@command.command("status")
@_db_required
@json_option
def status(db: str, as_json: bool) -> int:
    """Show how far an index has come; needs no node."""
    with Index(db, create=False) as index:
        state = index.state
    _show(state, as_json=as_json)
    return 0 if state.proven else UNPROVEN


@command.command("export")
@click.argument("folder", type=FILE)
@_db_required
@click.option(
    "--format", "format_", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True
)
@click.option(
    "--table",
    "chosen",
    multiple=True,
    metavar="TABLE",
    help="blocks, logs, claims, transfers, or a kind of event as license_token_sold. May be repeated.  "
    "[default: all with rows]",
)
@json_option
def export(folder: Path, db: str, format_: Any, chosen: tuple[str, ...], as_json: bool) -> None:
    """Write what an index has into FOLDER, one file for each kind of event."""
    from licet.index.export import export as write  # DuckDB is large

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file: name a folder")
    with Index(db, create=False) as index:
        written = write(index, folder, format_, chosen)
    emit(
        {"files": [{"table": made.table, "path": str(made.path), "rows": made.rows} for made in written]},
        table(["file", ">rows"], [(str(made.path), f"{made.rows:,}") for made in written]),
        as_json=as_json,
    )


@contextlib.contextmanager
def _blaming() -> Iterator[None]:
    """1 says that the nodes cannot be right, and not that none could be asked, or nothing written."""
    try:
        yield
    except (NodeUntrue, NodesDisagree):
        raise
    except (ChainError, IndexFailed) as error:
        raise UndecidedError(str(error)) from error


def _show(state: IndexState, *, as_json: bool, faults: list[str] | None = None) -> None:
    proven = (
        Text("All of it agrees with the contracts' heads.", "green")
        if state.proven
        else Text(
            f"Only what stands up to block {state.verified_block} agrees with the contracts' heads: "
            "the node could not be asked about the rest; update again.",
            "yellow",
        )
    )
    data = state.to_json() if faults is None else {**state.to_json(), "faults": faults}
    emit(
        data,
        facts(
            database=one_line(state.db),
            registry=state.registry,
            blocks=f"{state.first_block:,} to {state.block:,}",
            logs=f"{plural(state.counted, 'log')} that count",
            money=f"followed up to block {state.money_block:,}",
        ),
        proven,
        as_json=as_json,
    )
