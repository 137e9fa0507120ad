"""What an index is of, and how far it has come."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from licet.types import Address, Hash32


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


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far an index has come.

    Attributes:
        db: where it is.
        chain_id: EIP-155 chain id.
        registry: the deployment's.
        first_block: the first block indexed.
        block: the last block indexed; `first_block - 1` when there is none.
        block_hash: its hash; None when there is none.
        verified_block: the last block at which the contracts' heads agreed. What is newer is not proven yet,
            and neither read nor exported.
        heads: each contract's rolling head after `block`, by its name.
        counted: how many logs count into them, in all.
        money_block: the last block up to which nothing is missing of the money of whoever was named by then.
    """

    db: str
    chain_id: int
    registry: Address
    first_block: int
    block: int
    block_hash: Hash32 | None
    verified_block: int
    heads: dict[str, Hash32]
    counted: int
    money_block: int

    @property
    def proven(self) -> bool:
        """Whether all of it agrees with the contracts' heads."""
        return self.verified_block == self.block

    def to_json(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "proven": self.proven}


@dataclass(frozen=True, slots=True)
class MoneyCounts:
    """How much of the money is followed.

    Attributes:
        accounts: who may get or hold some, vaults among them.
        vaults: those whose payouts are followed.
        tokens: in which.
        claims: what vaults logged of their payouts.
        transfers: what the tokens logged that the accounts sent or got.
    """

    accounts: int
    vaults: int
    tokens: int
    claims: int
    transfers: int
