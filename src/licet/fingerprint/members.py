"""The files of a folder or an archive, one after the other, none of them held in memory.

Archives are `.zip`, `.tar`, and `.tar` compressed by gzip, bzip2 or xz. They come from anybody: names that
lead elsewhere, links, devices, names that stand twice, and more bytes than could be meant are refused.
"""

import bz2
import gzip
import lzma
import os
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, NamedTuple

from licet.errors import InputError
from licet.types import shown

_SUFFIX: Final = re.compile(r"\.(zip|tar|tgz|txz|tbz2?|tar\.(gz|xz|bz2))", re.IGNORECASE)
_MAX_NAME: Final = 1024
_MAX_READ: Final = 64 << 20
_BROKEN: Final = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold, and a folder.

    Attributes:
        members: how many files.
        bytes: how many bytes in all, once unpacked.
    """

    members: int = 1_000_000
    bytes: int = 1 << 40


class Member(NamedTuple):
    """A file of a folder or an archive.

    Attributes:
        name: its path inside, with `/`.
        path: where it lies on disk; None in an archive.
        stream: its bytes; good until the next member is asked for.
    """

    name: str
    path: Path | None
    stream: IO[bytes]


def is_archive(path: Path) -> bool:
    """Whether a file is named as an archive is."""
    return any(_SUFFIX.fullmatch(path.name[i:]) for i in range(len(path.name)) if path.name[i] == ".")


def members(path: Path, limits: Limits = Limits()) -> Iterator[Member]:
    """The files of a folder, sorted by name, or of an archive, in its order; hidden ones are left out.

    Use it, and the streams, within `reading`.

    Raises:
        InputError: it has what no catalogue should.
    """
    names: set[str] = set()
    for member in _in_folder(path) if path.is_dir() else _in_archive(path, limits):
        if member.name in names:
            raise InputError(f"{path}: {shown(member.name)} stands there twice: leave one out")
        names.add(member.name)
        if len(names) > limits.members:
            raise InputError(f"{path} has more than {limits.members:,} files: make several catalogues")
        yield member


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns what members and their streams trip over, where an archive is broken, into `InputError`."""
    try:
        yield
    except _BROKEN as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(f"{path} cannot be read to its end: {reason}") from error


def _in_folder(folder: Path) -> Iterator[Member]:
    def refuse(error: OSError) -> None:
        raise error

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in [*folders, *files] if not name.startswith(".")):
            path = Path(parent, name)
            if path.is_symlink():
                raise InputError(f"{path} is a link: put the file itself there, or leave it out")
            if name in files:
                if not path.is_file():
                    raise InputError(f"{path} is not a regular file")
                with path.open("rb") as stream:
                    yield Member(_checked(path.relative_to(folder).as_posix(), folder), path, stream)


def _in_archive(path: Path, limits: Limits) -> Iterator[Member]:
    if not path.is_file():
        raise InputError(f"{path} is neither a folder nor a regular file")
    with path.open("rb") as file:
        return _in_zip(path, limits) if file.read(2) == b"PK" else _in_tar(path, limits)


def _in_zip(path: Path, limits: Limits) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        total = 0
        for info in archive.infolist():
            name = _checked(info.filename, path)
            if info.is_dir() or _hidden(name):
                continue
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
                raise _no_file(path, name)
            if info.flag_bits & 1:
                raise InputError(
                    f"{path}: {shown(name)} is encrypted: unpack it yourself, and name the folder"
                )
            total += info.file_size
            _check_size(path, total, limits)
            # What is read is never more than the size that was counted.
            with archive.open(info) as stream:
                yield Member(name, None, stream)


def _in_tar(path: Path, limits: Limits) -> Iterator[Member]:
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        stream = stack.enter_context(_unpacked(raw))
        bounded: Any = _Bounded(stream, path, limits)
        archive = stack.enter_context(tarfile.TarFile(fileobj=bounded, mode="r"))
        for info in archive:
            # An archive remembers all of its members, which are of no more use.
            archive.members = []  # type: ignore[attr-defined]
            name = _checked(info.name, path)
            if info.isdir() or _hidden(name):
                continue
            content = archive.extractfile(info) if info.isreg() else None
            if content is None:
                raise _no_file(path, name)
            yield Member(name, None, content)
        bounded.finish()


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    """The stream of a tar, whatever it is compressed by."""
    head = raw.read(6)
    raw.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    if head.startswith(b"BZh"):
        return bz2.BZ2File(raw)
    return lzma.LZMAFile(raw) if head == b"\xfd7zXZ\x00" else raw


class _Bounded:
    """A stream that gives no more bytes in all than allowed, and not too many at once.

    Headers of tar archives say themselves how long they are, and are read at once.
    """

    def __init__(self, stream: IO[bytes], path: Path, limits: Limits) -> None:
        self._stream = stream
        self._path = path
        self._limits = limits
        self._last = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _MAX_READ:
            raise InputError(f"{self._path} has a header of {size} bytes: it is no honest archive")
        data = self._stream.read(size)
        _check_size(self._path, self._stream.tell(), self._limits)
        self._last = data
        return data

    def finish(self) -> None:
        """Reads to the end, where checksums stand; nothing but zeros may be left.

        A header that is broken would else pass for the end of the archive.
        """
        while self._last:
            if self._last.strip(b"\0"):
                raise tarfile.ReadError("a header is broken")
            self.read(_MAX_READ >> 6)

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_SET:
            _check_size(self._path, position, self._limits)
        return self._stream.seek(position, whence)

    def tell(self) -> int:
        return self._stream.tell()


def _checked(name: str, path: Path) -> str:
    """A member's name, which must stay inside and print.

    Raises:
        InputError: it does not.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or ":" in parts[0]:
        raise InputError(f"{path}: the name {shown(name)} leads out of the archive")
    if len(name) > _MAX_NAME or not name.isprintable():
        raise InputError(f"{path}: {shown(name)} is no name that people could read")
    return "/".join(part for part in parts if part != ".")


def _hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/")) or name.startswith("__MACOSX/")


def _no_file(path: Path, name: str) -> InputError:
    return InputError(f"{path}: {shown(name)} is a link or a device: only files can be registered")


def _check_size(path: Path, size: int, limits: Limits) -> None:
    if size > limits.bytes:
        raise InputError(f"{path} unpacks to more than {limits.bytes:,} bytes: make several catalogues")
