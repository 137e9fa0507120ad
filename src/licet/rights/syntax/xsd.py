"""Moments, lengths of time and amounts as XML Schema writes them."""

import re
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import Final

_MOMENT: Final = re.compile(
    r"(\d{4,12})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.\d{1,20})?)?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?",
    re.ASCII,
)
_LENGTH: Final = re.compile(
    r"P(?:(\d{1,40})Y)?(?:(\d{1,40})M)?(?:(\d{1,40})D)?"
    r"(?:T(?:(\d{1,40})H)?(?:(\d{1,40})M)?(?:(\d{1,40})(?:\.\d{1,20})?S)?)?",
    re.ASCII,
)
# With an exponent as JSON's numbers may have it: at most that of a double.
_AMOUNT: Final = re.compile(r"\d{1,400}(?:\.\d{1,400})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
# The Gregorian calendar repeats after 400 years, which Python's own dates need not.
_CYCLE_YEARS: Final = 400
_CYCLE: Final = 146_097 * 86_400
_UNITS: Final = (365 * 86_400, 28 * 86_400, 86_400, 3_600, 60, 1)
_MAX_DIGITS: Final = 2_000
# How much earlier than in UTC a moment without a zone may be.
_EARLIEST_ZONE: Final = 14 * 3_600


def moment(seconds: int) -> str:
    """A unix time as an `xsd:dateTime` in UTC, in any year."""
    cycles, rest = divmod(seconds, _CYCLE)
    date = datetime.fromtimestamp(rest, UTC)
    return f"{date.year + cycles * _CYCLE_YEARS:04}{date:-%m-%dT%H:%M:%SZ}"


def read_moment(text: str) -> int | None:
    """The unix time of an `xsd:dateTime` or `xsd:date`, without its fraction; None if it is neither.

    A date is its first second, and a time without a zone is the earliest that it may be.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    cycles, rest = divmod(year - 1970, _CYCLE_YEARS)
    try:
        date = datetime(1970 + rest, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(date.timestamp()) + cycles * _CYCLE - _offset(match[7])


def _offset(zone: str | None) -> int:
    if zone is None:
        return _EARLIEST_ZONE
    if zone == "Z":
        return 0
    sign = -1 if zone[0] == "-" else 1
    return sign * (int(zone[1:3]) * 3_600 + int(zone[4:]) * 60)


def length(seconds: int) -> str:
    """Seconds as an `xsd:duration`."""
    return f"PT{seconds}S"


def read_length(text: str) -> int | None:
    """The seconds of an `xsd:duration`, rounded down; None if it is none.

    A year counts as 365 days and a month as 28: no longer than any that may be meant.
    """
    match = _LENGTH.fullmatch(text)
    if match is None or not any(match.groups()) or text.endswith("T"):
        return None
    return sum(int(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True))


def read_amount(text: str) -> tuple[int, int] | None:
    """An amount, not negative, as an integer and how many of its digits are decimals; None if it is none."""
    if _AMOUNT.fullmatch(text) is None:
        return None
    with localcontext(prec=_MAX_DIGITS):
        digits = format(Decimal(text), "f")
    whole, _, fraction = digits.partition(".")
    return int(whole + fraction), len(fraction)
