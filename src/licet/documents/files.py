"""Documents as files that somebody names: read, and written whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TypeVar

from licet.documents.base import MAX_DOCUMENT_BYTES, Document
from licet.errors import DocumentInvalid, InputError
from licet.fingerprint import check_file, check_new

_D = TypeVar("_D", bound=Document)


def read_document(kind: type[_D], path: Path) -> _D:
    """A document from a file that the caller names and trusts; no hash is expected of it.

    Raises:
        InputError: the file cannot be read.
        DocumentInvalid: it is not a valid document of this kind.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        return kind.from_bytes(data)
    except DocumentInvalid as error:
        raise DocumentInvalid(f"{path}: {error}", path=path) from error


def write_document(document: Document | bytes, path: Path) -> None:
    """Writes a document, or one of another standard, into a file that the caller names, whole or not at all.

    Raises:
        InputError: the file is there already, or cannot be written.
    """
    check_new(path)
    try:
        write_atomically(path, document if isinstance(document, bytes) else document.to_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror or error}") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file, whole or not at all; raises what the operating system does."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        # Temporary files are private to their owner; published ones are not.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
