"""The local similarity index: a folder of segments, and a list of them that changes in one step.

Works are only ever added. What is added becomes a segment of its own; segments of about the same size are
merged, so that there are never many. A crash at any moment leaves the former state, or the new one.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy

from licet.errors import IndexDamaged, InputError
from licet.fingerprint.bands import words_of
from licet.fingerprint.codes import Code, Family
from licet.fingerprint.segment import MAX_WORKS, Array, Segment, banded, write_segment
from licet.types import Address, Hash32, address_bytes, hash32, hash_bytes

_MANIFEST: Final = "index.json"
_VERSION: Final = 1
_NO_POSITION: Final = (1 << 32) - 1
_CONTENT_BYTES: Final = 8
_RETRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A work to be found again.

    Attributes:
        asset_id: the asset that it is, or is in.
        registrant: who claims it; 20 bytes in hex, in any case.
        position: its place in a catalogue, from 0; None for a single work.
        content: its SHA-256.
        codes: what it is compared by; at most one of each family.
    """

    asset_id: Hash32
    registrant: str
    position: int | None
    content: Hash32
    codes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A work near what was looked for.

    Attributes:
        asset_id: the asset that it is, or is in.
        registrant: who claims it, 20 bytes in lower-case hex.
        position: its place in a catalogue, from 0; None for a single work.
        content: the first 8 bytes of its SHA-256.
        family: what was compared.
        distance: in how many bits its code word differs.
    """

    asset_id: Hash32
    registrant: str
    position: int | None
    content: bytes
    family: Family
    distance: int


@dataclass
class _Gathered:
    """The arrays of a segment, as they grow."""

    assets: list[bytes] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    registrants: dict[bytes, int] = field(default_factory=dict)
    numbers: dict[bytes, int] = field(default_factory=dict)
    work_asset: list[int] = field(default_factory=list)
    position: list[int] = field(default_factory=list)
    content: list[bytes] = field(default_factory=list)
    words: dict[Family, tuple[bytearray, list[int]]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Takes a work."""
        asset = hash_bytes(entry.asset_id)
        if asset not in self.numbers:
            registrant = address_bytes(Address(entry.registrant))
            self.numbers[asset] = len(self.assets)
            self.assets.append(asset)
            self.owners.append(self.registrants.setdefault(registrant, len(self.registrants)))
        for code in entry.codes:
            bodies, works = self.words.setdefault(code.family, (bytearray(), []))
            bodies += code.body
            works.append(len(self.work_asset))
        self.work_asset.append(self.numbers[asset])
        self.position.append(_NO_POSITION if entry.position is None else entry.position)
        self.content.append(hash_bytes(entry.content)[:_CONTENT_BYTES])

    def arrays(self) -> dict[str, Array]:
        """The arrays, without lists by keys."""
        arrays: dict[str, Array] = {
            "asset.id": _rows(self.assets, 32),
            "asset.registrant": numpy.array(self.owners, dtype="<u4"),
            "registrant": _rows(list(self.registrants), 20),
            "work.asset": numpy.array(self.work_asset, dtype="<u4"),
            "work.position": numpy.array(self.position, dtype="<u4"),
            "work.content": _rows(self.content, _CONTENT_BYTES),
        }
        for family, (bodies, works) in self.words.items():
            arrays[f"{family.title}.words"] = words_of(bytes(bodies), family)
            arrays[f"{family.title}.work"] = numpy.array(works, dtype="<u4")
        return arrays


class SimilarityIndex:
    """An index in a folder; what was looked up stays open until the index changes."""

    def __init__(self, folder: str | Path) -> None:
        """Opens the index in a folder; one that is not there is empty.

        Raises:
            IndexDamaged: it is not what was written: `clear` it, and add everything anew.
            InputError: it cannot be read.
        """
        self.folder: Final = Path(folder)
        self._segments: list[Segment] = []
        self.state: Mapping[str, Any] = {}
        self._open()

    @property
    def works(self) -> int:
        """How many works it has."""
        return sum(segment.works for segment in self._segments)

    @property
    def size(self) -> int:
        """How many bytes it has on disk."""
        return sum(path.stat().st_size for path in self.folder.iterdir()) if self.folder.is_dir() else 0

    def find(self, codes: Iterable[Code], radius: Mapping[Family, int]) -> list[Hit]:
        """The works near some code words, in no order.

        Args:
            codes: what to look for.
            radius: how many bits may differ, by family; others are not compared.

        Raises:
            IndexDamaged: the index is not what was written.
        """
        return [
            self._hit(segment, work, code.family, distance)
            for code in codes
            if code.family in radius
            for segment in self._segments
            for work, distance in segment.near(code, radius[code.family])
        ]

    def add(self, entries: Iterable[Entry], state: Mapping[str, Any]) -> None:
        """Adds works, and notes how far whoever adds them has come; both in one step.

        Raises:
            IndexDamaged: what was there before is not what was written.
            InputError: the folder cannot be written.
        """
        with self._changing():
            self._open()
            new = _Gathered()
            for entry in entries:
                new.add(entry)
            names = [segment.path.name for segment in self._segments]
            if new.work_asset:
                names = self._merged(new.arrays())
            self._commit(names, state)

    def clear(self) -> None:
        """Empties the index.

        Raises:
            InputError: the folder cannot be written.
        """
        with self._changing():
            self._segments = []
            self._commit([], {})

    def _hit(self, segment: Segment, work: int, family: Family, distance: int) -> Hit:
        position = int(segment["work.position"][work])
        try:
            asset = int(segment["work.asset"][work])
            registrant = segment["registrant"][int(segment["asset.registrant"][asset])]
            return Hit(
                hash32(segment["asset.id"][asset].tobytes()),
                "0x" + registrant.tobytes().hex(),
                None if position == _NO_POSITION else position,
                segment["work.content"][work].tobytes(),
                family,
                distance,
            )
        except IndexError as error:
            what = "a work belongs to no asset; build it again"
            raise IndexDamaged(f"the index {segment.path} is damaged: {what}", path=segment.path) from error

    def _merged(self, new: dict[str, Array]) -> list[str]:
        """Writes a segment with the new works, and those of all segments that are not much larger."""
        kept = list(self._segments)
        parts = [new]
        size = len(new["work.asset"])
        while kept and kept[-1].works < min(2 * size, MAX_WORKS - size):
            size += kept[-1].works
            parts.insert(0, kept.pop().verified())
        arrays = _joined(parts)
        for family in Family:
            if f"{family.title}.words" in arrays:
                arrays |= banded(arrays[f"{family.title}.words"], family)
        name = f"{secrets.token_hex(8)}.segment"
        write_segment(self.folder / name, arrays)
        return [*(segment.path.name for segment in kept), name]

    def _commit(self, names: list[str], state: Mapping[str, Any]) -> None:
        """Makes these the segments, in one step; then removes what is no longer one."""
        data = json.dumps({"version": _VERSION, "segments": names, "state": state}).encode()
        temporary = self.folder / f".{_MANIFEST}"
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / _MANIFEST)
        for path in self.folder.glob("*.segment"):
            if path.name not in names:
                path.unlink(missing_ok=True)
        self._open()

    def _open(self) -> None:
        for attempt in range(_RETRIES):
            try:
                self._segments, self.state = self._read()
                return
            except FileNotFoundError as error:
                # Somebody else has just replaced a segment: the list that names the new one is there.
                if attempt == _RETRIES - 1:
                    raise IndexDamaged(
                        f"the index {self.folder} lacks {error.filename}; build it again"
                    ) from error
            except OSError as error:
                raise InputError(
                    f"the index {self.folder} cannot be read: {error.strerror or error}"
                ) from error

    def _read(self) -> tuple[list[Segment], Mapping[str, Any]]:
        path = self.folder / _MANIFEST
        if not path.exists():
            return [], {}
        try:
            data = json.loads(path.read_bytes())
            if data["version"] != _VERSION:
                raise IndexDamaged(f"the index {path} is of version {data['version']}; build it again")
            open_now = {segment.path.name: segment for segment in self._segments}
            segments = [open_now.get(name) or Segment(self.folder / name) for name in data["segments"]]
            return segments, dict(data["state"])
        except (ValueError, LookupError, TypeError) as error:
            raise IndexDamaged(f"the index {path} is damaged: {error}; build it again", path=path) from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Keeps other programs from changing the folder meanwhile, where the system can."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "lock").open("wb") as lock:
                with contextlib.suppress(ImportError):
                    import fcntl

                    fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise InputError(
                f"the index {self.folder} cannot be written: {error.strerror or error}"
            ) from error


def remove_index(folder: Path) -> None:
    """Removes an index that is damaged, and nothing else from its folder.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        for path in (folder / _MANIFEST, *folder.glob("*.segment")):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"the index {folder} cannot be written: {error.strerror or error}") from error


def _joined(parts: list[dict[str, Array]]) -> dict[str, Array]:
    """The works of several segments in one; their numbers move up."""
    arrays: dict[str, list[Array]] = {}
    works = assets = registrants = 0
    for part in parts:
        moved = {"asset.registrant": registrants, "work.asset": assets}
        for name, array in part.items():
            if name.endswith((".starts", ".lists")):
                continue
            by = works if name.endswith(".work") else moved.get(name, 0)
            arrays.setdefault(name, []).append(array + numpy.uint32(by) if by else array)
        works += len(part["work.asset"])
        assets += len(part["asset.id"])
        registrants += len(part["registrant"])
    return _named_once({name: numpy.concatenate(found) for name, found in arrays.items()})


def _named_once(arrays: dict[str, Array]) -> dict[str, Array]:
    """The same arrays, each registrant in them once."""
    unique, place = numpy.unique(arrays["registrant"], axis=0, return_inverse=True)
    place = place.ravel()[arrays["asset.registrant"]].astype("<u4")
    return arrays | {"registrant": unique, "asset.registrant": place}


def _rows(items: list[bytes], width: int) -> Array:
    return numpy.frombuffer(b"".join(items), dtype=numpy.uint8).reshape(-1, width)
