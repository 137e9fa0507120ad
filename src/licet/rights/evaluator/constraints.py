"""Whether constraints hold: the operators of ODRL 2.2, and the words that join constraints."""

from collections.abc import Callable, Sequence
from typing import Final

from licet.rights.evaluator.graph import Term
from licet.rights.evaluator.model import AnyConstraint, Constraint, LogicalConstraint, Measured, Request
from licet.rights.evaluator.report import Premise, term_text
from licet.rights.evaluator.truth import Truth, every, exactly_one, some, truth
from licet.rights.evaluator.values import relate
from licet.rights.evaluator.world import World
from licet.rights.odrl_words import ODRL
from licet.types import shown

_SCALAR: Final = frozenset(("eq", "neq", "lt", "lteq", "gt", "gteq"))
_ORDERS: Final = _SCALAR - {"eq", "neq"}
_MISSPELT: Final = {"neg": "neq"}
"""The published JSON-LD context writes `neq` so."""
_MAX_VALUES: Final = 64
_EVENT: Final = ODRL + "event"
_POLICY_USAGE: Final = ODRL + "policyUsage"


def check(constraint: AnyConstraint, request: Request, world: World) -> Premise:
    """Whether a constraint holds for a request."""
    world.spend()
    if isinstance(constraint, LogicalConstraint):
        return _logical(constraint, request, world)
    return _comparison(constraint, request, world)


def _logical(constraint: LogicalConstraint, request: Request, world: World) -> Premise:
    premises = tuple(check(one, request, world) for one in constraint.constraints)
    truths = [premise.satisfied for premise in premises]
    reason = ""
    match constraint.operand:
        case "and":
            satisfied = every(truths)
        case "or":
            satisfied = some(truths)
        case "xone":
            satisfied = exactly_one(truths)
        case _:
            satisfied = every(truths)
            if satisfied is Truth.YES and len(truths) > 1:
                satisfied = Truth.UNKNOWN
                reason = "each part holds, but one state of the world cannot show in which order they came to"
    if satisfied is not Truth.YES and not reason:
        counted = f"{truths.count(Truth.YES)} of {len(truths)} parts hold"
        unknown = truths.count(Truth.UNKNOWN)
        reason = f"{constraint.operand}: {counted}" + (f", {unknown} cannot be told" if unknown else "")
    return Premise(
        "ConstraintReport",
        satisfied,
        reason,
        constraint=constraint.id,
        operand=constraint.operand,
        premises=premises,
    )


def _comparison(constraint: Constraint, request: Request, world: World) -> Premise:
    left = world.values(constraint.left, request) if constraint.left else ()
    right = (*constraint.right, *(value for one in constraint.references for value in world.referred(one)))
    operator = _name(constraint.operator)
    around = constraint.left == _EVENT and operator in _ORDERS and not constraint.fault
    if around:
        satisfied, reason = _around(operator, right, world)
    elif unable := constraint.fault or _unable(constraint, left, right, operator):
        satisfied, reason = Truth.UNKNOWN, unable
    else:
        values = [one.value for one in left]
        satisfied = _holds(operator, values, right, world)
        said = f"{_short(constraint.left)} {_list(values)} is not {operator} {_list(right)}"
        reason = said if satisfied is Truth.NO else _mixed(operator, values, right)
    return Premise(
        "ConstraintReport",
        satisfied,
        "" if satisfied is Truth.YES else reason,
        constraint=constraint.id,
        left=tuple(one.value for one in left),
        operator=constraint.operator,
        right=right,
    )


def _unable(constraint: Constraint, left: Sequence[Measured], right: Sequence[Term], operator: str) -> str:
    """Why a comparison cannot be made; empty where it can."""
    name = _short(constraint.left)
    if operator not in (*_SCALAR, *_SETS, "isAllOf"):
        return f"the operator {shown(constraint.operator)} is not one of ODRL 2.2"
    if not left:
        return f"neither the request nor the state of the world says what {name} is"
    if len(left) > _MAX_VALUES:
        return f"{name} has {len(left)} values: {_MAX_VALUES} are the most"
    if not right:
        return f"nothing at hand says what {_list(constraint.references)} stands for, and it is never fetched"
    if operator in _SCALAR and len(right) > 1:
        return f"{operator} compares with one value, not with {len(right)}"
    if any(one.unit != constraint.unit for one in left):
        return f"{name} is asked in {shown(constraint.unit or 'no unit')} and given in another, or none"
    return ""


def _mixed(operator: str, left: Sequence[Term], right: Sequence[Term]) -> str:
    """Why a comparison that was made has no answer."""
    if len(left) > 1:
        return f"{operator} holds for some of {_list(left)}, or cannot be told: ask for each alone"
    return f"{_list(left)} and {_list(right)} cannot be compared"


def _around(operator: str, right: Sequence[Term], world: World) -> tuple[Truth, str]:
    """Whether it is now before or after an event, and why not."""
    event = right[0] if len(right) == 1 else None
    if event == _POLICY_USAGE:
        return Truth.UNKNOWN, "one state of the world cannot show what came before or after the policy's use"
    time = world.time_of(event) if isinstance(event, str) else None
    if time is None or world.now is None:
        return Truth.UNKNOWN, f"no state says when the event {_list(right)} is, or what time it is now"
    satisfied = relate(operator, world.now, time)
    if satisfied is Truth.UNKNOWN:
        return satisfied, f"{_list([world.now])} and {_list([time])} cannot be compared"
    return (
        satisfied,
        f"now, {_list([world.now])}, is not {operator} the event {_list(right)} at {_list([time])}",
    )


def _holds(operator: str, left: Sequence[Term], right: Sequence[Term], world: World) -> Truth:
    """Whether an operator holds for all values, or for none; for some only, that is no answer."""
    if operator == "isAllOf":
        return every(some(_same(one, other, world) for one in left) for other in right)
    per_value: Callable[[Term], Truth]
    if operator in _SCALAR:

        def per_value(one: Term) -> Truth:
            world.spend()
            return relate(operator, one, right[0])
    else:

        def per_value(one: Term) -> Truth:
            return _SETS[operator](one, right, world)

    found = {per_value(one) for one in left}
    return found.pop() if len(found) == 1 else Truth.UNKNOWN


def _same(left: Term, right: Term, world: World) -> Truth:
    world.spend()
    return relate("eq", left, right)


def _any_of(left: Term, right: Sequence[Term], world: World) -> Truth:
    return some(_same(left, one, world) for one in right)


def _none_of(left: Term, right: Sequence[Term], world: World) -> Truth:
    return ~_any_of(left, right, world)


def _is_a(left: Term, right: Sequence[Term], world: World) -> Truth:
    if not isinstance(left, str):
        return truth(left.datatype in right)
    return truth(any(one in world.kinds(left) for one in right))


def _part_of(left: Term, right: Sequence[Term], world: World) -> Truth:
    if not isinstance(left, str):
        return _any_of(left, right, world)
    return truth(any(one in world.wholes(left) for one in right))


def _has_part(left: Term, right: Sequence[Term], world: World) -> Truth:
    return every(_part_of(one, (left,), world) for one in right)


_SETS: Final[dict[str, Callable[[Term, Sequence[Term], World], Truth]]] = {
    "isA": _is_a,
    "isPartOf": _part_of,
    "hasPart": _has_part,
    "isAnyOf": _any_of,
    "isNoneOf": _none_of,
}


def _name(operator: str) -> str:
    name = operator.removeprefix(ODRL)
    return _MISSPELT.get(name, name)


def _short(iri: str) -> str:
    return iri.removeprefix(ODRL) or "its left operand"


def _list(terms: Sequence[Term]) -> str:
    texts = [term_text(term).removeprefix(ODRL) for term in terms[:3]]
    return shown(", ".join(texts) + (", …" if len(terms) > 3 else ""), 120) if texts else "what it refers to"
