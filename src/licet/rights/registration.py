"""Registrations: a claim of title to content, made by its registrant or on the registrant's signature."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from licet.errors import InputError
from licet.rights.typed_data import Member, Struct, signing_digest
from licet.trees.hashing import keccak
from licet.types import ZERO_HASH, Address, Hash32, address_bytes, hash32, hash_bytes

_STRUCT = Struct(
    "Registration",
    Member("registrant", "address", "registrant"),
    Member("content", "bytes32", "content"),
    Member("works", "uint64", "works"),
    Member("documentHash", "bytes32", "document_hash"),
    Member("uri", "string", "uri"),
    Member("origin", "uint8", "origin"),
    Member("deadline", "uint256", "deadline"),
)


class Origin(IntEnum):
    """How a work came about, as its registrant says."""

    UNSTATED = 0
    HUMAN_MADE = 1
    AI_ASSISTED = 2
    AI_GENERATED = 3


@dataclass(frozen=True, slots=True)
class Registration:
    """What a registrant says of an asset; EIP-712 type `Registration`.

    Attributes:
        registrant: who claims the title and receives the deed.
        content: a work's SHA-256, or a catalogue's root.
        works: 0 for a single work, else the number of works in the catalogue.
        document_hash: SHA-256 of the document at `uri`; zero for none (a catalogue needs one).
        uri: where that document is, at most 1,024 bytes.
        origin: how the work came about.
        deadline: unix second after which a signature over this is void; 0 where nothing is signed.
    """

    registrant: Address
    content: Hash32
    works: int = 0
    document_hash: Hash32 = ZERO_HASH
    uri: str = ""
    origin: Origin = Origin.UNSTATED
    deadline: int = 0

    def __post_init__(self) -> None:
        _STRUCT.normalize(self)
        if self.origin not in tuple(Origin):
            raise InputError(f"{self.origin} is no origin: 0 to {max(Origin)} are known")
        object.__setattr__(self, "origin", Origin(self.origin))
        if self.content == ZERO_HASH:
            raise InputError("the content hash is zero: register a work's SHA-256 or a catalogue's root")
        if self.works and self.document_hash == ZERO_HASH:
            raise InputError(f"a catalogue of {self.works} works needs its document's hash: publish it first")

    @property
    def asset_id(self) -> Hash32:
        """The id of the deed."""
        return asset_id(self.content, self.registrant)

    def struct_hash(self) -> Hash32:
        """The EIP-712 struct hash, without a domain."""
        return _STRUCT.hash(self)

    def digest(self, chain_id: int, asset_registry: Address) -> Hash32:
        """What the registrant signs for `registerFor`."""
        return signing_digest(self.struct_hash(), chain_id, asset_registry)

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the names of the EIP-712 type; integers are decimal strings."""
        return _STRUCT.to_json(self)

    def typed_data(self, chain_id: int, asset_registry: Address) -> dict[str, Any]:
        """The EIP-712 message for wallets and eth-account."""
        return _STRUCT.typed_data(self, chain_id, asset_registry)


def asset_id(content: Hash32, registrant: Address) -> Hash32:
    """keccak256(abi.encode(content, registrant)): the id of `registrant`'s claim to `content`."""
    return hash32(keccak(hash_bytes(content) + bytes(12) + address_bytes(registrant)))
