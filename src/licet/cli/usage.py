"""`licet usage`: use, reported."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.console import RenderableType

from licet.chain.compiled.abi import log_topic
from licet.cli.errors import UndecidedError
from licet.cli.licenses.showing import yes_or_no
from licet.cli.options import takes
from licet.cli.output import emit, facts, sent, table
from licet.cli.params import ADDRESS, FILE, LICENSE, SINCE, UNTIL
from licet.cli.records import read_records
from licet.cli.session import Session
from licet.cli.text import format_time, plural, short
from licet.contracts import Contracts, events
from licet.documents import (
    UsageLog,
    UsageProof,
    UsageRecord,
    file_name,
    read_document,
    sha256,
    write_document,
)
from licet.errors import InputError, LicetError
from licet.fingerprint import check_file
from licet.rights.uses import use_names
from licet.types import ZERO_HASH, Address, Hash32

_license: Final = click.argument("license_id", type=LICENSE, metavar="LICENSE")


@click.group("usage")
def command() -> None:
    """Report use, and prove single records of it."""


@command.command("anchor")
@click.argument("file", type=FILE, metavar="CSV|JSON")
@click.option(
    "--license",
    "license_id",
    type=LICENSE,
    metavar="LICENSE",
    help="All records are of this license.  [default: of any, as a gateway keeps them]",
)
@click.option(
    "--from",
    "since",
    type=SINCE,
    metavar="DATE",
    help="First day of the period, UTC.  [default: of the records]",
)
@click.option("--until", type=UNTIL, metavar="DATE", help="Its last day.  [default: of the records]")
@takes(account=True, publishes=True)
def anchor(
    session: Session,
    file: Path,
    license_id: Hash32 | None,
    since: int | None,
    until: int | None,
    as_json: bool,
) -> None:
    """Anchor a period's records of use on chain: one transaction for any number of them.

    A CSV has a record in each row, with the columns uses (train|index) and from, and maybe license, asset,
    units, until, work (a SHA-256) and reference. The log that is made of it is published as a document: keep
    it, it alone proves records. Or name such a log itself (JSON).
    """
    reporter = session.buyer
    log = _log(session, file, license_id, since, until)
    receipt = reporter.anchor_usage(log)
    path = session.publisher.directory / file_name(sha256(log.to_bytes()))
    emit(
        {
            "file": str(path),
            "root": log.root,
            "records": len(log.records),
            "units": str(log.units()),
            "license_id": _named(log.license_id),
            "from": log.since,
            "until": log.until,
            "reporter": session.signer.address,
            **sent(receipt),
        },
        facts(
            file=str(path),
            root=log.root,
            records=f"{len(log.records):,}, of {plural(log.units(), 'unit')}",
            period=_period(log.since, log.until),
            gas=f"{receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@command.command("prove")
@click.argument("file", type=FILE, metavar="LOG")
@click.option(
    "--record",
    "number",
    type=click.IntRange(min=1),
    metavar="N",
    help="The record's place in the log, from 1.",
)
@click.option("--reference", metavar="TEXT", help="Or its reference.")
@click.option("--out", type=FILE, required=True, metavar="FILE", help="The file to write the proof into.")
@takes()
def prove(
    session: Session, file: Path, number: int | None, reference: str | None, out: Path, as_json: bool
) -> None:
    """Take one record out of a published LOG (JSON), with the proof that it stands in it."""
    log = read_document(UsageLog, file)
    record = _chosen(log, file, number, reference)
    ledger = session.contracts.usage.address
    proof = UsageProof(session.reader.chain_id, ledger, log.root, record, log.proof(record))
    write_document(proof, out)
    emit(
        {"file": str(out), "root": proof.root, "record": record.to_json()},
        facts(file=str(out), root=proof.root, **_record_words(record)),
        as_json=as_json,
    )


@command.command("verify")
@click.argument("file", type=FILE, metavar="PROOF|LOG")
@takes()
def verify(session: Session, file: Path, as_json: bool) -> int:
    """Ask the chain whether a record, or a whole log, was reported, and by whom.

    Exits with 0 for yes, with 1 for no, with 2 when it cannot tell. A report is a statement, not a proof of
    use; and that nothing was left out, it does not prove.
    """
    try:
        document = _proof_or_log(file)
        if isinstance(document, UsageProof):
            _check_here(session.contracts, file, document)
        anchors = tuple(_anchors(session.contracts, document))
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    proof = document if isinstance(document, UsageProof) else None
    holds = bool(anchors) and (proof is None or proof.holds)
    emit(
        {
            "reported": holds,
            "root": document.root,
            "record": proof.record.to_json() if proof else None,
            "anchors": [_anchor_json(session.contracts, event) for event in anchors],
        },
        yes_or_no(holds),
        *_anchor_words(session.contracts, anchors),
        as_json=as_json,
    )
    return 0 if holds else 1


@command.command("name-reporter")
@_license
@click.argument("reporter", type=ADDRESS)
@click.option("--end", is_flag=True, help="They may no longer.")
@takes(account=True, documents=True)
def name_reporter(session: Session, license_id: Hash32, reporter: Address, end: bool, as_json: bool) -> None:
    """Let REPORTER report the use of LICENSE, which the account holds; until it is handed on."""
    receipt = session.buyer.name_reporter(license_id, reporter, named=not end)
    emit(
        {"license_id": license_id, "reporter": reporter, "named": not end, **sent(receipt)},
        facts(
            license=license_id,
            reporter=f"{reporter}, {'no longer' if end else 'from now on'}",
            gas=f"{receipt.gas_used:,}",
        ),
        as_json=as_json,
    )


@command.command("admit-reporter")
@_license
@takes(account=True, documents=True)
def admit_reporter(session: Session, license_id: Hash32, as_json: bool) -> None:
    """Let the reporter that the conditions of LICENSE name report its use, whoever holds it. Anybody may."""
    reporter = session.buyer.terms(license_id).conditions.reporter
    receipt = session.buyer.admit_reporter(license_id)
    emit(
        {"license_id": license_id, "reporter": reporter, **sent(receipt)},
        facts(license=license_id, reporter=reporter, gas=f"{receipt.gas_used:,}"),
        as_json=as_json,
    )


@command.command("show")
@_license
@click.option("--reporter", type=ADDRESS, metavar="ADDRESS", help="Say whether they may report its use.")
@takes()
def show(session: Session, license_id: Hash32, reporter: Address | None, as_json: bool) -> None:
    """Show how much use of LICENSE was reported, and until when."""
    ledger = session.contracts.usage
    session.contracts.licenses.license(license_id)  # says that there is no such license
    usage = ledger.usage(license_id)
    may = None if reporter is None else ledger.is_reporter(license_id, reporter)
    emit(
        {
            "license_id": license_id,
            "reported_until": usage.until or None,
            "records": usage.records,
            "anchors": usage.anchors,
            "reporter": reporter,
            "may_report": may,
        },
        facts(
            license=license_id,
            reported=f"until {format_time(usage.until)}" if usage.until else "nothing",
            records=f"{usage.records:,} in {plural(usage.anchors, 'anchor')}",
            **({} if may is None else {"may_report": "yes" if may else "no"}),
        ),
        as_json=as_json,
    )


def _log(
    session: Session, file: Path, license_id: Hash32 | None, since: int | None, until: int | None
) -> UsageLog:
    if file.suffix != ".json":
        return read_records(file, session.contracts, license_id, since, until)
    if license_id is not None or since is not None or until is not None:
        raise InputError(f"{file} says itself of which license and period it is: leave those options out")
    return read_document(UsageLog, file)


def _chosen(log: UsageLog, file: Path, number: int | None, reference: str | None) -> UsageRecord:
    if (number is None) == (reference is None):
        raise InputError("which record? Name either its --record number, or its --reference")
    if number is not None:
        if number > len(log.records):
            raise InputError(f"{file} has {plural(len(log.records), 'record')}, and no {number}th")
        return log.records[number - 1]
    found = [record for record in log.records if record.reference == reference]
    if len(found) != 1:
        raise InputError(f"{file} has {plural(len(found), 'record')} with this reference: name its --record")
    return found[0]


def _proof_or_log(file: Path) -> UsageProof | UsageLog:
    check_file(file)
    # Canonical JSON has exactly one spelling of this.
    is_proof = b'"type":"%s"' % UsageProof.TYPE.encode() in file.read_bytes()
    return read_document(UsageProof, file) if is_proof else read_document(UsageLog, file)


def _check_here(contracts: Contracts, file: Path, proof: UsageProof) -> None:
    here = (contracts.chain.chain_id, contracts.usage.address)
    if (proof.chain_id, proof.usage_ledger) != here:
        raise InputError(
            f"{file} is of the contract {proof.usage_ledger} on chain {proof.chain_id}, "
            f"this is {here[1]} on chain {here[0]}: check --rpc"
        )


def _anchors(contracts: Contracts, document: UsageProof | UsageLog) -> Iterator[events.UsageAnchored]:
    """The reports of a log, or of one that may have a record; of that license and period."""
    for event in events.read(
        contracts.chain,
        events.UsageAnchored,
        [contracts.usage.address],
        [None, None, log_topic(document.root)],
        from_block=contracts.deployment.block,
    ):
        if isinstance(document, UsageLog):
            said = (event.license_id, event.count, event.since, event.until)
            fits = said == (document.license_id, len(document.records), document.since, document.until)
        else:
            record = document.record
            fits = event.license_id in (ZERO_HASH, record.license_id)
            fits &= event.since <= record.since and record.until <= event.until
        if fits:
            yield event


def _anchor_json(contracts: Contracts, event: events.UsageAnchored) -> dict[str, Any]:
    return {
        "reporter": event.reporter,
        "license_id": _named(event.license_id),
        "records": event.count,
        "from": event.since,
        "until": event.until,
        "anchored": contracts.chain.block(event.log.block_number).timestamp,
    }


def _anchor_words(contracts: Contracts, anchors: Sequence[events.UsageAnchored]) -> list[RenderableType]:
    if not anchors:
        return []
    rows = [
        (
            event.reporter,
            short(event.license_id) if event.license_id != ZERO_HASH else "any",
            f"{event.count:,}",
            format_time(contracts.chain.block(event.log.block_number).timestamp),
        )
        for event in anchors
    ]
    return [table(["reported by", "of license", ">records", "on"], rows)]


def _record_words(record: UsageRecord) -> dict[str, str]:
    return {
        "license": record.license_id,
        "asset": record.asset_id,
        "uses": ", ".join(use_names(record.uses)),
        "units": f"{record.units:,}",
        "period": _period(record.since, record.until),
    }


def _named(license_id: Hash32) -> Hash32 | None:
    return None if license_id == ZERO_HASH else license_id


def _period(since: int, until: int) -> str:
    return f"{format_time(since)} to {format_time(until)}"
