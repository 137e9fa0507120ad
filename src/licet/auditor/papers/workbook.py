"""XLSX: a workbook with one sheet for each table, split where a table has more rows than a sheet takes.

A spreadsheet computes with 15 digits. A column whose numbers all have at most as many is a column of numbers,
which can be summed; one with a longer number is all text, and exact: of a mixed one, a sum would leave out
the largest without a word. Nothing is ever written as a formula or a link, and a text that looks like one
stays a text when somebody edits it.
"""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from licet.auditor.papers.columns import Column, Row, Table, Type, cell_text, looks_like_formula, moment
from licet.auditor.papers.tables import tables_of
from licet.auditor.report import AuditReport

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MAX_ROWS: Final = 1_048_576
"""How many rows a sheet takes, its heading included."""
MAX_TEXT: Final = 32_767
"""How many characters a cell takes, in UTF-16; a longer text is cut."""
_MOST_EXACT: Final = 10**15 - 1
"""The largest whole number of 15 digits."""
_DAY: Final = 86_400
_UNIX_EPOCH: Final = 25_569
"""1970-01-01, as spreadsheets count days."""
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "use_zip64": True,
}
_NUMERIC: Final = frozenset({Type.AMOUNT, Type.NUMBER})
_WIDTHS: Final = {
    Type.TEXT: 40,
    Type.ID: 44,
    Type.AMOUNT: 18,
    Type.NUMBER: 12,
    Type.TIME: 20,
    Type.YES_NO: 10,
}


def write_workbook(report: AuditReport, path: Path, max_rows: int = MAX_ROWS) -> None:
    """Writes all tables into a workbook; a sheet has at most `max_rows` rows."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        # Else the file would have the time of its making, and be another one each time.
        made = {"created": at} if (at := moment(report.block.timestamp)) else {}
        book.set_properties({"title": f"Audit of {report.registry}", **made})
        writer = _Writer(book, max_rows)
        for table in tables_of(report):
            writer.add(table)


class _Writer:
    """Writes tables into one workbook."""

    def __init__(self, book: "Workbook", max_rows: int) -> None:
        self._book: Final = book
        self._max_rows: Final = max_rows
        self._head: Final = book.add_format({"bold": True, "bottom": 1})
        self._right: Final = book.add_format({"align": "right"})
        self._quoted: Final = book.add_format({"quote_prefix": True})
        self._styles: Final = {
            Type.AMOUNT: book.add_format({"num_format": "#,##0"}),
            Type.NUMBER: book.add_format({"num_format": "0"}),
            Type.TIME: book.add_format({"num_format": 'yyyy-mm-dd hh:mm:ss" UTC"'}),
        }

    def add(self, table: Table) -> None:
        """A table's sheet, and further ones for what does not fit."""
        numeric, rows, part = _numeric(table), table.rows(), 1
        first = next(rows, None)
        while first is not None or part == 1:
            filled = chain([] if first is None else [first], islice(rows, self._max_rows - 2))
            self._sheet(table, part, numeric, filled)
            first = next(rows, None)
            part += 1

    def _sheet(self, table: Table, part: int, numeric: list[bool], rows: Iterator[Row]) -> None:
        sheet = self._book.add_worksheet(table.name if part == 1 else f"{table.name} {part}")
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(table.columns):
            sheet.set_column(at, at, _WIDTHS[column.type])
        for at, column in enumerate(table.columns):
            sheet.write_string(0, at, column.name, self._head)
        for number, row in enumerate(rows, start=1):
            for at, (value, column) in enumerate(zip(row, table.columns, strict=True)):
                if value is not None:
                    self._write(sheet, number, at, value, column, numeric=numeric[at])

    def _write(
        self, sheet: "Worksheet", row: int, at: int, value: str | int, column: Column, *, numeric: bool
    ) -> None:
        style = self._styles.get(column.type)
        if column.type is Type.TIME and moment(int(value)) is not None:
            sheet.write_number(row, at, _UNIX_EPOCH + int(value) / _DAY, style)
        elif numeric:
            sheet.write_number(row, at, int(value), style)
        else:
            text = _cut(cell_text(value, column.type))
            style = self._right if column.type in _NUMERIC else None
            sheet.write_string(row, at, text, self._quoted if looks_like_formula(text) else style)


def _numeric(table: Table) -> list[bool]:
    """Which columns are written as numbers: those where each is exact as such."""
    exact = [column.type in _NUMERIC for column in table.columns]
    counted = [at for at, numeric in enumerate(exact) if numeric]
    for row in table.rows() if counted else ():
        for at in counted:
            value: Any = row[at]
            if value is not None and abs(value) > _MOST_EXACT:
                exact[at] = False
    return exact


def _cut(text: str) -> str:
    if len(text.encode("utf-16-le")) <= 2 * MAX_TEXT:
        return text
    return text[: MAX_TEXT // 2 - 1] + "…"
