"""What the usage ledger logs."""

from dataclasses import dataclass
from typing import ClassVar

from licet.contracts.events.base import Event
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAnchored(Event):
    """Somebody anchored the root of a period's records of use; of any licenses where `license_id` is zero."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    reporter: Address
    license_id: Hash32
    root: Hash32
    count: int
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterNamed(Event):
    """A license's holder named a reporter, or no longer does."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    holder: Address
    reporter: Address
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterAdmitted(Event):
    """A license's terms were shown to name the reporter."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    conditions_hash: Hash32
    reporter: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """The account of a metered license was opened; its deposit is at `purse`."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    asset_id: Hash32
    currency: Address
    purse: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited(Event):
    """Somebody paid into a deposit through the ledger; plain transfers have no log here."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    payer: Address
    currency: Address
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled(Event):
    """A voucher was settled: `units` are paid in all, `amount` of the currency now."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    asset_id: Hash32
    payee: Address
    currency: Address
    units: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountClosing(Event):
    """A licensee asked for what will be left at `closes_at`."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    asset_id: Hash32
    licensee: Address
    closes_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositWithdrawn(Event):
    """What was left of a closed account in a token went back to its licensee."""

    CONTRACT: ClassVar[str] = "UsageLedger"
    license_id: Hash32
    licensee: Address
    token: Address
    amount: int
