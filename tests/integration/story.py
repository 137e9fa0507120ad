"""A story with events of most kinds, of all contracts; and what makes a module's tests begin with it.

Telling it takes seconds. A module that imports `network` and `folder` from here runs on a node where it has
been told once: each test starts from there, and what the test did is undone after it.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.contracts.disputes import Ruling
from licet.contracts.vaults import VaultClaim
from licet.documents import PayeeShare, SplitDocument
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS, ZERO_HASH
from tests.integration.conftest import (
    ARTIST,
    CO_ARTIST,
    DAY,
    DOLLAR,
    LICENSEE,
    LICENSOR,
    RIVAL,
    STRANGER,
    Network,
    Party,
    Told,
    development_signer,
    restored,
)
from tests.integration.market import MONTH, PRICE, Market


@pytest.fixture
def network(told: Told) -> Iterator[Network]:
    """The chain after the story."""
    yield from restored(told.network)


@pytest.fixture
def folder(told: Told, tmp_path: Path) -> Path:
    """Where everybody publishes, with what was published in the story."""
    return Path(shutil.copytree(told.folder, tmp_path / "documents"))


def tell(network: Network, folder: Path) -> None:
    """Tells the story on a network; works and documents go into the folder."""

    def party(index: int) -> Party:
        return Party(network, development_signer(index), folder / "documents")

    def make_work(text: str) -> Path:
        path = folder / f"{text.replace(' ', '_')}.txt"
        path.write_text(text)
        return path

    licensor, artist = party(LICENSOR), party(ARTIST)
    payees = [PayeeShare(artist.address, 3), PayeeShare(party(CO_ARTIST).address, 1)]
    vault = licensor.sells.publish_split(SplitDocument.of(payees)).vault
    play(Market(network, licensor, party(LICENSEE), party(RIVAL), party(STRANGER), vault, make_work), artist)


def play(market: Market, artist: Party) -> None:
    """Events of most kinds, of all contracts."""
    licensor, licensee, rival, stranger = market.licensor, market.licensee, market.rival, market.stranger
    network = market.network
    poem, tune = market.register(licensor, "a poem"), market.register(rival, "a tune")
    licensor.contracts.licenses.appoint_agent(stranger.address, network.now + MONTH)
    market.sell(poem, quantity=3)
    seats = market.sell(poem, kind=OfferKind.SUBSCRIPTION, duration=MONTH, quantity=2)
    market.renew(seats)
    market.sell(poem, duration=MONTH, currency=ZERO_ADDRESS, amount=10**20, exclusive=True)
    # Sublicenses and pins.
    conditions = Conditions(sublicensable=True, resale_bps=250, royalty_bps=1_000)
    sold = market.sell(tune, rival, duration=MONTH, transferable=True, conditions=conditions)
    licensee.contracts.licenses.grant_sublicense(
        sold.grant, sold.conditions, stranger.address, Use.TRAIN, network.now + DAY, ZERO_HASH
    )
    stranger.contracts.licenses.pin(sold.grant, sold.conditions)
    licensor.contracts.assets.pin_vault(poem, market.vault, 300)
    song = market.derive(licensee, "a song", (sold,))
    artist.contracts.assets.refresh_parents(song.asset_id, song.split.root, song.license_ids)
    split = song.split
    claim = VaultClaim(split.root, market.dollar, licensee.address, split.proof(licensee.address), song.salt)
    market.buy(market.offer(song.asset_id, licensee, payee=song.vault, duration=DAY), stranger)
    licensee.contracts.vaults.claim([claim])
    market.fund(licensee, PRICE, market.dollar)
    licensee.dollar.transfer(song.vault, DOLLAR)
    licensee.contracts.vaults.claim_to(song.vault, claim, artist.address)
    # Use.
    market.anchor(licensee, sold, network.now - 10, network.now)
    metered = market.metered()
    market.deposit(metered, 100 * DOLLAR)
    market.settle(metered, 7)
    # Cases.
    revocable = market.sell(tune, rival, conditions=Conditions(revocable=True, refund_bps=2_500))
    rival.contracts.disputes.dispute_license(revocable.grant, revocable.conditions)
    market.rule(Ruling.UPHOLD)
    market.fund(rival, PRICE, revocable.offer.currency)
    rival.contracts.licenses.revoke(revocable.grant, revocable.conditions, 1)
    statement = market.state(licensor, poem, market.split_of(licensor, artist))
    stranger.contracts.statements.contest(statement)
    market.rule(Ruling.REJECT)
    licensor.contracts.assets.cancel_offers(poem)
