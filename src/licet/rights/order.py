"""Orders: what a buyer asks for, and the licenses that follow from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from licet.errors import InputError
from licet.rights.offer import Kind, Offer, license_id
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, address_bytes, hash32, hash_bytes

MAX_QUANTITY: Final = 100
"""The most licenses (seats) in one order, and the most orders in one basket."""

# The selector of `buyWithAuthorization`; a test compares it with the interface.
_ACTION: Final = bytes.fromhex("84524d8f")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a license's id is the hash of; whoever shows it proves the license's terms."""

    offer: Offer
    licensee: Address
    salt: Hash32

    @property
    def license_id(self) -> Hash32:
        """The id of the license."""
        return license_id(self.offer.struct_hash(), self.licensee, self.salt)

    def to_abi(self) -> tuple[Any, ...]:
        """The grant as the contracts take it."""
        return self.offer.to_abi(), self.licensee, self.salt


@dataclass(frozen=True, slots=True)
class Authorization:
    """A signed EIP-3009 authorization; amount, receiver and nonce are known from where it is used.

    Attributes:
        payer: who signed it, and pays.
        valid_after: unix second after which it can be used.
        valid_before: unix second from which it is void.
        v: of the signature, as r and s.
    """

    payer: Address
    valid_after: int
    valid_before: int
    v: int
    r: Hash32
    s: Hash32


@dataclass(frozen=True, slots=True)
class Order:
    """What a buyer asks for: exactly this offer, or nothing.

    Attributes:
        offer: the terms.
        signature: the licensor's; empty where the offer is published on chain.
        licensee: who receives the licenses.
        salt: tells several purchases on one offer apart; seat i has the salt plus i.
        quantity: how many licenses (seats), 1 to `MAX_QUANTITY`; the price is paid for each.
    """

    offer: Offer
    signature: bytes
    licensee: Address
    salt: Hash32
    quantity: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.quantity <= MAX_QUANTITY:
            raise InputError(f"an order is for 1 to {MAX_QUANTITY} licenses, not {self.quantity}")

    @property
    def total(self) -> int:
        """What is paid at the sale, in the currency's smallest unit; nothing for metered licenses."""
        return 0 if self.offer.kind == Kind.METERED else self.offer.price * self.quantity

    @property
    def license_id(self) -> Hash32:
        """The id of the first license."""
        return Grant(self.offer, self.licensee, self.salt).license_id

    def license_ids(self) -> Iterator[Hash32]:
        """The ids of the licenses, seat by seat."""
        offer_hash = self.offer.struct_hash()
        return (license_id(offer_hash, self.licensee, salt) for salt in self._salts())

    def grants(self) -> Iterator[Grant]:
        """The licenses, seat by seat."""
        return (Grant(self.offer, self.licensee, salt) for salt in self._salts())

    def _salts(self) -> Iterator[Hash32]:
        first = int(self.salt, 16)
        return (hash32(((first + seat) % (1 << 256)).to_bytes(32)) for seat in range(self.quantity))

    def to_abi(self) -> tuple[Any, ...]:
        """The order as the contract takes it."""
        return self.offer.to_abi(), self.signature, self.quantity, self.licensee, self.salt

    def authorization_nonce(self, chain_id: int, license_token: Address, payer: Address) -> Hash32:
        """The nonce of an EIP-3009 authorization that pays for this order, and for nothing else.

        keccak256(abi.encode(chain id, license token, selector of `buyWithAuthorization`, first license's id,
        payer, amount, quantity)).
        """
        words = (
            chain_id.to_bytes(32),
            bytes(12) + address_bytes(license_token),
            _ACTION + bytes(28),
            hash_bytes(self.license_id),
            bytes(12) + address_bytes(payer),
            self.total.to_bytes(32),
            self.quantity.to_bytes(32),
        )
        return hash32(keccak(b"".join(words)))
