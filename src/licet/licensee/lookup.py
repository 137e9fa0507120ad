"""Who claims a work: registrations of its very bytes, and of catalogues that list it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from licet.contracts import Contracts, events
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.events import AssetRegistered, WorkDisputed
from licet.contracts.publications import catalog_document, registrations
from licet.documents import CatalogDocument, Library
from licet.errors import DocumentError, InputError
from licet.fingerprint import sha256_file
from licet.trees.catalog import CatalogProof, CatalogTree
from licet.types import Address, Hash32, parse_hash, shown

_NO_CATALOG: Final = CatalogProof((), 0)


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
        flags: whether the deed, or this work of its catalogue, is disputed or lost a dispute.
    """

    asset_id: Hash32
    registrant: Address
    holder: Address
    since: int | None
    catalog: str | None
    proof: CatalogProof
    flags: DeedFlag


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is known of one item.

    Attributes:
        item: as it was asked for.
        content: the work's SHA-256; None where a whole catalogue was asked for.
        claims: oldest first; those without a date come last. None is preferred over another.
        asset_id: the asset, where it was asked for by its id: whoever names it has chosen between claims.
    """

    item: str
    content: Hash32 | None
    claims: tuple[Claim, ...]
    asset_id: Hash32 | None = None

    @property
    def contested(self) -> bool:
        """Whether different parties claim it; claims that lost a dispute do not count."""
        return len({claim.holder for claim in self.undefeated}) > 1

    @property
    def undefeated(self) -> tuple[Claim, ...]:
        """The claims that lost no dispute."""
        return tuple(claim for claim in self.claims if not claim.flags & DeedFlag.DEFEATED)


@dataclass(frozen=True, slots=True)
class _Catalog:
    """A registered catalogue whose document is at hand."""

    registered: AssetRegistered
    document: CatalogDocument
    tree: CatalogTree
    by_content: dict[Hash32, int]
    by_id: dict[str, Hash32]
    first_seen: int | None


class _Registered(NamedTuple):
    """A registration, as far as a claim needs it: a registry may have very many."""

    asset_id: Hash32
    registrant: Address
    content: Hash32
    works: int
    block: int


class _Register:
    """The registrations at one moment, read at once: many items cost no more questions than one."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts: Final = contracts
        self.catalogs: Final[list[AssetRegistered]] = []
        self.by_asset: Final[dict[Hash32, _Registered]] = {}
        self.by_content: Final[dict[Hash32, list[_Registered]]] = {}
        self._deeds: Final[dict[Hash32, Deed]] = {}
        self._work_flags: Final[dict[tuple[Hash32, Hash32], DeedFlag | None]] = {}
        self._times: Final[dict[int, int]] = {}
        for event in registrations(contracts):
            entry = _Registered(
                event.asset_id, event.registrant, event.content, event.works, event.log.block_number
            )
            self.by_asset[entry.asset_id] = entry
            if event.works:
                self.catalogs.append(event)
            else:
                self.by_content.setdefault(entry.content, []).append(entry)

        for dispute in self._disputes():
            self._work_flags[dispute.asset_id, dispute.sha256] = None

    def deed(self, asset_id: Hash32) -> Deed:
        """A deed as it is now."""
        if asset_id not in self._deeds:
            self._deeds[asset_id] = self._contracts.assets.deed(asset_id)
        return self._deeds[asset_id]

    def flags(self, asset_id: Hash32, content: Hash32 | None) -> DeedFlag:
        """Whether a deed, or a work of its catalogue, is disputed or lost a dispute."""
        flags = self.deed(asset_id).flags & (DeedFlag.DISPUTED | DeedFlag.DEFEATED)
        return flags if content is None else flags | self._flags_of_work(asset_id, content)

    def _flags_of_work(self, asset_id: Hash32, content: Hash32) -> DeedFlag:
        known = self._work_flags.get((asset_id, content), DeedFlag(0))
        if known is None:
            known = self._contracts.disputes.work_flags(asset_id, content)
            self._work_flags[asset_id, content] = known
        return known

    def _disputes(self) -> Iterator[WorkDisputed]:
        """Few works are ever disputed: only those need be asked for."""
        return events.read(
            self._contracts.chain,
            WorkDisputed,
            [self._contracts.disputes.address],
            from_block=self._contracts.deployment.block,
        )

    def time(self, entry: _Registered) -> int:
        """When an asset was registered, unix seconds."""
        if entry.block not in self._times:
            self._times[entry.block] = self._contracts.chain.block(entry.block).timestamp
        return self._times[entry.block]


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
        register = self._read_register()
        return tuple(self._lookup(item, register) for item in items)

    def proof(self, asset_id: Hash32, content: Hash32) -> CatalogProof | None:
        """That a registered catalogue has a work; None if it has not, or its document is not at hand."""
        if asset_id not in self._catalogs:
            self._read_register()
        catalog = self._catalogs.get(asset_id)
        index = catalog.by_content.get(content) if catalog else None
        return catalog.tree.proof(index) if catalog and index is not None else None

    def _lookup(self, item: str | Path, register: _Register) -> Lookup:
        name = str(item)
        if isinstance(item, Path) or _exists(name):
            return self._content(name, sha256_file(item), register)
        try:
            value = parse_hash(name)
        except InputError:
            return self._content(name, self._work_of(name), register)
        asset = register.by_asset.get(value)
        if asset is None:
            return self._content(name, value, register)
        if not asset.works:
            return replace(self._content(name, asset.content, register), asset_id=value)
        return Lookup(name, None, (self._claim(asset, register.time(asset), register),), value)

    def _content(self, item: str, content: Hash32, register: _Register) -> Lookup:
        claims = [
            self._claim(entry, register.time(entry), register)
            for entry in register.by_content.get(content, ())
        ]
        for catalog in self._catalogs.values():
            index = catalog.by_content.get(content)
            entry = register.by_asset.get(catalog.registered.asset_id)
            if index is not None and entry is not None:
                claims.append(
                    self._claim(entry, catalog.first_seen, register, catalog.tree.proof(index), content)
                )
        claims.sort(key=lambda claim: (claim.since is None, claim.since or 0))
        return Lookup(item, content, tuple(claims))

    def _work_of(self, work_id: str) -> Hash32:
        ids = (catalog.by_id.get(work_id) for catalog in self._catalogs.values())
        found = {content for content in ids if content is not None}
        if not found:
            raise InputError(
                f"{shown(work_id)} is neither a file, nor a SHA-256 or asset id (64 hex digits), "
                "nor the id of a work in a known catalogue"
            )
        if len(found) > 1:
            raise InputError(
                f"the id {shown(work_id)} stands for {len(found)} works: name the work's SHA-256"
            )
        return found.pop()

    def _claim(
        self,
        entry: _Registered,
        since: int | None,
        register: _Register,
        proof: CatalogProof = _NO_CATALOG,
        work: Hash32 | None = None,
    ) -> Claim:
        catalog = self._catalogs.get(entry.asset_id)
        name = catalog.document.name if catalog else f"{entry.works} works"
        return Claim(
            asset_id=entry.asset_id,
            registrant=entry.registrant,
            holder=register.deed(entry.asset_id).holder,
            since=since,
            catalog=name if entry.works else None,
            proof=proof,
            flags=register.flags(entry.asset_id, work),
        )

    def _read_register(self) -> _Register:
        register = _Register(self._contracts)
        new = [event for event in register.catalogs if event.asset_id not in self._catalogs]
        if new:
            self._read_catalogs(new)
        return register

    def _read_catalogs(self, events: Iterable[AssetRegistered]) -> None:
        seen = {found.hash: found.first_seen for found in self._library.listing(CatalogDocument).found}
        for event in events:
            try:
                document = catalog_document(event, self._library)
            except DocumentError as error:
                self._unreadable[event.asset_id] = str(error)
                continue
            self._unreadable.pop(event.asset_id, None)
            self._catalogs[event.asset_id] = _Catalog(
                registered=event,
                document=document,
                tree=document.tree(),
                by_content={work.sha256: index for index, work in enumerate(document.works)},
                by_id={work.id: work.sha256 for work in document.works},
                first_seen=seen.get(event.document_hash),
            )


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # not even a name that a file could have
        return False
