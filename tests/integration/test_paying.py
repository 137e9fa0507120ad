"""What tokens a call draws: by their permits in its own transaction, or by allowances before it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.auditor import AuditReport
from licet.chain.compiled.artifacts import artifact
from licet.chain.outbox.outbox import Outbox
from licet.chain.sending.policy import Policy
from licet.chain.sending.sender import Sender
from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.documents import Library, OfferDocument
from licet.errors import InsufficientBalance, OfferIsCancelled, TransferFromFailed
from licet.licensee import Licensee
from licet.rights.offer import Kind
from licet.rights_holder import Price, Registered
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, Address, address_bytes
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party, created

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
Offered = Callable[[Address, int], OfferDocument]


@pytest.fixture
def offered(licensor: Party, asset: Registered, offering: Offering) -> Offered:
    """Offers on one work: `offered(currency, amount)`."""
    return lambda currency, amount: offering(licensor, asset.asset_id, Price(currency, amount))


@pytest.fixture
def euro(licensee: Party) -> Currency:
    """Another token with permits, of which the licensee has 100."""
    other = licensee.currency(created(licensee.chain.deploy(artifact("TestDollar"))))
    other.mint(licensee.address, 100)
    return other


@pytest.fixture
def plain(licensee: Party, mock: Callable[..., Address]) -> Currency:
    """A token without permits, of which the licensee has 100."""
    token = licensee.currency(mock("SilentToken"))
    token.mint(licensee.address, 100)
    return token


@pytest.fixture
def rich(licensee: Party) -> Party:
    """The licensee, with 100 dollars."""
    licensee.receive_dollars(100 * DOLLAR)
    return licensee


def allowances(party: Party, *currencies: Currency) -> list[int]:
    """What the license token may still take."""
    return [c.allowance(party.address, party.contracts.licenses.address) for c in currencies]


def test_each_currency_of_a_basket_has_a_permit_in_its_transaction(
    rich: Party, euro: Currency, offered: Offered, vault: Address, audit: Audit
) -> None:
    basket = [offered(rich.dollar.address, 2), offered(euro.address, 30), offered(rich.dollar.address, 5)]
    before, sent = rich.dollars, rich.chain.nonce(rich.address)
    purchase = rich.buys.buy_basket(basket, quantity=2)
    assert (len(purchase.receipts), len(purchase.grants)) == (1, 6)
    assert rich.chain.nonce(rich.address) == sent + 1
    assert before - rich.dollars == 14 == rich.dollar.balance_of(vault)
    assert (euro.balance_of(rich.address), euro.balance_of(vault)) == (40, 60)
    assert allowances(rich, rich.dollar, euro) == [0, 0]
    assert not audit().findings


def test_a_token_without_permits_is_approved_and_the_other_not(
    rich: Party, plain: Currency, offered: Offered, vault: Address
) -> None:
    purchase = rich.buys.buy_basket([offered(rich.dollar.address, 2), offered(plain.address, 30)])
    approval, _ = purchase.receipts
    assert {log.address for log in approval.logs} <= {plain.address}
    assert [c.balance_of(vault) for c in (rich.dollar, plain)] == [2, 30]
    assert allowances(rich, rich.dollar, plain) == [0, 0]


def test_where_coin_is_sent_along_tokens_are_approved(rich: Party, offered: Offered, vault: Address) -> None:
    purchase = rich.buys.buy_basket([offered(rich.dollar.address, 2), offered(ZERO_ADDRESS, 30)])
    assert (len(purchase.receipts), len(purchase.grants)) == (2, 2)
    assert (rich.dollar.balance_of(vault), rich.chain.balance(vault)) == (2, 30)
    assert allowances(rich, rich.dollar) == [0]


def test_an_allowance_that_suffices_is_used(rich: Party, euro: Currency, offered: Offered) -> None:
    rich.dollar.approve(rich.contracts.licenses.address, 9)
    euro.approve(rich.contracts.licenses.address, 9)
    basket = [offered(rich.dollar.address, 2), offered(euro.address, 30)]
    assert len(rich.buys.buy_basket(basket).receipts) == 1
    assert allowances(rich, rich.dollar, euro) == [7, 0]


def test_what_does_not_sell_is_found_before_anything_is_sent(
    licensor: Party, rich: Party, offered: Offered
) -> None:
    basket = [offered(rich.dollar.address, 2), offered(rich.dollar.address, 3)]
    licensor.sells.cancel_offer(basket[1].offer)
    sent = rich.chain.nonce(rich.address)
    with pytest.raises(OfferIsCancelled) as caught:
        rich.buys.buy_basket(basket)
    assert caught.value.facts == {"offerHash": basket[1].offer.struct_hash()}
    assert rich.chain.nonce(rich.address) == sent
    bought = rich.buys.buy_basket(basket, skip=True)
    assert ([order.offer for order in bought.orders], len(bought.receipts)) == ([basket[0].offer], 1)
    assert allowances(rich, rich.dollar) == [3]


def test_too_little_of_the_second_currency(rich: Party, euro: Currency, offered: Offered) -> None:
    sent = rich.chain.nonce(rich.address)
    with pytest.raises(InsufficientBalance, match="get 1 more"):
        rich.buys.buy_basket([offered(rich.dollar.address, 2), offered(euro.address, 101)])
    assert rich.chain.nonce(rich.address) == sent


# Tokens that are not what they say.


def test_a_token_that_ignores_its_permits_buys_nothing(
    rich: Party, offered: Offered, mock: Callable[..., Address]
) -> None:
    liar = rich.currency(mock("HookedToken"))
    liar.mint(rich.address, 100)
    assert liar.has_permit()
    basket = [offered(rich.dollar.address, 2), offered(liar.address, 30)]
    sent, before = rich.chain.nonce(rich.address), rich.dollars
    with pytest.raises(TransferFromFailed, match="the allowance of the license token"):
        rich.buys.buy_basket(basket)
    assert (rich.chain.nonce(rich.address), rich.dollars, liar.balance_of(rich.address)) == (
        sent,
        before,
        100,
    )
    assert [order.offer for order in rich.buys.buy_basket(basket, skip=True).orders] == [basket[0].offer]


def answering(signature: str, word: bytes, token: Address) -> bytes:
    """The code of a contract that answers one call with a word of its own, and any other as a token does."""
    start = bytes.fromhex("5f3560e01c63") + keccak(signature.encode())[:4] + bytes.fromhex("1460")
    ask = bytes.fromhex("365f5f375f5f365f73") + address_bytes(token) + bytes.fromhex("5af43d5f5f3e60")
    good = len(start) + 2 + len(ask) + 5
    passed_on = ask + bytes([good]) + bytes.fromhex("573d5ffd5b3d5ff3")
    return (
        start
        + bytes([good + 4, 0x57])
        + passed_on
        + bytes.fromhex("5b7f")
        + word
        + b"\x5f\x52\x60\x20\x5f\xf3"
    )


DAI = keccak(b"Permit(address holder,address spender,uint256 nonce,uint256 expiry,bool allowed)")


@pytest.mark.parametrize(
    ("signature", "word"),
    [
        ("PERMIT_TYPEHASH()", DAI),
        ("DOMAIN_SEPARATOR()", keccak(b"another")),
        ("name()", b"A name in a word".ljust(32, b"\0")),
    ],
    ids=["kind", "domain", "name"],
)
def test_a_token_whose_permits_cannot_be_signed_is_approved(
    rich: Party,
    offered: Offered,
    raw_contract: Callable[[bytes], Address],
    signature: str,
    word: bytes,
) -> None:
    odd = rich.currency(raw_contract(answering(signature, word, rich.dollar.address)))
    odd.mint(rich.address, 100)
    assert not odd.has_permit()
    for buy in (rich.buys.buy_basket, lambda offers: rich.buys.buy(offers[0])):
        assert len(buy([offered(odd.address, 30)]).receipts) == 2
    assert odd.balance_of(rich.address) == 40
    assert allowances(rich, odd) == [0]


# Kept in an outbox.


def test_a_renewal_that_was_interrupted_is_paid_once(
    network: Network,
    licensor: Party,
    rich: Party,
    asset: Registered,
    offering: Offering,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each time another permit is signed; what it pays for is the same."""
    daily = Price(rich.dollar.address, DOLLAR, Kind.SUBSCRIPTION, duration=DAY)
    license_id = rich.buys.buy(offering(licensor, asset.asset_id, daily)).license_id
    policy = replace(Policy(), confirmations=1, poll_seconds=0.02)
    sender = Sender(network.chain(), rich.signer, tmp_path / "outbox.db", policy)
    contracts = Contracts.of(network.chain().with_signer(rich.signer, sender), network.deployment)
    buyer, before = Licensee(contracts, Library([folder], allow_http=False)), rich.dollars

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "tell", killed)
        with pytest.raises(KeyboardInterrupt):
            buyer.renew(license_id)
    assert before - rich.dollars == DOLLAR
    first = buyer.renew(license_id)
    assert before - rich.dollars == DOLLAR
    second = buyer.renew(license_id)
    assert second.expires[license_id] == first.expires[license_id] + DAY
    assert before - rich.dollars == 2 * DOLLAR
    assert allowances(rich, rich.dollar) == [0]
    sender.close()
