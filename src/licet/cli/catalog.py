"""`licet catalog`: works by the thousand."""

from pathlib import Path
from typing import Any, Final

import click
from rich.text import Text

from licet.catalog import Catalog, read_catalog
from licet.cli.likeness import near_json, warn_of_neighbours
from licet.cli.options import takes
from licet.cli.output import bar, emit, facts, table
from licet.cli.params import FILE, Command, origin_option
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.errors import InputError
from licet.fingerprint import check_file
from licet.fingerprint.members import is_archive
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


def read_source(path: Path, payees_column: str | None, weights_column: str | None, separator: str) -> Catalog:
    """Reads a catalogue's CSV, or the files of a folder or an archive, with a progress bar.

    Raises:
        InputError: it cannot be read, or a folder or an archive is to have columns.
    """
    if not path.is_dir() and not is_archive(path):
        return read(path, payees_column, weights_column, separator)
    if payees_column is not None or weights_column is not None:
        raise InputError(f"{path} has no columns: name payees in a CSV, or leave the options out")
    # Pictures' and sounds' libraries are loaded by whoever compares works.
    from licet.collection import read_collection

    with bar(f"reading {path.name}") as progress:
        return read_collection(path, progress=progress)


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
@click.argument("source", type=FILE, metavar="CSV|FOLDER|ARCHIVE")
@click.option("--name", required=True, help="The catalogue's title, for people.")
@click.option(
    "--preview",
    "picture",
    type=FILE,
    metavar="FILE",
    help="A picture; a small one is made of it and published, for people to know the catalogue by.",
)
@column_options
@origin_option
@takes(account=True, publishes=True, index=True)
def register(
    session: Session,
    source: Path,
    name: str,
    picture: Path | None,
    payees_column: str | None,
    weights_column: str | None,
    separator: str,
    origin: Origin,
    as_json: bool,
) -> None:
    """Register many works as a catalogue: those of a CSV, or the files of a folder or an archive.

    CSV (.csv or .csv.gz): a row's work is the SHA-256 in its column `sha256`, else the file in its column
    `file`, else the row itself. FOLDER or ARCHIVE (.zip, .tar, .tar.gz, .tar.xz, .tar.bz2): each file is a
    work, its path is its id; with it goes what texts, pictures and sounds are found by (`licet find`).

    The list of works is published as a document. With --payees-column, shows who would share in the income;
    `licet split publish` makes it so.
    """
    if picture is not None:
        check_file(picture)
    catalog = read_source(source, payees_column, weights_column, separator)
    compared = sum(work.iscc is not None or work.pdq is not None for work in catalog.works)
    holder = session.rights_holder
    registered = holder.register_catalog(catalog, name, origin=origin, picture=picture)
    registration, receipt = registered.registration, registered.receipt
    emit(
        {
            "asset_id": registered.asset_id,
            "name": name,
            "works": registration.works,
            "compared": compared,
            "root": registration.content,
            "document_hash": registration.document_hash,
            "uri": registration.uri,
            "tx": receipt.tx_hash,
            "gas": receipt.gas_used,
            "near_matches": near_json(registered.neighbours.near),
            "not_compared": registered.neighbours.gap,
            "split": _split_json(catalog),
        },
        facts(
            asset_id=registered.asset_id,
            works=f"{registration.works:,}, {compared:,} of them can be found by likeness",
            document=f"{registration.document_hash[2:]}.json in {session.publisher.directory}",
            gas=f"{receipt.gas_used:,}",
        ),
        *_split_tables(catalog),
        as_json=as_json,
    )
    warn_of_neighbours(name, registered.asset_id, holder.address, registered.neighbours)


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
