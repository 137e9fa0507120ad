"""Headers and receipts, asked of a node."""

from collections.abc import Sequence
from typing import Final

from licet.chain.blocks.headers import Header, header_hash
from licet.chain.blocks.raw import RawReceipt, TransactionHashes
from licet.chain.rpc.batches import Call, Node, untrue
from licet.errors import ChainError, ConnectionFailed, InputError

_LATEST: Final = 1 << 63
_HASH: Final = 32


def headers_of(node: Node, numbers: Sequence[int]) -> list[Header]:
    """The headers of some blocks.

    Raises:
        ChainError: the node does not have them all, or gives others.
    """
    calls = [Call("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
    headers = []
    for number, header in zip(numbers, node.ask_all(Header, calls), strict=True):
        if header is None:
            raise ChainError(f"the node at {node.url} has no block {number} yet, or no longer", url=node.url)
        if not _is_of(header, number):
            raise untrue(node.url, "headers", f"it gives another header for block {number}")
        headers.append(header)
    return headers


def _is_of(header: Header, number: int) -> bool:
    """Whether a header is of a block, and its words are what they should be."""
    try:
        hashes = [bytes.fromhex(word[2:]) for word in (header.hash, header.parent_hash)]
        return (
            header.height == number and int(header.timestamp, 16) < _LATEST and set(map(len, hashes)) == {32}
        )
    except ValueError:
        return False


def receipts_of(node: Node, headers: Sequence[Header]) -> list[list[RawReceipt]]:
    """The receipts of some blocks: at once where the node can, else one by one.

    Raises:
        ChainError: it does not have them all.
    """
    calls = [Call("eth_getBlockReceipts", (header.hash,)) for header in headers]
    try:
        found = node.ask_all(list[RawReceipt], calls)
    except ConnectionFailed:
        raise
    except ChainError:
        found = [_receipts_one_by_one(node, header) for header in headers]
    for header, receipts in zip(headers, found, strict=True):
        if receipts is None:
            raise ChainError(f"the node at {node.url} has no receipts of block {header.height}", url=node.url)
    return [receipts for receipts in found if receipts is not None]


def _receipts_one_by_one(node: Node, header: Header) -> list[RawReceipt] | None:
    block = node.ask(TransactionHashes, "eth_getBlockByHash", header.hash, False)
    if block is None:
        return None
    calls = [Call("eth_getTransactionReceipt", (tx_hash,)) for tx_hash in block.transactions]
    receipts = [receipt for receipt in node.ask_all(RawReceipt, calls) if receipt is not None]
    return receipts if len(receipts) == len(calls) else None


def check_hash(node: Node, header: Header) -> None:
    """Makes sure that a header's fields lead to its hash.

    Raises:
        NodeUntrue: they do not.
    """
    try:
        hash_ = "0x" + header_hash(header).hex()
    except InputError as error:
        raise untrue(node.url, "headers", f"the header of block {header.height} is unreadable") from error
    if hash_ != header.hash:
        raise untrue(
            node.url, "headers", f"the header of block {header.height} does not lead to the block's hash"
        )
