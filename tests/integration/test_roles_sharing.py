"""The money reaches the vaults, and each payee collects their share of it, once."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from licet.chain.client import Receipt
from licet.contracts import Contracts
from licet.contracts.publications import split_of
from licet.contracts.vaults import VaultClaim, vault_address
from licet.documents import Library, OfferDocument, PayeeShare, SplitDocument
from licet.errors import (
    DocumentMissing,
    InputError,
    NothingDue,
    Reverted,
    ShareNotInSplit,
    SplitEmpty,
)
from licet.rights_holder import PAYEES_ON_CHAIN, Price, PublishedSplit
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import SumProof
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, hash32
from tests.integration.conftest import DOLLAR, Offering, Party

pytestmark = pytest.mark.integration

ETHER = 10**18


def somebody(number: int) -> Address:
    """An address that nobody has a key of, without zero bytes: those cost less."""
    return checksum(bytes(byte or 1 for byte in keccak(number.to_bytes(8))[:20]))


def crowd(size: int) -> SplitDocument:
    return SplitDocument.of(PayeeShare(somebody(n), n + 1) for n in range(size))


@pytest.fixture
def paid(licensee: Party, vault: Address) -> int:
    """101 units lie in the vault of the artist (3 of 4 parts) and the co-artist (1)."""
    licensee.receive_dollars(101)
    licensee.dollar.transfer(vault, 101)
    return 101


# Paying.


def test_a_sale_fills_the_vault(
    licensee: Party, reader: Contracts, signed_offer: OfferDocument, price: Price, vault: Address
) -> None:
    licensee.receive_dollars(price.amount)
    licensee.buys.buy(signed_offer)
    assert reader.vaults.received(vault, price.currency) == price.amount


@pytest.mark.parametrize("size", [1, 2, 16, 17, 1000])
def test_paying_a_vault_costs_the_same_for_any_number_of_payees(
    licensee: Party, reader: Contracts, size: int
) -> None:
    licensee.receive_dollars(10 * DOLLAR)
    costs = []
    for split in (crowd(2), crowd(size)):
        vault = reader.vaults.vault_of(split.tree().root)
        licensee.dollar.transfer(vault, DOLLAR)  # the first payment opens the vault's balance
        costs.append(execution_gas(licensee.dollar.transfer(vault, DOLLAR), vault))
    assert costs[0] == costs[1]


def execution_gas(receipt: Receipt, argument: Address) -> int:
    """Gas but for the bytes of an address in the calldata, of which zeros are cheaper."""
    return receipt.gas_used - sum(16 if byte else 4 for byte in bytes.fromhex(argument[2:]))


def test_the_address_of_a_vault_is_known_before_it_is_there(
    reader: Contracts, published: PublishedSplit, artist: Party
) -> None:
    root = published.split.tree().root
    implementation = reader.vaults.implementation()
    assert vault_address(root, implementation, reader.vaults.address) == published.vault
    assert not reader.chain.code(published.vault)
    artist.contracts.vaults.deploy(root)
    assert reader.chain.code(published.vault)


def test_deploying_a_vault_twice_changes_nothing(
    reader: Contracts, published: PublishedSplit, artist: Party, paid: int, dollar: Address
) -> None:
    for _ in range(2):
        artist.contracts.vaults.deploy(published.split.tree().root)
    assert reader.vaults.received(published.vault, dollar) == paid


# What is due.


def test_due_is_the_share_rounded_down(
    artist: Party, co_artist: Party, split: SplitDocument, paid: int, dollar: Address
) -> None:
    assert (artist.sells.due(split, dollar), co_artist.sells.due(split, dollar)) == (75, 25)


def test_due_of_somebody_else_can_be_asked_without_being_them(
    stranger: Party, artist: Party, split: SplitDocument, paid: int, dollar: Address
) -> None:
    assert stranger.sells.due(split, dollar, artist.address) == 75


def test_nothing_is_due_from_an_empty_vault(artist: Party, split: SplitDocument, dollar: Address) -> None:
    assert artist.sells.due(split, dollar) == 0


def test_due_of_a_stranger_is_an_error(
    stranger: Party, split: SplitDocument, paid: int, dollar: Address
) -> None:
    with pytest.raises(InputError, match="is not among the 2 payees"):
        stranger.sells.due(split, dollar)


# Collecting.


def test_a_payee_collects_what_is_due(
    artist: Party, split: SplitDocument, vault: Address, paid: int, dollar: Address
) -> None:
    collected = artist.sells.collect([split], dollar)
    assert (collected.amounts, collected.total, artist.dollars) == ({vault: 75}, 75, 75)
    assert artist.sells.due(split, dollar) == 0


def test_both_payees_collect_and_only_dust_stays(
    artist: Party,
    co_artist: Party,
    reader: Contracts,
    split: SplitDocument,
    vault: Address,
    paid: int,
    dollar: Address,
) -> None:
    for payee in (artist, co_artist):
        payee.sells.collect([split], dollar)
    assert artist.dollar.balance_of(vault) == 1
    assert reader.vaults.released(vault, dollar) == 100
    assert reader.vaults.released_to(vault, dollar, co_artist.address) == 25


def test_dust_counts_into_the_next_payment(
    artist: Party, licensee: Party, split: SplitDocument, vault: Address, paid: int, dollar: Address
) -> None:
    artist.sells.collect([split], dollar)
    licensee.receive_dollars(3)
    licensee.dollar.transfer(vault, 3)
    assert artist.sells.collect([split], dollar).total == 104 * 3 // 4 - 75


def test_nobody_is_paid_twice(artist: Party, split: SplitDocument, paid: int, dollar: Address) -> None:
    artist.sells.collect([split], dollar)
    sent = artist.chain.nonce(artist.address)
    with pytest.raises(NothingDue, match="all that came in has been paid"):
        artist.sells.collect([split], dollar)
    assert (artist.dollars, artist.chain.nonce(artist.address)) == (75, sent)


def test_the_same_vault_twice_in_one_collection_pays_once(
    artist: Party, split: SplitDocument, vault: Address, paid: int, dollar: Address
) -> None:
    collected = artist.sells.collect([split, split], dollar)
    assert collected.amounts == {vault: 75} == {vault: artist.dollars}


def test_a_second_claim_on_the_vault_itself_says_that_nothing_is_due(
    artist: Party, split: SplitDocument, vault: Address, paid: int, dollar: Address
) -> None:
    claim = claim_of(artist, split, dollar)
    artist.contracts.vaults.deploy(claim.root)
    artist.contracts.vaults.claim_from(vault, claim)
    with pytest.raises(NothingDue, match="all that came in has been paid") as caught:
        artist.contracts.vaults.claim_from(vault, claim)
    assert caught.value.facts == {"token": dollar, "payee": artist.address}


def claim_of(party: Party, split: SplitDocument, token: Address) -> VaultClaim:
    tree = split.tree()
    return VaultClaim(tree.root, token, party.address, tree.proof(party.address))


def test_a_stranger_may_push_the_money_but_gets_none(
    stranger: Party, artist: Party, split: SplitDocument, paid: int, dollar: Address
) -> None:
    stranger.sells.collect([split], dollar, payee=artist.address)
    assert (artist.dollars, stranger.dollars) == (75, 0)


def test_a_stranger_collects_nothing(
    stranger: Party, split: SplitDocument, paid: int, dollar: Address
) -> None:
    with pytest.raises(InputError, match="is not among the 2 payees"):
        stranger.sells.collect([split], dollar)


Forge = Callable[[Party, Party, VaultClaim], VaultClaim]
FORGED: dict[str, Forge] = {
    "another's proof": lambda me, other, claim: replace(claim, payee=me.address),
    "a larger share": lambda me, other, claim: replace(claim, proof=replace(claim.proof, share=4)),
    "no share": lambda me, other, claim: replace(claim, proof=replace(claim.proof, share=0)),
    "no siblings": lambda me, other, claim: replace(claim, proof=SumProof(3, (), 0)),
    "the wrong side": lambda me, other, claim: replace(
        claim, proof=replace(claim.proof, sides=claim.proof.sides ^ 1)
    ),
    "a smaller whole": lambda me, other, claim: replace(
        claim, proof=replace(claim.proof, siblings=(replace(claim.proof.siblings[0], sum=0),))
    ),
}


@pytest.mark.parametrize("way", FORGED)
def test_nobody_is_paid_on_a_forged_proof(
    stranger: Party, artist: Party, split: SplitDocument, paid: int, dollar: Address, way: str
) -> None:
    forged = FORGED[way](stranger, artist, claim_of(artist, split, dollar))
    with pytest.raises(ShareNotInSplit, match="does not lead to this vault's root") as caught:
        stranger.contracts.vaults.claim([forged])
    assert caught.value.facts == {"payee": forged.payee, "share": forged.proof.share}
    assert stranger.dollars == 0


def test_a_wrong_claim_in_a_batch_spoils_it_and_loses_nothing(
    artist: Party, stranger: Party, split: SplitDocument, paid: int, dollar: Address
) -> None:
    good = claim_of(artist, split, dollar)
    with pytest.raises(ShareNotInSplit):
        artist.contracts.vaults.claim([good, replace(good, payee=stranger.address)])
    assert artist.sells.due(split, dollar) == 75


def test_one_payee_collects_from_three_vaults_in_one_transaction(
    licensee: Party, artist: Party, reader: Contracts, dollar: Address
) -> None:
    licensee.receive_dollars(600)
    splits = [SplitDocument.of([PayeeShare(artist.address, 1), PayeeShare(somebody(n), 1)]) for n in range(3)]
    for n, split in enumerate(splits, 1):
        licensee.dollar.transfer(reader.vaults.vault_of(split.tree().root), 100 * n)
    sent = artist.chain.nonce(artist.address)
    collected = artist.sells.collect(splits, dollar)
    assert list(collected.amounts.values()) == [50, 100, 150]
    assert artist.dollars == 300
    assert artist.chain.nonce(artist.address) == sent + 1


def test_a_vault_that_owes_nothing_is_passed_over(
    artist: Party, split: SplitDocument, vault: Address, paid: int, reader: Contracts, dollar: Address
) -> None:
    empty = SplitDocument.of([PayeeShare(artist.address, 1)])
    collected = artist.sells.collect([empty, split], dollar)
    assert collected.amounts == {reader.vaults.vault_of(empty.tree().root): 0, vault: 75}


def test_native_coin_is_shared_too(
    licensee: Party, artist: Party, stranger: Party, split: SplitDocument, vault: Address
) -> None:
    licensee.chain.pay(vault, 4 * ETHER)
    before = artist.chain.balance(artist.address)
    assert artist.sells.due(split, ZERO_ADDRESS) == 3 * ETHER
    stranger.sells.collect([split], ZERO_ADDRESS, payee=artist.address)
    assert artist.chain.balance(artist.address) - before == 3 * ETHER


def test_a_deployed_vault_takes_native_coin(
    licensee: Party, artist: Party, split: SplitDocument, vault: Address
) -> None:
    artist.contracts.vaults.deploy(split.tree().root)
    licensee.chain.pay(vault, ETHER)
    assert artist.sells.due(split, ZERO_ADDRESS) == 3 * ETHER // 4


def test_currencies_do_not_mix(
    licensee: Party, artist: Party, split: SplitDocument, vault: Address, paid: int, dollar: Address
) -> None:
    licensee.chain.pay(vault, ETHER)
    artist.sells.collect([split], ZERO_ADDRESS)
    assert artist.sells.due(split, dollar) == 75


def test_a_payee_may_be_a_vault(
    licensee: Party, artist: Party, split: SplitDocument, vault: Address, reader: Contracts, dollar: Address
) -> None:
    """A derivative owes half of its income to the work that it came from."""
    derivative = SplitDocument.of([PayeeShare(vault, 1), PayeeShare(licensee.address, 1)])
    licensee.receive_dollars(200)
    licensee.dollar.transfer(reader.vaults.vault_of(derivative.tree().root), 200)
    artist.sells.collect([derivative], dollar, payee=vault)
    assert artist.sells.collect([split], dollar).total == 75


def test_a_payee_of_a_thousand_collects_exactly(
    licensee: Party, stranger: Party, reader: Contracts, dollar: Address
) -> None:
    split = crowd(1000)
    licensee.receive_dollars(10**9)
    licensee.dollar.transfer(reader.vaults.vault_of(split.tree().root), 10**9)
    collected = stranger.sells.collect([split], dollar, payee=somebody(999))
    assert collected.total == 10**9 * 1000 // sum(range(1, 1001))


# Publishing who shares.


@pytest.mark.parametrize("size", [1, 2, PAYEES_ON_CHAIN])
def test_a_small_split_can_be_read_from_chain_alone(licensor: Party, reader: Contracts, size: int) -> None:
    published = licensor.sells.publish_split(crowd(size))
    read = split_of(reader, published.vault, Library(allow_http=False))
    assert read.tree().shares == published.split.tree().shares


def test_a_large_split_can_be_read_from_its_document(
    licensor: Party, reader: Contracts, folder: object
) -> None:
    published = licensor.sells.publish_split(crowd(PAYEES_ON_CHAIN + 1))
    assert split_of(reader, published.vault, Library([str(folder)], allow_http=False)) == published.split
    with pytest.raises(DocumentMissing, match="the split of vault"):
        split_of(reader, published.vault, Library(allow_http=False))


def test_a_large_split_costs_no_more_than_its_hash(licensor: Party) -> None:
    licensor.sells.publish_split(crowd(1))  # the first log ever opens the head's slot
    large, larger = (licensor.sells.publish_split(crowd(size)).receipt.gas_used for size in (17, 500))
    assert abs(large - larger) < 500


def test_a_false_publication_is_passed_over(
    stranger: Party, licensor: Party, split: SplitDocument, reader: Contracts
) -> None:
    root = split.tree().root
    stranger.contracts.vaults.publish(root, payees=[(stranger.address, 1)])
    stranger.contracts.vaults.publish(root, payees=[(ZERO_ADDRESS, 0)])
    stranger.contracts.vaults.publish(root, hash32(b"\x01" * 32), "file:///etc/passwd")
    published = licensor.sells.publish_split(split)
    assert split_of(reader, published.vault, Library(allow_http=False)) == split


def test_a_split_that_nobody_published_is_not_known(reader: Contracts) -> None:
    with pytest.raises(DocumentMissing, match="nobody published it"):
        split_of(reader, somebody(5), Library(allow_http=False))


def test_publishing_nothing_is_refused(stranger: Party, split: SplitDocument) -> None:
    root = split.tree().root
    with pytest.raises(SplitEmpty, match="give one of them") as caught:
        stranger.contracts.vaults.publish(root, ZERO_HASH)
    assert caught.value.facts == {"root": root}


# Tokens and payees that misbehave.


def test_a_payee_who_refuses_native_coin_blocks_only_themselves(
    licensee: Party,
    artist: Party,
    stranger: Party,
    reader: Contracts,
    mock: Callable[..., Address],
) -> None:
    refusing = mock("RefusingPayee")
    split = SplitDocument.of([PayeeShare(refusing, 1), PayeeShare(artist.address, 1)])
    licensee.chain.pay(reader.vaults.vault_of(split.tree().root), 100)
    with pytest.raises(Reverted, match="the receiver refused the native coin"):
        stranger.sells.collect([split], ZERO_ADDRESS, payee=refusing)
    assert stranger.sells.collect([split], ZERO_ADDRESS, payee=artist.address).total == 50


def test_heads_count_what_was_logged(reader: Contracts, licensor: Party, split: SplitDocument) -> None:
    heads = [reader.vaults.head()]
    for _ in range(3):
        licensor.sells.publish_split(split)
        heads.append(reader.vaults.head())
    counts = [int(head, 16) >> 216 for head in heads]
    assert all(later == earlier + 1 for earlier, later in pairwise(counts))


def test_offers_pay_the_vault_that_they_name(
    licensor: Party,
    licensee: Party,
    artist: Party,
    price: Price,
    offering: Offering,
    signed_offer: OfferDocument,
    split: SplitDocument,
) -> None:
    licensee.receive_dollars(price.amount)
    licensee.buys.buy(signed_offer)
    assert artist.sells.collect([split], price.currency).total == price.amount * 3 // 4
