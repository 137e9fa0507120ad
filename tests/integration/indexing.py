"""What the tests of the index share: a story with events of many kinds, and how databases are compared."""

import hashlib
from pathlib import Path
from typing import Any

from licet.contracts.disputes import Ruling
from licet.contracts.vaults import VaultClaim
from licet.index import Index, schema
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS, ZERO_HASH
from tests.integration.conftest import DAY, DOLLAR, Party
from tests.integration.market import MONTH, PRICE, Market

QUICK: dict[str, Any] = {"pauses": (0.0,)}
"""No waiting between tries."""


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


def content(index: Index) -> dict[str, str]:
    """All that a database has, its cursor included: a digest of each table."""
    return {table.name: digest(index, table) for table in schema.ALL}


def digest(index: Index, table: schema.Table) -> str:
    found = hashlib.sha256()
    for row in index.store.select(table):
        values = [bytes(value) if isinstance(value, memoryview) else value for value in row]
        found.update(repr(values).encode())
    return found.hexdigest()


def fresh(url: str, deployment: Any, folder: Path, **options: Any) -> dict[str, str]:
    """What an index made at once has."""
    path = folder / "fresh.sqlite"
    for made in folder.glob("fresh.sqlite*"):
        made.unlink()
    with Index(path) as index:
        index.update([url], deployment, **options)
        return content(index)
