"""What an index is of, and how far it has come."""

from dataclasses import dataclass

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
