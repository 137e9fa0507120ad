"""A payment as the journal keeps it: all that was signed, so that it can be submitted again."""

from licet.contracts.authorizations import Transfer
from licet.gateway.journal import Shown
from licet.types import Address, Hash32


def shown_of(currency: Address, transfer: Transfer, url: str, identifier: str) -> Shown:
    """A payment, as somebody shows it for a URL."""
    return Shown(
        currency.lower(),
        transfer.payer,
        transfer.nonce,
        url,
        transfer.amount,
        transfer.payee,
        identifier,
        f"{transfer.valid_after}/{transfer.valid_before}/{transfer.signature.hex()}",
    )


def transfer_of(shown: Shown) -> Transfer:
    """What was signed."""
    after, before, signature = shown.signed.split("/")
    return Transfer(
        Address(shown.payer),
        Address(shown.payee),
        shown.amount,
        int(after),
        int(before),
        Hash32(shown.nonce),
        bytes.fromhex(signature),
    )
