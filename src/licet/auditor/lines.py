"""The lines of an audit's books: currencies, payments, claims, balances, and who shares in what.

All amounts are in the token's smallest unit; the zero address stands for the native coin.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, Final

from licet.trees.sums import SumTree
from licet.types import Address, Hash32


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A currency, as it calls itself, which may be another's name.

    Attributes:
        token: its address.
        symbol: printable and short; None where the contract does not say.
        decimals: how many digits stand after the point; None where the contract does not say.
    """

    token: Address
    symbol: str | None
    decimals: int | None


class Movement(StrEnum):
    """What a payment was for. The names are stable: programs rely on them."""

    SALE = "sale"
    RENEWAL = "renewal"
    REFUND = "refund"
    DEPOSIT = "deposit"
    SETTLEMENT = "settlement"
    WITHDRAWAL = "withdrawal"
    ESCROW_RELEASE = "escrow_release"
    STATEMENT_RELEASE = "statement_release"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """Money that a contract logged to have moved.

    Attributes:
        movement: what for.
        payer: from whom.
        payee: to whom.
        token: the currency.
        amount: how much.
        moved: whether a transfer of the token shows it; None where there are none, as of native coin.
        time: of its block, unix seconds.
        block: its block.
        tx: its transaction.
        log_index: the log within the block.
    """

    movement: Movement
    payer: Address
    payee: Address
    token: Address
    amount: int
    moved: bool | None
    time: int
    block: int
    tx: Hash32
    log_index: int


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A vault paid a payee.

    Attributes:
        vault: which vault.
        token: the currency.
        payee: whose share it was.
        receiver: who got it: the payee, or where the payee had it sent.
        amount: how much.
        time: of its block, unix seconds.
        block: its block.
        tx: its transaction.
        log_index: the log within the block.
    """

    vault: Address
    token: Address
    payee: Address
    receiver: Address
    amount: int
    time: int
    block: int
    tx: Hash32
    log_index: int


@dataclass(frozen=True, slots=True)
class Shares:
    """What the payees of one vault are to get in one token.

    Attributes:
        vault: its address.
        token: the currency.
        split: who shares; None where it is not known.
        received: all that ever came in.
        claimed: what each payee claimed, by the vault's logs.
    """

    vault: Address
    token: Address
    split: SumTree | None
    received: int
    claimed: Mapping[Address, int]


class Account(StrEnum):
    """Which kind of account a line of the trial balance is about."""

    PAYERS = "payers"
    """All outside the deployment who paid by what its contracts logged: buyers above all."""
    PLAIN_PAYMENTS = "plain_payments"
    """All who paid by plain transfers, which no contract logs: statements' publishers, other income."""
    VAULT = "vault"
    DEPOSIT = "deposit"
    STATEMENT = "statement"
    ESCROW = "escrow"
    PAYEES = "payees"
    """All outside the deployment who were paid."""
    TOTAL = "total"
    """All accounts of a token: what came from outside is paid out or still there, so that zero is left."""


@dataclass(frozen=True, slots=True)
class TrialLine:
    """An account in one token: does opening + incoming - outgoing give what it has?

    Of an account outside the deployment, `closing` is the sum of what moved to it, less what moved from it.

    Attributes:
        token: the currency.
        kind: which kind of account.
        account: its address; None where the line stands for several.
        opening: what it had before the first block of the deployment: nothing.
        incoming: what came in.
        outgoing: what the contracts say went out.
        computed: opening + incoming - outgoing.
        closing: what it has at the last block; None where nobody says.
        difference: closing - computed; None where closing is.
        reconciled: whether that is zero, and the token's transfers agree with what went out; None where it
            cannot be told.
    """

    token: Address
    kind: Account
    account: Address | None
    opening: int
    incoming: int
    outgoing: int
    computed: int
    closing: int | None
    difference: int | None
    reconciled: bool | None


_AMOUNTS: Final = frozenset(
    {
        "amount",
        "balance",
        "claimed",
        "closing",
        "computed",
        "difference",
        "due",
        "dust",
        "entitled",
        "incoming",
        "opening",
        "outgoing",
        "price",
        "received",
        "released",
        "remainder",
        "settled",
        "share",
        "total",
        "withdrawn",
    }
)


def as_json(line: object) -> dict[str, Any]:
    """A line of any of a report's tables as a JSON object; amounts as decimal strings."""
    assert is_dataclass(line)
    values = {field.name: getattr(line, field.name) for field in fields(line)}
    return {
        name: str(value) if name in _AMOUNTS and value is not None else value
        for name, value in values.items()
    }
