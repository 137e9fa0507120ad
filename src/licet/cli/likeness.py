"""Works that are like another: for programs, for people, as a warning."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rich.table import Table

from licet.cli.output import facts, note
from licet.cli.text import one_line, plural
from licet.types import Address, Hash32

if TYPE_CHECKING:
    from licet.rights_holder import Neighbours
    from licet.similarity import NearMatch


def near_json(near: "Iterable[NearMatch]") -> list[dict[str, Any]]:
    """Works that are like another, for programs."""
    return [
        {
            "asset_id": match.asset_id,
            "registrant": match.registrant,
            "work": match.work.id if match.work else None,
            "sha256": match.work.sha256 if match.work else None,
            "code": match.family.title,
            "distance": match.distance,
            "bits": match.family.bits,
            "likeness": str(match.likeness),
        }
        for match in near
    ]


def near_facts(match: "NearMatch") -> Table:
    """A work that is like another, for people."""
    return facts(
        asset=match.asset_id,
        registrant=match.registrant,
        what=f"{match.likeness}: differs in {_distance(match)}",
        **({"work": _in_catalog(match)} if match.in_catalog else {}),
    )


def warn_of_neighbours(name: str, own: Hash32, account: Address, neighbours: "Neighbours") -> None:
    """Says on stderr what others had registered that is like a work, and how to dispute it."""
    if neighbours.gap:
        note(f"licet: not compared with all that is registered: {one_line(neighbours.gap)}")
    if not neighbours.near:
        return
    count = plural(len(neighbours.near), "work")
    note(f"licet: others have registered {count} before that {one_line(name)} is like:")
    for match in neighbours.near:
        work = f", {_in_catalog(match)}" if match.in_catalog else ""
        note(
            f"licet:   {match.likeness} ({_distance(match)}): asset {match.asset_id}{work}, "
            f"registered by {match.registrant}"
        )
    first = neighbours.near[0]
    if first.in_catalog:
        sha256 = first.work.sha256 if first.work else "SHA256"
        way = f"work {first.asset_id} {sha256} --claim {own}"
    else:
        way = f"asset {first.asset_id} --claim {own} --payee {account}"
    note(f"licet: if the work is yours, dispute it: licet dispute {way}")


def _distance(match: "NearMatch") -> str:
    return f"{match.distance} of {match.family.bits} bits of {match.family.title}"


def _in_catalog(match: "NearMatch") -> str:
    if match.work is not None:
        return f"{one_line(match.work.id)} of a catalogue"
    return "of a catalogue" if match.in_catalog else ""
