"""Receipts of licensed reads, thousands in a second: made of their parts at once, and signed.

What comes of it is what `Recorder.countersigned` makes of the same record, to the byte.
"""

import hashlib
from typing import Final, NamedTuple

from licet.chain.signing.signer import LocalSigner
from licet.documents.receipts import ReceiptDocument
from licet.documents.usage import UsageRecord
from licet.gateway.recording import Recorder
from licet.rights.receipt import TYPE_HASH
from licet.rights.typed_data import domain_separator
from licet.trees.hashing import keccak
from licet.types import ZERO_HASH, Address, Hash32, address_bytes, hash_bytes

_NOTHING_PAID: Final = bytes(32)


class Printed(NamedTuple):
    """A receipt.

    Attributes:
        record: the hash of its record.
        data: the document.
    """

    record: str
    data: bytes


class Press:
    """Makes receipts of what licenses paid for.

    Args:
        recorder: whose receipts they are.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder: Final = recorder
        chain_id, ledger = recorder.chain_id, recorder.usage_ledger
        self._domain: Final = b"\x19\x01" + hash_bytes(domain_separator(chain_id, ledger))
        self._head: Final = (
            f'{{"chainId":"{chain_id}","gateway":"{recorder.signer.address}",'
            f'"receipt":{{"payment":"{ZERO_HASH}","record":"'
        )
        self._tail: Final = f'","type":"{ReceiptDocument.TYPE}","usageLedger":"{ledger}"}}'

    def receipt(self, record: UsageRecord, requester: Address) -> Printed:
        """The receipt of a record.

        Args:
            record: of a use.
            requester: who was served, in the spelling of EIP-55.
        """
        signer = self._recorder.signer
        if not isinstance(signer, LocalSigner):  # a wallet is to see what it signs
            document = self._recorder.countersigned(record, requester)
            return Printed(document.receipt.record, document.to_bytes())
        data = record.to_bytes()
        name = hashlib.sha256(data).digest()
        struct = keccak(b"".join((TYPE_HASH, name, bytes(12), address_bytes(requester), _NOTHING_PAID)))
        digest = Hash32("0x" + keccak(self._domain + struct).hex())
        signature = signer.sign_digest(digest, self._recorder.chain_id).hex()
        said, record_hash = data.decode(), f"0x{name.hex()}"
        text = (
            f'{self._head}{record_hash}","requester":"{requester}"}},"record":{said},'
            f'"signature":"0x{signature}{self._tail}'
        )
        return Printed(record_hash, text.encode())
