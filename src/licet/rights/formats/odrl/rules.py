"""ODRL's permissions and prohibitions, each by itself: what it covers, for whom, and how far."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from licet.documents.terms import in_order
from licet.rights.formats.odrl.constraints import Facts, limits, literal, narrow
from licet.rights.formats.odrl.duties import duty
from licet.rights.formats.odrl.following import Reader, Unheld, known, short
from licet.rights.formats.odrl.nodes import Literal, Node, Reference, Value
from licet.rights.formats.odrl.profile import meant, reached
from licet.rights.odrl_words import LICET, ODRL
from licet.rights.uses import Use

Lose = Callable[[Unheld], None]

EVERYTHING: Final = Use(sum(Use))
"""All uses."""

_FLAGS: Final = {f"{ODRL}grantUse": "sublicensable", f"{LICET}transfer-license": "transferable"}
_BESIDE: Final = Reference(f"{LICET}beside")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is for.

    Attributes:
        targets: sorted; empty for whatever the policy stands beside.
        licensor: who licenses; empty if unsaid.
        licensee: to whom; empty for anybody.
    """

    targets: tuple[str, ...]
    licensor: str
    licensee: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What a permission permits, and within which limits."""

    scope: Scope
    uses: Use
    flags: frozenset[str]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Prohibition:
    """What a prohibition says.

    Attributes:
        scopes: what it is for; none where that cannot be told: it may be for anything.
        uses: prohibited without any limit.
        reached: uses that might not be permitted any more.
        flags: what else is not.
    """

    scopes: tuple[Scope, ...]
    uses: Use
    reached: Use
    flags: frozenset[str] = frozenset()


class Scopes:
    """Reads what a policy's rules are for; what a rule leaves out, the policy says for all."""

    def __init__(self, reader: Reader, policy: Node, owners: list[Reference]) -> None:
        self._reader = reader
        self._policy = policy
        self._owners = owners

    def inherited(self, rule: Node, name: str) -> list[Value]:
        """The values of a rule's property, or else its policy's."""
        return self._reader.values(rule, f"{ODRL}{name}") or self._reader.values(
            self._policy, f"{ODRL}{name}"
        )

    def licensor(self, rule: Node, lose: Lose) -> str:
        """Who licenses; empty where nobody says, or too many do."""
        found = self.inherited(rule, "assigner")
        try:
            names = in_order(self._name(value, "odrl:assigner") for value in found)
        except Unheld as error:
            lose(error)
            return ""
        if len(names) > 1:
            lose(Unheld("odrl:assigner", f"there are {len(names)}, and terms have one licensor"))
        return names[0] if len(names) == 1 else ""

    def of(self, rule: Node, lose: Lose) -> list[Scope]:
        """What a rule is for: a scope for each assignee.

        Raises:
            Unheld: it cannot be said.
        """
        values = self.inherited(rule, "target") or list(self._owners)
        if _BESIDE in values and len(values) > 1:
            raise Unheld("odrl:target", "it is for what the policy stands beside, and for something else")
        targets = in_order(self._name(value, "odrl:target") for value in values if value != _BESIDE)
        licensor = self.licensor(rule, lose)
        assignees = self.inherited(rule, "assignee")
        if assignees and f"{ODRL}Offer" in self._policy.types:
            raise Unheld("odrl:assignee", "the offer is for somebody alone, and Licet's are for anybody")
        names = in_order(self._name(value, "odrl:assignee") for value in assignees) or ("",)
        return [Scope(targets, licensor, name) for name in names]

    def _name(self, value: Value, what: str) -> str:
        """The name of an asset or a party."""
        if isinstance(value, Literal):
            raise Unheld(what, "it is a text, where a node is expected")
        node = self._reader.node(value)
        if node.values(f"{ODRL}refinement"):
            raise Unheld("odrl:refinement", f"the {what} is a part of a collection, told by its properties")
        if texts := self._reader.values(node, f"{LICET}text"):
            return literal(texts[0], "licet:text")
        if node.named:
            return node.id
        sources = self._reader.values(node, f"{ODRL}source") or self._reader.values(node, f"{ODRL}uid")
        if len(sources) != 1 or not isinstance(sources[0], Reference) or sources[0].id.startswith("_:"):
            raise Unheld(what, "it has no name")
        return sources[0].id


def grants(reader: Reader, scopes: Scopes, rule: Node, lose: Lose) -> Iterator[Grant]:
    """What a permission grants, for each of its actions and assignees.

    Raises:
        Unheld: it has a limit or a duty that terms cannot say.
    """
    known(rule, "action", "target", "assigner", "assignee", "constraint", "duty")
    places = scopes.of(rule, lose)
    constraints = list(reader.nodes(rule, f"{ODRL}constraint"))
    shared = limits(reader, constraints)
    for node in reader.nodes(rule, f"{ODRL}duty"):
        for name, value in duty(reader, node, places[0].licensor).items():
            narrow(shared, name, value)
    for action, refinements in reader.actions(scopes.inherited(rule, "action")):
        uses = Use(0) if action in _FLAGS or action == f"{LICET}nothing" else meant(action)
        if uses is None:
            lose(Unheld(short(action), "Licet has no such use, so it is not taken as permitted"))
            continue
        facts = dict(shared)
        for name, value in limits(reader, refinements).items():
            narrow(facts, name, value)
        flags = frozenset({_FLAGS[action]}) if action in _FLAGS else frozenset()
        for scope in places:
            yield Grant(scope, uses, flags, _consistent(facts))


def _consistent(facts: Facts) -> Facts:
    """Facts without what only served to read them.

    Raises:
        Unheld: they cannot hold together.
    """
    found = dict(facts)
    interval = found.pop("interval", 0)
    if interval and found.setdefault("duration", interval) != interval:
        raise Unheld("odrl:timeInterval", "the price is for another time than the license runs")
    return found


def prohibition(reader: Reader, scopes: Scopes, value: Value, lose: Lose) -> Prohibition:
    """What a prohibition says; what cannot be said of it is lost, and reaches all that it might."""
    try:
        if isinstance(value, Literal):
            raise Unheld("odrl:prohibition", "it is a text, where a node is expected")
        rule = reader.node(value)
        actions = list(reader.actions(scopes.inherited(rule, "action")))
        places = tuple(scopes.of(rule, lose))
    except Unheld as error:
        lose(Unheld(error.what, f"{error.why}, so what it prohibits may be anything"))
        return Prohibition((), Use(0), EVERYTHING, frozenset(_FLAGS.values()))
    names = [name for name, _ in actions]
    flags = frozenset(_FLAGS[name] for name in names if name in _FLAGS)
    reach = _union(reached(name) for name in names if name not in _FLAGS) if names else EVERYTHING
    try:
        known(rule, "action", "target", "assigner", "assignee")
        if any(refinements for _, refinements in actions):
            raise Unheld("odrl:refinement", "Licet's prohibitions have no limits")
    except Unheld as error:
        lose(Unheld(error.what, f"{error.why}, so the prohibition is left unsaid"))
        return Prohibition(places, Use(0), reach, flags)
    for name in names:
        if meant(name) is None:
            lose(Unheld(short(name), "Licet has no such use to prohibit"))
    return Prohibition(places, _union(meant(name) or Use(0) for name in names), reach, flags)


def _union(uses: Iterable[Use]) -> Use:
    total = Use(0)
    for each in uses:
        total |= each
    return total
