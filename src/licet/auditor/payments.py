"""Payments: the transfers of ERC-20 tokens to and from the accounts that an audit looks at."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.records import Records
from licet.chain.client import Log
from licet.contracts.transfers import Transfer
from licet.errors import ChainError, ConnectionFailed
from licet.types import Address, Hash32


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


class Ledger:
    """One token's transfers. Each may stand for one payment only."""

    def __init__(self, transfers: Iterable[Transfer]) -> None:
        """A ledger of transfers, which are given in the chain's order."""
        self._unused: Final[dict[tuple[Hash32, Address, Address, int], list[Log]]] = {}
        self._received: Final[defaultdict[Address, int]] = defaultdict(int)
        self._sent: Final[defaultdict[Address, int]] = defaultdict(int)
        self._arrivals: Final[defaultdict[Address, list[Log]]] = defaultdict(list)
        self._sums: Final[defaultdict[Address, list[int]]] = defaultdict(lambda: [0])
        for moved in transfers:
            key = (moved.log.tx_hash, moved.sender, moved.receiver, moved.amount)
            log = moved.log.place()
            self._unused.setdefault(key, []).append(log)
            self._received[moved.receiver] += moved.amount
            self._arrivals[moved.receiver].append(log)
            self._sums[moved.receiver].append(self._received[moved.receiver])
            self._sent[moved.sender] += moved.amount

    def take(self, cause: Log, sender: Address, receiver: Address, amount: int) -> bool:
        """Whether a transfer follows `cause` in its transaction; it is used up by this."""
        logs = self._unused.get((cause.tx_hash, sender, receiver, amount), [])
        for position, log in enumerate(logs):
            if log.index > cause.index:
                del logs[position]
                return True
        return False

    def received(self, account: Address) -> int:
        """All that went to an account."""
        return self._received[account]

    def received_before(self, account: Address, log: Log) -> int:
        """All that had gone to an account when something was logged."""
        return self._sums[account][bisect_left(self._arrivals[account], _place(log), key=_place)]

    def received_by(self, account: Address, log: Log) -> int:
        """All that had gone to an account at the end of the transaction that logged something."""
        arrivals = self._arrivals[account]
        count = bisect_left(arrivals, _place(log), key=_place)
        while count < len(arrivals) and arrivals[count].tx_hash == log.tx_hash:
            count += 1
        return self._sums[account][count]

    def sent(self, account: Address) -> int:
        """All that left an account."""
        return self._sent[account]

    def accounts(self) -> frozenset[Address]:
        """Everybody who got some."""
        return frozenset(self._received)


def read_ledger(
    records: Records,
    token: Address,
    *,
    followed: frozenset[Address],
    payees: frozenset[Address],
    blocks: tuple[int, int],
    findings: list[Finding],
) -> Ledger | None:
    """The transfers of a token to payees, and to and from `followed`; None where they cannot be had."""
    try:
        return Ledger(records.transfers(token, followed, payees, blocks, findings))
    except ConnectionFailed:
        raise
    except ChainError as error:
        findings.append(
            found(Kind.TRANSFERS_UNREADABLE, f"the transfers of {token} cannot be read: {error}", token=token)
        )
        return None


def check_payments(payments: Iterable[Payment], ledgers: Mapping[Address, Ledger]) -> Iterator[Finding]:
    """Yields the payments that did not move from payer to payee, as far as the token's logs are known."""
    for payment in payments:
        ledger = ledgers.get(payment.token)
        if ledger is None or not payment.amount or _paid(ledger, payment):
            continue
        yield found(
            payment.kind,
            f"{payment.what} for {payment.amount} of {payment.token}, "
            f"which did not move from {payment.payer} to {payment.payee}",
            payment.log,
            token=payment.token,
            payee=payment.payee,
            expected=payment.amount,
            actual="no such transfer in the transaction",
            **payment.subject,
        )


def check_ceilings(payments: Iterable[Payment], ledgers: Mapping[Address, Ledger]) -> Iterator[Finding]:
    """Yields the sales of derivatives with which their vaults received more than their parents allow.

    Of native coin only what was sold for is known; plain payments leave no logs.
    """
    sold: defaultdict[tuple[Address, Address], int] = defaultdict(int)
    for payment in payments:
        sold[payment.token, payment.payee] += payment.amount
        if payment.limit is None or not payment.amount:
            continue
        vault, ceiling = payment.limit
        ledger = ledgers.get(payment.token)
        if ledger is not None:
            revenue = ledger.received_before(vault, payment.log) + payment.amount
        else:
            own = payment.payee == vault
            revenue = sold[payment.token, vault] + (0 if own else payment.amount)
        if revenue > ceiling:
            yield found(
                Kind.CEILING_EXCEEDED,
                f"{payment.what} for {payment.amount}, with which its vault would have received {revenue}: "
                f"its parents' terms allow {ceiling}",
                payment.log,
                vault=vault,
                token=payment.token,
                expected=ceiling,
                actual=revenue,
                **payment.subject,
            )


def _paid(ledger: Ledger, payment: Payment) -> bool:
    """Whether the amount went straight to the payee, or through a contract (EIP-3009)."""
    cause, through = payment.log, payment.through
    if ledger.take(cause, payment.payer, payment.payee, payment.amount):
        return True
    if through is None:
        return False
    came = ledger.take(cause, payment.payer, through, payment.amount)
    return came and ledger.take(cause, through, payment.payee, payment.amount)


def _place(log: Log) -> tuple[int, int]:
    return log.block_number, log.index
