"""`Index`: what the contracts of a deployment logged, in a database, complete and in the chain's order."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from licet.chain.blocks.asking import headers_of
from licet.chain.deployments import Deployment
from licet.errors import ChainError, IndexUnusable
from licet.index.events.kinds import CONTRACTS, MAY_BE_OLDER, addresses
from licet.index.following.fetch import Fetcher
from licet.index.following.follow import Follower, Progress
from licet.index.following.nodes import Nodes
from licet.index.money.follow import MoneyFollower
from licet.index.reading import Reading
from licet.index.tables.state import Identity, IndexState

_PASSES: Final = 5


class Index(Reading):
    """An index, and whom to ask for what is new. Use it as a context manager, or call `close`.

        with Index("licet.sqlite") as index:
            index.update(["http://127.0.0.1:8545"], deployment)
            for sold in index.events(Sold): ...

    Everything that it gives has been proven by the contracts' rolling heads.
    """

    def update(
        self,
        urls: Sequence[str],
        deployment: Deployment,
        *,
        to_block: int | None = None,
        prove: bool = False,
        busy: bool = False,
        progress: Progress | None = None,
        money_progress: Progress | None = None,
        on_fault: Callable[[ChainError], None] | None = None,
        **options: Any,
    ) -> IndexState:
        """Indexes what is new, up to a block.

        Args:
            urls: of the nodes, the first choice first. Each is asked when those before it fail; all must have
                the same blocks.
            deployment: whose events; its code has been checked.
            to_block: the last block; the newest if not given.
            prove: take each log from receipts whose root its block's hash binds.
            busy: the chain's blooms are full: the heads alone show that nothing is missing.
            progress: called with how many blocks are indexed, and how many there are.
            money_progress: the same of the blocks that are searched for claims and transfers.
            on_fault: told of each fault of a node that another try may mend.
            options: of `Nodes`: how long one answer may take, and how long to wait between tries.

        Raises:
            WrongChain: a node, or the index, is of another chain.
            IndexUnusable: the index is of another deployment.
            NodeUntrue: what the nodes say cannot be right; nothing of that was stored.
            NodesDisagree: the nodes have different blocks.
            ChainError: no node gives what is needed.
            IndexFailed: the database cannot be written; the next update goes on where this one ended.
        """
        nodes = Nodes(urls, on_fault=on_fault, **options)
        known = self._identity
        genesis = nodes.drop_strangers(
            deployment.chain_id, None if known is None else "0x" + known.genesis_hash.hex()
        )
        fetcher = Fetcher(addresses(deployment), prove=prove, busy=busy)
        if known is None or (known.addresses == fetcher.addresses and self._store.position().hash is None):
            begin = self._store.create if known is None else self._store.begin_anew
            known = nodes.persist(lambda: _identify(nodes, fetcher, deployment, genesis))
            begin(known)
            self._identity = known
        elif known.addresses != fetcher.addresses:
            raise IndexUnusable(
                f"{self._store.name} is the index of the registry {known.addresses[0]}, not of "
                f"{deployment.asset_registry}: name another database with --db",
                db=self._store.name,
            )
        for _ in range(_PASSES):
            at = Follower(self._store, nodes, fetcher, known.first_block, progress).run(to_block)
            money = MoneyFollower(self._store, nodes, fetcher, known.first_block, money_progress)
            if money.run(at.verified):
                return self.state
        raise ChainError(f"the chain changed {_PASSES} times meanwhile: update once more")


def _identify(nodes: Nodes, fetcher: Fetcher, deployment: Deployment, genesis: str) -> Identity:
    """What an index of a deployment is of; it begins where one of its contracts first logged anything."""
    first = deployment.block
    if first:
        node = nodes.current
        older = [
            address
            for name, address in zip(CONTRACTS, fetcher.addresses, strict=True)
            if name in MAY_BE_OLDER
        ]
        [before] = headers_of(node, [first - 1])
        heads = fetcher.heads(node, before)
        if heads is None or any(map(any, heads)):
            oldest = fetcher.oldest(node, older, first - 1)
            first = first if oldest is None else oldest
    return Identity(
        chain_id=deployment.chain_id,
        genesis_hash=bytes.fromhex(genesis[2:]),
        addresses=fetcher.addresses,
        deployment_block=deployment.block,
        first_block=first,
    )
