"""Offers: signed or published, by the holder or by an agent, withdrawn one by one or all."""

from random import Random
from typing import Any

from licet import errors
from licet.documents import TermsDocument, sha256
from licet.errors import InputError
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price
from licet.types import ZERO_ADDRESS
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import FOREVER, PERPETUAL, Asset, Listed
from tests.integration.bazaar.refusing import Reasons, beyond_parents, not_licensor, outdated
from tests.integration.conftest import DAY, DOLLAR

TERMS = tuple(
    TermsDocument(name, uses, "You may.")
    for name, uses in (
        ("All", Use.TRAIN | Use.TRAIN_GENERATIVE | Use.DERIVE),
        ("Remix", Use.DERIVE),
        ("Train", Use.TRAIN),
        ("Show", Use.DERIVE | Use.DISPLAY),
    )
)


def offer(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Somebody offers a license of their own work, or of one of whoever appointed them."""
    model = bazaar.model
    if not model.assets:
        return None
    asset = recent(random, model.assets)
    licensor = asset.holder if random.random() < 0.9 else bazaar.somebody(random).address
    agents = [agent for by, agent in model.agents if by == licensor]
    signer = bazaar.party(random.choice(agents) if agents and random.random() < 0.4 else licensor)
    terms = random.choice(TERMS)
    now = bazaar.network.now
    price = _price(bazaar, random, now, asset)
    # Conditions that somebody will have to look up are put where everybody finds them.
    looked_up = price.conditions.sublicensable or price.conditions.reporter != ZERO_ADDRESS
    published = price.kind is Kind.METERED or looked_up

    def act() -> Any:
        document = signer.sells.offer(asset.id, asset.vault.address, price, terms, licensor=licensor)
        if published:
            signer.sells.publish_offer(document.offer, document.conditions)
        return document

    def then(document: Any) -> None:
        listed = Listed(document, asset, signer.address, published=published)
        model.offers.append(listed)
        model.counts["offers"] += published

    def refusals(now: int) -> Reasons:
        if asset.holder != licensor:
            yield errors.NotRegistered
        if signer.address != licensor and model.agents.get((licensor, signer.address), 0) < now:
            yield errors.NotLicensor
        if asset.ceiling and price.kind is Kind.METERED:
            yield InputError
        if asset.upheld:
            yield errors.AssetDefeated
        if published and now < asset.exclusive_until:
            yield errors.AssetExclusivelyLicensed
        sold = max(now, price.start)
        expires = sold + price.duration if price.duration else PERPETUAL
        amount = 0 if price.kind is Kind.METERED else price.amount
        hashed = sha256(terms.to_bytes())
        yield from beyond_parents(asset, terms.uses, hashed, price.currency, amount, expires)

    return Attempt(act, then, lambda n: [*refusals(n)])


def _price(bazaar: Bazaar, random: Random, now: int, asset: Asset) -> Price:
    kind = random.choices(list(Kind), [5, 1, 2, 2])[0]
    amount = 0 if kind is Kind.FREE else random.randrange(1, 20 * DOLLAR)
    if kind is Kind.METERED:
        amount = random.randrange(1, DOLLAR)
    chance = random.random
    duration = random.choice([20, 60, 200]) * DAY if kind is Kind.SUBSCRIPTION or chance() < 0.4 else 0
    if asset.made and asset.parents_until < FOREVER and chance() < 0.8:
        duration = max(1, (asset.parents_until - now) // 2)
    currency = bazaar.token(random)
    if asset.ceiling and chance() < 0.8:
        currency = asset.ceiling[0]
    conditions = Conditions(
        royalty_bps=random.choice([0, 333, 1_000, 4_000]),
        revenue_ceiling=random.randrange(10, 500) * DOLLAR if chance() < 0.1 else 0,
        approval=chance() < 0.15,
        reciprocal=chance() < 0.1,
        sublicensable=chance() < 0.3,
        revocable=chance() < 0.4,
        report_within=DAY if chance() < 0.3 else 0,
        refund_bps=random.choice([0, 1, 5_000, 10_000]),
        resale_bps=random.choice([0, 250]),
        reporter=bazaar.somebody(random).address if chance() < 0.3 else ZERO_ADDRESS,
        unit_cap=random.choice([0, 50]),
        refund_delay=random.choice([0, DAY, 10 * DAY]),
    )
    return Price(
        currency,
        amount,
        kind,
        duration=duration,
        start=now + DAY if chance() < 0.05 else 0,
        end=now + 15 * DAY if chance() < 0.2 else 0,
        supply=random.choice([1, 3]) if chance() < 0.25 else 0,
        exclusive=chance() < 0.05 and kind is not Kind.METERED,
        transferable=chance() < 0.5 and kind is not Kind.METERED,
        conditions=conditions,
    )


def publish_offer(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.offers:
        return None
    listed = recent(random, bazaar.model.offers)
    sender = bazaar.mostly(random, listed.offer.licensor)

    def then(_: object) -> None:
        listed.published = True
        bazaar.model.counts["offers"] += 1

    def refusals(now: int) -> Reasons:
        yield from not_licensor(bazaar, sender, listed, now)
        yield from outdated(listed)
        if now < listed.asset.exclusive_until:
            yield errors.AssetExclusivelyLicensed

    document = listed.document
    return Attempt(
        lambda: sender.sells.publish_offer(document.offer, document.conditions),
        then,
        lambda n: [*refusals(n)],
    )


def cancel_offer(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.offers:
        return None
    listed = recent(random, bazaar.model.offers)
    sender = bazaar.mostly(random, listed.offer.licensor)

    def then(_: object) -> None:
        listed.cancelled = True

    return Attempt(
        lambda: sender.sells.cancel_offer(listed.offer),
        then,
        lambda n: [*not_licensor(bazaar, sender, listed, n)],
    )


def cancel_offers(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.assets:
        return None
    asset = recent(random, bazaar.model.assets)
    sender = bazaar.mostly(random, asset.holder)

    def then(_: object) -> None:
        asset.epoch += 1

    return Attempt(
        lambda: sender.sells.cancel_offers(asset.id),
        then,
        lambda _: [] if sender.address == asset.holder else [errors.NotDeedHolder],
    )


def appoint_agent(bazaar: Bazaar, random: Random) -> Attempt:
    licensor = bazaar.somebody(random)
    agent = bazaar.somebody(random, [licensor.address])
    until = bazaar.network.now + 30 * DAY if random.random() < 0.7 else 0

    def then(_: object) -> None:
        bazaar.model.agents[licensor.address, agent.address] = until

    return Attempt(lambda: licensor.sells.appoint_agent(agent.address, until), then)
