"""`licet license`: quotes, purchases, permissions."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.errors import UndecidedError
from licet.cli.items import items_argument, lookup_json, read_items, warn_of_gaps
from licet.cli.offer import offer_json, read_offer, runs
from licet.cli.output import confirm, console, emit, facts, show, table
from licet.cli.params import ADDRESS, FILE, LICENSE, TRUSTED, currency_option, uses_option
from licet.cli.session import Session, takes
from licet.cli.text import format_time, one_line, plural, short
from licet.contracts.licenses import PERPETUAL
from licet.errors import InputError, LicetError
from licet.licensee import Held, Licensee, Purchase, Quote, QuoteItem, Status, check_complete
from licet.rights.offer import Offer
from licet.rights.uses import Use, use_names
from licet.types import Address, Hash32

_STYLES = {Status.LICENSED: "green", Status.ON_OFFER: "green", Status.CONTESTED: "red"}

_trust = click.option(
    "--trust",
    type=TRUSTED,
    multiple=True,
    metavar="ASSET|ADDRESS",
    help="Where claims compete, believe this asset or registrant; may be repeated.",
)


@click.group("license")
def command() -> None:
    """Ask for prices, buy licenses, and ask what they permit."""


@command.command("quote")
@items_argument
@uses_option()
@_trust
@currency_option
@takes(account=True, documents=True)
def quote(
    session: Session,
    items: tuple[str, ...],
    uses: Use,
    trust: tuple[Hash32 | Address, ...],
    currency: Address | str | None,
    as_json: bool,
) -> None:
    """Show what it costs to use each ITEM, to the unit; buys nothing.

    With an account, says which items its licenses cover already.
    """
    quoted = _quote(session, session.licensee, items, uses, trust, currency)
    emit(_quote_json(session, quoted), *_quote_tables(session, quoted), as_json=as_json)


@command.command("buy")
@click.argument("items", nargs=-1, metavar="ITEM…")
@uses_option(required=False)
@_trust
@currency_option
@click.option("--offer", type=FILE, metavar="FILE", help="Buy on the offer in this file, not for items.")
@click.option("--licensee", type=ADDRESS, metavar="ADDRESS", help="Who is licensed.  [default: the account]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@takes(account=True, documents=True)
def buy(
    session: Session,
    items: tuple[str, ...],
    uses: Use | None,
    trust: tuple[Hash32 | Address, ...],
    currency: Address | str | None,
    offer: Path | None,
    licensee: Address | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Quote each ITEM, show what it costs, and buy what is needed, after asking.

    Pays exactly what the quote says. Unless every item may be used afterwards, nothing is bought.
    """
    if offer is not None:
        if items:
            raise InputError("name either items, or one --offer")
        buyer = session.buyer
        document = read_offer(session.contracts, offer)
        _ask(session, [document.offer], yes=yes)
        _deliver(session, iter([buyer.buy(document, licensee=licensee)]), as_json=as_json)
        return
    if not items or uses is None:
        raise InputError("what is to be licensed, for which uses? Name items and --uses, or an --offer")
    buyer = session.buyer
    quoted = _quote(session, buyer, items, uses, trust, currency)
    check_complete(quoted)
    if not as_json:
        for renderable in _quote_tables(session, quoted):
            show(console(), renderable)
    _ask(session, [standing.offer for standing in quoted.purchases], yes=yes)
    _deliver(session, buyer.buy_all(quoted, licensee=licensee), as_json=as_json)


@command.command("list")
@click.option("--holder", type=ADDRESS, metavar="ADDRESS", help="Whose licenses.  [default: the account's]")
@takes(account=True, documents=True)
def list_(session: Session, holder: Address | None, as_json: bool) -> None:
    """List the licenses that an account holds, expired ones too."""
    held = session.licensee.licenses(session.party(holder, "--holder"))
    now = session.reader.block().timestamp
    emit(
        {"licenses": [_held_json(h, now) for h in held]},
        *[_held_words(h, now) for h in held] or ["No licenses."],
        as_json=as_json,
    )


@command.command("permits")
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
        Text("yes", "bold green") if answer else Text("no", "bold red"),
        as_json=as_json,
    )
    return 0 if answer else 1


def _quote(
    session: Session,
    licensee: Licensee,
    items: tuple[str, ...],
    uses: Use,
    trust: tuple[Hash32 | Address, ...],
    currency: Address | str | None,
) -> Quote:
    money = None if currency is None else session.currency(currency)
    quoted = licensee.quote(read_items(items), uses, trust=trust, currency=money)
    warn_of_gaps(licensee)
    return quoted


def _quote_json(session: Session, quoted: Quote) -> dict[str, Any]:
    return {
        "uses": list(use_names(quoted.uses)),
        "block": quoted.block,
        "total": str(quoted.total),
        "currency": quoted.currency,
        "total_text": session.money.text(quoted.currency, quoted.total) if quoted.currency else None,
        "items": [_item_json(item) for item in quoted.items],
        "purchases": [offer_json(standing.offer) for standing in quoted.purchases],
    }


def _item_json(item: QuoteItem) -> dict[str, Any]:
    return {
        **lookup_json(item.lookup),
        "status": item.status.value.replace(" ", "_"),
        "offer_hash": item.offer.offer.struct_hash() if item.offer else None,
        "price": str(item.offer.offer.price) if item.offer else None,
        "license_id": item.license.license_id if item.license else None,
        "offers": [offer_json(standing.offer) for standing in item.offers],
    }


def _quote_tables(session: Session, quoted: Quote) -> list[RenderableType]:
    rows = [
        (
            one_line(item.lookup.item),
            Text(item.status.value, _STYLES.get(item.status, "yellow")),
            short(item.offer.offer.asset_id) if item.offer else "",
            ", ".join(use_names(item.offer.offer.uses)) if item.offer else _on_offer(item),
            runs(item.offer.offer) if item.offer else "",
            session.money.text(item.offer.offer.currency, item.offer.offer.price) if item.offer else "",
        )
        for item in quoted.items
    ]
    result: list[RenderableType] = [table(["item", "status", "asset", "uses", "runs", ">price"], rows)]
    contested = [item for item in quoted.items if item.status is Status.CONTESTED]
    for item in contested:
        claims = ", ".join(f"{claim.asset_id} ({claim.registrant})" for claim in item.lookup.claims)
        result.append(Text(f"{one_line(item.lookup.item)} is claimed as {claims}: name the one to --trust."))
    if quoted.currency is None:
        return [*result, Text("Nothing is to be bought.")]
    licenses = plural(len(quoted.purchases), "license")
    total = session.money.text(quoted.currency, quoted.total)
    return [*result, Text(f"\n{licenses} to buy, for {total} in all.", "bold")]


def _on_offer(item: QuoteItem) -> str:
    """The uses that are on offer where the ones asked for are not."""
    uses = Use(0)
    for standing in item.offers:
        uses |= standing.offer.uses
    return f"only {', '.join(use_names(uses))}" if uses and item.status is Status.NOT_ON_OFFER else ""


def _ask(session: Session, offers: Sequence[Offer], *, yes: bool) -> None:
    if offers:
        total = session.money.text(offers[0].currency, sum(offer.price for offer in offers))
        confirm(f"Buy {plural(len(offers), 'license')} for {total}?", yes=yes)


def _deliver(session: Session, purchases: Iterable[Purchase], *, as_json: bool) -> None:
    """Buys, and shows what was bought, also where a later purchase fails."""
    bought: list[Purchase] = []
    try:
        bought.extend(purchases)
    except LicetError:
        if bought:
            _show_bought(session, bought, as_json=as_json)
        raise
    _show_bought(session, bought, as_json=as_json)


def _show_bought(session: Session, bought: Sequence[Purchase], *, as_json: bool) -> None:
    rows = [
        (p.license_id, session.money.text(p.grant.offer.currency, p.grant.offer.price), f"{p.gas_used:,}")
        for p in bought
    ]
    emit(
        {"licenses": [_purchase_json(purchase) for purchase in bought]},
        table(["license bought", ">price", ">gas"], rows) if rows else "Nothing was bought.",
        as_json=as_json,
    )


def _purchase_json(purchase: Purchase) -> dict[str, Any]:
    return {
        "license_id": purchase.license_id,
        "asset_id": purchase.grant.offer.asset_id,
        "licensee": purchase.grant.licensee,
        "salt": purchase.grant.salt,
        "price": str(purchase.grant.offer.price),
        "currency": purchase.grant.offer.currency,
        "txs": [receipt.tx_hash for receipt in purchase.receipts],
        "gas": purchase.gas_used,
    }


def _held_json(held: Held, now: int) -> dict[str, Any]:
    return {
        "license_id": held.grant.license_id,
        "asset_id": held.grant.offer.asset_id,
        "licensee": held.grant.licensee,
        "uses": list(use_names(held.license.uses)),
        "expires": None if held.license.expires == PERPETUAL else held.license.expires,
        "expired": held.license.expires <= now,
        "bound": held.license.bound,
        "offer": offer_json(held.grant.offer),
    }


def _held_words(held: Held, now: int) -> RenderableType:
    expires = held.license.expires
    end = "never" if expires == PERPETUAL else format_time(expires)
    return facts(
        license=held.grant.license_id,
        asset=held.grant.offer.asset_id,
        uses=", ".join(use_names(held.license.uses)),
        expires=f"{end}: over" if expires <= now else end,
        transfer="bound to its licensee" if held.license.bound else "may be handed on",
    )
