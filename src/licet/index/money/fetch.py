"""What tokens and vaults logged in some blocks in a row, from one node, checked against the blocks indexed.

Each log must be of the block that the index has at its height. Near the tip logs are asked for by the
block's hash; where all is to be proven, they are taken from receipts whose root the block's hash binds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from licet.chain.blocks.asking import check_hash, headers_of
from licet.chain.blocks.headers import Header
from licet.chain.blocks.raw import RawLog
from licet.chain.rpc.batches import Call, Node, untrue
from licet.errors import ChainError
from licet.index.events.rows import Row
from licet.index.following.fetch import Fetcher
from licet.index.money.wanted import Question, Wanted

_AT_ONCE: Final = 8
_FEW_QUESTIONS: Final = 2
"""So many are asked in any case."""
_LOGS_A_QUESTION: Final = 2_000
"""Logs that take as long to fetch and throw away as one more question takes a node."""
_NARROW_PIECES: Final = 32
"""Pieces after which it is seen again whether there still are too many logs to ask for all."""
_HASH: Final = 32


class ForkedError(Exception):
    """The node has other blocks than the index."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Blocks to fetch in one go.

    Attributes:
        first: the first.
        last: the last.
        final: whether all of them lie below finality.
        hashes: their hashes, by number.
    """

    first: int
    last: int
    final: bool
    hashes: dict[int, bytes]

    @property
    def blocks(self) -> int:
        """How many."""
        return self.last - self.first + 1


@dataclass(slots=True)
class Search:
    """Some logs that are wanted, and whether nodes are asked for all of the kind: by what that came to.

    Attributes:
        wanted: which.
        density: logs in a block when all were asked for; None where that was not tried lately.
        narrow: pieces since then.
    """

    wanted: Wanted
    density: float | None = None
    narrow: int = 0
    wide: bool = False

    def questions(self, blocks: int) -> list[Question]:
        """What to ask for so many blocks."""
        narrow = list(self.wanted.questions(wide=False))
        if self.narrow >= _NARROW_PIECES:
            self.density = None
        worth = len(narrow) * _LOGS_A_QUESTION
        fits = self.density is None or self.density * blocks <= worth
        self.wide = len(narrow) > _FEW_QUESTIONS and fits
        self.narrow = 0 if self.wide else self.narrow + 1
        return list(self.wanted.questions(wide=True)) if self.wide else narrow

    def learn(self, blocks: int, logs: int) -> None:
        """Takes note of what the answers had."""
        if self.wide:
            self.density = logs / blocks

    def refused(self, blocks: int) -> bool:
        """Takes note of answers that did not come; whether to ask otherwise, rather than for fewer blocks."""
        if self.wide:
            self.density = float("inf")
        elif blocks == 1:
            self.density = 0
        return self.wide


@dataclass(slots=True)
class Found:
    """What was found in a piece.

    Attributes:
        logs: how many logs the node gave for it, wanted or not.
        rows: of the table, by their places.
        names: whom they name.
    """

    logs: int = 0
    rows: dict[tuple[int, int], Row] = field(default_factory=dict)
    names: list[Row] = field(default_factory=list)


class MoneyFetcher:
    """Fetches logs that are wanted."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher: Final = fetcher

    def fetch(self, node: Node, searches: Sequence[Search], piece: Piece) -> Found:
        """Fetches what is wanted of some blocks.

        Raises:
            ForkedError: the node has other blocks.
            ConnectionFailed: no usable answer came.
            ChainError: the node refuses.
            NodeUntrue: what it says contradicts itself, or the blocks.
        """
        found = Found()
        for search in searches:
            given = 0
            rows: list[Row] = []
            for log in self._logs(node, search, piece):
                given += 1
                row = _row(node, search.wanted, log, piece)
                if row is not None and _is_new(node, found, row):
                    rows.append(row[1])
            search.learn(piece.blocks, given)
            found.logs += given
            found.names += search.wanted.names(rows)
        return found

    def _logs(self, node: Node, search: Search, piece: Piece) -> Iterator[RawLog]:
        if self._fetcher.prove:
            return self._proven(node, search.wanted, piece)
        questions = search.questions(piece.blocks)
        if piece.final:
            blocks: Iterable[Question] = [{"fromBlock": hex(piece.first), "toBlock": hex(piece.last)}]
        else:
            blocks = [{"blockHash": header.hash} for header in _headers(node, search.wanted, piece)]
        calls = (Call("eth_getLogs", ({**question, **where},)) for where in blocks for question in questions)
        return _answers(node, calls)

    def _proven(self, node: Node, wanted: Wanted, piece: Piece) -> Iterator[RawLog]:
        headers = iter(_headers(node, wanted, piece, prove=True))
        while some := list(islice(headers, _AT_ONCE)):
            for header, receipts in zip(some, self._fetcher.receipts(node, some), strict=True):
                logs = chain.from_iterable(receipt.logs for receipt in receipts)
                for index, log in enumerate(logs):
                    log.log_index = hex(index)
                    log.block_number, log.block_hash = header.number, header.hash
                    yield log


def _answers(node: Node, calls: Iterator[Call]) -> Iterator[RawLog]:
    while some := list(islice(calls, _AT_ONCE)):
        for logs in node.ask_all(list[RawLog], some):
            if logs is None:
                raise ChainError(f"the node at {node.url} gives no logs, not even none", url=node.url)
            yield from logs


def _headers(node: Node, wanted: Wanted, piece: Piece, *, prove: bool = False) -> list[Header]:
    """The headers of the blocks that may have what is wanted, once all are seen to be those indexed."""
    headers = headers_of(node, range(piece.first, piece.last + 1))
    for header in headers:
        if bytes.fromhex(header.hash[2:]) != piece.hashes[header.height]:
            raise ForkedError
        if prove:
            check_hash(node, header)
    try:
        return [header for header in headers if wanted.may_be_in(int(header.logs_bloom, 16))]
    except ValueError:
        raise ChainError(f"block {piece.first} or a later one has an unreadable bloom") from None


def _row(node: Node, wanted: Wanted, log: RawLog, piece: Piece) -> tuple[tuple[int, int], Row] | None:
    """A log's place and its row, if it is wanted."""
    try:
        block, index = int(log.block_number, 16), int(log.log_index, 16)
        tx_hash = bytearray.fromhex(log.transaction_hash[2:])
        if len(tx_hash) != _HASH or index < 0:
            raise ValueError("it is of no transaction")
        row = wanted.row(log, block, index, tx_hash)
        if row is None:
            return None
        if piece.hashes.get(block) != bytes.fromhex(log.block_hash[2:]):
            raise untrue(node.url, "blocks", f"it gives a log of another block {block} than it has")
    except ValueError as error:
        raise untrue(node.url, "logs", f"it gives a log that is none: {error}") from error
    return (block, index), row


def _is_new(node: Node, found: Found, row: tuple[tuple[int, int], Row]) -> bool:
    """Adds a row, if it was not there: one log may answer two questions."""
    place, values = row
    before = found.rows.setdefault(place, values)
    if before != values:
        raise untrue(node.url, "logs", f"it gives two logs {place[1]} of block {place[0]}")
    return before is values
