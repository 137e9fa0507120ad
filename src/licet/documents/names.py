"""How documents are named: by their hash, as a URI and as a file."""

import base64

from licet.types import Hash32, hash_bytes


def ni_uri(document_hash: Hash32) -> str:
    """The RFC 6920 name of a SHA-256: says what a document is, and not where."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(hash_bytes(document_hash)).decode().rstrip("=")


def file_name(document_hash: Hash32) -> str:
    """The name of a document's file."""
    return f"{document_hash[2:]}.json"
