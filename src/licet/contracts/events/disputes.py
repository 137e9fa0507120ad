"""What the dispute desk logs."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.events.base import Event
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetDisputed(Event):
    """A deed is disputed by the holder of the deed `claim_id`."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    case_id: int
    asset_id: Hash32
    claimant: Address
    claim_id: Hash32
    payee: Address
    deadline: int
    evidence_hash: Hash32
    evidence_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDisputed(Event):
    """A work of a catalogue is disputed by the holder of the deed `claim_id`."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    case_id: int
    asset_id: Hash32
    claimant: Address
    sha256: Hash32
    claim_id: Hash32
    deadline: int
    evidence_hash: Hash32
    evidence_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseDisputed(Event):
    """A license is disputed by the holder of the deed that it is of."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    case_id: int
    license_id: Hash32
    claimant: Address
    asset_id: Hash32
    deadline: int
    evidence_hash: Hash32
    evidence_uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterBonded(Event):
    """A deed's holder staked a bond against a dispute of it."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    case_id: int
    asset_id: Hash32
    payer: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class EscrowReleased(Event):
    """Escrowed money, paid for `payee`, went to `receiver`."""

    CONTRACT: ClassVar[str] = "DisputeDesk"
    case_id: int
    token: Address
    receiver: Address
    payee: Address
    amount: int
