#!/usr/bin/env python3
"""Writes the tables of docs/vocabulary.md from the code: words for uses, formats, and the ODRL profile.

`--check` only compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

import page_tables

from licet.rights.formats.base import Format
from licet.rights.formats.odrl.profile import PROFILE
from licet.rights.formats.registry import FORMATS
from licet.rights.uses import LEAVES, Use, use_names
from licet.rights.vocabulary import VOCABULARIES, Words

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "vocabulary.md"


def row(*cells: str) -> str:
    """A row of a table in Markdown."""
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |\n"


def head(*cells: str) -> str:
    """The head of a table in Markdown."""
    return row(*cells) + f"|{'---|' * len(cells)}\n"


def uses_table() -> str:
    """Each use, with all words of each vocabulary that cover it."""
    table = head("use", *VOCABULARIES)
    for name, use in LEAVES.items():
        table += row(f"**{name}**", *(_covering(words, use) for words in VOCABULARIES.values()))
    return table


def _covering(words: Words, use: Use) -> str:
    return ", ".join(f"`{word}`" for word, meant in words.items() if meant & use)


def words_table() -> str:
    """Each word of each vocabulary, with the uses that it is."""
    table = head("vocabulary", "word", "uses")
    for vocabulary, words in VOCABULARIES.items():
        for word, meant in words.items():
            table += row(vocabulary, f"`{word}`", ", ".join(use_names(meant)))
    return table


def formats_table() -> str:
    """Each format, and its documents."""
    table = head("format", "standard", "media type", "file", "read", "terms in one document")
    for each in FORMATS.values():
        read = "yes" if each.read else "only written"
        many = "one" if each.single else "any number"
        table += row(f"`{each.name}`", each.title, f"`{each.media_type}`", f"`{each.suffix}`", read, many)
    return table


def losses_table() -> str:
    """What each format cannot say, and why."""
    table = head("format", "member of the terms", "why it is lost")
    for each in FORMATS.values():
        for member, reason in _reasons(each):
            table += row(f"`{each.name}`", member, reason)
    return table


def _reasons(form: Format) -> list[tuple[str, str]]:
    """A format's reasons, with members that are lost for the same reason together."""
    if not form.reasons and form.read is not None:
        return [("none", "it says all that terms say")]
    together: dict[str, list[str]] = {}
    for member, reason in form.reasons.items():
        together.setdefault(reason, []).append(f"`{member}`")
    return [(", ".join(members), reason) for reason, members in together.items()]


def profile_table() -> str:
    """The words of Licet's own ODRL profile."""
    table = head("used as", "word", "meaning")
    for kind, words in PROFILE.items():
        for word, meaning in words.items():
            table += row(kind, f"`licet:{word}`", meaning)
    return table


TABLES = {
    "uses": uses_table,
    "words": words_table,
    "formats": formats_table,
    "losses": losses_table,
    "profile": profile_table,
}


def rendered(page: str) -> str:
    """The page with its tables as they should be; raises as `page_tables.rendered`."""
    return page_tables.rendered(page, TABLES, "vocabulary.py")


def main() -> int:
    """Write the tables, or compare them; returns the exit code."""
    return page_tables.write_or_check(PAGE, rendered, __doc__, "the sources")


if __name__ == "__main__":
    sys.exit(main())
