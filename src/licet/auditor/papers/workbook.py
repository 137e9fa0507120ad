"""XLSX: a workbook with one sheet for each table, split where a table has more rows than a sheet takes.

A spreadsheet computes with 15 digits. A column whose amounts all have fewer is a column of numbers, which can
be summed; one with a longer amount is all text, and exact. Nothing is ever written as a formula or a link.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from licet.auditor.papers.tables import Column, Table, Type, Value, cell_text, tables_of
from licet.auditor.report import AuditReport

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS: Final = 1_048_576
"""How many rows a sheet takes, its heading included."""
MAX_TEXT: Final = 32_767
"""How many characters a cell takes; a longer text is cut."""
_MOST_EXACT: Final = 10**15 - 1
"""The largest whole number of 15 digits."""
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NUMERIC: Final = frozenset({Type.AMOUNT, Type.NUMBER})
_MIN_WIDTH, _MAX_WIDTH = 9, 46


def write_workbook(report: AuditReport, path: Path, max_rows: int = MAX_ROWS) -> None:
    """Writes all tables into a workbook; a sheet has at most so many rows."""
    import xlsxwriter

    with ExitStack() as stack:
        book = stack.enter_context(xlsxwriter.Workbook(str(path), _OPTIONS))
        book.set_properties({"title": "Licet audit", "comments": f"Registry {report.registry}"})
        writer = _Writer(book, max_rows)
        for table in tables_of(report):
            writer.add(table)


class _Writer:
    """Writes tables into one workbook."""

    def __init__(self, book: "Workbook", max_rows: int) -> None:
        self._book: Final = book
        self._max_rows: Final = max_rows
        self._head: Final = book.add_format({"bold": True, "bottom": 1})
        self._number: Final = book.add_format({"num_format": "#,##0"})
        self._right: Final = book.add_format({"align": "right"})

    def add(self, table: Table) -> None:
        """A table's sheet, and further ones for what does not fit."""
        numeric = _numeric(table)
        rows = table.rows()
        part = 1
        sheet = self._sheet(table, part)
        while True:
            written = self._fill(sheet, table.columns, numeric, islice(rows, self._max_rows - 1))
            following = next(rows, None) if written == self._max_rows - 1 else None
            if following is None:
                return
            part += 1
            sheet = self._sheet(table, part)
            rows = _with(following, rows)

    def _sheet(self, table: Table, part: int) -> "Worksheet":
        sheet = self._book.add_worksheet(table.name if part == 1 else f"{table.name} {part}")
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _width(column))
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.name, self._head)
        return sheet

    def _fill(
        self,
        sheet: "Worksheet",
        columns: tuple[Column, ...],
        numeric: list[bool],
        rows: Iterator[tuple[Value, ...]],
    ) -> int:
        """Writes rows under the heading; returns how many."""
        count = 0
        for count, row in enumerate(rows, start=1):
            for at, (value, column) in enumerate(zip(row, columns, strict=True)):
                self._write(sheet, count, at, value, column.type, numeric=numeric[at])
        return count

    def _write(
        self, sheet: "Worksheet", row: int, at: int, value: Value, type_: Type, *, numeric: bool
    ) -> None:
        if value is None:
            return
        if numeric:
            sheet.write_number(row, at, int(value), self._number if type_ is Type.AMOUNT else None)
            return
        text = cell_text(value, type_)
        if len(text) > MAX_TEXT:
            text = text[: MAX_TEXT - 1] + "…"
        style: Format | None = self._right if type_ in _NUMERIC else None
        sheet.write_string(row, at, text, style)


def _numeric(table: Table) -> list[bool]:
    """Which columns are written as numbers: those where each is exact as such."""
    exact = [column.type in _NUMERIC for column in table.columns]
    amounts = [at for at, numeric in enumerate(exact) if numeric]
    for row in table.rows() if amounts else ():
        for at in amounts:
            value: Any = row[at]
            if value is not None and abs(value) > _MOST_EXACT:
                exact[at] = False
    return exact


def _width(column: Column) -> int:
    if column.type is Type.ID:
        return _MAX_WIDTH if column.name in ("account", "payee", "vault", "token") else 20
    return 40 if column.type is Type.TEXT else max(_MIN_WIDTH, 22 if column.type is Type.TIME else 16)


def _with(first: tuple[Value, ...], rest: Iterator[tuple[Value, ...]]) -> Iterator[tuple[Value, ...]]:
    yield first
    yield from rest
