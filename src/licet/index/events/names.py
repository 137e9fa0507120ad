"""Whose money is followed: the accounts, vaults and tokens that a deployment's events name.

An account is whoever money goes to, or waits with: payees, vaults, purses, and those whom deposits and
payouts went back to. Whoever may be a vault is one besides: what it logs of its payments counts too. Escrows
of disputes and purses of statements are named by no event; their addresses follow from what is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from licet.contracts.purses import escrow_matter, purse_address
from licet.index.events.decode import flat, is_dynamic, under
from licet.index.events.kinds import CONTRACTS, Kind
from licet.index.events.rows import Row, numbered
from licet.trees.hashing import checksum
from licet.types import Address, address_bytes, hash32

_WORD: Final = 32
_PADDING: Final = bytes(12)
_NOBODY: Final = bytes(20)
_MOST_REMEMBERED: Final = 50_000
_LARGEST: Final = 1 << 63


class Role(IntEnum):
    """What somebody is named as."""

    ACCOUNT = 0
    VAULT = 1
    TOKEN = 2


_NAMED: Final[Mapping[str, Mapping[str, Role]]] = {
    "asset_registry_derivative_registered": {"vault": Role.VAULT},
    "license_token_sold": {"offer_payee": Role.VAULT, "offer_currency": Role.TOKEN},
    "license_token_renewed": {"payee": Role.VAULT, "currency": Role.TOKEN},
    "license_token_revoked": {"vault": Role.VAULT, "currency": Role.TOKEN},
    "royalty_vault_factory_split_published": {"vault": Role.VAULT},
    "usage_ledger_account_opened": {"purse": Role.ACCOUNT, "currency": Role.TOKEN},
    "usage_ledger_settled": {"payee": Role.VAULT, "currency": Role.TOKEN},
    "usage_ledger_withdrawn": {"licensee": Role.ACCOUNT, "token": Role.TOKEN},
    "statement_escrow_statement_published": {"vault": Role.VAULT, "statement_currency": Role.TOKEN},
    "statement_escrow_statement_released": {"receiver": Role.ACCOUNT, "token": Role.TOKEN},
    "dispute_desk_escrow_released": {"receiver": Role.ACCOUNT, "token": Role.TOKEN},
}
"""By a kind's view: the columns that name somebody, and as what."""

_SALES: Final[Mapping[str, str]] = {"license_token_sold": "offer_payee", "license_token_renewed": "payee"}
"""What may have been paid into an escrow, and for whom."""
_STATED: Final = "statement_escrow_statement_published"
_DISPUTED: Final = "dispute_desk_asset_disputed"
_RELEASED: Final = "dispute_desk_escrow_released"
_READ: Final = frozenset((*_NAMED, _DISPUTED))


@dataclass(frozen=True, slots=True)
class _Rule:
    """How a kind's logs are read.

    Attributes:
        table: the kind's view.
        named: the roles, and where the addresses stand in the topics and the data.
        places: where each word stands.
    """

    table: str
    named: tuple[tuple[Role, slice], ...]
    places: Mapping[str, slice]


class Namer:
    """Reads whom some logs name; logs must be given in order."""

    def __init__(self, addresses: tuple[Address, ...], disputed: Mapping[bytes, int]) -> None:
        """A reader of names.

        Args:
            addresses: the contracts', in the order of `CONTRACTS`.
            disputed: the latest dispute of each asset before the first log.
        """
        self._escrow: Final = addresses[CONTRACTS.index("StatementEscrow")]
        self._desk: Final = addresses[CONTRACTS.index("DisputeDesk")]
        self._latest: Final = dict(disputed)
        self._rules: Final = {
            number: _rule(kind)
            for number, (_, kind) in numbered().items()
            if kind is not None and kind.table in _READ
        }
        self._known: Final[set[tuple[Role, bytes]]] = set()

    def read(self, logs: Iterable[Row]) -> tuple[list[Row], list[Row]]:
        """Rows of whom logs name for the first time, and of the disputes that they open.

        Args:
            logs: as a batch has them.
        """
        rules = self._rules
        names: list[Row] = []
        disputed: list[Row] = []
        for row in logs:
            rule = rules.get(row[3])
            if rule is None:
                continue
            words, block = bytes(row[4] + row[5]), row[0]
            for role, place in rule.named:
                self._name(names, role, words[place], block)
            if rule.table == _DISPUTED:
                asset, case = words[rule.places["asset_id"]], _number(words[rule.places["case_id"]])
                self._latest[asset] = case
                disputed.append((asset, case, block))
            for purse in self._purses(rule, words):
                self._name(names, Role.ACCOUNT, _PADDING + address_bytes(purse), block)
        return names, disputed

    def _purses(self, rule: _Rule, words: bytes) -> Iterable[Address]:
        """Where money waits by a log that does not say so itself."""
        places = rule.places
        if rule.table == _STATED:
            yield purse_address(self._escrow, hash32(words[places["statement_id"]]))
        elif rule.table == _RELEASED:
            yield self._escrowed(_number(words[places["case_id"]]), words[places["payee"]])
        elif self._latest and rule.table in _SALES:
            case = self._latest.get(words[places["asset_id"]])
            if case is not None:
                yield self._escrowed(case, words[places[_SALES[rule.table]]])

    def _escrowed(self, case: int, payee: bytes) -> Address:
        return purse_address(self._desk, escrow_matter(case, checksum(payee[-len(_NOBODY) :])))

    def _name(self, names: list[Row], role: Role, word: bytes, block: int) -> None:
        """Adds somebody who was not named before, as far as that is remembered."""
        known = self._known
        address = word[len(_PADDING) :]
        if (role, address) in known or address == _NOBODY:
            return
        if len(known) >= _MOST_REMEMBERED:
            known.clear()
        known.add((role, address))
        names.append((int(role), address, block))
        if role is Role.VAULT:
            self._name(names, Role.ACCOUNT, word, block)


def _number(word: bytes) -> int:
    return min(int.from_bytes(word), _LARGEST - 1)


def _rule(kind: Kind) -> _Rule:
    places = places_of(kind)
    named = tuple((role, places[column]) for column, role in _NAMED.get(kind.table, {}).items())
    return _Rule(kind.table, named, places)


def places_of(kind: Kind) -> dict[str, slice]:
    """Where the words of a kind's logs stand, in the topics and the data behind them, by column.

    Only words of fixed width, those of the first struct of other width included: the compiler puts that
    right behind them.
    """
    indexed = [parameter for parameter in kind.entry.inputs if parameter.indexed]
    plain = [parameter for parameter in kind.entry.inputs if not parameter.indexed]
    starts = {kind.spelled(parameter.name): i * _WORD for i, parameter in enumerate(indexed, 1)}
    base = (len(indexed) + 1) * _WORD
    members = list(flat(plain, kind.spelled))
    starts |= {
        name: base + i * _WORD for i, (parameter, name) in enumerate(members) if not is_dynamic(parameter)
    }
    first = next(((parameter, name) for parameter, name in members if is_dynamic(parameter)), None)
    if first is not None and first[0].type == "tuple":
        base += len(members) * _WORD
        inner = flat(first[0].components, under(first[1], kind.spelled))
        starts |= {
            name: base + i * _WORD for i, (parameter, name) in enumerate(inner) if not is_dynamic(parameter)
        }
    return {name: slice(start, start + _WORD) for name, start in starts.items()}
