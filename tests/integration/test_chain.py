"""The chain as Licet sees it: calls, transactions that always raise when they fail, logs, other chain ids."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from licet.chain.client import Chain
from licet.chain.compiled.abi import log_topic
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import deploy
from licet.chain.signing.signer import LocalSigner
from licet.contracts import Contracts, events
from licet.documents import Library, OfferDocument, PayeeShare, Publisher, SplitDocument, TermsDocument
from licet.errors import (
    AssetNotRegistered,
    ChainError,
    ConnectionFailed,
    DevelopmentKeyRefused,
    InputError,
    InsufficientBalance,
    NotAContract,
    NotDeedHolder,
    OfferExpired,
    OfferIsCancelled,
    OfferSoldOut,
    Panicked,
    Reverted,
    RevertedWithReason,
    SignerError,
    UnexpectedAnswer,
)
from licet.licensee import Licensee
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered, RightsHolder
from licet.types import ZERO_ADDRESS, Address, hash32
from tests.integration.conftest import DOLLAR, Network, Offering, Party, ask, development_signer

pytestmark = pytest.mark.integration

ETHER = 10**18
REGISTRY = artifact("AssetRegistry").abi
NOTHING = hash32(b"\x01" * 32)


# Connecting.


def test_the_chain_id_is_the_nodes(network: Network) -> None:
    assert network.chain().chain_id == 31337


@pytest.mark.parametrize("url", ["", "127.0.0.1:8545", "ws://127.0.0.1:8545", "file:///tmp/x", "ipc"])
def test_only_http_urls_are_nodes(url: str) -> None:
    with pytest.raises(InputError, match="is not an http"):
        Chain(url)


def test_a_port_where_nobody_listens() -> None:
    with pytest.raises(ConnectionFailed, match=r"check the URL, and that the node runs") as caught:
        Chain("http://127.0.0.1:1")
    assert caught.value.exit_code == 2


def test_reading_needs_no_account_and_writing_does(network: Network, pauper: Party) -> None:
    chain = network.chain()
    assert chain.block().number > 0
    with pytest.raises(SignerError, match="name a keystore or a key"):
        chain.pay(pauper.address, 1)
    with pytest.raises(SignerError):
        _ = chain.account


# Reading.


def test_balances_code_and_blocks(licensor: Party, reader: Contracts) -> None:
    chain = reader.chain
    assert chain.balance(licensor.address) == licensor.chain.balance(licensor.address) > ETHER
    assert chain.code(licensor.address) == b""
    assert chain.code(reader.assets.address)
    newest = chain.block()
    assert chain.block(newest.number) == newest
    assert chain.block(newest.number - 1).timestamp <= newest.timestamp


def test_the_past_can_be_asked(licensor: Party, asset: Registered, reader: Contracts) -> None:
    with pytest.raises(AssetNotRegistered):
        reader.assets.deed(asset.asset_id, asset.receipt.block_number - 1)
    assert reader.assets.deed(asset.asset_id, asset.receipt.block_number).holder == licensor.address


def test_a_block_that_is_not_there_yet(network: Network) -> None:
    with pytest.raises(ChainError):
        network.chain().block(10**9)


def test_a_transaction_that_is_not_there(network: Network) -> None:
    with pytest.raises(ChainError):
        network.chain().transaction_input(NOTHING)


def test_what_a_transaction_called(asset: Registered, reader: Contracts) -> None:
    to, data = reader.chain.transaction_input(asset.receipt.tx_hash)
    assert to == reader.assets.address
    assert data[:4] == REGISTRY.functions["register"].digest[:4]


def test_a_call_where_no_contract_is(reader: Contracts, pauper: Party) -> None:
    with pytest.raises(NotAContract, match=f"there is no contract at {pauper.address}") as caught:
        reader.chain.call(REGISTRY, pauper.address, "deedState", NOTHING)
    assert caught.value.facts == {"address": pauper.address}


def test_a_call_of_another_contract_is_refused_or_not_understood(reader: Contracts, dollar: Address) -> None:
    with pytest.raises((Reverted, UnexpectedAnswer)):
        reader.chain.call(REGISTRY, dollar, "deedState", NOTHING)


def test_logs_are_read_in_order_and_in_ranges(
    licensor: Party, reader: Contracts, make_work: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    registered = [licensor.sells.register_work(make_work(f"work {n}")) for n in range(5)]
    monkeypatch.setattr("licet.chain.client.reading._FIRST_LOG_RANGE", 2)
    blocks: list[int] = []
    found = events.read(
        reader.chain,
        events.AssetRegistered,
        [reader.assets.address],
        [None, log_topic(licensor.address)],
        from_block=registered[0].receipt.block_number,
        to_block=registered[3].receipt.block_number,
        progress=blocks.append,
    )
    assert [event.asset_id for event in found] == [one.asset_id for one in registered[:4]]
    assert blocks == [2, 2]


# Writing.


def test_a_receipt_tells_what_happened(asset: Registered, reader: Contracts) -> None:
    receipt = asset.receipt
    assert receipt.block_number == reader.chain.block().number
    assert 21_000 < receipt.gas_used < 200_000
    assert {log.address for log in receipt.logs} == {reader.assets.address}
    assert {log.tx_hash for log in receipt.logs} == {receipt.tx_hash}
    assert receipt.created is None


def test_native_coin_is_paid(licensor: Party, pauper: Party) -> None:
    licensor.chain.pay(pauper.address, 5)
    assert pauper.chain.balance(pauper.address) == 5


def test_more_coin_than_there_is(licensor: Party, pauper: Party) -> None:
    before = licensor.chain.balance(licensor.address)
    with pytest.raises(InsufficientBalance, match="send native coin to it"):
        licensor.chain.pay(pauper.address, 10**30)
    assert licensor.chain.balance(licensor.address) == before


def test_an_account_without_coin(pauper: Party, work: Path) -> None:
    with pytest.raises(InsufficientBalance, match=pauper.address) as caught:
        pauper.sells.register_work(work)
    assert caught.value.facts == {"payer": pauper.address}


def test_a_refused_transaction_is_not_sent(licensor: Party) -> None:
    sent = licensor.chain.nonce(licensor.address)
    with pytest.raises(AssetNotRegistered):
        licensor.sells.cancel_offers(NOTHING)
    assert licensor.chain.nonce(licensor.address) == sent


def test_a_simulated_transaction_answers_as_a_sent_one_would_and_changes_nothing(
    licensor: Party, stranger: Party, network: Network, asset: Registered, reader: Contracts
) -> None:
    def simulate(chain: Chain, value: int = 0) -> object:
        return chain.simulate(REGISTRY, reader.assets.address, "cancelOffers", asset.asset_id, value=value)

    before = licensor.chain.nonce(licensor.address)
    assert simulate(licensor.chain) == 1
    with pytest.raises(NotDeedHolder) as caught:
        simulate(stranger.chain)
    assert caught.value.facts["caller"] == stranger.address
    with pytest.raises(NotDeedHolder) as caught:
        simulate(network.chain())
    assert caught.value.facts["caller"] == ZERO_ADDRESS
    with pytest.raises(Reverted):  # the function takes no coin
        simulate(licensor.chain, value=1)
    with pytest.raises(NotAContract):
        licensor.chain.simulate(REGISTRY, stranger.address, "cancelOffers", asset.asset_id)
    assert reader.assets.deed(asset.asset_id).epoch == 0
    assert licensor.chain.nonce(licensor.address) == before


def test_a_reason_in_words_is_told(stranger: Party, mock: Callable[..., Address]) -> None:
    mute = mock("MuteToken")
    with pytest.raises(RevertedWithReason, match="the contract refused: not telling") as caught:
        stranger.currency(mute).balance_of(stranger.address)
    assert caught.value.facts == {"reason": "not telling"}


def test_a_panic_is_told_with_its_code(stranger: Party, mock: Callable[..., Address]) -> None:
    token = stranger.currency(mock("SilentToken"))
    with pytest.raises(Panicked, match="panic code 17") as caught:
        token.transfer(stranger.address, 1)
    assert caught.value.facts == {"code": 17}


def test_a_refusal_without_a_reason_is_still_one(
    stranger: Party, raw_contract: Callable[[bytes], Address]
) -> None:
    refusing = raw_contract(bytes.fromhex("60006000fd"))
    with pytest.raises(Reverted, match="no reason given") as caught:
        stranger.currency(refusing).transfer(stranger.address, 1)
    assert (caught.value.name, caught.value.data) == ("", "0x")


# A transaction that passed estimation and then fails on chain.


def wait_for_pending(network: Network, count: int) -> None:
    deadline = time.monotonic() + 10
    while int(network.rpc("txpool_status")["pending"], 16) < count:
        assert time.monotonic() < deadline, "the transactions did not reach the node"
        time.sleep(0.01)


Together = Callable[..., list[Future[object]]]


@pytest.fixture
def together(network: Network) -> Together:
    """Sends several transactions for one and the same block; each is estimated before any is mined."""

    def run(*actions: Callable[[], object]) -> list[Future[object]]:
        network.rpc("evm_setAutomine", False)
        try:
            with ThreadPoolExecutor(len(actions)) as pool:
                futures = []
                for count, action in enumerate(actions, 1):
                    futures.append(pool.submit(action))
                    wait_for_pending(network, count)
                network.rpc("evm_mine")
        finally:
            network.rpc("evm_setAutomine", True)
        return futures

    return run


def test_the_last_license_is_sold_to_one_of_two(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    together: Together,
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, supply=1))
    for buyer in (licensee, stranger):
        buyer.receive_dollars(price.amount)
    first, second = together(lambda: licensee.buys.buy(offer), lambda: stranger.buys.buy(offer))
    outcomes = [first.exception(), second.exception()]
    assert [type(outcome) for outcome in outcomes if outcome] == [OfferSoldOut]
    assert {licensee.dollars, stranger.dollars} == {0, price.amount}


def test_an_offer_cancelled_meanwhile_says_so(
    licensor: Party, licensee: Party, signed_offer: OfferDocument, price: Price, together: Together
) -> None:
    licensee.receive_dollars(price.amount)
    cancelling, buying = together(
        lambda: licensor.sells.cancel_offer(signed_offer.offer), lambda: licensee.buys.buy(signed_offer)
    )
    assert cancelling.exception() is None
    assert isinstance(buying.exception(), OfferIsCancelled)
    assert licensee.dollars == price.amount


def test_a_sale_that_ends_before_its_block_is_mined(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    network = licensor.network
    end = network.now + 1000
    offer = offering(licensor, asset.asset_id, replace(price, end=end))
    licensee.receive_dollars(price.amount)
    order = Order(offer.offer, bytes.fromhex(offer.signature[2:]), licensee.address, NOTHING)
    licensee.dollar.approve(licensee.contracts.licenses.address, price.amount)
    network.next_block_at(end + 1)
    with pytest.raises(OfferExpired) as caught:
        licensee.contracts.licenses.buy(order)
    assert caught.value.facts["timestamp"] == end + 1


def test_a_failed_transaction_without_a_cause_that_can_be_seen_raises_with_its_hash(
    stranger: Party, raw_contract: Callable[[bytes], Address]
) -> None:
    # if (tx.gasprice > 0) revert(): calls pay nothing for gas.
    fickle = raw_contract(bytes.fromhex("3a600557005b60006000fd"))
    sent = stranger.chain.nonce(stranger.address)
    with pytest.raises(Reverted, match="no reason given") as caught:
        stranger.currency(fickle).transfer(stranger.address, 1)
    assert stranger.chain.nonce(stranger.address) == sent + 1
    receipt = stranger.network.rpc("eth_getTransactionReceipt", caught.value.facts["tx_hash"])
    assert receipt["status"] == "0x0"


@pytest.mark.parametrize("code", ["fe", "56", "01", "5b600056"], ids=["opcode", "jump", "stack", "gas"])
def test_a_contract_that_breaks_down_has_refused(
    stranger: Party, raw_contract: Callable[[bytes], Address], code: str
) -> None:
    broken = stranger.currency(raw_contract(bytes.fromhex(code)))
    with pytest.raises(Reverted):
        broken.transfer(stranger.address, 1)
    with pytest.raises(Reverted):
        broken.balance_of(stranger.address)
    assert not broken.has_permit()


# Any chain id.


@pytest.fixture
def elsewhere(network: Network) -> Iterator[Network]:
    """The node, as if it were on OP Mainnet."""
    network.rpc("anvil_setChainId", 10)
    yield network
    network.rpc("anvil_setChainId", 31337)


def test_development_keys_sign_nothing_off_local_chains(elsewhere: Network, pauper: Party) -> None:
    chain = elsewhere.chain(development_signer(1))
    before = chain.nonce(chain.account)
    with pytest.raises(DevelopmentKeyRefused, match="REFUSED"):
        chain.pay(pauper.address, 1)
    assert chain.nonce(chain.account) == before


def test_a_deployment_off_local_chains_has_no_test_dollar(elsewhere: Network) -> None:
    deployment = deploy(elsewhere.chain(funded(elsewhere)))
    assert (deployment.chain_id, deployment.test_dollar) == (10, None)


def test_a_deployment_that_is_gone_off_local_chains_is_not_made_anew(elsewhere: Network) -> None:
    chain = elsewhere.chain(funded(elsewhere))
    gone = replace(elsewhere.deployment, chain_id=10, asset_registry=chain.account)
    with pytest.raises(NotAContract):
        deploy(chain, gone)


def funded(network: Network) -> LocalSigner:
    """A new key with coin, that nobody else knows."""
    signer = LocalSigner.create()
    network.rpc("anvil_setBalance", signer.address, hex(100 * ETHER))
    return signer


def test_the_whole_job_on_another_chain(elsewhere: Network, work: Path, folder: Path) -> None:
    licensor, licensee, artist = (funded(elsewhere) for _ in range(3))
    deployment = deploy(elsewhere.chain(licensor))
    sells = RightsHolder(Contracts.of(elsewhere.chain(licensor), deployment), Publisher(folder))
    buyer = Contracts.of(elsewhere.chain(licensee), deployment.asset_registry)
    buys = Licensee(buyer, Library([folder], allow_http=False))
    split = SplitDocument.of([PayeeShare(artist.address, 1), PayeeShare(licensor.address, 3)])
    vault = sells.publish_split(split).vault
    terms = TermsDocument("Training", Use.TRAIN, "You may.")
    sells.offer(sells.register_work(work).asset_id, vault, Price(ZERO_ADDRESS, ETHER), terms)
    (standing,) = buys.quote([work], Use.TRAIN).purchases
    assert buys.permits(buys.buy(standing).license_id, Use.TRAIN, work)
    assert sells.collect([split], ZERO_ADDRESS).total == 3 * ETHER // 4


def test_an_offer_of_another_chain_is_refused_before_anything_is_sent(
    licensee: Party, signed_offer: OfferDocument
) -> None:
    with pytest.raises(InputError, match=r"on chain 10, this is .* on chain 31337: use a node"):
        licensee.buys.buy(replace(signed_offer, chain_id=10))


def test_an_offer_of_another_contract_is_refused_before_anything_is_sent(
    licensee: Party, signed_offer: OfferDocument, dollar: Address
) -> None:
    with pytest.raises(InputError, match=f"the offer is for the contract {dollar}"):
        licensee.buys.buy(replace(signed_offer, license_token=dollar))


def test_raw_json_rpc_and_licet_agree(network: Network, licensor: Party) -> None:
    assert int(ask(network.url, "eth_getBalance", licensor.address, "latest"), 16) == (
        licensor.chain.balance(licensor.address)
    )
    assert network.chain().balance(licensor.address) > DOLLAR
