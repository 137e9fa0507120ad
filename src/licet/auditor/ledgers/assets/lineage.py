"""Lineage: whether a derivative's parents' licenses allowed it, and each parent's share was proven."""

from collections.abc import Iterator
from dataclasses import dataclass

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.licenses.titles import Title
from licet.contracts.assets import Deed, DeedFlag, Derivative
from licet.contracts.events import DerivativeRegistered, Lineage
from licet.errors import InputError
from licet.rights.conditions import WHOLE_BPS, Conditions
from licet.rights.offer import Offer
from licet.rights.uses import Use
from licet.trees.sums import sum_root
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes

ALL_USES = Use((1 << 32) - 1)


@dataclass(frozen=True, slots=True)
class Ancestor:
    """One parent of a derivative, as it stood when that was registered.

    Attributes:
        line: what the registration says of it.
        title: its license; None where there is none.
        conditions: its offer's; None where nobody showed them.
        deed: of what it is a license of; None where there is none.
    """

    line: Lineage
    title: Title | None
    conditions: Conditions | None
    deed: Deed | None


def check_parents(
    event: DerivativeRegistered, ancestors: list[Ancestor], registrant: Address, time: int
) -> Iterator[Finding]:
    """Yields the parents whose licenses did not let the registrant make the derivative."""
    for ancestor in ancestors:
        line, title = ancestor.line, ancestor.title
        if title is None or title.offer is None or line.asset_id != title.offer.asset_id:
            yield fault(
                Kind.PARENT_LICENSE_INVALID,
                event,
                f"was made under {line.license_id}, which is no license of asset {line.asset_id}",
                line.license_id,
            )
            continue
        slot = title.slot
        if slot.holder != registrant or not title.runs(time) or Use.DERIVE not in slot.uses or slot.metered:
            yield fault(
                Kind.PARENT_LICENSE_INVALID,
                event,
                f"was made under {line.license_id}, which did not let {registrant} derive at {time}",
                line.license_id,
            )


def check_shares(event: DerivativeRegistered, ancestors: list[Ancestor]) -> Iterator[Finding]:
    """Yields the parents whose payee was not proven to hold what the licenses ask, all of theirs together."""
    payee, needed = ZERO_ADDRESS, 0
    for ancestor in ancestors:
        line, terms = ancestor.line, ancestor.conditions
        if terms is not None and terms.royalty_bps != line.royalty_bps:
            yield fault(
                Kind.PARENT_SHARE_WRONG,
                event,
                f"gives license {line.license_id} {line.royalty_bps} basis points, its terms ask "
                f"{terms.royalty_bps}",
                line.license_id,
                terms.royalty_bps,
                line.royalty_bps,
            )
        if not line.royalty_bps:
            continue
        if address_bytes(line.payee) < address_bytes(payee):
            yield fault(
                Kind.PARENT_SHARE_WRONG,
                event,
                "has parents that do not stand in the order of their payees: so nobody adds their demands up",
                line.license_id,
            )
        needed = line.royalty_bps + (needed if line.payee == payee else 0)
        payee = line.payee
        yield from _check_share(event, ancestor, needed)


def uses_of(ancestors: list[Ancestor]) -> Use:
    """What all parents' licenses permit."""
    uses = ALL_USES
    for ancestor in ancestors:
        if ancestor.title is not None:
            uses &= ancestor.title.slot.uses
    return uses


def demanded(event: DerivativeRegistered, ancestors: list[Ancestor]) -> tuple[Derivative, DeedFlag] | None:
    """What the registry should keep of a derivative; None where a parent's terms are not known."""
    ceiling, currency, terms_hash = 0, ZERO_ADDRESS, ZERO_HASH
    flags = DeedFlag.DERIVATIVE
    for ancestor in ancestors:
        terms = ancestor.conditions
        if ancestor.title is None or ancestor.title.offer is None or terms is None:
            return None
        offer = ancestor.title.offer
        if terms.revenue_ceiling and (not ceiling or terms.revenue_ceiling < ceiling):
            ceiling, currency = terms.revenue_ceiling, offer.currency
        if terms.revenue_ceiling:
            flags |= DeedFlag.CEILING
        if terms.reciprocal or (ancestor.deed and DeedFlag.RECIPROCAL in ancestor.deed.flags):
            flags |= DeedFlag.RECIPROCAL
            terms_hash = offer.terms_hash
    return Derivative(event.vault, event.uses, currency, ceiling, terms_hash), flags


def incompatible(ancestors: list[Ancestor]) -> Hash32 | None:
    """A parent that asks for another rights document or another currency than one before; None for none."""
    documents: set[Hash32] = set()
    currencies: set[Address] = set()
    for ancestor in ancestors:
        offer, terms = _terms(ancestor)
        if offer is None or terms is None:
            continue
        if terms.reciprocal or (ancestor.deed and DeedFlag.RECIPROCAL in ancestor.deed.flags):
            documents.add(offer.terms_hash)
        if terms.revenue_ceiling:
            currencies.add(offer.currency)
        if len(documents) > 1 or len(currencies) > 1:
            return ancestor.line.license_id
    return None


def fault(
    kind: Kind,
    event: DerivativeRegistered,
    what: str,
    license_id: Hash32 | None = None,
    expected: object = None,
    actual: object = None,
) -> Finding:
    """A finding about a derivative's registration."""
    return found(
        kind,
        f"derivative {event.asset_id} {what}",
        event.log,
        asset_id=event.asset_id,
        license_id=license_id,
        vault=event.vault,
        root=event.split,
        expected=expected,
        actual=actual,
    )


def _check_share(event: DerivativeRegistered, ancestor: Ancestor, needed: int) -> Iterator[Finding]:
    line, offer = ancestor.line, _terms(ancestor)[0]
    if offer is not None and line.payee != offer.payee:
        yield fault(
            Kind.PARENT_SHARE_WRONG,
            event,
            f"gives license {line.license_id}'s share to {line.payee}, its payee is {offer.payee}",
            line.license_id,
            offer.payee,
            line.payee,
        )
    try:
        root, total = sum_root(line.payee, line.proof)
    except InputError:
        root, total = ZERO_HASH, 1  # a share that is none, or sums that no split has
    share = line.proof.share
    if root != event.split or share * WHOLE_BPS < needed * total:
        held = f"{share} of {total}" if root == event.split else "no share that is proven"
        yield fault(
            Kind.PARENT_SHARE_WRONG,
            event,
            f"gives {line.payee} {held}, the licenses of its parents ask {needed} basis points for them",
            line.license_id,
            needed,
            share * WHOLE_BPS // total,
        )


def _terms(ancestor: Ancestor) -> tuple[Offer | None, Conditions | None]:
    return None if ancestor.title is None else ancestor.title.offer, ancestor.conditions
