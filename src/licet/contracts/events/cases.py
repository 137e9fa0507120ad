"""What the statement escrow and the dispute desk log of their cases, both in the same words."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.cases import Status
from licet.contracts.events.base import Event
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(Event):
    """A case came to its end; its bond is owed to `bond_to`."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    case_id: int
    subject: Hash32
    status: Status
    bond_to: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedWithdrawn(Event):
    """What was owed to somebody, in wei, was paid to them."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    receiver: Address
    amount: int
    caller: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceShown(Event):
    """Somebody showed evidence in a case (ERC-1497)."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    arbitrator: Address
    case_id: int
    party: Address
    evidence_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeRaised(Event):
    """A case was brought before the arbitrator, who numbers it `dispute_id` (ERC-1497)."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    arbitrator: Address
    dispute_id: int
    meta_evidence_id: int
    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled(Event):
    """The arbitrator ruled (ERC-792)."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    arbitrator: Address
    dispute_id: int
    ruling: int
