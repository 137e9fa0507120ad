#!/usr/bin/env python3
"""Writes the tables of docs/trust.md that tests hold: published findings, and laws.

Each test in tests/contracts/PublishedFindings*.t.sol says above itself, in one sentence, what was found
elsewhere, and after that where: by whom, in what, when. Each invariant's name is its law. `--check` only
compares.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import page_tables

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "trust.md"
TESTS = ROOT / "tests" / "contracts"
MATTERS = ("Sales", "Derivatives", "Money", "Disputes", "Signatures")
FUNCTION = re.compile(r"((?:^ {4}/// .*\n)*)^ {4}function (\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found elsewhere, and the test that tries it here.

    Attributes:
        what: in a sentence.
        source: who found it, in what, and when; or that it is a class of finding.
        test: the test's name.
        path: the test's file, from the repository's root.
    """

    what: str
    source: str
    test: str
    path: str


ELSEWHERE = Finding(
    "What a wallet shows is not what the contract hashes: the type's hash is stale, or it is no type",
    "TITLES, Sherlock contest 2024-04, issue 167; Across, M-05 (2025)",
    "test_every_typehash_in_the_contracts_is_of_a_type_that_python_signs",
    "tests/unit/test_signed_types.py",
)


def functions(path: Path) -> Iterator[tuple[str, str]]:
    """The functions of a contract with what is said above them, in one line without marks."""
    for comment, name in FUNCTION.findall(path.read_text(encoding="utf-8")):
        lines = (re.sub(r"^ *///( @dev)?", "", line).strip() for line in comment.splitlines())
        yield name, " ".join(lines)


def findings() -> list[Finding]:
    """All findings, in the order of the files.

    Raises:
        ValueError: a test does not say what was found, or where.
    """
    found = []
    for matter in MATTERS:
        path = TESTS / f"PublishedFindings{matter}.t.sol"
        for name, comment in functions(path):
            if not name.startswith("test"):
                continue
            what, _, source = comment.partition(". ")
            if not source:
                raise ValueError(f"{path.name}: {name} does not say what was found, and where")
            found.append(Finding(what, source.removesuffix("."), name, path.relative_to(ROOT).as_posix()))
    return [*found, ELSEWHERE]


def findings_table() -> str:
    """The table of findings, in Markdown."""
    head = "| what was found elsewhere | where | the test that tries it here |\n|---|---|---|\n"
    return head + "".join(
        f"| {one.what} | {one.source} | [`{one.test}`](../{one.path}) |\n" for one in findings()
    )


def laws() -> list[tuple[str, str, Path]]:
    """Each law, what is said of it, and its suite. Liveness is a law at the end of each run."""
    found = []
    for path in sorted(TESTS.glob("*.t.sol")):
        for name, comment in functions(path):
            if name.startswith("invariant_"):
                words = re.findall(r"[A-Z][a-z]*", name)
                found.append((" ".join(words).capitalize(), comment, path))
            elif name == "afterInvariant":
                found.append(("Liveness", comment.removeprefix("Liveness: "), path))
    return found


def laws_table() -> str:
    """The table of laws, in Markdown."""
    rows = []
    for law, comment, path in laws():
        text = f"**{law}.** {comment[:1].upper()}{comment[1:]}".rstrip()
        rows.append(f"| {text} | [{path.name.split('.')[0]}](../{path.relative_to(ROOT).as_posix()}) |\n")
    return "| law | suite |\n|---|---|\n" + "".join(rows)


TABLES = {"findings": findings_table, "laws": laws_table}


def rendered(page: str) -> str:
    """The page with its tables as they should be; raises as `page_tables.rendered`."""
    return page_tables.rendered(page, TABLES, "trust.py")


def main() -> int:
    """Write the tables, or compare them; returns the exit code."""
    return page_tables.write_or_check(PAGE, rendered, __doc__, "the tests")


if __name__ == "__main__":
    sys.exit(main())
