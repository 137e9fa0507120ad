"""Logs, read as events; and which of them count into a contract's rolling head."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

from licet.chain.client import Chain, Log, Receipt
from licet.chain.compiled.abi import Entry
from licet.chain.compiled.artifacts import artifact
from licet.contracts.cases import Status
from licet.contracts.events.assets import DeedTransferred, Lineage
from licet.contracts.events.base import Event
from licet.contracts.events.cases import DisputeRaised, EvidenceShown, OwedWithdrawn, Ruled
from licet.contracts.events.licenses import LicenseTransferred
from licet.contracts.events.usage import DepositWithdrawn, ReporterAdmitted, UsageAnchored
from licet.errors import InputError, UnexpectedAnswer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.registration import Origin
from licet.rights.statement import Statement
from licet.rights.uses import Use
from licet.trees.hashing import roll_head
from licet.trees.sums import SumNode, SumProof
from licet.types import ZERO_HASH, Address, Hash32, hash32

_E = TypeVar("_E", bound=Event)

# Where an event is not spelled as its class.
_SOLIDITY_NAMES: Final[Mapping[type[Event], str]] = {
    DeedTransferred: "Transfer",
    LicenseTransferred: "Transfer",
    DepositWithdrawn: "Withdrawn",
    OwedWithdrawn: "Withdrawn",
    EvidenceShown: "Evidence",
    DisputeRaised: "Dispute",
    Ruled: "Ruling",
}
# Where an argument is not spelled as its attribute, but for capitals: in all events, and in some.
_ATTRIBUTES: Final[Mapping[str, str]] = {
    "from": "sender",
    "to": "receiver",
    "sha256Hash": "sha256",
    "_evidenceGroupID": "case_id",
    "_evidence": "evidence_uri",
}
_OWN_ATTRIBUTES: Final[Mapping[tuple[type[Event] | None, str], str]] = {
    (DeedTransferred, "id"): "asset_id",
    (LicenseTransferred, "id"): "license_id",
    (UsageAnchored, "from"): "since",
    (ReporterAdmitted, "conditions"): "conditions_hash",
}
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# What gives no right, only tells wallets to look again, or repeats a log in words of ERC-792 and ERC-1497.
_UNAUDITED: Final = frozenset(
    ("Approval", "ApprovalForAll", "Locked", "MetadataUpdate", "MetaEvidence", "Dispute", "Ruling")
)


def topic_of(kind: type[Event]) -> bytes:
    """The first topic of an event's logs."""
    return _spelling(kind).topic


def decode(kind: type[_E], log: Log) -> _E:
    """The event that a log is.

    Raises:
        ValueError: the log is none of this kind.
        InputError: an offer or a statement in it is none that the contract can have taken.
    """
    spelling = _SPELLINGS.get(kind) or _spelling(kind)
    ours = log.topics and log.topics[0] == spelling.topic
    decoded = spelling.entry.decode_log(log.topics, log.data) if ours else None
    if decoded is None:
        raise ValueError(f"log {log.index} of block {log.block_number} is no {kind.__name__}")
    for place, read in spelling.readers:
        decoded[place] = read(decoded[place])
    return kind(log=log, **dict(zip(spelling.attributes, decoded, strict=True)))


def find(kind: type[_E], logs: Iterable[Log]) -> list[_E]:
    """The events of one kind among some logs, whoever logged them."""
    return [decode(kind, log) for log in logs if log.topics and log.topics[0] == topic_of(kind)]


def logged(kind: type[_E], receipt: Receipt, contract: Address) -> _E:
    """The event that a transaction has made a contract log; its first, if there are several.

    Raises:
        UnexpectedAnswer: the node's receipt has none.
    """
    for event in find(kind, [log for log in receipt.logs if log.address == contract]):
        return event
    raise UnexpectedAnswer(f"transaction {receipt.tx_hash} succeeded, but its receipt has no {kind.__name__}")


def read(
    chain: Chain,
    kind: type[_E],
    addresses: Sequence[Address],
    topics: Sequence[Sequence[str] | str | None] = (),
    *,
    from_block: int,
    to_block: int | None = None,
    progress: Callable[[int], None] | None = None,
    skip_unreadable: bool = False,
) -> Iterator[_E]:
    """The events of one kind that some contracts logged, in order.

    Args:
        chain: where to ask.
        kind: which events.
        addresses: the contracts.
        topics: filters for the indexed arguments, in their order (`log_topic` spells them).
        from_block: the first block.
        to_block: the last block; the newest if not given.
        progress: called with the number of blocks read since the last call.
        skip_unreadable: leave out events whose offer Licet cannot represent, as with a URI that is not UTF-8.

    Raises:
        UnexpectedAnswer: the node gives logs that were not asked for.
        InputError: an offer cannot be represented.
    """
    wanted = ["0x" + topic_of(kind).hex(), *topics]
    for log in chain.logs(addresses, wanted, from_block=from_block, to_block=to_block, progress=progress):
        try:
            event = decode(kind, log)
        except ValueError as error:
            raise UnexpectedAnswer(f"the node at {chain.url} gives logs not asked for: {error}") from error
        except InputError:
            if skip_unreadable:
                continue
            raise
        yield event


def is_audited(contract: str, log: Log) -> bool:
    """Whether a log counts into its contract's rolling head; approvals and hints for wallets do not."""
    return not log.topics or log.topics[0] not in unaudited(contract)


@cache
def unaudited(contract: str) -> frozenset[bytes]:
    """The first topics of what a contract logs and does not count into its head."""
    entries = artifact(contract).abi.events.items()
    return frozenset(topic for topic, entry in entries if entry.name in _UNAUDITED)


def replay_head(logs: Sequence[Log]) -> Hash32:
    """The rolling head that audited logs lead to, from the contract's first one on."""
    head = ZERO_HASH
    for log in logs:
        head = roll_head(head, log.topics, log.data)
    return head


def attribute(kind: type[Event] | None, name: str) -> str:
    """The name that an argument of the contract's has in Python, in an event of this kind, or of none."""
    own = _OWN_ATTRIBUTES.get((kind, name)) or _ATTRIBUTES.get(name)
    return own or _HUMP.sub("_", name.removeprefix("_")).lower()


@dataclass(frozen=True, slots=True)
class _Spelling:
    """An event in the interface that has it: its arguments' attributes, and which of them are read how."""

    entry: Entry
    topic: bytes
    attributes: Sequence[str]
    readers: Sequence[tuple[int, Callable[[Any], Any]]]


# No `cache`: to mypy, a class of events is not hashable.
_SPELLINGS: Final[dict[type[Event], _Spelling]] = {}


def _spelling(kind: type[Event]) -> _Spelling:
    if kind not in _SPELLINGS:
        abi = artifact(kind.CONTRACT).abi
        topic = abi.topic(_SOLIDITY_NAMES.get(kind, kind.__name__))
        names = [attribute(kind, p.name) for p in abi.events[topic].inputs]
        readers = [(i, _READERS[name]) for i, name in enumerate(names) if name in _READERS]
        _SPELLINGS[kind] = _Spelling(abi.events[topic], topic, names, readers)
    return _SPELLINGS[kind]


def _id(value: int | Hash32) -> Hash32:
    """ERC-721 speaks of ids as numbers."""
    return hash32(value.to_bytes(32)) if isinstance(value, int) else value


def _offer(members: Mapping[str, Any]) -> Offer:
    return _made(tuple(members.items()))


@lru_cache(maxsize=1 << 14)
def _made(members: tuple[tuple[str, Any], ...]) -> Offer:
    """One offer may be sold on a million times."""
    return Offer.from_abi(dict(members))


def _lineage(entry: Mapping[str, Any]) -> Lineage:
    share = entry["share"]
    siblings = tuple(SumNode(node["hash"], node["sum"]) for node in share["siblings"])
    proof = SumProof(share["share"], siblings, share["sides"])
    return Lineage(entry["licenseId"], entry["assetId"], entry["royaltyBps"], share["payee"], proof)


# How an attribute is made from what the log has.
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "asset_id": _id,
    "license_id": _id,
    "offer": _offer,
    "conditions": Conditions.from_abi,
    "statement": Statement.from_abi,
    "origin": Origin,
    "status": Status,
    "uses": Use,
    "parents": lambda entries: tuple(map(_lineage, entries)),
    "payees": lambda entries: tuple((entry["payee"], entry["share"]) for entry in entries),
}
