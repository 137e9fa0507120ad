"""From a registration to the code words of its works."""

from dataclasses import dataclass
from typing import Self

from licet.contracts.events import AssetRegistered
from licet.contracts.publications import catalog_document
from licet.documents import Library, WorkDocument
from licet.errors import DocumentError, DocumentInvalid
from licet.fingerprint.codes import Code, codes_of, iscc_in
from licet.fingerprint.index import Entry
from licet.types import ZERO_HASH, Address, Hash32


@dataclass(frozen=True, slots=True)
class Registered:
    """A registration, as far as its works' likeness goes; what is awaited is kept so in the index's state."""

    asset_id: Hash32
    registrant: Address
    content: Hash32
    works: int
    document_hash: Hash32
    uri: str

    @classmethod
    def of(cls, event: AssetRegistered) -> Self:
        """The registration that an event tells of."""
        return cls(
            event.asset_id, event.registrant, event.content, event.works, event.document_hash, event.uri
        )


def entries_of(registered: Registered, library: Library) -> list[Entry] | None:
    """A registration's works that can be compared; None where its document is not at hand.

    A single work's document is looked for in folders alone: the URI has its ISCC, and nobody could fetch the
    documents of all works there are.
    """
    if registered.works:
        return _of_catalog(registered, library)
    if registered.document_hash == ZERO_HASH:
        return entries_in_uri(registered)
    try:
        document = WorkDocument.from_bytes(library.get(registered.document_hash))
    except DocumentInvalid:
        return entries_in_uri(registered)  # a document about the work, but of another kind
    except DocumentError:
        return None
    if document.sha256 != registered.content:
        return []
    codes = codes_of(document.codes, document.pdq)
    return _single(registered, codes) if codes else entries_in_uri(registered)


def entries_in_uri(registered: Registered) -> list[Entry]:
    """A single work by the ISCC in its URI alone; none if it has none."""
    iscc = iscc_in(registered.uri)
    return _single(registered, codes_of([iscc])) if iscc and not registered.works else []


def _of_catalog(registered: Registered, library: Library) -> list[Entry] | None:
    try:
        document = catalog_document(registered, library)
    except DocumentInvalid:
        return []
    except DocumentError:
        return None
    return [
        Entry(registered.asset_id, registered.registrant, position, work.sha256, codes)
        for position, work in enumerate(document.works)
        if (codes := codes_of([work.iscc] if work.iscc else [], work.pdq))
    ]


def _single(registered: Registered, codes: tuple[Code, ...]) -> list[Entry]:
    return (
        [Entry(registered.asset_id, registered.registrant, None, registered.content, codes)] if codes else []
    )
