"""Deeds: their states, replayed from the registry's logs, and compared with their slots."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import after, mapped, parts, token_slot, token_word
from licet.contracts.assets import Deed, DeedFlag, Derivative
from licet.contracts.events import (
    AssetRegistered,
    DeedFlagged,
    DeedTransferred,
    DerivativeRegistered,
    Event,
    ExclusiveGranted,
    OffersCancelled,
    ParentsRefreshed,
    VaultPinned,
)
from licet.rights.registration import asset_id
from licet.rights.uses import Use
from licet.trees.hashing import checksum
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32

_LAYOUT: Final = artifact("AssetRegistry").layout
_UINT24_MAX: Final = (1 << 24) - 1
_UINT32_MAX: Final = (1 << 32) - 1
OF_DISPUTES: Final = DeedFlag.DISPUTED | DeedFlag.DEFEATED
"""The flags that only the dispute desk sets; the others say how a derivative was made."""


class DeedLedger:
    """What every deed's slot says, after the events that were applied."""

    def __init__(self) -> None:
        self.deeds: Final[dict[Hash32, Deed]] = {}
        self.pins: Final[dict[Hash32, tuple[Address, int]]] = {}

    def holder(self, asset: Hash32) -> Address | None:
        """Who holds a deed; None where there is none."""
        deed = self.deeds.get(asset)
        return None if deed is None else deed.holder

    def apply(self, event: Event) -> Iterator[Finding]:
        """Changes the states as an event says; yields what the states before did not allow."""
        match event:
            case DeedTransferred():
                yield from self._transferred(event)
            case AssetRegistered():
                yield from self._registered(event)
            case OffersCancelled():
                yield from self._cancelled(event)
            case (
                ExclusiveGranted()
                | DerivativeRegistered()
                | ParentsRefreshed()
                | DeedFlagged()
                | VaultPinned()
            ):
                yield from self._changed(event)

    def mark(self, asset: Hash32, flags: DeedFlag) -> None:
        """Notes how a derivative was made, which its registration does not log."""
        if asset in self.deeds:
            deed = self.deeds[asset]
            self.deeds[asset] = replace(deed, flags=deed.flags & OF_DISPUTES | flags)

    def _transferred(self, event: DeedTransferred) -> Iterator[Finding]:
        before = self.deeds.get(event.asset_id)
        if (before.holder if before else ZERO_ADDRESS) != event.sender:
            holder = before.holder if before else "nobody"
            yield _contradiction(
                event, event.asset_id, f"was handed on by {event.sender}, but held by {holder}"
            )
        if before is None or event.sender == ZERO_ADDRESS:
            self.deeds[event.asset_id] = _fresh(event.receiver)
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
        if self.deeds.get(event.asset_id) != _fresh(event.registrant):
            yield _contradiction(event, event.asset_id, "was registered without its deed being made out")

    def _cancelled(self, event: OffersCancelled) -> Iterator[Finding]:
        before = self.deeds.get(event.asset_id)
        if before is None or before.holder != event.holder or before.epoch + 1 != event.epoch:
            yield _contradiction(event, event.asset_id, f"had its offers cancelled by {event.holder}")
        if before is not None:
            self.deeds[event.asset_id] = replace(before, epoch=event.epoch)

    def _changed(
        self, event: ExclusiveGranted | DerivativeRegistered | ParentsRefreshed | DeedFlagged | VaultPinned
    ) -> Iterator[Finding]:
        """What changes a deed's slot, and is checked elsewhere: where the cause of it is known."""
        deed = self.deeds.get(event.asset_id)
        if deed is None:
            yield _contradiction(event, event.asset_id, f"had {type(event).__name__} before it existed")
            return
        match event:
            case ExclusiveGranted(until=until):
                deed = replace(deed, exclusive_until=until)
            case DerivativeRegistered(parents=parents, parents_until=until) if parents:
                if deed != _fresh(deed.holder):
                    yield _contradiction(event, event.asset_id, "became a derivative after its registration")
                deed = replace(deed, parents_until=until, flags=deed.flags | DeedFlag.DERIVATIVE)
            case ParentsRefreshed(parents_until=until):
                deed = replace(deed, parents_until=until)
            case DeedFlagged(flags=flags):
                deed = replace(deed, flags=DeedFlag(flags))
            case VaultPinned():
                self.pins[event.asset_id] = (event.vault, event.resale_bps)
        self.deeds[event.asset_id] = deed


def kept_deeds(ledger: DeedLedger, registry: Address) -> Iterator[Kept]:
    """Yields what the registry should keep of deeds."""
    for asset, deed in ledger.deeds.items():
        place, word = (token_slot(asset),), _packed(deed)
        yield Kept(registry, place, (word,), partial(_faults, registry, asset, deed), {"asset_id": asset})


def kept_vaults(ledger: DeedLedger, made: Mapping[Hash32, Derivative], registry: Address) -> Iterator[Kept]:
    """Yields where the registry should have resale royalties go, and how much of them.

    Args:
        ledger: the deeds.
        made: what the registry keeps of derivatives, in the same slot.
        registry: its address.
    """
    for asset in dict.fromkeys((*ledger.pins, *made)):
        stored = made.get(asset)
        vault, bps = ledger.pins.get(asset, (stored.vault if stored else ZERO_ADDRESS, 0))
        uses = int(stored.uses) if stored else 0
        words = _LAYOUT.pack("Made", vault=int(vault, 16), uses=uses, resaleBps=bps)[:1]
        differs = partial(_pin_fault, registry, asset, (vault, bps))
        yield Kept(registry, made_slots(asset)[:1], words, differs, {"asset_id": asset})


def made_slots(asset: Hash32) -> tuple[int, ...]:
    """Where the registry keeps how a derivative was made, and where a deed's resale royalties go."""
    words = 1 + max(member.slot for member in _LAYOUT.structs["Made"].values())
    return after(mapped(_LAYOUT.variables["_made"], asset), words)


def derivative_in(words: Words) -> Derivative:
    """A derivative, from the words there."""
    made = _LAYOUT.unpack("Made", words)
    return Derivative(
        checksum(made["vault"].to_bytes(20)),
        Use(made["uses"]),
        checksum(made["ceilingCurrency"].to_bytes(20)),
        made["revenueCeiling"],
        hash32(made["termsHash"].to_bytes(32)),
    )


def deed_in(word: int) -> Deed | None:
    """A deed, from its slot; None where nobody holds it.

    Above the holder stand epoch (24) ‖ exclusive until (32) ‖ parents until (32) ‖ flags (8).
    """
    holder, extra = parts(word)
    if not holder:
        return None
    return Deed(
        checksum(holder.to_bytes(20)),
        extra & _UINT24_MAX,
        extra >> 24 & _UINT32_MAX,
        extra >> 56 & _UINT32_MAX,
        DeedFlag(extra >> 88),
    )


def _packed(deed: Deed) -> int:
    extra = deed.epoch | deed.exclusive_until << 24 | deed.parents_until << 56 | int(deed.flags) << 88
    return token_word(deed.holder, extra)


def _faults(registry: Address, asset: Hash32, expected: Deed, words: Words) -> Iterator[Finding]:
    actual = _spelled(deed_in(words[0]))
    yield found(
        Kind.DEED_STATE_WRONG,
        f"the deed of {asset} says {actual}; its logs say {_spelled(expected)}",
        contract=registry,
        asset_id=asset,
        expected=_spelled(expected),
        actual=actual,
    )


def _pin_fault(registry: Address, asset: Hash32, pin: tuple[Address, int], words: Words) -> Iterator[Finding]:
    made = _LAYOUT.unpack("Made", (*words, 0, 0))
    stored = (checksum(made["vault"].to_bytes(20)), made["resaleBps"])
    if stored != pin:
        yield found(
            Kind.DEED_PIN_WRONG,
            f"resale royalties of asset {asset} go to {stored[0]} ({stored[1]} basis points); "
            f"{pin[0]} ({pin[1]}) was logged",
            contract=registry,
            asset_id=asset,
            expected=f"{pin[0]}, {pin[1]}",
            actual=f"{stored[0]}, {stored[1]}",
        )


def _fresh(holder: Address) -> Deed:
    return Deed(holder, 0, 0, 0, DeedFlag(0))


def _contradiction(event: Event, asset: Hash32, what: str) -> Finding:
    return found(Kind.DEED_CONTRADICTION, f"asset {asset} {what}", event.log, asset_id=asset)


def _spelled(deed: Deed | None) -> str:
    if deed is None:
        return "none"
    return (
        f"holder {deed.holder}, epoch {deed.epoch}, exclusive until {deed.exclusive_until}, "
        f"parents until {deed.parents_until}, flags {int(deed.flags)}"
    )
