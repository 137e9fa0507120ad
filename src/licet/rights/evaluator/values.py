"""What literals mean: numbers, moments, lengths of time, texts; and how two of them compare, if they do."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from licet.rights.evaluator.graph import LANG_STRING, NUMERIC, STRING, Literal, Term
from licet.rights.evaluator.truth import Truth, every, truth
from licet.rights.odrl_words import XSD

_SECOND: Final = 1_000_000_000
_DAY: Final = 86_400 * _SECOND
_ZONES: Final = 14 * 3_600 * _SECOND
"""The most that a time without a zone may be off."""

_MOMENT: Final = re.compile(
    r"(-?[0-9]{4,9})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,40}))?)?)?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_MOMENT_PARTS: Final = {"gYear": 1, "gYearMonth": 2, "date": 3, "dateTime": 6, "dateTimeStamp": 6}
_LENGTH: Final = re.compile(
    r"(-?)P(?=.)(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})D)?"
    r"(?:T(?=.)(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,12})(?:\.([0-9]{1,40}))?S)?)?",
    re.ASCII,
)
_LENGTHS: Final = frozenset(XSD + name for name in ("duration", "dayTimeDuration", "yearMonthDuration"))
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_BOOLEAN: Final = {"true": True, "1": True, "false": False, "0": False}


def literal(value: datetime | date | int | bool | str) -> Literal:
    """A Python value as a literal; a moment has to name its zone to be compared with those that do."""
    match value:
        case bool():
            return Literal(str(value).lower(), XSD + "boolean")
        case datetime():
            return Literal(value.isoformat(), XSD + "dateTime")
        case date():
            return Literal(value.isoformat(), XSD + "date")
        case int():
            return Literal(str(value), XSD + "integer")
    return Literal(value)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time: a moment, a day, a year; or a length of time between two bounds.

    Attributes:
        first: its first nanosecond, from 1970 on or from nothing.
        last: its last one.
        zoned: whether a time zone was named; lengths have none and need none.
        length: it is a length of time.
    """

    first: int
    last: int
    zoned: bool
    length: bool = False


Value = Decimal | Span | bool | Literal | str
"""A number, a time, a truth; a literal that means nothing more than itself; an IRI."""


def value_of(term: Term) -> Value:
    """What a term means; a literal that is not what its datatype says means itself alone."""
    if isinstance(term, str):
        return term
    found: Value | None = None
    kind = term.datatype.removeprefix(XSD)
    if term.datatype in NUMERIC:
        found = _number(term.lexical)
    elif kind in _MOMENT_PARTS and term.datatype.startswith(XSD):
        found = _moment(term.lexical, _MOMENT_PARTS[kind])
    elif term.datatype in _LENGTHS:
        found = _length(term.lexical)
    elif term.datatype == XSD + "boolean":
        found = _BOOLEAN.get(term.lexical.strip())
    return term if found is None else found


def relate(operator: str, left: Term, right: Term) -> Truth:
    """Whether two terms stand in a relation: `eq`, `neq`, `lt`, `lteq`, `gt` or `gteq`.

    A plain text is read as what it is compared with: a date, a number, an IRI. A time without a zone is
    compared only with what is more than 14 hours away, or has no zone either.
    """
    return _RELATIONS[operator](*_alike(left, right))


def _alike(left: Term, right: Term) -> tuple[Value, Value]:
    """Both values, a plain text read as the other's kind."""
    one, other = value_of(left), value_of(right)
    if isinstance(left, Literal) and _is_plain(left) and not _is_plain(right):
        one = _as_kind(left.lexical, other, left)
    elif isinstance(right, Literal) and _is_plain(right) and not _is_plain(left):
        other = _as_kind(right.lexical, one, right)
    return one, other


def _is_plain(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype == STRING


def _as_kind(text: str, like: Value, otherwise: Literal) -> Value:
    match like:
        case bool():
            found: Value | None = _BOOLEAN.get(text)
        case Decimal():
            found = _number(text)
        case Span(length=True):
            found = _length(text)
        case Span():
            found = next((span for parts in (6, 3, 2, 1) if (span := _moment(text, parts))), None)
        case str():
            found = text
        case Literal(datatype=datatype) if datatype == LANG_STRING:
            found = Literal(text, LANG_STRING, like.language)
        case _:
            found = None
    return otherwise if found is None else found


def _less(left: Value, right: Value) -> Truth:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return truth(left < right)
    if isinstance(left, Span) and isinstance(right, Span) and left.length == right.length:
        if left == right:
            return Truth.NO
        left = _widened(left, right)
        if left.last < right.first:
            return Truth.YES
        return Truth.NO if left.first >= _end_for_less(right) else Truth.UNKNOWN
    return Truth.UNKNOWN


def _end_for_less(right: Span) -> int:
    """From where on nothing is before a span: a day's first moment; of a length with bounds, the last."""
    return right.last if right.length else right.first


def _at_most(left: Value, right: Value) -> Truth:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return truth(left <= right)
    if isinstance(left, Span) and isinstance(right, Span) and left.length == right.length:
        if left == right:
            return Truth.YES
        left = _widened(left, right)
        if left.last <= (right.first if right.length else right.last):
            return Truth.YES
        return Truth.NO if left.first > right.last else Truth.UNKNOWN
    return Truth.UNKNOWN


def _equal(left: Value, right: Value) -> Truth:
    match left, right:
        case (bool(), bool()) | (Decimal(), Decimal()) | (str(), str()):
            return truth(left == right)
        case (Span(), Span()):
            return every((_at_most(left, right), ~_less(left, right)))
        case (Literal(), Literal()):
            known = left.datatype == right.datatype and left.datatype in (STRING, LANG_STRING)
            return Truth.YES if left == right else Truth.NO if known else Truth.UNKNOWN
    return Truth.UNKNOWN


_RELATIONS: Final[dict[str, Callable[[Value, Value], Truth]]] = {
    "eq": _equal,
    "neq": lambda left, right: ~_equal(left, right),
    "lt": _less,
    "lteq": _at_most,
    "gt": lambda left, right: ~_at_most(left, right),
    "gteq": lambda left, right: ~_less(left, right),
}


def _widened(left: Span, right: Span) -> Span:
    """The left span, as uncertain as it is where only one of both names its zone."""
    if left.length or left.zoned == right.zoned:
        return left
    return Span(left.first - _ZONES, left.last + _ZONES, right.zoned)


def _number(text: str) -> Decimal | None:
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) and len(text) <= 64 else None


def _moment(text: str, parts: int) -> Span | None:
    """A year, a month, a day or a moment, as its number of parts says."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None or sum(match[n] is not None for n in range(1, 7)) != parts:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    hour, minute, second = (int(match[n] or 0) for n in (4, 5, 6))
    midnight = (hour, minute, second, match[7] or "0") == (24, 0, 0, "0")
    if not (1 <= month <= 12 and 1 <= day <= _days_in(year, month) and minute < 60 and second < 60):
        return None
    if hour > 23 and not midnight:
        return None
    offset = _offset(match[8])
    if offset is None:
        return None
    first = (
        _days(year, month, day) * _DAY
        + ((hour * 60 + minute) * 60 + second) * _SECOND
        + _nanoseconds(match[7])
    )
    first -= offset
    size = {
        6: 1,
        3: _DAY,
        2: _days_in(year, month) * _DAY,
        1: (_days(year + 1, 1, 1) - _days(year, 1, 1)) * _DAY,
    }
    return Span(first, first + size[parts] - 1, zoned=match[8] is not None)


def _offset(zone: str | None) -> int | None:
    if zone is None or zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        return None
    return (hours * 60 + minutes) * 60 * _SECOND * (-1 if zone[0] == "-" else 1)


def _nanoseconds(fraction: str | None) -> int:
    return int((fraction or "0")[:9].ljust(9, "0"))


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 + leap if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def _days(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 on, in the Gregorian calendar carried on both ways."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _length(text: str) -> Span | None:
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        return None
    years, months, days, hours, minutes, seconds = (int(match[n] or 0) for n in range(2, 8))
    exact = days * _DAY + ((hours * 60 + minutes) * 60 + seconds) * _SECOND + _nanoseconds(match[8])
    whole_years, rest = divmod(years * 12 + months, 12)
    least = (whole_years * 365 + rest * 28) * _DAY + exact
    most = (whole_years * 366 + rest * 31) * _DAY + exact
    return Span(-most, -least, False, True) if match[1] else Span(least, most, False, True)
