"""A block's header, bloom and receipts, recomputed: what its hash binds, no node can alter.

RLP and the Merkle-Patricia trie of a list, as the Yellow Paper (appendices B, D; section 4.3) and EIP-2718
have them. Written out, because the libraries for it take most of the time of an index that checks all.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, TypeAlias

from sha3 import keccak_256  # type: ignore[import-untyped]

from licet.errors import InputError
from licet.index.rpc import Header, RawReceipt

BLOOM_BITS: Final = 2048
EMPTY_ROOT: Final = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""The root of no receipts."""

_WORD: Final = 32
_SHORT: Final = 55
_NIBBLE: Final = 4
_Nibbles: TypeAlias = tuple[int, ...]


def bloom_mask(value: bytes) -> int:
    """The bits that an address or a topic sets in a bloom."""
    digest = keccak_256(value).digest()
    mask = 0
    for i in (0, 2, 4):
        mask |= 1 << (int.from_bytes(digest[i : i + 2]) % BLOOM_BITS)
    return mask


def header_hash(header: Header) -> bytes:
    """The hash that a header's fields lead to, in Ethereum's form of any fork up to Osaka.

    Raises:
        InputError: a field is no hex.
    """
    optional = (
        header.base_fee_per_gas and _number(header.base_fee_per_gas),
        header.withdrawals_root and _bytes(header.withdrawals_root),
        header.blob_gas_used and _number(header.blob_gas_used),
        header.excess_blob_gas and _number(header.excess_blob_gas),
        header.parent_beacon_block_root and _bytes(header.parent_beacon_block_root),
        header.requests_hash and _bytes(header.requests_hash),
    )
    fields = [
        _bytes(header.parent_hash),
        _bytes(header.sha3_uncles),
        _bytes(header.miner),
        _bytes(header.state_root),
        _bytes(header.transactions_root),
        _bytes(header.receipts_root),
        _bytes(header.logs_bloom),
        *map(
            _number, (header.difficulty, header.number, header.gas_limit, header.gas_used, header.timestamp)
        ),
        _bytes(header.extra_data),
        _bytes(header.mix_hash),
        _bytes(header.nonce),
        *(field for field in optional if isinstance(field, bytes)),
    ]
    digest: bytes = keccak_256(rlp_list(map(rlp, fields))).digest()
    return digest


def receipts_root(receipts: Sequence[RawReceipt]) -> bytes:
    """The root of a block's receipts.

    Raises:
        InputError: a field is no hex.
    """
    return list_root([receipt_bytes(receipt) for receipt in receipts])


def receipt_bytes(receipt: RawReceipt) -> bytes:
    """A receipt as the trie has it (EIP-2718, EIP-658)."""
    outcome = _bytes(receipt.root) if receipt.root else _number(receipt.status or "0x0")
    logs = [
        rlp_list(
            (
                rlp(_bytes(log.address)),
                rlp_list(b"\xa0" + _bytes(topic) for topic in log.topics),
                rlp(_bytes(log.data)),
            )
        )
        for log in receipt.logs
    ]
    payload = rlp_list(
        (
            rlp(outcome),
            rlp(_number(receipt.cumulative_gas_used)),
            rlp(_bytes(receipt.logs_bloom)),
            rlp_list(logs),
        )
    )
    kind = int(receipt.type, 16)
    return bytes([kind]) + payload if kind else payload


def list_root(values: Sequence[bytes]) -> bytes:
    """The root of the Merkle-Patricia trie whose keys are the places in a list."""
    if not values:
        return EMPTY_ROOT
    leaves = {_nibbles(rlp(_minimal(i))): value for i, value in enumerate(values)}
    root: bytes = keccak_256(_node(sorted(leaves), leaves, 0)).digest()
    return root


def rlp(data: bytes) -> bytes:
    """A string in RLP."""
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _length(len(data), 0x80) + data


def rlp_list(items: Iterable[bytes]) -> bytes:
    """A list in RLP, of items that are in RLP."""
    payload = b"".join(items)
    return _length(len(payload), 0xC0) + payload


def _length(size: int, offset: int) -> bytes:
    if size <= _SHORT:
        return bytes([offset + size])
    digits = _minimal(size)
    return bytes([offset + _SHORT + len(digits)]) + digits


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


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _number(text: str) -> bytes:
    try:
        return _minimal(int(text, 16))
    except (ValueError, OverflowError) as error:
        raise InputError("a number of the block is no hex") from error


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text[2:])
    except ValueError as error:
        raise InputError("bytes of the block are no hex") from error
