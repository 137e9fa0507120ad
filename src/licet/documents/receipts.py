# ruff: noqa: D102 - to_json and from_json are documented in Document
"""Receipts as gateways hand them out: the record of a use, and the gateway's signature."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from licet.documents.base import Document, check_chain_id, check_keys, parse_signature, string
from licet.documents.usage import UsageRecord
from licet.errors import InputError
from licet.rights.receipt import UsageReceipt
from licet.trees.hashing import parse_address
from licet.types import Address, Hash32, parse_uint


@dataclass(frozen=True, slots=True)
class ReceiptDocument(Document):
    """That a gateway recorded a use; whoever was served keeps it.

    Attributes:
        chain_id: EIP-155 chain id.
        usage_ledger: the contract that the signature is for, and that the record will be anchored at.
        gateway: who signed, and reports the record.
        record: of the use.
        receipt: what was signed: the record's hash, who was served, and what paid.
        signature: whether it is the gateway's is not checked here.
    """

    TYPE: ClassVar[str] = "licet/usage-receipt/1"

    chain_id: int
    usage_ledger: Address
    gateway: Address
    record: UsageRecord
    receipt: UsageReceipt
    signature: bytes

    def __post_init__(self) -> None:
        check_chain_id(self.chain_id)
        if self.receipt.record != self.record.hash:
            raise InputError(
                f"the receipt is of the record {self.receipt.record}, this one is {self.record.hash}"
            )
        if not self.signature:
            raise InputError("the signature is empty")

    @property
    def digest(self) -> Hash32:
        """What the gateway signed."""
        return self.receipt.digest(self.chain_id, self.usage_ledger)

    def to_json(self) -> dict[str, Any]:
        return {
            "chainId": str(self.chain_id),
            "usageLedger": self.usage_ledger,
            "gateway": self.gateway,
            "record": self.record.to_json(),
            "receipt": self.receipt.to_json(),
            "signature": "0x" + self.signature.hex(),
        }

    def to_bytes(self) -> bytes:
        """The document in canonical JSON; made at once, since a gateway makes thousands in a second."""
        receipt = self.receipt
        head = (
            f'{{"chainId":"{self.chain_id}","gateway":"{self.gateway}","receipt":{{"payment":"{receipt.payment}",'
            f'"record":"{receipt.record}","requester":"{receipt.requester}"}},"record":'
        )
        tail = (
            f',"signature":"0x{self.signature.hex()}","type":"{self.TYPE}",'
            f'"usageLedger":"{self.usage_ledger}"}}'
        )
        return b"".join((head.encode(), self.record.to_bytes(), tail.encode()))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        check_keys(data, "type", "chainId", "usageLedger", "gateway", "record", "receipt", "signature")
        return cls(
            chain_id=parse_uint(string(data, "chainId"), what="chain id"),
            usage_ledger=parse_address(string(data, "usageLedger"), "usage ledger"),
            gateway=parse_address(string(data, "gateway"), "gateway"),
            record=UsageRecord.from_json(data["record"]),
            receipt=UsageReceipt.from_json(data["receipt"]),
            signature=parse_signature(string(data, "signature")),
        )
