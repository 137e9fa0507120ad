"""Conditions: what an offer says that a sale need not know, shown and proven when it matters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from licet.errors import DocumentInvalid, InputError
from licet.rights.typed_data import Member, Struct, new_salt
from licet.types import ZERO_ADDRESS, Address, Hash32

WHOLE_BPS: Final = 10_000
"""The whole of anything, in basis points."""

STRUCT: Final = Struct(
    "Conditions",
    Member("royaltyBps", "uint16", "royalty_bps"),
    Member("revenueCeiling", "uint96", "revenue_ceiling"),
    Member("approval", "bool", "approval"),
    Member("reciprocal", "bool", "reciprocal"),
    Member("sublicensable", "bool", "sublicensable"),
    Member("revocable", "bool", "revocable"),
    Member("reportWithin", "uint32", "report_within"),
    Member("refundBps", "uint16", "refund_bps"),
    Member("resaleBps", "uint16", "resale_bps"),
    Member("reporter", "address", "reporter"),
    Member("unitCap", "uint56", "unit_cap"),
    Member("refundDelay", "uint32", "refund_delay"),
    Member("salt", "bytes32", "salt"),
)


@dataclass(frozen=True, slots=True)
class Conditions:
    """An offer's rare terms; EIP-712 type `Conditions`, whose hash stands in the offer and is its salt.

    Attributes:
        royalty_bps: share of a derivative's income that its vault must give to the payee, basis points.
        revenue_ceiling: what a derivative's vault may have received, in units of the offer's currency, before
            its sales end; 0 for no ceiling.
        approval: a derivative needs the deed holder's signature.
        reciprocal: a derivative is licensed on the same rights document, reciprocally in turn, or not at all.
        sublicensable: the licensee may grant sublicenses: no wider, no longer, and not further.
        revocable: a ruling may revoke the license.
        report_within: seconds within which use must be reported again, or the license may be revoked; 0
            for no such duty.
        refund_bps: share of the price for the time not used that a revocation gives back, basis points.
        resale_bps: share of a transferable license's resale asked for the payee (ERC-2981), basis points.
        reporter: who, beside the licensee, may report use; the zero address for nobody.
        unit_cap: units that a metered license may be charged, in all; 0 for no cap.
        refund_delay: seconds from asking for a deposit's rest to getting it.
        salt: tells offers with equal terms apart.
    """

    royalty_bps: int = 0
    revenue_ceiling: int = 0
    approval: bool = False
    reciprocal: bool = False
    sublicensable: bool = False
    revocable: bool = False
    report_within: int = 0
    refund_bps: int = 0
    resale_bps: int = 0
    reporter: Address = ZERO_ADDRESS
    unit_cap: int = 0
    refund_delay: int = 0
    salt: Hash32 = field(default_factory=new_salt)

    def __post_init__(self) -> None:
        STRUCT.normalize(self)

    def check_new(self) -> None:
        """Refuses what nobody should offer, and what cannot be published.

        Not part of construction, so that whatever somebody signed can be read.

        Raises:
            InputError: a share is more than the whole.
        """
        for name in ("royalty_bps", "refund_bps", "resale_bps"):
            share = getattr(self, name)
            if share > WHOLE_BPS:
                raise InputError(f"{name} is {share} basis points: more than the whole ({WHOLE_BPS})")

    def struct_hash(self) -> Hash32:
        """What an offer names its conditions by: their EIP-712 struct hash."""
        return STRUCT.hash(self)

    def to_abi(self) -> dict[str, Any]:
        """The members by their Solidity names, as a contract takes them."""
        return STRUCT.to_abi(self)

    @classmethod
    def from_abi(cls, members: Mapping[str, Any]) -> Self:
        """The conditions that a contract logged."""
        return cls(**STRUCT.from_abi(members))

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the names of the EIP-712 type; integers are decimal strings."""
        return STRUCT.to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            DocumentInvalid: a member is missing, unknown, of another type or out of range.
        """
        try:
            return cls(**STRUCT.from_json(data))
        except InputError as error:
            raise DocumentInvalid(f"not valid conditions: {error}") from error
