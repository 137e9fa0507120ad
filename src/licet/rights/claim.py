"""Claims that a payee has paid elsewhere, on their signature."""

from dataclasses import dataclass
from typing import Any, Final, Self

from licet.errors import DocumentInvalid, InputError
from licet.rights.typed_data import Member, Struct, signing_digest
from licet.types import Address, Hash32

_STRUCT: Final = Struct(
    "ClaimTo",
    Member("payee", "address", "payee"),
    Member("token", "address", "token"),
    Member("to", "address", "receiver"),
    Member("releasedTo", "uint256", "released_to"),
    Member("deadline", "uint256", "deadline"),
)


@dataclass(frozen=True, slots=True)
class ClaimTo:
    """That what is due to a payee goes to another address, once; EIP-712 type `ClaimTo`.

    Attributes:
        payee: who signs.
        token: what is claimed; the zero address for the native coin.
        receiver: who gets it.
        released_to: what the payee was paid in this token before, in its smallest unit.
        deadline: unix second after which the signature is void.
    """

    payee: Address
    token: Address
    receiver: Address
    released_to: int
    deadline: int

    def __post_init__(self) -> None:
        _STRUCT.normalize(self)

    def struct_hash(self) -> Hash32:
        """The EIP-712 struct hash, without a domain."""
        return _STRUCT.hash(self)

    def digest(self, chain_id: int, vault: Address) -> Hash32:
        """What the payee signs, for one vault."""
        return signing_digest(self.struct_hash(), chain_id, vault)

    def typed_data(self, chain_id: int, vault: Address) -> dict[str, Any]:
        """The EIP-712 message for wallets and eth-account."""
        return _STRUCT.typed_data(self, chain_id, vault)

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
            raise DocumentInvalid(f"not a valid claim: {error}") from error
