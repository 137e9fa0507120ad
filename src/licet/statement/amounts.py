"""Amounts as a file: who gets how much, in the currency's smallest units.

In CSV: a header, `payee,smallest_units`, and a line for each payee, `0x…,123`: in lower case, sorted, each
ended by one line feed. The digest is the SHA-256 of this text, so `sha256sum` prints it of a CSV file that
was computed. In Parquet: the same rows, both columns as text.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NoReturn, Self, TypeAlias

from licet.database import Database, named, quoted
from licet.errors import InputError
from licet.statement.inputs import PAYEE, TEXT, is_parquet, is_whole, parquet_types
from licet.tables import Table, open_table
from licet.types import Hash32, hash32, shown

SMALLEST_UNITS: Final = "smallest_units"
HEADER: Final = f"{PAYEE},{SMALLEST_UNITS}\n".encode()

Report: TypeAlias = Callable[[str, int, int], None]
"""Is told of a step, how much of it is done, and of how much."""


class Rows:
    """A Parquet file of few columns, read row by row as `licet.tables.Table` reads CSV."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._database: Final = Database()
        self._row = 0
        types = parquet_types(self._database, path)
        self.header: Final = tuple(types)
        self.columns: Final = {name: i for i, name in enumerate(types)}
        self._types: Final = types

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def column(self, name: str) -> int:
        """Where a column stands.

        Raises:
            InputError: there is none of this name, or its type has not the exact values that are needed.
        """
        if name not in self.columns:
            raise InputError(
                f"{self.path} has no column {shown(name)}: it has {shown(', '.join(self.header), 300)}"
            )
        kind = self._types[name]
        if kind != TEXT and not kind.startswith("DECIMAL(") and not is_whole(kind):
            raise InputError(
                f"the column {shown(name)} of {self.path} has the type {kind}: text or exact numbers expected"
            )
        return self.columns[name]

    def rows(self) -> Iterator[list[str]]:
        """The rows, as text; what is missing is empty."""
        columns = ", ".join(f"coalesce({named(name)}::VARCHAR, '')" for name in self.header)
        for batch in self._database.batches(f"SELECT {columns} FROM looked_at"):
            for row in batch:
                self._row += 1
                yield list(row)

    def fail(self, what: str) -> NoReturn:
        """Refuses the present row.

        Raises:
            InputError: always; it names the row's number.
        """
        raise InputError(f"{self.path}, row {self._row}: {what}")


def open_amounts(path: Path) -> Table | Rows:
    """Opens a CSV or Parquet file of amounts; use it in `with`.

    Raises:
        InputError: it cannot be read.
    """
    return Rows(path) if is_parquet(path) else open_table(path)


def digest_and_leaves(path: Path) -> tuple[Hash32, bytes]:
    """The digest of amounts in CSV, and the leaves of their sum tree."""
    digest, leaves = hashlib.sha256(), bytearray()
    with path.open("rb") as file:
        for line in file:
            digest.update(line)
            if line != HEADER:
                payee, amount = line.split(b",")
                leaves += bytes.fromhex(payee[2:].decode()) + int(amount).to_bytes(16)
    return hash32(digest.digest()), bytes(leaves)


def to_parquet(database: Database, csv: Path, out: Path) -> None:
    """Writes amounts in CSV as Parquet.

    Raises:
        SpaceMissing: the file cannot be written.
    """
    columns = f"{{{PAYEE}: 'VARCHAR', {SMALLEST_UNITS}: 'VARCHAR'}}"
    database.to_file(
        out,
        f"""
        SET preserve_insertion_order = true;
        COPY (
            FROM read_csv({quoted(str(csv))}, header = true, auto_detect = false, columns = {columns})
        ) TO {quoted(str(out))} (FORMAT parquet, COMPRESSION zstd)
        """,
    )
