"""Where the demo is shown: headings, tables, and the list of steps with gas and seconds."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from licet.chain.client import Receipt
from licet.cli.output import show, table
from licet.errors import LicetError

_INDENT: Final = (0, 0, 0, 3)


class DemoError(LicetError):
    """Something in the demo went otherwise than Licet promises."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the demo.

    Attributes:
        name: a stable name.
        gas: gas units of its transactions; 0 for what happens off chain.
        seconds: how long it took, waiting for the node included.
    """

    name: str
    gas: int
    seconds: float


class Gas:
    """Sums up the gas of a step under way."""

    def __init__(self) -> None:
        self.used = 0

    def add(self, *receipts: Receipt) -> None:
        """Counts some transactions in."""
        self.used += sum(receipt.gas_used for receipt in receipts)


class Stage:
    """Shows the demo, and keeps the list of its steps."""

    def __init__(self, console: Console) -> None:
        self._console: Final = console
        self._steps: list[Step] = []
        self._acts = 0

    @property
    def steps(self) -> tuple[Step, ...]:
        """What was done so far."""
        return tuple(self._steps)

    def title(self, text: str) -> None:
        """Says what is played."""
        self._console.print(Text(text, style="bold"))

    def act(self, title: str) -> None:
        """Begins an act."""
        self._acts += 1
        self._console.print(Text(f"\n{self._acts}  {title}", style="bold cyan"))

    def say(self, text: str, style: str = "") -> None:
        """Says something about what happens."""
        self.put(Text(text, style=style))

    def show(self, columns: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
        """Shows a table."""
        self.put(table(columns, rows))

    def put(self, renderable: RenderableType) -> None:
        """Shows anything."""
        show(self._console, Padding(renderable, _INDENT, expand=False))

    @contextmanager
    def step(self, name: str) -> Iterator[Gas]:
        """Times a step; its transactions are added to what this yields."""
        gas = Gas()
        begun = time.perf_counter()
        yield gas
        self._steps.append(Step(name, gas.used, time.perf_counter() - begun))


def check(what: str, actual: object, expected: object) -> None:
    """Stops the demo where Licet does not keep a promise.

    Raises:
        DemoError: `actual` is not `expected`.
    """
    if actual != expected:
        raise DemoError(f"{what}: {expected} was to be, it is {actual}; please report this")
