"""Plots of pages, read back: what is drawn, what stands beside it, and in the table below."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

BAR = re.compile(r"(?P<period>[-:\d ]+?)(?:, (?P<part>.+))?: (?P<amount>[-\d,.]+ \S+)")
WHOLE = ""
"""The part of a column that is one piece."""


@dataclass(frozen=True)
class Plot:
    """Amounts over time, as a page shows them.

    Attributes:
        title: of the plot.
        symbol: of the currency.
        captions: what else names it: its caption, and what a screen reader says of its place.
        legend: the parts of a column.
        bars: the amounts that bars are called by, and how tall they are, in pixels; by period and part.
        axis: the amounts at the lines across the plot, and how far up they are, in pixels.
        table: the amounts below the plot, by period and part; the sums have no part.
    """

    title: str
    symbol: str
    captions: tuple[str, str]
    legend: tuple[str, ...]
    bars: Mapping[tuple[str, str], tuple[str, float]]
    axis: Mapping[str, float]
    table: Mapping[tuple[str, str], str]

    def by_period(self, part: str = WHOLE) -> dict[str, int]:
        """The amounts of the table, in the smallest unit."""
        return {period: units(said) for (period, of), said in self.table.items() if of == part}

    def total(self, part: str = WHOLE) -> int:
        """Their sum."""
        return sum(self.by_period(part).values())


DECIMALS = {"TUSD": 6, "ETH": 18}


def units(said: str) -> int:
    """An amount as people read it, in the smallest unit."""
    number, symbol = said.split()
    scaled = Decimal(number.replace(",", "")).scaleb(DECIMALS[symbol])
    assert scaled == int(scaled), said
    return int(scaled)


def periods(amounts: Iterable[tuple[int, int]], like: Iterable[str]) -> dict[str, int]:
    """Amounts at unix seconds, by the periods that a plot has: hours, days, months or years."""
    [length] = {len(period) for period in like}
    sums: defaultdict[str, int] = defaultdict(int)
    for time, amount in amounts:
        sums[f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:00}"[:length]] += amount
    return {period: amount for period, amount in sums.items() if amount}


def plots(page: Any) -> list[Plot]:
    """The plots of amounts over time that a page has; each agrees with itself."""
    found = [read(figure) for figure in page.xpath("//figure[details]")]
    for plot in found:
        agree(plot)
    return found


def read(figure: Any) -> Plot:
    """One plot."""
    [svg], [place] = figure.iter("svg"), figure.xpath("div/@aria-label")
    bars = {}
    for bar in svg.iter("rect"):
        said = BAR.fullmatch(bar.findtext("title"))
        assert said is not None, bar.findtext("title")
        bars[said["period"], said["part"] or WHOLE] = said["amount"], float(bar.get("height"))
    table = {}
    for line in figure.xpath("details/ul/li"):
        period, amount, *pieces = line.text.split(" · ")
        table[period, WHOLE] = amount
        table |= {(period, part): piece for part, piece in (each.rsplit(": ", 1) for each in pieces)}
    lines = svg.xpath(".//g[line]")
    bottom = float(lines[0].find("line").get("y1"))
    return Plot(
        title=svg.findtext("title"),
        symbol=place.rpartition(", ")[2],
        captions=(figure.findtext("figcaption"), place),
        legend=tuple(figure.xpath("ul[@class='legend']/li/text()")),
        bars=bars,
        axis={line.findtext("text"): bottom - float(line.find("line").get("y1")) for line in lines},
        table=table,
    )


def agree(plot: Plot) -> None:
    """It has one name, its bars are as tall as they say by its axis, and the table says the same."""
    symbol = plot.symbol
    assert plot.captions == (plot.title, f"{plot.title}, {symbol}")
    assert {said.split()[1] for said in plot.table.values()} == {symbol}
    parts = {part for _, part in plot.bars}
    assert set(plot.legend) == (parts if plot.legend else set()), plot
    shown = {place: said for place, (said, _) in plot.bars.items() if units(said)}
    assert shown == {place: said for place, said in plot.table.items() if place[1] in parts}
    for period, amount in plot.by_period().items():
        assert amount == sum(units(said) for (at, _), said in shown.items() if at == period)
    top, height = list(plot.axis.items())[-1]
    for amount, up in [*plot.bars.values(), *((f"{at} {symbol}", up) for at, up in plot.axis.items())]:
        assert abs(up - units(amount) / units(f"{top} {symbol}") * height) < 0.02, (amount, up)
