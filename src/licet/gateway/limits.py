"""How often somebody may ask: so many requests in a time, at once or spread, and the next when one is due.

The bucket of each client is one number, the time at which it would be full again (GCRA). So many clients are
remembered; then those are forgotten who have not asked for longest. Each gateway counts for itself.
"""

import ipaddress
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from starlette.datastructures import Headers
from starlette.types import Scope

from licet.errors import InputError
from licet.gateway.errors import AskedTooOften
from licet.types import shown

MAX_CLIENTS: Final = 100_000
"""The most clients that a limit remembers."""

_UNITS: Final = {"s": 1, "min": 60, "h": 3_600}
_RATE: Final = re.compile(r"([1-9][0-9]{0,8})/(s|min|h)", re.ASCII)
_NETWORK_BITS: Final = 64  # of IPv6, which is what one customer has
_LONGEST: Final = 200
_TURN: Final = "licet.turn"


class By(StrEnum):
    """Whose requests are counted together."""

    ADDRESS = "address"
    """Those from one address; of IPv6, from one /64."""
    AGENT = "agent"
    """Those of all who call themselves so."""
    KEY = "key"
    """Those of one who pays, shows a license, or signs as a crawler that policies name, whatever their
    address; of others, as by address."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often.

    Attributes:
        requests: so many, which may come at once.
        seconds: in so much time.
        by: whose are counted together.
    """

    requests: int
    seconds: int
    by: By = By.ADDRESS

    @classmethod
    def parsed(cls, text: str, by: str = By.ADDRESS) -> "Rate":
        """A rate out of `60/min`; the units are s, min and h.

        Raises:
            InputError: it is none.
        """
        match = _RATE.fullmatch(text)
        if match is None:
            raise InputError(f"{shown(text)} is no rate: write 10/s, 60/min or 500/h")
        if by not in tuple(By):
            raise InputError(f"{shown(by)} is nothing that is counted by; known are: {', '.join(By)}")
        return cls(int(match[1]), _UNITS[match[2]], By(by))


class Limit:
    """Counts the requests of all clients.

    Args:
        rate: how often each may ask.
        clock: the time, seconds.
        most: how many clients are remembered.
    """

    def __init__(
        self, rate: Rate, *, clock: Callable[[], float] = time.monotonic, most: int = MAX_CLIENTS
    ) -> None:
        self.rate: Final = rate
        self._clock: Final = clock
        self._most: Final = most
        self._each: Final = rate.seconds / rate.requests
        self._full_at: Final[OrderedDict[str, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Counts a request.

        Returns:
            How many seconds are to be waited; 0 if the request may go on.
        """
        now = self._clock()
        full_at = max(now, self._full_at.get(client, now)) + self._each
        wait = full_at - now - self.rate.seconds
        if wait > self._each * 1e-6:
            return wait
        self._full_at[client] = full_at
        self._full_at.move_to_end(client)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return 0.0

    def __len__(self) -> int:
        return len(self._full_at)


class Turn:
    """One request, under the limit of its policy.

    Args:
        limit: the policy's; None if it has none.
        scope: of the request.
        is_proven: whether it will be known who asks, where that is counted.
        bot: the crawler that has signed it; empty if none that is known has.
    """

    def __init__(self, limit: Limit | None, scope: Scope, *, is_proven: bool, bot: str = "") -> None:
        self._limit: Final = limit
        self._scope: Final = scope
        self._waits: Final = limit is not None and limit.rate.by is By.KEY and is_proven
        self._bot: Final = bot

    @classmethod
    def begun(cls, limit: Limit | None, scope: Scope, *, is_proven: bool, bot: str = "") -> Self:
        """The turn of a request, which is found with its scope from now on."""
        turn = cls(limit, scope, is_proven=is_proven, bot=bot)
        scope[_TURN] = turn
        return turn

    @classmethod
    def of(cls, scope: Scope) -> Self:
        """The turn of a request that has begun."""
        turn: Self = scope[_TURN]
        return turn

    def count(self) -> None:
        """Counts the request, unless it is counted once it is known who asks. Raises `AskedTooOften`."""
        if self._limit is not None and not self._waits:
            self._take(self._limit, self._client(self._limit))

    def known(self, key: str = "") -> None:
        """Counts it where that was put off. Raises `AskedTooOften`.

        Args:
            key: who asks, as they have proven; empty if they have not.
        """
        if self._limit is not None and self._waits:
            self._take(self._limit, f"key {key}" if key else self._client(self._limit))

    def _client(self, limit: Limit) -> str:
        if limit.rate.by is By.KEY and self._bot:
            return f"bot {self._bot}"
        return client_of(self._scope, limit.rate.by)

    @staticmethod
    def _take(limit: Limit, client: str) -> None:
        wait = limit.take(client)
        if wait:
            raise AskedTooOften("You ask more often than this site allows: wait.", seconds=wait)


def client_of(scope: Scope, by: By) -> str:
    """Whose request one is, as long as nobody has proven who they are."""
    if by is By.AGENT:
        return Headers(scope=scope).get("user-agent", "")[:_LONGEST]
    address = str((scope.get("client") or ("unknown",))[0])
    if ":" in address:
        parsed = parsed_address(address)
        if isinstance(parsed, ipaddress.IPv6Address):
            return str(ipaddress.IPv6Network((parsed, _NETWORK_BITS), strict=False))
    return address


def parsed_address(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; None if it is none."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    # A socket for both has IPv4 in IPv6's clothes.
    return getattr(parsed, "ipv4_mapped", None) or parsed
