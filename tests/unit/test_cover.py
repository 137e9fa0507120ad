"""Which offers a quote takes."""

import random
import time
from collections.abc import Collection
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.licensee.cover import Choice, choose

Needs = list[frozenset[int]]


def needs(*spelled: str) -> Needs:
    """`"01"`: what the offers 0 and 1 would meet."""
    return [frozenset(map(int, offers)) for offers in spelled]


def cost(offers: Collection[int], prices: list[int]) -> int:
    return sum(prices[offer] for offer in offers)


def meets(offers: Collection[int], wanted: Needs) -> bool:
    return all(not need.isdisjoint(offers) for need in wanted)


def cheapest(prices: list[int], wanted: Needs) -> int:
    """By trying all."""
    sets = (names for size in range(len(prices) + 1) for names in combinations(range(len(prices)), size))
    return min(cost(names, prices) for names in sets if meets(names, wanted))


EXAMPLES: list[tuple[list[int], Needs, set[int]]] = [
    ([], [], set()),
    ([5], needs("0"), {0}),
    ([4, 5], needs("01"), {0}),
    ([5, 5], needs("01"), {0}),
    ([4, 5], needs("0", "1"), {0, 1}),
    # offers nobody needs
    ([0, 1, 2], needs("2"), {2}),
    # two single works, and both
    ([3, 3, 5], needs("02", "12"), {2}),
    ([2, 2, 5], needs("02", "12"), {0, 1}),
    # a free offer is free
    ([0, 5, 9], needs("01", "12"), {1}),
    ([0, 0], needs("0", "1"), {0, 1}),
    # each by itself looks cheaper until the last one
    ([1, 1, 1, 8, 10], needs("03", "13", "23", "34"), {3}),
    # two catalogues that overlap
    ([4, 4, 9], needs("02", "02", "012", "12", "12"), {0, 1}),
    ([4, 4, 7], needs("02", "02", "012", "12", "12"), {2}),
    # what no greedy choice finds: 0 and 1 are the cheapest, 2 has the lowest price for each
    ([5, 5, 8], needs("02", "02", "12", "12", "0", "1"), {0, 1}),
    ([6, 6, 7], needs("02", "02", "12", "12", "0", "1"), {0, 1}),
]


@pytest.mark.parametrize(("prices", "wanted", "expected"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_what_is_taken(prices: list[int], wanted: Needs, expected: set[int]) -> None:
    assert choose(prices, wanted) == Choice(tuple(sorted(expected)), True)


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[int], Needs]:
    prices = draw(st.lists(st.integers(0, 30), min_size=1, max_size=8))
    offers = st.frozensets(st.integers(0, len(prices) - 1), min_size=1, max_size=5)
    return prices, draw(st.lists(offers, max_size=9))


@given(problems())
def test_small_problems_are_solved_and_proven(problem: tuple[list[int], Needs]) -> None:
    prices, wanted = problem
    choice = choose(prices, wanted)
    assert choice.minimal
    assert meets(choice.offers, wanted)
    assert cost(choice.offers, prices) == cheapest(prices, wanted)


@given(problems())
def test_nothing_needless_is_taken(problem: tuple[list[int], Needs]) -> None:
    prices, wanted = problem
    offers = set(choose(prices, wanted).offers)
    assert all(not meets(offers - {offer}, wanted) for offer in offers)


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_needs_does_not_matter(
    problem: tuple[list[int], Needs], order: random.Random
) -> None:
    prices, wanted = problem
    shuffled = [*wanted, *wanted[:2]]
    order.shuffle(shuffled)
    assert choose(prices, shuffled) == choose(prices, wanted)


def tangled(seed: int, size: int) -> tuple[list[int], Needs]:
    """Offers that overlap at random, as no catalogues would."""
    chance = random.Random(seed)
    prices = [chance.randint(1, 1000) for _ in range(size)]
    return prices, [frozenset(chance.sample(range(size), chance.randint(2, 6))) for _ in range(size)]


@pytest.mark.parametrize("size", [200, 2_000])
def test_what_is_too_much_to_try_is_not_called_minimal(size: int) -> None:
    prices, wanted = tangled(5, size)
    begun = time.monotonic()
    choice = choose(prices, wanted)
    assert time.monotonic() - begun < 30
    assert not choice.minimal
    assert meets(choice.offers, wanted)
    each = {min(need, key=lambda offer: (prices[offer], offer)) for need in wanted}
    assert cost(choice.offers, prices) <= cost(each, prices)


def test_a_tangle_of_moderate_size_is_searched_to_the_end() -> None:
    """So none of its offers can be made dearer and the whole become cheaper."""
    prices, wanted = tangled(7, 40)
    choice = choose(prices, wanted)
    assert choice.minimal
    without = [choose([*prices[:drop], 10**6, *prices[drop + 1 :]], wanted) for drop in choice.offers]
    assert all(cost(other.offers, prices) >= cost(choice.offers, prices) for other in without)


@pytest.mark.parametrize("on_all", [10**6, 5 * 10**5])
def test_a_catalogue_against_its_many_works_is_proven_either_way(on_all: int) -> None:
    count = 20_000
    prices = [n % 97 + 1 for n in range(count)] + [on_all]
    begun = time.monotonic()
    choice = choose(prices, ([n, count] for n in range(count)))
    assert time.monotonic() - begun < 20
    assert choice.minimal
    assert cost(choice.offers, prices) == min(on_all, sum(prices[:count]))


def test_prices_beyond_64_bits_are_exact() -> None:
    whole = 1 << 200
    prices = [whole, whole, 2 * whole - 1]
    assert choose(prices, needs("02", "12")) == Choice((2,), True)
