"""Subscriptions run on for as long as they are paid for."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from licet.auditor import AuditReport
from licet.contracts import Contracts
from licet.documents import OfferDocument
from licet.errors import (
    InsufficientBalance,
    LicenseUnknown,
    NotRenewable,
    OfferIsCancelled,
    OfferNotFromHolder,
)
from licet.licensee import Licensee, Purchase
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import ZERO_ADDRESS, Address, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party

pytestmark = pytest.mark.integration

MONTH = 30 * DAY


@pytest.fixture
def monthly(licensor: Party, asset: Registered, offering: Offering, dollar: Address) -> OfferDocument:
    return offering(licensor, asset.asset_id, Price(dollar, DOLLAR, Kind.SUBSCRIPTION, duration=MONTH))


@pytest.fixture
def subscribed(licensee: Party, monthly: OfferDocument) -> Purchase:
    """The licensee's first month; they have dollars for four more."""
    licensee.receive_dollars(5 * DOLLAR)
    return licensee.buys.buy(monthly)


def test_a_renewal_runs_on_from_the_end(
    licensee: Party,
    subscribed: Purchase,
    reader: Contracts,
    vault: Address,
    audit: Callable[..., AuditReport],
) -> None:
    expires = reader.licenses.license(subscribed.license_id).expires
    renewal = licensee.buys.renew(subscribed.license_id)
    assert len(renewal.receipts) == 1
    assert renewal.expires == {subscribed.license_id: expires + MONTH}
    assert reader.licenses.license(subscribed.license_id).expires == expires + MONTH
    assert licensee.dollar.balance_of(vault) == 2 * DOLLAR
    assert licensee.dollar.allowance(licensee.address, reader.licenses.address) == 0
    report = audit()
    assert not report.findings
    assert report.counts.renewals == 1


def test_a_subscription_that_ran_out_comes_back_to_life(
    licensee: Party, subscribed: Purchase, passer_by: Licensee, network: Network
) -> None:
    network.travel(2 * MONTH)
    assert not passer_by.permits(subscribed.license_id, Use.TRAIN)
    licensee.buys.renew(subscribed.license_id)
    assert passer_by.permits(subscribed.license_id, Use.TRAIN)
    network.travel(MONTH + 1)
    assert not passer_by.permits(subscribed.license_id, Use.TRAIN)


def test_anybody_pays_for_anybodys(
    stranger: Party, licensee: Party, subscribed: Purchase, reader: Contracts
) -> None:
    stranger.receive_dollars(DOLLAR)
    expires = reader.licenses.license(subscribed.license_id).expires
    stranger.buys.renew(subscribed.license_id)
    slot = reader.licenses.license(subscribed.license_id)
    assert (slot.holder, slot.expires) == (licensee.address, expires + MONTH)
    assert (licensee.dollars, stranger.dollars) == (4 * DOLLAR, 0)


def test_seats_are_renewed_together_or_some_of_them(
    licensee: Party, monthly: OfferDocument, reader: Contracts
) -> None:
    licensee.receive_dollars(6 * DOLLAR)
    seats = [grant.license_id for grant in licensee.buys.buy(monthly, quantity=3).grants]
    first = reader.licenses.license(seats[0]).expires
    renewal = licensee.buys.renew(seats[1], quantity=2)
    assert renewal.expires == dict.fromkeys(seats[1:], first + MONTH)
    assert reader.licenses.license(seats[0]).expires == first
    assert licensee.dollars == DOLLAR


def test_a_published_subscription_is_renewed_without_a_signature(
    licensor: Party, licensee: Party, monthly: OfferDocument, passer_by: Licensee
) -> None:
    licensor.sells.publish_offer(monthly.offer, monthly.conditions)
    licensee.receive_dollars(2 * DOLLAR)
    (standing,) = passer_by.offers(monthly.offer.asset_id)
    license_id = licensee.buys.buy(standing).license_id
    assert list(licensee.buys.renew(license_id).expires) == [license_id]


def test_native_coin_is_sent_along(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, vault: Address
) -> None:
    price = Price(ZERO_ADDRESS, 10**15, Kind.SUBSCRIPTION, duration=DAY)
    bought = licensee.buys.buy(offering(licensor, asset.asset_id, price))
    assert len(licensee.buys.renew(bought.license_id).receipts) == 1
    assert licensee.chain.balance(vault) == 2 * 10**15


def test_a_cancelled_offer_is_not_renewed(
    licensor: Party, licensee: Party, monthly: OfferDocument, subscribed: Purchase
) -> None:
    licensor.sells.cancel_offer(monthly.offer)
    with pytest.raises(OfferIsCancelled):
        licensee.buys.renew(subscribed.license_id)


def test_a_deed_that_was_sold_ends_renewals(
    licensor: Party, licensee: Party, stranger: Party, asset: Registered, subscribed: Purchase
) -> None:
    licensor.sells.transfer_deed(asset.asset_id, stranger.address)
    with pytest.raises(OfferNotFromHolder, match="holds the deed"):
        licensee.buys.renew(subscribed.license_id)


def test_what_was_bought_for_good_is_not_renewed(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, price: Price
) -> None:
    licensee.receive_dollars(price.amount)
    bought = licensee.buys.buy(offering(licensor, asset.asset_id, replace(price, duration=0)))
    with pytest.raises(NotRenewable, match="buy another"):
        licensee.buys.renew(bought.license_id)


def test_a_renewal_needs_its_price(pauper: Party, subscribed: Purchase) -> None:
    with pytest.raises(InsufficientBalance, match="units that the renewal costs") as caught:
        pauper.buys.renew(subscribed.license_id)
    assert caught.value.facts == {"has": 0, "needs": DOLLAR}


def test_nobody_renews_what_was_never_sold(licensee: Party) -> None:
    with pytest.raises(LicenseUnknown):
        licensee.buys.renew(hash32(b"\x01" * 32))
