"""Planted faults of statements' documents: each statement is compared with the document that it names."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import AuditReport, Kind, Verdict
from licet.documents import PayeeShare, SplitDocument, StatementDocument, file_name, sha256
from licet.rights.statement import Statement
from licet.types import Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.faults import kinds, the
from tests.integration.market import Market

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
NOTHING = hash32(b"\x77" * 32)


@pytest.fixture
def document(market: Market, licensor: Party, artist: Party, network: Network) -> StatementDocument:
    """What two people earned with a poem yesterday."""
    amounts = SplitDocument.of(
        [PayeeShare(licensor.address, 30 * DOLLAR), PayeeShare(artist.address, 70 * DOLLAR)]
    )
    poem = market.register(licensor, "a poem")
    return StatementDocument(poem, network.now - DAY, network.now, market.dollar, amounts, "by listening")


@pytest.fixture
def statement(document: StatementDocument, licensor: Party) -> Statement:
    """The same, stated on chain and paid in."""
    licensor.receive_dollars(100 * DOLLAR)
    return licensor.sells.publish_statement(document, DAY).statement


def place(folder: Path, document_hash: Hash32) -> Path:
    return folder / file_name(document_hash)


def test_a_statement_that_its_document_confirms(statement: Statement, audit: Audit) -> None:
    assert kinds(audit()) == set()


def test_a_document_that_is_not_at_hand(statement: Statement, folder: Path, audit: Audit) -> None:
    place(folder, statement.document_hash).unlink()
    report = audit()
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.STATEMENT_DOCUMENT_MISSING}


def test_a_document_in_a_form_that_cannot_be_compared(
    document: StatementDocument, market: Market, licensor: Party, folder: Path, audit: Audit
) -> None:
    prose = b"%PDF: what everybody earned"
    folder.mkdir(exist_ok=True)
    place(folder, sha256(prose)).write_bytes(prose)
    licensor.sells.publish_split(document.amounts, stated(market, licensor, document, sha256(prose)).id)
    report = audit()
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.STATEMENT_DOCUMENT_MISSING}


def test_a_line_of_the_document_that_was_altered(statement: Statement, folder: Path, audit: Audit) -> None:
    path = place(folder, statement.document_hash)
    path.write_bytes(path.read_bytes().replace(b"70000000", b"71000000"))
    report = audit()
    assert kinds(report) == {Kind.STATEMENT_DOCUMENT_ALTERED}
    assert the(Kind.STATEMENT_DOCUMENT_ALTERED, report).evidence.statement_id == statement.id


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda old: {"asset_id": NOTHING}, ["the asset"]),
        (lambda old: {"since": old.since - 1}, ["the first second"]),
        (lambda old: {"until": old.until + 1}, ["the last second"]),
        (lambda old: {"currency": "0x" + "77" * 20}, ["the currency"]),
        (
            lambda old: {"amounts": SplitDocument.of([*old.amounts.payees, PayeeShare("0x" + "77" * 20, 1)])},
            ["the amount", "the root"],
        ),
    ],
    ids=["asset", "since", "until", "currency", "amounts"],
)
def test_a_document_that_says_otherwise(
    change: Callable[[StatementDocument], dict[str, Any]],
    names: list[str],
    document: StatementDocument,
    market: Market,
    licensor: Party,
    folder: Path,
    audit: Audit,
) -> None:
    """Its hash is the one on chain: whoever stated it named a document of something else."""
    other = replace(document, **change(document)).to_bytes()
    folder.mkdir(exist_ok=True)
    place(folder, sha256(other)).write_bytes(other)
    statement = stated(market, licensor, document, sha256(other))
    licensor.sells.publish_split(document.amounts, statement.id)
    report = audit()
    assert kinds(report) == {Kind.STATEMENT_DOCUMENT_WRONG}
    messages = [finding.message for finding in report.findings]
    assert [name for message in messages for name in names if f"states {name} " in message] == names


def test_a_usage_log_that_nobody_anchored_is_noted(
    document: StatementDocument, licensor: Party, audit: Audit
) -> None:
    licensor.receive_dollars(100 * DOLLAR)
    licensor.sells.publish_statement(replace(document, usage=(NOTHING,)), DAY)
    report = audit()
    assert report.verdict is Verdict.CLEAN
    assert kinds(report) == {Kind.STATEMENT_USAGE_UNANCHORED}


def stated(market: Market, licensor: Party, document: StatementDocument, named: Hash32) -> Statement:
    """States what a document says, and names another one."""
    return market.state(
        licensor,
        document.asset_id,
        document.amounts,
        since=document.since,
        until=document.until,
        document_hash=named,
    )
