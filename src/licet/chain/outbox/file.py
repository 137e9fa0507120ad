"""An outbox's file: its tables, and how they are opened, read and written."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from licet.errors import OutboxFailed
from licet.sqlite import all_or_nothing

_WAIT_SECONDS: Final = 30.0
_APPLICATION_ID: Final = 0x4C694F42
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS intents (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    recipient TEXT,
    value TEXT NOT NULL,
    data BLOB NOT NULL,
    state TEXT NOT NULL,
    nonce INTEGER,
    tx_hash TEXT,
    block_number INTEGER,
    block_hash TEXT,
    succeeded INTEGER,
    failure TEXT,
    cancelling INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, key)
);
CREATE UNIQUE INDEX IF NOT EXISTS one_intent_a_nonce ON intents (account, nonce) WHERE nonce IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_state ON intents (account, state, nonce);
CREATE INDEX IF NOT EXISTS by_block ON intents (account, block_number) WHERE block_number IS NOT NULL;
CREATE TABLE IF NOT EXISTS variants (
    tx_hash TEXT NOT NULL,
    intent INTEGER NOT NULL REFERENCES intents (id),
    nonce INTEGER NOT NULL,
    raw BLOB NOT NULL,
    gas INTEGER NOT NULL,
    most TEXT NOT NULL,
    tip TEXT NOT NULL,
    cancels INTEGER NOT NULL,
    signed_at REAL NOT NULL,
    PRIMARY KEY (intent, tx_hash)
);
"""


class OutboxFile:
    """An SQLite file with the tables of an outbox. Several processes and threads may have it open."""

    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it.

        Raises:
            OutboxFailed: it cannot be opened, or is something else.
        """
        self.path: Final = path
        self._lock: Final = threading.RLock()
        with self._asking():
            if path.exists() and not path.is_file():
                raise OutboxFailed(f"{path} is not a file: name another one for the outbox", path=path)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            self._db: Final = sqlite3.connect(
                path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                self._set_up()
            except BaseException:
                self._db.close()
                raise

    def _set_up(self) -> None:
        # In this order: who makes the file, sets the id before the tables.
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (found,) = self._db.execute("PRAGMA application_id").fetchone()
        if found != _APPLICATION_ID and tables:
            raise OutboxFailed(f"{self.path} is no outbox: name another file", path=self.path)
        self._db.execute("PRAGMA journal_mode = WAL")
        # What a power cut took away might have been sent.
        self._db.execute("PRAGMA synchronous = FULL")
        if not tables:
            self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")

    def close(self) -> None:
        """Lets the file go."""
        with self._lock:
            self._db.close()

    def rows(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Does what a statement says; returns the rows that it gives, if any.

        Raises:
            OutboxFailed: it cannot be done.
        """
        with self._asking():
            return self._db.execute(sql, values).fetchall()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside, or none. Raises as `rows`."""
        with self._asking(), all_or_nothing(self._db):
            yield

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except (sqlite3.Error, OSError) as error:
            raise OutboxFailed(
                f"the outbox {self.path} cannot be used ({error}): nothing more is sent until it can, "
                "and what it has is as it was",
                path=self.path,
            ) from error
