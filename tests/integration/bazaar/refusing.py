"""Why the contracts refuse: what an offer, its asset and its parents say at a time."""

from collections.abc import Iterator

from licet import errors
from licet.errors import LicetError
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.types import Address, Hash32
from tests.integration.bazaar.bazaar import Bazaar
from tests.integration.bazaar.model import FOREVER, PERPETUAL, Asset, Escrow, Listed
from tests.integration.conftest import Party

Reasons = Iterator[type[LicetError]]


def payee_of(bazaar: Bazaar, listed: Listed) -> Address:
    """Who is paid for an offer now: its payee, or the escrow while its asset is disputed."""
    asset, payee = listed.asset, listed.offer.payee
    if not asset.escrowing:
        return payee
    assert asset.latest is not None
    purse = bazaar.people[0].contracts.disputes.purse_of(asset.latest.id, payee)
    bazaar.model.escrows[purse] = Escrow(asset.latest, payee, purse)
    return purse


def unsaleable(bazaar: Bazaar, listed: Listed, quantity: int, now: int) -> Reasons:
    """Why an offer does not sell."""
    offer = listed.offer
    if now < listed.asset.exclusive_until:
        yield errors.AssetExclusivelyLicensed
    if offer.supply and listed.sold + quantity > offer.supply:
        yield errors.OfferSoldOut
    expires = now + offer.duration if offer.duration else PERPETUAL
    yield from closed(bazaar, listed, quantity, now)
    yield from flagged(bazaar, listed, quantity, expires)


def closed(bazaar: Bazaar, listed: Listed, quantity: int, now: int) -> Reasons:
    offer = listed.offer
    yield from outdated(listed)
    if offer.exclusive and quantity > 1:
        yield errors.QuantityInvalid
    if now < offer.start:
        yield errors.OfferNotStarted
    if offer.end and now > offer.end:
        yield errors.OfferExpired
    if listed.cancelled:
        yield errors.OfferIsCancelled
    if not listed.published and not signs(bazaar, listed.signer, offer.licensor, now):
        yield errors.OfferSignatureInvalid


def flagged(bazaar: Bazaar, listed: Listed, quantity: int, expires: int) -> Reasons:
    asset, offer = listed.asset, listed.offer
    amount = 0 if offer.kind is Kind.METERED else offer.price * quantity
    if asset.upheld:
        yield errors.AssetDefeated
    if asset.ceiling and offer.kind is Kind.METERED:
        yield errors.OfferKindInvalid
    if asset.ceiling and asset.escrowing and amount:
        yield errors.CeilingInDispute
    yield from beyond_parents(asset, offer.uses, offer.terms_hash, offer.currency, amount, expires)


def beyond_parents(
    asset: Asset, uses: Use, terms_hash: Hash32, currency: Address, amount: int, expires: int
) -> Reasons:
    """What a derivative's parents do not allow."""
    if not asset.made:
        return
    if uses & ~asset.uses:
        yield errors.UsesBeyondParents
    if asset.parents_until != FOREVER and expires > asset.parents_until:
        yield errors.TermBeyondParents
    if asset.reciprocal not in (None, terms_hash):
        yield errors.TermsNotReciprocal
    if asset.ceiling and amount:
        if currency != asset.ceiling[0]:
            yield errors.CurrencyNotCeilings
        elif asset.vault.received[currency] + amount > asset.ceiling[1]:
            yield errors.RevenueCeilingReached


def outdated(listed: Listed) -> Reasons:
    if listed.offer.licensor != listed.asset.holder:
        yield errors.OfferNotFromHolder
    if listed.offer.epoch != listed.asset.epoch:
        yield errors.OfferOutdated


def signs(bazaar: Bazaar, signer: Address, licensor: Address, now: int) -> bool:
    return signer == licensor or now <= bazaar.model.agents.get((licensor, signer), 0)


def not_licensor(bazaar: Bazaar, sender: Party, listed: Listed, now: int) -> Reasons:
    if not signs(bazaar, sender.address, listed.offer.licensor, now):
        yield errors.NotLicensor
