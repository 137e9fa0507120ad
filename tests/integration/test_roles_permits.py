"""What a license permits: yes for what was bought, no for any other use, asset, work or time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.catalog import read_catalog
from licet.contracts import Contracts
from licet.contracts.licenses import PERPETUAL
from licet.documents import OfferDocument, TermsDocument
from licet.errors import InputError
from licet.fingerprint import sha256_file
from licet.licensee import Licensee, Purchase, Status
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.trees.catalog import CatalogProof
from tests.integration.conftest import DOLLAR, Offering, Party

pytestmark = pytest.mark.integration

MakeWork = Callable[[str], Path]


@pytest.fixture
def purchase(licensee: Party, signed_offer: OfferDocument, price: Price) -> Purchase:
    """A license to train on the work, for 30 days."""
    licensee.receive_dollars(price.amount)
    return licensee.buys.buy(signed_offer)


# For which use.


@pytest.mark.parametrize("uses", [Use.TRAIN, Use.TRAIN_GENERATIVE, Use.TRAIN | Use.TRAIN_GENERATIVE])
def test_the_uses_bought_are_permitted(passer_by: Licensee, purchase: Purchase, uses: Use) -> None:
    assert passer_by.permits(purchase.license_id, uses)


@pytest.mark.parametrize("uses", [Use.MINE, Use.DISPLAY, Use.TRAIN | Use.DISPLAY, Use(1 << 20), Use(0)])
def test_no_other_use_is_permitted(passer_by: Licensee, purchase: Purchase, uses: Use) -> None:
    assert not passer_by.permits(purchase.license_id, uses)


# Of what.


def test_the_work_licensed_is_permitted_however_it_is_named(
    passer_by: Licensee, purchase: Purchase, work: Path, asset: Registered
) -> None:
    for item in (work, str(work), sha256_file(work), asset.asset_id):
        assert passer_by.permits(purchase.license_id, Use.TRAIN, item)


def test_another_work_is_not_permitted(
    licensor: Party, passer_by: Licensee, purchase: Purchase, make_work: MakeWork
) -> None:
    other = make_work("another poem")
    registered = licensor.sells.register_work(other)
    for item in (other, registered.asset_id):
        assert not passer_by.permits(purchase.license_id, Use.TRAIN, item)


def test_a_work_that_nobody_registered_is_not_permitted(
    passer_by: Licensee, purchase: Purchase, make_work: MakeWork
) -> None:
    assert not passer_by.permits(purchase.license_id, Use.TRAIN, make_work("unknown"))


def test_an_item_that_is_nothing_known_is_refused(passer_by: Licensee, purchase: Purchase) -> None:
    with pytest.raises(InputError, match="is neither a file"):
        passer_by.permits(purchase.license_id, Use.TRAIN, "no such work")


def test_a_rivals_asset_of_the_same_work_is_not_permitted(
    passer_by: Licensee, purchase: Purchase, rival: Party, work: Path
) -> None:
    rivals = rival.sells.register_work(work)
    assert not passer_by.permits(purchase.license_id, Use.TRAIN, rivals.asset_id)


def test_another_asset_is_not_permitted_by_the_contract(
    rival: Party, reader: Contracts, purchase: Purchase, work: Path, asset: Registered
) -> None:
    others = rival.sells.register_work(work).asset_id
    assert reader.licenses.permits_asset(purchase.grant, Use.TRAIN, asset.asset_id)
    assert not reader.licenses.permits_asset(purchase.grant, Use.TRAIN, others)


# A work of a catalogue.


@pytest.fixture
def songs(make_work: MakeWork) -> list[Path]:
    return [make_work(f"song {n}") for n in range(1, 8)]


@pytest.fixture
def songbook(licensor: Party, songs: list[Path], tmp_path: Path) -> Registered:
    path = tmp_path / "songs.csv"
    path.write_text("id,file\n" + "".join(f"{song.stem},{song.name}\n" for song in songs))
    return licensor.sells.register_catalog(read_catalog(path), "Songs")


@pytest.fixture
def songbook_license(
    licensor: Party, licensee: Party, songbook: Registered, price: Price, offering: Offering
) -> Purchase:
    """A license to train on all songs."""
    licensee.receive_dollars(price.amount)
    return licensee.buys.buy(offering(licensor, songbook.asset_id, price))


def test_every_work_of_a_licensed_catalogue_is_permitted(
    passer_by: Licensee, songbook_license: Purchase, songs: list[Path]
) -> None:
    assert all(passer_by.permits(songbook_license.license_id, Use.TRAIN, song) for song in songs)


def test_a_licensed_catalogue_is_permitted_as_a_whole(
    passer_by: Licensee, songbook_license: Purchase, songbook: Registered
) -> None:
    assert passer_by.permits(songbook_license.license_id, Use.TRAIN, songbook.asset_id)
    assert not passer_by.permits(songbook_license.license_id, Use.DISPLAY, songbook.asset_id)


def test_a_work_outside_a_licensed_catalogue_is_not_permitted(
    passer_by: Licensee, songbook_license: Purchase, work: Path, asset: Registered
) -> None:
    assert not passer_by.permits(songbook_license.license_id, Use.TRAIN, work)


def test_a_license_of_one_song_does_not_permit_the_songbook(
    licensor: Party,
    licensee: Party,
    passer_by: Licensee,
    songbook: Registered,
    songs: list[Path],
    price: Price,
    offering: Offering,
) -> None:
    licensee.receive_dollars(price.amount)
    single = licensor.sells.register_work(songs[0])
    purchase = licensee.buys.buy(offering(licensor, single.asset_id, price))
    assert passer_by.permits(purchase.license_id, Use.TRAIN, songs[0])
    assert not passer_by.permits(purchase.license_id, Use.TRAIN, songbook.asset_id)


def test_a_proof_of_one_song_does_not_serve_another(
    reader: Contracts, licensor: Party, licensee: Party, songbook_license: Purchase, songs: list[Path]
) -> None:
    (found,) = licensee.buys.lookup(songs[:1])
    proof = found.claims[0].proof
    ask = reader.licenses.permits_work
    grant = songbook_license.grant
    assert ask(grant, Use.TRAIN, sha256_file(songs[0]), licensor.address, proof)
    assert not ask(grant, Use.TRAIN, sha256_file(songs[1]), licensor.address, proof)
    assert not ask(grant, Use.TRAIN, sha256_file(songs[0]), licensee.address, proof)
    assert not ask(grant, Use.TRAIN, sha256_file(songs[0]), licensor.address, CatalogProof((), 0))


def test_a_licensed_catalogue_needs_no_second_purchase(
    licensee: Party, songbook_license: Purchase, songs: list[Path]
) -> None:
    quote = licensee.buys.quote(songs, Use.TRAIN)
    assert {item.status for item in quote.items} == {Status.LICENSED}
    assert quote.items[0].license is not None
    assert quote.items[0].license.grant == songbook_license.grant


# When.


@pytest.mark.parametrize(("second", "permitted"), [(-1, True), (0, False), (1, False)])
def test_a_license_permits_until_it_expires(
    passer_by: Licensee,
    reader: Contracts,
    licensee: Party,
    purchase: Purchase,
    work: Path,
    second: int,
    permitted: bool,
) -> None:
    expires = reader.licenses.license(purchase.license_id).expires
    licensee.network.travel_to(expires + second)
    assert passer_by.permits(purchase.license_id, Use.TRAIN) == permitted
    assert passer_by.permits(purchase.license_id, Use.TRAIN, work) == permitted


def test_a_perpetual_license_does_not_expire(
    licensor: Party,
    licensee: Party,
    reader: Contracts,
    asset: Registered,
    price: Price,
    offering: Offering,
) -> None:
    licensee.receive_dollars(price.amount)
    purchase = licensee.buys.buy(offering(licensor, asset.asset_id, replace(price, duration=0)))
    assert reader.licenses.license(purchase.license_id).expires == PERPETUAL
    licensee.network.travel_to(1 << 33)
    assert licensee.buys.permits(purchase.license_id, Use.TRAIN)


def test_an_expired_license_is_still_listed_and_no_longer_serves(
    licensee: Party, purchase: Purchase, work: Path
) -> None:
    licensee.network.travel(31 * 86_400)
    (held,) = licensee.buys.licenses()
    assert held.grant == purchase.grant
    assert licensee.buys.quote([work], Use.TRAIN).items[0].status is Status.ON_OFFER


def test_a_license_outlives_the_sale_of_the_deed_and_its_offers(
    licensor: Party, stranger: Party, passer_by: Licensee, purchase: Purchase, asset: Registered, work: Path
) -> None:
    licensor.sells.cancel_offers(asset.asset_id)
    licensor.contracts.assets.transfer(asset.asset_id, stranger.address)
    assert passer_by.permits(purchase.license_id, Use.TRAIN, work)


# Whoever holds it.


def test_a_transferred_license_permits_the_same_to_its_new_holder(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    asset: Registered,
    work: Path,
    price: Price,
    offering: Offering,
) -> None:
    licensee.receive_dollars(price.amount)
    offer = offering(licensor, asset.asset_id, replace(price, transferable=True))
    license_id = licensee.buys.buy(offer).license_id
    licensee.contracts.licenses.transfer(license_id, stranger.address)
    assert stranger.buys.permits(license_id, Use.TRAIN, work)
    assert stranger.buys.quote([work], Use.TRAIN).items[0].status is Status.LICENSED
    assert licensee.buys.quote([work], Use.TRAIN).items[0].status is Status.ON_OFFER


def test_reading_needs_no_account(
    passer_by: Licensee, licensee: Party, purchase: Purchase, work: Path
) -> None:
    assert passer_by.permits(purchase.license_id, Use.TRAIN, work)
    assert [held.grant for held in passer_by.licenses(licensee.address)] == [purchase.grant]
    assert passer_by.quote([work], Use.TRAIN).items[0].status is Status.ON_OFFER


def test_a_use_unknown_to_this_version_is_only_permitted_where_it_was_bought(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    licensee.receive_dollars(price.amount)
    offer = offering(licensor, asset.asset_id, price, TermsDocument("All", Use(1023), "All known uses."))
    license_id = licensee.buys.buy(offer).license_id
    assert licensee.buys.permits(license_id, Use(1023))
    assert not licensee.buys.permits(license_id, Use(1024))
    assert licensee.dollars == 0 * DOLLAR
