"""How an RSL document is found: a line of robots.txt, an HTTP field `Link`, or a `link` element of a page.

Whatever comes from elsewhere is read as far as it can be: what is no reference is passed over.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from licet.errors import InputError
from licet.rights.formats.rsl.writing import MEDIA_TYPE
from licet.rights.syntax.markup import html_tag, parse_html, tags
from licet.rights.syntax.robots_txt import EVERYBODY, lines
from licet.types import shown

MAX_FIELD: Final = 1 << 16
"""The longest field `Link` that is read."""

_URL: Final = re.compile(r"https?://[!-~]+", re.ASCII)
_TARGET: Final = re.compile(r"[\s,]*<([^<>]*)>")
_PARAMETER: Final = re.compile(
    r"""\s*;\s*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^\s;,"]*)))?)?"""
)
_REST: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)*+')


class Reference(NamedTuple):
    """A line `License` of a robots.txt.

    Attributes:
        agents: the crawlers that it is for, in lower case; none for all whose group has no line of its own.
        url: of the RSL document.
    """

    agents: tuple[str, ...]
    url: str


def robots_line(url: str) -> str:
    """The line of a robots.txt that leads to an RSL document.

    Raises:
        InputError: the URL is not absolute, or not one that a line can hold.
    """
    return f"License: {_checked(url)}"


def link_field(url: str) -> str:
    """The value of an HTTP field `Link` that leads to an RSL document. Raises as `robots_line`."""
    return f'<{_checked(url)}>; rel="license"; type="{MEDIA_TYPE}"'


def link_element(url: str) -> str:
    """The element, for the head of a page, that leads to an RSL document. Raises as `robots_line`."""
    return html_tag("link", rel="license", type=MEDIA_TYPE, href=_checked(url))


def in_robots(data: bytes) -> tuple[Reference, ...]:
    """All lines `License` of a robots.txt that name an absolute URL. Never raises."""
    return tuple(
        Reference(line.agents, line.value)
        for line in lines(data)
        if line.label == "license" and _URL.fullmatch(line.value)
    )


def for_crawler(references: tuple[Reference, ...], agent: str, groups: frozenset[str]) -> tuple[str, ...]:
    """The URLs that count for a crawler: of its group, or else those outside of all groups.

    Args:
        references: of a robots.txt.
        agent: the crawler's product token.
        groups: all crawlers, in lower case, that have a group in that robots.txt (`crawlers`).
    """
    name = agent.lower() if agent.lower() in groups else EVERYBODY
    own = tuple(dict.fromkeys(each.url for each in references if name in each.agents))
    return own or tuple(dict.fromkeys(each.url for each in references if not each.agents))


def crawlers(data: bytes) -> frozenset[str]:
    """All crawlers that a robots.txt has a group for. Never raises."""
    return frozenset(agent for line in lines(data) for agent in line.agents)


def in_link_field(value: str, base: str = "") -> tuple[str, ...]:
    """The URLs of RSL documents that a field `Link` (RFC 8288) names. Never raises.

    Args:
        value: of the field.
        base: the URL of the response, which relative references are resolved against.
    """
    found = (
        _resolved(target, base)
        for target, said in _links(value[:MAX_FIELD])
        if "anchor" not in said and _leads(said.get("rel", ""), said.get("type", ""))
    )
    return tuple(dict.fromkeys(url for url in found if url))


def in_page(page: bytes, base: str = "") -> tuple[str, ...]:
    """The URLs of RSL documents that the `link` elements of a page name.

    Args:
        page: the page.
        base: its URL, which relative references are resolved against.

    Raises:
        DocumentInvalid: the page is too large.
    """
    root = parse_html(page)
    root_url = next((each["href"] for each in tags(root, "base") if "href" in each), "")
    base = _resolved(root_url, base) or base
    found = (
        _resolved(each.get("href", "").strip(), base)
        for each in tags(root, "link")
        if _leads(each.get("rel", ""), each.get("type", ""))
    )
    return tuple(dict.fromkeys(url for url in found if url))


def _leads(relations: str, media_type: str) -> bool:
    """Whether a link leads to an RSL document: to a license, and one of that media type."""
    return (
        "license" in relations.lower().split() and media_type.partition(";")[0].strip().lower() == MEDIA_TYPE
    )


def _links(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The targets of a field `Link`, each with its parameters; the first of each name counts."""
    at = 0
    while match := _TARGET.match(value, at):
        target, at = match[1].strip(), match.end()
        said: dict[str, str] = {}
        while parameter := _PARAMETER.match(value, at):
            at = parameter.end()
            quoted = re.sub(r"\\(.)", r"\1", parameter[2]) if parameter[2] is not None else parameter[3]
            if parameter[1]:
                said.setdefault(parameter[1].lower(), quoted or "")
        yield target, said
        rest = _REST.match(value, at)
        at = rest.end() if rest else at


def _resolved(reference: str, base: str) -> str:
    """An absolute URL of the web; empty if it is none."""
    try:
        url = urljoin(base, reference)
        return url if _URL.fullmatch(url) and urlsplit(url).hostname else ""
    except ValueError:
        return ""


def _checked(url: str) -> str:
    if not _URL.fullmatch(url) or _resolved(url, "") != url or set(url) & set('<>"#'):
        raise InputError(f"{shown(url)} is not a URL to be found at: http(s), absolute, in ASCII, without #")
    return url
