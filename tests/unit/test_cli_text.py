"""How the command line reads and shows amounts, times and whatever else comes from a chain."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.cli.money import Money
from licet.cli.text import (
    duration,
    format_amount,
    format_time,
    one_line,
    parse_amount,
    percent,
    plural,
    read_text,
    short,
)
from licet.errors import InputError, UnexpectedAnswer
from licet.types import ZERO_ADDRESS, Address

TOKEN = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")


@pytest.mark.parametrize(
    ("text", "decimals", "units"),
    [
        ("25", 6, 25_000_000),
        ("25.50", 6, 25_500_000),
        ("0.000001", 6, 1),
        ("1.500000000", 6, 1_500_000),
        ("007", 0, 7),
        ("1", 18, 10**18),
        ("123456789012345678901234567890.123456", 6, 123456789012345678901234567890123456),
    ],
)
def test_amounts_are_read_exactly(text: str, decimals: int, units: int) -> None:
    assert parse_amount(text, decimals, "TUSD") == units


@pytest.mark.parametrize(
    "text", ["", "x", "-1", "+1", "1e6", "1,5", ".5", "1.", " 1", "1_0", "NaN", "٣", "9" * 79]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not an amount"):
        parse_amount(text, 6, "TUSD")


def test_an_amount_finer_than_the_currency_is_refused() -> None:
    with pytest.raises(InputError, match="too fine: TUSD has 6 digits"):
        parse_amount("1.0000001", 6, "TUSD")


@given(st.integers(0, 2**256 - 1), st.integers(0, 36))
def test_what_is_shown_is_the_amount(units: int, decimals: int) -> None:
    text = format_amount(units, decimals, "X").removesuffix(" X").replace(",", "")
    assert Decimal(text) == Decimal(f"{units}e-{decimals}")
    assert parse_amount(text, decimals, "X") == units


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (25_500_000, 6, "25.50 TUSD"),
        (1_234_567_000_001, 6, "1,234,567.000001 TUSD"),
        (0, 6, "0.00 TUSD"),
        (7, 0, "7 TUSD"),
    ],
)
def test_amounts_for_people(units: int, decimals: int, text: str) -> None:
    assert format_amount(units, decimals, "TUSD") == text


@pytest.mark.parametrize("hostile", ["\x1b[31mred", "a\nb", "\u202egpj.exe", "\x9b2J", "a\tb", "\r"])
def test_nothing_from_outside_moves_the_cursor(hostile: str) -> None:
    assert one_line(hostile).isprintable()


def test_times_without_a_date_are_shown_as_numbers() -> None:
    assert format_time(0) == "1970-01-01 00:00 UTC"
    assert format_time(2**60) == str(2**60)


def test_short_and_plural() -> None:
    assert short(TOKEN) == "0x5FbDB231…0aa3"
    assert short("S001") == "S001"
    assert plural(1, "work") == "1 work"
    assert plural(69_202, "work") == "69,202 works"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "90 seconds"),
        (120, "2 minutes"),
        (3_600, "1 hour"),
        (86_400, "1 day"),
        (30 * 86_400, "30 days"),
        (86_401, "86,401 seconds"),
    ],
)
def test_lengths_of_time_for_people(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("bps", "text"),
    [(0, "0 %"), (500, "5 %"), (225, "2.25 %"), (250, "2.5 %"), (5, "0.05 %"), (10_000, "100 %")],
)
def test_shares_for_people(bps: int, text: str) -> None:
    assert percent(bps) == text


def test_a_text_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        read_text(path)


class Token:
    """A chain with one token, which says what it likes about itself."""

    chain_id = 1

    def __init__(self, symbol: str, decimals: int) -> None:
        self.symbol, self.decimals = symbol, decimals

    def call(self, abi: object, address: Address, function: str, *arguments: object) -> object:
        if self.symbol == "":
            raise UnexpectedAnswer("garbage")
        return self.symbol if function == "symbol" else self.decimals


def node(symbol: str, decimals: int) -> Any:
    return Token(symbol, decimals)


def test_a_token_names_itself() -> None:
    money = Money(node("TUSD", 6))
    assert money.text(TOKEN, 1_500_000) == "1.50 TUSD"
    assert money.units(TOKEN, "1.5") == 1_500_000
    assert money.text(ZERO_ADDRESS, 10**18) == "1.00 ETH"


@pytest.mark.parametrize(("symbol", "decimals"), [("", 6), ("HUGE", 200)])
def test_a_token_that_says_nothing_usable_is_counted_in_units(symbol: str, decimals: int) -> None:
    money = Money(node(symbol, decimals))
    assert money.text(TOKEN, 1_500_000) == f"1,500,000 units of {short(TOKEN)}"
    with pytest.raises(InputError, match="decimals"):
        money.units(TOKEN, "1.5")


def test_a_token_cannot_write_to_the_terminal() -> None:
    shown = Money(node("\x1b[2JUSD" + "x" * 100, 6)).text(TOKEN, 1)
    assert shown.isprintable()
    assert len(shown) < 30
