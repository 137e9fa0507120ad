"""An audit's figures: no unit of money is lost or made on the way, whatever the payments are."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from licet.auditor import AuditReport
from licet.auditor.money.trial_balance import trial_balance
from licet.auditor.papers import write_report
from licet.auditor.papers.html.flows import Link, Node, money_flow
from licet.auditor.papers.html.markup import Html, joined, tag
from licet.auditor.papers.html.periods import INCOME, MOST, by_period, income
from licet.auditor.papers.html.plots import columns
from licet.auditor.papers.html.sankey import sankey
from licet.auditor.report.lines import Movement, PaymentLine
from tests.unit.audited import (
    BUYER,
    DAY,
    NOW,
    PAYEE,
    TOKEN,
    UPSTREAM,
    VAULT,
    account,
    book,
    empty,
    full,
    payment,
)

OWN = [VAULT, UPSTREAM, *map(account, range(20, 24))]
ACCOUNTS = [*OWN, BUYER, PAYEE]


def audited(payments: list[PaymentLine], plain: int = 0) -> AuditReport:
    """A report on payments among anybody, where each account of the deployment got some plain ones too."""
    came, went = Counter[str](), Counter[str]()
    for line in payments:
        if line.moved is not False:
            came[line.payee] += line.amount
            went[line.payer] += line.amount
    flows = {own: (came[own] + plain, went[own]) for own in OWN}
    books = [book(flow[0] - flow[1], {PAYEE: flow[1]}, vault=own, moved=flow) for own, flow in flows.items()]
    return replace(empty(), payments=tuple(payments), trial_balance=trial_balance(payments, books, [], []))


PAYMENTS = st.lists(
    st.builds(
        payment,
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        st.integers(1, 2**256 - 1),
        moved=st.sampled_from([True, False, None]),
    ),
    max_size=30,
)


def through(links: tuple[Link, ...]) -> tuple[dict[Node, int], dict[Node, int]]:
    came: defaultdict[Node, int] = defaultdict(int)
    went: defaultdict[Node, int] = defaultdict(int)
    for link in links:
        went[link.source] += link.amount
        came[link.target] += link.amount
    return came, went


@given(PAYMENTS, st.integers(0, 100), st.integers(1, 8))
def test_what_comes_into_a_node_leaves_it(payments: list[PaymentLine], plain: int, top: int) -> None:
    links = money_flow(audited(payments, plain), TOKEN, top)
    came, went = through(links)
    last = max((link.target.column for link in links), default=0)
    for node in {*came, *went}:
        if 0 < node.column < last:
            assert came[node] == went[node]
        else:
            assert not (node.column and went[node])
            assert node.column or not came[node]


@given(PAYMENTS, st.integers(1, 8))
def test_flows_go_from_left_to_right_and_few_of_each_column_are_shown(
    payments: list[PaymentLine], top: int
) -> None:
    links = money_flow(audited(payments), TOKEN, top)
    assert all(link.source.column < link.target.column and link.amount > 0 for link in links)
    nodes = {node for link in links for node in (link.source, link.target)}
    columns = Counter(node.column for node in nodes)
    assert all(count <= top + 3 for count in columns.values())  # the others, and two of what is left


@given(PAYMENTS)
def test_what_buyers_paid_is_what_leaves_the_first_column(payments: list[PaymentLine]) -> None:
    """Among the largest and the others, whoever they are."""
    links = money_flow(audited(payments), TOKEN, 2)
    paid = sum(line.amount for line in payments if line.moved is not False and line.payer not in OWN)
    first = sum(
        link.amount
        for link in links
        if link.source.column == 0 and link.source.label not in ("plain payments", "not accounted for")
    )
    assert first == paid


@given(PAYMENTS)
def test_any_flow_can_be_drawn(payments: list[PaymentLine]) -> None:
    links = money_flow(audited(payments), TOKEN)
    if links:
        drawn = etree.fromstring(sankey(links, str, "A flow"))
        assert len(drawn.findall("path")) == len(links)
        for band in drawn.findall("path"):
            assert 0 < float(band.get("stroke-width", "0")) <= 1000
        names: defaultdict[str, list[float]] = defaultdict(list)
        for name in drawn.findall("g/text"):
            names[name.get("x", "")].append(float(name.get("y", "")))
        for places in names.values():
            assert all(after - before > 13.9 for before, after in pairwise(sorted(places)))


def test_a_vault_that_pays_a_vault_stands_before_it() -> None:
    payments = [
        payment(BUYER, VAULT, 100),
        payment(VAULT, UPSTREAM, 40, Movement.CLAIM),
        payment(UPSTREAM, PAYEE, 30, Movement.CLAIM),
    ]
    links = money_flow(audited(payments), TOKEN)
    flows = [(link.source.column, link.target.column, link.target.label, link.amount) for link in links]
    assert flows == [
        (0, 1, f"vault {VAULT[:10]}…{VAULT[-4:]}", 100),
        (1, 2, f"vault {UPSTREAM[:10]}…{UPSTREAM[-4:]}", 40),
        (1, 3, "still there", 60),
        (2, 3, f"{PAYEE[:10]}…{PAYEE[-4:]}", 30),
        (2, 3, "still there", 10),
    ]


def test_vaults_that_pay_each_other_stand_together() -> None:
    """No honest split has a circle, but a vault with other code may pay anybody."""
    payments = [payment(BUYER, VAULT, 10), payment(VAULT, UPSTREAM, 10), payment(UPSTREAM, VAULT, 10)]
    links = money_flow(audited(payments), TOKEN)
    assert all(link.source.column < link.target.column for link in links)


def test_more_than_was_there_is_shown_as_such() -> None:
    report = full()
    claim = replace(report.payments[-1], amount=1000)
    links = money_flow(replace(report, payments=(*report.payments[:-1], claim)), TOKEN)
    assert [link.amount for link in links if link.source.label == "not accounted for"] == [700]


def test_payees_beyond_the_largest_are_one(tmp_path: Path) -> None:
    payments = [payment(BUYER, account(1000 + n), n) for n in range(1, 31)]
    links = money_flow(audited(payments), TOKEN)
    assert len(links) == 11
    assert next(link.amount for link in links if link.target.label == "20 others") == sum(range(1, 21))


# Income over time.


@given(st.dictionaries(st.integers(0, 2**64), st.integers(1, 2**256), min_size=1, max_size=40))
def test_periods_hold_all_income_and_are_few(amounts: dict[int, int]) -> None:
    lines = [payment(BUYER, VAULT, amount, time=time) for time, amount in amounts.items()]
    _, sums = by_period(income(lines, TOKEN))
    assert sum(sums.values()) == sum(amounts.values())
    assert len(sums) <= MOST
    assert list(sums) == sorted(sums)


@pytest.mark.parametrize(
    ("apart", "noun", "first"),
    [
        (3600, "hour", "2027-01-15 08:00"),
        (2 * DAY, "hour", "2027-01-15 08:00"),
        (3 * DAY, "day", "2027-01-15"),
        (90 * DAY, "month", "2027-01"),
        (2000 * DAY, "year", "2027"),
        (100_000 * DAY, "decade", "2020"),
    ],
)
def test_the_shortest_period_that_can_be_read(apart: int, noun: str, first: str) -> None:
    found, sums = by_period({NOW: 1, NOW + apart: 2})
    assert found == noun
    assert next(iter(sums.items())) == (first, 1)
    assert list(sums.values())[-1] == 2


def test_periods_without_income_are_there() -> None:
    _, sums = by_period({NOW: 1, NOW + 100 * DAY: 1})
    assert sums == {"2027-01": 1, "2027-02": 0, "2027-03": 0, "2027-04": 1}


@pytest.mark.parametrize("movement", Movement)
def test_what_is_passed_on_is_no_income(movement: Movement) -> None:
    assert bool(income([payment(BUYER, VAULT, 1, movement)], TOKEN)) == (movement in INCOME)


def test_what_did_not_move_is_no_income() -> None:
    assert income([payment(BUYER, VAULT, 1, moved=False), payment(BUYER, VAULT, 2, moved=None)], TOKEN) == {
        NOW: 2
    }


# Drawing.


def test_bars_are_as_long_as_what_was_earned(tmp_path: Path) -> None:
    write_report(full(price=10**6, payees=4), tmp_path / "r.html")
    tree = html.parse(tmp_path / "r.html")
    (plot,) = tree.xpath("//svg[title[starts-with(., 'Who earned what')]]")
    lengths = [sum(float(bar.get("width")) for bar in row.findall("rect")) for row in plot.findall("g")]
    assert lengths == pytest.approx([lengths[0] * part / 4 for part in (4, 3, 2, 1)], rel=1e-3)


@given(st.integers(0, 10**30))
def test_an_axis_has_round_numbers(most: int) -> None:
    drawn = etree.fromstring(columns({"one": most, "other": most // 3}, str, str, "Columns"))
    labels = [int(str(text.text)) for text in drawn.findall("g/text[@text-anchor='end']")]
    step = labels[1]
    assert labels == [at * step for at in range(len(labels))]
    assert labels[-2] < max(most, 1) <= labels[-1]
    assert len(labels) <= 11
    assert most < 40 or (step % 10 ** (len(str(step)) - 2) == 0 and len(labels) >= 5)
    tall = [float(bar.get("height", "")) for bar in drawn.iter("rect")]
    assert tall[0] == pytest.approx(220 * most / labels[-1], abs=0.01)


@given(st.integers(1, 60))
def test_few_columns_are_no_walls(periods: int) -> None:
    drawn = etree.fromstring(columns({str(at): 1 for at in range(periods)}, str, str, "Columns"))
    bars = list(drawn.iter("rect"))
    assert len(bars) == periods
    assert all(float(bar.get("width", "")) < 100 for bar in bars)
    assert float(bars[-1].get("x", "")) + float(bars[-1].get("width", "")) <= 950


def test_only_markup_is_markup() -> None:
    assert tag("p", "<b>&", Html("<i>x</i>"), class_='"a"') == (
        '<p class="&quot;a&quot;">&lt;b&gt;&amp;<i>x</i></p>'
    )
    assert joined("<", Html("<")) == "&lt;<"
    assert tag("line", stroke_width=1, title=None) == '<line stroke-width="1"/>'
