"""`licet work`: single works."""

from pathlib import Path

import click

from licet.cli.output import bar, emit, table
from licet.cli.params import FILE
from licet.cli.session import Session, takes
from licet.cli.text import one_line
from licet.fingerprint import check_file
from licet.rights_holder import Registered


@click.group("work")
def command() -> None:
    """Register single works."""


@command.command("register")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--uri", default="", metavar="URI", help="Where a document about the work can be fetched.")
@takes(account=True)
def register(session: Session, files: tuple[Path, ...], uri: str, as_json: bool) -> None:
    """Register each of FILES as a work, by the SHA-256 of its bytes; the files stay where they are."""
    for file in files:
        check_file(file)
    holder = session.rights_holder
    done: dict[Path, Registered] = {}
    try:
        for file in files:
            with bar(f"reading {file.name}", file.stat().st_size) as progress:
                done[file] = holder.register_work(file, uri=uri, progress=progress)
    finally:
        # What was registered stays so, also where a later file fails.
        if done:
            _show(done, as_json=as_json)


def _show(done: dict[Path, Registered], *, as_json: bool) -> None:
    emit(
        {
            "works": [
                {
                    "file": str(file),
                    "sha256": registered.registration.content,
                    "asset_id": registered.asset_id,
                    "tx": registered.receipt.tx_hash,
                    "gas": registered.receipt.gas_used,
                }
                for file, registered in done.items()
            ]
        },
        table(
            ["file", "asset id", ">gas"],
            [(one_line(file.name), r.asset_id, f"{r.receipt.gas_used:,}") for file, r in done.items()],
        ),
        as_json=as_json,
    )
