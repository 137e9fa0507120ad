"""Who claims a work: registrations of its very bytes, and of catalogues that list it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from licet.contracts import Contracts
from licet.contracts.assets import DeedFlag
from licet.contracts.events import AssetRegistered
from licet.contracts.publications import catalog_and_tree
from licet.documents import CatalogDocument, Library
from licet.errors import DocumentError, InputError
from licet.fingerprint import sha256_file
from licet.licensee.register import Register, Registered
from licet.licensee.works import Listing, Works
from licet.text import plural
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
    """What is kept of a registered catalogue whose document is at hand."""

    name: str
    tree: CatalogTree
    first_seen: int | None


class Finder:
    """Finds claims; reads each catalogue's document once."""

    def __init__(self, contracts: Contracts, library: Library) -> None:
        self._contracts: Final = contracts
        self._library: Final = library
        self._assets: Final[list[Hash32]] = []
        self._numbers: Final[dict[Hash32, int]] = {}
        self._catalogs: Final[dict[Hash32, _Catalog]] = {}
        self._unreadable: Final[dict[Hash32, str]] = {}

    @cached_property
    def _works(self) -> Works:
        return Works()

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
        return self.claims().lookup(items)

    def claims(self) -> "Claims":
        """All claims as they stand now."""
        return self.claims_of(Register(self._contracts))

    def claims_of(self, register: Register) -> "Claims":
        """All claims as a register has them."""
        self._add_new(register)
        return Claims(register, self._works, self._assets, self._numbers, self._catalogs)

    def proof(self, asset_id: Hash32, content: Hash32) -> CatalogProof | None:
        """That a registered catalogue has a work; None if it has not, or its document is not at hand."""
        if asset_id not in self._catalogs:
            self._add_new(Register(self._contracts))
        if asset_id not in self._catalogs:
            return None
        listings = self._works.listings([content]).get(content, ())
        places = (listing.place for listing in listings if listing.asset == self._numbers[asset_id])
        return next((self._catalogs[asset_id].tree.proof(place) for place in places), None)

    def _add_new(self, register: Register) -> None:
        singles: list[Registered] = []
        for entry in register.by_asset.values():
            if entry.asset_id not in self._numbers:
                self._numbers[entry.asset_id] = len(self._assets)
                self._assets.append(entry.asset_id)
                if not entry.works:
                    singles.append(entry)
        self._works.add_singles(
            [self._numbers[entry.asset_id] for entry in singles], [entry.content for entry in singles]
        )
        new = [event for event in register.catalogs if event.asset_id not in self._catalogs]
        if new:
            self._read_catalogs(new)

    def _read_catalogs(self, events: Iterable[AssetRegistered]) -> None:
        seen = {found.hash: found.first_seen for found in self._library.listing(CatalogDocument).found}
        for event in events:
            try:
                document, tree = catalog_and_tree(event, self._library)
            except DocumentError as error:
                self._unreadable[event.asset_id] = str(error)
                continue
            self._unreadable.pop(event.asset_id, None)
            self._catalogs[event.asset_id] = _Catalog(document.name, tree, seen.get(event.document_hash))
            self._works.add_catalog(
                self._numbers[event.asset_id],
                [work.sha256 for work in document.works],
                [work.id for work in document.works],
            )


class Claims:
    """All claims as they stand at one moment, by numbers that stay theirs."""

    def __init__(
        self,
        register: Register,
        works: Works,
        assets: Sequence[Hash32],
        numbers: Mapping[Hash32, int],
        catalogs: Mapping[Hash32, _Catalog],
    ) -> None:
        self.works: Final = works
        self._register: Final = register
        self._assets: Final = assets
        self._numbers: Final = numbers
        self._catalogs: Final = catalogs

    def lookup(self, items: Iterable[str | Path]) -> tuple[Lookup, ...]:
        """Looks items up, as `Finder.lookup` does."""
        lookups = self._named(list(items))
        contents = {found.content for found in lookups if found.content is not None}
        listings = self.works.listings(contents)
        return tuple(
            found
            if found.content is None
            else replace(found, claims=self._all_on(found.content, listings.get(found.content, ())))
            for found in lookups
        )

    def classify(self) -> None:
        """Sorts the works into classes, as `Works.classify` does."""
        disputed = self._register.disputed_works
        self.works.classify(
            (self._numbers[asset_id], content) for asset_id, content in disputed if asset_id in self._numbers
        )

    def number(self, asset_id: Hash32) -> int:
        """The number of an asset."""
        return self._numbers[asset_id]

    def claim(self, number: int) -> Claim | None:
        """A claim by its number, without its date and proof; None if its registration is gone."""
        asset, work = self.works.claim(number)
        entry = self._register.by_asset.get(self._assets[asset])
        return None if entry is None else self._claim(entry, None, work=work)

    def since(self, claim: Claim) -> int | None:
        """A claim's date, as it says there."""
        catalog = self._catalogs.get(claim.asset_id)
        entry = self._register.by_asset[claim.asset_id]
        if entry.works:
            return catalog.first_seen if catalog else None
        return self._register.time(entry)

    def _named(self, items: Sequence[str | Path]) -> list[Lookup]:
        """What the items name, without the claims to works."""
        found: list[Lookup | str] = [self._file_or_hash(item) for item in items]
        ids = {name for name in found if isinstance(name, str)}
        works = self.works.named(ids) if ids else {}
        return [Lookup(f, _only(f, works.get(f)), ()) if isinstance(f, str) else f for f in found]

    def _file_or_hash(self, item: str | Path) -> Lookup | str:
        """What a file, a SHA-256 or an asset id names; else the name itself."""
        name = str(item)
        if isinstance(item, Path) or _exists(name):
            return Lookup(name, sha256_file(item), ())
        try:
            value = parse_hash(name)
        except InputError:
            return name
        asset = self._register.by_asset.get(value)
        if asset is None:
            return Lookup(name, value, ())
        if not asset.works:
            return Lookup(name, asset.content, (), value)
        return Lookup(name, None, (self._claim(asset, self._register.time(asset)),), value)

    def _all_on(self, content: Hash32, listings: Iterable[Listing]) -> tuple[Claim, ...]:
        claims = []
        for listing in listings:
            entry = self._register.by_asset.get(self._assets[listing.asset])
            if entry is None:
                continue
            catalog = self._catalogs.get(entry.asset_id)
            if catalog is None:
                claims.append(self._claim(entry, self._register.time(entry)))
            else:
                proof = catalog.tree.proof(listing.place)
                claims.append(self._claim(entry, catalog.first_seen, proof, content))
        return tuple(sorted(claims, key=age))

    def _claim(
        self,
        entry: Registered,
        since: int | None,
        proof: CatalogProof = _NO_CATALOG,
        work: Hash32 | None = None,
    ) -> Claim:
        catalog = self._catalogs.get(entry.asset_id)
        name = catalog.name if catalog else plural(entry.works, "work")
        return Claim(
            asset_id=entry.asset_id,
            registrant=entry.registrant,
            holder=self._register.deed(entry.asset_id).holder,
            since=since,
            catalog=name if entry.works else None,
            proof=proof,
            flags=self._register.flags(entry.asset_id, work),
        )


def age(claim: Claim) -> tuple[bool, int]:
    """What sorts claims oldest first, those without a date last."""
    return claim.since is None, claim.since or 0


def _only(name: str, contents: Collection[Hash32] | None) -> Hash32:
    if not contents:
        raise InputError(
            f"{shown(name)} is neither a file, nor a SHA-256 or asset id (64 hex digits), "
            "nor the id of a work in a known catalogue"
        )
    if len(contents) > 1:
        raise InputError(f"the id {shown(name)} stands for {len(contents)} works: name the work's SHA-256")
    return next(iter(contents))


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # not even a name that a file could have
        return False
