"""Terms documents: what a license permits, and all that only words can say of it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Final, NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

from licet.documents.base import Document, array, check_keys, checked, json_object, string
from licet.documents.canonical import parse_json
from licet.documents.kinds import PayeeShare, payee_json, payee_share
from licet.errors import DocumentInvalid, InputError
from licet.rights.uses import LEAVES, Use, parse_uses, use_names
from licet.types import parse_uint, shown

_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_ALL_USES: Final[int] = sum(LEAVES.values())
_NONE: Final = Use(0)
_T = TypeVar("_T", bound=str | tuple[Any, ...])
_E = TypeVar("_E", bound=StrEnum)


class User(StrEnum):
    """Classes of users, in the words of RSL 1.0."""

    COMMERCIAL = "commercial"
    NON_COMMERCIAL = "non-commercial"
    EDUCATION = "education"
    GOVERNMENT = "government"
    PERSONAL = "personal"


class Warranty(StrEnum):
    """What the licensor warrants, in the words of RSL 1.0."""

    OWNERSHIP = "ownership"
    AUTHORITY = "authority"
    NO_INFRINGEMENT = "no-infringement"
    PRIVACY_CONSENT = "privacy-consent"
    NO_MALWARE = "no-malware"


class Disclaimer(StrEnum):
    """What the licensor does not answer for, in the words of RSL 1.0."""

    AS_IS = "as-is"
    NO_WARRANTY = "no-warranty"
    NO_LIABILITY = "no-liability"
    NO_INDEMNITY = "no-indemnity"


class Relation(StrEnum):
    """What a link leads to."""

    LICENSE = "license"
    """The full text of the license."""
    TERMS = "terms"
    """Terms of service that apply besides."""
    CONTACT = "contact"
    """Whom to ask."""
    PROOF = "proof"
    """What shows that the licensor may license this."""


class Link(NamedTuple):
    """An absolute URL, and what it leads to."""

    relation: Relation
    href: str


@dataclass(frozen=True, slots=True)
class TermsDocument(Document):
    """A rights document; an offer commits to its SHA-256. What the offer itself says is not repeated here.

    Whatever is left empty is not limited, and not promised. Sets are sorted tuples without repetitions.

    Attributes:
        title: for people.
        uses: what is permitted: those bits of the offer that the text speaks of; none where the document only
            says what is prohibited, or what only words say.
        text: the terms in words.
        prohibited: uses expressly forbidden; what is neither permitted nor prohibited is not licensed.
        territories: where alone the uses are permitted, ISO 3166-1 alpha-2.
        excluded_territories: where they are not.
        users: which classes of users alone they are permitted to.
        excluded_users: which they are not.
        models: names or IRIs of the models that alone the works may go into.
        retention: seconds for which copies may be kept; 0 for no limit.
        attribution: the credit to give, word by word.
        warranties: what the licensor warrants.
        disclaimers: what the licensor does not answer for.
        links: where more is said.
        payees: who shares in the price, as the licensor states it; the vault is what binds.
    """

    TYPE: ClassVar[str] = "licet/terms/1"

    title: str
    uses: Use
    text: str
    prohibited: Use = _NONE
    territories: tuple[str, ...] = ()
    excluded_territories: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    excluded_users: tuple[User, ...] = ()
    models: tuple[str, ...] = ()
    retention: int = 0
    attribution: str = ""
    warranties: tuple[Warranty, ...] = ()
    disclaimers: tuple[Disclaimer, ...] = ()
    links: tuple[Link, ...] = ()
    payees: tuple[PayeeShare, ...] = ()

    def __post_init__(self) -> None:
        _check_uses(self.uses, self.prohibited)
        for name in ("territories", "excluded_territories", "users", "excluded_users", "models"):
            _check_sorted(name, getattr(self, name))
        for name in ("warranties", "disclaimers", "links"):
            _check_sorted(name, getattr(self, name))
        for code in (*self.territories, *self.excluded_territories):
            if not _COUNTRY.fullmatch(code):
                raise InputError(f"{shown(code)} is not a territory: two capital letters (ISO 3166-1)")
        if not all(self.models):
            raise InputError("a model that the works may go into has no name")
        if self.retention < 0:
            raise InputError(f"copies may be kept for {self.retention} seconds: 0 or more are possible")
        for link in self.links:
            check_url(link.href)
        addresses = [entry.payee.lower() for entry in self.payees]
        if addresses != sorted(set(addresses)) or any(entry.share <= 0 for entry in self.payees):
            raise InputError("the payees are sorted by address, each once, each with a share above 0")

    def to_json(self) -> dict[str, Any]:  # noqa: D102 - documented in Document
        said = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        result: dict[str, Any] = {"title": self.title, "uses": list(use_names(self.uses)), "text": self.text}
        result |= {_key(name): list(said[name]) for name in _LISTS if said[name]}
        if self.prohibited:
            result["prohibited"] = list(use_names(self.prohibited))
        if self.retention:
            result["retention"] = str(self.retention)
        if self.attribution:
            result["attribution"] = self.attribution
        if self.links:
            result["links"] = [{"rel": link.relation.value, "href": link.href} for link in self.links]
        if self.payees:
            result["payees"] = [payee_json(entry) for entry in self.payees]
        return result

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:  # noqa: D102 - documented in Document
        others = ("prohibited", "retention", "attribution", "links", "payees")
        check_keys(data, "type", "title", "uses", "text", optional=(*map(_key, _LISTS), *others))
        lists: dict[str, Any] = {
            name: in_order(kind(item) for item in _strings(data, _key(name)))
            for name, kind in _LISTS.items()
            if _key(name) in data
        }
        return cls(
            title=string(data, "title"),
            uses=_uses(data, "uses"),
            text=string(data, "text"),
            prohibited=_uses(data, "prohibited") if "prohibited" in data else _NONE,
            retention=parse_uint(string(data, "retention"), 64, "retention") if "retention" in data else 0,
            attribution=string(data, "attribution") if "attribution" in data else "",
            links=in_order(_link(item) for item in array(data, "links")) if "links" in data else (),
            payees=tuple(payee_share(item) for item in array(data, "payees")) if "payees" in data else (),
            **lists,
        )

    @classmethod
    def written(cls, data: bytes) -> Self:
        """Reads a document as somebody wrote it by hand: in any layout and order, with sets of uses by name.

        Raises:
            DocumentInvalid: it is no JSON, or no terms document.
        """
        parsed = parse_json(data)
        if not isinstance(parsed, dict) or parsed.get("type") != cls.TYPE:
            raise DocumentInvalid(f'the document has no "type": "{cls.TYPE}"')
        try:
            return cls.from_json(parsed)
        except InputError as error:
            raise DocumentInvalid(f"not a valid {cls.TYPE} document: {error}") from error


def in_order(values: Iterable[_T]) -> tuple[_T, ...]:
    """A set as a document has it: sorted, each value once."""
    return tuple(sorted(set(values)))


def check_url(href: str) -> None:
    """Makes sure that a link leads somewhere: that it is an absolute URL.

    Raises:
        InputError: it is not.
    """
    try:
        parts = urlsplit(href)
    except ValueError:
        parts = None
    if parts is None or not parts.scheme or not href.isprintable() or " " in href:
        raise InputError(f"{shown(href)} is not a link: an absolute URL")


def _member(kind: type[_E]) -> Callable[[str], _E]:
    """A reader of one word of an enumeration."""

    def read(word: str) -> _E:
        try:
            return kind(word)
        except ValueError as error:
            known = ", ".join(kind)
            raise InputError(f"{shown(word)} is no {kind.__name__.lower()}; known are: {known}") from error

    return read


_LISTS: Final[dict[str, Callable[[str], str]]] = {
    "territories": str,
    "excluded_territories": str,
    "users": _member(User),
    "excluded_users": _member(User),
    "models": str,
    "warranties": _member(Warranty),
    "disclaimers": _member(Disclaimer),
}


def _key(name: str) -> str:
    """The JSON key of an attribute."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _strings(data: dict[str, Any], key: str) -> list[str]:
    return [checked(item, str, key) for item in array(data, key)]


def _uses(data: dict[str, Any], key: str) -> Use:
    names = _strings(data, key)
    return parse_uses(names) if names else _NONE


def _link(data: object) -> Link:
    item = json_object(data, "a link")
    check_keys(item, "rel", "href")
    return Link(_member(Relation)(string(item, "rel")), string(item, "href"))


def _check_uses(uses: Use, prohibited: Use) -> None:
    if (uses | prohibited) & ~_ALL_USES:
        raise InputError("a terms document names only known uses")
    if uses & prohibited:
        both = ", ".join(use_names(uses & prohibited))
        raise InputError(f"the terms permit and prohibit the same: {both}")


def _check_sorted(name: str, values: tuple[Any, ...]) -> None:
    if values != in_order(values):
        raise InputError(f"{name.replace('_', ' ')} are sorted, each once: {shown(values)} are not")
