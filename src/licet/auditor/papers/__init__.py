"""Working papers: a report as files that auditors work with, in the format that a file's name asks for."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from licet.auditor.papers.csv_files import write_archive, write_folder
from licet.auditor.papers.json_file import write_json
from licet.auditor.papers.page import write_page
from licet.auditor.papers.workbook import write_workbook
from licet.auditor.report import AuditReport
from licet.errors import InputError

__all__ = ["FORMATS", "check_target", "write_report"]

FORMATS: Final[dict[str, Callable[[AuditReport, Path], None]]] = {
    ".json": write_json,
    ".html": write_page,
    ".xlsx": write_workbook,
    ".zip": write_archive,
    "": write_folder,
}
"""What writes a file, by its suffix; no suffix stands for a folder of CSV files."""


def check_target(path: Path) -> None:
    """Makes sure that a report can be written to a path, before the work begins.

    Raises:
        InputError: the suffix stands for no format, something is there already, or the folder is not.
    """
    if path.suffix not in FORMATS:
        raise InputError(
            f"{path} stands for no format: .json, .html, .xlsx, .zip of CSV files, or a folder's name for CSV files"
        )
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} is there already: name another file")
    if not path.parent.is_dir():
        raise InputError(f"{path} cannot be written: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path} cannot be written: the folder {path.parent} is not yours to write into")


def write_report(report: AuditReport, path: Path) -> None:
    """Writes a report in the format that a path's suffix asks for, whole or not at all.

    Args:
        report: the report.
        path: ends with .json, .html, .xlsx, or .zip (of CSV files); or a folder (of CSV files) to make.

    Raises:
        InputError: it cannot be written.
    """
    check_target(path)
    try:
        with tempfile.TemporaryDirectory(prefix=".licet-", dir=path.parent) as folder:
            made = Path(folder) / f"report{path.suffix}"
            FORMATS[path.suffix](report, made)
            shutil.move(made, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error
