"""A policy from its graph: inheritance resolved, shorthand spread over its rules, lists unrolled."""

from collections.abc import Iterator
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.evaluator.graph import TYPE, Graph, Literal, Term
from licet.rights.evaluator.model import (
    AnyConstraint,
    Conflict,
    Constraint,
    Kind,
    LogicalConstraint,
    Policy,
    Rule,
    Scope,
)
from licet.rights.odrl_words import KNOWN_PROFILES, ODRL, RDF, UNDEFINED, XSD
from licet.types import shown

RULES: Final = {
    ODRL + "permission": Kind.PERMISSION,
    ODRL + "prohibition": Kind.PROHIBITION,
    ODRL + "obligation": Kind.DUTY,
}
_TYPES: Final = ("Agreement", "Offer", "Set", "Policy", "Ticket", "Privacy", "Assertion")
_DUTIES: Final = {Kind.PERMISSION: "duty", Kind.PROHIBITION: "remedy", Kind.DUTY: "consequence"}
_LOGICAL: Final = ("and", "or", "xone", "andSequence")
_MAX_CONSTRAINTS: Final = 5_000
_MAX_RULES: Final = 1_000
_MAX_DEPTH: Final = 32


def read_policy(graph: Graph) -> Policy:
    """The one policy that a document is about.

    Raises:
        DocumentInvalid: there is none, or several of which none inherits the others; a rule is no node, a
            word of it is not defined, or there are too many rules or constraints.
    """
    return _Reader(graph).policy()


def read_constraints(graph: Graph, subject: str, predicate: str) -> tuple[AnyConstraint, ...]:
    """The constraints that a node has by a property. Raises as `read_policy`."""
    return _Reader(graph).constraints(subject, predicate)


def policy_nodes(graph: Graph) -> tuple[str, ...]:
    """What the document calls a policy, or gives rules; requests are none."""
    typed = [node for kind in _TYPES for node in graph.subjects(TYPE, ODRL + kind)]
    ruled = [subject for subject, predicate, _ in graph if predicate in RULES]
    requests = set(graph.subjects(TYPE, ODRL + "Request"))
    return tuple(dict.fromkeys(node for node in (*typed, *ruled) if node not in requests))


class _Reader:
    """Reads one graph, and counts what it has read: what is shared is counted as often as it is used."""

    def __init__(self, graph: Graph) -> None:
        self._graph: Final = graph
        self._constraints = 0
        self._rules = 0

    def policy(self) -> Policy:
        graph, node = self._graph, self._the_policy()
        kinds = [kind for kind in _TYPES if ODRL + kind in graph.objects(node, TYPE)]
        lineage, gaps = self._lineage(node)
        rules = {(rule.id, rule.kind): rule for one in lineage for rule in self._rules_of(one)}
        profiles = dict.fromkeys(name for one in lineage for name in graph.nodes(one, ODRL + "profile"))
        gaps += [
            f"the policy follows the profile {profile}, whose terms are not known here"
            for profile in profiles
            if profile not in KNOWN_PROFILES
        ]
        return Policy(
            node,
            kinds[0] if kinds else "Set",
            self._conflict(node),
            tuple(rules.values()),
            tuple(gaps),
            graph,
        )

    def _the_policy(self) -> str:
        nodes = policy_nodes(self._graph)
        parents = {
            parent
            for node in nodes
            for parent in self._graph.nodes(node, ODRL + "inheritFrom")
            if parent != node
        }
        heirs = [node for node in nodes if node not in parents]
        if len(heirs) == 1:
            return heirs[0]
        if not nodes:
            raise DocumentInvalid("the document has no ODRL policy: check its prefixes, or its @context")
        if not heirs:
            raise DocumentInvalid(f"{shown(nodes[0])} and others inherit from each other, in a circle")
        raise DocumentInvalid(
            f"the document has {len(nodes)} policies, {shown(nodes[0])} and {shown(nodes[1])} for two: "
            f"give one"
        )

    def _lineage(self, node: str) -> tuple[list[str], list[str]]:
        """The policy and all that it inherits from, and those that are not in the document."""
        found, gaps, waiting = [node], [], list(self._graph.nodes(node, ODRL + "inheritFrom"))
        present = set(policy_nodes(self._graph))
        while waiting:
            parent = waiting.pop(0)
            if parent not in present:
                gaps.append(
                    f"the policy inherits from {parent}, which is not in the document and never fetched"
                )
            elif parent not in found:
                found.append(parent)
                waiting.extend(self._graph.nodes(parent, ODRL + "inheritFrom"))
        return found, gaps

    def _conflict(self, node: str) -> Conflict:
        words = self._graph.objects(node, ODRL + "conflict")
        if not words:
            return Conflict.INVALID
        names = {ODRL + conflict.value: conflict for conflict in Conflict}
        if len(words) > 1 or words[0] not in names:
            raise DocumentInvalid(
                f"the policy's conflict strategy is {_said(words)}: perm, prohibit or invalid"
            )
        return names[words[0]] if isinstance(words[0], str) else Conflict.INVALID

    def _rules_of(self, policy: str) -> Iterator[Rule]:
        for predicate, kind in RULES.items():
            for term in self._graph.members(policy, predicate):
                if isinstance(term, Literal):
                    raise DocumentInvalid(f"the rule {shown(term.lexical)} is a text: give its properties")
                yield self._rule(term, kind, policy, 0)

    def _rule(self, node: str, kind: Kind, policy: str, depth: int) -> Rule:
        self._rules += 1
        if self._rules > _MAX_RULES or depth > _MAX_DEPTH:
            raise DocumentInvalid(
                f"the policy has more than {_MAX_RULES:,} rules, or duties that lead in a circle"
            )
        own = depth == 0
        graph = self._graph
        return Rule(
            id=node,
            kind=kind,
            actions=self._scopes(node, policy if own else "", "action", words=True),
            targets=self._scopes(node, policy if own else "", "target", reverse="hasPolicy"),
            assignees=self._scopes(node, policy if own else "", "assignee", reverse="assigneeOf"),
            constraints=self.constraints(node, ODRL + "constraint"),
            duties=tuple(
                self._rule(duty, Kind.DUTY, policy, depth + 1)
                for duty in graph.members(node, ODRL + _DUTIES[kind])
                if isinstance(duty, str)
            ),
        )

    def _scopes(
        self, node: str, policy: str, name: str, *, words: bool = False, reverse: str = ""
    ) -> tuple[Scope, ...]:
        """What a rule names by a property, or else what its policy does for all of its rules."""
        graph = self._graph
        terms = graph.members(node, ODRL + name)
        if reverse and not terms:
            terms = graph.subjects(ODRL + reverse, node)
        if policy and not terms:
            terms = graph.members(policy, ODRL + name)
            terms = (*terms, *graph.subjects(ODRL + reverse, policy)) if reverse else terms
        return tuple(self._scope(term, words=words) for term in terms)

    def _scope(self, term: Term, *, words: bool) -> Scope:
        if isinstance(term, Literal):
            raise DocumentInvalid(f"the rule names {shown(term.lexical)} as a text: name it by its IRI")
        graph = self._graph
        values = graph.nodes(term, RDF + "value") if words else ()
        sources = graph.nodes(term, ODRL + "source")
        ids = values if values else tuple(dict.fromkeys((term, *graph.nodes(term, ODRL + "uid"), *sources)))
        if words:
            for name in ids:
                self._check_word(name, "action")
        return Scope(ids, self.constraints(term, ODRL + "refinement"))

    def constraints(self, subject: str, predicate: str, depth: int = 0) -> tuple[AnyConstraint, ...]:
        """The constraints that a node has by a property."""
        return tuple(self._constraint(term, depth) for term in self._graph.members(subject, predicate))

    def _constraint(self, term: Term, depth: int) -> AnyConstraint:
        self._constraints += 1
        if self._constraints > _MAX_CONSTRAINTS or depth > _MAX_DEPTH:
            raise DocumentInvalid(
                f"the document has more than {_MAX_CONSTRAINTS:,} constraints, or some that lead in a circle"
            )
        if isinstance(term, Literal):
            raise DocumentInvalid(f"the constraint {shown(term.lexical)} is a text: give its properties")
        joined = [name for name in _LOGICAL if self._graph.objects(term, ODRL + name)]
        if len(joined) == 1:
            return LogicalConstraint(term, joined[0], self.constraints(term, ODRL + joined[0], depth + 1))
        if joined:
            return Constraint(
                term, fault=f"it has {len(joined)} logical words, {' and '.join(joined)}, not one"
            )
        return self._comparison(term)

    def _comparison(self, node: str) -> Constraint:
        graph = self._graph
        left, operator = (graph.objects(node, ODRL + name) for name in ("leftOperand", "operator"))
        right = graph.members(node, ODRL + "rightOperand")
        references = graph.nodes(node, ODRL + "rightOperandReference")
        units = graph.nodes(node, ODRL + "unit")
        types = graph.nodes(node, ODRL + "dataType", ODRL + "datatype")
        if (
            len(left) != 1
            or len(operator) != 1
            or not isinstance(left[0], str)
            or not isinstance(operator[0], str)
        ):
            return Constraint(node, fault="it has not one left operand and one operator, by their IRIs")
        self._check_word(left[0], "left operand")
        self._check_word(operator[0], "operator")
        if types:
            right = tuple(_typed(term, types[0]) for term in right)
        fault = "" if right or references else "it has no right operand"
        if len(units) > 1:
            fault = "it has several units"
        return Constraint(node, left[0], operator[0], right, references, units[0] if units else "", fault)

    def _check_word(self, iri: str, what: str) -> None:
        """Refuses a word that only the document itself could define: its context does not know it."""
        if iri.startswith(UNDEFINED) or (self._graph.base and iri.startswith(self._graph.base)):
            word = iri.removeprefix(UNDEFINED).removeprefix(self._graph.base)
            raise DocumentInvalid(
                f"the {what} {shown(word)} is not defined: name it by its IRI, or in the @context"
            )


def _typed(term: Term, datatype: str) -> Term:
    """A text with the datatype that its constraint gives."""
    plain = isinstance(term, Literal) and term.datatype == XSD + "string"
    return Literal(term.lexical, datatype) if plain and isinstance(term, Literal) else term


def _said(terms: tuple[Term, ...]) -> str:
    return " and ".join(shown(term.lexical if isinstance(term, Literal) else term) for term in terms)
