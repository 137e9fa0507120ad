"""Archives of evidence: ZIP files of which every byte follows from what is in them.

Nothing is compressed, dated or commented on. The first member, `manifest.json`, says what the others are; an
archive that is read is compared, byte for byte, with the one that its manifest leads to. So nothing in it has
to be interpreted: no paths, no sizes that are not its own, no members twice.
"""

import hashlib
import io
import re
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

from licet.documents.canonical import canonical_json, parse_json
from licet.errors import DocumentError, InputError, PackInvalid
from licet.fingerprint import check_file

MANIFEST: Final = "manifest.json"
REPORT: Final = "report.jsonl"
CONVERSATION: Final = "conversation.jsonl.gz"
ALTERED: Final = "documents/altered.json"
SIGNATURE: Final = "signature.json"
SIGNATURE_BYTES: Final = 148
"""`{"signature":"0x…"}`, of 65 bytes."""

_NAMES: Final = re.compile(
    rf"{re.escape(REPORT)}|{re.escape(CONVERSATION)}|documents/(altered|[0-9a-f]{{64}})\.json"
)
_MAX_MANIFEST_BYTES: Final = 16 << 20
_MAX_BYTES: Final = (1 << 32) - 1
_MAX_MEMBERS: Final = (1 << 16) - 1
_AT_ONCE: Final = 1 << 20
_ROOM: Final = 32 << 20
"""For what stands at the archive's end."""

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_FIRST_DAY: Final = 0x21
"""1980-01-01, before which a ZIP knows no dates."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: where its contents begin, and how long and what they are."""

    name: str
    start: int
    size: int
    sha256: str
    crc: int

    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"name": self.name, "sha256": self.sha256, "size": self.size}

    def local_header(self) -> bytes:
        """What stands before its contents."""
        name = self.name.encode()
        fields = (_VERSION, 0, 0, 0, _FIRST_DAY, self.crc, self.size, self.size, len(name), 0)
        return _LOCAL.pack(b"PK\3\4", *fields) + name

    def central_header(self) -> bytes:
        """What stands of it at the archive's end."""
        name = self.name.encode()
        fields = (_VERSION, _VERSION, 0, 0, 0, _FIRST_DAY, self.crc, self.size, self.size, len(name))
        offset = self.start - len(self.local_header())
        return _CENTRAL.pack(b"PK\1\2", *fields, 0, 0, 0, 0, 0, offset) + name


def write_archive(
    into: IO[bytes], manifest: bytes, files: Sequence[tuple[str, Path]], signature: bytes | None
) -> None:
    """Writes an archive.

    Args:
        into: an empty file.
        manifest: made by `manifest_of` of the same files.
        files: the names of all other members, in order, and where they are.
        signature: of the manifest, if there is one.

    Raises:
        InputError: it is too large.
    """
    members = [_append(into, MANIFEST, io.BytesIO(manifest))]
    for name, path in files:
        with path.open("rb") as content:
            members.append(_append(into, name, content))
    if signature is not None:
        members.append(_append(into, SIGNATURE, io.BytesIO(signature)))
    into.write(_directory(members))


def manifest_of(facts: dict[str, Any], files: Sequence[tuple[str, Path]]) -> bytes:
    """What says which files an archive has, and what they are.

    Args:
        facts: what it says besides.
        files: their names, in order, and where they are.
    """
    entries = []
    for name, path in files:
        with path.open("rb") as content:
            entries.append(_measured(name, content, 0).entry())
    return canonical_json(facts | {"files": entries})


class Archive:
    """An archive that is, byte for byte, the one that its manifest leads to."""

    def __init__(self, path: Path) -> None:
        """Reads an archive, and checks it against its manifest.

        Raises:
            InputError: the file cannot be read, or is no archive of evidence.
            PackInvalid: it is not what its manifest says.
        """
        check_file(path)
        self._file: Final = path.open("rb")
        try:
            manifest = self._first()
            self.manifest_bytes: Final = manifest
            self.manifest: Final = _parsed(manifest)
            self._members: Final = self._checked(manifest)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def members(self) -> Mapping[str, Member]:
        """The members, by name."""
        return self._members

    def open(self, name: str) -> IO[bytes]:
        """A member's contents, as a file.

        Raises:
            PackInvalid: it has no such member.
        """
        if name not in self._members:
            raise PackInvalid(f"the pack does not hold: it has no {name}")
        member = self._members[name]
        return io.BufferedReader(_Part(self._file, member.start, member.size), _AT_ONCE)

    def read(self, name: str) -> bytes:
        """A member's contents. Raises as `open`."""
        with self.open(name) as file:
            return file.read()

    def _first(self) -> bytes:
        """The manifest's bytes, from the file's beginning."""
        header = self._file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise InputError(f"{self._file.name} is no pack of evidence: `licet audit --pack` makes one")
        size = _LOCAL.unpack(header)[8]
        if size > _MAX_MANIFEST_BYTES:
            raise InputError(f"{self._file.name} is no pack of evidence: its manifest is too large")
        name = self._file.read(len(MANIFEST))
        if name != MANIFEST.encode():
            raise InputError(f"{self._file.name} is no pack of evidence: it does not begin with a manifest")
        return self._file.read(size)

    def _checked(self, manifest: bytes) -> dict[str, Member]:
        """All members, after comparing every byte with what the manifest leads to."""
        expected: list[dict[str, Any]] = [
            {"name": MANIFEST, "size": len(manifest), "sha256": hashlib.sha256(manifest).hexdigest()}
        ]
        expected += _entries(self.manifest)
        if self.manifest.get("signer") is not None:
            expected.append({"name": SIGNATURE, "size": SIGNATURE_BYTES, "sha256": None})
        members = []
        self._file.seek(0)
        for entry in expected:
            header = self._file.read(_LOCAL.size + len(entry["name"]))
            start = self._file.tell()
            member = _measured(entry["name"], self._file, start, entry["size"])
            if member.size != entry["size"] or entry["sha256"] not in (None, member.sha256):
                raise PackInvalid(f"the pack does not hold: {entry['name']} is not what the manifest says")
            if header != member.local_header():
                raise PackInvalid(f"the pack does not hold: what stands before {entry['name']} was altered")
            members.append(member)
        directory = _directory(members)
        if self._file.read(len(directory) + 1) != directory:
            raise PackInvalid("the pack does not hold: its end was altered, or something was added")
        return {member.name: member for member in members}


class _Part(io.RawIOBase):
    """A part of a file."""

    def __init__(self, file: IO[bytes], start: int, size: int) -> None:
        self._whole = file
        self._at = start
        self._end = start + size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._whole.seek(self._at)
        data = self._whole.read(min(len(buffer), self._end - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _entries(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """What a manifest says of the files, which may be anything."""
    entries = manifest.get("files")
    if not isinstance(entries, list) or len(entries) > _MAX_MEMBERS - 2:
        raise PackInvalid("the pack does not hold: its manifest lists no files")
    names = []
    for entry in entries:
        if not isinstance(entry, dict) or set(entry) != {"name", "sha256", "size"}:
            raise PackInvalid("the pack does not hold: its manifest lists no files")
        name, size = entry["name"], entry["size"]
        if not isinstance(name, str) or not _NAMES.fullmatch(name):
            raise PackInvalid("the pack does not hold: its manifest lists a file that no pack has")
        if not isinstance(size, int) or not isinstance(entry["sha256"], str) or not 0 <= size <= _MAX_BYTES:
            raise PackInvalid(f"the pack does not hold: its manifest does not say what {name} is")
        names.append(name)
    if names != sorted(set(names)):
        raise PackInvalid("the pack does not hold: its manifest lists a file twice, or out of order")
    return entries


def _parsed(manifest: bytes) -> dict[str, Any]:
    try:
        parsed = parse_json(manifest)
        if isinstance(parsed, dict) and canonical_json(parsed) == manifest:
            return parsed
    except (DocumentError, InputError) as error:
        raise PackInvalid(f"the pack does not hold: its manifest is none ({error})") from error
    raise PackInvalid("the pack does not hold: its manifest is not spelled as one is")


def _append(into: IO[bytes], name: str, content: IO[bytes]) -> Member:
    measured = _measured(name, content, 0)
    start = into.tell() + len(measured.local_header())
    if start + measured.size > _MAX_BYTES - _ROOM:
        raise InputError("the evidence has more than 4 GB: audit without a pack")
    member = Member(name, start, measured.size, measured.sha256, measured.crc)
    into.write(member.local_header())
    content.seek(0)
    for chunk in _chunks(content, member.size):
        into.write(chunk)
    return member


def _directory(members: Sequence[Member]) -> bytes:
    """The end of an archive."""
    headers = b"".join(member.central_header() for member in members)
    start = members[-1].start + members[-1].size
    return headers + _END.pack(b"PK\5\6", 0, 0, len(members), len(members), len(headers), start, 0)


def _measured(name: str, content: IO[bytes], start: int, size: int = _MAX_BYTES) -> Member:
    """A member, from its contents: from a place in a file, so many bytes at most."""
    content.seek(start)
    hash_, crc, read = hashlib.sha256(), 0, 0
    for chunk in _chunks(content, size):
        hash_.update(chunk)
        crc = zlib.crc32(chunk, crc)
        read += len(chunk)
    return Member(name, start, read, hash_.hexdigest(), crc)


def _chunks(content: IO[bytes], size: int) -> Iterator[bytes]:
    while size and (chunk := content.read(min(size, _AT_ONCE))):
        size -= len(chunk)
        yield chunk
