"""What a node said, checked and turned into rows: the only place through which logs reach the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sha3 import keccak_256  # type: ignore[import-untyped]

from licet.index.batch import Batch, Row
from licet.index.fetch import Fetched, untrue
from licet.index.kinds import CONTRACTS, Kind, kinds
from licet.index.rpc import Header, RawLog
from licet.trees.hashing import head_count
from licet.types import Address, hash32

_HASH: Final = 32
_MOST_TOPICS: Final = 4
_COUNT_BYTES: Final = 5
_NOTHING: Final[bytes] = keccak_256(b"").digest()


@dataclass(frozen=True, slots=True)
class _Found:
    """The rows of a batch, as they are found."""

    logs: list[Row] = field(default_factory=list)
    heads: list[Row] = field(default_factory=list)
    events: dict[str, list[Row]] = field(default_factory=dict)


class Builder:
    """Makes batches of what nodes say."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._numbers: Final = {address.lower(): number for number, address in enumerate(addresses)}
        self._kinds: Final = [
            {"0x" + kind.topic.hex(): kind for kind in kinds() if kind.contract == name} for name in CONTRACTS
        ]

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
        found = _Found()
        heads = list(before)
        start, count = 0, len(fetched.logs)
        number = -1
        while start < count:
            hash_ = fetched.logs[start].block_hash
            end = start + 1
            while end < count and fetched.logs[end].block_hash == hash_:
                end += 1
            header = headers.get(hash_)
            if header is None or header.height <= number:
                what = f"it gives a log of a block {hash_[:66]} that it did not give, or out of order"
                raise untrue(fetched.url, "order" if header else "blocks", what)
            number = header.height
            try:
                self._block(header, fetched.logs[start:end], found, heads)
            except ValueError as error:
                raise untrue(fetched.url, "logs", f"in block {number}, {error}") from error
            start = end
        if fetched.heads is not None:
            check_heads(fetched.url, fetched.headers[-1].height, fetched.heads, heads)
        return _batch(fetched, found, heads)

    def _block(self, header: Header, logs: Sequence[RawLog], found: _Found, heads: list[bytes]) -> None:
        """Takes the logs of a block; a ValueError says what is wrong with them."""
        number, last = header.height, -1
        rolled = set()
        tx_text, tx_hash = "", b""
        for log in logs:
            index = int(log.log_index, 16)
            if index <= last:
                raise ValueError(f"log {index} stands behind log {last}")
            last = index
            if log.block_number != header.number:
                raise ValueError(f"log {index} says that it is of another block")
            contract = self._numbers.get(log.address.lower())
            if contract is None:
                raise ValueError(f"log {index} is of a contract that was not asked for")
            if log.transaction_hash != tx_text:
                tx_text = log.transaction_hash
                tx_hash = bytes.fromhex(tx_text[2:])
                if len(tx_hash) != _HASH:
                    raise ValueError(f"log {index} is of no transaction")
            topics = bytes.fromhex("".join(log.topics).replace("0x", ""))
            if len(topics) != _HASH * len(log.topics) or len(log.topics) > _MOST_TOPICS:
                raise ValueError(f"log {index} has topics that are none")
            data = bytes.fromhex(log.data[2:])
            kind = self._kinds[contract].get(log.topics[0]) if log.topics else None
            if kind is None or kind.audited:
                heads[contract] = _rolled(heads[contract], topics, data)
                rolled.add(contract)
            found.logs.append((number, index, tx_hash, contract, topics, data))
            if kind is not None:
                _decode(kind, number, index, topics, data, found.events)
        found.heads.extend((contract, number, heads[contract]) for contract in sorted(rolled))


def _decode(
    kind: Kind, number: int, index: int, topics: bytes, data: bytes, events: dict[str, list[Row]]
) -> None:
    """Adds an event's row; what cannot be read stays a log alone, as for the auditor, who reports it."""
    try:
        row: Sequence[Any] = kind.decoder.row(topics, data)
    except ValueError:
        return
    rows = events.get(kind.table)
    if rows is None:
        rows = events[kind.table] = []
    rows.append((number, index, *row))


def _rolled(head: bytes, topics: bytes, data: bytes) -> bytes:
    """`licet.trees.hashing.roll_head`, on bytes."""
    inner = keccak_256(data).digest() if data else _NOTHING
    digest: bytes = keccak_256(head + topics + inner).digest()
    return (int.from_bytes(head[:_COUNT_BYTES]) + 1).to_bytes(_COUNT_BYTES) + digest[_COUNT_BYTES:]


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


def _batch(fetched: Fetched, found: _Found, heads: Sequence[bytes]) -> Batch:
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
        logs=found.logs,
        heads=found.heads,
        events=found.events,
        reached=tuple(heads),
        verified=fetched.heads is not None,
    )
