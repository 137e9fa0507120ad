"""The gateway's pages for people: nothing in them is loaded from elsewhere, and nothing runs."""

import base64
import hashlib
import html
from collections.abc import Mapping, Sequence
from typing import Final

from licet.gateway.config import Site
from licet.gateway.market import Said
from licet.gateway.policies import Access, Policy
from licet.gateway.saying import API, DISCOVERY
from licet.rights.explain import explain

_STYLE: Final = (
    "body{max-width:60rem;margin:auto;padding:1rem;font:1rem/1.5 system-ui,sans-serif}"
    "table{border-collapse:collapse;font-size:.9rem}th,td{text-align:left;vertical-align:top;"
    "padding:.2rem .8rem .2rem 0}pre{overflow-x:auto}code{overflow-wrap:anywhere}"
)
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

SAFE: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
"""The fields that such a page has besides."""


def document(title: str, body: str) -> bytes:
    """A page.

    Args:
        title: of the page, as text.
        body: in HTML.
    """
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>{body}</body></html>\n"
    ).encode()


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
        parts.append(f"<h2>{html.escape(policy.path + who)}: {policy.access}</h2>")
        sections = () if policy.terms is None else explain(policy.terms, called)
        parts += [
            f"<h3>{html.escape(section.title)}</h3>{_listed(section.sentences, 'ul')}"
            for section in sections
            if section.title not in _left_out(policy)
        ]
        if policy.terms is None:
            parts.append(f"<p>{_SILENT}</p>")
        if policy.access is Access.LICENSE:
            offers = [" ".join(sentences) for sentences in said.get(policy.asset, ())]
            parts.append(f"<h3>Licenses</h3>{_listed(offers, 'ol')}<p>{_OFFERS}</p>")
    parts.append(
        f'<p><a href="{API}">How programs speak to this site</a>, '
        f'<a href="{DISCOVERY}">all of it for programs</a></p>'
    )
    return document(title, "".join(parts))


_SILENT: Final = "It may be read. Nothing is said here of any other use."
_OFFERS: Final = (
    f'What a license costs and how long it runs, <a href="{DISCOVERY}">the offers on its asset</a> say, with '
    "all their conditions."
)


def _left_out(policy: Policy) -> tuple[str, ...]:
    """What a policy does not say: offers do, or there is nothing to be had."""
    if policy.access is Access.METERED:
        return ("When",)
    has_price = policy.terms is not None and policy.terms.payment is not None
    return () if has_price else ("When", "Price")


def _listed(texts: Sequence[str], kind: str) -> str:
    said = "".join(f"<li>{html.escape(text)}</li>" for text in texts)
    return f"<{kind}>{said}</{kind}>" if texts else ""
