"""Values of events for people: each by its name, in the words and units that the other pages have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from licet.contracts.cases import Status
from licet.contracts.licenses import PERPETUAL
from licet.errors import ChainError
from licet.rights.offer import Kind
from licet.rights.uses import use_names
from licet.web.currencies import Currencies

_STRUCTS: Final = ("offer_", "conditions_", "statement_")
"""What the names of a struct's members begin with."""
_CURRENCIES: Final = ("currency", "token", "offer_currency")
_UNENDED: Final = frozenset(("end", "duration"))
"""Where 0 says that there is no end, and…"""
_FOREVER: Final = {"expires": PERPETUAL, "until": (1 << 32) - 1, "parents_until": (1 << 32) - 1}
"""…where a second far away does."""
_NONE: Final = frozenset(("start", "until", "revenue_ceiling", "report_within"))
"""Where 0 says that there is none."""


class Shape(StrEnum):
    """How a value is written."""

    ACCOUNT = "account"
    ASSET = "asset"
    LICENSE = "license"
    OFFER = "offer"
    USES = "uses"
    KIND = "kind"
    CASE = "case"
    AMOUNT = "amount"
    TIME = "time"
    SPAN = "span"
    SHARE = "share"
    YES_NO = "yes_no"
    FOREVER = "forever"
    NONE = "none"
    PLAIN = "plain"


_SHAPES: Final[Mapping[str, Shape]] = {
    name: shape
    for shape, names in {
        Shape.ASSET: ("asset_id", "claim_id"),
        Shape.LICENSE: ("license_id", "parent_id"),
        Shape.OFFER: ("offer_hash",),
        Shape.USES: ("uses",),
        Shape.KIND: ("kind",),
        Shape.CASE: ("status",),
        Shape.AMOUNT: ("amount", "price", "refund", "revenue_ceiling"),
        Shape.TIME: (
            *("start", "end", "since", "until", "expires", "deadline"),
            *("closes_at", "contestable_until", "parents_until"),
        ),
        Shape.SPAN: ("duration", "report_within", "refund_delay", "window"),
        Shape.SHARE: ("royalty_bps", "refund_bps", "resale_bps"),
        Shape.YES_NO: (
            *("is_approved", "named", "exclusive", "transferable"),
            *("approval", "reciprocal", "sublicensable", "revocable"),
        ),
    }.items()
    for name in names
}
_IDS: Final = frozenset((Shape.ASSET, Shape.LICENSE, Shape.OFFER))


@dataclass(frozen=True, slots=True)
class Written:
    """A value for people.

    Attributes:
        shape: how it is written.
        value: what is: the names of uses, the name of a kind with the price, an amount's text, a share in
            percent; else as the event has it, numbers as such.
    """

    shape: Shape
    value: Any


class Values:
    """Shows the values of one page: a node that was silent is not asked again for it."""

    def __init__(self, currencies: Currencies) -> None:
        self._currencies: Final = currencies
        self._silent = False

    def shown(self, value: Mapping[str, Any], beside: Iterable[Mapping[str, Any]]) -> Written:
        """How a value of an event is shown; as it is where nothing is known of its name.

        Args:
            value: as `licet.web.views.transactions.transaction` has it.
            beside: all values of the event.
        """
        name, plain = str(value["name"]), value["value"]
        if value["type"] == "address":
            return Written(Shape.ACCOUNT, plain)
        struct = next((each for each in _STRUCTS if name.startswith(each)), "")
        member = name.removeprefix(struct)
        shape = _SHAPES.get(name) or _SHAPES.get(member, Shape.PLAIN)
        if value["type"] not in ("integer", "decimal"):
            return Written(shape if shape in _IDS else Shape.PLAIN, plain)
        number = int(plain)
        if (number == 0 and member in _UNENDED) or number == _FOREVER.get(member):
            return Written(Shape.FOREVER, number)
        if number == 0 and member in _NONE:
            return Written(Shape.NONE, number)
        found = self._numbered(shape, number, struct, {each["name"]: each["value"] for each in beside})
        return Written(Shape.PLAIN, plain) if found is None else Written(shape, found)

    def _numbered(self, shape: Shape, number: int, struct: str, beside: Mapping[str, Any]) -> Any:
        """What is written for a number; None where that cannot be told."""
        match shape:
            case Shape.USES:
                return use_names(number)
            case Shape.KIND if number in tuple(Kind):
                price = self._amount(int(beside.get(f"{struct}price", 0)), struct, beside)
                return None if price is None else (Kind(number).name.lower(), price)
            case Shape.CASE if number in tuple(Status):
                return Status(number).name.lower()
            case Shape.AMOUNT:
                return self._amount(number, struct, beside)
            case Shape.SHARE:
                return f"{number / 100:g}"
            case Shape.TIME | Shape.SPAN | Shape.YES_NO:
                return number
        return None

    def _amount(self, units: int, struct: str, beside: Mapping[str, Any]) -> str | None:
        """An amount in the currency that stands beside it; None where none does, or the node is silent."""
        names = (f"{struct}currency", *_CURRENCIES)
        currency = next((beside[name] for name in names if name in beside), None)
        if currency is None or self._silent:
            return None
        try:
            return self._currencies.text(currency, units)
        except ChainError:
            self._silent = True
            return None
