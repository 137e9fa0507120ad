"""Payments and purses: money that must have moved by what the contracts logged, and where it waits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from licet.auditor.findings import Kind
from licet.chain.client import Log
from licet.types import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that must have moved, by what a contract logged.

    Attributes:
        log: that says so; the transfer follows it in its transaction.
        kind: of the finding if it did not move.
        what: what was done with what, as the finding's sentence begins.
        payer: from whom.
        payee: to whom.
        token: the currency; the zero address for the native coin.
        amount: in its smallest unit.
        through: a contract that it may pass through.
        limit: the vault of a derivative that this is income of, and what that may have received with it.
        subject: what it is about, as evidence has it.
    """

    log: Log
    kind: Kind
    what: str
    payer: Address
    payee: Address
    token: Address
    amount: int
    through: Address | None = None
    limit: tuple[Address, int] | None = None
    subject: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Purse:
    """An address where one matter's money waits.

    Attributes:
        address: where.
        name: what for.
        subject: the same, as evidence has it.
        currency: which token it is for; None where it takes any.
    """

    address: Address
    name: str
    subject: Mapping[str, Any]
    currency: Address | None = None
