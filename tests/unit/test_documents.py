import json
import sys
import time
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import (
    ApprovalDocument,
    CatalogDocument,
    ClaimDocument,
    Document,
    EvidenceDocument,
    OfferDocument,
    OrderDocument,
    PayeeShare,
    Preview,
    SplitDocument,
    StatementDocument,
    TermsDocument,
    UsageLog,
    UsageProof,
    UsageRecord,
    VoucherDocument,
    Work,
    WorkDocument,
    canonical_json,
    parse_json,
    sha256,
)
from licet.errors import DocumentInvalid, InputError
from licet.rights.claim import ClaimTo
from licet.rights.conditions import Conditions
from licet.rights.derivation import DerivativeApproval
from licet.rights.offer import Offer
from licet.rights.order import Authorization, Order
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.trees.catalog import CatalogTree
from licet.trees.hashing import checksum
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH

A, B, C = (checksum(bytes([n]) * 20) for n in (0xAA, 0xBB, 0xCC))

CATALOG = CatalogDocument("Works", (Work("one", sha256(b"1")), Work("two", sha256(b"2"))))
SPLIT = SplitDocument.of([PayeeShare(B, 2, "Bea"), PayeeShare(A, 1)])
TERMS = TermsDocument("Terms", Use.TRAIN | Use.INDEX, "You may.")
CONDITIONS = Conditions(royalty_bps=500)
OFFER = OfferDocument(
    chain_id=31337,
    license_token=C,
    offer=Offer(A, ZERO_HASH, 0, B, ZERO_ADDRESS, 5, Use.TRAIN, ZERO_HASH, "", CONDITIONS.struct_hash()),
    conditions=CONDITIONS,
    signature="0x" + "ab" * 65,
)
ORDER = OrderDocument(
    chain_id=31337,
    license_token=C,
    order=Order(OFFER.offer, b"", A, sha256(b"salt"), 3),
    authorization=Authorization(B, 0, (1 << 256) - 1, 27, sha256(b"r"), sha256(b"s")),
)
RECORD = UsageRecord(sha256(b"asset"), sha256(b"license"), Use.TRAIN, 3, 100, 200)
USAGE = UsageLog(
    100,
    300,
    (RECORD, replace(RECORD, work=sha256(b"1")), replace(RECORD, reference="2")),
    RECORD.license_id,
)
STATEMENT = StatementDocument(sha256(b"asset"), 100, 300, C, SPLIT, "One cent for each use.")
EVIDENCE = EvidenceDocument("Drafts", "My drafts.", "https://example.org/drafts", sha256(b"drafts"))
VOUCHER = VoucherDocument(31337, C, Voucher(sha256(b"license"), 7), b"\xab" * 65)
CLAIM = ClaimDocument(31337, C, ClaimTo(A, ZERO_ADDRESS, B, 5, 1 << 40), b"\xab" * 65)
APPROVAL = ApprovalDocument(31337, C, DerivativeApproval(sha256(b"license"), sha256(b"1"), A), b"\xab" * 65)
LONE = UsageLog.of([RECORD])
PROOF = UsageProof(31337, C, LONE.root, RECORD, LONE.proof(RECORD))
ISCC = "ISCC:KAA623DLJRWYRUCSN5EQHACNA24KQCQS4RDTM26RXQ"
UNIT = "ISCC:EAD623DLJRWYRUCSFA2LXENKF332WIZB7SQ4DIUJDKSM3XEDI4H6WLI"
COMPARED = CatalogDocument("Works", (Work("one", sha256(b"1"), UNIT, "ab" * 32), Work("two", sha256(b"2"))))
WORK = WorkDocument(sha256(b"1"), 539, "text/plain", ISCC, (UNIT,), "ab" * 32, "A title")
SHOWN = WorkDocument(
    sha256(b"1"), 1, "image/png", title="Tamsui", preview=Preview(sha256(b"small"), "image/jpeg")
)
DOCUMENTS: list[Document] = [
    CATALOG,
    COMPARED,
    WorkDocument(sha256(b"1"), 1, "image/png"),
    SPLIT,
    TERMS,
    OFFER,
    ORDER,
    USAGE,
    STATEMENT,
    EVIDENCE,
    VOUCHER,
    CLAIM,
    APPROVAL,
    PROOF,
]
FREE_TEXT = {"name", "title", "text", "basis", "description", "fileURI"}


def test_a_work_says_what_it_is_like() -> None:
    assert WorkDocument.from_bytes(WORK.to_bytes()) == WORK
    assert json.loads(WORK.to_bytes()) == {
        "type": "licet/work/1",
        "sha256": sha256(b"1")[2:],
        "size": "539",
        "mediaType": "text/plain",
        "iscc": ISCC,
        "units": [UNIT],
        "pdq": "ab" * 32,
        "title": "A title",
    }


def test_a_catalogue_may_have_a_preview() -> None:
    shown = CatalogDocument("Works / 作品", COMPARED.works, Preview(sha256(b"small"), "image/webp"))
    data = shown.to_bytes()
    assert data == rfc8785.dumps(json.loads(data)) == canonical_json({"type": shown.TYPE, **shown.to_json()})
    assert CatalogDocument.from_bytes(data) == shown
    with pytest.raises(DocumentInvalid):
        CatalogDocument.from_bytes(canonical_json({**json.loads(data), "preview": {"sha256": "x"}}))


def test_a_work_that_no_program_read_says_what_people_are_shown() -> None:
    assert WorkDocument.from_bytes(SHOWN.to_bytes()) == SHOWN
    assert json.loads(SHOWN.to_bytes()) == {
        "type": "licet/work/1",
        "sha256": sha256(b"1")[2:],
        "size": "1",
        "mediaType": "image/png",
        "title": "Tamsui",
        "preview": {"sha256": sha256(b"small")[2:], "mediaType": "image/jpeg"},
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("iscc", "ISCC:x"),
        ("iscc", ""),
        ("units", ["ISCC:x"]),
        ("units", [UNIT] * 9),
        ("pdq", "AB" * 32),
        ("size", "-1"),
        ("size", str(1 << 64)),
        ("mediaType", "text"),
        ("mediaType", "TEXT/plain"),
        ("sha256", "x"),
        ("preview", None),
        ("preview", "x"),
        ("preview", {"sha256": "x", "mediaType": "image/png"}),
        ("preview", {"sha256": "ab" * 32, "mediaType": "image/gif"}),
        ("preview", {"sha256": "ab" * 32, "mediaType": "image/svg+xml"}),
        ("preview", {"sha256": "ab" * 32}),
        ("preview", {"sha256": "ab" * 32, "mediaType": "image/png", "more": "x"}),
        ("more", "x"),
    ],
)
def test_a_work_that_is_not_what_it_should_be(key: str, value: object) -> None:
    data = {**json.loads(WORK.to_bytes()), key: value}
    with pytest.raises(DocumentInvalid):
        WorkDocument.from_bytes(canonical_json(data))


@pytest.mark.parametrize(("key", "value"), [("iscc", "ISCC:x"), ("pdq", "x"), ("iscc", None), ("more", "x")])
def test_likeness_in_a_catalogue_that_is_not_what_it_should_be(key: str, value: object) -> None:
    data = json.loads(COMPARED.to_bytes())
    data["works"][0][key] = value
    with pytest.raises(DocumentInvalid):
        CatalogDocument.from_bytes(canonical_json(data))


# Letters whose order differs between code points and UTF-16, control characters, quotes.
tricky = st.text('ab"\\\n\0\x1f\x7f\u2028\u20ac\ufb33\U0001f600', max_size=5)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | tricky,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(tricky, inner, max_size=4),
)


@given(values)
def test_canonical_json_is_the_reference(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)
    assert parse_json(canonical_json(value)) == value


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), "\ud800", {"\ud800": 1}, {1: 2}, b"x", {1, 2}])
def test_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(InputError):
        canonical_json(value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'"\xff"', "byte 1 cannot be read"),
        (b'{"a":1,"a":2}', "twice"),
        (b'[{"a":{"b":1,"b":1}}]', "twice"),
        (b"1.5", "only integers"),
        (b"1e5", "only integers"),
        (b"NaN", "only integers"),
        (b"-Infinity", "only integers"),
        (b"9007199254740992", "as strings"),
        (b"9" * 100_000, "as strings"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'["[",' * 100_000 + b"]" * 100_000, "nested too deeply"),
    ],
)
def test_hostile_json(data: bytes, message: str) -> None:
    with pytest.raises(DocumentInvalid, match=message):
        parse_json(data)


def test_a_string_without_end_is_refused_at_once() -> None:
    """Looking for its end from each of its quotes anew took a minute for 80 kB."""
    start = time.monotonic()
    with pytest.raises(DocumentInvalid, match="not JSON"):
        parse_json(b'{"' + b'\\"' * 1_000_000)
    assert time.monotonic() - start < 10


def test_deep_nesting_is_no_matter_of_the_recursion_limit() -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        with pytest.raises(DocumentInvalid, match="nested too deeply"):
            parse_json(b"[" * 1_000_000)
    finally:
        sys.setrecursionlimit(before)
    assert parse_json(b'["[[[[\\"[[[[", {"]": [[]]}]') == ['[[[["[[[[', {"]": [[]]}]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.TYPE)
def test_there_and_back(document: Document) -> None:
    data = document.to_bytes()
    assert data == rfc8785.dumps(json.loads(data))
    assert type(document).from_bytes(data) == document


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.TYPE)
@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [[]], [None], [{}], {"x": {}}, "\ud800", True])
def test_any_member_replaced_by_junk_is_refused(document: Document, junk: object) -> None:
    valid = json.loads(document.to_bytes())
    for key in valid:
        if valid[key] == junk or (isinstance(junk, str) and key in FREE_TEXT and junk == "x"):
            continue
        if document == TERMS and (key, junk) == ("uses", []):
            continue  # terms may permit nothing
        with pytest.raises(DocumentInvalid):
            type(document).from_bytes(json.dumps(valid | {key: junk}, separators=(",", ":")).encode())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.TYPE)
def test_missing_and_additional_members_are_refused(document: Document) -> None:
    valid = json.loads(document.to_bytes())
    for key in valid:
        with pytest.raises(DocumentInvalid):
            type(document).from_bytes(canonical_json({k: v for k, v in valid.items() if k != key}))
    with pytest.raises(DocumentInvalid, match="expected are"):
        type(document).from_bytes(canonical_json(valid | {"more": 1}))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.TYPE)
def test_only_the_canonical_form_is_read(document: Document) -> None:
    spaced = json.dumps(json.loads(document.to_bytes()), indent=1).encode()
    with pytest.raises(DocumentInvalid, match="canonical"):
        type(document).from_bytes(spaced)


def test_another_type_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match=r"licet/terms/1'.* licet/catalog/1 expected"):
        CatalogDocument.from_bytes(TERMS.to_bytes())


def test_catalogue() -> None:
    assert CATALOG.tree().root == CatalogTree([sha256(b"1"), sha256(b"2")]).root
    assert json.loads(CATALOG.to_bytes())["works"][0] == {"id": "one", "sha256": sha256(b"1")[2:]}
    assert json.loads(COMPARED.to_bytes())["works"][0] == {
        "id": "one",
        "sha256": sha256(b"1")[2:],
        "iscc": UNIT,
        "pdq": "ab" * 32,
    }
    one, two = CATALOG.works
    for works, message in {
        (): "at least one",
        (one, Work("one", two.sha256)): "same id",
        (one, Work("two", one.sha256)): "same SHA-256",
    }.items():
        with pytest.raises(InputError, match=message):
            CatalogDocument("Works", works)


def test_split_sorts_merges_and_keeps_names() -> None:
    split = SplitDocument.of([PayeeShare(B, 1), PayeeShare(A, 2), PayeeShare(B, 3, "Bea")])
    assert split.payees == (PayeeShare(A, 2), PayeeShare(B, 4, "Bea"))
    assert split.tree().root == SumTree({A: 2, B: 4}).root


@pytest.mark.parametrize(
    "payees",
    [
        [],
        [{"payee": B, "share": "1"}, {"payee": A, "share": "1"}],
        [{"payee": A, "share": "1"}, {"payee": A, "share": "1"}],
        [{"payee": A.lower(), "share": "1"}],
        [{"payee": ZERO_ADDRESS, "share": "1"}],
        [{"payee": A, "share": "0"}],
        [{"payee": A, "share": "-1"}],
        [{"payee": A, "share": 1}],
        [{"payee": A, "share": "01"}],
        [{"payee": A, "share": "1", "name": None}],
        [{"payee": A, "share": str(1 << 128)}],
        [{"payee": A, "share": str((1 << 128) - 1)}, {"payee": B, "share": "1"}],
    ],
)
def test_hostile_splits(payees: list[Any]) -> None:
    with pytest.raises(DocumentInvalid):
        SplitDocument.from_bytes(canonical_json({"type": "licet/split/1", "payees": payees}))


@pytest.mark.parametrize(
    "work",
    [
        {"id": "x", "sha256": "0x" + "ab" * 32},
        {"id": "x", "sha256": "AB" * 32},
        {"id": 1, "sha256": "ab" * 32},
    ],
)
def test_hostile_works(work: dict[str, Any]) -> None:
    with pytest.raises(DocumentInvalid):
        CatalogDocument.from_bytes(canonical_json({"type": "licet/catalog/1", "name": "n", "works": [work]}))


def test_terms_name_leaf_uses() -> None:
    assert json.loads(TERMS.to_bytes())["uses"] == ["train", "index"]
    for uses in (["ai-training"], ["index", "train"], ["train", "train"], [1], ["bit-12"]):
        data = {"type": "licet/terms/1", "title": "t", "text": "t", "uses": uses}
        with pytest.raises(DocumentInvalid):
            TermsDocument.from_bytes(canonical_json(data))
    with pytest.raises(InputError, match="known"):
        TermsDocument("t", Use(1 << 12), "t")


def test_terms_may_permit_nothing() -> None:
    only_words = TermsDocument("t", Use(0), "Ask first.")
    assert TermsDocument.from_bytes(only_words.to_bytes()) == only_words


@pytest.mark.parametrize(
    "change",
    [
        {"chainId": "0"},
        {"chainId": 1},
        {"chainId": str(1 << 256)},
        {"signature": "0x"},
        {"signature": "0xabc"},
        {"signature": "0xAB"},
        {"signature": "abab"},
        {"signature": "0x" + "ab" * 5000},
        {"licenseToken": C.lower()},
        {"offer": OFFER.offer.to_json() | {"price": "0"}},
        {"offer": OFFER.offer.to_json() | {"price": 5}},
    ],
)
def test_hostile_offers(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentInvalid):
        OfferDocument.from_bytes(canonical_json(json.loads(OFFER.to_bytes()) | change))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("order", {"quantity": "0"}),
        ("order", {"quantity": "101"}),
        ("order", {"quantity": 3}),
        ("order", {"quantity": "03"}),
        ("order", {"quantity": str(1 << 300)}),
        ("order", {"licensee": A.lower()}),
        ("order", {"salt": "0x00"}),
        ("order", {"salt": sha256(b"salt")[2:]}),
        ("order", {"signature": "0xAB"}),
        ("order", {"signature": "ab"}),
        ("order", {"signature": "0x" + "ab" * 5000}),
        ("order", {"offer": OFFER.offer.to_json() | {"price": "0"}}),
        ("order", {"offer": {}}),
        ("order", {"more": "1"}),
        ("authorization", {"payer": B.lower()}),
        ("authorization", {"payer": None}),
        ("authorization", {"validAfter": 0}),
        ("authorization", {"validBefore": str(1 << 256)}),
        ("authorization", {"validBefore": "-1"}),
        ("authorization", {"v": "256"}),
        ("authorization", {"v": 27}),
        ("authorization", {"r": "0x" + "AB" * 32}),
        ("authorization", {"s": "0x"}),
        ("authorization", {"nonce": "0x" + "00" * 32}),
    ],
)
def test_hostile_orders(part: str, change: dict[str, Any]) -> None:
    valid = json.loads(ORDER.to_bytes())
    assert OrderDocument.from_bytes(canonical_json(valid)) == ORDER
    with pytest.raises(DocumentInvalid):
        OrderDocument.from_bytes(canonical_json(valid | {part: valid[part] | change}))


@pytest.mark.parametrize("chain_id", ["0", 1, "01", str(1 << 256)])
def test_hostile_chains_of_orders(chain_id: object) -> None:
    with pytest.raises(DocumentInvalid):
        OrderDocument.from_bytes(canonical_json(json.loads(ORDER.to_bytes()) | {"chainId": chain_id}))


@pytest.mark.parametrize(
    "change",
    [
        {"units": "0"},
        {"units": str(1 << 56)},
        {"units": 3},
        {"uses": []},
        {"uses": ["bit-12"]},
        {"from": "201"},
        {"from": "0"},
        {"until": str(1 << 40)},
        {"work": "0x" + "ab" * 32},
        {"work": "00" * 32},
        {"reference": ""},
        {"licenseId": sha256(b"another")},
    ],
)
def test_hostile_usage_records(change: dict[str, Any]) -> None:
    valid = json.loads(USAGE.to_bytes())
    with pytest.raises(DocumentInvalid):
        UsageLog.from_bytes(canonical_json(valid | {"records": [valid["records"][0] | change]}))


@pytest.mark.parametrize(
    "change",
    [
        {"from": "301"},
        {"until": str(1 << 40)},
        {"amounts": []},
        {"amounts": [{"payee": A, "share": "0"}]},
        {"usage": ["x"]},
        {"usage": [sha256(b"root")[2:]]},
        {"currency": C.lower()},
    ],
)
def test_hostile_statements(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentInvalid):
        StatementDocument.from_bytes(canonical_json(json.loads(STATEMENT.to_bytes()) | change))


def test_evidence_needs_a_name_and_a_file_its_hash() -> None:
    assert EvidenceDocument.from_bytes(EvidenceDocument("Drafts", "").to_bytes()).file_uri == ""
    for wrong in (
        {"name": ""},
        {"file_uri": "https://example.org"},
        {"file_hash": sha256(b"drafts")},
    ):
        with pytest.raises(InputError):
            EvidenceDocument(**{"name": "Drafts", "description": "", **wrong})


@pytest.mark.parametrize("document", [VOUCHER, CLAIM, APPROVAL], ids=lambda document: document.TYPE)
@pytest.mark.parametrize("signature", ["0x", "ab", "0xAB", "0x" + "ab" * 5000])
def test_hostile_signatures(document: Document, signature: str) -> None:
    valid = json.loads(document.to_bytes())
    with pytest.raises(DocumentInvalid):
        type(document).from_bytes(canonical_json(valid | {"signature": signature}))


@pytest.mark.parametrize("number", range(3))
def test_a_proof_of_use_holds_for_its_record_alone(number: int) -> None:
    record = USAGE.records[number]
    proof = UsageProof(31337, C, USAGE.root, record, USAGE.proof(record))
    assert proof.proof.siblings
    assert UsageProof.from_bytes(proof.to_bytes()).holds
    assert not replace(proof, record=replace(record, units=record.units + 1)).holds
    assert not replace(proof, root=LONE.root).holds
    assert not replace(proof, proof=PROOF.proof).holds


@pytest.mark.parametrize(
    "change",
    [
        {"siblings": ["0x12"]},
        {"siblings": [1]},
        {"sides": 0},
        {"sides": "-1"},
        {"chainId": "0"},
        {"record": {}},
        {"root": "0x"},
        {"usageLedger": "0x12"},
    ],
)
def test_hostile_proofs_of_use(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentInvalid):
        UsageProof.from_bytes(canonical_json(json.loads(PROOF.to_bytes()) | change))
