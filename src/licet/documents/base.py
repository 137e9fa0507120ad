"""What all documents have in common: their canonical form, and how the members of JSON are read."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar

from licet.documents.canonical import canonical_json, parse_json
from licet.errors import DocumentInvalid, InputError
from licet.types import shown

MAX_DOCUMENT_BYTES = 128 << 20
"""The largest document that is read: a catalogue of about 1.3 million works."""

_MAX_SIGNATURE_BYTES = 4096

_T = TypeVar("_T")


class Document:
    """Base of the documents; `TYPE` is the value of their `type`."""

    __slots__ = ()

    TYPE: ClassVar[str]

    def to_json(self) -> dict[str, Any]:
        """The document as a JSON object."""
        raise NotImplementedError

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The document from a JSON object whose `type` was checked. May raise `InputError`."""
        raise NotImplementedError

    def to_bytes(self) -> bytes:
        """The document in canonical JSON."""
        return canonical_json({"type": self.TYPE, **self.to_json()})

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Reads a document.

        Raises:
            DocumentInvalid: it is not valid, not in canonical form, or of another type.
        """
        if len(data) > MAX_DOCUMENT_BYTES:
            raise DocumentInvalid(f"the document has {len(data)} bytes: {MAX_DOCUMENT_BYTES} are the most")
        parsed = parse_json(data)
        if not isinstance(parsed, dict) or parsed.get("type") != cls.TYPE:
            found = parsed.get("type") if isinstance(parsed, dict) else parsed
            raise DocumentInvalid(f"the document's type is {shown(found)}: {cls.TYPE} expected")
        try:
            document = cls.from_json(parsed)
            canonical = document.to_bytes()
        except InputError as error:
            raise DocumentInvalid(f"not a valid {cls.TYPE} document: {error}") from error
        if canonical != data:
            raise DocumentInvalid(f"the {cls.TYPE} document is not in canonical form (RFC 8785)")
        return document


def parse_signature(text: str) -> bytes:
    """The bytes of a signature in hex; none where what it is for needs none.

    Raises:
        InputError: it is anything else.
    """
    digits = text.removeprefix("0x")
    odd = len(digits) % 2 or not set(digits) <= set("0123456789abcdef")
    if digits == text or odd or len(digits) > 2 * _MAX_SIGNATURE_BYTES:
        raise InputError(f"{shown(text)} is not a signature: 0x and lower-case hex bytes")
    return bytes.fromhex(digits)


def check_chain_id(chain_id: int) -> None:
    """Makes sure that it is an EIP-155 chain id.

    Raises:
        InputError: it is not.
    """
    if not 0 < chain_id < 1 << 256:
        raise InputError(f"{shown(chain_id)} is not a chain id")


def check_keys(data: Mapping[str, Any], *required: str, optional: Sequence[str] = ()) -> None:
    """Makes sure that a JSON object has these members and no others.

    Raises:
        InputError: it has not.
    """
    if data.keys() != set(required) and not set(required) <= set(data) <= {*required, *optional}:
        raise InputError(f"it has the members {shown(sorted(data))}: expected are {', '.join(required)}")


def checked(value: object, kind: type[_T], what: str) -> _T:
    """A value of JSON, which must be of this type.

    Raises:
        InputError: it is of another.
    """
    if not isinstance(value, kind):
        raise InputError(f"{what} is {shown(value)}: {kind.__name__} expected")
    return value


def string(data: Mapping[str, Any], key: str) -> str:
    """A member that is a string. Raises as `checked`."""
    return checked(data[key], str, key)


def array(data: Mapping[str, Any], key: str) -> list[Any]:
    """A member that is an array. Raises as `checked`."""
    return checked(data[key], list, key)


def json_object(data: object, what: str) -> dict[str, Any]:
    """A value that is an object. Raises as `checked`."""
    return checked(data, dict, what)
