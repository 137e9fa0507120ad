# ruff: noqa: D102 - to_json and from_json are documented in Document
"""What somebody signed for others to submit: vouchers for units, claims paid elsewhere, approvals."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from licet.documents.base import Document, check_chain_id, check_keys, parse_signature, string
from licet.errors import InputError
from licet.rights.claim import ClaimTo
from licet.rights.derivation import DerivativeApproval
from licet.rights.voucher import Voucher
from licet.trees.hashing import parse_address
from licet.types import Address, parse_uint


@dataclass(frozen=True, slots=True)
class VoucherDocument(Document):
    """A voucher as its licensee hands it out; one stands for all before it.

    Attributes:
        chain_id: EIP-155 chain id.
        usage_ledger: the contract that the signature is for.
        voucher: for all units used so far.
        signature: whether it is the licensee's is not checked here.
    """

    TYPE: ClassVar[str] = "licet/voucher/1"

    chain_id: int
    usage_ledger: Address
    voucher: Voucher
    signature: bytes

    def __post_init__(self) -> None:
        check_chain_id(self.chain_id)
        if not self.signature:
            raise InputError("the signature is empty")

    def to_json(self) -> dict[str, Any]:
        return {
            "chainId": str(self.chain_id),
            "usageLedger": self.usage_ledger,
            "voucher": self.voucher.to_json(),
            "signature": "0x" + self.signature.hex(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "usageLedger", "voucher", "signature")
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            usage_ledger=parse_address(string(data, "usageLedger"), "usage ledger"),
            voucher=Voucher.from_json(data["voucher"]),
            signature=parse_signature(string(data, "signature")),
        )


@dataclass(frozen=True, slots=True)
class ClaimDocument(Document):
    """A claim that its payee has paid elsewhere: anyone may submit it, once, and can do nothing else with it.

    Attributes:
        chain_id: EIP-155 chain id.
        vault: the vault that the signature is for.
        claim: who is due what, and who gets it.
        signature: whether it is the payee's is not checked here.
    """

    TYPE: ClassVar[str] = "licet/claim/1"

    chain_id: int
    vault: Address
    claim: ClaimTo
    signature: bytes

    def __post_init__(self) -> None:
        check_chain_id(self.chain_id)
        if not self.signature:
            raise InputError("the signature is empty")

    def to_json(self) -> dict[str, Any]:
        return {
            "chainId": str(self.chain_id),
            "vault": self.vault,
            "claim": self.claim.to_json(),
            "signature": "0x" + self.signature.hex(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "vault", "claim", "signature")
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            vault=parse_address(string(data, "vault"), "vault"),
            claim=ClaimTo.from_json(data["claim"]),
            signature=parse_signature(string(data, "signature")),
        )


@dataclass(frozen=True, slots=True)
class ApprovalDocument(Document):
    """That a deed's holder approves of a derivative, handed to whom they approve of.

    Attributes:
        chain_id: EIP-155 chain id.
        asset_registry: the contract that the signature is for.
        approval: of what, by whom, under which license.
        signature: whether it is the deed's holder's is not checked here.
    """

    TYPE: ClassVar[str] = "licet/approval/1"

    chain_id: int
    asset_registry: Address
    approval: DerivativeApproval
    signature: bytes

    def __post_init__(self) -> None:
        check_chain_id(self.chain_id)
        if not self.signature:
            raise InputError("the signature is empty")

    def to_json(self) -> dict[str, Any]:
        return {
            "chainId": str(self.chain_id),
            "assetRegistry": self.asset_registry,
            "approval": self.approval.to_json(),
            "signature": "0x" + self.signature.hex(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "assetRegistry", "approval", "signature")
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            asset_registry=parse_address(string(data, "assetRegistry"), "asset registry"),
            approval=DerivativeApproval.from_json(data["approval"]),
            signature=parse_signature(string(data, "signature")),
        )
