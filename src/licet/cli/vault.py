"""`licet vault`: what payees get."""

from pathlib import Path
from typing import Any, Final

import click

from licet.cli.options import takes
from licet.cli.output import emit, facts, sent, table
from licet.cli.params import ADDRESS, ASSET, DURATION, FILE, currency_option
from licet.cli.session import Session
from licet.cli.text import format_time
from licet.contracts import income
from licet.contracts.publications import vault_at
from licet.contracts.vaults import Vault
from licet.documents import ClaimDocument, PayeeShare, SplitDocument, read_document, write_document
from licet.errors import InputError
from licet.fingerprint import check_new
from licet.rights_holder import Collected
from licet.types import Address, Hash32

_DAY: Final = 86_400

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
    found = {vault: _vault(session, vault, payee) for vault in vaults}
    amounts = {name: income.due(session.contracts, vault, token, payee) for name, vault in found.items()}
    _show(session, payee, token, amounts, as_json=as_json)


@command.command("claim")
@click.argument("vaults", type=ADDRESS, nargs=-1, metavar="VAULT…")
@_payee
@currency_option
@click.option(
    "--derivative",
    "derivatives",
    type=ASSET,
    multiple=True,
    metavar="ASSET",
    help="First bring up what this derivative's vault owes to those on the way; may be repeated.",
)
@click.option("--all-derivatives", is_flag=True, help="Do so for all derivatives whose income leads there.")
@click.option(
    "--to", "receiver", type=ADDRESS, metavar="ADDRESS", help="Have one vault pay the account's due to them."
)
@takes(account=True, documents=True)
def claim(
    session: Session,
    vaults: tuple[Address, ...],
    payee: Address | None,
    currency: Address | str | None,
    derivatives: tuple[Hash32, ...],
    all_derivatives: bool,
    receiver: Address | None,
    as_json: bool,
) -> None:
    """Pay a payee all that each VAULT owes, in one transaction.

    Anybody may do this for anybody: the money goes to the payee, the account pays the gas. With --to, it is
    the account's own due, and goes to somebody else.
    """
    if not vaults and not derivatives and not all_derivatives:
        raise InputError("from where is to be claimed? Name a vault, or a --derivative")
    token = session.currency(currency)
    if receiver is not None:
        if len(vaults) != 1 or payee or derivatives or all_derivatives:
            raise InputError("with --to, name one vault and nothing else: the account is its payee")
        _claim_to(session, vaults[0], token, receiver, as_json=as_json)
        return
    payee = payee or session.signer.address
    holder = session.rights_holder
    if all_derivatives:
        derivatives = holder.derivatives_of([*vaults, payee])
    found = [_vault(session, vault, payee) for vault in vaults]
    _show_paid(session, holder.collect(found, token, payee, derivatives=derivatives), payee, token, as_json)


@command.command("authorize")
@click.argument("vault", type=ADDRESS)
@click.option(
    "--to", "receiver", type=ADDRESS, required=True, metavar="ADDRESS", help="Who gets the account's due."
)
@currency_option
@click.option(
    "--within", type=DURATION, default="1d", show_default=True, metavar="TIME", help="How long it is valid."
)
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The file to write the claim into.")
@takes(account=True, documents=True)
def authorize(
    session: Session,
    vault: Address,
    receiver: Address,
    currency: Address | str | None,
    within: int,
    out: Path,
    as_json: bool,
) -> None:
    """Sign that what VAULT owes the account goes to somebody else, for others to submit. Costs no gas.

    It serves once, and is void as soon as the account is paid from VAULT in another way.
    """
    check_new(out)
    token = session.currency(currency)
    holder = session.rights_holder
    deadline = session.reader.block().timestamp + within
    signed = holder.sign_claim(_vault(session, vault, holder.address), token, receiver, deadline)
    write_document(signed, out)
    emit(
        {
            "file": str(out),
            "vault": vault,
            "payee": holder.address,
            "receiver": receiver,
            "currency": token,
            "deadline": deadline,
        },
        facts(file=str(out), vault=vault, receiver=receiver, valid_until=format_time(deadline)),
        as_json=as_json,
    )


@command.command("submit")
@click.argument("file", type=FILE)
@takes(account=True, documents=True)
def submit(session: Session, file: Path, as_json: bool) -> None:
    """Submit the claim in FILE, which its payee has signed. The account pays the gas."""
    document = read_document(ClaimDocument, file)
    holder = session.rights_holder
    payee = document.claim.payee
    here = document.chain_id == session.reader.chain_id
    vault = _vault(session, document.vault, payee) if here else None  # of another chain, the role says so
    collected = holder.submit_claim(document, vault)
    _show_paid(session, collected, payee, document.claim.token, as_json, document.claim.receiver)


def _vault(session: Session, address: Address, payee: Address) -> Vault:
    """A vault, as its split was published; that of a refund, whose holder is its only payee, was not."""
    alone = Vault(SplitDocument.of([PayeeShare(payee, 1)]))
    if income.address_of(session.contracts, alone) == address:
        return alone
    return vault_at(session.contracts, address, session.library)


def _claim_to(session: Session, vault: Address, token: Address, receiver: Address, *, as_json: bool) -> None:
    holder = session.rights_holder
    collected = holder.claim_to(_vault(session, vault, holder.address), token, receiver)
    _show_paid(session, collected, holder.address, token, as_json, receiver)


def _show_paid(
    session: Session,
    collected: Collected,
    payee: Address,
    token: Address,
    as_json: bool,
    receiver: Address | None = None,
) -> None:
    extra = {"receiver": receiver or payee, **sent(collected.receipt)}
    _show(session, payee, token, collected.amounts, extra, as_json=as_json)


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
            **(_paid_words(extra, payee) if extra else {}),
        ),
        as_json=as_json,
    )


def _paid_words(extra: dict[str, Any], payee: Address) -> dict[str, str]:
    to = {} if extra["receiver"] == payee else {"paid_to": extra["receiver"]}
    return {**to, "gas": f"{extra['gas']:,}"}
