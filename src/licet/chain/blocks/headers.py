"""A block's header, and its hash, recomputed from the fields: what the hash binds, no node can alter.

As the Yellow Paper has it (section 4.3), with what later forks added.
"""

import msgspec
from msgspec import Struct

from licet.chain.blocks.rlp import minimal, rlp, rlp_list
from licet.errors import InputError
from licet.trees.hashing import keccak


class Header(Struct, rename="camel", gc=False):
    """A block's header; the rest, from the uncles on, is there to recompute its hash."""

    number: str
    hash: str
    parent_hash: str
    timestamp: str
    logs_bloom: str
    receipts_root: str
    state_root: str = ""
    transactions_root: str = ""
    sha3_uncles: str = msgspec.field(name="sha3Uncles", default="")
    miner: str = ""
    difficulty: str = ""
    gas_limit: str = ""
    gas_used: str = ""
    extra_data: str = ""
    mix_hash: str = ""
    nonce: str = ""
    base_fee_per_gas: str | None = None
    withdrawals_root: str | None = None
    blob_gas_used: str | None = None
    excess_blob_gas: str | None = None
    parent_beacon_block_root: str | None = None
    requests_hash: str | None = None

    @property
    def height(self) -> int:
        """Its number, as one."""
        return int(self.number, 16)


def header_hash(header: Header) -> bytes:
    """The hash that a header's fields lead to, in Ethereum's form of any fork up to Osaka.

    Raises:
        InputError: a field is no hex.
    """
    optional = (
        header.base_fee_per_gas and hex_number(header.base_fee_per_gas),
        header.withdrawals_root and hex_bytes(header.withdrawals_root),
        header.blob_gas_used and hex_number(header.blob_gas_used),
        header.excess_blob_gas and hex_number(header.excess_blob_gas),
        header.parent_beacon_block_root and hex_bytes(header.parent_beacon_block_root),
        header.requests_hash and hex_bytes(header.requests_hash),
    )
    fields = [
        hex_bytes(header.parent_hash),
        hex_bytes(header.sha3_uncles),
        hex_bytes(header.miner),
        hex_bytes(header.state_root),
        hex_bytes(header.transactions_root),
        hex_bytes(header.receipts_root),
        hex_bytes(header.logs_bloom),
        *map(
            hex_number,
            (header.difficulty, header.number, header.gas_limit, header.gas_used, header.timestamp),
        ),
        hex_bytes(header.extra_data),
        hex_bytes(header.mix_hash),
        hex_bytes(header.nonce),
        *(field for field in optional if isinstance(field, bytes)),
    ]
    return keccak(rlp_list(map(rlp, fields)))


def hex_number(text: str) -> bytes:
    """A number that a node spells in hex, as RLP has it: big-endian, without leading zeros.

    Raises:
        InputError: it is no hex.
    """
    try:
        return minimal(int(text, 16))
    except (ValueError, OverflowError) as error:
        raise InputError("a number of the block is no hex") from error


def hex_bytes(text: str) -> bytes:
    """Bytes that a node spells in hex.

    Raises:
        InputError: it is no hex.
    """
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise InputError("bytes of the block are no hex") from error
