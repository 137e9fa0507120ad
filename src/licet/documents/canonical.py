"""Canonical JSON (RFC 8785), read and written, and the hash that identifies a document.

Documents use objects, arrays, strings, booleans, null and integers up to 2^53 - 1. For these, Python's own
encoder gives the canonical form once the keys are in order, four times faster than a general implementation.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any, NoReturn

from licet.errors import DocumentInvalid, InputError
from licet.types import Hash32, hash32, shown

_MAX_JSON_INTEGER = (1 << 53) - 1
_MAX_DEPTH = 64
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_NO_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))


def canonical_json(value: object) -> bytes:
    """RFC 8785 canonical JSON of objects, arrays, strings, booleans, null and integers up to 2^53 - 1.

    Numbers with a fraction are refused: no document of Licet has any.

    Raises:
        InputError: a value of another type, too large an integer, or text that is not valid Unicode.
    """
    return utf8(_ENCODER.encode(_ordered(value)))


def canonical_string(text: str) -> str:
    """A string as canonical JSON has it, quotes included: for what is too long to be ordered by parts."""
    return encode_basestring(text)


def utf8(json_text: str) -> bytes:
    """The bytes of canonical JSON.

    Raises:
        InputError: it has text that is not valid Unicode.
    """
    try:
        return json_text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"not valid Unicode: {shown(error.object)}") from error


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _ordered(value: object) -> object:
    """The same value with the keys of objects in the order of RFC 8785: by UTF-16 code units."""
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= _MAX_JSON_INTEGER:
            return value
        case Mapping():
            keys = list(value)
            if not all(isinstance(key, str) for key in keys):
                raise InputError("the keys of a JSON object are strings")
            keys.sort(key=_utf16)
            return {key: _ordered(value[key]) for key in keys}
        case list() | tuple():
            return [_ordered(item) for item in value]
    raise InputError(
        f"{shown(value)} has no place in a document: integers end at 2^53 - 1, fractions are unused"
    )


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def parse_json(data: bytes) -> Any:
    """Reads JSON as a document may have it: UTF-8, no key twice, no fractions, integers up to 2^53 - 1.

    Raises:
        DocumentInvalid: it is anything else.
    """
    return parse_strictly(data, "utf-8", _small_integer, _no_fraction)


def parse_strictly(
    data: bytes, encoding: str, integer: Callable[[str], Any], fraction: Callable[[str], Any]
) -> Any:
    """Reads JSON in which no key stands twice, and nothing is nested deeply.

    Args:
        data: the JSON.
        encoding: `utf-8`, or `utf-8-sig` where a byte order mark is passed over.
        integer: makes a number of digits; may raise `DocumentInvalid`.
        fraction: the same, of numbers with a fraction or an exponent, and of `NaN` and its like.

    Raises:
        DocumentInvalid: it is anything else.
    """
    try:
        text = data.decode(encoding)
        if is_nested_deeply(data):
            raise DocumentInvalid("the document is nested too deeply")
        return json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=integer,
            parse_float=fraction,
            parse_constant=fraction,
        )
    except UnicodeDecodeError as error:
        raise DocumentInvalid(f"the document is not UTF-8: byte {error.start} cannot be read") from error
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"the document is not JSON: {error}") from error


def is_nested_deeply(data: bytes) -> bool:
    """Whether JSON has more than 64 levels, which nothing of ours has.

    Where some library has raised Python's recursion limit, as some do, the parser would overflow the stack
    and end the process: such JSON must not reach it.
    """
    plain = _ESCAPE.sub(b"", data) if b"\\" in data else data
    # Two quotes side by side end and begin a string, or the other way round: what is inside stays inside.
    quotes_and_brackets = plain.translate(None, _NO_STRUCTURE).replace(b'""', b"")
    brackets = _STRING.sub(b"", quotes_and_brackets)
    for _ in range(_MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return len(brackets) > _MAX_DEPTH


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise DocumentInvalid(f"the document has an object with the key {shown(twice)} twice")
    return found


def _small_integer(digits: str) -> int:
    # 2^53 has 16 digits; integers of many thousand digits Python refuses with an error of its own.
    if len(digits) > 17 or abs(int(digits)) > _MAX_JSON_INTEGER:
        raise DocumentInvalid(f"the document has the number {shown(digits)}: write larger ones as strings")
    return int(digits)


def _no_fraction(digits: str) -> NoReturn:
    raise DocumentInvalid(f"the document has the number {shown(digits)}: only integers are allowed")


def sha256(data: bytes) -> Hash32:
    """The SHA-256 of some bytes: a document's identity."""
    return hash32(hashlib.sha256(data).digest())
