"""Deeds: their states, replayed from the registry's logs, and compared with their slots."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.contracts.assets import AssetRegistry, Deed, DeedFlag
from licet.contracts.events import AssetRegistered, DeedTransferred, Event, ExclusiveGranted, OffersCancelled
from licet.errors import Reverted
from licet.rights.registration import asset_id
from licet.types import ZERO_ADDRESS, Hash32


class DeedLedger:
    """What every deed's slot says, after the events that were applied."""

    def __init__(self) -> None:
        self.deeds: Final[dict[Hash32, Deed]] = {}

    def apply(self, event: Event) -> Iterator[Finding]:
        """Changes the states as an event says; yields what the states before did not allow."""
        match event:
            case DeedTransferred():
                yield from self._transferred(event)
            case AssetRegistered():
                yield from self._registered(event)
            case OffersCancelled():
                yield from self._cancelled(event)
            case ExclusiveGranted(asset_id=asset) if asset in self.deeds:
                self.deeds[asset] = replace(self.deeds[asset], exclusive_until=event.until)
            case ExclusiveGranted():
                yield _contradiction(event, event.asset_id, "was exclusively licensed before it existed")

    def _transferred(self, event: DeedTransferred) -> Iterator[Finding]:
        before = self.deeds.get(event.asset_id)
        if (before.holder if before else ZERO_ADDRESS) != event.sender:
            holder = before.holder if before else "nobody"
            yield _contradiction(
                event, event.asset_id, f"was handed on by {event.sender}, but held by {holder}"
            )
        if before is None or event.sender == ZERO_ADDRESS:
            self.deeds[event.asset_id] = Deed(event.receiver, 0, 0, 0, DeedFlag(0))
        else:
            self.deeds[event.asset_id] = replace(before, holder=event.receiver, epoch=before.epoch + 1)

    def _registered(self, event: AssetRegistered) -> Iterator[Finding]:
        expected = asset_id(event.content, event.registrant)
        if event.asset_id != expected:
            yield found(
                Kind.ASSET_ID_WRONG,
                f"asset {event.asset_id} is not the hash of its content and registrant",
                event.log,
                asset_id=event.asset_id,
                expected=expected,
                actual=event.asset_id,
            )
        if self.deeds.get(event.asset_id) != Deed(event.registrant, 0, 0, 0, DeedFlag(0)):
            yield _contradiction(event, event.asset_id, "was registered without its deed being made out")

    def _cancelled(self, event: OffersCancelled) -> Iterator[Finding]:
        before = self.deeds.get(event.asset_id)
        if before is None or before.holder != event.holder or before.epoch + 1 != event.epoch:
            yield _contradiction(event, event.asset_id, f"had its offers cancelled by {event.holder}")
        if before is not None:
            self.deeds[event.asset_id] = replace(before, epoch=event.epoch)


def compare_deeds(ledger: DeedLedger, registry: AssetRegistry, block: int) -> Iterator[Finding]:
    """Yields the deeds whose slot at a block does not say what the logs say."""
    for asset, expected in ledger.deeds.items():
        try:
            actual: Deed | None = registry.deed(asset, block)
        except Reverted:
            actual = None
        if actual != expected:
            yield found(
                Kind.DEED_STATE_WRONG,
                f"the deed of {asset} says {actual}, its logs say {expected}",
                contract=registry.address,
                asset_id=asset,
                expected=_spelled(expected),
                actual=_spelled(actual) if actual else "none",
            )


def _contradiction(event: Event, asset: Hash32, what: str) -> Finding:
    return found(Kind.DEED_CONTRADICTION, f"asset {asset} {what}", event.log, asset_id=asset)


def _spelled(deed: Deed) -> str:
    return f"holder {deed.holder}, epoch {deed.epoch}, exclusive until {deed.exclusive_until}"
