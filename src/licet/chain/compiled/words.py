"""Arguments read where the compiler puts them, which is many times faster than all that the ABI allows.

Solidity encodes in one way only: heads, then the tails in order with nothing between them, and zeros wherever
a value leaves room. What is encoded otherwise is not read here (`NotCanonicalError`): a decoder of the whole
ABI has to judge it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from licet.trees.hashing import checksum
from licet.types import hash32

WORD: Final = 32

_Static: TypeAlias = Callable[[bytes, int], Any]
"""Reads the value that stands at a place."""
_Tail: TypeAlias = Callable[[bytes, int], tuple[Any, int]]
"""Reads the value that begins at a place; says where it ends."""


class NotCanonicalError(Exception):
    """The data is not as the compiler encodes it; maybe it is valid all the same."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one value: `static` where its type has a fixed width of `size` bytes, else `tail`."""

    size: int
    static: _Static | None = None
    tail: _Tail | None = None


def reader(type_: str, members: Sequence[tuple[str, Reader]] = ()) -> Reader:
    """The reader of a type.

    Args:
        type_: as a JSON ABI spells it.
        members: of a struct, or of the structs that an array has: their names and readers.
    """
    if type_.endswith("[]"):
        return Reader(WORD, tail=_array(reader(type_.removesuffix("[]"), members)))
    if type_ == "tuple":
        return _struct(members)
    if type_.startswith("uint") and type_[4:].isdecimal():
        return Reader(WORD, static=_uint(int(type_[4:])))
    return _PLAIN.get(type_, Reader(WORD, static=_unknown))


def sequence(readers: Sequence[Reader]) -> Callable[[bytes], tuple[Any, ...]]:
    """What reads arguments that stand one after the other, and nothing else, in some bytes."""
    block = _block(readers)
    if len(readers) == 1 and readers[0].static is not None:
        return _single(readers[0].static, readers[0].size)

    def read(data: bytes) -> tuple[Any, ...]:
        values, end = block(data, 0)
        if end != len(data):
            raise NotCanonicalError
        return tuple(values)

    return read


def _single(static: _Static, size: int) -> Callable[[bytes], tuple[Any, ...]]:
    """As `sequence`, of one value, as a topic has it."""

    def read(data: bytes) -> tuple[Any, ...]:
        if len(data) != size:
            raise NotCanonicalError
        return (static(data, 0),)

    return read


def _block(readers: Sequence[Reader]) -> Callable[[bytes, int], tuple[list[Any], int]]:
    """Reads heads and tails that begin at a place; offsets count from there."""
    size = sum(one.size for one in readers)
    statics = _statics(readers)
    if statics is not None:
        return _static_block(size, statics)

    def read(data: bytes, start: int) -> tuple[list[Any], int]:
        end = start + size
        if len(data) < end:
            raise NotCanonicalError
        at, values = start, []
        for one in readers:
            if one.static is not None:
                values.append(one.static(data, at))
            else:
                assert one.tail is not None
                if int.from_bytes(data[at : at + WORD]) != end - start:
                    raise NotCanonicalError
                value, end = one.tail(data, end)
                values.append(value)
            at += one.size
        return values, end

    return read


def _statics(readers: Sequence[Reader]) -> list[tuple[_Static, int]] | None:
    """Where each value stands; None where one has no fixed width."""
    found: list[tuple[_Static, int]] = []
    at = 0
    for one in readers:
        if one.static is None:
            return None
        found.append((one.static, at))
        at += one.size
    return found


def _static_block(
    size: int, statics: Sequence[tuple[_Static, int]]
) -> Callable[[bytes, int], tuple[list[Any], int]]:
    def read(data: bytes, start: int) -> tuple[list[Any], int]:
        if len(data) < start + size:
            raise NotCanonicalError
        return [static(data, start + at) for static, at in statics], start + size

    return read


def _struct(members: Sequence[tuple[str, Reader]]) -> Reader:
    names = [name for name, _ in members]
    readers = [one for _, one in members]
    block = _block(readers)

    def tail(data: bytes, start: int) -> tuple[dict[str, Any], int]:
        values, end = block(data, start)
        return dict(zip(names, values, strict=True)), end

    if any(one.tail for one in readers):
        return Reader(WORD, tail=tail)
    return Reader(sum(one.size for one in readers), static=lambda data, at: tail(data, at)[0])


def _array(item: Reader) -> _Tail:
    def read(data: bytes, start: int) -> tuple[tuple[Any, ...], int]:
        first = start + WORD
        count = int.from_bytes(data[start:first])
        if count * item.size > len(data) - first:
            raise NotCanonicalError
        values, end = _block([item] * count)(data, first)
        return tuple(values), end

    return read


def _uint(bits: int) -> _Static:
    def read(data: bytes, at: int) -> int:
        value = int.from_bytes(data[at : at + WORD])
        if value >> bits:
            raise NotCanonicalError
        return value

    return read


def _unknown(data: bytes, at: int) -> Any:  # noqa: ARG001 - as all readers are called
    """A type that no contract of Licet has is left to the other decoder."""
    raise NotCanonicalError


def _bool(data: bytes, at: int) -> bool:
    value = int.from_bytes(data[at : at + WORD])
    if value > 1:
        raise NotCanonicalError
    return value == 1


_NO_ADDRESS_BITS: Final = bytes(12)


def _address(data: bytes, at: int) -> str:
    if data[at : at + 12] != _NO_ADDRESS_BITS:
        raise NotCanonicalError
    return checksum(data[at + 12 : at + WORD])


def _hash(data: bytes, at: int) -> str:
    return hash32(data[at : at + WORD])


def _bytes(data: bytes, start: int) -> tuple[bytes, int]:
    first = start + WORD
    length = int.from_bytes(data[start:first])
    end = first + -(-length // WORD) * WORD
    if len(data) < end or any(data[first + length : end]):
        raise NotCanonicalError
    return data[first : first + length], end


def _string(data: bytes, start: int) -> tuple[str, int]:
    value, end = _bytes(data, start)
    # Nothing on chain makes it valid UTF-8.
    return value.decode(errors="backslashreplace"), end


_PLAIN: Final = {
    "bool": Reader(WORD, static=_bool),
    "address": Reader(WORD, static=_address),
    "bytes32": Reader(WORD, static=_hash),
    "bytes": Reader(WORD, tail=_bytes),
    "string": Reader(WORD, tail=_string),
}
