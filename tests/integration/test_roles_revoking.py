"""A licensor takes a license back, for a cause that its terms state, and pays the refund that they state."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.contracts import Contracts
from licet.contracts.disputes import Ruling
from licet.documents import (
    EvidenceDocument,
    OfferDocument,
    PayeeShare,
    SplitDocument,
    TermsDocument,
    UsageLog,
    UsageRecord,
)
from licet.errors import (
    CauseInvalid,
    DocumentMissing,
    InsufficientBalance,
    LicenseNotRevocable,
    LicenseRevoked,
    NotDeedHolder,
    NotLicensor,
)
from licet.licensee import Licensee
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import ZERO_ADDRESS, Address, Hash32
from tests.integration.conftest import DAY, DOLLAR, Judge, Network, Offering, Party

pytestmark = pytest.mark.integration

BREACH = EvidenceDocument("Breach", "The model was trained for the army, which the terms exclude.")
Selling = Callable[..., Hash32]


@pytest.fixture
def sell(licensor: Party, licensee: Party, asset: Registered, offering: Offering, dollar: Address) -> Selling:
    """Sells the licensee a license for 30 dollars and 30 days."""

    def make(
        kind: Kind = Kind.SALE, duration: int = 30 * DAY, currency: Address = dollar, **terms: object
    ) -> Hash32:
        price = Price(currency, 30 * DOLLAR, kind, duration, conditions=Conditions(**terms))  # type: ignore[arg-type]
        licensee.receive_dollars(30 * DOLLAR)
        return licensee.buys.buy(offering(licensor, asset.asset_id, price)).license_id

    return make


@pytest.fixture
def revocable(sell: Selling) -> Hash32:
    """A license that a ruling can revoke, for half the price of the time left."""
    return sell(revocable=True, refund_bps=5000)


def uphold(licensor: Party, judge: Judge, license_id: Hash32) -> int:
    """The number of a dispute of a license that the licensor wins."""
    case = licensor.sells.dispute_license(license_id, BREACH)
    judge.rule(Ruling.UPHOLD, case.case_id)
    return case.case_id


def test_a_breach_is_ruled_on_and_the_license_revoked(
    licensor: Party, licensee: Party, revocable: Hash32, judge: Judge, network: Network, passer_by: Licensee
) -> None:
    licensor.receive_dollars(15 * DOLLAR)
    cause = uphold(licensor, judge, revocable)
    assert passer_by.permits(revocable, Use.TRAIN)
    expires = licensee.contracts.licenses.license(revocable).expires
    network.travel_to(expires - 20 * DAY)
    revocation = licensor.sells.revoke(revocable, cause)
    assert not passer_by.permits(revocable, Use.TRAIN)
    assert revocation.refund == 15 * DOLLAR * (expires - network.now) // (30 * DAY)
    assert abs(revocation.refund - 10 * DOLLAR) < DOLLAR // 1000
    assert licensee.sells.collect([revocation.vault], licensee.dollar.address).total == revocation.refund
    assert licensor.dollars == 15 * DOLLAR - revocation.refund


def test_a_revoked_license_is_not_renewed(
    licensor: Party, licensee: Party, sell: Selling, judge: Judge
) -> None:
    license_id = sell(Kind.SUBSCRIPTION, revocable=True)
    licensor.sells.revoke(license_id, uphold(licensor, judge, license_id))
    licensee.receive_dollars(30 * DOLLAR)
    with pytest.raises(LicenseRevoked, match="buy another"):
        licensee.buys.renew(license_id)


def test_sublicenses_fall_with_their_license(
    licensor: Party, licensee: Party, stranger: Party, sell: Selling, judge: Judge, passer_by: Licensee
) -> None:
    license_id = sell(revocable=True, sublicensable=True)
    shared = licensee.buys.sublicense(license_id, stranger.address).license_id
    assert passer_by.permits(shared, Use.TRAIN)
    licensor.sells.revoke(license_id, uphold(licensor, judge, license_id))
    assert not passer_by.permits(shared, Use.TRAIN)


def test_a_derivative_of_a_revoked_license_sells_no_more_once_refreshed(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    asset: Registered,
    vault: Address,
    judge: Judge,
    work: Path,
    dollar: Address,
    passer_by: Licensee,
) -> None:
    deriving = TermsDocument("Deriving", Use.DERIVE | Use.TRAIN, "Do.")
    price = Price(ZERO_ADDRESS, 0, Kind.FREE, conditions=Conditions(revocable=True))
    offer = licensor.sells.offer(asset.asset_id, vault, price, deriving)
    license_id = licensee.buys.buy(offer).license_id
    made = licensee.sells.register_derivative(work, [license_id], [PayeeShare(licensee.address, 1)])
    training = TermsDocument("Training", Use.TRAIN, "Do.")
    licensee.sells.offer(made.asset_id, made.vault, Price(dollar, 1, duration=DAY), training)
    licensor.sells.revoke(license_id, uphold(licensor, judge, license_id))
    assert len(passer_by.offers(made.asset_id)) == 1
    stranger.sells.refresh_parents(made.asset_id)
    assert passer_by.offers(made.asset_id) == ()


def test_a_perpetual_license_gives_back_a_share_of_its_price(
    licensor: Party, licensee: Party, sell: Selling, judge: Judge
) -> None:
    license_id = sell(duration=0, revocable=True, refund_bps=1000)
    licensor.receive_dollars(3 * DOLLAR)
    revocation = licensor.sells.revoke(license_id, uphold(licensor, judge, license_id))
    assert revocation.refund == 3 * DOLLAR
    assert licensor.dollar.allowance(licensor.address, licensor.contracts.licenses.address) == 0
    split = SplitDocument.of([PayeeShare(licensee.address, 1)])
    assert revocation.vault.split == split
    with pytest.raises(LicenseRevoked):
        licensor.sells.revoke(license_id)


def test_a_refund_in_native_coin(
    licensor: Party, licensee: Party, sell: Selling, judge: Judge, reader: Contracts
) -> None:
    license_id = sell(duration=0, currency=ZERO_ADDRESS, revocable=True, refund_bps=10_000)
    revocation = licensor.sells.revoke(license_id, uphold(licensor, judge, license_id))
    assert (revocation.refund, len(revocation.receipts)) == (30 * DOLLAR, 1)
    assert licensee.sells.due(revocation.vault, ZERO_ADDRESS) == 30 * DOLLAR


def test_a_refund_must_be_at_hand(licensor: Party, revocable: Hash32, judge: Judge) -> None:
    cause = uphold(licensor, judge, revocable)
    with pytest.raises(InsufficientBalance, match="units that the refund costs"):
        licensor.sells.revoke(revocable, cause)


# Use that was not reported.


def test_use_that_is_not_reported_costs_the_license(
    licensor: Party, sell: Selling, network: Network, passer_by: Licensee
) -> None:
    license_id = sell(report_within=7 * DAY)
    network.travel(7 * DAY)
    with pytest.raises(CauseInvalid, match="it has not come about"):
        licensor.sells.revoke(license_id)
    network.travel(2 * DAY)
    assert licensor.sells.revoke(license_id).refund == 0
    assert not passer_by.permits(license_id, Use.TRAIN)


def test_use_that_is_reported_keeps_it(
    licensor: Party, licensee: Party, asset: Registered, sell: Selling, network: Network
) -> None:
    license_id = sell(report_within=7 * DAY)
    now = network.travel(8 * DAY)
    record = UsageRecord(asset.asset_id, license_id, Use.TRAIN, 1, now - DAY, now)
    licensee.buys.anchor_usage(UsageLog.of([record], license_id))
    network.travel(6 * DAY)
    with pytest.raises(CauseInvalid):
        licensor.sells.revoke(license_id)
    network.travel(2 * DAY)
    licensor.sells.revoke(license_id)


# Refused.


def test_a_dispute_that_was_lost_is_no_cause(licensor: Party, revocable: Hash32, judge: Judge) -> None:
    licensor.receive_dollars(30 * DOLLAR)
    case = licensor.sells.dispute_license(revocable, BREACH)
    with pytest.raises(CauseInvalid):
        licensor.sells.revoke(revocable, case.case_id)
    judge.rule(Ruling.REJECT, case.case_id)
    with pytest.raises(CauseInvalid, match="name the dispute that was upheld"):
        licensor.sells.revoke(revocable, case.case_id)


def test_terms_without_a_cause_know_none(
    licensor: Party, licensee: Party, signed_offer: OfferDocument, price: Price
) -> None:
    licensee.receive_dollars(price.amount)
    license_id = licensee.buys.buy(signed_offer).license_id
    with pytest.raises(LicenseNotRevocable):
        licensor.sells.dispute_license(license_id, BREACH)
    with pytest.raises(CauseInvalid):
        licensor.sells.revoke(license_id)


def test_only_the_deeds_present_holder_revokes(
    licensor: Party, stranger: Party, asset: Registered, sell: Selling, network: Network
) -> None:
    license_id = sell(report_within=DAY, revocable=True)
    network.travel(4 * DAY)
    with pytest.raises(NotLicensor) as caught:
        stranger.sells.revoke(license_id)
    assert caught.value.facts == {"caller": stranger.address, "licensor": licensor.address}
    with pytest.raises(NotDeedHolder):
        stranger.sells.dispute_license(license_id)
    licensor.sells.transfer_deed(asset.asset_id, stranger.address)
    stranger.sells.revoke(license_id)


def test_who_lost_the_offer_is_told_where_to_find_it(licensor: Party, sell: Selling, folder: Path) -> None:
    license_id = sell(report_within=DAY)
    for document in folder.iterdir():
        document.unlink()
    with pytest.raises(DocumentMissing, match="or who bought on it"):
        licensor.sells.revoke(license_id)


# Shown to markets.


def test_a_license_shows_markets_what_a_resale_owes(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    asset: Registered,
    offering: Offering,
    price: Price,
    vault: Address,
    reader: Contracts,
) -> None:
    licensee.receive_dollars(price.amount)
    resold = replace(price, transferable=True, conditions=Conditions(resale_bps=250))
    license_id = licensee.buys.buy(offering(licensor, asset.asset_id, resold)).license_id
    assert reader.licenses.royalty_info(license_id, 1000) == (ZERO_ADDRESS, 0)
    stranger.sells.pin_license(license_id)
    assert reader.licenses.royalty_info(license_id, 1000) == (vault, 25)


def test_a_deed_shows_markets_what_a_resale_owes(
    licensor: Party, stranger: Party, asset: Registered, vault: Address, reader: Contracts
) -> None:
    with pytest.raises(NotDeedHolder):
        stranger.sells.pin_vault(asset.asset_id, stranger.address, 1000)
    licensor.sells.pin_vault(asset.asset_id, vault, 1000)
    assert reader.assets.royalty_info(asset.asset_id, 1000) == (vault, 100)
