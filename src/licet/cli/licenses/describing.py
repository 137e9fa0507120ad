"""What somebody's licenses come to, in the words of others: of regulators, and of data sets."""

from collections.abc import Iterable
from pathlib import Path

import click

from licet.cli.options import takes
from licet.cli.output import emit, facts, print_json
from licet.cli.params import ADDRESS, FILE, LICENSE, Parsed
from licet.cli.session import Session
from licet.documents import write_document
from licet.errors import InputError
from licet.fingerprint import check_new
from licet.licensee.exporting import library_as_croissant, license_as_croissant
from licet.rights.eu_summary import Modality
from licet.types import Address, Hash32, parse_hash, shown

Stated = tuple[Hash32, Modality]


def _stated(text: str) -> Stated:
    """An asset's modality: `0x12…ef=image`."""
    asset, _, word = text.partition("=")
    if word not in set(Modality):
        raise InputError(f"{shown(word)} is no modality; known are: {', '.join(Modality)}")
    return parse_hash(asset, "valid asset id"), Modality(word)


@click.command("summary")
@click.option("--holder", type=ADDRESS, metavar="ADDRESS", help="Whose licenses.  [default: the account's]")
@click.option(
    "--modality",
    "modalities",
    type=Parsed("asset=modality", _stated),
    multiple=True,
    metavar="ASSET=MODALITY",
    help=f"What an asset's works are: {', '.join(Modality)}; may be repeated.  "
    "[default: by the endings of their ids]",
)
@takes(account=True, documents=True)
def summary(session: Session, holder: Address | None, modalities: tuple[Stated, ...], as_json: bool) -> None:
    """Summarize licensed training content, as the EU's AI Act asks of providers of models.

    Prints section 2.2.1 of the Commission's template (article 53(1)(d)) in Markdown: the licenses of an
    account that permit training and were paid for, with those that have ended. What a model was trained on,
    they do not say.
    """
    found = session.licensee.summary(session.party(holder, "--holder"), _by_asset(modalities))
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(found.to_markdown(), nl=False)


@click.command("export")
@click.argument("license_id", type=LICENSE, required=False, metavar="[LICENSE]")
@click.option("--to", "target", type=click.Choice(["croissant"]), required=True, help="The format.")
@click.option("--holder", type=ADDRESS, metavar="ADDRESS", help="Whose licenses.  [default: the account's]")
@click.option("--out", type=FILE, metavar="FILE", help="The file to write into.  [default: stdout]")
@takes(account=True, documents=True)
def export(
    session: Session,
    license_id: Hash32 | None,
    target: str,
    holder: Address | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Describe what LICENSE is of as a data set, for tools of machine learning: Croissant 1.1.

    With the works of a catalogue by their SHA-256, and the license itself as an ODRL policy. Without LICENSE,
    all that an account's licenses permit now, as one data set.
    """
    if out is not None:
        check_new(out)
    licensee = session.licensee
    if license_id is None:
        metadata = library_as_croissant(licensee, session.party(holder, "--holder"))
    else:
        metadata = license_as_croissant(licensee, license_id)
    if out is None:
        click.echo(metadata.decode(), nl=False)
        return
    write_document(metadata, out)
    emit(
        {"license_id": license_id, "format": target, "file": str(out)},
        facts(**({"license": license_id} if license_id else {}), file=str(out)),
        as_json=as_json,
    )


def _by_asset(stated: Iterable[Stated]) -> dict[Hash32, tuple[Modality, ...]]:
    """All modalities of each asset, in the template's order."""
    named: dict[Hash32, set[Modality]] = {}
    for asset_id, modality in stated:
        named.setdefault(asset_id, set()).add(modality)
    return {asset_id: tuple(each for each in Modality if each in found) for asset_id, found in named.items()}
