"""Publishing documents: into a folder, each under its hash."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from licet.documents.base import Document
from licet.documents.canonical import sha256
from licet.documents.files import write_atomically
from licet.documents.names import file_name, ni_uri
from licet.errors import InputError
from licet.rights.typed_data import MAX_URI_BYTES
from licet.types import Hash32, shown

# A slash, a file's name, and a work's ISCC as the fragment.
_NAME_BYTES: Final = 1 + 69 + 1 + 64


@dataclass(frozen=True, slots=True)
class Published:
    """What goes on chain: a document's SHA-256 and the URI where it can be fetched."""

    hash: Hash32
    uri: str


class Publisher:
    """Writes documents into a folder that somebody serves, or hands on."""

    def __init__(self, directory: str | Path, base_uri: str | None = None) -> None:
        """A publisher into one folder.

        Args:
            directory: made if it is not there.
            base_uri: where the folder can be fetched from; without it, URIs are `ni:` names.

        Raises:
            InputError: the base URI has no scheme, or makes URIs that the contracts refuse.
        """
        self.directory = Path(directory)
        self.base_uri = None if base_uri is None else base_uri.rstrip("/")
        if self.base_uri is not None:
            if not urlsplit(self.base_uri).scheme:
                raise InputError(f"the base URI {shown(base_uri)} has no scheme: https://… expected")
            if len(self.base_uri.encode()) + _NAME_BYTES > MAX_URI_BYTES:
                raise InputError(f"the base URI is too long: a URI has at most {MAX_URI_BYTES} bytes")

    def publish(self, document: Document | bytes) -> Published:
        """Writes a document, whole or not at all; one that is there already is left as it is.

        Raises:
            InputError: the folder cannot be written.
        """
        data = document if isinstance(document, bytes) else document.to_bytes()
        document_hash = sha256(data)
        self._keep(file_name(document_hash), data, document_hash)
        return Published(document_hash, self.uri(document_hash))

    def publish_beside(self, data: bytes, name: str) -> None:
        """Writes what a document names by its hash, and is none itself: a preview.

        Args:
            data: its bytes.
            name: its file's name, as the document has it.

        Raises:
            InputError: the folder cannot be written.
        """
        self._keep(name, data, sha256(data))

    def _keep(self, name: str, data: bytes, document_hash: Hash32) -> None:
        path = self.directory / name
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            # Rewriting would move the date at which it was first seen.
            if not path.is_file() or sha256(path.read_bytes()) != document_hash:
                write_atomically(path, data)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}") from error

    def uri(self, document_hash: Hash32) -> str:
        """The URI of a document of this publisher."""
        return (
            ni_uri(document_hash) if self.base_uri is None else f"{self.base_uri}/{file_name(document_hash)}"
        )
