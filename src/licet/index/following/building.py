"""What a node said, checked and turned into rows: the only place through which logs reach the database."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Final

from sha3 import keccak_256  # type: ignore[import-untyped]

from licet.chain.blocks.headers import Header
from licet.chain.blocks.raw import RawLog
from licet.chain.rpc.batches import untrue
from licet.index.events.kinds import CONTRACTS
from licet.index.events.rows import Row, numbered
from licet.index.following.fetch import Fetched
from licet.index.tables.batch import Batch
from licet.trees.hashing import head_count
from licet.types import Address, hash32

_HASH: Final = 32
_MOST_TOPICS: Final = 4
_COUNT_BYTES: Final = 5
_DIGITS: Final = itemgetter(slice(2, None))
"""What follows the `0x`."""
_NOTHING: Final[bytes] = keccak_256(b"").digest()


class Builder:
    """Makes batches of what nodes say."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._contracts: Final = {address.lower(): number for number, address in enumerate(addresses)}
        # By a contract's number and a topic: the kind's number, and whether it counts into the head.
        self._kinds: Final[list[dict[str, tuple[int, bool]]]] = [{} for _ in addresses]
        for number, (contract, kind) in numbered().items():
            if kind is not None:
                self._kinds[contract]["0x" + kind.topic.hex()] = number, kind.audited

    def build(self, fetched: Fetched, before: Sequence[bytes]) -> Batch:
        """Checks what was fetched, and turns it into rows.

        Args:
            fetched: the blocks.
            before: each contract's head before the first of them.

        Raises:
            NodeUntrue: a log was not asked for, or stands where it cannot; or the logs do not lead to the
                heads that the contracts have.
        """
        headers = {header.hash: header for header in fetched.headers}
        heads = list(before)
        head_rows: list[Row] = []
        log_rows: list[Row] = []
        number = -1
        for hash_, logs in groupby(fetched.logs, key=attrgetter("block_hash")):
            header = headers.get(hash_)
            if header is None:
                raise untrue(fetched.url, "blocks", f"it gives a log of a block {hash_[:66]} that it denies")
            if header.height <= number:
                raise untrue(fetched.url, "order", f"logs of block {number} stand before those of another")
            number = header.height
            earlier = list(heads)
            try:
                self._block(header, logs, log_rows, heads)
            except ValueError as error:
                raise untrue(fetched.url, "logs", f"in block {number}, {error}") from error
            head_rows += [
                (contract, number, head)
                for contract, head in enumerate(heads)
                if head is not earlier[contract]
            ]
        if fetched.heads is not None:
            check_heads(fetched.url, fetched.headers[-1].height, fetched.heads, heads)
        return _batch(fetched, log_rows, head_rows, heads)

    def _block(self, header: Header, logs: Iterable[RawLog], rows: list[Row], heads: list[bytes]) -> None:
        """Takes the logs of a block, rolling the heads on; a ValueError says what is wrong with them.

        Rows have `bytearray`s, which sqlite3 binds as they are: for each `bytes` it looks for an adapter
        first, which takes as long as the row's insertion.
        """
        number, block_number, last = header.height, header.number, -1
        contracts, kinds = self._contracts, self._kinds
        tx_text, tx_hash = "", bytearray()
        for log in logs:
            index = int(log.log_index, 16)
            if index <= last:
                raise ValueError(f"log {index} stands behind log {last}")
            last = index
            if log.block_number != block_number:
                raise ValueError(f"log {index} says that it is of another block")
            contract = contracts.get(log.address)
            if contract is None:
                contract = contracts.get(log.address.lower())
                if contract is None:
                    raise ValueError(f"log {index} is of a contract that was not asked for")
            if log.transaction_hash != tx_text:
                tx_text = log.transaction_hash
                tx_hash = bytearray.fromhex(tx_text[2:])
                if len(tx_hash) != _HASH:
                    raise ValueError(f"log {index} is of no transaction")
            words = log.topics
            topics = bytearray.fromhex("".join(map(_DIGITS, words)))
            if len(topics) != _HASH * len(words) or len(words) > _MOST_TOPICS:
                raise ValueError(f"log {index} has topics that are none")
            data = bytearray.fromhex(log.data[2:])
            known = kinds[contract].get(words[0]) if words else None
            if known is None:  # or spelled otherwise
                known = kinds[contract].get("0x" + topics[:_HASH].hex(), (contract, True))
            kind, audited = known
            if audited:  # `licet.trees.hashing.roll_head`, on bytes
                head = heads[contract]
                inner = keccak_256(data).digest() if data else _NOTHING
                digest = keccak_256(head + topics + inner).digest()
                count = int.from_bytes(head[:_COUNT_BYTES]) + 1
                heads[contract] = count.to_bytes(_COUNT_BYTES) + digest[_COUNT_BYTES:]
            rows.append((number, index, tx_hash, kind, topics, data))


def check_heads(url: str, block: int, heads: Sequence[bytes], reached: Sequence[bytes]) -> None:
    """Makes sure that the logs up to a block lead to the contracts' heads there.

    Raises:
        NodeUntrue: they do not.
    """
    for name, expected, actual in zip(CONTRACTS, heads, reached, strict=True):
        if expected != actual:
            counts = head_count(hash32(actual)), head_count(hash32(expected))
            raise untrue(
                url,
                "heads",
                f"the {counts[0]} logs of {name} up to block {block} do not lead to the contract's head of "
                f"{counts[1]}: some are missing, altered or out of order",
            )


def _batch(fetched: Fetched, logs: Sequence[Row], head_rows: Sequence[Row], heads: Sequence[bytes]) -> Batch:
    blocks = [
        (header.height, bytes.fromhex(header.hash[2:]), int(header.timestamp, 16))
        for header in fetched.headers
    ]
    return Batch(
        first=blocks[0][0],
        last=blocks[-1][0],
        parent_hash=bytes.fromhex(fetched.headers[0].parent_hash[2:]),
        hash=blocks[-1][1],
        blocks=blocks,
        logs=logs,
        heads=head_rows,
        reached=tuple(heads),
        verified=fetched.heads is not None,
    )
