"""Sublicenses, and what was pinned of licenses: whether each follows from the license's terms."""

from collections.abc import Iterator
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words, says_otherwise
from licet.auditor.ledgers.licenses.titles import Title
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import after, mapped
from licet.contracts.events import Pin, Sublicensed
from licet.contracts.licenses import Pinned
from licet.rights.conditions import Conditions
from licet.rights.offer import license_id
from licet.trees.hashing import checksum
from licet.types import Address, Hash32, hash32

_LAYOUT: Final = artifact("LicenseToken").layout


def check_sublicense(
    event: Sublicensed, parent: Title | None, conditions: Conditions | None, time: int
) -> Iterator[Finding]:
    """Yields what made a sublicense invalid.

    Args:
        event: the grant.
        parent: the license it was granted under, as it stood then.
        conditions: of that license's offer; None where nobody showed them.
        time: when, unix seconds.
    """
    expected = license_id(event.parent_id, event.licensee, event.salt)
    if event.license_id != expected:
        yield _fault(
            Kind.LICENSE_ID_WRONG,
            event,
            "is not the hash of its license, licensee and salt",
            expected,
            event.license_id,
        )
    if parent is None or parent.offer is None or not parent.runs(time):
        yield _fault(
            Kind.SUBLICENSE_INVALID, event, f"was granted under {event.parent_id}, a license that did not run"
        )
        return
    if conditions is not None and not conditions.sublicensable:
        yield _fault(
            Kind.SUBLICENSE_INVALID,
            event,
            f"was granted under {event.parent_id}, whose terms allow no sublicenses",
        )
    if not event.uses or int(event.uses) & ~int(parent.slot.uses):
        yield _fault(
            Kind.SUBLICENSE_TOO_WIDE,
            event,
            f"permits uses {int(event.uses)}, its license {int(parent.slot.uses)}",
            int(parent.slot.uses),
            int(event.uses),
        )
    if not time < event.expires <= parent.slot.expires:
        yield _fault(
            Kind.SUBLICENSE_TOO_WIDE,
            event,
            f"runs from {time} to {event.expires}, its license to {parent.slot.expires}",
            parent.slot.expires,
            event.expires,
        )


class PinLedger:
    """What was last pinned for each license."""

    def __init__(self) -> None:
        self.pins: Final[dict[Hash32, Pinned]] = {}

    def pinned(self, event: Pin, title: Title | None, conditions: Conditions | None) -> Iterator[Finding]:
        """A license's terms were shown; yields what of it is not what its offer says."""
        shown = Pinned(event.asset_id, event.payee, event.resale_bps)
        self.pins[event.license_id] = shown
        offer = None if title is None else title.offer
        expected = None
        if offer is not None:
            resale = event.resale_bps if conditions is None else conditions.resale_bps
            expected = Pinned(offer.asset_id, offer.payee, resale)
        if shown != expected:
            yield found(
                Kind.PIN_WRONG,
                f"license {event.license_id} was pinned as {shown}, its offer says {expected}",
                event.log,
                license_id=event.license_id,
                asset_id=event.asset_id,
                payee=event.payee,
                expected=expected,
                actual=shown,
            )


def kept_pins(ledger: PinLedger, token: Address) -> Iterator[Kept]:
    """Yields what the license token should have pinned of licenses."""
    for license_id_, pinned in ledger.pins.items():
        words = _LAYOUT.pack(
            "Pinned",
            assetId=int(pinned.asset_id, 16),
            payee=int(pinned.payee, 16),
            resaleBps=pinned.resale_bps,
        )
        subject, thing = {"license_id": license_id_}, f"license {license_id_}"
        differs = says_otherwise(Kind.PIN_WRONG, token, thing, pinned, _pinned, "the logs", **subject)
        place = mapped(_LAYOUT.variables["_pinned"], license_id_)
        yield Kept(token, after(place, len(words)), words, differs, subject)


def _pinned(words: Words) -> Pinned:
    values = _LAYOUT.unpack("Pinned", words)
    return Pinned(
        hash32(values["assetId"].to_bytes(32)), checksum(values["payee"].to_bytes(20)), values["resaleBps"]
    )


def _fault(
    kind: Kind, event: Sublicensed, what: str, expected: object = None, actual: object = None
) -> Finding:
    return found(
        kind,
        f"sublicense {event.license_id} {what}",
        event.log,
        license_id=event.license_id,
        expected=expected,
        actual=actual,
    )
