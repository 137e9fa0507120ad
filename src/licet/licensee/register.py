"""The registrations and disputes of one moment, as a look-up needs them."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from licet.contracts import Contracts, events
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.events import AssetRegistered, WorkDisputed
from licet.contracts.publications import registrations
from licet.types import Address, Hash32

_MARKS: Final = DeedFlag.DISPUTED | DeedFlag.DEFEATED


class Registered(NamedTuple):
    """A registration, as far as a claim needs it: a registry may have very many."""

    asset_id: Hash32
    registrant: Address
    content: Hash32
    works: int
    block: int


class Register:
    """The registrations at one moment, read at once: many items cost no more questions than one."""

    def __init__(self, contracts: Contracts) -> None:
        self._contracts: Final = contracts
        self.catalogs: Final[list[AssetRegistered]] = []
        self.by_asset: Final[dict[Hash32, Registered]] = {}
        self._deeds: Final[dict[Hash32, Deed]] = {}
        self._work_flags: Final[dict[tuple[Hash32, Hash32], DeedFlag | None]] = {}
        self._times: Final[dict[int, int]] = {}
        for event in registrations(contracts):
            entry = Registered(
                event.asset_id, event.registrant, event.content, event.works, event.log.block_number
            )
            self.by_asset[entry.asset_id] = entry
            if event.works:
                self.catalogs.append(event)
        for dispute in self._disputes():
            self._work_flags[dispute.asset_id, dispute.sha256] = None

    @property
    def disputed_works(self) -> tuple[tuple[Hash32, Hash32], ...]:
        """The works of catalogues that were ever disputed: the asset and the SHA-256 of each."""
        return tuple(self._work_flags)

    def deed(self, asset_id: Hash32) -> Deed:
        """A deed as it is now."""
        if asset_id not in self._deeds:
            self._deeds[asset_id] = self._contracts.assets.deed(asset_id)
        return self._deeds[asset_id]

    def flags(self, asset_id: Hash32, content: Hash32 | None) -> DeedFlag:
        """Whether a deed, or a work of its catalogue, is disputed or lost a dispute."""
        flags = self.deed(asset_id).flags & _MARKS
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

    def time(self, entry: Registered) -> int:
        """When an asset was registered, unix seconds."""
        if entry.block not in self._times:
            self._times[entry.block] = self._contracts.chain.block(entry.block).timestamp
        return self._times[entry.block]
