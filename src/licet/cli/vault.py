"""`licet vault`: what payees get."""

from typing import Any

import click

from licet.cli.output import emit, facts, table
from licet.cli.params import ADDRESS, currency_option
from licet.cli.session import Session, takes
from licet.contracts.publications import split_of
from licet.documents import Publisher, SplitDocument
from licet.rights_holder import RightsHolder
from licet.types import Address

_vaults = click.argument("vaults", type=ADDRESS, nargs=-1, required=True, metavar="VAULT…")
_payee = click.option("--payee", type=ADDRESS, metavar="ADDRESS", help="Who is paid.  [default: the account]")


@click.group("vault")
def command() -> None:
    """Show and claim what vaults owe their payees."""


@command.command("due")
@_vaults
@_payee
@currency_option
@takes(account=True, documents=True)
def due(
    session: Session,
    vaults: tuple[Address, ...],
    payee: Address | None,
    currency: Address | str | None,
    as_json: bool,
) -> None:
    """Show what each VAULT owes a payee now."""
    token = session.currency(currency)
    payee = session.party(payee, "--payee")
    holder = RightsHolder(session.contracts, Publisher(session.documents[0]))
    amounts = {vault: holder.due(split, token, payee) for vault, split in _splits(session, vaults).items()}
    _show(session, payee, token, amounts, as_json=as_json)


@command.command("claim")
@_vaults
@_payee
@currency_option
@takes(account=True, documents=True)
def claim(
    session: Session,
    vaults: tuple[Address, ...],
    payee: Address | None,
    currency: Address | str | None,
    as_json: bool,
) -> None:
    """Pay a payee all that each VAULT owes, in one transaction.

    Anybody may do this for anybody: the money goes to the payee, the account pays the gas.
    """
    token = session.currency(currency)
    payee = payee or session.signer.address
    holder = RightsHolder(session.signing_contracts, Publisher(session.documents[0]))
    collected = holder.collect(list(_splits(session, vaults).values()), token, payee)
    receipt = collected.receipt
    extra = {"tx": receipt.tx_hash, "gas": receipt.gas_used}
    _show(session, payee, token, collected.amounts, extra, as_json=as_json)


def _splits(session: Session, vaults: tuple[Address, ...]) -> dict[Address, SplitDocument]:
    return {vault: split_of(session.contracts, vault, session.library) for vault in vaults}


def _show(
    session: Session,
    payee: Address,
    token: Address,
    amounts: dict[Address, int],
    extra: dict[str, Any] | None = None,
    *,
    as_json: bool,
) -> None:
    total = sum(amounts.values())
    emit(
        {
            "payee": payee,
            "currency": token,
            "vaults": {vault: str(amount) for vault, amount in amounts.items()},
            "total": str(total),
            **(extra or {}),
        },
        table(
            ["vault", ">paid" if extra else ">due"],
            [(vault, session.money.text(token, amount)) for vault, amount in amounts.items()],
        ),
        facts(
            payee=payee,
            total=session.money.text(token, total),
            **({"gas": f"{extra['gas']:,}"} if extra else {}),
        ),
        as_json=as_json,
    )
