"""Licenses that were sold: renewed, handed on, shared, revoked, pinned."""

from random import Random
from typing import Any

from licet import errors
from licet.contracts.terms import LicenseTerms
from licet.licensee import Sublicense
from licet.rights.offer import Kind
from licet.rights.uses import Use
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import PERPETUAL, License
from tests.integration.bazaar.refusing import Reasons, closed, flagged, payee_of
from tests.integration.conftest import DAY


def renew(bazaar: Bazaar, random: Random) -> Attempt | None:
    model = bazaar.model
    if not model.licenses:
        return None
    subscriptions = [own for own in model.licenses if own.listed.offer.kind is Kind.SUBSCRIPTION]
    held = recent(random, subscriptions if subscriptions and random.random() < 0.9 else model.licenses)
    payer, listed, asset = bazaar.somebody(random), held.listed, held.listed.asset
    offer = listed.offer

    def refusals(now: int) -> Reasons:
        if held.parent:
            yield errors.LicenseUnknown
            return
        if offer.kind is not Kind.SUBSCRIPTION:
            yield errors.NotRenewable
        live = now < held.expires
        if held.revoked:
            yield errors.LicenseRevoked
        if now < asset.exclusive_until and not (live and offer.exclusive):
            yield errors.AssetExclusivelyLicensed
        yield from closed(bazaar, listed, 1, now)
        yield from flagged(bazaar, listed, 1, max(now, held.expires) + offer.duration)

    def then(renewal: Any) -> None:
        time = bazaar.time(renewal.receipts[-1])
        held.expires = (held.expires if time < held.expires else time) + offer.duration
        assert renewal.expires == {held.id: held.expires}
        if offer.exclusive:
            asset.exclusive_until = held.expires
        model.move(offer.currency, payer.address, payee_of(bazaar, listed), offer.price)
        model.counts["renewals"] += 1

    return Attempt(lambda: payer.buys.renew(held.id), then, lambda n: [*refusals(n)])


def transfer_license(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.licenses:
        return None
    held = recent(random, bazaar.model.licenses)
    sender, receiver = bazaar.mostly(random, held.holder), bazaar.somebody(random)

    def refusals(_: int) -> Reasons:
        if sender.address != held.holder:
            yield errors.NotLicensee
        if held.bound:
            yield errors.LicenseNotTransferable

    def then(_: object) -> None:
        held.holder = receiver.address

    return Attempt(lambda: sender.buys.transfer(held.id, receiver.address), then, lambda n: [*refusals(n)])


def sublicense(bazaar: Bazaar, random: Random) -> Attempt | None:
    model = bazaar.model
    open_ = [own for own in model.licenses if own.parent is None and own.terms.conditions.sublicensable]
    if not open_:
        return None
    held = recent(random, open_)
    sender, receiver = bazaar.mostly(random, held.holder), bazaar.somebody(random)
    uses = random.choice([held.uses, Use.TRAIN, Use.DERIVE])
    expires = random.choice([held.expires, bazaar.network.now + 5 * DAY])

    def refusals(now: int) -> Reasons:
        if sender.address != held.holder:
            yield errors.NotLicensee
        if held.revoked:
            yield errors.LicenseRevoked
        if now >= held.expires:
            yield errors.LicenseExpired
        if uses & ~held.uses or expires <= now or expires > held.expires:
            yield errors.SublicenseTooWide

    def then(granted: Sublicense) -> None:
        model.licenses.append(
            License(
                granted.license_id,
                held.listed,
                held.grant,
                receiver.address,
                expires,
                uses,
                bazaar.time(granted.receipt),
                bound=True,
                parent=held,
            )
        )
        model.counts["sublicenses"] += 1

    def act() -> Sublicense:
        return sender.buys.sublicense(held.id, receiver.address, uses, expires=expires)

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
    held, cause = recent(random, sold), 0
    if rulings and random.random() < 0.5:
        case = recent(random, rulings)
        assert isinstance(case.subject, License)
        held, cause = case.subject, case.id
    asset, offer, conditions = held.listed.asset, held.listed.offer, held.terms.conditions
    sender = bazaar.mostly(random, asset.holder)

    def refusals(now: int) -> Reasons:
        if sender.address != asset.holder:
            yield errors.NotLicensor
        if held.revoked:
            yield errors.LicenseRevoked
        if now >= held.expires:
            yield errors.LicenseExpired
        if cause:
            caused = any(case.id == cause and case.subject is held for case in rulings)
        else:
            since = max(held.reported_until, (held.sold_at // DAY + 1) * DAY)
            caused = bool(conditions.report_within) and now > since + conditions.report_within
        if not caused:
            yield errors.CauseInvalid

    def then(revocation: Any) -> None:
        time = bazaar.time(revocation.receipts[-1])
        perpetual = held.expires == PERPETUAL
        left, whole = (1, 1) if perpetual else (held.expires - time, offer.duration)
        refund = offer.price * left * conditions.refund_bps // (whole * 10_000)
        if offer.kind is Kind.METERED:
            refund = 0
        assert revocation.refund == refund
        held.revoked, held.expires = True, time
        if offer.exclusive:
            asset.exclusive_until = time
        vault = bazaar.vault_of(revocation.vault.split)
        assert list(vault.tree.shares) == [held.holder]
        model.move(offer.currency, sender.address, vault.address, refund)
        model.counts["revocations"] += 1

    return Attempt(lambda: sender.sells.revoke(held.terms, cause), then, lambda n: [*refusals(n)])


def pin_license(bazaar: Bazaar, random: Random) -> Attempt | None:
    sold = [own for own in bazaar.model.licenses if own.parent is None]
    if not sold:
        return None
    terms: LicenseTerms = recent(random, sold).terms
    sender = bazaar.somebody(random)
    return Attempt(lambda: sender.sells.pin_license(terms), lambda _: None)
