"""`licet offer`: terms and prices."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.cli.conditions import condition_options, condition_words, conditions_from
from licet.cli.money import Money
from licet.cli.options import takes
from licet.cli.output import confirm, emit, facts, sent, table
from licet.cli.params import (
    ADDRESS,
    ASSET,
    CURRENCY,
    FILE,
    SINCE,
    UNTIL,
    Parsed,
    member_of,
    name_of,
    names,
    uses_option,
    yes_option,
)
from licet.cli.session import Session
from licet.cli.text import duration, format_time, read_text, short
from licet.contracts import Contracts
from licet.contracts.assets import DeedFlag
from licet.contracts.terms import conditions_of
from licet.documents import OfferDocument, TermsDocument, file_name, read_document, sha256
from licet.errors import DocumentInvalid, DocumentMissing, InputError
from licet.licensee.offers import StandingOffer
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer
from licet.rights.uses import Use, use_names
from licet.rights_holder import Price
from licet.types import ZERO_ADDRESS, Address, Hash32

_DAY: Final = 86_400


@click.group("offer")
def command() -> None:
    """Sign offers, publish and cancel them, list them."""


@command.command("sign")
@click.argument("asset", type=ASSET)
@uses_option(required=False)
@click.option(
    "--kind",
    type=Parsed("kind", member_of(Kind)),
    default=name_of(Kind.SALE),
    metavar=names(Kind),
    show_default=True,
    help="Paid once; not at all; again for each term; for each unit used, out of a deposit.",
)
@click.option("--price", metavar="AMOUNT", help="Such as 25 or 25.50; not with --kind free.")
@click.option(
    "--currency", type=CURRENCY, metavar="CURRENCY", help="An ERC-20 token's address, native, or test."
)
@click.option(
    "--payee",
    type=ADDRESS,
    metavar="ADDRESS",
    help="Who is paid, as a rule a vault.  [default: a derivative's own vault]",
)
@click.option(
    "--days",
    type=click.IntRange(0, 49_710),
    required=True,
    help="How long a license, or a term of a subscription, runs; 0: for ever.",
)
@click.option("--terms", type=FILE, metavar="FILE", help="The terms: a text, or a terms document (JSON).")
@click.option("--terms-title", metavar="TEXT", help="Their title.  [default: the file's name]")
@click.option("--terms-text", metavar="TEXT", help="The terms themselves, instead of a file.")
@click.option("--from", "start", type=SINCE, default=0, metavar="DATE", help="The sale's first day, UTC.")
@click.option("--until", type=UNTIL, default=0, metavar="DATE", help="The last day of the sale, UTC.")
@click.option(
    "--supply", type=click.IntRange(min=0), default=0, help="How many licenses may be sold; 0: any number."
)
@click.option("--exclusive", is_flag=True, help="No other license is sold while this one runs.")
@click.option("--transferable", is_flag=True, help="A licensee may hand the license on.")
@condition_options
@click.option(
    "--agent-for",
    "licensor",
    type=ADDRESS,
    metavar="ADDRESS",
    help="Sign for this licensor, who appointed the account (`licet agent appoint`).",
)
@takes(account=True, publishes=True)
def sign(
    session: Session,
    asset: Hash32,
    payee: Address | None,
    licensor: Address | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Sign an offer of licenses for ASSET, and publish it as a document. Costs no gas.

    Whoever has the document can buy on it, until its deed changes hands or the offer is cancelled.
    """
    terms = _terms(given["terms"], given["terms_title"], given["terms_text"], given["uses"])
    price = _price(session, given)
    payee = payee or _own_vault(session.contracts, asset)
    signed = session.rights_holder.offer(asset, payee, price, terms, licensor=licensor)
    file = session.publisher.directory / file_name(sha256(signed.to_bytes()))
    emit(
        {"file": str(file), **offer_json(signed.offer, signed.conditions)},
        facts(file=str(file), **_words(session, signed.offer, signed.conditions)),
        as_json=as_json,
    )


@command.command("publish")
@click.argument("file", type=FILE)
@takes(account=True)
def publish(session: Session, file: Path, as_json: bool) -> None:
    """Put the offer in FILE on chain, where everybody finds it."""
    document = read_offer(session.contracts, file)
    offer = document.offer
    receipt = session.rights_holder.publish_offer(offer, document.conditions)
    emit(
        {"offer_hash": offer.struct_hash(), **sent(receipt)},
        facts(offer=offer.struct_hash(), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("cancel")
@click.argument("file", type=FILE)
@yes_option
@takes(account=True)
def cancel(session: Session, file: Path, yes: bool, as_json: bool) -> None:
    """End the sale on the offer in FILE, for ever. Licenses sold before stay."""
    offer = read_offer(session.contracts, file).offer
    holder = session.rights_holder
    confirm(f"End the sale on offer {offer.struct_hash()}? This cannot be undone.", yes=yes)
    receipt = holder.cancel_offer(offer)
    emit(
        {"offer_hash": offer.struct_hash(), **sent(receipt)},
        facts(offer=offer.struct_hash(), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("list")
@click.argument("asset", type=ASSET)
@takes(documents=True)
def list_(session: Session, asset: Hash32, as_json: bool) -> None:
    """List the offers on ASSET that would sell now: published ones, and signed ones among the documents."""
    offers = session.licensee.offers(asset)
    known = [(standing.offer, known_conditions(session, standing.offer)) for standing in offers]
    emit(
        {"asset_id": asset, "offers": [offer_json(offer, conditions) for offer, conditions in known]},
        *(
            (offers_table(session, offers), *_condition_lines(session, known))
            if offers
            else ("No offer on this asset would sell now.",)
        ),
        as_json=as_json,
    )


def read_offer(contracts: Contracts, file: Path) -> OfferDocument:
    """The offer in a file, which must be for this chain and these contracts.

    Raises:
        InputError: the file cannot be read, or is of another deployment.
        DocumentInvalid: it is no offer.
    """
    document = read_document(OfferDocument, file)
    check_here(contracts, document, str(file))
    return document


def check_here(contracts: Contracts, document: OfferDocument, name: str) -> None:
    """Makes sure that an offer, read from what is named, is for this chain and these contracts.

    Raises:
        InputError: it is of another deployment.
    """
    if (document.chain_id, document.license_token) != (contracts.chain.chain_id, contracts.licenses.address):
        raise InputError(
            f"{name} is for the contract {document.license_token} on chain {document.chain_id}, "
            f"this is {contracts.licenses.address} on chain {contracts.chain.chain_id}: check --rpc"
        )


def offer_json(offer: Offer, conditions: Conditions | None = None) -> dict[str, Any]:
    """An offer for programs: its own members, and its hash; its conditions in full, where they are known."""
    return {
        "offer_hash": offer.struct_hash(),
        **offer.to_json(),
        "uses": list(use_names(offer.uses)),
        "kind": name_of(offer.kind),
        **({"full_conditions": conditions.to_json()} if conditions else {}),
    }


def offers_table(session: Session, offers: Sequence[StandingOffer]) -> RenderableType:
    """Offers for people, one in each row."""
    return table(
        ["offer", "uses", "runs", "sold until", ">price", "paid to"],
        [
            (
                short(o.struct_hash()),
                ", ".join(use_names(o.uses)),
                runs(o),
                format_time(o.end) if o.end else "no end",
                price_of(session.money, o),
                short(o.payee),
            )
            for o in (standing.offer for standing in offers)
        ],
    )


def runs(offer: Offer) -> str:
    """How long a license on an offer runs."""
    return duration(offer.duration) if offer.duration else "for ever"


def price_of(money: Money, offer: Offer) -> str:
    """What an offer asks, and for what."""
    if offer.kind is Kind.FREE:
        return "free"
    each = {Kind.SUBSCRIPTION: " each term", Kind.METERED: " each unit"}.get(offer.kind, "")
    return money.text(offer.currency, offer.price) + each


def _words(session: Session, offer: Offer, conditions: Conditions) -> dict[str, str]:
    flags = [name for name in ("exclusive", "transferable") if getattr(offer, name)]
    return {
        "offer": offer.struct_hash(),
        "licensor": offer.licensor,
        "asset": offer.asset_id,
        "uses": ", ".join(use_names(offer.uses)),
        "kind": ", ".join([name_of(offer.kind), *flags]),
        "price": price_of(session.money, offer),
        "paid_to": offer.payee,
        "runs": runs(offer),
        "sold_until": format_time(offer.end) if offer.end else "no end",
        "conditions": condition_words(conditions, session.money, offer.currency),
        "terms": offer.terms_hash,
    }


def known_conditions(session: Session, offer: Offer) -> Conditions | None:
    """An offer's conditions; None where nobody has shown them here."""
    try:
        return conditions_of(session.contracts, offer, session.library)
    except DocumentMissing:
        return None


def _condition_lines(
    session: Session, known: Sequence[tuple[Offer, Conditions | None]]
) -> Iterator[RenderableType]:
    for offer, conditions in known:
        if conditions is None:
            continue
        words = condition_words(conditions, session.money, offer.currency)
        if words != "none":
            yield Text(f"{short(offer.struct_hash())}: {words}")


def _own_vault(contracts: Contracts, asset: Hash32) -> Address:
    """The vault that a derivative's offers must name.

    Raises:
        InputError: the asset is no derivative, so that anybody could be paid.
    """
    derivative = contracts.assets.deed(asset).flags & DeedFlag.DERIVATIVE
    vault = contracts.assets.derivative(asset).vault if derivative else ZERO_ADDRESS
    if vault == ZERO_ADDRESS:
        raise InputError("who is paid? Name --payee, as a rule the vault of a published split")
    return vault


def _price(session: Session, given: dict[str, Any]) -> Price:
    kind = given["kind"]
    if (given["price"] is None) != (kind is Kind.FREE):
        raise InputError("what does a license cost? Name either a --price, or --kind free")
    currency = session.currency(given["currency"])
    return Price(
        currency=currency,
        amount=session.money.units(currency, given["price"]) if given["price"] else 0,
        kind=kind,
        duration=given["days"] * _DAY,
        start=given["start"],
        end=given["until"],
        supply=given["supply"],
        exclusive=given["exclusive"],
        transferable=given["transferable"],
        conditions=conditions_from(given, kind, session.money, currency),
    )


def _terms(file: Path | None, title: str | None, text: str | None, uses: Use | None) -> TermsDocument:
    if (file is None) == (text is None):
        raise InputError("what are the terms? Name either a file with --terms, or a --terms-text")
    if file is not None and file.suffix == ".json":
        document = _written(file)
        if uses not in (None, document.uses):
            raise InputError(
                f"{file} speaks of other uses ({', '.join(use_names(document.uses))}) than --uses"
            )
        return document
    if uses is None:
        raise InputError("which uses are licensed? Name them with --uses")
    if file is not None:
        return TermsDocument(title or file.stem, uses, read_text(file))
    return TermsDocument(title or "Terms", uses, text or "")


def _written(file: Path) -> TermsDocument:
    text = read_text(file)
    try:
        return TermsDocument.written(text.encode())
    except DocumentInvalid as error:
        raise DocumentInvalid(f"{file}: {error}") from error
