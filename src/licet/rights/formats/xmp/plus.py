"""IPTC's and PLUS's data mining property, in an XMP packet as it stands in pictures and other files.

`plus:DataMining` has one value of nine. What is prohibited is understood widely and what is allowed narrowly:
data mining, prohibited, is all that machines do; allowed, it is mining, training and search. A use that is
permitted on conditions is `DMI-PROHIBITED-SEECONSTRAINT`, with the conditions in words. Read back, that is
prohibited, as the value says, and the words are kept: what they ask for, only people can tell.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from licet.documents.terms import Link, Relation, TermsDocument, check_url, in_order
from licet.errors import InputError
from licet.rights.explain import conditions
from licet.rights.formats.base import Format, Imported, Loss
from licet.rights.formats.xmp.packet import Packet, read_packet
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import MACHINE
from licet.types import shown

_VOCABULARY: Final = "http://ns.useplus.org/ldf/vocab/"
_NONE: Final = Use(0)

_ALLOWED: Final = "DMI-ALLOWED"
_UNSPECIFIED: Final = "DMI-UNSPECIFIED"
_ONLY_SEARCH: Final = "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"
_CONSTRAINED: Final = "DMI-PROHIBITED-SEECONSTRAINT"

_PERMITS: Final[Mapping[str, Use]] = {
    _ALLOWED: Use.MINE | Use.TRAIN | Use.TRAIN_GENERATIVE | Use.SEARCH,
    _ONLY_SEARCH: Use.SEARCH,
}
_PROHIBITS: Final[Mapping[str, Use]] = {
    "DMI-PROHIBITED-GENAIMLTRAINING": Use.TRAIN_GENERATIVE,
    "DMI-PROHIBITED-AIMLTRAINING": Use.TRAIN | Use.TRAIN_GENERATIVE,
    _ONLY_SEARCH: MACHINE & ~Use.SEARCH,
    "DMI-PROHIBITED": MACHINE,
}
_SEE: Final[Mapping[str, str]] = {
    _CONSTRAINED: "plus:OtherConstraints",
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": "Iptc4xmpExt:EmbdEncRightsExpr",
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": "Iptc4xmpExt:LinkedEncRightsExpr",
}
"""Values that are prohibitions but for what another property says."""

_MINING, _CONSTRAINT, _TITLE = "plus:DataMining", "plus:OtherConstraints", "dc:title"
_TEXT, _CREDIT, _WEB = "xmpRights:UsageTerms", "photoshop:Credit", "xmpRights:WebStatement"
_LICENSOR, _LICENSOR_URL = "plus:Licensor", "plus:LicensorURL"
_LINKS: Final = {_WEB: Relation.LICENSE, _LICENSOR_URL: Relation.CONTACT}


def export(terms: Sequence[Terms]) -> bytes:
    """Writes terms."""
    (only,) = terms
    document = only.document
    words = "\n".join(conditions(only)) if document.uses & MACHINE else ""
    value = _CONSTRAINED if words else _value(document)
    about = only.targets[0] if len(only.targets) == 1 else ""
    packet = Packet(about, "dc", "photoshop", "plus", "xmpRights")
    packet.add(_MINING, _VOCABULARY + value)
    if words:
        packet.add_text(_CONSTRAINT, words)
    if document.title:
        packet.add_text(_TITLE, document.title)
    if document.text:
        packet.add_text(_TEXT, document.text)
    if document.attribution:
        packet.add(_CREDIT, document.attribution)
    if web := _hrefs(document, Relation.LICENSE)[:1]:
        packet.add(_WEB, web[0])
    if contacts := _hrefs(document, Relation.CONTACT):
        packet.add_structures(_LICENSOR, _LICENSOR_URL, contacts)
    return packet.to_bytes()


def read(data: bytes) -> Imported:
    """Reads a packet.

    Raises:
        DocumentInvalid: it is none.
    """
    about, found = read_packet(data)
    losses: list[Loss] = []
    values = [value.removeprefix(_VOCABULARY).strip().upper() for value in found.pop(_MINING, [])]
    permitted, prohibited = _meaning(values, losses)
    found.pop(_LICENSOR, None)  # its members are read one by one
    title, text = _first(found, _TITLE, losses), _first(found, _TEXT, losses)
    if text and _CONSTRAINT in found:
        losses.append(Loss(_CONSTRAINT, f"the words of {_TEXT} are kept"))
    constraint = _first(found, _CONSTRAINT, losses)
    document = TermsDocument(
        title,
        permitted & ~prohibited,
        text or constraint,
        prohibited=prohibited,
        attribution=_first(found, _CREDIT, losses),
        links=in_order(_links(found, losses)),
    )
    losses += (Loss(name, "Licet's terms have no place for it") for name in found if _is_of_rights(name))
    return Imported((Terms(document, targets=(about,) if about else ()),), tuple(losses))


def sniff(data: bytes) -> bool:
    """Whether some XML names a property of PLUS."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" and b"http://ns.useplus.org/ldf/xmp/1.0/" in data


def _value(document: TermsDocument) -> str:
    """The value that prohibits most of what is prohibited and least else, and nothing that is permitted."""
    permitted, prohibited = document.uses & MACHINE, document.prohibited & MACHINE
    if not prohibited:
        return _ALLOWED if permitted & _PERMITS[_ALLOWED] == _PERMITS[_ALLOWED] else _UNSPECIFIED
    best, covered = _UNSPECIFIED, 0
    for value, meant in _PROHIBITS.items():
        count = (meant & prohibited).bit_count()
        allows = _PERMITS.get(value, _NONE) & permitted == _PERMITS.get(value, _NONE)
        if count > covered and allows and not meant & permitted:
            best, covered = value, count
    return best


def _meaning(values: Sequence[str], losses: list[Loss]) -> tuple[Use, Use]:
    """What some values permit, all of them, and what any prohibits."""
    permitted = [_PERMITS.get(value, _NONE) for value in values]
    prohibited = _NONE
    for value in values:
        prohibited |= _PROHIBITS.get(value, _NONE)
        if value in _SEE:
            prohibited |= MACHINE
            losses.append(Loss(_MINING, f"it is prohibited but for what {_SEE[value]} says to people"))
        elif value not in _PROHIBITS and value not in (_ALLOWED, _UNSPECIFIED):
            # A later version's prohibition is none of those known, and still one.
            prohibited |= MACHINE if value.startswith("DMI-PROHIBITED") else _NONE
            losses.append(Loss(_MINING, f"{shown(value)} is no value that is known"))
    common = permitted[0] if permitted else _NONE
    for other in permitted[1:]:
        common &= other
    return common, prohibited


def _first(found: dict[str, list[str]], name: str, losses: list[Loss]) -> str:
    first, *others = found.pop(name, [""]) or [""]
    if any(other != first for other in others):
        losses.append(Loss(name, "it is said more than once: the first is kept"))
    return first


def _links(found: dict[str, list[str]], losses: list[Loss]) -> Iterator[Link]:
    for name, relation in _LINKS.items():
        for href in found.pop(name, []):
            link = Link(relation, href.strip())
            try:
                check_url(link.href)
            except InputError as error:
                losses.append(Loss(name, str(error)))
            else:
                yield link


def _hrefs(document: TermsDocument, relation: Relation) -> tuple[str, ...]:
    return tuple(link.href for link in document.links if link.relation == relation)


def _is_of_rights(name: str) -> bool:
    """Whether a property speaks of rights; others, such as a picture's creator, are no terms."""
    prefix, _, local = name.partition(":")
    return prefix in ("cc", "plus", "xmpRights") or name == "dc:rights" or local.endswith("EncRightsExpr")


_SOLD: Final = "a packet has no place for what is sold: the words of a constraint tell of it"
_LIMITS: Final = "a packet has no place for conditions: the words of a constraint tell of them"

FORMAT: Final = Format(
    name="plus",
    title="IPTC and PLUS data mining property in XMP",
    media_type="application/rdf+xml",
    suffix=".xmp",
    export=export,
    read=read,
    sniff=sniff,
    reasons={
        "title": "it has characters that XML cannot write",
        "text": "a packet's words are also those of a constraint, without what XML cannot write",
        "uses": "a packet allows data mining as a whole or search alone, and only without conditions",
        "prohibited": "of prohibitions, a packet names the one that comes nearest",
        **dict.fromkeys(("territories", "excluded_territories", "users", "excluded_users"), _LIMITS),
        **dict.fromkeys(("models", "retention", "conditions"), _LIMITS),
        "attribution": "it has characters that XML cannot write",
        **dict.fromkeys(("licensee", "until", "payment", "start", "end", "duration", "supply"), _SOLD),
        **dict.fromkeys(("exclusive", "transferable"), _SOLD),
        "warranties": "a packet has no place for warranties",
        "disclaimers": "a packet has no place for disclaimers",
        "links": "a packet has places for one link to a license, and for links to whom to ask",
        "payees": "a packet has no place for payees",
        "targets": "a packet is about one thing",
        "licensor": "a packet names a licensor by a number of the PLUS registry",
    },
    single=True,
)
"""The data mining property of PLUS."""
