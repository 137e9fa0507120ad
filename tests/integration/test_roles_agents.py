"""A licensor lets an agent make offers for them, for a while."""

from dataclasses import replace

import pytest

from licet.documents import TermsDocument
from licet.errors import (
    NotLicensor,
    NotRegistered,
    OfferIsCancelled,
    OfferSignatureInvalid,
)
from licet.licensee import Licensee
from licet.rights.conditions import Conditions
from licet.rights_holder import Price, Registered
from licet.types import Address
from tests.integration.conftest import DAY, Network, Party

pytestmark = pytest.mark.integration


@pytest.fixture
def agent(stranger: Party, licensor: Party, network: Network) -> Party:
    """Somebody whom the licensor appointed for 30 days."""
    licensor.sells.appoint_agent(stranger.address, network.now + 30 * DAY)
    return stranger


@pytest.fixture
def rich(licensee: Party, price: Price) -> Party:
    licensee.receive_dollars(2 * price.amount)
    return licensee


def test_what_an_agent_signs_sells_in_the_licensors_name(
    agent: Party,
    licensor: Party,
    rich: Party,
    asset: Registered,
    vault: Address,
    price: Price,
    terms: TermsDocument,
    passer_by: Licensee,
) -> None:
    offer = agent.sells.offer(asset.asset_id, vault, price, terms, licensor=licensor.address)
    assert offer.offer.licensor == licensor.address
    (standing,) = passer_by.offers(asset.asset_id)
    rich.buys.buy(standing)
    assert rich.dollar.balance_of(vault) == price.amount


def test_what_an_agent_signed_lapses_with_the_appointment(
    agent: Party,
    licensor: Party,
    rich: Party,
    asset: Registered,
    vault: Address,
    price: Price,
    terms: TermsDocument,
    passer_by: Licensee,
    network: Network,
) -> None:
    offer = agent.sells.offer(asset.asset_id, vault, price, terms, licensor=licensor.address)
    network.travel(31 * DAY)
    assert passer_by.offers(asset.asset_id) == ()
    with pytest.raises(OfferSignatureInvalid):
        rich.buys.buy(offer)


def test_an_appointment_ends_at_once(
    agent: Party,
    licensor: Party,
    rich: Party,
    asset: Registered,
    vault: Address,
    price: Price,
    terms: TermsDocument,
) -> None:
    offer = agent.sells.offer(asset.asset_id, vault, price, terms, licensor=licensor.address)
    licensor.sells.appoint_agent(agent.address, 0)
    with pytest.raises(OfferSignatureInvalid):
        rich.buys.buy(offer)
    with pytest.raises(NotLicensor) as caught:
        agent.sells.offer(asset.asset_id, vault, price, terms, licensor=licensor.address)
    assert caught.value.facts["licensor"] == licensor.address


def test_an_agent_publishes_and_cancels(
    agent: Party,
    licensor: Party,
    rich: Party,
    asset: Registered,
    vault: Address,
    price: Price,
    terms: TermsDocument,
    passer_by: Licensee,
    network: Network,
) -> None:
    """What they published outlives the appointment."""
    offer = agent.sells.offer(asset.asset_id, vault, price, terms, licensor=licensor.address)
    agent.sells.publish_offer(offer.offer, offer.conditions)
    assert [standing.signature for standing in passer_by.offers(asset.asset_id)] == [b""]
    agent.sells.cancel_offer(offer.offer)
    with pytest.raises(OfferIsCancelled):
        rich.buys.buy(offer)

    new = replace(price, conditions=Conditions())
    another = agent.sells.offer(asset.asset_id, vault, new, terms, licensor=licensor.address)
    agent.sells.publish_offer(another.offer, another.conditions)
    network.travel(31 * DAY)
    rich.buys.buy(passer_by.offers(asset.asset_id)[0])


def test_nobody_is_an_agent_unasked(
    stranger: Party, licensor: Party, asset: Registered, vault: Address, price: Price, terms: TermsDocument
) -> None:
    with pytest.raises(NotLicensor, match="sign with the licensor's key"):
        stranger.sells.offer(asset.asset_id, vault, price, terms, licensor=licensor.address)


def test_an_agent_of_one_licensor_speaks_for_no_other(
    agent: Party,
    licensor: Party,
    rival: Party,
    work: object,
    vault: Address,
    price: Price,
    terms: TermsDocument,
) -> None:
    registered = rival.sells.register_work(str(work))
    with pytest.raises(NotRegistered):
        agent.sells.offer(registered.asset_id, vault, price, terms, licensor=licensor.address)
    with pytest.raises(NotLicensor):
        agent.sells.offer(registered.asset_id, vault, price, terms, licensor=rival.address)
