"""`licet deed`: titles to works and catalogues."""

from typing import Any, Final

import click

from licet.cli.options import takes
from licet.cli.output import confirm, emit, facts, sent
from licet.cli.params import ADDRESS, ASSET, PERCENT, name_of, yes_option
from licet.cli.session import Session
from licet.cli.text import format_time, one_line, percent, plural
from licet.contracts import Contracts
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.disputes import AssetState
from licet.contracts.income import derivative_of
from licet.contracts.publications import registration
from licet.errors import InputError
from licet.rights.uses import use_names
from licet.types import ZERO_HASH, Address, Hash32

_NEVER: Final = (1 << 32) - 1
_WHOLE_BPS: Final = 10_000

_asset = click.argument("asset", type=ASSET)


@click.group("deed")
def command() -> None:
    """Show deeds, hand them on, end the sale on their offers."""


@command.command("show")
@_asset
@takes()
def show(session: Session, asset: Hash32, as_json: bool) -> None:
    """Show who registered ASSET and when, who holds its deed, what it was made from, and its disputes."""
    contracts = session.contracts
    deed = contracts.assets.deed(asset)
    registered = registration(contracts, asset)
    since = contracts.chain.block(registered.log.block_number).timestamp
    has_document = registered.document_hash != ZERO_HASH
    made = _derivation(contracts, asset, deed)
    payee, bps = contracts.assets.royalty_info(asset, _WHOLE_BPS)
    disputes = contracts.disputes.asset_state(asset)
    emit(
        {
            "asset_id": asset,
            "holder": deed.holder,
            "registrant": registered.registrant,
            "registered": since,
            "content": registered.content,
            "works": registered.works,
            "origin": name_of(registered.origin),
            "document_hash": registered.document_hash if has_document else None,
            "uri": registered.uri,
            "epoch": deed.epoch,
            "exclusive_until": deed.exclusive_until or None,
            "derivative": made,
            "resale": {"vault": payee, "bps": bps} if bps else None,
            "disputed": bool(deed.flags & DeedFlag.DISPUTED),
            "defeated": bool(deed.flags & DeedFlag.DEFEATED),
            "latest_case": disputes.latest or None,
        },
        facts(
            asset_id=asset,
            holder=deed.holder,
            registrant=registered.registrant,
            registered=format_time(since),
            what=f"a catalogue of {plural(registered.works, 'work')}"
            if registered.works
            else "a single work",
            content=registered.content,
            origin=name_of(registered.origin),
            document=registered.document_hash if has_document else "none",
            uri=one_line(registered.uri) or "none",
            epoch=f"{deed.epoch} (offers must name it)",
            exclusive=f"until {format_time(deed.exclusive_until)}" if deed.exclusive_until else "no",
            **(_derivation_words(session, made) if made else {}),
            resale=f"{percent(bps)} to {payee}" if bps else "nothing is asked",
            disputes=_dispute_words(deed.flags, disputes),
        ),
        as_json=as_json,
    )


@command.command("refresh")
@_asset
@takes(account=True)
def refresh(session: Session, asset: Hash32, as_json: bool) -> None:
    """Take the licenses that ASSET was made under as they are now: renewed ones let it sell for longer.

    Anybody may do this for any derivative.
    """
    receipt = session.rights_holder.refresh_parents(asset)
    until = session.contracts.assets.deed(asset).parents_until
    emit(
        {"asset_id": asset, "parents_until": None if until == _NEVER else until, **sent(receipt)},
        facts(asset_id=asset, sells_licenses=_until(until), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("pin")
@_asset
@click.argument("vault", type=ADDRESS)
@click.option(
    "--resale", type=PERCENT, required=True, metavar="PERCENT", help="Share of the deed's resale price."
)
@takes(account=True)
def pin(session: Session, asset: Hash32, vault: Address, resale: int, as_json: bool) -> None:
    """Tell markets where a share of the resale of ASSET's deed should go (ERC-2981)."""
    receipt = session.rights_holder.pin_vault(asset, vault, resale)
    emit(
        {"asset_id": asset, "vault": vault, "resale_bps": resale, **sent(receipt)},
        facts(asset_id=asset, vault=vault, resale=percent(resale), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("transfer")
@_asset
@click.argument("receiver", type=ADDRESS)
@yes_option
@takes(account=True)
def transfer(session: Session, asset: Hash32, receiver: Address, yes: bool, as_json: bool) -> None:
    """Hand the deed of ASSET to RECEIVER. Its offers lapse; licenses sold before stay."""
    holder = session.rights_holder
    confirm(f"Hand the deed of {asset} to {receiver}? This cannot be undone.", yes=yes)
    receipt = holder.transfer_deed(asset, receiver)
    emit(
        {"asset_id": asset, "holder": receiver, **sent(receipt)},
        facts(asset_id=asset, holder=receiver, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("cancel-offers")
@_asset
@yes_option
@takes(account=True)
def cancel_offers(session: Session, asset: Hash32, yes: bool, as_json: bool) -> None:
    """End the sale on all standing offers of ASSET, for ever. Licenses sold before stay."""
    holder = session.rights_holder
    confirm(f"End the sale on all standing offers of {asset}? This cannot be undone.", yes=yes)
    receipt = holder.cancel_offers(asset)
    epoch = session.contracts.assets.deed(asset).epoch
    emit(
        {"asset_id": asset, "epoch": epoch, **sent(receipt)},
        facts(asset_id=asset, epoch=str(epoch), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


def _derivation(contracts: Contracts, asset: Hash32, deed: Deed) -> dict[str, Any] | None:
    """What an asset was made from, and what it may sell therefore; None for an original."""
    try:
        registered = derivative_of(contracts, asset)
    except InputError:
        return None
    made = {
        "parents": [
            {"license_id": line.license_id, "asset_id": line.asset_id, "royalty_bps": line.royalty_bps}
            for line in registered.parents
        ],
        "sources": list(registered.sources),
    }
    if not registered.parents:
        return {"vault": None, **made}
    may = contracts.assets.derivative(asset)
    return {
        "vault": may.vault,
        **made,
        "uses": list(use_names(may.uses)),
        "parents_until": None if deed.parents_until == _NEVER else deed.parents_until,
        "revenue_ceiling": str(may.revenue_ceiling) if may.revenue_ceiling else None,
        "ceiling_currency": may.ceiling_currency if may.revenue_ceiling else None,
        "terms_hash": may.terms_hash if may.terms_hash != ZERO_HASH else None,
    }


def _derivation_words(session: Session, made: dict[str, Any]) -> dict[str, str]:
    words = {
        "made_from": f"{plural(len(made['parents']), 'parent')}, {plural(len(made['sources']), 'source')}"
    }
    if made["vault"] is None:
        return words
    words |= {
        "vault": f"{made['vault']} (offers must name it)",
        "may_permit": ", ".join(made["uses"]),
        "sells_licenses": _until(_NEVER if made["parents_until"] is None else made["parents_until"]),
    }
    if made["revenue_ceiling"]:
        ceiling = session.money.text(made["ceiling_currency"], int(made["revenue_ceiling"]))
        words["ceiling"] = f"until its vault has received {ceiling}"
    if made["terms_hash"]:
        words["terms"] = f"{made['terms_hash']} only"
    return words


def _until(parents_until: int) -> str:
    return "for any time" if parents_until == _NEVER else f"until {format_time(parents_until)}"


def _dispute_words(flags: DeedFlag, disputes: AssetState) -> str:
    if flags & DeedFlag.DEFEATED:
        return f"lost case {disputes.upheld}: no more sales"
    if disputes.open:
        return f"{disputes.open} open, the latest is case {disputes.latest}"
    return "none is open" if disputes.latest else "none"
