"""An audit's books without a chain: procedures, the trial balance, payees' statements, JSON."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.auditor import Kind, Verdict
from licet.auditor.findings import found
from licet.auditor.money.trial_balance import trial_balance
from licet.auditor.report.lines import Account, Movement, TrialLine
from licet.auditor.report.payees import PayeeLines, payee_statement, payee_statements, payee_sums
from licet.auditor.report.plans import PLANS
from licet.auditor.report.procedures import NO_EXCEPTIONS, carried_out
from licet.trees.sums import SumTree
from tests.unit.audited import (
    BUYER,
    CO_PAYEE,
    NATIVE,
    PAYEE,
    PURSE,
    TOKEN,
    UPSTREAM,
    VAULT,
    account,
    book,
    claim,
    empty,
    full,
    payment,
    purse_book,
    shares,
)

# Procedures.


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_the_exception_of_one_procedure(kind: Kind) -> None:
    assert [plan.key for plan in PLANS if kind in plan.kinds].__len__() == 1


def test_procedures_have_names_of_their_own() -> None:
    assert len({plan.key for plan in PLANS}) == len({plan.title for plan in PLANS}) == len(PLANS)


def test_a_procedure_states_its_extent_and_its_exceptions() -> None:
    wrong = found(Kind.OVERCLAIMED, "too much")
    report = replace(empty(wrong, wrong), counts=full().counts)
    by_key = {procedure.key: procedure for procedure in carried_out(report)}
    claims = by_key.pop("claims")
    assert (claims.extent, claims.result) == ("1 claim", "2 exceptions found.")
    assert claims.exceptions == (wrong, wrong)
    assert claims.to_json()["exceptions"] == {"overclaimed": 2}
    assert {procedure.result for procedure in by_key.values()} == {NO_EXCEPTIONS}
    assert by_key["sales"].extent == "3 sales"


def test_what_is_only_to_be_noted_is_no_exception() -> None:
    wrong, note = found(Kind.VAULT_ADDRESS_WRONG, "elsewhere"), found(Kind.SPLIT_UNUSED, "nobody knows")
    for findings, result, meaning in (
        ([note], f"{NO_EXCEPTIONS} 1 note.", "Everything was checked, and everything agrees. 1 note."),
        ([note, wrong, note], "1 exception found. 2 notes.", "Something does not agree. 2 notes."),
        ([wrong], "1 exception found.", "Something does not agree."),
    ):
        report = empty(*findings)
        (splits,) = (procedure for procedure in carried_out(report) if procedure.key == "splits")
        assert (splits.result, report.meaning) == (result, meaning)


def test_without_a_whole_history_no_more_is_performed() -> None:
    procedures = carried_out(empty(found(Kind.LOGS_INCOMPLETE, "one is missing")))
    performed = [procedure.key for procedure in procedures if procedure.performed]
    assert performed == ["contracts", "history"]
    assert procedures[-1].result == "Not performed: the history is not complete."


def test_procedures_give_no_verdict() -> None:
    words = " ".join(f"{plan.title} {plan.done}".lower() for plan in PLANS)
    assert not any(word in words for word in ("opinion", "fair", "clean", "correct", "proper", "valid"))


# The trial balance.


def kinds(lines: tuple[TrialLine, ...]) -> list[Account]:
    return [line.kind for line in lines]


def total(lines: tuple[TrialLine, ...]) -> TrialLine:
    assert lines[-1].kind is Account.TOTAL
    return lines[-1]


def test_what_came_from_buyers_is_with_payees_or_in_the_vault() -> None:
    payments = [payment(BUYER, VAULT, 100), payment(VAULT, PAYEE, 70, Movement.CLAIM)]
    lines = trial_balance(payments, [book(30, {PAYEE: 70}, moved=(100, 70))], [], [])
    assert kinds(lines) == [Account.PAYERS, Account.VAULT, Account.PAYEES, Account.TOTAL]
    assert [line.closing for line in lines] == [-100, 30, 70, 0]
    assert all(line.reconciled and line.difference == 0 for line in lines)


def test_plain_payments_have_a_line_of_their_own() -> None:
    lines = trial_balance([payment(BUYER, VAULT, 100)], [book(150, moved=(150, 0))], [], [])
    assert [(line.kind, line.closing) for line in lines[:2]] == [
        (Account.PAYERS, -100),
        (Account.PLAIN_PAYMENTS, -50),
    ]
    assert total(lines).reconciled


def test_money_that_goes_from_vault_to_vault_stays_inside() -> None:
    payments = [
        payment(BUYER, VAULT, 100),
        payment(VAULT, UPSTREAM, 40, Movement.CLAIM),
        payment(UPSTREAM, PAYEE, 40, Movement.CLAIM),
    ]
    books = [
        book(60, {UPSTREAM: 40}, moved=(100, 40)),
        book(0, {PAYEE: 40}, vault=UPSTREAM, moved=(40, 40)),
    ]
    lines = trial_balance(payments, books, [], [])
    assert [line.closing for line in lines] == [-100, 60, 0, 40, 0]
    assert total(lines).reconciled


@pytest.mark.parametrize(
    ("subject", "kind"),
    [("license_id", Account.DEPOSIT), ("statement_id", Account.STATEMENT), ("case_id", Account.ESCROW)],
)
def test_purses_are_told_apart(subject: str, kind: Account) -> None:
    payments = [
        payment(BUYER, PURSE, 50, Movement.DEPOSIT),
        payment(PURSE, VAULT, 20, Movement.SETTLEMENT),
    ]
    purse = purse_book(30, 20, (50, 20), subject)
    lines = trial_balance(payments, [book(20, moved=(20, 0))], [purse], [])
    assert kind in kinds(lines)
    assert total(lines).reconciled


def test_of_native_coin_what_is_there_and_what_left_tells_what_came() -> None:
    payments = [payment(BUYER, VAULT, 100, token=NATIVE, moved=None)]
    lines = trial_balance(payments, [book(130, token=NATIVE)], [], [])
    assert [line.closing for line in lines] == [-100, -30, 130, 0]
    assert total(lines).reconciled


def test_native_coin_that_was_sold_for_and_is_not_there() -> None:
    payments = [payment(BUYER, VAULT, 100, token=NATIVE, moved=None)]
    lines = trial_balance(payments, [book(90, token=NATIVE)], [], [])
    assert [line.difference for line in lines] == [0, -10, -10]
    assert not total(lines).reconciled


@pytest.mark.parametrize(
    ("balance", "moved"),
    [(29, (100, 70)), (31, (100, 69)), (29, (100, 71)), (0, (0, 0))],
    ids=["less is there", "less went out", "more went out", "nothing came"],
)
def test_whatever_does_not_agree_is_a_difference(balance: int, moved: tuple[int, int]) -> None:
    payments = [
        payment(BUYER, VAULT, 100, moved=moved[0] > 0),
        payment(VAULT, PAYEE, 70, Movement.CLAIM),
    ]
    lines = trial_balance(payments, [book(balance, {PAYEE: 70}, moved=moved)], [], [])
    assert any(line.difference for line in lines)
    assert total(lines).reconciled is False


def test_transfers_that_contradict_both_logs_and_balance() -> None:
    payments = [payment(BUYER, VAULT, 100), payment(VAULT, PAYEE, 70, Movement.CLAIM)]
    lines = trial_balance(payments, [book(30, {PAYEE: 70}, moved=(100, 69))], [], [])
    assert [line.reconciled for line in lines] == [True, False, True, False]


def test_two_differences_that_cancel_each_other_are_two() -> None:
    books = [book(5, moved=(0, 0)), book(-5, vault=UPSTREAM, moved=(0, 0))]
    lines = trial_balance([], books, [], [])
    assert [line.difference for line in lines] == [5, -5, 0]
    assert total(lines).reconciled is False


def test_an_account_that_does_not_say_what_it_has() -> None:
    finding = found(Kind.VAULT_UNREADABLE, "it does not say", vault=VAULT, token=TOKEN)
    lines = trial_balance([payment(BUYER, VAULT, 100, moved=None)], [], [], [finding])
    assert [(line.kind, line.closing, line.reconciled) for line in lines] == [
        (Account.PAYERS, -100, True),
        (Account.VAULT, None, None),
        (Account.TOTAL, None, None),
    ]


def test_each_token_has_its_own_total() -> None:
    other = account(99)
    payments = [payment(BUYER, PAYEE, 1), payment(BUYER, PAYEE, 2, token=other)]
    lines = trial_balance(payments, [], [], [])
    assert [line.token for line in lines if line.kind is Account.TOTAL] == [TOKEN, other]


@given(st.lists(st.tuples(st.integers(1, 2**200), st.booleans()), max_size=8), st.integers(0, 2**200))
def test_honest_money_always_sums_to_zero(sold: list[tuple[int, bool]], plain: int) -> None:
    """Sales for vaults or payees, plain payments, and claims of half of it."""
    payments = [payment(BUYER, VAULT if to_vault else PAYEE, amount) for amount, to_vault in sold]
    received = plain + sum(amount for amount, to_vault in sold if to_vault)
    claimed = received // 2
    if claimed:
        payments.append(payment(VAULT, CO_PAYEE, claimed, Movement.CLAIM))
    lines = trial_balance(
        payments, [book(received - claimed, {CO_PAYEE: claimed}, moved=(received, claimed))], [], []
    )
    assert all(line.reconciled for line in lines)
    assert sum(line.closing or 0 for line in lines) == 0


# Payees.


def test_a_payee_s_line_shows_the_division() -> None:
    split = SumTree({PAYEE: 1, CO_PAYEE: 2})
    (line, other) = PayeeLines([shares(100, split, {PAYEE: 30})])
    assert (line.received * (line.share or 0), line.total) == (100, 3)
    assert (line.entitled, line.remainder, line.claimed, line.due) == (33, 1, 30, 3)
    assert len(PayeeLines([shares(100, split, {PAYEE: 30})])) == 2
    assert (other.entitled, other.remainder, other.claimed, other.due) == (66, 2, 0, 66)


def test_the_sums_are_those_of_the_lines() -> None:
    split = SumTree({PAYEE: 1, CO_PAYEE: 2})
    books = [shares(100, split, {PAYEE: 33}), replace(shares(50, split), vault=UPSTREAM)]
    first, second = payee_sums(PayeeLines(books))
    assert (first.payee, first.vaults, first.entitled, first.claimed, first.due) == (CO_PAYEE, 2, 99, 0, 99)
    assert (second.payee, second.vaults, second.entitled, second.claimed, second.due) == (
        PAYEE,
        2,
        49,
        33,
        16,
    )


def test_one_payee_s_statement_is_the_one_among_all() -> None:
    report = full(payees=5)
    for statement in payee_statements(report.shares, report.claims):
        assert payee_statement(report.shares, report.claims, statement.payee) == statement


def test_a_stranger_who_was_paid_has_a_line_without_a_share() -> None:
    split = SumTree({CO_PAYEE: 2})
    (line,) = payee_statement([shares(100, split, {PAYEE: 9})], [claim(9)], PAYEE).lines
    assert (line.share, line.entitled, line.claimed, line.due) == (0, 0, 9, 0)


def test_where_the_split_is_not_known_only_claims_are() -> None:
    statement = payee_statement([shares(100, None, {PAYEE: 9})], [claim(9)], PAYEE)
    (line,) = statement.lines
    assert (line.share, line.total, line.entitled, line.due, line.claimed) == (None, None, None, None, 9)
    assert statement.sums[0].claimed == 9


def test_nobody_knows_a_stranger() -> None:
    statement = payee_statement(full().shares, full().claims, account(12345))
    assert (statement.sums, statement.lines, statement.claims) == ((), (), ())


# JSON.


def test_all_of_it_travels_as_json() -> None:
    report = full(price=2**255)
    data = json.loads(json.dumps(report.to_json()))
    assert data["verdict"] == str(Verdict.CLEAN)
    assert data["trial_balance"][-1]["kind"] == "total"
    assert data["trial_balance"][0]["outgoing"] == str(3 * 2**255)
    first = next(statement for statement in data["payees"] if statement["payee"] == account(100))
    (line,) = first["lines"]
    assert line["claims"][0]["amount"] == line["claimed"] == str(2**255)
    assert data["payments"][0]["movement"] == "sale"
    assert {procedure["result"] for procedure in data["procedures"]} == {NO_EXCEPTIONS}


def test_the_old_keys_are_all_there() -> None:
    old = (
        *("verdict", "chain_id", "registry", "license_token", "vault_factory", "usage_ledger"),
        *("statement_escrow", "dispute_desk", "block", "counts", "findings", "sales", "vaults", "meters"),
        *("statements", "escrows", "cases"),
    )
    assert list(empty().to_json())[: len(old)] == list(old)
