"""Registered catalogues: whether their documents are what was registered."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.contracts.events import AssetRegistered
from licet.contracts.publications import catalog_document
from licet.documents import Library
from licet.errors import DocumentError, DocumentMismatch, DocumentMissing
from licet.types import Hash32

_KINDS: Final[dict[type[DocumentError], Kind]] = {
    DocumentMissing: Kind.CATALOG_MISSING,
    DocumentMismatch: Kind.CATALOG_ALTERED,
}


@dataclass(frozen=True, slots=True)
class Works:
    """What is registered.

    Attributes:
        catalogs: how many catalogues.
        works: how many works, as registered.
        names: the catalogues' names by asset, where the document is at hand.
    """

    catalogs: int
    works: int
    names: dict[Hash32, str]


def check_catalogs(
    registrations: Iterable[AssetRegistered], library: Library, findings: list[Finding]
) -> Works:
    """Reads every registered catalogue's document and builds its tree anew."""
    catalogs = works = 0
    names: dict[Hash32, str] = {}
    for registration in registrations:
        works += registration.works or 1
        if not registration.works:
            continue
        catalogs += 1
        try:
            names[registration.asset_id] = catalog_document(registration, library).name
        except DocumentError as error:
            findings.append(
                found(
                    _KINDS.get(type(error), Kind.CATALOG_WRONG),
                    f"the catalogue of asset {registration.asset_id} cannot be confirmed: {error}",
                    registration.log,
                    asset_id=registration.asset_id,
                    document_hash=registration.document_hash,
                )
            )
    return Works(catalogs, works, names)
