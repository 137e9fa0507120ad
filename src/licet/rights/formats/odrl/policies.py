"""ODRL policies as Licet's terms: those for each set of targets, parties and limits that a policy has.

Nothing comes out wider than it went in. A permission with a limit that the terms cannot say is left out, and
so is whatever a prohibition may reach; what was left out is a loss.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.formats.base import Imported, Loss
from licet.rights.formats.odrl.constraints import Facts, narrow
from licet.rights.formats.odrl.duties import obligation
from licet.rights.formats.odrl.following import Reader, Unheld, short
from licet.rights.formats.odrl.groups import Groups
from licet.rights.formats.odrl.nodes import Graph, Node, Reference, read_nodes
from licet.rights.formats.odrl.rules import Scopes, grants, prohibition
from licet.rights.formats.odrl.statements import statements, terms_of
from licet.rights.odrl_words import ODRL
from licet.rights.terms import Terms
from licet.types import shown

_RULES: Final = tuple(f"{ODRL}{rule}" for rule in ("permission", "prohibition", "obligation"))
_GRANTING: Final = frozenset(f"{ODRL}{kind}" for kind in ("Policy", "Set", "Offer", "Agreement"))
_OTHERS: Final = frozenset(f"{ODRL}{kind}" for kind in ("Assertion", "Privacy", "Request", "Ticket"))
_ABOUT_RULES: Final = ("action", "assignee", "conflict", "duty", "inheritFrom", "profile", "target")
_ABOUT_LIMITS: Final = ("constraint", "leftOperand", "operator", "refinement", "rightOperand", "unit")
# Properties that narrow what is permitted.
_LIMITING: Final = frozenset(
    (*_ABOUT_RULES, *_ABOUT_LIMITS, "and", "or", "xone", "obligation", "prohibition")
)
_OWNING: Final = ("hasPolicy", "assigneeOf", "assignerOf")
_MAX_TERMS: Final = 5_000


def read(data: bytes) -> Imported:
    """Reads policies.

    Raises:
        DocumentInvalid: it is not JSON-LD, has no policy, or none that says anything that terms can hold.
    """
    losses: list[Loss] = []
    reader = Reader(read_nodes(data, lambda name: losses.append(_ignored(name))))
    owners = _owners(reader.graph)
    spoken_of = _spoken_of(reader.graph)
    policies = []
    for node in reader.graph.values():
        if _is_policy(node) and node.id in spoken_of:
            why = f"a rule speaks of it ({short(spoken_of[node.id])}), so it is not taken to be in force"
            losses.append(Loss("odrl:Policy", why))
        elif _is_policy(node):
            policies.append(node)
    if not policies:
        raise DocumentInvalid("the document has no ODRL policy that is in force by itself")
    found: list[Terms] = []
    for node in policies:
        policy = _Policy(reader, node, owners.get(node.id, []))
        terms = list(policy.read())
        losses += [Loss(lost.what, lost.why, len(found)) for lost in policy.lost]
        found += terms
        if len(found) > _MAX_TERMS:
            raise DocumentInvalid(f"the document has more than {_MAX_TERMS:,} different terms")
    if not found:
        why = "; ".join(f"{loss.member}: {loss.reason}" for loss in losses[:3])
        raise DocumentInvalid(f"nothing is permitted or prohibited that Licet has a use for ({why})")
    return Imported(tuple(found), tuple(dict.fromkeys(losses)))


def _ignored(name: str | None) -> Loss:
    """A property without a meaning, as a loss; what looks like a limit is not passed over."""
    if name is None or name.rpartition(":")[2] in _LIMITING:
        raise DocumentInvalid(
            f"no context of the document gives {shown(name) if name else 'one of its properties'} a meaning, "
            "so that what it says would be lost: write a context that does"
        )
    return Loss(shown(name), "no context of the document gives it a meaning")


def _is_policy(node: Node) -> bool:
    typed = not (_GRANTING | _OTHERS).isdisjoint(node.types)
    return typed or any(rule in node.properties for rule in _RULES)


def _owners(nodes: Graph) -> Mapping[str, list[Reference]]:
    """The assets that name a policy, by its id."""
    owners: dict[str, list[Reference]] = {}
    for node in nodes.values():
        for value in node.values(f"{ODRL}hasPolicy"):
            if isinstance(value, Reference):
                owners.setdefault(value.id, []).append(Reference(node.id))
    return owners


def _spoken_of(nodes: Graph) -> Mapping[str, str]:
    """What ODRL's properties lead to, with the property, but for those by which things have their policies.

    A policy that licensees have to pass on (`nextPolicy`) grants nothing to them.
    """
    return {
        value.id: name
        for node in nodes.values()
        for name, values in node.properties.items()
        if name.startswith(ODRL) and name.removeprefix(ODRL) not in _OWNING
        for value in values
        if isinstance(value, Reference) and value.id != node.id
    }


class _Policy:
    """Reads one policy; `lost` is what its terms do not say."""

    def __init__(self, reader: Reader, node: Node, owners: list[Reference]) -> None:
        self._reader = reader
        self._node = node
        self._scopes = Scopes(reader, node, owners)
        self.lost: list[Unheld] = []

    def read(self) -> Iterator[Terms]:
        groups = Groups(self._reader, self.lost.append)
        said: Facts = {}
        try:
            self._check_grants()
            said = statements(self._reader, self._node, self.lost.append)
            said |= self._obligations()
            for rule in self._reader.nodes(self._node, f"{ODRL}permission"):
                self._permit(rule, groups)
        except Unheld as error:
            self.lost.append(Unheld(error.what, f"{error.why}, so nothing is taken as permitted"))
            groups = Groups(self._reader, self.lost.append)
        for value in self._reader.values(self._node, f"{ODRL}prohibition"):
            groups.prohibit(prohibition(self._reader, self._scopes, value, self.lost.append))
        for facts in groups.settled(self._conflict()):
            try:
                yield terms_of(said | facts)
            except Unheld as error:
                self.lost.append(error)

    def _check_grants(self) -> None:
        """Refuses a policy that permits nothing by itself.

        Raises:
            Unheld: it only asks, or asserts; or it continues another.
        """
        kinds = [kind for kind in self._node.types if kind in _OTHERS]
        if kinds:
            raise Unheld(f"odrl:{kinds[0].removeprefix(ODRL)}", "it is no set of rules, offer or agreement")
        if self._node.values(f"{ODRL}inheritFrom"):
            raise Unheld("odrl:inheritFrom", "the policy continues another, which is not here")

    def _obligations(self) -> Facts:
        facts: Facts = {}
        licensor = self._scopes.licensor(self._node, self.lost.append)
        for node in self._reader.nodes(self._node, f"{ODRL}obligation"):
            said = obligation(self._reader, node, licensor, self.lost.append)
            for name, value in said.items():
                narrow(facts, name, value)
        return facts

    def _permit(self, rule: Node, groups: Groups) -> None:
        try:
            for grant in grants(self._reader, self._scopes, rule, self.lost.append):
                groups.permit(grant)
        except Unheld as error:
            self.lost.append(Unheld(error.what, f"{error.why}, so its permission is left out"))

    def _conflict(self) -> str:
        """What wins where permitted and prohibited meet; ODRL's own default is that nothing does."""
        found = [
            value.id
            for value in self._reader.values(self._node, f"{ODRL}conflict")
            if isinstance(value, Reference)
        ]
        word = found[0].removeprefix(ODRL) if len(found) == 1 else "invalid"
        if word not in ("perm", "prohibit", "invalid"):
            self.lost.append(Unheld("odrl:conflict", f"{shown(word)} is no strategy that ODRL knows"))
            return "invalid"
        return word
