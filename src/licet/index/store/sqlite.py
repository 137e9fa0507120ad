"""An index in an SQLite file: the default, which needs no server.

Write-ahead logging: whoever reads is not disturbed, and a killed process leaves the last commit.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar, Final

from licet.errors import IndexFailed, IndexUnusable, LicetError
from licet.index.events.rows import Row
from licet.index.store.store import Store
from licet.index.tables.schema import Table
from licet.index.tables.views import SqliteDialect
from licet.sqlite import all_or_nothing

_WAIT_SECONDS: Final = 10.0
_CACHE_KIB: Final = 8_192
_FETCHED: Final = 500
_ROWS_AT_ONCE: Final = 100
_PAGE: Final = 16_384
_LONGEST_LOG: Final = 16_384
"""Pages of write-ahead log after which a writer waits until they are in the file: 256 MB."""
_COMMITS_A_TIDYING: Final = 8
"""Moving each commit into the file by itself takes a sixth of the processor's time."""
_NOT_A_DATABASE: Final = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


class SqliteStore(Store):
    """An SQLite file."""

    _PLACE = "?"
    _SUFFIX = " WITHOUT ROWID"
    _TYPES: ClassVar[Mapping[str, str]] = {
        "integer": "INTEGER",
        "decimal": "TEXT",
        "bytes": "BLOB",
        "text": "TEXT",
    }
    _DIALECT = SqliteDialect()

    def __init__(self, path: Path, *, create: bool) -> None:
        """Opens a file.

        Args:
            path: where it is.
            create: make it, if it is not there.

        Raises:
            IndexUnusable: it cannot be opened, or is something else.
        """
        self.name = str(path)
        if not create and not path.is_file():
            raise IndexUnusable(f"there is no index at {path}: `licet index update` makes one", db=self.name)
        self._path: Final = path
        self._tidier: Final = ThreadPoolExecutor(max_workers=1)
        self._tidying: Future[None] | None = None
        self._untidied = 0
        with self._asking():
            try:
                self._db = sqlite3.connect(
                    path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
                )
            except sqlite3.OperationalError as error:
                raise IndexUnusable(f"{path} cannot be opened: {error}", db=self.name) from error
            try:
                self._set_up()
            except (sqlite3.Error, LicetError):
                self._db.close()
                raise

    def _set_up(self) -> None:
        # A log of a sale has 1 kB: small pages would chain two for each.
        self._db.execute(f"PRAGMA page_size = {_PAGE}")
        self._db.execute("PRAGMA journal_mode = WAL")
        # What a power cut takes away, cursor and all, is fetched again; a killed process loses nothing.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_LONGEST_LOG}")
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def close(self) -> None:
        """Lets the file go."""
        self._tidier.shutdown()
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction; raises as `Store.apply`."""
        with self._asking():
            with all_or_nothing(self._db):
                yield
            self._tidy_up()

    def _tidy_up(self) -> None:
        """Moves what was committed from the write-ahead log into the file, while others go on.

        The disk takes as long for that as for the writing itself, and nobody has to wait for it.
        """
        self._untidied += 1
        if self._untidied >= _COMMITS_A_TIDYING and (self._tidying is None or self._tidying.done()):
            self._untidied = 0
            self._tidying = self._tidier.submit(_checkpoint, self._path)

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        place = f"({', '.join('?' * len(table.columns))})"
        whole = len(rows) - len(rows) % _ROWS_AT_ONCE
        # Many rows in one statement take a sixth less time than one each.
        statement = f"INSERT INTO {table.name} VALUES {', '.join([place] * _ROWS_AT_ONCE)}"
        for start in range(0, whole, _ROWS_AT_ONCE):
            self._db.execute(statement, list(chain.from_iterable(rows[start : start + _ROWS_AT_ONCE])))
        self._db.executemany(f"INSERT INTO {table.name} VALUES {place}", rows[whole:])

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._asking():
            return self._db.execute(sql, values).fetchall()

    def _execute_many(self, sql: str, rows: Sequence[Row]) -> None:
        with self._asking():
            self._db.executemany(sql, rows)

    def _stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        with self._asking():
            found = self._db.execute(sql, values)
            while rows := found.fetchmany(_FETCHED):
                yield from rows

    def _tables(self) -> set[str]:
        return {name for (name,) in self._execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Translates what SQLite raises."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _NOT_A_DATABASE:
                raise self.damaged(str(error)) from error
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise IndexFailed(
                    f"another process is writing {self.name}: wait until it is done", db=self.name
                ) from error
            if code == sqlite3.SQLITE_READONLY:
                raise IndexUnusable(
                    f"{self.name} cannot be written: it is read-only", db=self.name
                ) from error
            raise IndexFailed(
                f"{self.name} cannot be written ({error}): make room, or name another disk with --db; "
                "what it has is as it was, and the next update goes on there",
                db=self.name,
            ) from error


def _checkpoint(path: Path) -> None:
    """Moves the write-ahead log into its file, as far as nobody is in the way."""
    # What fails here fails for the next writer too, who says so.
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
