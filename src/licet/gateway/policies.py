"""Policies: what a path asks of whoever reads it.

A pattern means what it means in robots.txt (RFC 9309): what the path begins with, `*` for anything, `$` for
the end; the longest one counts. So what robots.txt and `tdmrep.json` say of a path is what happens there.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Final

from licet.errors import InputError
from licet.gateway.limits import Rate
from licet.gateway.paths import RequestPath
from licet.rights.syntax.robots_txt import covers, path_of
from licet.rights.terms import Terms
from licet.types import ZERO_HASH, Address, Hash32, shown

_AGENT: Final = re.compile(r"[A-Za-z_-]{1,64}", re.ASCII)
_MAX_STARS: Final = 16
_SHORT: Final = 256
_REMEMBERED: Final = 1 << 12
"""The most paths, none longer than that, whose policies are remembered."""


class Access(StrEnum):
    """What it takes to read."""

    FREE = "free"
    """Nothing."""
    METERED = "metered"
    """A payment, for each read."""
    LICENSE = "license"
    """A license of the asset."""
    FORBIDDEN = "forbidden"
    """It is not to be had."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What one read costs.

    Attributes:
        amount: in the currency's smallest unit; above 0.
        currency: an ERC-20 token with EIP-3009 authorizations.
        payee: who receives it: the work's vault, as a rule.
    """

    amount: int
    currency: Address
    payee: Address

    def __post_init__(self) -> None:
        if not 0 < self.amount < 1 << 256:
            raise InputError(f"a price of {self.amount} is none: what costs nothing is free")


@dataclass(frozen=True, slots=True)
class Policy:
    """What some paths ask.

    Attributes:
        path: the pattern, as robots.txt has it.
        access: what it takes.
        agents: the crawlers that it is for, by their product tokens in lower case; none for all that no other
            policy of the path names. Whoever asks may call themselves so.
        asset: what is behind these paths; zero if that is nobody's deed.
        tariff: what a read costs, where it is metered.
        terms: what the policy says to machines; None where it says nothing.
        rate: how often one may ask; None for as often as they like.
        keys: the crawlers that it is for, by the names of the keys that they sign with; a policy names agents
            or keys.
    """

    path: str
    access: Access
    agents: tuple[str, ...] = ()
    asset: Hash32 = ZERO_HASH
    tariff: Tariff | None = None
    terms: Terms | None = None
    rate: Rate | None = None
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", _pattern(self.path))
        object.__setattr__(self, "agents", tuple(sorted({agent.lower() for agent in self.agents})))
        object.__setattr__(self, "keys", tuple(sorted(set(self.keys))))
        if self.agents and self.keys:
            raise InputError(
                f"{self.path} names agents, as which anybody may ask, and keys: write a policy for each"
            )
        for agent in self.agents:
            if not _AGENT.fullmatch(agent):
                raise InputError(f"{shown(agent)} is no crawler's product token: letters, - and _ alone")
        if (self.access is Access.METERED) != (self.tariff is not None):
            raise InputError(f"a price is for what is metered, {self.path} is {self.access}")
        if self.access in (Access.METERED, Access.LICENSE) and self.asset == ZERO_HASH:
            raise InputError(f"{self.path} is {self.access}: name the asset that is licensed there")

    @property
    def is_general(self) -> bool:
        """Whether it is for all that no other policy of the path names."""
        return not self.agents and not self.keys

    def covers(self, path: RequestPath) -> bool:
        """Whether the policy is about a path."""
        return any(covers(self.path, compared) for compared in path.compared)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of a site, the longest pattern first; each path has one, for every crawler."""

    policies: tuple[Policy, ...]
    _general: tuple[Policy, ...] = field(init=False, repr=False)
    _named: dict[str, tuple[Policy, ...]] = field(init=False, repr=False)
    _signed: dict[str, tuple[Policy, ...]] = field(init=False, repr=False)
    _known: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Policy] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.policies, key=lambda policy: (-len(policy.path), policy.path)))
        general = tuple(policy for policy in ordered if policy.is_general)
        named: dict[str, tuple[Policy, ...]] = {}
        signed: dict[str, tuple[Policy, ...]] = {}
        for policy in ordered:
            for agent in policy.agents:
                named[agent] = (*named.get(agent, ()), policy)
            for key in policy.keys:
                signed[key] = (*signed.get(key, ()), policy)
        for group in (general, *named.values(), *signed.values()):
            _check_distinct(group)
        if not any(policy.path == "/" for policy in general):
            raise InputError('some paths have no policy: add one for path = "/", for all that no other names')
        object.__setattr__(self, "policies", ordered)
        object.__setattr__(self, "_general", general)
        object.__setattr__(self, "_named", named)
        object.__setattr__(self, "_signed", signed)
        object.__setattr__(self, "_known", {})

    @classmethod
    def of(cls, policies: Iterable[Policy]) -> "Policies":
        """Policies in any order.

        Raises:
            InputError: two are for the same path and crawler, or a path has none.
        """
        return cls(tuple(policies))

    @property
    def agents(self) -> tuple[str, ...]:
        """The crawlers that policies name."""
        return tuple(sorted(self._named))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that policies name."""
        return tuple(sorted(self._signed))

    def of_agent(self, agent: str) -> tuple[Policy, ...]:
        """All that counts for a crawler, the longest pattern first; its own before those for everybody."""
        own = self._named.get(agent, ())
        paths = {policy.path for policy in own}
        rest = (policy for policy in self._general if policy.path not in paths)
        return tuple(sorted((*own, *rest), key=lambda policy: (-len(policy.path), policy.path)))

    def match(self, path: RequestPath, user_agent: str = "", keys: tuple[str, ...] = ()) -> Policy:
        """The policy that counts for a path and whoever asks.

        Args:
            path: what is asked for.
            user_agent: what they call themselves.
            keys: the names of the keys that they have signed with.
        """
        names = self._names(user_agent)
        if len(path.url) > _SHORT:
            return self._match(path, names, keys)
        found = self._known.get((path.url, names, keys))
        if found is None:
            found = self._match(path, names, keys)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[path.url, names, keys] = found
        return found

    def at(self, pattern: str, user_agent: str = "", keys: tuple[str, ...] = ()) -> Policy | None:
        """Of the policies that have a pattern, the one that counts for whoever asks; None if none is.

        Arguments are those of `match`.
        """
        named = (self._named[name] for name in self._names(user_agent))
        signed = (self._signed.get(key, ()) for key in keys)
        groups = (self._general, *named, *signed)
        found = (policy for group in groups for policy in group if policy.path == pattern)
        return max(found, key=_rank, default=None)

    def _names(self, user_agent: str) -> tuple[str, ...]:
        """The crawlers that policies name and that somebody calls themselves."""
        asking = user_agent.lower() if self._named else ""
        return tuple(name for name in self._named if name in asking)

    def _match(self, path: RequestPath, names: Iterable[str], keys: Iterable[str]) -> Policy:
        general = self._longest(self._general, path)
        assert general is not None, "each path has a policy"
        named = [self._longest(self._named[name], path) for name in names]
        signed = [self._longest(self._signed.get(key, ()), path) for key in keys]
        return max((policy for policy in (general, *named, *signed) if policy is not None), key=_rank)

    @staticmethod
    def _longest(group: Iterable[Policy], path: RequestPath) -> Policy | None:
        return next((policy for policy in group if policy.covers(path)), None)


_STRICTNESS: Final = {access: place for place, access in enumerate(Access)}


def _rank(policy: Policy) -> tuple[int, bool, bool, int]:
    """What counts: the longest; then what is proven, before what is claimed, before what is for all."""
    # Whoever goes by several names gets what is strictest of what counts for these.
    return len(policy.path), bool(policy.keys), bool(policy.agents), _STRICTNESS[policy.access]


def _pattern(path: str) -> str:
    if not path.startswith("/") or "?" in path or path.count("*") > _MAX_STARS:
        raise InputError(
            f"{shown(path)} is no pattern of paths: it begins with /, has no ?, and at most {_MAX_STARS} *"
        )
    return path_of(unicodedata.normalize("NFC", path))


def _check_distinct(group: tuple[Policy, ...]) -> None:
    for one, other in pairwise(group):
        if one.path == other.path:
            raise InputError(f"two policies are for {shown(one.path)}: leave one out")
