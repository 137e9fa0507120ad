"""The evaluation: a policy, a request and a state of the world in; the compliance report out."""

from collections.abc import Sequence

from licet.rights.evaluator.decision import decide
from licet.rights.evaluator.graph import Graph
from licet.rights.evaluator.matching import premises_of
from licet.rights.evaluator.model import Kind, Performance, Policy, Request, Rule, State
from licet.rights.evaluator.policies import read_policy
from licet.rights.evaluator.report import Premise, Report, RuleReport
from licet.rights.evaluator.requests import read_requests
from licet.rights.evaluator.states import read_state
from licet.rights.evaluator.truth import Truth, every
from licet.rights.evaluator.world import World


def evaluate(policy: Graph | Policy, request: Graph | Request, state: Graph | State) -> Report:
    """What a policy comes to for a request in a state of the world.

    The same three always give the same report: nothing is fetched, and no clock is read.

    Args:
        policy: a document with one policy, or what was read from one.
        request: a document that asks, or one thing that is asked.
        state: a document that says what is so, or a state.

    Raises:
        DocumentInvalid: a document does not say what it should, or there is too much to evaluate.
    """
    rules = read_policy(policy) if isinstance(policy, Graph) else policy
    asked = read_requests(request) if isinstance(request, Graph) else (request,)
    world = read_state(state) if isinstance(state, Graph) else state
    return _report(rules, asked, world)


def _report(policy: Policy, requests: Sequence[Request], state: State) -> Report:
    world = World(policy.facts, state)
    reports = tuple(_judge(rule, request, state, world) for request in requests for rule in policy.rules)
    return Report(
        policy=policy.id,
        policy_type=policy.type,
        requests=tuple(requests),
        created=state.now.lexical if state.now is not None else "",
        rules=reports,
        decision=decide(policy, requests, reports),
    )


def _judge(rule: Rule, request: Request, state: State, world: World) -> RuleReport:
    """One rule, with the duties that hang on it."""
    world.spend(5)
    premises = premises_of(rule, request, world)
    duties = tuple(_judge(duty, request, state, world) for duty in rule.duties)
    active = every(premise.satisfied for premise in premises)
    reasons = _reasons(premises, active)
    performance = deontic = ""
    if rule.kind is Kind.DUTY:
        reported = state.duties.get(rule.id, Performance())
        performance = reported.performance or "Unknown"
        deontic = reported.deontic or _deontic(active, performance)
        if deontic == "Violated" and _made_good(performance, duties):
            deontic = "Fulfilled"
    elif rule.kind is Kind.PERMISSION:
        violated = [duty.rule for duty in duties if duty.deontic == "Violated"]
        if violated:
            active = Truth.NO
            reasons = (*reasons, *(f"its duty {duty} is violated" for duty in violated))
    return RuleReport(rule.id, rule.kind, request, active, premises, duties, performance, deontic, reasons)


def _reasons(premises: Sequence[Premise], active: Truth) -> tuple[str, ...]:
    if active is Truth.YES:
        return ()
    return tuple(premise.reason for premise in premises if premise.satisfied is active)


def _deontic(active: Truth, performance: str) -> str:
    """Fulfilled if the duty's constraints hold and its action was done; violated if it can no longer be."""
    if active is Truth.YES and performance in ("Performed", "Unperformed"):
        return "Fulfilled" if performance == "Performed" else "Violated"
    return "NonSet"


def _made_good(performance: str, consequences: Sequence[RuleReport]) -> bool:
    """Whether a violated duty was done after all, and all its consequences with it."""
    done = performance == "Performed" and bool(consequences)
    return done and all(duty.deontic == "Fulfilled" for duty in consequences)
