"""Drawings of the pages: SVG, made here, as the report's are; without a script and without a style."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from licet.auditor.papers.html.markup import Html, tag
from licet.auditor.papers.html.periods import LATEST, by_period
from licet.auditor.papers.html.plots import Earned, columns, rows
from licet.auditor.papers.html.words import Words
from licet.auditor.report.lines import ClaimLine
from licet.text import one_line, short
from licet.types import Address
from licet.web.live import Audited

_WIDTH, _HEIGHT = 180, 46
_ACROSS, _DOWN = 260, 62
_MARGIN: Final = 8
_LONGEST: Final = 22
_PARTS: Final = 4
"""How many parts a column has: as many as there are colours."""

Parts = Sequence[tuple[str, Mapping[int, int]]]
"""What amounts are made of: names, and the amounts at each time."""


def lineage(graph: Mapping[str, Any], here: str, title: str) -> Markup:
    """What an asset was made from, and what was made from it: sources to the left.

    Args:
        graph: as `licet.web.views.lineage` has it, with at least one node.
        here: the asset's id.
        title: what the drawing shows.
    """
    places = _places(graph["nodes"])
    width = max(x for x, _ in places.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _HEIGHT + _MARGIN
    return Markup(
        tag(
            "svg",
            tag("title", title),
            *(_link(link, places) for link in graph["links"]),
            *(_node(node, places[node["asset_id"]], here) for node in graph["nodes"]),
            viewBox=f"0 0 {width} {height}",
            width=width,
            height=height,
            class_="graph",
            role="group",
            aria_label=title,
        )
    )


def paid(claims: Sequence[ClaimLine]) -> dict[int, int]:
    """What somebody was paid at each time, unix seconds."""
    amounts: defaultdict[int, int] = defaultdict(int)
    for claim in claims:
        amounts[min(claim.time, LATEST)] += claim.amount
    return dict(amounts)


def by_time(
    audited: Audited, token: Address, amounts: Mapping[int, int], parts: Parts = ()
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """The periods in which there is something, and how much, in words; and of which parts."""
    sums, pieces = _by_period(amounts, parts)
    text = audited.amounts.text
    return [
        (
            name,
            text(token, units),
            [(label, text(token, part[name])) for label, part in pieces if part.get(name)],
        )
        for name, units in sums.items()
        if units
    ]


def over_time(
    audited: Audited,
    token: Address,
    amounts: Mapping[int, int],
    title: str,
    words: Words,
    parts: Parts = (),
) -> Markup:
    """Amounts by period: a column for each, of one piece, or of the parts that it is made of."""
    sums, pieces = _by_period(amounts, parts)
    shown = audited.amounts

    def rounded(units: int) -> str:
        return shown.rounded(token, units)

    return Markup(columns(sums, shown.of(token), rounded, title, words, pieces))


def _by_period(
    amounts: Mapping[int, int], parts: Parts
) -> tuple[Mapping[str, int], list[tuple[str, Mapping[str, int]]]]:
    """The sums of each period, and those of the parts, by the same periods."""
    ends = dict.fromkeys((min(amounts), max(amounts)), 0)
    return by_period(amounts)[1], [(label, by_period(ends | dict(part))[1]) for label, part in parts]


def shared(income: Mapping[int, int], own: Mapping[int, int], names: tuple[str, str]) -> Parts:
    """Income as one's own part, and that of all others."""
    others = {time: amount - own.get(time, 0) for time, amount in income.items()}
    return ((names[0], own), (names[1], others))


def of_works(taken: Mapping[str, Any], others: str) -> tuple[dict[int, int], Parts]:
    """What works took in at each time: in all, and each of the first, with all others as one.

    Args:
        taken: as `licet.web.views.taken` has it, of one currency.
        others: what the others are called.
    """
    total, works = _times(taken), [work for work in taken["works"] if work["amount"] != "0"]
    if len(works) <= 1:
        return total, ()
    first = works if len(works) <= _PARTS else works[: _PARTS - 1]
    parts = [(_called(work), _times(work)) for work in first]
    if len(first) < len(works):
        rest = dict(total)
        for _, times in parts:
            for time, units in times.items():
                rest[time] -= units
        parts.append((others, rest))
    return total, tuple(parts)


def _called(work: Mapping[str, Any]) -> str:
    return one_line(work["title"] or "") or short(str(work["asset_id"]))


def _times(taken: Mapping[str, Any]) -> dict[int, int]:
    return {min(int(time), LATEST): int(units) for time, units in taken["by_time"].items()}


def by_vault(audited: Audited, token: Address, lines: Sequence[Any], title: str, words: Words) -> Markup:
    """What somebody was paid and is due, vault by vault: a bar for each."""
    earned = [Earned(short(line.vault), line.vault, line.claimed, line.due or 0) for line in lines]
    return Markup(rows(earned, audited.amounts.of(token), title, words))


def _places(nodes: Sequence[Mapping[str, Any]]) -> dict[str, tuple[int, int]]:
    """Where the nodes stand: a column for each generation."""
    columns_: defaultdict[int, list[str]] = defaultdict(list)
    for node in nodes:
        columns_[node["generation"]].append(node["asset_id"])
    most, first = max(map(len, columns_.values())), min(columns_)
    places = {}
    for generation, ids in columns_.items():
        top = _MARGIN + (most - len(ids)) * _DOWN // 2
        for at, asset_id in enumerate(ids):
            places[asset_id] = (_MARGIN + (generation - first) * _ACROSS, top + at * _DOWN)
    return places


def _node(node: Mapping[str, Any], place: tuple[int, int], here: str) -> Html:
    x, y = place
    asset_id = str(node["asset_id"])
    name = one_line(node["title"] or "")
    cut = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
    box = (
        tag("title", f"{name} {asset_id}".lstrip()),
        tag("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT, rx=6),
        *([tag("text", cut, x=x + 10, y=y + 20)] if cut else []),
        tag("text", short(asset_id), x=x + 10, y=y + (37 if cut else 28), class_="id"),
    )
    if asset_id == here:
        return tag("g", *box, class_="box here")
    return tag("a", *box, href=f"/assets/{asset_id}", class_="box")


def _link(link: Mapping[str, Any], places: Mapping[str, tuple[int, int]]) -> Html:
    (x1, y1), (x2, y2) = places[link["parent"]], places[link["child"]]
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
    middle = (x1 + x2) // 2
    course = f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
    share = f"{link['royalty_bps'] / 100:g} %" if link["royalty_bps"] else ""
    label = tag("text", share, x=middle, y=(y1 + y2) // 2 - 5, text_anchor="middle") if share else Html("")
    return tag("g", tag("path", d=course, class_="edge"), label)
