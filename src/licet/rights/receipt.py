"""Receipts of use: what a gateway signs for each read that it serves."""

from dataclasses import dataclass
from typing import Any, Final, Self

from licet.errors import DocumentInvalid, InputError
from licet.rights.typed_data import Member, Struct, signing_digest
from licet.types import Address, Hash32

_STRUCT: Final = Struct(
    "UsageReceipt",
    Member("record", "bytes32", "record"),
    Member("requester", "address", "requester"),
    Member("payment", "bytes32", "payment"),
)


TYPE_HASH: Final = _STRUCT.type_hash
"""Of the EIP-712 type."""


@dataclass(frozen=True, slots=True)
class UsageReceipt:
    """That a use was recorded, for whom, and what paid for it; EIP-712 type `UsageReceipt`.

    Attributes:
        record: hash of the record of use.
        requester: who paid, or holds the license.
        payment: the transaction that paid; zero where a license did.
    """

    record: Hash32
    requester: Address
    payment: Hash32

    def __post_init__(self) -> None:
        _STRUCT.normalize(self)

    def digest(self, chain_id: int, usage_ledger: Address) -> Hash32:
        """What the gateway signs."""
        return signing_digest(_STRUCT.hash(self), chain_id, usage_ledger)

    def typed_data(self, chain_id: int, usage_ledger: Address) -> dict[str, Any]:
        """The EIP-712 message for wallets and eth-account."""
        return _STRUCT.typed_data(self, chain_id, usage_ledger)

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the names of the EIP-712 type."""
        return _STRUCT.to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            DocumentInvalid: a member is missing, unknown or of another type.
        """
        try:
            return cls(**_STRUCT.from_json(data))
        except InputError as error:
            raise DocumentInvalid(f"not a valid receipt: {error}") from error
