"""`licet account`: keystores."""

from pathlib import Path

import click

from licet.chain.signing.signer import LocalSigner
from licet.cli.options import takes
from licet.cli.output import emit, facts
from licet.cli.params import ADDRESS, FILE, TEST, json_option
from licet.cli.session import PASSWORD_VARIABLE, Session, password
from licet.contracts.currency import Currency
from licet.fingerprint import check_file
from licet.types import Address

_password_file = click.option(
    "--password-file",
    type=FILE,
    metavar="FILE",
    help=f"A file with the password; else {PASSWORD_VARIABLE}, else a prompt.",
)
_path = click.argument("path", type=FILE)


@click.group("account")
def command() -> None:
    """Make and open keystores; on local chains, give accounts test dollars."""


@command.command("new")
@_path
@_password_file
@json_option
def new(path: Path, password_file: Path | None, as_json: bool) -> None:
    """Make a new account, in a new keystore at PATH.

    Keep the file and its password: without both, what the account owns is lost. The key is never shown.
    """
    signer = LocalSigner.create()
    signer.save_keystore(path, password(password_file, path, confirm=True))
    _show(signer, path, as_json=as_json)


@command.command("show")
@_path
@_password_file
@json_option
def show(path: Path, password_file: Path | None, as_json: bool) -> None:
    """Open the keystore at PATH, and show its address."""
    check_file(path)
    _show(LocalSigner.from_keystore(path, password(password_file, path)), path, as_json=as_json)


@command.command("fund")
@click.argument("address", type=ADDRESS)
@click.option("--amount", default="1000", show_default=True, metavar="AMOUNT", help="In test dollars.")
@takes(account=True)
def fund(session: Session, address: Address, amount: str, as_json: bool) -> None:
    """Give ADDRESS test dollars, on a local chain: they are worth nothing."""
    token = session.currency(TEST)
    dollar = Currency(session.signing_contracts.chain, token)
    receipt = dollar.mint(address, session.money.units(token, amount))
    balance = dollar.balance_of(address)
    emit(
        {"address": address, "currency": token, "balance": str(balance), "tx": receipt.tx_hash},
        facts(address=address, has=session.money.text(token, balance), gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


def _show(signer: LocalSigner, path: Path, *, as_json: bool) -> None:
    emit(
        {"address": signer.address, "keystore": str(path)},
        facts(address=signer.address, keystore=str(path)),
        as_json=as_json,
    )
