"""The answers of quotes, against a plain reading of the rules: no chain, the tables are filled directly."""

from collections import Counter
from dataclasses import dataclass
from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from licet.documents import sha256
from licet.licensee.answers import (
    NONE,
    REASONS,
    Answer,
    Answers,
    ClaimFacts,
    ClaimOffer,
    Reason,
    Status,
    Tier,
)
from licet.licensee.works import SINGLE, Listing, Works
from licet.types import Hash32, hash_bytes

OF_OFFERS = (Reason.OTHER_CURRENCY, Reason.BY_UNIT, Reason.NO_OFFER)
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


def work(number: int) -> Hash32:
    return sha256(bytes([number]))


@dataclass(frozen=True)
class Asset:
    """A registered asset, and what a quoter finds out about it."""

    works: tuple[int, ...]
    """One is a single work; several are a catalogue."""
    holder: int
    tier: Tier
    until: int
    price: int | None
    reason: int

    @property
    def lost(self) -> bool:
        return self.tier in (Tier.LOST, Tier.TRUSTED_LOST)


assets = st.lists(
    st.builds(
        Asset,
        works=st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True).map(tuple),
        holder=st.integers(0, 2),
        tier=st.sampled_from(Tier),
        until=st.sampled_from([0, 0, 0, 50, 60]),
        price=st.none() | st.integers(0, 20),
        reason=st.sampled_from([REASONS.index(r) for r in OF_OFFERS]),
    ),
    max_size=6,
)
asked = st.lists(st.integers(0, 8), max_size=12)


def registered(some: list[Asset]) -> Works:
    works = Works()
    for number, asset in enumerate(some):
        contents = [work(n) for n in asset.works]
        if len(contents) == 1:
            works.add_singles([number], contents)
        else:
            works.add_catalog(number, contents, [f"id {n}" for n in asset.works])
    works.classify()
    return works


def answered(works: Works, some: list[Asset], items: list[int]) -> tuple[Answers, list[Answer], int]:
    """The answers, and the total of what to buy."""
    answers = Answers(works.database)
    answers.ask([hash_bytes(work(item)) for item in items], {})
    facts = [
        ClaimFacts(n, some[n].holder, some[n].tier, some[n].lost, n if some[n].until else NONE, some[n].until)
        for n in answers.claims()
    ]
    answers.decide(facts)
    selling = answers.claims_to_buy()
    ranked = sorted((price, n) for n in selling for price in [some[n].price] if price is not None)
    numbers = {n: number for number, (_, n) in enumerate(ranked)}
    choice = answers.buy(
        (ClaimOffer(n, numbers.get(n, NONE), NONE if n in numbers else some[n].reason) for n in selling),
        [price for price, _ in ranked],
    )
    total = sum(ranked[number][0] for number in choice.offers)
    # Numbers of offers become those of their assets.
    mine = [a._replace(offer=NONE if a.offer == NONE else ranked[a.offer][1]) for a in answers.all()]
    return answers, mine, total


def plainly(some: list[Asset], item: int) -> tuple[Status, Reason | None, int, set[int]]:
    """Status, reason, when a license ends, and the assets whose offers would do."""
    claims = {n: asset for n, asset in enumerate(some) if item in asset.works}
    if not claims:
        return Status.UNKNOWN, None, 0, set()
    best = min(asset.tier for asset in claims.values())
    counted = {n: asset for n, asset in claims.items() if asset.tier == best}
    if best == Tier.DISTRUSTED:
        return Status.FORBIDDEN, Reason.DISTRUSTED, 0, set()
    if len({asset.holder for asset in counted.values()}) > 1:
        return Status.CONTESTED, None, 0, set()
    until = max(asset.until for asset in counted.values())
    if until:
        return Status.LICENSED, None, until, set()
    selling = {n for n, asset in counted.items() if asset.price is not None and not asset.lost}
    if selling:
        return Status.ON_OFFER, None, 0, selling
    if best in (Tier.LOST, Tier.TRUSTED_LOST):
        return Status.FORBIDDEN, Reason.CLAIM_LOST, 0, set()
    return Status.FORBIDDEN, REASONS[min(asset.reason for asset in counted.values())], 0, set()


@SLOW
@given(assets, asked)
def test_each_answer_is_what_the_rules_say(some: list[Asset], items: list[int]) -> None:
    works = registered(some)
    answers, found, total = answered(works, some, items)
    expected = [plainly(some, item) for item in items]
    assert [(a.status, a.reason) for a in found] == [(status, reason) for status, reason, _, _ in expected]
    for answer, (_, _, until, selling) in zip(found, expected, strict=True):
        assert (some[answer.license].until if answer.license != NONE else 0) == until
        assert (answer.offer != NONE) == bool(selling)
        assert answer.offer == NONE or answer.offer in selling
    assert answers.counts() == {
        status: Counter(status for status, *_ in expected)[status] for status in Status
    }
    needs = [selling for *_, selling in expected if selling]
    assert total == least(some, needs)


def least(some: list[Asset], needs: list[set[int]]) -> int:
    """The least that meets all needs, by trying everything."""
    sellers = sorted(set().union(*needs))
    sets = (set(names) for size in range(len(sellers) + 1) for names in combinations(sellers, size))
    return min(
        sum(some[n].price or 0 for n in names) for names in sets if all(names & need for need in needs)
    )


PLAIN = Asset((0, 1, 2), 0, Tier.PLAIN, 0, 10, REASONS.index(Reason.NO_OFFER))


def test_an_asset_asked_for_by_its_id_is_chosen_whoever_else_claims_it() -> None:
    rival = Asset((1,), 1, Tier.DISTRUSTED, 0, 3, 0)
    some = [PLAIN, rival, Asset((1,), 2, Tier.PLAIN, 0, None, 2)]
    works = registered(some)
    answers = Answers(works.database)
    one = hash_bytes(work(1))
    for _ in range(2):  # what an earlier question named is forgotten
        answers.ask([one, None, one, one], {1: 0, 2: 1})
        assert answers.claims() == [0, 1, 2]
        answers.decide(
            ClaimFacts(n, asset.holder, asset.tier, asset.lost, NONE, 0) for n, asset in enumerate(some)
        )
        assert answers.contested() == [0, 1, 2]
        assert answers.claims_to_buy() == [0, 1]
        answers.buy([ClaimOffer(1, 0, NONE), ClaimOffer(0, 1, NONE)], [3, 10])
        assert [(a.status, a.offer) for a in answers.all()] == [
            (Status.CONTESTED, NONE),
            (Status.ON_OFFER, 1),
            (Status.ON_OFFER, 0),
            (Status.CONTESTED, NONE),
        ]


def test_a_disputed_work_is_a_class_of_its_own() -> None:
    works = registered([PLAIN])
    for disputed in ([(0, work(1))], [(0, work(2)), (0, work(1))]):
        works.classify(disputed)
        assert works.claim(-1) == disputed[0]
        answers = Answers(works.database)
        answers.ask([hash_bytes(work(n)) for n in range(3)], {})
        assert answers.claims() == sorted([*range(-len(disputed), 0), 0])
    works.classify()
    answers.ask([hash_bytes(work(1))], {})
    assert answers.claims() == [0]


def test_a_claim_whose_registration_is_gone_is_none() -> None:
    works = registered([PLAIN])
    answers = Answers(works.database)
    answers.ask([hash_bytes(work(1))], {})
    assert answers.claims() == [0]
    answers.decide([])
    answers.buy([], [])
    assert [a.status for a in answers.all()] == [Status.UNKNOWN]
    assert answers.counts()[Status.UNKNOWN] == 1


def test_works_are_found_by_hash_and_by_id() -> None:
    works = registered([Asset((3, 1), 0, Tier.PLAIN, 0, None, 0), Asset((1,), 0, Tier.PLAIN, 0, None, 0)])
    assert works.listings([work(1), work(9)]) == {work(1): [Listing(1, SINGLE), Listing(0, 1)]}
    works.add_catalog(2, [work(7)], ["id 3"])
    assert works.named(["id 3", "id 9"]) == {"id 3": {work(3), work(7)}}
    odd = ["a\0b", "é\N{GRINNING FACE}", "", "'; DROP TABLE works; --"]
    works.add_catalog(3, [work(20 + n) for n in range(4)], odd)
    assert works.named(odd) == {name: {work(20 + n)} for n, name in enumerate(odd)}
