"""The catalogues of a site: which works its paths have, and whose licenses cover a work besides its own.

A policy has a catalogue as its asset, and then only works of it are served there; or a work, and then
licenses of catalogues that contain it open its path, too. All is read when the gateway starts: what an asset
is, from the registry, and what a catalogue contains, from its document, whose root the registry has.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from starlette.types import Scope

from licet.chain.compiled.abi import log_topic
from licet.contracts import Contracts, events
from licet.contracts.events import AssetRegistered
from licet.contracts.publications import catalog_and_tree
from licet.documents import CatalogDocument, Library
from licet.errors import DocumentError, InputError
from licet.gateway.config import Site
from licet.gateway.hashes import Hashes
from licet.gateway.policies import Access
from licet.gateway.works import EXPECTED, Expected, Members
from licet.rights.registration import asset_id
from licet.trees.catalog import CatalogProof
from licet.types import Address, Hash32

_TOPICS: Final = 100
_PAID: Final = (Access.METERED, Access.LICENSE)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A work as part of a catalogue: with it the license token says what a catalogue's license permits.

    Attributes:
        work: its SHA-256.
        registrant: who registered the work and the catalogue.
        proof: that the catalogue has the work.
    """

    work: Hash32
    registrant: Address
    proof: CatalogProof


class Catalogs:
    """What a site's assets contain, and what contains them.

    Args:
        members: the works of the assets that are catalogues.
        leaves: of an asset that is a work, what it is in the catalogues that contain it, by their assets.
    """

    def __init__(
        self, members: Mapping[Hash32, Members], leaves: Mapping[Hash32, Mapping[Hash32, Leaf]]
    ) -> None:
        self._members: Final = members
        self._leaves: Final = leaves
        self._hashes: Final = Hashes()

    @classmethod
    def of(cls, site: Site, contracts: Contracts, library: Library) -> Self:
        """The catalogues of a site.

        A catalogue contains a work if the same account registered both: nobody else can give licenses away by
        a catalogue that lists the work. Its document has to be in a folder of the site's.

        Args:
            site: whose assets they are.
            contracts: of the deployment.
            library: where the documents are.

        Raises:
            ChainError: the chain does not answer.
            InputError: an asset is not registered, or the document of a catalogue whose files are served is
                not there.
        """
        wanted = {policy.asset for policy in site.policies.policies if policy.access in _PAID}
        known = list(_registered(contracts, wanted))
        unknown = sorted(wanted - {event.asset_id for event in known})
        if unknown:
            raise InputError(
                f"policies name an asset that nobody registered at {contracts.assets.address}: {unknown[0]}"
            )
        members = {}
        for event in known:
            if event.works:
                try:
                    document, _ = catalog_and_tree(event, library)
                except DocumentError as error:
                    if site.folder is None:
                        continue  # what is behind the site is not compared, whatever it is
                    raise InputError(
                        f"asset {event.asset_id} is a catalogue, and only works of it are served under its "
                        f"paths: put its document into a folder that chain.documents names ({error})"
                    ) from error
                members[event.asset_id] = Members(work.sha256 for work in document.works)
        works = [event for event in known if not event.works]
        return cls(members, _leaves(library, works) if works else {})

    def expecting(self, asset: Hash32, scope: Scope) -> None:
        """Notes in a request's scope which works it may be answered with, if its asset is a catalogue."""
        members = self._members.get(asset)
        if members is not None:
            scope[EXPECTED] = Expected(members, self._hashes)

    def leaf(self, asset: Hash32, catalog: Hash32) -> Leaf | None:
        """What an asset is in a catalogue; None if it is no work of it."""
        leaves = self._leaves.get(asset)
        return None if leaves is None else leaves.get(catalog)


NONE: Final = Catalogs({}, {})
"""No catalogues."""


def _registered(contracts: Contracts, assets: Collection[Hash32]) -> Iterator[AssetRegistered]:
    """The registrations of some assets, of those that have one."""
    topics = [log_topic(asset) for asset in sorted(assets)]
    for at in range(0, len(topics), _TOPICS):  # nodes take so many at most
        yield from events.read(
            contracts.chain,
            AssetRegistered,
            [contracts.assets.address],
            [topics[at : at + _TOPICS]],
            from_block=contracts.deployment.block,
        )


def _leaves(library: Library, works: Collection[AssetRegistered]) -> dict[Hash32, dict[Hash32, Leaf]]:
    """What works are in the catalogues whose documents are at hand, registered or not: else none is sold."""
    wanted = {work.content for work in works}
    found: dict[Hash32, dict[Hash32, Leaf]] = {}
    for listed in library.listing(CatalogDocument).found:
        try:
            document = CatalogDocument.from_bytes(library.get(listed.hash))
        except DocumentError:
            continue  # somebody else's broken file
        places = {work.sha256: at for at, work in enumerate(document.works) if work.sha256 in wanted}
        if not places:
            continue
        tree = document.tree()
        for work in works:
            if work.content in places:
                leaf = Leaf(work.content, work.registrant, tree.proof(places[work.content]))
                catalog = asset_id(tree.root, work.registrant)
                found.setdefault(work.asset_id, {})[catalog] = leaf
    return found
