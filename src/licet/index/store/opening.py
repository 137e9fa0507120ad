"""Which database it is: a file, or a server."""

from pathlib import Path

from licet.index.store.sqlite import SqliteStore
from licet.index.store.store import Store


def open_store(db: str | Path, *, create: bool = True) -> Store:
    """The database at a path, which is SQLite's, or at a `postgresql://` URL.

    Args:
        db: where.
        create: make a file that is not there.

    Raises:
        IndexUnusable: there is none, or it is something else.
    """
    if str(db).startswith(("postgresql://", "postgres://")):
        from licet.index.store.postgres import PostgresStore  # only who has such a database needs its library

        return PostgresStore(str(db))
    return SqliteStore(Path(db), create=create)
