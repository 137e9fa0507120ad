"""Several nodes of one chain: one is asked, and when it fails, the next."""

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from licet.chain.blocks.asking import headers_of
from licet.chain.blocks.headers import Header
from licet.chain.rpc.batches import Node
from licet.errors import ChainError, WrongChain

Faulty = Callable[[ChainError], None]
"""Called with each fault of a node that did not end the work."""

FINALITY: Final = 64
"""Blocks below the tip from which nothing is dropped any more, where a node does not say so itself."""

_ROUNDS: Final = 3
_LEAST_TRIES: Final = 8
_PAUSES: Final = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)

_T = TypeVar("_T")


class Nodes:
    """The nodes of one chain."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        seconds: float = 30.0,
        pauses: Sequence[float] = _PAUSES,
        on_fault: Faulty | None = None,
    ) -> None:
        """Nodes; nothing is asked yet.

        Args:
            urls: of at least one, the first choice first.
            seconds: how long one answer may take.
            pauses: seconds to wait after each failure of all nodes; the last stands for all further ones.
            on_fault: told of each fault that another try may mend.

        Raises:
            InputError: a URL is not http(s).
        """
        self._nodes: Final = [Node(url, seconds=seconds) for url in dict.fromkeys(urls)]
        self._pauses: Final = tuple(pauses)
        self._on_fault: Final = on_fault
        self._chosen = 0

    @property
    def current(self) -> Node:
        """The node that is asked."""
        return self._nodes[self._chosen]

    @property
    def others(self) -> list[Node]:
        """The other nodes."""
        return [node for node in self._nodes if node is not self.current]

    def drop_strangers(self, chain_id: int, genesis_hash: str | None = None) -> str:
        """Makes sure that all nodes that answer are of one chain; returns the hash of its block 0.

        Raises:
            WrongChain: one is of another.
            ChainError: none answers.
        """
        found = genesis_hash
        trouble: ChainError | None = None
        answered = False
        for node in self._nodes:
            try:
                actual = int(node.ask(str, "eth_chainId") or "0x0", 16)
                [genesis] = headers_of(node, [0])
            except ValueError:
                actual = 0
            except ChainError as error:
                trouble = error
                self.report(error)
                continue
            answered = True
            if actual != chain_id:
                raise WrongChain(
                    f"the node at {node.url} is on chain {actual}, not on {chain_id}: name one of that chain",
                    expected=chain_id,
                    actual=actual,
                )
            if found is not None and genesis.hash != found:
                raise WrongChain(
                    f"the node at {node.url} is on another chain {chain_id}: its block 0 is {genesis.hash}, "
                    f"that of the index {found}; a local chain that was started anew needs a new index",
                    expected=found,
                    actual=genesis.hash,
                )
            found = genesis.hash
        if not answered or found is None:
            raise trouble or ChainError("there is no node to ask")
        return found

    def tip(self) -> tuple[Header, int]:
        """The current node's newest block, and the number of its newest final one."""
        newest = self._tagged("latest")
        if newest is None:
            raise ChainError(f"the node at {self.current.url} says nothing of its newest block")
        try:
            final = self._tagged("finalized")
        except ChainError:  # some nodes do not know the word
            final = None
        height = newest.height
        return newest, min(final.height if final else max(0, height - FINALITY), height)

    def _tagged(self, tag: str) -> Header | None:
        return self.current.ask(Header, "eth_getBlockByNumber", tag, False)

    def persist(self, work: Callable[[], _T], after_failure: Faulty | None = None) -> _T:
        """Does some work, on the next node where one fails, more and more slowly.

        Args:
            work: what to do with `current`.
            after_failure: told of the fault before each further try.

        Raises:
            ChainError: the last fault, when no node could do it.
        """
        tries = max(_LEAST_TRIES, _ROUNDS * len(self._nodes))
        for attempt in range(tries):
            try:
                return work()
            except ChainError as error:
                if attempt == tries - 1:
                    raise
                self.report(error)
                self._chosen = (self._chosen + 1) % len(self._nodes)
                failed_rounds = attempt // len(self._nodes)
                if self._chosen == 0 or len(self._nodes) == 1:
                    time.sleep(self._pauses[min(failed_rounds, len(self._pauses) - 1)])
                if after_failure is not None:
                    after_failure(error)
        raise AssertionError("unreachable")

    def report(self, error: ChainError) -> None:
        """Tells of a fault that does not end the work."""
        if self._on_fault is not None:
            self._on_fault(error)
