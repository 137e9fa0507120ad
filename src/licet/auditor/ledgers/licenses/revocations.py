"""Revocations: whether each had the cause that its license's terms state, and gave back what they state."""

from collections.abc import Iterator
from dataclasses import dataclass

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.licenses.titles import DAY, Title
from licet.chain.deployments import Deployment
from licet.contracts.assets import Deed
from licet.contracts.events import Revoked
from licet.contracts.licenses import PERPETUAL
from licet.contracts.vaults import vault_in
from licet.errors import InputError
from licet.rights.conditions import WHOLE_BPS, Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer
from licet.trees.sums import SumTree


@dataclass(frozen=True, slots=True)
class Grounds:
    """What stood on chain when a license was revoked, by the logs before it.

    Attributes:
        time: when, unix seconds.
        deed: of the license's asset; None if it had none.
        conditions: the offer's; None where nobody showed them.
        reported_until: last second of which its use was reported, unix; 0 for none.
        upheld: whether the case that is named as the cause is a dispute of this license, and was upheld.
    """

    time: int
    deed: Deed | None
    conditions: Conditions | None
    reported_until: int
    upheld: bool


def check_revocation(event: Revoked, title: Title | None, at: Grounds) -> Iterator[Finding]:
    """Yields what made a revocation invalid, with the license as it stood before; payment and vault aside."""
    if title is None or title.offer is None or title.slot.revoked or not title.runs(at.time):
        yield _fault(Kind.REVOCATION_INVALID, event, "was revoked, but did not run")
        return
    offer = title.offer
    holder = at.deed.holder if at.deed else None
    if event.payer != holder or event.asset_id != offer.asset_id:
        yield _fault(
            Kind.REVOCATION_INVALID,
            event,
            f"was revoked by {event.payer}, but {holder or 'nobody'} held the deed of its asset",
            holder,
            event.payer,
        )
    if event.holder != title.slot.holder:
        yield _fault(
            Kind.REVOCATION_INVALID,
            event,
            f"was revoked as {event.holder}'s, but {title.slot.holder} held it",
            title.slot.holder,
            event.holder,
        )
    yield from _check_cause(event, title, at)
    if event.currency != offer.currency:
        yield _fault(
            Kind.REFUND_WRONG,
            event,
            f"was refunded in {event.currency}, and sold for {offer.currency}",
            offer.currency,
            event.currency,
        )
    expected = refund(offer, title.slot.expires, at.time, at.conditions)
    if expected is not None and event.refund != expected:
        yield _fault(
            Kind.REFUND_WRONG,
            event,
            f"was refunded {event.refund}, its terms give back {expected}",
            expected,
            event.refund,
        )


def check_refund_vault(event: Revoked, deployment: Deployment) -> Iterator[Finding]:
    """Yields whether a refund went elsewhere than to the vault whose only payee is the license's holder."""
    split = refund_split(event)
    expected = None if split is None else vault_in(deployment, split.root)
    if event.vault != expected:
        yield _fault(
            Kind.REFUND_WRONG,
            event,
            f"was refunded to {event.vault}, its holder's own vault is {expected}",
            expected,
            event.vault,
        )


def refund_split(event: Revoked) -> SumTree | None:
    """The split of the vault that a refund goes to: all for the license's holder; None for nobody."""
    try:
        return SumTree({event.holder: 1})
    except InputError:
        return None


def refund(offer: Offer, expires: int, time: int, conditions: Conditions | None) -> int | None:
    """What a revocation gives back, in the offer's currency; None where the terms are not known.

    price x refund_bps x time left / duration, rounded down; the whole price's share if perpetual.
    """
    if offer.kind in (OfferKind.METERED, OfferKind.FREE):
        return 0
    if conditions is None:
        return None
    left, whole = (1, 1) if expires == PERPETUAL else (expires - time, offer.duration or 1)
    return offer.price * left * conditions.refund_bps // (whole * WHOLE_BPS)


def _check_cause(event: Revoked, title: Title, at: Grounds) -> Iterator[Finding]:
    terms = at.conditions
    if event.cause:
        if not at.upheld or (terms is not None and not terms.revocable):
            why = "was not upheld against it" if not at.upheld else "cannot revoke it by its terms"
            yield _fault(
                Kind.REVOCATION_CAUSE_WRONG,
                event,
                f"was revoked for case {event.cause}, which {why}",
                case_id=event.cause,
            )
        return
    since = max(at.reported_until, (title.slot.sold_on + 1) * DAY)
    within = 1 if terms is None else terms.report_within
    if not within or at.time <= since + within:
        duty = f"its use was reported until {since}" if within else "its terms ask for no reports"
        yield _fault(
            Kind.REVOCATION_CAUSE_WRONG,
            event,
            f"was revoked at {at.time} for use not reported, but {duty}",
            f"after {since + within}" if within else "no such cause",
            at.time,
        )


def _fault(
    kind: Kind,
    event: Revoked,
    what: str,
    expected: object = None,
    actual: object = None,
    case_id: int | None = None,
) -> Finding:
    return found(
        kind,
        f"license {event.license_id} {what}",
        event.log,
        license_id=event.license_id,
        asset_id=event.asset_id,
        case_id=case_id,
        expected=expected,
        actual=actual,
    )
