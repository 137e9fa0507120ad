"""The report: a verdict, the findings, and the tables that they were found with."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from licet.auditor.findings import Finding, Severity
from licet.auditor.lines import ClaimLine, PaymentLine, Shares, TokenLine, TrialLine, as_json
from licet.auditor.payees import payee_statements
from licet.auditor.procedures import carried_out
from licet.chain.client import Block
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
class Counts:
    """How much was looked at."""

    logs: int = 0
    registrations: int = 0
    catalogs: int = 0
    works: int = 0
    offers: int = 0
    sales: int = 0
    vaults: int = 0
    claims: int = 0
    derivatives: int = 0
    renewals: int = 0
    revocations: int = 0
    sublicenses: int = 0
    anchors: int = 0
    settlements: int = 0
    statements: int = 0
    cases: int = 0
    licenses: int = 0
    agents: int = 0
    purses: int = 0
    payments: int = 0


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One sale of `quantity` licenses, the first of which is `license_id`.

    `price` is of each, in the smallest unit of `currency` (zero address: the native coin); `time` is in unix
    seconds.
    """

    license_id: Hash32
    asset_id: Hash32
    asset_name: str | None
    licensee: Address
    payer: Address
    payee: Address
    price: int
    quantity: int
    currency: Address
    block: int
    tx: Hash32
    log_index: int
    time: int


@dataclass(frozen=True, slots=True)
class VaultSheet:
    """The balance sheet of one vault in one token: received = claimed + due + dust.

    Attributes:
        vault: its address.
        root: the root of its split.
        assets: the assets that were sold for it.
        names: the names of those that are catalogues with a document at hand.
        token: the currency; the zero address for the native coin.
        payees: how many share; None where the split is not known.
        received: all that ever came in, in the token's smallest unit.
        claimed: all that was paid out.
        due: what payees could claim now; None where the split is not known.
        dust: the rest, which counts into the next payment; None where the split is not known.
    """

    vault: Address
    root: Hash32
    assets: tuple[Hash32, ...]
    names: tuple[str, ...]
    token: Address
    payees: int | None
    received: int
    claimed: int
    due: int | None
    dust: int | None


@dataclass(frozen=True, slots=True)
class MeterSheet:
    """The deposit of one metered license: received = settled + withdrawn + balance.

    Attributes:
        license_id: the license.
        asset_id: what it is of.
        purse: where the deposit is.
        token: the currency; the zero address for the native coin.
        units: paid so far.
        received: all that was paid in, in the token's smallest unit.
        settled: what was paid to the offer's payee.
        withdrawn: what went back to the licensee.
        balance: what is left.
        closes_at: from when it is the licensee's, unix seconds; None while the account is open.
    """

    license_id: Hash32
    asset_id: Hash32
    purse: Address
    token: Address
    units: int
    received: int
    settled: int
    withdrawn: int
    balance: int
    closes_at: int | None


@dataclass(frozen=True, slots=True)
class StatementSheet:
    """A period's payout.

    Attributes:
        statement_id: its id.
        asset_id: what earned it.
        publisher: who published and paid it.
        vault: where it goes.
        token: the currency; the zero address for the native coin.
        amount: what it says, in the token's smallest unit.
        since: first second of the period, unix.
        until: last second of the period, unix.
        contestable_until: last second for a contest, unix.
        state: `contestable`, `contested`, `due`, `released` or `returned`.
        released: what left its purse.
        balance: what waits in it.
    """

    statement_id: Hash32
    asset_id: Hash32
    publisher: Address
    vault: Address
    token: Address
    amount: int
    since: int
    until: int
    contestable_until: int
    state: str
    released: int
    balance: int


@dataclass(frozen=True, slots=True)
class EscrowSheet:
    """Sales that were escrowed while a dispute was open: received = released + balance.

    Attributes:
        case_id: the latest dispute of the asset then.
        asset_id: the asset.
        payee: whom the offers name.
        purse: where the money waits.
        token: the currency; the zero address for the native coin.
        received: all that was paid in, in the token's smallest unit.
        released: what was paid out.
        balance: what is left.
    """

    case_id: int
    asset_id: Hash32
    payee: Address
    purse: Address
    token: Address
    received: int
    released: int
    balance: int


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case: a dispute, or a contest of a statement.

    Attributes:
        contract: where it was opened.
        case_id: its number there.
        kind: `asset`, `work`, `license` or `statement`.
        subject: the asset, the license or the statement that it is about.
        claimant: who opened it.
        status: `open`, `upheld`, `rejected` or `lapsed`.
        deadline: last unix second for a ruling.
    """

    contract: Address
    case_id: int
    kind: str
    subject: Hash32
    claimant: Address
    status: str
    deadline: int


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
        yield "payees", (statement.to_json() for statement in payee_statements(self))


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
