"""Which works a catalogue has, and what the gateway knows of files' hashes."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import sha256
from licet.gateway import hashes
from licet.gateway.hashes import Hashes
from licet.gateway.works import Expected, Members
from licet.types import ZERO_HASH, hash32

HOUR_NS = 3_600_000_000_000


@given(st.lists(st.binary(min_size=32, max_size=32), unique=True), st.binary(min_size=32, max_size=32))
def test_members_are_where_the_document_lists_them(listed: list[bytes], other: bytes) -> None:
    works = [hash32(work) for work in listed]
    members = Members(works)
    assert [members.place(work) for work in works] == list(range(len(works)))
    assert (members.place(hash32(other)) is None) == (other not in listed)
    assert members.place(ZERO_HASH) == (listed.index(bytes(32)) if bytes(32) in listed else None)


class Counted:
    """Files that are hashed, and how often that took reading them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.hashes = Hashes()
        self.read = 0
        read = hashes._sha256  # noqa: SLF001 - what is slow, and to be done once

        def counted(descriptor: int) -> str:
            self.read += 1
            time.sleep(0.02)
            return read(descriptor)

        monkeypatch.setattr(hashes, "_sha256", counted)

    async def of(self, path: Path) -> str | None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            return await self.hashes.of(descriptor)
        finally:
            os.close(descriptor)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    return Counted(monkeypatch)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file that was written an hour ago."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"text")
    now = time.time_ns
    monkeypatch.setattr(hashes.time, "time_ns", lambda: now() + HOUR_NS)
    before = open_files()
    yield path
    assert open_files() == before, "every file is closed again"


def test_a_file_is_read_once_until_it_changes(counted: Counted, old: Path) -> None:
    async def go() -> None:
        found = await asyncio.gather(*(counted.of(old) for _ in range(20)))
        assert (set(found), counted.read) == ({sha256(b"text")}, 1)
        assert (await counted.of(old), counted.read) == (sha256(b"text"), 1)
        about = old.stat()
        old.write_bytes(b"tale")
        os.utime(old, ns=(about.st_atime_ns, about.st_mtime_ns))  # as if nothing had happened
        assert (await counted.of(old), counted.read) == (sha256(b"tale"), 2)

    asyncio.run(go())


def test_what_was_written_just_now_is_read_again(counted: Counted, tmp_path: Path) -> None:
    """It may change once more within the same tick of the clock."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"text")

    async def go() -> None:
        assert [await counted.of(path) for _ in range(2)] == [sha256(b"text")] * 2

    asyncio.run(go())
    assert counted.read == 2


def test_what_changes_while_it_is_read_has_no_hash(counted: Counted, old: Path) -> None:
    async def go() -> None:
        reading = asyncio.create_task(counted.of(old))
        await asyncio.sleep(0.01)
        old.write_bytes(b"tales")
        assert await reading is None
        assert await counted.of(old) == sha256(b"tales")

    asyncio.run(go())


def test_whoever_goes_away_stops_nobody_else(counted: Counted, old: Path) -> None:
    async def go() -> None:
        first, second = (asyncio.create_task(counted.of(old)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        assert await second == sha256(b"text")
        with pytest.raises(asyncio.CancelledError):
            await first

    asyncio.run(go())
    assert counted.read == 1


def test_so_many_are_remembered_and_no_more(
    counted: Counted, old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "REMEMBERED", 1)
    (other := old.with_name("b.bin")).write_bytes(b"other")

    async def go() -> None:
        for path in (old, old, other, other, old):
            await counted.of(path)

    asyncio.run(go())
    assert counted.read == 3


def test_an_answer_is_the_work_that_it_has(old: Path) -> None:
    async def has(text: bytes) -> tuple[bool, str]:
        expected = Expected(Members([sha256(text)]), Hashes())
        descriptor = os.open(old, os.O_RDONLY)
        try:
            return await expected.has(descriptor), expected.work
        finally:
            os.close(descriptor)

    assert asyncio.run(has(b"text")) == (True, sha256(b"text"))
    assert asyncio.run(has(b"other")) == (False, ZERO_HASH)
