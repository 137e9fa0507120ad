"""The report: a verdict, the findings, and the tables that they were found with."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from licet.auditor.findings import Finding, Severity
from licet.auditor.report.counts import Counts
from licet.auditor.report.lines import ClaimLine, PaymentLine, Shares, TokenLine, TrialLine, as_json
from licet.auditor.report.payees import payee_statements
from licet.auditor.report.procedures import carried_out
from licet.auditor.report.sheets import (
    CaseLine,
    EscrowSheet,
    MeterSheet,
    SaleLine,
    StatementSheet,
    VaultSheet,
)
from licet.chain.client import Block
from licet.text import plural
from licet.types import Address, Hash32


class Verdict(StrEnum):
    """What an audit comes to."""

    CLEAN = "clean"
    """Everything was checked, and everything agrees."""
    FINDINGS = "findings"
    """Something does not agree."""
    CANNOT_TELL = "cannot_tell"
    """Whatever could be checked agrees, but not everything could."""


MEANINGS: Final = {
    Verdict.CLEAN: "Everything was checked, and everything agrees.",
    Verdict.FINDINGS: "Something does not agree.",
    Verdict.CANNOT_TELL: "What could be checked agrees, but not all could be.",
}
"""The verdicts, for people."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What of an audit rests on proofs against the block's hash.

    Attributes:
        state_root: of the block, from its header.
        slots: how many words of storage were proven.
        accounts: how many accounts: balances and hashes of code.
        receipts: of how many blocks the receipts were recomputed to the header's root.
        linked_from: the first block whose header was linked to the audited block's.
        unproven: what remains the node's word, for people.
    """

    state_root: Hash32
    slots: int
    accounts: int
    receipts: int
    linked_from: int
    unproven: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found.

    Attributes:
        chain_id: EIP-155 chain id.
        registry: the registry that was audited.
        license_token: the license token that it names.
        vault_factory: the vault factory that it names.
        usage_ledger: the usage ledger that it names.
        statement_escrow: the statement escrow that it names.
        dispute_desk: the dispute desk that it names.
        block: the block whose state was compared; nothing later was looked at.
        counts: how much was looked at.
        findings: ranked: errors, then what could not be checked, then notes; each in the order it was found.
        sales: every sale, oldest first.
        vaults: a balance sheet for each vault and token.
        meters: the deposit of each metered license whose account was opened.
        statements: every statement, oldest first.
        escrows: a balance sheet for each escrow of sales and token.
        cases: every dispute, then every contest; oldest first.
        tokens: every currency that was paid in.
        payments: every payment that a contract logged, oldest first.
        claims: every claim, oldest first.
        trial_balance: token by token, what came in, went out and is there; its total last.
        shares: who shares in what each vault received; `PayeeLines` and others compute from it.
        proven: what rests on proofs; None where the node was believed.
    """

    chain_id: int
    registry: Address
    license_token: Address
    vault_factory: Address
    usage_ledger: Address
    statement_escrow: Address
    dispute_desk: Address
    block: Block
    counts: Counts
    findings: tuple[Finding, ...]
    sales: tuple[SaleLine, ...] = ()
    vaults: tuple[VaultSheet, ...] = ()
    meters: tuple[MeterSheet, ...] = ()
    statements: tuple[StatementSheet, ...] = ()
    escrows: tuple[EscrowSheet, ...] = ()
    cases: tuple[CaseLine, ...] = ()
    tokens: tuple[TokenLine, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    claims: tuple[ClaimLine, ...] = ()
    trial_balance: tuple[TrialLine, ...] = ()
    shares: tuple[Shares, ...] = ()
    proven: Proven | None = None

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ERROR in severities:
            return Verdict.FINDINGS
        return Verdict.CANNOT_TELL if Severity.CANNOT_TELL in severities else Verdict.CLEAN

    @property
    def meaning(self) -> str:
        """The same for people, and how much is to be noted."""
        notes = sum(1 for finding in self.findings if finding.severity is Severity.NOTE)
        return MEANINGS[self.verdict] + (f" {plural(notes, 'note')}." if notes else "")

    def identity(self) -> dict[str, int | Address]:
        """Which deployment it is about."""
        return {name: getattr(self, name) for name in _IDENTITY}

    def to_json(self) -> dict[str, Any]:
        """A JSON object with stable keys; amounts are decimal strings."""
        return {name: list(value) if isinstance(value, Iterator) else value for name, value in self.parts()}

    def parts(self) -> Iterator[tuple[str, Any]]:
        """The names and values of that object; long lists as iterators, to be written bit by bit."""
        yield "verdict", str(self.verdict)
        yield from self.identity().items()
        yield "block", as_json(self.block)
        yield "counts", as_json(self.counts)
        yield "findings", (finding.to_json() for finding in self.findings)
        for name in _TABLES:
            yield name, map(as_json, getattr(self, name))
        yield "proven", None if self.proven is None else as_json(self.proven)
        yield "procedures", (procedure.to_json() for procedure in carried_out(self))
        yield "payees", (statement.to_json() for statement in payee_statements(self.shares, self.claims))


_IDENTITY: Final = (
    "chain_id",
    "registry",
    "license_token",
    "vault_factory",
    "usage_ledger",
    "statement_escrow",
    "dispute_desk",
)
_TABLES: Final = (
    "sales",
    "vaults",
    "meters",
    "statements",
    "escrows",
    "cases",
    "tokens",
    "payments",
    "trial_balance",
)


def ranked(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings with the worst first."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))
