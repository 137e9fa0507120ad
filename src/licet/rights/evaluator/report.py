"""The compliance report: what each rule came to and why, and what follows for the request.

Its words are those of the compliance report model (`https://w3id.org/force/compliance-report#`).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from licet.rights.evaluator.graph import Literal, Term
from licet.rights.evaluator.model import Kind, Request
from licet.rights.evaluator.truth import Truth


class Outcome(Enum):
    """What a policy comes to for a request."""

    PERMIT = "permit"
    DENY = "deny"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Premise:
    """Why a rule holds, or does not: one of the things that have to be so.

    Attributes:
        type: `TargetReport`, `PartyReport`, `ActionReport` or `ConstraintReport`.
        satisfied: whether it is so.
        reason: why not, or why that cannot be told; empty where it is so.
        part: it is not so of all that is asked, but of a part.
        constraint: a constraint's IRI or blank node.
        left, operator, right: what a constraint compared.
        operand: a logical constraint's word.
        premises: what a logical constraint joins, or a scope's refinements.
    """

    type: str
    satisfied: Truth
    reason: str = ""
    part: bool = False
    constraint: str = ""
    left: tuple[Term, ...] = ()
    operator: str = ""
    right: tuple[Term, ...] = ()
    operand: str = ""
    premises: "tuple[Premise, ...]" = ()

    def to_json(self) -> dict[str, Any]:
        """The premise with stable keys."""
        found: dict[str, Any] = {
            "type": self.type,
            "satisfaction_state": "Satisfied" if self.satisfied is Truth.YES else "Unsatisfied",
            "undecided": self.satisfied is Truth.UNKNOWN,
            "reason": self.reason,
        }
        if self.constraint:
            found["constraint"] = self.constraint
        if self.operand:
            found["logical_operand"] = self.operand
        elif self.operator:
            found |= {
                "left_operand": [term_json(term) for term in self.left],
                "operator": self.operator,
                "right_operand": [term_json(term) for term in self.right],
            }
        if self.premises:
            found["premises"] = [premise.to_json() for premise in self.premises]
        return found


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one rule came to for one request.

    Attributes:
        rule: its IRI or blank node.
        kind: permission, prohibition or duty.
        request: what was asked.
        active: whether it is in effect; `UNKNOWN` is reported as inactive, and undecided.
        premises: what had to be so.
        duties: of a permission its duties, of a prohibition its remedies, of a duty its consequences.
        performance: of a duty, `Performed`, `Unperformed` or `Unknown`.
        deontic: of a duty, `Fulfilled`, `Violated` or `NonSet`.
        reasons: why it is not active, or not known to be.
    """

    rule: str
    kind: Kind
    request: Request
    active: Truth
    premises: tuple[Premise, ...] = ()
    duties: "tuple[RuleReport, ...]" = ()
    performance: str = ""
    deontic: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The report's class: `PermissionReport`, `ProhibitionReport` or `DutyReport`."""
        return f"{self.kind.value.capitalize()}Report"

    @property
    def activation_state(self) -> str:
        """`Active`, or `Inactive`: then not all premises are satisfied, or not known to be."""
        return "Active" if self.active is Truth.YES else "Inactive"

    @property
    def attempt_state(self) -> str:
        """`Attempted`: the report is about a request, which is an attempt."""
        return "Attempted"

    def to_json(self) -> dict[str, Any]:
        """The report with stable keys."""
        found: dict[str, Any] = {
            "type": self.type,
            "rule": self.rule,
            "rule_request": self.request.rule,
            "attempt_state": self.attempt_state,
            "activation_state": self.activation_state,
            "undecided": self.active is Truth.UNKNOWN,
            "reasons": list(self.reasons),
            "premises": [premise.to_json() for premise in self.premises],
            "conditions": [duty.to_json() for duty in self.duties],
        }
        if self.kind is Kind.DUTY:
            found |= {"performance_state": self.performance, "deontic_state": self.deontic}
        return found


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from all rules.

    Attributes:
        outcome: permit, deny or undecided.
        reasons: why.
        open_duties: duties of the active permissions that are not known to be fulfilled.
    """

    outcome: Outcome
    reasons: tuple[str, ...]
    open_duties: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The decision with stable keys."""
        return {
            "outcome": self.outcome.value,
            "reasons": list(self.reasons),
            "open_duties": list(self.open_duties),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What a policy comes to for a request in a state of the world.

    Attributes:
        policy: the policy's IRI or blank node.
        policy_type: `Set`, `Offer`, `Agreement`, …
        requests: what was asked, one action on one asset each.
        created: the present moment of the state of the world; empty where it gives none.
        rules: one report for each rule and each thing asked.
        decision: what follows.
    """

    policy: str
    policy_type: str
    requests: tuple[Request, ...]
    created: str
    rules: tuple[RuleReport, ...]
    decision: Decision

    def to_json(self) -> dict[str, Any]:
        """The report with stable keys."""
        return {
            "policy": self.policy,
            "policy_type": self.policy_type,
            "policy_request": self.requests[0].id,
            "created": self.created or None,
            "decision": self.decision.to_json(),
            "rules": [rule.to_json() for rule in self.rules],
        }


def term_json(term: Term) -> dict[str, str]:
    """A term as JSON-LD writes it."""
    if isinstance(term, str):
        return {"@id": term}
    if term.language:
        return {"@value": term.lexical, "@language": term.language}
    return {"@value": term.lexical, "@type": term.datatype}


def term_text(term: Term) -> str:
    """A term as people read it."""
    return term.lexical if isinstance(term, Literal) else term
