"""Works and licenses: registered, offered, sold in every way, renewed, handed on, shared, revoked."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from licet import errors
from licet.catalog import Catalog
from licet.contracts.terms import LicenseTerms
from licet.documents import TermsDocument, Work, sha256
from licet.errors import InputError, LicetError
from licet.licensee import Purchase, Sublicense
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, new_salt
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.rights_holder import Price
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import PERPETUAL, Asset, Escrow, License, Listed
from tests.integration.conftest import DAY, DOLLAR, Party

Op = Callable[[Bazaar, Random], Attempt | None]
Reasons = Iterator[type[LicetError]]

TERMS = tuple(
    TermsDocument(name, uses, "You may.")
    for name, uses in (
        ("All", Use.TRAIN | Use.TRAIN_GENERATIVE | Use.DERIVE),
        ("Remix", Use.DERIVE),
        ("Train", Use.TRAIN),
        ("Show", Use.DERIVE | Use.DISPLAY),
    )
)
ANYTHING = Use(0xFFFFFFFF)


# Registering.


def register_work(bazaar: Bazaar, random: Random) -> Attempt:
    """A new work, or one that somebody has registered; sometimes for somebody else who signed it."""
    model, registrant = bazaar.model, bazaar.somebody(random)
    singles = [asset for asset in model.assets if not asset.works]
    if singles and random.random() < 0.15:
        text = bazaar.folder / f"work-{recent(random, singles).content}"
    else:
        data = random.randbytes(40)
        text = bazaar.folder / f"work-{sha256(data)}"
        text.write_bytes(data)
    content = sha256(text.read_bytes())
    vault = bazaar.vault_of(bazaar.split(random))
    sent_by = bazaar.somebody(random)

    def act() -> Hash32:
        registrant.sells.publish_split(vault.vault.split)
        if random.random() < 0.7:
            return registrant.sells.register_work(text).asset_id
        registration = Registration(registrant.address, content, deadline=bazaar.network.now + DAY)
        signature = registrant.sells.sign_registration(registration)
        return sent_by.sells.register_for(registration, signature).asset_id

    def then(asset_id: Hash32) -> None:
        model.assets.append(Asset(asset_id, content, registrant.address, vault))
        model.counts["registrations"] += 1

    taken = any(
        asset.content == content and asset.id == Registration(registrant.address, content).asset_id
        for asset in model.assets
    )
    return Attempt(act, then, lambda _: [errors.AssetAlreadyRegistered] if taken else [])


def register_catalog(bazaar: Bazaar, random: Random) -> Attempt:
    """A catalogue of a few works."""
    model, registrant = bazaar.model, bazaar.somebody(random)
    works = tuple(Work(str(n), hash32(random.randbytes(32))) for n in range(random.randint(2, 5)))
    catalog = Catalog(works, {}, 1)
    vault = bazaar.vault_of(bazaar.split(random))

    def act() -> Hash32:
        registrant.sells.publish_split(vault.vault.split)
        return registrant.sells.register_catalog(catalog, "Some works").asset_id

    def then(asset_id: Hash32) -> None:
        contents = tuple(work.sha256 for work in works)
        model.assets.append(Asset(asset_id, catalog.tree().root, registrant.address, vault, contents))
        model.counts["registrations"] += 1

    return Attempt(act, then)


def transfer_deed(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.assets:
        return None
    asset = recent(random, bazaar.model.assets)
    sender, receiver = bazaar.mostly(random, asset.holder), bazaar.somebody(random)

    def then(_: object) -> None:
        asset.holder = receiver.address
        asset.epoch += 1

    return Attempt(
        lambda: sender.sells.transfer_deed(asset.id, receiver.address),
        then,
        lambda _: [] if sender.address == asset.holder else [errors.NotDeedHolder],
    )


def pin_vault(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.assets:
        return None
    asset = recent(random, bazaar.model.assets)
    sender = bazaar.mostly(random, asset.holder)
    vault = recent(random, bazaar.model.assets).vault if random.random() < 0.3 else asset.vault
    bps = random.choice([0, 250, 10_000, 10_001])

    def refusals(_: int) -> Reasons:
        if sender.address != asset.holder:
            yield errors.NotDeedHolder
        if bps > 10_000:
            yield errors.ResaleInvalid
        if asset.made and vault is not asset.vault:
            yield errors.PayeeNotVault

    return Attempt(
        lambda: sender.sells.pin_vault(asset.id, vault.address, bps), lambda _: None, lambda n: [*refusals(n)]
    )


# Offering.


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
        yield from _beyond_parents(model, asset, terms, price.currency, amount, expires)

    return Attempt(act, then, lambda n: [*refusals(n)])


def _price(bazaar: Bazaar, random: Random, now: int, asset: Asset) -> Price:
    kind = random.choices(list(Kind), [5, 1, 2, 2])[0]
    amount = 0 if kind is Kind.FREE else random.randrange(1, 20 * DOLLAR)
    if kind is Kind.METERED:
        amount = random.randrange(1, DOLLAR)
    chance = random.random
    duration = random.choice([20, 60, 200]) * DAY if kind is Kind.SUBSCRIPTION or chance() < 0.4 else 0
    if asset.made and asset.parents_until < 2**32 - 1 and chance() < 0.8:
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
        yield from _not_licensor(bazaar, sender, listed, now)
        yield from _outdated(listed)
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
        lambda n: [*_not_licensor(bazaar, sender, listed, n)],
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


# Selling.


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
        yield from _unsaleable(bazaar, listed, quantity, now)
        if any(own.grant.salt == salt and own.grant.licensee == licensee.address for own in again):
            yield errors.LicenseAlreadySold

    return Attempt(act, lambda bought: _sold(bazaar, bought, payer, {listed}), lambda n: [*refusals(n)])


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
        yield from _unsaleable(bazaar, listed, quantity, now)

    return Attempt(act, lambda bought: _sold(bazaar, bought, payer, {listed}), lambda n: [*refusals(n)])


def buy_basket(bazaar: Bazaar, random: Random) -> Attempt | None:
    """On several offers at once, all or those that sell."""
    model = bazaar.model
    if not model.offers:
        return None
    payer, skip = bazaar.somebody(random), random.random() < 0.6
    # One of each asset, so that none changes what another may do.
    chosen = {
        listed.asset.id: listed for listed in (recent(random, model.offers) for _ in range(random.randint(2, 6)))
    }
    offers = list(chosen.values())

    def saleable(now: int) -> set[Listed]:
        return {listed for listed in offers if not [*_unsaleable(bazaar, listed, 1, now)]}

    def refusals(now: int) -> Reasons:
        if not skip:
            for listed in offers:
                yield from _unsaleable(bazaar, listed, 1, now)

    def act() -> tuple[Purchase, set[Listed]]:
        expected = saleable(bazaar.network.now + 1)
        return payer.buys.buy_basket([listed.document for listed in offers], skip=skip), expected

    def then(result: tuple[Purchase, set[Listed]]) -> None:
        _sold(bazaar, result[0], payer, result[1])

    return Attempt(act, then, lambda n: [*refusals(n)], saleable)


def _sold(bazaar: Bazaar, bought: Purchase, payer: Party, expected: set[Listed]) -> None:
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
        model.move(offer.currency, payer.address, _payee(bazaar, listed), order.total)
        line = (order.license_id, order.licensee, payer.address, offer.payee)
        model.sales.append((*line, offer.price, order.quantity, offer.currency))
        model.counts["sales"] += 1


def _payee(bazaar: Bazaar, listed: Listed) -> Address:
    """Who is paid for an offer now: its payee, or the escrow while its asset is disputed."""
    asset, payee = listed.asset, listed.offer.payee
    if not asset.escrowing:
        return payee
    assert asset.latest is not None
    purse = bazaar.people[0].contracts.disputes.purse_of(asset.latest.id, payee)
    bazaar.model.escrows[purse] = Escrow(asset.latest, payee, purse)
    return purse


def _unsaleable(bazaar: Bazaar, listed: Listed, quantity: int, now: int) -> Reasons:
    """Why an offer does not sell."""
    offer = listed.offer
    if now < listed.asset.exclusive_until:
        yield errors.AssetExclusivelyLicensed
    if offer.supply and listed.sold + quantity > offer.supply:
        yield errors.OfferSoldOut
    expires = now + offer.duration if offer.duration else PERPETUAL
    yield from _closed(bazaar, listed, quantity, now)
    yield from _flagged(bazaar, listed, quantity, expires)


def _closed(bazaar: Bazaar, listed: Listed, quantity: int, now: int) -> Reasons:
    offer = listed.offer
    yield from _outdated(listed)
    if offer.exclusive and quantity > 1:
        yield errors.QuantityInvalid
    if now < offer.start:
        yield errors.OfferNotStarted
    if offer.end and now > offer.end:
        yield errors.OfferExpired
    if listed.cancelled:
        yield errors.OfferIsCancelled
    if not listed.published and not _signs(bazaar, listed.signer, offer.licensor, now):
        yield errors.OfferSignatureInvalid


def _flagged(bazaar: Bazaar, listed: Listed, quantity: int, expires: int) -> Reasons:
    asset, offer = listed.asset, listed.offer
    amount = 0 if offer.kind is Kind.METERED else offer.price * quantity
    if asset.upheld:
        yield errors.AssetDefeated
    if asset.ceiling and offer.kind is Kind.METERED:
        yield errors.OfferKindInvalid
    if asset.ceiling and asset.escrowing and amount:
        yield errors.CeilingInDispute
    terms = next(terms for terms in TERMS if sha256(terms.to_bytes()) == offer.terms_hash)
    yield from _beyond_parents(bazaar.model, asset, terms, offer.currency, amount, expires)


def _beyond_parents(
    model: Any, asset: Asset, terms: TermsDocument, currency: Address, amount: int, expires: int
) -> Reasons:
    """What a derivative's parents do not allow."""
    if not asset.made:
        return
    if terms.uses & ~asset.uses:
        yield errors.UsesBeyondParents
    if asset.parents_until != 2**32 - 1 and expires > asset.parents_until:
        yield errors.TermBeyondParents
    if asset.reciprocal not in (None, sha256(terms.to_bytes())):
        yield errors.TermsNotReciprocal
    if asset.ceiling and amount:
        if currency != asset.ceiling[0]:
            yield errors.CurrencyNotCeilings
        elif asset.vault.received[currency] + amount > asset.ceiling[1]:
            yield errors.RevenueCeilingReached


def _outdated(listed: Listed) -> Reasons:
    if listed.offer.licensor != listed.asset.holder:
        yield errors.OfferNotFromHolder
    if listed.offer.epoch != listed.asset.epoch:
        yield errors.OfferOutdated


def _signs(bazaar: Bazaar, signer: Address, licensor: Address, now: int) -> bool:
    return signer == licensor or now <= bazaar.model.agents.get((licensor, signer), 0)


def _not_licensor(bazaar: Bazaar, sender: Party, listed: Listed, now: int) -> Reasons:
    if not _signs(bazaar, sender.address, listed.offer.licensor, now):
        yield errors.NotLicensor


# What becomes of licenses.


def renew(bazaar: Bazaar, random: Random) -> Attempt | None:
    model = bazaar.model
    if not model.licenses:
        return None
    subscriptions = [own for own in model.licenses if own.listed.offer.kind is Kind.SUBSCRIPTION]
    license = recent(random, subscriptions if subscriptions and random.random() < 0.9 else model.licenses)
    payer, listed, asset = bazaar.somebody(random), license.listed, license.listed.asset
    offer = listed.offer

    def refusals(now: int) -> Reasons:
        if license.parent:
            yield errors.LicenseUnknown
            return
        if offer.kind is not Kind.SUBSCRIPTION:
            yield errors.NotRenewable
        live = now < license.expires
        if license.revoked:
            yield errors.LicenseRevoked
        if now < asset.exclusive_until and not (live and offer.exclusive):
            yield errors.AssetExclusivelyLicensed
        yield from _closed(bazaar, listed, 1, now)
        yield from _flagged(bazaar, listed, 1, max(now, license.expires) + offer.duration)

    def then(renewal: Any) -> None:
        time = bazaar.time(renewal.receipts[-1])
        license.expires = (license.expires if time < license.expires else time) + offer.duration
        assert renewal.expires == {license.id: license.expires}
        if offer.exclusive:
            asset.exclusive_until = license.expires
        model.move(offer.currency, payer.address, _payee(bazaar, listed), offer.price)
        model.counts["renewals"] += 1

    return Attempt(lambda: payer.buys.renew(license.id), then, lambda n: [*refusals(n)])


def transfer_license(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.licenses:
        return None
    license = recent(random, bazaar.model.licenses)
    sender, receiver = bazaar.mostly(random, license.holder), bazaar.somebody(random)

    def refusals(_: int) -> Reasons:
        if sender.address != license.holder:
            yield errors.NotLicensee
        if license.bound:
            yield errors.LicenseNotTransferable

    def then(_: object) -> None:
        license.holder = receiver.address

    return Attempt(
        lambda: sender.buys.transfer(license.id, receiver.address), then, lambda n: [*refusals(n)]
    )


def sublicense(bazaar: Bazaar, random: Random) -> Attempt | None:
    model = bazaar.model
    open_ = [
        own for own in model.licenses if own.parent is None and own.terms.conditions.sublicensable
    ]
    if not open_:
        return None
    license = recent(random, open_)
    sender, receiver = bazaar.mostly(random, license.holder), bazaar.somebody(random)
    uses = random.choice([license.uses, Use.TRAIN, Use.DERIVE])
    expires = random.choice([license.expires, bazaar.network.now + 5 * DAY])

    def refusals(now: int) -> Reasons:
        if sender.address != license.holder:
            yield errors.NotLicensee
        if license.revoked:
            yield errors.LicenseRevoked
        if now >= license.expires:
            yield errors.LicenseExpired
        if uses & ~license.uses or expires <= now or expires > license.expires:
            yield errors.SublicenseTooWide

    def then(granted: Sublicense) -> None:
        model.licenses.append(
            License(
                granted.license_id,
                license.listed,
                license.grant,
                receiver.address,
                expires,
                uses,
                bazaar.time(granted.receipt),
                bound=True,
                parent=license,
            )
        )
        model.counts["sublicenses"] += 1

    def act() -> Sublicense:
        return sender.buys.sublicense(license.id, receiver.address, uses, expires=expires)

    return Attempt(act, then, lambda n: [*refusals(n)])


def revoke(bazaar: Bazaar, random: Random) -> Attempt | None:
    """For want of reports, or by a ruling; the refund waits for the license's holder."""
    model = bazaar.model
    sold = [own for own in model.licenses if own.parent is None]
    if not sold:
        return None
    rulings = [
        case for case in model.disputes if isinstance(case.subject, License) and case.status == "upheld"
    ]
    license, cause = recent(random, sold), 0
    if rulings and random.random() < 0.5:
        case = recent(random, rulings)
        assert isinstance(case.subject, License)
        license, cause = case.subject, case.id
    asset, offer, conditions = license.listed.asset, license.listed.offer, license.terms.conditions
    sender = bazaar.mostly(random, asset.holder)

    def refusals(now: int) -> Reasons:
        if sender.address != asset.holder:
            yield errors.NotLicensor
        if license.revoked:
            yield errors.LicenseRevoked
        if now >= license.expires:
            yield errors.LicenseExpired
        if cause:
            caused = any(case.id == cause and case.subject is license for case in rulings)
        else:
            since = max(license.reported_until, (license.sold_at // DAY + 1) * DAY)
            caused = bool(conditions.report_within) and now > since + conditions.report_within
        if not caused:
            yield errors.CauseInvalid

    def then(revocation: Any) -> None:
        time = bazaar.time(revocation.receipts[-1])
        perpetual = license.expires == PERPETUAL
        left, whole = (1, 1) if perpetual else (license.expires - time, offer.duration)
        refund = offer.price * left * conditions.refund_bps // (whole * 10_000)
        if offer.kind is Kind.METERED:
            refund = 0
        assert revocation.refund == refund
        license.revoked, license.expires = True, time
        if offer.exclusive:
            asset.exclusive_until = time
        vault = bazaar.vault_of(revocation.vault.split)
        assert list(vault.tree.shares) == [license.holder]
        model.move(offer.currency, sender.address, vault.address, refund)
        model.counts["revocations"] += 1

    return Attempt(lambda: sender.sells.revoke(license.terms, cause), then, lambda n: [*refusals(n)])


def pin_license(bazaar: Bazaar, random: Random) -> Attempt | None:
    sold = [own for own in bazaar.model.licenses if own.parent is None]
    if not sold:
        return None
    terms: LicenseTerms = recent(random, sold).terms
    sender = bazaar.somebody(random)
    return Attempt(lambda: sender.sells.pin_license(terms), lambda _: None)
