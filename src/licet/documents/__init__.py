"""Published documents: canonical JSON (RFC 8785), identified by SHA-256, found in folders or by URI.

A document's bytes are hostile until their hash has been checked, and its fields until it has been parsed:
whoever wrote the hash on chain may have written anything. Everything wrong with one is a `DocumentError`.
"""

from licet.documents.base import Document
from licet.documents.canonical import canonical_json, parse_json, sha256
from licet.documents.evidence import EvidenceDocument
from licet.documents.files import read_document, write_document
from licet.documents.kinds import (
    CatalogDocument,
    OfferDocument,
    OrderDocument,
    PayeeShare,
    SplitDocument,
    Work,
)
from licet.documents.library import Found, Library, Listing
from licet.documents.names import file_name, ni_uri
from licet.documents.previews import Preview
from licet.documents.proofs import UsageProof
from licet.documents.publishing import Published, Publisher
from licet.documents.receipts import ReceiptDocument
from licet.documents.signed import ApprovalDocument, ClaimDocument, VoucherDocument
from licet.documents.statements import StatementDocument
from licet.documents.terms import TermsDocument
from licet.documents.trust import TrustPolicy
from licet.documents.usage import UsageLog, UsageRecord, verify_usage
from licet.documents.works import WorkDocument

__all__ = [
    "ApprovalDocument",
    "CatalogDocument",
    "ClaimDocument",
    "Document",
    "EvidenceDocument",
    "Found",
    "Library",
    "Listing",
    "OfferDocument",
    "OrderDocument",
    "PayeeShare",
    "Preview",
    "Published",
    "Publisher",
    "ReceiptDocument",
    "SplitDocument",
    "StatementDocument",
    "TermsDocument",
    "TrustPolicy",
    "UsageLog",
    "UsageProof",
    "UsageRecord",
    "VoucherDocument",
    "Work",
    "WorkDocument",
    "canonical_json",
    "file_name",
    "ni_uri",
    "parse_json",
    "read_document",
    "sha256",
    "verify_usage",
    "write_document",
]
