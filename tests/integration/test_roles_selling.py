"""A rights holder offers, a licensee buys: at exactly the price, by permit, allowance or native coin."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.chain.compiled.artifacts import artifact
from licet.contracts import Contracts
from licet.contracts.licenses import OfferState
from licet.documents import OfferDocument, TermsDocument
from licet.errors import (
    AssetExclusivelyLicensed,
    ConditionsInvalid,
    ConditionsUnknown,
    InsufficientBalance,
    LicenseAlreadySold,
    LicenseNotTransferable,
    LicenseUnknown,
    NotDeedHolder,
    NotLicensor,
    NotOwnerNorApproved,
    NotRegistered,
    OfferExpired,
    OfferIsCancelled,
    OfferKindInvalid,
    OfferNotFromHolder,
    OfferNotStarted,
    OfferOutdated,
    OfferPriceInvalid,
    OfferSignatureInvalid,
    OfferSoldOut,
    OfferUriTooLong,
    OfferUsesMissing,
    Reverted,
    TransferFromFailed,
    TransferFromIncorrectOwner,
    TransferToZeroAddress,
    WrongValue,
)
from licet.licensee import Licensee
from licet.licensee.offers import StandingOffer
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered, RightsHolder
from licet.types import ZERO_ADDRESS, Address, hash32
from tests.integration.conftest import DAY, DOLLAR, Offering, Party

pytestmark = pytest.mark.integration

ETHER = 10**18
SALT = hash32(b"\x5a" * 32)


def signature_of(document: OfferDocument) -> bytes:
    return bytes.fromhex(document.signature[2:])


@pytest.fixture
def rich(licensee: Party, price: Price) -> Party:
    """The licensee, with dollars for four licenses."""
    licensee.receive_dollars(4 * price.amount)
    return licensee


# Paying.


def test_a_purchase_costs_the_price_and_reaches_the_payee(
    rich: Party, signed_offer: OfferDocument, price: Price, vault: Address
) -> None:
    before = rich.dollars
    rich.buys.buy(signed_offer)
    assert before - rich.dollars == price.amount == rich.dollar.balance_of(vault)


def test_a_purchase_by_permit_is_one_transaction_and_leaves_no_allowance(
    rich: Party, signed_offer: OfferDocument
) -> None:
    spender = rich.contracts.licenses.address
    assert rich.dollar.allowance(rich.address, spender) == 0
    purchase = rich.buys.buy(signed_offer)
    assert len(purchase.receipts) == 1
    assert rich.dollar.allowance(rich.address, spender) == 0


def test_an_allowance_that_stands_is_used(rich: Party, signed_offer: OfferDocument, price: Price) -> None:
    rich.dollar.approve(rich.contracts.licenses.address, price.amount + 7)
    rich.buys.buy(signed_offer)
    assert rich.dollar.allowance(rich.address, rich.contracts.licenses.address) == 7


def test_an_allowance_that_is_too_small_is_replaced_by_a_permit(
    rich: Party, signed_offer: OfferDocument, price: Price
) -> None:
    rich.dollar.approve(rich.contracts.licenses.address, price.amount - 1)
    rich.buys.buy(signed_offer)
    assert rich.dollar.allowance(rich.address, rich.contracts.licenses.address) == 0


def test_two_purchases_by_permit_in_a_row(rich: Party, signed_offer: OfferDocument) -> None:
    assert rich.buys.buy(signed_offer).license_id != rich.buys.buy(signed_offer).license_id


def test_a_token_without_permits_is_approved_for_exactly_the_price(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    mock: Callable[..., Address],
) -> None:
    token = licensee.currency(mock("SilentToken"))
    token.mint(licensee.address, 100)
    offer = offering(licensor, asset.asset_id, replace(price, currency=token.address, amount=60))
    assert not token.has_permit()
    purchase = licensee.buys.buy(offer)
    assert len(purchase.receipts) == 2
    assert token.balance_of(licensee.address) == 40
    assert token.allowance(licensee.address, licensee.contracts.licenses.address) == 0


def test_native_coin_is_sent_along(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    vault: Address,
    reader: Contracts,
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, currency=ZERO_ADDRESS, amount=2 * ETHER))
    purchase = licensee.buys.buy(offer)
    assert reader.chain.balance(vault) == 2 * ETHER
    assert reader.licenses.license(purchase.license_id).holder == licensee.address


def test_a_free_license_costs_nothing(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    purchase = licensee.buys.buy(offering(licensor, asset.asset_id, replace(price, amount=0, kind=Kind.FREE)))
    assert licensee.buys.permits(purchase.license_id, Use.TRAIN)


def test_a_license_for_somebody_else_is_theirs(
    rich: Party, pauper: Party, signed_offer: OfferDocument, reader: Contracts
) -> None:
    purchase = rich.buys.buy(signed_offer, licensee=pauper.address)
    assert reader.licenses.license(purchase.license_id).holder == pauper.address
    (held,) = pauper.buys.licenses()
    assert held.grant == purchase.grant
    assert rich.buys.licenses() == ()


def test_a_published_offer_sells_without_a_signature(
    licensor: Party, rich: Party, signed_offer: OfferDocument
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    purchase = rich.buys.buy(StandingOffer(signed_offer.offer, b""))
    assert rich.buys.permits(purchase.license_id, Use.TRAIN)


def test_a_quote_is_bought_from_chain_alone(
    licensor: Party, rich: Party, signed_offer: OfferDocument, folder: Path, work: Path
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    for document in folder.iterdir():
        document.unlink()
    (standing,) = rich.buys.quote([work], Use.TRAIN).purchases
    assert rich.buys.buy(standing).grant.offer == signed_offer.offer


def test_a_grant_is_found_again_by_its_id(
    rich: Party, signed_offer: OfferDocument, passer_by: Licensee
) -> None:
    purchase = rich.buys.buy(signed_offer)
    assert passer_by.grant(purchase.license_id) == purchase.grant


def test_licenses_are_listed_for_whoever_holds_them_now(
    licensor: Party, rich: Party, stranger: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, transferable=True))
    kept, passed_on = rich.buys.buy(offer), rich.buys.buy(offer)
    rich.contracts.licenses.transfer(passed_on.license_id, stranger.address)
    assert [held.grant for held in rich.buys.licenses()] == [kept.grant]
    assert [held.grant for held in stranger.buys.licenses()] == [passed_on.grant]


# Too little money.


def test_too_few_dollars_are_noticed_before_anything_is_sent(
    licensee: Party, signed_offer: OfferDocument, price: Price
) -> None:
    licensee.receive_dollars(price.amount - 1)
    sent = licensee.chain.nonce(licensee.address)
    with pytest.raises(InsufficientBalance, match="get 1 more") as caught:
        licensee.buys.buy(signed_offer)
    assert caught.value.facts == {"has": price.amount - 1, "needs": price.amount}
    assert licensee.chain.nonce(licensee.address) == sent


def test_no_coin_for_the_gas(pauper: Party, rich: Party, signed_offer: OfferDocument, price: Price) -> None:
    rich.dollar.transfer(pauper.address, price.amount)
    with pytest.raises(InsufficientBalance, match="send native coin to it"):
        pauper.buys.buy(signed_offer)
    assert pauper.dollars == price.amount


def test_native_coin_for_the_price_but_not_for_the_gas(
    licensor: Party, pauper: Party, stranger: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    stranger.chain.pay(pauper.address, ETHER)
    offer = offering(licensor, asset.asset_id, replace(price, currency=ZERO_ADDRESS, amount=ETHER))
    with pytest.raises(InsufficientBalance, match="send native coin to it"):
        pauper.buys.buy(offer)


def test_without_an_allowance_the_currency_refuses(rich: Party, signed_offer: OfferDocument) -> None:
    order = Order(signed_offer.offer, signature_of(signed_offer), rich.address, SALT)
    with pytest.raises(TransferFromFailed, match="the allowance of the license token"):
        rich.contracts.licenses.buy(order)


# What the contract refuses, each by its name and with its facts.


def test_a_sale_happens_once(rich: Party, signed_offer: OfferDocument) -> None:
    sold = rich.buys.buy(signed_offer, salt=SALT).license_id
    with pytest.raises(LicenseAlreadySold, match="choose another salt") as caught:
        rich.buys.buy(signed_offer, salt=SALT)
    assert caught.value.facts == {"licenseId": sold}


def test_a_limited_supply_sells_out(
    licensor: Party, rich: Party, asset: Registered, price: Price, offering: Offering, reader: Contracts
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, supply=2))
    rich.buys.buy(offer)
    rich.buys.buy(offer)
    assert reader.licenses.offer_state(offer.offer.struct_hash()) == OfferState(2, False, False)
    with pytest.raises(OfferSoldOut, match="ask the licensor") as caught:
        rich.buys.buy(offer)
    assert caught.value.facts == {"offerHash": offer.offer.struct_hash(), "supply": 2}


def test_a_sold_out_offer_is_no_longer_quoted(
    licensor: Party, rich: Party, asset: Registered, work: Path, price: Price, offering: Offering
) -> None:
    rich.buys.buy(offering(licensor, asset.asset_id, replace(price, supply=1)), licensee=licensor.address)
    assert rich.buys.quote([work], Use.TRAIN).purchases == ()


def test_an_exclusive_license_ends_all_sales_while_it_runs(
    licensor: Party,
    rich: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    signed_offer: OfferDocument,
) -> None:
    purchase = rich.buys.buy(offering(licensor, asset.asset_id, replace(price, exclusive=True)))
    until = rich.contracts.licenses.license(purchase.license_id).expires
    assert rich.contracts.assets.deed(asset.asset_id).exclusive_until == until
    with pytest.raises(AssetExclusivelyLicensed) as caught:
        rich.buys.buy(signed_offer)
    assert caught.value.facts == {"assetId": asset.asset_id, "until": until}
    assert rich.buys.offers(asset.asset_id) == ()
    rich.network.travel_to(until)
    rich.buys.buy(signed_offer)


@pytest.fixture
def timed(licensor: Party, asset: Registered, price: Price, offering: Offering) -> OfferDocument:
    """An offer for sale in a thousand seconds, for fifty."""
    start = licensor.network.now + 1000
    return offering(licensor, asset.asset_id, replace(price, start=start, end=start + 50))


@pytest.mark.parametrize("second", [0, 50])
def test_an_offer_sells_from_its_first_second_to_its_last(
    rich: Party, timed: OfferDocument, second: int
) -> None:
    rich.network.travel_to(timed.offer.start + min(second, 49))
    rich.network.next_block_at(timed.offer.start + max(second, 1))
    rich.buys.buy(timed)


def test_an_offer_does_not_sell_before_its_start(rich: Party, timed: OfferDocument) -> None:
    with pytest.raises(OfferNotStarted, match="wait") as caught:
        rich.buys.buy(timed)
    assert caught.value.facts["start"] == timed.offer.start


def test_an_offer_does_not_sell_after_its_end(rich: Party, timed: OfferDocument) -> None:
    rich.network.travel_to(timed.offer.end + 1)
    with pytest.raises(OfferExpired, match="ask the licensor for a new offer") as caught:
        rich.buys.buy(timed)
    assert caught.value.facts["end"] == timed.offer.end


def test_a_cancelled_offer_does_not_sell(licensor: Party, rich: Party, signed_offer: OfferDocument) -> None:
    licensor.sells.cancel_offer(signed_offer.offer)
    with pytest.raises(OfferIsCancelled, match="ask for a new one") as caught:
        rich.buys.buy(signed_offer)
    assert caught.value.facts == {"offerHash": signed_offer.offer.struct_hash()}


def test_cancelling_one_offer_leaves_the_others(
    licensor: Party,
    rich: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    signed_offer: OfferDocument,
) -> None:
    licensor.sells.cancel_offer(offering(licensor, asset.asset_id, price).offer)  # equal but for the salt
    rich.buys.buy(signed_offer)


def test_a_published_offer_can_be_cancelled(
    licensor: Party, rich: Party, signed_offer: OfferDocument
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    licensor.sells.cancel_offer(signed_offer.offer)
    with pytest.raises(OfferIsCancelled):
        rich.buys.buy(StandingOffer(signed_offer.offer, b""))


def test_cancelling_all_offers_ends_those_that_stand_and_no_later_ones(
    licensor: Party,
    rich: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    signed_offer: OfferDocument,
) -> None:
    licensor.sells.cancel_offers(asset.asset_id)
    with pytest.raises(OfferOutdated, match="ask the holder for a new offer") as caught:
        rich.buys.buy(signed_offer)
    assert caught.value.facts == {"assetId": asset.asset_id, "offerEpoch": 0, "deedEpoch": 1}
    rich.buys.buy(offering(licensor, asset.asset_id, price))


def test_a_deed_that_changed_hands_sells_on_no_former_holders_offer(
    licensor: Party, stranger: Party, rich: Party, signed_offer: OfferDocument
) -> None:
    asset_id = signed_offer.offer.asset_id
    licensor.contracts.assets.transfer(asset_id, stranger.address)
    with pytest.raises(OfferNotFromHolder, match=f"ask {stranger.address}") as caught:
        rich.buys.buy(signed_offer)
    assert caught.value.facts == {
        "assetId": asset_id,
        "licensor": licensor.address,
        "holder": stranger.address,
    }


def test_an_offer_does_not_revive_when_the_deed_comes_back(
    licensor: Party, stranger: Party, rich: Party, signed_offer: OfferDocument
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    asset_id = signed_offer.offer.asset_id
    licensor.contracts.assets.transfer(asset_id, stranger.address)
    stranger.contracts.assets.transfer(asset_id, licensor.address)
    with pytest.raises(OfferOutdated):
        rich.buys.buy(signed_offer)


def test_a_new_holder_sells(
    licensor: Party, stranger: Party, rich: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    licensor.contracts.assets.transfer(asset.asset_id, stranger.address)
    rich.buys.buy(offering(stranger, asset.asset_id, price))


def test_whoever_holds_no_deed_makes_no_offer(
    stranger: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    with pytest.raises(NotRegistered, match="holds its deed") as caught:
        offering(stranger, asset.asset_id, price)
    assert caught.value.facts["asset_id"] == asset.asset_id


@pytest.mark.parametrize(
    "act",
    [
        lambda seller, signed: seller.publish_offer(signed.offer, signed.conditions),
        lambda seller, signed: seller.cancel_offer(signed.offer),
    ],
    ids=["publish", "cancel"],
)
def test_only_the_licensor_rules_an_offer(
    stranger: Party,
    licensor: Party,
    signed_offer: OfferDocument,
    act: Callable[[RightsHolder, OfferDocument], object],
) -> None:
    with pytest.raises(NotLicensor, match="sign with the licensor's key") as caught:
        act(stranger.sells, signed_offer)
    assert caught.value.facts == {"caller": stranger.address, "licensor": licensor.address}


def test_only_the_holder_cancels_all_offers(stranger: Party, licensor: Party, asset: Registered) -> None:
    with pytest.raises(NotDeedHolder) as caught:
        stranger.sells.cancel_offers(asset.asset_id)
    assert caught.value.facts == {
        "assetId": asset.asset_id,
        "caller": stranger.address,
        "holder": licensor.address,
    }


@pytest.mark.parametrize(
    ("sender", "receiver", "error"),
    [
        ("licensor", "stranger", NotOwnerNorApproved),
        ("stranger", "stranger", TransferFromIncorrectOwner),
        ("licensor", "nobody", TransferToZeroAddress),
    ],
)
def test_a_stranger_moves_no_deed(
    stranger: Party, licensor: Party, asset: Registered, sender: str, receiver: str, error: type[Reverted]
) -> None:
    who = {"stranger": stranger.address, "licensor": licensor.address, "nobody": ZERO_ADDRESS}
    party = licensor if receiver == "nobody" else stranger
    with pytest.raises(error):
        party.chain.send(
            artifact("AssetRegistry").abi,
            party.contracts.assets.address,
            "transferFrom",
            who[sender],
            who[receiver],
            int(asset.asset_id, 16),
        )


def test_a_license_stays_with_its_licensee_unless_the_offer_says_otherwise(
    rich: Party, stranger: Party, signed_offer: OfferDocument
) -> None:
    purchase = rich.buys.buy(signed_offer)
    with pytest.raises(LicenseNotTransferable, match="bound to its licensee") as caught:
        rich.contracts.licenses.transfer(purchase.license_id, stranger.address)
    assert caught.value.facts == {"licenseId": purchase.license_id}


def test_an_unknown_license_is_unknown(passer_by: Licensee, reader: Contracts) -> None:
    for ask in (passer_by.grant, reader.licenses.license, lambda _: passer_by.permits(SALT, Use.TRAIN)):
        with pytest.raises(LicenseUnknown, match="check the id") as caught:
            ask(SALT)
        assert caught.value.facts == {"licenseId": SALT}


def test_native_coin_has_to_be_the_price(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, currency=ZERO_ADDRESS, amount=ETHER))
    with pytest.raises(WrongValue, match="send exactly that") as caught:
        licensee.chain.send(
            artifact("LicenseToken").abi,
            licensee.contracts.licenses.address,
            "buy",
            Order(offer.offer, signature_of(offer), licensee.address, SALT).to_abi(),
            value=ETHER + 1,
        )
    assert caught.value.facts == {"sent": ETHER + 1, "asked": ETHER}


INVALID = [
    (OfferUsesMissing, {"uses": Use(0)}, {}),
    (OfferPriceInvalid, {"price": 0}, {"price": 0, "kind": Kind.SALE}),
    (OfferPriceInvalid, {"kind": Kind.FREE}, {"kind": Kind.FREE}),
    (OfferKindInvalid, {"kind": Kind.SUBSCRIPTION, "duration": 0}, {"kind": Kind.SUBSCRIPTION}),
    (OfferKindInvalid, {"kind": Kind.METERED, "transferable": True}, {"kind": Kind.METERED}),
    (OfferUriTooLong, {"terms_uri": "x" * 1025}, {"length": 1025, "maximum": 1024}),
]


@pytest.mark.parametrize(("error", "values", "facts"), INVALID)
def test_an_offer_that_python_would_not_make_is_refused_by_the_contract(
    licensor: Party,
    signed_offer: OfferDocument,
    error: type[Reverted],
    values: dict[str, object],
    facts: dict[str, object],
) -> None:
    invalid = unchecked(signed_offer.offer, **values)
    with pytest.raises(error) as caught:
        licensor.sells.publish_offer(invalid, signed_offer.conditions)
    assert caught.value.facts.items() >= (facts | {"offerHash": invalid.struct_hash()}).items()


@pytest.mark.parametrize("share", ["royalty_bps", "refund_bps", "resale_bps"])
def test_a_share_of_more_than_the_whole_is_refused_by_the_contract(
    licensor: Party, signed_offer: OfferDocument, share: str
) -> None:
    given: dict[str, Any] = {share: 10_001}
    greedy = Conditions(**given)
    with pytest.raises(ConditionsInvalid) as caught:
        licensor.sells.publish_offer(replace(signed_offer.offer, conditions=greedy.struct_hash()), greedy)
    assert caught.value.facts == {"conditions": greedy.struct_hash()}


def test_an_offer_is_published_with_its_own_conditions(licensor: Party, signed_offer: OfferDocument) -> None:
    other = Conditions()
    with pytest.raises(ConditionsUnknown, match="take those that came with the offer") as caught:
        licensor.sells.publish_offer(signed_offer.offer, other)
    facts = {"conditions": other.struct_hash(), "expected": signed_offer.offer.conditions}
    assert caught.value.facts == facts


def unchecked(offer: Offer, **values: object) -> Offer:
    """An offer that Python would not make."""
    copied = replace(offer)
    for name, value in values.items():
        object.__setattr__(copied, name, value)
    return copied


# Altered by one bit, in any field: refused, and nothing is spent.

ALTERED: dict[str, Callable[[Offer], object]] = {
    "payee": lambda offer: flipped(offer.payee),
    "currency": lambda offer: flipped(offer.currency),
    "price": lambda offer: offer.price ^ 1,
    "uses": lambda offer: offer.uses ^ Use.DISPLAY,
    "terms_hash": lambda offer: flipped(offer.terms_hash),
    "terms_uri": lambda offer: offer.terms_uri + "/",
    "start": lambda offer: offer.start ^ 1,
    "end": lambda offer: 1 << 39,
    "duration": lambda offer: offer.duration ^ 1,
    "kind": lambda offer: Kind.SUBSCRIPTION,
    "supply": lambda offer: offer.supply ^ 1,
    "exclusive": lambda offer: not offer.exclusive,
    "transferable": lambda offer: not offer.transferable,
    "conditions": lambda offer: flipped(offer.conditions),
}


def flipped(value: str) -> str:
    """Hex with its lowest bit turned over."""
    return f"0x{int(value, 16) ^ 1:0{len(value) - 2}x}"


@pytest.mark.parametrize("field", ALTERED)
def test_an_offer_altered_in_one_bit_does_not_sell(
    rich: Party, signed_offer: OfferDocument, field: str
) -> None:
    change: dict[str, Any] = {field: ALTERED[field](signed_offer.offer)}
    altered = replace(signed_offer.offer, **change)
    order = Order(altered, signature_of(signed_offer), rich.address, SALT)
    before = rich.dollars
    with pytest.raises(OfferSignatureInvalid, match="the offer was altered") as caught:
        rich.contracts.licenses.buy(order)
    assert caught.value.facts == {"offerHash": altered.struct_hash(), "licensor": altered.licensor}
    assert rich.dollars == before


def test_an_altered_licensor_does_not_hold_the_deed(
    rich: Party, stranger: Party, signed_offer: OfferDocument
) -> None:
    altered = replace(signed_offer.offer, licensor=stranger.address)
    with pytest.raises(OfferNotFromHolder):
        rich.buys.buy(StandingOffer(altered, signature_of(signed_offer)))


def test_an_altered_epoch_is_not_the_deeds(rich: Party, signed_offer: OfferDocument) -> None:
    altered = replace(signed_offer.offer, epoch=1)
    with pytest.raises(OfferOutdated):
        rich.buys.buy(StandingOffer(altered, signature_of(signed_offer)))


@pytest.mark.parametrize("byte", [0, 31, 32, 63, 64])
def test_a_signature_altered_in_one_bit_does_not_sell(
    rich: Party, signed_offer: OfferDocument, byte: int
) -> None:
    altered = bytearray(signature_of(signed_offer))
    altered[byte] ^= 1
    with pytest.raises(OfferSignatureInvalid):
        rich.buys.buy(StandingOffer(signed_offer.offer, bytes(altered)))


def test_the_compact_form_of_a_signature_sells(rich: Party, signed_offer: OfferDocument) -> None:
    signature = signature_of(signed_offer)
    s = int.from_bytes(signature[32:64]) | (signature[64] - 27) << 255
    rich.buys.buy(StandingOffer(signed_offer.offer, signature[:32] + s.to_bytes(32)))


def test_an_offer_signed_by_somebody_else_does_not_sell(
    rich: Party, stranger: Party, signed_offer: OfferDocument
) -> None:
    message = signed_offer.offer.typed_data(31337, signed_offer.license_token, signed_offer.conditions)
    with pytest.raises(OfferSignatureInvalid):
        rich.buys.buy(StandingOffer(signed_offer.offer, stranger.signer.sign_typed_data(message)))


@pytest.mark.parametrize("other", ["chain", "contract"])
def test_an_offer_signed_for_elsewhere_does_not_sell(
    rich: Party, licensor: Party, signed_offer: OfferDocument, other: str
) -> None:
    chain_id = 1337 if other == "chain" else 31337
    contract = flipped(signed_offer.license_token) if other == "contract" else signed_offer.license_token
    message = signed_offer.offer.typed_data(chain_id, Address(contract), signed_offer.conditions)
    with pytest.raises(OfferSignatureInvalid, match="or for another chain"):
        rich.buys.buy(StandingOffer(signed_offer.offer, licensor.signer.sign_typed_data(message)))


def test_terms_are_the_ones_hashed(
    licensor: Party, asset: Registered, offering: Offering, price: Price
) -> None:
    terms = TermsDocument("Other", Use.INDEX, "You may index.")
    offer = offering(licensor, asset.asset_id, price, terms).offer
    assert (offer.uses, offer.terms_uri) == (Use.INDEX, "")


def test_a_purchase_moves_nothing_but_the_price(
    rich: Party, signed_offer: OfferDocument, reader: Contracts
) -> None:
    rich.buys.buy(signed_offer)
    assert rich.dollar.balance_of(reader.licenses.address) == 0
    assert rich.dollars == 3 * 25 * DOLLAR


def test_a_license_runs_its_duration_from_its_sale(
    rich: Party, signed_offer: OfferDocument, reader: Contracts
) -> None:
    purchase = rich.buys.buy(signed_offer)
    sold_at = reader.chain.block(purchase.receipts[-1].block_number).timestamp
    assert reader.licenses.license(purchase.license_id).expires == sold_at + 30 * DAY


def test_nobody_moves_anothers_license(
    licensor: Party, rich: Party, stranger: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    purchase = rich.buys.buy(offering(licensor, asset.asset_id, replace(price, transferable=True)))
    with pytest.raises(TransferFromIncorrectOwner):
        stranger.contracts.licenses.transfer(purchase.license_id, stranger.address)
    assert stranger.contracts.licenses.license(purchase.license_id).holder == rich.address
