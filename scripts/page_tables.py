"""Pages of docs/ with tables that a script makes: each table stands between two marks that name it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

Tables = Mapping[str, Callable[[], str]]


def rendered(page: str, tables: Tables, script: str) -> str:
    """A page with its tables as they should be.

    Args:
        page: its text.
        tables: what makes each table, by the name in its marks.
        script: the script that the marks name.

    Raises:
        ValueError: the page lacks the marks between which a table stands.
    """
    for name, table in tables.items():
        start, end = f"<!-- {name}: made by scripts/{script} -->\n", f"<!-- end of {name} -->\n"
        if page.count(start) != 1 or page.count(end) != 1:
            raise ValueError(f"the page lacks the marks of its {name}")
        before, _, rest = page.partition(start)
        page = before + start + table() + end + rest.partition(end)[2]
    return page


def write_or_check(path: Path, render: Callable[[str], str], description: str | None, source: str) -> int:
    """Write a page's tables, or with `--check` compare them; returns the exit code.

    Args:
        path: the page.
        render: what makes the page as it should be of the page as it is.
        description: of the command.
        source: what the page follows, in words.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="only compare")
    page = path.read_text(encoding="utf-8")
    expected = render(page)
    if not parser.parse_args().check:
        path.write_text(expected, encoding="utf-8")
    elif page != expected:
        print(f"docs/{path.name} is not what {source} say: run python {sys.argv[0]}", file=sys.stderr)
        return 1
    return 0
