"""Prices in RSL 1.0: what its payment types charge for, and its amounts as whole numbers."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from licet.errors import DocumentInvalid
from licet.rights.offer import Kind
from licet.rights.terms import Payment
from licet.types import shown

KINDS: Final[Mapping[str, tuple[Kind, str]]] = {
    "purchase": (Kind.SALE, ""),
    "subscription": (Kind.SUBSCRIPTION, ""),
    "training": (Kind.METERED, "training"),
    "crawl": (Kind.METERED, "crawl"),
    "use": (Kind.METERED, "use"),
    "inference": (Kind.METERED, "use"),
}
"""The payment types that have a price, and the unit; `inference` is the draft's word for `use`."""

_UNITS: Final = {"": "use", "use": "use", "crawl": "crawl", "training": "training"}
_MAX_DIGITS: Final = 40
_AMOUNT: Final = re.compile(rf"\+?0*([0-9]{{0,{_MAX_DIGITS}}})(?:\.([0-9]{{0,{_MAX_DIGITS}}}))?", re.ASCII)
_ISO_4217: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Amount(NamedTuple):
    """An amount as RSL writes it: decimal digits, and an ISO 4217 code."""

    text: str
    currency: str


def price(kind: str, amount: Amount | None) -> tuple[Payment | None, str]:
    """The payment that a type and an amount ask for; None where nobody knows. And what of it is left aside.

    Raises:
        DocumentInvalid: the amount is none, or has more digits than any price.
    """
    number, decimals = (None, 0) if amount is None else _number(amount.text)
    if kind in ("free", "attribution") and not number:
        return Payment(Kind.FREE), ""
    if kind not in KINDS:
        return None, f"{kind} asks for no price that is fixed"
    if amount is None or number is None:
        return None, f"{kind} without an amount has no price: it has to be asked for"
    if not number:
        return Payment(Kind.FREE), f"{kind} for an amount of 0 is free"
    return Payment(KINDS[kind][0], number, amount.currency, decimals, KINDS[kind][1]), ""


def payment_type(payment: Payment) -> str:
    """The type that charges as a payment does that is not free; a purchase where RSL has none that does."""
    match payment.kind:
        case Kind.SUBSCRIPTION:
            return "subscription"
        case Kind.METERED:
            return _UNITS.get(payment.unit, "purchase")
        case _:
            return "purchase"


def amount_of(payment: Payment) -> Amount | None:
    """The amount of a payment; None where it is free, or RSL has no such currency, unit or number."""
    digits = max(len(str(payment.amount)), payment.decimals)
    if not _ISO_4217.fullmatch(payment.currency) or payment.unit not in _UNITS or digits > _MAX_DIGITS:
        return None
    return Amount(payment.text(), payment.currency)


def _number(text: str) -> tuple[int, int]:
    """An amount in units of its last decimal, and how many decimals it has."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise DocumentInvalid(
            f"{shown(text)} is no amount: {_MAX_DIGITS} digits before and behind the point are the most"
        )
    fraction = match[2] or ""
    return int(match[1] + fraction or "0"), len(fraction)
