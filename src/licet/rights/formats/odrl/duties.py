"""What ODRL's duties say, as members of Licet's terms; what these cannot say raises `Unheld`."""

from collections.abc import Callable, Mapping
from typing import Final

from licet.errors import InputError
from licet.rights.formats.odrl.constraints import Facts, at_most, comparisons, literal
from licet.rights.formats.odrl.following import Reader, Unheld, known, short
from licet.rights.formats.odrl.nodes import Literal, Node, Reference, Value
from licet.rights.formats.odrl.profile import CURRENCIES
from licet.rights.odrl_words import LICET, ODRL
from licet.rights.offer import Kind
from licet.rights.syntax.xsd import read_amount, read_length
from licet.rights.terms import Payment
from licet.types import shown

_Limited = dict[str, tuple[str, list[Value]]]
_PARTY: Final = "odrl:attributedParty"


def duty(reader: Reader, node: Node, licensor: str) -> Facts:
    """What a duty says.

    Args:
        reader: follows the graph.
        node: the duty.
        licensor: who licenses; empty if unsaid.

    Raises:
        Unheld: Licet's terms cannot say it.
    """
    known(node, "action", "constraint", "assigner", "assignee", *_TO_LICENSOR, "attributedParty")
    for party in _TO_LICENSOR:
        for value in reader.values(node, f"{ODRL}{party}"):
            if value != Reference(licensor):
                raise Unheld(f"odrl:{party}", "it is somebody else than who licenses")
    found = list(reader.actions(reader.values(node, f"{ODRL}action")))
    if len(found) != 1:
        raise Unheld("odrl:duty", f"it has {len(found)} actions where one is expected")
    ((action, refinements),) = found
    handler = _DUTIES.get(action)
    if handler is None:
        raise Unheld(short(action), "Licet's terms know no such duty")
    limited: _Limited = {}
    for left, operator, values in comparisons(
        reader, [*reader.nodes(node, f"{ODRL}constraint"), *refinements]
    ):
        if left in limited:
            raise Unheld(short(left), "it limits a duty twice")
        limited[left] = (operator, values)
    if parties := reader.values(node, f"{ODRL}attributedParty"):
        limited[_PARTY] = ("eq", parties)
    return handler(limited)


def obligation(reader: Reader, node: Node, licensor: str, lose: Callable[[Unheld], None]) -> Facts:
    """What a policy's obligation says: a duty of its assignee; or of the licensor, which limits no use.

    Args:
        reader: follows the graph.
        node: the obligation.
        licensor: who licenses; empty if unsaid.
        lose: takes what the licensor must do, where terms cannot say it.

    Raises:
        Unheld: Licet's terms cannot say what the licensee must do.
    """
    bound = [_party(reader, value) for value in reader.values(node, f"{ODRL}assignee")]
    if not bound or not set(bound) <= {licensor, f"{LICET}licensor"} - {""}:
        return duty(reader, node, licensor)
    actions = [name for name, _ in reader.actions(reader.values(node, f"{ODRL}action"))]
    if actions == [f"{ODRL}ensureExclusivity"] and not node.values(f"{ODRL}constraint"):
        return {"exclusive": True}
    lose(Unheld("odrl:obligation", "of a licensor's obligations, Licet's terms know exclusivity alone"))
    return {}


def _party(reader: Reader, value: Value) -> str:
    if isinstance(value, Literal):
        return value.text
    texts = reader.values(reader.node(value), f"{LICET}text")
    return literal(texts[0], "licet:text") if texts else value.id


def _compensate(limited: _Limited) -> Facts:
    operator, values = limited.pop(f"{ODRL}payAmount", ("", []))
    amount = read_amount(literal(values[0], "odrl:payAmount")) if operator == "eq" else None
    if amount is None:
        raise Unheld("odrl:payAmount", "it states no price")
    units, decimals = amount
    kind = Kind.SALE if units else Kind.FREE
    counted, repeated = limited.pop(f"{ODRL}unitOfCount", None), limited.pop(f"{ODRL}timeInterval", None)
    for left in limited:
        raise Unheld(short(left), "Licet's terms know no such limit of a payment")
    if counted and repeated:
        raise Unheld("odrl:compensate", "it is paid by unit and by time")
    unit = _unsaid(counted, "odrl:unitOfCount") if counted else ""
    interval = _interval(repeated) if repeated else 0
    if counted or repeated:
        kind = Kind.METERED if counted else Kind.SUBSCRIPTION
    currency = _currency(values[1]) if len(values) == 2 and units else ""
    try:
        payment = Payment(kind, units, currency, decimals if units else 0, unit)
    except InputError as error:
        raise Unheld("odrl:compensate", str(error)) from error
    return {"payment": payment, **({"interval": interval} if interval else {})}


def _unsaid(limit: tuple[str, list[Value]], what: str) -> str:
    """What something equals, or nothing where it is stated that nobody says."""
    operator, values = limit
    if operator != "eq":
        raise Unheld(what, f"{operator} leaves open what it is")
    return "" if values[0] == Reference(f"{LICET}unsaid") else literal(values[0], what)


def _interval(limit: tuple[str, list[Value]]) -> int:
    text = _unsaid(limit, "odrl:timeInterval")
    interval = read_length(text) if text else 0
    if interval is None or (text and not interval):
        raise Unheld("odrl:timeInterval", f"{shown(text)} is no time after which to pay again")
    return interval


def _currency(value: Value) -> str:
    if isinstance(value, Literal):
        return value.text
    code = value.id.removeprefix(CURRENCIES)
    return code if len(code) == 3 else value.id


def _attribute(limited: _Limited) -> Facts:
    if len(limited) == 1:
        ((left, (operator, values)),) = limited.items()
        if left == f"{LICET}credit" and operator == "eq":
            return {"attribution": literal(values[0], "licet:credit")}
        name = values[0].id if isinstance(values[0], Reference) else "_:"
        if left == _PARTY and len(values) == 1 and not name.startswith("_:"):
            return {"attribution": name}
    raise Unheld("odrl:attribute", "it does not say in one way which credit to give")


def _delete(limited: _Limited) -> Facts:
    return _within(limited, "odrl:delete", "retention", f"{ODRL}elapsedTime", f"{ODRL}delayPeriod")


def _inform(limited: _Limited) -> Facts:
    return _within(limited, "odrl:inform", "report_within", f"{ODRL}timeInterval")


def _within(limited: _Limited, what: str, name: str, *lefts: str) -> Facts:
    if len(limited) != 1 or not set(limited) <= set(lefts):
        raise Unheld(what, "it does not say within which time, and nothing else")
    ((operator, values),) = limited.values()
    return at_most(name, what, read_length)(operator, values)


_TO_LICENSOR: Final = ("compensatedParty", "informedParty")
_DUTIES: Final[Mapping[str, Callable[[_Limited], Facts]]] = {
    f"{ODRL}compensate": _compensate,
    f"{ODRL}attribute": _attribute,
    f"{ODRL}delete": _delete,
    f"{ODRL}inform": _inform,
}
