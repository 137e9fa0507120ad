"""Text as people read it: amounts, times, ids; and chain data made safe to print."""

import re
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Final
from urllib.parse import urlsplit

from licet.errors import InputError
from licet.types import shown

MAX_DECIMALS: Final = 36
"""More digits after the point than any currency has: who says so is no currency."""
_AMOUNT: Final = re.compile(r"[0-9]{1,78}(?:\.[0-9]{1,78})?", re.ASCII)
# More digits than any amount in uint256 has, so that no step rounds.
_PRECISION: Final = 200


def one_line(text: str) -> str:
    """Text from anywhere as one printable line: no control characters reach the terminal."""
    if text.isprintable() and " " not in text:
        return text  # as all ids are, of which reports have millions
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in " ".join(text.split()))


def short(value: str) -> str:
    """An id or an address, abbreviated for tables: `0x1234abcd…5678`."""
    return value if len(value) <= 16 else f"{value[:10]}…{value[-4:]}"


def format_amount(units: int, decimals: int, symbol: str) -> str:
    """An amount of smallest units as people read it: `1,025.50 TUSD`; at least two digits after the point."""
    if not 0 <= decimals <= MAX_DECIMALS:
        return f"{units:,} units of {symbol}"
    return f"{format_units(units, decimals)} {symbol}"


def format_units(units: int, decimals: int) -> str:
    """The same without the symbol, for up to 36 decimals: `1,025.50`."""
    whole, rest = divmod(abs(units), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    sign = "-" if units < 0 else ""
    return f"{sign}{whole:,}.{fraction:0<2}" if decimals else f"{sign}{whole:,}"


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


def format_time(seconds: int) -> str:
    """A unix time as people read it, in UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def plural(count: int, noun: str) -> str:
    """A count with its noun: `1 work`, `69,202 works`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def without_password(url: str) -> str:
    """A server's URL as messages may show it."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
        user = f"{parts.username}@" if parts.username else ""
    except ValueError:
        return url.partition("://")[0] + "://…"
    return f"{parts.scheme}://{user}{parts.hostname or ''}{port}{parts.path}"
