"""JSON of other standards, read and written."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from licet.documents.canonical import parse_strictly
from licet.errors import DocumentInvalid, InputError
from licet.types import shown

MAX_DIGITS: Final = 100
"""The longest number, in characters: an amount of 256 bits has 78."""

_MAX_EXPONENT: Final = 100


def read_json(data: bytes) -> Any:
    """Reads JSON as others write it: UTF-8, no key twice; fractions are decimals, exactly.

    Raises:
        DocumentInvalid: it is none, it is nested deeply, a number is beyond all measure, or a text is not
            valid Unicode.
    """
    found = parse_strictly(data, "utf-8-sig", lambda digits: int(_number(digits)), _number)
    _check_texts(found)
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


def _check_texts(found: object) -> None:
    """Makes sure that all texts, and all keys, are valid Unicode."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, str):
            check_text(value)


def check_text(text: str) -> None:
    """Refuses text that no encoding can carry.

    Raises:
        DocumentInvalid: it has half a surrogate pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DocumentInvalid("the document has half a surrogate pair, which is no character") from error


def _number(digits: str) -> Decimal:
    try:
        number = Decimal(digits) if len(digits) <= MAX_DIGITS else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MAX_EXPONENT:
        raise DocumentInvalid(
            f"the document has the number {shown(digits)}, which is too large to be meant, or none"
        )
    return number
