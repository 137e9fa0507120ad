# ruff: noqa: D102 - to_json and from_json are documented in Document
"""Proofs for people who have no log: that a record of use stands in one whose root is on chain."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from licet.documents.base import Document, array, check_chain_id, check_keys, checked, string
from licet.documents.usage import UsageRecord, verify_usage
from licet.trees.catalog import CatalogProof
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_hash, parse_uint


@dataclass(frozen=True, slots=True)
class UsageProof(Document):
    """A record of use, and the way from it to the root of its log.

    Attributes:
        chain_id: EIP-155 chain id.
        usage_ledger: the contract that the root was anchored at.
        root: of the log.
        record: one line of it.
        proof: the way; whether it leads to the root, `holds` says.
    """

    TYPE: ClassVar[str] = "licet/usage-proof/1"

    chain_id: int
    usage_ledger: Address
    root: Hash32
    record: UsageRecord
    proof: CatalogProof

    def __post_init__(self) -> None:
        check_chain_id(self.chain_id)

    @property
    def holds(self) -> bool:
        """Whether the log with this root has the record. Whether the root was anchored, the chain says."""
        return verify_usage(self.root, self.record, self.proof)

    def to_json(self) -> dict[str, Any]:
        return {
            "chainId": str(self.chain_id),
            "usageLedger": self.usage_ledger,
            "root": self.root,
            "record": self.record.to_json(),
            "siblings": list(self.proof.siblings),
            "sides": str(self.proof.sides),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "usageLedger", "root", "record", "siblings", "sides")
        siblings = [checked(sibling, str, "a sibling") for sibling in array(data, "siblings")]
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            usage_ledger=parse_address(string(data, "usageLedger"), "usage ledger"),
            root=parse_hash(string(data, "root"), "root"),
            record=UsageRecord.from_json(data["record"]),
            proof=CatalogProof(
                tuple(parse_hash(sibling, "sibling") for sibling in siblings),
                parse_uint(string(data, "sides"), what="sides"),
            ),
        )
