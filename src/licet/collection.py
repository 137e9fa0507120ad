"""Catalogues from folders and archives: each file is a work, its path inside is its id."""

import hashlib
import tempfile
from pathlib import Path
from typing import IO, Final

from licet.catalog import Catalog
from licet.documents import Work
from licet.errors import InputError
from licet.fingerprint import Progress
from licet.fingerprint.likeness import Content, content_of
from licet.fingerprint.media import HEAD_BYTES, Media, media_of, media_type
from licet.fingerprint.members import Limits, Member, members, reading
from licet.types import Hash32, hash32, shown

_CHUNK: Final = 1 << 20
_MAX_UNPACKED: Final = 1 << 32


def read_collection(
    path: str | Path,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> Catalog:
    """Reads the works of a folder or an archive; memory stays flat, whatever their size.

    Of texts, pictures and sounds the Content-Code is taken, of pictures the PDQ hash too. Hidden files are
    left out. A file of an archive whose content is compared is unpacked for that moment, alone.

    Args:
        path: a folder, or an archive as `licet.fingerprint.members` has them.
        limits: what it may hold.
        progress: called with the number of bytes read since the last call.

    Raises:
        InputError: it cannot be read, it has what no catalogue should, a file is empty, or two are the same.
    """
    path = Path(path)
    works: list[Work] = []
    names: dict[Hash32, str] = {}
    with reading(path):
        for member in members(path, limits):
            work = _work(path, member, progress)
            same = names.setdefault(work.sha256, work.id)
            if same != work.id:
                raise InputError(
                    f"{path}: {shown(same)} and {shown(work.id)} are the same work: leave one out"
                )
            works.append(work)
    if not works:
        raise InputError(f"{path} has no files: a catalogue needs at least one work")
    return Catalog(tuple(works), {}, 1)


def _work(path: Path, member: Member, progress: Progress | None) -> Work:
    if member.path is not None:
        sha256, size = _hashed(member.stream, None, progress)
        content = content_of(member.path)
    else:
        with tempfile.NamedTemporaryFile(prefix="licet-") as copy:
            sha256, size = _hashed(member.stream, copy, progress)
            copy.flush()
            content = content_of(Path(copy.name)) if copy.tell() else Content("application/octet-stream")
    if not size:
        raise InputError(f"{path}: {shown(member.name)} is empty: an empty file is no work; leave it out")
    return Work(member.name, sha256, content.iscc, content.pdq)


def _hashed(stream: IO[bytes], copy: IO[bytes] | None, progress: Progress | None) -> tuple[Hash32, int]:
    """A stream's SHA-256 and size; what can be compared by its content is copied."""
    digest = hashlib.sha256()
    size = 0
    while piece := stream.read(_CHUNK):
        if copy is not None and not size and media_of(media_type(piece[:HEAD_BYTES])) is Media.OTHER:
            copy = None
        digest.update(piece)
        size += len(piece)
        if copy is not None and size <= _MAX_UNPACKED:
            copy.write(piece)
        if progress is not None:
            progress(len(piece))
    return hash32(digest.digest()), size
