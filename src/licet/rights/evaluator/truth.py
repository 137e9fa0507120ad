"""Three-valued logic: yes, no, and what cannot be decided."""

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """An answer; `UNKNOWN` is never rounded to one of the others."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __invert__(self) -> "Truth":
        return {Truth.YES: Truth.NO, Truth.NO: Truth.YES}.get(self, Truth.UNKNOWN)


def truth(value: bool) -> Truth:
    """A truth that is known."""
    return Truth.YES if value else Truth.NO


def every(values: Iterable[Truth]) -> Truth:
    """Whether all hold: no where one does not, whatever the rest may be."""
    found = set(values)
    if Truth.NO in found:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else Truth.YES


def some(values: Iterable[Truth]) -> Truth:
    """Whether any holds: yes where one does, whatever the rest may be."""
    return ~every(~value for value in values)


def exactly_one(values: Iterable[Truth]) -> Truth:
    """Whether just one holds: no where two do, whatever the rest may be."""
    found = list(values)
    if found.count(Truth.YES) > 1:
        return Truth.NO
    return Truth.UNKNOWN if Truth.UNKNOWN in found else truth(found.count(Truth.YES) == 1)
