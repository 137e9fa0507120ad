"""What goes into the database together: some blocks in a row, their logs, and what follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from licet.index.events.rows import Row


@dataclass(frozen=True, slots=True)
class Batch:
    """Some blocks in a row.

    Attributes:
        first: number of the first.
        last: number of the last.
        parent_hash: hash of the block before the first.
        hash: of the last.
        blocks: number, hash, time.
        logs: number, index in the block, transaction, kind's number, topics, data.
        heads: contract's number, block's number, head; where a contract logged what counts.
        reached: each contract's head after the last block.
        verified: whether the contracts say themselves that these are their heads.
        names: role, address, block; of those whose money the logs name.
        disputed: asset, case, block; of the disputes of assets that were opened.
    """

    first: int
    last: int
    parent_hash: bytes
    hash: bytes
    blocks: Sequence[Row]
    logs: Sequence[Row]
    heads: Sequence[Row]
    reached: tuple[bytes, ...]
    verified: bool
    names: Sequence[Row] = ()
    disputed: Sequence[Row] = ()
