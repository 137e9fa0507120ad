"""Use paid by the unit: a deposit, vouchers for what was used, and the rest back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.auditor import AuditReport
from licet.documents import (
    Library,
    OfferDocument,
    Publisher,
    VoucherDocument,
    read_document,
    write_document,
)
from licet.errors import (
    AccountAlreadyOpened,
    AccountIsClosing,
    AccountNotOpened,
    DepositEmpty,
    DepositLocked,
    DepositTooSmall,
    DocumentMissing,
    InputError,
    InsufficientBalance,
    NotLicensee,
    NotMetered,
    NotOnOffer,
    VoucherSignatureInvalid,
    VoucherSpent,
)
from licet.licensee import Licensee, Purchase, Status, check_complete
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.rights_holder import Price, Registered, RightsHolder
from licet.types import ZERO_ADDRESS, Address, Hash32
from tests.integration.conftest import DAY, Network, Offering, Party

pytestmark = pytest.mark.integration

UNIT = 250
"""What one unit costs."""
Metered = Callable[..., Hash32]


@pytest.fixture
def metered(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, dollar: Address
) -> Metered:
    """Sells the licensee a license by the unit; it costs nothing yet."""

    def sell(currency: Address = dollar, **conditions: int) -> Hash32:
        terms = Conditions(refund_delay=7 * DAY, **conditions)  # type: ignore[arg-type]
        price = Price(currency, UNIT, Kind.METERED, conditions=terms)
        return licensee.buys.buy(offering(licensor, asset.asset_id, price)).license_id

    return sell


@pytest.fixture
def license_id(metered: Metered) -> Hash32:
    return metered()


@pytest.fixture
def deposit(licensee: Party, license_id: Hash32) -> int:
    """The licensee has paid in for 40 units."""
    licensee.receive_dollars(100 * UNIT)
    licensee.buys.deposit(license_id, 40 * UNIT)
    return 40 * UNIT


# The deposit.


def test_a_metered_license_permits_while_its_deposit_lasts(
    licensor: Party,
    licensee: Party,
    license_id: Hash32,
    passer_by: Licensee,
    audit: Callable[..., AuditReport],
) -> None:
    assert not passer_by.permits(license_id, Use.TRAIN)
    licensee.receive_dollars(40 * UNIT)
    assert len(licensee.buys.deposit(license_id, 40 * UNIT)) == 1
    assert passer_by.permits(license_id, Use.TRAIN)
    assert licensee.dollars == 0
    licensor.sells.settle(licensee.buys.sign_voucher(license_id, 40))
    assert not passer_by.permits(license_id, Use.TRAIN)
    assert not audit().findings


def test_a_deposit_leaves_no_allowance(licensee: Party, license_id: Hash32, deposit: int) -> None:
    assert licensee.dollar.allowance(licensee.address, licensee.contracts.usage.address) == 0


def test_the_meter_tells_how_things_stand(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int, dollar: Address
) -> None:
    licensor.sells.settle(licensee.buys.sign_voucher(license_id, 15))
    meter = licensee.buys.meter(license_id)
    assert (meter.price, meter.currency, meter.balance) == (UNIT, dollar, 25 * UNIT)
    assert (meter.settled, meter.units) == (15, 40)
    assert (meter.is_open, meter.closes_at) == (True, None)
    assert licensee.dollar.balance_of(meter.deposit) == meter.balance


def test_a_deposit_by_plain_transfer(
    stranger: Party, licensee: Party, license_id: Hash32, passer_by: Licensee
) -> None:
    """As from an exchange, or before the account was opened."""
    stranger.receive_dollars(UNIT)
    stranger.dollar.transfer(licensee.buys.meter(license_id).deposit, UNIT)
    assert not passer_by.permits(license_id, Use.TRAIN)
    stranger.buys.open_account(license_id)
    assert passer_by.permits(license_id, Use.TRAIN)
    with pytest.raises(AccountAlreadyOpened):
        licensee.buys.open_account(license_id)


def test_a_deposit_in_native_coin(licensor: Party, licensee: Party, metered: Metered, vault: Address) -> None:
    license_id = metered(ZERO_ADDRESS)
    assert len(licensee.buys.deposit(license_id, 10 * UNIT)) == 1
    licensor.sells.settle(licensee.buys.sign_voucher(license_id, 3))
    assert licensee.chain.balance(vault) == 3 * UNIT


def test_nobody_deposits_more_than_they_have(licensee: Party, license_id: Hash32) -> None:
    with pytest.raises(InsufficientBalance, match="units that the deposit costs"):
        licensee.buys.deposit(license_id, 1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda buyer, license_id: buyer.meter(license_id),
        lambda buyer, license_id: buyer.open_account(license_id),
        lambda buyer, license_id: buyer.deposit(license_id, 1),
        lambda buyer, license_id: buyer.sign_voucher(license_id, 1),
        lambda buyer, license_id: buyer.close_account(license_id),
        lambda buyer, license_id: buyer.withdraw_deposit(license_id),
    ],
)
def test_other_licenses_have_no_meter(
    licensee: Party,
    signed_offer: OfferDocument,
    price: Price,
    ask: Callable[[Licensee, Hash32], object],
) -> None:
    licensee.receive_dollars(price.amount)
    license_id = licensee.buys.buy(signed_offer).license_id
    with pytest.raises(NotMetered, match="is not paid by the unit"):
        ask(licensee.buys, license_id)


# Vouchers.


def test_one_voucher_pays_for_all_before_it(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int, vault: Address
) -> None:
    for units in (3, 9):
        licensee.buys.sign_voucher(license_id, units)
    paid = licensor.sells.settle(licensee.buys.sign_voucher(license_id, 10))
    assert (paid.units, paid.amount) == (10, 10 * UNIT)
    paid = licensor.sells.settle(licensee.buys.sign_voucher(license_id, 12))
    assert (paid.units, paid.amount) == (12, 2 * UNIT)
    assert licensee.dollar.balance_of(vault) == 12 * UNIT


def test_anybody_settles_and_the_payee_is_paid(
    stranger: Party, licensee: Party, license_id: Hash32, deposit: int, vault: Address
) -> None:
    stranger.sells.settle(licensee.buys.sign_voucher(license_id, 10))
    assert (stranger.dollars, licensee.dollar.balance_of(vault)) == (0, 10 * UNIT)


def test_a_voucher_travels_as_a_file(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int, tmp_path: Path
) -> None:
    path = tmp_path / "voucher.json"
    write_document(licensee.buys.sign_voucher(license_id, 7), path)
    assert licensor.sells.settle(read_document(VoucherDocument, path)).units == 7


def test_a_voucher_works_once(licensor: Party, licensee: Party, license_id: Hash32, deposit: int) -> None:
    voucher = licensee.buys.sign_voucher(license_id, 10)
    licensor.sells.settle(voucher)
    with pytest.raises(VoucherSpent):
        licensor.sells.settle(voucher)


def test_a_deposit_that_does_not_suffice_pays_what_it_can(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int
) -> None:
    voucher = licensee.buys.sign_voucher(license_id, 50)
    assert licensor.sells.settle(voucher).units == 40
    with pytest.raises(DepositTooSmall):
        licensor.sells.settle(voucher)
    licensee.buys.deposit(license_id, 20 * UNIT)
    assert licensor.sells.settle(voucher).units == 50
    assert licensee.buys.meter(license_id).units == 60


def test_nobody_signs_for_more_than_the_cap(licensee: Party, metered: Metered) -> None:
    with pytest.raises(InputError, match="is capped at 30 units in all"):
        licensee.buys.sign_voucher(metered(unit_cap=30), 31)


def test_a_voucher_beyond_the_cap_is_settled_up_to_it(
    licensor: Party, licensee: Party, metered: Metered
) -> None:
    license_id = metered(unit_cap=30)
    licensee.receive_dollars(40 * UNIT)
    licensee.buys.deposit(license_id, 40 * UNIT)
    chain, ledger = licensee.chain, licensee.contracts.usage.address
    voucher = Voucher(license_id, 35)
    signature = licensee.signer.sign_typed_data(voucher.typed_data(chain.chain_id, ledger))
    assert licensor.sells.settle(VoucherDocument(chain.chain_id, ledger, voucher, signature)).units == 30


def test_nobody_signs_for_what_is_paid(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int
) -> None:
    licensor.sells.settle(licensee.buys.sign_voucher(license_id, 10))
    with pytest.raises(InputError, match="a voucher names all units since the sale"):
        licensee.buys.sign_voucher(license_id, 10)


def test_only_the_licensee_signs(stranger: Party, license_id: Hash32) -> None:
    with pytest.raises(NotLicensee) as caught:
        stranger.buys.sign_voucher(license_id, 1)
    assert caught.value.facts["caller"] == stranger.address


def test_an_altered_voucher_pays_nothing(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int
) -> None:
    voucher = licensee.buys.sign_voucher(license_id, 10)
    with pytest.raises(VoucherSignatureInvalid):
        licensor.sells.settle(replace(voucher, voucher=Voucher(license_id, 11)))


def test_a_voucher_of_another_deployment_is_named_as_such(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int
) -> None:
    voucher = licensee.buys.sign_voucher(license_id, 10)
    with pytest.raises(InputError, match="use a node and a registry of its deployment"):
        licensor.sells.settle(replace(voucher, usage_ledger=licensor.address))
    with pytest.raises(InputError, match="use a node and a registry of its deployment"):
        licensor.sells.settle(replace(voucher, chain_id=1))


def test_terms_of_another_license_settle_nothing(
    licensor: Party, licensee: Party, license_id: Hash32, metered: Metered, deposit: int
) -> None:
    other = licensee.buys.terms(metered())
    with pytest.raises(InputError, match="the terms are of"):
        licensor.sells.settle(licensee.buys.sign_voucher(license_id, 10), other)


def test_who_has_not_the_offer_names_the_terms(
    stranger: Party, licensee: Party, license_id: Hash32, deposit: int, tmp_path: Path
) -> None:
    """A platform that settles for many licensors."""
    publisher = Publisher(tmp_path / "elsewhere")
    elsewhere = RightsHolder(stranger.contracts, publisher, Library(allow_http=False))
    voucher, terms = licensee.buys.sign_voucher(license_id, 10), licensee.buys.terms(license_id)
    with pytest.raises(DocumentMissing, match="get it from"):
        elsewhere.settle(voucher)
    assert elsewhere.settle(voucher, terms).units == 10


# Serving.


def test_who_serves_asks_before_each_delivery(
    licensee: Party, license_id: Hash32, deposit: int, passer_by: Licensee
) -> None:
    assert passer_by.permits_units(license_id, Use.TRAIN, 40)
    assert not passer_by.permits_units(license_id, Use.TRAIN, 41)
    assert not passer_by.permits_units(license_id, Use.DISPLAY, 1)


def test_a_quote_leaves_out_what_is_sold_by_the_unit(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, price: Price, dollar: Address
) -> None:
    """Nobody knows beforehand what that will cost."""
    offering(licensor, asset.asset_id, Price(dollar, 1, Kind.METERED))
    quote = licensee.buys.quote([asset.asset_id], Use.TRAIN)
    (item,) = quote.items
    assert (item.status, len(item.offers), quote.total) == (Status.FORBIDDEN, 1, 0)
    with pytest.raises(NotOnOffer, match="by the unit"):
        check_complete(quote)
    whole = offering(licensor, asset.asset_id, price)
    quote = licensee.buys.quote([asset.asset_id], Use.TRAIN)
    assert [standing.offer for standing in quote.purchases] == [whole.offer]


def test_a_quote_counts_an_open_deposit_as_a_license(
    licensee: Party, asset: Registered, license_id: Hash32, deposit: int
) -> None:
    (item,) = licensee.buys.quote([asset.asset_id], Use.TRAIN).items
    assert item.status is Status.LICENSED


# The rest.


def test_the_rest_comes_back_after_the_delay(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int, network: Network, passer_by: Licensee
) -> None:
    voucher = licensee.buys.sign_voucher(license_id, 10)
    closes_at = licensee.buys.close_account(license_id)
    assert closes_at == network.now + 7 * DAY == licensee.buys.meter(license_id).closes_at
    assert not passer_by.permits(license_id, Use.TRAIN)
    with pytest.raises(DepositLocked):
        licensee.buys.withdraw_deposit(license_id)
    licensor.sells.settle(voucher)  # what was used is still paid
    network.travel_to(closes_at)
    before = licensee.dollars
    assert licensee.buys.withdraw_deposit(license_id) == 30 * UNIT == licensee.dollars - before
    with pytest.raises(DepositEmpty):
        licensee.buys.withdraw_deposit(license_id)


def test_anybody_pushes_the_rest_to_its_licensee(
    stranger: Party, licensee: Party, license_id: Hash32, deposit: int, network: Network
) -> None:
    network.travel_to(licensee.buys.close_account(license_id))
    stranger.buys.withdraw_deposit(license_id)
    assert (licensee.dollars, stranger.dollars) == (100 * UNIT, 0)


def test_coins_that_went_astray_come_back_too(
    stranger: Party, licensee: Party, license_id: Hash32, deposit: int, network: Network
) -> None:
    stranger.chain.pay(licensee.buys.meter(license_id).deposit, 5)
    network.travel_to(licensee.buys.close_account(license_id))
    assert stranger.buys.withdraw_deposit(license_id, ZERO_ADDRESS) == 5


def test_a_closed_account_stays_closed(licensee: Party, license_id: Hash32, deposit: int) -> None:
    licensee.buys.close_account(license_id)
    for again in (licensee.buys.close_account, lambda license_: licensee.buys.deposit(license_, 1)):
        with pytest.raises(AccountIsClosing, match="buy another license"):
            again(license_id)


def test_only_an_open_account_is_closed_and_only_by_its_licensee(
    licensee: Party, stranger: Party, license_id: Hash32
) -> None:
    with pytest.raises(AccountNotOpened):
        licensee.buys.close_account(license_id)
    with pytest.raises(NotLicensee):
        stranger.buys.close_account(license_id)


def test_a_license_sold_before_its_offer_ended_goes_on(
    licensor: Party, licensee: Party, license_id: Hash32, deposit: int
) -> None:
    licensor.sells.cancel_offer(licensee.buys.grant(license_id).offer)
    assert licensor.sells.settle(licensee.buys.sign_voucher(license_id, 1)).units == 1


def test_a_purchase_by_the_unit_costs_nothing_at_first(
    licensor: Party, pauper: Party, stranger: Party, asset: Registered, offering: Offering, dollar: Address
) -> None:
    offer = offering(licensor, asset.asset_id, Price(dollar, UNIT, Kind.METERED))
    bought: Purchase = stranger.buys.buy(offer, licensee=pauper.address)
    assert stranger.dollars == 0
    assert [held.license_id for held in pauper.buys.licenses()] == [bought.license_id]
