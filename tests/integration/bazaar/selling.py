"""Sales: by permit, allowance, authorization or native coin, in baskets, of seats, for somebody else."""

from random import Random

from licet import errors
from licet.errors import InputError
from licet.licensee import Purchase
from licet.rights.offer import Kind, new_salt
from licet.types import ZERO_ADDRESS
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import PERPETUAL, License, Listed
from tests.integration.bazaar.refusing import Reasons, payee_of, unsaleable
from tests.integration.conftest import Party


def buy(bazaar: Bazaar, random: Random) -> Attempt | None:
    """By permit, allowance or native coin; some seats, or for somebody else, or the same again."""
    model = bazaar.model
    if not model.offers:
        return None
    listed, payer = recent(random, model.offers), bazaar.somebody(random)
    licensee = payer if random.random() < 0.8 else bazaar.somebody(random)
    quantity = random.choice([1, 1, 1, 2, 5])
    again = [own for own in model.licenses if own.listed is listed and own.parent is None]
    salt = new_salt()
    if again and random.random() < 0.05:
        salt, licensee = again[-1].grant.salt, bazaar.party(again[-1].grant.licensee)
    total = 0 if listed.offer.kind is Kind.METERED else listed.offer.price * quantity
    allow = random.random() < 0.3

    def act() -> Purchase:
        if allow and total and listed.offer.currency == bazaar.dollar:
            payer.dollar.approve(bazaar.network.deployment.license_token, total)
        return payer.buys.buy(listed.document, licensee=licensee.address, salt=salt, quantity=quantity)

    def refusals(now: int) -> Reasons:
        yield from unsaleable(bazaar, listed, quantity, now)
        if any(own.grant.salt == salt and own.grant.licensee == licensee.address for own in again):
            yield errors.LicenseAlreadySold

    return Attempt(act, lambda bought: sold(bazaar, bought, payer, {listed}), lambda n: [*refusals(n)])


def buy_by_authorization(bazaar: Bazaar, random: Random) -> Attempt | None:
    """One signs the payment, another sends it."""
    if not bazaar.model.offers:
        return None
    listed, payer = recent(random, bazaar.model.offers), bazaar.somebody(random)
    licensee, sender = bazaar.somebody(random), bazaar.somebody(random)
    quantity = random.choice([1, 1, 3])

    def act() -> Purchase:
        paid = payer.buys.authorize(listed.document, licensee=licensee.address, quantity=quantity)
        return sender.buys.submit(paid)

    def refusals(now: int) -> Reasons:
        if listed.offer.kind in (Kind.FREE, Kind.METERED) or listed.offer.currency == ZERO_ADDRESS:
            yield InputError
        yield from unsaleable(bazaar, listed, quantity, now)

    return Attempt(act, lambda bought: sold(bazaar, bought, payer, {listed}), lambda n: [*refusals(n)])


def buy_basket(bazaar: Bazaar, random: Random) -> Attempt | None:
    """On several offers at once, all or those that sell."""
    model = bazaar.model
    if not model.offers:
        return None
    payer, skip = bazaar.somebody(random), random.random() < 0.6
    # One of each asset, so that none changes what another may do.
    chosen = {
        listed.asset.id: listed
        for listed in (recent(random, model.offers) for _ in range(random.randint(2, 6)))
    }
    offers = list(chosen.values())

    def saleable(now: int) -> set[Listed]:
        return {listed for listed in offers if not [*unsaleable(bazaar, listed, 1, now)]}

    def refusals(now: int) -> Reasons:
        if not skip:
            for listed in offers:
                yield from unsaleable(bazaar, listed, 1, now)

    def act() -> tuple[Purchase, set[Listed]]:
        expected = saleable(bazaar.network.now + 1)
        return payer.buys.buy_basket([listed.document for listed in offers], skip=skip), expected

    def then(result: tuple[Purchase, set[Listed]]) -> None:
        sold(bazaar, result[0], payer, result[1])

    return Attempt(act, then, lambda n: [*refusals(n)], saleable)


def sold(bazaar: Bazaar, bought: Purchase, payer: Party, expected: set[Listed]) -> None:
    """Books what was bought: exactly what sells."""
    model, time = bazaar.model, bazaar.time(bought.receipts[-1])
    by_hash = {listed.offer.struct_hash(): listed for listed in expected}
    assert {order.offer.struct_hash() for order in bought.orders} == set(by_hash), "what was sold"
    for order in bought.orders:
        listed = by_hash[order.offer.struct_hash()]
        offer, asset = listed.offer, listed.asset
        expires = time + offer.duration if offer.duration else PERPETUAL
        if offer.supply:
            listed.sold += order.quantity
        for grant in order.grants():
            model.licenses.append(
                License(
                    grant.license_id,
                    listed,
                    grant,
                    order.licensee,
                    expires,
                    offer.uses,
                    time,
                    bound=not offer.transferable,
                )
            )
        if offer.exclusive:
            asset.exclusive_until = min(expires, 2**32 - 1)
        model.move(offer.currency, payer.address, payee_of(bazaar, listed), order.total)
        line = (order.license_id, order.licensee, payer.address, offer.payee)
        model.sales.append((*line, offer.price, order.quantity, offer.currency))
        model.counts["sales"] += 1
