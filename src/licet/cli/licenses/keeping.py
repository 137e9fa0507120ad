"""What becomes of a license: shared by sublicense, handed on, shown to markets, revoked."""

import click

from licet.cli.options import takes
from licet.cli.output import confirm, emit, facts, gas_of, sent
from licet.cli.params import ADDRESS, CASE, LICENSE, UNTIL, uses_option, yes_option
from licet.cli.session import Session
from licet.cli.text import format_time
from licet.contracts.income import address_of
from licet.contracts.licenses import PERPETUAL
from licet.contracts.terms import grant_of
from licet.rights.uses import Use, use_names
from licet.types import Address, Hash32

_license = click.argument("license_id", type=LICENSE, metavar="LICENSE")


@click.command("sublicense")
@_license
@click.argument("licensee", type=ADDRESS)
@uses_option(required=False)
@click.option("--until", type=UNTIL, metavar="DATE", help="Its last day, UTC.  [default: as long as LICENSE]")
@takes(account=True, documents=True)
def sublicense(
    session: Session,
    license_id: Hash32,
    licensee: Address,
    uses: Use | None,
    until: int | None,
    as_json: bool,
) -> None:
    """Grant LICENSEE a sublicense under LICENSE, for all its uses or some. Its conditions must allow it.

    It stays with its licensee, and permits nothing once LICENSE does not.
    """
    expires = None if until is None else until + 1
    granted = session.buyer.sublicense(license_id, licensee, uses, expires=expires)
    never = granted.expires == PERPETUAL
    emit(
        {
            "license_id": granted.license_id,
            "sublicense_of": granted.parent_id,
            "licensee": granted.licensee,
            "uses": list(use_names(granted.uses)),
            "expires": None if never else granted.expires,
            **sent(granted.receipt),
        },
        facts(
            license=granted.license_id,
            licensee=granted.licensee,
            uses=", ".join(use_names(granted.uses)),
            expires="never" if never else format_time(granted.expires),
            gas=f"{granted.receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@click.command("transfer")
@_license
@click.argument("receiver", type=ADDRESS)
@yes_option
@takes(account=True, documents=True)
def transfer(session: Session, license_id: Hash32, receiver: Address, yes: bool, as_json: bool) -> None:
    """Hand LICENSE on to RECEIVER, where its terms allow that."""
    holder = session.buyer
    confirm(f"Hand the license {license_id} to {receiver}? This cannot be undone.", yes=yes)
    receipt = holder.transfer(license_id, receiver)
    emit(
        {"license_id": license_id, "holder": receiver, **sent(receipt)},
        facts(license=license_id, holder=receiver, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@click.command("pin")
@_license
@takes(account=True, documents=True)
def pin(session: Session, license_id: Hash32, as_json: bool) -> None:
    """Tell markets where a share of LICENSE's resale should go (ERC-2981), as its conditions say.

    Anybody may, for anybody's license.
    """
    receipt = session.rights_holder.pin_license(license_id)
    shown = session.contracts.licenses.pinned(license_id)
    emit(
        {"license_id": license_id, "payee": shown.payee, "resale_bps": shown.resale_bps, **sent(receipt)},
        facts(
            license=license_id,
            payee=shown.payee,
            resale=f"{shown.resale_bps} basis points",
            gas=f"{receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@click.command("revoke")
@_license
@click.option(
    "--cause",
    type=CASE,
    metavar="CASE",
    help="The dispute of the license that was upheld.  [default: use that was not reported in time]",
)
@yes_option
@takes(account=True, documents=True)
def revoke(session: Session, license_id: Hash32, cause: int | None, yes: bool, as_json: bool) -> None:
    """Revoke LICENSE for a cause that its conditions name, and pay the refund that they promise.

    The account holds the deed. The refund waits in a vault whose only payee is the license's holder.
    """
    holder = session.rights_holder
    confirm(f"Revoke the license {license_id}? Its refund is paid at once; this cannot be undone.", yes=yes)
    revoked = holder.revoke(license_id, cause or 0)
    currency = grant_of(session.contracts, license_id).offer.currency
    vault = address_of(session.contracts, revoked.vault)
    emit(
        {
            "license_id": revoked.license_id,
            "cause": cause,
            "refund": str(revoked.refund),
            "currency": currency,
            "vault": vault,
            **sent(*revoked.receipts),
        },
        facts(
            license=revoked.license_id,
            refund=f"{session.money.text(currency, revoked.refund)}, in the vault {vault}",
            gas=f"{gas_of(*revoked.receipts):,}",
        ),
        as_json=as_json,
    )
