"""`licet lookup`."""

import click
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from licet.cli.items import items_argument, lookup_json, read_items, warn_of_gaps
from licet.cli.options import takes
from licet.cli.output import emit, facts
from licet.cli.session import Session
from licet.cli.text import format_time, one_line
from licet.contracts.assets import DeedFlag
from licet.licensee.lookup import Claim, Lookup


@click.command("lookup")
@items_argument
@takes(documents=True)
def command(session: Session, items: tuple[str, ...], as_json: bool) -> None:
    """Show who claims some works.

    An ITEM is a file, a SHA-256, an asset id, or the id of a work in a catalogue; `-` reads items from stdin,
    one a line. Where claims compete, all are shown, oldest first.
    """
    licensee = session.licensee
    lookups = licensee.lookup(read_items(items))
    warn_of_gaps(licensee)
    emit(
        {
            "items": [lookup_json(lookup) for lookup in lookups],
            "unreadable_catalogs": licensee.unreadable_catalogs,
        },
        *[line for lookup in lookups for line in _lines(lookup)],
        as_json=as_json,
    )


def _lines(lookup: Lookup) -> list[RenderableType]:
    item = one_line(lookup.item)
    if not lookup.claims:
        return [Text.assemble((item, "bold"), ": ", ("unknown", "yellow"))]
    status = ("contested", "red") if lookup.contested else ("registered", "green")
    return [Text.assemble((item, "bold"), ": ", status), *map(_claim, lookup.claims)]


def _claim(claim: Claim) -> RenderableType:
    since = format_time(claim.since) if claim.since is not None else "an unknown time"
    disputed = {}
    if claim.flags & DeedFlag.DEFEATED:
        disputed = {"dispute": "lost: it sells no more"}
    elif claim.flags & DeedFlag.DISPUTED:
        disputed = {"dispute": "open: whose it is, is being decided"}
    words = facts(
        asset=claim.asset_id,
        holder=claim.holder,
        what=f"{one_line(claim.catalog) if claim.catalog else 'a single work'}, known since {since}",
        **disputed,
    )
    return Padding(words, (0, 0, 0, 3))
