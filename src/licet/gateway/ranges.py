"""Parts of a file, as the field `Range` asks for them (RFC 9110)."""

import re
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII | re.IGNORECASE)


class Part(NamedTuple):
    """Some bytes of a file, one after another."""

    start: int
    length: int


def part_of(field: str, size: int) -> Part | None:
    """The part that is asked for; None where a file of this size has no byte of it.

    What is no range of bytes, and several ranges at once, are passed over: the answer is the whole file.
    """
    match = _RANGE.fullmatch(field.strip())
    if match is None or match[1] == match[2] == "":
        return Part(0, size)
    if not match[1]:
        length = min(int(match[2]), size)
        return Part(size - length, length) if length else None
    start, end = int(match[1]), int(match[2]) if match[2] else size - 1
    if match[2] and end < start:
        return Part(0, size)
    return Part(start, min(end, size - 1) - start + 1) if start < size else None
