"""What an index is of, and how far it has come."""

from dataclasses import dataclass
from typing import Self

from licet.types import Address


@dataclass(frozen=True, slots=True)
class Identity:
    """What an index is of.

    Attributes:
        chain_id: EIP-155 chain id.
        genesis_hash: of the chain's block 0, since local chains share their id.
        addresses: the contracts', in the order of `CONTRACTS`; the registry's is the first.
        deployment_block: the block that the registry was deployed in.
        first_block: the first block indexed: an older contract may have been used before.
    """

    chain_id: int
    genesis_hash: bytes
    addresses: tuple[Address, ...]
    deployment_block: int
    first_block: int


@dataclass(frozen=True, slots=True)
class Position:
    """How far an index has come; block `first_block - 1` when it is empty.

    Attributes:
        block: the last block indexed.
        hash: its hash; None when the index is empty.
        verified: the last block at which the contracts' heads agreed: whatever is newer is not proven yet.
        heads: each contract's head after `block`.
    """

    block: int
    hash: bytes | None
    verified: int
    heads: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """How far the money is followed, in one kind of log.

    Attributes:
        block: the last block up to which the logs of all that was named up to `named` are there.
        named: the last block whose names count into that.
        horizon: the last block whose names are being caught up with; `named` when nothing is.
        backfill: the last block up to which that has been done.
    """

    block: int
    named: int
    horizon: int
    backfill: int

    @classmethod
    def begin(cls, before: int) -> Self:
        """A track on which nothing was done yet, and whose first block follows one."""
        return cls(before, before, before, before)

    @property
    def complete(self) -> int:
        """The last block up to which nothing is missing of what was named by then."""
        return min(self.block, self.named)

    def back_to(self, block: int, before: int) -> Self:
        """The same after all that is newer than a block has gone; `before` is the block before the first."""
        named, horizon = min(self.named, block), min(self.horizon, block)
        backfill = before if horizon == named else min(self.backfill, block)
        return type(self)(min(self.block, block), named, horizon, backfill)
