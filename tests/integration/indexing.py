"""What the tests of the index share: how databases are compared."""

import hashlib
from pathlib import Path
from typing import Any

from licet.index import Index
from licet.index.tables import schema

QUICK: dict[str, Any] = {"pauses": (0.0,)}
"""No waiting between tries."""


def content(index: Index) -> dict[str, str]:
    """All that a database has, its cursor included: a digest of each table."""
    return {table.name: digest(index, table) for table in schema.ALL}


def digest(index: Index, table: schema.Table) -> str:
    found = hashlib.sha256()
    for row in index.store.select(table):
        values = [bytes(value) if isinstance(value, memoryview) else value for value in row]
        found.update(repr(values).encode())
    return found.hexdigest()


def fresh(url: str, deployment: Any, folder: Path, **options: Any) -> dict[str, str]:
    """What an index made at once has."""
    path = folder / "fresh.sqlite"
    for made in folder.glob("fresh.sqlite*"):
        made.unlink()
    with Index(path) as index:
        index.update([url], deployment, **options)
        return content(index)
