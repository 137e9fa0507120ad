"""Bars, in SVG: income by period, and what payees earned."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from licet.auditor.papers.html.markup import Html, joined, tag
from licet.auditor.papers.html.words import ENGLISH, Words

Show = Callable[[int], str]
"""An amount as people read it."""

WIDTH: Final = 960
_HEIGHT: Final = 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 10, 12, 28
_LABELS: Final = 8
"""How many periods are named under the bars."""
_WIDEST: Final = 110
"""How wide a period is at most, so that one alone is a bar, and no wall."""
_ROW: Final = 24
_NAMES: Final = 190
_FIGURES: Final = 250
_GRID: Final = 4
"""How many steps an axis has at least, where amounts are that fine."""
_ROUND: Final = (50, 25, 20, 10)
"""The first two digits of round numbers."""


@dataclass(frozen=True, slots=True)
class Earned:
    """What one payee earned.

    Attributes:
        label: who, abbreviated.
        detail: who.
        claimed: what they were paid.
        due: what they could claim.
    """

    label: str
    detail: str
    claimed: int
    due: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.claimed + self.due


def columns(
    sums: Mapping[str, int],
    amount: Show,
    rounded: Show,
    title: str,
    words: Words = ENGLISH,
    parts: Sequence[tuple[str, Mapping[str, int]]] = (),
) -> Html:
    """A column for each period.

    Args:
        sums: by the period's name.
        amount: shows an amount in full.
        rounded: shows one for an axis.
        title: what the plot shows.
        words: what it says besides.
        parts: what the sums are made of, from the bottom up, at most four: each by its name and by period;
            without it, a column is one piece.
    """
    whole = parts or (("", sums),)
    grid = _round_step(max(1, *sums.values()))
    steps = -(-max(1, *sums.values()) // grid)
    most = steps * grid
    step = min(_WIDEST, (WIDTH - _LEFT - _RIGHT) / len(sums))
    every = -(-len(sums) // _LABELS)
    return tag(
        "svg",
        tag("title", title),
        tag("desc", words.say("columns", count=len(sums))),
        *(_grid_line(at * grid, most, rounded) for at in range(steps + 1)),
        *(
            _column(at, step, name, _pieces(whole, name, most), amount, named=at % every == 0)
            for at, name in enumerate(sums)
        ),
        viewBox=f"0 0 {WIDTH} {_TOP + _HEIGHT + _BOTTOM}",
        role="img",
        class_="plot",
    )


def _round_step(most: int) -> int:
    """The largest round number that goes `_GRID` times into an amount; at least 1."""
    wanted = most // _GRID
    tens = 10 ** max(0, len(str(wanted)) - 2)
    return next((digits * tens for digits in _ROUND if digits * tens <= wanted), max(1, wanted))


def _grid_line(units: int, most: int, rounded: Show) -> Html:
    y = f"{_TOP + _HEIGHT - _HEIGHT * (units / most):.1f}"
    return tag(
        "g",
        tag("line", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y, class_="grid"),
        tag("text", rounded(units), x=_LEFT - 6, y=y, dy=4, text_anchor="end"),
    )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a column: what it is of, how much, and where it stands."""

    label: str
    units: int
    y: float
    tall: float


def _pieces(parts: Sequence[tuple[str, Mapping[str, int]]], period: str, most: int) -> list[_Piece]:
    found: list[_Piece] = []
    below = 0
    for label, sums in parts:
        units = sums.get(period, 0)
        below += units
        y = _TOP + _HEIGHT - _HEIGHT * (below / most)
        found.append(_Piece(label, units, y, _HEIGHT * (units / most)))
    return found


def _column(at: int, step: float, name: str, pieces: Sequence[_Piece], amount: Show, *, named: bool) -> Html:
    x = _LEFT + at * step
    bars = [
        tag(
            "rect",
            tag("title", f"{name}{f', {piece.label}' if piece.label else ''}: {amount(piece.units)}"),
            x=f"{x + step * 0.1:.1f}",
            y=f"{piece.y:.2f}",
            width=f"{step * 0.8:.1f}",
            height=f"{piece.tall:.2f}",
            class_=f"c{number}",
        )
        for number, piece in enumerate(pieces)
        if piece.units or len(pieces) == 1
    ]
    if not named:
        return joined(*bars)
    return tag("g", *bars, tag("text", name, x=f"{x:.1f}", y=_TOP + _HEIGHT + 18))


def rows(earned: Sequence[Earned], amount: Show, title: str, words: Words = ENGLISH) -> Html:
    """A bar for each payee: what they were paid, then what is due; there is at least one."""
    most = max(1, *(line.total for line in earned))
    return tag(
        "svg",
        tag("title", title),
        tag("desc", words.say("bars", count=len(earned))),
        *(_row(at, line, most, amount, words) for at, line in enumerate(earned)),
        viewBox=f"0 0 {WIDTH} {_ROW * len(earned)}",
        role="img",
        class_="plot",
    )


def _row(at: int, line: Earned, most: int, amount: Show, words: Words) -> Html:
    room = WIDTH - _NAMES - _FIGURES
    y = at * _ROW + 4
    paid, owed = room * (line.claimed / most), room * (line.due / most)
    said = words.say("bar", name=line.detail, claimed=amount(line.claimed), due=amount(line.due))
    return tag(
        "g",
        tag("title", said),
        tag("text", line.label, x=_NAMES - 8, y=y + 12, text_anchor="end"),
        tag("rect", x=_NAMES, y=y, width=f"{paid:.2f}", height=_ROW - 8, class_="c0"),
        tag("rect", x=f"{_NAMES + paid:.2f}", y=y, width=f"{owed:.2f}", height=_ROW - 8, class_="c1"),
        tag("text", amount(line.total), x=f"{_NAMES + paid + owed + 8:.2f}", y=y + 12),
    )
