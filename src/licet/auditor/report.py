"""The report: a verdict, the findings, and the tables that they were found with."""

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any

from licet.auditor.findings import Finding, Severity
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


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One sale of `quantity` licenses, the first of which is `license_id`.

    `price` is of each, in the smallest unit of `currency` (zero address: the native coin).
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
class AuditReport:
    """What an audit found.

    Attributes:
        chain_id: EIP-155 chain id.
        registry: the registry that was audited.
        license_token: the license token that it names.
        vault_factory: the vault factory that it names.
        block: the block whose state was compared; nothing later was looked at.
        counts: how much was looked at.
        findings: ranked: errors, then what could not be checked, then notes; each in the order it was found.
        sales: every sale, oldest first.
        vaults: a balance sheet for each vault and token.
    """

    chain_id: int
    registry: Address
    license_token: Address
    vault_factory: Address
    block: Block
    counts: Counts
    findings: tuple[Finding, ...]
    sales: tuple[SaleLine, ...]
    vaults: tuple[VaultSheet, ...]

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        severities = {finding.severity for finding in self.findings}
        if Severity.ERROR in severities:
            return Verdict.FINDINGS
        return Verdict.CANNOT_TELL if Severity.CANNOT_TELL in severities else Verdict.CLEAN

    def to_json(self) -> dict[str, Any]:
        """A JSON object with stable keys; amounts are decimal strings."""
        return {
            "verdict": str(self.verdict),
            "chain_id": self.chain_id,
            "registry": self.registry,
            "license_token": self.license_token,
            "vault_factory": self.vault_factory,
            "block": _plain(self.block),
            "counts": _plain(self.counts),
            "findings": [finding.to_json() for finding in self.findings],
            "sales": [_plain(line) for line in self.sales],
            "vaults": [_plain(sheet) for sheet in self.vaults],
        }


_AMOUNTS = {"price", "received", "claimed", "due", "dust"}


def ranked(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings with the worst first."""
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))


def _plain(row: object) -> dict[str, Any]:
    """A flat dataclass as a JSON object."""
    assert is_dataclass(row)
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    return {
        name: str(value) if name in _AMOUNTS and value is not None else value
        for name, value in values.items()
    }
