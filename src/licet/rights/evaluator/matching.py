"""Whether what is asked falls under the action, the party and the asset that a rule names."""

from collections.abc import Callable
from typing import Final

from licet.rights.evaluator.constraints import check
from licet.rights.evaluator.model import Kind, Request, Rule, Scope
from licet.rights.evaluator.report import Premise
from licet.rights.evaluator.truth import Truth, every, some, truth
from licet.rights.evaluator.world import World

_NOUNS: Final = {"TargetReport": "target", "PartyReport": "assignee", "ActionReport": "action"}

Above = Callable[[str], frozenset[str]]


def premises_of(rule: Rule, request: Request, world: World) -> tuple[Premise, ...]:
    """All that has to be so for a rule to be in effect; of what a rule does not name, nothing has to be.

    A duty asks for its action, whatever the request's action is: only its party and its constraints count.
    """
    found = []
    if rule.kind is not Kind.DUTY and rule.targets:
        found.append(_match("TargetReport", rule.targets, request.target, request, world, world.wholes))
    if rule.assignees:
        found.append(_match("PartyReport", rule.assignees, request.assignee, request, world, world.wholes))
    if rule.kind is not Kind.DUTY and rule.actions:
        found.append(
            _match("ActionReport", rule.actions, request.action, request, world, world.wider_actions)
        )
    found += [check(constraint, request, world) for constraint in rule.constraints]
    return tuple(found)


def _match(
    kind: str, scopes: tuple[Scope, ...], asked: str, request: Request, world: World, above: Above
) -> Premise:
    """Whether what is asked falls under any of the scopes, or at least includes one."""
    found = [_falls_under(kind, scope, asked, request, world, above) for scope in scopes]
    satisfied = some(premise.satisfied for premise in found)
    if satisfied is Truth.YES:
        return next(premise for premise in found if premise.satisfied is Truth.YES)
    part = any(premise.part for premise in found)
    reasons = dict.fromkeys(premise.reason for premise in found if premise.satisfied is satisfied)
    inside = tuple(one for premise in found for one in premise.premises)
    return Premise(kind, satisfied, "; ".join(list(reasons)[:3]), part, premises=inside)


def _falls_under(
    kind: str, scope: Scope, asked: str, request: Request, world: World, above: Above
) -> Premise:
    noun, name = _NOUNS[kind], scope.ids[0]
    inside = tuple(check(refinement, request, world) for refinement in scope.refinements)
    refined = every(premise.satisfied for premise in inside)
    if all(one.startswith("_:") for one in scope.ids) and asked not in scope.ids:
        reason = f"the rule's {noun} has no IRI and no source, so nobody can tell what it covers"
        return Premise(kind, Truth.UNKNOWN if refined is not Truth.NO else Truth.NO, reason, premises=inside)
    if not asked:
        reason = f"the request names no {noun}, the rule does: {name}"
        return Premise(kind, Truth.NO, reason, part=refined is not Truth.NO, premises=inside)
    base = truth(any(one in above(asked) for one in scope.ids))
    if base is Truth.NO:
        part = any(asked in above(one) for one in scope.ids) and refined is not Truth.NO
        how = "includes" if part else "is not, and is not part of,"
        return Premise(kind, Truth.NO, f"the {noun} asked for, {asked}, {how} {name}", part, premises=inside)
    failing = next((premise.reason for premise in inside if premise.satisfied is refined), "")
    return Premise(
        kind, refined, "" if refined is Truth.YES else f"the {noun} is refined: {failing}", premises=inside
    )
