"""Licenses: who should hold which, on what terms, and whether their slots say so."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words
from licet.auditor.ledgers.licenses.offers import is_readable
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped, parts, token_slot, token_word
from licet.contracts.events import LicenseTransferred, Renewed, Revoked, Sold, Sublicensed
from licet.contracts.licenses import PERPETUAL, License
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer
from licet.rights.uses import Use, use_names
from licet.trees.hashing import checksum
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32

DAY: Final = 86_400
_UINT16_MAX: Final = (1 << 16) - 1
_UINT32_MAX: Final = (1 << 32) - 1
_PARENTS: Final = artifact("LicenseToken").layout.variables["parentOf"]
_BOUND, _METERED, _SUBLICENSE, _REVOKED = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Title:
    """A license, as the logs say that it stands.

    Attributes:
        slot: what its slot should say.
        licensee: whom it was made out to.
        offer: what it was sold on; None for a sublicense.
        offer_hash: of that offer; None where its terms cannot be read.
        parent: the license that a sublicense was granted under; zero for every other.
    """

    slot: License
    licensee: Address
    offer: Offer | None = None
    offer_hash: Hash32 | None = None
    parent: Hash32 = ZERO_HASH

    def runs(self, time: int) -> bool:
        """Whether it is neither expired nor revoked at a time, unix seconds."""
        return time < self.slot.expires


class LicenseLedger:
    """What every license's slot should say, after the events that were applied."""

    def __init__(self) -> None:
        self.titles: Final[dict[Hash32, Title]] = {}
        self._minted: Final[dict[Hash32, LicenseTransferred]] = {}

    def transferred(self, event: LicenseTransferred) -> Iterator[Finding]:
        """A license was made out, or handed on."""
        license_id = event.license_id
        title = self.titles.get(license_id)
        holder = self._holder(license_id)
        bound = event.sender != ZERO_ADDRESS and title is not None and title.slot.bound
        if holder != event.sender or bound:
            why = "though it is bound to its licensee" if bound else f"though {holder} held it"
            yield found(
                Kind.LICENSE_MOVED,
                f"license {license_id} went from {event.sender} to {event.receiver}, {why}",
                event.log,
                license_id=license_id,
                expected=holder,
                actual=event.sender,
            )
        if event.sender == ZERO_ADDRESS:
            self._minted[license_id] = event
        if title is not None:
            self.titles[license_id] = replace(title, slot=replace(title.slot, holder=event.receiver))

    def sold(self, sale: Sold, time: int) -> Iterator[Finding]:
        """Licenses were sold at a time: they run from then, to whom they were made out just before."""
        title = _title(sale, time)
        yield from self._made_out(sale, sale.license_id, title)
        if sale.quantity > 1:
            # The first seat's id is checked with the sale; the others' follow from the order alone.
            for license_id in islice(sale.order.license_ids(), 1, None):
                yield from self._made_out(sale, license_id, title)

    def sublicensed(self, event: Sublicensed, time: int) -> Iterator[Finding]:
        """A sublicense was granted at a time."""
        slot = License(event.licensee, event.expires, event.uses, True, False, True, False, _day(time))
        title = Title(slot, event.licensee, parent=event.parent_id)
        yield from self._made_out(event, event.license_id, title)

    def renewed(self, event: Renewed) -> None:
        """A license was renewed, and now runs as long as it was logged."""
        title = self.titles.get(event.license_id)
        if title is not None:
            slot = replace(title.slot, expires=event.expires)
            self.titles[event.license_id] = replace(title, slot=slot)

    def revoked(self, event: Revoked, time: int) -> None:
        """A license was revoked at a time."""
        title = self.titles.get(event.license_id)
        if title is not None:
            slot = replace(title.slot, expires=time, revoked=True)
            self.titles[event.license_id] = replace(title, slot=slot)

    def unsold(self) -> Iterator[Finding]:
        """Yields the licenses that were made out and neither sold nor granted."""
        for license_id, event in self._minted.items():
            yield found(
                Kind.LICENSE_WITHOUT_SALE,
                f"license {license_id} was made out to {event.receiver} without a sale that can be read",
                event.log,
                license_id=license_id,
            )

    def _made_out(self, event: Sold | Sublicensed, license_id: Hash32, title: Title) -> Iterator[Finding]:
        """A license was sold or granted: it must have been made out just before."""
        holder = self._holder(license_id)
        minted = self._minted.pop(license_id, None)
        if license_id in self.titles:
            yield found(
                Kind.LICENSE_SOLD_TWICE,
                f"license {license_id} was sold before",
                event.log,
                license_id=license_id,
            )
        elif minted is None or minted.receiver != event.licensee:
            yield found(
                Kind.LICENSE_HOLDER_WRONG,
                f"license {license_id} was sold to {event.licensee}, but not made out to them",
                event.log,
                license_id=license_id,
                expected=event.licensee,
                actual=minted.receiver if minted else "nobody",
            )
        if holder != title.slot.holder:
            title = replace(title, slot=replace(title.slot, holder=holder))
        self.titles[license_id] = title

    def _holder(self, license_id: Hash32) -> Address:
        title = self.titles.get(license_id)
        if title is not None:
            return title.slot.holder
        minted = self._minted.get(license_id)
        return minted.receiver if minted else ZERO_ADDRESS


def _title(sale: Sold, time: int) -> Title:
    """What the licenses of a sale should say, all the same."""
    offer = sale.offer
    slot = License(
        holder=sale.licensee,
        expires=time + offer.duration if offer.duration else PERPETUAL,
        uses=offer.uses,
        bound=not offer.transferable,
        metered=offer.kind == OfferKind.METERED,
        sublicense=False,
        revoked=False,
        sold_on=_day(time),
    )
    offer_hash = offer.struct_hash() if is_readable(offer, sale.log) else None
    return Title(slot, sale.licensee, offer, offer_hash)


def kept_licenses(ledger: LicenseLedger, token: Address) -> Iterator[Kept]:
    """Yields what the license token should keep of licenses, after their sales and all that followed."""
    for license_id, title in ledger.titles.items():
        slots: tuple[int, ...] = (token_slot(license_id),)
        words: Words = (_packed(title.slot),)
        if title.slot.sublicense:
            slots += (mapped(_PARENTS, license_id),)
            words += (int(title.parent, 16),)
        differs = partial(_faults, token, license_id, title)
        yield Kept(token, slots, words, differs, {"license_id": license_id})


def _faults(token: Address, license_id: Hash32, title: Title, words: Words) -> Iterator[Finding]:
    """Yields what a license's slots say otherwise."""
    expected, actual = title.slot, _unpacked(words[0])
    if actual.holder == ZERO_ADDRESS:
        yield _differs(Kind.LICENSE_MISSING, license_id, token, "slot", "a license", "none")
        return
    pairs = [
        (Kind.LICENSE_HOLDER_WRONG, "holder", expected.holder, actual.holder),
        (Kind.LICENSE_USES_WRONG, "uses", _spelled(expected.uses), _spelled(actual.uses)),
        (Kind.LICENSE_EXPIRY_WRONG, "expiry", str(expected.expires), str(actual.expires)),
        (Kind.LICENSE_BOUND_WRONG, "bound", str(expected.bound), str(actual.bound)),
        (Kind.LICENSE_METERED_WRONG, "metered", str(expected.metered), str(actual.metered)),
        (Kind.LICENSE_SUBLICENSE_WRONG, "sublicense", str(expected.sublicense), str(actual.sublicense)),
        (Kind.LICENSE_REVOKED_WRONG, "revoked", str(expected.revoked), str(actual.revoked)),
        (Kind.LICENSE_DAY_WRONG, "day of sale", str(expected.sold_on), str(actual.sold_on)),
    ]
    if expected.sublicense:
        pairs.append((Kind.LICENSE_PARENT_WRONG, "parent", title.parent, hash32(words[1].to_bytes(32))))
    for kind, what, should, does in pairs:
        if should != does:
            yield _differs(kind, license_id, token, what, should, does)


def _packed(slot: License) -> int:
    """A license's slot: the holder ‖ expires (40) ‖ uses (32) ‖ flags (8) ‖ day of the sale (16)."""
    flags = (
        _BOUND * slot.bound
        | _METERED * slot.metered
        | _SUBLICENSE * slot.sublicense
        | _REVOKED * slot.revoked
    )
    return token_word(slot.holder, slot.expires | int(slot.uses) << 40 | flags << 72 | slot.sold_on << 80)


def _unpacked(word: int) -> License:
    holder, extra = parts(word)
    flags = extra >> 72
    return License(
        holder=checksum(holder.to_bytes(20)),
        expires=extra & PERPETUAL,
        uses=Use(extra >> 40 & _UINT32_MAX),
        bound=bool(flags & _BOUND),
        metered=bool(flags & _METERED),
        sublicense=bool(flags & _SUBLICENSE),
        revoked=bool(flags & _REVOKED),
        sold_on=extra >> 80,
    )


def _differs(
    kind: Kind, license_id: Hash32, token: Address, what: str, expected: str, actual: str
) -> Finding:
    return found(
        kind,
        f"license {license_id} should have the {what} {expected}, its slot says {actual}",
        contract=token,
        license_id=license_id,
        expected=expected,
        actual=actual,
    )


def _spelled(uses: Use) -> str:
    return ",".join(use_names(uses)) or "none"


def _day(time: int) -> int:
    return time // DAY & _UINT16_MAX
