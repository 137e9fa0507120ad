"""The history of a deployment: its contracts' logs in the chain's order, proven complete by their heads."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from licet.auditor.evidence.records import Records
from licet.auditor.findings import Finding, Kind, found
from licet.chain.client import Block, Log
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment
from licet.chain.state.reading import StateReader
from licet.contracts import events
from licet.contracts.events import Event, Ruled
from licet.errors import InputError
from licet.index.events.kinds import CONTRACTS, MAY_BE_OLDER, addresses
from licet.trees.hashing import head_count, roll_raw_head
from licet.types import Address, Hash32, hash32

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


@dataclass(frozen=True, slots=True)
class History:
    """What the contracts of a deployment logged up to a block.

    Attributes:
        first_block: nothing of the deployment is older.
        logs: how many logs count into the heads.
        rulings: what was logged of the arbitrator's rulings, which no head counts; by contract, transaction
            and place in the block.
        complete: whether every head was reached: only then can anything be concluded.
    """

    first_block: int
    logs: int
    rulings: Mapping[Address, Mapping[tuple[Hash32, int], Ruled]]
    complete: bool
    _read: Iterable[Log]
    _names: Mapping[Address, str]

    def events(self, findings: list[Finding]) -> Iterator[Event]:
        """All that counts, in the chain's order; what nobody can read goes into `findings`."""
        kinds = {
            (address, events.topic_of(kind)): kind
            for address, name in self._names.items()
            for kind in _EVENTS[name]
        }
        unaudited = _unaudited(self._names)
        for log in self._read:
            topic = log.topics[0] if log.topics else b""
            if topic in unaudited[log.address]:
                continue
            kind = kinds.get((log.address, topic))
            try:
                if kind is None:
                    raise ValueError("an unknown event")
                yield events.decode(kind, log)
            except (ValueError, InputError) as error:
                message = f"{self._names[log.address]} logged what cannot be read: {error}"
                findings.append(found(Kind.LOG_MALFORMED, message, log))


def read_history(
    deployment: Deployment, records: Records, state: StateReader, at: Block, findings: list[Finding]
) -> History:
    """Reads the history up to a block, with its state; what is wrong with it goes into `findings`."""
    names = dict(zip(addresses(deployment), CONTRACTS, strict=True))
    places = [(address, artifact(name).layout.variables["head"]) for address, name in names.items()]
    words = (hash32(word.to_bytes(32)) for word in state.words(places))
    heads = dict(zip(names, words, strict=True))
    first = deployment.block if records.first_block is None else records.first_block
    logs = records.deployment(names, first, at.number, findings)
    reached = _Reached(logs, names)
    older = {
        address: name
        for address, name in names.items()
        if name in MAY_BE_OLDER and reached.heads[address] != heads[address]
    }
    if records.first_block is None and first and older:
        before = records.deployment(older, 0, first - 1, findings)
        logs, first = [*before, *logs], 0
        reached = _Reached(logs, names)
    incomplete = [
        _incomplete(names[address], address, head, reached.heads[address])
        for address, head in heads.items()
        if reached.heads[address] != head
    ]
    findings += incomplete
    rulings = {
        address: reached.rulings.get(address, {})
        for address in (deployment.dispute_desk, deployment.statement_escrow)
    }
    return History(first, reached.logs.total(), rulings, not incomplete, logs, names)


class Clock:
    """The times of logs: of the blocks that they are in."""

    def __init__(self, records: Records) -> None:
        self._records: Final = records

    def time(self, log: Log) -> int:
        """When a log was written, unix seconds."""
        return self._records.block(log.block_number).timestamp

    def check(self, log: Log) -> Iterator[Finding]:
        """Yields whether a log says that it is of another block than the chain has."""
        block = self._records.block(log.block_number)
        if block.hash != log.block_hash:
            yield found(
                Kind.LOGS_INCONSISTENT,
                f"the node gave a log of another block {log.block_number} than the chain's",
                log,
                expected=block.hash,
                actual=log.block_hash,
            )


class _Reached:
    """What some logs lead to: each contract's head, how many logs count into it, and the rulings."""

    def __init__(self, logs: Iterable[Log], names: Mapping[Address, str]) -> None:
        raw = dict.fromkeys(names, bytes(32))
        self.logs: Final[Counter[Address]] = Counter()
        self.rulings: Final[dict[Address, dict[tuple[Hash32, int], Ruled]]] = {}
        unaudited, ruled = _unaudited(names), events.topic_of(Ruled)
        for log in logs:
            topic = log.topics[0] if log.topics else b""
            if topic not in unaudited[log.address]:
                raw[log.address] = roll_raw_head(raw[log.address], b"".join(log.topics), log.data)
                self.logs[log.address] += 1
            elif topic == ruled:
                with contextlib.suppress(ValueError):
                    own = self.rulings.setdefault(log.address, {})
                    own[log.tx_hash, log.index] = events.decode(Ruled, log)
        self.heads: Final = {address: hash32(head) for address, head in raw.items()}


def _unaudited(names: Mapping[Address, str]) -> dict[Address, frozenset[bytes]]:
    """The topics of what counts into no head, by contract."""
    return {address: events.unaudited(name) for address, name in names.items()}


def _incomplete(name: str, address: Address, head: Hash32, reached: Hash32) -> Finding:
    return found(
        Kind.LOGS_INCOMPLETE,
        f"the {head_count(reached)} logs that were given of {name} do not lead to its head of "
        f"{head_count(head)}: some are missing, altered or out of order; ask another node",
        contract=address,
        expected=head,
        actual=reached,
    )
