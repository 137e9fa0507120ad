"""Working papers: a report as files that auditors work with, in the format that a file's name asks for."""

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from licet.auditor.papers.csv_files import write_archive, write_folder
from licet.auditor.papers.json_file import json_pieces, write_json
from licet.auditor.papers.page import write_page
from licet.auditor.papers.workbook import write_workbook
from licet.auditor.report import AuditReport
from licet.errors import InputError

__all__ = ["check_targets", "json_pieces", "write_report"]

_FORMATS: Final[dict[str, Callable[[AuditReport, Path], None]]] = {
    ".html": write_page,
    ".json": write_json,
    ".xlsx": write_workbook,
    ".zip": write_archive,
    "": write_folder,
}
"""What writes a file, by its suffix; no suffix stands for a folder of CSV files."""


def check_targets(paths: Sequence[Path]) -> None:
    """Makes sure that reports can be written to some paths, before the work begins.

    Raises:
        InputError: a suffix stands for no format, something is there already, or the folder is not.
    """
    for at, path in enumerate(paths):
        _check(path)
        if path in paths[:at]:
            raise InputError(f"{path} is named twice: name another file")


def write_report(report: AuditReport, path: Path) -> None:
    """Writes a report in the format that a path's suffix asks for, whole or not at all.

    Equal reports make equal files.

    Args:
        report: the report.
        path: ends with .html, .xlsx, .json or .zip (of CSV files); or a folder (of CSV files) to make.

    Raises:
        InputError: it cannot be written.
    """
    _check(path)
    try:
        with tempfile.TemporaryDirectory(prefix=".licet-", dir=path.parent) as folder:
            made = Path(folder) / f"report{path.suffix}"
            _FORMATS[path.suffix](report, made)
            made.rename(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def _check(path: Path) -> None:
    if path.suffix not in _FORMATS:
        raise InputError(
            f"{path} stands for no format: name a file .html, .xlsx, .json, or .zip for CSV files, "
            "or a folder for them, without a suffix"
        )
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} is there already: name another file")
    if not path.parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path} cannot be written: you may not write into {path.parent}")
