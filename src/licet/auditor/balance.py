"""The trial balance: for each token, whether what came in is paid out or still there, to the last unit.

What the contracts logged, the token's own transfers and the balances at the last block are three records of
one thing. Of native coin, and of a token whose transfers the node does not give, there are two.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from licet.auditor.findings import Evidence, Finding, Kind
from licet.auditor.lines import Account, PaymentLine, TrialLine
from licet.auditor.purses import PurseBook
from licet.auditor.vaults import Book
from licet.types import Address

_UNREADABLE: Final = frozenset({Kind.VAULT_UNREADABLE, Kind.PURSE_UNREADABLE})
_ORDER: Final = list(Account)
_PURSES: Final = {
    "license_id": Account.DEPOSIT,
    "statement_id": Account.STATEMENT,
    "case_id": Account.ESCROW,
}
"""What a purse is for, by what its evidence names."""


def trial_balance(
    payments: Iterable[PaymentLine],
    vaults: Collection[Book],
    purses: Collection[PurseBook],
    findings: Iterable[Finding],
) -> tuple[TrialLine, ...]:
    """A line for each account of the deployment and for those outside; then their total, token by token.

    Args:
        payments: the journal.
        vaults: the books of all vaults.
        purses: the books of all purses.
        findings: which of them cannot be read.
    """
    unread = [f.evidence for f in findings if f.kind in _UNREADABLE and f.evidence.token is not None]
    own = {book.vault.address for book in vaults} | {book.purse.address for book in purses}
    own |= {account for evidence in unread if (account := _account(evidence)) is not None}
    journal = _Journal(payments, own)
    lines: defaultdict[Address, list[TrialLine]] = defaultdict(list)
    for line in (
        *(_vault_line(book, journal) for book in vaults),
        *(_purse_line(book, journal) for book in purses),
        *(_unread_line(evidence, journal) for evidence in unread),
    ):
        if line.incoming or line.outgoing or line.closing:
            lines[line.token].append(line)
    tokens = sorted({*lines, *journal.tokens()})
    return tuple(line for token in tokens for line in _of_token(token, lines[token], journal))


def condensed(lines: Sequence[TrialLine], most: int) -> tuple[TrialLine, ...]:
    """The lines that a short report shows: what does not reconcile, the sums, and others while there is room.

    Args:
        lines: a trial balance.
        most: how many there may be.
    """
    weighed = sorted(range(len(lines)), key=lambda at: (bool(lines[at].reconciled), bool(lines[at].account)))
    return tuple(lines[at] for at in sorted(weighed[:most]))


@dataclass(slots=True)
class _Flow:
    """What was logged, and what of it moved as far as is known."""

    logged: int = 0
    moved: int = 0

    def add(self, line: PaymentLine) -> None:
        self.logged += line.amount
        self.moved += 0 if line.moved is False else line.amount


class _Journal:
    """The sums of the payments: from and to each account of the deployment's, and all others together."""

    def __init__(self, payments: Iterable[PaymentLine], own: Collection[Address]) -> None:
        self._from: Final[defaultdict[tuple[Address | None, Address], _Flow]] = defaultdict(_Flow)
        self._to: Final[defaultdict[tuple[Address | None, Address], _Flow]] = defaultdict(_Flow)
        for line in payments:
            self._from[line.payer if line.payer in own else None, line.token].add(line)
            self._to[line.payee if line.payee in own else None, line.token].add(line)

    def tokens(self) -> set[Address]:
        """All tokens that were paid in."""
        return {token for _, token in self._from}

    def paid_by(self, account: Address | None, token: Address) -> _Flow:
        """What an account paid; all outside the deployment for None."""
        return self._from.get((account, token), _Flow())

    def paid_to(self, account: Address | None, token: Address) -> _Flow:
        """What was paid to an account; to all outside the deployment for None."""
        return self._to.get((account, token), _Flow())


def _of_token(token: Address, inside: list[TrialLine], journal: _Journal) -> Iterator[TrialLine]:
    paid, got = journal.paid_by(None, token), journal.paid_to(None, token)
    plain = sum(line.incoming - journal.paid_to(line.account, token).moved for line in inside)
    lines = [
        *inside,
        _line(token, Account.PAYERS, None, 0, paid.logged, -paid.moved),
        _line(token, Account.PLAIN_PAYMENTS, None, 0, plain, -plain),
        _line(token, Account.PAYEES, None, got.logged, 0, got.moved),
    ]
    kept = [line for line in lines if line.incoming or line.outgoing or line.closing]
    kept.sort(key=lambda line: _ORDER.index(line.kind))
    yield from kept
    yield _total(token, kept)


def _total(token: Address, lines: Sequence[TrialLine]) -> TrialLine:
    known = [line.closing for line in lines if line.closing is not None]
    closing = sum(known) if len(known) == len(lines) else None
    incoming, outgoing = sum(line.incoming for line in lines), sum(line.outgoing for line in lines)
    total = _line(token, Account.TOTAL, None, incoming, outgoing, closing)
    if closing is None:
        return total
    # Two accounts that are wrong by the same amount are wrong.
    agrees = closing == 0 and all(line.reconciled for line in lines)
    return replace(total, reconciled=bool(total.reconciled) and agrees)


def _vault_line(book: Book, journal: _Journal) -> TrialLine:
    account = book.vault.address
    logged = journal.paid_to(account, book.token).logged
    came = _came(book.moved, book.received, logged)
    return _checked(_line(book.token, Account.VAULT, account, came, book.paid, book.balance), book.moved)


def _purse_line(book: PurseBook, journal: _Journal) -> TrialLine:
    account = book.purse.address
    logged = journal.paid_to(account, book.token).logged
    came = _came(book.moved, book.received, logged)
    kind = _purse_kind(book.purse.subject)
    return _checked(_line(book.token, kind, account, came, book.paid_out, book.balance), book.moved)


def _unread_line(evidence: Evidence, journal: _Journal) -> TrialLine:
    """An account that does not say what it has."""
    account, token = _account(evidence), evidence.token
    assert token is not None
    kind = Account.VAULT if evidence.vault is not None else _purse_kind(evidence.to_json())
    came, went = journal.paid_to(account, token).moved, journal.paid_by(account, token).logged
    return _line(token, kind, account, came, went, None)


def _account(evidence: Evidence) -> Address | None:
    return evidence.vault or evidence.purse


def _purse_kind(subject: Collection[str]) -> Account:
    return next(kind for name, kind in _PURSES.items() if name in subject)


def _came(moved: tuple[int, int] | None, received: int, logged: int) -> int:
    """What came in by transfers; else what is there and what left, and no less than what was logged."""
    return max(received, logged) if moved is None else moved[0]


def _checked(line: TrialLine, moved: tuple[int, int] | None) -> TrialLine:
    """Balances may agree with the contracts' logs, and the token's transfers with neither."""
    return line if moved is None or moved[1] == line.outgoing else replace(line, reconciled=False)


def _line(
    token: Address, kind: Account, account: Address | None, incoming: int, outgoing: int, closing: int | None
) -> TrialLine:
    computed = incoming - outgoing
    difference = None if closing is None else closing - computed
    reconciled = None if difference is None else difference == 0
    return TrialLine(token, kind, account, 0, incoming, outgoing, computed, closing, difference, reconciled)
