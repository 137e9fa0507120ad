"""CSV files: `.csv` or `.csv.gz`, in UTF-8, with a header; read row by row, each error with its line."""

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from licet.errors import InputError
from licet.fingerprint import check_file
from licet.types import shown


class Table:
    """A CSV file that is read once, row by row; knows the line of the present row, for messages."""

    def __init__(self, path: Path, stream: BinaryIO | gzip.GzipFile) -> None:
        self.path = path
        self._stream = stream
        self.line = 1
        self._reader = csv.reader(self._lines(), strict=True)
        header = self._next()
        if header is None:
            raise InputError(f"{path} is empty: a header and at least one row are expected")
        self.header = tuple(header)
        self.columns = {name: i for i, name in enumerate(header)}
        if len(self.columns) != len(header):
            twice = next(name for name, count in Counter(header).items() if count > 1)
            self.fail(f"the column {shown(twice)} stands twice in the header")

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def column(self, name: str) -> int:
        """Where a column stands.

        Raises:
            InputError: there is none of this name.
        """
        if name not in self.columns:
            columns = shown(", ".join(self.header), 300)
            raise InputError(f"{self.path} has no column {shown(name)}: it has {columns}")
        return self.columns[name]

    def rows(self) -> Iterator[list[str]]:
        """The rows after the header, each as long as the header; empty lines are left out."""
        while (row := self._next()) is not None:
            if len(row) != len(self.header):
                self.fail(f"the row has {len(row)} fields, the header {len(self.header)}")
            yield row

    def once(self, lines: dict[str, int], key: str, what: str, hint: str) -> None:
        """Notes the present row's line for `key`.

        Raises:
            InputError: an earlier row has the same; `what` names it, `hint` says what to do.
        """
        first = lines.setdefault(key, self.line)
        if first != self.line:
            self.fail(f"{what} stands on line {first} already: {hint}")

    def fail(self, what: str) -> NoReturn:
        """Refuses the present row.

        Raises:
            InputError: always; it names the row's line.
        """
        raise InputError(f"{self.path}, line {self.line}: {what}")

    def _next(self) -> list[str] | None:
        while True:
            self.line = self._reader.line_num + 1
            try:
                row = next(self._reader, None)
            except csv.Error as error:
                self.fail(f"not valid CSV: {error}")
            except (OSError, EOFError, zlib.error) as error:
                raise InputError(f"{self.path} cannot be read to its end: {error}") from error
            if row != []:
                return row

    def _lines(self) -> Iterator[str]:
        offset = 0
        for number, raw in enumerate(self._stream, 1):
            try:
                text = raw.decode()
            except UnicodeDecodeError as error:
                where = f"{self.path}, line {number}, byte {offset + error.start} of the file"
                raise InputError(f"{where}: not UTF-8; save the file as UTF-8") from error
            # A byte order mark is no part of the first column's name.
            yield text.removeprefix("\ufeff") if number == 1 else text
            offset += len(raw)


def open_table(path: Path) -> Table:
    """Opens a file; use it in `with`.

    Raises:
        InputError: it cannot be read, or has no header.
    """
    try:
        check_file(path)
        stream = gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        return Table(path, stream)
    except InputError:
        stream.close()
        raise
