"""Use: reported under a root for each period, and metered: deposits, vouchers, settlements, the rest back."""

from random import Random
from typing import Any

from licet import errors
from licet.contracts.purses import purse_address
from licet.documents import UsageLog, UsageRecord
from licet.errors import InputError
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS, ZERO_HASH
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import License, Meter
from tests.integration.bazaar.trading import Reasons


def anchor(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Some records of one license, or a gateway's of any."""
    model = bazaar.model
    if not model.licenses:
        return None
    license = recent(random, model.licenses)
    reporter = bazaar.mostly(random, license.holder)
    gateway = random.random() < 0.2
    past = model.reported_until[reporter.address] if gateway else license.reported_until
    now = bazaar.network.now
    since = max(past + random.choice([-1, 0, 1, 1, 1, 100]), 1) if past else now - random.randint(0, 1_000)
    since, asset_id = min(since, now), license.listed.asset.id
    record = UsageRecord(asset_id, license.id, Use.TRAIN, random.randint(1, 99), since, now)
    log = UsageLog(since, now, (record,), ZERO_HASH if gateway else license.id)

    def refusals(_: int) -> Reasons:
        if not gateway and not _reports(license, reporter.address):
            yield errors.NotReporter
        if since <= past:
            yield errors.PeriodOverlaps

    def then(_: object) -> None:
        if gateway:
            model.reported_until[reporter.address] = now
        else:
            license.reported_until = now
        model.counts["anchors"] += 1

    return Attempt(lambda: reporter.buys.anchor_usage(log), then, lambda n: [*refusals(n)])


def _reports(license: License, reporter: str) -> bool:
    named = (license.holder, reporter) in license.named
    by_terms = license.admitted and license.terms.conditions.reporter == reporter
    return reporter == license.holder or named or by_terms


def name_reporter(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.licenses:
        return None
    license = recent(random, bazaar.model.licenses)
    sender, reporter = bazaar.mostly(random, license.holder), bazaar.somebody(random)
    named = random.random() < 0.8

    def then(_: object) -> None:
        change = license.named.add if named else license.named.discard
        change((sender.address, reporter.address))

    return Attempt(
        lambda: sender.buys.name_reporter(license.id, reporter.address, named=named),
        then,
        lambda _: [] if sender.address == license.holder else [errors.NotLicensee],
    )


def admit_reporter(bazaar: Bazaar, random: Random) -> Attempt | None:
    """The reporter whom the terms name, whoever holds the license."""
    # What the terms say is found on chain, or all documents would have to be looked through.
    found = [own for own in bazaar.model.licenses if own.listed.published and own.parent is None]
    if not found:
        return None
    license, sender = recent(random, found), bazaar.somebody(random)

    def then(_: object) -> None:
        license.admitted = True

    missing = license.terms.conditions.reporter == ZERO_ADDRESS
    return Attempt(
        lambda: sender.buys.admit_reporter(license.id),
        then,
        lambda _: [errors.ReporterMissing] if missing else [],
    )


# Metering.


def _meterable(bazaar: Bazaar, random: Random) -> License | None:
    """As a rule a metered license."""
    model = bazaar.model
    metered = [own for own in model.licenses if own.metered]
    if metered and random.random() < 0.92:
        return recent(random, metered)
    return recent(random, model.licenses) if model.licenses else None


def _unmetered(license: License) -> Reasons:
    if license.parent:
        yield errors.LicenseUnknown
    elif not license.metered:
        yield errors.NotMetered


def _opened(bazaar: Bazaar, license: License) -> Meter:
    """The license's account, which is opened if it was not."""
    if license.meter is None:
        license.meter = Meter(purse_address(bazaar.network.deployment.usage_ledger, license.id))
    return license.meter


def open_account(bazaar: Bazaar, random: Random) -> Attempt | None:
    license = _meterable(bazaar, random)
    if license is None:
        return None
    sender = bazaar.somebody(random)

    def refusals(_: int) -> Reasons:
        yield from _unmetered(license)
        if license.meter:
            yield errors.AccountAlreadyOpened

    return Attempt(
        lambda: sender.buys.open_account(license.id),
        lambda _: _opened(bazaar, license) and None,
        lambda n: [*refusals(n)],
    )


def deposit(bazaar: Bazaar, random: Random) -> Attempt | None:
    license = _meterable(bazaar, random)
    if license is None:
        return None
    sender, offer = bazaar.somebody(random), license.listed.offer
    amount = offer.price * random.randint(1, 30) + random.choice([0, 0, 1, 17])

    def refusals(_: int) -> Reasons:
        yield from _unmetered(license)
        if license.meter and license.meter.closes_at is not None:
            yield errors.AccountIsClosing

    def then(_: object) -> None:
        bazaar.model.move(offer.currency, sender.address, _opened(bazaar, license).purse, amount)

    return Attempt(lambda: sender.buys.deposit(license.id, amount), then, lambda n: [*refusals(n)])


def sign_voucher(bazaar: Bazaar, random: Random) -> Attempt | None:
    license = _meterable(bazaar, random)
    if license is None:
        return None
    sender = bazaar.mostly(random, license.grant.licensee)
    settled, cap = license.meter.units if license.meter else 0, license.terms.conditions.unit_cap
    units = settled + random.choice([0, 1, 3, 10, 40])

    def refusals(_: int) -> Reasons:
        yield from _unmetered(license)
        if sender.address != license.grant.licensee:
            yield errors.NotLicensee
        if units <= settled or (cap and units > cap):
            yield InputError

    def then(voucher: Any) -> None:
        vouchers[license.id] = vouchers.get(license.id, []) + [voucher]

    vouchers = bazaar.vouchers
    return Attempt(lambda: sender.buys.sign_voucher(license.id, units), then, lambda n: [*refusals(n)])


def settle(bazaar: Bazaar, random: Random) -> Attempt | None:
    """The newest voucher, or one that was settled before."""
    model = bazaar.model
    signed = [own for own in model.licenses if own.id in bazaar.vouchers and own.parent is None]
    if not signed:
        return None
    license, sender = recent(random, signed), bazaar.somebody(random)
    voucher = recent(random, bazaar.vouchers[license.id])
    offer, cap = license.listed.offer, license.terms.conditions.unit_cap
    settled = license.meter.units if license.meter else 0
    purse = purse_address(bazaar.network.deployment.usage_ledger, license.id)
    payable = settled + model.held[purse, offer.currency] // offer.price
    wanted = min(voucher.voucher.units, cap or voucher.voucher.units)

    def refusals(_: int) -> Reasons:
        if wanted <= settled:
            yield errors.VoucherSpent
        elif payable <= settled:
            yield errors.DepositTooSmall

    def then(settlement: Any) -> None:
        meter, units = _opened(bazaar, license), min(payable, wanted)
        amount = (units - settled) * offer.price
        assert (settlement.units, settlement.amount) == (units, amount)
        meter.units, meter.settled = units, meter.settled + amount
        model.release(offer.currency, meter.purse, offer.payee, amount)
        model.counts["settlements"] += 1

    terms = license.terms
    return Attempt(lambda: sender.sells.settle(voucher, terms), then, lambda n: [*refusals(n)])


def close_account(bazaar: Bazaar, random: Random) -> Attempt | None:
    license = _meterable(bazaar, random)
    if license is None:
        return None
    sender = bazaar.mostly(random, license.grant.licensee)

    def refusals(_: int) -> Reasons:
        yield from _unmetered(license)
        if sender.address != license.grant.licensee:
            yield errors.NotLicensee
        if license.meter is None:
            yield errors.AccountNotOpened
        elif license.meter.closes_at is not None:
            yield errors.AccountIsClosing

    def then(closes_at: int) -> None:
        assert license.meter is not None
        license.meter.closes_at = closes_at

    return Attempt(lambda: sender.buys.close_account(license.id), then, lambda n: [*refusals(n)])


def withdraw_deposit(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Anybody has what is left paid to the licensee."""
    model, license = bazaar.model, _meterable(bazaar, random)
    if license is None:
        return None
    closed = [own for own in model.licenses if own.meter and own.meter.closes_at is not None]
    if closed and random.random() < 0.7:
        license = recent(random, closed)
    meter, sender = license.meter, bazaar.somebody(random)
    token = license.listed.offer.currency if random.random() < 0.8 else bazaar.token(random)

    def refusals(now: int) -> Reasons:
        yield from _unmetered(license)
        if meter is None:
            yield errors.AccountNotOpened
        else:
            if meter.closes_at is None or now < meter.closes_at:
                yield errors.DepositLocked
            if not model.held[meter.purse, token]:
                yield errors.DepositEmpty

    def then(amount: int) -> None:
        assert meter is not None
        assert amount == model.held[meter.purse, token]
        meter.withdrawn[token] += amount
        model.release(token, meter.purse, license.grant.licensee, amount)

    return Attempt(
        lambda: sender.buys.withdraw_deposit(license.id, token), then, lambda n: [*refusals(n)]
    )


