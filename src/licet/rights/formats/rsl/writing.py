"""RSL 1.0 (Really Simple Licensing): terms as `license.xml`, for those who come with a crawler.

In RSL, what says no price is free, and what lists no usage permits all: so a price that RSL cannot say is
written as a purchase without an amount, which has to be asked for, and terms that permit none of RSL's usages
prohibit all.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from lxml import etree

from licet.documents.terms import Relation
from licet.errors import InputError
from licet.rights.formats.base import Format
from licet.rights.formats.rsl.prices import amount_of, payment_type
from licet.rights.formats.rsl.reading import read
from licet.rights.formats.rsl.schema import NAMESPACE, PREFIX, TITLE
from licet.rights.formats.unconditional import for_all
from licet.rights.offer import Kind
from licet.rights.terms import Terms
from licet.rights.uses import Use, use_names
from licet.rights.vocabulary import MACHINE, RSL, meaning, permitting, prohibiting
from licet.types import shown

MEDIA_TYPE: Final = "application/rsl+xml"

_MARKS: Final = b"\xef\xbb\xbf\xff\xfe"
_ROOT: Final = re.compile(
    rb"(?:<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->|\s)*+<(?:[\w.-]++:)?rsl[\s/>]"
)
_SAID: Final = ("territories", "excluded_territories", "users", "excluded_users", "attribution")
_LICENSE: Final = "a license has to be asked for, and says it"

REASONS: Final[Mapping[str, str]] = {
    "title": "RSL documents have no titles",
    "uses": "RSL permits whole usages, of machines, that no license of the same content prohibits",
    "text": "RSL holds no terms in words, only where they are to be found",
    "prohibited": "RSL prohibits whole usages, of machines, and all that is not permitted where none is",
    "models": f"RSL does not name models: {_LICENSE}",
    "retention": f"RSL does not say for how long copies may be kept: {_LICENSE}",
    "attribution": "RSL asks for credit where a license is free, and not for words of it",
    "links": "RSL has one text of a license, one page of terms and one contact, by URL",
    "payees": "RSL does not say who is paid",
    "licensor": "RSL names one holder of the copyright for each content, by the address of a page or of mail",
    "licensee": "an RSL document is for everybody, and no agreement with one",
    "payment": "RSL has prices in ISO 4217 currencies, once, for a subscription, or for each use, crawl or "
    "training, of what it permits; what is free only on conditions has to be asked for",
    "payment.unit": "RSL's meters count uses, crawls or trainings",
    "start": f"RSL does not say when a sale begins: {_LICENSE}",
    "end": f"RSL does not say when a sale ends: {_LICENSE}",
    "duration": f"RSL does not say how long a license runs: {_LICENSE}",
    "until": f"RSL does not say when a license ends: {_LICENSE}",
    "supply": f"RSL does not count licenses: {_LICENSE}",
    "exclusive": f"RSL does not know exclusive licenses: {_LICENSE}",
    "transferable": f"RSL does not know transfers: {_LICENSE}",
    "conditions": f"RSL does not know this condition: {_LICENSE}",
}
"""Why what RSL loses is lost."""


def write(terms: Sequence[Terms]) -> bytes:
    """An RSL document: one content for each target, with one license for each of the terms that are about it.

    Raises:
        InputError: the terms permit a part of a usage and no whole one, or have text that XML cannot hold.
    """
    root = etree.Element(f"{PREFIX}rsl", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for targets, group in groupby(terms, key=lambda each: each.targets):
        if len(targets) > 1:
            raise InputError(f"a content of {TITLE} is one: write the terms of {len(targets)} one by one")
        _content(root, "".join(targets), list(group))
    etree.indent(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _content(root: etree._Element, url: str, group: Sequence[Terms]) -> None:
    content = etree.SubElement(root, f"{PREFIX}content")
    _attribute(content, "url", url)
    permitted = Use(0)
    for each in group:
        permitted |= each.document.uses
    for each in group:
        _license(content, each, permitted)
    licensors = {each.licensor for each in group}
    if len(licensors) == 1:
        _copyright(content, licensors.pop())
    pages = {_link(each, Relation.TERMS) for each in group}
    if len(pages) == 1:
        _optional(content, "terms", pages.pop())


def _license(content: etree._Element, terms: Terms, permitted: Use) -> None:
    """A license; `permitted` are all uses that any license of the content permits."""
    document = terms.document
    element = etree.SubElement(content, f"{PREFIX}license")
    permits = permitting(RSL, document.uses)
    if permits:
        prohibits = prohibiting(RSL, document.prohibited, document.uses)
    elif document.uses & MACHINE:
        parts = ", ".join(use_names(document.uses & MACHINE))
        raise InputError(f"{TITLE} cannot permit {parts} alone: {REASONS['uses']}")
    else:
        prohibits = _all_but(permitted, document.prohibited)
    _listed(element, "permits", "usage", permits)
    _listed(element, "permits", "user", document.users)
    _listed(element, "permits", "geo", document.territories)
    _listed(element, "prohibits", "usage", prohibits)
    _listed(element, "prohibits", "user", document.excluded_users)
    _listed(element, "prohibits", "geo", document.excluded_territories)
    _payment(element, terms)
    _listed(element, "legal", "warranty", document.warranties)
    _listed(element, "legal", "disclaimer", document.disclaimers)
    _listed(element, "legal", "contact", _links(terms, Relation.CONTACT)[:1])
    _listed(element, "legal", "proof", _links(terms, Relation.PROOF))


def _all_but(permitted: Use, prohibited: Use) -> tuple[str, ...]:
    """What a license without permissions prohibits: what it should, and all that no other license permits."""
    others = meaning(RSL, prohibiting(RSL, MACHINE & ~permitted, permitted))
    own = meaning(RSL, prohibiting(RSL, prohibited, Use(0)))
    return permitting(RSL, others | own) or ("all",)


def _payment(element: etree._Element, terms: Terms) -> None:
    payment = terms.payment
    if payment is None or not terms.document.uses & MACHINE:
        payment, kind = None, "purchase"
    elif payment.kind != Kind.FREE:
        kind = payment_type(payment)
    elif for_all(terms, but=_SAID):
        kind = "attribution" if terms.document.attribution else "free"
    else:
        kind = "purchase"
    child = etree.SubElement(element, f"{PREFIX}payment", type=kind)
    _optional(child, "standard", _link(terms, Relation.LICENSE))
    amount = None if payment is None else amount_of(payment)
    if amount is not None:
        etree.SubElement(child, f"{PREFIX}amount", currency=amount.currency).text = amount.text


def _copyright(content: etree._Element, licensor: str) -> None:
    scheme, _, rest = licensor.partition(":")
    if scheme in ("http", "https"):
        _attribute(etree.SubElement(content, f"{PREFIX}copyright"), "contactUrl", licensor)
    elif scheme == "mailto":
        _attribute(etree.SubElement(content, f"{PREFIX}copyright"), "contactEmail", rest)


def _link(terms: Terms, relation: Relation) -> str:
    return next(iter(_links(terms, relation)), "")


def _links(terms: Terms, relation: Relation) -> tuple[str, ...]:
    links = (link.href for link in terms.document.links if link.relation == relation)
    return tuple(href for href in links if not href.endswith(":"))  # a scheme alone is no URI for RSL


def _listed(parent: etree._Element, name: str, kind: str, words: Iterable[str]) -> None:
    text = " ".join(words)
    if text:
        element = etree.SubElement(parent, f"{PREFIX}{name}", type=kind)
        _set_text(element, text)


def _optional(parent: etree._Element, name: str, text: str) -> None:
    if text:
        _set_text(etree.SubElement(parent, f"{PREFIX}{name}"), text)


def _set_text(element: etree._Element, text: str) -> None:
    try:
        element.text = text
    except ValueError as error:
        raise InputError(f"XML cannot hold {shown(text)}: it has control characters") from error


def _attribute(element: etree._Element, name: str, value: str) -> None:
    try:
        element.set(name, value)
    except ValueError as error:
        raise InputError(f"XML cannot hold {shown(value)}: it has control characters") from error


def _sniff(data: bytes) -> bool:
    head = data[:8192].replace(b"\0", b"")  # so that UTF-16 is recognised as well
    return _ROOT.match(head.lstrip(_MARKS)) is not None and NAMESPACE.encode() in head


FORMAT: Final = Format(
    name="rsl",
    title=TITLE,
    media_type=MEDIA_TYPE,
    suffix=".xml",
    export=write,
    read=read,
    sniff=_sniff,
    reasons=REASONS,
    by_target=True,
)
"""RSL 1.0, `license.xml`."""
