"""What the programs say in English themselves, in the language of the page: findings, tables, events, errors.

In English it is as they say it; other languages have a sentence of their own for each, and all of its facts.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from licet.auditor.papers.html.words import ENGLISH, Words
from licet.errors import LicetError
from licet.web.languages import Language

_FIGURE: Final = "figure."
_FACT: Final = re.compile(r"0x[0-9a-fA-F]+|\d[\d,.]*\d|\d")
_RESULT: Final = re.compile(r"(?:([\d,]+) exceptions? found|No exceptions found)\.(?: ([\d,]+) notes?\.)?")
_COUNT: Final = re.compile(r"([\d,]+) ")
_MESSAGES: Final = {
    ("findings", "severity"): "severity",
    ("trial_balance", "kind"): "account_kind",
    ("statements", "state"): "stated",
    ("cases", "status"): "case",
}
"""By a table's column: which of the pages' messages say what stands in it, and…"""
_WORDS: Final = {("payments", "movement"): "movement", ("cases", "kind"): "case_kind"}
"""…which words of the language's own."""


@dataclass(frozen=True, slots=True)
class Said:
    """A finding or an error, for people.

    Attributes:
        sentence: what is the matter.
        facts: what it is about, by its name; the same as in the evidence or the facts.
        also: facts that only the English sentence has.
    """

    sentence: str
    facts: tuple[tuple[str, Any], ...] = ()
    also: tuple[str, ...] = ()


def named(language: Language, name: str) -> str:
    """What a column, a fact or a value of an event is called: of `offer_price`, the offer's price."""
    whole = language.words.get(f"name.{name}")
    if whole is not None:
        return whole
    of, _, what = name.partition("_")
    parts = [language.words.get(f"name.{part}") for part in (of, what)]
    return "：".join(filter(None, parts)) if all(parts) else name.removesuffix("_bps").replace("_", " ")


def event_of(language: Language, event: str) -> str | None:
    """What an event is called besides its own name; nothing in English."""
    return language.words.get(f"event.{event}")


def finding(language: Language, found: Mapping[str, Any]) -> Said:
    """A finding, as `Finding.to_json` has it."""
    evidence = found["evidence"]
    facts = tuple((name, said(language, value)) for name, value in evidence.items())
    sentence = language.words.get(f"finding.{found['kind']}")
    if sentence is None:
        return Said(found["message"], facts)
    return Said(sentence, facts, tuple(_others(found["message"], evidence.values())))


def said(language: Language, value: Any) -> Any:
    """A fact: the few words that stand in place of one, in the language."""
    return language.words.get(f"said.{value}", value) if isinstance(value, str | bool) else value


def _others(message: str, values: Iterable[Any]) -> dict[str, None]:
    """The hashes, addresses and numbers of a message that are not among some values."""
    known = {fact for value in values for fact in _FACT.findall(str(value))}
    return dict.fromkeys(fact for fact in _FACT.findall(message) if fact not in known)


def cells(language: Language, table: Mapping[str, Any], row: Sequence[Any]) -> list[Any]:
    """What stands in a row of the audit's report.

    Args:
        language: the page's.
        table: as `licet.web.views.audit.table` has it.
        row: one of its items.
    """
    names = [column["name"] for column in table["columns"]]
    values = dict(zip(names, row, strict=True))
    return [_cell(language, table["name"], name, values) for name in names]


def _cell(language: Language, table: str, column: str, row: Mapping[str, Any]) -> Any:
    value = row[column]
    if not isinstance(value, str) or not language.words:
        return value
    if messages := _MESSAGES.get((table, column)):
        return language.messages[f"{messages}.{value}"]
    if words := _WORDS.get((table, column)):
        return language.words[f"{words}.{value}"]
    if table == "procedures":
        return _procedure(language, column, row)
    if table == "summary":
        return _summary(language, column, row)
    if (table, column) == ("findings", "message"):
        facts = [v for name, v in row.items() if name != "message" and v is not None]
        sentence = language.words[f"finding.{row['kind']}"]
        others = _others(value, facts)
        also = language.text("finding.also")
        return f"{sentence}{also}：{'、'.join(others)}" if others else sentence
    return said(language, value) if column in ("expected", "found") else value


def _procedure(language: Language, column: str, row: Mapping[str, Any]) -> Any:
    words, value, key = language.words, str(row[column]), row["key"]
    if column == "title":
        return words[f"procedure.{key}"]
    if column == "done":
        return words[f"procedure_done.{key}"]
    if column == "extent" and (count := _COUNT.match(value)):
        return words[f"procedure_extent.{key}"].format(count=count[1])
    if column != "result":
        return value
    if (found := _RESULT.fullmatch(value)) is None:
        return words["result.not_performed"]
    wrong, notes = found.groups()
    result = words["result.exceptions"].format(count=wrong) if wrong else words["result.done"]
    return result + words["result.notes"].format(count=notes) if notes else result


def _summary(language: Language, column: str, row: Mapping[str, Any]) -> Any:
    fact, value = str(row["fact"]), str(row["value"])
    if column == "fact":
        return named(language, fact)
    if fact == "verdict":
        return language.messages[f"verdict.{value}"]
    return language.words["proven.nothing"] if fact == "proven" else value


def error(language: Language, error: LicetError, told: str) -> Said:
    """An error.

    Args:
        language: the page's.
        error: what is wrong.
        told: what it says, as visitors may read it.
    """
    for kind in type(error).__mro__:
        sentence = language.words.get(f"error.{kind.__name__}")
        if sentence is not None:
            shown = [(name, value) for name, value in error.facts.items() if str(value) in told]
            return Said(sentence, tuple((name, _fact(language, name, value)) for name, value in shown))
    return Said(told)


def sentence(language: Language, error_: LicetError, told: str) -> str:
    """The same in one piece. Arguments as of `error`."""
    found = error(language, error_, told)
    return "".join([found.sentence, *(f" {named(language, name)}：{value}" for name, value in found.facts)])


def _fact(language: Language, name: str, value: Any) -> Any:
    if name == "why_not":
        return language.known(f"why_not.{value}", value)
    return said(language, value)


def figure_words(language: Language) -> Words:
    """What figures say."""
    own = {key.removeprefix(_FIGURE): text for key, text in language.words.items() if key.startswith(_FIGURE)}
    return Words(own) if own else ENGLISH
