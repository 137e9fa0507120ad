"""International Standard Content Codes (ISO 24138), by iscc-core, the standard's reference implementation.

The only module that knows it. A file is read once, in pieces of 1 MiB, for its SHA-256, Data-Code and
Instance-Code together; memory stays flat, whatever its size.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import iscc_core
import xxhash

from licet.fingerprint.exact import Progress
from licet.types import Hash32, hash32

_BITS: Final = 256
_CHUNK: Final = 1 << 20
_FEATURES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class ByteCodes:
    """What a file's bytes alone say.

    Attributes:
        sha256: of its bytes.
        size: how many they are.
        data: the Data-Code, 256 bits.
        instance: the Instance-Code, 256 bits.
    """

    sha256: Hash32
    size: int
    data: str
    instance: str


class ByteHasher:
    """Makes the codes of bytes that come piece by piece."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._instance = iscc_core.InstanceHasher()
        self._chunks = iscc_core.DataHasher()
        self._minima = _Minima()
        self._size = 0

    def push(self, piece: bytes) -> None:
        """Takes the next piece."""
        self._sha256.update(piece)
        self._instance.push(piece)
        self._chunks.push(piece)
        self._size += len(piece)
        if len(self._chunks.chunk_features) >= _FEATURES:
            self._minima.add(self._chunks.chunk_features)
            self._chunks.chunk_features = []

    def codes(self) -> ByteCodes:
        """The codes of all pieces; takes no more of them."""
        # The reference ends the last chunk when it is asked for a digest.
        self._chunks.digest()
        self._minima.add(self._chunks.chunk_features)
        data = _unit(iscc_core.MT.DATA, iscc_core.ST.NONE, self._minima.digest())
        instance = _unit(iscc_core.MT.INSTANCE, iscc_core.ST.NONE, self._instance.digest())
        return ByteCodes(hash32(self._sha256.digest()), self._size, data, instance)


def byte_codes(stream: BinaryIO, progress: Progress | None = None) -> ByteCodes:
    """The codes of a stream's bytes."""
    hasher = ByteHasher()
    while piece := stream.read(_CHUNK):
        hasher.push(piece)
        if progress is not None:
            progress(len(piece))
    return hasher.codes()


def text_code(text: str) -> str | None:
    """The Text-Code of a text, 256 bits; None where nothing but spaces and signs is left of it."""
    collapsed = iscc_core.text_collapse(text)
    if not collapsed:
        return None
    width = iscc_core.core_opts.text_ngram_size
    minima = _Minima()
    # Windows over a long text, in parts that overlap by a window less one character.
    for start in range(0, max(len(collapsed) - width, 0) + 1, _FEATURES):
        part = collapsed[start : start + _FEATURES + width - 1]
        minima.add([_xxh32(window.encode()) for window in iscc_core.sliding_window(part, width)])
    return _unit(iscc_core.MT.CONTENT, iscc_core.ST_CC.TEXT, minima.digest())


def image_code(pixels: Sequence[int]) -> str:
    """The Image-Code of 1,024 grey pixels, 256 bits."""
    return str(iscc_core.gen_image_code(pixels, bits=_BITS)["iscc"])


def audio_code(vector: Sequence[int]) -> str:
    """The Audio-Code of a Chromaprint vector, 256 bits."""
    return str(iscc_core.gen_audio_code(vector, bits=_BITS)["iscc"])


def iscc_code(units: Iterable[str]) -> str:
    """The ISCC-CODE that some units make together: 64 bits of each."""
    return str(iscc_core.gen_iscc_code(list(units))["iscc"])


class _Minima:
    """MinHash of features that come in parts: the least of each of 64 hashes is that of the parts' least."""

    def __init__(self) -> None:
        self._least: list[int] | None = None

    def add(self, features: Sequence[int]) -> None:
        """Takes some features."""
        if features:
            new = iscc_core.alg_minhash(features)
            self._least = new if self._least is None else list(map(min, self._least, new))

    def digest(self) -> bytes:
        """The four lowest bits of each minimum, 256 bits in all."""
        least = self._least or iscc_core.alg_minhash([_xxh32(b"")])
        return bytes(iscc_core.alg_minhash_compress(least, 4))


def _xxh32(data: bytes) -> int:
    return int(xxhash.xxh32_intdigest(data))


def _unit(main: int, sub: int, digest: bytes) -> str:
    unit = iscc_core.encode_component(
        mtype=main, stype=sub, version=iscc_core.VS.V0, bit_length=_BITS, digest=digest
    )
    return f"ISCC:{unit}"
