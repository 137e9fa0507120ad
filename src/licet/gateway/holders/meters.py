"""Metered licenses as the chain has them: for what, whose, and how many units deposit and cap suffice for.

A deposit shrinks by what is settled alone until its account is closed, and that leaves a log. So what was
asked counts as long as what is known of other licenses does.
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from threading import Lock
from typing import Final

from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.contracts.terms import LicenseTerms, conditions_of
from licet.contracts.usage import OPEN
from licet.documents import Library
from licet.errors import DocumentMissing, LicenseUnknown, UnexpectedAnswer
from licet.gateway.errors import LicenseRefused
from licet.gateway.holders.permits import Permits
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.types import Address, Hash32

_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Meter:
    """A metered license.

    Attributes:
        terms: its grant and conditions.
        holder: who signs its vouchers; it cannot be handed on.
        uses: what it permits while it lives; none if its account is not open, or it has ended.
        expires: unix second from which it permits nothing.
        settled: units that are paid.
        limit: units in all that its deposit and its cap suffice for.
    """

    terms: LicenseTerms
    holder: Address
    uses: Use
    expires: int
    settled: int
    limit: int

    @property
    def asset_id(self) -> Hash32:
        """What it is a license of."""
        return self.terms.grant.offer.asset_id


class Meters:
    """The metered licenses that vouchers are shown of.

    Args:
        contracts: of the deployment.
        library: where the conditions of signed offers are.
        permits: that knows the licenses' grants, and is told by logs what has changed.
        seconds: how long what the chain said counts.
    """

    def __init__(self, contracts: Contracts, library: Library, permits: Permits, seconds: float) -> None:
        self._contracts: Final = contracts
        self._library: Final = library
        self._permits: Final = permits
        self._seconds: Final = seconds
        self._lock: Final = Lock()
        self._known: Final[dict[Hash32, tuple[float, Meter]]] = {}
        self._terms: Final[dict[Hash32, LicenseTerms]] = {}
        permits.tells(self._forget)

    def known(self, license_id: Hash32) -> Meter | None:
        """A license, if it is known without asking the chain."""
        found = self._known.get(license_id)
        return found[1] if found is not None and time.monotonic() < found[0] else None

    def meter(self, license_id: Hash32) -> Meter:
        """A license; asks the chain.

        Raises:
            LicenseRefused: it is no metered license, or its terms are not to be had.
            ChainError: the chain does not answer.
        """
        before = self._permits.changes
        try:
            terms = self.terms(license_id)
            slot = self._contracts.licenses.license(license_id)
        except (LicenseUnknown, UnexpectedAnswer, DocumentMissing) as error:
            raise LicenseRefused(str(error), buys=False) from error
        ledger, offer = self._contracts.usage, terms.grant.offer
        account = ledger.account(license_id)
        balance = Currency(self._contracts.chain, offer.currency).balance_of(ledger.deposit_of(license_id))
        funded = account.settled + balance // offer.price
        cap = terms.conditions.unit_cap
        is_open = account.closes_at == OPEN and self._contracts.licenses.permits(license_id, slot.uses)
        meter = Meter(
            terms,
            terms.grant.licensee,
            slot.uses if is_open else Use(0),
            slot.expires,
            account.settled,
            min(funded, cap) if cap else funded,
        )
        with self._lock:
            if before == self._permits.changes:
                if len(self._known) >= _REMEMBERED:
                    self._known.pop(next(iter(self._known)))
                self._known[license_id] = (time.monotonic() + self._seconds, meter)
        return meter

    def terms(self, license_id: Hash32) -> LicenseTerms:
        """The terms of a metered license, which never change.

        Raises:
            LicenseRefused: it is no metered license.
            LicenseUnknown, UnexpectedAnswer, DocumentMissing: its terms are not to be had.
        """
        terms = self._terms.get(license_id)
        if terms is None:
            grant = self._permits.grant(license_id)
            if grant.license_id != license_id or grant.offer.kind is not Kind.METERED:
                raise LicenseRefused(f"license {license_id} is not paid by the unit", buys=False)
            terms = LicenseTerms(grant, conditions_of(self._contracts, grant.offer, self._library))
            with self._lock:
                if len(self._terms) >= _REMEMBERED:
                    self._terms.pop(next(iter(self._terms)))
                self._terms[license_id] = terms
        return terms

    def _forget(self, named: Collection[str] | None) -> None:
        with self._lock:
            for license_id in list(self._known):
                if named is None or license_id in named:
                    del self._known[license_id]
