"""The history of a deployment: its contracts' logs in the chain's order, proven complete by their heads."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from licet.auditor.findings import Finding, Kind, found
from licet.chain.client import Block, Chain, Log
from licet.contracts import Contracts, events
from licet.contracts.events import Event, Ruled
from licet.errors import InputError
from licet.trees.hashing import head_count
from licet.types import Address, Hash32

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the step's name, how much of it is done, and how much there is."""

_OF_CASES: Final = (events.CaseClosed, events.OwedWithdrawn, events.EvidenceShown)
_EVENTS: Final[Mapping[str, tuple[type[Event], ...]]] = {
    "AssetRegistry": (
        events.DeedTransferred,
        events.AssetRegistered,
        events.DerivativeRegistered,
        events.ParentsRefreshed,
        events.DeedFlagged,
        events.VaultPinned,
        events.OffersCancelled,
        events.ExclusiveGranted,
    ),
    "LicenseToken": (
        events.LicenseTransferred,
        events.Sold,
        events.OfferPublished,
        events.OfferCancelled,
        events.Renewed,
        events.Revoked,
        events.Sublicensed,
        events.AgentAppointed,
        events.Pin,
    ),
    "RoyaltyVaultFactory": (events.SplitPublished,),
    "UsageLedger": (
        events.UsageAnchored,
        events.ReporterNamed,
        events.ReporterAdmitted,
        events.AccountOpened,
        events.Deposited,
        events.Settled,
        events.AccountClosing,
        events.DepositWithdrawn,
    ),
    "StatementEscrow": (
        events.StatementPublished,
        events.StatementContested,
        events.StatementReleased,
        *_OF_CASES,
    ),
    "DisputeDesk": (
        events.AssetDisputed,
        events.WorkDisputed,
        events.LicenseDisputed,
        events.CounterBonded,
        events.EscrowReleased,
        *_OF_CASES,
    ),
}

_MAY_BE_OLDER: Final = frozenset(("RoyaltyVaultFactory", "UsageLedger", "StatementEscrow"))
"""What may stand, and be used, before the registry that names it."""

_E = TypeVar("_E", bound=Event)


@dataclass(frozen=True, slots=True)
class History:
    """What the contracts of a deployment logged up to a block.

    Attributes:
        first_block: nothing of the deployment is older.
        logs: how many logs there are, those that nobody can read included.
        events: all others, in the chain's order.
        rulings: what was logged of the arbitrator's rulings, which no head counts; by contract, transaction
            and place in the block.
        complete: whether every head was reached: only then can anything be concluded.
    """

    first_block: int
    logs: int
    events: tuple[Event, ...]
    rulings: Mapping[Address, Mapping[tuple[Hash32, int], Ruled]]
    complete: bool

    def of(self, kind: type[_E]) -> Iterator[_E]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))


def read_history(
    contracts: Contracts, at: Block, findings: list[Finding], progress: Progress | None = None
) -> History:
    """Reads the history up to a block; what is wrong with it goes into `findings`."""
    deployment = contracts.deployment
    audited = (
        contracts.assets,
        contracts.licenses,
        contracts.vaults,
        contracts.usage,
        contracts.statements,
        contracts.disputes,
    )
    heads = {contract.address: contract.head(at.number) for contract in audited}
    names = dict(zip(heads, _EVENTS, strict=True))
    logs = _read_logs(contracts.chain, names, deployment.block, at.number, findings, progress)
    reached = {address: _head(logs, names[address], address) for address in heads}
    first_block = deployment.block
    older = {
        address: names[address]
        for address in heads
        if names[address] in _MAY_BE_OLDER and reached[address] != heads[address]
    }
    if deployment.block and older:
        logs = _read_logs(contracts.chain, older, 0, deployment.block - 1, findings, None) + logs
        reached |= {address: _head(logs, names[address], address) for address in older}
        first_block = 0
    rulings = _rulings(logs, deployment.dispute_desk, deployment.statement_escrow)
    logs = [log for log in logs if events.is_audited(names[log.address], log)]
    incomplete = [
        _incomplete(names[address], address, head, reached[address])
        for address, head in heads.items()
        if reached[address] != head
    ]
    findings += incomplete
    decoded = tuple(_decoded(logs, names, findings))
    return History(first_block, len(logs), decoded, rulings, not incomplete)


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


def _read_logs(
    chain: Chain,
    names: Mapping[Address, str],
    first: int,
    last: int,
    findings: list[Finding],
    progress: Progress | None,
) -> list[Log]:
    """The logs of some contracts, those included that do not count into the heads."""
    blocks = last - first + 1
    done = 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        if progress is not None:
            progress("logs", done, blocks)

    logs = chain.logs(list(names), from_block=first, to_block=last, progress=report)
    return in_order(logs, names, first, last, findings)


def _head(logs: Iterable[Log], name: str, address: Address) -> Hash32:
    """The head that a contract's logs lead to."""
    own = [log for log in logs if log.address == address and events.is_audited(name, log)]
    return events.replay_head(own)


def _rulings(logs: Iterable[Log], *contracts: Address) -> dict[Address, dict[tuple[Hash32, int], Ruled]]:
    """The rulings among some logs, by contract and place."""
    topic = events.topic_of(Ruled)
    rulings: dict[Address, dict[tuple[Hash32, int], Ruled]] = {address: {} for address in contracts}
    for log in logs:
        if log.address in rulings and log.topics and log.topics[0] == topic:
            with contextlib.suppress(ValueError):
                rulings[log.address][log.tx_hash, log.index] = events.decode(Ruled, log)
    return rulings


def _incomplete(name: str, address: Address, head: Hash32, reached: Hash32) -> Finding:
    return found(
        Kind.LOGS_INCOMPLETE,
        f"the {head_count(reached)} logs that the node gave of {name} do not lead to its head of "
        f"{head_count(head)}: some are missing, altered or out of order; ask another node",
        contract=address,
        expected=head,
        actual=reached,
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
