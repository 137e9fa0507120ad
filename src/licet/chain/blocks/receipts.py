"""A block's bloom and receipts, recomputed: what its header binds, no node can alter.

The Merkle-Patricia trie of a list, as the Yellow Paper (appendix D) and EIP-2718 have it. Written out,
because the libraries for it take most of the time of an index that checks all.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from sha3 import keccak_256  # type: ignore[import-untyped]

from licet.chain.blocks.headers import hex_bytes, hex_number
from licet.chain.blocks.raw import RawReceipt
from licet.chain.blocks.rlp import minimal, rlp, rlp_list
from licet.chain.blocks.tries import EMPTY_ROOT

BLOOM_BITS: Final = 2048

_WORD: Final = 32
_NIBBLE: Final = 4
_Nibbles: TypeAlias = tuple[int, ...]


def bloom_mask(value: bytes) -> int:
    """The bits that an address or a topic sets in a bloom."""
    digest = keccak_256(value).digest()
    mask = 0
    for i in (0, 2, 4):
        mask |= 1 << (int.from_bytes(digest[i : i + 2]) % BLOOM_BITS)
    return mask


def receipts_root(receipts: Sequence[RawReceipt]) -> bytes:
    """The root of a block's receipts.

    Raises:
        InputError: a field is no hex.
    """
    return list_root([receipt_bytes(receipt) for receipt in receipts])


def receipt_bytes(receipt: RawReceipt) -> bytes:
    """A receipt as the trie has it (EIP-2718, EIP-658)."""
    outcome = hex_bytes(receipt.root) if receipt.root else hex_number(receipt.status or "0x0")
    logs = [
        rlp_list(
            (
                rlp(hex_bytes(log.address)),
                rlp_list(b"\xa0" + hex_bytes(topic) for topic in log.topics),
                rlp(hex_bytes(log.data)),
            )
        )
        for log in receipt.logs
    ]
    payload = rlp_list(
        (
            rlp(outcome),
            rlp(hex_number(receipt.cumulative_gas_used)),
            rlp(hex_bytes(receipt.logs_bloom)),
            rlp_list(logs),
        )
    )
    kind = int(receipt.type, 16)
    return bytes([kind]) + payload if kind else payload


def list_root(values: Sequence[bytes]) -> bytes:
    """The root of the Merkle-Patricia trie whose keys are the places in a list."""
    if not values:
        return EMPTY_ROOT
    leaves = {_nibbles(rlp(minimal(i))): value for i, value in enumerate(values)}
    root: bytes = keccak_256(_node(sorted(leaves), leaves, 0)).digest()
    return root


def _node(keys: Sequence[_Nibbles], leaves: Mapping[_Nibbles, bytes], depth: int) -> bytes:
    """The node over some sorted keys, which agree up to a depth."""
    first, last = keys[0], keys[-1]
    if len(keys) == 1:
        return rlp_list((rlp(_path(first[depth:], leaf=True)), rlp(leaves[first])))
    common = depth
    while common < len(first) and first[common] == last[common]:
        common += 1
    if common > depth:
        below = _reference(_node(keys, leaves, common))
        return rlp_list((rlp(_path(first[depth:common], leaf=False)), below))
    children = [b"\x80"] * 16
    for nibble, group in groupby(keys, key=lambda key: key[depth]):
        children[nibble] = _reference(_node(list(group), leaves, depth + 1))
    # No key of a list is the beginning of another, so that no branch has a value of its own.
    return rlp_list((*children, b"\x80"))


def _reference(node: bytes) -> bytes:
    return node if len(node) < _WORD else b"\xa0" + keccak_256(node).digest()


def _path(nibbles: _Nibbles, *, leaf: bool) -> bytes:
    """Nibbles with the flags of their node and their parity (hex-prefix)."""
    flag = 2 * leaf
    padded = (flag + 1, *nibbles) if len(nibbles) % 2 else (flag, 0, *nibbles)
    return bytes(high << _NIBBLE | low for high, low in zip(padded[::2], padded[1::2], strict=True))


def _nibbles(key: bytes) -> _Nibbles:
    return tuple(nibble for byte in key for nibble in (byte >> _NIBBLE, byte & 0xF))
