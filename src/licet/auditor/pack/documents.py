"""The documents of a pack of evidence: those that an audit read, and no others."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from licet.documents import Document, Library, file_name
from licet.documents.library import Found, Listing
from licet.errors import DocumentMismatch, DocumentMissing
from licet.types import Hash32

FOLDER: Final = "documents/"
"""Where they are in a pack."""


class Keeping(Library):
    """A library that keeps what was read."""

    def __init__(self, library: Library, folder: Path) -> None:
        super().__init__()
        self._library = library
        self._folder = folder
        self._documents: dict[Hash32, str] = {}
        self._altered: set[Hash32] = set()
        (folder / FOLDER).mkdir()

    def packed(self) -> "Packed":
        """What was read, as a pack has it."""
        altered = self._altered - self._documents.keys()
        return Packed(self._documents, altered, lambda name: (self._folder / name).read_bytes())

    def get(self, document_hash: Hash32, uri: str = "") -> bytes:
        """As `Library`; keeps the document, or that something else stood in its place."""
        try:
            data = self._library.get(document_hash, uri)
        except DocumentMismatch:
            self._altered.add(document_hash)
            raise
        if document_hash not in self._documents:
            name = FOLDER + file_name(document_hash)
            (self._folder / name).write_bytes(data)
            self._documents[document_hash] = name
        return data

    def listing(self, kind: type[Document]) -> Listing:
        """As `Library`."""
        return self._library.listing(kind)


class Packed(Library):
    """The documents of a pack."""

    def __init__(
        self, documents: Mapping[Hash32, str], altered: set[Hash32], read: Callable[[str], bytes]
    ) -> None:
        super().__init__(allow_http=False)
        self.altered: Final = altered
        self._documents: Final = documents
        self._read_member: Final = read

    def get(self, document_hash: Hash32, uri: str = "") -> bytes:  # noqa: ARG002 - nothing is fetched
        """As `Library`."""
        if document_hash in self._documents:
            return self._read_member(self._documents[document_hash])
        if document_hash in self.altered:
            raise DocumentMismatch(f"document {document_hash}: what stood in its place has another SHA-256")
        raise DocumentMissing(f"document {document_hash} is not in the pack: the auditor did not find it")

    def listing(self, kind: type[Document]) -> Listing:
        """As `Library`; they have no dates."""
        return Listing(tuple(self._listed(kind)), ())

    def _listed(self, kind: type[Document]) -> Iterator[Found]:
        marker = b'"type":"%s"' % kind.TYPE.encode()
        for document_hash in sorted(self._documents):
            if marker in self.get(document_hash):
                yield Found(document_hash, Path(file_name(document_hash)), 0)
