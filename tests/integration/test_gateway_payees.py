"""Who is paid for reads: what is no vault of the work is told when a gateway starts, and sold anyway."""

from threading import Event
from typing import Any

import pytest

from licet.documents import Library, PayeeShare, SplitDocument
from licet.errors import ConnectionFailed, LicetError
from licet.gateway.errors import PayeeDoubtful
from licet.gateway.market import Market as Known
from licet.gateway.payees import check_payees, doubt_of
from licet.gateway.policies import Access, Policy, Tariff
from licet.rights.conditions import Conditions
from licet.types import Address, Hash32
from tests.integration.conftest import Party
from tests.integration.market import Market

pytestmark = pytest.mark.integration


def known(party: Party, *assets: Hash32) -> Known:
    """The market as a gateway sees it that was started just now."""
    return Known(party.contracts, Library([party.folder], allow_http=False), assets)


def test_vaults_and_the_payees_of_offers_are_no_doubt(
    market: Market, licensor: Party, artist: Party, stranger: Party
) -> None:
    asset = market.register(licensor, "tales")
    split = licensor.sells.publish_split(
        SplitDocument.of([PayeeShare(licensor.address, 7), PayeeShare(artist.address, 3)])
    )
    assert doubt_of(known(stranger, asset), asset, split.vault) == ""
    licensor.contracts.vaults.deploy(split.split.tree().root)
    assert doubt_of(known(stranger, asset), asset, split.vault) == ""
    for payee in (artist.address, market.dollar):
        assert "no vault that was published here" in doubt_of(known(stranger, asset), asset, payee)
    market.offer(asset, payee=artist.address)
    assert doubt_of(known(stranger, asset), asset, artist.address) == ""
    assert doubt_of(known(stranger, asset), asset, stranger.address), "the offer is another payee's"


def test_a_derivative_has_one_vault(
    market: Market, licensor: Party, licensee: Party, stranger: Party
) -> None:
    parent = market.sell(market.register(licensor, "tales"), conditions=Conditions(royalty_bps=1_000))
    made = market.derive(licensee, "a play", (parent,))
    assert doubt_of(known(stranger), made.asset_id, made.vault) == ""
    assert made.vault in doubt_of(known(stranger), made.asset_id, market.vault), (
        "its parents would have nothing"
    )


def test_offers_that_a_node_does_not_tell_are_no_doubt(
    market: Market, licensor: Party, artist: Party, stranger: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = market.register(licensor, "tales")
    market.offer(asset, payee=artist.address)
    transport, failed = stranger.contracts.chain.transport, []
    post = transport._post  # noqa: SLF001 - where a node is away once

    def once(body: bytes, *rest: Any) -> bytes:
        if b"eth_getBlockByNumber" in body and not failed:
            failed.append(body)
            raise ConnectionFailed("nothing answers")
        return post(body, *rest)

    monkeypatch.setattr(transport, "_post", once)
    with pytest.raises(ConnectionFailed):
        doubt_of(known(stranger, asset), asset, artist.address)
    assert doubt_of(known(stranger, asset), asset, artist.address) == ""


def test_each_doubt_is_told_once(market: Market, licensor: Party, artist: Party, stranger: Party) -> None:
    asset = market.register(licensor, "tales")

    def metered(path: str, payee: Address) -> Policy:
        return Policy(path, Access.METERED, (), asset, Tariff(1, market.dollar, payee))

    told: list[LicetError] = []
    policies = [metered("/a/", artist.address), metered("/b/", artist.address), Policy("/", Access.FREE)]
    check_payees(known(stranger, asset), policies, Event(), told.append)
    (doubt,) = told
    assert isinstance(doubt, PayeeDoubtful)
    assert doubt.facts == {"payee": artist.address, "asset": asset}
