"""The database by itself: all of a batch or nothing, whatever breaks, and wherever."""

import resource
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from licet.errors import IndexFailed, IndexUnusable
from licet.index.events.kinds import CONTRACTS
from licet.index.store.sqlite import SqliteStore
from licet.index.tables import schema
from licet.index.tables.batch import Batch
from licet.index.tables.schema import Table
from licet.index.tables.state import Identity
from licet.types import Address

ADDRESSES = tuple(Address("0x" + f"{i}" * 40) for i in range(1, 7))
IDENTITY = Identity(31337, bytes(32), ADDRESSES, 3, 3)
NO_HEADS = tuple(bytes(32) for _ in CONTRACTS)


def hash_of(number: int, fork: str = "a") -> bytes:
    return f"{fork}{number}".encode().rjust(32, b"\0")


def batch(
    first: int, last: int, fork: str = "a", parent: str = "a", *, logs: int = 3, size: int = 10
) -> Batch:
    numbers = range(first, last + 1)
    head = hash_of(last, fork)
    return Batch(
        first=first,
        last=last,
        parent_hash=hash_of(first - 1, parent),
        hash=hash_of(last, fork),
        blocks=[(number, hash_of(number, fork), 1_000 + number) for number in numbers],
        logs=[
            (number, i, hash_of(number, fork), 7, b"t" * 32, b"d" * size)
            for number in numbers
            for i in range(logs)
        ],
        heads=[(1, number, hash_of(number, fork)) for number in numbers],
        reached=(NO_HEADS[0], head, *NO_HEADS[2:]),
        verified=True,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "index.sqlite", create=True)
    store.create(IDENTITY)
    store.apply(batch(3, 10))
    yield store
    store.close()


def everything(store: SqliteStore) -> list[list[Any]]:
    return [list(store.select(table)) for table in schema.ALL]


def test_a_batch_follows_another(store: SqliteStore) -> None:
    store.apply(batch(11, 20))
    position = store.position()
    assert (position.block, position.hash, position.verified) == (20, hash_of(20), 20)
    assert position.heads[1] == hash_of(20)
    assert store.identity() == IDENTITY


def test_what_a_fork_drops_goes_with_what_replaces_it(store: SqliteStore, tmp_path: Path) -> None:
    store.apply(batch(11, 20))
    store.apply(batch(8, 12, "b"))
    other = SqliteStore(tmp_path / "other.sqlite", create=True)
    other.create(IDENTITY)
    other.apply(batch(3, 7))
    other.apply(batch(8, 12, "b"))
    assert everything(store) == everything(other)
    other.close()


def test_what_follows_nothing_is_refused(store: SqliteStore) -> None:
    before = everything(store)
    for wrong in (batch(13, 14), batch(11, 12, parent="b")):
        with pytest.raises(IndexFailed, match="somebody else has changed"):
            store.apply(wrong)
    assert everything(store) == before


@pytest.mark.parametrize("broken", range(4))
def test_all_or_nothing(store: SqliteStore, monkeypatch: pytest.MonkeyPatch, broken: int) -> None:
    """An exception after each of the insertions, in a batch that replaces others besides."""
    before = everything(store)
    insert = store._insert  # noqa: SLF001 - to break it
    count = 0

    def breaking(table: Table, rows: Sequence[Any]) -> None:
        nonlocal count
        if count == broken:
            raise KeyboardInterrupt
        count += 1
        insert(table, rows)

    monkeypatch.setattr(store, "_insert", breaking)
    if broken < 3:
        with pytest.raises(KeyboardInterrupt):
            store.apply(batch(8, 12, "b"))
        assert everything(store) == before
    else:
        store.apply(batch(8, 12, "b"))
        assert store.position().block == 12


def test_a_full_disk(store: SqliteStore, tmp_path: Path) -> None:
    """The disk is as large as SQLite is told that it may grow: it ends there as on a real one."""
    before = everything(store)
    [(pages,)] = store.query("PRAGMA page_count")
    store.query(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(IndexFailed, match="make room"):
        store.apply(batch(11, 40, logs=20, size=1_000))
    assert everything(store) == before
    store.query("PRAGMA max_page_count = 1000000")
    store.apply(batch(11, 40, logs=20, size=1_000))
    assert store.position().block == 40


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    """A limit of the operating system's on how large a file may be."""
    store = SqliteStore(tmp_path / "index.sqlite", create=True)
    store.create(IDENTITY)
    store.apply(batch(3, 10))
    before = everything(store)
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(IndexFailed, match="cannot be written"):
            store.apply(batch(11, 400, logs=20, size=2_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert everything(store) == before
    store.apply(batch(11, 40))
    assert store.position().block == 40
    store.close()


def test_two_writers(store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One waits, then finds that the other has been there."""
    monkeypatch.setattr("licet.index.store.sqlite._WAIT_SECONDS", 0.1)
    other = SqliteStore(tmp_path / "index.sqlite", create=False)
    with store.transaction(), pytest.raises(IndexFailed, match="another process is writing"):
        other.apply(batch(11, 12))
    other.apply(batch(11, 12))
    with pytest.raises(IndexFailed, match="somebody else"):
        store.apply(batch(13, 14, parent="b"))
    other.close()


def test_made_all_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "index.sqlite", create=True)

    def broken(table: Table, rows: Sequence[Any]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "_insert", broken)
        with pytest.raises(KeyboardInterrupt):
            store.create(IDENTITY)
    assert store.identity() is None
    store.create(IDENTITY)
    with pytest.raises(IndexFailed, match="somebody else has just begun"):
        store.create(IDENTITY)
    store.close()


def test_what_is_not_proven_goes(store: SqliteStore) -> None:
    unproven = batch(11, 20)
    store.apply(Batch(**{name: getattr(unproven, name) for name in Batch.__slots__} | {"verified": False}))
    assert store.position().verified == 10
    store.verify(20)
    assert store.position().verified == 20
    store.verify(19)
    assert store.position().verified == 20
    store.rewind(12)
    position = store.position()
    assert (position.block, position.verified, position.heads[1]) == (12, 12, hash_of(12))


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM blocks WHERE number = 10",
        "DELETE FROM blocks WHERE number = 3",
        "UPDATE cursor SET verified_block = 99",
        "DELETE FROM blocks",
    ],
)
def test_parts_that_do_not_fit_together(store: SqliteStore, tmp_path: Path, damage: str) -> None:
    with sqlite3.connect(tmp_path / "index.sqlite") as other:
        other.execute(damage)
    other.close()
    with pytest.raises(IndexUnusable, match="is damaged"):
        store.position()


def test_a_place_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match="cannot be opened"):
        SqliteStore(tmp_path / "no" / "such" / "folder.sqlite", create=True)
    with pytest.raises(IndexUnusable, match="cannot be opened"):
        SqliteStore(tmp_path, create=True)
