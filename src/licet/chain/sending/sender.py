"""The one sender of an account's transactions: each is sent once, whatever happens to nodes and processes.

    sender = Sender(Chain(url), signer, Path("outbox.db"))
    receipt = sender.send("invoice 7", Transaction(payee, 10**18))

Under a key that was used before nothing more is sent: the outcome is the first one's, for as long as it is
remembered (`Policy`). Several processes may send for one account through one outbox; what they ask for is
queued, and one at a time works on it. With another outbox, or none, the same account would contend for its
own nonces: it would still send nothing twice, but take longer.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from licet.chain.client import RECEIPT_SECONDS, Chain, Receipt
from licet.chain.outbox import failures
from licet.chain.outbox.intents import SETTLED, Intent, State
from licet.chain.outbox.outbox import Outbox
from licet.chain.sending.lease import lease
from licet.chain.sending.policy import Policy
from licet.chain.sending.progress import Progress
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Transaction
from licet.errors import LicetError, NotConfirmed, TransactionCancelled
from licet.types import shown


class Sender:
    """Sends one account's transactions on one chain, from any thread."""

    def __init__(
        self,
        chain: Chain,
        signer: Signer,
        path: Path,
        policy: Policy | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Opens the outbox.

        Args:
            chain: the node.
            signer: the account.
            path: the outbox's file, made if it is not there; a file beside it is the lease.
            policy: how transactions are sent.
            clock: the time, in unix seconds.

        Raises:
            OutboxFailed: the outbox cannot be opened, or is something else.
            ChainError: the node does not answer.
        """
        self._chain: Final = chain
        self._policy: Final = policy or Policy()
        # A local chain that was started anew has the same id, and none of the old one's transactions.
        genesis = chain.block(0).hash
        self._outbox: Final = Outbox(path, f"{chain.chain_id}/{genesis}/{signer.address}")
        self._lease: Final = path.with_name(f"{path.name}.{chain.chain_id}.{signer.address}.lease")
        self._progress: Final = Progress(chain, signer, self._outbox, self._policy, clock)

    def send(self, key: str, transaction: Transaction, *, seconds: float = RECEIPT_SECONDS) -> Receipt:
        """Sends a transaction, unless its key was used before, and waits until it is confirmed.

        Args:
            key: what makes it this one: whoever asks again with it, gets the first one's outcome.
            transaction: what to send.
            seconds: how long to wait.

        Raises:
            InputError: the key stands for another transaction.
            Reverted: the contract refuses; as a rule before anything is signed.
            InsufficientBalance: the account cannot pay for the gas and the value.
            NotConfirmed: it is not known yet what becomes of it; ask again with the same key.
            TransactionCancelled: it was called off.
            SignerError: the signer refuses.
            OutboxFailed: the outbox cannot be written.
        """
        return self._outcome(self._outbox.submit(key, transaction), seconds)

    def transact(self, transaction: Transaction, *, seconds: float = RECEIPT_SECONDS) -> Receipt:
        """Sends a transaction that has no key, and waits until it is confirmed; raises as `send` does.

        A transaction of the same content is the same one until somebody was told its outcome: what was
        interrupted, or has taken too long, is not sent a second time. So two that are asked for at once, of
        the same content, are one: give them keys. Permits in front are no part of the content.
        """
        intent = self._outbox.submit_unnamed(transaction)
        try:
            receipt = self._outcome(intent, seconds)
        except NotConfirmed:
            raise
        except LicetError:
            if self._outbox.get(intent.key).state in SETTLED:
                self._outbox.tell(intent)
            raise
        self._outbox.tell(intent)
        return receipt

    def named(self, name: str) -> "NamedSender":
        """The same sender for one undertaking: under its name, no transaction is sent twice."""
        return NamedSender(self, name)

    def submit(self, key: str, transaction: Transaction) -> None:
        """Notes a transaction for sending, without asking the node; raises as `Outbox.submit` does.

        It is sent as soon as anybody calls `result`, `step` or `send`.
        """
        self._outbox.submit(key, transaction)

    def result(self, key: str) -> Receipt | None:
        """What became of a transaction; None while it is on its way, or again, after a re-org.

        Raises:
            InputError: nothing has this key.
            Reverted, InsufficientBalance, TransactionCancelled, SignerError, OutboxFailed: as `send`.
        """
        found = self._receipt(self._outbox.get(key))
        if found is None:
            self.step()
            found = self._receipt(self._outbox.get(key))
        return found

    def cancel(self, key: str) -> None:
        """Calls a transaction off. It may be too late for that; `result` says.

        Raises:
            InputError: nothing has this key.
        """
        self._outbox.cancel(self._outbox.get(key))

    def step(self) -> bool:
        """Does what can be done now for all of the account's transactions; for a worker to call repeatedly.

        Returns:
            Whether it did; somebody else may be at it.

        Raises:
            OutboxFailed: the outbox cannot be read or written.
        """
        with lease(self._lease) as held:
            if held:
                self._progress.step()
            return held

    def close(self) -> None:
        """Lets the outbox go; what is on its way goes on with the next sender that opens it."""
        self._outbox.close()

    def _outcome(self, intent: Intent, seconds: float) -> Receipt:
        deadline = time.monotonic() + seconds
        while True:
            receipt = self.result(intent.key)
            if receipt is not None:
                return receipt
            if time.monotonic() >= deadline:
                raise self._not_confirmed(intent.key, seconds)
            time.sleep(self._policy.poll_seconds)

    def _receipt(self, intent: Intent) -> Receipt | None:
        if intent.state is State.CANCELLED:
            raise TransactionCancelled(
                f"the transaction {shown(intent.key, 120)} was called off, and nothing of it is on chain",
                key=intent.key,
            )
        if intent.state is State.FAILED:
            assert intent.failure is not None
            raise failures.raised(intent.failure)
        if intent.state is not State.CONFIRMED or intent.tx_hash is None:
            return None
        try:
            mined = self._chain.mined(intent.tx_hash)
        except LicetError:
            return None
        if mined is None or mined.block_hash != intent.block_hash:
            self._progress.doubt(intent)
            return None
        return mined.receipt

    def _not_confirmed(self, key: str, seconds: float) -> NotConfirmed:
        intent = self._outbox.get(key)
        trouble = self._progress.trouble
        return NotConfirmed(
            f"the transaction {shown(key, 120)} is {intent.state}, and not confirmed after {seconds:.0f} s: "
            f"it is kept in {self._outbox.path}; ask again in the same way, which sends nothing twice"
            + (f" ({trouble})" if trouble else ""),
            key=key,
            state=str(intent.state),
            nonce=intent.nonce,
        )


class NamedSender:
    """Sends the transactions of one undertaking, each once, however often the undertaking starts anew."""

    def __init__(self, sender: Sender, name: str) -> None:
        self._sender: Final = sender
        self._name: Final = name

    def transact(self, transaction: Transaction) -> Receipt:
        """Sends a transaction unless the undertaking has sent the same before; raises as `Sender.send`."""
        return self._sender.send(f"{self._name}/{transaction.digest()}", transaction)
