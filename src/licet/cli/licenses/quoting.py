"""Quotes: what it costs to use works, to the unit."""

from pathlib import Path
from typing import Any, Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.items import lookup_json, read_items, warn_of_gaps
from licet.cli.offer import offer_json, price_of, runs
from licet.cli.options import takes
from licet.cli.output import bar, emit, table
from licet.cli.params import FILE, TRUSTED, currency_option, uses_option
from licet.cli.session import Session
from licet.cli.text import format_time, one_line, plural, short
from licet.contracts.licenses import PERPETUAL
from licet.documents import TrustPolicy
from licet.licensee import Licensee, Manifest, Quote, QuoteItem, Reason, Status
from licet.rights.uses import Use, use_names
from licet.types import Address, Hash32

_STYLES: Final = {Status.LICENSED: "green", Status.ON_OFFER: "green", Status.CONTESTED: "red"}
_REASONS: Final = {
    Reason.OTHER_CURRENCY: "only in another currency",
    Reason.BY_UNIT: "only by the unit",
    Reason.CLAIM_LOST: "its claim lost a dispute",
    Reason.DISTRUSTED: "whoever claims it is distrusted",
}

trust_option: Final = click.option(
    "--trust",
    type=TRUSTED,
    multiple=True,
    metavar="ASSET|ADDRESS|FILE",
    help="Where claims compete, believe this asset or registrant, or a policy; may be repeated.",
)


@click.command("quote")
@click.argument("items", nargs=-1, metavar="[ITEM…]")
@uses_option()
@click.option("--manifest", type=FILE, metavar="FILE", help="Take the hashes in this CSV or Parquet file.")
@click.option("--column", metavar="NAME", help="Where they are in it.  [default: sha256, or hash]")
@click.option("--out", type=FILE, metavar="FILE", help="Write the answer to each row here: .csv or .parquet.")
@trust_option
@currency_option
@takes(account=True, documents=True)
def quote(
    session: Session,
    items: tuple[str, ...],
    uses: Use,
    manifest: Path | None,
    column: str | None,
    out: Path | None,
    trust: tuple[Hash32 | Address | TrustPolicy, ...],
    currency: Address | str | None,
    as_json: bool,
) -> None:
    """Show what it costs to use each ITEM, or a --manifest of millions, to the unit; buys nothing.

    Each is licensed, on offer, forbidden, unknown or contested. Competing claims are listed, oldest first,
    and not chosen between, unless --trust says whom to believe. Only with an account is anything licensed.
    """
    if manifest is None:
        if column is not None or out is not None:
            raise click.UsageError("--column and --out belong to a --manifest: name one")
        quoted = quoted_for(session, session.licensee, items, uses, trust, currency)
        emit(_quote_json(session, quoted), *quote_tables(session, quoted), as_json=as_json)
        return
    if items:
        raise click.UsageError("items and a --manifest are quoted one by one: leave one out")
    money = None if currency is None else session.currency(currency)
    licensee = session.licensee
    asked = Manifest(manifest, column)
    with bar(f"Quoting {one_line(manifest.name)}"):
        quoted = licensee.quote_manifest(asked, uses, trust=trust, currency=money, out=out)
    warn_of_gaps(licensee)
    answers = None if out is None else str(out)
    emit({**_summary_json(session, quoted), "out": answers}, *_summary(session, quoted), as_json=as_json)


def quoted_for(
    session: Session,
    licensee: Licensee,
    items: tuple[str, ...],
    uses: Use,
    trust: tuple[Hash32 | Address | TrustPolicy, ...],
    currency: Address | str | None,
) -> Quote:
    """A quote for somebody; what could not be searched is said on stderr."""
    money = None if currency is None else session.currency(currency)
    quoted = licensee.quote(read_items(items), uses, trust=trust, currency=money)
    warn_of_gaps(licensee)
    return quoted


def _summary_json(session: Session, quoted: Quote) -> dict[str, Any]:
    return {
        "uses": list(use_names(quoted.uses)),
        "block": quoted.block,
        "total": str(quoted.total),
        "currency": quoted.currency,
        "total_text": session.money.text(quoted.currency, quoted.total) if quoted.currency else None,
        "minimal": quoted.minimal,
        "counts": {status.value: count for status, count in quoted.counts.items()},
        "purchases": [offer_json(standing.offer) for standing in quoted.purchases],
    }


def _quote_json(session: Session, quoted: Quote) -> dict[str, Any]:
    return {**_summary_json(session, quoted), "items": [_item_json(item) for item in quoted.items]}


def _item_json(item: QuoteItem) -> dict[str, Any]:
    expires = item.license.license.expires if item.license else PERPETUAL
    return {
        **lookup_json(item.lookup),
        "status": item.status.value,
        "reason": item.reason.value if item.reason else None,
        "offer_hash": item.offer.offer.struct_hash() if item.offer else None,
        "price": str(item.offer.offer.price) if item.offer else None,
        "license_id": item.license.license_id if item.license else None,
        "until": None if expires == PERPETUAL else expires,
        "offers": [offer_json(standing.offer) for standing in item.offers],
    }


def quote_tables(session: Session, quoted: Quote) -> list[RenderableType]:
    """A quote for people."""
    rows = [
        (
            one_line(item.lookup.item),
            _status(item.status),
            short(item.offer.offer.asset_id) if item.offer else "",
            ", ".join(use_names(item.offer.offer.uses)) if item.offer else _why(item),
            runs(item.offer.offer) if item.offer else _until(item),
            price_of(session.money, item.offer.offer) if item.offer else "",
        )
        for item in quoted.items
    ]
    result: list[RenderableType] = [table(["item", "status", "asset", "uses", "runs", ">price"], rows)]
    contested = [item for item in quoted.items if item.status is Status.CONTESTED]
    for item in contested:
        claims = ", ".join(f"{claim.asset_id} ({claim.registrant})" for claim in item.lookup.claims)
        result.append(Text(f"{one_line(item.lookup.item)} is claimed as {claims}: name the one to --trust."))
    return [*result, _to_buy(session, quoted)]


def _summary(session: Session, quoted: Quote) -> list[RenderableType]:
    counts = [(_status(status), f"{count:,}") for status, count in quoted.counts.items()]
    offers = [
        (
            standing.offer.struct_hash(),
            short(standing.offer.asset_id),
            runs(standing.offer),
            price_of(session.money, standing.offer),
        )
        for standing in quoted.purchases[:_SHOWN]
    ]
    result: list[RenderableType] = [table(["status", ">items"], counts)]
    if offers:
        result += [Text(), table(["offer to buy", "asset", "runs", ">price"], offers)]
    if len(quoted.purchases) > _SHOWN:
        result.append(Text(f"and {len(quoted.purchases) - _SHOWN:,} more, which --json has."))
    return [*result, _to_buy(session, quoted)]


_SHOWN: Final = 20
"""How many of a manifest's purchases people are shown."""


def _to_buy(session: Session, quoted: Quote) -> Text:
    if quoted.currency is None:
        return Text("Nothing is to be bought.")
    licenses = plural(len(quoted.purchases), "license")
    total = session.money.text(quoted.currency, quoted.total)
    proven = "" if quoted.minimal else " Maybe other offers would do for less: there are too many to try."
    return Text(f"\n{licenses} to buy, for {total} in all.{proven}", "bold")


def _status(status: Status) -> Text:
    return Text(status.replace("_", " "), _STYLES.get(status, "yellow"))


def _until(item: QuoteItem) -> str:
    if item.license is None:
        return ""
    expires = item.license.license.expires
    return "for ever" if expires == PERPETUAL else f"until {format_time(expires)}"


def _why(item: QuoteItem) -> str:
    """Why an item is forbidden, and which uses are on offer where the ones asked for are not."""
    if item.reason in _REASONS:
        return _REASONS[item.reason]
    uses = Use(0)
    for standing in item.offers:
        uses |= standing.offer.uses
    if item.reason is not Reason.NO_OFFER:
        return ""
    return f"only {', '.join(use_names(uses))}" if uses else "nothing is on offer"
