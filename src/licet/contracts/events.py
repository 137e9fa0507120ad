"""What the contracts log, as dataclasses; each knows where it was logged."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from licet.chain.artifacts import artifact
from licet.chain.client import Chain, Log
from licet.errors import InputError, UnexpectedAnswer
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.order import Order
from licet.rights.registration import Origin
from licet.rights.uses import Use
from licet.trees.hashing import roll_head
from licet.trees.sums import SumNode, SumProof
from licet.types import ZERO_HASH, Address, Hash32, hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event; `log` says where it stands."""

    CONTRACT: ClassVar[str]
    log: Log


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRegistered(Event):
    """A deed was made out."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    registrant: Address
    content: Hash32
    works: int
    document_hash: Hash32
    uri: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Lineage:
    """One parent of a derivative: the license it is made under, and the share that was proven to it.

    Attributes:
        license_id: the license.
        asset_id: what it is of.
        royalty_bps: what it asks, basis points.
        payee: who holds the share in the derivative's split; the zero address where none is asked.
        proof: of the share.
    """

    license_id: Hash32
    asset_id: Hash32
    royalty_bps: int
    payee: Address
    proof: SumProof


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivativeRegistered(Event):
    """A deed was made out for a work made from others, or under others' licenses."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    vault: Address
    split: Hash32
    uses: Use
    parents_until: int
    parents: tuple[Lineage, ...]
    sources: tuple[Hash32, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentsRefreshed(Event):
    """A derivative's parents' licenses were looked at again."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    lineage: Hash32
    parents_until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedFlagged(Event):
    """A dispute changed a deed's flags."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    case_id: int
    flags: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultPinned(Event):
    """A deed's holder named the vault of its resale royalties."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    vault: Address
    resale_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersCancelled(Event):
    """A holder voided all standing offers on an asset."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    holder: Address
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusiveGranted(Event):
    """An exclusive license was sold; `until` in unix seconds."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    asset_id: Hash32
    license_id: Hash32
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeedTransferred(Event):
    """A deed changed hands, or was made out (`sender` zero)."""

    CONTRACT: ClassVar[str] = "AssetRegistry"
    sender: Address
    receiver: Address
    asset_id: Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold(Event):
    """Licenses were sold: `quantity` of them, the first of which is `license_id`."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    license_id: Hash32
    asset_id: Hash32
    licensee: Address
    payer: Address
    salt: Hash32
    quantity: int
    offer: Offer
    signature: bytes

    @property
    def order(self) -> Order:
        """What the buyer asked for, and got.

        Raises:
            InputError: no such order can have been sold: its quantity is 0, or too large.
        """
        return Order(self.offer, self.signature, self.licensee, self.salt, self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPublished(Event):
    """A licensor put an offer on chain."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    offer_hash: Hash32
    asset_id: Hash32
    licensor: Address
    offer: Offer
    conditions: Conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCancelled(Event):
    """A licensor ended the sale on an offer."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    offer_hash: Hash32
    asset_id: Hash32
    licensor: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed(Event):
    """A subscription was renewed, and paid for again."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    license_id: Hash32
    asset_id: Hash32
    offer_hash: Hash32
    payer: Address
    payee: Address
    currency: Address
    amount: int
    expires: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked(Event):
    """A license was revoked for a cause; the refund went to the vault of its holder."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    license_id: Hash32
    asset_id: Hash32
    cause: int
    holder: Address
    payer: Address
    vault: Address
    currency: Address
    refund: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sublicensed(Event):
    """A licensee granted a sublicense."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    license_id: Hash32
    parent_id: Hash32
    licensee: Address
    uses: Use
    expires: int
    salt: Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAppointed(Event):
    """A licensor let an agent act for them through `until`."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    licensor: Address
    agent: Address
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Event):
    """A license's terms were shown."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    license_id: Hash32
    asset_id: Hash32
    payee: Address
    resale_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseTransferred(Event):
    """A license changed hands, or was sold (`sender` zero)."""

    CONTRACT: ClassVar[str] = "LicenseToken"
    sender: Address
    receiver: Address
    license_id: Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPublished(Event):
    """Somebody said who shares in a vault: the payees themselves, or the document that has them."""

    CONTRACT: ClassVar[str] = "RoyaltyVaultFactory"
    vault: Address
    root: Hash32
    document_hash: Hash32
    salt: Hash32
    uri: str
    payees: tuple[tuple[Address, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed(Event):
    """A vault paid a payee; `log.address` is the vault, `token` zero for the native coin."""

    CONTRACT: ClassVar[str] = "RoyaltyVault"
    token: Address
    payee: Address
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected(Event):
    """A payee had a claim sent to another address; `log.address` is the vault."""

    CONTRACT: ClassVar[str] = "RoyaltyVault"
    token: Address
    payee: Address
    receiver: Address


_E = TypeVar("_E", bound=Event)

# Where an event is not spelled as its class, or its arguments not as its attributes.
_SOLIDITY_NAMES: dict[type[Event], str] = {DeedTransferred: "Transfer", LicenseTransferred: "Transfer"}
_ATTRIBUTES: dict[str, str] = {
    "assetId": "asset_id",
    "licenseId": "license_id",
    "offerHash": "offer_hash",
    "documentHash": "document_hash",
    "parentsUntil": "parents_until",
    "caseId": "case_id",
    "resaleBps": "resale_bps",
    "parentId": "parent_id",
    "from": "sender",
    "to": "receiver",
}
# What gives no right, or only tells wallets to look again.
_UNAUDITED = frozenset(("Approval", "ApprovalForAll", "Locked", "MetadataUpdate"))


def topic_of(kind: type[Event]) -> bytes:
    """The first topic of an event's logs."""
    return artifact(kind.CONTRACT).abi.topic(_SOLIDITY_NAMES.get(kind, kind.__name__))


def decode(kind: type[_E], log: Log) -> _E:
    """The event that a log is.

    Raises:
        ValueError: the log is none of this kind.
        InputError: an offer in it is none that the contract can have sold on.
    """
    decoded = artifact(kind.CONTRACT).abi.decode_log(log.topics, log.data)
    if decoded is None or log.topics[0] != topic_of(kind):
        raise ValueError(f"log {log.index} of block {log.block_number} is no {kind.__name__}")
    return kind(log=log, **{_attribute(kind, name): _value(name, v) for name, v in decoded[1].items()})


def find(kind: type[_E], logs: Iterable[Log]) -> list[_E]:
    """The events of one kind among some logs, whoever logged them."""
    return [decode(kind, log) for log in logs if log.topics and log.topics[0] == topic_of(kind)]


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
    """Whether a log counts into its contract's rolling head: all do but approvals and hints for wallets."""
    if not log.topics:
        return True
    entry = artifact(contract).abi.events.get(log.topics[0])
    return entry is None or entry.name not in _UNAUDITED


def replay_head(logs: Sequence[Log]) -> Hash32:
    """The rolling head that audited logs lead to, from the contract's first one on."""
    head = ZERO_HASH
    for log in logs:
        head = roll_head(head, log.topics, log.data)
    return head


def _attribute(kind: type[Event], name: str) -> str:
    if name == "id":
        return "asset_id" if kind is DeedTransferred else "license_id"
    return _ATTRIBUTES.get(name, name)


def _value(name: str, value: Any) -> Any:
    if name == "offer":
        return Offer.from_abi(value)
    if name == "id":
        return hash32(value.to_bytes(32))  # ERC-721 speaks of ids as numbers
    if name == "conditions":
        return Conditions.from_abi(value)
    if name == "origin":
        return Origin(value)
    if name == "uses":
        return Use(value)
    if name == "parents":
        return tuple(_lineage(entry) for entry in value)
    if name == "sources":
        return tuple(value)
    if name == "payees":
        return tuple((entry["payee"], entry["share"]) for entry in value)
    return value


def _lineage(entry: dict[str, Any]) -> Lineage:
    share = entry["share"]
    siblings = tuple(SumNode(node["hash"], node["sum"]) for node in share["siblings"])
    proof = SumProof(share["share"], siblings, share["sides"])
    return Lineage(entry["licenseId"], entry["assetId"], entry["royaltyBps"], share["payee"], proof)
