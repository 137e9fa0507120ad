"""CSV: a folder or an archive with one file for each table, as RFC 4180 has it.

A spreadsheet that opens such a file takes a cell for a formula by its first character, whoever wrote it. Such
a cell gets an apostrophe in front, and so does one that starts with an apostrophe: whoever reads the file
takes one away. Numbers are never quoted so.
"""

import csv
import io
import zipfile
from pathlib import Path
from typing import IO, Final

from licet.auditor.papers.columns import Row, Table, Type, cell_text, looks_like_formula
from licet.auditor.papers.tables import tables_of
from licet.auditor.report import AuditReport

_QUOTE: Final = "'"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of all files in an archive, so that equal reports make equal archives."""


def write_folder(report: AuditReport, folder: Path) -> None:
    """Writes `<table>.csv` for each table into a new folder."""
    folder.mkdir()
    for table in tables_of(report):
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            write_table(table, file)


def write_archive(report: AuditReport, path: Path) -> None:
    """Writes the same files into a ZIP archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for table in tables_of(report):
            info = zipfile.ZipInfo(f"{table.name}.csv", _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            with (
                archive.open(info, "w", force_zip64=True) as raw,
                io.TextIOWrapper(raw, encoding="utf-8", newline="") as file,
            ):
                write_table(table, file)


def write_table(table: Table, file: IO[str]) -> None:
    """Writes one table: the names of its columns, then its rows."""
    writer = csv.writer(file)
    writer.writerow(column.name for column in table.columns)
    types = [column.type for column in table.columns]
    writer.writerows(_cells(row, types) for row in table.rows())


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return _QUOTE + text if looks_like_formula(text) or text.startswith(_QUOTE) else text


def as_written(cell: str) -> str:
    """The text that a cell was made of."""
    return cell.removeprefix(_QUOTE)


def _cells(row: Row, types: list[Type]) -> list[str]:
    return [
        harmless(cell_text(value, type_)) if isinstance(value, str) else cell_text(value, type_)
        for value, type_ in zip(row, types, strict=True)
    ]
