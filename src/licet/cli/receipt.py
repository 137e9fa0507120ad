"""`licet receipt`: what a gateway signed for a read."""

import base64
import binascii
from pathlib import Path
from typing import Final

import click

from licet.chain.compiled.abi import log_topic
from licet.chain.signatures import is_valid
from licet.cli.errors import UndecidedError
from licet.cli.licenses.showing import yes_or_no
from licet.cli.options import takes
from licet.cli.output import emit, facts
from licet.cli.params import FILE
from licet.cli.session import Session
from licet.cli.text import format_time
from licet.contracts import Contracts, events
from licet.documents import UsageProof, read_document
from licet.documents.receipts import ReceiptDocument
from licet.errors import DocumentInvalid, InputError, LicetError
from licet.fingerprint import check_file
from licet.rights.uses import use_names

MAX_BYTES: Final = 64 << 10


@click.group("receipt")
def command() -> None:
    """Receipts that gateways give for each read."""


@command.command("verify")
@click.argument("file", type=FILE, metavar="RECEIPT")
@click.option("--proof", "proof_file", type=FILE, metavar="FILE", help="The proof that it is on chain.")
@takes()
def verify(session: Session, file: Path, proof_file: Path | None, as_json: bool) -> int:
    """Say whether a gateway signed RECEIPT, and with --proof, whether it anchored the record.

    RECEIPT is the document, or the value of the field Licet-Receipt as it came. The proof is what the gateway
    answers at /.well-known/licet/records/HASH, once the record is on chain.

    Exits with 0 for yes, with 1 for no, with 2 when it cannot tell.
    """
    try:
        receipt = _read(file)
        contracts = session.contracts
        _check_here(contracts, file, receipt)
        signed = is_valid(contracts.chain, receipt.gateway, receipt.digest, receipt.signature)
        anchored = None if proof_file is None else _anchored(contracts, receipt, proof_file)
    except LicetError as error:
        raise UndecidedError(str(error)) from error
    holds = signed and anchored is not False
    record = receipt.record
    emit(
        {
            "signed": signed,
            "anchored": anchored,
            "record_hash": record.hash,
            "record": record.to_json(),
            "gateway": receipt.gateway,
            "requester": receipt.receipt.requester,
            "payment": receipt.receipt.payment,
        },
        yes_or_no(holds),
        facts(
            signed=f"by {receipt.gateway}" if signed else f"not by {receipt.gateway}",
            on_chain={None: "not asked: name its --proof", True: "yes", False: "no"}[anchored],
            record=record.hash,
            asset=record.asset_id,
            uses=", ".join(use_names(record.uses)),
            served=f"to {receipt.receipt.requester} on {format_time(record.since)}",
            paid_by=receipt.receipt.payment,
        ),
        as_json=as_json,
    )
    return 0 if holds else 1


def _read(file: Path) -> ReceiptDocument:
    """A receipt from a file: the document, or the field's value."""
    check_file(file)
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"{file} is too large for a receipt: {MAX_BYTES:,} bytes are the most")
    try:
        if not data.startswith(b"{"):
            text = data.strip()
            data = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        return ReceiptDocument.from_bytes(data)
    except (binascii.Error, DocumentInvalid) as error:
        raise DocumentInvalid(f"{file} is no receipt: {error}") from error


def _check_here(contracts: Contracts, file: Path, receipt: ReceiptDocument) -> None:
    here = (contracts.chain.chain_id, contracts.usage.address)
    if (receipt.chain_id, receipt.usage_ledger) != here:
        raise InputError(
            f"{file} is of the contract {receipt.usage_ledger} on chain {receipt.chain_id}, "
            f"this is {here[1]} on chain {here[0]}: check --rpc"
        )


def _anchored(contracts: Contracts, receipt: ReceiptDocument, file: Path) -> bool:
    """Whether the gateway anchored the record under the root that a proof leads to."""
    proof = read_document(UsageProof, file)
    here = (contracts.chain.chain_id, contracts.usage.address)
    if (proof.chain_id, proof.usage_ledger) != here or proof.record != receipt.record or not proof.holds:
        return False
    found = events.read(
        contracts.chain,
        events.UsageAnchored,
        [contracts.usage.address],
        [log_topic(receipt.gateway), None, log_topic(proof.root)],
        from_block=contracts.deployment.block,
    )
    record = receipt.record
    return any(event.since <= record.since and record.until <= event.until for event in found)
