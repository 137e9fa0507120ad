"""Tables in HTML; of a long one the first rows, and how many more there are."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from licet.auditor.papers.amounts import Amounts
from licet.auditor.papers.columns import Column, Row, Table, Type, Value, cell_text
from licet.auditor.papers.markup import Html, joined, tag
from licet.text import plural

MOST: Final = 200
"""How many rows a table on the page has."""
_RIGHT: Final = frozenset({Type.AMOUNT, Type.NUMBER})


def html_table(table: Table, amounts: Amounts) -> Iterator[Html]:
    """A table, and a sentence about what is left out."""
    token = table.token_column
    body = (
        tag("tr", *_cells(row, table.columns, amounts, None if token is None else row[token]))
        for row in islice(table.rows(), MOST)
    )
    yield framed(table.about, [column.name for column in table.columns], body, _right_of(table.columns))
    yield left_out(table.count() - MOST)


def framed(caption: str, heads: list[str], body: Iterable[Html], right: set[int], *foot: Html) -> Html:
    """A table with a caption and headings.

    Args:
        caption: what it shows.
        heads: the headings; `_` shows as a space.
        body: its rows.
        right: which columns are set to the right.
        foot: rows of sums.
    """
    headings = (
        tag("th", head.replace("_", " "), scope="col", class_="right" if at in right else None)
        for at, head in enumerate(heads)
    )
    whole = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *headings)),
        tag("tbody", *body),
        *([tag("tfoot", *foot)] if foot else []),
    )
    # Whoever has no mouse scrolls it with the keyboard.
    return tag("div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption)


def left_out(count: int) -> Html:
    """A sentence about rows that are not on the page."""
    if count <= 0:
        return Html("")
    verb = "is" if count == 1 else "are"
    return tag("p", f"{plural(count, 'more row')} {verb} not on this page: the CSV and XLSX files have all.")


def facts_list(facts: Mapping[str, str]) -> Html:
    """Names and values, one pair in each line; `_` in a name shows as a space."""
    return tag(
        "dl",
        *(joined(tag("dt", name.replace("_", " ")), tag("dd", value)) for name, value in facts.items()),
    )


def id_cell(text: str) -> Html:
    """A cell with a hash or an address, of which the page shows as much as there is room for."""
    return tag("td", text, class_="id", title=text)


def right_cell(text: str) -> Html:
    """A cell with a figure."""
    return tag("td", text, class_="right")


def _right_of(columns: tuple[Column, ...]) -> set[int]:
    return {at for at, column in enumerate(columns) if column.type in _RIGHT}


def _cells(row: Row, columns: tuple[Column, ...], amounts: Amounts, token: Value) -> Iterator[Html]:
    for at, (value, column) in enumerate(zip(row, columns, strict=True)):
        yield _cell(value, column, amounts, token, heads=at == 0)


def _cell(value: Value, column: Column, amounts: Amounts, token: Value, *, heads: bool) -> Html:
    text = cell_text(value, column.type)
    if column.type is Type.AMOUNT and value is not None:
        text = amounts.text(str(token), int(value))
    elif column.type is Type.NUMBER and value is not None:
        text = f"{value:,}"
    elif column.type is Type.ID:
        text = text.replace("_", " ")
    kind = _class(text, column)
    title = text if kind == "id" else None
    if heads:
        return tag("th", text, scope="row", class_=kind, title=title)
    return tag("td", joined(text), class_=kind, title=title)


def _class(text: str, column: Column) -> str | None:
    if column.type in _RIGHT:
        return "right"
    if column.type is Type.YES_NO and text == "no":
        return "no"
    return "id" if column.type is Type.ID and text.startswith("0x") else None
