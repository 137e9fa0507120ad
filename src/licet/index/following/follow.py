"""Follows the chain: on from where the index stands, back to the fork where the chain has changed.

Nothing is deleted before what replaces it has been fetched and checked; both then happen in one transaction.
While one batch of blocks is checked and stored, the next ones are fetched.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from licet.chain.blocks.asking import headers_of
from licet.chain.rpc.batches import untrue
from licet.collector import uncollected
from licet.errors import ChainError, NodeUntrue
from licet.index.events.names import Namer
from licet.index.following.building import Builder, check_heads
from licet.index.following.fetch import Fetched, Fetcher
from licet.index.following.nodes import Nodes
from licet.index.store.store import Store
from licet.index.tables.batch import Batch
from licet.index.tables.state import Position

Progress: TypeAlias = Callable[[int, int], None]
"""Called with how many blocks are indexed, and how many there are."""

_FIRST_SIZE: Final = 8
_MOST_BLOCKS: Final = 2_000
_NEAR_TIP: Final = 64
"""Blocks in one batch near the tip: as many as a re-org there may replace at once."""
_LOGS_AT_ONCE: Final = 2_500
_AHEAD: Final = 2
"""Batches that are fetched before they are needed, all at once: memory for them, and no waiting."""
_GROWTH: Final = 4
_PASSES: Final = 5


@dataclass(frozen=True, slots=True)
class _Span:
    """Blocks to fetch: the first, the last, and whether they are final."""

    first: int
    last: int
    final: bool


@dataclass(slots=True)
class Pace:
    """How many blocks to fetch at once: so many as make an answer of a good size."""

    logs_at_once: int
    size: int = _FIRST_SIZE

    def learn(self, blocks: int, logs: int) -> None:
        """Adapts to what came of one answer."""
        fitting = blocks * self.logs_at_once // logs if logs else _MOST_BLOCKS
        self.size = max(1, min(fitting, self.size * _GROWTH, _MOST_BLOCKS))

    def shrink(self) -> None:
        """After an answer that was none, or not all."""
        self.size = max(1, self.size // _GROWTH)


class Follower:
    """Brings one index up to date."""

    def __init__(
        self,
        store: Store,
        nodes: Nodes,
        fetcher: Fetcher,
        first: int,
        progress: Progress | None = None,
    ) -> None:
        """A follower.

        Args:
            store: the index's database.
            nodes: whom to ask.
            fetcher: how.
            first: the first block that is indexed.
            progress: told after each batch.
        """
        self._store: Final = store
        self._nodes: Final = nodes
        self._fetcher: Final = fetcher
        self._first: Final = first
        self._progress: Final = progress
        self._builder: Final = Builder(fetcher.addresses)
        # Receipts carry more than the logs.
        self._pace: Final = Pace(_LOGS_AT_ONCE // 2 if fetcher.prove else _LOGS_AT_ONCE)
        self._position = store.position()
        self._namer = self._name_after(self._position.block)

    def run(self, to_block: int | None = None) -> Position:
        """Indexes up to a block, the newest if not given; returns where the index stands then.

        Raises:
            ChainError: no node gives what is needed, or what they give cannot be right.
            IndexFailed: the database cannot be written.
        """
        with uncollected():
            for _ in range(_PASSES):
                tip, final = self._nodes.persist(self._nodes.tip)
                last = tip.height if to_block is None else min(tip.height, to_block)
                self._nodes.persist(lambda newest=tip.height: self._leave_fork(newest))  # type: ignore[misc]
                self._advance(last, min(final, last))
                if self._nodes.persist(self._prove, self._doubt):
                    break
        return self._position

    # Forward.

    def _advance(self, last: int, final: int) -> None:
        """Indexes all blocks up to the last."""
        with ThreadPoolExecutor(max_workers=_AHEAD) as pool:
            ahead: deque[tuple[_Span, Future[Fetched]]] = deque()

            def look_ahead(block: int) -> None:
                """Has some batches after a block fetched."""
                block = ahead[-1][0].last if ahead else block
                while block < last and len(ahead) < _AHEAD:
                    span = self._span_after(block, last, final)
                    ahead.append((span, pool.submit(self._fetch, span)))
                    block = span.last

            def forget() -> None:
                while ahead:
                    ahead.pop()[1].cancel()

            def batch() -> Batch | None:
                look_ahead(self._position.block)
                span, future = ahead.popleft()
                fetched = future.result()
                self._pace.learn(len(fetched.headers), len(fetched.logs))
                look_ahead(span.last)
                made = self._builder.build(fetched, self._position.heads)
                if self._position.hash in (None, made.parent_hash):
                    return made
                if self._is_on_chain(self._position.block):
                    raise untrue(fetched.url, "parents", f"block {made.first} is no child of the one before")
                forget()
                self._leave_fork(last)
                return None

            def failed(error: ChainError) -> None:
                forget()
                self._pace.shrink()
                self._doubt(error)

            while self._position.block < last:
                made = self._nodes.persist(batch, failed)
                if made is not None:
                    self._apply(made, last)

    def _apply(self, batch: Batch, last: int) -> None:
        if batch.first <= self._position.block:
            self._namer = self._name_after(batch.first - 1)
        names, disputed = self._namer.read(batch.logs)
        self._store.apply(replace(batch, names=names, disputed=disputed))
        verified = batch.last if batch.verified else min(self._position.verified, batch.first - 1)
        self._position = Position(batch.last, batch.hash, verified, batch.reached)
        if self._progress is not None:
            self._progress(batch.last - self._first + 1, last - self._first + 1)

    def _name_after(self, block: int) -> Namer:
        """A reader of whom the logs after a block name."""
        return Namer(self._fetcher.addresses, self._store.disputed(block))

    def _fetch(self, span: _Span) -> Fetched:
        nodes = self._nodes
        return self._fetcher.fetch(nodes.current, nodes.others, span.first, span.last, final=span.final)

    def _span_after(self, block: int, last: int, final: int) -> _Span:
        first = block + 1
        if first <= final:
            return _Span(first, min(first + self._pace.size - 1, final), final=True)
        return _Span(first, min(first + min(self._pace.size, _NEAR_TIP) - 1, last), final=False)

    # Back.

    def _leave_fork(self, newest: int) -> None:
        """Replaces what the chain has dropped, once what stands there now has been fetched and checked."""
        shared = min(self._position.block, newest)
        if shared < self._first or self._is_on_chain(shared):
            return
        fork = self._fork(shared)
        fetched = self._fetch(_Span(fork + 1, min(fork + _NEAR_TIP, newest), final=False))
        batch = self._builder.build(fetched, self._store.heads_at(fork))
        if self._store.hash_of(fork) not in (None, batch.parent_hash):
            raise ChainError("the chain has changed again meanwhile: update once more")
        self._apply(batch, newest)

    def _fork(self, last: int) -> int:
        """The newest block, below one that the chain has dropped, that it has kept."""
        width = _NEAR_TIP
        while last >= self._first:
            start = max(self._first, last - width)
            known = self._store.hashes(start, last)
            for header in reversed(headers_of(self._nodes.current, range(start, last + 1))):
                if known.get(header.height) == bytes.fromhex(header.hash[2:]):
                    return header.height
            last, width = start - 1, 2 * width
        return self._first - 1

    def _is_on_chain(self, number: int) -> bool:
        [header] = headers_of(self._nodes.current, [number])
        return bytes.fromhex(header.hash[2:]) == self._store.hash_of(number)

    # Proof, where nodes that have forgotten old states could not give it on the way.

    def _prove(self) -> bool:
        """Whether the contracts' heads agree with the index; asks them where that is not known yet.

        Raises:
            NodeUntrue: they do not.
        """
        at = self._position
        if at.verified == at.block:
            return True
        node = self._nodes.current
        [header] = headers_of(node, [at.block])
        if bytes.fromhex(header.hash[2:]) != at.hash:
            return False
        heads = self._fetcher.heads(node, header)
        if heads is None:
            return False
        check_heads(node.url, at.block, heads, at.heads)
        self._store.verify(at.block)
        self._position = Position(at.block, at.hash, at.block, at.heads)
        return True

    def _doubt(self, error: ChainError) -> None:
        """Where logs do not lead to the heads, what was not proven before may be what is wrong: it goes."""
        at = self._position
        if isinstance(error, NodeUntrue) and error.facts.get("reason") == "heads" and at.verified < at.block:
            self._store.rewind(max(at.verified, self._first - 1))
            self._position = self._store.position()
            self._namer = self._name_after(self._position.block)
