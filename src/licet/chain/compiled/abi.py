"""The contracts' ABI: functions encoded, results, logs and errors decoded.

What is encoded as the compiler does it is read by `words`, all else by eth-abi, which encodes too.

Values in and out are those of `licet.types`: `Address` for addresses, `Hash32` for bytes32, `bytes` for
bytes, a dict by member name for a struct, a tuple for an array. On the way in, a struct may be a tuple too.
"""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self

from eth_abi import abi as codec
from eth_abi.exceptions import DecodingError, EncodingError

from licet.chain.compiled import words
from licet.errors import REVERT_NAMES, InputError, Reverted, UnexpectedAnswer, reverted
from licet.trees.hashing import checksum, keccak, parse_address
from licet.types import Hash32, hash32, hash_bytes, parse_hash

MOST_CALLS: Final = 400
"""How many calls of one function are read in one transaction: more than its gas suffices for."""
_LONGEST_CALL: Final = 1 << 14

_BUILT_IN_ERRORS: tuple[Mapping[str, Any], ...] = (
    {"type": "error", "name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"type": "error", "name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, result or struct member."""

    name: str
    type: str
    components: tuple["Parameter", ...]
    indexed: bool

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> Self:
        """From its entry in a JSON ABI."""
        components = tuple(map(Parameter.read, item.get("components", ())))
        return cls(item.get("name", ""), item["type"], components, item.get("indexed", False))

    @property
    def signature(self) -> str:
        """Its type as in a function's signature: structs as tuples."""
        if not self.type.startswith("tuple"):
            return self.type
        members = ",".join(member.signature for member in self.components)
        return f"({members}){self.type.removeprefix('tuple')}"

    @property
    def raw_signature(self) -> str:
        """The type to decode as: strings as bytes, since nothing on chain makes them valid UTF-8."""
        return re.sub(r"\bstring\b", "bytes", self.signature)

    @property
    def hashed(self) -> bool:
        """Whether a topic holds only its hash."""
        return self.type.startswith(("tuple", "string")) or self.type == "bytes" or self.type.endswith("]")

    def encodable(self, value: Any) -> Any:
        """A value as eth-abi takes it. Hashes and addresses in any spelling are taken, others refused."""
        if self.type.endswith("[]"):
            return [self._item().encodable(item) for item in value]
        if self.type == "tuple":
            members = value.values() if isinstance(value, Mapping) else value
            return tuple(
                member.encodable(item) for member, item in zip(self.components, members, strict=True)
            )
        if self.type == "bytes32":
            return hash_bytes(parse_hash(value))
        return parse_address(value) if self.type == "address" else value

    def decoded(self, value: Any) -> Any:
        """A value as Licet takes it, from what eth-abi gives."""
        if self.type.endswith("[]"):
            return tuple(self._item().decoded(item) for item in value)
        if self.type == "tuple":
            return {m.name: m.decoded(item) for m, item in zip(self.components, value, strict=True)}
        if self.type == "bytes32":
            return hash32(value)
        if self.type == "string":
            return value.decode(errors="backslashreplace")
        return checksum(bytes.fromhex(value[2:])) if self.type == "address" else value

    @property
    def reader(self) -> words.Reader:
        """Reads such a value where it is encoded as the compiler does it."""
        return words.reader(self.type, [(member.name, member.reader) for member in self.components])

    def _item(self) -> "Parameter":
        return Parameter(self.name, self.type.removesuffix("[]"), self.components, indexed=False)


class Parameters(tuple[Parameter, ...]):
    """Parameters that stand one after the other."""

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """Their values.

        Raises:
            DecodingError: the data is no encoding of such values.
        """
        try:
            return self._read(data)
        except words.NotCanonicalError:
            pass
        try:
            values = codec.decode([p.raw_signature for p in self], data)
        except OverflowError as error:  # a length that no memory holds; eth-abi would go and read so much
            raise DecodingError(str(error)) from error
        return tuple(p.decoded(value) for p, value in zip(self, values, strict=True))

    @cached_property
    def _read(self) -> Callable[[bytes], tuple[Any, ...]]:
        return words.sequence([p.reader for p in self])


@dataclass(frozen=True)
class Entry:
    """A function, constructor, event or error."""

    name: str
    inputs: Parameters
    outputs: Parameters

    @cached_property
    def topics(self) -> tuple[Parameters, ...]:
        """Of an event: what each topic after the first holds, where that is not a hash."""
        return tuple(
            Parameters([replace(p, type="bytes32", components=()) if p.hashed else p])
            for p in self.inputs
            if p.indexed
        )

    @cached_property
    def data(self) -> Parameters:
        """Of an event: what stands in the data."""
        return Parameters(p for p in self.inputs if not p.indexed)

    def decode_log(self, topics: Sequence[bytes], data: bytes) -> list[Any] | None:
        """An event's arguments, in their order, from a log that has its first topic; None if it is none."""
        if len(topics) != len(self.topics) + 1:
            return None
        try:
            found = [p.decode(topic)[0] for p, topic in zip(self.topics, topics[1:], strict=True)]
            found += self.data.decode(data)
        except DecodingError:
            return None
        return [found[place] for place in self._places]

    @cached_property
    def _places(self) -> list[int]:
        """Where each argument stands when the indexed ones come first."""
        count = len(self.topics)
        indexed, plain = iter(range(count)), iter(range(count, len(self.inputs)))
        return [next(indexed if p.indexed else plain) for p in self.inputs]

    @property
    def digest(self) -> bytes:
        """keccak256 of the signature: an event's first topic; 4 bytes of it select a function or error."""
        return keccak(f"{self.name}({','.join(p.signature for p in self.inputs)})".encode())


class Abi:
    """A contract's interface."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        by_type: dict[str, list[Entry]] = {}
        for item in entries:
            entry = Entry(
                item.get("name", ""),
                Parameters(map(Parameter.read, item.get("inputs", ()))),
                Parameters(map(Parameter.read, item.get("outputs", ()))),
            )
            by_type.setdefault(item["type"], []).append(entry)
        self.functions = {entry.name: entry for entry in by_type.get("function", ())}
        self.constructor = by_type.get("constructor", [Entry("", Parameters(), Parameters())])[0]
        self.events = {entry.digest: entry for entry in by_type.get("event", ())}
        self.errors = {entry.digest[:4]: entry for entry in by_type.get("error", ())}

    def encode_call(self, function: str, arguments: Sequence[Any]) -> bytes:
        """Selector and arguments. An overloaded function cannot be called by name alone; Licet calls none."""
        entry = self.functions[function]
        return entry.digest[:4] + _encode(entry.inputs, arguments)

    def calls_in(self, function: str, data: bytes) -> Iterator[tuple[Any, ...]]:
        """The arguments of all calls of a function in some data, wherever they stand in it.

        What comes after the first `MOST_CALLS` is left out, and so are arguments of more than 16 KiB.
        """
        entry = self.functions[function]
        selector = entry.digest[:4]
        place = data.find(selector)
        for _ in range(MOST_CALLS):
            if place < 0:
                return
            start = place + len(selector)
            with contextlib.suppress(DecodingError):
                yield entry.inputs.decode(data[start : start + _LONGEST_CALL])
            place = data.find(selector, place + 1)

    def encode_constructor(self, arguments: Sequence[Any]) -> bytes:
        """The arguments that follow the byte code."""
        return _encode(self.constructor.inputs, arguments)

    def decode_result(self, function: str, data: bytes) -> tuple[Any, ...]:
        """What a function returned.

        Raises:
            UnexpectedAnswer: the data is not what this function returns: another contract stands there.
        """
        outputs = self.functions[function].outputs
        try:
            return outputs.decode(data)
        except DecodingError as error:
            raise UnexpectedAnswer(
                f"{function} returned {len(data)} bytes that it cannot return: another contract stands there"
            ) from error

    def topic(self, event: str) -> bytes:
        """The first topic of an event."""
        return next(topic for topic, entry in self.events.items() if entry.name == event)

    def decode_log(self, topics: Sequence[bytes], data: bytes) -> tuple[str, dict[str, Any]] | None:
        """An event's name and arguments; None for a log that is no event of this interface."""
        entry = self.events.get(topics[0]) if topics else None
        values = None if entry is None else entry.decode_log(topics, data)
        if entry is None or values is None:
            return None
        return entry.name, dict(zip((p.name for p in entry.inputs), values, strict=True))

    def decode_revert(self, data: bytes) -> Reverted:
        """The exception for what a refused call returned."""
        shown = "0x" + data.hex()
        entry = self.errors.get(data[:4])
        if entry is None:
            return reverted("", {}, shown)
        try:
            values = entry.inputs.decode(data[4:])
        except DecodingError:
            return reverted("", {}, shown)
        return reverted(entry.name, dict(zip((p.name for p in entry.inputs), values, strict=True)), shown)


def all_errors(abis: Iterable[Abi]) -> Abi:
    """The errors of several interfaces, Solidity's own, and those of libraries, which no interface lists."""
    libraries = [{"type": "error", "name": name} for name in REVERT_NAMES]
    result = Abi([*libraries, *_BUILT_IN_ERRORS])
    for abi in abis:
        result.errors |= abi.errors
    return result


def log_topic(value: Hash32 | str) -> str:
    """A hash or an address as a topic to filter logs by."""
    return "0x" + value[2:].lower().rjust(64, "0")


def _encode(parameters: Sequence[Parameter], values: Sequence[Any]) -> bytes:
    try:
        encodable = [p.encodable(value) for p, value in zip(parameters, values, strict=True)]
        return codec.encode([p.signature for p in parameters], encodable)
    except (EncodingError, AttributeError, TypeError, ValueError) as error:
        names = ", ".join(f"{p.type} {p.name}".strip() for p in parameters)
        raise InputError(f"the contract does not take these values for ({names}): {error}") from error
