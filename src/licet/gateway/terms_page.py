"""The page that tells people a site's terms: each policy in plain words, and what is on sale."""

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from licet.gateway.config import Site
from licet.gateway.html import document
from licet.gateway.market import Said
from licet.gateway.policies import Access, Policy
from licet.gateway.saying import API, DISCOVERY
from licet.rights.explain import explain


def terms_page(site: Site, said: Said, called: Mapping[str, str] | None = None) -> bytes:
    """Each policy in plain words, and what the licenses of its asset cost.

    Args:
        site: whose policies they are.
        said: what the offers that stand say.
        called: what currencies call themselves, by their ids.
    """
    title = site.title or site.origin
    parts = [f"<h1>{html.escape(title)}</h1>"]
    for policy in site.policies.policies:
        names = (*policy.agents, *(f"{name} (by its key)" for name in policy.keys))
        who = f" for {', '.join(names)}" if names else ""
        parts.append(f"<h2>{html.escape(policy.path + who)}: {_ACCESS[policy.access]}</h2>")
        parts += _sections(policy, called)
        if policy.access is Access.LICENSE:
            parts.append(f"<h3>Licenses</h3>{_offers(said.get(policy.asset, ()))}<p>{_OFFERS}</p>")
    parts.append(
        f'<p><a href="{API}">How programs speak to this site</a>, '
        f'<a href="{DISCOVERY}">all of it for programs</a></p>'
    )
    return document(title, "".join(parts))


_ACCESS: Final = {
    Access.FREE: "free to read",
    Access.METERED: "each read is paid for",
    Access.LICENSE: "read with a license",
    Access.FORBIDDEN: "not to be read",
}
_HEADINGS: Final = {
    "What": "About these terms",
    "Permitted": "What is permitted",
    "Prohibited": "What is forbidden",
    "When": "When, and for how long",
    "Price": "What it costs",
    "Duties": "What has to be done",
    "Warranties": "What the licensor warrants",
}
_SILENT: Final = "It may be read. Nothing is said here of any other use."
_OFFERS: Final = (
    f'What a license costs and how long it runs, <a href="{DISCOVERY}">the offers on its asset</a> say, with '
    "all their conditions."
)


def _sections(policy: Policy, called: Mapping[str, str] | None) -> Iterator[str]:
    """What a policy's terms say, in HTML."""
    if policy.terms is None:
        yield f"<p>{_SILENT}</p>"
        return
    for section in explain(policy.terms, called):
        # Which paths terms are for, the heading above them has said.
        if section.title not in _left_out(policy) and (section.title != "What" or len(section.sentences) > 1):
            heading = _HEADINGS.get(section.title, section.title)
            yield f"<h3>{html.escape(heading)}</h3>{_listed(section.sentences)}"


def _offers(offers: Sequence[Sequence[str]]) -> str:
    """Offers, in HTML: of each its price, and below it a list of all else."""
    said = "".join(f"<li>{html.escape(price)}{_listed(rest)}</li>" for price, *rest in offers)
    return f"<ol>{said}</ol>" if said else ""


def _left_out(policy: Policy) -> tuple[str, ...]:
    """What a policy does not say: offers do, or there is nothing to be had."""
    if policy.access is Access.METERED:
        return ("When",)
    has_price = policy.terms is not None and policy.terms.payment is not None
    return () if has_price else ("When", "Price")


def _listed(texts: Sequence[str]) -> str:
    said = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    return f"<ul>{said}</ul>" if texts else ""
