"""Making quotes: what is asked for meets the claims, licenses and offers of one moment.

Some files and a manifest of ten million hashes go the same way, through `Answers`; this module tells it what
it cannot know: whom the buyer trusts, what this account may do already, which offers stand.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from licet.contracts import Contracts
from licet.contracts.assets import DeedFlag
from licet.documents import TrustPolicy
from licet.errors import InputError
from licet.licensee.answers import NONE, REASONS, Answers, ClaimFacts, ClaimOffer, Reason, Tier
from licet.licensee.cover import Choice
from licet.licensee.holding import Held
from licet.licensee.lookup import Claim, Claims
from licet.licensee.manifest import Manifest, write_answers
from licet.licensee.offers import Offers, StandingOffer
from licet.licensee.quote import Quote, QuoteItem
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.types import Address, Hash32, hash_bytes


class Quoter:
    """Makes one quote, for one account at one moment."""

    def __init__(
        self,
        contracts: Contracts,
        claims: Claims,
        offers: Offers,
        held: Sequence[Held],
        uses: Use,
        trust: TrustPolicy,
        currency: Address | None,
    ) -> None:
        """A quoter.

        Args:
            contracts: of one deployment.
            claims: as they stand.
            offers: as they stand.
            held: the account's licenses.
            uses: what is to be done; an offer must permit all of them.
            trust: whose claims to believe where claims compete.
            currency: buy in this currency only.
        """
        self._contracts: Final = contracts
        self._block: Final = contracts.chain.block()
        self._claims: Final = claims
        self._offers: Final = offers
        self._held: Final = held
        self._uses: Final = uses
        self._trusted: Final = {*trust.assets, *trust.registrants}
        self._distrusted: Final = frozenset(trust.distrusted)
        self._currency: Final = currency
        self._answers: Final = Answers(claims.works.database)
        self._in_play: dict[int, Claim] = {}
        self._standing: dict[Hash32, tuple[StandingOffer, ...]] = {}
        self._known: list[StandingOffer] = []
        self._permitted: dict[Hash32, bool] = {}
        claims.classify()

    def items(self, asked: Iterable[str | Path]) -> Quote:
        """A quote for files and ids, with an answer for each.

        Raises:
            InputError: an item is unknown, or offers in several currencies would do and none is named.
        """
        lookups = self._claims.lookup(asked)
        self._answers.ask(
            [None if found.content is None else hash_bytes(found.content) for found in lookups],
            {
                place: self._claims.number(found.asset_id)
                for place, found in enumerate(lookups)
                if found.asset_id is not None
            },
        )
        choice = self._decide(licensed=True)
        answers = self._answers.all()
        items = tuple(
            QuoteItem(
                found,
                answer.status,
                answer.reason,
                None if answer.offer == NONE else self._known[answer.offer],
                None if answer.license == NONE else self._held[answer.license],
                self._offers_on(answer.claims),
            )
            for found, answer in zip(lookups, answers, strict=True)
        )
        in_order = dict.fromkeys(answer.offer for answer in answers if answer.offer != NONE)
        return self._quote(Choice(tuple(in_order), choice.minimal), items)

    def manifest(self, manifest: Manifest, out: Path | None = None) -> Quote:
        """A quote for a manifest's hashes; the answers go into a file, if one is named.

        Raises:
            InputError: the manifest cannot be read, a row has no hash, the file is there already, or offers
                in several currencies would do and none is named.
        """
        database = self._claims.works.database
        manifest.ask(database)
        choice = self._decide(licensed=False)
        if out is not None:
            bought = ((number, self._known[number].offer) for number in choice.offers)
            contested = {n: self._in_play[n] for n in self._answers.contested() if n in self._in_play}
            dates = {n: self._claims.since(claim) for n, claim in contested.items()}
            oldest_first = sorted(contested, key=lambda n: (dates[n] is None, dates[n] or 0, n))
            write_answers(
                database,
                out,
                claims=[(n, contested[n].asset_id) for n in oldest_first],
                licenses=[(held.license_id, held.license.expires) for held in self._held],
                offers=[(number, offer.struct_hash(), offer.price) for number, offer in bought],
            )
        return self._quote(choice, ())

    def _decide(self, *, licensed: bool) -> Choice:
        """Decides all; `licensed` says whether offers on what is licensed are looked for too."""
        facts = []
        holders: dict[Address, int] = {}
        for number in self._answers.claims():
            claim = self._claims.claim(number)
            if claim is not None:
                self._in_play[number] = claim
                facts.append(self._facts(number, claim, holders))
        self._answers.decide(facts)
        wanted = self._answers.claims_to_sell(licensed=licensed)
        self._standing = self._offers.standing({self._in_play[n].asset_id for n in wanted})
        selling = self._answers.claims_to_buy()
        fitting = {self._in_play[n].asset_id: self._fitting(self._in_play[n].asset_id) for n in selling}
        self._check_currencies(fitting.values())
        cheapest = {asset: offers[0] for asset, offers in fitting.items() if offers}
        self._known = sorted(cheapest.values(), key=lambda o: (o.offer.price, o.offer.asset_id))
        numbers = {standing.offer.asset_id: number for number, standing in enumerate(self._known)}
        return self._answers.buy(
            (
                ClaimOffer(n, numbers.get(asset, NONE), NONE if asset in numbers else self._reason(asset))
                for n in selling
                for asset in [self._in_play[n].asset_id]
            ),
            [standing.offer.price for standing in self._known],
        )

    def _facts(self, number: int, claim: Claim, holders: dict[Address, int]) -> ClaimFacts:
        lost = bool(claim.flags & DeedFlag.DEFEATED)
        best, until = NONE, 0
        for place, held in self._licenses.get(claim.asset_id, ()):
            if held.license.expires > until and self._permits(held):
                best, until = place, held.license.expires
        holder = holders.setdefault(claim.holder, len(holders))
        return ClaimFacts(number, holder, self._tier(claim, lost), lost, best, until)

    def _tier(self, claim: Claim, lost: bool) -> Tier:
        if claim.asset_id in self._trusted or claim.registrant in self._trusted:
            return Tier.TRUSTED_LOST if lost else Tier.TRUSTED
        if claim.registrant in self._distrusted:
            return Tier.DISTRUSTED
        return Tier.LOST if lost else Tier.PLAIN

    @cached_property
    def _licenses(self) -> dict[Hash32, list[tuple[int, Held]]]:
        """The licenses of each asset, with their numbers."""
        licenses: dict[Hash32, list[tuple[int, Held]]] = {}
        for place, held in enumerate(self._held):
            licenses.setdefault(held.asset_id, []).append((place, held))
        return licenses

    def _permits(self, held: Held) -> bool:
        if held.license_id not in self._permitted:
            permits = self._contracts.licenses.permits(held.license_id, self._uses)
            self._permitted[held.license_id] = permits
        return self._permitted[held.license_id]

    def _fitting(self, asset_id: Hash32) -> list[StandingOffer]:
        """The offers on an asset of which buying is the answer, cheapest first."""
        return [o for o in self._standing[asset_id] if self._lacks(o) is None]

    def _lacks(self, standing: StandingOffer) -> Reason | None:
        """Why buying on an offer is no answer. What use by the unit will cost, no quote can say."""
        offer = standing.offer
        if int(self._uses) & ~int(offer.uses):  # as integers: there may be very many offers
            return Reason.NO_OFFER
        if offer.kind == Kind.METERED:
            return Reason.BY_UNIT
        return None if self._currency in (None, offer.currency) else Reason.OTHER_CURRENCY

    def _reason(self, asset_id: Hash32) -> int:
        """What comes closest to an offer that would do."""
        reasons = (self._lacks(standing) or Reason.NO_OFFER for standing in self._standing[asset_id])
        return min(map(REASONS.index, reasons), default=REASONS.index(Reason.NO_OFFER))

    def _check_currencies(self, fitting: Iterable[Iterable[StandingOffer]]) -> None:
        currencies = {standing.offer.currency for offers in fitting for standing in offers}
        if len(currencies) > 1:
            names = ", ".join(sorted(currencies))
            raise InputError(f"offers stand in several currencies ({names}): name the one to pay in")

    def _offers_on(self, claims: Iterable[int]) -> tuple[StandingOffer, ...]:
        """All offers on some claims' assets, cheapest first."""
        assets = dict.fromkeys(self._in_play[number].asset_id for number in claims)
        offers = (standing for asset in assets for standing in self._standing.get(asset, ()))
        return tuple(sorted(offers, key=lambda standing: standing.offer.price))

    def _quote(self, choice: Choice, items: tuple[QuoteItem, ...]) -> Quote:
        purchases = tuple(self._known[number] for number in choice.offers)
        return Quote(
            uses=self._uses,
            items=items,
            counts=self._answers.counts(),
            purchases=purchases,
            currency=purchases[0].offer.currency if purchases else None,
            total=sum(standing.offer.price for standing in purchases),
            minimal=choice.minimal,
            block=self._block.number,
        )
