"""DuckDB as a licensee uses it: in memory, within bounds, off the network."""

import shutil
import tempfile
import uuid
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from licet.errors import InputError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SETTINGS: Final = {
    "memory_limit": "2GB",  # beyond it, tables go to the temporary folder
    "threads": 2,
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # A join looks up in its right side, as it is written: the estimates of sizes are often wrong here.
    "disabled_optimizers": "join_order,build_side_probe_side",
}

_MAX_MESSAGE: Final = 300
_HALF: Final = _MAX_MESSAGE // 2


class Database:
    """Tables in memory. The right side of a join should be the smaller one; no join keeps an order."""

    def __init__(self) -> None:
        # Loaded here, as it takes longer than most commands do.
        import duckdb

        # Made only once memory does not suffice.
        folder = f"{tempfile.gettempdir()}/licet-{uuid.uuid4()}"
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._error: Final = duckdb.Error
        self._connection: Final[DuckDBPyConnection] = duckdb.connect()
        for name, value in {**_SETTINGS, "temp_directory": folder}.items():
            self._connection.execute(f"SET {name} = {quoted(str(value))}")

    def run(self, sql: str, *parameters: object) -> None:
        """Runs statements."""
        self._connection.execute(sql, parameters)

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self._connection.execute(sql, parameters).fetchall()

    def column(self, sql: str) -> list[Any]:
        """The only column of a query."""
        return [row[0] for row in self.rows(sql)]

    def value(self, sql: str) -> Any:
        """The only value of a query."""
        return self.rows(sql)[0][0]

    def load(self, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
        """Makes a table.

        Args:
            table: its name; one that is there is replaced.
            columns: names and types, as in `CREATE TABLE`.
            rows: as many values each, in their order.
        """
        self.run(f"CREATE OR REPLACE TABLE {table} ({columns})")
        self.insert(table, list(zip(*rows, strict=True)))

    def insert(self, table: str, columns: Sequence[Sequence[object]], select: str = "*") -> None:
        """Adds rows to a table.

        Args:
            table: its name.
            columns: the values of each column: integers, or else text, bytes and None.
            select: what to make of them: the columns are `c0`, `c1` and so on.
        """
        if not columns or not len(columns[0]):
            return
        import numpy

        arrays = {
            f"c{i}": numpy.array(values, dtype="int64" if isinstance(values[0], int) else object)
            for i, values in enumerate(columns)
        }
        self._connection.register("given", arrays)
        self._connection.execute(f"INSERT INTO {table} SELECT {select} FROM given")
        self._connection.unregister("given")

    def with_file(self, path: Path, sql: str) -> None:
        """Runs a statement that reads or writes a file of the caller's.

        Raises:
            InputError: the file cannot be read or written so.
        """
        try:
            self.run(sql)
        except self._error as error:
            # What follows are settings that the caller cannot change.
            what = " ".join(str(error).split("Possible")[0].split("LINE 1:")[0].split())
            raise InputError(f"{path}: {_cut(what)}") from error


def _cut(text: str) -> str:
    """The library's words, cut: they can repeat a whole line of the file."""
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_HALF]} … {text[-_HALF:]}"


def quoted(text: str) -> str:
    """Text as a string of SQL, where no parameter can stand."""
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name in SQL, whatever it is."""
    return '"' + column.replace('"', '""') + '"'
