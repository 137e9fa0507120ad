"""Logs and receipts, as nodes spell them."""

from msgspec import Struct


class RawLog(Struct, rename="camel", gc=False):
    """A log as the node spells it."""

    address: str
    topics: tuple[str, ...]
    data: str
    block_number: str
    block_hash: str
    transaction_hash: str
    log_index: str


class RawReceipt(Struct, rename="camel", gc=False):
    """A receipt, with what its hash is made of."""

    logs: list[RawLog]
    cumulative_gas_used: str
    logs_bloom: str
    transaction_index: str
    status: str | None = None
    root: str | None = None
    type: str = "0x0"


class TransactionHashes(Struct):
    """The hashes of a block's transactions."""

    transactions: list[str]
