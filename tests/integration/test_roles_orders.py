"""Many licenses at once, and licenses that somebody else pays for: seats, baskets, authorized orders."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.auditor import Auditor, AuditReport
from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.contracts import Contracts, events
from licet.documents import Library, OfferDocument, OrderDocument
from licet.errors import (
    AuthorizationNotForCaller,
    AuthorizationNotValidNow,
    AuthorizationSignatureInvalid,
    AuthorizationSpent,
    BasketSizeInvalid,
    InputError,
    InsufficientBalance,
    LicenseAlreadySold,
    LicetError,
    NotSelf,
    OfferIsCancelled,
    OfferSignatureInvalid,
    OfferSoldOut,
    QuantityInvalid,
)
from licet.licensee import Licensee, Status
from licet.licensee.buying import AUTHORIZATION_SECONDS
from licet.rights.offer import Kind
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.rights_holder import Price, PublishedSplit, Registered
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party

pytestmark = pytest.mark.integration

SALT = hash32(b"\x5a" * 32)


@pytest.fixture
def rich(licensee: Party) -> Party:
    """The licensee, with 10,000 dollars."""
    licensee.receive_dollars(10_000 * DOLLAR)
    return licensee


@pytest.fixture
def basket(
    licensor: Party,
    rival: Party,
    artist: Party,
    make_work: Callable[[str], Path],
    offering: Offering,
    price: Price,
) -> list[OfferDocument]:
    """Offers on the works of three licensors, for 1, 2 and 3 dollars."""
    return [
        offering(
            seller,
            seller.sells.register_work(make_work(f"song {n}")).asset_id,
            replace(price, amount=n * DOLLAR),
        )
        for n, seller in enumerate((licensor, rival, artist), start=1)
    ]


@pytest.fixture
def audit(network: Network, folder: Path) -> Callable[[], AuditReport]:
    def audit() -> AuditReport:
        library = Library([folder], allow_http=False)
        return Auditor(Chain(network.url), library).audit(network.deployment.asset_registry)

    return audit


Audit = Callable[[], AuditReport]


# Seats.


def test_a_hundred_seats_are_one_payment(
    rich: Party,
    signed_offer: OfferDocument,
    price: Price,
    vault: Address,
    work: Path,
    passer_by: Licensee,
    audit: Audit,
) -> None:
    before = rich.dollars
    purchase = rich.buys.buy(signed_offer, quantity=100)
    assert len(purchase.receipts) == 1
    assert before - rich.dollars == 100 * price.amount == rich.dollar.balance_of(vault)
    (sale,) = events.find(events.Sold, purchase.receipts[0].logs)
    assert (sale.quantity, sale.license_id, sale.order) == (100, purchase.license_id, purchase.orders[0])
    ids = [grant.license_id for grant in purchase.grants]
    assert len(set(ids)) == 100
    assert all(passer_by.permits(license_id, Use.TRAIN, work) for license_id in (ids[0], ids[57], ids[99]))
    assert all(rich.contracts.licenses.permits(license_id, Use.TRAIN) for license_id in ids)
    assert passer_by.grant(ids[57]) == purchase.grants[57]
    report = audit()
    assert not report.findings
    (line,) = report.sales
    assert (line.quantity, line.price) == (100, price.amount)


def test_all_seats_are_among_the_holders_licenses(rich: Party, signed_offer: OfferDocument) -> None:
    purchase = rich.buys.buy(signed_offer, quantity=3)
    assert [held.grant for held in rich.buys.licenses()] == list(purchase.grants)


def test_seats_are_handed_on_one_by_one(
    licensor: Party,
    rich: Party,
    stranger: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    reader: Contracts,
    audit: Audit,
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, transferable=True))
    first, second, third = rich.buys.buy(offer, quantity=3).grants
    rich.contracts.licenses.transfer(second.license_id, stranger.address)
    holders = [reader.licenses.license(grant.license_id).holder for grant in (first, second, third)]
    assert holders == [rich.address, stranger.address, rich.address]
    assert not audit().findings


def test_seats_in_native_coin_are_paid_in_one_sum(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, vault: Address, audit: Audit
) -> None:
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 7)), quantity=5)
    assert licensee.chain.balance(vault) == 35
    assert not audit().findings


def test_free_seats_cost_nothing(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, dollar: Address, audit: Audit
) -> None:
    offer = offering(licensor, asset.asset_id, Price(dollar, 0, Kind.FREE))
    assert len(licensee.buys.buy(offer, quantity=4).grants) == 4
    assert not audit().findings


def test_seats_count_into_the_supply(
    licensor: Party,
    rich: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    reader: Contracts,
    audit: Audit,
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, supply=5))
    rich.buys.buy(offer, quantity=3)
    with pytest.raises(OfferSoldOut):
        rich.buys.buy(offer, quantity=3)
    rich.buys.buy(offer, quantity=2)
    assert reader.licenses.offer_state(offer.offer.struct_hash()).sold == 5
    assert not audit().findings


def test_too_few_dollars_for_all_seats_buy_none(
    licensee: Party, signed_offer: OfferDocument, price: Price
) -> None:
    licensee.receive_dollars(3 * price.amount - 1)
    with pytest.raises(InsufficientBalance, match="get 1 more"):
        licensee.buys.buy(signed_offer, quantity=3)


def test_seats_overlap_with_no_other_purchase(rich: Party, signed_offer: OfferDocument) -> None:
    rich.buys.buy(signed_offer, salt=hash32((int(SALT, 16) + 2).to_bytes(32)))
    with pytest.raises(LicenseAlreadySold):
        rich.buys.buy(signed_offer, salt=SALT, quantity=3)
    rich.buys.buy(signed_offer, salt=SALT, quantity=2)


@pytest.mark.parametrize("quantity", [0, 101])
def test_a_quantity_out_of_bounds_is_refused_here_and_by_the_contract(
    rich: Party, signed_offer: OfferDocument, quantity: int
) -> None:
    with pytest.raises(InputError, match="1 to 100"):
        rich.buys.buy(signed_offer, quantity=quantity)
    order = Order(signed_offer.offer, bytes.fromhex(signed_offer.signature[2:]), rich.address, SALT)
    object.__setattr__(order, "quantity", quantity)
    with pytest.raises(QuantityInvalid) as caught:
        rich.contracts.licenses.buy(order)
    assert caught.value.facts == {"quantity": quantity, "maximum": 100}


def test_of_an_exclusive_license_there_is_one(
    licensor: Party, rich: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    with pytest.raises(QuantityInvalid) as caught:
        rich.buys.buy(offering(licensor, asset.asset_id, replace(price, exclusive=True)), quantity=2)
    assert caught.value.facts == {"quantity": 2, "maximum": 1}


# Baskets.


def test_works_of_several_licensors_are_bought_in_one_transaction(
    rich: Party, basket: list[OfferDocument], vault: Address, audit: Audit
) -> None:
    rich.dollar.approve(rich.contracts.licenses.address, 6 * DOLLAR)
    before = rich.dollars
    purchase = rich.buys.buy_basket(basket)
    assert len(purchase.receipts) == 1
    assert [order.offer for order in purchase.orders] == [document.offer for document in basket]
    assert before - rich.dollars == 6 * DOLLAR == rich.dollar.balance_of(vault)
    assert all(rich.buys.permits(grant.license_id, Use.TRAIN) for grant in purchase.grants)
    assert [rich.buys.grant(grant.license_id) for grant in purchase.grants] == list(purchase.grants)
    report = audit()
    assert not report.findings
    assert report.counts.sales == 3


def test_what_is_missing_of_the_allowance_is_permitted_exactly(
    rich: Party, basket: list[OfferDocument]
) -> None:
    rich.dollar.approve(rich.contracts.licenses.address, 6 * DOLLAR - 1)
    assert len(rich.buys.buy_basket(basket).receipts) == 1
    assert rich.dollar.allowance(rich.address, rich.contracts.licenses.address) == 0


def test_a_basket_of_seats(rich: Party, basket: list[OfferDocument], audit: Audit) -> None:
    before = rich.dollars
    assert len(rich.buys.buy_basket(basket, quantity=4).grants) == 12
    assert before - rich.dollars == 24 * DOLLAR
    assert not audit().findings


def test_a_basket_buys_all_or_nothing(
    rich: Party, rival: Party, basket: list[OfferDocument], reader: Contracts
) -> None:
    rival.sells.cancel_offer(basket[1].offer)
    before, head = rich.dollars, reader.licenses.head()
    with pytest.raises(OfferIsCancelled):
        rich.buys.buy_basket(basket)
    assert (rich.dollars, reader.licenses.head()) == (before, head)


def test_what_has_expired_is_passed_over_and_not_paid(
    licensor: Party,
    rich: Party,
    asset: Registered,
    price: Price,
    basket: list[OfferDocument],
    offering: Offering,
    network: Network,
    vault: Address,
    audit: Audit,
) -> None:
    expiring = offering(licensor, asset.asset_id, replace(price, end=network.now + 60))
    network.travel(61)
    before = rich.dollars
    purchase = rich.buys.buy_basket([basket[0], expiring, basket[1], basket[2]], skip=True)
    assert [order.offer for order in purchase.orders] == [document.offer for document in basket]
    assert before - rich.dollars == 6 * DOLLAR == rich.dollar.balance_of(vault)
    assert not audit().findings


def test_native_coin_that_is_not_spent_comes_back(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    offering: Offering,
    vault: Address,
    audit: Audit,
) -> None:
    sold, cancelled = (offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, n)) for n in (5, 700))
    licensor.sells.cancel_offer(cancelled.offer)
    purchase = licensee.buys.buy_basket([cancelled, sold], skip=True)
    assert [order.offer for order in purchase.orders] == [sold.offer]
    assert licensee.chain.balance(vault) == 5
    assert licensee.chain.balance(licensee.contracts.licenses.address) == 0
    assert not audit().findings


def test_a_basket_of_several_currencies(
    licensor: Party,
    rich: Party,
    asset: Registered,
    basket: list[OfferDocument],
    offering: Offering,
    audit: Audit,
) -> None:
    coin = offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 9))
    free = offering(licensor, asset.asset_id, Price(basket[0].offer.currency, 0, Kind.FREE))
    assert len(rich.buys.buy_basket([*basket, coin, free]).grants) == 5
    assert not audit().findings


def test_nothing_of_a_basket_sells(rich: Party, licensor: Party, signed_offer: OfferDocument) -> None:
    licensor.sells.cancel_offer(signed_offer.offer)
    purchase = rich.buys.buy_basket([signed_offer], skip=True)
    assert (purchase.orders, purchase.grants) == ((), ())


def test_what_a_payee_logs_is_no_sale(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    terms: object,
    raw_contract: Callable[[bytes], Address],
) -> None:
    # log1(0, 0, the topic of Sold), when the price comes in.
    liar = raw_contract(bytes.fromhex("7f" + events.topic_of(events.Sold).hex() + "5f5fa100"))
    offer = licensor.sells.offer(asset.asset_id, liar, Price(ZERO_ADDRESS, 5), terms)  # type: ignore[arg-type]
    assert len(licensee.buys.buy_basket([offer, offer]).orders) == 2


def test_the_size_of_a_basket_is_limited(rich: Party, signed_offer: OfferDocument) -> None:
    licenses = rich.contracts.licenses
    order = Order(signed_offer.offer, b"", rich.address, SALT)
    for size in (0, 101):
        with pytest.raises(BasketSizeInvalid) as caught:
            licenses.buy_basket([order] * size, skip=True)
        assert caught.value.facts == {"orders": size, "maximum": 100}


def test_nobody_else_sells_apart(stranger: Party, rich: Party, signed_offer: OfferDocument) -> None:
    order = Order(signed_offer.offer, bytes.fromhex(signed_offer.signature[2:]), stranger.address, SALT)
    rich.dollar.approve(rich.contracts.licenses.address, 25 * DOLLAR)
    token = stranger.contracts.licenses
    with pytest.raises(NotSelf):
        stranger.chain.send(
            artifact("LicenseToken").abi, token.address, "sellApart", order.to_abi(), rich.address, 0
        )


# Quotes.


def test_a_quote_of_several_purchases_is_bought_in_one_transaction(
    rich: Party, basket: list[OfferDocument], tmp_path: Path, audit: Audit
) -> None:
    items = sorted(tmp_path.glob("song_*.txt"))
    quote = rich.buys.quote(items, Use.TRAIN)
    assert len(quote.purchases) == 3
    before = rich.dollars
    (purchase,) = rich.buys.buy_all(quote)
    assert len(purchase.receipts) == 1
    assert before - rich.dollars == quote.total == 6 * DOLLAR
    assert {item.status for item in rich.buys.quote(items, Use.TRAIN).items} == {Status.LICENSED}
    assert not audit().findings


def test_a_quote_of_one_purchase_is_bought_by_permit(
    rich: Party, signed_offer: OfferDocument, work: Path
) -> None:
    (purchase,) = rich.buys.buy_all(rich.buys.quote([work], Use.TRAIN), quantity=2)
    assert (len(purchase.receipts), len(purchase.grants)) == (1, 2)


def test_a_quote_that_is_out_of_date_buys_nothing(
    rich: Party, rival: Party, basket: list[OfferDocument], tmp_path: Path
) -> None:
    quote = rich.buys.quote(sorted(tmp_path.glob("song_*.txt")), Use.TRAIN)
    rival.sells.cancel_offer(basket[1].offer)
    before = rich.dollars
    with pytest.raises(OfferIsCancelled):
        list(rich.buys.buy_all(quote))
    assert rich.dollars == before
    assert not rich.buys.licenses()


def test_seats_of_a_quote_that_cannot_be_paid(
    licensee: Party, basket: list[OfferDocument], tmp_path: Path
) -> None:
    licensee.receive_dollars(12 * DOLLAR - 1)
    quote = licensee.buys.quote(sorted(tmp_path.glob("song_*.txt")), Use.TRAIN)
    sent = licensee.chain.nonce(licensee.address)
    with pytest.raises(InsufficientBalance, match="get 1 more"):
        list(licensee.buys.buy_all(quote, quantity=2))
    assert licensee.chain.nonce(licensee.address) == sent


def test_many_seats_of_several_works_take_several_transactions(
    rich: Party, basket: list[OfferDocument], tmp_path: Path
) -> None:
    quote = rich.buys.quote(sorted(tmp_path.glob("song_*.txt")), Use.TRAIN)
    purchases = list(rich.buys.buy_all(quote, quantity=50))
    assert [len(purchase.grants) for purchase in purchases] == [100, 50]


# Authorized payments.


@pytest.fixture
def paid(pauper: Party, signed_offer: OfferDocument, price: Price, rich: Party) -> OrderDocument:
    """An order of three seats, paid by somebody without any coin for gas."""
    rich.dollar.transfer(pauper.address, 3 * price.amount)
    return pauper.buys.authorize(signed_offer, quantity=3)


def test_a_stranger_submits_an_authorized_order_and_pays_the_gas(
    pauper: Party,
    stranger: Party,
    paid: OrderDocument,
    price: Price,
    vault: Address,
    work: Path,
    audit: Audit,
) -> None:
    coin, dollars = stranger.chain.balance(stranger.address), stranger.dollars
    purchase = stranger.buys.submit(OrderDocument.from_bytes(paid.to_bytes()))
    (sale,) = events.find(events.Sold, purchase.receipts[0].logs)
    assert (sale.payer, sale.licensee, sale.quantity) == (pauper.address, pauper.address, 3)
    assert (pauper.chain.balance(pauper.address), pauper.dollars) == (0, 0)
    assert stranger.chain.balance(stranger.address) < coin
    assert stranger.dollars == dollars
    assert stranger.dollar.balance_of(vault) == 3 * price.amount
    assert stranger.dollar.balance_of(stranger.contracts.licenses.address) == 0
    assert len(pauper.buys.licenses()) == 3
    assert pauper.buys.permits(purchase.grants[1].license_id, Use.TRAIN, work)
    report = audit()
    assert not report.findings
    assert [line.payer for line in report.sales] == [pauper.address]


def altered(paid: OrderDocument, **changes: object) -> OrderDocument:
    return replace(paid, order=replace(paid.order, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"quantity": 2}, {"licensee": "stranger"}, {"salt": SALT}])
def test_an_altered_order_is_refused(
    pauper: Party, stranger: Party, paid: OrderDocument, price: Price, changes: dict[str, object]
) -> None:
    changes = {key: stranger.address if key == "licensee" else value for key, value in changes.items()}
    with pytest.raises(AuthorizationSignatureInvalid, match="the order was altered"):
        stranger.buys.submit(altered(paid, **changes))
    assert pauper.dollars == 3 * price.amount


def test_an_altered_offer_is_refused(
    stranger: Party, licensor: Party, asset: Registered, paid: OrderDocument, price: Price, offering: Offering
) -> None:
    with pytest.raises(OfferSignatureInvalid):
        stranger.buys.submit(altered(paid, offer=replace(paid.order.offer, price=1)))
    # Even one that its licensor signed, for the same price.
    other = offering(licensor, asset.asset_id, replace(price, duration=1))
    signature = bytes.fromhex(other.signature[2:])
    with pytest.raises(AuthorizationSignatureInvalid):
        stranger.buys.submit(altered(paid, offer=other.offer, signature=signature))


def test_another_payer_is_refused(stranger: Party, rich: Party, paid: OrderDocument) -> None:
    forged = replace(paid, authorization=replace(paid.authorization, payer=rich.address))
    before = rich.dollars
    with pytest.raises(AuthorizationSignatureInvalid):
        stranger.buys.submit(forged)
    assert rich.dollars == before


def test_an_authorized_order_is_used_once(
    pauper: Party, rich: Party, stranger: Party, paid: OrderDocument, price: Price
) -> None:
    rich.dollar.transfer(pauper.address, 3 * price.amount)
    stranger.buys.submit(paid)
    with pytest.raises(LicenseAlreadySold):
        stranger.buys.submit(paid)
    assert pauper.dollars == 3 * price.amount


def test_a_payment_that_was_used_elsewhere_is_spent(
    pauper: Party, stranger: Party, paid: OrderDocument, network: Network, price: Price
) -> None:
    """Only the license token can use it, and only once."""
    token, payment = network.deployment.license_token, paid.authorization
    nonce = paid.order.authorization_nonce(31337, token, pauper.address)
    fields = (payment.valid_after, payment.valid_before, nonce, payment.v, payment.r, payment.s)
    arguments = [pauper.address, token, paid.order.total, *fields]
    abi = artifact("TestDollar").abi
    with pytest.raises(AuthorizationNotForCaller):
        stranger.chain.send(abi, stranger.dollar.address, "receiveWithAuthorization", *arguments)
    network.rpc("anvil_impersonateAccount", token)
    network.rpc("anvil_setBalance", token, hex(10**18))
    network.transact(token, stranger.dollar.address, abi.encode_call("receiveWithAuthorization", arguments))
    with pytest.raises(AuthorizationSpent):
        stranger.buys.submit(paid)


def test_an_authorization_runs_out(stranger: Party, paid: OrderDocument, network: Network) -> None:
    network.travel(AUTHORIZATION_SECONDS + 1)
    with pytest.raises(AuthorizationNotValidNow, match="ask the payer for a new one"):
        stranger.buys.submit(paid)


def test_an_authorized_order_for_somebody_else(
    rich: Party, pauper: Party, stranger: Party, signed_offer: OfferDocument
) -> None:
    stranger.buys.submit(rich.buys.authorize(signed_offer, licensee=pauper.address))
    assert len(pauper.buys.licenses()) == 1


@pytest.mark.parametrize("where", [{"chain_id": 10}, {"license_token": "dollar"}])
def test_an_order_for_elsewhere_is_refused(
    stranger: Party, paid: OrderDocument, dollar: Address, where: dict[str, object]
) -> None:
    elsewhere = {key: dollar if value == "dollar" else value for key, value in where.items()}
    with pytest.raises(InputError, match="the order is for the contract"):
        stranger.buys.submit(replace(paid, **elsewhere))  # type: ignore[arg-type]


def test_a_currency_without_authorizations_says_so(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    mock: Callable[..., Address],
) -> None:
    for currency in (ZERO_ADDRESS, mock("SilentToken")):
        offer = offering(licensor, asset.asset_id, replace(price, currency=currency))
        with pytest.raises(InputError, match="buy directly"):
            licensee.buys.authorize(offer)


def test_too_few_dollars_are_not_authorized(pauper: Party, signed_offer: OfferDocument) -> None:
    with pytest.raises(InsufficientBalance):
        pauper.buys.authorize(signed_offer)


def test_the_nonce_is_the_contracts(
    licensor: Party, rich: Party, signed_offer: OfferDocument, stranger: Party
) -> None:
    token = rich.contracts.licenses.address
    for quantity in (1, 3, 100):
        order = Order(signed_offer.offer, b"", rich.address, SALT, quantity)
        asked = (order.to_abi(), stranger.address)
        answer: Hash32 = rich.chain.call(artifact("LicenseToken").abi, token, "authorizationNonce", *asked)
        assert answer == order.authorization_nonce(31337, token, stranger.address)


# All of it, audited.


def test_all_ways_to_order_are_clean(
    licensor: Party,
    rich: Party,
    stranger: Party,
    artist: Party,
    asset: Registered,
    paid: OrderDocument,
    basket: list[OfferDocument],
    signed_offer: OfferDocument,
    published: PublishedSplit,
    dollar: Address,
    offering: Offering,
    network: Network,
    audit: Audit,
) -> None:
    stranger.buys.submit(paid)
    rich.buys.buy(signed_offer, quantity=100)
    rich.buys.buy_basket([*basket, signed_offer], quantity=2)
    on_chain = offering(licensor, asset.asset_id, Price(dollar, DOLLAR, duration=DAY))
    licensor.sells.publish_offer(on_chain.offer, on_chain.conditions)
    stranger.buys.submit(rich.buys.authorize(replace(on_chain), quantity=7))
    exclusive = offering(licensor, asset.asset_id, Price(dollar, DOLLAR, duration=DAY, exclusive=True))
    rich.buys.buy_basket([exclusive, *basket])
    with pytest.raises(LicetError):
        rich.buys.buy_basket([signed_offer, *basket])
    rich.buys.buy_basket([signed_offer, *basket], skip=True)
    artist.sells.collect([published.split], dollar)
    report = audit()
    assert not report.findings
    assert sum(line.quantity for line in report.sales) == 3 + 100 + 8 + 7 + 4 + 3
