"""Metered licenses: what is in the deposit, how many units were paid, what moved; and reported use of any."""

from typing import Any, Final

from licet.contracts.currency import Currency
from licet.contracts.events import (
    AccountClosing,
    AccountOpened,
    Deposited,
    DepositWithdrawn,
    Event,
    Settled,
)
from licet.contracts.usage import OPEN
from licet.errors import ChainError
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.shelf import Role
from licet.types import Hash32
from licet.web.site import Desk
from licet.web.views.logs import logged, newest

_MOST_NOTED: Final = 20


def meter(desk: Desk, license_id: Hash32, offer: Offer, conditions: Conditions | None) -> dict[str, Any]:
    """A metered license's account: as the chain has it now, as the latest audit summed it up, and its moves.

    Vouchers that were signed and not settled yet stand nowhere on chain.

    Args:
        desk: where to read.
        license_id: the license.
        offer: that it was sold on.
        conditions: the offer's, where they are known.
    """
    return {
        "currency": offer.currency,
        "unit_price_text": desk.currencies.text(offer.currency, offer.price),
        "cap": conditions.unit_cap or None if conditions else None,
        "refund_delay": conditions.refund_delay if conditions else None,
        **_now(desk, license_id, offer),
        "audited": _audited(desk, license_id),
        "moves": _moves(desk, license_id),
    }


def _now(desk: Desk, license_id: Hash32, offer: Offer) -> dict[str, Any]:
    """What the chain says; without an answer, that there is none."""
    ledger = desk.contracts.usage
    try:
        account, purse = ledger.account(license_id), ledger.deposit_of(license_id)
        balance = Currency(desk.contracts.chain, offer.currency).balance_of(purse)
    except ChainError:
        return {"state": "unknown", "purse": None, "balance_text": None, "units": None, "units_left": None}
    closes_at = account.closes_at if account.closes_at not in (0, OPEN) else None
    return {
        "state": "closing" if closes_at else "open" if account.closes_at else "unopened",
        "closes_at": closes_at,
        "purse": purse,
        "balance": str(balance),
        "balance_text": desk.currencies.text(offer.currency, balance),
        "units": account.settled,
        "units_left": balance // offer.price,
    }


def _audited(desk: Desk, license_id: Hash32) -> dict[str, Any] | None:
    """All that was ever paid in and out, by the latest audit; None where it knows no account."""
    audited = desk.live.audited
    sheet = None if audited is None else audited.meter(license_id)
    if audited is None or sheet is None:
        return None
    sums = {name: getattr(sheet, name) for name in ("received", "settled", "withdrawn", "balance")}
    return {
        "block": audited.report.block.number,
        **{name: str(units) for name, units in sums.items()},
        **{f"{name}_text": audited.amounts.text(sheet.token, units) for name, units in sums.items()},
    }


def _moves(desk: Desk, license_id: Hash32) -> list[dict[str, Any]]:
    """What the ledger logged of the account, the newest first; plain transfers into it have no log."""
    found: list[dict[str, Any]] = []
    for event in newest(desk, Event, Role.METERED, license_id):
        if getattr(event, "license_id", None) == license_id:
            found.append({**_move(desk, event), **logged(desk, event)})
        if len(found) == _MOST_NOTED:
            break
    return found


def _move(desk: Desk, event: Event) -> dict[str, Any]:
    text = desk.currencies.text
    match event:
        case AccountOpened():
            return {"what": "opened"}
        case Deposited():
            return {"what": "deposited", "by": event.payer, "amount_text": text(event.currency, event.amount)}
        case Settled():
            return {
                "what": "settled",
                "by": event.payee,
                "units": event.units,
                "amount_text": text(event.currency, event.amount),
            }
        case AccountClosing():
            return {"what": "closing", "closes_at": event.closes_at}
        case DepositWithdrawn():
            return {
                "what": "withdrawn",
                "by": event.licensee,
                "amount_text": text(event.token, event.amount),
            }
    raise AssertionError(event)


def reported(desk: Desk, license_id: Hash32, conditions: Conditions | None) -> dict[str, Any] | None:
    """How much use was reported of a license, until when, and until when it has to be again.

    None where the chain does not answer.
    """
    try:
        usage = desk.contracts.usage.usage(license_id)
    except ChainError:
        return None
    within = conditions.report_within if conditions else 0
    return {
        "until": usage.until or None,
        "records": usage.records,
        "reports": usage.anchors,
        "within": within or None,
    }
