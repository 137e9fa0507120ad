"""The flow of money as a Sankey diagram, in SVG."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from licet.auditor.papers.html.flows import Link, Node
from licet.auditor.papers.html.markup import Html, tag
from licet.auditor.papers.html.words import ENGLISH, Words

WIDTH: Final = 960
_MARGIN: Final = 170
"""For the names on both sides."""
_BAR: Final = 12
_GAP: Final = 14
"""A line of text, so that the names of two thin nodes do not run into each other."""
_PER_NODE: Final = 34
_LEAST_HEIGHT: Final = 160
_HEAD: Final = 8
_THINNEST: Final = 0.75


@dataclass(slots=True)
class _Place:
    """Where a node stands, and how far its sides are taken."""

    x: float
    y: float
    height: float
    left: float = 0.0
    right: float = 0.0


def sankey(links: Sequence[Link], amount: Callable[[int], str], title: str, words: Words = ENGLISH) -> Html:
    """A diagram of links, which go from left to right.

    Args:
        links: the links; there is at least one.
        amount: an amount as people read it.
        title: what it shows, for those who cannot see it.
        words: what it says besides.
    """
    sizes = _sizes(links)
    columns = _columns(links, sizes)
    height = max(_LEAST_HEIGHT, _PER_NODE * max(map(len, columns.values())))
    scale = _scale(columns, sizes, height)
    places = _places(columns, sizes, scale, height)
    ordered = sorted(links, key=lambda link: (places[link.source].y, places[link.target].y))
    last = max(columns)
    described = words.say("flows", accounts=len(sizes), count=len(links))
    return tag(
        "svg",
        tag("title", title),
        tag("desc", described),
        *(_band(link, places, scale, amount) for link in ordered),
        *(_bar(node, places[node], amount(sizes[node]), last) for node in sizes),
        viewBox=f"0 0 {WIDTH} {height + 2 * _HEAD}",
        role="img",
        class_="plot",
    )


def _sizes(links: Sequence[Link]) -> dict[Node, int]:
    """How much goes through each node."""
    came: defaultdict[Node, int] = defaultdict(int)
    went: defaultdict[Node, int] = defaultdict(int)
    for link in links:
        went[link.source] += link.amount
        came[link.target] += link.amount
    nodes = dict.fromkeys(node for link in links for node in (link.source, link.target))
    return {node: max(came[node], went[node]) for node in nodes}


def _columns(links: Sequence[Link], sizes: dict[Node, int]) -> dict[int, list[Node]]:
    """The nodes of each column: the largest payers first, and then near to where their money comes from."""
    columns: defaultdict[int, list[Node]] = defaultdict(list)
    for node in sorted(sizes, key=lambda node: (-sizes[node], node.detail)):
        columns[node.column].append(node)
    rank: dict[Node, float] = {}
    for column in sorted(columns):
        pull = {node: _pull(node, links, rank) for node in columns[column]}
        columns[column].sort(key=pull.__getitem__)
        rank |= {node: at / len(columns[column]) for at, node in enumerate(columns[column])}
    return dict(sorted(columns.items()))


def _pull(node: Node, links: Sequence[Link], rank: dict[Node, float]) -> float:
    """How far up or down a node's money comes from, on average."""
    came = [(rank[link.source], link.amount) for link in links if link.target == node and link.source in rank]
    total = sum(amount for _, amount in came)
    return sum(at * (amount / total) for at, amount in came) if total else 0.0


def _scale(columns: dict[int, list[Node]], sizes: dict[Node, int], height: int) -> Callable[[int], float]:
    """What turns an amount into a height, so that each column fits."""
    most = max(sum(sizes[node] for node in nodes) for nodes in columns.values())
    room = height - _GAP * max(len(nodes) - 1 for nodes in columns.values())
    return lambda units: room * (units / most)


def _places(
    columns: dict[int, list[Node]], sizes: dict[Node, int], scale: Callable[[int], float], height: int
) -> dict[Node, _Place]:
    step = (WIDTH - 2 * _MARGIN - _BAR) / max(1, max(columns))
    places: dict[Node, _Place] = {}
    for column, nodes in columns.items():
        used = sum(scale(sizes[node]) for node in nodes) + _GAP * (len(nodes) - 1)
        y = _HEAD + (height - used) / 2
        for node in nodes:
            tall = scale(sizes[node])
            places[node] = _Place(_MARGIN + column * step, y, tall, y, y)
            y += tall + _GAP
    return places


def _band(
    link: Link, places: dict[Node, _Place], scale: Callable[[int], float], amount: Callable[[int], str]
) -> Html:
    source, target, width = places[link.source], places[link.target], scale(link.amount)
    y1, y2 = source.right + width / 2, target.left + width / 2
    source.right += width
    target.left += width
    x1, x2 = source.x + _BAR, target.x
    middle = (x1 + x2) / 2
    course = f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    what = f"{link.source.detail} → {link.target.detail}: {amount(link.amount)}"
    return tag(
        "path",
        tag("title", what),
        d=course,
        stroke_width=f"{max(_THINNEST, width):.2f}",
        class_=f"band c{link.source.column % 4}",
    )


def _bar(node: Node, place: _Place, amount: str, last: int) -> Html:
    left = node.column == 0 and last > 0
    x = place.x - 5 if left else place.x + _BAR + 5
    middle = place.y + place.height / 2 + 4
    return tag(
        "g",
        tag("title", f"{node.detail}: {amount}"),
        tag(
            "rect",
            x=f"{place.x:.1f}",
            y=f"{place.y:.1f}",
            width=_BAR,
            height=f"{max(1.0, place.height):.2f}",
            class_=f"node c{node.column % 4}",
        ),
        tag("text", node.label, x=f"{x:.1f}", y=f"{middle:.1f}", text_anchor="end" if left else "start"),
    )
