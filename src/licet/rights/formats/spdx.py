"""SPDX 2.3: rights documents as licenses that are in no list, for a document about software or data.

Only written: `{"hasExtractedLicensingInfos": […]}`, to be put into an SPDX document in JSON, whose packages
and files then name the license by its `LicenseRef-licet-…`. A license has the digits of its rights document's
SHA-256 in its name, so that nobody can mistake one for another. What the document says, its text says too;
what an offer says of price and sale is none of the license's text.
"""

from collections.abc import Sequence
from typing import Any, Final

from licet.documents.canonical import sha256
from licet.documents.terms import TermsDocument
from licet.rights.explain import statement
from licet.rights.formats.base import Format
from licet.rights.syntax.strict_json import write_json
from licet.rights.terms import Terms

_DIGITS: Final = 32


def license_ref(document: TermsDocument) -> str:
    """The identifier of a rights document in SPDX: `LicenseRef-licet-` and digits of its SHA-256."""
    return f"LicenseRef-licet-{sha256(document.to_bytes())[2 : 2 + _DIGITS]}"


def export(terms: Sequence[Terms]) -> bytes:
    """Writes the terms' rights documents, each once."""
    licenses = {license_ref(each.document): each.document for each in terms}
    return write_json({"hasExtractedLicensingInfos": [_info(*each) for each in licenses.items()]})


def sniff(_data: bytes) -> bool:
    """No: the format is only written."""
    return False


def _info(reference: str, document: TermsDocument) -> dict[str, Any]:
    parts = (document.title, document.text, "\n".join(statement(document)))
    info: dict[str, Any] = {
        "licenseId": reference,
        "extractedText": "\n\n".join(part for part in parts if part),
        "name": document.title or reference,
    }
    if document.links:
        info["seeAlsos"] = [link.href for link in document.links]
    return info


_SALE: Final = "SPDX speaks of a license's text, and of no sale"

FORMAT: Final = Format(
    name="spdx",
    title="SPDX 2.3 license text",
    media_type="application/json",
    suffix=".spdx-licenses.json",
    export=export,
    read=None,
    sniff=sniff,
    reasons={
        **dict.fromkeys(
            ("payment", "start", "end", "duration", "supply", "exclusive", "transferable"), _SALE
        ),
        "conditions": "SPDX speaks of a license's text, which is the rights document: they are the offer's",
        "payees": "SPDX has no place for who shares in a price",
        "targets": "an SPDX document's packages and files name their license, not the other way round",
        "licensor": "an SPDX document's packages name their copyright, a license's text nobody",
        "licensee": "SPDX speaks of a license's text, and not of who has one",
        "until": "SPDX speaks of a license's text, and not of when one ends",
    },
    says=frozenset(
        {
            *("title", "text", "uses", "prohibited", "territories", "excluded_territories", "users"),
            *("excluded_users", "models", "retention", "attribution", "warranties", "disclaimers", "links"),
        }
    ),
)
"""SPDX."""
