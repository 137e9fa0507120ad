"""Text as people read and write it: amounts, times, ids; and chain data made safe to print."""

import re
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Final

from licet.errors import InputError
from licet.fingerprint import check_file
from licet.types import shown

_AMOUNT: Final = re.compile(r"[0-9]{1,78}(?:\.[0-9]{1,78})?", re.ASCII)
_MAX_DECIMALS: Final = 36
# More digits than any amount in uint256 has, so that no step rounds.
_PRECISION: Final = 200


def one_line(text: str) -> str:
    """Text from anywhere as one printable line: no control characters reach the terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def read_text(path: Path) -> str:
    """A text file's content.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    check_file(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8: save it as UTF-8") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def short(value: str) -> str:
    """An id or an address, abbreviated for tables: `0x1234abcd…5678`."""
    return value if len(value) <= 16 else f"{value[:10]}…{value[-4:]}"


def parse_amount(text: str, decimals: int, symbol: str) -> int:
    """Reads an amount as people write it (`25`, `25.50`) into the currency's smallest unit, exactly.

    Raises:
        InputError: it is no amount, or finer than the currency.
    """
    if _AMOUNT.fullmatch(text) is None:
        raise InputError(
            f"{shown(text)} is not an amount: digits, and a point if needed, such as 25 or 25.50"
        )
    with localcontext(prec=_PRECISION):
        units = Decimal(text).scaleb(decimals)
        if units != units.to_integral_value():
            raise InputError(f"{text} is too fine: {symbol} has {decimals} digits after the point")
        return int(units)


def format_amount(units: int, decimals: int, symbol: str) -> str:
    """An amount of smallest units as people read it: `1,025.50 TUSD`; at least two digits after the point."""
    if not 0 <= decimals <= _MAX_DECIMALS:
        return f"{units:,} units of {symbol}"
    whole, rest = divmod(abs(units), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    sign = "-" if units < 0 else ""
    return f"{sign}{whole:,}.{fraction:0<2} {symbol}" if decimals else f"{sign}{whole:,} {symbol}"


def format_time(seconds: int) -> str:
    """A unix time as people read it, in UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def duration(seconds: int) -> str:
    """A length of time as people read it: `30 days`, `12 hours`; in the largest unit that it is whole in."""
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds and seconds % size == 0:
            return plural(seconds // size, noun)
    return plural(seconds, "second")


def percent(bps: int) -> str:
    """Basis points as people read them: `5 %`, `2.25 %`."""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + " %" if rest else f"{whole} %"


def plural(count: int, noun: str) -> str:
    """A count with its noun: `1 work`, `69,202 works`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
