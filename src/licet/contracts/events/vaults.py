"""What the vaults and their factory log."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.events.base import Event
from licet.types import Address, Hash32


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
