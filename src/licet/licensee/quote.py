"""Quotes: for each item what it would take to use it, and exactly what that costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from licet.errors import Contested, NotOnOffer, NotRegistered
from licet.licensee.answers import Reason, Status
from licet.licensee.holding import Held
from licet.licensee.lookup import Lookup
from licet.licensee.offers import StandingOffer
from licet.rights.uses import Use, use_names
from licet.types import Address, shown

__all__ = ["Quote", "QuoteItem", "Reason", "Status", "check_complete"]


@dataclass(frozen=True, slots=True)
class QuoteItem:
    """The answer for one item.

    Attributes:
        lookup: who claims it.
        status: what stands between it and its use.
        reason: why it is forbidden, where it is.
        offer: the offer to buy, where it is on offer.
        license: the license that permits it, where it is licensed.
        offers: all standing offers on it, for any use, cheapest first.
    """

    lookup: Lookup
    status: Status
    reason: Reason | None = None
    offer: StandingOffer | None = None
    license: Held | None = None
    offers: tuple[StandingOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What some items cost for some uses. Buying `purchases` costs exactly `total`, or reverts.

    Attributes:
        uses: what is to be done with the items.
        items: the answers, in the order asked; empty for a manifest.
        counts: how many items there are of each status.
        purchases: the offers to buy, each once, in the order of the items; for a manifest, cheapest first.
        currency: of the total; None where nothing is to be bought.
        total: in the currency's smallest unit.
        minimal: whether it is proven that no other offers would do for less.
        block: the block that the quote is of.
    """

    uses: Use
    items: tuple[QuoteItem, ...]
    counts: Mapping[Status, int]
    purchases: tuple[StandingOffer, ...]
    currency: Address | None
    total: int
    minimal: bool
    block: int


def check_complete(quote: Quote) -> None:
    """Makes sure that after buying a quote's purchases all its items may be used.

    Raises:
        Contested, NotOnOffer, NotRegistered: an item stands in the way; the first such one is named.
    """
    for item in quote.items:
        if item.status in _ERRORS:
            _refuse(item, quote.uses)
    for status, error in _ERRORS.items():
        if quote.counts[status]:
            raise error(
                f"{quote.counts[status]:,} of the manifest's items are {status}: leave them out, as the "
                "answers written with --out tell which they are"
            )


_ERRORS = {Status.CONTESTED: Contested, Status.FORBIDDEN: NotOnOffer, Status.UNKNOWN: NotRegistered}


def _refuse(item: QuoteItem, uses: Use) -> NoReturn:
    name, wanted = shown(item.lookup.item), ", ".join(use_names(uses))
    claims = ", ".join(dict.fromkeys(claim.asset_id for claim in item.lookup.claims))
    match item.status, item.reason:
        case Status.CONTESTED, _:
            raise Contested(f"{name} is claimed by several parties ({claims}): name the asset to trust")
        case Status.UNKNOWN, _:
            raise NotRegistered(f"nobody has registered {name}: nobody can license it here")
        case _, Reason.OTHER_CURRENCY:
            raise NotOnOffer(f"{name} is on offer for {wanted} in another currency: name that one")
        case _, Reason.BY_UNIT:
            raise NotOnOffer(f"{name} is on offer for {wanted} by the unit: buy on such an offer directly")
        case _, Reason.CLAIM_LOST:
            raise NotOnOffer(f"the claim to {name} has lost a dispute ({claims}): nothing is sold on it")
        case _, Reason.DISTRUSTED:
            raise NotOnOffer(f"{name} is claimed only by registrants whom you distrust ({claims})")
    raise NotOnOffer(f"no standing offer on {name} permits {wanted}: ask its holder for one ({claims})")
