"""The tables of an index, for either database.

`logs` has what the contracts logged, word for word; the tables of events have the same decoded. Nothing in
any of them is ever changed: rows are added, and those of blocks that the chain has dropped are taken away.
Only `cursor` moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from licet.index.decode import Column, Type
from licet.index.kinds import kinds

SCHEMA: Final = 1
"""The form of the tables; a database of another one is made anew."""

_Kept = Type | str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns, and how many of them, from the first on, name a row."""

    name: str
    columns: tuple[tuple[str, _Kept], ...]
    key: int

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(name for name, _ in self.columns)

    def sql(self, types: Mapping[str, str], suffix: str) -> str:
        """What creates it.

        Args:
            types: how the database calls each kind of value.
            suffix: what stands behind it all.
        """
        columns = [f'"{name}" {types[type_]} NOT NULL' for name, type_ in self.columns]
        key = ", ".join(f'"{name}"' for name in self.names[: self.key])
        return f'CREATE TABLE "{self.name}" ({", ".join(columns)}, PRIMARY KEY ({key})){suffix}'


BLOCKS: Final = Table("blocks", (("number", "long"), ("hash", "hash"), ("timestamp", "long")), 1)
LOGS: Final = Table(
    "logs",
    (
        ("block_number", "long"),
        ("log_index", "long"),
        ("tx_hash", "hash"),
        ("contract", "long"),
        ("topics", "bytes"),
        ("data", "bytes"),
    ),
    2,
)
HEADS: Final = Table("heads", (("contract", "long"), ("block_number", "long"), ("head", "hash")), 2)
"""Each contract's rolling head after each block in which it logged what counts."""
CONTRACTS: Final = Table("contracts", (("number", "long"), ("name", "text"), ("address", "address")), 1)
IDENTITY: Final = Table(
    "licet_index",
    (
        ("schema", "long"),
        ("chain_id", "decimal"),
        ("genesis_hash", "hash"),
        ("registry", "address"),
        ("deployment_block", "long"),
        ("first_block", "long"),
    ),
    1,
)
CURSOR: Final = Table("cursor", (("id", "long"), ("block_number", "long"), ("verified_block", "long")), 1)
"""The last block indexed, and the last one at which the contracts' heads were seen to agree."""

_WHERE: Final = (("block_number", "long"), ("log_index", "long"))


def _typed(column: Column) -> tuple[str, _Kept]:
    return column.name, column.type


EVENTS: Final = {
    kind.table: Table(kind.table, (*_WHERE, *map(_typed, kind.columns)), len(_WHERE)) for kind in kinds()
}
"""A table for each kind of event."""

GROWING: Final = (LOGS, HEADS, *EVENTS.values())
"""What each block adds to, by its number; `BLOCKS` besides."""

ALL: Final = (IDENTITY, CONTRACTS, CURSOR, BLOCKS, *GROWING)
"""All tables."""
