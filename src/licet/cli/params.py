"""Arguments and options that several commands take."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import click

from licet.errors import InputError
from licet.rights.uses import LEAVES, SETS, parse_uses
from licet.trees.hashing import is_address, parse_address
from licet.types import Address, Hash32, parse_hash, shown

_T = TypeVar("_T")

NATIVE: Final = "native"
TEST: Final = "test"


class Parsed(click.ParamType, Generic[_T]):  # type: ignore[type-arg]
    """A parameter read by a function that raises InputError."""

    def __init__(self, name: str, parse: Callable[[str], _T]) -> None:
        self.name = name
        self._parse: Final = parse

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """What the text says; values that are no text were read before."""
        if not isinstance(value, str):
            return value
        try:
            return self._parse(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


def _trusted(text: str) -> Hash32 | Address:
    return parse_address(text) if is_address(text) else parse_hash(text, "valid asset id or address")


def _currency(text: str) -> Address | str:
    if text in (NATIVE, TEST):
        return text
    if not is_address(text):
        raise InputError(f"{shown(text)} is not a currency: a token's address, {NATIVE}, or {TEST}")
    return parse_address(text)


def _end_of(text: str) -> int:
    """A date's last second, or a moment, as unix seconds; UTC where no zone is named."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a date such as 2027-12-31, or 2027-12-31T18:00") from error
    if len(text) == len("2027-12-31"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


ASSET: Final = Parsed("asset", lambda text: parse_hash(text, "valid asset id"))
LICENSE: Final = Parsed("license", lambda text: parse_hash(text, "valid license id"))
ADDRESS: Final = Parsed("address", parse_address)
TRUSTED: Final = Parsed("asset|address", _trusted)
CURRENCY: Final = Parsed("currency", _currency)
USES: Final = Parsed("uses", parse_uses)
UNTIL: Final = Parsed("date", _end_of)
FILE: Final = click.Path(path_type=Path)

Command = TypeVar("Command", bound=Callable[..., Any])

_USES_HELP: Final = f"Comma-separated: {', '.join([*LEAVES, *SETS])}."


def uses_option(*, required: bool = True) -> Callable[[Command], Command]:
    """`--uses`."""
    return click.option("--uses", type=USES, required=required, metavar="USES", help=_USES_HELP)


currency_option: Final = click.option(
    "--currency",
    type=CURRENCY,
    metavar="CURRENCY",
    help=f"An ERC-20 token's address, {NATIVE}, or on local chains {TEST}.",
)
json_option: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
