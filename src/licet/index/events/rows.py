"""Rows of logs, and the numbers by which they name the kinds of events."""

from functools import cache
from typing import Any, TypeAlias

from licet.index.events.kinds import CONTRACTS, Kind, kinds

Row: TypeAlias = tuple[Any, ...]
"""A row of a table, as the database takes and gives it."""


@cache
def numbered() -> dict[int, tuple[int, Kind | None]]:
    """What each number in `logs.kind` stands for: a contract's number, and the kind unless it is unknown."""
    known = {i: (CONTRACTS.index(kind.contract), kind) for i, kind in enumerate(kinds(), len(CONTRACTS))}
    return {**{i: (i, None) for i in range(len(CONTRACTS))}, **known}


@cache
def numbers() -> dict[tuple[int, bytes], int]:
    """The number of each kind, by its contract's number and its topic."""
    return {(contract, kind.topic): i for i, (contract, kind) in numbered().items() if kind is not None}
