"""What commands did, and how they should fail: for the tests of the command line."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that it printed."""
        data = json.loads(self.out)
        assert isinstance(data, dict)
        return data


Run = Callable[..., Ran]
Ok = Callable[..., dict[str, Any]]


def failed(ran: Ran, code: int, *words: str) -> None:
    """A command failed as it should: nothing on stdout, one line on stderr."""
    assert ran.code == code, ran
    assert ran.out == ""
    assert ran.err.startswith("licet: ")
    assert ran.err.count("\n") == 1, ran.err
    for word in words:
        assert word in ran.err, ran.err


def answered(ran: Ran, code: int) -> dict[str, Any]:
    """A command that asks answered, by its exit code and in JSON."""
    assert ran.code == code, ran
    assert ran.err == ""
    return ran.json


def shown(ran: Ran, *words: str) -> None:
    """A command showed people what they need, in lines that a terminal of 100 columns does not break."""
    assert ran.code == 0, ran.err
    for word in words:
        assert word in ran.out, ran.out
    assert not any(line != line.rstrip() for line in ran.out.splitlines())
