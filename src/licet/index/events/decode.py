"""Logs into rows, by slicing their words where the interface says that each argument stands.

An argument of fixed width is a slice; what has a length of its own is found by the offset that stands in its
place. One call takes all slices of a log at once, another checks that what a narrow value leaves of its word
is zero. Lists become JSON, by the slow decoder: only splits and derivatives have lists.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, Final, Literal, TypeAlias

from licet.chain.compiled.abi import Abi, Entry, Parameter

Type: TypeAlias = Literal["integer", "decimal", "hash", "address", "bytes", "text", "json"]
"""How a column is kept: `decimal` is an unsigned integer of up to 256 bits, `integer` one of at most 56."""

Spelling: TypeAlias = Callable[[str], str]
"""An argument's name as a column's."""

_WORD: Final = 32
_INTEGER_BITS: Final = 56
_EXACT_IN_JSON_BITS: Final = 53
# ERC-721 and ERC-4906 speak of ids as numbers.
_IDS: Final = frozenset(("id", "asset_id", "license_id", "token_id", "from_token_id", "to_token_id"))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, and how its values are kept."""

    name: str
    type: Type


class Decoder:
    """Makes rows of one kind of event's logs."""

    def __init__(self, entry: Entry, spelled: Spelling) -> None:
        indexed = [p for p in entry.inputs if p.indexed]
        plain = [p for p in entry.inputs if not p.indexed]
        self._entry: Final = entry
        self._topics: Final = len(indexed) + 1
        self._abi: Final = Abi(())
        self._abi.events[entry.digest] = entry
        self._names: Final = [p.name for p in entry.inputs]
        self._block: _Block | None = None
        if any("[" in p.signature for p in entry.inputs):
            columns = [Column(spelled(p.name), kept_as(p, spelled(p.name))) for p in entry.inputs]
        else:
            self._block = _Block([*indexed, *plain], spelled, shift=_WORD * len(indexed))
            columns = self._block.columns
        self.columns: Final = tuple(columns)

    def row(self, topics: bytes, data: bytes) -> Sequence[Any]:
        """The values of a log.

        Args:
            topics: its topics, one after the other, the event's own first.
            data: its data.

        Raises:
            ValueError: the log is none that the event's contract can have written.
        """
        if len(topics) != self._topics * _WORD:
            raise ValueError(f"{len(topics) // _WORD} topics are not those of {self._entry.name}")
        if self._block is not None:
            return self._block.row(topics[_WORD:] + data)
        words = [topics[i : i + _WORD] for i in range(0, len(topics), _WORD)]
        decoded = self._abi.decode_log(words, data)
        if decoded is None:
            raise ValueError(f"the data is not that of {self._entry.name}")
        values = decoded[1].values()
        return list(map(_kept, self._entry.inputs, self.columns, values))


class _Block:
    """Arguments, or a struct's members, one after the other: first words, then what they point to."""

    def __init__(self, parameters: Sequence[Parameter], spelled: Spelling, shift: int = 0) -> None:
        """A block.

        Args:
            parameters: what stands in it, none of it a list.
            spelled: how their columns are called.
            shift: where offsets count from: after the indexed arguments.
        """
        self.columns: Final[list[Column]] = []
        self._shift: Final = shift
        self._convert: Final[list[tuple[int, Callable[[bytes], Any]]]] = []
        slices: list[slice] = []
        paddings: list[slice] = []
        tails: list[tuple[int, Parameter, str]] = []
        at = 0
        for parameter, name in flat(parameters, spelled):
            end = at + _WORD
            if is_dynamic(parameter) and not parameter.indexed:
                tails.append((at, parameter, name))
            else:
                start = end - width_of(parameter)
                slices.append(slice(start, end))
                paddings += [slice(at, start)] if start > at else []
                self._add(Column(name, kept_as(parameter, name)))
            at = end
        self._size: Final = at
        self._get: Final = _getter(slices)
        self._get_paddings: Final = _getter(paddings)
        self._zeros: Final = tuple(bytes(s.stop - s.start) for s in paddings)
        self._tails: Final = [(at, *self._tail(parameter, name, spelled)) for at, parameter, name in tails]

    def row(self, words: bytes) -> list[Any]:
        if len(words) < self._size:
            raise ValueError(f"{len(words)} bytes are fewer than the {self._size} expected")
        if self._get_paddings(words) != self._zeros:
            raise ValueError("a narrow value fills more than its place")
        row: list[Any] = list(self._get(words))
        for i, convert in self._convert:
            row[i] = convert(row[i])
        for at, is_text, block in self._tails:
            tail = words[self._shift + int.from_bytes(words[at : at + _WORD]) :]
            if block is not None:
                row += block.row(tail)
            else:
                value = _measured(tail)
                row.append(_text(value) if is_text else value)
        return row

    def _add(self, column: Column) -> None:
        if column.type in _CONVERTED:
            self._convert.append((len(self.columns), _CONVERTED[column.type]))
        self.columns.append(column)

    def _tail(self, parameter: Parameter, name: str, spelled: Spelling) -> tuple[bool, "_Block | None"]:
        """How to read what an offset points to; its columns stand after those of fixed width."""
        if parameter.type == "tuple":
            block = _Block(parameter.components, under(name, spelled))
            self.columns.extend(block.columns)
            return False, block
        self.columns.append(Column(name, kept_as(parameter, name)))
        return parameter.type == "string", None


def flat(parameters: Sequence[Parameter], spelled: Spelling) -> Iterator[tuple[Parameter, str]]:
    """The parameters, structs of fixed width taken apart, and their columns' names."""
    for parameter in parameters:
        name = spelled(parameter.name)
        if parameter.type == "tuple" and not parameter.indexed and not is_dynamic(parameter):
            yield from flat(parameter.components, under(name, spelled))
        else:
            yield parameter, name


def under(name: str, spelled: Spelling) -> Spelling:
    """How a struct's members are called; `from` is nobody there, as in events, but a time."""
    return lambda member: f"{name}_{'since' if member == 'from' else spelled(member)}"


def is_dynamic(parameter: Parameter) -> bool:
    """Whether a value has a length of its own."""
    if parameter.type == "tuple":
        return any(map(is_dynamic, parameter.components))
    return parameter.type in ("string", "bytes") or parameter.type.endswith("]")


def kept_as(parameter: Parameter, name: str) -> Type:
    """How the value of a column is kept."""
    if parameter.type.endswith("]") or parameter.type == "tuple":
        return "hash" if parameter.indexed else "json"
    if parameter.type in ("string", "bytes"):
        return "hash" if parameter.indexed else "text" if parameter.type == "string" else "bytes"
    if parameter.type == "address":
        return "address"
    if parameter.type == "bytes32" or (parameter.type == "uint256" and name in _IDS):
        return "hash"
    return "integer" if 8 * width_of(parameter) <= _INTEGER_BITS else "decimal"


def width_of(parameter: Parameter) -> int:
    """How many bytes of its word a value of fixed width fills; a topic that is a hash fills its own."""
    if parameter.type == "address":
        return 20
    if parameter.type == "bool":
        return 1
    return int(parameter.type.removeprefix("uint")) // 8 if parameter.type.startswith("uint") else _WORD


def _getter(slices: Sequence[slice]) -> Callable[[bytes], tuple[bytes, ...]]:
    """Takes all slices of some bytes at once."""
    if len(slices) > 1:
        return itemgetter(*slices)
    return lambda words: tuple(words[only] for only in slices)


def _measured(tail: bytes) -> bytes:
    """Bytes that stand after their length."""
    length = int.from_bytes(tail[:_WORD])
    value = tail[_WORD : _WORD + length]
    if len(tail) < _WORD or len(value) < length:
        raise ValueError("a length reaches beyond the data")
    return value


def _text(value: bytes) -> str:
    """Text that both databases take: nothing on chain makes it valid UTF-8, and PostgreSQL refuses NUL."""
    return _without_nul(value.decode(errors="backslashreplace"))


def _without_nul(text: str) -> str:
    return text.replace("\0", "\\x00")


def _decimal(value: bytes) -> str:
    return str(int.from_bytes(value))


_CONVERTED: Final[dict[str, Callable[[bytes], Any]]] = {"integer": int.from_bytes, "decimal": _decimal}


def _kept(parameter: Parameter, column: Column, value: Any) -> Any:
    """A decoded argument as its column keeps it."""
    if column.type == "json":
        return json.dumps(_jsonable(parameter, value), ensure_ascii=False)
    if column.type in ("hash", "address"):
        return value.to_bytes(_WORD) if isinstance(value, int) else bytes.fromhex(value[2:])
    if column.type == "text":
        return _without_nul(value)
    if column.type == "decimal":
        return str(value)
    return value if column.type == "bytes" else int(value)


def _jsonable(parameter: Parameter, value: Any) -> Any:
    """A value as JSON carries it exactly: numbers that may exceed 53 bits are decimal text."""
    if parameter.type.endswith("[]"):
        item = replace(parameter, type=parameter.type.removesuffix("[]"))
        return [_jsonable(item, entry) for entry in value]
    if parameter.type == "tuple":
        return {member.name: _jsonable(member, value[member.name]) for member in parameter.components}
    if parameter.type == "bytes":
        return "0x" + value.hex()
    if parameter.type == "string":
        return _without_nul(value)
    wide = parameter.type.startswith("uint") and 8 * width_of(parameter) > _EXACT_IN_JSON_BITS
    return str(value) if wide else value
