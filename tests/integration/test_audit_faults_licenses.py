"""Planted faults of licenses: agents, renewals, revocations, sublicenses, pins; each is found and named."""

from collections.abc import Callable
from typing import Any

import pytest

from licet.auditor import AuditReport, Kind
from licet.contracts.disputes import Ruling
from licet.contracts.events import (
    AgentAppointed,
    CaseClosed,
    ExclusiveGranted,
    LicenseTransferred,
    OfferPublished,
    Pin,
    Renewed,
    Revoked,
    Sublicensed,
    UsageAnchored,
    find,
)
from licet.contracts.events import Sold as SoldEvent
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS, ZERO_HASH, Hash32, hash32
from tests.integration.conftest import DAY, Network, Party
from tests.integration.faults import (
    Lie,
    added,
    alter_slot,
    altered,
    between,
    deed_slot,
    forged,
    kinds,
    lying_about_logs,
    mapped,
    the,
    without,
)
from tests.integration.market import MONTH, PRICE, Market, Sold

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]

# Where the license token keeps what.
OFFERS, AGENTS, PINS, PARENTS = range(1, 5)
CANCELLED = 1 << 32
ELSEWHERE = "0x" + "77" * 20
NOTHING = hash32(b"\x77" * 32)


def more(by: int) -> Callable[[int], int]:
    return lambda before: before + by


@pytest.fixture
def found_in(network: Network, audit: Audit) -> Callable[..., set[Kind]]:
    """What is found where these logs are forged, and the heads agree."""

    def found(*lies: Lie) -> set[Kind]:
        with forged(network, *lies) as url:
            return kinds(audit(url))

    return found


Found = Callable[..., set[Kind]]


# Slots.


@pytest.mark.parametrize(
    ("kind", "bit"),
    [
        (Kind.LICENSE_METERED_WRONG, 73),
        (Kind.LICENSE_SUBLICENSE_WRONG, 74),
        (Kind.LICENSE_REVOKED_WRONG, 75),
        (Kind.LICENSE_DAY_WRONG, 80),
    ],
)
def test_a_license_slot_whose_flags_were_altered(
    kind: Kind, bit: int, market: Market, licensor: Party, network: Network, audit: Audit
) -> None:
    sold = market.sell(market.register(licensor, "a poem"))
    slot = deed_slot(sold.license_id)
    alter_slot(network, network.deployment.license_token, slot, lambda word: word ^ 1 << 160 + bit)
    report = audit()
    assert kinds(report) == {kind}
    assert the(kind, report).evidence.license_id == sold.license_id


# Agents.


@pytest.fixture
def by_agent(market: Market, licensor: Party, stranger: Party, network: Network) -> Sold:
    """Sold on an offer that an agent signed."""
    licensor.contracts.licenses.appoint_agent(stranger.address, network.now + DAY)
    asset = market.register(licensor, "a poem")
    return market.buy(market.signed_by(stranger, market.offer(asset)))


def test_an_agent_whose_term_was_over(by_agent: Sold, found_in: Found) -> None:
    past = altered(AgentAppointed, until=1)
    assert found_in(past) == {Kind.SIGNATURE_INVALID, Kind.AGENT_STATE_WRONG}


def test_an_agent_whom_nobody_appointed(by_agent: Sold, found_in: Found) -> None:
    assert found_in(without(AgentAppointed)) == {Kind.SIGNATURE_INVALID}


def test_an_agent_of_somebody_else(by_agent: Sold, found_in: Found) -> None:
    other = altered(AgentAppointed, licensor=ELSEWHERE)
    assert found_in(other) == {Kind.SIGNATURE_INVALID, Kind.AGENT_STATE_WRONG}


def test_an_agents_term_that_was_altered(
    by_agent: Sold, licensor: Party, stranger: Party, network: Network, audit: Audit
) -> None:
    slot = mapped(mapped(AGENTS, licensor.address), stranger.address)
    alter_slot(network, network.deployment.license_token, slot, more(1))
    report = audit()
    assert kinds(report) == {Kind.AGENT_STATE_WRONG}
    assert the(Kind.AGENT_STATE_WRONG, report).evidence.account == stranger.address


# Offers.


def test_an_offer_that_was_published_with_other_conditions(
    market: Market, licensor: Party, found_in: Found
) -> None:
    document = market.offer(market.register(licensor, "a poem"))
    licensor.sells.publish_offer(document.offer, document.conditions)
    others = altered(OfferPublished, conditions=lambda before: before | {"royaltyBps": 1})
    assert found_in(others) == {Kind.OFFER_HASH_WRONG}


# Renewals.


@pytest.fixture
def renewed(market: Market, licensor: Party) -> Sold:
    """A subscription that was renewed once."""
    sold = market.sell(market.register(licensor, "a poem"), kind=OfferKind.SUBSCRIPTION, duration=MONTH)
    market.renew(sold)
    return sold


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"expires": more(1)}, {Kind.RENEWAL_EXPIRY_WRONG, Kind.LICENSE_EXPIRY_WRONG}),
        ({"expires": more(-1)}, {Kind.RENEWAL_EXPIRY_WRONG, Kind.LICENSE_EXPIRY_WRONG}),
        ({"amount": more(-1)}, {Kind.RENEWAL_TERMS_WRONG, Kind.RENEWAL_UNPAID}),
        ({"payee": ELSEWHERE}, {Kind.RENEWAL_TERMS_WRONG}),
        ({"currency": ELSEWHERE}, {Kind.RENEWAL_TERMS_WRONG}),
        ({"offerHash": NOTHING}, {Kind.RENEWAL_TERMS_WRONG}),
        ({"assetId": NOTHING}, {Kind.RENEWAL_TERMS_WRONG}),
        ({"payer": ELSEWHERE}, {Kind.RENEWAL_UNPAID}),
        ({"licenseId": NOTHING}, {Kind.RENEWAL_INVALID, Kind.LICENSE_EXPIRY_WRONG}),
    ],
)
def test_a_renewal_that_is_not_what_was_sold(
    changes: dict[str, Any], found: set[Kind], renewed: Sold, found_in: Found
) -> None:
    assert found_in(altered(Renewed, **changes)) == found


def test_a_renewal_that_was_not_paid(renewed: Sold, market: Market, network: Network, audit: Audit) -> None:
    """The node leaves the last payment out."""

    def leave_out(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        paid = [log for log in logs if log["address"].lower() == market.dollar.lower()]
        return [log for log in logs if log not in paid[-1:]]

    with between(network.url, lying_about_logs(leave_out)) as url:
        report = audit(url)
    assert kinds(report) == {Kind.RENEWAL_UNPAID, Kind.INCOME_WRONG}
    assert the(Kind.RENEWAL_UNPAID, report).evidence.license_id == renewed.license_id


def test_seats_of_which_one_was_not_renewed_for_money(
    market: Market, licensor: Party, found_in: Found
) -> None:
    """Two seats are paid for together: one less was logged than was paid."""
    asset = market.register(licensor, "a poem")
    market.renew(market.sell(asset, kind=OfferKind.SUBSCRIPTION, duration=MONTH, quantity=2))
    assert found_in(without(Renewed, 1)) == {Kind.RENEWAL_UNPAID, Kind.LICENSE_EXPIRY_WRONG}


def test_a_sale_that_is_no_subscription_was_renewed(
    market: Market, licensor: Party, licensee: Party, network: Network, found_in: Found
) -> None:
    sold = market.sell(market.register(licensor, "a poem"), duration=MONTH, currency=ZERO_ADDRESS, amount=5)
    more_time = added(
        network,
        network.deployment.license_token,
        Renewed,
        licenseId=sold.license_id,
        assetId=sold.offer.asset_id,
        offerHash=sold.offer.struct_hash(),
        payer=licensee.address,
        payee=market.vault,
        currency=ZERO_ADDRESS,
        amount=5,
        expires=network.now + 2 * MONTH,
    )
    assert found_in(more_time) == {Kind.RENEWAL_INVALID, Kind.LICENSE_EXPIRY_WRONG, Kind.INCOME_WRONG}


def test_a_renewal_on_a_cancelled_offer(
    market: Market, licensor: Party, network: Network, audit: Audit
) -> None:
    sold = market.sell(market.register(licensor, "a poem"), kind=OfferKind.SUBSCRIPTION, duration=MONTH)
    licensor.sells.cancel_offer(sold.offer)
    token, slot = network.deployment.license_token, mapped(OFFERS, sold.offer.struct_hash())
    alter_slot(network, token, slot, lambda word: word ^ CANCELLED)
    market.renew(sold)
    alter_slot(network, token, slot, lambda word: word ^ CANCELLED)
    report = audit()
    assert kinds(report) == {Kind.OFFER_CANCELLED}
    assert "renewed" in the(Kind.OFFER_CANCELLED, report).message


def test_a_renewal_while_anothers_exclusive_license_runs(
    market: Market, licensor: Party, network: Network, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, kind=OfferKind.SUBSCRIPTION, duration=MONTH)
    market.sell(asset, exclusive=True, duration=MONTH)
    registry, slot = network.deployment.asset_registry, deed_slot(asset)
    until = licensor.contracts.assets.deed(asset).exclusive_until << 184
    alter_slot(network, registry, slot, lambda word: word ^ until)
    market.renew(sold)
    alter_slot(network, registry, slot, lambda word: word ^ until)
    assert kinds(audit()) == {Kind.EXCLUSIVE_VIOLATED}


def test_an_exclusive_license_whose_renewal_was_not_recorded(
    market: Market, licensor: Party, found_in: Found
) -> None:
    asset = market.register(licensor, "a poem")
    market.renew(market.sell(asset, kind=OfferKind.SUBSCRIPTION, duration=MONTH, exclusive=True))
    found = found_in(without(ExclusiveGranted, 1))
    assert found == {Kind.EXCLUSIVE_WRONG, Kind.DEED_STATE_WRONG}


# Revocations.


@pytest.fixture
def overdue(market: Market, licensor: Party, licensee: Party, network: Network) -> Sold:
    """Revoked, since its use was not reported for more than a week; half of the time left was given back."""
    terms = Conditions(report_within=7 * DAY, refund_bps=5_000)
    sold = market.sell(market.register(licensor, "a poem"), duration=MONTH, conditions=terms)
    market.anchor(licensee, sold, network.now - 10, network.now)
    network.travel(10 * DAY)
    market.revoke(sold, refund=PRICE)
    return sold


@pytest.fixture
def ruled(market: Market, licensor: Party) -> Sold:
    """Revoked, since a dispute of it was upheld; a perpetual license, of which a quarter was given back."""
    terms = Conditions(revocable=True, refund_bps=2_500)
    sold = market.sell(market.register(licensor, "a poem"), conditions=terms)
    licensor.contracts.disputes.dispute_license(sold.grant, sold.conditions)
    market.rule(Ruling.UPHOLD)
    market.revoke(sold, cause=1, refund=PRICE)
    return sold


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"refund": more(-1)}, {Kind.REFUND_WRONG, Kind.REFUND_UNPAID}),
        ({"refund": 0}, {Kind.REFUND_WRONG}),
        ({"vault": ELSEWHERE}, {Kind.REFUND_WRONG, Kind.REFUND_UNPAID}),
        ({"currency": ELSEWHERE}, {Kind.REFUND_WRONG, Kind.REFUND_UNPAID, Kind.VAULT_UNREADABLE}),
        ({"payer": ELSEWHERE}, {Kind.REVOCATION_INVALID, Kind.REFUND_UNPAID}),
        ({"holder": ELSEWHERE}, {Kind.REVOCATION_INVALID, Kind.REFUND_WRONG, Kind.SPLIT_UNUSED}),
        ({"cause": 0}, {Kind.REVOCATION_CAUSE_WRONG}),
        ({"cause": 2}, {Kind.REVOCATION_CAUSE_WRONG}),
        ({"assetId": NOTHING}, {Kind.REVOCATION_INVALID}),
        (
            {"licenseId": NOTHING},
            {Kind.REVOCATION_INVALID, Kind.LICENSE_REVOKED_WRONG, Kind.LICENSE_EXPIRY_WRONG},
        ),
    ],
)
def test_a_revocation_that_is_not_what_the_terms_state(
    changes: dict[str, Any], found: set[Kind], ruled: Sold, found_in: Found
) -> None:
    assert found_in(altered(Revoked, **changes)) - {Kind.SPLIT_UNUSED} == found - {Kind.SPLIT_UNUSED}


def test_a_revocation_for_a_case_that_was_rejected(ruled: Sold, found_in: Found) -> None:
    found = found_in(altered(CaseClosed, status=3))
    assert Kind.REVOCATION_CAUSE_WRONG in found


def test_a_revocation_for_a_case_that_was_never_closed(ruled: Sold, found_in: Found) -> None:
    assert Kind.REVOCATION_CAUSE_WRONG in found_in(without(CaseClosed))


def test_a_revocation_though_use_was_reported(overdue: Sold, network: Network, found_in: Found) -> None:
    reported = altered(UsageAnchored, until=network.now - DAY, **{"from": network.now - 2 * DAY})
    found = found_in(reported)
    assert found == {
        Kind.REVOCATION_CAUSE_WRONG,
        Kind.USAGE_STATE_WRONG,
        Kind.USAGE_LOG_WRONG,
        Kind.ANCHOR_INVALID,
    }


def test_a_revocation_of_what_had_been_revoked(
    overdue: Sold, licensor: Party, licensee: Party, market: Market, network: Network, found_in: Found
) -> None:
    network.travel(DAY)
    again = added(
        network,
        network.deployment.license_token,
        Revoked,
        licenseId=overdue.license_id,
        assetId=overdue.offer.asset_id,
        cause=0,
        holder=licensee.address,
        payer=licensor.address,
        vault=ELSEWHERE,
        currency=market.dollar,
        refund=0,
    )
    found = found_in(again)
    assert found == {Kind.REVOCATION_INVALID, Kind.REFUND_WRONG, Kind.LICENSE_EXPIRY_WRONG}


def test_a_refund_that_did_not_move(ruled: Sold, market: Market, network: Network, audit: Audit) -> None:
    def leave_out(logs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        paid = [log for log in logs if log["address"].lower() == market.dollar.lower()]
        quarter = [log for log in paid if int(log["data"], 16) == PRICE // 4]
        return [log for log in logs if log not in quarter]

    with between(network.url, lying_about_logs(leave_out)) as url:
        assert kinds(audit(url)) == {Kind.REFUND_UNPAID, Kind.INCOME_WRONG}


def test_a_revocation_that_the_slot_does_not_know(overdue: Sold, network: Network, audit: Audit) -> None:
    slot = deed_slot(overdue.license_id)
    alter_slot(network, network.deployment.license_token, slot, lambda word: word ^ 8 << 160 + 72)
    assert kinds(audit()) == {Kind.LICENSE_REVOKED_WRONG}


# Sublicenses.


@pytest.fixture
def sublicensed(
    market: Market, licensor: Party, licensee: Party, stranger: Party, network: Network
) -> Hash32:
    """A sublicense to train for a day, under a license for a month; its id."""
    terms = Conditions(sublicensable=True)
    sold = market.sell(market.register(licensor, "a poem"), duration=MONTH, conditions=terms)
    expires = network.travel(10) + DAY
    receipt = licensee.contracts.licenses.grant_sublicense(
        sold.grant, sold.conditions, stranger.address, Use.TRAIN, expires, ZERO_HASH
    )
    (event,) = find(Sublicensed, receipt.logs)
    return event.license_id


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"uses": int(Use.TRAIN | Use.COMMERCIAL)}, {Kind.SUBLICENSE_TOO_WIDE, Kind.LICENSE_USES_WRONG}),
        ({"uses": 0}, {Kind.SUBLICENSE_TOO_WIDE, Kind.LICENSE_USES_WRONG}),
        ({"expires": more(2 * MONTH)}, {Kind.SUBLICENSE_TOO_WIDE, Kind.LICENSE_EXPIRY_WRONG}),
        ({"expires": 1}, {Kind.SUBLICENSE_TOO_WIDE, Kind.LICENSE_EXPIRY_WRONG}),
        ({"salt": NOTHING}, {Kind.LICENSE_ID_WRONG}),
        ({"licensee": ELSEWHERE}, {Kind.LICENSE_ID_WRONG, Kind.LICENSE_HOLDER_WRONG}),
        (
            {"parentId": NOTHING},
            {Kind.SUBLICENSE_INVALID, Kind.LICENSE_ID_WRONG, Kind.LICENSE_PARENT_WRONG},
        ),
    ],
)
def test_a_sublicense_that_its_license_does_not_allow(
    changes: dict[str, Any], found: set[Kind], sublicensed: Hash32, found_in: Found
) -> None:
    assert found_in(altered(Sublicensed, **changes)) == found


def test_a_sublicense_under_a_license_that_had_ended(sublicensed: Hash32, found_in: Found) -> None:
    short = altered(SoldEvent, offer=lambda offer: offer | {"duration": 1})
    assert Kind.SUBLICENSE_INVALID in found_in(short)


def test_a_sublicense_that_was_made_out_and_never_logged(sublicensed: Hash32, found_in: Found) -> None:
    assert found_in(without(Sublicensed)) == {Kind.LICENSE_WITHOUT_SALE}


def test_a_sublicense_that_was_handed_on(
    sublicensed: Hash32, stranger: Party, network: Network, found_in: Found
) -> None:
    moved = added(
        network,
        network.deployment.license_token,
        LicenseTransferred,
        **{"from": stranger.address, "to": ELSEWHERE, "id": int(sublicensed, 16)},
    )
    assert found_in(moved) == {Kind.LICENSE_MOVED, Kind.LICENSE_HOLDER_WRONG}


def test_a_sublicense_whose_license_was_altered(sublicensed: Hash32, network: Network, audit: Audit) -> None:
    alter_slot(network, network.deployment.license_token, mapped(PARENTS, sublicensed), more(1))
    assert kinds(audit()) == {Kind.LICENSE_PARENT_WRONG}


# Pins.


@pytest.fixture
def pinned(market: Market, licensor: Party) -> Sold:
    terms = Conditions(resale_bps=250)
    sold = market.sell(market.register(licensor, "a poem"), transferable=True, conditions=terms)
    licensor.contracts.licenses.pin(sold.grant, sold.conditions)
    return sold


@pytest.mark.parametrize(
    "changes", [{"resaleBps": 251}, {"payee": ELSEWHERE}, {"assetId": NOTHING}, {"licenseId": NOTHING}]
)
def test_a_pin_that_is_not_what_the_terms_say(changes: dict[str, Any], pinned: Sold, found_in: Found) -> None:
    assert found_in(altered(Pin, **changes)) == {Kind.PIN_WRONG}


def test_a_pin_that_was_altered(pinned: Sold, network: Network, audit: Audit) -> None:
    slot = mapped(PINS, pinned.license_id) + 1  # payee, and the share of a resale
    alter_slot(network, network.deployment.license_token, slot, lambda word: word ^ 1 << 160)
    assert kinds(audit()) == {Kind.PIN_WRONG}
