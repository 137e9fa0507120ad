"""The tables of an index, for either database.

`logs` has what the contracts logged, word for word, and a view for each kind of event shows it decoded.
Nothing in a table is ever changed: rows are added, and those of blocks that the chain has dropped are taken
away. Only `cursor` moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from licet.index.events.rows import numbered

SCHEMA: Final = 2
"""The form of the tables; a database of another one is made anew."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its name, its columns, and how many of them, from the first on, name a row."""

    name: str
    columns: tuple[tuple[str, str], ...]
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
        columns = [f"{name} {types[type_]} NOT NULL" for name, type_ in self.columns]
        key = ", ".join(self.names[: self.key])
        return f"CREATE TABLE {self.name} ({', '.join(columns)}, PRIMARY KEY ({key})){suffix}"


IDENTITY: Final = Table(
    "licet_index",
    (
        ("schema", "integer"),
        ("chain_id", "decimal"),
        ("genesis_hash", "bytes"),
        ("registry", "bytes"),
        ("deployment_block", "integer"),
        ("first_block", "integer"),
    ),
    1,
)
CONTRACTS: Final = Table("contracts", (("number", "integer"), ("name", "text"), ("address", "bytes")), 1)
KINDS: Final = Table(
    "kinds",
    (("number", "integer"), ("contract", "integer"), ("event", "text"), ("topic", "bytes"), ("view", "text")),
    1,
)
"""What `logs.kind` stands for; each contract has one besides for logs of no event known."""
CURSOR: Final = Table(
    "cursor", (("id", "integer"), ("block_number", "integer"), ("verified_block", "integer")), 1
)
"""The last block indexed, and the last one at which the contracts' heads were seen to agree."""
BLOCKS: Final = Table("blocks", (("number", "integer"), ("hash", "bytes"), ("timestamp", "integer")), 1)
LOGS: Final = Table(
    "logs",
    (
        ("block_number", "integer"),
        ("log_index", "integer"),
        ("tx_hash", "bytes"),
        ("kind", "integer"),
        ("topics", "bytes"),
        ("data", "bytes"),
    ),
    2,
)
HEADS: Final = Table("heads", (("contract", "integer"), ("block_number", "integer"), ("head", "bytes")), 2)
"""Each contract's rolling head after each block in which it logged what counts."""

NAMES: Final = Table("names", (("role", "integer"), ("address", "bytes"), ("named_block", "integer")), 2)
"""Accounts, vaults and tokens whose money is followed, and the block that named each first."""
DISPUTED: Final = Table(
    "disputed", (("asset_id", "bytes"), ("case_id", "integer"), ("block_number", "integer")), 2
)
"""The disputes of each asset: what is sold during one waits in an escrow of that case."""
CLAIM_LOGS: Final = Table(
    "claim_logs",
    (
        ("block_number", "integer"),
        ("log_index", "integer"),
        ("tx_hash", "bytes"),
        ("vault", "bytes"),
        ("topics", "bytes"),
        ("data", "bytes"),
        ("named_block", "integer"),
    ),
    2,
)
"""What vaults logged that they paid, word for word: of what cannot be read, a reader decides."""
TRANSFER_LOGS: Final = Table(
    "transfer_logs",
    (
        ("token", "bytes"),
        ("block_number", "integer"),
        ("log_index", "integer"),
        ("tx_hash", "bytes"),
        ("sender", "bytes"),
        ("receiver", "bytes"),
        ("amount", "bytes"),
        ("named_block", "integer"),
    ),
    3,
)
"""What tokens logged that followed accounts sent or got: the words of ERC-20's `Transfer`, no other log."""
TRACKS: Final = Table(
    "tracks",
    (
        ("number", "integer"),
        ("block_number", "integer"),
        ("named_block", "integer"),
        ("horizon", "integer"),
        ("backfill_block", "integer"),
    ),
    1,
)
"""How far claims (0) and transfers (1) have come; see `licet.index.tables.state.Track`."""

ALL: Final = (
    IDENTITY,
    CONTRACTS,
    KINDS,
    CURSOR,
    BLOCKS,
    LOGS,
    HEADS,
    NAMES,
    DISPUTED,
    CLAIM_LOGS,
    TRANSFER_LOGS,
    TRACKS,
)
"""All tables."""


def kind_rows() -> list[tuple[int, int, str, bytes, str]]:
    """What stands in `KINDS`."""
    return [
        (i, contract, kind.event, kind.topic, kind.table) if kind else (i, contract, "", b"", "")
        for i, (contract, kind) in numbered().items()
    ]
