"""Text as people read and write it on a command line: amounts, lengths of time, percentages, files."""

import re
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Final

from licet.errors import InputError
from licet.fingerprint import check_file
from licet.text import format_amount, format_time, one_line, plural, short
from licet.types import shown

__all__ = [
    "duration",
    "format_amount",
    "format_time",
    "one_line",
    "parse_amount",
    "percent",
    "plural",
    "read_text",
    "short",
]

_AMOUNT: Final = re.compile(r"[0-9]{1,78}(?:\.[0-9]{1,78})?", re.ASCII)
# More digits than any amount in uint256 has, so that no step rounds.
_PRECISION: Final = 200


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
