"""What people write on the command line: times, shares, kinds."""

from collections.abc import Callable
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.cli.params import (
    DURATION,
    PERCENT,
    SHARE,
    SINCE,
    UNTIL,
    Parsed,
    member_of,
    name_of,
    names,
)
from licet.cli.text import percent
from licet.errors import InputError
from licet.rights.offer import Kind
from licet.rights.registration import Origin

PAYEE = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
DAY = 86_400


def read(kind: Parsed[Any], text: str) -> Any:
    return kind.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("45s", 45),
        ("15m", 900),
        ("12h", 43_200),
        ("30d", 30 * DAY),
        ("49710d", 49_710 * DAY),
    ],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert read(DURATION, text) == seconds


@pytest.mark.parametrize("text", ["", "5", "5w", "1.5d", "-1d", "1 d", "d", "49711d", "99999999999d", "٣d"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(click.BadParameter):
        read(DURATION, text)


@pytest.mark.parametrize(
    ("text", "bps"),
    [("5", 500), ("5%", 500), ("2.25", 225), ("2.5%", 250), ("0", 0), ("100%", 10_000), ("0.05", 5)],
)
def test_percentages(text: str, bps: int) -> None:
    assert read(PERCENT, text) == bps


@pytest.mark.parametrize("text", ["", "%", "5 %", "-5", "2.255", "100.01", "101%", "1e1", "five", ".5"])
def test_what_is_no_percentage(text: str) -> None:
    with pytest.raises(click.BadParameter):
        read(PERCENT, text)


@given(st.integers(0, 10_000))
def test_shown_percentages_are_read_again(bps: int) -> None:
    assert read(PERCENT, percent(bps).replace(" ", "")) == bps


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-01-01", 1_767_225_600, 1_767_225_600 + DAY - 1),
        ("2026-01-01T12:00", 1_767_268_800, 1_767_268_800),
        ("2026-01-01T12:00+01:00", 1_767_265_200, 1_767_265_200),
        ("1767225600", 1_767_225_600, 1_767_225_600),
    ],
)
def test_a_date_is_all_of_its_day(text: str, first: int, last: int) -> None:
    assert (read(SINCE, text), read(UNTIL, text)) == (first, last)


@pytest.mark.parametrize("kind", [SINCE, UNTIL], ids=["first", "last"])
@pytest.mark.parametrize("text", ["", "soon", "2026-13-01", "01.02.2026", "12", "9" * 13, "-1767225600"])
def test_what_is_no_date(kind: Parsed[int], text: str) -> None:
    with pytest.raises(click.BadParameter):
        read(kind, text)


def test_a_payees_share() -> None:
    assert (read(SHARE, f"{PAYEE}=70").payee, read(SHARE, f"{PAYEE}=70").share) == (PAYEE, 70)


@pytest.mark.parametrize(
    "text", ["", "=", PAYEE, f"{PAYEE}=", f"{PAYEE}=-1", f"{PAYEE}=1.5", "x=1", f"{PAYEE}=1=2"]
)
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(click.BadParameter):
        read(SHARE, text)


@pytest.mark.parametrize(
    ("kind", "all_names"),
    [(Kind, "sale|free|subscription|metered"), (Origin, "unstated|human-made|ai-assisted|ai-generated")],
)
def test_kinds_by_name(kind: Any, all_names: str) -> None:
    assert names(kind) == all_names
    reader: Callable[[str], Any] = member_of(kind)
    assert [reader(name_of(member).upper()) for member in kind] == list(kind)
    with pytest.raises(InputError, match="none of"):
        reader("other")


def test_what_is_read_already_stays() -> None:
    assert DURATION.convert(5, None, None) == 5
