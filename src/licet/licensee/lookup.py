"""Who claims a work: registrations of its very bytes, and of catalogues that list it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.contracts import Contracts
from licet.contracts.events import AssetRegistered
from licet.contracts.publications import catalog_document, registrations
from licet.documents import CatalogDocument, Library
from licet.errors import AssetNotRegistered, DocumentError, InputError, NotRegistered
from licet.fingerprint import sha256_file
from licet.trees.catalog import CatalogProof, CatalogTree
from licet.types import Address, Hash32, parse_hash, shown


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's title to a work, by a deed to the work itself or to a catalogue that lists it.

    Attributes:
        asset_id: the deed.
        registrant: who made the claim.
        holder: who holds the deed now.
        since: unix seconds; for a single work when it was registered, for a work of a catalogue when this
            side first had the catalogue's document (a root alone dates nothing); None where that is unknown.
        catalog: the catalogue's name; None for a single work.
        proof: that the work is in the catalogue; empty for a single work.
    """

    asset_id: Hash32
    registrant: Address
    holder: Address
    since: int | None
    catalog: str | None
    proof: CatalogProof


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is known of one item.

    Attributes:
        item: as it was asked for.
        content: the work's SHA-256; None where a whole catalogue was asked for.
        claims: oldest first; those without a date come last. None is preferred over another.
    """

    item: str
    content: Hash32 | None
    claims: tuple[Claim, ...]

    @property
    def contested(self) -> bool:
        """Whether different parties claim it."""
        return len({claim.holder for claim in self.claims}) > 1


@dataclass(frozen=True, slots=True)
class _Catalog:
    """A registered catalogue whose document is at hand."""

    registered: AssetRegistered
    document: CatalogDocument
    tree: CatalogTree
    by_content: dict[Hash32, int]
    first_seen: int | None


class Finder:
    """Finds claims; reads each catalogue's document once."""

    def __init__(self, contracts: Contracts, library: Library) -> None:
        self._contracts: Final = contracts
        self._library: Final = library
        self._catalogs: dict[Hash32, _Catalog] = {}
        self._unreadable: dict[Hash32, str] = {}

    @property
    def unreadable(self) -> dict[Hash32, str]:
        """Registered catalogues whose works are not known, by asset id, with the reason."""
        return dict(self._unreadable)

    def lookup(self, items: Iterable[str | Path]) -> tuple[Lookup, ...]:
        """Looks items up.

        Args:
            items: files; SHA-256s; asset ids; ids of works in catalogues.

        Raises:
            InputError: an item is neither a file nor an id that anything here has.
        """
        self._read_catalogs()
        return tuple(self._lookup(item) for item in items)

    def proof(self, asset_id: Hash32, content: Hash32) -> CatalogProof | None:
        """That a registered catalogue has a work; None if it has not, or its document is not at hand."""
        self._read_catalogs()
        catalog = self._catalogs.get(asset_id)
        index = catalog.by_content.get(content) if catalog else None
        return catalog.tree.proof(index) if catalog and index is not None else None

    def _lookup(self, item: str | Path) -> Lookup:
        name = str(item)
        if isinstance(item, Path) or _exists(name):
            return self._content(name, sha256_file(item))
        try:
            value = parse_hash(name)
        except InputError:
            return self._work_id(name)
        try:
            return self._asset(name, value)
        except (AssetNotRegistered, NotRegistered):
            return self._content(name, value)

    def _content(self, item: str, content: Hash32) -> Lookup:
        claims = [
            self._claim(event, self._contracts.chain.block(event.log.block_number).timestamp)
            for event in registrations(self._contracts, content=content)
            if not event.works
        ]
        for catalog in self._catalogs.values():
            index = catalog.by_content.get(content)
            if index is not None:
                claims.append(self._claim(catalog.registered, catalog.first_seen, catalog, index))
        claims.sort(key=lambda claim: (claim.since is None, claim.since or 0))
        return Lookup(item, content, tuple(claims))

    def _asset(self, item: str, asset_id: Hash32) -> Lookup:
        self._contracts.assets.deed(asset_id)
        event = next(registrations(self._contracts, asset_id=asset_id))
        if not event.works:
            return self._content(item, event.content)
        since = self._contracts.chain.block(event.log.block_number).timestamp
        return Lookup(item, None, (self._claim(event, since),))

    def _work_id(self, item: str) -> Lookup:
        found = {
            work.sha256
            for catalog in self._catalogs.values()
            for work in catalog.document.works
            if work.id == item
        }
        if not found:
            raise InputError(
                f"{shown(item)} is neither a file, nor a SHA-256 or asset id (64 hex digits), "
                "nor the id of a work in a known catalogue"
            )
        if len(found) > 1:
            raise InputError(f"the id {shown(item)} stands for {len(found)} works: name the work's SHA-256")
        return self._content(item, found.pop())

    def _claim(
        self,
        event: AssetRegistered,
        since: int | None,
        catalog: _Catalog | None = None,
        index: int | None = None,
    ) -> Claim:
        name = self._catalogs[event.asset_id].document.name if event.asset_id in self._catalogs else None
        return Claim(
            asset_id=event.asset_id,
            registrant=event.registrant,
            holder=self._contracts.assets.deed(event.asset_id).holder,
            since=since,
            catalog=(name or f"{event.works} works") if event.works else None,
            proof=CatalogProof((), 0) if catalog is None or index is None else catalog.tree.proof(index),
        )

    def _read_catalogs(self) -> None:
        events = [event for event in registrations(self._contracts) if event.works]
        new = [event for event in events if event.asset_id not in self._catalogs]
        if not new:
            return
        seen = {found.hash: found.first_seen for found in self._library.listing(CatalogDocument).found}
        for event in new:
            try:
                document = catalog_document(event, self._library)
            except DocumentError as error:
                self._unreadable[event.asset_id] = str(error)
                continue
            self._unreadable.pop(event.asset_id, None)
            by_content = {work.sha256: index for index, work in enumerate(document.works)}
            first_seen = seen.get(event.document_hash)
            self._catalogs[event.asset_id] = _Catalog(
                event, document, document.tree(), by_content, first_seen
            )


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # not even a name that a file could have
        return False
