"""Quotes: what it costs to use works, to the unit."""

from typing import Any, Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.items import items_argument, lookup_json, read_items, warn_of_gaps
from licet.cli.offer import offer_json, price_of, runs
from licet.cli.output import emit, table
from licet.cli.params import TRUSTED, currency_option, uses_option
from licet.cli.session import Session, takes
from licet.cli.text import one_line, plural, short
from licet.licensee import Licensee, Quote, QuoteItem, Status
from licet.rights.uses import Use, use_names
from licet.types import Address, Hash32

_STYLES: Final = {Status.LICENSED: "green", Status.ON_OFFER: "green", Status.CONTESTED: "red"}

trust_option: Final = click.option(
    "--trust",
    type=TRUSTED,
    multiple=True,
    metavar="ASSET|ADDRESS",
    help="Where claims compete, believe this asset or registrant; may be repeated.",
)


@click.command("quote")
@items_argument
@uses_option()
@trust_option
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
    quoted = quoted_for(session, session.licensee, items, uses, trust, currency)
    emit(_quote_json(session, quoted), *quote_tables(session, quoted), as_json=as_json)


def quoted_for(
    session: Session,
    licensee: Licensee,
    items: tuple[str, ...],
    uses: Use,
    trust: tuple[Hash32 | Address, ...],
    currency: Address | str | None,
) -> Quote:
    """A quote for somebody; what could not be searched is said on stderr."""
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


def quote_tables(session: Session, quoted: Quote) -> list[RenderableType]:
    """A quote for people."""
    rows = [
        (
            one_line(item.lookup.item),
            Text(item.status.value, _STYLES.get(item.status, "yellow")),
            short(item.offer.offer.asset_id) if item.offer else "",
            ", ".join(use_names(item.offer.offer.uses)) if item.offer else _on_offer(item),
            runs(item.offer.offer) if item.offer else "",
            price_of(session.money, item.offer.offer) if item.offer else "",
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
