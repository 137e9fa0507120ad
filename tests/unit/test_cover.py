"""Which offers a quote takes."""

import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.licensee.cover import Coverage, choose

Offers = dict[str, Coverage]


def offers(**spelled: tuple[int, str]) -> Offers:
    """`a=(5, "012")`: the offer a costs 5 and covers the items 0, 1 and 2."""
    return {name: Coverage(price, frozenset(map(int, items))) for name, (price, items) in spelled.items()}


def cost(names: tuple[str, ...], known: Offers) -> int:
    return sum(known[name].price for name in names)


def covered(names: tuple[str, ...] | list[str], known: Offers) -> set[int]:
    return set().union(*(known[name].items for name in names))


EXAMPLES: list[tuple[Offers, set[str]]] = [
    (offers(), set()),
    (offers(a=(5, "0")), {"a"}),
    (offers(a=(5, "0"), b=(4, "0")), {"b"}),
    (offers(a=(5, "0"), b=(4, "1")), {"a", "b"}),
    (offers(a=(3, "0"), b=(3, "1"), all=(5, "01")), {"all"}),
    (offers(a=(2, "0"), b=(2, "1"), all=(5, "01")), {"a", "b"}),
    # a free offer is free
    (offers(a=(0, "0"), all=(5, "01"), b=(9, "1")), {"all"}),
    (offers(a=(0, "0"), b=(0, "1")), {"a", "b"}),
    # each item by itself looks cheaper until the last one
    (offers(a=(1, "0"), b=(1, "1"), c=(1, "2"), d=(10, "3"), all=(8, "0123")), {"all"}),
    (offers(a=(9, "0"), b=(10, "1"), c=(10, "2"), d=(30, "3"), all=(40, "0123")), {"all"}),
    # two catalogues that overlap
    (offers(one=(4, "012"), two=(4, "234"), all=(9, "01234")), {"one", "two"}),
    (offers(one=(4, "012"), two=(4, "234"), all=(7, "01234")), {"all"}),
]


@pytest.mark.parametrize(("known", "expected"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_what_is_taken(known: Offers, expected: set[str]) -> None:
    assert set(choose(known)) == expected


any_offers = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2),
    st.builds(Coverage, st.integers(0, 30), st.frozensets(st.integers(0, 6), min_size=1)),
    max_size=8,
)


@given(any_offers)
def test_all_is_covered_and_nothing_needless_taken(known: Offers) -> None:
    taken = choose(known)
    assert covered(taken, known) == covered(list(known), known)
    for name in taken:
        assert covered([other for other in taken if other != name], known) != covered(taken, known)


@given(any_offers)
def test_it_costs_no_more_than_each_item_by_itself(known: Offers) -> None:
    cheapest = [
        min(offer.price for offer in known.values() if item in offer.items)
        for item in covered(list(known), known)
    ]
    assert cost(choose(known), known) <= sum(cheapest)


@given(any_offers)
def test_it_costs_no_more_than_any_one_offer_on_everything(known: Offers) -> None:
    everything = covered(list(known), known)
    of_all = [offer.price for offer in known.values() if offer.items == everything]
    assert all(cost(choose(known), known) <= price for price in of_all)


@given(any_offers)
def test_it_is_within_the_known_bound_of_the_very_cheapest(known: Offers) -> None:
    everything = covered(list(known), known)
    sets = (names for size in range(len(known) + 1) for names in combinations(known, size))
    best = min(cost(names, known) for names in sets if covered(names, known) == everything)
    harmonic = sum(1 / n for n in range(1, len(everything) + 1))
    assert best <= cost(choose(known), known) <= best * max(harmonic, 1) + 1e-9


@given(any_offers)
def test_the_order_of_the_offers_does_not_matter(known: Offers) -> None:
    backwards = dict(reversed(known.items()))
    assert set(choose(known)) == set(choose(backwards))


def test_many_offers_take_seconds_at_most() -> None:
    many = {f"{n:06}": Coverage(n % 97 + 1, frozenset([n])) for n in range(20_000)}
    many["all"] = Coverage(10**6, frozenset(range(20_000)))
    begun = time.monotonic()
    assert cost(choose(many), many) == sum(n % 97 + 1 for n in range(20_000))
    assert time.monotonic() - begun < 5
