"""The main job once more, on Ganache: the same contracts and the same Python on another engine."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from licet.auditor import Auditor, Verdict
from licet.catalog import read_catalog
from licet.chain.deployments import deploy, discover
from licet.contracts import Contracts
from licet.contracts.events import AssetRegistered, DeedTransferred
from licet.contracts.publications import split_of
from licet.contracts.vaults import VaultClaim
from licet.documents import Library, OfferDocument, SplitDocument
from licet.errors import (
    AssetAlreadyRegistered,
    InsufficientBalance,
    NothingDue,
    OfferIsCancelled,
    OfferSoldOut,
    RevertedWithReason,
    ShareNotInSplit,
)
from licet.fingerprint import sha256_file
from licet.index import Index
from licet.licensee import Licensee, Status
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.rights_holder import Price, PublishedSplit, Registered
from licet.types import ZERO_ADDRESS, Address
from tests.integration.conftest import DAY, Network, Offering, Party, restored

pytestmark = [pytest.mark.integration, pytest.mark.ganache]

ETHER = 10**18


@pytest.fixture
def network(ganache: Network) -> Iterator[Network]:
    """Everybody acts on Ganache here."""
    yield from restored(ganache)


def test_the_deployment_is_the_code_that_was_shipped(network: Network, stranger: Party) -> None:
    found = discover(network.chain(), network.deployment.asset_registry)
    assert found.code_hashes == network.deployment.code_hashes
    assert deploy(stranger.chain, network.deployment) == network.deployment


def test_a_work_from_file_to_share(
    licensee: Party,
    artist: Party,
    passer_by: Licensee,
    work: Path,
    signed_offer: OfferDocument,
    split: SplitDocument,
    price: Price,
) -> None:
    licensee.receive_dollars(price.amount)
    quote = licensee.buys.quote([work], Use.TRAIN)
    (standing,) = quote.purchases
    purchase = licensee.buys.buy(standing)
    assert (quote.total, licensee.dollars, len(purchase.receipts)) == (price.amount, 0, 1)
    assert passer_by.permits(purchase.license_id, Use.TRAIN, work)
    assert not passer_by.permits(purchase.license_id, Use.DISPLAY, work)
    assert artist.sells.collect([split], price.currency).total == price.amount * 3 // 4
    with pytest.raises(NothingDue):
        artist.sells.collect([split], price.currency)


def test_an_audit_of_it(
    licensee: Party,
    artist: Party,
    signed_offer: OfferDocument,
    split: SplitDocument,
    price: Price,
    folder: Path,
) -> None:
    licensee.receive_dollars(price.amount)
    licensee.buys.buy(signed_offer)
    artist.sells.collect([split], price.currency)
    auditor = Auditor(licensee.chain, Library([folder], allow_http=False))
    registry = licensee.network.deployment.asset_registry
    believed, proven = auditor.audit(registry), auditor.audit(registry, proofs=True)
    assert believed.verdict is Verdict.CLEAN
    assert believed.counts.claims == 1
    assert proven.to_json() | {"proven": None} == believed.to_json()


def test_a_catalogue(
    licensor: Party,
    licensee: Party,
    make_work: Callable[[str], Path],
    price: Price,
    offering: Offering,
    tmp_path: Path,
) -> None:
    songs = [make_work(f"song {n}") for n in range(5)]
    path = tmp_path / "songs.csv"
    path.write_text("id,file\n" + "".join(f"{song.stem},{song.name}\n" for song in songs))
    registered = licensor.sells.register_catalog(read_catalog(path), "Songs")
    offering(licensor, registered.asset_id, price)
    licensee.receive_dollars(price.amount)
    (standing,) = licensee.buys.quote(songs, Use.TRAIN).purchases
    license_id = licensee.buys.buy(standing).license_id
    assert all(licensee.buys.permits(license_id, Use.TRAIN, song) for song in songs)
    assert {item.status for item in licensee.buys.quote(songs, Use.TRAIN).items} == {Status.LICENSED}


def test_a_relayed_registration(pauper: Party, stranger: Party, work: Path, reader: Contracts) -> None:
    wanted = Registration(pauper.address, sha256_file(work), deadline=pauper.network.now + DAY)
    registered = stranger.sells.register_for(wanted, pauper.sells.sign_registration(wanted))
    assert reader.assets.deed(registered.asset_id).holder == pauper.address


def test_native_coin(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    artist: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    split: SplitDocument,
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, currency=ZERO_ADDRESS, amount=4 * ETHER))
    licensee.buys.buy(offer)
    collected = stranger.sells.collect([split], ZERO_ADDRESS, payee=artist.address)
    assert collected.total == 3 * ETHER


def test_a_split_is_read_from_chain(published: PublishedSplit, reader: Contracts) -> None:
    assert split_of(reader, published.vault, Library(allow_http=False)) == published.split


def test_expiry(
    licensee: Party, network: Network, signed_offer: OfferDocument, price: Price, passer_by: Licensee
) -> None:
    licensee.receive_dollars(price.amount)
    license_id = licensee.buys.buy(signed_offer).license_id
    network.rpc("evm_increaseTime", 30 * DAY + 1)
    network.rpc("evm_mine")
    assert not passer_by.permits(license_id, Use.TRAIN)


# Refusals come with their names and facts, however this engine spells them.


def test_a_refused_transaction(licensor: Party, work: Path, asset: Registered) -> None:
    with pytest.raises(AssetAlreadyRegistered) as caught:
        licensor.sells.register_work(work)
    assert caught.value.facts == {"assetId": asset.asset_id, "registrant": licensor.address}


def test_a_refused_sale(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, supply=1))
    licensee.receive_dollars(2 * price.amount)
    licensee.buys.buy(offer)
    with pytest.raises(OfferSoldOut):
        licensee.buys.buy(offer)
    licensor.sells.cancel_offer(offer.offer)
    with pytest.raises(OfferIsCancelled):
        licensee.buys.buy(offer)


def test_a_refused_claim(stranger: Party, artist: Party, published: PublishedSplit, dollar: Address) -> None:
    tree = published.split.tree()
    claim = VaultClaim(tree.root, dollar, stranger.address, tree.proof(artist.address))
    with pytest.raises(ShareNotInSplit):
        stranger.contracts.vaults.claim([claim])


def test_a_reason_in_words(stranger: Party, mock: Callable[..., Address]) -> None:
    with pytest.raises(RevertedWithReason, match="not telling"):
        stranger.currency(mock("MuteToken")).balance_of(stranger.address)


def test_an_account_without_coin(pauper: Party, work: Path) -> None:
    with pytest.raises(InsufficientBalance, match=pauper.address):
        pauper.sells.register_work(work)


def test_more_coin_than_there_is(licensor: Party, pauper: Party) -> None:
    with pytest.raises(InsufficientBalance, match=licensor.address):
        licensor.chain.pay(pauper.address, 10**30)


@pytest.mark.parametrize("prove", [False, True])
def test_the_index_has_what_happened(
    network: Network, asset: Registered, tmp_path: Path, prove: bool
) -> None:
    """Ganache knows no receipts by block: they are asked for one by one."""
    with Index(tmp_path / "index.sqlite") as index:
        assert index.update([network.url], network.deployment, prove=prove).proven
        assert [type(event) for event in index.events()] == [DeedTransferred, AssetRegistered]
