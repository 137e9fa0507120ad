"""`licet split`: who shares in the money."""

from pathlib import Path

import click

from licet.catalog import read_payees
from licet.cli.catalog import column_options, read
from licet.cli.options import takes
from licet.cli.output import emit, facts
from licet.cli.params import FILE
from licet.cli.session import Session
from licet.documents import PayeeShare, SplitDocument, read_document
from licet.errors import InputError
from licet.trees.hashing import parse_address
from licet.types import parse_uint


@click.group("split")
def command() -> None:
    """Publish who shares in a vault's money."""


@command.command("publish")
@click.argument("shares", nargs=-1, required=True, metavar="CSV|JSON|ADDRESS=SHARE…")
@column_options
@click.option(
    "--payees-file",
    type=FILE,
    metavar="CSV",
    help="The payees' addresses: a CSV with the columns payee, address and maybe name.",
)
@takes(account=True, publishes=True)
def publish(
    session: Session,
    shares: tuple[str, ...],
    payees_column: str | None,
    weights_column: str | None,
    separator: str,
    payees_file: Path | None,
    as_json: bool,
) -> None:
    """Publish a split, and show the address of its vault: whatever is paid there belongs to its payees.

    The shares are those of a catalogue's CSV, where every work counts the same; of a published split
    (JSON); or given one by one, such as 0xAb…12=70 0xCd…34=30.
    """
    if all("=" in share for share in shares):
        split = SplitDocument.of(map(_pair, shares))
    elif len(shares) > 1:
        raise InputError("name one file, or shares such as 0xAb…12=70 0xCd…34=30")
    elif shares[0].endswith(".json"):
        split = read_document(SplitDocument, Path(shares[0]))
    else:
        if payees_column is None:
            raise InputError(f"who is paid for the works of {shares[0]}? Name its --payees-column")
        catalog = read(Path(shares[0]), payees_column, weights_column, separator)
        split = catalog.split(read_payees(payees_file) if payees_file else None)
    published = session.rights_holder.publish_split(split)
    tree = split.tree()
    emit(
        {
            "vault": published.vault,
            "root": tree.root,
            "payees": len(tree),
            "total": str(tree.total),
            "tx": published.receipt.tx_hash,
            "gas": published.receipt.gas_used,
        },
        facts(
            vault=published.vault,
            payees=f"{len(tree):,}, with {tree.total:,} shares in all",
            gas=f"{published.receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


def _pair(text: str) -> PayeeShare:
    address, _, share = text.partition("=")
    return PayeeShare(parse_address(address), parse_uint(share, 128, "share"))
