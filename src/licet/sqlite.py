"""SQLite's transactions, the same for each of Licet's files."""

import contextlib
import sqlite3
from collections.abc import Iterator


@contextlib.contextmanager
def all_or_nothing(db: sqlite3.Connection) -> Iterator[None]:
    """A transaction that is committed at its end, and rolled back by whatever is raised in it.

    Nobody else writes meanwhile. The connection has `isolation_level=None`, so that nothing else commits.

    Raises:
        sqlite3.Error: it cannot be begun or committed.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A full disk has ended the transaction already.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
