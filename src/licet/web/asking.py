"""What a request asks for: the parts of its path and its query, read and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from licet.errors import InputError
from licet.rights.uses import LEAVES, SETS, parse_uses
from licet.trees.hashing import parse_address
from licet.types import parse_hash, parse_uint, shown
from licet.web.views.paging import DEFAULT, MOST, Page


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question.

    Attributes:
        name: as in the path or the query.
        about: what it is, for people.
        read: makes its value of its text; raises `InputError`.
        schema: of its text, as OpenAPI has it.
        required: whether it must be there.
        in_path: whether it is a part of the path.
    """

    name: str
    about: str
    read: Callable[[str], Any]
    schema: Mapping[str, Any]
    required: bool = False
    in_path: bool = False

    def to_json(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        return {
            "name": self.name,
            "in": "path" if self.in_path else "query",
            "required": self.required or self.in_path,
            "description": self.about,
            "schema": dict(self.schema),
        }


_HASH: Final = {
    "type": "string",
    "pattern": "^(0x)?[0-9a-fA-F]{64}$",
    "examples": ["0x" + "1f" * 32],
}
_ADDRESS: Final = {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$", "examples": ["0x" + "1f" * 20]}


def hash_in_path(name: str, about: str) -> Parameter:
    """A hash that is a part of the path."""
    return Parameter(name, about, lambda text: parse_hash(text, about), _HASH, in_path=True)


def address_in_path(name: str, about: str) -> Parameter:
    """An address that is a part of the path."""
    return Parameter(name, about, lambda text: parse_address(text, about), _ADDRESS, in_path=True)


def word_in_path(name: str, about: str) -> Parameter:
    """A word that is a part of the path."""
    return Parameter(name, about, str, {"type": "string"}, in_path=True)


def words(name: str, about: str) -> Parameter:
    """Any text."""
    return Parameter(name, about, str, {"type": "string"})


LICENSEE: Final = Parameter(
    "licensee", "who is to have the licenses", lambda t: parse_address(t, "licensee"), _ADDRESS, required=True
)
QUANTITY: Final = Parameter(
    "quantity",
    "how many licenses; 1 if not given",
    lambda text: parse_uint(text, 32, "quantity"),
    {"type": "integer", "minimum": 1},
)
TOKEN: Final = Parameter(
    "token",
    "the currency; the native coin's zero address if not given",
    lambda text: parse_address(text, "currency"),
    _ADDRESS,
)
USE: Final = Parameter(
    "use",
    f"uses that an offer has to permit, with commas between: {', '.join([*LEAVES, *SETS])}",
    parse_uses,
    {"type": "string"},
)
CURRENCY: Final = Parameter(
    "currency",
    "the currency that an offer is priced in; the zero address for the native coin",
    lambda text: parse_address(text, "currency"),
    _ADDRESS,
)
MOST_PRICE: Final = Parameter(
    "most", "an offer's highest price, in whole units of the currency: 25 or 12.50", str, {"type": "string"}
)
SALT: Final = Parameter(
    "salt", "of the purchase, where it is chosen already", lambda t: parse_hash(t, "salt"), _HASH
)
PAGE: Final = (
    Parameter("after", "the key `next` of the page before", str, {"type": "string"}),
    Parameter(
        "limit",
        f"how many rows at most; {DEFAULT} if not given",
        lambda text: parse_uint(text, 32, "limit"),
        {"type": "integer", "minimum": 1, "maximum": MOST},
    ),
)


def asked(request: Request, parameters: tuple[Parameter, ...]) -> dict[str, Any]:
    """The values of a question's parameters; those of a page as one `page`.

    Raises:
        InputError: one is missing, or is no such thing.
    """
    values: dict[str, Any] = {}
    for parameter in parameters:
        source: Mapping[str, str] = request.path_params if parameter.in_path else request.query_params
        text = source.get(parameter.name)
        if text is None or (text == "" and not parameter.in_path):
            if parameter.required:
                raise InputError(f"{parameter.name} is missing: {parameter.about}", parameter=parameter.name)
            continue
        if "\0" in text:
            raise InputError(
                f"{parameter.name} is {shown(text)}: text without NUL is expected", parameter=parameter.name
            )
        try:
            values[parameter.name] = parameter.read(text)
        except InputError as error:
            raise InputError(str(error), **{**error.facts, "parameter": parameter.name}) from error
    if PAGE[0] in parameters:
        values["page"] = Page(values.pop("after", ""), values.pop("limit", DEFAULT))
    return values
