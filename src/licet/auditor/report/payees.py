"""Payees' statements: what each is entitled to, and got, from which vault, with every step of the sum."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from licet.auditor.report.lines import ClaimLine, Shares, as_json
from licet.types import Address


@dataclass(frozen=True, slots=True)
class PayeeLine:
    """What one payee gets from one vault in one token, in its smallest unit.

    received * share = entitled * total + remainder: the division drops the remainder, less than one unit.
    What depends on the split is None where that is not known.

    Attributes:
        payee: who.
        token: the currency.
        vault: the vault.
        received: all that ever came into it.
        share: the payee's part of the total; 0 for somebody who is not in the split.
        total: all shares.
        entitled: received * share / total, rounded down.
        remainder: what that division leaves.
        claimed: what the vault paid them.
        due: entitled - claimed, and never less than nothing.
    """

    payee: Address
    token: Address
    vault: Address
    received: int
    share: int | None
    total: int | None
    entitled: int | None
    remainder: int | None
    claimed: int
    due: int | None


@dataclass(frozen=True, slots=True)
class PayeeSum:
    """What one payee gets from all vaults in one token, as far as their splits are known.

    Attributes:
        payee: who.
        token: the currency.
        vaults: how many.
        entitled: the sum of what they are entitled to.
        claimed: of what they were paid.
        due: of what they could claim now.
    """

    payee: Address
    token: Address
    vaults: int
    entitled: int
    claimed: int
    due: int


@dataclass(frozen=True, slots=True)
class PayeeStatement:
    """Everything of one payee.

    Attributes:
        payee: who.
        sums: one for each token.
        lines: that the sums are of.
        claims: that `claimed` is of, oldest first.
    """

    payee: Address
    sums: tuple[PayeeSum, ...]
    lines: tuple[PayeeLine, ...]
    claims: tuple[ClaimLine, ...]

    def to_json(self) -> dict[str, Any]:
        """A JSON object: `payee`, `sums`, `lines`, each with its `claims`."""
        claims: defaultdict[tuple[Address, Address], list[dict[str, Any]]] = defaultdict(list)
        for claim in self.claims:
            claims[claim.vault, claim.token].append(_without(as_json(claim), "vault", "token", "payee"))
        return {
            "payee": self.payee,
            "sums": [_without(as_json(line), "payee") for line in self.sums],
            "lines": [
                {**_without(as_json(line), "payee"), "claims": claims[line.vault, line.token]}
                for line in self.lines
            ],
        }


@dataclass(slots=True)
class _Sum:
    vaults: int = 0
    entitled: int = 0
    claimed: int = 0
    due: int = 0

    def add(self, line: PayeeLine) -> None:
        self.vaults += 1
        self.entitled += line.entitled or 0
        self.claimed += line.claimed
        self.due += line.due or 0


class PayeeLines:
    """The lines of all payees, vault by vault; made as they are asked for, since there may be millions."""

    def __init__(self, books: Sequence[Shares]) -> None:
        """The lines of the payees of some books."""
        self._books: Final = books

    def __len__(self) -> int:
        """How many there are; nothing is made for it."""
        return sum(
            len(_strangers(book)) + (0 if book.split is None else len(book.split)) for book in self._books
        )

    def __iter__(self) -> Iterator[PayeeLine]:
        """The lines: those of a split, then of whoever was paid without a share in it."""
        for book in self._books:
            if book.split is not None:
                yield from (_line(book, payee, share) for payee, share in book.split.items())
            yield from (_line(book, payee, 0) for payee in _strangers(book))


def payee_sums(lines: Iterable[PayeeLine]) -> tuple[PayeeSum, ...]:
    """The sums of some lines, by token, the largest first."""
    sums: defaultdict[tuple[Address, Address], _Sum] = defaultdict(_Sum)
    for line in lines:
        sums[line.token, line.payee].add(line)
    ordered = sorted(sums.items(), key=lambda item: (item[0][0], -item[1].entitled, item[0][1]))
    return tuple(
        PayeeSum(payee, token, total.vaults, total.entitled, total.claimed, total.due)
        for (token, payee), total in ordered
    )


def payee_statement(shares: Sequence[Shares], claims: Iterable[ClaimLine], payee: Address) -> PayeeStatement:
    """One payee's statement; empty where no vault knows them."""
    return next(payee_statements(shares, claims, [payee]))


@dataclass(slots=True)
class _Gathered:
    lines: list[PayeeLine] = field(default_factory=list)
    claims: list[ClaimLine] = field(default_factory=list)


def payee_statements(
    shares: Sequence[Shares], claims: Iterable[ClaimLine], payees: Collection[Address] | None = None
) -> Iterator[PayeeStatement]:
    """Payees' statements.

    Args:
        shares: who shares in what each vault received.
        claims: what vaults paid, oldest first.
        payees: whose, in the order wanted; all payees', by their addresses, if not given.
    """
    gathered: defaultdict[Address, _Gathered] = defaultdict(_Gathered)
    wanted = None if payees is None else frozenset(payees)
    for line in PayeeLines(shares) if wanted is None else _lines_of(shares, wanted):
        gathered[line.payee].lines.append(line)
    for claim in claims:
        if wanted is None or claim.payee in wanted:
            gathered[claim.payee].claims.append(claim)
    for payee in sorted(gathered) if payees is None else payees:
        lines = tuple(gathered[payee].lines)
        yield PayeeStatement(payee, payee_sums(lines), lines, tuple(gathered[payee].claims))


def _lines_of(books: Iterable[Shares], payees: Collection[Address]) -> Iterator[PayeeLine]:
    """The lines of some payees, each looked up, since a vault may have a million others."""
    for book in books:
        for payee in payees:
            share = 0 if book.split is None else book.split.share(payee)
            if share or payee in book.claimed:
                yield _line(book, payee, share)


def _strangers(book: Shares) -> list[Address]:
    """Who was paid, and has no share as far as is known."""
    split = book.split
    return [payee for payee in book.claimed if split is None or not split.share(payee)]


def _line(book: Shares, payee: Address, share: int) -> PayeeLine:
    claimed = book.claimed.get(payee, 0)
    if book.split is None:
        nobody_knows = (None, None, None, None)
        return PayeeLine(payee, book.token, book.vault, book.received, *nobody_knows, claimed, None)
    total = book.split.total
    entitled, remainder = divmod(book.received * share, total)
    due = max(0, entitled - claimed)
    return PayeeLine(
        payee, book.token, book.vault, book.received, share, total, entitled, remainder, claimed, due
    )


def _without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
