"""What is written and signed at once, for speed, is what the general ways make of it."""

from hypothesis import given
from hypothesis import strategies as st

from licet.chain.signatures import recover
from licet.chain.signing.signer import LocalSigner
from licet.documents import ReceiptDocument, UsageLog, UsageRecord
from licet.documents.canonical import canonical_json, sha256
from licet.gateway.press import Press
from licet.gateway.recording import Recorder
from licet.rights.receipt import UsageReceipt
from licet.rights.uses import LEAVES, Use
from licet.types import ZERO_HASH, Address, Hash32

HASHES = st.binary(min_size=32, max_size=32).map(lambda raw: Hash32("0x" + raw.hex()))
USES = st.sets(st.sampled_from(sorted(LEAVES.values())), min_size=1).map(lambda bits: Use(sum(bits)))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
LEDGER = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
SIGNER = LocalSigner.development(3)


@st.composite
def records(draw: st.DrawFn) -> UsageRecord:
    since = draw(st.integers(1, 2**40 - 1))
    return UsageRecord(
        draw(HASHES),
        draw(HASHES | st.just(ZERO_HASH)),
        draw(USES),
        draw(st.integers(1, 2**56 - 1)),
        since,
        draw(st.integers(since, 2**40 - 1)),
        draw(HASHES | st.just(ZERO_HASH)),
        draw(TEXTS),
    )


@given(records())
def test_a_record(record: UsageRecord) -> None:
    assert record.to_bytes() == canonical_json(record.to_json())
    assert record.hash == sha256(canonical_json(record.to_json()))


@given(records(), HASHES)
def test_a_receipt(record: UsageRecord, payment: Hash32) -> None:
    receipt = UsageReceipt(record.hash, LEDGER, payment)
    digest = receipt.digest(31337, LEDGER)
    signature = SIGNER.sign_digest(digest, 31337)
    assert signature == SIGNER.sign_typed_data(receipt.typed_data(31337, LEDGER))
    assert recover(digest, signature) == SIGNER.address
    document = ReceiptDocument(31337, LEDGER, SIGNER.address, record, receipt, signature)
    assert document.to_bytes() == canonical_json({"type": document.TYPE, **document.to_json()})
    assert ReceiptDocument.from_bytes(document.to_bytes()) == document


@given(st.lists(records(), min_size=1, max_size=4, unique=True))
def test_a_log(found: list[UsageRecord]) -> None:
    log = UsageLog.of(found)
    assert log.to_bytes() == canonical_json({"type": log.TYPE, **log.to_json()})
    assert UsageLog.from_bytes(log.to_bytes()) == log


@given(records())
def test_a_receipt_out_of_the_press(record: UsageRecord) -> None:
    recorder = Recorder(SIGNER, 31337, LEDGER)
    document = recorder.countersigned(record, LEDGER)
    assert Press(recorder).receipt(record, LEDGER) == (record.hash, document.to_bytes())
