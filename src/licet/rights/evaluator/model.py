"""What the documents say, as the evaluator uses it: policies, rules, requests, the state of the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from licet.rights.evaluator.graph import Graph, Literal, Term

REPORT: Final = "https://w3id.org/force/compliance-report#"
"""The compliance report's vocabulary."""


class Kind(Enum):
    """What a rule is."""

    PERMISSION = "permission"
    PROHIBITION = "prohibition"
    DUTY = "duty"


class Conflict(Enum):
    """What happens where a permission and a prohibition both hold (`odrl:conflict`)."""

    PERMIT = "perm"
    PROHIBIT = "prohibit"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A comparison of what is so with what the policy says.

    Attributes:
        id: its IRI or blank node.
        left: the left operand's IRI.
        operator: the operator's IRI.
        right: the right operand's values.
        references: IRIs that stand for values (`odrl:rightOperandReference`).
        unit: the IRI of the unit that the right operand is in; empty for none.
        fault: why it cannot be evaluated as it is written; empty where it can.
    """

    id: str
    left: str = ""
    operator: str = ""
    right: tuple[Term, ...] = ()
    references: tuple[str, ...] = ()
    unit: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class LogicalConstraint:
    """Constraints under one logical word.

    Attributes:
        id: its IRI or blank node.
        operand: `and`, `or`, `xone` or `andSequence`.
        constraints: what it joins, in order.
    """

    id: str
    operand: str
    constraints: "tuple[AnyConstraint, ...]"


AnyConstraint = Constraint | LogicalConstraint


@dataclass(frozen=True, slots=True)
class Scope:
    """An action, a party or an asset that a rule names, narrowed by refinements.

    Attributes:
        ids: its IRI, and those of the collection that it is drawn from (`odrl:source`).
        refinements: what it is narrowed to.
    """

    ids: tuple[str, ...]
    refinements: tuple[AnyConstraint, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A permission, a prohibition or a duty; an empty scope restricts nothing.

    Attributes:
        id: its IRI or blank node.
        kind: what it is.
        actions, targets, assignees: what it is about; of several, any.
        constraints: all have to hold.
        duties: of a permission its duties, of a prohibition its remedies, of a duty its consequences.
    """

    id: str
    kind: Kind
    actions: tuple[Scope, ...] = ()
    targets: tuple[Scope, ...] = ()
    assignees: tuple[Scope, ...] = ()
    constraints: tuple[AnyConstraint, ...] = ()
    duties: "tuple[Rule, ...]" = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with all its rules, those that it inherits too.

    Attributes:
        id: its IRI or blank node.
        type: `Set`, `Offer`, `Agreement`, …
        conflict: what happens where its rules contradict each other.
        rules: its rules, in order.
        gaps: why its rules may be incomplete, or mean more than is known here.
        facts: the document, for what it says of actions, collections and classes.
    """

    id: str
    type: str
    conflict: Conflict
    rules: tuple[Rule, ...]
    gaps: tuple[str, ...]
    facts: Graph


@dataclass(frozen=True, slots=True)
class Measured:
    """A value of a left operand, and the unit that it is in; an empty unit for none."""

    value: Term
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks to do: one action on one asset. What is empty is not restricted.

    Attributes:
        assignee: who asks, an IRI.
        action: what they want to do, an IRI.
        target: what with, an IRI.
        values: what they say of it, by left operands' IRIs: the purpose, the recipient, …
        id: the request's IRI or blank node.
        rule: that of the permission in it that asks.
    """

    assignee: str = ""
    action: str = ""
    target: str = ""
    values: Mapping[str, tuple[Measured, ...]] = field(default_factory=dict)
    id: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Performance:
    """What the state of the world reports of a duty: the compliance report's own words, empty where silent.

    Attributes:
        performance: `Performed`, `Unperformed` or `Unknown`.
        deontic: `Fulfilled`, `Violated` or `NonSet`.
    """

    performance: str = ""
    deontic: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The state of the world.

    Attributes:
        now: the present moment; None where it is not known.
        duties: what is reported of duties, by their ids.
        values: values of left operands, by their IRIs, whoever asks.
        memberships: the collections that a party or an asset is part of.
        facts: a document, for what it says of parties, assets, events and classes.
    """

    now: Literal | None = None
    duties: Mapping[str, Performance] = field(default_factory=dict)
    values: Mapping[str, tuple[Measured, ...]] = field(default_factory=dict)
    memberships: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: Graph = field(default_factory=Graph)
