"""Where the money of one token went: from those who paid, through vaults and purses, to those who were paid.

Nothing gets lost on the way: whatever came into an account goes on, or is still there. The largest accounts
of each column stand for themselves, all others together for one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from licet.auditor.papers.html.words import ENGLISH, Words
from licet.auditor.report.audit_report import AuditReport
from licet.auditor.report.lines import PaymentLine, TrialLine
from licet.text import one_line, short
from licet.types import Address

TOP: Final = 10
"""How many accounts of a column stand for themselves."""
_MAX_LEVEL: Final = 4
"""Vaults that are as far as this from the payers, or further, stand together."""
_LONGEST_NAME: Final = 24
_PLAIN, _UNEXPLAINED, _LEFT, _OTHERS = "plain_payments", "unexplained", "left", "others"

Key = tuple[int, str]
"""Which column, and which account or group in it."""


@dataclass(frozen=True, slots=True)
class Node:
    """An account, or several.

    Attributes:
        column: the payers' is 0.
        label: for people.
        detail: the same in full.
    """

    column: int
    label: str
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """What went from one node to another, in the token's smallest unit."""

    source: Node
    target: Node
    amount: int


@dataclass(slots=True)
class _Sums:
    came: int = 0
    went: int = 0


def money_flow(
    report: AuditReport, token: Address, top: int = TOP, words: Words = ENGLISH
) -> tuple[Link, ...]:
    """The links of one token, from left to right.

    Args:
        report: the audit's.
        token: the currency.
        top: how many accounts of a column stand for themselves.
        words: what accounts are called.
    """
    inside = {
        line.account: line
        for line in report.trial_balance
        if line.token == token and line.account is not None
    }
    return _Flow(report, token, inside, top, words).links()


class _Flow:
    """The accounts of one token, by column, and what moved between them."""

    def __init__(
        self,
        report: AuditReport,
        token: Address,
        inside: Mapping[Address, TrialLine],
        top: int,
        words: Words,
    ) -> None:
        self._words: Final = words
        self._payments: Final = report.payments
        self._token: Final = token
        self._inside: Final = inside
        self._names: Final = {sheet.vault: sheet.names for sheet in report.vaults}
        self._levels: Final = _levels(inside, self._moved())
        self._last: Final = 1 + max(self._levels.values(), default=0)
        self._sums: Final[defaultdict[Key, _Sums]] = defaultdict(_Sums)
        for line in self._moved():
            self._sums[self._source(line.payer)].went += line.amount
            self._sums[self._target(line.payee)].came += line.amount
        self._shown: Final[dict[Key, Key]] = {}
        self._nodes: Final[dict[Key, Node]] = {}
        self._name(top)

    def links(self) -> tuple[Link, ...]:
        amounts: defaultdict[tuple[Key, Key], int] = defaultdict(int)
        for source, target, amount in self._movements():
            if source != target:  # else it stays within one group
                amounts[source, target] += amount
        return tuple(
            Link(self._nodes[source], self._nodes[target], amount)
            for (source, target), amount in sorted(amounts.items())
            if amount
        )

    def _movements(self) -> Iterator[tuple[Key, Key, int]]:
        """What was paid, then what makes each account's sums agree."""
        for line in self._moved():
            yield self._shown[self._source(line.payer)], self._shown[self._target(line.payee)], line.amount
        for account, trial in self._inside.items():
            key = self._source(account)
            sums, shown = self._sums[key], self._shown[key]
            plain = max(0, trial.incoming - sums.came)
            rest = sums.came + plain - sums.went
            yield (0, _PLAIN), shown, plain
            yield shown, (self._last, _LEFT), max(0, rest)
            yield (0, _UNEXPLAINED), shown, max(0, -rest)

    def _moved(self) -> Iterator[PaymentLine]:
        return (line for line in self._payments if line.token == self._token and line.moved is not False)

    def _source(self, account: Address) -> Key:
        return self._levels.get(account, 0), account

    def _target(self, account: Address) -> Key:
        return self._levels.get(account, self._last), account

    def _name(self, top: int) -> None:
        """Decides which accounts stand for themselves."""
        columns: defaultdict[int, list[Key]] = defaultdict(list)
        for key in {*self._sums, *((level, account) for account, level in self._levels.items())}:
            columns[key[0]].append(key)
        for column, keys in columns.items():
            keys.sort(key=lambda key: (-self._size(key), key))
            # The last level's may pay each other: as one, they cannot.
            most = 0 if column == _MAX_LEVEL != self._last else top
            shown = keys if most and len(keys) <= most + 1 else keys[:most]
            for key in shown:
                self._shown[key] = key
                self._nodes[key] = self._node(key)
            others = keys[len(shown) :]
            self._shown.update(dict.fromkeys(others, (column, _OTHERS)))
            if others:
                label = self._words.say("others" if shown else "further", count=len(others))
                self._nodes[column, _OTHERS] = Node(column, label, label)
        for column, group in ((0, _PLAIN), (0, _UNEXPLAINED), (self._last, _LEFT)):
            label = self._words.say(group)
            self._nodes[column, group] = Node(column, label, label)

    def _size(self, key: Key) -> int:
        sums, trial = self._sums[key], self._inside.get(Address(key[1]))
        return max(sums.came, sums.went, 0 if trial is None else trial.incoming)

    def _node(self, key: Key) -> Node:
        column, account = key
        trial = self._inside.get(Address(account))
        if trial is None:
            return Node(column, short(account), account)
        name = _named(self._names.get(Address(account), ()), self._words)
        kind = self._words.say(f"account.{trial.kind}")
        if name:
            return Node(column, name, self._words.say("node_of", kind=kind, account=account, name=name))
        label = self._words.say("node", kind=kind, account=short(account))
        return Node(column, label, self._words.say("node", kind=kind, account=account))


def _levels(inside: Mapping[Address, TrialLine], moved: Iterable[PaymentLine]) -> dict[Address, int]:
    """How far each account is from the payers: further than whatever pays into it, up to the last level."""
    edges = {(line.payer, line.payee) for line in moved if line.payer in inside and line.payee in inside}
    levels = dict.fromkeys(inside, 1)
    for _ in range(_MAX_LEVEL):
        for payer, payee in edges:
            levels[payee] = max(levels[payee], min(_MAX_LEVEL, levels[payer] + 1))
    return levels


def _named(names: tuple[str, ...], words: Words) -> str:
    """What a vault's assets are called, in short."""
    if not names:
        return ""
    first = one_line(names[0])
    cut = first if len(first) <= _LONGEST_NAME else f"{first[: _LONGEST_NAME - 1]}…"
    return cut if len(names) == 1 else words.say("names", name=cut, count=len(names) - 1)
