"""Offers: immutable terms on which licenses of an asset are sold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Self, cast

from licet.errors import DocumentInvalid, InputError
from licet.rights.conditions import STRUCT as CONDITIONS
from licet.rights.conditions import Conditions
from licet.rights.registration import asset_id
from licet.rights.typed_data import Member, Struct, new_salt, signing_digest
from licet.rights.uses import Use
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes, hash32, hash_bytes

__all__ = ["Kind", "Offer", "asset_id", "license_id", "new_salt"]

_STRUCT = Struct(
    "Offer",
    Member("licensor", "address", "licensor"),
    Member("assetId", "bytes32", "asset_id"),
    Member("epoch", "uint32", "epoch"),
    Member("payee", "address", "payee"),
    Member("currency", "address", "currency"),
    Member("price", "uint256", "price"),
    Member("uses", "uint32", "uses"),
    Member("termsHash", "bytes32", "terms_hash"),
    Member("termsURI", "string", "terms_uri"),
    Member("start", "uint40", "start"),
    Member("end", "uint40", "end"),
    Member("duration", "uint32", "duration"),
    Member("supply", "uint32", "supply"),
    Member("kind", "uint8", "kind"),
    Member("exclusive", "bool", "exclusive"),
    Member("transferable", "bool", "transferable"),
    Member("conditions", "bytes32", "conditions", CONDITIONS),
)


class Kind(IntEnum):
    """How a license is paid for."""

    SALE = 0
    """The price, once."""
    FREE = 1
    """Nothing; the only kind with a price of 0."""
    SUBSCRIPTION = 2
    """The price, for each duration: it can be renewed."""
    METERED = 3
    """The price for each unit used, from a deposit; nothing at the sale."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Immutable terms; EIP-712 type `Offer`. Any instance passes the contract's own checks of terms.

    Attributes:
        licensor: holder of the deed, who signs.
        asset_id: the asset licensed.
        epoch: the deed's epoch when the offer was made.
        payee: who receives the price, as a rule a royalty vault, deployed or not.
        currency: ERC-20 token of the price; the zero address for the native coin.
        price: in the currency's smallest unit, for what `kind` says; 0 only where it is free.
        uses: what the license permits; not empty.
        terms_hash: SHA-256 of the rights document.
        terms_uri: where that document is, at most 1,024 bytes.
        start: first second of the sale, unix.
        end: last second of the sale, unix; 0 for no end.
        duration: seconds that a license runs from its sale; 0 for perpetual.
        supply: how many licenses may be sold on this offer; 0 for any number.
        kind: how a license is paid for.
        exclusive: no other license of the asset is sold while this one runs.
        transferable: whether a licensee may transfer the license.
        conditions: struct hash of the offer's `Conditions`, which tells offers with equal terms apart.
    """

    licensor: Address
    asset_id: Hash32
    epoch: int
    payee: Address
    currency: Address
    price: int
    uses: Use
    terms_hash: Hash32
    terms_uri: str
    conditions: Hash32
    start: int = 0
    end: int = 0
    duration: int = 0
    supply: int = 0
    kind: Kind = Kind.SALE
    exclusive: bool = False
    transferable: bool = False
    _hash: Hash32 | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _STRUCT.normalize(self)
        object.__setattr__(self, "uses", Use(self.uses))
        if not self.uses:
            raise InputError("an offer must permit at least one use")
        if self.kind not in tuple(Kind):
            raise InputError(f"{self.kind} is no kind of license: 0 to {max(Kind)} are known")
        object.__setattr__(self, "kind", Kind(self.kind))
        if (self.kind == Kind.FREE) != (self.price == 0):
            raise InputError(
                f"the price is {self.price} and the kind {self.kind.name.lower()}: "
                "a price of 0 must be marked free, and no other"
            )
        if self.kind == Kind.SUBSCRIPTION and not self.duration:
            raise InputError("a subscription needs a duration: what is perpetual is never renewed")
        if self.kind == Kind.METERED and self.transferable:
            raise InputError("a metered license is not transferable: its licensee's deposit pays for it")

    def check_new(self) -> None:
        """Refuses what the contract would take but nobody should offer.

        Not part of construction, so that whatever somebody published on chain can be read.

        Raises:
            InputError: the sale ends before it starts, or the payee is the zero address.
        """
        if self.end and self.end <= self.start:
            raise InputError(f"the sale ends at {self.end}, not after its start at {self.start}")
        if self.payee == ZERO_ADDRESS:
            raise InputError("the payee is the zero address: the price would be lost")

    def struct_hash(self) -> Hash32:
        """The offer's identity: its EIP-712 struct hash, without a domain."""
        if self._hash is None:  # hashing takes longer than all else that a sale is checked for
            object.__setattr__(self, "_hash", _STRUCT.hash(self))
        return cast(Hash32, self._hash)

    def digest(self, chain_id: int, license_token: Address) -> Hash32:
        """What the licensor signs."""
        return signing_digest(self.struct_hash(), chain_id, license_token)

    def typed_data(self, chain_id: int, license_token: Address, conditions: Conditions) -> dict[str, Any]:
        """The EIP-712 message for wallets and eth-account, with the conditions in full.

        Raises:
            InputError: they are not the offer's.
        """
        self.check_conditions(conditions)
        return _STRUCT.typed_data(self, chain_id, license_token, conditions=conditions.to_json())

    def check_conditions(self, conditions: Conditions) -> None:
        """Makes sure that these are the offer's conditions.

        Raises:
            InputError: they have another hash.
        """
        if conditions.struct_hash() != self.conditions:
            raise InputError(
                f"these conditions have the hash {conditions.struct_hash()}, the offer's {self.conditions}: "
                "take those that came with the offer"
            )

    def to_abi(self) -> dict[str, Any]:
        """The members by their Solidity names, as a contract takes them."""
        return _STRUCT.to_abi(self)

    @classmethod
    def from_abi(cls, members: Mapping[str, Any]) -> Self:
        """The offer that a contract logged.

        Raises:
            InputError: no contract of Licet can have logged it.
        """
        return cls(**_STRUCT.from_abi(members))

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the names of the EIP-712 type; integers are decimal strings."""
        return _STRUCT.to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            DocumentInvalid: a member is missing, unknown, of another type or out of range.
        """
        try:
            return cls(**_STRUCT.from_json(data))
        except InputError as error:
            raise DocumentInvalid(f"not a valid offer: {error}") from error


def license_id(offer_hash: Hash32, licensee: Address, salt: Hash32 = ZERO_HASH) -> Hash32:
    """keccak256(abi.encode(offerHash, licensee, salt)): the id of the license that this sale gives."""
    return hash32(keccak(hash_bytes(offer_hash) + bytes(12) + address_bytes(licensee) + hash_bytes(salt)))
