"""Items that a licensee asks about, and what was found out about them."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final

import click

from licet.cli.output import note
from licet.cli.text import one_line
from licet.contracts.assets import DeedFlag
from licet.errors import InputError
from licet.licensee import Licensee
from licet.licensee.lookup import Lookup

items_argument: Final = click.argument("items", nargs=-1, required=True, metavar="ITEM…")
"""Files, SHA-256s, asset ids, ids of works; `-` for one a line on stdin."""


def read_items(items: Sequence[str]) -> list[str]:
    """The items, with those on stdin in the place of `-`.

    Raises:
        InputError: there are none.
    """
    result: list[str] = []
    for item in items:
        result += _lines(sys.stdin) if item == "-" else [item]
    if not result:
        raise InputError("no item was named: give files or ids, or one a line on stdin for -")
    return result


def lookup_json(lookup: Lookup) -> dict[str, Any]:
    """What is known of an item, for programs."""
    return {
        "item": lookup.item,
        "sha256": lookup.content,
        "contested": lookup.contested,
        "claims": [
            {
                "asset_id": claim.asset_id,
                "registrant": claim.registrant,
                "holder": claim.holder,
                "since": claim.since,
                "catalog": claim.catalog,
                "disputed": bool(claim.flags & DeedFlag.DISPUTED),
                "defeated": bool(claim.flags & DeedFlag.DEFEATED),
            }
            for claim in lookup.claims
        ],
    }


def warn_of_gaps(licensee: Licensee) -> None:
    """Says on stderr which catalogues could not be searched: an item may be in one of them."""
    for asset_id, reason in licensee.unreadable_catalogs.items():
        note(f"licet: not searched: catalogue {asset_id}: {one_line(reason)}")


def _lines(stream: Iterable[str]) -> list[str]:
    return [line.strip() for line in stream if line.strip()]
