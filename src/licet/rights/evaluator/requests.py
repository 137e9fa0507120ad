"""What is asked, from a request's graph: an `odrl:Request` with permissions, or an `EvaluationRequest`."""

from itertools import product
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.evaluator.graph import TYPE, Graph, Literal
from licet.rights.evaluator.model import AnyConstraint, Constraint, Measured, Request
from licet.rights.evaluator.policies import read_constraints
from licet.rights.odrl_words import ODRL, RDF, words
from licet.types import shown

SOTW: Final = "https://w3id.org/force/sotw#"
_MAX_ASKED: Final = 100
_STATING: Final = frozenset(ODRL + name for name in ("eq", "isA", "isAllOf"))


def read_requests(graph: Graph) -> tuple[Request, ...]:
    """What a request asks, one action on one asset at a time.

    A request says what is so (its purpose, its recipient, …) by constraints with `eq`, `isA` or `isAllOf`, on
    the permission that it asks for or as refinements of its action, or by the left operand as a property.

    Raises:
        DocumentInvalid: nothing is asked, too much, or not by IRIs.
    """
    found: list[Request] = []
    for node in _request_nodes(graph):
        found += _requests(graph, node)
    found += [_force_request(graph, node) for node in graph.subjects(TYPE, SOTW + "EvaluationRequest")]
    if not found:
        raise DocumentInvalid("the document asks for nothing: an odrl:Request with a permission is expected")
    if len(found) > _MAX_ASKED:
        raise DocumentInvalid(f"the document asks for {len(found)} things at once: {_MAX_ASKED} are the most")
    return tuple(found)


def _request_nodes(graph: Graph) -> tuple[str, ...]:
    typed = graph.subjects(TYPE, ODRL + "Request")
    asking = (subject for subject, predicate, _ in graph if predicate == ODRL + "permission")
    return typed or tuple(dict.fromkeys(asking))


def _requests(graph: Graph, node: str) -> list[Request]:
    found: list[Request] = []
    rules = graph.members(node, ODRL + "permission")
    if len(rules) > _MAX_ASKED:
        raise DocumentInvalid(f"the request asks for {len(rules)} permissions: {_MAX_ASKED} are the most")
    for rule in rules:
        if isinstance(rule, Literal):
            raise DocumentInvalid(
                f"the request's permission {shown(rule.lexical)} is a text: give its properties"
            )
        values = _values(graph, node, rule)
        asked = (_named(graph, node, rule, name) for name in ("assignee", "action", "target"))
        for assignee, action, target in product(*asked):
            found.append(Request(assignee, action, target, values, node, rule))
            if len(found) > _MAX_ASKED:
                return found
    return found


def _named(graph: Graph, node: str, rule: str, name: str) -> tuple[str, ...]:
    terms = graph.members(rule, ODRL + name) or graph.members(node, ODRL + name)
    named = []
    for term in terms:
        if isinstance(term, Literal):
            raise DocumentInvalid(
                f"the request names its {name} {shown(term.lexical)} as a text: give its IRI"
            )
        named.append(next(iter(graph.nodes(term, RDF + "value")), term))
    return tuple(named) or ("",)


def _values(graph: Graph, node: str, rule: str) -> dict[str, tuple[Measured, ...]]:
    """What the request says of itself, by left operands."""
    found: dict[str, list[Measured]] = {}
    actions = (*graph.nodes(rule, ODRL + "action"), *graph.nodes(node, ODRL + "action"))
    stated = [c for one in (node, rule) for c in read_constraints(graph, one, ODRL + "constraint")]
    stated += [c for one in actions for c in read_constraints(graph, one, ODRL + "refinement")]
    for constraint in _flat(stated):
        if constraint.operator in _STATING and not constraint.fault:
            measured = (Measured(value, constraint.unit) for value in constraint.right)
            found.setdefault(constraint.left, []).extend(measured)
    for predicate, value in (*graph.about(node), *graph.about(rule)):
        if predicate not in _STRUCTURE:
            found.setdefault(predicate, []).append(Measured(value))
    return {left: tuple(dict.fromkeys(values)) for left, values in found.items()}


_STRUCTURE: Final = frozenset(
    (
        TYPE,
        *(ODRL + name for name in words("uid permission assignee assigner action target constraint profile")),
    )
)


def _flat(constraints: list[AnyConstraint]) -> list[Constraint]:
    """The comparisons of a request, those joined by `and` too; what else is joined says nothing certain."""
    found: list[Constraint] = []
    for constraint in constraints:
        if isinstance(constraint, Constraint):
            found.append(constraint)
        elif constraint.operand == "and":
            found.extend(_flat(list(constraint.constraints)))
    return found


def _force_request(graph: Graph, node: str) -> Request:
    def one(name: str) -> str:
        return next(iter(graph.nodes(node, SOTW + name)), "")

    values: dict[str, tuple[Measured, ...]] = {}
    for parameter in graph.nodes(node, SOTW + "requestParameter"):
        for feature in graph.nodes(parameter, SOTW + "describesFeature"):
            left = ODRL + "dateTime" if feature == SOTW + "TemporalData" else feature
            measured = tuple(Measured(value) for value in graph.objects(parameter, SOTW + "value"))
            values[left] = (*values.get(left, ()), *measured)
    return Request(one("requestingParty"), one("requestedAction"), one("requestedTarget"), values, node, node)
