"""Licenses: who should hold which, on what terms, and whether their slots say so."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.contracts.events import LicenseTransferred, Sold
from licet.contracts.licenses import PERPETUAL, License, LicenseToken
from licet.errors import LicenseUnknown
from licet.rights.uses import Use, use_names
from licet.types import ZERO_ADDRESS, Address, Hash32


class LicenseLedger:
    """What every license's slot should say, after the events that were applied."""

    def __init__(self) -> None:
        self.holders: Final[dict[Hash32, Address]] = {}
        self._terms: Final[dict[Hash32, tuple[int, Use, bool]]] = {}
        self._minted: Final[dict[Hash32, LicenseTransferred]] = {}

    def expected(self) -> Iterator[tuple[Hash32, License]]:
        """The slots of all licenses that were sold."""
        for license_id, (expires, uses, bound) in self._terms.items():
            yield (
                license_id,
                License(
                    self.holders.get(license_id, ZERO_ADDRESS),
                    expires,
                    uses,
                    bound,
                    metered=False,
                    sublicense=False,
                    revoked=False,
                    sold_on=0,
                ),
            )

    def transferred(self, event: LicenseTransferred) -> Iterator[Finding]:
        """A license was made out, or handed on."""
        license_id = event.license_id
        holder = self.holders.get(license_id, ZERO_ADDRESS)
        bound = event.sender != ZERO_ADDRESS and self._terms.get(license_id, (0, Use(0), False))[2]
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
        self.holders[license_id] = event.receiver

    def sold(self, sale: Sold, time: int) -> Iterator[Finding]:
        """Licenses were sold at a time: they run from then, to whom they were made out just before."""
        yield from self._seat(sale, sale.license_id, time)
        # The first seat's id is checked with the sale; the others' follow from the order alone.
        for license_id in islice(sale.order.license_ids(), 1, None):
            yield from self._seat(sale, license_id, time)

    def _seat(self, sale: Sold, license_id: Hash32, time: int) -> Iterator[Finding]:
        offer = sale.offer
        minted = self._minted.pop(license_id, None)
        if license_id in self._terms:
            yield found(
                Kind.LICENSE_SOLD_TWICE,
                f"license {license_id} was sold before",
                sale.log,
                license_id=license_id,
            )
        elif minted is None or minted.receiver != sale.licensee:
            yield found(
                Kind.LICENSE_HOLDER_WRONG,
                f"license {license_id} was sold to {sale.licensee}, but not made out to them",
                sale.log,
                license_id=license_id,
                expected=sale.licensee,
                actual=minted.receiver if minted else "nobody",
            )
        expires = time + offer.duration if offer.duration else PERPETUAL
        self._terms[license_id] = (expires, offer.uses, not offer.transferable)

    def unsold(self) -> Iterator[Finding]:
        """Yields the licenses that were made out and never sold."""
        for license_id, event in self._minted.items():
            yield found(
                Kind.LICENSE_WITHOUT_SALE,
                f"license {license_id} was made out to {event.receiver} without a sale that can be read",
                event.log,
                license_id=license_id,
            )


def compare_license(
    license_id: Hash32, expected: License, token: LicenseToken, block: int
) -> Iterator[Finding]:
    """Yields what a license's slot at a block says otherwise than its sale and its transfers."""
    try:
        actual = token.license(license_id, block)
    except LicenseUnknown:
        yield _differs(Kind.LICENSE_MISSING, license_id, token, "slot", "a license", "none")
        return
    pairs = (
        (Kind.LICENSE_HOLDER_WRONG, "holder", expected.holder, actual.holder),
        (Kind.LICENSE_USES_WRONG, "uses", _spelled(expected.uses), _spelled(actual.uses)),
        (Kind.LICENSE_EXPIRY_WRONG, "expiry", str(expected.expires), str(actual.expires)),
        (Kind.LICENSE_BOUND_WRONG, "bound", str(expected.bound), str(actual.bound)),
    )
    for kind, what, should, does in pairs:
        if should != does:
            yield _differs(kind, license_id, token, what, should, does)


def _differs(
    kind: Kind, license_id: Hash32, token: LicenseToken, what: str, expected: str, actual: str
) -> Finding:
    return found(
        kind,
        f"license {license_id} was sold with the {what} {expected}, its slot says {actual}",
        contract=token.address,
        license_id=license_id,
        expected=expected,
        actual=actual,
    )


def _spelled(uses: Use) -> str:
    return ",".join(use_names(uses)) or "none"
