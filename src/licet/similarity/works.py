"""What is registered and like a file."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from licet.contracts import Contracts, events
from licet.contracts.events import AssetRegistered
from licet.contracts.publications import catalog_document, registration
from licet.documents import Library, Work
from licet.errors import IndexDamaged, LicetError
from licet.fingerprint.codes import Code, Family
from licet.fingerprint.index import Entry, Hit, SimilarityIndex, remove_index
from licet.fingerprint.match import RADIUS, Likeness, likeness, remoteness
from licet.similarity.reading import Registered, entries_in_uri, entries_of
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, hash_bytes

MAX_NEAR: Final = 20
"""How many near works a look-up tells of: the nearest."""

_BATCH: Final = 20_000
_MAX_AWAITED: Final = 10_000
"""Of how many registrations the documents are looked for again: the latest."""


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A registered work that is like a file, or is the very same.

    Attributes:
        asset_id: the asset that it is, or is in.
        registrant: who claims it.
        in_catalog: whether it is a work of a catalogue, not the asset itself.
        work: such a work's id and SHA-256; None for a single work, or where the catalogue is not at hand.
        family: what was compared.
        distance: in how many bits of `family.bits` it differs.
        likeness: what that means.
    """

    asset_id: Hash32
    registrant: Address
    in_catalog: bool
    work: Work | None
    family: Family
    distance: int
    likeness: Likeness

    @property
    def remoteness(self) -> float:
        """The distance as a share of the farthest that counts."""
        return remoteness(self.family, self.distance)


class SimilarWorks:
    """Finds registered works that are like a file, in an index that it keeps in a folder."""

    def __init__(self, contracts: Contracts, library: Library, folder: str | Path) -> None:
        """The index of a deployment's works.

        Args:
            contracts: of the deployment.
            library: where documents are found.
            folder: where indexes are kept; each deployment has a folder of its own in it.
        """
        chain, registry = contracts.chain.chain_id, contracts.assets.address
        self._contracts: Final = contracts
        self._library: Final = library
        self._index: SimilarityIndex | None = None
        self.folder: Final = Path(folder) / f"{chain}-{registry.lower()}"
        self.rebuilt: str | None = None
        """Why the index had to be built anew; None if it had not."""

    @property
    def works(self) -> int:
        """How many works the index has."""
        return self._opened().works

    def update(
        self,
        *,
        fetch: bool = True,
        seconds: float | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> bool:
        """Takes in what was registered since the last time; an index that is damaged is built anew.

        Args:
            fetch: whether catalogues' documents are fetched from their URIs; else folders alone are read.
            seconds: stop after about so long, to go on from there the next time.
            progress: called with the number of works taken in since the last call.

        Returns:
            Whether all that is registered was read.

        Raises:
            InputError: the index cannot be read or written.
            ChainError: the chain cannot be asked.
        """
        library = self._library if fetch else Library(self._library.folders, allow_http=False)
        until = None if seconds is None else time.monotonic() + seconds
        try:
            return self._update(library, until, progress or _ignore)
        except IndexDamaged as error:
            self._rebuild(error)
            return self._update(library, until, progress or _ignore)

    def find(self, codes: Iterable[Code], content: Hash32, *, limit: int = MAX_NEAR) -> tuple[NearMatch, ...]:
        """The works in the index that are like a file, nearest first, each by what it is nearest in.

        Args:
            codes: the file's code words.
            content: its SHA-256.
            limit: how many at most.

        Raises:
            InputError: the index cannot be read.
            IndexDamaged: it is not what was written: it is empty now, and `update` fills it again.
        """
        try:
            hits = self._opened().find(codes, RADIUS)
        except IndexDamaged as error:
            self._rebuild(error)
            raise
        hits.sort(key=lambda hit: (remoteness(hit.family, hit.distance), hit.asset_id, hit.position or 0))
        nearest: dict[tuple[Hash32, int | None], Hit] = {}
        for hit in hits:
            nearest.setdefault((hit.asset_id, hit.position), hit)
        return tuple(self._match(hit, content) for hit in list(nearest.values())[:limit])

    def _match(self, hit: Hit, content: Hash32) -> NearMatch:
        same = hash_bytes(content).startswith(hit.content)
        return NearMatch(
            hit.asset_id,
            parse_address(hit.registrant),
            hit.position is not None,
            None if hit.position is None else self._work(hit.asset_id, hit.position),
            hit.family,
            hit.distance,
            Likeness.IDENTICAL if same else likeness(hit.family, hit.distance),
        )

    def _work(self, asset_id: Hash32, position: int) -> Work | None:
        """A work of a catalogue, if the document can still be read."""
        try:
            return catalog_document(registration(self._contracts, asset_id), self._library).works[position]
        except (LicetError, IndexError):
            return None

    def _update(self, library: Library, until: float | None, progress: Callable[[int], None]) -> bool:
        state = self._state()
        newest, reached = self._contracts.chain.block().number, int(state["next"])
        entries, missing = _arrived(state["awaited"], library)
        awaited = deque(missing, _MAX_AWAITED)
        for event in self._events(reached, newest):
            number = event.log.block_number
            late = until is not None and time.monotonic() > until
            if number > reached and (late or len(entries) >= _BATCH):
                self._keep(entries, awaited, number)
                progress(len(entries))
                entries, reached = [], number
                if late:
                    return False
            registered = Registered.of(event)
            found = entries_of(registered, library)
            if found is None:
                awaited.append(registered)
                found = entries_in_uri(registered)
            entries += found
        self._keep(entries, awaited, newest + 1)
        progress(len(entries))
        return True

    def _events(self, first: int, last: int) -> Iterator[AssetRegistered]:
        if first <= last:
            yield from events.read(
                self._contracts.chain,
                AssetRegistered,
                [self._contracts.assets.address],
                from_block=first,
                to_block=last,
            )

    def _state(self) -> dict[str, Any]:
        """How far the index has come; from the start, where the chain is no longer the one that it read."""
        index, chain = self._opened(), self._contracts.chain
        if index.state:
            number, newest = int(index.state["next"]) - 1, chain.block().number
            if number <= newest and chain.block(number).hash == index.state["hash"]:
                return dict(index.state)
            index.clear()
        return {"next": self._contracts.deployment.block, "awaited": []}

    def _keep(self, entries: Iterable[Entry], awaited: Iterable[Registered], following: int) -> None:
        """Adds works, and notes the block to go on from."""
        state = {
            "next": following,
            "hash": self._contracts.chain.block(following - 1).hash,
            "awaited": [asdict(item) for item in awaited],
        }
        self._opened().add(entries, state)

    def _opened(self) -> SimilarityIndex:
        if self._index is None:
            try:
                self._index = SimilarityIndex(self.folder)
            except IndexDamaged as error:
                self._index = self._rebuild(error)
        return self._index

    def _rebuild(self, why: IndexDamaged) -> SimilarityIndex:
        """An empty index in the place of a damaged one."""
        self.rebuilt = str(why)
        remove_index(self.folder)
        self._index = SimilarityIndex(self.folder)
        return self._index


def _arrived(awaited: Iterable[dict[str, Any]], library: Library) -> tuple[list[Entry], list[Registered]]:
    """The works whose documents have come since, and the registrations whose have not."""
    entries: list[Entry] = []
    missing = []
    for item in (Registered(**entry) for entry in awaited):
        found = entries_of(item, library)
        if found is None:
            missing.append(item)
        else:
            entries += found
    return entries, missing


def _ignore(_: int) -> None:
    """Shows no progress."""
