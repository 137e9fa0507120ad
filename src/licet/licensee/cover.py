"""Which offers to buy, so that every item is covered and little is paid.

An offer on a catalogue, bought once, serves all its works. The very cheapest set of offers is a set cover,
which no algorithm finds in reasonable time; this one never costs more than each item's cheapest offer
bought by itself, nor than any one offer that covers everything.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from heapq import heapify, heappop, heappush
from typing import TypeVar

_K = TypeVar("_K", bound=str)


@dataclass(frozen=True, slots=True)
class Coverage:
    """An offer, as far as it matters here.

    Attributes:
        price: what it costs.
        items: the items that it covers.
    """

    price: int
    items: frozenset[int]


def choose(offers: Mapping[_K, Coverage]) -> tuple[_K, ...]:
    """Offers, by their names, that together cover all items that any of them covers.

    First, always the offer that costs least for each item it newly covers, and whatever the others cover too
    is dropped. Then, each offer on several items in the place of what it makes needless, where that is
    cheaper.
    """
    taken = _needed(_greedy(offers), offers)
    for key in sorted(offers):
        if len(offers[key].items) == 1 or key in taken:
            continue
        trial = _needed([*taken, key], offers, kept=key)
        if _cost(trial, offers) < _cost(taken, offers):
            taken = trial
    return tuple(taken)


def _greedy(offers: Mapping[_K, Coverage]) -> list[_K]:
    missing = set[int]().union(*(offer.items for offer in offers.values()))
    # Prices per item only rise as items are covered, so that a price in the heap is never too high.
    heap = [(Fraction(o.price, len(o.items)), -len(o.items), key) for key, o in offers.items() if o.items]
    heapify(heap)
    taken = []
    while missing:
        _, _, key = heappop(heap)
        new = len(offers[key].items & missing)
        if not new:
            continue
        entry = (Fraction(offers[key].price, new), -new, key)
        if heap and heap[0] < entry:
            heappush(heap, entry)
            continue
        taken.append(key)
        missing -= offers[key].items
    return taken


def _needed(taken: Iterable[_K], offers: Mapping[_K, Coverage], kept: _K | None = None) -> list[_K]:
    """What is left when, dearest first, whatever the others cover is dropped; `kept` never is."""
    left = dict.fromkeys(taken)
    times = Counter(item for key in left for item in offers[key].items)
    for key in sorted(left, key=lambda key: offers[key].price, reverse=True):
        if key != kept and all(times[item] > 1 for item in offers[key].items):
            del left[key]
            times.subtract(offers[key].items)
    return list(left)


def _cost(taken: Iterable[_K], offers: Mapping[_K, Coverage]) -> int:
    return sum(offers[key].price for key in taken)
