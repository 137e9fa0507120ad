"""Numbers, times and lists as sentences have them, the same in every language setting."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from licet.rights.conditions import WHOLE_BPS

_TIMES: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
# Names of months from here, not from the system's language.
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def span(seconds: int) -> str:
    """A length of time in days, hours, minutes and seconds: `365 days`, `1 hour and 30 minutes`."""
    parts = []
    for word, size in _TIMES:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(counted(count, word))
    return listed(parts, "and") if parts else "0 seconds"


def moment(seconds: int) -> str:
    """A unix time in UTC: `1 January 2027, 00:00 UTC`, with the seconds where there are some."""
    try:
        date = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return f"second {seconds:,} since 1970"
    clock = f"{date:%H:%M:%S}" if date.second else f"{date:%H:%M}"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}, {clock} UTC"


def shortened(identifier: str) -> str:
    """An id that people know by a name, cut in the middle: `0x5aAe…eAed`."""
    tail = identifier.rpartition(":")[2].rpartition("/")[2]
    return tail if len(tail) <= 12 else f"{tail[:6]}…{tail[-4:]}"


def plain(digits: str) -> str:
    """Decimal digits with commas, and without zeros at the end that say nothing: `1,025.50`."""
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    shown = f"{int(whole):,}"
    return f"{shown}.{fraction:0<2}" if fraction else shown


def percent(bps: int) -> str:
    """Basis points as people read them: `12.5 %`."""
    whole, rest = divmod(bps, WHOLE_BPS // 100)
    return f"{whole}.{rest:02}".rstrip("0") + " %" if rest else f"{whole} %"


def counted(count: int, word: str) -> str:
    """A count with its noun: `1 license`, `1,000 licenses`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def listed(parts: Iterable[str], last: str = "and") -> str:
    """Parts, at least one, as a sentence lists them: `a, b and c`."""
    *first, final = parts
    return f"{', '.join(first)} {last} {final}" if first else final


def quoted(text: str) -> str:
    """Somebody's own words, in quotation marks."""
    return f"“{text}”"
