"""The file of a shelf: SQLite, as a log written ahead, so that readers are not disturbed."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from licet.errors import IndexFailed
from licet.index.tables.state import Identity
from licet.shelf.tables import SCHEMA, TABLES
from licet.sqlite import all_or_nothing
from licet.types import address_bytes

_WAIT_SECONDS: Final = 10.0
_CACHE_KIB: Final = 16_384


class Database:
    """A connection to a shelf's file; one thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        """Opens a file, which is made if it is not there.

        Raises:
            IndexFailed: it cannot be opened.
        """
        self._path: Final = path
        with self.asking():
            self._db = sqlite3.connect(
                path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")

    def close(self) -> None:
        """Lets the file go."""
        self._db.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All that a question is answered."""
        with self.asking():
            return self._db.execute(sql, values).fetchall()

    def named(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The same, with values by their names."""
        with self.asking():
            return self._db.execute(sql, values).fetchall()

    def stream(self, sql: str, values: Sequence[Any] | Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        """The same, row by row."""
        with self.asking():
            yield from self._db.execute(sql, values)

    def run(self, sql: str, *values: Any) -> None:
        """Changes something."""
        with self.asking():
            self._db.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Changes something for each of some rows."""
        with self.asking():
            self._db.executemany(sql, rows)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what is changed."""
        with self.asking(), all_or_nothing(self._db):
            yield

    def prepare(self, identity: Identity) -> None:
        """Makes the tables, unless they are there, for this index."""
        here = (SCHEMA, str(identity.chain_id), identity.genesis_hash, address_bytes(identity.addresses[0]))
        with self.transaction():
            tables = self.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'about'")
            if tables and self.rows("SELECT schema, chain_id, genesis, registry FROM about") == [here]:
                return
            # Tables of the search's own go with it.
            names = self.rows(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'words_*'"
            )
            for (name,) in names:
                self.run(f'DROP TABLE IF EXISTS "{name}"')
            for sql in TABLES:
                self.run(sql)
            self.run("INSERT INTO about VALUES (?, ?, ?, ?)", *here)
            self.run("INSERT INTO cursor VALUES (?, ?)", identity.first_block - 1, b"")

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """Translates what SQLite raises."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise IndexFailed(
                f"{self._path} cannot be used ({error}): make room for it, or delete it, and it is made anew",
                db=str(self._path),
            ) from error
