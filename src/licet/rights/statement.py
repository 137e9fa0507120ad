"""Statements: what an asset's payees earned in a period, contestable for a while before it is paid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from licet.errors import DocumentInvalid, InputError
from licet.rights.typed_data import Member, Struct
from licet.trees.hashing import keccak
from licet.types import ZERO_HASH, Address, Hash32, address_bytes, hash32, hash_bytes

_STRUCT: Final = Struct(
    "Statement",
    Member("publisher", "address", "publisher"),
    Member("assetId", "bytes32", "asset_id"),
    Member("from", "uint40", "since"),
    Member("until", "uint40", "until"),
    Member("currency", "address", "currency"),
    Member("amount", "uint256", "amount"),
    Member("root", "bytes32", "root"),
    Member("documentHash", "bytes32", "document_hash"),
    Member("uri", "string", "uri"),
    Member("window", "uint32", "window"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A period's payout. Any instance passes the contract's own checks of terms.

    Attributes:
        publisher: who publishes and pays it.
        asset_id: the asset that earned it.
        since: first second of the period, unix.
        until: last second of the period, unix.
        currency: ERC-20 token paid; the zero address for the native coin.
        amount: in the currency's smallest unit; not 0.
        root: of the split, whose shares are the period's amounts, as a rule in the currency's smallest unit.
        document_hash: SHA-256 of the document at `uri`, which says how the shares came about; zero for none.
        uri: where that document is, at most 1,024 bytes.
        window: seconds from publishing in which it may be contested.
    """

    publisher: Address
    asset_id: Hash32
    since: int
    until: int
    currency: Address
    amount: int
    root: Hash32
    document_hash: Hash32
    uri: str
    window: int

    def __post_init__(self) -> None:
        _STRUCT.normalize(self)
        if self.since > self.until:
            raise InputError(f"the period ends at {self.until}, before it begins at {self.since}")
        if self.amount == 0:
            raise InputError("the amount is 0: there is nothing to state")
        if self.root == ZERO_HASH:
            raise InputError("the split's root is zero: nobody could be paid")

    @property
    def id(self) -> Hash32:
        """keccak256(abi.encode(statement)): its id, and the salt of its vault."""
        uri = self.uri.encode()
        head = (
            _address(self.publisher),
            hash_bytes(self.asset_id),
            self.since.to_bytes(32),
            self.until.to_bytes(32),
            _address(self.currency),
            self.amount.to_bytes(32),
            hash_bytes(self.root),
            hash_bytes(self.document_hash),
            (len(_STRUCT.members) * 32).to_bytes(32),  # where the URI stands
            self.window.to_bytes(32),
        )
        tail = len(uri).to_bytes(32) + uri + bytes(-len(uri) % 32)
        return hash32(keccak((32).to_bytes(32) + b"".join(head) + tail))

    def to_abi(self) -> dict[str, Any]:
        """The members by their Solidity names, as a contract takes them."""
        return _STRUCT.to_abi(self)

    @classmethod
    def from_abi(cls, members: Mapping[str, Any]) -> Self:
        """The statement that a contract logged.

        Raises:
            InputError: no contract of Licet can have logged it.
        """
        return cls(**_STRUCT.from_abi(members))

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the members' Solidity names; integers are decimal strings."""
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
            raise DocumentInvalid(f"not a valid statement: {error}") from error


def _address(value: Address) -> bytes:
    return bytes(12) + address_bytes(value)
