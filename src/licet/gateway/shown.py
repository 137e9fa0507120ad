"""A payment as the journal keeps it: with the transaction that makes it, so that it can be sent again."""

from enum import Enum, auto
from typing import NamedTuple

from licet.chain.signing.transactions import Transaction
from licet.contracts.authorizations import Settlement, Transfer
from licet.types import Address, Hash32


class Outcome(Enum):
    """What showing a payment came to."""

    NEW = auto()
    """It was never shown before: it is to be settled."""
    UNSETTLED = auto()
    """It was shown before, and what became of it is to be found out."""
    SETTLED = auto()
    """It is settled, and what it is for was not delivered yet."""
    REPEATED = auto()
    """What it is for was delivered, and may be once more."""
    BUSY = auto()
    """Another request is about it."""
    ELSEWHERE = auto()
    """It belongs to another URL."""
    SPENT = auto()
    """What it is for was delivered."""


class Shown(NamedTuple):
    """A payment as somebody shows it.

    Attributes:
        token: the currency.
        payer: who signed.
        nonce: the signature's.
        url: for what.
        amount: in the token's smallest unit.
        payee: who receives it.
        identifier: that whoever pays gave it to repeat the request; empty if none.
        submission: the transaction that makes it, so that it can be sent again.
    """

    token: str
    payer: str
    nonce: str
    url: str
    amount: int
    payee: str
    identifier: str = ""
    submission: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is known by."""
        return self.token, self.payer, self.nonce


class Paid(NamedTuple):
    """A payment that was settled.

    Attributes:
        shown: the payment.
        settlement: where.
    """

    shown: Shown
    settlement: Settlement


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
