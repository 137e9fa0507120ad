"""RSL 1.0 documents, read: every license of every content as terms, and what of them terms do not hold.

Where RSL restricts by something that terms cannot hold, the permission is left out, not the restriction. What
one license of a content prohibits, no other license of that content permits.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lxml import etree

from licet.documents.terms import Disclaimer, Link, Relation, TermsDocument, User, Warranty, in_order
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import Imported, Loss
from licet.rights.formats.rsl.prices import Amount, price
from licet.rights.formats.rsl.schema import PREFIX, TITLE, listed, name_of, text_of, valid_rsl
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import MACHINE, RSL, meaning, permitting
from licet.types import shown

CREDIT: Final = "the source, with a link to it"
"""What is asked for where RSL asks for attribution, and nobody is named."""

NO_USE: Final = Use(0)

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.")
_EMAIL: Final = re.compile(r"[^@\s:/]+@[^@\s:/]+")
_ONE_EACH: Final = ("permits", "prohibits", "legal")

_Notes = dict[str, str]


class _Copyright(NamedTuple):
    """Who holds the copyright: their name, and an IRI of theirs, where RSL says so."""

    name: str = ""
    iri: str = ""


@dataclass(slots=True)
class _License:
    """One license while it is read; `notes` says which of its parts were left aside, and why."""

    url: str
    permitted: Use = NO_USE
    prohibited: Use = NO_USE
    payment: Payment | None = None
    licensor: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    notes: _Notes = field(default_factory=dict)
    unheld: bool = False

    def restrict(self, part: str, reason: str) -> None:
        """A restriction that terms do not hold: nothing is permitted."""
        self.unheld = True
        self.notes[part] = f"{reason}, so nothing is taken as permitted"

    def link(self, relation: Relation, part: str, href: str) -> None:
        """A link, if it is an absolute URL."""
        href = f"mailto:{href}" if _EMAIL.fullmatch(href) else href
        try:
            TermsDocument("", MACHINE, "", links=(Link(relation, href),))
        except InputError:
            self.notes[part] = f"{shown(href)} is not an absolute URL"
        else:
            self.links.append(Link(relation, href))


def read(data: bytes) -> Imported:
    """Reads an RSL document.

    Raises:
        DocumentInvalid: it is none, or has more to it than any needs.
    """
    root = valid_rsl(data)
    document: _Notes = {}
    if root.extensions:
        document["extensions"] = f"what {shown(root.extensions[0])} means is unknown"
    if root.element.get("max-age"):
        document["max-age"] = "terms do not say how long they may be cached"
    contents = root.element.iterchildren(f"{PREFIX}content")
    return _imported([each for content in contents for each in _content(content)], document)


def _imported(licenses: list[_License], document: _Notes) -> Imported:
    prohibited: dict[str, Use] = {}
    for each in licenses:
        prohibited[each.url] = prohibited.get(each.url, NO_USE) | each.prohibited
    terms: list[Terms] = []
    losses = [Loss(part, reason) for part, reason in document.items()]
    for each in licenses:
        losses += (Loss(part, reason, len(terms)) for part, reason in each.notes.items())
        taken = each.permitted & prohibited[each.url]
        if each.permitted | each.prohibited:
            terms.append(_terms(each, each.permitted & ~taken, each.prohibited | taken))
        else:
            losses.append(Loss("license", "it permits and prohibits nothing that terms hold", len(terms)))
    return Imported(tuple(terms), tuple(losses))


def _terms(read: _License, uses: Use, prohibited: Use) -> Terms:
    try:
        document = TermsDocument("", uses, "", prohibited=prohibited, links=in_order(read.links), **read.said)
        return Terms(
            document,
            targets=(read.url,) if read.url else (),
            licensor=read.licensor,
            payment=read.payment,
        )
    except InputError as error:
        raise DocumentInvalid(f"not a valid {TITLE} document: {error}") from error


def _content(content: etree._Element) -> Iterator[_License]:
    notes: _Notes = {}
    server = bool(content.get("server"))
    if server:
        notes["server"] = (
            "a license, even a free one, has to be had there first: terms do not name the server"
        )
    if content.get("encrypted") == "true":
        notes["encrypted"] = "terms do not say that a key is needed"
    if content.get("lastmod"):
        notes["lastmod"] = "terms have no date of the work"
    for part in ("alternate", "schema"):
        if content.find(PREFIX + part) is not None:
            notes[part] = "terms do not describe the work"
    owner = _copyright(content, notes)
    pages = [text_of(each) for each in content.iterchildren(f"{PREFIX}terms")]
    if len(pages) > 1:
        raise DocumentInvalid(f"not a valid {TITLE} document: a content has {len(pages)} elements terms")
    for element in content.iterchildren(f"{PREFIX}license"):
        read = _License(content.get("url", ""), licensor=owner.iri, notes=dict(notes))
        for page in pages:
            read.link(Relation.TERMS, "terms", page)
        _license(element, read, owner)
        if server and read.payment is not None and read.payment.kind == Kind.FREE:
            read.payment = None
        yield read


def _copyright(content: etree._Element, notes: _Notes) -> _Copyright:
    elements = list(content.iterchildren(f"{PREFIX}copyright"))
    if len(elements) > 1:
        raise DocumentInvalid(f"not a valid {TITLE} document: a content has {len(elements)} copyrights")
    if not elements:
        return _Copyright()
    name, url, mail = (
        text_of(elements[0]),
        elements[0].get("contactUrl", ""),
        elements[0].get("contactEmail", ""),
    )
    iri = url if _ABSOLUTE.match(url) else (f"mailto:{mail}" if mail else "")
    if name or elements[0].get("type") or (url and (mail or not iri)):
        notes["copyright"] = "terms name a licensor by one IRI alone"
    return _Copyright(name, iri)


def _license(element: etree._Element, read: _License, owner: _Copyright) -> None:
    found: dict[tuple[str, str], etree._Element] = {}
    for child in element.iterchildren(f"{PREFIX}*"):
        name = name_of(child)
        kind = child.get("type", "") if name in _ONE_EACH else ""
        if (name, kind) in found:
            twice = f"{name} of type {kind}" if kind else name
            raise DocumentInvalid(f"not a valid {TITLE} document: a license has two elements {twice}")
        found[name, kind] = child
    _usage(found, read)
    _users(found, read)
    _places(found, read)
    if ("reporting", "") in found:
        read.restrict("reporting", "terms hold no duty to report to a profile")
    _payment(found.get(("payment", "")), read, owner)
    _legal(found, read)
    if read.unheld:
        read.permitted = NO_USE


def _usage(found: Mapping[tuple[str, str], etree._Element], read: _License) -> None:
    permits, prohibits = found.get(("permits", "usage")), found.get(("prohibits", "usage"))
    if prohibits is not None:
        known, others = _words(prohibits, RSL)
        read.prohibited = meaning(RSL, known)
        if others:
            read.restrict("prohibits usage", f"what {', '.join(others)} means is unknown")
    if permits is not None:
        known, others = _words(permits, RSL)
        read.permitted = meaning(RSL, known)
        if others:
            read.notes["permits usage"] = f"what {', '.join(others)} means is unknown"
    elif prohibits is None or _has_amount(found.get(("payment", ""))):
        # Without a list, RSL restricts by what it prohibits alone: whole words of the rest are permitted.
        read.permitted = meaning(RSL, permitting(RSL, MACHINE & ~read.prohibited))
    else:
        read.notes["permits usage"] = "it is missing: what is merely not prohibited is not licensed by terms"


def _has_amount(payment: etree._Element | None) -> bool:
    return payment is not None and payment.find(f"{PREFIX}amount") is not None


def _users(found: Mapping[tuple[str, str], etree._Element], read: _License) -> None:
    known_users = {user.value: user for user in User}
    for name, member in (("permits", "users"), ("prohibits", "excluded_users")):
        element = found.get((name, "user"))
        if element is None:
            continue
        known, others = _words(element, known_users)
        read.said[member] = in_order(known_users[word] for word in known)
        if others and (name == "prohibits" or not known):
            read.restrict(f"{name} user", f"who {', '.join(others)} are is unknown")
        elif others:
            read.notes[f"{name} user"] = f"who {', '.join(others)} are is unknown"


def _places(found: Mapping[tuple[str, str], etree._Element], read: _License) -> None:
    for name, member in (("permits", "territories"), ("prohibits", "excluded_territories")):
        element = found.get((name, "geo"))
        if element is not None:
            read.said[member] = in_order(listed(element))


def _payment(element: etree._Element | None, read: _License, owner: _Copyright) -> None:
    if element is None:
        read.payment = Payment(Kind.FREE)
        return
    parts: dict[str, etree._Element] = {}
    for child in element.iterchildren(f"{PREFIX}*"):
        if name_of(child) in parts:
            raise DocumentInvalid(
                f"not a valid {TITLE} document: a payment has two elements {name_of(child)}"
            )
        parts[name_of(child)] = child
    if "standard" in parts:
        read.link(Relation.LICENSE, "standard", text_of(parts["standard"]))
    if "custom" in parts:
        read.link(Relation.CONTACT, "custom", text_of(parts["custom"]))
    if "accepts" in parts:
        read.notes["accepts"] = "terms do not name protocols of payment"
    kind, amount = element.get("type", "free").strip(), parts.get("amount")
    found = None if amount is None else Amount(text_of(amount), amount.get("currency", ""))
    read.payment, note = price(kind, found)
    if note:
        read.notes["payment"] = note
    if kind == "attribution":
        read.said["attribution"] = owner.name or CREDIT
        read.notes["attribution"] = "RSL asks for credit and a link, the words of it are Licet's"


def _legal(found: Mapping[tuple[str, str], etree._Element], read: _License) -> None:
    if (element := found.get(("legal", "warranty"))) is not None:
        read.said["warranties"] = in_order(Warranty(word) for word in listed(element))
    if (element := found.get(("legal", "disclaimer"))) is not None:
        read.said["disclaimers"] = in_order(Disclaimer(word) for word in listed(element))
    if ("legal", "attestation") in found:
        read.notes["legal attestation"] = "terms do not attest anything"
    if (element := found.get(("legal", "contact"))) is not None:
        read.link(Relation.CONTACT, "legal contact", text_of(element))
    if (element := found.get(("legal", "proof"))) is not None:
        for href in text_of(element).split():
            read.link(Relation.PROOF, "legal proof", href)


def _words(element: etree._Element, known: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of a list that are known, and the others."""
    words = dict.fromkeys(listed(element))
    return tuple(word for word in words if word in known), tuple(word for word in words if word not in known)
