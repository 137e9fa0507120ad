"""`licet meter`: licenses that are paid by the unit, out of a deposit."""

from pathlib import Path
from typing import Any, Final

import click

from licet.cli.errors import UndecidedError
from licet.cli.licenses.showing import yes_or_no
from licet.cli.options import takes
from licet.cli.output import confirm, emit, facts, gas_of, sent
from licet.cli.params import CURRENCY, FILE, LICENSE, uses_option, yes_option
from licet.cli.session import Session
from licet.cli.text import format_time, plural
from licet.contracts.terms import grant_of
from licet.documents import VoucherDocument, read_document, write_document
from licet.errors import InputError, LicetError
from licet.fingerprint import check_new
from licet.licensee import Meter
from licet.rights.uses import Use, use_names
from licet.types import Address, Hash32

_license: Final = click.argument("license_id", type=LICENSE, metavar="LICENSE")
_UNITS: Final = click.IntRange(1, (1 << 56) - 1)


@click.group("meter")
def command() -> None:
    """Pay licenses by the unit, out of a deposit."""


@command.command("show")
@_license
@takes()
def show(session: Session, license_id: Hash32, as_json: bool) -> None:
    """Show the deposit of LICENSE, what was paid out of it, and what it still suffices for."""
    meter = session.licensee.meter(license_id)
    emit(_meter_json(meter), facts(**_meter_words(session, meter)), as_json=as_json)


@command.command("open")
@_license
@takes(account=True)
def open_(session: Session, license_id: Hash32, as_json: bool) -> None:
    """Open the account of LICENSE, where its deposit was paid by a plain transfer. Anybody may."""
    receipt = session.buyer.open_account(license_id)
    meter = session.licensee.meter(license_id)
    emit(
        {**_meter_json(meter), **sent(receipt)},
        facts(**_meter_words(session, meter), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("deposit")
@_license
@click.argument("amount")
@yes_option
@takes(account=True)
def deposit(session: Session, license_id: Hash32, amount: str, yes: bool, as_json: bool) -> None:
    """Pay AMOUNT (such as 25 or 25.50) into the deposit of LICENSE, and open its account if need be.

    Anybody may. What is not used comes back to the licensee (`licet meter close`).
    """
    buyer = session.buyer
    currency = buyer.meter(license_id).currency
    units = session.money.units(currency, amount)
    if not units:
        raise InputError("the amount is 0: there is nothing to pay in")
    confirm(f"Pay {session.money.text(currency, units)} into the deposit of {license_id}?", yes=yes)
    receipts = buyer.deposit(license_id, units)
    meter = buyer.meter(license_id)
    emit(
        {**_meter_json(meter), "paid": str(units), **sent(*receipts)},
        facts(**_meter_words(session, meter), gas=f"{gas_of(*receipts):,}"),
        as_json=as_json,
    )


@command.command("permits")
@_license
@uses_option()
@click.option("--units", type=_UNITS, required=True, metavar="N", help="In all, since LICENSE was sold.")
@takes(documents=True)
def permits(session: Session, license_id: Hash32, uses: Use, units: int, as_json: bool) -> int:
    """Ask the chain whether LICENSE permits the uses now, and its deposit and cap suffice for the units.

    Who serves a licensee asks before each delivery. Exits with 0 for yes, with 1 for no, with 2 when it
    cannot tell.
    """
    try:
        answer = session.licensee.permits_units(license_id, uses, units)
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    emit(
        {"license_id": license_id, "uses": list(use_names(uses)), "units": str(units), "permits": answer},
        yes_or_no(answer),
        as_json=as_json,
    )
    return 0 if answer else 1


@command.command("voucher")
@_license
@click.argument("units", type=_UNITS)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The file to write the voucher into.")
@takes(account=True, documents=True)
def voucher(session: Session, license_id: Hash32, units: int, out: Path, as_json: bool) -> None:
    """Sign for all UNITS of LICENSE used since it was sold. Costs no gas.

    Whoever has the file can have the deposit pay for them; a voucher stands for all before it.
    """
    check_new(out)
    buyer = session.buyer
    meter = buyer.meter(license_id)
    signed = buyer.sign_voucher(license_id, units)
    write_document(signed, out)
    more = max(0, units - meter.settled)
    emit(
        {"file": str(out), "license_id": license_id, "units": str(units), "unpaid": str(more)},
        facts(
            file=str(out),
            license=license_id,
            units=f"{units:,} in all, {more:,} of them unpaid",
            worth=session.money.text(meter.currency, more * meter.price),
        ),
        as_json=as_json,
    )


@command.command("settle")
@click.argument("file", type=FILE)
@takes(account=True, documents=True)
def settle(session: Session, file: Path, as_json: bool) -> None:
    """Have the deposit pay the payee for the units of the voucher in FILE. Anybody may.

    Where the deposit does not suffice, as many units are paid as it does for: keep the voucher, and settle it
    again.
    """
    document = read_document(VoucherDocument, file)
    settled = session.rights_holder.settle(document)
    license_id = document.voucher.license_id
    offer = grant_of(session.contracts, license_id).offer
    left = document.voucher.units - settled.units
    emit(
        {
            "license_id": license_id,
            "units": str(settled.units),
            "unpaid": str(left),
            "amount": str(settled.amount),
            "currency": offer.currency,
            "payee": offer.payee,
            **sent(settled.receipt),
        },
        facts(
            license=license_id,
            paid=f"{session.money.text(offer.currency, settled.amount)} to {offer.payee}",
            units=f"{settled.units:,} paid in all" + (f", {left:,} signed for and not paid" if left else ""),
            gas=f"{settled.receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@command.command("close")
@_license
@yes_option
@takes(account=True, documents=True)
def close(session: Session, license_id: Hash32, yes: bool, as_json: bool) -> None:
    """Ask for what will be left of the deposit of LICENSE, which the account holds; for ever.

    From now on LICENSE permits nothing. Until the delay of its conditions is over, vouchers are settled.
    """
    buyer = session.buyer
    confirm(
        f"Close the account of {license_id}? It permits nothing any more; this cannot be undone.", yes=yes
    )
    buyer.close_account(license_id)
    meter = buyer.meter(license_id)
    emit(_meter_json(meter), facts(**_meter_words(session, meter)), as_json=as_json)


@command.command("withdraw")
@_license
@click.option(
    "--currency", type=CURRENCY, metavar="CURRENCY", help="What to pay out.  [default: the offer's]"
)
@takes(account=True)
def withdraw(session: Session, license_id: Hash32, currency: Address | str | None, as_json: bool) -> None:
    """Pay what is left in the closed account of LICENSE to its licensee. Anybody may."""
    buyer = session.buyer
    grant = grant_of(session.contracts, license_id)
    token = grant.offer.currency if currency is None else session.currency(currency)
    amount = buyer.withdraw_deposit(license_id, token)
    emit(
        {"license_id": license_id, "licensee": grant.licensee, "currency": token, "amount": str(amount)},
        facts(license=license_id, paid=f"{session.money.text(token, amount)} to {grant.licensee}"),
        as_json=as_json,
    )


def _meter_json(meter: Meter) -> dict[str, Any]:
    return {
        "license_id": meter.license_id,
        "deposit": meter.deposit,
        "currency": meter.currency,
        "price": str(meter.price),
        "balance": str(meter.balance),
        "settled": str(meter.settled),
        "suffices_for": str(meter.units),
        "open": meter.is_open,
        "closes_at": meter.closes_at,
    }


def _meter_words(session: Session, meter: Meter) -> dict[str, str]:
    if meter.closes_at is not None:
        state = f"closed; its rest is the licensee's from {format_time(meter.closes_at)}"
    else:
        state = "open" if meter.is_open else "not opened"
    return {
        "license": meter.license_id,
        "deposit": f"{meter.deposit}, has {session.money.text(meter.currency, meter.balance)}",
        "price": f"{session.money.text(meter.currency, meter.price)} each unit",
        "settled": plural(meter.settled, "unit"),
        "suffices_for": f"{plural(meter.units, 'unit')} in all",
        "account": state,
    }
