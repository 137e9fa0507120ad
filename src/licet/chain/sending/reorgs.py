"""Which blocks stand, as one node says now; what a re-org took out of them is to be sent again."""

from typing import Final

from licet.chain.client import Block, Chain
from licet.chain.outbox.intents import Intent
from licet.chain.outbox.outbox import Outbox
from licet.chain.sending.trouble import Trouble
from licet.types import Hash32


class Reorgs:
    """The blocks that have intents, asked about again where the chain may have changed."""

    def __init__(self, chain: Chain, outbox: Outbox, watched: int, trouble: Trouble) -> None:
        """Nothing is asked yet.

        Args:
            chain: the node.
            outbox: whose intents.
            watched: blocks below the newest that are asked about.
            trouble: where to note what the node does not answer.
        """
        self._chain: Final = chain
        self._outbox: Final = outbox
        self._watched: Final = watched
        self._trouble: Final = trouble
        self._seen: Block | None = None
        self._doubtful: set[tuple[int, Hash32]] = set()
        self._hashes: dict[int, Hash32] = {}

    def begin(self) -> None:
        """A step begins: what the node said before need not hold any more."""
        self._hashes.clear()

    def doubt(self, intent: Intent) -> None:
        """Notes that a node has not found an intent in its block: the next step looks whether it stands."""
        self._doubtful.add(block_of(intent))

    def recheck(self, head: Block) -> None:
        """Finds out whether there was a re-org, and excludes what its blocks had."""
        seen = self._seen
        found = None if seen is None else self.hash_at(seen.number)
        if seen is None or found not in (seen.hash, None):
            lowest = min(head.number, seen.number if seen else head.number) - self._watched
            self._doubtful |= {block_of(intent) for intent in self._outbox.in_blocks_from(lowest)}
            self._seen = head
        elif found is not None and head.number > seen.number:
            self._seen = head
        for number, block_hash in sorted(self._doubtful):
            found = self.hash_at(number)
            if found is None:
                continue
            if found != block_hash:
                for intent in self._outbox.in_blocks_from(number):
                    if block_of(intent) == (number, block_hash):
                        self._outbox.exclude(intent)
            self._doubtful.discard((number, block_hash))

    def hash_at(self, number: int) -> Hash32 | None:
        """The block at a number, now; None if the node has none there, which may be because it lags."""
        if number not in self._hashes:
            with self._trouble.left():
                self._hashes[number] = self._chain.block(number).hash
        return self._hashes.get(number)


def block_of(intent: Intent) -> tuple[int, Hash32]:
    """The block that has an intent which one has."""
    assert intent.block_number is not None
    assert intent.block_hash is not None
    return intent.block_number, intent.block_hash
