"""The history of a deployment: its contracts' logs in the chain's order, proven complete by their heads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from licet.auditor.findings import Finding, Kind, found
from licet.chain.client import Block, Chain, Log
from licet.contracts import Contracts, events
from licet.contracts.events import Event
from licet.errors import InputError
from licet.trees.hashing import head_count
from licet.types import Address, Hash32

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the step's name, how much of it is done, and how much there is."""

_EVENTS: Final[Mapping[str, tuple[type[Event], ...]]] = {
    "AssetRegistry": (
        events.DeedTransferred,
        events.AssetRegistered,
        events.OffersCancelled,
        events.ExclusiveGranted,
    ),
    "LicenseToken": (
        events.LicenseTransferred,
        events.Sold,
        events.OfferPublished,
        events.OfferCancelled,
    ),
    "RoyaltyVaultFactory": (events.SplitPublished,),
}

_E = TypeVar("_E", bound=Event)


@dataclass(frozen=True, slots=True)
class History:
    """What the registry, the license token and the factory logged up to a block.

    Attributes:
        first_block: nothing of the deployment is older.
        logs: how many logs there are, those that nobody can read included.
        events: all others, in the chain's order.
        complete: whether every head was reached: only then can anything be concluded.
    """

    first_block: int
    logs: int
    events: tuple[Event, ...]
    complete: bool

    def of(self, kind: type[_E]) -> Iterator[_E]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))


def read_history(
    contracts: Contracts, at: Block, findings: list[Finding], progress: Progress | None = None
) -> History:
    """Reads the history up to a block; what is wrong with it goes into `findings`."""
    deployment = contracts.deployment
    heads = {
        deployment.asset_registry: contracts.assets.head(at.number),
        deployment.license_token: contracts.licenses.head(at.number),
        deployment.vault_factory: contracts.vaults.head(at.number),
    }
    names = dict(zip(heads, _EVENTS, strict=True))
    logs = _audited(contracts.chain, names, deployment.block, at.number, findings, progress)
    first_block = deployment.block
    factory = deployment.vault_factory
    if deployment.block and not _reaches(logs, factory, heads[factory]):
        # A factory may be older than the registry, and in use before it.
        only = {factory: names[factory]}
        logs = _audited(contracts.chain, only, 0, deployment.block - 1, findings, None) + logs
        first_block = 0
    incomplete = [
        _incomplete(names[address], address, head, [log for log in logs if log.address == address])
        for address, head in heads.items()
        if not _reaches(logs, address, head)
    ]
    findings += incomplete
    return History(first_block, len(logs), tuple(_decoded(logs, names, findings)), not incomplete)


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


class Clock:
    """The times of logs: of the blocks that they are in."""

    def __init__(self, chain: Chain) -> None:
        self._chain: Final = chain
        self._blocks: Final[dict[int, Block]] = {}

    def time(self, log: Log) -> int:
        """When a log was written, unix seconds."""
        return self._block(log).timestamp

    def check(self, log: Log) -> Iterator[Finding]:
        """Yields whether a log says that it is of another block than the chain has."""
        block = self._block(log)
        if block.hash != log.block_hash:
            yield found(
                Kind.LOGS_INCONSISTENT,
                f"the node gave a log of another block {log.block_number} than the chain's",
                log,
                expected=block.hash,
                actual=log.block_hash,
            )

    def _block(self, log: Log) -> Block:
        if log.block_number not in self._blocks:
            self._blocks[log.block_number] = self._chain.block(log.block_number)
        return self._blocks[log.block_number]


def _audited(
    chain: Chain,
    names: Mapping[Address, str],
    first: int,
    last: int,
    findings: list[Finding],
    progress: Progress | None,
) -> list[Log]:
    """The logs that count into the heads."""
    blocks = last - first + 1
    done = 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress("logs", done, blocks)

    logs = chain.logs(list(names), from_block=first, to_block=last, progress=report)
    ordered = in_order(logs, names, first, last, findings)
    return [log for log in ordered if events.is_audited(names[log.address], log)]


def _reaches(logs: Sequence[Log], address: Address, head: Hash32) -> bool:
    return events.replay_head([log for log in logs if log.address == address]) == head


def _incomplete(name: str, address: Address, head: Hash32, logs: Sequence[Log]) -> Finding:
    return found(
        Kind.LOGS_INCOMPLETE,
        f"the {len(logs)} logs that the node gave of {name} do not lead to its head of {head_count(head)}: "
        "some are missing, altered or out of order; ask another node",
        contract=address,
        expected=head,
        actual=events.replay_head(logs),
    )


def _decoded(logs: Iterable[Log], names: Mapping[Address, str], findings: list[Finding]) -> Iterator[Event]:
    kinds = {
        (address, events.topic_of(kind)): kind for address, name in names.items() for kind in _EVENTS[name]
    }
    for log in logs:
        kind = kinds.get((log.address, log.topics[0])) if log.topics else None
        try:
            if kind is None:
                raise ValueError("an unknown event")
            yield events.decode(kind, log)
        except (ValueError, InputError) as error:
            name = names[log.address]
            findings.append(found(Kind.LOG_MALFORMED, f"{name} logged what cannot be read: {error}", log))
