"""A licensee looks works up: who claims them, what is on offer, and what it costs, exactly."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.catalog import Catalog, read_catalog
from licet.chain.rpc.transport import HttpTransport
from licet.contracts import Contracts
from licet.documents import OfferDocument, Publisher, TermsDocument
from licet.errors import AssetNotRegistered, InputError
from licet.fingerprint import sha256_file
from licet.licensee import Licensee, Reason, Status
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import ZERO_ADDRESS, hash32
from tests.integration.conftest import DOLLAR, Offering, Party

pytestmark = pytest.mark.integration

MakeWork = Callable[[str], Path]

ETHER = 10**18


@pytest.fixture
def songs(make_work: MakeWork) -> list[Path]:
    return [make_work(f"song {n}") for n in range(1, 5)]


@pytest.fixture
def catalog(tmp_path: Path, songs: list[Path]) -> Catalog:
    path = tmp_path / "songs.csv"
    path.write_text("id,file\n" + "".join(f"{song.stem},{song.name}\n" for song in songs))
    return read_catalog(path)


@pytest.fixture
def songbook(licensor: Party, catalog: Catalog) -> Registered:
    """Four songs, registered as a catalogue."""
    return licensor.sells.register_catalog(catalog, "Songs")


# Who claims it.


def test_nobody_claims_an_unknown_work(passer_by: Licensee, work: Path) -> None:
    (found,) = passer_by.lookup([work])
    assert (found.content, found.claims, found.contested) == (sha256_file(work), (), False)


@pytest.mark.parametrize("how", ["path", "text", "sha256", "asset"])
def test_a_work_is_found_however_it_is_named(
    passer_by: Licensee, work: Path, asset: Registered, licensor: Party, how: str
) -> None:
    named: dict[str, str | Path] = {
        "path": work,
        "text": str(work),
        "sha256": sha256_file(work),
        "asset": asset.asset_id,
    }
    (found,) = passer_by.lookup([named[how]])
    (claim,) = found.claims
    assert (claim.asset_id, claim.registrant, claim.catalog) == (asset.asset_id, licensor.address, None)


def test_a_claim_is_dated_by_its_block(
    passer_by: Licensee, work: Path, asset: Registered, reader: Contracts
) -> None:
    (found,) = passer_by.lookup([work])
    block = asset.receipt.block_number
    assert found.claims[0].since == reader.chain.block(block).timestamp


def test_competing_claims_stand_side_by_side_oldest_first(
    licensor: Party, rival: Party, work: Path, passer_by: Licensee
) -> None:
    rival.sells.register_work(work)
    rival.network.travel(100)
    licensor.sells.register_work(work)
    (found,) = passer_by.lookup([work])
    assert [claim.holder for claim in found.claims] == [rival.address, licensor.address]
    assert found.contested


def test_a_catalogue_that_lists_anothers_work_contests_it(
    rival: Party, licensor: Party, songs: list[Path], songbook: Registered, passer_by: Licensee
) -> None:
    rival.sells.register_work(songs[2])
    contested = [found.contested for found in passer_by.lookup(songs)]
    assert contested == [False, False, True, False]


def test_two_claims_of_one_holder_are_no_contest(
    licensor: Party, songs: list[Path], songbook: Registered, passer_by: Licensee
) -> None:
    licensor.sells.register_work(songs[0])
    (found,) = passer_by.lookup(songs[:1])
    assert len(found.claims) == 2
    assert not found.contested


def test_a_deed_that_went_to_the_rival_ends_the_contest(
    licensor: Party, rival: Party, work: Path, asset: Registered, passer_by: Licensee
) -> None:
    rival.sells.register_work(work)
    licensor.contracts.assets.transfer(asset.asset_id, rival.address)
    (found,) = passer_by.lookup([work])
    assert not found.contested
    assert {claim.holder for claim in found.claims} == {rival.address}


def test_a_whole_catalogue_is_looked_up_by_its_asset(
    passer_by: Licensee, songbook: Registered, licensor: Party
) -> None:
    (found,) = passer_by.lookup([songbook.asset_id])
    assert (found.content, found.claims[0].catalog) == (None, "Songs")


def test_a_catalogue_whose_document_is_nowhere_is_told_of(
    passer_by: Licensee, songbook: Registered, folder: Path, songs: list[Path]
) -> None:
    for document in folder.iterdir():
        document.unlink()
    (found,) = passer_by.lookup(songs[:1])
    assert found.claims == ()
    assert "not found" in passer_by.unreadable_catalogs[songbook.asset_id]


def test_a_catalogue_found_later_is_read_then(
    passer_by: Licensee, songbook: Registered, folder: Path, songs: list[Path]
) -> None:
    (document,) = folder.iterdir()
    data = document.read_bytes()
    document.write_bytes(b"{}")
    assert not passer_by.lookup(songs[:1])[0].claims
    document.write_bytes(data)
    assert passer_by.lookup(songs[:1])[0].claims
    assert not passer_by.unreadable_catalogs


@pytest.mark.parametrize(
    "item", ["no such thing", "song_9", "x" * 5000, "a\0b", "0x1234", "🎵"], ids=range(6)
)
def test_an_item_that_is_nothing_known_is_refused(
    passer_by: Licensee, songbook: Registered, item: str
) -> None:
    with pytest.raises(InputError, match="is neither a file, nor a SHA-256 or asset id"):
        passer_by.lookup([item])


def test_an_id_of_two_works_is_ambiguous(
    licensor: Party, rival: Party, songbook: Registered, make_work: MakeWork, passer_by: Licensee
) -> None:
    other = make_work("another song")
    path = other.with_suffix(".csv")
    path.write_text(f"id,file\nsong_1,{other.name}\n")
    rival.sells.register_catalog(read_catalog(path), "Other songs")
    with pytest.raises(InputError, match="stands for 2 works: name the work's SHA-256"):
        passer_by.lookup(["song_1"])


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that the node is asked from here on."""
    asked: list[str] = []
    ask = HttpTransport.make_request

    def noting(self: HttpTransport, method: str, params: object) -> object:
        asked.append(method)
        return ask(self, method, params)  # type: ignore[arg-type]

    monkeypatch.setattr(HttpTransport, "make_request", noting)
    return asked


@pytest.mark.parametrize("licensed", [False, True])
def test_many_items_cost_no_more_questions_than_one(
    licensor: Party,
    licensee: Party,
    songs: list[Path],
    songbook: Registered,
    price: Price,
    offering: Offering,
    questions: list[str],
    licensed: bool,
) -> None:
    offer = offering(licensor, songbook.asset_id, price)
    licensee.receive_dollars(price.amount)
    if licensed:
        licensee.buys.buy(offer)
    licensee.buys.lookup(songs)  # checks the deployment, reads the catalogue
    questions.clear()
    licensee.buys.quote(songs[:1], Use.TRAIN)
    for_one = sorted(questions)
    questions.clear()
    licensee.buys.quote([*songs, *(song.stem for song in songs)], Use.TRAIN)
    assert sorted(questions) == for_one


# What is on offer.


def test_offers_are_listed_cheapest_first(
    licensor: Party, asset: Registered, price: Price, offering: Offering, passer_by: Licensee
) -> None:
    for amount in (30, 10, 20):
        offering(licensor, asset.asset_id, replace(price, amount=amount))
    assert [found.offer.price for found in passer_by.offers(asset.asset_id)] == [10, 20, 30]


def test_a_published_offer_is_found_on_chain_without_any_document(
    licensor: Party, signed_offer: OfferDocument, folder: Path, passer_by: Licensee
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    for document in folder.iterdir():
        document.unlink()
    (found,) = passer_by.offers(signed_offer.offer.asset_id)
    assert (found.offer, found.signature) == (signed_offer.offer, b"")


def test_an_offer_both_published_and_signed_stands_once(
    licensor: Party, signed_offer: OfferDocument, passer_by: Licensee
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    assert len(passer_by.offers(signed_offer.offer.asset_id)) == 1


@pytest.mark.parametrize("ending", ["cancelled", "all cancelled", "transferred"])
def test_an_offer_that_ended_is_not_listed(
    licensor: Party, stranger: Party, signed_offer: OfferDocument, passer_by: Licensee, ending: str
) -> None:
    offer = signed_offer.offer
    assert passer_by.offers(offer.asset_id)
    if ending == "cancelled":
        licensor.sells.cancel_offer(offer)
    elif ending == "all cancelled":
        licensor.sells.cancel_offers(offer.asset_id)
    else:
        licensor.contracts.assets.transfer(offer.asset_id, stranger.address)
    assert passer_by.offers(offer.asset_id) == ()


@pytest.mark.parametrize(("second", "listed"), [(-1, False), (0, True), (50, True), (51, False)])
def test_an_offer_is_listed_from_its_first_second_to_its_last(
    licensor: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    passer_by: Licensee,
    second: int,
    listed: bool,
) -> None:
    start = licensor.network.now + 1000
    offering(licensor, asset.asset_id, replace(price, start=start, end=start + 50))
    licensor.network.travel_to(start + second)
    assert bool(passer_by.offers(asset.asset_id)) == listed


def test_an_offer_that_somebody_else_signed_is_not_listed(
    stranger: Party, signed_offer: OfferDocument, folder: Path, passer_by: Licensee
) -> None:
    digest = signed_offer.offer.typed_data(31337, signed_offer.license_token, signed_offer.conditions)
    forged = replace(signed_offer, signature="0x" + stranger.signer.sign_typed_data(digest).hex())
    for document in folder.iterdir():
        document.unlink()
    Publisher(folder).publish(forged)
    assert passer_by.offers(signed_offer.offer.asset_id) == ()


def test_a_broken_offer_in_the_folder_hides_no_other(
    folder: Path, signed_offer: OfferDocument, passer_by: Licensee
) -> None:
    Publisher(folder).publish(b'{"type":"licet/offer/1"}')
    assert len(passer_by.offers(signed_offer.offer.asset_id)) == 1


def test_offers_on_nothing_are_refused(passer_by: Licensee) -> None:
    with pytest.raises(AssetNotRegistered, match="check the id"):
        passer_by.offers(hash32(b"\x09" * 32))


# What it costs.


def test_the_states_of_items_are_told_apart(
    licensor: Party,
    rival: Party,
    licensee: Party,
    make_work: MakeWork,
    price: Price,
    offering: Offering,
) -> None:
    unregistered, unoffered, offered, contested, held = (make_work(f"work {n}") for n in range(5))
    licensor.sells.register_work(unoffered)
    offering(licensor, licensor.sells.register_work(offered).asset_id, price)
    offering(licensor, licensor.sells.register_work(contested).asset_id, price)
    rival.sells.register_work(contested)
    licensee.receive_dollars(price.amount)
    licensee.buys.buy(offering(licensor, licensor.sells.register_work(held).asset_id, price))
    quote = licensee.buys.quote([unregistered, unoffered, offered, contested, held], Use.TRAIN)
    assert [item.status for item in quote.items] == [
        Status.UNKNOWN,
        Status.FORBIDDEN,
        Status.ON_OFFER,
        Status.CONTESTED,
        Status.LICENSED,
    ]
    assert (len(quote.purchases), quote.total) == (1, price.amount)


def test_a_quote_is_what_the_purchases_cost(
    licensor: Party, licensee: Party, songs: list[Path], price: Price, offering: Offering
) -> None:
    for n, song in enumerate(songs):
        offering(licensor, licensor.sells.register_work(song).asset_id, replace(price, amount=7 * DOLLAR + n))
    quote = licensee.buys.quote(songs, Use.TRAIN)
    licensee.receive_dollars(quote.total + 5)
    before = licensee.dollars
    for standing in quote.purchases:
        licensee.buys.buy(standing)
    assert before - licensee.dollars == quote.total == 28 * DOLLAR + 6


def test_an_empty_quote_costs_nothing(passer_by: Licensee) -> None:
    quote = passer_by.quote([], Use.TRAIN)
    assert (quote.items, quote.purchases, quote.currency, quote.total) == ((), (), None, 0)


def test_an_item_asked_for_twice_is_bought_once(
    passer_by: Licensee, work: Path, signed_offer: OfferDocument
) -> None:
    quote = passer_by.quote([work, sha256_file(work)], Use.TRAIN)
    assert (len(quote.items), len(quote.purchases)) == (2, 1)


@pytest.mark.parametrize(("per_song", "on_all", "total"), [(3, 10, 10), (2, 10, 8)])
def test_the_catalogue_is_bought_where_it_is_cheaper(
    licensor: Party,
    songs: list[Path],
    songbook: Registered,
    price: Price,
    offering: Offering,
    passer_by: Licensee,
    per_song: int,
    on_all: int,
    total: int,
) -> None:
    offering(licensor, songbook.asset_id, replace(price, amount=on_all * DOLLAR))
    for song in songs:
        asset_id = licensor.sells.register_work(song).asset_id
        offering(licensor, asset_id, replace(price, amount=per_song * DOLLAR))
    quote = passer_by.quote(songs, Use.TRAIN)
    assert quote.total == total * DOLLAR


def test_the_catalogue_is_not_bought_for_one_work(
    licensor: Party,
    songs: list[Path],
    songbook: Registered,
    price: Price,
    offering: Offering,
    passer_by: Licensee,
) -> None:
    offering(licensor, songbook.asset_id, replace(price, amount=10))
    offering(licensor, licensor.sells.register_work(songs[0]).asset_id, replace(price, amount=3))
    assert passer_by.quote(songs[:1], Use.TRAIN).total == 3


def test_an_offer_must_permit_all_uses(
    licensor: Party,
    asset: Registered,
    work: Path,
    price: Price,
    offering: Offering,
    passer_by: Licensee,
) -> None:
    offering(licensor, asset.asset_id, replace(price, amount=1), TermsDocument("T", Use.TRAIN, "x"))
    offering(licensor, asset.asset_id, replace(price, amount=5), TermsDocument("T", Use(3), "x"))
    assert passer_by.quote([work], Use.TRAIN).total == 1
    assert passer_by.quote([work], Use.TRAIN | Use.MINE).total == 5
    (item,) = passer_by.quote([work], Use.TRAIN | Use.DISPLAY).items
    assert (item.status, item.reason, len(item.offers)) == (Status.FORBIDDEN, Reason.NO_OFFER, 2)


@pytest.fixture
def two_currencies(licensor: Party, asset: Registered, price: Price, offering: Offering) -> None:
    offering(licensor, asset.asset_id, price)
    offering(licensor, asset.asset_id, replace(price, currency=ZERO_ADDRESS, amount=ETHER))


def test_offers_in_several_currencies_have_to_be_chosen_from(
    two_currencies: None, passer_by: Licensee, work: Path, price: Price
) -> None:
    with pytest.raises(InputError, match="name the one to pay in") as caught:
        passer_by.quote([work], Use.TRAIN)
    assert price.currency in str(caught.value)
    assert ZERO_ADDRESS in str(caught.value)


def test_a_quote_in_a_named_currency_is_in_it(
    two_currencies: None, passer_by: Licensee, work: Path, price: Price
) -> None:
    assert passer_by.quote([work], Use.TRAIN, currency=price.currency).total == price.amount
    quote = passer_by.quote([work], Use.TRAIN, currency=ZERO_ADDRESS)
    assert (quote.total, quote.currency) == (ETHER, ZERO_ADDRESS)


# Contested: the buyer decides.


@pytest.fixture
def contest(licensor: Party, rival: Party, work: Path, price: Price, offering: Offering) -> list[Registered]:
    """The licensor and the rival both claim the work, and offer it for 25 and 5 dollars."""
    claims = [seller.sells.register_work(work) for seller in (licensor, rival)]
    offering(licensor, claims[0].asset_id, price)
    offering(rival, claims[1].asset_id, replace(price, amount=5 * DOLLAR))
    return claims


def test_a_contested_item_is_not_bought(passer_by: Licensee, work: Path, contest: object) -> None:
    quote = passer_by.quote([work], Use.TRAIN)
    assert (quote.items[0].status, quote.purchases, quote.total) == (Status.CONTESTED, (), 0)


def test_asking_for_an_asset_by_its_id_is_choosing_it(
    passer_by: Licensee, contest: list[Registered], licensor: Party
) -> None:
    quote = passer_by.quote([contest[0].asset_id], Use.TRAIN)
    assert quote.items[0].status is Status.ON_OFFER
    assert quote.purchases[0].offer.licensor == licensor.address


@pytest.mark.parametrize("by", ["asset", "registrant"])
def test_whoever_the_buyer_trusts_is_bought_from(
    passer_by: Licensee, work: Path, contest: list[Registered], licensor: Party, price: Price, by: str
) -> None:
    trusted = contest[0].asset_id if by == "asset" else licensor.address
    quote = passer_by.quote([work], Use.TRAIN, trust=[trusted])
    assert quote.purchases[0].offer.licensor == licensor.address
    assert quote.total == price.amount


def test_trust_in_both_parties_decides_nothing(
    passer_by: Licensee, work: Path, contest: list[Registered]
) -> None:
    quote = passer_by.quote([work], Use.TRAIN, trust=[claim.asset_id for claim in contest])
    assert quote.items[0].status is Status.CONTESTED


def test_trust_in_somebody_else_decides_nothing(
    passer_by: Licensee, work: Path, contest: list[Registered], stranger: Party
) -> None:
    quote = passer_by.quote([work], Use.TRAIN, trust=[stranger.address])
    assert quote.items[0].status is Status.CONTESTED
