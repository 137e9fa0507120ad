"""Buying licenses, at once or by an order that somebody else submits; and renewing them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from licet.cli.licenses.quoting import quote_tables, quoted_for, trust_option
from licet.cli.offer import read_offer
from licet.cli.options import takes
from licet.cli.output import confirm, console, emit, facts, gas_of, sent, show, table
from licet.cli.params import ADDRESS, FILE, LICENSE, Command, currency_option, uses_option, yes_option
from licet.cli.session import Session
from licet.cli.text import format_time, plural
from licet.documents import OfferDocument, OrderDocument, read_document, write_document
from licet.errors import InputError, LicetError
from licet.fingerprint import check_new
from licet.licensee import Licensee, Purchase, Quote, check_complete
from licet.licensee.offers import StandingOffer
from licet.rights.offer import Kind, Offer
from licet.rights.order import MAX_QUANTITY
from licet.types import Address, Hash32

_purchase_options: Final = (
    click.argument("items", nargs=-1, metavar="ITEM…"),
    uses_option(required=False),
    trust_option,
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
    yes_option,
)


def _buys(function: Command) -> Command:
    """The arguments of commands that buy, or would."""
    for option in reversed(_purchase_options):
        function = option(function)
    return function


@click.command("buy")
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


@click.command("authorize")
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
    check_new(out)
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


@click.command("submit")
@click.argument("file", type=FILE)
@takes(account=True)
def submit(session: Session, file: Path, as_json: bool) -> None:
    """Submit the order in FILE, which somebody else has signed and pays. The account pays the gas."""
    bought = session.buyer.submit(read_document(OrderDocument, file))
    _show_bought(session, [bought], as_json=as_json)


@click.command("renew")
@click.argument("license_id", type=LICENSE, metavar="LICENSE")
@click.option(
    "--quantity",
    type=click.IntRange(1, MAX_QUANTITY),
    default=1,
    metavar="N",
    show_default=True,
    help="How many seats that were bought together, from LICENSE on.",
)
@yes_option
@takes(account=True)
def renew(session: Session, license_id: Hash32, quantity: int, yes: bool, as_json: bool) -> None:
    """Renew a subscription for another term, at its offer's price, while the offer still sells.

    The term starts when the license ends, or now if it has ended. Anybody may pay for anybody's.
    """
    buyer = session.buyer
    offer = buyer.grant(license_id).offer
    total = session.money.text(offer.currency, offer.price * quantity)
    confirm(f"Renew {plural(quantity, 'license')} for {total}?", yes=yes)
    renewed = buyer.renew(license_id, quantity=quantity)
    emit(
        {
            "licenses": [
                {"license_id": renewed_id, "expires": expires}
                for renewed_id, expires in renewed.expires.items()
            ],
            "total": str(offer.price * quantity),
            "currency": offer.currency,
            **sent(*renewed.receipts),
        },
        table(
            ["license renewed", "runs until"],
            [(renewed_id, format_time(expires)) for renewed_id, expires in renewed.expires.items()],
        ),
        facts(paid=total, gas=f"{gas_of(*renewed.receipts):,}"),
        as_json=as_json,
    )


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
    quoted = quoted_for(session, buyer, **wanted)
    check_complete(quoted)
    if not as_json:
        for renderable in quote_tables(session, quoted):
            show(console(), renderable)
    return buyer, quoted


def _ask(session: Session, offers: Sequence[Offer], quantity: int, what: str = "Buy", *, yes: bool) -> None:
    if offers:
        total = session.money.text(offers[0].currency, sum(map(_now, offers)) * quantity)
        confirm(f"{what} {plural(len(offers) * quantity, 'license')} for {total}?", yes=yes)


def _now(offer: Offer) -> int:
    """What a license on an offer costs at its sale: use by the unit is paid later."""
    return 0 if offer.kind is Kind.METERED else offer.price


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
