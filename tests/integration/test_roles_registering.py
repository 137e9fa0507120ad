"""A rights holder registers works and catalogues, by transaction or by signature."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.catalog import read_catalog
from licet.contracts import Contracts
from licet.contracts.publications import catalog_document, registration
from licet.documents import Library
from licet.errors import (
    AssetAlreadyRegistered,
    CatalogDocumentMissing,
    NotRegistered,
    RegistrationExpired,
    RegistrationSignatureInvalid,
    SignerError,
    UriTooLong,
)
from licet.fingerprint import sha256_file
from licet.licensee import Licensee
from licet.rights.registration import Registration, asset_id
from licet.rights_holder import Registered
from licet.types import hash32
from tests.integration.conftest import DAY, Party

pytestmark = pytest.mark.integration

MakeWork = Callable[[str], Path]


@pytest.fixture
def catalog_file(tmp_path: Path, make_work: MakeWork) -> Path:
    """A CSV of five works that are files."""
    files = [make_work(f"song {n}").name for n in range(1, 6)]
    path = tmp_path / "songs.csv"
    path.write_text("id,file\n" + "".join(f"{name[:-4]},{name}\n" for name in files))
    return path


# By transaction.


def test_a_work_is_registered_by_its_hash(licensor: Party, work: Path, reader: Contracts) -> None:
    registered = licensor.sells.register_work(work)
    assert registered.asset_id == asset_id(sha256_file(work), licensor.address)
    assert reader.assets.deed(registered.asset_id).holder == licensor.address


def test_a_registration_tells_what_it_was_given(licensor: Party, work: Path, reader: Contracts) -> None:
    document_hash = hash32(b"\x07" * 32)
    registered = licensor.sells.register_work(work, uri="https://example.org/ä", document_hash=document_hash)
    event = registration(reader, registered.asset_id)
    assert (event.uri, event.document_hash, event.works) == ("https://example.org/ä", document_hash, 0)
    assert (event.content, event.registrant) == (sha256_file(work), licensor.address)


def test_a_catalogue_is_one_transaction(licensor: Party, catalog_file: Path) -> None:
    before = licensor.chain.nonce(licensor.address)
    licensor.sells.register_catalog(read_catalog(catalog_file), "Songs")
    assert licensor.chain.nonce(licensor.address) == before + 1


def test_a_catalogue_can_be_read_by_others(
    licensor: Party, catalog_file: Path, reader: Contracts, folder: Path
) -> None:
    catalog = read_catalog(catalog_file)
    registered = licensor.sells.register_catalog(catalog, "Songs")
    event = registration(reader, registered.asset_id)
    document = catalog_document(event, Library([folder], allow_http=False))
    assert (document.name, document.works) == ("Songs", catalog.works)


def test_each_work_of_a_catalogue_is_found(
    licensor: Party, catalog_file: Path, passer_by: Licensee, tmp_path: Path
) -> None:
    registered = licensor.sells.register_catalog(read_catalog(catalog_file), "Songs")
    for item in (tmp_path / "song_3.txt", "song_3", sha256_file(tmp_path / "song_3.txt")):
        (found,) = passer_by.lookup([item])
        (claim,) = found.claims
        assert (claim.asset_id, claim.holder, claim.catalog) == (
            registered.asset_id,
            licensor.address,
            "Songs",
        )


def test_a_work_is_registered_once_by_one_account(licensor: Party, work: Path, asset: Registered) -> None:
    with pytest.raises(AssetAlreadyRegistered, match="use that asset") as caught:
        licensor.sells.register_work(work)
    assert caught.value.facts == {"assetId": asset.asset_id, "registrant": licensor.address}


def test_nobody_blocks_anothers_registration(
    licensor: Party, rival: Party, work: Path, reader: Contracts
) -> None:
    rival.sells.register_work(work)
    registered = licensor.sells.register_work(work)
    assert reader.assets.deed(registered.asset_id).holder == licensor.address


def test_a_new_deed_is_of_epoch_zero_and_free_to_license(asset: Registered, reader: Contracts) -> None:
    deed = reader.assets.deed(asset.asset_id)
    assert (deed.epoch, deed.exclusive_until) == (0, 0)


# By signature, somebody else pays.


@pytest.fixture
def to_sign(pauper: Party, work: Path, network: object) -> Registration:
    """What somebody without any coin wants registered within a day."""
    return Registration(pauper.address, sha256_file(work), deadline=pauper.network.now + DAY)


def test_a_stranger_pays_for_a_registration(
    pauper: Party, stranger: Party, to_sign: Registration, reader: Contracts
) -> None:
    registered = stranger.sells.register_for(to_sign, pauper.sells.sign_registration(to_sign))
    assert reader.assets.deed(registered.asset_id).holder == pauper.address
    assert pauper.chain.balance(pauper.address) == 0


def test_a_signed_registration_works_once(pauper: Party, stranger: Party, to_sign: Registration) -> None:
    signature = pauper.sells.sign_registration(to_sign)
    stranger.sells.register_for(to_sign, signature)
    with pytest.raises(AssetAlreadyRegistered):
        stranger.sells.register_for(to_sign, signature)


@pytest.mark.parametrize("seconds_late", [0, 1])
def test_a_signed_registration_is_good_until_its_deadline(
    pauper: Party, stranger: Party, to_sign: Registration, seconds_late: int, reader: Contracts
) -> None:
    signature = pauper.sells.sign_registration(to_sign)
    pauper.network.travel_to(to_sign.deadline - 10)
    # The node estimates for the time of the newest block, and mines at the time set.
    pauper.network.next_block_at(to_sign.deadline + seconds_late)
    if seconds_late:
        with pytest.raises(RegistrationExpired, match="ask for a new signature") as caught:
            stranger.sells.register_for(to_sign, signature)
        assert caught.value.facts["deadline"] == to_sign.deadline
    else:
        stranger.sells.register_for(to_sign, signature)
        assert reader.assets.deed(to_sign.asset_id).holder == pauper.address


def test_an_altered_registration_is_refused(pauper: Party, stranger: Party, to_sign: Registration) -> None:
    signature = pauper.sells.sign_registration(to_sign)
    altered = Registration(to_sign.registrant, hash32(b"\x01" * 32), deadline=to_sign.deadline)
    with pytest.raises(RegistrationSignatureInvalid) as caught:
        stranger.sells.register_for(altered, signature)
    assert caught.value.facts == {"registrant": pauper.address}


def test_nobody_registers_in_anothers_name(stranger: Party, to_sign: Registration) -> None:
    with pytest.raises(SignerError, match="the registrant is"):
        stranger.sells.sign_registration(to_sign)


# Refused by the contract, should the classes of Python be passed by.


def test_an_unknown_deed(reader: Contracts) -> None:
    nothing = hash32(b"\x05" * 32)
    with pytest.raises(NotRegistered, match="check the id"):
        registration(reader, nothing)


def test_a_uri_of_1024_bytes_is_the_longest(licensor: Party, make_work: MakeWork, reader: Contracts) -> None:
    uri = "https://example.org/" + "x" * 1004
    registered = licensor.sells.register_work(make_work("long"), uri=uri)
    assert registration(reader, registered.asset_id).uri == uri


def test_a_longer_uri_is_refused_by_the_contract(licensor: Party, work: Path) -> None:
    registration = unchecked(Registration(licensor.address, sha256_file(work)), uri="x" * 1025)
    with pytest.raises(UriTooLong) as caught:
        licensor.contracts.assets.register(registration)
    assert caught.value.facts == {"length": 1025, "maximum": 1024}


def test_a_catalogue_without_a_document_is_refused_by_the_contract(licensor: Party, work: Path) -> None:
    registration = unchecked(Registration(licensor.address, sha256_file(work)), works=3)
    with pytest.raises(CatalogDocumentMissing) as caught:
        licensor.contracts.assets.register(registration)
    assert caught.value.facts == {"works": 3}


def unchecked(registration: Registration, **values: object) -> Registration:
    """A registration that Python would not make."""
    for name, value in values.items():
        object.__setattr__(registration, name, value)
    return registration
