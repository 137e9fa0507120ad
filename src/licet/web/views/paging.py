"""Pages: how many rows they have, and the keys that they go on from."""

import re
from dataclasses import dataclass
from typing import Final

from licet.errors import InputError
from licet.shelf import Place
from licet.types import shown

MOST: Final = 100
DEFAULT: Final = 25

_KEY: Final = re.compile(r"(0|[1-9][0-9]{0,18})(?:-(0|[1-9][0-9]{0,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is asked for.

    Attributes:
        after: the key that the page before ended with; empty for the first page.
        limit: how many rows at most.
    """

    after: str = ""
    limit: int = DEFAULT

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MOST:
            raise InputError(f"a page has 1 to {MOST} rows, not {self.limit}", parameter="limit")
        if self.after and _KEY.fullmatch(self.after) is None:
            raise InputError(
                f"{shown(self.after)} is no key of a page: take it from the page before", parameter="after"
            )

    @property
    def number(self) -> int | None:
        """The key, where rows are numbered; None for the first page."""
        return int(self.after.partition("-")[0]) if self.after else None

    @property
    def place(self) -> Place | None:
        """The key, where rows are logs; None for the first page."""
        if not self.after:
            return None
        block, _, log_index = self.after.partition("-")
        return Place(int(block), int(log_index or 0))


def key_of(place: Place) -> str:
    """The key of a log's place."""
    return f"{place.block}-{place.log_index}"
