"""Vouchers: what a metered license's licensee signs for the units used so far."""

from dataclasses import dataclass
from typing import Any, Final, Self

from licet.errors import DocumentInvalid, InputError
from licet.rights.typed_data import Member, Struct, signing_digest
from licet.types import Address, Hash32

_STRUCT: Final = Struct(
    "Voucher",
    Member("licenseId", "bytes32", "license_id"),
    Member("units", "uint256", "units"),
)


@dataclass(frozen=True, slots=True)
class Voucher:
    """All units used so far; EIP-712 type `Voucher`. One stands for all before it.

    Attributes:
        license_id: the metered license.
        units: in all, since it was sold.
    """

    license_id: Hash32
    units: int

    def __post_init__(self) -> None:
        _STRUCT.normalize(self)

    def struct_hash(self) -> Hash32:
        """The EIP-712 struct hash, without a domain."""
        return _STRUCT.hash(self)

    def digest(self, chain_id: int, usage_ledger: Address) -> Hash32:
        """What the license's holder signs."""
        return signing_digest(self.struct_hash(), chain_id, usage_ledger)

    def typed_data(self, chain_id: int, usage_ledger: Address) -> dict[str, Any]:
        """The EIP-712 message for wallets and eth-account."""
        return _STRUCT.typed_data(self, chain_id, usage_ledger)

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
            raise DocumentInvalid(f"not a valid voucher: {error}") from error
