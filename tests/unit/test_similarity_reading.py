"""What a registration's document says of likeness, if anything: a page writes one without an ISCC."""

from pathlib import Path

from licet.documents import Library, Publisher, WorkDocument, sha256
from licet.fingerprint.codes import codes_of
from licet.similarity.reading import Registered, entries_of
from licet.types import ZERO_HASH, Address

REGISTRANT = Address("0x" + "ab" * 20)
ISCC = "ISCC:KAA623DLJRWYRUCSN5EQHACNA24KQCQS4RDTM26RXQ"


def compared(folder: Path, document: WorkDocument, uri: str = "") -> list[object]:
    published = Publisher(folder).publish(document)
    registered = Registered(ZERO_HASH, REGISTRANT, document.sha256, 0, published.hash, uri)
    entries = entries_of(registered, Library([folder], allow_http=False))
    assert entries is not None
    return [entry.codes for entry in entries]


def test_a_work_is_compared_by_what_its_document_has(tmp_path: Path) -> None:
    content = sha256(b"1")
    assert compared(tmp_path, WorkDocument(content, 5, "image/png", ISCC)) == [codes_of([ISCC])]
    assert compared(tmp_path, WorkDocument(content, 5, "image/png", pdq="ab" * 32)) == [
        codes_of([], "ab" * 32)
    ]


def test_without_an_iscc_it_is_not_compared_unless_its_uri_has_one(tmp_path: Path) -> None:
    document = WorkDocument(sha256(b"1"), 5, "image/png", title="Harbour")
    assert compared(tmp_path, document) == []
    assert compared(tmp_path, document, f"https://works.example/1.json#{ISCC}") == [codes_of([ISCC])]
