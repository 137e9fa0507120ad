"""The cheapest offers that meet some needs: a greedy choice, a bound from below, and a search between them.

Needs are the bits of an integer here, and an offer's mask has those that it meets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import Final

_STEPS: Final = 400_000
"""How many needs a search looks at before it gives up; about two seconds."""

_SEARCHED: Final = 400
"""Where there are more needs than this, no search is begun: it would not end."""

_IMPROVED: Final = 4_000_000
"""How many pairs of offers the improvement of a greedy choice may try."""


def cheapest(needs: Sequence[frozenset[int]], prices: Sequence[int]) -> tuple[set[int], bool]:
    """Offers that together meet all needs.

    Args:
        needs: the numbers of the offers that would meet each; none is empty.
        prices: what each offer costs.

    Returns:
        The offers' numbers, and whether no cheaper ones are proven to exist.
    """
    instance = _Instance.of(needs, prices)
    taken = instance.improved(instance.greedy())
    if instance.cost(taken) == instance.bound(instance.all, frozenset()):
        return taken, True
    if len(needs) > _SEARCHED:
        return taken, False
    search = _Search(instance, taken)
    search.visit(instance.all, 0, (), frozenset())
    return search.best, search.steps > 0


@dataclass(frozen=True, slots=True)
class _Instance:
    """Needs with few offers first; each one's offers, cheapest first; and each offer's mask of needs."""

    needs: tuple[tuple[int, ...], ...]
    masks: dict[int, int]
    prices: Sequence[int]

    @classmethod
    def of(cls, needs: Iterable[frozenset[int]], prices: Sequence[int]) -> "_Instance":
        in_order = sorted(
            (tuple(sorted(need, key=lambda offer: (prices[offer], offer))) for need in needs),
            key=lambda need: (len(need), need),
        )
        masks: dict[int, int] = {}
        for place, need in enumerate(in_order):
            for offer in need:
                masks[offer] = masks.get(offer, 0) | 1 << place
        return cls(tuple(in_order), masks, prices)

    @property
    def all(self) -> int:
        """The mask of all needs."""
        return (1 << len(self.needs)) - 1

    def cost(self, taken: Iterable[int]) -> int:
        """What some offers cost together."""
        return sum(self.prices[offer] for offer in taken)

    def greedy(self) -> set[int]:
        """Always the offer that costs least for each need that it newly meets."""
        # Prices for each need only rise as needs are met, so that a price in the heap is never too high.
        heap = [(self._each(offer, mask), offer) for offer, mask in self.masks.items()]
        heapify(heap)
        missing, taken = self.all, set()
        while missing:
            _, offer = heappop(heap)
            new = self.masks[offer] & missing
            if not new:
                continue
            entry = (self._each(offer, new), offer)
            if heap and heap[0] < entry:
                heappush(heap, entry)
                continue
            taken.add(offer)
            missing &= ~new
        return self._thinned(taken)

    def improved(self, taken: set[int]) -> set[int]:
        """Each other offer in the place of what it makes needless, where that is cheaper."""
        for tried, offer in enumerate(sorted(self.masks), 1):
            if tried * len(taken) > _IMPROVED:
                break
            if offer not in taken and self.masks[offer] & (self.masks[offer] - 1):
                trial = self._thinned({*taken, offer}, kept=offer)
                if self.cost(trial) < self.cost(taken):
                    taken = trial
        return min(taken, *self._ready_made(), key=self.cost)

    def bound(self, missing: int, banned: frozenset[int]) -> int:
        """What meeting the missing needs costs at least, without the banned offers.

        Each need in turn pays what its offers have left at most, off the price of them all: whoever buys an
        offer has paid no less than its needs were charged.
        """
        left: dict[int, int] = {}
        total = 0
        for place in _bits(missing):
            need = [offer for offer in self.needs[place] if offer not in banned]
            pays = min((left.get(offer, self.prices[offer]) for offer in need), default=0)
            if pays:
                total += pays
                for offer in need:
                    left[offer] = left.get(offer, self.prices[offer]) - pays
        return total

    def _ready_made(self) -> list[set[int]]:
        """Choices that no greedy one may cost more than."""
        cheapest_of_each = self._thinned({need[0] for need in self.needs})
        return [cheapest_of_each, *({offer} for offer, mask in self.masks.items() if mask == self.all)]

    def _each(self, offer: int, mask: int) -> tuple[Fraction, int]:
        count = mask.bit_count()
        return Fraction(self.prices[offer], count), -count

    def _thinned(self, taken: set[int], kept: int | None = None) -> set[int]:
        """What is left when, dearest first, whatever the others meet too is dropped; `kept` never is."""
        order = sorted(taken - {kept}, key=lambda offer: (self.prices[offer], offer))
        # What the offers before each one in this order meet, with the one that is kept.
        before = [0 if kept is None else self.masks[kept]]
        for offer in order:
            before.append(before[-1] | self.masks[offer])
        left, later = ({kept} if kept is not None else set()), 0
        for place in range(len(order) - 1, -1, -1):
            offer = order[place]
            if self.masks[offer] & ~(before[place] | later):
                left.add(offer)
                later |= self.masks[offer]
        return left


class _Search:
    """Branch and bound, from a choice that is known."""

    def __init__(self, instance: _Instance, known: set[int]) -> None:
        self._instance: Final = instance
        self.best = known
        self._least = instance.cost(known)
        self.steps = _STEPS
        """What is left of the steps; not above zero where the search gave up."""

    def visit(self, missing: int, spent: int, taken: tuple[int, ...], banned: frozenset[int]) -> None:
        """Looks for something cheaper than the best, with `taken` and without `banned`."""
        if not missing:
            if spent < self._least:
                self.best, self._least = set(taken), spent
            return
        self.steps -= missing.bit_count()
        instance = self._instance
        if self.steps <= 0 or spent + instance.bound(missing, banned) >= self._least:
            return
        free = ([o for o in instance.needs[place] if o not in banned] for place in _bits(missing))
        tried = banned
        for offer in min(free, key=len):
            mask = instance.masks[offer]
            self.visit(missing & ~mask, spent + instance.prices[offer], (*taken, offer), tried)
            tried |= {offer}


def _bits(mask: int) -> Iterable[int]:
    """The places of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
