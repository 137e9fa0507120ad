"""`Shelf`: works and catalogues page by page, found by words, by hash and by id; and where logs stand.

Pages go by keys, never by how many rows to pass over: the last page of a million costs what the first does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from licet.documents import Preview
from licet.shelf.database import Database
from licet.shelf.entries import Asset, Place, SignedOffer, Work
from licet.shelf.offered import Offered, Wanted
from licet.shelf.roles import Role, key_of
from licet.shelf.tables import CATALOG, LONGEST_BEGINNING, of_row, row_of
from licet.shelf.words import words
from licet.trees.hashing import checksum
from licet.types import Address, Hash32, hash32, hash_bytes

MOST_LOOKED_AT: Final = 500
"""How many that have the right beginning are compared for one page of a search, and…"""
MOST_OFFERED: Final = 2_000
"""…how many that have the right words are asked for what is offered on them."""

_ASSET: Final = (
    "SELECT number, asset_id, registrant, content, works, document_hash, uri, block, log_index, title, "
    "media_type, preview, preview_type FROM assets"
)
_WORK: Final = "SELECT asset, position, id, sha256 FROM works"
_KINDS: Final = {"": "", "work": "AND works = 0", "catalog": "AND works > 0"}
_MARKED: Final = {"": "", "work": f'NOT "{CATALOG}"', "catalog": f'AND "{CATALOG}"'}
_LAST: Final = (1 << 63) - 1
ANYTHING: Final = Wanted()
"""What is wanted where nobody asks for offers."""


class Shelf:
    """A shelf, for reading; `Filler` fills it. One thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        """Opens a shelf, which is empty until it was filled.

        Raises:
            IndexFailed: the file cannot be opened.
        """
        self.database: Final = Database(path)
        self._offered: Final = Offered(self.database)

    def close(self) -> None:
        """Lets the file go."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_made(self) -> bool:
        """Whether it was ever filled."""
        return bool(self.database.rows("SELECT 1 FROM sqlite_master WHERE name = 'words'"))

    # Assets and works.

    def assets(self, kind: str = "", before: int | None = None, limit: int = 25) -> list[Asset]:
        """Assets, the newest first.

        Args:
            kind: `work` for single works, `catalog` for catalogues, empty for both.
            before: only those with a smaller number.
            limit: how many at most.
        """
        where = f"WHERE number < ? {_KINDS[kind]}"
        rows = self.database.rows(
            f"{_ASSET} {where} ORDER BY number DESC LIMIT ?", _LAST if before is None else before, limit
        )
        return list(map(_asset, rows))

    def offered(
        self, wanted: Wanted, kind: str = "", before: int | None = None, limit: int = 25
    ) -> tuple[list[Asset], int | None]:
        """Assets on which something wanted is offered, the newest first.

        Args:
            wanted: what offers are looked for.
            kind: as of `assets`.
            before: the key that the page before ended with.
            limit: how many at most.

        Returns:
            Maybe fewer than there are; and the key to go on with, None at the end.
        """
        numbers, following = self._offered.assets(wanted, _LAST if before is None else before, limit)
        assets = filter(None, map(self.numbered, numbers))
        return [asset for asset in assets if _is(asset, kind)], following

    def fits(self, asset: Asset, kind: str, wanted: Wanted) -> bool:
        """Whether an asset is of a kind, and something wanted is offered on it."""
        return _is(asset, kind) and (not wanted or self._offered.has(asset.number, wanted))

    def numbered(self, number: int) -> Asset | None:
        """The asset of a number; None if there is none."""
        rows = self.database.rows(f"{_ASSET} WHERE number = ?", number)
        return _asset(rows[0]) if rows else None

    def asset(self, asset_id: Hash32) -> Asset | None:
        """An asset by its id; None if there is none."""
        rows = self.database.rows(f"{_ASSET} WHERE asset_id = ?", hash_bytes(asset_id))
        return _asset(rows[0]) if rows else None

    def count(self) -> int:
        """How many assets there are."""
        [(last,)] = self.database.rows("SELECT max(number) FROM assets")
        return int(last or 0)

    def works(self, asset: int, after: int = -1, limit: int = 25) -> list[Work]:
        """The works of a catalogue in its order, those behind a position."""
        rows = self.database.rows(
            f"{_WORK} WHERE asset = ? AND position > ? ORDER BY position LIMIT ?", asset, after, limit
        )
        return [_work(row) for row in rows]

    def claims(self, sha256: Hash32, limit: int = 100) -> list[tuple[Asset, Work | None]]:
        """Who registered these very bytes: single works, then works of catalogues, oldest first.

        Args:
            sha256: the work's.
            limit: how many of each at most.
        """
        content = hash_bytes(sha256)
        singles = self.database.rows(
            f"{_ASSET} WHERE content = ? AND works = 0 ORDER BY number LIMIT ?", content, limit
        )
        found: list[tuple[Asset, Work | None]] = [(_asset(row), None) for row in singles]
        listed = self.database.rows(f"{_WORK} WHERE sha256 = ? ORDER BY asset LIMIT ?", content, limit)
        for work in map(_work, listed):
            asset = self.numbered(work.asset)
            if asset is not None:
                found.append((asset, work))
        return found

    def search(
        self,
        text: str,
        before: int | None = None,
        limit: int = 25,
        kind: str = "",
        wanted: Wanted = ANYTHING,
    ) -> tuple[list[tuple[Asset, Work | None]], int | None]:
        """Assets by their titles, and works of catalogues by their ids: those with all the words of a text.

        The last word may be the beginning of one.

        Args:
            text: what is looked for.
            before: the key that the page before ended with.
            limit: how many at most.
            kind: `work` for single works and works of catalogues, `catalog` for catalogues, empty for all.
            wanted: what has to be on offer.

        Returns:
            The newest first, maybe fewer than there are; and the key to go on with, None at the end.
        """
        looked_for = words(text)
        if not looked_for:
            return [], None
        *whole, last = looked_for
        match = " AND ".join([f'"{word}"' for word in whole] + [f'"{last[:LONGEST_BEGINNING]}" *'])
        below = _LAST if before is None else before
        fits, values = ("1", {}) if not wanted else self._offered.beside("words.rowid >> 32", wanted)
        most = MOST_LOOKED_AT if len(last) > LONGEST_BEGINNING else limit + 1
        most = MOST_OFFERED if wanted else most
        rows = self.database.stream(
            f"SELECT rowid, {fits} FROM words WHERE words MATCH :match AND rowid < :before "
            "ORDER BY rowid DESC LIMIT :rows",
            {**values, "match": f"({match}) {_MARKED[kind]}", "before": below, "rows": most},
        )
        found: list[tuple[Asset, Work | None]] = []
        key, looked_at, compared = None, 0, 0
        for row, is_offered in rows:
            if len(found) == limit:
                return found, key
            key, looked_at = row, looked_at + 1
            if not is_offered:
                continue
            entry, compared = self._at(row), compared + 1
            if entry is not None and _begins(entry, last):
                found.append(entry)
            if compared == MOST_LOOKED_AT:
                break
        return found, key if looked_at == most or compared == MOST_LOOKED_AT else None

    def _at(self, row: int) -> tuple[Asset, Work | None] | None:
        number, position = of_row(row)
        asset = self.numbered(number)
        if asset is None or position is None:
            return None if asset is None else (asset, None)
        found = self.database.rows(f"{_WORK} WHERE asset = ? AND position = ?", number, position)
        return (asset, _work(found[0])) if found else None

    # Offers.

    def signed_offers(self, asset_id: Hash32, limit: int = 100) -> list[SignedOffer]:
        """The documents of signed offers on an asset."""
        return self._offers("asset_id = ?", asset_id, limit)

    def signed_offer(self, offer_hash: Hash32, limit: int = 10) -> list[SignedOffer]:
        """The documents of a signed offer; there may be several signatures of one."""
        return self._offers("offer_hash = ?", offer_hash, limit)

    def _offers(self, where: str, value: Hash32, limit: int) -> list[SignedOffer]:
        rows = self.database.rows(
            f"SELECT offer_hash, asset_id, document_hash FROM offers WHERE {where} LIMIT ?",
            hash_bytes(value),
            limit,
        )
        return [SignedOffer(*(hash32(value) for value in row)) for row in rows]

    # Logs.

    def places(
        self, role: Role, of: Hash32 | Address, before: Place | None = None, limit: int = 25
    ) -> list[Place]:
        """Where logs stand that name something in a role, the newest first.

        Of others that begin alike there may be some among them: compare.

        Args:
            role: as what it is named.
            of: a hash or an address.
            before: only those that stand earlier.
            limit: how many at most.
        """
        rows = self.database.rows(
            "SELECT block, log_index FROM seen WHERE key = ? AND role = ? AND (block, log_index) < (?, ?) "
            "ORDER BY block DESC, log_index DESC LIMIT ?",
            _key(of),
            int(role),
            *(before or (_LAST, _LAST)),
            limit,
        )
        return [Place(*row) for row in rows]

    def first_place(self, role: Role, of: Hash32 | Address) -> Iterator[Place]:
        """The same, the oldest first, all of them."""
        for row in self.database.stream(
            "SELECT block, log_index FROM seen WHERE key = ? AND role = ? ORDER BY block, log_index",
            (_key(of), int(role)),
        ):
            yield Place(*row)


def rows_of(asset: int, title: str | None, works: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The rows of words that an asset and its works have."""
    named = [(row_of(asset), title or "")] + [(row_of(asset, position), id_) for position, id_ in works]
    found = [(row, text) for row, name in named if (text := " ".join(words(name)))]
    return [
        (row, f"{text} {CATALOG}") if works and row == row_of(asset) else (row, text) for row, text in found
    ]


def _is(asset: Asset, kind: str) -> bool:
    return not kind or bool(asset.works) == (kind == "catalog")


def _begins(entry: tuple[Asset, Work | None], beginning: str) -> bool:
    asset, work = entry
    text = (asset.title or "") if work is None else work.id
    return any(word.startswith(beginning) for word in words(text))


def _key(of: Hash32 | Address) -> int:
    return key_of(bytes.fromhex(of[2:]))


def _asset(row: tuple[Any, ...]) -> Asset:
    number, asset_id, registrant, content, works, document, uri, block, log_index, title, *shown = row
    media_type, preview, preview_type = shown
    return Asset(
        number,
        hash32(asset_id),
        checksum(registrant),
        hash32(content),
        works,
        hash32(document),
        uri,
        Place(block, log_index),
        title,
        media_type,
        None if preview is None else Preview(hash32(preview), preview_type),
    )


def _work(row: tuple[Any, ...]) -> Work:
    asset, position, id_, sha256 = row
    return Work(asset, position, id_, hash32(sha256))
