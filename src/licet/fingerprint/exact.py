"""A work's identity: the SHA-256 of its bytes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from licet.errors import InputError
from licet.types import Hash32, hash32

Progress = Callable[[int], None]
"""Called with how much was done since the last call: bytes here, rows where rows are read."""

_CHUNK = 1 << 20


def sha256_file(path: str | Path, progress: Progress | None = None) -> Hash32:
    """The SHA-256 of a file, read in pieces of 1 MiB.

    Raises:
        InputError: nothing is there, it is a directory or not a regular file, it is empty, or cannot be read.
    """
    path = Path(path)
    digest = hashlib.sha256()
    size = 0
    try:
        check_file(path)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                if progress is not None:
                    progress(len(chunk))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    if not size:
        raise InputError(f"{path} is empty: an empty file is no work")
    return hash32(digest.digest())


def check_file(path: Path) -> None:
    """Refuses what is not a file, before it is opened: opening a pipe would wait for ever.

    Raises:
        InputError: nothing is there, or it is a directory or not a regular file.
    """
    if path.is_dir():
        raise InputError(f"{path} is a directory: name a file")
    if not path.exists():
        raise InputError(f"{path} does not exist: check the path")
    if not path.is_file():
        raise InputError(f"{path} is not a regular file")


def check_new(path: Path) -> None:
    """Refuses to write over what is there.

    Raises:
        InputError: something is there already.
    """
    if path.exists():
        raise InputError(f"{path} is there already: name another file")
