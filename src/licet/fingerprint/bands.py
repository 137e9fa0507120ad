"""Bands: which code words may be near another, found without looking at all of them.

A code word is cut into bands, and each band is a key under which the word is listed. A query reads the lists
of its own keys, and of keys near them.

- Most families compare by Hamming distance: a word of 64, 128 or 256 bits has 4, 8 or 16 bands of 16 bits,
  and lists are read whose keys differ in at most two bits. Of words that differ in fewer bits than three for
  each band (11 of 64, 23 of 128, 47 of 256) some band differs in at most two: all of them are found, by the
  pigeonhole principle. Beyond, most are.
- Text and bytes compare by MinHash: the 256 bits are 64 symbols of four, each the same in both words with a
  probability that is the share of their features in common. A band is three symbols; 24 bands find half of
  what has 37 % of its features in common, and 99 of 100 of what has 60 %.
"""

from itertools import combinations
from typing import Final

import numpy
from numpy.typing import NDArray

from licet.fingerprint.codes import Family

Words = NDArray[numpy.uint64]
"""Code words as rows of 64-bit integers, in the order of their bytes."""

_KEY_BITS: Final = 16
_SYMBOLS: Final = 64
_SYMBOL_BANDS: Final = 24
_SYMBOL_KEY_BITS: Final = 12
_MINHASH: Final = frozenset((Family.TEXT, Family.DATA))
_AT_ONCE: Final = 1 << 16

_FLIPS: Final = numpy.array(
    [0]
    + [1 << i for i in range(_KEY_BITS)]
    + [1 << i | 1 << j for i, j in combinations(range(_KEY_BITS), 2)],
    dtype=numpy.uint16,
)
# Which symbols make up a band: 63 of them once, and three bands more.
_CHOSEN: Final = numpy.array(
    [[i, i + 21, i + 42] for i in range(21)] + [[i, i + 10, i + 63 - 3 * i] for i in range(3)]
)


def words_of(bodies: bytes, family: Family) -> Words:
    """Code words from their bytes, one after the other."""
    return numpy.frombuffer(bodies, dtype="<u8").reshape(-1, family.bits // 64)


def band_count(family: Family) -> int:
    """How many bands a word of a family has."""
    return _SYMBOL_BANDS if family in _MINHASH else family.bits // _KEY_BITS


def key_count(family: Family) -> int:
    """How many keys a band of a family may have."""
    return 1 << (_SYMBOL_KEY_BITS if family in _MINHASH else _KEY_BITS)


def keys_of(words: Words, family: Family) -> NDArray[numpy.uint16]:
    """The keys of words, a row of them for each band."""
    if family in _MINHASH:
        parts = (words[i : i + _AT_ONCE] for i in range(0, len(words), _AT_ONCE))
        return numpy.concatenate([_symbol_keys(part) for part in parts], axis=1)
    return numpy.ascontiguousarray(numpy.ascontiguousarray(words).view("<u2").T)


def probes(word: Words, family: Family) -> NDArray[numpy.uint16]:
    """The keys under which to look for one word, a row of them for each band."""
    keys = keys_of(word, family)
    return keys if family in _MINHASH else keys ^ _FLIPS


def distances(words: Words, word: Words) -> NDArray[numpy.int64]:
    """In how many bits words differ from one."""
    far: NDArray[numpy.int64] = numpy.bitwise_count(words ^ word).sum(axis=1, dtype=numpy.int64)
    return far


def _symbol_keys(words: Words) -> NDArray[numpy.uint16]:
    """Bit i of each quarter of a word belongs to symbol i."""
    planes = numpy.unpackbits(numpy.ascontiguousarray(words).view(numpy.uint8), axis=1)
    symbols = numpy.zeros((len(words), _SYMBOLS), dtype=numpy.uint16)
    for plane in range(4):
        symbols |= planes[:, plane * _SYMBOLS : (plane + 1) * _SYMBOLS].astype(numpy.uint16) << plane
    chosen = symbols[:, _CHOSEN]
    keys: NDArray[numpy.uint16] = (
        (chosen[..., 0] << 8 | chosen[..., 1] << 4 | chosen[..., 2]).astype(numpy.uint16).T
    )
    return keys
