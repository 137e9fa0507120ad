"""`licet catalog`: works by the thousand."""

from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from licet.catalog import Catalog, read_catalog
from licet.cli.output import bar, emit, facts, table
from licet.cli.params import FILE, Command, origin_option
from licet.cli.session import Session, takes
from licet.cli.text import one_line
from licet.rights.registration import Origin

_SHOWN_PAYEES: Final = 10

_COLUMN_OPTIONS: Final = (
    click.option("--payees-column", metavar="NAME", help="The column with the payees of each work."),
    click.option("--weights-column", metavar="NAME", help="The column with their weights.  [default: equal]"),
    click.option(
        "--separator", default="|", show_default=True, metavar="TEXT", help="What stands between payees."
    ),
)


def column_options(function: Command) -> Command:
    """Adds the options that say how a catalogue's CSV is to be read."""
    for option in reversed(_COLUMN_OPTIONS):
        function = option(function)
    return function


def read(path: Path, payees_column: str | None, weights_column: str | None, separator: str) -> Catalog:
    """Reads a catalogue's CSV, with a progress bar."""
    with bar(f"reading {path.name}") as progress:
        return read_catalog(
            path,
            payees_column=payees_column,
            weights_column=weights_column,
            separator=separator,
            progress=progress,
        )


@click.group("catalog")
def command() -> None:
    """Register whole catalogues, each in one transaction."""


@command.command("register")
@click.argument("csv", type=FILE)
@click.option("--name", required=True, help="The catalogue's title, for people.")
@column_options
@origin_option
@takes(account=True, publishes=True)
def register(
    session: Session,
    csv: Path,
    name: str,
    payees_column: str | None,
    weights_column: str | None,
    separator: str,
    origin: Origin,
    as_json: bool,
) -> None:
    """Register the works of CSV (.csv or .csv.gz), one in each row, as a catalogue.

    A row's work is the SHA-256 in its column `sha256`, else the file in its column `file`, else the row
    itself. The list of works is published as a document. With --payees-column, shows who would share in
    the income; `licet split publish` makes it so.
    """
    catalog = read(csv, payees_column, weights_column, separator)
    registered = session.rights_holder.register_catalog(catalog, name, origin=origin)
    registration, receipt = registered.registration, registered.receipt
    emit(
        {
            "asset_id": registered.asset_id,
            "name": name,
            "works": registration.works,
            "root": registration.content,
            "document_hash": registration.document_hash,
            "uri": registration.uri,
            "tx": receipt.tx_hash,
            "gas": receipt.gas_used,
            "split": _split_json(catalog),
        },
        facts(
            asset_id=registered.asset_id,
            works=f"{registration.works:,}",
            document=f"{registration.document_hash[2:]}.json in {session.publisher.directory}",
            gas=f"{receipt.gas_used:,}",
        ),
        *_split_tables(catalog),
        as_json=as_json,
    )


def _split_json(catalog: Catalog) -> dict[str, Any] | None:
    if not catalog.shares:
        return None
    return {
        "payees": len(catalog.shares),
        "total": str(sum(catalog.shares.values())),
        "shares": {label: str(share) for label, share in catalog.shares.items()},
    }


def _split_tables(catalog: Catalog) -> list[Any]:
    if not catalog.shares:
        return []
    total = sum(catalog.shares.values())
    largest = sorted(catalog.shares.items(), key=lambda item: item[1], reverse=True)[:_SHOWN_PAYEES]
    rows = [(one_line(label), f"{share:,}", f"{100 * share / total:.3f} %") for label, share in largest]
    more = len(catalog.shares) - len(largest)
    lines = [
        Text(f"\nIts income would be split in {total:,} shares:"),
        table(["payee", ">shares", ">part"], rows),
    ]
    return [*lines, Text(f"… and {more:,} more payees")] if more else lines
