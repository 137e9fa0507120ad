"""Arguments and options that several commands take."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import click

from licet.documents import PayeeShare, TrustPolicy, read_document
from licet.errors import InputError
from licet.rights.registration import Origin
from licet.rights.uses import LEAVES, SETS, parse_uses
from licet.trees.hashing import is_address, parse_address
from licet.types import Address, Hash32, parse_hash, parse_uint, shown

_T = TypeVar("_T")

NATIVE: Final = "native"
TEST: Final = "test"

_DURATION: Final = re.compile(r"([0-9]{1,10})([smhd])", re.ASCII)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_PERCENT: Final = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?%?", re.ASCII)
_WHOLE_BPS: Final = 10_000
_DAY_TEXT: Final = len("2027-12-31")


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


def _trusted(text: str) -> Hash32 | Address | TrustPolicy:
    if is_address(text):
        return parse_address(text)
    path = Path(text)
    return (
        read_document(TrustPolicy, path)
        if path.suffix == ".json"
        else parse_hash(text, "valid asset id or address, or the .json file of a policy")
    )


def _currency(text: str) -> Address | str:
    if text in (NATIVE, TEST):
        return text
    if not is_address(text):
        raise InputError(f"{shown(text)} is not a currency: a token's address, {NATIVE}, or {TEST}")
    return parse_address(text)


def moment(text: str, *, end: bool = False) -> int:
    """A date's first or last second, or a moment, as unix seconds; UTC where no zone is named.

    Args:
        text: such as 2027-12-31, 2027-12-31T18:00, or unix seconds.
        end: of a date, take the last second.

    Raises:
        InputError: it is none.
    """
    if text.isascii() and text.isdigit() and len(text) > 8:
        return parse_uint(text, 40, "time")
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is not a date such as 2027-12-31, or 2027-12-31T18:00") from error
    if end and len(text) == _DAY_TEXT:
        found = found.replace(hour=23, minute=59, second=59)
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())


def _duration(text: str) -> int:
    match = _DURATION.fullmatch(text)
    if match is None and text != "0":
        raise InputError(f"{shown(text)} is not a length of time: 30d, 12h, 15m and 45s are some")
    seconds = int(match[1]) * _SECONDS[match[2]] if match else 0
    if seconds >> 32:
        raise InputError(f"{text} is too long: 49710d is the most")
    return seconds


def _percent(text: str) -> int:
    """A percentage in basis points."""
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise InputError(f"{shown(text)} is not a percentage: 5, 5% and 2.25% are some")
    bps = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if bps > _WHOLE_BPS:
        raise InputError(f"{text} is more than the whole: 100% is the most")
    return bps


def _share(text: str) -> PayeeShare:
    """A payee's share: `0xAb…12=70`."""
    address, _, share = text.partition("=")
    return PayeeShare(parse_address(address), parse_uint(share, 128, "share"))


_E = TypeVar("_E", bound=IntEnum)


def names(kind: type[IntEnum]) -> str:
    """What stands for the members of an enumeration on the command line: `sale|free|…`."""
    return "|".join(map(name_of, kind))


def name_of(member: IntEnum) -> str:
    """What stands for one of them: `ai-assisted`."""
    return member.name.lower().replace("_", "-")


def member_of(kind: type[_E]) -> Callable[[str], _E]:
    """Reads a member by its name, in any case."""

    def read(text: str) -> _E:
        for member in kind:
            if name_of(member) == text.lower():
                return member
        raise InputError(f"{shown(text)} is none of {names(kind)}")

    return read


ASSET: Final = Parsed("asset", lambda text: parse_hash(text, "valid asset id"))
LICENSE: Final = Parsed("license", lambda text: parse_hash(text, "valid license id"))
ADDRESS: Final = Parsed("address", parse_address)
TRUSTED: Final = Parsed("asset|address|file", _trusted)
CURRENCY: Final = Parsed("currency", _currency)
USES: Final = Parsed("uses", parse_uses)
SINCE: Final = Parsed("date", moment)
UNTIL: Final = Parsed("date", lambda text: moment(text, end=True))
DURATION: Final = Parsed("duration", _duration)
PERCENT: Final = Parsed("percent", _percent)
SHARE: Final = Parsed("address=share", _share)
CASE: Final = click.IntRange(min=1)
FILE: Final = click.Path(path_type=Path)

Command = TypeVar("Command", bound=Callable[..., Any])

_USES_HELP: Final = f"Comma-separated: {', '.join([*LEAVES, *SETS])}."


def uses_option(*, required: bool = True) -> Callable[[Command], Command]:
    """`--uses`, or `--use`."""
    return click.option(
        "--uses", "--use", "uses", type=USES, required=required, metavar="USES", help=_USES_HELP
    )


currency_option: Final = click.option(
    "--currency",
    type=CURRENCY,
    metavar="CURRENCY",
    help=f"An ERC-20 token's address, {NATIVE}, or on local chains {TEST}.",
)
origin_option: Final = click.option(
    "--origin",
    type=Parsed("origin", member_of(Origin)),
    default=name_of(Origin.UNSTATED),
    metavar=names(Origin),
    show_default=True,
    help="How it came about.",
)
db_option: Final = click.option(
    "--db",
    metavar="FILE|URL",
    envvar="LICET_DB",
    show_envvar=True,
    help="Read the contracts' logs from this index, which `licet index update` made, not from the node.",
)
yes_option: Final = click.option("--yes", is_flag=True, help="Do not ask.")
json_option: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
