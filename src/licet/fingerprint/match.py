"""What a distance means, in a plain word.

The bounds were chosen on what `benchmarks/find.py` measures, and are explained in docs/fingerprint.md. Two
unrelated works differ in half the bits of a code word, give or take (in 128 of 256, with a standard deviation
of 8; sounds in fewer). A bound for `probably derived` lies so far below that among a million works less than
one in ten look-ups meets an unrelated one.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from licet.fingerprint.codes import Family


class Likeness(StrEnum):
    """How two works are alike."""

    IDENTICAL = "identical"
    """The very same bytes."""
    RE_ENCODED = "re-encoded"
    """The same content, saved in another way: format, quality, size, encoding, white space."""
    DERIVED = "probably derived"
    """Much of the content: a crop, an edited text."""


class _Bounds(NamedTuple):
    """The most bits that may differ."""

    re_encoded: int
    derived: int


_BOUNDS: Final[Mapping[Family, _Bounds]] = {
    Family.PDQ: _Bounds(31, 80),
    Family.IMAGE: _Bounds(10, 32),
    Family.IMAGE_SHORT: _Bounds(4, 10),
    Family.TEXT: _Bounds(8, 80),
    Family.TEXT_SHORT: _Bounds(2, 10),
    Family.AUDIO: _Bounds(12, 24),
    Family.AUDIO_SHORT: _Bounds(2, 3),
    Family.DATA: _Bounds(16, 80),
}
RADIUS: Final[Mapping[Family, int]] = {family: bounds.derived for family, bounds in _BOUNDS.items()}
"""How many bits may differ at most, for a work to count as near."""


def likeness(family: Family, distance: int) -> Likeness:
    """What a distance means, of works whose bytes differ."""
    return Likeness.RE_ENCODED if distance <= _BOUNDS[family].re_encoded else Likeness.DERIVED


def remoteness(family: Family, distance: int) -> float:
    """A distance as a share of the farthest that counts: what puts hits of several families in order."""
    return distance / _BOUNDS[family].derived
