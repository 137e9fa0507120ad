"""Nonces: given out without being kept, and used once.

A nonce to sign in with says itself when it was made, and that it was made here. So whoever asks for millions
fills no disk; only those that a valid signature has used are kept, until they are void.
"""

import hmac
import secrets
import time
from typing import Final

from licet.gateway.journal import Journal

SECONDS: Final = 600
"""How long a nonce can be used."""

_TIME: Final = 12
_RANDOM: Final = 16
_MARK: Final = 24
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS secrets (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS nonces (name TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS nonces_by_end ON nonces (until)",
)


class Nonces:
    """The nonces of a gateway.

    Args:
        journal: whose database has the used ones, and the secret by which its own are known.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal: Final = journal
        with journal.transaction() as db:
            for statement in _SCHEMA:
                db.execute(statement)
            db.execute(
                "INSERT INTO secrets (name, value) VALUES ('nonces', ?) ON CONFLICT DO NOTHING",
                (secrets.token_hex(32),),
            )
            row = db.execute("SELECT value FROM secrets WHERE name = 'nonces'").fetchone()
        self._secret: Final = bytes.fromhex(row[0])

    def new(self) -> str:
        """A nonce to sign in with: letters and digits."""
        said = f"{int(time.time()):0{_TIME}x}{secrets.token_hex(_RANDOM)}"
        return said + self._mark(said)

    def is_own(self, nonce: str) -> bool:
        """Whether a nonce was made here, and can still be used."""
        said, mark = nonce[:-_MARK], nonce[-_MARK:]
        if len(said) != _TIME + 2 * _RANDOM or not hmac.compare_digest(
            mark.encode(), self._mark(said).encode()
        ):
            return False
        return 0 <= time.time() - int(said[:_TIME], 16) + 1 < SECONDS

    def use(self, name: str, until: int) -> bool:
        """Uses a nonce, whoever made it; says whether it was unused.

        Args:
            name: of the nonce, with whose it is.
            until: unix second from which nobody could use it any more.
        """
        with self._journal.transaction() as db:
            db.execute("DELETE FROM nonces WHERE until < ?", (int(time.time()),))
            added = db.execute(
                "INSERT INTO nonces (name, until) VALUES (?, ?) ON CONFLICT DO NOTHING", (name, until)
            )
            return added.rowcount == 1

    def _mark(self, said: str) -> str:
        return hmac.digest(self._secret, said.encode(), "sha256").hex()[:_MARK]
