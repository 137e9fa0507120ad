"""The journal: who holds a payment, what survives a kill, and what is never written twice."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.chain.signing.signer import LocalSigner
from licet.contracts.authorizations import Settlement
from licet.documents import ReceiptDocument
from licet.documents.terms import TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.gateway.batches import Anchor, Batches
from licet.gateway.journal import BUSY_SECONDS, REPEAT_SECONDS, Journal
from licet.gateway.policies import Access, Policy, Tariff
from licet.gateway.recording import Recorder
from licet.gateway.shown import Outcome, Shown
from licet.rights.receipt import UsageReceipt
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.types import Address, parse_hash

SIGNER = LocalSigner.development(0)
LEDGER = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
HASH = parse_hash("22" * 32)
SETTLEMENT = Settlement(HASH, 7, HASH)
POLICY = Policy(
    "/",
    Access.METERED,
    asset=parse_hash("11" * 32),
    tariff=Tariff(1, LEDGER, LEDGER),
    terms=Terms(TermsDocument("", Use.INDEX, ""), targets=("/",)),
)
RECORDER = Recorder(SIGNER, 31337, LEDGER)


def shown(nonce: str = "a", url: str = "/x", identifier: str = "") -> Shown:
    return Shown("token", "payer", nonce, url, 5, "payee", identifier)


def receipt(nonce: int, now: int) -> ReceiptDocument:
    return RECORDER.receipt(POLICY, SIGNER.address, parse_hash(f"{nonce:064x}"), SETTLEMENT, now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path)
    yield journal
    journal.close()


def test_a_payment_from_first_to_last(journal: Journal) -> None:
    assert journal.take(shown(), 100) is Outcome.NEW
    assert journal.take(shown(), 101) is Outcome.BUSY
    assert journal.take(shown(url="/y"), 101) is Outcome.ELSEWHERE
    assert journal.take(shown(), 100 + BUSY_SECONDS) is Outcome.UNSETTLED, "nobody holds it for ever"
    assert journal.settled(shown(), SETTLEMENT, receipt(1, 100))
    journal.release(shown())
    assert journal.take(shown(), 500) is Outcome.SETTLED
    journal.served(shown(), 500)
    assert journal.take(shown(), 501) is Outcome.SPENT
    assert journal.settlement(shown()) == SETTLEMENT


def test_an_identifier_is_good_for_an_hour(journal: Journal) -> None:
    named = shown(identifier="i" * 16)
    assert journal.take(named, 100) is Outcome.NEW
    journal.served(named, 100)
    assert journal.take(named, 101) is Outcome.REPEATED
    assert journal.take(shown(), 101) is Outcome.SPENT
    assert journal.take(shown(identifier="j" * 16), 101) is Outcome.SPENT
    assert journal.take(named, 100 + REPEAT_SECONDS) is Outcome.SPENT


def test_only_what_moved_no_money_is_forgotten(journal: Journal) -> None:
    journal.take(shown("a"), 100)
    journal.take(shown("b"), 100)
    journal.settled(shown("b"), SETTLEMENT, receipt(1, 100))
    journal.forget(shown("a"))
    journal.forget(shown("b"))
    assert journal.counts() == {"taken": 1, "settled": 1, "served": 0, "lost": 0, "records": 1}


def test_what_was_not_settled_is_found_once(journal: Journal) -> None:
    """From the oldest, so many at once; without what is settled, served, held, or taken too late."""
    for number, now in enumerate((10, 10, 10, 11, 12, 13, 14, 900)):
        journal.take(shown(f"{number}"), now)
    for number in (0, 1, 2, 3, 6, 7):
        journal.release(shown(f"{number}"))
    journal.settled(shown("4"), SETTLEMENT, receipt(1, 100))
    journal.release(shown("4"))
    journal.served(shown("5"), 13)
    assert journal.take(shown("6"), 600) is Outcome.UNSETTLED
    found = journal.not_settled(900, 600, None, 2)
    assert [one.nonce for _, one in found] == ["0", "1"]
    assert found[0][1] == shown("0")
    found = journal.not_settled(900, 600, found[-1][0], 9)
    assert [one.nonce for _, one in found] == ["2", "3"]
    assert journal.not_settled(900, 600, found[-1][0], 9) == []
    journal.forget(*(one for _, one in found))
    assert journal.counts()["taken"] == 6


def test_what_may_not_begin_is_not_written_down(journal: Journal) -> None:
    assert journal.take(shown(), 100, begins=False) is Outcome.NEW
    assert journal.counts()["taken"] == 0
    journal.take(shown(), 100)
    journal.release(shown())
    assert journal.take(shown(), 101, begins=False) is Outcome.UNSETTLED


def test_it_is_of_one_deployment(journal: Journal) -> None:
    journal.keep_to(31337, LEDGER)
    journal.keep_to(31337, LEDGER)
    for chain_id, ledger in ((1337, LEDGER), (31337, Address("0x" + "22" * 20))):
        with pytest.raises(InputError, match=f"is of the usage ledger {LEDGER} on chain 31337"):
            journal.keep_to(chain_id, ledger)


def test_one_payment_has_one_record(journal: Journal) -> None:
    journal.take(shown(), 100)
    first = receipt(1, 100)
    assert journal.settled(shown(), SETTLEMENT, first)
    assert journal.settled(shown(), SETTLEMENT, receipt(1, 101))
    assert journal.receipt(shown()) == first.to_bytes()
    assert journal.counts()["records"] == 1


def test_seconds_are_in_one_batch_and_no_record_comes_late(journal: Journal) -> None:
    batches = Batches(journal)
    assert batches.next(1000) is None
    for number, now in enumerate((10, 11, 11, 12)):
        journal.take(shown(str(number)), now)
        assert journal.settled(shown(str(number)), SETTLEMENT, receipt(number, now))
    assert [batches.has_waiting(count) for count in (1, 4, 5)] == [True, True, False]
    first = batches.next(11)
    assert first is not None
    assert [batches.has_waiting(count) for count in (1, 2)] == [True, False], (
        "what is in a batch waits no more"
    )
    assert (first.log.since, first.log.until, len(first.log.records)) == (10, 11, 3)
    assert batches.next(99) == first, "the same again until it is on chain"
    journal.take(shown("late"), 11)
    assert not journal.settled(shown("late"), SETTLEMENT, receipt(9, 11))
    assert journal.receipt(shown("late")) is None
    assert batches.place_of(first.log.records[0].hash) is None, "it is not on chain yet"
    batches.anchored(first, Anchor(HASH, 7, HASH))
    assert [batches.place_of(record.hash).index for record in first.log.records] == [0, 1, 2]  # type: ignore[union-attr]
    second = batches.next(12)
    assert second is not None
    assert (second.log.since, second.log.until) == (12, 12)


def test_a_killed_process_holds_nothing_and_lost_nothing(path: Path) -> None:
    """It is killed right after each of its commits; what it wrote is there, and another goes on."""
    program = (
        "import os, signal, sys; from pathlib import Path; from licet.gateway.journal import Journal, Shown\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "journal.take(Shown('token', 'payer', sys.argv[2], '/x', 5, 'payee'), 100)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    for nonce in ("a", "b", "c"):
        ended = subprocess.run([sys.executable, "-c", program, str(path), nonce], check=False, timeout=60)
        assert ended.returncode == -signal.SIGKILL
    journal = Journal(path)
    for nonce in ("a", "b", "c"):
        assert journal.take(shown(nonce), 101) is Outcome.UNSETTLED
    journal.close()


def test_commits_are_synced(journal: Journal) -> None:
    with journal.transaction() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_log_is_tidied_beside_what_is_written(journal: Journal, path: Path) -> None:
    for number in range(50):
        journal.take(shown(f"{number}"), 100)
    before = path.stat().st_size
    with journal.transaction() as db:
        db.execute("UPDATE payments SET taken_at = 101")
        journal.database.tidy()
    journal.database.tidy()
    assert path.stat().st_size > before
    assert journal.counts()["taken"] == 50


def test_what_fails_is_not_written(journal: Journal) -> None:
    def fail() -> None:
        with journal.transaction() as db:
            db.execute("INSERT INTO batches (root, since, until) VALUES ('x', 1, 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert Batches(journal).next(99) is None


def test_what_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"no database at all, but long enough to have a header" * 9)
    with pytest.raises(InputError, match="cannot be used"):
        Journal(tmp_path / "text")
    with pytest.raises(InputError, match="cannot be used"):
        Journal(tmp_path / "no" / "such" / "folder")


def test_a_receipt_is_what_was_signed() -> None:
    document = receipt(1, 100)
    assert ReceiptDocument.from_bytes(document.to_bytes()) == document
    with pytest.raises(InputError, match="the receipt is of the record"):
        ReceiptDocument(
            31337, LEDGER, SIGNER.address, document.record, UsageReceipt(HASH, LEDGER, HASH), b"x"
        )
    altered = document.to_bytes().replace(b'"units":"1"', b'"units":"2"')
    with pytest.raises(DocumentInvalid, match="the receipt is of the record"):
        ReceiptDocument.from_bytes(altered)
