"""Keccak-256 and what is spelled with it: EIP-55 addresses and rolling event heads."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sha3 import keccak_256  # type: ignore[import-untyped]

from licet.errors import InputError
from licet.types import Address, Hash32, hash32, hash_bytes, shown

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
# What makes a letter upper case: of a digest's digits those above 7, of an address's its letters.
_CASE_BIT: Final = 0x20
_HIGH: Final = bytes(_CASE_BIT if byte in b"89abcdef" else 0 for byte in range(256))
_LETTERS: Final = bytes(_CASE_BIT if byte in b"abcdef" else 0 for byte in range(256))
_COUNT_SHIFT = 216
_COUNT_BYTES: Final = 5


def keccak(data: bytes) -> bytes:
    """Keccak-256 of `data`, 32 bytes."""
    digest: bytes = keccak_256(data).digest()
    return digest


@lru_cache(maxsize=1 << 16)
def checksum(raw: bytes) -> Address:
    """20 raw bytes in EIP-55 spelling."""
    if len(raw) != 20:
        raise InputError(f"an address has 20 bytes, these are {len(raw)}")
    return Address("0x" + _cased(raw.hex().encode()).decode())


def is_address(text: str) -> bool:
    """Whether `text` has the shape of an address; says nothing of its checksum."""
    return _ADDRESS.fullmatch(text) is not None


def parse_address(text: str, what: str = "address") -> Address:
    """Reads an address: EIP-55, or all digits in one case (which carries no checksum).

    Raises:
        InputError: it is anything else, or its mixed case is not the EIP-55 spelling (mistyped).
    """
    if not is_address(text):
        article = "an" if what[0].lower() in "aeio" else "a"
        raise InputError(f"{shown(text)} is not {article} {what}: 0x and 40 hex digits")
    address = checksum(bytes.fromhex(text[2:]))
    digits = text[2:]
    if text != address and digits not in (digits.lower(), digits.upper()):
        raise InputError(f"{what} {text} has a wrong EIP-55 checksum: a digit is mistyped")
    return address


def parse_raw_address(text: str, what: str = "address") -> bytes:
    """Reads an address as `parse_address` does, into its 20 raw bytes; faster where there are very many.

    Raises:
        InputError: what `parse_address` refuses.
    """
    digits = text[2:]
    lower = digits.lower()
    # Only mixed case has a checksum to be hashed for.
    if not is_address(text) or (
        digits != lower and digits != digits.upper() and digits.encode() != _cased(lower.encode())
    ):
        parse_address(text, what)
    return bytes.fromhex(lower)


def roll_head(head: Hash32, topics: Sequence[bytes], data: bytes) -> Hash32:
    """The rolling head of a contract's events after one more.

    It is the count of events (40 bits) and the low 216 bits of keccak256(head ‖ topics… ‖ keccak256(data)),
    where `head` is the one before; before the first event it is zero.

    Args:
        head: the head before this event.
        topics: the log's topics, 32 bytes each.
        data: the log's data.
    """
    return hash32(roll_raw_head(hash_bytes(head), b"".join(topics), data))


def roll_raw_head(head: bytes, topics: bytes, data: bytes) -> bytes:
    """As `roll_head`, on raw bytes: for very many."""
    count = int.from_bytes(head[:_COUNT_BYTES]) + 1
    return count.to_bytes(_COUNT_BYTES) + keccak(head + topics + keccak(data))[_COUNT_BYTES:]


def head_count(head: Hash32) -> int:
    """How many events a rolling head stands for."""
    return int(head, 16) >> _COUNT_SHIFT


def _cased(digits: bytes) -> bytes:
    """The 40 lower-case digits of an address in EIP-55's case: all at once, as numbers of 40 bytes."""
    high = keccak_256(digits).hexdigest()[:40].encode().translate(_HIGH)
    upper = int.from_bytes(high) & int.from_bytes(digits.translate(_LETTERS))
    return (int.from_bytes(digits) ^ upper).to_bytes(40)
