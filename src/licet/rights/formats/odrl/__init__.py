"""ODRL 2.2 in JSON-LD, with the AI vocabulary's profile and Licet's own: all that terms say can be said."""

from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.formats.base import MAX_BYTES, Format
from licet.rights.formats.odrl.policies import read
from licet.rights.formats.odrl.writing import write
from licet.rights.odrl_words import TDM_PROFILE
from licet.rights.syntax.strict_json import read_json

_KINDS: Final = ("Policy", "Set", "Offer", "Agreement", "Request", "Ticket", "Assertion", "Privacy")
_RULES: Final = ("permission", "prohibition", "obligation")


def sniff(data: bytes) -> bool:
    """Whether some bytes are JSON-LD with a policy of ODRL at the top."""
    if b'"@context"' not in data or b"www.w3.org/ns/odrl" not in data or len(data) > MAX_BYTES:
        return False
    try:
        document = read_json(data)
    except DocumentInvalid:
        return False
    tops = document if isinstance(document, list) else [document]
    for top in tops:
        if isinstance(top, dict) and isinstance(top.get("@graph"), list):
            tops = [*tops, *top["@graph"]]
    return any(isinstance(top, dict) and _is_policy(top) for top in tops)


def _is_policy(item: dict[str, object]) -> bool:
    profile = item.get("profile")
    if TDM_PROFILE in (profile if isinstance(profile, list) else [profile]):
        return False
    kinds = item.get("@type", item.get("type", ()))
    words = [*item, *(kinds if isinstance(kinds, list) else [kinds])]
    return any(isinstance(word, str) and word.rpartition(":")[2] in (*_KINDS, *_RULES) for word in words)


FORMAT: Final = Format(
    name="odrl",
    title="ODRL 2.2",
    media_type="application/ld+json",
    suffix=".odrl.jsonld",
    export=write,
    read=read,
    sniff=sniff,
)
"""The format. It loses nothing of the terms, so it needs no reasons."""
