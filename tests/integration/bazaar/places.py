"""Where faults can be planted in a bazaar, and how."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from random import Random
from typing import Any

from licet.contracts import events
from licet.contracts.events import Event
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, Address, address_bytes, hash32
from tests.integration.bazaar.bazaar import Bazaar
from tests.integration.faults import (
    Logs,
    alter_slot,
    altered,
    balance_slot,
    between,
    deed_slot,
    forged,
    is_a,
    lying_about_logs,
    mapped,
)

ELSEWHERE = "0x" + "77" * 20
Planted = AbstractContextManager[str]
"""While it lasts, there is a node with the fault at the URL."""


def any_of(random: Random, items: Sequence[Any]) -> Any:
    """One of them, or None where there are none."""
    return random.choice(items) if items else None


# Slots that no transaction changed.


def slot(
    contract: str, place: Callable[[Bazaar, Random], int | None], change: Callable[[int], int]
) -> Callable[[Bazaar, Random], Planted | None]:
    """Another word in a slot of a contract of the deployment's."""

    def plant(bazaar: Bazaar, random: Random) -> Planted | None:
        where = place(bazaar, random)
        if where is None:
            return None
        address = getattr(bazaar.network.deployment, contract)
        return _altered(bazaar, address, where, change)

    return plant


@contextmanager
def _altered(bazaar: Bazaar, contract: Address, where: int, change: Callable[[int], int]) -> Iterator[str]:
    alter_slot(bazaar.network, contract, where, change)
    yield bazaar.network.url


def flip(bit: int) -> Callable[[int], int]:
    return lambda word: word ^ 1 << bit


def more(word: int) -> int:
    return word + 1


def less(word: int) -> int:
    return word - 1


def of_license(bazaar: Bazaar, random: Random) -> int | None:
    held = any_of(random, bazaar.model.licenses)
    return held and deed_slot(held.id)


def of_asset(bazaar: Bazaar, random: Random) -> int | None:
    asset = any_of(random, bazaar.model.assets)
    return asset and deed_slot(asset.id)


def of_published_offer(bazaar: Bazaar, random: Random) -> int | None:
    listed = any_of(random, [listed for listed in bazaar.model.offers if listed.published])
    return listed and mapped(1, listed.offer.struct_hash())


def of_usage(bazaar: Bazaar, random: Random) -> int | None:
    """The totals of a license, or of somebody who reports on any."""
    keys = [held.id for held in bazaar.model.licenses if held.reported_until]
    keys += [hash32(keccak(bytes(12) + address_bytes(who))) for who in bazaar.model.reported_until]
    key = any_of(random, keys)
    return key and mapped(1, key)


def of_account(bazaar: Bazaar, random: Random) -> int | None:
    held = any_of(random, [held for held in bazaar.model.licenses if held.meter])
    return held and mapped(2, held.id)


def of_dispute(bazaar: Bazaar, random: Random) -> int | None:
    case = any_of(random, bazaar.model.disputes)
    return case and mapped(2, case.id)


def of_statement(bazaar: Bazaar, random: Random) -> int | None:
    stated = any_of(random, bazaar.model.statements)
    return stated and mapped(5, stated.statement.id)


def of_vaults_dollars(bazaar: Bazaar, random: Random) -> int | None:
    vaults = [v for v in bazaar.model.vaults if bazaar.model.held[v, bazaar.dollar]]
    vault = any_of(random, vaults)
    return vault and balance_slot(vault)


def of_purses_dollars(bazaar: Bazaar, random: Random) -> int | None:
    """Deposits, statements and escrows."""
    model, dollar = bazaar.model, bazaar.dollar
    purses = [*model.escrows, *(stated.purse for stated in model.statements)]
    purses += [held.meter.purse for held in model.licenses if held.meter]
    purse = any_of(random, [purse for purse in purses if model.held[purse, dollar]])
    return purse and balance_slot(purse)


def released_of_a_vault(bazaar: Bazaar, random: Random) -> Planted | None:
    books = [book for book in bazaar.model.vaults.values() if book.paid(bazaar.dollar)]
    book = any_of(random, books)
    return book and _altered(bazaar, book.address, mapped(0, bazaar.dollar), less)


def code_of_a_vault(bazaar: Bazaar, random: Random) -> Planted | None:
    tokens = (bazaar.dollar, ZERO_ADDRESS)
    books = [book for book in bazaar.model.vaults.values() if any(map(book.paid, tokens))]
    book = any_of(random, books)
    return book and _recoded(bazaar, book.address)


@contextmanager
def _recoded(bazaar: Bazaar, address: Address) -> Iterator[str]:
    code = bazaar.network.rpc("eth_getCode", address, "latest")
    bazaar.network.rpc("anvil_setCode", address, f"{code[:-2]}{int(code[-2:], 16) ^ 1:02x}")
    bazaar.network.rpc("evm_mine")
    yield bazaar.network.url


# Logs that the contracts wrote otherwise: their heads agree.


def log(
    kind: type[Event], change: str, how: Any, chosen: Callable[[Bazaar], Sequence[int]]
) -> Callable[[Bazaar, Random], Planted | None]:
    """Another argument in one of the logs of a kind, whose numbers `chosen` tells."""

    def plant(bazaar: Bazaar, random: Random) -> Planted | None:
        which = any_of(random, chosen(bazaar))
        return None if which is None else forged(bazaar.network, altered(kind, which, **{change: how}))

    return plant


def counted(name: str) -> Callable[[Bazaar], Sequence[int]]:
    """All logs of what the model counts."""
    return lambda bazaar: range(bazaar.model.counts[name])


def sales_in_dollars(bazaar: Bazaar) -> Sequence[int]:
    """The sales whose price moved in dollars."""
    metered = {x.id for x in bazaar.model.licenses if x.metered}
    return [
        number
        for number, (license_id, *_, price, _, currency) in enumerate(bazaar.model.sales)
        if price and currency == bazaar.dollar and license_id not in metered
    ]


def all_sales(bazaar: Bazaar) -> Sequence[int]:
    return range(len(bazaar.model.sales))


def all_statements(bazaar: Bazaar) -> Sequence[int]:
    return range(len(bazaar.model.statements))


def rulings(bazaar: Bazaar) -> Sequence[int]:
    """Closed disputes; a log of a contest's end looks the same, and comes from another contract."""
    return range(sum(case.status != "open" for case in [*bazaar.model.disputes, *bazaar.model.contests]))


def other_status(status: int) -> int:
    return 2 if status == 4 else 4


# A node that lies: the heads do not agree.


def lie(change: Callable[[Logs, int], Logs], contracts: Sequence[str]) -> Callable[[Bazaar, Random], Planted]:
    """Something about one random log of some contracts."""

    def plant(bazaar: Bazaar, random: Random) -> Planted:
        seed = random.random()
        addresses = {getattr(bazaar.network.deployment, name).lower() for name in contracts}

        def told(logs: Logs) -> Logs:
            places = [n for n, one in enumerate(logs) if one["address"].lower() in addresses and counts(one)]
            return change(logs, places[int(seed * len(places))]) if places else logs

        return between(bazaar.network.url, lying_about_logs(told))

    return plant


def counts(one: dict[str, Any]) -> bool:
    """Whether a log counts into its contract's head; of the others nothing follows."""
    return one["topics"][0] in COUNTED


COUNTED = {
    "0x" + events.topic_of(kind).hex()
    for kind in (
        *(events.AssetRegistered, events.DeedTransferred, events.Sold, events.LicenseTransferred),
        *(events.OfferPublished, events.SplitPublished, events.UsageAnchored, events.Settled),
        *(events.StatementPublished, events.AssetDisputed, events.CaseClosed, events.Renewed),
    )
}
HEADED = (
    "asset_registry",
    "license_token",
    "vault_factory",
    "usage_ledger",
    "statement_escrow",
    "dispute_desk",
)


def left_out(logs: Logs, place: int) -> Logs:
    return [*logs[:place], *logs[place + 1 :]]


def changed(logs: Logs, place: int) -> Logs:
    one = logs[place]
    topics = [*one["topics"][:-1], f"0x{int(one['topics'][-1], 16) ^ 1:064x}"]
    return [*logs[:place], one | {"topics": topics}, *logs[place + 1 :]]


def given_twice(logs: Logs, place: int) -> Logs:
    return [*logs, logs[place]]


def swapped(logs: Logs, place: int) -> Logs:
    """Two logs of one contract change places."""
    own = [n for n, one in enumerate(logs) if one["address"] == logs[place]["address"] and counts(one)]
    other = next((n for n in own if logs[n]["data"] != logs[place]["data"]), None)
    if other is None:
        return left_out(logs, place)
    where = ("blockNumber", "blockHash", "transactionHash", "transactionIndex", "logIndex")
    first, second = ({key: logs[n][key] for key in where} for n in (place, other))
    moved = {place: logs[place] | second, other: logs[other] | first}
    return [moved.get(n, one) for n, one in enumerate(logs)]


def cut_off(logs: Logs, place: int) -> Logs:
    return logs[:place]


def claim_left_out(bazaar: Bazaar, random: Random) -> Planted | None:
    """Of one vault, in one token."""
    pairs = [
        (book.address, token)
        for book in bazaar.model.vaults.values()
        for token in (bazaar.dollar, ZERO_ADDRESS)
        if book.paid(token)
    ]
    pair = any_of(random, pairs)
    if pair is None:
        return None
    vault, token = pair

    def told(logs: Logs) -> Logs:
        of_it = [one for one in logs if is_a(events.Claimed)(one) and one["address"].lower() == vault.lower()]
        gone = [one for one in of_it if int(one["topics"][1], 16) == int(token, 16)][:1]
        return [one for one in logs if one not in gone]

    return between(bazaar.network.url, lying_about_logs(told))


# Documents.


def catalog_document(bazaar: Bazaar, random: Random) -> Planted | None:
    """One that somebody published is another now."""
    folder = bazaar.folder / "documents"
    marked = [path for path in sorted(folder.glob("*.json")) if b"licet/catalog/1" in path.read_bytes()]
    path = any_of(random, marked)
    return path and _rewritten(bazaar, path)


@contextmanager
def _rewritten(bazaar: Bazaar, path: Any) -> Iterator[str]:
    before = path.read_bytes()
    path.write_bytes(before.replace(b"Some works", b"Some words"))
    try:
        yield bazaar.network.url
    finally:
        path.write_bytes(before)
