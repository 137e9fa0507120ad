"""JSON of other standards, read and written."""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from licet.documents.canonical import is_nested_deeply
from licet.errors import DocumentInvalid, InputError
from licet.types import shown

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MAX_DIGITS: Final = 100
_MAX_EXPONENT: Final = 100


def read_json(data: bytes) -> Any:
    """Reads JSON as others write it: UTF-8, no key twice; fractions are decimals, exactly.

    Raises:
        DocumentInvalid: it is none, it is nested deeply, a number is beyond all measure, or a text is not
            valid Unicode.
    """
    try:
        text = data.decode("utf-8-sig")
        if is_nested_deeply(data):
            raise DocumentInvalid("the document is nested too deeply")
        found = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=lambda digits: int(_number(digits)),
            parse_float=_number,
            parse_constant=_number,
        )
    except UnicodeDecodeError as error:
        raise DocumentInvalid(f"the document is not UTF-8: byte {error.start} cannot be read") from error
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"the document is not JSON: {error}") from error
    _check_text(found)
    return found


def write_json(value: object) -> bytes:
    """Writes JSON for people and programs, safe to stand in a web page's script.

    Raises:
        InputError: a text is not valid Unicode.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError as error:
        raise InputError(f"not valid Unicode: {shown(error.object)}") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DocumentInvalid("the document has an object with the same key twice")
    for key, value in pairs:
        _check_text(key)
        _check_text(value)
    return found


def _check_text(value: object) -> None:
    """Makes sure that a text, or any in an array, is valid Unicode; objects were looked at before."""
    if isinstance(value, str) and _SURROGATE.search(value):
        raise DocumentInvalid(f"the document has a text that is not valid Unicode: {shown(value)}")
    if isinstance(value, list):
        for item in value:
            _check_text(item)


def _number(digits: str) -> Decimal:
    try:
        number = Decimal(digits) if len(digits) <= _MAX_DIGITS else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        raise DocumentInvalid(f"the document has the number {shown(digits)}: nothing of rights is so large")
    return number
