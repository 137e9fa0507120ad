#!/usr/bin/env python3
"""Write the pages that are made by running the program: `make docs`.

docs/cli.md     the help of every command; a test compares it with the program
docs/demo.md    a transcript of the demo
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from licet.cli.main import cli

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
WIDTH = 100


def main() -> int:
    """Write the pages that were asked for; both if none was."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", nargs="*", help="cli or demo; default: both")
    parser.add_argument("--catalog", type=Path, help="the catalogue that the demo plays with")
    options = parser.parse_args()
    for page in options.page or ["cli", "demo"]:
        text = cli_page() if page == "cli" else demo_page(options.catalog)
        (DOCS / f"{page}.md").write_text(text, encoding="utf-8")
    return 0


def cli_page() -> str:
    """The help of every command, in the order of the program."""
    page = [
        "# The command line\n",
        "Made by `make docs` from the help of the program. Results go to stdout, as tables or with",
    ]
    page.append(
        "`--json` as one JSON object; progress and errors go to stderr. Exit codes: 0 done, yes, clean;"
    )
    page.append("1 it failed, no, findings; 2 wrong usage, no node, cannot tell; 130 interrupted.\n")
    for context in commands(
        click.Context(cli, info_name="licet", terminal_width=WIDTH, **cli.context_settings)
    ):
        depth = context.command_path.count(" ")
        page.append(f"{'#' * (2 + min(depth, 2))} {context.command_path}\n")
        page.append(f"```text\n{context.get_help()}\n```\n")
    return "\n".join(page)


def commands(context: click.Context) -> Iterator[click.Context]:
    """A command and all below it."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            below = context.command.get_command(context, name)
            assert below is not None
            yield from commands(click.Context(below, parent=context, info_name=name, terminal_width=WIDTH))


def demo_page(catalog: Path | None) -> str:
    """What the demo printed just now."""
    arguments = ["demo", *(["--catalog", str(catalog)] if catalog else [])]
    played = subprocess.run(
        [sys.executable, "-c", "import sys; from licet.cli import main; sys.exit(main())", *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": str(WIDTH)},
        capture_output=True,
        text=True,
        check=True,
    )
    shown = " ".join(["licet", "demo", *(["--catalog", catalog.name] if catalog else [])])
    return (
        "# The demo, played\n\n"
        "Made by `make docs`, which runs it. Gas is exact, but for some bytes of random salt in what is\n"
        "bought; seconds are of one run on two cores.\n\n"
        f"```text\n$ {shown}\n{played.stdout}```\n"
    )


if __name__ == "__main__":
    sys.exit(main())
