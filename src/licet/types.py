"""The words of the chain as checked strings: they print, compare and travel in JSON as they are."""

import re
from typing import NewType

from licet.errors import InputError

Hash32 = NewType("Hash32", str)
"""32 bytes as `0x` and 64 lower-case hex digits: a SHA-256, a keccak-256, an id, a salt."""

Address = NewType("Address", str)
"""20 bytes as `0x` and 40 hex digits in EIP-55 spelling; made by `licet.trees.hashing.parse_address`."""

ZERO_HASH = Hash32("0x" + "00" * 32)
ZERO_ADDRESS = Address("0x" + "00" * 20)

_HASH = re.compile(r"(?:0x)?([0-9a-fA-F]{64})", re.ASCII)
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}", re.ASCII)


def hash32(data: bytes) -> Hash32:
    """32 raw bytes as a `Hash32`."""
    if len(data) != 32:
        raise InputError(f"a hash has 32 bytes, these are {len(data)}")
    return Hash32("0x" + data.hex())


def parse_hash(text: str, what: str = "hash") -> Hash32:
    """Reads 64 hex digits, with or without `0x`, in any case.

    Raises:
        InputError: it is anything else; `what` names it in the message.
    """
    match = _HASH.fullmatch(text)
    if match is None:
        raise InputError(f"{shown(text)} is not a {what}: 64 hex digits, with or without 0x")
    return Hash32("0x" + match[1].lower())


def hash_bytes(value: Hash32) -> bytes:
    """The 32 raw bytes."""
    return bytes.fromhex(value[2:])


def address_bytes(value: Address) -> bytes:
    """The 20 raw bytes."""
    return bytes.fromhex(value[2:])


def parse_uint(text: str, bits: int = 256, what: str = "number") -> int:
    """Reads an unsigned integer in decimal digits, without sign, spaces or leading zeros.

    Raises:
        InputError: it is anything else, or needs more than `bits` bits.
    """
    if _DECIMAL.fullmatch(text) is None:
        raise InputError(f"{shown(text)} is not a {what}: decimal digits only")
    value = int(text)
    if value >> bits:
        raise InputError(f"{what} {value} does not fit in {bits} bits")
    return value


def shown(value: object, limit: int = 60) -> str:
    """A value as an error message may show it: quoted, one line, cut."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
