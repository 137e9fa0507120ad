"""Records: where the logs of an audit are read, from a node or from an index of one's own."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import Final, TypeAlias

from licet.auditor.findings import Finding, Kind, found
from licet.chain.client import Block, Chain, Log
from licet.chain.state.reading import parts_of
from licet.contracts import events
from licet.contracts.events import Claimed, Redirected
from licet.contracts.transfers import Transfer, decode_transfer, read_transfers
from licet.index import Index
from licet.index.events.kinds import CONTRACTS
from licet.index.money.wanted import MOST_ADDRESSES
from licet.types import Address

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the step's name, how much of it is done, and how much there is."""


class Records:
    """What a node gives of an audit's logs: all in the chain's order, each once."""

    first_block: int | None = None
    """From where on they are known to have all of a deployment; None where that is not known."""

    def __init__(self, chain: Chain, progress: Progress | None = None) -> None:
        """Records of a node; `progress` is told of the blocks whose logs were read."""
        self._chain: Final = chain
        self._progress: Final = progress
        self._blocks: Final[dict[int, Block]] = {}

    def deployment(
        self, addresses: Collection[Address], first: int, last: int, findings: list[Finding]
    ) -> Iterable[Log]:
        """What the deployment's contracts logged in some blocks; can be iterated again and again."""
        blocks = last - first + 1
        done = 0

        def report(count: int) -> None:
            nonlocal done
            done += count
            if self._progress is not None:
                self._progress("logs", done, blocks)

        logs = self._chain.logs(list(addresses), from_block=first, to_block=last, progress=report)
        return in_order(logs, addresses, first, last, findings)

    def claims(
        self, vaults: Collection[Address], first: int, last: int, findings: list[Finding]
    ) -> Iterable[Log]:
        """What some vaults logged of claims, and of where they had them sent."""
        topics = ["0x" + events.topic_of(kind).hex() for kind in (Claimed, Redirected)]
        logs: list[Log] = []
        for addresses in _in_chunks(vaults):
            read = self._chain.logs(addresses, [topics], from_block=first, to_block=last)
            logs += in_order(read, addresses, first, last, findings)
        return sorted(logs, key=lambda log: (log.block_number, log.index))

    def transfers(
        self,
        token: Address,
        followed: Collection[Address],
        payees: Collection[Address],
        blocks: tuple[int, int],
        findings: list[Finding],
    ) -> Iterable[Transfer]:
        """The transfers of a token to `payees`, and to and from `followed`.

        Raises:
            ChainError: they cannot be had.
        """
        first, last = blocks
        receivers = {*followed, *payees}
        logs: list[Log] = []
        for accounts in _in_chunks(receivers):
            incoming = read_transfers(self._chain, token, receivers=accounts, from_block=first, to_block=last)
            logs += (moved.log for moved in incoming)
        for accounts in _in_chunks(followed):
            outgoing = read_transfers(self._chain, token, senders=accounts, from_block=first, to_block=last)
            logs += (moved.log for moved in outgoing if moved.receiver not in receivers)
        kept = map(decode_transfer, in_order(logs, [token], first, last, findings))
        return (moved for moved in kept if moved is not None)

    def block(self, number: int) -> Block:
        """A block."""
        if number not in self._blocks:
            self._blocks[number] = self._chain.block(number)
        return self._blocks[number]


class IndexRecords(Records):
    """What an index has: of the deployment, and of all that its events name."""

    def __init__(self, index: Index, chain: Chain, progress: Progress | None = None) -> None:
        """Records of an index; only of what no event names, the node is asked."""
        super().__init__(chain, progress)
        self.first_block = index.identity.first_block
        self._index: Final = index
        self._latest: Block | None = None

    def deployment(
        self,
        addresses: Collection[Address],
        first: int,
        last: int,
        findings: list[Finding],  # noqa: ARG002 - the index is in order
    ) -> Iterable[Log]:
        """As `Records`: each time from the database."""
        named = zip(self._index.identity.addresses, CONTRACTS, strict=True)
        contracts = [name for address, name in named if address in addresses]
        return _Again(lambda: self._index.logs(contracts, first=first, last=last))

    def claims(
        self, vaults: Collection[Address], first: int, last: int, findings: list[Finding]
    ) -> Iterable[Log]:
        """As `Records`."""
        if not self._vaults.issuperset(vaults):
            return super().claims(vaults, first, last, findings)
        asked = frozenset(vaults)
        return (log for log in self._index.claims(first=first, last=last) if log.address in asked)

    def transfers(
        self,
        token: Address,
        followed: Collection[Address],
        payees: Collection[Address],
        blocks: tuple[int, int],
        findings: list[Finding],
    ) -> Iterable[Transfer]:
        """As `Records`. Raises `ChainError` where the node must be asked, and fails."""
        receivers = frozenset((*followed, *payees))
        if token not in self._tokens or not self._followed.issuperset(receivers):
            return super().transfers(token, followed, payees, blocks, findings)
        senders = frozenset(followed)
        moved = self._index.transfers(token, first=blocks[0], last=blocks[1])
        return (m for m in moved if m.receiver in receivers or m.sender in senders)

    @cached_property
    def _vaults(self) -> frozenset[Address]:
        return self._index.vaults()

    @cached_property
    def _tokens(self) -> frozenset[Address]:
        return self._index.tokens()

    @cached_property
    def _followed(self) -> frozenset[Address]:
        return self._index.followed()

    def block(self, number: int) -> Block:
        """As `Records`; the latest one is at hand, since logs are read in order."""
        if self._latest is None or self._latest.number != number:
            self._latest = self._index.block(number)
        return self._latest


class _Again(Iterable[Log]):
    """Logs that are read anew each time."""

    def __init__(self, read: Callable[[], Iterator[Log]]) -> None:
        self._read: Final = read

    def __iter__(self) -> Iterator[Log]:
        return self._read()


def in_order(
    logs: Iterable[Log], addresses: Iterable[Address], first: int, last: int, findings: list[Finding]
) -> list[Log]:
    """Logs in the chain's order, each once; those that were not asked for are dropped and reported."""
    asked = frozenset(addresses)
    kept: dict[tuple[int, int], Log] = {}
    for log in logs:
        position = (log.block_number, log.index)
        if log.address not in asked or not first <= log.block_number <= last:
            findings.append(found(Kind.LOGS_INCONSISTENT, "the node gave a log that was not asked for", log))
        elif position in kept:
            findings.append(found(Kind.LOGS_INCONSISTENT, "the node gave two logs for one place", log))
        else:
            kept[position] = log
    return [kept[position] for position in sorted(kept)]


def _in_chunks(accounts: Collection[Address]) -> Iterator[list[Address]]:
    """The same accounts in order, as many at a time as a question may name."""
    return parts_of(sorted(accounts), MOST_ADDRESSES)
