"""What ODRL's constraints say, as members of Licet's terms.

Whatever the terms cannot say raises `Unheld`, so that a permission is never read without one of its limits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from licet.documents.terms import User, in_order
from licet.rights.formats.odrl.following import Reader, Unheld, known, short
from licet.rights.formats.odrl.nodes import Literal, Node, Reference, Value
from licet.rights.odrl_words import LICET, ODRL
from licet.rights.syntax.xsd import read_amount, read_length, read_moment
from licet.types import shown

Facts = dict[str, Any]
"""Members of terms, of their document and of their conditions, by their names; all that limits a use."""

_MAX_DEPTH: Final = 8
_ALLOWED: Final = ("eq", "isAnyOf", "isPartOf")
_EXCLUDED: Final = ("neq", "isNoneOf")


def limits(reader: Reader, constraints: Iterable[Node]) -> Facts:
    """What constraints say together.

    Raises:
        Unheld: Licet's terms cannot say it.
    """
    facts: Facts = {}
    for left, operator, values in comparisons(reader, constraints):
        handler = _LIMITS.get(left)
        if handler is None:
            raise Unheld(short(left), "Licet's terms know no such limit")
        for name, value in handler(operator, values).items():
            narrow(facts, name, value)
    return facts


def narrow(facts: Facts, name: str, value: Any) -> None:
    """Adds a limit to those there are: both hold then.

    Raises:
        Unheld: they leave nothing, or contradict each other.
    """
    before = facts.get(name)
    if before is None:
        facts[name] = value
    elif name.startswith("excluded_"):
        facts[name] = in_order((*before, *value))
    elif isinstance(value, tuple):
        facts[name] = tuple(item for item in before if item in value)
        if not facts[name]:
            raise Unheld(name, "its limits leave none")
    elif name == "start":
        facts[name] = max(before, value)
    elif isinstance(value, int):
        facts[name] = min(before, value)
    elif before != value:
        raise Unheld(name, "it is stated twice, differently")


def comparisons(
    reader: Reader, constraints: Iterable[Node], depth: int = 0
) -> Iterator[tuple[str, str, list[Value]]]:
    """All comparisons that must hold: left operand, operator, right operands; with an amount, its unit.

    Raises:
        Unheld: they are no comparisons that must all hold.
    """
    if depth > _MAX_DEPTH:
        raise Unheld("odrl:and", "constraints stand in each other too deeply")
    for node in constraints:
        if node.values(f"{ODRL}and"):
            known(node, "and")
            yield from comparisons(reader, reader.nodes(node, f"{ODRL}and"), depth + 1)
            continue
        known(node, "leftOperand", "operator", "rightOperand", "unit", "dataType")
        left, operator = (reader.one(node, f"{ODRL}{name}") for name in ("leftOperand", "operator"))
        if isinstance(left, Literal) or isinstance(operator, Literal):
            raise Unheld("odrl:constraint", "its operands are no words of a vocabulary")
        values = reader.values(node, f"{ODRL}rightOperand")
        word = operator.id.removeprefix(ODRL)
        if not values or (len(values) > 1 and word not in ("isAnyOf", "isNoneOf")):
            raise Unheld(short(left.id), f"it is compared with {len(values)} values by {word}")
        units = reader.values(node, f"{ODRL}unit")
        if units and left.id != f"{ODRL}payAmount":
            raise Unheld(short(left.id), "its unit is not known")
        yield left.id, word, values + units


def _set(name: str, read: Callable[[Value], str]) -> Callable[[str, list[Value]], Facts]:
    """A reader of a limit to some values, or to all but some."""

    def facts(operator: str, values: list[Value]) -> Facts:
        members = in_order(read(value) for value in values)
        if operator in _ALLOWED:
            return {name: members}
        if operator in _EXCLUDED and name != "models":
            return {f"excluded_{name}": members}
        raise Unheld(name, f"Licet's terms cannot compare them by {operator}")

    return facts


def at_most(name: str, what: str, read: Callable[[str], int | None]) -> Callable[[str, list[Value]], Facts]:
    """A reader of a limit to at most some number, at least 1: 0 would be no limit.

    Args:
        name: of the member.
        what: is limited, for errors.
        read: the number from its text.
    """

    def facts(operator: str, values: list[Value]) -> Facts:
        number = read(literal(values[0], what))
        if number is None or operator not in ("lteq", "lt", *(() if name == "until" else ("eq",))):
            raise Unheld(what, f"{operator} {shown(literal(values[0], what))} is no limit of Licet's terms")
        number -= operator == "lt"
        if number < 1:
            raise Unheld(what, "its limit leaves nothing")
        return {name: number}

    return facts


def _sale_time(operator: str, values: list[Value]) -> Facts:
    if operator in ("lteq", "lt"):
        return at_most("end", "licet:saleTime", read_moment)(operator, values)
    start = read_moment(literal(values[0], "licet:saleTime"))
    if operator != "gteq" or start is None or start < 0:
        raise Unheld("licet:saleTime", f"{operator} is no limit of Licet's terms")
    return {"start": start}


def _whole(text: str) -> int | None:
    amount = read_amount(text)
    return amount[0] if amount and not amount[1] else None


def literal(value: Value, what: str) -> str:
    """A literal's text.

    Raises:
        Unheld: it is a node.
    """
    if isinstance(value, Reference):
        raise Unheld(what, f"{short(value.id)} is no value that Licet's terms know")
    return value.text


def _name(value: Value) -> str:
    name = value.text if isinstance(value, Literal) else value.id
    if not name:
        raise Unheld("licet:model", "it has no name")
    return name


def _country(value: Value) -> str:
    code = literal(value, "odrl:spatial")
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise Unheld("odrl:spatial", f"{shown(code)} is no country (ISO 3166-1, two letters)")
    return code.upper()


def _user(value: Value) -> User:
    word = value.id if isinstance(value, Reference) else value.text
    try:
        return User(word.removeprefix(LICET)) if word.startswith(LICET) else User("")
    except ValueError as error:
        raise Unheld("odrl:recipient", f"{short(word)} is no class of users that Licet knows") from error


_LIMITS: Final[Mapping[str, Callable[[str, list[Value]], Facts]]] = {
    f"{ODRL}spatial": _set("territories", _country),
    f"{ODRL}recipient": _set("users", _user),
    f"{LICET}model": _set("models", _name),
    f"{ODRL}dateTime": at_most("until", "odrl:dateTime", read_moment),
    f"{ODRL}elapsedTime": at_most("duration", "odrl:elapsedTime", read_length),
    f"{LICET}saleTime": _sale_time,
    f"{LICET}supply": at_most("supply", "licet:supply", _whole),
}
