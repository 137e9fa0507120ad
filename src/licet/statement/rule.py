"""How a total becomes amounts, so that anyone who recomputes it gets the same to the unit.

**The total is apportioned to the works by their units, and each work's part to its payees by their shares;
a payee gets the sum of what their works bring.** Two steps, each by the method of the largest remainder:

Everyone's quota is the whole, times their weight, divided by the sum of the weights: an exact fraction.
Everyone gets their quota rounded down. What is left then is less than one unit each: one unit goes to each
of those whose quota lost most by rounding, as far as it reaches; of two that lost the same, to the one
whose id comes first. A work's id is compared by its bytes in UTF-8, a payee's address by its 20 bytes.

So every part is a whole number, the works' parts sum to the total, and the payees' parts of a work to the
work's. An auditor who doubts one work needs the works' units, and of the shares only that work's. The order
of rows and files means nothing; units of one work in several rows are added up.

Rounding moves less than one unit for each work, and less than one for each of its payees: who has shares in
a thousand works is less than two thousand units away from the exact fraction, and on average much nearer.
"""

from typing import Final, NamedTuple

from licet.errors import InputError

MAX_TOTAL: Final = 10**38 - 1
"""The largest total: what has 38 digits is exact in every engine."""

MAX_UNITS: Final = (1 << 63) - 1
"""The most units of all usage together, and the largest sum of one work's shares."""


class Counts(NamedTuple):
    """How much went into amounts.

    Attributes:
        rows: of usage.
        units: of all of them.
        works: that were used.
        shares: rows of shares, those of other works too.
        unpaid: payees of works that were used, whose amount is 0.
    """

    rows: int
    units: int
    works: int
    shares: int
    unpaid: int


def check_total(total: int) -> None:
    """Refuses a total that cannot be apportioned.

    Raises:
        InputError: it is not positive, or larger than `MAX_TOTAL`.
    """
    if not 0 < total <= MAX_TOTAL:
        raise InputError(f"the total is {total} smallest units: 1 to 10^38 - 1 can be apportioned")


def check_units(units: int) -> None:
    """Refuses more units than are exact.

    Raises:
        InputError: they are more than `MAX_UNITS`.
    """
    if units > MAX_UNITS:
        raise InputError(f"the usage has {units} units in all, beyond 2^63 - 1: count in larger units")
