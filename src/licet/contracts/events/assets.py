"""What the asset registry logs."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.events.base import Event
from licet.rights.registration import Origin
from licet.rights.uses import Use
from licet.trees.sums import SumProof
from licet.types import Address, Hash32


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
