"""An index in PostgreSQL, for those who have many readers: `postgresql://user@host/database`."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import psycopg
from psycopg import sql as names

from licet.errors import IndexFailed, IndexUnusable
from licet.index.events.rows import Row
from licet.index.store.store import Store
from licet.index.tables.schema import Table
from licet.index.tables.views import PostgresDialect
from licet.text import without_password

_CONNECT_SECONDS: Final = 10
_FETCHED: Final = 500
_LOCK: Final = 0x6C69636574
"""One writer at a time makes the tables."""


class PostgresStore(Store):
    """A database of a PostgreSQL server."""

    _PLACE = "%s"
    _TYPES: ClassVar[Mapping[str, str]] = {
        "integer": "bigint",
        "decimal": "numeric(78, 0)",
        "bytes": "bytea",
        "text": "text",
    }
    _DIALECT = PostgresDialect()
    _FUNCTIONS = PostgresDialect.FUNCTIONS

    def __init__(self, url: str) -> None:
        """Connects.

        Args:
            url: `postgresql://…`.

        Raises:
            IndexUnusable: nothing answers there, or it lets nobody in.
        """
        self.name = without_password(url)
        try:
            self._db = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
        except (psycopg.Error, UnicodeError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise IndexUnusable(
                f"{self.name} lets nobody in ({reason}): check the URL, and that the server runs",
                db=self.name,
            ) from error

    def close(self) -> None:
        """Lets the server go."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction; raises as `Store.apply`."""
        with self._asking(), self._db.transaction():
            self._db.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
            yield

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        columns = names.SQL(", ").join(map(names.Identifier, table.names))
        command = names.SQL("COPY {} ({}) FROM STDIN").format(names.Identifier(table.name), columns)
        with self._db.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        with self._asking():
            found = self._db.execute(sql.encode(), values)
            return found.fetchall() if found.description else []

    def _execute_many(self, sql: str, rows: Sequence[Row]) -> None:
        with self._asking(), self._db.cursor() as cursor:
            cursor.executemany(sql.encode(), rows)

    def _stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        # A named cursor keeps its rows on the server; it needs a transaction to live in.
        with self._asking(), self._db.transaction(), self._db.cursor("licet_rows") as cursor:
            cursor.itersize = _FETCHED
            yield from cursor.execute(sql.encode(), values)

    def _tables(self) -> set[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        return {name for (name,) in self._execute(query)}

    @property
    def _lock(self) -> str:
        return " FOR UPDATE"

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Translates what the server says."""
        try:
            yield
        except psycopg.Error as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise IndexFailed(
                f"{self.name} does not do what it should ({reason}): "
                "what it has is as it was, and the next update goes on there",
                db=self.name,
            ) from error
