"""A chain: one node, and maybe an account that signs what is sent to it.

A transaction that reverts always raises, as the `Reverted` class of its custom error.
"""

import warnings
from collections.abc import Mapping
from typing import Any, Final, Protocol

from web3.exceptions import TimeExhausted
from web3.types import TxReceipt

from licet.chain.client.reading import RPC_SECONDS, Reading
from licet.chain.client.records import Receipt, receipt_of
from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import Artifact
from licet.chain.rpc.transport import Transport
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.errors import ChainError, ConnectionFailed, Reverted, SignerError, reverted
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, hash32

RECEIPT_SECONDS: Final = 180.0
_GAS_MARGIN: Final = 1.1


class Sends(Protocol):
    """Who sends a signer's transactions and sees to it that they arrive: `licet.chain.sending.sender`."""

    def transact(self, transaction: Transaction) -> Receipt:
        """Sends one and waits until it is confirmed; raises as `Chain.send` does."""
        ...


class Chain(Reading):
    """One node, and maybe an account that signs."""

    def __init__(
        self,
        url: str,
        signer: Signer | None = None,
        *,
        sender: Sends | None = None,
        seconds: float = RPC_SECONDS,
        transport: Transport | None = None,
    ) -> None:
        """Connects.

        Args:
            url: the node's JSON-RPC over http(s).
            signer: who signs transactions; reading needs none.
            sender: who sends them, for a signer whose transactions are kept in an outbox; without one, each
                is sent once, and an error says what is known of it.
            seconds: how long one answer may take.
            transport: what to ask instead of the URL.

        Raises:
            InputError: the URL is not http(s).
            ConnectionFailed: nothing answers there, or not with JSON-RPC.
        """
        super().__init__(url, seconds=seconds, transport=transport)
        self.signer: Final = signer
        self._sender: Final = sender

    def with_signer(self, signer: Signer, sender: Sends | None = None) -> "Chain":
        """The same node, for another account."""
        return Chain(self.url, signer, sender=sender, seconds=self._seconds)

    @property
    def account(self) -> Address:
        """The signer's address.

        Raises:
            SignerError: there is no signer.
        """
        return self.signer_or_raise().address

    def signer_or_raise(self) -> Signer:
        """Who signs.

        Raises:
            SignerError: there is nobody.
        """
        if self.signer is None:
            raise SignerError("this needs an account that signs: name a keystore or a key")
        return self.signer

    def simulate(self, abi: Abi, address: Address, function: str, *arguments: Any, value: int = 0) -> Any:
        """What a transaction of the account's, or of nobody's, would return if it was sent now; nothing is.

        Arguments are those of `send`.

        Raises:
            Reverted: the contract would refuse it.
            NotAContract: there is no code at the address.
        """
        tx = Transaction.calling(abi, address, function, *arguments, value=value).fields()
        if self.signer is not None:
            tx["from"] = self.signer.address
        return self._result(tx, abi, address, function, "latest")

    def send(
        self,
        abi: Abi,
        address: Address,
        function: str,
        *arguments: Any,
        value: int = 0,
    ) -> Receipt:
        """Sends a transaction and waits until a block has it.

        Args:
            abi: the contract's interface.
            address: the contract.
            function: its name.
            arguments: its arguments.
            value: native coin to send along, wei.

        Raises:
            Reverted: the contract refuses; as a rule before anything is sent.
            SignerError: there is no signer, or it refuses.
            InsufficientBalance: the account cannot pay for the gas and the value.
            ChainError: the transaction could not be sent, or was not mined in time.
        """
        return self.transact(Transaction.calling(abi, address, function, *arguments, value=value))

    def deploy(self, artifact: Artifact, *arguments: Any) -> Receipt:
        """Creates a contract; its address is the receipt's `created`. Raises as `send` does."""
        data = artifact.bytecode + artifact.abi.encode_constructor(arguments)
        return self.transact(Transaction(None, 0, data))

    def pay(self, to: Address, amount: int) -> Receipt:
        """Sends native coin, in wei. Raises as `send` does."""
        return self.transact(Transaction(to, amount))

    def transact(self, transaction: Transaction) -> Receipt:
        """Sends a transaction that was made before and waits until a block has it. Raises as `send` does."""
        signer = self.signer_or_raise()
        if self._sender is not None:
            return self._sender.transact(transaction)
        gas = self.gas(transaction, signer.address)
        fees = self.fees()
        nonce = self.nonce(signer.address)
        raw = sign(signer, self.chain_id, transaction, nonce, gas, fees)
        receipt, succeeded = self._mined(raw, signer.address)
        if not succeeded:
            raise self.reason(transaction, signer.address, receipt)
        return receipt

    # Step by step

    def gas(self, transaction: Transaction, payer: Address) -> int:
        """The gas that a transaction should be given, some spare included.

        Raises:
            Reverted: the contract refuses it.
            InsufficientBalance: the account cannot pay for the gas and the value.
        """
        return int(self._estimate({**transaction.fields(), "from": payer}) * _GAS_MARGIN)

    def fees(self) -> Fees:
        """What a transaction should pay to be in one of the next blocks."""
        with self._asking():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # web3 tells of nodes that leave it to guess the tip
                tip = int(self._web3.eth.max_priority_fee)
            base = int(self._web3.eth.get_block("latest").get("baseFeePerGas", 0))
        return Fees(2 * base + tip, tip)

    def broadcast(self, raw: bytes, payer: Address) -> None:
        """Hands a signed transaction to the node, and waits for nothing.

        Raises:
            InsufficientBalance: the node says that the payer's account cannot pay for it.
            ConnectionFailed: the node may have it, or not.
            ChainError: the node refuses it.
        """
        with self._asking(payer):
            self._web3.eth.send_raw_transaction(raw)

    def reason(self, transaction: Transaction, payer: Address, receipt: Receipt) -> Reverted:
        """Why a mined transaction reverted, found by playing it again.

        First on the block before; then on its own block, for a reason that came about in that very block.
        """
        tx = {**transaction.fields(), "from": payer}
        for block in (receipt.block_number - 1, receipt.block_number):
            try:
                self._ask_contract(tx, block)
            except Reverted as error:
                return error
            except ChainError:
                continue  # old states are not to be had from every node
        return reverted("", {"tx_hash": receipt.tx_hash})

    def _mined(self, raw: bytes, payer: Address) -> tuple[Receipt, bool]:
        """Sends a signed transaction and waits for its block; also says whether it succeeded."""
        # Not the hash that the node says: an error between sending and the receipt must not lose it.
        tx_hash = hash32(keccak(raw))
        sent = False
        try:
            with self._asking(payer):
                self._web3.eth.send_raw_transaction(raw)
                sent = True
                receipt = self._awaited(tx_hash)
                return receipt_of(receipt), receipt["status"] == 1
        except ChainError as error:
            if not sent and not isinstance(error, ConnectionFailed):
                raise  # refused, so it is on no chain
            raise type(error)(
                f"the transaction {tx_hash} was sent, but what became of it is not known: "
                f"look for it before sending again ({error})",
                **error.facts,
                tx_hash=tx_hash,
            ) from error

    def _awaited(self, tx_hash: Hash32) -> TxReceipt:
        try:
            return self._web3.eth.wait_for_transaction_receipt(tx_hash, RECEIPT_SECONDS)  # type: ignore[arg-type]
        except TimeExhausted as error:
            raise ChainError(f"no block had it within {RECEIPT_SECONDS:.0f} s") from error

    def _estimate(self, tx: Mapping[str, Any]) -> int:
        try:
            with self._asking(tx["from"]):
                return int(self._web3.eth.estimate_gas(tx))  # type: ignore[arg-type]
        except Reverted as error:
            if not error.name:
                self._ask_contract(tx, "latest")  # some nodes give the reason to calls alone
            raise
