"""A payee has what is due to them sent elsewhere: by their own transaction, or by a signature."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.contracts import Contracts
from licet.documents import ClaimDocument, PayeeShare, SplitDocument, read_document, write_document
from licet.errors import (
    ClaimExpired,
    ClaimSignatureInvalid,
    DocumentMissing,
    InputError,
    NothingDue,
)
from licet.rights_holder import PublishedSplit
from licet.types import ZERO_ADDRESS, Address
from tests.integration.conftest import DAY, Network, Party

pytestmark = pytest.mark.integration


@pytest.fixture
def paid(licensee: Party, published: PublishedSplit) -> PublishedSplit:
    """The vault of artist (3 parts) and co-artist (1), with 100 in it."""
    licensee.receive_dollars(100)
    licensee.dollar.transfer(published.vault, 100)
    return published


@pytest.fixture
def signed(
    artist: Party, rival: Party, paid: PublishedSplit, dollar: Address, network: Network
) -> ClaimDocument:
    """The artist's wish that the rival gets the artist's part."""
    return artist.sells.sign_claim(paid.split, dollar, rival.address, network.now + DAY)


def test_a_payee_has_it_sent_to_another_address(
    artist: Party, rival: Party, paid: PublishedSplit, dollar: Address
) -> None:
    claimed = artist.sells.claim_to(paid.split, dollar, rival.address)
    assert (claimed.amounts, rival.dollars, artist.dollars) == ({paid.vault: 75}, 75, 0)
    with pytest.raises(NothingDue):
        artist.sells.claim_to(paid.split, dollar, rival.address)


def test_a_signature_is_enough_and_somebody_else_pays_the_gas(
    stranger: Party, rival: Party, artist: Party, signed: ClaimDocument
) -> None:
    sent = artist.chain.nonce(artist.address)
    assert stranger.sells.submit_claim(signed).total == 75
    assert (rival.dollars, stranger.dollars) == (75, 0)
    assert artist.chain.nonce(artist.address) == sent


def test_a_signed_claim_travels_as_a_file(
    stranger: Party, rival: Party, signed: ClaimDocument, tmp_path: Path
) -> None:
    path = tmp_path / "claim.json"
    write_document(signed, path)
    stranger.sells.submit_claim(read_document(ClaimDocument, path))
    assert rival.dollars == 75


def test_a_signed_claim_serves_once(
    stranger: Party, licensee: Party, signed: ClaimDocument, paid: PublishedSplit
) -> None:
    stranger.sells.submit_claim(signed)
    licensee.receive_dollars(100)
    licensee.dollar.transfer(paid.vault, 100)
    with pytest.raises(ClaimSignatureInvalid, match="ask for a new one"):
        stranger.sells.submit_claim(signed)


def test_who_was_paid_in_between_signs_anew(
    stranger: Party,
    artist: Party,
    licensee: Party,
    rival: Party,
    signed: ClaimDocument,
    paid: PublishedSplit,
    dollar: Address,
    network: Network,
) -> None:
    artist.sells.collect([paid.split], dollar)
    licensee.receive_dollars(100)
    licensee.dollar.transfer(paid.vault, 100)
    with pytest.raises(ClaimSignatureInvalid):
        stranger.sells.submit_claim(signed)
    again = artist.sells.sign_claim(paid.split, dollar, rival.address, network.now + DAY)
    assert again.claim.released_to == 75
    stranger.sells.submit_claim(again)
    assert (artist.dollars, rival.dollars) == (75, 75)


def test_a_signed_claim_is_good_until_its_deadline(
    stranger: Party, signed: ClaimDocument, network: Network
) -> None:
    network.travel_to(signed.claim.deadline + 1)
    with pytest.raises(ClaimExpired, match="ask the payee for a new signature"):
        stranger.sells.submit_claim(signed)


@pytest.mark.parametrize("name", ["receiver", "deadline"])
def test_an_altered_claim_pays_nobody(stranger: Party, signed: ClaimDocument, name: str) -> None:
    value = stranger.address if name == "receiver" else getattr(signed.claim, name) + 1
    with pytest.raises(ClaimSignatureInvalid):
        stranger.sells.submit_claim(replace(signed, claim=replace(signed.claim, **{name: value})))
    assert stranger.dollars == 0


def test_a_claim_is_on_one_vault_of_one_chain(stranger: Party, signed: ClaimDocument, artist: Party) -> None:
    other = SplitDocument.of([PayeeShare(artist.address, 1)])
    with pytest.raises(InputError, match="name the claim's"):
        stranger.sells.submit_claim(signed, other)
    with pytest.raises(InputError, match="use a node of the claim's chain"):
        stranger.sells.submit_claim(replace(signed, chain_id=1))


def test_the_split_of_a_vault_that_nobody_published_is_given_by_hand(
    stranger: Party,
    artist: Party,
    licensee: Party,
    rival: Party,
    dollar: Address,
    network: Network,
    reader: Contracts,
) -> None:
    split = SplitDocument.of([PayeeShare(artist.address, 1)])
    licensee.receive_dollars(9)
    licensee.dollar.transfer(reader.vaults.vault_of(split.tree().root), 9)
    signed = artist.sells.sign_claim(split, dollar, rival.address, network.now + DAY)
    with pytest.raises(DocumentMissing):
        stranger.sells.submit_claim(signed)
    assert stranger.sells.submit_claim(signed, split).total == rival.dollars == 9


def test_native_coin_is_sent_elsewhere_too(
    artist: Party, licensee: Party, paid: PublishedSplit, pauper: Party
) -> None:
    licensee.chain.pay(paid.vault, 1000)
    artist.sells.claim_to(paid.split, ZERO_ADDRESS, pauper.address)
    assert pauper.chain.balance(pauper.address) == 750


def test_nobody_redirects_what_is_not_theirs(
    stranger: Party, paid: PublishedSplit, dollar: Address, network: Network
) -> None:
    with pytest.raises(InputError, match="is not among the 2 payees"):
        stranger.sells.claim_to(paid.split, dollar, stranger.address)
    with pytest.raises(InputError, match="is not among the 2 payees"):
        stranger.sells.sign_claim(paid.split, dollar, stranger.address, network.now + DAY)
