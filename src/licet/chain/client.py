"""The chain, as the rest of Licet sees it: calls, transactions, logs, code.

The only module that speaks to a node. A transaction that reverts always raises, as the `Reverted` class of
its custom error. Amounts are in wei, times in unix seconds.
"""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from web3 import Web3
from web3.exceptions import (
    ContractLogicError,
    TimeExhausted,
    TransactionNotFound,
    Web3Exception,
    Web3RPCError,
)
from web3.types import LogReceipt, TxReceipt

from licet.chain.compiled.abi import Abi, log_topic
from licet.chain.compiled.artifacts import Artifact, known_errors
from licet.chain.rpc.batches import Node
from licet.chain.rpc.transport import HttpTransport, Transport
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.errors import (
    ChainError,
    ConnectionFailed,
    InputError,
    InsufficientBalance,
    LicetError,
    NotAContract,
    Reverted,
    SignerError,
    reverted,
)
from licet.trees.hashing import keccak, parse_address
from licet.types import Address, Hash32, hash32, shown

BlockId = int | str
"""A block's number, or `latest`, `finalized`, `safe`."""

RPC_SECONDS: Final = 30.0
RECEIPT_SECONDS: Final = 180.0
_FIRST_LOG_RANGE: Final = 10_000
_GAS_MARGIN: Final = 1.1
# How nodes say that a contract refused, or broke down: it has no more to say then.
_HALTED: Final = (
    "revert",
    "evm error",
    "vm exception",
    "invalid jump",
    "invalid opcode",
    "opcode 0x",
    "out of gas",
    "stack underflow",
)
# What web3 and this module trip over where a node's answer is not of the shape that it should be.
_MALFORMED: Final = (
    ArithmeticError,
    AttributeError,
    InputError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header, as far as it is needed."""

    number: int
    hash: Hash32
    timestamp: int


@dataclass(frozen=True, slots=True)
class Log:
    """One log, as the node gave it; `data` and `topics` are raw."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: Hash32
    tx_hash: Hash32
    index: int

    def place(self) -> "Log":
        """Where it stands, without what it says: of very many logs, that is most of the memory."""
        return Log(self.address, (), b"", self.block_number, self.block_hash, self.tx_hash, self.index)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transaction that succeeded.

    Attributes:
        tx_hash: its hash.
        block_number: the block that has it.
        gas_used: gas units, after refunds.
        logs: what it logged.
        created: the contract that it created, if it was a deployment.
    """

    tx_hash: Hash32
    block_number: int
    gas_used: int
    logs: tuple[Log, ...]
    created: Address | None


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction that a block has, whether it succeeded or not."""

    receipt: Receipt
    block_hash: Hash32
    succeeded: bool


class Sends(Protocol):
    """Who sends a signer's transactions and sees to it that they arrive: `licet.chain.sending.sender`."""

    def transact(self, transaction: Transaction) -> Receipt:
        """Sends one and waits until it is confirmed; raises as `Chain.send` does."""
        ...


class Chain:
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
        if not url.startswith(("http://", "https://")):
            raise InputError(f"{shown(url)} is not an http(s) URL of a node")
        self.url: Final = url
        self.signer: Final = signer
        self._sender: Final = sender
        self._seconds: Final = seconds
        # No middleware: it would refuse the blocks of some chains, and look names up.
        self.transport: Final = transport or HttpTransport(url, seconds)
        self._web3: Final = Web3(self.transport, middleware=())
        with self._asking():
            self.chain_id: Final = int(self._web3.eth.chain_id)

    @property
    def node(self) -> Node:
        """The same node, for asking in bulk."""
        return Node(self.url, transport=self.transport)

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

    # Reading

    def block(self, block: BlockId = "latest") -> Block:
        """A block's header."""
        with self._asking():
            header = self._web3.eth.get_block(_block_id(block))
            return Block(int(header["number"]), hash32(bytes(header["hash"])), int(header["timestamp"]))

    def code(self, address: Address, block: BlockId = "latest") -> bytes:
        """The code at an address; empty where there is none."""
        at = _web3_address(address)
        with self._asking():
            return bytes(self._web3.eth.get_code(at, _block_id(block)))

    def balance(self, address: Address, block: BlockId = "latest") -> int:
        """The native coin that an address has, in wei."""
        at = _web3_address(address)
        with self._asking():
            return int(self._web3.eth.get_balance(at, _block_id(block)))

    def transaction_input(self, tx_hash: Hash32) -> tuple[Address | None, bytes]:
        """Whom a transaction called, and with what data."""
        with self._asking():
            tx = self._web3.eth.get_transaction(tx_hash)  # type: ignore[arg-type]
            return Address(str(tx["to"])) if tx.get("to") else None, bytes(tx["input"])

    def call(
        self, abi: Abi, address: Address, function: str, *arguments: Any, block: BlockId = "latest"
    ) -> Any:
        """What a view function returns: the value itself, or a tuple of several.

        Raises:
            Reverted: the contract refuses.
            NotAContract: there is no code at the address.
        """
        tx = _transaction(abi, address, function, arguments)
        return self._result(tx, abi, address, function, block)

    def simulate(self, abi: Abi, address: Address, function: str, *arguments: Any, value: int = 0) -> Any:
        """What a transaction of the account's, or of nobody's, would return if it was sent now; nothing is.

        Arguments are those of `send`.

        Raises:
            Reverted: the contract would refuse it.
            NotAContract: there is no code at the address.
        """
        tx = _transaction(abi, address, function, arguments, value)
        if self.signer is not None:
            tx["from"] = self.signer.address
        return self._result(tx, abi, address, function, "latest")

    def _result(
        self, tx: Mapping[str, Any], abi: Abi, address: Address, function: str, block: BlockId
    ) -> Any:
        """What a call returns, decoded."""
        data = self._ask_contract(tx, block)
        if not data and abi.functions[function].outputs and not self.code(address, block):
            raise NotAContract(
                f"there is no contract at {address} on chain {self.chain_id}: "
                "check the address, and that the node is on the right chain",
                address=address,
            )
        values = abi.decode_result(function, data)
        return values[0] if len(values) == 1 else values

    def logs(
        self,
        addresses: Sequence[Address],
        topics: Sequence[Sequence[str] | str | None] = (),
        *,
        from_block: int = 0,
        to_block: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Log]:
        """Logs in order, read in ranges that shrink where the node refuses them.

        Args:
            addresses: the contracts that logged them; must not be empty.
            topics: what to filter by, in JSON-RPC's form; `log_topic` spells hashes and addresses.
            from_block: the first block.
            to_block: the last block; the newest if not given.
            progress: called with the number of blocks read since the last call.

        Raises:
            ChainError: the node refuses even a single block.
        """
        last = self.block().number if to_block is None else to_block
        size = _FIRST_LOG_RANGE
        start = from_block
        while start <= last:
            end = min(start + size - 1, last)
            query = {
                "address": [_web3_address(address) for address in addresses],
                "fromBlock": hex(start),
                "toBlock": hex(end),
            }
            try:
                with self._asking():
                    answer = self._web3.eth.get_logs({**query, "topics": list(topics)})  # type: ignore[typeddict-item]
                    found = [_log(item) for item in answer]
            except ChainError:
                if size == 1:
                    raise
                size = max(1, size // 4)
                continue
            yield from found
            if progress is not None:
                progress(end - start + 1)
            start = end + 1

    # Writing

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

    # Writing, step by step

    def nonce(self, address: Address, block: BlockId = "pending") -> int:
        """How many transactions an account has sent; those still waiting included, if no block is named."""
        at = _web3_address(address)
        with self._asking():
            return int(self._web3.eth.get_transaction_count(at, _block_id(block)))

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

    def mined(self, tx_hash: Hash32) -> Mined | None:
        """What became of a transaction; None while no block has it, as far as the node knows."""
        with self._asking():
            try:
                found = self._web3.eth.get_transaction_receipt(tx_hash)  # type: ignore[arg-type]
            except TransactionNotFound:
                return None
            return Mined(_receipt(found), hash32(bytes(found["blockHash"])), found["status"] == 1)

    def sent_in(self, block: int, account: Address) -> dict[int, Hash32]:
        """An account's transactions in a block: their hashes by their nonces."""
        with self._asking():
            return {
                int(tx["nonce"]): hash32(bytes(tx["hash"]))
                for tx in self._web3.eth.get_block(block, full_transactions=True)["transactions"]
                if isinstance(tx, Mapping) and str(tx["from"]).lower() == account.lower()
            }

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
                receipt = self._web3.eth.wait_for_transaction_receipt(tx_hash, RECEIPT_SECONDS)  # type: ignore[arg-type]
                return _receipt(receipt), receipt["status"] == 1
        except ChainError as error:
            if not sent and not isinstance(error, ConnectionFailed):
                raise  # refused, so it is on no chain
            raise type(error)(
                f"the transaction {tx_hash} was sent, but what became of it is not known: "
                f"look for it before sending again ({error})",
                **error.facts,
                tx_hash=tx_hash,
            ) from error

    def _estimate(self, tx: Mapping[str, Any]) -> int:
        try:
            with self._asking(tx["from"]):
                return int(self._web3.eth.estimate_gas(tx))  # type: ignore[arg-type]
        except Reverted as error:
            if not error.name:
                self._ask_contract(tx, "latest")  # some nodes give the reason to calls alone
            raise

    def _ask_contract(self, tx: Mapping[str, Any], block: BlockId) -> bytes:
        with self._asking():
            return bytes(self._web3.eth.call(tx, _block_id(block)))  # type: ignore[arg-type]

    @contextlib.contextmanager
    def _asking(self, payer: Address | None = None) -> Iterator[None]:
        """Translates what web3 raises into this package's errors; `payer` pays for the gas, if anybody."""
        try:
            yield
        except ContractLogicError as error:
            raise _refused(error.data) from error
        except Web3RPCError as error:
            raise self._rpc_error(error, payer) from error
        except TimeExhausted as error:
            raise ChainError(f"no block had it within {RECEIPT_SECONDS:.0f} s") from error
        except (Web3Exception, *_MALFORMED) as error:
            raise ChainError(
                f"the node at {self.url} gave an unusable answer: {shown(str(error), 200)}", url=self.url
            ) from error

    def _rpc_error(self, error: Web3RPCError, payer: Address | None) -> LicetError:
        body = (error.rpc_response or {}).get("error", {})
        message = str(body.get("message", error)) if isinstance(body, Mapping) else str(error)
        data = body.get("data") if isinstance(body, Mapping) else None
        if isinstance(data, str) and data.startswith("0x"):
            return _refused(data)
        if payer is not None and "insufficient funds" in message.lower():
            return InsufficientBalance(
                f"{payer} cannot pay for the gas, and what is sent along, on chain {self.chain_id}: "
                "send native coin to it",
                payer=payer,
            )
        if any(word in message.lower() for word in _HALTED):
            return _refused(None)
        return ChainError(f"the node at {self.url} refuses: {shown(message, 200)}", url=self.url)


def _transaction(
    abi: Abi, address: Address, function: str, arguments: Sequence[Any], value: int = 0
) -> dict[str, Any]:
    data = "0x" + abi.encode_call(function, arguments).hex()
    return {"to": _web3_address(address), "value": value, "data": data}


def _refused(data: Any) -> Reverted:
    """The exception for revert data as a node gives it: hex, or nothing."""
    try:
        raw = bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else b""
    except ValueError:
        raw = b""
    return known_errors().decode_revert(raw)


def _receipt(receipt: TxReceipt) -> Receipt:
    created = receipt.get("contractAddress")
    return Receipt(
        tx_hash=hash32(bytes(receipt["transactionHash"])),
        block_number=receipt["blockNumber"],
        gas_used=receipt["gasUsed"],
        logs=tuple(map(_log, receipt["logs"])),
        created=Address(str(created)) if created else None,
    )


def _log(item: LogReceipt) -> Log:
    return Log(
        address=Address(str(item["address"])),
        topics=tuple(bytes(topic) for topic in item["topics"]),
        data=bytes(item["data"]),
        block_number=item["blockNumber"],
        block_hash=hash32(bytes(item["blockHash"])),
        tx_hash=hash32(bytes(item["transactionHash"])),
        index=item["logIndex"],
    )


def _block_id(block: BlockId) -> Any:
    return block


def _web3_address(address: Address) -> Any:
    return parse_address(address)


__all__ = ["Block", "BlockId", "Chain", "Log", "Mined", "Receipt", "Sends", "log_topic"]
