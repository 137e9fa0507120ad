"""What a node says of blocks, logs and transactions, as the rest of Licet has it."""

from dataclasses import dataclass

from web3.types import LogReceipt, TxReceipt

from licet.types import Address, Hash32, hash32

BlockId = int | str
"""A block's number, or `latest`, `finalized`, `safe`."""


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


def receipt_of(receipt: TxReceipt) -> Receipt:
    """A receipt, from web3's."""
    created = receipt.get("contractAddress")
    return Receipt(
        tx_hash=hash32(bytes(receipt["transactionHash"])),
        block_number=receipt["blockNumber"],
        gas_used=receipt["gasUsed"],
        logs=tuple(map(log_of, receipt["logs"])),
        created=Address(str(created)) if created else None,
    )


def log_of(item: LogReceipt) -> Log:
    """A log, from web3's."""
    return Log(
        address=Address(str(item["address"])),
        topics=tuple(bytes(topic) for topic in item["topics"]),
        data=bytes(item["data"]),
        block_number=item["blockNumber"],
        block_hash=hash32(bytes(item["blockHash"])),
        tx_hash=hash32(bytes(item["transactionHash"])),
        index=item["logIndex"],
    )
