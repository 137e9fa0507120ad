"""`licet deed`: titles to works and catalogues."""

import click

from licet.cli.output import confirm, emit, facts
from licet.cli.params import ADDRESS, ASSET
from licet.cli.session import Session, takes
from licet.cli.text import format_time, one_line, plural
from licet.contracts.publications import registration
from licet.types import ZERO_HASH, Address, Hash32

_asset = click.argument("asset", type=ASSET)
_yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group("deed")
def command() -> None:
    """Show deeds, hand them on, end the sale on their offers."""


@command.command("show")
@_asset
@takes()
def show(session: Session, asset: Hash32, as_json: bool) -> None:
    """Show who registered ASSET, when, and who holds its deed."""
    contracts = session.contracts
    deed = contracts.assets.deed(asset)
    registered = registration(contracts, asset)
    since = contracts.chain.block(registered.log.block_number).timestamp
    has_document = registered.document_hash != ZERO_HASH
    emit(
        {
            "asset_id": asset,
            "holder": deed.holder,
            "registrant": registered.registrant,
            "registered": since,
            "content": registered.content,
            "works": registered.works,
            "document_hash": registered.document_hash if has_document else None,
            "uri": registered.uri,
            "epoch": deed.epoch,
            "exclusive_until": deed.exclusive_until or None,
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
            document=f"{registered.document_hash} {one_line(registered.uri)}" if has_document else "none",
            epoch=f"{deed.epoch} (offers must name it)",
            exclusive=f"until {format_time(deed.exclusive_until)}" if deed.exclusive_until else "no",
        ),
        as_json=as_json,
    )


@command.command("transfer")
@_asset
@click.argument("receiver", type=ADDRESS)
@_yes
@takes(account=True)
def transfer(session: Session, asset: Hash32, receiver: Address, yes: bool, as_json: bool) -> None:
    """Hand the deed of ASSET to RECEIVER. Its offers lapse; licenses sold before stay."""
    holder = session.rights_holder
    confirm(f"Hand the deed of {asset} to {receiver}? This cannot be undone.", yes=yes)
    receipt = holder.transfer_deed(asset, receiver)
    emit(
        {"asset_id": asset, "holder": receiver, "tx": receipt.tx_hash, "gas": receipt.gas_used},
        facts(asset_id=asset, holder=receiver, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("cancel-offers")
@_asset
@_yes
@takes(account=True)
def cancel_offers(session: Session, asset: Hash32, yes: bool, as_json: bool) -> None:
    """End the sale on all standing offers of ASSET, for ever. Licenses sold before stay."""
    holder = session.rights_holder
    confirm(f"End the sale on all standing offers of {asset}? This cannot be undone.", yes=yes)
    receipt = holder.cancel_offers(asset)
    epoch = session.contracts.assets.deed(asset).epoch
    emit(
        {"asset_id": asset, "epoch": epoch, "tx": receipt.tx_hash, "gas": receipt.gas_used},
        facts(asset_id=asset, epoch=str(epoch), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )
