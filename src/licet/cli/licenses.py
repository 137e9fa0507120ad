"""`licet license`: quotes, purchases, permissions."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.errors import UndecidedError
from licet.cli.items import items_argument, lookup_json, read_items, warn_of_gaps
from licet.cli.offer import offer_json, read_offer, runs
from licet.cli.output import confirm, console, emit, facts, show, table
from licet.cli.params import ADDRESS, FILE, LICENSE, TRUSTED, Command, currency_option, uses_option
from licet.cli.session import Session, takes
from licet.cli.text import format_time, one_line, plural, short
from licet.contracts.licenses import PERPETUAL
from licet.documents import OfferDocument, OrderDocument, read_document, write_document
from licet.errors import InputError, LicetError
from licet.licensee import Held, Licensee, Purchase, Quote, QuoteItem, Status, check_complete
from licet.licensee.offers import StandingOffer
from licet.rights.offer import Offer
from licet.rights.order import MAX_QUANTITY
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


_purchase_options: Final = (
    click.argument("items", nargs=-1, metavar="ITEM…"),
    uses_option(required=False),
    _trust,
    currency_option,
    click.option("--offer", type=FILE, metavar="FILE", help="Take the offer in this file, not items."),
    click.option(
        "--quantity",
        type=click.IntRange(1, MAX_QUANTITY),
        default=1,
        metavar="N",
        show_default=True,
        help="How many licenses (seats) of each.",
    ),
    click.option(
        "--licensee", type=ADDRESS, metavar="ADDRESS", help="Who is licensed.  [default: the account]"
    ),
    click.option("--yes", is_flag=True, help="Do not ask."),
)


def _buys(function: Command) -> Command:
    """The arguments of commands that buy, or would."""
    for option in reversed(_purchase_options):
        function = option(function)
    return function


@command.command("buy")
@_buys
@takes(account=True, documents=True)
def buy(
    session: Session,
    offer: Path | None,
    quantity: int,
    licensee: Address | None,
    yes: bool,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Quote each ITEM, show what it costs, and buy what is needed, after asking.

    Pays exactly what the quote says, for each of --quantity seats. Unless every item may be used afterwards,
    nothing is bought. Several licenses are bought in one transaction.
    """
    if offer is not None:
        document = _only_offer(session, offer, wanted)
        buyer = session.buyer
        _ask(session, [document.offer], quantity, yes=yes)
        bought = buyer.buy(document, licensee=licensee, quantity=quantity)
        _show_bought(session, [bought], as_json=as_json)
        return
    buyer, quoted = _complete_quote(session, wanted, as_json=as_json)
    _ask(session, [standing.offer for standing in quoted.purchases], quantity, yes=yes)
    _deliver(session, buyer.buy_all(quoted, licensee=licensee, quantity=quantity), as_json=as_json)


@command.command("authorize")
@_buys
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The file to write the order into.")
@takes(account=True, documents=True)
def authorize(
    session: Session,
    offer: Path | None,
    quantity: int,
    licensee: Address | None,
    yes: bool,
    out: Path,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Sign an order and its payment (EIP-3009) for somebody else to submit. Costs no gas.

    Quotes each ITEM, which must take one purchase; or takes an --offer. Whoever has the file can submit it,
    within a day, and can do nothing else with it.
    """
    if out.exists():
        raise InputError(f"{out} is there already: name another file")
    standing: StandingOffer | OfferDocument
    if offer is not None:
        standing, buyer = _only_offer(session, offer, wanted), session.buyer
    else:
        buyer, quoted = _complete_quote(session, wanted, as_json=as_json)
        if len(quoted.purchases) != 1:
            raise InputError(
                f"an order is for one purchase, these items take {len(quoted.purchases)}: "
                "authorize them one by one, or name an --offer"
            )
        standing = quoted.purchases[0]
    _ask(session, [standing.offer], quantity, "Order", yes=yes)
    paid = buyer.authorize(standing, licensee=licensee, quantity=quantity)
    write_document(paid, out)
    order, payment = paid.order, paid.authorization
    emit(
        {
            "file": str(out),
            "licenses": list(order.license_ids()),
            "asset_id": order.offer.asset_id,
            "licensee": order.licensee,
            "payer": payment.payer,
            "total": str(order.total),
            "currency": order.offer.currency,
            "valid_before": payment.valid_before,
        },
        facts(
            file=str(out),
            licenses=f"{order.quantity}, the first {order.license_id}",
            payer=payment.payer,
            pays=session.money.text(order.offer.currency, order.total),
            valid_until=format_time(payment.valid_before),
        ),
        as_json=as_json,
    )


@command.command("submit")
@click.argument("file", type=FILE)
@takes(account=True)
def submit(session: Session, file: Path, as_json: bool) -> None:
    """Submit the order in FILE, which somebody else has signed and pays. The account pays the gas."""
    bought = session.buyer.submit(read_document(OrderDocument, file))
    _show_bought(session, [bought], as_json=as_json)


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


def _only_offer(session: Session, offer: Path, wanted: dict[str, Any]) -> OfferDocument:
    """The offer in a file, where no items are named beside it."""
    if wanted["items"]:
        raise InputError("name either items, or one --offer")
    return read_offer(session.contracts, offer)


def _complete_quote(session: Session, wanted: dict[str, Any], *, as_json: bool) -> tuple[Licensee, Quote]:
    """Who buys, and a quote for them that leaves nothing open, shown."""
    if not wanted["items"] or wanted["uses"] is None:
        raise InputError("what is to be licensed, for which uses? Name items and --uses, or an --offer")
    buyer = session.buyer
    quoted = _quote(session, buyer, **wanted)
    check_complete(quoted)
    if not as_json:
        for renderable in _quote_tables(session, quoted):
            show(console(), renderable)
    return buyer, quoted


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


def _ask(session: Session, offers: Sequence[Offer], quantity: int, what: str = "Buy", *, yes: bool) -> None:
    if offers:
        total = session.money.text(offers[0].currency, sum(offer.price for offer in offers) * quantity)
        confirm(f"{what} {plural(len(offers) * quantity, 'license')} for {total}?", yes=yes)


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
        (
            order.license_id,
            str(order.quantity),
            session.money.text(order.offer.currency, order.total),
            f"{_gas_each(purchase) * order.quantity:,}",
        )
        for purchase in bought
        for order in purchase.orders
    ]
    emit(
        {
            "licenses": [entry for purchase in bought for entry in _purchase_json(purchase)],
            "gas": sum(purchase.gas_used for purchase in bought),
        },
        table(["license bought", ">seats", ">price", ">gas"], rows) if rows else "Nothing was bought.",
        as_json=as_json,
    )


def _purchase_json(purchase: Purchase) -> list[dict[str, Any]]:
    """Each license that was bought; its gas is its part of the transactions'."""
    return [
        {
            "license_id": license_id,
            "asset_id": order.offer.asset_id,
            "licensee": order.licensee,
            "salt": grant.salt,
            "price": str(order.offer.price),
            "currency": order.offer.currency,
            "txs": [receipt.tx_hash for receipt in purchase.receipts],
            "gas": _gas_each(purchase),
        }
        for order in purchase.orders
        for license_id, grant in zip(order.license_ids(), order.grants(), strict=True)
    ]


def _gas_each(purchase: Purchase) -> int:
    return purchase.gas_used // max(1, len(purchase.grants))


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
