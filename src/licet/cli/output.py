"""What commands print: one JSON object for programs, or tables for people, on stdout; the rest on stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import click
from rich import box
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from licet.chain.client import Receipt
from licet.errors import InputError

_PIPE_WIDTH: Final = 200
"""Columns where nobody looks: ids stay whole, so that other programs find them."""


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


def sent(*receipts: Receipt) -> dict[str, Any]:
    """What transactions came to, for programs: the hash of the last, and the gas of all."""
    return {"tx": receipts[-1].tx_hash, "gas": gas_of(*receipts)}


def gas_of(*receipts: Receipt) -> int:
    """The gas of some transactions."""
    return sum(receipt.gas_used for receipt in receipts)


def print_json(data: Mapping[str, Any]) -> None:
    """Prints one JSON object, for programs."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def emit(data: Mapping[str, Any], *renderables: RenderableType, as_json: bool) -> None:
    """Prints a result: `data` for programs, or the renderables for people."""
    if as_json:
        print_json(data)
    else:
        show_all(renderables)


def show_all(renderables: Iterable[RenderableType]) -> None:
    """Prints for people."""
    out = console()
    for renderable in renderables:
        show(out, renderable)


def show(out: Console, renderable: RenderableType) -> None:
    """Prints for people; where nobody looks, without the spaces that fill up lines."""
    if out.is_terminal or out.quiet:
        out.print(renderable)
        return
    with out.capture() as capture:
        out.print(renderable)
    click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()), file=out.file)


def note(text: str) -> None:
    """A remark for people, on stderr."""
    console(stderr=True).print(Text(text), soft_wrap=True)


def confirm(question: str, *, yes: bool) -> None:
    """Asks before what cannot be undone, unless `yes`.

    Raises:
        InputError: the answer is no, or there is nobody to ask.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("nothing was done: there is nobody to ask, so add --yes")
    if not click.confirm(question, err=True):
        raise InputError("nothing was done, as you wished")


@contextmanager
def bar(title: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr, for people: yields what to call with the amount done since the last call."""
    with _progress() as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.advance(task, done)


@contextmanager
def steps_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Progress of work in steps: yields what to call with a step's name, what is done, and the whole."""
    with _progress() as progress:
        tasks: dict[str, TaskID] = {}

        def advance(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step)
            progress.update(tasks[step], completed=done, total=total)

        yield advance


def _progress() -> Progress:
    err = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
