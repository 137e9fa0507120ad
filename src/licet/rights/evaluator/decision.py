"""What follows from all rules of a policy for what is asked: permitted, denied, or not to be decided."""

from collections.abc import Sequence

from licet.rights.evaluator.model import Conflict, Kind, Policy, Request
from licet.rights.evaluator.report import Decision, Outcome, RuleReport
from licet.rights.evaluator.truth import Truth, every, some


def decide(policy: Policy, requests: Sequence[Request], reports: Sequence[RuleReport]) -> Decision:
    """The decision on everything that is asked: all of it has to be permitted.

    Args:
        policy: the policy.
        requests: what is asked.
        reports: one for each rule, for the first thing asked, then the second, …
    """
    each = len(reports) // len(requests)
    decisions = [_decide_one(policy, reports[each * n : each * (n + 1)]) for n in range(len(requests))]
    outcomes = [decision.outcome for decision in decisions]
    reasons = tuple(dict.fromkeys(reason for decision in decisions for reason in decision.reasons))
    duties = tuple(dict.fromkeys(duty for decision in decisions for duty in decision.open_duties))
    if policy.gaps:
        return Decision(Outcome.UNDECIDED, (*policy.gaps, *reasons), duties)
    if Outcome.DENY in outcomes:
        denied = (decision for decision in decisions if decision.outcome is Outcome.DENY)
        return Decision(
            Outcome.DENY, tuple(dict.fromkeys(reason for one in denied for reason in one.reasons))
        )
    outcome = Outcome.UNDECIDED if Outcome.UNDECIDED in outcomes else Outcome.PERMIT
    return Decision(outcome, reasons, duties)


def _decide_one(policy: Policy, reports: Sequence[RuleReport]) -> Decision:
    permissions = [report for report in reports if report.kind is Kind.PERMISSION]
    prohibitions = [report for report in reports if report.kind is Kind.PROHIBITION]
    grant = some(_grants(report) for report in permissions)
    ban = some(_bans(report) for report in prohibitions)
    granting = _reasons(permissions, grant)
    banning = _reasons(prohibitions, ban, banned=True)
    duties = _open_duties(permissions)
    if grant is Truth.NO:
        return Decision(Outcome.DENY, (*banning, *(granting or ("the policy has no permission",))))
    if ban is Truth.NO or (policy.conflict is Conflict.PERMIT and grant is Truth.YES):
        return Decision(Outcome.PERMIT if grant is Truth.YES else Outcome.UNDECIDED, granting, duties)
    if ban is Truth.YES and policy.conflict is not Conflict.PERMIT:
        return Decision(Outcome.DENY, (*banning, _strategy(policy, grant)))
    return Decision(Outcome.UNDECIDED, (*banning, *granting), duties)


def _strategy(policy: Policy, grant: Truth) -> str:
    if policy.conflict is Conflict.PROHIBIT:
        return "the policy's conflict strategy is prohibit"
    if grant is Truth.YES:
        return "permission and prohibition contradict each other, which voids the policy (conflict: invalid)"
    return "no permission is known to stand against it"


def _grants(report: RuleReport) -> Truth:
    """Whether a permission is in effect, with its duties fulfilled first, as ODRL asks."""
    return every((report.active, *(_fulfilled(duty) for duty in report.duties)))


def _fulfilled(duty: RuleReport) -> Truth:
    if duty.deontic == "Fulfilled":
        return Truth.YES
    return Truth.NO if duty.deontic == "Violated" else Truth.UNKNOWN


def _bans(report: RuleReport) -> Truth:
    """Whether a prohibition is in effect for all that is asked, or for a part of it."""
    return every(Truth.YES if premise.part else premise.satisfied for premise in report.premises)


def _reasons(reports: Sequence[RuleReport], wanted: Truth, *, banned: bool = False) -> tuple[str, ...]:
    """What the rules say that came to this."""
    found = []
    for report in reports:
        if (_bans if banned else _grants)(report) is wanted:
            found += _words(report, banned=banned)
    return tuple(found[:20]) if wanted is not Truth.NO or not banned else ()


def _words(report: RuleReport, *, banned: bool) -> list[str]:
    name = f"{report.kind.value} {report.rule}"
    if report.active is Truth.YES:
        waiting = [duty.rule for duty in report.duties if _fulfilled(duty) is not Truth.YES]
        due = f", but of its duties these are not known to be fulfilled: {', '.join(waiting)}"
        return [f"{name} is active" + (due if waiting and not banned else "")]
    if report.active is Truth.UNKNOWN:
        return [f"whether {name} is active cannot be told: {reason}" for reason in report.reasons]
    if banned:
        return [f"{name} is about a part of what is asked: {reason}" for reason in report.reasons]
    return [f"{name} is not active: {reason}" for reason in report.reasons]


def _open_duties(permissions: Sequence[RuleReport]) -> tuple[str, ...]:
    """Duties that stand between an active permission and its use; none where another permission asks none."""
    if any(_grants(report) is Truth.YES for report in permissions):
        return ()
    active = (report for report in permissions if report.active is Truth.YES)
    return tuple(
        duty.rule for report in active for duty in report.duties if _fulfilled(duty) is not Truth.YES
    )
