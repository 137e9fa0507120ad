"""Purses: whether what was paid in and out of each follows from the logs, and from what it still has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from licet.auditor.balances import Balances
from licet.auditor.findings import Finding, Kind, found
from licet.errors import ChainError
from licet.types import Address


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


@dataclass(frozen=True, slots=True)
class PurseBook:
    """What is known of one purse in one token, in the token's smallest unit.

    Attributes:
        purse: the purse.
        token: the currency; the zero address for the native coin.
        balance: what it has.
        paid_out: what the logs say left it.
        paid_in: what the logs say was paid into it; plain payments are not logged.
        moved: what came in and what went out by the token's own logs; None where there are none.
    """

    purse: Purse
    token: Address
    balance: int
    paid_out: int
    paid_in: int
    moved: tuple[int, int] | None

    @property
    def received(self) -> int:
        """All that ever came in."""
        return self.balance + self.paid_out


def check_purse(book: PurseBook) -> Iterator[Finding]:
    """Yields what does not agree in a purse's book: received = paid out + balance."""
    if book.received < book.paid_in:
        yield _of_purse(
            Kind.PURSE_INCOME_WRONG,
            book,
            f"received {book.received}, though {book.paid_in} were paid into it",
            book.paid_in,
            book.received,
        )
    if book.moved is None:
        return
    came, went = book.moved
    if came - went != book.balance:
        yield _of_purse(
            Kind.PURSE_INCOME_WRONG,
            book,
            f"has {book.balance}, but {came} came in and {went} went out",
            came - went,
            book.balance,
        )
    if went != book.paid_out:
        yield _of_purse(
            Kind.PURSE_OUTFLOW_WRONG,
            book,
            f"was logged to pay {book.paid_out}, but {went} went out",
            book.paid_out,
            went,
        )


def balance_of(purse: Purse, token: Address, balances: Balances, findings: list[Finding]) -> int | None:
    """What a purse has of a token; None where the token does not say."""
    balance = balances[purse.address, token]
    if not isinstance(balance, ChainError):
        return balance
    findings.append(
        found(
            Kind.PURSE_UNREADABLE,
            f"the token {token} does not say what {purse.name} holds: {balance}",
            purse=purse.address,
            token=token,
            **purse.subject,
        )
    )
    return None


def _of_purse(kind: Kind, book: PurseBook, what: str, expected: int, actual: int) -> Finding:
    return found(
        kind,
        f"{book.purse.name} {what}",
        purse=book.purse.address,
        token=book.token,
        expected=expected,
        actual=actual,
        **book.purse.subject,
    )
