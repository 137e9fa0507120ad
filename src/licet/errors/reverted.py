# ruff: noqa: D101, N818 - an error's explanation is its text, and its name says what happened
"""What a contract refused: the base of all custom errors' classes, and Solidity's own errors."""

from collections.abc import Mapping
from datetime import UTC, datetime
from string import Formatter
from typing import Any, ClassVar

from licet.errors.general import LicetError

__all__ = ["Panicked", "Reverted", "RevertedWithReason", "reverted"]


class _Explain(Formatter):
    """`str.format`, plus `{seconds:time}` for unix times; a fact that is missing prints as `?`."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec != "time":
            return str(value)
        try:
            return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        except (TypeError, ValueError, OverflowError, OSError):
            return str(value)


REVERTS: dict[str, type["Reverted"]] = {}
"""Each custom error's class, by its name in Solidity, or by that and its arguments: `NothingDue(owner)`."""


class Reverted(LicetError):
    """A transaction or call that a contract refused.

    `name` is the custom error's, `facts` its arguments by name, `data` the raw return data (`0x` hex).
    Nothing was changed on chain. A subclass says in `explanation` what is wrong and what to do; its
    `{fields}` are facts.
    """

    error: ClassVar[str] = ""
    explanation: ClassVar[str] = "the contract refused with {name}; nothing was changed"

    def __init__(self, name: str, facts: Mapping[str, object], data: str) -> None:
        message = _Explain().vformat(self.explanation, (), {**facts, "name": name or "no reason given"})
        super().__init__(message, **facts)
        self.name = name
        self.data = data

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        # `error` is named where Solidity's name is too general, or taken, in Python, and with the arguments'
        # names where two contracts give one name to different errors.
        cls.error = cls.__dict__.get("error", cls.__name__)
        REVERTS[cls.error] = cls


def reverted(name: str, facts: Mapping[str, object], data: str = "0x") -> Reverted:
    """The exception for a custom error: its own class where there is one, else `Reverted`.

    Args:
        name: the custom error's name in Solidity; `Error` or `Panic` for the built-in ones, empty for none.
        facts: its arguments by name.
        data: the raw return data, `0x` hex.
    """
    kind = REVERTS.get(f"{name}({','.join(facts)})") or REVERTS.get(name, Reverted)
    return kind(name, facts, data)


# Built into Solidity.


class RevertedWithReason(Reverted):
    error = "Error"
    explanation = "the contract refused: {reason}"


class Panicked(Reverted):
    error = "Panic"
    explanation = "the contract stopped with panic code {code}: a fault in the contract, please report it"
