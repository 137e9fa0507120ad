"""`Filler`: puts on a shelf what an index has, block by block, and what documents say of it."""

import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from licet.contracts.publications import catalog_document
from licet.documents import Library, OfferDocument, Preview, Work, WorkDocument
from licet.errors import DocumentError
from licet.index import Index
from licet.index.events.rows import Row, numbered
from licet.shelf.entries import Asset
from licet.shelf.offered import Offered
from licet.shelf.roles import Role, key_of, seen
from licet.shelf.shelf import Shelf, rows_of
from licet.text import one_line
from licet.types import Hash32, hash_bytes, parse_hash

LONGEST_TITLE: Final = 300
"""Characters of a title, and of a work's id, that are kept."""
_LOGS: Final = 20_000
"""How many logs are put on the shelf at once."""
_MARKS: Final = 1_000
"""Of how many fillings the last block is known: so far back a re-org is undone, and not all made anew."""
_AWAITED: Final = 1_000
"""How many assets' documents are looked for again: the latest."""
_SECONDS: Final = 10.0
"""How long documents are looked for at a time."""
_SETTLED: Final = 2_000_000_000
"""Nanoseconds after which nothing can have been put into a folder without its clock showing it."""
_LARGEST_OFFER: Final = 64 << 10
_REGISTERED: Final = next(
    number
    for number, (_, kind) in numbered().items()
    if kind and kind.table == "asset_registry_asset_registered"
)


class Filler:
    """Fills a shelf. One at a time may: of two, the other waits."""

    def __init__(self, path: Path, index: Index, library: Library) -> None:
        """A filler.

        Args:
            path: the shelf's file.
            index: what is put on it.
            library: where documents are looked for; whether over the network, it decides.
        """
        self._index: Final = index
        self._library: Final = library
        self._folders: Final = Library(library.folders, allow_http=False)
        self._shelf: Final = Shelf(path)
        self._database: Final = self._shelf.database
        self._offered: Final = Offered(self._database)
        self._known: Final[set[Path]] = set()
        self._changed: Final[dict[Path, int]] = {}
        self._awaited: Final[deque[int]] = deque(maxlen=_AWAITED)
        self._asked: Final[set[int]] = set()
        self._began = False

    def close(self) -> None:
        """Lets the file go."""
        self._shelf.close()

    def fill(self) -> int:
        """Brings the shelf up to the last block that the index has proven; returns that block.

        Raises:
            IndexUnusable: nothing was indexed yet.
            IndexFailed: the file cannot be written.
        """
        self._database.prepare(self._index.identity)
        last = self._index.state.verified_block
        done = self._agreed()
        if not self._began:
            unread = self._database.rows(
                "SELECT number FROM assets WHERE read = 0 ORDER BY number DESC LIMIT ?", _AWAITED
            )
            self._awaited.extend(number for (number,) in reversed(unread))
            self._began = True
        for block, logs in self._parts(done + 1, last):
            with self._database.transaction():
                self._add(logs)
                self._mark(block)
        self._read_documents()
        return last

    # Logs.

    def _agreed(self) -> int:
        """The last block that the shelf and the index have alike; what is newer is taken away."""
        marks = self._database.rows("SELECT block, hash FROM cursor ORDER BY block DESC")
        for block, hash_ in marks:
            if not hash_ or self._index.store.hash_of(block) == hash_:
                break
        if (block, hash_) != marks[0]:
            with self._database.transaction():
                self._forget(block)
        return int(block)

    def _forget(self, block: int) -> None:
        gone = self._database.rows("SELECT number, title FROM assets WHERE block > ? ORDER BY number", block)
        for number, title in gone:
            works = self._database.rows("SELECT position, id FROM works WHERE asset = ?", number)
            self._database.run_many(
                "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)",
                rows_of(number, title, works),
            )
            self._database.run("DELETE FROM works WHERE asset = ?", number)
        self._offered.forget(block)
        self._database.run("DELETE FROM assets WHERE block > ?", block)
        self._database.run("DELETE FROM seen WHERE block > ?", block)
        self._database.run("DELETE FROM cursor WHERE block > ?", block)

    def _parts(self, first: int, last: int) -> Iterator[tuple[int, list[Row]]]:
        """All logs of some blocks, whole blocks at a time, and the last block of each part."""
        part: list[Row] = []
        if first > last:
            return
        for log in self._index.store.logs(first, last, numbered()):
            if len(part) >= _LOGS and log[0] != part[-1][0]:
                yield part[-1][0], part
                part = []
            part.append(log)
        yield last, part

    def _add(self, logs: list[Row]) -> None:
        places: set[tuple[int, int, int, int]] = set()
        assets: list[tuple[Any, ...]] = []
        before = b""
        for log in logs:
            block, at, tx = log[0], log[1], bytes(log[2])
            if tx != before:
                places.add((key_of(tx), int(Role.TRANSACTION), block, at))
                before = tx
            places.update((key, int(role), block, at) for key, role in seen(log))
            if log[3] == _REGISTERED:
                assets += _registered(log)
        self._database.run_many("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", sorted(places))
        for row in assets:
            self._database.run(
                "INSERT OR IGNORE INTO assets (asset_id, registrant, content, works, document_hash, uri, "
                "block, log_index, read) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
                *row,
            )
        if assets:
            [(last,)] = self._database.rows("SELECT max(number) FROM assets")
            self._awaited.extend(range(last - len(assets) + 1, last + 1))
            self._offered.registered(row[0] for row in assets)
        self._offered.add(logs)

    def _mark(self, block: int) -> None:
        hash_ = self._index.store.hash_of(block) or b""
        self._database.run("INSERT INTO cursor VALUES (?, ?)", block, hash_)
        old = "SELECT block FROM cursor ORDER BY block DESC LIMIT 1 OFFSET ?"
        self._database.run(f"DELETE FROM cursor WHERE block <= ({old}) AND hash != X''", _MARKS)

    # Documents.

    def _read_documents(self) -> None:
        until = time.monotonic() + _SECONDS
        for document_hash in self._arrived():
            for (number,) in self._database.rows(
                "SELECT number FROM assets WHERE document_hash = ? AND read = 0", hash_bytes(document_hash)
            ):
                self._awaited.append(number)
            if time.monotonic() > until:
                self._changed.clear()  # the rest comes the next time
                break
        for _ in range(len(self._awaited)):
            number = self._awaited.popleft()
            if not self._describe(number):
                self._awaited.append(number)
            if time.monotonic() > until:
                break

    def _arrived(self) -> Iterator[Hash32]:
        """Documents in the folders that were not there before; offers among them are noted."""
        for folder in self._library.folders:
            for path in self._added(folder):
                self._known.add(path)
                if len(path.stem) != 64 or not set(path.stem) <= set("0123456789abcdef"):
                    continue
                document_hash = parse_hash(path.stem)
                value = hash_bytes(document_hash)
                if not self._database.rows("SELECT 1 FROM documents WHERE hash = ?", value):
                    with self._database.transaction():
                        self._note_offer(path, document_hash)
                        self._database.run("INSERT INTO documents VALUES (?)", value)
                yield document_hash

    def _added(self, folder: Path) -> list[Path]:
        """The files that a folder did not have before; one that did not change is not read again."""
        try:
            changed = folder.stat().st_mtime_ns
        except OSError:
            return []
        if self._changed.get(folder) == changed:
            return []
        # Of what is put there in the same moment, a clock may not tell.
        if time.time_ns() - changed > _SETTLED:
            self._changed[folder] = changed
        return sorted(set(folder.glob("*.json")) - self._known)

    def _note_offer(self, path: Path, document_hash: Hash32) -> None:
        try:
            if path.stat().st_size > _LARGEST_OFFER:
                return
            document = OfferDocument.from_bytes(self._library.get(document_hash))
        except (DocumentError, OSError):
            return  # another document, or somebody's broken file
        identity = self._index.identity
        if (document.chain_id, document.license_token) == (identity.chain_id, identity.addresses[1]):
            offer = document.offer
            values = (offer.struct_hash(), document_hash, offer.asset_id)
            self._database.run("INSERT OR IGNORE INTO offers VALUES (?, ?, ?)", *map(hash_bytes, values))
            self._offered.sign(offer, document_hash)

    def _describe(self, number: int) -> bool:
        """Puts on the shelf what an asset's document says; whether it is done with."""
        if not self._database.rows("SELECT 1 FROM assets WHERE number = ? AND read = 0", number):
            return True
        asset = self._shelf.numbered(number)
        if asset is None or not int(asset.document_hash, 16):
            return True
        # Whoever does not serve a document is not asked for it every second.
        library = self._folders if number in self._asked else self._library
        self._asked.add(number)
        media_type: str | None = None
        preview: Preview | None = None
        works: tuple[Work, ...] = ()
        try:
            if asset.works:
                document = catalog_document(asset, library)
                title, works, preview = document.name, document.works, document.preview
            else:
                described = _described(asset, library)
                title, media_type = described.title or "", described.media_type
                preview = described.preview
        except DocumentError:
            return False
        title = one_line(title)[:LONGEST_TITLE]
        with self._database.transaction():
            self._database.run(
                "UPDATE assets SET title = ?, media_type = ?, preview = ?, preview_type = ?, read = 1 "
                "WHERE number = ?",
                title or None,
                media_type,
                hash_bytes(preview.sha256) if preview else None,
                preview.media_type if preview else None,
                number,
            )
            self._database.run_many(
                "INSERT INTO works VALUES (?, ?, ?, ?)",
                (
                    (number, i, one_line(work.id)[:LONGEST_TITLE], hash_bytes(work.sha256))
                    for i, work in enumerate(works)
                ),
            )
            self._database.run_many(
                "INSERT INTO words (rowid, text) VALUES (?, ?)",
                rows_of(
                    number, title, [(i, one_line(work.id)[:LONGEST_TITLE]) for i, work in enumerate(works)]
                ),
            )
        return True


def _described(asset: Asset, library: Library) -> WorkDocument:
    document = WorkDocument.from_bytes(library.get(asset.document_hash, asset.uri))
    if document.sha256 != asset.content:
        raise DocumentError(f"{asset.document_hash} is the document of another work than {asset.content}")
    return document


def _registered(log: Row) -> list[tuple[Any, ...]]:
    """The row of an asset; none where nobody can read the log."""
    kind = numbered()[log[3]][1]
    assert kind is not None
    try:
        values = kind.decoder.row(bytes(log[4]), bytes(log[5]))
    except ValueError:
        return []
    row = dict(zip((column.name for column in kind.columns), values, strict=True))
    names = ("asset_id", "registrant", "content", "works", "document_hash", "uri")
    return [(*(row[name] for name in names), log[0], log[1])]
