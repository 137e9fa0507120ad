"""DuckDB for tables of millions of rows: in memory, within bounds, off the network."""

import shutil
import tempfile
import threading
import uuid
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from licet.errors import InputError, SpaceMissing
from licet.fingerprint import check_new

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SETTINGS: Final[dict[str, str]] = {
    "memory_limit": "2GB",  # beyond it, tables go to the temporary folder
    "threads": "2",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_progress_bar": "true",  # so that it can be asked; it prints nothing
    "enable_progress_bar_print": "false",
    # A join looks up in its right side, as it is written: the estimates of sizes are often wrong here.
    "disabled_optimizers": "join_order,build_side_probe_side",
}

_ASKED_EVERY: Final = 0.2
_MAX_MESSAGE: Final = 300
_HALF: Final = _MAX_MESSAGE // 2


class Database:
    """Tables in memory. The right side of a join should be the smaller one; no join keeps an order."""

    def __init__(self, temp: Path | None = None, memory: str = _SETTINGS["memory_limit"]) -> None:
        """Opens an empty database.

        Args:
            temp: the folder where tables go that are too large for memory; the system's own if not given.
            memory: how much of it may be used, as DuckDB writes it.
        """
        # Loaded here, as it takes longer than most commands do.
        import duckdb

        # Made only once memory does not suffice.
        folder = f"{temp or tempfile.gettempdir()}/licet-{uuid.uuid4()}"
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._folder: Final = folder
        self._error: Final = duckdb.Error
        self._no_memory: Final = duckdb.OutOfMemoryException
        self._connection: Final[DuckDBPyConnection] = duckdb.connect()
        for name, value in {**_SETTINGS, "memory_limit": memory, "temp_directory": folder}.items():
            self._connection.execute(f"SET {name} = {quoted(value)}")

    def close(self) -> None:
        """Lets go of everything."""
        self._connection.close()

    @contextmanager
    def watched(self, report: Callable[[int], None]) -> Iterator[None]:
        """While it lasts, how much is done of the statement that runs, in percent, is told from a thread."""
        over = threading.Event()

        def ask() -> None:
            while not over.wait(_ASKED_EVERY):
                report(max(0, int(self._connection.query_progress())))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def run(self, sql: str, *parameters: object) -> None:
        """Runs statements.

        Raises:
            SpaceMissing: neither memory nor the temporary folder suffices.
        """
        self._execute(sql, parameters)

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query. May raise `SpaceMissing`."""
        return self._execute(sql, parameters).fetchall()

    def batches(self, sql: str, size: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query, so many at once; no other query before the last. May raise `SpaceMissing`."""
        found = self._execute(sql, ())
        while batch := found.fetchmany(size):
            yield batch

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

    def to_file(self, path: Path, sql: str) -> None:
        """Runs a statement that writes a file.

        Raises:
            SpaceMissing: it cannot be written.
        """
        try:
            self.run(sql)
        except self._error as error:
            what = _cut(" ".join(str(error).split()))
            raise SpaceMissing(f"{path} cannot be written: {what}", path=str(path)) from error

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

    def _execute(self, sql: str, parameters: Sequence[object]) -> "DuckDBPyConnection":
        try:
            return self._connection.execute(sql, parameters)
        except RuntimeError as error:
            if str(error) != "Query interrupted":
                raise
            # What the library makes of Ctrl-C.
            raise KeyboardInterrupt from error
        except self._error as error:
            if not isinstance(error, self._no_memory) and self._folder not in str(error):
                raise
            raise SpaceMissing(
                f"memory does not suffice, nor does the disk of {Path(self._folder).parent} for the rest: "
                f"make room there, or name another folder ({_cut(' '.join(str(error).split()))})",
                folder=str(Path(self._folder).parent),
            ) from error


def check_out(out: Path) -> None:
    """Makes sure that a table can be written into a file.

    Raises:
        InputError: it is there already, its folder is not, or its name says neither CSV nor Parquet.
    """
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"{out} is neither .csv nor .parquet: name a file that is one of them")
    check_new(out)
    if not out.parent.is_dir():
        raise InputError(f"there is no folder {out.parent}: make it, or name another")


def _cut(text: str) -> str:
    """The library's words, cut: they can repeat a whole line of the file."""
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_HALF]} … {text[-_HALF:]}"


def quoted(text: str) -> str:
    """Text as a string of SQL, where no parameter can stand."""
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """A column's name in SQL, whatever it is."""
    return '"' + column.replace('"', '""') + '"'
