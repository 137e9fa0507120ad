"""What a node is asked for without an account: state, views, logs, and what became of transactions."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from web3 import Web3
from web3.exceptions import TransactionNotFound

from licet.chain.client.records import Block, BlockId, Log, Mined, log_of, receipt_of
from licet.chain.client.refusals import translated
from licet.chain.compiled.abi import Abi
from licet.chain.rpc.batches import Node
from licet.chain.rpc.transport import HttpTransport, Transport
from licet.chain.signing.transactions import Transaction
from licet.errors import ChainError, InputError, NotAContract
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, hash32, shown

RPC_SECONDS: Final = 30.0
_FIRST_LOG_RANGE: Final = 10_000


class Reading:
    """One node, and what it says of the chain."""

    def __init__(self, url: str, *, seconds: float = RPC_SECONDS, transport: Transport | None = None) -> None:
        """Connects.

        Args:
            url: the node's JSON-RPC over http(s).
            seconds: how long one answer may take.
            transport: what to ask instead of the URL.

        Raises:
            InputError: the URL is not http(s).
            ConnectionFailed: nothing answers there, or not with JSON-RPC.
        """
        if not url.startswith(("http://", "https://")):
            raise InputError(f"{shown(url)} is not an http(s) URL of a node")
        self.url: Final = url
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
        tx = Transaction.calling(abi, address, function, *arguments).fields()
        return self._result(tx, abi, address, function, block)

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
                    found = [log_of(item) for item in answer]
            except ChainError:
                if size == 1:
                    raise
                size = max(1, size // 4)
                continue
            yield from found
            if progress is not None:
                progress(end - start + 1)
            start = end + 1

    def nonce(self, address: Address, block: BlockId = "pending") -> int:
        """How many transactions an account has sent; those still waiting included, if no block is named."""
        at = _web3_address(address)
        with self._asking():
            return int(self._web3.eth.get_transaction_count(at, _block_id(block)))

    def mined(self, tx_hash: Hash32) -> Mined | None:
        """What became of a transaction; None while no block has it, as far as the node knows."""
        with self._asking():
            try:
                found = self._web3.eth.get_transaction_receipt(tx_hash)  # type: ignore[arg-type]
            except TransactionNotFound:
                return None
            return Mined(receipt_of(found), hash32(bytes(found["blockHash"])), found["status"] == 1)

    def sent_in(self, block: int, account: Address) -> dict[int, Hash32]:
        """An account's transactions in a block: their hashes by their nonces."""
        with self._asking():
            return {
                int(tx["nonce"]): hash32(bytes(tx["hash"]))
                for tx in self._web3.eth.get_block(block, full_transactions=True)["transactions"]
                if isinstance(tx, Mapping) and str(tx["from"]).lower() == account.lower()
            }

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

    def _ask_contract(self, tx: Mapping[str, Any], block: BlockId) -> bytes:
        with self._asking():
            return bytes(self._web3.eth.call(tx, _block_id(block)))  # type: ignore[arg-type]

    def _asking(self, payer: Address | None = None) -> contextlib.AbstractContextManager[None]:
        """Translates what web3 raises into this package's errors; `payer` pays for the gas, if anybody."""
        return translated(self.url, None if payer is None else (payer, self.chain_id))


def _block_id(block: BlockId) -> Any:
    return block


def _web3_address(address: Address) -> Any:
    return parse_address(address)
