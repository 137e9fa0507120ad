"""What a site says of its terms: in robots.txt, `license.xml`, `tdmrep.json` and the header of each answer.

All words are those of `licet.rights.formats`: this says which policy they are of, and where they stand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from licet.errors import InputError
from licet.gateway.config import Site
from licet.gateway.policies import Access, Policy
from licet.rights.formats.aipref.field import preferences_of, serialize
from licet.rights.formats.rsl import discovery
from licet.rights.formats.rsl import writing as rsl
from licet.rights.formats.rsl.serving import with_server
from licet.rights.formats.tdm import reservation
from licet.rights.syntax.robots_txt import covers
from licet.rights.terms import Terms

ROBOTS: Final = "/robots.txt"
LICENSE: Final = "/license.xml"
TDMREP: Final = "/.well-known/tdmrep.json"
DISCOVERY: Final = "/.well-known/licet.json"
SERVER: Final = "/.well-known/licet/olp"
OPENAPI: Final = "/.well-known/licet/openapi.json"
API: Final = "/.well-known/licet/api"
"""The same for people."""


@dataclass(frozen=True, slots=True)
class Said:
    """A document that says terms."""

    data: bytes
    media_type: str


class Saying:
    """All that a site says.

    Args:
        site: whose policies they are.

    Raises:
        InputError: a format cannot say what a policy does, or a policy says nothing where a wider one does.
    """

    def __init__(self, site: Site) -> None:
        policies = site.policies.policies
        general = [policy for policy in policies if policy.is_general]
        _check_none_silent(general)
        stated = [policy.terms for policy in general if policy.terms is not None]
        self.license_url: Final = f"{site.origin}{LICENSE}" if stated else ""
        self.links: Final = self._links(site)
        self.documents: Final = {ROBOTS: Said(self._robots(site), "text/plain")}
        if stated:
            content = [_at(site.origin, terms) for terms in stated]
            document = rsl.FORMAT.write(content).data
            if site.licensed:
                targets = {f"{site.origin}{policy.path}" for policy in site.licensed if policy.is_general}
                document = with_server(document, f"{site.origin}{SERVER}", targets)
            self.documents[LICENSE] = Said(document, rsl.FORMAT.media_type)
            self.documents[TDMREP] = Said(reservation.FORMAT.write(stated).data, "application/json")
        self._headers: Final = {_key(policy): tuple(self._fields(policy)) for policy in policies}

    @property
    def elements(self) -> str:
        """The `link` elements, for the head of a page."""
        return discovery.link_element(self.license_url) if self.license_url else ""

    def headers(self, policy: Policy) -> tuple[tuple[bytes, bytes], ...]:
        """The fields that say a policy in the header of an answer."""
        return self._headers[_key(policy)]

    def _links(self, site: Site) -> str:
        described = f'<{site.origin}{DISCOVERY}>; rel="describedby"; type="application/json"'
        return f"{discovery.link_field(self.license_url)}, {described}" if self.license_url else described

    def _fields(self, policy: Policy) -> Iterable[tuple[bytes, bytes]]:
        said = {"link": self.links}
        if policy.terms is not None:
            said |= reservation.reservation_of(policy.terms).headers()
            said["content-usage"] = serialize(preferences_of(policy.terms))
        return ((name.encode("ascii"), value.encode("ascii")) for name, value in said.items() if value)

    def _robots(self, site: Site) -> bytes:
        """One group for every crawler that policies name, and one for all others."""
        groups = [("*", tuple(policy for policy in site.policies.policies if policy.is_general))]
        groups += [(agent, site.policies.of_agent(agent)) for agent in site.policies.agents]
        found = [discovery.robots_line(self.license_url), ""] if self.license_url else []
        for agent, policies in groups:
            found += [f"User-Agent: {agent}", *_rules(policies), ""]
        return "\n".join(found).encode()


def _key(policy: Policy) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return policy.path, policy.agents, policy.keys


def _rules(policies: Sequence[Policy]) -> Iterable[str]:
    for policy in policies:
        yield f"{'Disallow' if policy.access is Access.FORBIDDEN else 'Allow'}: {policy.path}"
    values = ["" if policy.terms is None else serialize(preferences_of(policy.terms)) for policy in policies]
    if any(values):  # who prefers nothing says so, lest a wider path's word be taken for it
        for policy, value in zip(policies, values, strict=True):
            yield f"Content-Usage: {policy.path} {value}".rstrip()


def _at(origin: str, terms: Terms) -> Terms:
    """Terms of paths as terms of the URLs that these have."""
    return replace(terms, targets=tuple(sorted(f"{origin}{target}" for target in terms.targets)))


def _check_none_silent(policies: Iterable[Policy]) -> None:
    """Whoever reads what a wider pattern says takes it for the narrower one that says nothing."""
    policies = tuple(policies)
    for silent in policies:
        if silent.terms is None:
            for said in policies:
                if said.terms is not None and covers(said.path, silent.path):
                    raise InputError(
                        f"the policy of {silent.path} says nothing of uses, so that what {said.path} says "
                        "would be taken for it: give it uses, prohibited or terms of its own"
                    )
