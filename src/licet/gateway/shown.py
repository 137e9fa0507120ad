"""A payment as the journal keeps it: with the transaction that makes it, so that it can be sent again."""

from licet.chain.signing.transactions import Transaction
from licet.contracts.authorizations import Transfer
from licet.gateway.journal import Shown
from licet.types import Address, Hash32


def shown_of(
    currency: Address, transfer: Transfer, url: str, identifier: str, transaction: Transaction
) -> Shown:
    """A payment, as somebody shows it for a URL.

    Args:
        currency: the token.
        transfer: what was signed.
        url: for what.
        identifier: by which its request can be repeated; empty if there is none.
        transaction: that submits it.
    """
    return Shown(
        currency.lower(),
        transfer.payer,
        transfer.nonce,
        url,
        transfer.amount,
        transfer.payee,
        identifier,
        f"{transaction.to}/{transaction.data.hex()}",
    )


def transaction_of(shown: Shown) -> Transaction:
    """The transaction that submits a payment."""
    to, data = shown.submission.split("/")
    return Transaction(Address(to), 0, bytes.fromhex(data))


def transfer_of(shown: Shown) -> Transfer:
    """What moves when a payment is made: enough to find it on chain, and not to submit it."""
    return Transfer(Address(shown.payer), Address(shown.payee), shown.amount, 0, 0, Hash32(shown.nonce), b"")
