"""Which work of a catalogue an answer has: what is to be served is compared before it is."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from starlette.types import Scope

from licet.gateway.hashes import Hashes
from licet.types import ZERO_HASH, Hash32, hash_bytes

EXPECTED: Final = "licet.works"
"""The entry of a request's scope that says which works may be answered with."""

_SIZE: Final = 32
_REMEMBERED: Final = 1 << 12


class Members:
    """The works of a catalogue by their SHA-256, 36 bytes for each.

    Args:
        works: the SHA-256 of each work, in document order.
    """

    def __init__(self, works: Iterable[Hash32]) -> None:
        ordered = sorted((hash_bytes(work), place) for place, work in enumerate(works))
        self._hashes: Final = b"".join(work for work, _ in ordered)
        self._places: Final = array("I", (place for _, place in ordered))
        self._remembered: Final = lru_cache(maxsize=_REMEMBERED)(self._place)

    def place(self, work: Hash32) -> int | None:
        """Where the document lists a work, from 0; None if it does not."""
        return self._remembered(work)

    def _place(self, work: Hash32) -> int | None:
        wanted = hash_bytes(work)
        at = bisect_left(range(len(self._places)), wanted, key=self._at)
        return self._places[at] if at < len(self._places) and self._at(at) == wanted else None

    def _at(self, number: int) -> bytes:
        return self._hashes[number * _SIZE : (number + 1) * _SIZE]


@dataclass(slots=True)
class Expected:
    """What one request may be answered with.

    Attributes:
        members: the works of the catalogue that is licensed there.
        hashes: of files.
        work: the one that it is answered with; zero as long as nobody has compared.
    """

    members: Members
    hashes: Hashes
    work: Hash32 = ZERO_HASH

    async def has(self, descriptor: int) -> bool:
        """Whether an open file is such a work, which is noted.

        Raises:
            OSError: it cannot be read.
        """
        found = await self.hashes.of(descriptor)
        if found is None or self.members.place(found) is None:
            return False
        self.work = found
        return True


def expected_in(scope: Scope) -> Expected | None:
    """Which works a request may be answered with; None for whatever is there."""
    expected: Expected | None = scope.get(EXPECTED)
    return expected


def work_in(scope: Scope) -> Hash32:
    """The work that a request was answered with; zero where nobody has compared."""
    expected = expected_in(scope)
    return ZERO_HASH if expected is None else expected.work
