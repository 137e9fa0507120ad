"""What an ODRL policy says beside its rules, and terms made from all that was read."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from licet.documents.kinds import PayeeShare
from licet.documents.terms import Disclaimer, Link, Relation, TermsDocument, Warranty, check_url, in_order
from licet.errors import DocumentInvalid, InputError
from licet.rights.conditions import STRUCT, Conditions
from licet.rights.formats.odrl.constraints import Facts, literal
from licet.rights.formats.odrl.following import Reader, Unheld, known, short
from licet.rights.formats.odrl.nodes import Literal, Node, Reference, Value
from licet.rights.formats.odrl.profile import AI_PROFILE
from licet.rights.odrl_words import DCT, LICET, ODRL, UNDEFINED
from licet.rights.terms import NO_CONDITIONS, Terms
from licet.trees.hashing import parse_address
from licet.types import parse_uint, shown

_E = TypeVar("_E", bound=StrEnum)
_NAMES: Final = ("permission", "prohibition", "obligation", "target", "assigner", "assignee", "action")
_READ: Final = frozenset(f"{ODRL}{name}" for name in (*_NAMES, "conflict", "inheritAllowed", "profile"))
_LINKS: Final[Mapping[str, Relation]] = {
    f"{DCT}license": Relation.LICENSE,
    f"{LICET}terms": Relation.TERMS,
    f"{LICET}contact": Relation.CONTACT,
    f"{LICET}proof": Relation.PROOF,
}
_OWN_NAME: Final = "urn:licet:policy:"


def statements(reader: Reader, policy: Node, lose: Callable[[Unheld], None]) -> Facts:
    """What a policy says beside its rules.

    Args:
        reader: follows the graph.
        policy: the policy.
        lose: takes what is left aside without being a limit.

    Raises:
        Unheld: something that might be a limit cannot be said.
    """
    facts: Facts = {}
    links: list[Link] = []
    for name in policy.properties:
        values = reader.values(policy, name)
        if name in _SIMPLE:
            attribute, read = _SIMPLE[name]
            facts[attribute] = read(values)
        elif name in _LINKS:
            links += _links(_LINKS[name], values, lose)
        elif name == f"{LICET}payee":
            facts["payees"] = _payees(reader, values)
        elif name == f"{LICET}conditions":
            facts["conditions"] = _conditions(reader, policy)
        elif name == f"{ODRL}uid" and all(_id(value).startswith(_OWN_NAME) for value in values):
            continue
        elif name.startswith((ODRL, LICET, UNDEFINED)) and name not in _READ and name != f"{ODRL}uid":
            raise Unheld(short(name), "Licet's terms have nothing like it")
        elif name not in _READ:
            lose(Unheld(short(name), "Licet's terms have nothing like it"))
        if name in (f"{DCT}title", f"{DCT}description") and len(values) > 1:
            lose(Unheld(short(name), f"there are {len(values)}, and the terms have room for the first"))
    for value in reader.values(policy, f"{ODRL}profile"):
        if _id(value) not in (AI_PROFILE, LICET):
            lose(Unheld("odrl:profile", f"{shown(_id(value))} is not known"))
    return facts | ({"links": in_order(links)} if links else {})


def terms_of(facts: Facts) -> Terms:
    """Terms from their members, those of their document and those of their conditions.

    Raises:
        Unheld: they are no valid terms.
    """
    said = dict(facts)
    conditions = said.pop("conditions", NO_CONDITIONS)
    try:
        members: dict[str, Any] = {"title": "", "text": ""}
        document = TermsDocument(**members | _taken(said, TermsDocument))
        conditions = replace(conditions, **_taken(said, Conditions))
        return Terms(document, conditions=conditions, **said)
    except InputError as error:
        raise Unheld("odrl:Policy", str(error)) from error


def _taken(facts: Facts, kind: type[Any]) -> Facts:
    """The members of a class among the facts, which it takes out of them."""
    return {entry.name: facts.pop(entry.name) for entry in fields(kind) if entry.name in facts}


def _title(values: list[Value]) -> str:
    return literal(values[0], "dct:title")


def _description(values: list[Value]) -> str:
    return literal(values[0], "dct:description")


def _words(kind: type[_E]) -> Callable[[list[Value]], tuple[_E, ...]]:
    def read(values: list[Value]) -> tuple[_E, ...]:
        try:
            return in_order(kind(_id(value).removeprefix(LICET)) for value in values)
        except ValueError as error:
            raise Unheld(f"licet:{kind.__name__.lower()}", "a word of it is not known") from error

    return read


_SIMPLE: Final[Mapping[str, tuple[str, Callable[[list[Value]], Any]]]] = {
    f"{DCT}title": ("title", _title),
    f"{DCT}description": ("text", _description),
    f"{LICET}warrants": ("warranties", _words(Warranty)),
    f"{LICET}disclaims": ("disclaimers", _words(Disclaimer)),
}


def _id(value: Value) -> str:
    return value.id if isinstance(value, Reference) else value.text


def _links(relation: Relation, values: list[Value], lose: Callable[[Unheld], None]) -> Iterator[Link]:
    for value in values:
        link = Link(relation, _id(value))
        try:
            check_url(link.href)
        except InputError as error:
            lose(Unheld(f"link to {relation}", str(error)))
        else:
            yield link


def _payees(reader: Reader, values: list[Value]) -> tuple[PayeeShare, ...]:
    return tuple(sorted((_payee(reader, value) for value in values), key=lambda entry: entry.payee.lower()))


def _payee(reader: Reader, value: Value) -> PayeeShare:
    if isinstance(value, Literal):
        raise Unheld("licet:payee", f"it is the text {shown(value.text)}")
    node = reader.node(value)
    known(node, also=(f"{LICET}account", f"{LICET}share"))
    account, share = (
        literal(reader.one(node, f"{LICET}{name}"), "licet:payee") for name in ("account", "share")
    )
    names = reader.values(node, f"{DCT}title")
    try:
        return PayeeShare(
            parse_address(account), parse_uint(share), literal(names[0], "dct:title") if names else None
        )
    except InputError as error:
        raise Unheld("licet:payee", str(error)) from error


def _conditions(reader: Reader, policy: Node) -> Conditions:
    """The conditions; those that a policy says in ODRL's own words are not among them."""
    value = reader.one(policy, f"{LICET}conditions")
    if isinstance(value, Literal):
        raise Unheld("licet:conditions", f"they are the text {shown(value.text)}")
    node = reader.node(value)
    names = {f"{LICET}{member.name}": member for member in STRUCT.members}
    known(node, also=names)
    said = NO_CONDITIONS.to_json()
    for name, member in names.items():
        if name in node.properties:
            text = literal(reader.one(node, name), short(name))
            said[member.name] = text == "true" if member.type == "bool" else text
    try:
        return Conditions.from_json(said)
    except DocumentInvalid as error:
        raise Unheld("licet:conditions", str(error)) from error
