"""Derivations: what a work was made from, and what its makers' licensors ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from licet.errors import DocumentInvalid, InputError
from licet.rights.conditions import Conditions
from licet.rights.order import Grant
from licet.rights.typed_data import Member, Struct, signing_digest
from licet.trees.hashing import keccak
from licet.trees.sums import SumProof
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes, hash32, hash_bytes

MAX_PARENTS: Final = 16
"""The most parents of one derivative."""
MAX_SOURCES: Final = 64
"""The most licenses that it can be said to be made under."""

_APPROVAL: Final = Struct(
    "DerivativeApproval",
    Member("licenseId", "bytes32", "license_id"),
    Member("content", "bytes32", "content"),
    Member("registrant", "address", "registrant"),
)
_NO_SHARE: Final[tuple[Any, ...]] = (ZERO_ADDRESS, 0, 0, [])


@dataclass(frozen=True, slots=True)
class DerivativeApproval:
    """That a deed's holder approves of a derivative; EIP-712 type `DerivativeApproval`.

    Attributes:
        license_id: the license that it is made under.
        content: what is registered: a work's SHA-256, or a catalogue's root.
        registrant: who registers it.
    """

    license_id: Hash32
    content: Hash32
    registrant: Address

    def __post_init__(self) -> None:
        _APPROVAL.normalize(self)

    def struct_hash(self) -> Hash32:
        """The EIP-712 struct hash, without a domain."""
        return _APPROVAL.hash(self)

    def digest(self, chain_id: int, asset_registry: Address) -> Hash32:
        """What the parent deed's present holder signs."""
        return signing_digest(self.struct_hash(), chain_id, asset_registry)

    def typed_data(self, chain_id: int, asset_registry: Address) -> dict[str, Any]:
        """The EIP-712 message for wallets and eth-account."""
        return _APPROVAL.typed_data(self, chain_id, asset_registry)

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the names of the EIP-712 type."""
        return _APPROVAL.to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            DocumentInvalid: a member is missing, unknown, of another type or out of range.
        """
        try:
            return cls(**_APPROVAL.from_json(data))
        except InputError as error:
            raise DocumentInvalid(f"not a valid approval: {error}") from error


@dataclass(frozen=True, slots=True)
class Parent:
    """A license to derive, and the share that it asks.

    Attributes:
        grant: the license, which the registrant holds.
        conditions: its offer's.
        proof: that the offer's payee holds what the conditions ask in the derivative's split; None where they
            ask none. One payee's proof serves all parents that pay them.
        approval: the deed holder's signature over a `DerivativeApproval`, where the conditions ask for it.
    """

    grant: Grant
    conditions: Conditions
    proof: SumProof | None = None
    approval: bytes = b""

    def __post_init__(self) -> None:
        self.grant.offer.check_conditions(self.conditions)
        if self.proof is None and self.conditions.royalty_bps:
            raise InputError(
                f"license {self.grant.license_id} asks {self.conditions.royalty_bps} basis points for "
                f"{self.payee}: prove their share of the derivative's split"
            )

    @property
    def payee(self) -> Address:
        """Who holds the share: whom the license's offer pays."""
        return self.grant.offer.payee

    def to_abi(self) -> tuple[Any, ...]:
        """The parent as the contract takes it."""
        share = _NO_SHARE if self.proof is None else self.proof.to_abi(self.payee)
        return self.grant.to_abi(), self.conditions.to_abi(), share, self.approval


@dataclass(frozen=True, slots=True)
class Derivation:
    """What a work was made from. The parents are kept in the contract's order: by their payees.

    Attributes:
        split: root of the derivative's split; zero where there are no parents.
        parents: the licenses to derive that it is made under, at most `MAX_PARENTS`.
        sources: licenses that a model or tool was made or used under, at most `MAX_SOURCES`.
    """

    split: Hash32 = ZERO_HASH
    parents: tuple[Parent, ...] = ()
    sources: tuple[Hash32, ...] = ()

    def __post_init__(self) -> None:
        if not self.parents and not self.sources:
            raise InputError("a derivative is made from something: name its parents or its sources")
        if len(self.parents) > MAX_PARENTS or len(self.sources) > MAX_SOURCES:
            raise InputError(
                f"{len(self.parents)} parents and {len(self.sources)} sources were named: "
                f"at most {MAX_PARENTS} and {MAX_SOURCES} are allowed"
            )
        ordered = sorted(self.parents, key=lambda parent: address_bytes(parent.payee))
        object.__setattr__(self, "parents", tuple(ordered))

    @property
    def license_ids(self) -> tuple[Hash32, ...]:
        """The parents' licenses, in the contract's order."""
        return tuple(parent.grant.license_id for parent in self.parents)

    @property
    def lineage(self) -> Hash32:
        """The salt of the derivative's vault."""
        return lineage(self.license_ids)

    def to_abi(self) -> tuple[Any, ...]:
        """The derivation as the contract takes it."""
        return self.split, [parent.to_abi() for parent in self.parents], list(self.sources)


def lineage(license_ids: Sequence[Hash32]) -> Hash32:
    """keccak256(abi.encode(license ids)), in order: what binds a derivative's vault to its parents."""
    words = b"".join(map(hash_bytes, license_ids))
    return hash32(keccak((32).to_bytes(32) + len(license_ids).to_bytes(32) + words))
