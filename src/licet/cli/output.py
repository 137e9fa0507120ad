"""What commands print: one JSON object for programs, or tables for people, on stdout; the rest on stderr."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click
from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

_PIPE_WIDTH: Final = 200
"""Columns where nobody looks: ids stay whole, so that other programs find them."""

json_option: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
"""What every command takes."""


def console(*, quiet: bool = False, stderr: bool = False, pipe_width: int = _PIPE_WIDTH) -> Console:
    """A console that prints text as it is: no markup, no guessing at highlights."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else pipe_width
    return Console(quiet=quiet, stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> Table:
    """A table; a column whose name starts with `>` is set to the right."""
    result = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        right = column.startswith(">")
        result.add_column(column.removeprefix(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        result.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in row))
    return result


def facts(**values: str) -> Table:
    """Names and values, one pair in each line; `_` in a name prints as a space."""
    result = Table.grid(padding=(0, 2, 0, 0))
    result.add_column(style="bold", no_wrap=True)
    result.add_column(overflow="fold")
    for name, value in values.items():
        result.add_row(Text(name.replace("_", " ")), Text(value))
    return result


def print_json(data: Mapping[str, Any]) -> None:
    """Prints one JSON object, for programs."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def emit(data: Mapping[str, Any], *renderables: RenderableType, as_json: bool) -> None:
    """Prints a result: `data` for programs, or the renderables for people."""
    if as_json:
        print_json(data)
        return
    out = console()
    for renderable in renderables:
        out.print(renderable)


def note(text: str) -> None:
    """A remark for people, on stderr."""
    console(stderr=True).print(Text(text), soft_wrap=True)
