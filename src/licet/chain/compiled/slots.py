"""Where contracts keep what: the slots of mappings, and of the tokens that Solady's ERC-721 keeps."""

from typing import Final, TypeAlias

from licet.trees.hashing import keccak
from licet.types import Address, Hash32, hash_bytes

Key: TypeAlias = "Address | Hash32 | int"
"""What a mapping of the contracts is keyed by."""

_WORDS: Final = 1 << 256
_SEED: Final = bytes.fromhex("7d882553")
_ADDRESS_BITS: Final = 160
_ADDRESS: Final = (1 << _ADDRESS_BITS) - 1


def mapped(slot: int, key: Key) -> int:
    """Where a mapping at a slot keeps a key's value, in the compiler's own layout."""
    number = key if isinstance(key, int) else int(key, 16)
    return int.from_bytes(keccak(number.to_bytes(32) + slot.to_bytes(32)))


def after(slot: int, words: int) -> tuple[int, ...]:
    """So many slots, from one on."""
    return tuple((slot + i) % _WORDS for i in range(words))


def token_slot(token_id: Hash32) -> int:
    """Where Solady's ERC-721 keeps a token's owner, and above it 96 bits of the contract's own."""
    hash_ = keccak(hash_bytes(token_id)[:28] + _SEED)
    return (2 * int(token_id, 16) + int.from_bytes(hash_)) % _WORDS


def token_word(owner: Address, extra: int) -> int:
    """That slot's word."""
    return int(owner, 16) | extra << _ADDRESS_BITS


def parts(word: int) -> tuple[int, int]:
    """A token's owner and the contract's own bits, from its slot's word."""
    return word & _ADDRESS, word >> _ADDRESS_BITS
