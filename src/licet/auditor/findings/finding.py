"""Findings: what an audit found wrong, could not check or thinks worth knowing, each with its evidence."""

from dataclasses import dataclass, fields
from typing import Any

from licet.auditor.findings.kinds import Kind, Severity
from licet.chain.client import Log
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where to look, and what stands there; what does not apply is None.

    Attributes:
        tx: the transaction.
        block: its block.
        log_index: the log within the block.
        contract: whose log or slot it is.
        asset_id: the asset.
        offer_hash: the offer.
        license_id: the license.
        document_hash: the document.
        vault: the vault.
        root: its split.
        token: the currency, zero for the native coin.
        payee: the payee.
        account: somebody else whom it is about: an agent, a reporter, a claimant.
        purse: where a deposit, an escrowed sale or a statement's money waits.
        case_id: the case, in `contract`.
        statement_id: the statement.
        expected: what should be, as text; amounts as decimal digits in the smallest unit.
        found: what is.
    """

    tx: Hash32 | None = None
    block: int | None = None
    log_index: int | None = None
    contract: Address | None = None
    asset_id: Hash32 | None = None
    offer_hash: Hash32 | None = None
    license_id: Hash32 | None = None
    document_hash: Hash32 | None = None
    vault: Address | None = None
    root: Hash32 | None = None
    token: Address | None = None
    payee: Address | None = None
    account: Address | None = None
    purse: Address | None = None
    case_id: int | None = None
    statement_id: Hash32 | None = None
    expected: str | None = None
    found: str | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object of what applies."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, with a sentence for people."""

    kind: Kind
    message: str
    evidence: Evidence

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        return self.kind.severity

    def to_json(self) -> dict[str, Any]:
        """A JSON object: `kind`, `severity`, `message`, `evidence`."""
        return {
            "kind": str(self.kind),
            "severity": str(self.severity),
            "message": self.message,
            "evidence": self.evidence.to_json(),
        }


def found(
    kind: Kind,
    message: str,
    log: Log | None = None,
    *,
    expected: object = None,
    actual: object = None,
    **subject: Any,
) -> Finding:
    """A finding.

    Args:
        kind: what is found.
        message: the same for people, with the facts in it.
        log: the log that shows it.
        expected: what should be.
        actual: what is.
        subject: the attributes of `Evidence` that name what it is about.
    """
    if log is not None:
        subject |= {"tx": log.tx_hash, "block": log.block_number, "log_index": log.index}
        subject.setdefault("contract", log.address)
    return Finding(
        kind,
        message,
        Evidence(
            **subject,
            expected=None if expected is None else str(expected),
            found=None if actual is None else str(actual),
        ),
    )
