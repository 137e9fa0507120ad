"""An index in an SQLite file: the default, which needs no server.

Write-ahead logging: whoever reads is not disturbed, and a killed process leaves the last commit.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from licet.errors import IndexFailed, IndexUnusable, LicetError
from licet.index.batch import Row
from licet.index.schema import Table
from licet.index.store import Store
from licet.index.views import SqliteDialect

_WAIT_SECONDS: Final = 10.0
_CACHE_KIB: Final = 8_192
_FETCHED: Final = 500
_PAGE: Final = 16_384
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
        self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def close(self) -> None:
        """Lets the file go."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction; raises as `Store.apply`."""
        with self._asking():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # A full disk has ended the transaction already.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            places = ", ".join("?" * len(table.columns))
            self._db.executemany(f"INSERT INTO {table.name} VALUES ({places})", rows)

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._asking():
            return self._db.execute(sql, values).fetchall()

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
