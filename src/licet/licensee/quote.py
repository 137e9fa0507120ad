"""Quotes: for each item what it would take to use it, and exactly what that costs."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from licet.contracts import Contracts
from licet.documents import Library
from licet.errors import Contested, InputError, NotOnOffer, NotRegistered
from licet.licensee.cover import Coverage, choose
from licet.licensee.holding import Held
from licet.licensee.lookup import Claim, Finder, Lookup
from licet.licensee.offers import Offers, StandingOffer
from licet.rights.offer import Kind
from licet.rights.uses import Use, use_names
from licet.types import Address, Hash32, shown


class Status(StrEnum):
    """What stands between an item and its use."""

    LICENSED = "licensed"
    """Nothing: a license of this account permits the uses."""
    ON_OFFER = "on offer"
    """A purchase."""
    CONTESTED = "contested"
    """Several parties claim it: name the claim to trust."""
    NOT_ON_OFFER = "not on offer"
    """No standing offer sells the uses, but maybe by the unit."""
    UNREGISTERED = "unregistered"
    """Nobody is known to hold rights in it."""


@dataclass(frozen=True, slots=True)
class QuoteItem:
    """The answer for one item.

    Attributes:
        lookup: who claims it.
        status: what stands between it and its use.
        offer: the offer to buy, where it is on offer.
        license: the license that permits it, where it is licensed.
        offers: all standing offers on it, for any use, cheapest first.
    """

    lookup: Lookup
    status: Status
    offer: StandingOffer | None = None
    license: Held | None = None
    offers: tuple[StandingOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """What some items cost for some uses. Buying `purchases` costs exactly `total`, or reverts.

    Attributes:
        uses: what is to be done with the items.
        items: the answers, in the order asked.
        purchases: the offers to buy, each once.
        currency: of the total; None where nothing is to be bought.
        total: in the currency's smallest unit.
        block: the block that the quote is of.
    """

    uses: Use
    items: tuple[QuoteItem, ...]
    purchases: tuple[StandingOffer, ...]
    currency: Address | None
    total: int
    block: int


def check_complete(quote: Quote) -> None:
    """Makes sure that after buying a quote's purchases all its items may be used.

    Raises:
        Contested, NotOnOffer, NotRegistered: an item stands in the way; the first such one is named.
    """
    for item in quote.items:
        name = shown(item.lookup.item)
        claims = ", ".join(dict.fromkeys(claim.asset_id for claim in item.lookup.claims))
        match item.status:
            case Status.CONTESTED:
                raise Contested(f"{name} is claimed by several parties ({claims}): name the asset to trust")
            case Status.NOT_ON_OFFER:
                uses = ", ".join(use_names(quote.uses))
                if any(o.offer.uses & quote.uses == quote.uses for o in item.offers):
                    raise NotOnOffer(
                        f"{name} is on offer for {uses} by the unit, or in another currency: "
                        "buy on such an offer directly, or name its currency"
                    )
                raise NotOnOffer(
                    f"no standing offer on {name} permits {uses}: ask its holder for one ({claims})"
                )
            case Status.UNREGISTERED:
                raise NotRegistered(f"nobody has registered {name}: nobody can license it here")


class Quoter:
    """Makes quotes for one account."""

    def __init__(self, contracts: Contracts, library: Library, finder: Finder, held: Sequence[Held]) -> None:
        self._contracts: Final = contracts
        self._offers: Final = Offers(contracts, library)
        self._finder: Final = finder
        self._held: Final = held
        self._standing: Final[dict[Hash32, tuple[StandingOffer, ...]]] = {}
        self._permitted: Final[dict[tuple[Hash32, Use], bool]] = {}

    def quote(
        self,
        items: Iterable[str | Path],
        uses: Use,
        *,
        trust: Collection[Hash32 | Address] = (),
        currency: Address | None = None,
    ) -> Quote:
        """Answers for each item, and finds what to buy.

        Args:
            items: as `Finder.lookup` takes them.
            uses: what is to be done with them; an offer must permit all.
            trust: asset ids and registrants whose claims to believe where claims compete.
            currency: buy in this currency only.

        Raises:
            InputError: an item is unknown, or offers in several currencies would do and none is named.
        """
        block = self._contracts.chain.block().number
        answers = [self._answer(lookup, uses, trust, currency) for lookup in self._finder.lookup(items)]
        wanted: dict[int, tuple[StandingOffer, ...]] = {
            index: tuple(o for o in answer.offers if _fits(o, uses, currency))
            for index, answer in enumerate(answers)
            if answer.status is Status.ON_OFFER
        }
        chosen = _cheapest(wanted)
        purchases = tuple(dict.fromkeys(chosen[index] for index in sorted(chosen)))
        final = tuple(
            QuoteItem(a.lookup, a.status, chosen.get(index), a.license, a.offers)
            for index, a in enumerate(answers)
        )
        money = purchases[0].offer.currency if purchases else None
        return Quote(uses, final, purchases, money, sum(o.offer.price for o in purchases), block)

    def _answer(
        self, lookup: Lookup, uses: Use, trust: Collection[Hash32 | Address], currency: Address | None
    ) -> QuoteItem:
        if not lookup.claims:
            return QuoteItem(lookup, Status.UNREGISTERED)
        claims = _trusted(lookup, trust)
        if len({claim.holder for claim in claims}) > 1:
            return QuoteItem(lookup, Status.CONTESTED)
        assets = {claim.asset_id for claim in claims}
        held = next((h for h in self._held if h.asset_id in assets and self._permits(h, uses)), None)
        offers = tuple(
            sorted((o for asset in assets for o in self._standing_of(asset)), key=lambda o: o.offer.price)
        )
        if held is not None:
            return QuoteItem(lookup, Status.LICENSED, license=held, offers=offers)
        fitting = any(_fits(o, uses, currency) for o in offers)
        return QuoteItem(lookup, Status.ON_OFFER if fitting else Status.NOT_ON_OFFER, offers=offers)

    def _permits(self, held: Held, uses: Use) -> bool:
        key = (held.license_id, uses)
        if key not in self._permitted:
            self._permitted[key] = self._contracts.licenses.permits(held.license_id, uses)
        return self._permitted[key]

    def _standing_of(self, asset_id: Hash32) -> tuple[StandingOffer, ...]:
        if asset_id not in self._standing:
            self._standing[asset_id] = self._offers.standing(asset_id)
        return self._standing[asset_id]


def _trusted(lookup: Lookup, trust: Collection[Hash32 | Address]) -> tuple[Claim, ...]:
    if lookup.asset_id is not None:
        return tuple(claim for claim in lookup.claims if claim.asset_id == lookup.asset_id)
    named = tuple(c for c in lookup.claims if c.asset_id in trust or c.registrant in trust)
    return named or lookup.undefeated or lookup.claims


def _fits(standing: StandingOffer, uses: Use, currency: Address | None) -> bool:
    """Whether buying on an offer is the answer. What use by the unit will cost, no quote can say."""
    offer = standing.offer
    by_unit = offer.kind == Kind.METERED
    return offer.uses & uses == uses and not by_unit and currency in (None, offer.currency)


def _cheapest(wanted: dict[int, tuple[StandingOffer, ...]]) -> dict[int, StandingOffer]:
    """The offer to buy for each item; see `cover`.

    Raises:
        InputError: the offers are in several currencies.
    """
    currencies = {o.offer.currency for offers in wanted.values() for o in offers}
    if len(currencies) > 1:
        names = ", ".join(sorted(currencies))
        raise InputError(f"offers stand in several currencies ({names}): name the one to pay in")
    items: dict[StandingOffer, list[int]] = {}
    for index, offers in wanted.items():
        for standing in offers:
            items.setdefault(standing, []).append(index)
    by_hash = {standing.offer.struct_hash(): standing for standing in items}
    covers = {h: Coverage(o.offer.price, frozenset(items[o])) for h, o in by_hash.items()}
    chosen: dict[int, StandingOffer] = {}
    for offer_hash in choose(covers):
        for index in covers[offer_hash].items:
            chosen.setdefault(index, by_hash[offer_hash])
    return chosen
