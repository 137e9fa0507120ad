"""robots.txt (RFC 9309), as far as it says more than who may crawl what: its lines, by their groups.

Reading never fails: what is no line of robots.txt is passed over, and what lies beyond 512 KiB is not read.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

from licet.errors import InputError
from licet.types import shown

MAX_BYTES: Final = 512 << 10
"""How much of a robots.txt is read: RFC 9309 asks for 500 KiB at least."""

EVERYBODY: Final = "*"
"""The name by which a group is for every crawler that has none of its own."""


_MAX_AGENTS: Final = 1_000
_MAX_STARS: Final = 16
_SAFE: Final = "/%:@!$&'()*+,;=~?-._"
_PATTERN: Final = re.compile(r"\*|\$$")


class Line(NamedTuple):
    """A line with a label.

    Attributes:
        agents: the crawlers whose group it is in, in lower case; none where it stands before all groups.
        label: in lower case.
        value: without comments and space around it.
    """

    agents: tuple[str, ...]
    label: str
    value: str


def lines(data: bytes) -> Iterator[Line]:
    """All lines that say something, but for those that name crawlers."""
    agents: tuple[str, ...] = ()
    naming = False
    for label, value in _pairs(data[:MAX_BYTES]):
        if label == "user-agent":
            agents = (*agents, value.lower())[:_MAX_AGENTS] if naming else (value.lower(),)
            naming = True
        else:
            naming = False
            yield Line(agents, label, value)


def is_cut(data: bytes) -> bool:
    """Whether a robots.txt has more than is read."""
    return len(data) > MAX_BYTES


def path_of(target: str) -> str:
    """The path that a target is on its host: a URL's own, exactly that one, unless it is a pattern.

    Raises:
        InputError: it is neither a URL nor a path.
    """
    path, exactly = target, ""
    if _is_url(target):
        parts = _split(target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        exactly = "" if _PATTERN.search(path) else "$"
    if not path.startswith("/") or "#" in target:
        raise InputError(f"{shown(target)} is no path: only paths of a host can be named beside it")
    try:
        return quote(path, safe=_SAFE) + exactly
    except UnicodeEncodeError as error:
        raise InputError(f"{shown(target)} is not valid Unicode") from error


def check_one_host(targets: Iterable[str]) -> None:
    """Makes sure that all targets that are URLs are on one host.

    Raises:
        InputError: they are not.
    """
    hosts = sorted({_split(target).netloc for target in targets if _is_url(target)})
    if len(hosts) > 1:
        raise InputError(
            f"what is said beside a host is of that host alone: these terms are of {shown(hosts)}"
        )


def covers(pattern: str, path: str) -> bool:
    """Whether a pattern, with `*` for anything and `$` for the end, matches the beginning of a path.

    One with more than 16 `*` is taken to match: to try it would take long, and nobody means it.
    """
    if pattern.count("*") > _MAX_STARS:
        return True
    whole = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in parts[:-1] if whole else parts:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if not whole:
        return True
    return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= at if parts else at == len(path)


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise InputError(f"{shown(url)} is no URL of a host") from error


def _is_url(target: str) -> bool:
    return target.startswith(("http://", "https://"))


def _pairs(data: bytes) -> Iterator[tuple[str, str]]:
    whole = data if len(data) < MAX_BYTES else data[: data.rfind(b"\n") + 1]
    text = whole.decode("utf-8-sig", errors="replace")
    for line in text.replace("\r", "\n").split("\n"):
        label, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield label.strip(" \t").lower(), value.strip(" \t")
