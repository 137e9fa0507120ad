"""The names of likeness as text: ISCCs (ISO 24138) and PDQ hashes, and the code words inside them."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from licet.errors import InputError
from licet.types import shown

_ISCC: Final = re.compile(r"ISCC:([A-Z2-7]{16,64})", re.ASCII)
_PDQ: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CONTENT, _DATA, _CODE = 2, 3, 5
_HEADER_BYTES: Final = 2
_UNIT_BYTES: Final = 8
_FULL_BITS: Final = 256
_WIDE: Final = 7
_LONGEST: Final = 7
# How many subtypes a main type has: Meta, Semantic, Content, Data, Instance, and the ISCC-CODE.
_SUBTYPES: Final = (1, 5, 5, 1, 1, 8)


class Family(Enum):
    """The code words that can be compared with each other, by Hamming distance.

    The value is the name, the number of bits. Of an Image-Code the first half is compared: it tells pictures
    apart better than a quarter, and crops together better than the whole. A `short` family is what an
    ISCC-CODE alone has: the first 64 bits of a Content-Code.
    """

    PDQ = ("pdq", 256)
    IMAGE = ("iscc-image", 128)
    IMAGE_SHORT = ("iscc-image-64", 64)
    TEXT = ("iscc-text", 256)
    TEXT_SHORT = ("iscc-text-64", 64)
    AUDIO = ("iscc-audio", 256)
    AUDIO_SHORT = ("iscc-audio-64", 64)
    DATA = ("iscc-data", 256)

    @property
    def title(self) -> str:
        """The family's name for people and programs."""
        return self.value[0]

    @property
    def bits(self) -> int:
        """The length of its code words."""
        return self.value[1]


# A Content-Code's subtype, and its families: at full length, and as short as in an ISCC-CODE.
_CONTENTS: Final = {
    0: (Family.TEXT, Family.TEXT_SHORT),
    1: (Family.IMAGE, Family.IMAGE_SHORT),
    2: (Family.AUDIO, Family.AUDIO_SHORT),
}
_SHORT: Final = dict(_CONTENTS.values())


@dataclass(frozen=True, slots=True)
class Code:
    """One code word: `bits / 8` bytes of its family."""

    family: Family
    body: bytes

    def distance(self, other: "Code") -> int:
        """In how many bits another of the same family differs."""
        return (int.from_bytes(self.body) ^ int.from_bytes(other.body)).bit_count()


def parse_iscc(text: str) -> str:
    """An ISCC in its canonical spelling: an ISCC-CODE, or a single unit.

    Raises:
        InputError: it is none.
    """
    match = _ISCC.fullmatch(text)
    if match is None or _decoded(match[1]) is None:
        raise InputError(f"{shown(text)} is not an ISCC: ISCC: and the base32 of ISO 24138 expected")
    return text


def parse_pdq(text: str) -> str:
    """A PDQ hash in hex.

    Raises:
        InputError: it is none.
    """
    if _PDQ.fullmatch(text) is None:
        raise InputError(f"{shown(text)} is not a PDQ hash: 64 lower-case hex digits expected")
    return text


def iscc_in(uri: str) -> str | None:
    """The ISCC that a URI is, or that its fragment is; None if it has none."""
    text = uri if uri.startswith("ISCC:") else uri.partition("#")[2]
    try:
        return parse_iscc(text)
    except InputError:
        return None


def codes_of(isccs: Iterable[str], pdq: str | None = None) -> tuple[Code, ...]:
    """The code words to compare that stand in some ISCCs and a PDQ hash.

    A work's own content says more than its bytes: its Data-Code counts only where there is no Content-Code.
    Of each family the first is taken; where full code words are known, short ones are left out.
    """
    found: dict[Family, Code] = {}
    for iscc in isccs:
        for code in _codes_in(iscc):
            found.setdefault(code.family, code)
    if found.keys() - {Family.DATA}:
        found.pop(Family.DATA, None)
    for full, short in _SHORT.items():
        if full in found:
            found.pop(short, None)
    if pdq is not None:
        found[Family.PDQ] = Code(Family.PDQ, bytes.fromhex(parse_pdq(pdq)))
    return tuple(found.values())


def with_short(codes: Iterable[Code]) -> tuple[Code, ...]:
    """The same code words, and the short ones in them: what a file is to be looked for by."""
    codes = tuple(codes)
    short = (Code(_SHORT[c.family], c.body[:_UNIT_BYTES]) for c in codes if c.family in _SHORT)
    return (*codes, *short)


def is_featureless(body: bytes) -> bool:
    """Whether an Image-Code comes from a picture without features, and so would match any other such.

    A quarter of a code has 32 of its 64 bits set, because the median splits 64 coefficients. Where fewer
    than 8 are, most coefficients are equal: a plain colour, a gradient, stripes.
    """
    words = (body[i : i + _UNIT_BYTES] for i in range(0, len(body), _UNIT_BYTES))
    return any(int.from_bytes(word).bit_count() < _UNIT_BYTES for word in words)


def _codes_in(iscc: str) -> list[Code]:
    decoded = _decoded(iscc.removeprefix("ISCC:"))
    if decoded is None:
        raise InputError(f"{shown(iscc)} is not an ISCC")
    main, sub, length, body = decoded
    if main == _CODE:
        # The units before Data and Instance: bit 0 of the length says whether a Content-Code is there.
        if not length & 1 or sub not in _CONTENTS:
            return []
        short = body[-3 * _UNIT_BYTES : -2 * _UNIT_BYTES]
        return _checked(_CONTENTS[sub][1], short)
    if main == _CONTENT and sub in _CONTENTS:
        full, shorter = _CONTENTS[sub]
        if len(body) >= full.bits // 8:
            return _checked(full, body[: full.bits // 8])
        return _checked(shorter, body[:_UNIT_BYTES]) if len(body) >= _UNIT_BYTES else []
    if main == _DATA and len(body) * 8 == _FULL_BITS:
        return [Code(Family.DATA, body)]
    return []


def _checked(family: Family, body: bytes) -> list[Code]:
    image = family in (Family.IMAGE, Family.IMAGE_SHORT)
    return [] if image and is_featureless(body) else [Code(family, body)]


def _decoded(digits: str) -> tuple[int, int, int, bytes] | None:
    """Main type, subtype, length field and body of an ISCC in base32; None if it is none of version 0.

    All ISCCs of the standard have a header of two bytes: four fields of four bits.
    """
    try:
        data = base64.b32decode(digits + "=" * (-len(digits) % 8))
    except ValueError:
        return None
    main, sub, version, length = data[0] >> 4, data[0] & 15, data[1] >> 4, data[1] & 15
    if version or main > _CODE or sub >= _SUBTYPES[main] or length > _LONGEST:
        return None
    body = data[_HEADER_BYTES:]
    canonical = base64.b32encode(data).decode().rstrip("=") == digits
    expected = _code_bytes(sub, length) if main == _CODE else 4 * (length + 1)
    return (main, sub, length, body) if canonical and expected == len(body) else None


def _code_bytes(sub: int, length: int) -> int:
    """How long the body of an ISCC-CODE is: the bits of its length name the units before the last two."""
    return 4 * _UNIT_BYTES if sub == _WIDE else (length.bit_count() + 2) * _UNIT_BYTES
