"""`licet find`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from licet.cli.items import lookup_json, warn_of_gaps
from licet.cli.likeness import near_facts, near_json
from licet.cli.options import takes
from licet.cli.output import bar, emit, facts, note
from licet.cli.params import FILE
from licet.cli.session import Session
from licet.cli.text import one_line
from licet.contracts.assets import DeedFlag
from licet.errors import IndexDamaged
from licet.fingerprint import check_file
from licet.licensee import Licensee, Resemblance
from licet.licensee.lookup import Claim

if TYPE_CHECKING:
    from licet.similarity import SimilarWorks


@click.command("find")
@click.argument("files", type=FILE, nargs=-1, required=True)
@takes(documents=True, index=True)
def command(session: Session, files: tuple[Path, ...], as_json: bool) -> None:
    """Find what is registered and the same as FILES, or like them.

    Exact matches come first, then near ones with their distance in bits: re-encoded, or probably derived. The
    local index is brought up to date before, from the chain and the documents.
    """
    for file in files:
        check_file(file)
    licensee, similar = session.licensee, session.similar
    _update(similar)
    found = [_find(licensee, similar, file) for file in files]
    warn_of_gaps(licensee)
    for item in found:
        if item.fingerprint.content.unread:
            note(f"licet: {item.file.name}: compared by its bytes alone: {item.fingerprint.content.unread}")
    emit(
        {
            "files": [_json(item) for item in found],
            "index": {"folder": str(similar.folder), "works": similar.works},
            "unreadable_catalogs": licensee.unreadable_catalogs,
        },
        *[line for item in found for line in _lines(item)],
        as_json=as_json,
    )


def _update(similar: "SimilarWorks") -> None:
    with bar("reading registrations") as progress:
        similar.update(progress=progress)
    if similar.rebuilt:
        note(f"licet: {one_line(similar.rebuilt)}: it was")


def _find(licensee: Licensee, similar: "SimilarWorks", file: Path) -> Resemblance:
    def find() -> Resemblance:
        with bar(f"reading {file.name}", file.stat().st_size) as progress:
            return licensee.find(file, similar, progress)

    try:
        return find()
    except IndexDamaged:
        _update(similar)
        return find()


def _json(item: Resemblance) -> dict[str, Any]:
    exact = lookup_json(item.exact)
    likeness = {"distance": 0, "likeness": "identical"}
    return {
        "file": str(item.file),
        "sha256": item.fingerprint.sha256,
        "media_type": item.fingerprint.content.media_type,
        "iscc": item.fingerprint.iscc,
        "pdq": item.fingerprint.content.pdq,
        "contested": exact["contested"],
        "claims": [{**claim, **likeness} for claim in exact["claims"]],
        "near": near_json(item.near),
    }


def _lines(item: Resemblance) -> list[RenderableType]:
    name = (one_line(item.file.name), "bold")
    if not item.exact.claims and not item.near:
        return [Text.assemble(name, ": ", ("nothing like it is registered", "yellow"))]
    lines: list[RenderableType] = []
    if item.exact.claims:
        status = ("contested", "red") if item.exact.contested else ("registered", "green")
        lines = [Text.assemble(name, ": ", status), *map(_claim, item.exact.claims)]
    else:
        lines = [Text.assemble(name, ": ", ("not registered itself", "yellow"))]
    return [*lines, *(Padding(near_facts(match), (0, 0, 0, 3)) for match in item.near)]


def _claim(claim: Claim) -> RenderableType:
    disputed = {}
    if claim.flags & DeedFlag.DEFEATED:
        disputed = {"dispute": "lost"}
    elif claim.flags & DeedFlag.DISPUTED:
        disputed = {"dispute": "open"}
    what = f"identical, in {one_line(claim.catalog)}" if claim.catalog else "identical"
    words = facts(asset=claim.asset_id, holder=claim.holder, what=what, **disputed)
    return Padding(words, (0, 0, 0, 3))
