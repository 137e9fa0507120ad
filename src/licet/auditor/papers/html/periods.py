"""Income over time: by hours, days, months or years, whichever makes a plot that can be read."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from licet.auditor.report.lines import Movement, PaymentLine

MOST: Final = 60
"""How many periods there are at most."""
INCOME: Final = frozenset({Movement.SALE, Movement.RENEWAL, Movement.SETTLEMENT, Movement.STATEMENT_RELEASE})
"""The movements that are income: not what is only deposited, or passed on."""
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = int(datetime(8999, 1, 1, tzinfo=UTC).timestamp())
"""No node's clock goes so far; whatever says so is counted here."""


@dataclass(frozen=True, slots=True)
class _Period:
    """A length of time.

    Attributes:
        noun: its name.
        length: enough to get from the start of one into the next, and no further.
        format: how one is written.
        start: the start of the one that a time is in.
    """

    noun: str
    length: timedelta
    format: str
    start: Callable[[datetime], datetime]

    def between(self, first: datetime, last: datetime) -> Iterator[datetime]:
        """The starts of all that there are, from the one with the first time to the one with the last."""
        start = self.start(first)
        while start <= last:
            yield start
            start = self.start(start + self.length)


def _years(count: int) -> Callable[[datetime], datetime]:
    return lambda time: datetime(time.year - time.year % count, 1, 1, tzinfo=UTC)


def _days(days: int) -> timedelta:
    return timedelta(days=days)


_PERIODS: Final = (
    _Period("hour", timedelta(hours=1), "%Y-%m-%d %H:00", lambda time: time.replace(minute=0, second=0)),
    _Period("day", _days(1), "%Y-%m-%d", lambda time: time.replace(hour=0, minute=0, second=0)),
    _Period("month", _days(31), "%Y-%m", lambda time: time.replace(day=1, hour=0, minute=0, second=0)),
    _Period("year", _days(366), "%Y", _years(1)),
    _Period("decade", _days(3_660), "%Y", _years(10)),
    _Period("millennium", _days(366_000), "%Y", _years(1000)),
)


def income(payments: Iterable[PaymentLine], token: str) -> dict[int, int]:
    """What came in of a token at each time, unix seconds; what did not move is left out."""
    amounts: defaultdict[int, int] = defaultdict(int)
    for line in payments:
        if line.token == token and line.movement in INCOME and line.moved is not False:
            amounts[min(line.time, LATEST)] += line.amount
    return dict(amounts)


def by_period(amounts: Mapping[int, int]) -> tuple[str, dict[str, int]]:
    """The shortest period of which few enough cover some times, and the sums of each, empty ones included.

    Args:
        amounts: by unix seconds; there is at least one.
    """
    first, last = _at(min(amounts)), _at(max(amounts))
    period = next(period for period in _PERIODS if (last - first) / period.length < MOST - 2)
    sums = dict.fromkeys(period.between(first, last), 0)
    for seconds, amount in amounts.items():
        sums[period.start(_at(seconds))] += amount
    return period.noun, {start.strftime(period.format): amount for start, amount in sums.items()}


def _at(seconds: int) -> datetime:
    return _EARLIEST + timedelta(seconds=seconds)
