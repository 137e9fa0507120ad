"""Use: reported under a root for each period, and metered: deposits, vouchers, settlements, the rest back."""

from random import Random
from typing import Any

from licet import errors
from licet.contracts.purses import purse_address
from licet.documents import UsageLog, UsageRecord
from licet.errors import InputError
from licet.types import ZERO_ADDRESS, ZERO_HASH
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import License, Meter
from tests.integration.bazaar.refusing import Reasons


def anchor(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Some records of one license, or a gateway's of any: of what it permits, and while it ran."""
    model = bazaar.model
    if not model.licenses:
        return None
    held = recent(random, model.licenses)
    reporter = bazaar.mostly(random, held.holder)
    gateway = random.random() < 0.2
    past = model.reported_until[reporter.address] if gateway else held.reported_until
    now = bazaar.network.now
    since = max(past + random.choice([-1, 0, 1, 1, 1, 100]), 1) if past else now - random.randint(0, 1_000)
    until = min(now, held.expires - 1)
    since, asset_id = min(since, now), held.listed.asset.id
    if since > until:
        return None
    record = UsageRecord(asset_id, held.id, held.uses, random.randint(1, 99), since, until)
    log = UsageLog(since, until, (record,), ZERO_HASH if gateway else held.id)

    def refusals(_: int) -> Reasons:
        if not gateway and not _reports(held, reporter.address):
            yield errors.NotReporter
        if since <= past:
            yield errors.PeriodOverlaps

    def then(_: object) -> None:
        if gateway:
            model.reported_until[reporter.address] = until
        else:
            held.reported_until = until
        model.counts["anchors"] += 1

    return Attempt(lambda: reporter.buys.anchor_usage(log), then, lambda n: [*refusals(n)])


def _reports(held: License, reporter: str) -> bool:
    named = (held.holder, reporter) in held.named
    by_terms = held.admitted and held.terms.conditions.reporter == reporter
    return reporter == held.holder or named or by_terms


def name_reporter(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.licenses:
        return None
    held = recent(random, bazaar.model.licenses)
    sender, reporter = bazaar.mostly(random, held.holder), bazaar.somebody(random)
    named = random.random() < 0.8

    def then(_: object) -> None:
        change = held.named.add if named else held.named.discard
        change((sender.address, reporter.address))

    return Attempt(
        lambda: sender.buys.name_reporter(held.id, reporter.address, named=named),
        then,
        lambda _: [] if sender.address == held.holder else [errors.NotLicensee],
    )


def admit_reporter(bazaar: Bazaar, random: Random) -> Attempt | None:
    """The reporter whom the terms name, whoever holds the license."""
    # What the terms say is found on chain, or all documents would have to be looked through.
    found = [own for own in bazaar.model.licenses if own.listed.published and own.parent is None]
    if not found:
        return None
    held, sender = recent(random, found), bazaar.somebody(random)

    def then(_: object) -> None:
        held.admitted = True

    missing = held.terms.conditions.reporter == ZERO_ADDRESS
    return Attempt(
        lambda: sender.buys.admit_reporter(held.id),
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


def _unmetered(held: License) -> Reasons:
    if held.parent:
        yield errors.LicenseUnknown
    elif not held.metered:
        yield errors.NotMetered


def _opened(bazaar: Bazaar, held: License) -> Meter:
    """The license's account, which is opened if it was not."""
    if held.meter is None:
        held.meter = Meter(purse_address(bazaar.network.deployment.usage_ledger, held.id))
    return held.meter


def open_account(bazaar: Bazaar, random: Random) -> Attempt | None:
    held = _meterable(bazaar, random)
    if held is None:
        return None
    sender = bazaar.somebody(random)

    def refusals(_: int) -> Reasons:
        yield from _unmetered(held)
        if held.meter:
            yield errors.AccountAlreadyOpened

    return Attempt(
        lambda: sender.buys.open_account(held.id),
        lambda _: _opened(bazaar, held) and None,
        lambda n: [*refusals(n)],
    )


def deposit(bazaar: Bazaar, random: Random) -> Attempt | None:
    held = _meterable(bazaar, random)
    if held is None:
        return None
    sender, offer = bazaar.somebody(random), held.listed.offer
    amount = offer.price * random.randint(1, 30) + random.choice([0, 0, 1, 17])

    def refusals(_: int) -> Reasons:
        yield from _unmetered(held)
        if held.meter and held.meter.closes_at is not None:
            yield errors.AccountIsClosing

    def then(_: object) -> None:
        bazaar.model.move(offer.currency, sender.address, _opened(bazaar, held).purse, amount)

    return Attempt(lambda: sender.buys.deposit(held.id, amount), then, lambda n: [*refusals(n)])


def sign_voucher(bazaar: Bazaar, random: Random) -> Attempt | None:
    held = _meterable(bazaar, random)
    if held is None:
        return None
    sender = bazaar.mostly(random, held.grant.licensee)
    settled, cap = held.meter.units if held.meter else 0, held.terms.conditions.unit_cap
    units = settled + random.choice([0, 1, 3, 10, 40])

    def refusals(_: int) -> Reasons:
        yield from _unmetered(held)
        if sender.address != held.grant.licensee:
            yield errors.NotLicensee
        if units <= settled or (cap and units > cap):
            yield InputError

    def then(voucher: Any) -> None:
        vouchers.setdefault(held.id, []).append(voucher)

    vouchers = bazaar.vouchers
    return Attempt(lambda: sender.buys.sign_voucher(held.id, units), then, lambda n: [*refusals(n)])


def settle(bazaar: Bazaar, random: Random) -> Attempt | None:
    """The newest voucher, or one that was settled before."""
    model = bazaar.model
    signed = [own for own in model.licenses if own.id in bazaar.vouchers and own.parent is None]
    if not signed:
        return None
    held, sender = recent(random, signed), bazaar.somebody(random)
    voucher = recent(random, bazaar.vouchers[held.id])
    offer, cap = held.listed.offer, held.terms.conditions.unit_cap
    settled = held.meter.units if held.meter else 0
    purse = purse_address(bazaar.network.deployment.usage_ledger, held.id)
    payable = settled + model.held[purse, offer.currency] // offer.price
    wanted = min(voucher.voucher.units, cap or voucher.voucher.units)

    def refusals(_: int) -> Reasons:
        if wanted <= settled:
            yield errors.VoucherSpent
        elif payable <= settled:
            yield errors.DepositTooSmall

    def then(settlement: Any) -> None:
        meter, units = _opened(bazaar, held), min(payable, wanted)
        amount = (units - settled) * offer.price
        assert (settlement.units, settlement.amount) == (units, amount)
        meter.units, meter.settled = units, meter.settled + amount
        model.release(offer.currency, meter.purse, offer.payee, amount)
        model.counts["settlements"] += 1

    terms = held.terms
    return Attempt(lambda: sender.sells.settle(voucher, terms), then, lambda n: [*refusals(n)])


def close_account(bazaar: Bazaar, random: Random) -> Attempt | None:
    held = _meterable(bazaar, random)
    if held is None:
        return None
    sender = bazaar.mostly(random, held.grant.licensee)

    def refusals(_: int) -> Reasons:
        yield from _unmetered(held)
        if sender.address != held.grant.licensee:
            yield errors.NotLicensee
        if held.meter is None:
            yield errors.AccountNotOpened
        elif held.meter.closes_at is not None:
            yield errors.AccountIsClosing

    def then(closes_at: int) -> None:
        assert held.meter is not None
        held.meter.closes_at = closes_at

    return Attempt(lambda: sender.buys.close_account(held.id), then, lambda n: [*refusals(n)])


def withdraw_deposit(bazaar: Bazaar, random: Random) -> Attempt | None:
    """Anybody has what is left paid to the licensee."""
    model, held = bazaar.model, _meterable(bazaar, random)
    if held is None:
        return None
    closed = [own for own in model.licenses if own.meter and own.meter.closes_at is not None]
    if closed and random.random() < 0.7:
        held = recent(random, closed)
    meter, sender = held.meter, bazaar.somebody(random)
    token = held.listed.offer.currency if random.random() < 0.8 else bazaar.token(random)

    def refusals(now: int) -> Reasons:
        yield from _unmetered(held)
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
        model.release(token, meter.purse, held.grant.licensee, amount)

    return Attempt(lambda: sender.buys.withdraw_deposit(held.id, token), then, lambda n: [*refusals(n)])
