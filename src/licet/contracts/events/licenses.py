"""What the license token logs."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.events.base import Event
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.types import Address, Hash32


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
