"""Decisions: what terms come to for somebody who wants to do something; ODRL's evaluator decides."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from licet.documents.terms import User
from licet.errors import InputError
from licet.rights.evaluator import (
    ODRL,
    Literal,
    Measured,
    Outcome,
    Policy,
    Request,
    State,
    evaluate,
    literal,
    read_graph,
    read_policy,
)
from licet.rights.evaluator.model import Constraint
from licet.rights.evaluator.report import RuleReport, term_text
from licet.rights.evaluator.truth import Truth
from licet.rights.explain import explain
from licet.rights.formats.odrl import FORMAT
from licet.rights.odrl_words import LICET, XSD
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use, use_names

_ACTIONS: Final[Mapping[Use, str]] = {
    Use.MINE: f"{LICET}mine",
    Use.TRAIN: f"{LICET}train-non-generative",
    Use.TRAIN_GENERATIVE: f"{ODRL}gen-ai",
    Use.AUGMENT: f"{ODRL}ai-augment",
    Use.INDEX: f"{ODRL}index",
    Use.SEARCH: f"{ODRL}search",
    Use.REDISTRIBUTE: f"{ODRL}distribute",
    Use.DERIVE: f"{ODRL}derive",
    Use.DISPLAY: f"{ODRL}display",
    Use.COMMERCIAL: f"{ODRL}commercialize",
}
"""The action that is asked for, for each use: one that includes no other use."""

_NOUNS: Final[Mapping[str, str]] = {
    f"{ODRL}spatial": "the territory",
    f"{ODRL}recipient": "the class of users",
    f"{LICET}model": "the model",
    f"{ODRL}dateTime": "the time",
    f"{ODRL}elapsedTime": "the time since the license was granted",
    f"{LICET}saleTime": "the time of the sale",
}
_RELATIONS: Final[Mapping[str, str]] = {
    "eq": "",
    "neq": "other than ",
    "isAnyOf": "one of ",
    "isNoneOf": "none of ",
    "lteq": "at most ",
    "gteq": "at least ",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to do. What is left empty is unknown: terms that depend on it decide nothing.

    Attributes:
        uses: what they want to do; at least one known use.
        now: when, unix seconds.
        territory: where, ISO 3166-1 alpha-2.
        user: which class of users they are of.
        model: the name or IRI of the model that the work would go into.
        paid: whether the price was paid, as it was of every license on chain but a metered one.
    """

    uses: Use
    now: int
    territory: str = ""
    user: User | None = None
    model: str = ""
    paid: bool = False

    def __post_init__(self) -> None:
        if not self.uses or int(self.uses) & ~sum(_ACTIONS):
            raise InputError(f"name known uses to check, not {', '.join(use_names(self.uses)) or 'none'}")


@dataclass(frozen=True, slots=True)
class Check:
    """What terms come to for one use.

    Attributes:
        use: the use.
        outcome: permitted, denied, or undecided: something is unknown, or a duty comes first.
        reasons: why it is not simply permitted.
        duties: what has to be done for it, in sentences; only where nothing else stands in the way.
    """

    use: Use
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()


def check(terms: Terms, asked: Asked) -> tuple[Check, ...]:
    """What terms come to, use by use.

    How many licenses are sold already is not asked: that is between a buyer and the chain.

    Raises:
        InputError: a text in the terms is not valid Unicode.
    """
    # On whatever the terms stand beside: which work is meant was decided before.
    granted = bool(terms.licensee and terms.until)
    said = replace(terms, targets=(), supply=0, duration=0 if granted else terms.duration)
    if asked.paid or terms.payment == Payment(Kind.FREE):
        said = replace(said, payment=None)
    policy = read_policy(read_graph(FORMAT.export([said]), "terms"))
    return tuple(_check(said, policy, use, asked) for use in asked.uses)


def outcome(checks: Iterable[Check]) -> Outcome:
    """What several decisions come to: permitted if all are, denied if any is."""
    outcomes = {each.outcome for each in checks}
    for worst in (Outcome.DENY, Outcome.UNDECIDED):
        if worst in outcomes:
            return worst
    return Outcome.PERMIT


def _check(terms: Terms, policy: Policy, use: Use, asked: Asked) -> Check:
    request = Request(
        assignee=terms.licensee, action=_ACTIONS[use], target=f"{LICET}beside", values=_values(terms, asked)
    )
    report = evaluate(policy, request, State(now=_now(asked)))
    decision = report.decision
    if decision.outcome is Outcome.PERMIT:
        return Check(use, Outcome.PERMIT)
    if use & terms.document.prohibited:
        return Check(use, decision.outcome, ("it is prohibited",))
    if not use & terms.document.uses:
        return Check(use, decision.outcome, ("nothing permits it, and nothing prohibits it",))
    reasons = tuple(dict.fromkeys(_reasons(policy, report.rules)))
    if decision.open_duties and not reasons:
        return Check(use, decision.outcome, duties=_duties(terms))
    return Check(use, decision.outcome, reasons or decision.reasons)


def _values(terms: Terms, asked: Asked) -> dict[str, tuple[Measured, ...]]:
    """What is known of the request, by ODRL's and the profile's left operands."""
    values = {f"{LICET}saleTime": Measured(_now(asked))}
    if not terms.licensee:  # an offer is checked for whoever buys on it now
        values[f"{ODRL}elapsedTime"] = Measured(Literal("PT0S", f"{XSD}duration"))
    if asked.territory:
        values[f"{ODRL}spatial"] = Measured(literal(asked.territory))
    if asked.user is not None:
        values[f"{ODRL}recipient"] = Measured(f"{LICET}{asked.user}")
    if asked.model:
        values[f"{LICET}model"] = Measured(literal(asked.model))
    return {name: (value,) for name, value in values.items()}


def _now(asked: Asked) -> Literal:
    return literal(datetime.fromtimestamp(asked.now, UTC))


def _duties(terms: Terms) -> tuple[str, ...]:
    """What the terms ask for, in sentences."""
    wanted = ("Duties",) if terms.payment is None else ("Price", "Duties")
    return tuple(said for each in explain(terms) if each.title in wanted for said in each.sentences)


def _reasons(policy: Policy, reports: Iterable[RuleReport]) -> Iterator[str]:
    """Which limits of the terms are in the way, each as a sentence."""
    lefts = {
        each.id: each.left
        for rule in policy.rules
        for each in rule.constraints
        if isinstance(each, Constraint)
    }
    for report in reports:
        for premise in report.premises:
            if premise.satisfied is not Truth.YES and premise.constraint:
                noun = _NOUNS.get(lefts.get(premise.constraint, ""), "what is asked")
                values = ", ".join(term_text(term).removeprefix(LICET) for term in premise.right)
                limit = f"has to be {_RELATIONS.get(premise.operator.removeprefix(ODRL), '')}{values}"
                known = premise.satisfied is Truth.NO
                yield f"{noun} {limit}" if known else f"{noun} is not stated: it {limit}"
