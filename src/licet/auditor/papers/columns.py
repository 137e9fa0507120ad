"""What tables are made of, in every format: columns of a few types, and rows made as they are asked for."""

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from operator import attrgetter
from typing import Any, Final

from licet.text import one_line

Value = str | int | bool | None
"""What stands in a cell; None for nothing."""

Row = tuple[Value, ...]


_FORMULAS: Final = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
"""What formulas start with, full-width twins included."""


class Type(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    """Words, which anybody may have written."""
    ID = "id"
    """A hash, an address, or a word of our own."""
    AMOUNT = "amount"
    """An amount in the smallest unit of the row's token."""
    NUMBER = "number"
    """A count, or a place in the chain."""
    TIME = "time"
    """Unix seconds."""
    YES_NO = "yes/no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: as files and sheets are called.
        title: for people.
        about: what it shows, in one sentence.
        columns: its columns.
        lines: gives what its rows are made of; may be asked again.
        row: makes a row of that.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    lines: Callable[[], Iterable[Any]]
    row: Callable[[Any], Row]

    def rows(self) -> Iterator[Row]:
        """Its rows, one at a time."""
        return map(self.row, self.lines())

    def count(self) -> int:
        """How many rows it has."""
        lines = self.lines()
        return len(lines) if isinstance(lines, Sized) else sum(1 for _ in lines)

    @property
    def token_column(self) -> int | None:
        """Which column names the token of a row's amounts."""
        names = [column.name for column in self.columns]
        return next((names.index(name) for name in ("token", "currency") if name in names), None)


_NAMES: Final = {
    Type.AMOUNT: "amount balance claimed closing computed difference due dust entitled incoming opening "
    "outgoing price received released settled withdrawn",
    Type.TIME: "time since until contestable_until deadline closes_at",
    Type.NUMBER: "block log_index quantity units payees vaults case_id decimals rank share total remainder",
    Type.YES_NO: "moved reconciled performed",
    Type.TEXT: "asset_name names symbol message expected found title done result value extent",
}
_TYPES: Final = {name: type_ for type_, names in _NAMES.items() for name in names.split()}
"""The types of columns by their names, the same in all tables; what is not here is an id."""


def table(
    name: str,
    title: str,
    about: str,
    columns: str,
    lines: Callable[[], Iterable[Any]],
    row: Callable[[Any], Row] | None = None,
) -> Table:
    """A table.

    Args:
        name: as files and sheets are called.
        title: for people.
        about: what it shows, in one sentence.
        columns: their names, with spaces between.
        lines: gives what the rows are made of.
        row: makes a row of that; of its attributes with the columns' names, if not given.
    """
    names = columns.split()
    typed = tuple(Column(column, _TYPES.get(column, Type.ID)) for column in names)

    values = attrgetter(*names)

    def attributes(line: object) -> Row:
        return tuple(", ".join(v) if isinstance(v, tuple) else v for v in values(line))

    return Table(name, title, about, typed, lines, row or attributes)


def moment(seconds: int) -> datetime | None:
    """A unix time in UTC; None where no calendar goes so far."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def utc(seconds: int) -> str:
    """A unix time as ISO 8601 has it, in UTC; the bare number where no calendar goes so far."""
    at = moment(seconds)
    return str(seconds) if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet that reads a text could take it for a formula, by its first character."""
    return text.startswith(_FORMULAS)


def cell_text(value: Value, type_: Type) -> str:
    """A cell as text: exact, on one line, and without what cannot be printed."""
    if value is None:
        return ""
    if type_ is Type.YES_NO:
        return "yes" if value else "no"
    if type_ is Type.TIME:
        return utc(int(value))
    return one_line(value) if isinstance(value, str) else str(value)
