"""Published documents: canonical JSON (RFC 8785), identified by SHA-256, found in folders or by URI.

A document's bytes are hostile until their hash has been checked, and its fields until it has been parsed:
whoever wrote the hash on chain may have written anything. Everything wrong with one is a `DocumentError`.
"""

from licet.documents.canonical import canonical_json, parse_json, sha256
from licet.documents.kinds import (
    CatalogDocument,
    Document,
    OfferDocument,
    OrderDocument,
    PayeeShare,
    SplitDocument,
    TermsDocument,
    Work,
)
from licet.documents.store import (
    Found,
    Library,
    Listing,
    Published,
    Publisher,
    file_name,
    ni_uri,
    read_document,
    write_document,
)

__all__ = [
    "CatalogDocument",
    "Document",
    "Found",
    "Library",
    "Listing",
    "OfferDocument",
    "OrderDocument",
    "PayeeShare",
    "Published",
    "Publisher",
    "SplitDocument",
    "TermsDocument",
    "Work",
    "canonical_json",
    "file_name",
    "ni_uri",
    "parse_json",
    "read_document",
    "sha256",
    "write_document",
]
