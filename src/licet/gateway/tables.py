"""Tables of TOML, read key by key."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

from licet.errors import InputError
from licet.types import shown

_T = TypeVar("_T")


class Table:
    """A table, whose keys are asked for one by one; what nobody asked for is unknown.

    What is missing, of the wrong kind or unknown raises `InputError`, with the key's full name.
    """

    def __init__(self, data: Mapping[str, Any], name: str) -> None:
        self._data: Final = data
        self.name: Final = name
        self._asked: Final[set[str]] = set()

    def optional(self, key: str, kind: type[_T]) -> _T | None:
        """The value of a key; None if it is not there."""
        self._asked.add(key)
        value = self._data.get(key)
        # In Python a bool is an int, in TOML it is not.
        fits = isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
        if value is not None and not fits:
            raise InputError(f"{self._full(key)} is {shown(value)}: {_KINDS[kind]} is expected")
        return value

    def required(self, key: str, kind: type[_T]) -> _T:
        """The value of a key that has to be there."""
        value = self.optional(key, kind)
        if value is None:
            raise InputError(f"{self._full(key)} is missing: {_KINDS[kind]} is expected")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """The strings of a key; none if it is not there."""
        values = self.optional(key, list) or []
        for value in values:
            if not isinstance(value, str):
                raise InputError(f"{self._full(key)} has {shown(value)}: strings are expected")
        return tuple(values)

    def positive(self, key: str, default: int) -> int:
        """A number above 0."""
        value = self.optional(key, int)
        if value is not None and value <= 0:
            raise InputError(f"{self._full(key)} is {value}: a number above 0 is expected")
        return default if value is None else value

    def table(self, key: str) -> "Table":
        """A table that has to be there."""
        return Table(self.required(key, dict), self._full(key))

    def tables(self, key: str) -> list["Table"]:
        """An array of tables that has to be there."""
        values = self.required(key, list)
        for value in values:
            if not isinstance(value, dict):
                raise InputError(f"{self._full(key)} has {shown(value)}: write [[{key}]]")
        return [Table(value, f"{key} {number}") for number, value in enumerate(values, 1)]

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self._data

    def check_all_known(self) -> None:
        """Makes sure that every key was asked for."""
        unknown = sorted(set(self._data) - self._asked)
        if unknown:
            known = ", ".join(sorted(self._asked))
            raise InputError(f"{self._full(unknown[0])} is unknown; known here are: {known}")

    def _full(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key


_KINDS: Final[dict[type, str]] = {
    str: "a string",
    int: "a whole number",
    bool: "true or false",
    list: "an array",
    dict: "a table",
}
