"""Licet's own terms documents (`licet/terms/1`): the words of an offer, without the offer."""

import re
from collections.abc import Sequence
from typing import Final

from licet.documents.terms import TermsDocument
from licet.rights.formats.base import Format, Imported
from licet.rights.terms import Terms

_OFFER: Final = "the offer says it, not its words"
_MARK: Final = re.compile(f'"type"[ \\t\\r\\n]*:[ \\t\\r\\n]*"{TermsDocument.TYPE}"'.encode())


def export(terms: Sequence[Terms]) -> bytes:
    """The terms' document, in canonical JSON."""
    return terms[0].document.to_bytes()


def read(data: bytes) -> Imported:
    """Reads a document, in canonical form or as somebody wrote it by hand. Raises `DocumentInvalid`."""
    return Imported((Terms(TermsDocument.written(data)),))


def sniff(data: bytes) -> bool:
    """Whether some bytes look like a terms document: its type cannot stand so inside of a string."""
    return data.lstrip().startswith(b"{") and _MARK.search(data) is not None


FORMAT: Final = Format(
    name="licet",
    title="Licet terms",
    media_type="application/json",
    suffix=".json",
    export=export,
    read=read,
    sniff=sniff,
    reasons={
        "targets": _OFFER,
        "licensor": _OFFER,
        "licensee": "the license says it, not its words",
        "payment": _OFFER,
        "start": _OFFER,
        "end": _OFFER,
        "duration": _OFFER,
        "until": "the offer or the license says it, not its words",
        "supply": _OFFER,
        "exclusive": _OFFER,
        "transferable": _OFFER,
        "conditions": "the offer's conditions say it, not its words",
    },
    single=True,
)
"""The format."""
