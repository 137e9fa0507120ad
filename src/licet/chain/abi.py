"""The contracts' ABI: functions encoded, results, logs and errors decoded, by eth-abi.

Values in and out are those of `licet.types`: `Address` for addresses, `Hash32` for bytes32, `bytes` for
bytes, a dict by member name for a struct, a tuple for an array. On the way in, a struct may be a tuple too.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from eth_abi import abi as codec
from eth_abi.exceptions import DecodingError, EncodingError

from licet.errors import REVERT_NAMES, InputError, Reverted, UnexpectedAnswer, reverted
from licet.trees.hashing import checksum, keccak, parse_address
from licet.types import Hash32, hash32, hash_bytes, parse_hash

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

    def _item(self) -> "Parameter":
        return Parameter(self.name, self.type.removesuffix("[]"), self.components, indexed=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A function, constructor, event or error."""

    name: str
    inputs: tuple[Parameter, ...]
    outputs: tuple[Parameter, ...] = ()

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
                tuple(map(Parameter.read, item.get("inputs", ()))),
                tuple(map(Parameter.read, item.get("outputs", ()))),
            )
            by_type.setdefault(item["type"], []).append(entry)
        self.functions = {entry.name: entry for entry in by_type.get("function", ())}
        self.constructor = by_type.get("constructor", [Entry("", ())])[0]
        self.events = {entry.digest: entry for entry in by_type.get("event", ())}
        self.errors = {entry.digest[:4]: entry for entry in by_type.get("error", ())}

    def encode_call(self, function: str, arguments: Sequence[Any]) -> bytes:
        """Selector and arguments. An overloaded function cannot be called by name alone; Licet calls none."""
        entry = self.functions[function]
        return entry.digest[:4] + _encode(entry.inputs, arguments)

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
            return _decode(outputs, data)
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
        if entry is None:
            return None
        indexed = [p for p in entry.inputs if p.indexed]
        plain = [p for p in entry.inputs if not p.indexed]
        if len(topics) != len(indexed) + 1:
            return None
        try:
            values = dict(zip((p.name for p in plain), _decode(plain, data), strict=True))
            for parameter, topic in zip(indexed, topics[1:], strict=True):
                values[parameter.name] = hash32(topic) if parameter.hashed else _decode([parameter], topic)[0]
        except DecodingError:
            return None
        return entry.name, {p.name: values[p.name] for p in entry.inputs}

    def decode_revert(self, data: bytes) -> Reverted:
        """The exception for what a refused call returned."""
        shown = "0x" + data.hex()
        entry = self.errors.get(data[:4])
        if entry is None:
            return reverted("", {}, shown)
        try:
            values = _decode(entry.inputs, data[4:])
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


def _decode(parameters: Sequence[Parameter], data: bytes) -> tuple[Any, ...]:
    try:
        values = codec.decode([p.raw_signature for p in parameters], data)
    except OverflowError as error:  # a length that no memory holds; eth-abi would go and read so much
        raise DecodingError(str(error)) from error
    return tuple(p.decoded(value) for p, value in zip(parameters, values, strict=True))
