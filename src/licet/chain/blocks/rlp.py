"""RLP, as the Yellow Paper (appendix B) has it: written, and read back where it is the one form there is.

Written out, because the libraries for it take most of the time of whoever checks whole blocks and proofs.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from licet.errors import InputError

Item: TypeAlias = "bytes | list[Item]"
"""What RLP can say: a string, or a list of such items."""

_SHORT: Final = 55
_STRING: Final = 0x80
_LIST: Final = 0xC0
_MAX_DEPTH: Final = 16


def rlp(data: bytes) -> bytes:
    """A string in RLP."""
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _prefix(len(data), 0x80) + data


def rlp_list(items: Iterable[bytes]) -> bytes:
    """A list in RLP, of items that are in RLP."""
    payload = b"".join(items)
    return _prefix(len(payload), 0xC0) + payload


def _prefix(size: int, offset: int) -> bytes:
    if size <= _SHORT:
        return bytes([offset + size])
    digits = minimal(size)
    return bytes([offset + _SHORT + len(digits)]) + digits


def minimal(number: int) -> bytes:
    """A number as RLP has it: big-endian, without leading zeros; nothing for 0."""
    return number.to_bytes((number.bit_length() + 7) // 8)


def unrlp(data: bytes) -> Item:
    """What some bytes say in RLP.

    Raises:
        InputError: they are no RLP, not in its shortest form, nested beyond use, or something follows.
    """
    item, end = _item(data, 0, len(data), 0)
    if end != len(data):
        raise InputError("something follows the RLP")
    return item


def _item(data: bytes, start: int, limit: int, depth: int) -> tuple[Item, int]:
    """The item at a place, and where it ends; nothing beyond the limit is its own."""
    if start >= limit:
        raise InputError("the RLP ends early")
    first = data[start]
    if first < _STRING:
        return data[start : start + 1], start + 1
    kind = _LIST if first >= _LIST else _STRING
    begin, end = _span(data, start, limit, first - kind)
    if kind == _STRING:
        string = data[begin:end]
        if len(string) == 1 and string[0] < _STRING:
            raise InputError("the RLP has a byte in a longer form than its own")
        return string, end
    if depth == _MAX_DEPTH:
        raise InputError("the RLP is nested too deeply")
    items = []
    while begin < end:
        item, begin = _item(data, begin, end, depth + 1)
        items.append(item)
    return items, end


def _span(data: bytes, start: int, limit: int, size: int) -> tuple[int, int]:
    """Where the contents of an item with a prefix begin and end."""
    begin = start + 1
    if size > _SHORT:
        digits = data[begin : begin + size - _SHORT]
        begin += size - _SHORT
        size = int.from_bytes(digits)
        if size <= _SHORT or not digits[0]:
            raise InputError("the RLP has a length in a longer form than it needs")
    if begin + size > limit:
        raise InputError("the RLP ends early")
    return begin, begin + size
