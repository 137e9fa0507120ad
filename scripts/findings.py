#!/usr/bin/env python3
"""Writes the table of docs/findings.md: every kind of finding, and the tests that plant it.

The kinds and what they mean are those of src/licet/auditor/findings/kinds.py; a test stands with a kind that
it names. `--check` only compares.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import page_tables

from licet.auditor import Kind

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "findings.md"
SOURCE = ROOT / "src" / "licet" / "auditor" / "findings" / "kinds.py"
TESTS = ROOT / "tests"
KINDS = Kind.__members__
NAMED_TESTS = 3
"""How many tests stand with a kind; the others are counted."""


def meanings() -> dict[Kind, str]:
    """What each kind means: the text below it.

    Raises:
        ValueError: below a kind there is none.
    """
    module = ast.parse(SOURCE.read_text(encoding="utf-8"))
    [body] = [each.body for each in module.body if isinstance(each, ast.ClassDef) and each.name == "Kind"]
    found: dict[Kind, str] = {}
    for member, text in zip(body, [*body[1:], None], strict=True):
        if not isinstance(member, ast.Assign):
            continue
        [name] = member.targets
        if not (isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)):
            raise ValueError(f"nothing below {ast.unparse(name)} says what it means")
        found[Kind[ast.unparse(name)]] = " ".join(str(text.value.value).split())
    return found


def tests() -> dict[Kind, list[str]]:
    """The tests that name each kind, those on a real chain first."""
    named: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for folder in ("integration", "unit"):
        for path in sorted((TESTS / folder).glob("test_audit*.py")):
            for name, kind in _named_in(path):
                if name not in named[kind]:
                    named[kind].append(name)
    return named


def _named_in(path: Path) -> Iterator[tuple[str, Kind]]:
    """The tests of a module and the kinds that they, or their parameters, name."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    shared = {
        target.id: set(_kinds(each))
        for each in module.body
        if isinstance(each, ast.Assign | ast.AnnAssign)
        for target in ast.walk(each)
        if isinstance(target, ast.Name) and isinstance(target.ctx, ast.Store)
    }
    for each in module.body:
        if not isinstance(each, ast.FunctionDef) or not each.name.startswith("test"):
            continue
        for node in ast.walk(each):
            used = shared.get(node.id, ()) if isinstance(node, ast.Name) else ()
            yield from ((each.name, kind) for kind in sorted([*used, *_kinds(node, deep=False)]))


def _kinds(tree: ast.AST, *, deep: bool = True) -> Iterator[Kind]:
    for node in ast.walk(tree) if deep else (tree,):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Kind" and node.attr in KINDS:
            yield Kind[node.attr]


def kinds_table() -> str:
    """The table, in Markdown.

    Raises:
        ValueError: there is a kind that no test finds, or without a meaning.
    """
    table = "| finding | weighs | what it says | planted and found by |\n|---|---|---|---|\n"
    said, named = meanings(), tests()
    for kind in Kind:
        if not named[kind]:
            raise ValueError(f"no test finds {kind}")
        first = ", ".join(f"`{name}`" for name in named[kind][:NAMED_TESTS])
        others = len(named[kind]) - NAMED_TESTS
        more = f" and {others} more" if others > 0 else ""
        table += f"| `{kind}` | {str(kind.severity).replace('_', ' ')} | {said[kind]} | {first}{more} |\n"
    return table


TABLES = {"kinds": kinds_table}


def rendered(page: str) -> str:
    """The page with its table as it should be; raises as `page_tables.rendered`."""
    return page_tables.rendered(page, TABLES, "findings.py")


def main() -> int:
    """Write the table, or compare it; returns the exit code."""
    return page_tables.write_or_check(PAGE, rendered, __doc__, "the sources")


if __name__ == "__main__":
    sys.exit(main())
