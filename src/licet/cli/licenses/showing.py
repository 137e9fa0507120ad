"""Licenses that somebody holds, and what they permit."""

from typing import Any

import click
from rich.text import Text

from licet.cli.conditions import condition_words
from licet.cli.errors import UndecidedError
from licet.cli.offer import known_conditions, offer_json, price_of
from licet.cli.options import takes
from licet.cli.output import emit, facts
from licet.cli.params import ADDRESS, LICENSE, name_of, uses_option
from licet.cli.session import Session
from licet.cli.text import format_time, percent
from licet.contracts.licenses import PERPETUAL, License
from licet.contracts.terms import grant_behind
from licet.errors import LicetError
from licet.licensee import Held
from licet.rights.uses import Use, use_names
from licet.types import ZERO_ADDRESS, Address, Hash32


@click.command("list")
@click.option("--holder", type=ADDRESS, metavar="ADDRESS", help="Whose licenses.  [default: the account's]")
@takes(account=True, documents=True)
def list_(session: Session, holder: Address | None, as_json: bool) -> None:
    """List the licenses that an account holds, expired ones too."""
    held = session.licensee.licenses(session.party(holder, "--holder"))
    now = session.reader.block().timestamp
    emit(
        {"licenses": [_held_json(h, now) for h in held]},
        *([facts(**_held_words(h, now)) for h in held] if held else ["No licenses."]),
        as_json=as_json,
    )


@click.command("show")
@click.argument("license_id", type=LICENSE, metavar="LICENSE")
@takes(documents=True)
def show(session: Session, license_id: Hash32, as_json: bool) -> None:
    """Show what LICENSE was sold on, and how it stands: its holder, its end, whether it was revoked."""
    contracts = session.contracts
    slot = contracts.licenses.license(license_id)
    held = Held(license_id, grant_behind(contracts, license_id), slot)
    offer, now = held.grant.offer, session.reader.block().timestamp
    conditions = known_conditions(session, offer)
    resale = contracts.licenses.pinned(license_id)
    reported = contracts.usage.reported_until(license_id)
    emit(
        {
            **_held_json(held, now),
            "full_conditions": conditions.to_json() if conditions else None,
            "resale": {"payee": resale.payee, "bps": resale.resale_bps}
            if resale.payee != ZERO_ADDRESS
            else None,
            "reported_until": reported or None,
        },
        facts(
            **_held_words(held, now),
            holder=slot.holder,
            licensor=offer.licensor,
            kind=name_of(offer.kind),
            price=price_of(session.money, offer),
            conditions=condition_words(conditions, session.money, offer.currency)
            if conditions
            else "not known here: get the signed offer from the licensor",
            terms=offer.terms_hash,
            resale=f"{percent(resale.resale_bps)} to {resale.payee}"
            if resale.payee != ZERO_ADDRESS
            else "not shown to markets",
            reported=f"until {format_time(reported)}" if reported else "no use was",
        ),
        as_json=as_json,
    )


@click.command("permits")
@click.argument("license_id", type=LICENSE, metavar="LICENSE")
@click.argument("item", required=False)
@uses_option()
@takes(documents=True)
def permits(session: Session, license_id: Hash32, item: str | None, uses: Use, as_json: bool) -> int:
    """Ask the chain whether LICENSE permits all the uses now, of its asset or of ITEM.

    Exits with 0 for yes, with 1 for no, with 2 when it cannot tell.
    """
    try:
        answer = session.licensee.permits(license_id, uses, item)
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    emit(
        {"license_id": license_id, "item": item, "uses": list(use_names(uses)), "permits": answer},
        yes_or_no(answer),
        as_json=as_json,
    )
    return 0 if answer else 1


def yes_or_no(answer: bool) -> Text:
    """An answer for people."""
    return Text("yes", "bold green") if answer else Text("no", "bold red")


def _held_json(held: Held, now: int) -> dict[str, Any]:
    slot, granted = held.license, held.license.sublicense
    return {
        "license_id": held.license_id,
        "asset_id": held.asset_id,
        "licensee": slot.holder if granted else held.grant.licensee,
        "holder": slot.holder,
        "uses": list(use_names(slot.uses)),
        "expires": None if slot.expires == PERPETUAL else slot.expires,
        "expired": slot.expires <= now,
        "revoked": slot.revoked,
        "bound": slot.bound,
        "metered": slot.metered,
        "sublicense_of": held.grant.license_id if granted else None,
        "offer": offer_json(held.grant.offer),
    }


def _held_words(held: Held, now: int) -> dict[str, str]:
    parent = {"sublicense_of": held.grant.license_id} if held.license.sublicense else {}
    return {
        "license": held.license_id,
        "asset": held.asset_id,
        "uses": ", ".join(use_names(held.license.uses)),
        "expires": _end(held.license, now),
        "transfer": "bound to its licensee" if held.license.bound else "may be handed on",
        **parent,
    }


def _end(slot: License, now: int) -> str:
    end = "never" if slot.expires == PERPETUAL else format_time(slot.expires)
    if slot.revoked:
        return f"{end}: revoked"
    return f"{end}: over" if slot.expires <= now else end
