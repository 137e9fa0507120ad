"""Tokens: what a holder is given to be known by for a while; only their hashes are kept.

The database is the journal's, so that all workers know all tokens. Each looks a token up again after a
second, so that one that was revoked elsewhere is refused then.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Final

from licet.gateway.journal import Journal
from licet.types import ZERO_HASH, Address, Hash32

AGAIN_SECONDS: Final = 1.0
"""How long a token that was looked up is not looked up again."""

MAX_LENGTH: Final = 256
"""The longest token that is looked up, characters."""

_REMEMBERED: Final = 10_000
_COLUMNS: Final = "kind, holder, license_id, scope, uses, issued_at, expires_at, revoked"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    license_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    uses INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked INTEGER NOT NULL
)
"""


class Kind(StrEnum):
    """What a token is for."""

    SESSION = "session"
    """To read with, after signing in."""
    CLIENT = "client"
    """A secret with which tokens for licenses are asked for."""
    LICENSE = "license"
    """To read what one license covers."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who is known by a token, and for what.

    Attributes:
        kind: what it is for.
        holder: whom it was given to.
        expires_at: unix second from which it is void.
        issued_at: unix second.
        license_id: the license that it is for; zero for any of the holder's.
        scope: the pattern of the policy that it is for; empty for all.
        uses: what it is for, as the bits of `Use`; 0 for whatever the license permits.
    """

    kind: Kind
    holder: Address
    expires_at: int
    issued_at: int
    license_id: Hash32 = ZERO_HASH
    scope: str = ""
    uses: int = 0


class Tokens:
    """The tokens of a gateway.

    Args:
        journal: whose database has them.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal: Final = journal
        self._lock: Final = Lock()
        self._seen: Final[dict[str, tuple[float, Token | None]]] = {}
        with journal.transaction() as db:
            db.execute(_SCHEMA)

    def issue(self, token: Token) -> str:
        """Gives out a token, which is not kept. Those that are void are forgotten."""
        text = secrets.token_urlsafe(32)
        row = (token.kind.value, token.holder, token.license_id, token.scope, token.uses)
        with self._journal.transaction() as db:
            db.execute("DELETE FROM tokens WHERE expires_at <= ?", (token.issued_at,))
            db.execute(
                f"INSERT INTO tokens (hash, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (_hash(text), *row, token.issued_at, token.expires_at),
            )
        return text

    def known(self, text: str) -> tuple[bool, Token | None]:
        """What was looked up of a token a moment ago: whether it was, and whose it is."""
        with self._lock:
            at, token = self._seen.get(_hash(text), (-AGAIN_SECONDS, None))
        is_fresh = time.monotonic() - at < AGAIN_SECONDS
        return is_fresh, token if is_fresh and token is not None and _lives(token) else None

    def find(self, text: str) -> Token | None:
        """Whose a token is; None if it is nobody's, void or revoked."""
        if len(text) > MAX_LENGTH:
            return None
        name = _hash(text)
        with self._journal.database.reading() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM tokens WHERE hash = ?", (name,)).fetchone()
        token = None if row is None or row[7] else _token(row)
        with self._lock:
            if len(self._seen) >= _REMEMBERED:
                self._seen.pop(next(iter(self._seen)))
            self._seen[name] = (time.monotonic(), token)
        return token if token is not None and _lives(token) else None

    def revoke(self, text: str) -> bool:
        """Ends a token; says whether there was one."""
        name = _hash(text)
        with self._journal.transaction() as db:
            changed = db.execute(
                "UPDATE tokens SET revoked = 1 WHERE hash = ? AND revoked = 0", (name,)
            ).rowcount
        with self._lock:
            self._seen.pop(name, None)
        return bool(changed)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _lives(token: Token) -> bool:
    return time.time() < token.expires_at


def _token(row: tuple[str, Address, Hash32, str, int, int, int, int]) -> Token:
    kind, holder, license_id, scope, uses, issued_at, expires_at, _ = row
    return Token(Kind(kind), holder, expires_at, issued_at, license_id, scope, uses)
