"""A licensee lets others use a license of theirs, as far as its terms allow."""

from dataclasses import replace
from pathlib import Path

import pytest

from licet.contracts import Contracts
from licet.contracts.licenses import PERPETUAL
from licet.documents import OfferDocument
from licet.errors import (
    LicenseNotTransferable,
    LicenseUnknown,
    NotLicensee,
    NotSublicensable,
    SublicenseTooWide,
)
from licet.licensee import Licensee, Purchase, Status, Sublicense
from licet.rights.conditions import Conditions
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from tests.integration.conftest import DAY, Network, Offering, Party

pytestmark = pytest.mark.integration


@pytest.fixture
def bought(licensor: Party, licensee: Party, asset: Registered, offering: Offering, price: Price) -> Purchase:
    """A license for 30 days to train, also generative models, that may be shared."""
    licensee.receive_dollars(price.amount)
    shared = replace(price, conditions=Conditions(sublicensable=True))
    return licensee.buys.buy(offering(licensor, asset.asset_id, shared))


@pytest.fixture
def shared(licensee: Party, stranger: Party, bought: Purchase) -> Sublicense:
    return licensee.buys.sublicense(bought.license_id, stranger.address)


def test_a_sublicense_permits_what_its_license_does(
    shared: Sublicense, bought: Purchase, work: Path, asset: Registered, passer_by: Licensee
) -> None:
    assert shared.parent_id == bought.license_id
    for item in (None, work, asset.asset_id):
        assert passer_by.permits(shared.license_id, Use.TRAIN | Use.TRAIN_GENERATIVE, item)
        assert not passer_by.permits(shared.license_id, Use.DISPLAY, item)


def test_a_sublicense_permits_nothing_of_other_works(
    shared: Sublicense, tmp_path: Path, passer_by: Licensee
) -> None:
    other = tmp_path / "another.txt"
    other.write_text("another work")
    assert not passer_by.permits(shared.license_id, Use.TRAIN, other)


def test_a_sublicense_ends_with_its_license(
    shared: Sublicense, bought: Purchase, reader: Contracts, network: Network, passer_by: Licensee, work: Path
) -> None:
    assert shared.expires == reader.licenses.license(bought.license_id).expires
    network.travel_to(shared.expires)
    assert not passer_by.permits(shared.license_id, Use.TRAIN)
    assert not passer_by.permits(shared.license_id, Use.TRAIN, work)


def test_a_narrower_and_shorter_one(
    licensee: Party, stranger: Party, bought: Purchase, network: Network, passer_by: Licensee, work: Path
) -> None:
    until = network.now + DAY
    narrow = licensee.buys.sublicense(bought.license_id, stranger.address, Use.TRAIN, expires=until)
    assert passer_by.permits(narrow.license_id, Use.TRAIN, work)
    assert not passer_by.permits(narrow.license_id, Use.TRAIN_GENERATIVE, work)
    network.travel_to(until)
    assert not passer_by.permits(narrow.license_id, Use.TRAIN, work)
    assert passer_by.permits(bought.license_id, Use.TRAIN, work)


def test_its_holder_finds_it_among_their_licenses(
    stranger: Party, shared: Sublicense, bought: Purchase, asset: Registered
) -> None:
    (held,) = stranger.buys.licenses()
    assert (held.license_id, held.asset_id) == (shared.license_id, asset.asset_id)
    assert held.grant == bought.grant
    assert held.license.sublicense


def test_its_holder_needs_no_other_license(stranger: Party, shared: Sublicense, work: Path) -> None:
    (item,) = stranger.buys.quote([work], Use.TRAIN).items
    assert item.status is Status.LICENSED
    assert item.license is not None
    assert item.license.license_id == shared.license_id


def test_a_sublicense_has_no_terms_of_its_own(shared: Sublicense, passer_by: Licensee) -> None:
    with pytest.raises(LicenseUnknown):
        passer_by.grant(shared.license_id)


def test_a_sublicense_goes_no_further(stranger: Party, artist: Party, shared: Sublicense) -> None:
    with pytest.raises(LicenseNotTransferable):
        stranger.contracts.licenses.transfer(shared.license_id, artist.address)
    with pytest.raises(LicenseUnknown):
        stranger.buys.sublicense(shared.license_id, artist.address)


def test_several_people_share_one_license(licensee: Party, bought: Purchase, artist: Party) -> None:
    first, second = (licensee.buys.sublicense(bought.license_id, artist.address) for _ in range(2))
    assert first.license_id != second.license_id


@pytest.mark.parametrize(
    "wider", [{"uses": Use.TRAIN | Use.DISPLAY}, {"uses": Use(0)}, {"expires": PERPETUAL}, {"expires": 1}]
)
def test_a_sublicense_is_no_wider_or_longer(
    licensee: Party, stranger: Party, bought: Purchase, wider: dict[str, int]
) -> None:
    with pytest.raises(SublicenseTooWide, match="wider or longer than the license, or empty"):
        licensee.buys.sublicense(bought.license_id, stranger.address, **wider)  # type: ignore[arg-type]


def test_only_the_holder_shares_a_license(stranger: Party, bought: Purchase) -> None:
    with pytest.raises(NotLicensee) as caught:
        stranger.buys.sublicense(bought.license_id, stranger.address)
    assert caught.value.facts["caller"] == stranger.address


def test_the_terms_must_allow_it(
    licensee: Party, stranger: Party, signed_offer: OfferDocument, price: Price
) -> None:
    licensee.receive_dollars(price.amount)
    bought = licensee.buys.buy(signed_offer)
    with pytest.raises(NotSublicensable):
        licensee.buys.sublicense(bought.license_id, stranger.address)


def test_an_unwanted_sublicense_harms_nobody(
    licensee: Party, stranger: Party, shared: Sublicense, signed_offer: OfferDocument, price: Price
) -> None:
    """Whoever is given one still finds what they bought themselves."""
    stranger.receive_dollars(price.amount)
    own = stranger.buys.buy(signed_offer).license_id
    assert {held.license_id for held in stranger.buys.licenses()} == {own, shared.license_id}
