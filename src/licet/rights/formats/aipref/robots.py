"""AI preferences of the IETF in robots.txt: rules `Content-Usage`, for all paths or those that begin alike.

Rules are read as terms of one path each. What one rule disallows for a path, no other rule for it allows.
Terms cannot hold a rule for one crawler alone: what it disallows counts for all, what it allows is left out.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from licet.rights.formats.aipref.field import (
    Preference,
    Statement,
    read_statement,
    reasons,
    stated,
    terms_with,
)
from licet.rights.formats.base import Format, Imported, Loss
from licet.rights.syntax.robots_txt import EVERYBODY, MAX_BYTES, check_one_host, is_cut, lines, path_of
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.rights.vocabulary import AIPREF, meaning

_LABEL: Final = "content-usage"


class Rule(NamedTuple):
    """A rule `Content-Usage`.

    Attributes:
        agents: the crawlers whose group it is in, `*` for all that have no group of their own.
        path: what the paths it is about begin with, or a pattern; empty for all paths.
        statement: what is preferred.
    """

    agents: tuple[str, ...]
    path: str
    statement: Statement


def rules(data: bytes) -> tuple[Rule, ...]:
    """All rules of a robots.txt, in its order. Never raises."""
    return tuple(
        Rule(line.agents, *_rule(line.value)) for line in lines(data) if line.label == _LABEL and line.agents
    )


def read(data: bytes) -> Imported:
    """Reads the rules of a robots.txt. Never raises."""
    losses = [Loss("robots.txt", f"what is beyond {MAX_BYTES} bytes is not read")] if is_cut(data) else []
    if any(line.label == _LABEL and not line.agents for line in lines(data)):
        losses.append(Loss("Content-Usage", "a rule before all groups is in none"))
    if any(line.label == "disallow" and line.value for line in lines(data)):
        reason = "what may not be crawled has no preferences: terms do not say what may be"
        losses.append(Loss("Disallow", reason))
    found = rules(data)
    denied: dict[str, Use] = {}
    for rule in found:
        denied[rule.path] = denied.get(rule.path, Use(0)) | _said(rule, Preference.DISALLOW)
    terms: list[Terms] = []
    for rule in found:
        losses += (Loss(part, reason, len(terms)) for part, reason in _aside(rule))
        allowed = _said(rule, Preference.ALLOW) if EVERYBODY in rule.agents else Use(0)
        prohibited = _said(rule, Preference.DISALLOW) | (allowed & denied[rule.path])
        if allowed | prohibited:
            targets = (rule.path,) if rule.path else ()
            terms.append(terms_with(allowed & ~prohibited, prohibited, targets))
    return Imported(tuple(terms), tuple(losses))


def write(terms: Sequence[Terms]) -> bytes:
    """A robots.txt with one group, for every crawler, that allows everything to be crawled.

    Raises:
        InputError: a target is no path and no URL, they are on different hosts, or terms say nothing that the
            vocabulary has a word for.
    """
    check_one_host(target for each in terms for target in each.targets)
    written = [f"Content-Usage: {' '.join((*map(path_of, each.targets), stated(each)))}" for each in terms]
    return "\n".join(["User-Agent: *", "Allow: /", *written, ""]).encode()


def _rule(value: str) -> tuple[str, Statement]:
    path, statement = "", value
    if value.startswith("/"):
        path, *rest = re.split(r"[ \t]+", value, maxsplit=1)
        statement = "".join(rest)
    return path, read_statement(statement.encode())


def _said(rule: Rule, preference: Preference) -> Use:
    chosen = (name for name, value in rule.statement.preferences.items() if value is preference)
    return meaning(AIPREF, tuple(chosen))


def _aside(rule: Rule) -> Iterator[tuple[str, str]]:
    yield from rule.statement.aside
    if EVERYBODY not in rule.agents:
        yield (
            f"User-Agent: {', '.join(rule.agents[:3])}"[:200],
            "terms name no crawlers: what is disallowed to it counts for all, what is allowed is left out",
        )


def _sniff(data: bytes) -> bool:
    markup = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"<", b"{", b"[")
    return not markup and any(line.label == _LABEL for line in lines(data[: 64 << 10]))


FORMAT: Final = Format(
    name="aipref-robots",
    title="AIPREF in robots.txt",
    media_type="text/plain",
    suffix=".txt",
    export=write,
    read=read,
    sniff=_sniff,
    reasons={
        **reasons("AIPREF in robots.txt"),
        "targets": "robots.txt is about paths of its own host",
        "uses": "robots.txt allows generative training, input to generative models and search, where they "
        "are free without conditions and no other rule disallows them for the path",
        "prohibited": "robots.txt disallows generative training, input to generative models and search, and "
        "what one rule disallows for a path, all do",
    },
    by_target=True,
)
"""Rules `Content-Usage` of a robots.txt."""
