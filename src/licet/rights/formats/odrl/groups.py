"""What a policy permits and prohibits, brought together: one group for each of the terms that it has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from licet.rights.formats.odrl.constraints import Facts
from licet.rights.formats.odrl.following import Reader, Unheld
from licet.rights.formats.odrl.rules import Grant, Prohibition, Scope
from licet.rights.uses import Use, use_names

_NONE = Use(0)
_Key = tuple[Scope, tuple[tuple[str, object], ...]]


@dataclass(slots=True)
class _Group:
    scope: Scope
    facts: Facts
    uses: Use = _NONE
    prohibited: Use = _NONE
    flags: set[str] = field(default_factory=set)

    def as_facts(self) -> Facts:
        return {
            "uses": self.uses,
            "prohibited": self.prohibited,
            "targets": self.scope.targets,
            "licensor": self.scope.licensor,
            "licensee": self.scope.licensee,
            **self.facts,
            **dict.fromkeys(self.flags, True),
        }


class Groups:
    """Gathers permissions with the same scope and limits, and settles them with prohibitions."""

    def __init__(self, reader: Reader, lose: Callable[[Unheld], None]) -> None:
        self._reader = reader
        self._lose = lose
        self._groups: dict[_Key, _Group] = {}
        self._prohibitions: list[Prohibition] = []

    def permit(self, grant: Grant) -> None:
        """Adds what a permission grants."""
        group = self._group(grant.scope, grant.facts)
        group.uses |= grant.uses
        group.flags |= grant.flags

    def prohibit(self, prohibition: Prohibition) -> None:
        """Adds what a prohibition says."""
        self._prohibitions.append(prohibition)

    def settled(self, conflict: str) -> Iterator[Facts]:
        """All groups, with what is still permitted.

        Args:
            conflict: what wins where they meet: `perm`, `prohibit`, or neither (`invalid`).
        """
        permitted = list(self._groups.values())
        reached = [(group, self._reach(group)) for group in permitted]
        meets = any(group.uses & reach or group.flags & flags for group, (reach, flags) in reached)
        for group, (reach, flags) in reached:
            if conflict == "invalid" and meets:
                group.uses = Use(0)
                group.flags.clear()
            elif conflict == "prohibit":
                self._take(group, reach)
                group.flags -= flags
        if conflict == "invalid" and meets:
            why = "the policy permits and prohibits the same, and names no strategy, so it permits nothing"
            self._lose(Unheld("odrl:conflict", why))
        self._say()
        yield from (group.as_facts() for group in self._groups.values())

    def _take(self, group: _Group, reach: Use) -> None:
        stated = Use(0)
        for prohibition in self._prohibitions:
            if any(_covers(scope, group.scope) for scope in prohibition.scopes):
                stated |= prohibition.uses
        if doubtful := group.uses & reach & ~stated:
            names = ", ".join(use_names(doubtful))
            self._lose(
                Unheld("odrl:prohibition", f"it may reach what is permitted ({names}), so that is left out")
            )
        group.uses &= ~reach

    def _reach(self, group: _Group) -> tuple[Use, frozenset[str]]:
        """All that prohibitions may take from a group."""
        uses, flags = Use(0), frozenset[str]()
        for prohibition in self._prohibitions:
            self._reader.spend(1 + sum(1 + len(scope.targets) for scope in prohibition.scopes))
            if not prohibition.scopes or any(_touches(scope, group.scope) for scope in prohibition.scopes):
                uses |= prohibition.reached
                flags |= prohibition.flags
        return uses, flags

    def _say(self) -> None:
        """Adds prohibited uses to the groups that they are stated for, or to groups of their own."""
        for prohibition in self._prohibitions:
            for scope in prohibition.scopes:
                self._reader.spend(len(self._groups))
                groups = [group for group in self._groups.values() if _covers(scope, group.scope)]
                if not groups and prohibition.uses:
                    groups = [self._group(scope, {})]
                for group in groups:
                    group.prohibited |= prohibition.uses & ~group.uses

    def _group(self, scope: Scope, facts: Facts) -> _Group:
        key = (scope, tuple(sorted(facts.items())))
        self._reader.spend(1 + len(scope.targets))
        return self._groups.setdefault(key, _Group(scope, facts))


def _touches(scope: Scope, other: Scope) -> bool:
    """Whether a rule for one may be for the other as well."""
    same = not scope.targets or not other.targets or not set(scope.targets).isdisjoint(other.targets)
    return same and (not scope.licensee or not other.licensee or scope.licensee == other.licensee)


def _covers(scope: Scope, other: Scope) -> bool:
    """Whether a rule for one is for exactly the other, or for anybody with it."""
    return scope.targets == other.targets and scope.licensee in ("", other.licensee)
