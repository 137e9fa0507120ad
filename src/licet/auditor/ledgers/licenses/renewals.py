"""Renewals: whether each was of a running subscription, on its own offer, for its price and its time."""

from collections.abc import Iterator
from typing import Any

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.licenses.sales import Deal
from licet.auditor.ledgers.licenses.titles import Title
from licet.contracts.events import Renewed
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer
from licet.types import Hash32

_LOGS_EACH = 2
"""Each license that is renewed is logged twice: for wallets, and for auditors."""


def renewal_deal(event: Renewed, title: Title | None, time: int) -> Deal | None:
    """A renewal as a deal that an offer must allow; None where no subscription is known."""
    if title is None or title.offer is None:
        return None
    return Deal(event.log, event.license_id, title.offer, 1, time, event.expires, "renewed")


def check_renewal(event: Renewed, title: Title | None, time: int) -> Iterator[Finding]:
    """Yields what a renewal says otherwise than its license's sale, with the license as it stood before."""
    if title is None or title.offer is None or title.offer.kind != OfferKind.SUBSCRIPTION:
        yield _fault(Kind.RENEWAL_INVALID, event, "was renewed, but is no subscription")
        return
    if title.slot.revoked:
        yield _fault(Kind.RENEWAL_INVALID, event, "was renewed after it was revoked")
    yield from _check_terms(event, title.offer, title.offer_hash or event.offer_hash)
    start = title.slot.expires if title.runs(time) else time
    expected = start + title.offer.duration
    if event.expires != expected:
        yield _fault(
            Kind.RENEWAL_EXPIRY_WRONG,
            event,
            f"was renewed until {event.expires}, and paid for until {expected}",
            expected,
            event.expires,
        )


def continues(before: Renewed, event: Renewed) -> bool:
    """Whether a renewal was made in one call with the one before it: they are paid for together."""
    first, second = before.log, event.log
    adjacent = (first.tx_hash, first.index + _LOGS_EACH) == (second.tx_hash, second.index)
    return adjacent and (before.offer_hash, before.payer) == (event.offer_hash, event.payer)


def _check_terms(event: Renewed, offer: Offer, offer_hash: Hash32) -> Iterator[Finding]:
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("offer", offer_hash, event.offer_hash),
        ("asset", offer.asset_id, event.asset_id),
        ("payee", offer.payee, event.payee),
        ("currency", offer.currency, event.currency),
        ("price", offer.price, event.amount),
    )
    for name, expected, actual in pairs:
        if expected != actual:
            yield _fault(
                Kind.RENEWAL_TERMS_WRONG,
                event,
                f"was renewed with the {name} {actual}, and sold with {expected}",
                expected,
                actual,
            )


def _fault(kind: Kind, event: Renewed, what: str, expected: object = None, actual: object = None) -> Finding:
    return found(
        kind,
        f"license {event.license_id} {what}",
        event.log,
        license_id=event.license_id,
        asset_id=event.asset_id,
        offer_hash=event.offer_hash,
        expected=expected,
        actual=actual,
    )
