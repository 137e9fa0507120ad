"""Records of what was served: one for each payment, countersigned, and later under a root on chain."""

import base64
from dataclasses import dataclass
from typing import Final

from licet.chain.signing.signer import LocalSigner, Signer
from licet.contracts.authorizations import Settlement
from licet.documents.receipts import ReceiptDocument
from licet.documents.usage import UsageRecord
from licet.gateway.policies import Policy
from licet.rights.receipt import UsageReceipt
from licet.types import ZERO_HASH, Address, Hash32

FIELD: Final = "Licet-Receipt"
"""The header field with the receipt: the document in base64url."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """Makes records and receipts.

    Attributes:
        signer: the gateway's account, which reports the records.
        chain_id: the chain.
        usage_ledger: the contract that they are anchored at.
    """

    signer: Signer
    chain_id: int
    usage_ledger: Address

    def receipt(
        self,
        policy: Policy,
        payer: Address,
        nonce: Hash32,
        settlement: Settlement,
        now: int,
        work: Hash32 = ZERO_HASH,
    ) -> ReceiptDocument:
        """The receipt of one read.

        Args:
            policy: of what was read.
            payer: who paid for it.
            nonce: of the payment; with the payer, it tells equal reads apart.
            settlement: where it was paid.
            now: unix second of the record.
            work: which work was read, where the asset is a catalogue; else zero.
        """
        assert policy.terms is not None, "what is metered says its uses"
        record = UsageRecord(
            asset_id=policy.asset,
            license_id=ZERO_HASH,
            uses=policy.terms.document.uses,
            units=1,
            since=now,
            until=now,
            work=work,
            reference=f"x402:{payer}:{nonce}",
        )
        return self.countersigned(record, payer, settlement.tx_hash)

    def moved(self, document: ReceiptDocument, settlement: Settlement) -> ReceiptDocument:
        """The receipt of the same record, which is paid by another transaction now."""
        return self.countersigned(document.record, document.receipt.requester, settlement.tx_hash)

    def countersigned(
        self, record: UsageRecord, requester: Address, payment: Hash32 = ZERO_HASH
    ) -> ReceiptDocument:
        """The receipt of a record.

        Args:
            record: of a use.
            requester: who was served.
            payment: the transaction that paid; zero where a license did.
        """
        receipt = UsageReceipt(record.hash, requester, payment)
        if isinstance(self.signer, LocalSigner):  # no wallet has to be shown what is signed
            digest = receipt.digest(self.chain_id, self.usage_ledger)
            signature = self.signer.sign_digest(digest, self.chain_id)
        else:
            signature = self.signer.sign_typed_data(receipt.typed_data(self.chain_id, self.usage_ledger))
        return ReceiptDocument(
            self.chain_id, self.usage_ledger, self.signer.address, record, receipt, signature
        )


def field_of(document: bytes) -> str:
    """A receipt as the value of its field."""
    return base64.urlsafe_b64encode(document).decode().rstrip("=")
