"""All transactions of the gateway's account: through one outbox, each under a key, and so each once."""

import socket
import time
from pathlib import Path
from typing import Final

from licet.chain.client import Chain, Receipt
from licet.chain.sending.policy import GWEI, Policy
from licet.chain.sending.sender import Sender
from licet.chain.signing.transactions import Transaction
from licet.contracts.authorizations import Authorizations, Transfer
from licet.errors import ChainError
from licet.gateway.errors import AccountTaken
from licet.gateway.journal import CLAIM_SECONDS, Journal
from licet.types import Address, Hash32

WATCHED: Final = 64
"""Blocks for which a re-org is noticed, and what it took out is sent again."""

DEFAULT_SECONDS: Final = 30
DEFAULT_GWEI: Final = 200
_FEES_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.1
_MISSED: Final = 50_000


class Account:
    """The account that pays the gas. What it sends is kept in the outbox, and goes on after any end.

    Args:
        chain: with the account's signer.
        outbox: the file; several gateways on one machine share it.
        journal: where is written down which outbox the account has.
        confirmations: blocks, its own included, after which a transaction counts.
        gwei: the most that may be paid for a unit of gas; above it, nothing is sent.
        seconds: how long to wait for a transaction.

    Raises:
        AccountTaken: another gateway sends from the account, through another outbox.
        OutboxFailed: the outbox cannot be opened.
        ChainError: the node does not answer.
        SignerError: there is no signer.
    """

    def __init__(
        self,
        chain: Chain,
        outbox: Path,
        journal: Journal,
        *,
        confirmations: int = 1,
        gwei: int = DEFAULT_GWEI,
        seconds: float = DEFAULT_SECONDS,
    ) -> None:
        self._chain: Final = chain
        self._journal: Final = journal
        self._most: Final = gwei * GWEI
        self._seconds: Final = seconds
        self._claimed = -float(CLAIM_SECONDS)
        self._asked = -_FEES_SECONDS
        self._fee = 0
        last = journal.watched()
        missed = 0 if last is None else max(0, chain.block().number - last)
        policy = Policy(
            confirmations=confirmations,
            watched=WATCHED + min(missed, _MISSED),  # what a re-org took out while no gateway was there
            fee_cap=self._most,
            poll_seconds=_POLL_SECONDS,
        )
        self._sender: Final = Sender(chain, chain.signer_or_raise(), outbox, policy)
        about = outbox.stat()
        self._outbox: Final = f"{socket.gethostname()}/{about.st_dev}/{about.st_ino}"
        self._check_mine()

    def send(self, token: Address, transfer: Transfer) -> None:
        """Submits a payment; see `licet.gateway.settling.Sender`."""
        transaction = Authorizations(self._chain, token).submission(transfer)
        self.submit(transfer.payer, transfer.nonce, transaction)

    def submit(self, payer: Address, nonce: Hash32, transaction: Transaction) -> None:
        """Sends the transaction that makes a payment, unless it was sent before, and waits for it.

        Raises:
            Reverted: a contract refuses it; as a rule before anything is sent.
            LicetError: as `send_once`.
        """
        # What would be refused waits for nothing, and nobody's gas is spent on it.
        self._chain.gas(transaction, self._chain.account)
        self.send_once(f"x402/{payer}/{nonce}/{transaction.digest()}", transaction)

    def send_once(self, key: str, transaction: Transaction) -> Receipt:
        """Sends a transaction unless its key was used before, and waits for it; raises as `Sender.send`.

        Raises:
            AccountTaken: the account is another gateway's by now.
            ChainError: gas costs more than may be paid.
        """
        self._check_mine()
        self._check_fee()
        return self._sender.send(key, transaction, seconds=self._seconds)

    def keep(self) -> None:
        """Does what can be done now for all that was sent, and says that the account is in use.

        Raises:
            AccountTaken: it is another gateway's by now.
            OutboxFailed: the outbox cannot be used.
        """
        self._check_mine()
        self._sender.step()

    def close(self) -> None:
        """Lets the outbox go."""
        self._sender.close()

    def _check_mine(self) -> None:
        if time.monotonic() - self._claimed < CLAIM_SECONDS / 4:
            return
        account = f"{self._chain.chain_id}/{self._chain.account}"
        if not self._journal.claim(account, self._outbox, int(time.time())):
            raise AccountTaken(
                f"another gateway sends from {self._chain.account}, and keeps its transactions elsewhere: "
                "give each gateway an account of its own, or gateways on one machine the same outbox",
                account=self._chain.account,
            )
        self._claimed = time.monotonic()

    def _check_fee(self) -> None:
        """What is too dear now is not signed: it would wait, and all else behind it."""
        if time.monotonic() - self._asked >= _FEES_SECONDS:
            fees = self._chain.fees()  # twice the base fee, and the tip
            self._fee = (fees.most - fees.tip) // 2 + fees.tip
            self._asked = time.monotonic()
        if self._fee > self._most:
            raise ChainError(
                f"a unit of gas costs {self._fee} wei at present, the most that may be paid is {self._most}"
            )
