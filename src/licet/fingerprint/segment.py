"""A segment: some works' code words in one file, written once, read through the page cache.

The file is a magic line, the length and CRC-32 of a JSON header, the header, and arrays at multiples of 64
bytes. The header says where each array is, and what CRC-32 it has. Opening checks the header and the file's
length; a look-up checks what it follows, so that a damaged file ends in `IndexDamaged`, never in a crash.
"""

import json
import mmap
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy
from numpy.typing import NDArray

from licet.errors import IndexDamaged
from licet.fingerprint.bands import (
    Words,
    band_count,
    distances,
    key_count,
    keys_of,
    probes,
    words_of,
)
from licet.fingerprint.codes import Code, Family

BANDED_FROM: Final = 1 << 16
"""A family of fewer words has no bands in a segment: they are compared one by one, in 2 ms at most."""

MAX_WORKS: Final = 1 << 24
"""The works of one segment: a list names them in three bytes each."""

_MAGIC: Final = b"licet/similar/1\n"
_PREFIX: Final = struct.Struct("<16sII")
_ALIGN: Final = 64
_MAX_HEADER: Final = 1 << 20
Array = NDArray[Any]


class Near(NamedTuple):
    """A word near another: the number of its work in the segment, and the distance in bits."""

    work: int
    distance: int


class Segment:
    """An open segment."""

    def __init__(self, path: Path) -> None:
        """Opens a file.

        Raises:
            IndexDamaged: it is not what was written.
            FileNotFoundError: it is not there (any more).
        """
        self.path: Final = path
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _PREFIX.size:
                raise self._damaged("it is cut off")
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, length, checksum = _PREFIX.unpack_from(self._data)
        header = self._data[_PREFIX.size : _PREFIX.size + min(length, _MAX_HEADER)]
        if magic != _MAGIC or zlib.crc32(header) != checksum:
            raise self._damaged("its header is not what was written")
        described = json.loads(header)
        if described["size"] != size:
            raise self._damaged(f"it has {size} bytes of {described['size']}")
        self._arrays: Final[dict[str, dict[str, Any]]] = described["arrays"]

    def __getitem__(self, name: str) -> Array:
        entry = self._arrays[name]
        count = int(numpy.prod(entry["shape"]))
        found = numpy.frombuffer(self._data, entry["dtype"], count, entry["at"])
        return found.reshape(entry["shape"])

    @property
    def works(self) -> int:
        """How many works it has."""
        return int(self._arrays["work.asset"]["shape"][0])

    @property
    def families(self) -> tuple[Family, ...]:
        """The families of which it has words."""
        return tuple(family for family in Family if f"{family.title}.words" in self._arrays)

    def near(self, code: Code, radius: int) -> list[Near]:
        """The works with a word within some bits of a code; within what bands promise, all of them.

        Raises:
            IndexDamaged: the file is not what was written.
        """
        name = code.family.title
        if f"{name}.words" not in self._arrays:
            return []
        words, word = self[f"{name}.words"], words_of(code.body, code.family)
        chosen = self._candidates(code.family, word) if f"{name}.lists" in self._arrays else None
        far = distances(words if chosen is None else words[chosen], word)
        hits = numpy.flatnonzero(far <= radius)
        rows = hits if chosen is None else chosen[hits]
        rows, first = numpy.unique(rows, return_index=True)
        owners = self[f"{name}.work"][rows]
        if len(owners) and int(owners.max()) >= self.works:
            raise self._damaged("a word belongs to no work")
        return [Near(int(work), int(bits)) for work, bits in zip(owners, far[hits][first], strict=True)]

    def verified(self) -> dict[str, Array]:
        """All arrays, checked against their checksums.

        Raises:
            IndexDamaged: one of them is not what was written.
        """
        arrays = {name: self[name] for name in self._arrays}
        for name, array in arrays.items():
            if zlib.crc32(array.data) != self._arrays[name]["crc32"]:
                raise self._damaged(f"{name} is not what was written")
        return arrays

    def _candidates(self, family: Family, word: Words) -> Array:
        """The rows listed under the keys near a word's, some of them several times."""
        starts, lists = self[f"{family.title}.starts"], self[f"{family.title}.lists"]
        keys = probes(word, family).astype(numpy.intp)
        bands = numpy.arange(len(keys))[:, None]
        begin = starts[bands, keys].astype(numpy.int64).ravel()
        counts = starts[bands, keys + 1].astype(numpy.int64).ravel() - begin
        size = lists.shape[1]
        if (counts < 0).any() or (begin + counts > size).any():
            raise self._damaged("a list ends before it begins")
        begin += numpy.repeat(numpy.arange(len(keys)) * size, keys.shape[1])
        ends = numpy.cumsum(counts)
        total = int(ends[-1])
        rows = _unpacked(
            lists.reshape(-1, 3)[numpy.repeat(begin - ends + counts, counts) + numpy.arange(total)]
        )
        if total and int(rows.max()) >= size:
            raise self._damaged("a list names a word that is not there")
        return rows

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(f"the index {self.path} is damaged: {what}; build it again", path=self.path)


def banded(words: Words, family: Family) -> dict[str, Array]:
    """The lists of a family's words by their keys, if they are many enough to need any."""
    if len(words) < BANDED_FROM:
        return {}
    keys = keys_of(words, family)
    starts = numpy.zeros((band_count(family), key_count(family) + 1), dtype="<u4")
    lists = numpy.empty((*keys.shape, 3), dtype=numpy.uint8)
    for band, row in enumerate(keys):
        lists[band] = _packed(numpy.argsort(row, kind="stable"))
        starts[band, 1:] = numpy.cumsum(numpy.bincount(row, minlength=key_count(family)))
    return {f"{family.title}.starts": starts, f"{family.title}.lists": lists}


def write_segment(path: Path, arrays: Mapping[str, Array]) -> None:
    """Writes a segment; it is on disk when this returns. May raise `OSError`."""
    described: dict[str, Any] = {}
    at = 0
    for name, array in arrays.items():
        described[name] = {
            "at": at,
            "dtype": array.dtype.str,
            "shape": list(array.shape),
            "crc32": zlib.crc32(numpy.ascontiguousarray(array).data),
        }
        at = _aligned(at + array.nbytes)
    # Where the arrays begin depends on the header's length, which depends on that: room is left for it.
    begin = _aligned(_PREFIX.size + len(json.dumps(described)) + 16 * (len(described) + 2))
    for entry in described.values():
        entry["at"] += begin
    header = json.dumps({"size": begin + at, "arrays": described}).encode()
    with path.open("wb") as file:
        file.write(_PREFIX.pack(_MAGIC, len(header), zlib.crc32(header)) + header)
        for name, array in arrays.items():
            file.seek(described[name]["at"])
            file.write(numpy.ascontiguousarray(array).data)
        file.truncate(begin + at)
        file.flush()
        os.fsync(file.fileno())


def _packed(rows: Array) -> Array:
    """Numbers below 2^24 in three bytes each."""
    return rows.astype("<u4").view(numpy.uint8).reshape(-1, 4)[:, :3]


def _unpacked(rows: Array) -> Array:
    """The numbers that three bytes each stand for."""
    wide = numpy.zeros((len(rows), 4), dtype=numpy.uint8)
    wide[:, :3] = rows
    return wide.view("<u4").ravel()


def _aligned(size: int) -> int:
    return -(-size // _ALIGN) * _ALIGN
