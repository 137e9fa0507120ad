"""Which offers to buy, so that everything needed is covered and as little as possible is paid.

Works that the same offers would cover are one *need*, however many they are, so the size of the problem is
that of the offers in play, not of the works. To meet all needs at the least price is the weighted hitting-set
problem, which nobody solves fast in general. Catalogues and single works, though, make tame instances. In
this order:

- a need that only one offer meets takes that offer;
- offers that meet a single need each, in needs whose other offers are the same, are bought all or none of
  them: they become one bundle. A catalogue against its ten thousand single works is then one need of two;
- an offer goes where a cheaper one meets all that it meets, and a need where another is never met without it;
- what is left falls into parts without a common offer. In each a greedy choice, improved, stands against a
  lower bound (the dual of the linear programme, ascended greedily); where the two differ, branch and bound
  searches the rest, within a limit on its steps.

So a choice is proven to be the cheapest, or it says that it is not. It never costs more than each need's
cheapest offer bought by itself, nor than any one offer that meets all.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, TypeVar

from licet.licensee.search import cheapest

_EFFORT: Final = 10_000_000
"""How many members of needs are compared at most in search of what can be left out: a second or two."""

Need = frozenset[int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice:
    """Offers that meet all needs.

    Attributes:
        offers: their numbers, ascending.
        minimal: whether it is proven that no cheaper offers do.
    """

    offers: tuple[int, ...]
    minimal: bool


def choose(prices: Sequence[int], needs: Iterable[Collection[int]]) -> Choice:
    """The offers to buy.

    Args:
        prices: what each offer costs, in the smallest unit; an offer's number is its place here.
        needs: for each, the numbers of the offers that would meet it; none is empty. Of offers that serve as
            well, the one with the least number is taken.
    """
    wanted = {frozenset(need) for need in needs}
    problem = _Problem(list(prices), set(wanted))
    problem.shrink()
    minimal = True
    for part in _parts(problem.open):
        offers, proven = cheapest(part, problem.prices)
        problem.taken |= offers
        minimal = minimal and proven
    return Choice(tuple(_needed(problem.bought(), wanted, prices)), minimal)


class _Problem:
    """Needs that are still open, and what was taken for the others; shrinks without losing the optimum."""

    def __init__(self, prices: list[int], needs: set[Need]) -> None:
        self.prices = prices
        self.open = needs
        self.taken: set[int] = set()
        self._bundles: dict[int, frozenset[int]] = {}
        self._effort = _EFFORT

    def shrink(self) -> None:
        """Applies the rules of this module until none does anything more."""
        before = None
        while self.open != before and self._effort > 0:
            before = self.open
            self._take_only_offers()
            self._bundle()
            self._leave_out_dear_offers()
            self._leave_out_wide_needs()

    def bought(self) -> set[int]:
        """What was taken, with the offers of a bundle in its place."""
        left, offers = list(self.taken), set()
        while left:
            number = left.pop()
            if number in self._bundles:
                left += self._bundles[number]
            else:
                offers.add(number)
        return offers

    def _take_only_offers(self) -> None:
        only = {offer for need in self.open if len(need) == 1 for offer in need}
        self.taken |= only
        self.open = {need for need in self.open if need.isdisjoint(only)}

    def _leave_out_dear_offers(self) -> None:
        meets = _meets(self.open)
        order = {offer: (self.prices[offer], offer) for offer in meets}
        dear: set[int] = set()
        for offer in sorted(meets, key=order.__getitem__, reverse=True):
            for other in min(meets[offer], key=len):
                cheaper = order[other] < order[offer] and other not in dear
                if cheaper and self._within(meets[offer], meets[other]):
                    dear.add(offer)
                    break
        self.open = {need - dear for need in self.open}

    def _leave_out_wide_needs(self) -> None:
        kept: defaultdict[int, list[Need]] = defaultdict(list)
        for need in sorted(self.open, key=len):
            narrower = (other for offer in need for other in kept[offer])
            if not any(self._within(other, need) for other in narrower):
                kept[min(need)].append(need)
        self.open = {need for some in kept.values() for need in some}

    def _within(self, narrow: Set[T], wide: Set[T]) -> bool:
        self._effort -= len(narrow)
        return self._effort > 0 and narrow <= wide

    def _bundle(self) -> None:
        meets = _meets(self.open)
        alike: defaultdict[Need, list[tuple[Need, int]]] = defaultdict(list)
        for need in self.open:
            own = [offer for offer in need if len(meets[offer]) == 1]
            if len(own) == 1 < len(need):
                alike[need - {own[0]}].append((need, own[0]))
        bundled: set[Need] = set()
        bundles: set[Need] = set()
        for others, members in alike.items():
            if len(members) > 1:
                number = len(self.prices)
                self._bundles[number] = frozenset(offer for _, offer in members)
                self.prices.append(sum(self.prices[offer] for _, offer in members))
                bundled.update(need for need, _ in members)
                bundles.add(others | {number})
        self.open = self.open - bundled | bundles


def _meets(needs: Iterable[Need]) -> dict[int, set[Need]]:
    """The needs that each offer meets."""
    meets: defaultdict[int, set[Need]] = defaultdict(set)
    for need in needs:
        for offer in need:
            meets[offer].add(need)
    return meets


def _parts(needs: Iterable[Need]) -> list[list[Need]]:
    """The needs, in parts that have no offer in common; always in the same order."""
    head: dict[int, int] = {}

    def find(offer: int) -> int:
        while head.setdefault(offer, offer) != offer:
            head[offer] = head[head[offer]]
            offer = head[offer]
        return offer

    in_order = sorted(needs, key=sorted)
    for need in in_order:
        first = find(min(need))
        for offer in need:
            head[find(offer)] = first
    parts: defaultdict[int, list[Need]] = defaultdict(list)
    for need in in_order:
        parts[find(min(need))].append(need)
    return list(parts.values())


def _needed(taken: Iterable[int], needs: Iterable[Need], prices: Sequence[int]) -> list[int]:
    """What is left when, dearest first, whatever the others meet too is dropped."""
    left = set(taken)
    meets = _meets(need & left for need in needs)
    times = Counter({need: len(need) for some in meets.values() for need in some})
    for offer in sorted(left, key=lambda offer: (prices[offer], offer), reverse=True):
        if all(times[need] > 1 for need in meets.get(offer, ())):
            left.remove(offer)
            times.subtract(meets.get(offer, ()))
    return sorted(left)
