"""How a payment reaches its payee: one seam, behind which transactions are sent.

Whatever sends may answer that it does not know what became of a transaction: then the chain is asked, later,
and the payment can still be submitted again, since its nonce lets it happen once. Whatever sends is not
believed either: a payment is settled where the token's own logs say so.
"""

import time
from typing import Final, Protocol

from licet.chain.client import Chain
from licet.contracts.authorizations import Authorizations, Settlement, Transfer
from licet.errors import Reverted, UnexpectedAnswer
from licet.gateway.errors import PaymentRefused
from licet.types import Address

_LOOK_BACK: Final = 10_000
"""Blocks in which an early submission is looked for: payments are valid for minutes."""

_LAG: Final = 3.0
"""Seconds by which the node that is asked may be behind the one that was told."""

_AGAIN: Final = 0.25


class Sender(Protocol):
    """Sends a transfer to the chain."""

    def send(self, token: Address, transfer: Transfer) -> None:
        """Returns once a block has the transfer's transaction.

        Raises:
            Reverted: the token refuses.
            LicetError: the chain could not be asked, or what became of the transaction is not known.
        """
        ...


class Settler:
    """Settles payments, whoever submitted them first.

    Args:
        chain: for reading.
        sender: for sending.
    """

    def __init__(self, chain: Chain, sender: Sender) -> None:
        self.chain: Final = chain
        self._sender: Final = sender
        self._tokens: Final[dict[Address, Authorizations]] = {}

    def token(self, address: Address) -> Authorizations:
        """A currency's EIP-3009 side; what the chain said of it is remembered."""
        return self._tokens.setdefault(address, Authorizations(self.chain, address))

    def check(self, token: Address, transfer: Transfer) -> None:
        """Makes sure that a transfer would succeed now.

        Raises:
            PaymentRefused: it would not.
        """
        try:
            self.token(token).check(transfer)
        except Reverted as error:
            raise _refused(error) from error

    def settle(self, token: Address, transfer: Transfer, *, maybe_sent: bool) -> Settlement:
        """Makes sure that a transfer has happened, exactly this one.

        Args:
            token: the currency.
            transfer: signed by its payer.
            maybe_sent: it may have been submitted before; looked up first.

        Raises:
            PaymentRefused: it has not happened, and the token refuses it.
            ChainError: what became of it is not known.
        """
        since = max(0, self.chain.block().number - _LOOK_BACK)
        authorizations = self.token(token)
        found = authorizations.settlement(transfer, since) if maybe_sent else None
        if found is not None:
            return found
        try:
            self._sender.send(token, transfer)
        except Reverted as error:
            # Somebody else may have submitted it: then it is paid all the same.
            found = authorizations.settlement(transfer, since)
            if found is None:
                raise _refused(error) from error
            return found
        return self.found(token, transfer, since)

    def found(self, token: Address, transfer: Transfer, since: int) -> Settlement:
        """Where a transfer is that was sent just now.

        Raises:
            ChainError: it is nowhere.
        """
        authorizations = self.token(token)
        deadline = time.monotonic() + _LAG
        while True:
            found = authorizations.settlement(transfer, since)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise UnexpectedAnswer(
                    f"an authorization of the token {authorizations.token} was submitted, and no transfer "
                    "after it was logged",
                    token=authorizations.token,
                )
            time.sleep(_AGAIN)


def _refused(error: Reverted) -> PaymentRefused:
    return PaymentRefused(f"the token refuses the payment: {error.name or 'no reason given'}")
