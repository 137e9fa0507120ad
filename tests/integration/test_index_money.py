"""The money in an index: whom it follows, from when on, and what a node cannot say of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from licet.contracts.transfers import TRANSFER_TOPIC
from licet.contracts.vaults import VaultClaim
from licet.errors import ChainError, NodeUntrue
from licet.index import Index
from licet.trees.sums import SumTree
from tests.integration.conftest import DOLLAR, Network, Party
from tests.integration.faults import Logs, between
from tests.integration.indexing import QUICK, content, fresh
from tests.integration.market import Market

pytestmark = pytest.mark.integration


def updated(db: Path, network: Network, url: str | None = None) -> Index:
    index = Index(db)
    index.update([url or network.url], network.deployment, **QUICK)
    return index


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


def test_money_that_came_before_the_vault_was_named(
    market: Market, licensor: Party, stranger: Party, db: Path, network: Network, tmp_path: Path
) -> None:
    tree = SumTree({licensor.address: 1, stranger.address: 3})
    vault = licensor.contracts.vaults.vault_of(tree.root)
    market.sell(market.register(licensor, "a poem"))  # names the dollar
    stranger.receive_dollars(3 * DOLLAR)
    stranger.dollar.transfer(vault, DOLLAR)
    with updated(db, network) as index:
        assert vault not in index.followed()
        assert not [moved for moved in index.transfers(market.dollar) if moved.receiver == vault]
    licensor.contracts.vaults.publish(tree.root, payees=list(tree.shares.items()))
    stranger.dollar.transfer(vault, 2 * DOLLAR)
    stranger.dollar.transfer(stranger.address, 0)  # concerns nobody
    with updated(db, network) as index:
        assert vault in index.vaults()
        amounts = [moved.amount for moved in index.transfers(market.dollar) if moved.receiver == vault]
        assert amounts == [DOLLAR, 2 * DOLLAR]
        assert content(index) == fresh(network.url, network.deployment, tmp_path)


def test_a_token_that_only_a_vault_names(
    licensor: Party, stranger: Party, db: Path, network: Network, market: Market, tmp_path: Path
) -> None:
    """Nothing was sold for it: somebody gave it, and a payee claimed it."""
    tree = SumTree({licensor.address: 1, stranger.address: 3})
    vault = licensor.contracts.vaults.vault_of(tree.root)
    licensor.contracts.vaults.publish(tree.root, payees=list(tree.shares.items()))
    stranger.receive_dollars(4 * DOLLAR)
    stranger.dollar.transfer(vault, 4 * DOLLAR)
    with updated(db, network) as index:
        assert not index.tokens()
    claim = VaultClaim(tree.root, market.dollar, stranger.address, tree.proof(stranger.address))
    licensor.contracts.vaults.claim([claim])
    with updated(db, network) as index:
        assert index.tokens() == {market.dollar}
        assert [moved.amount for moved in index.transfers(market.dollar)] == [4 * DOLLAR, 3 * DOLLAR]
        assert [log.address for log in index.claims()] == [vault]
        assert content(index) == fresh(network.url, network.deployment, tmp_path)


def of_transfers(change: Callable[[Logs], Logs]) -> Callable[[str, list[Any], Any], Any]:
    """Alters what a node says of transfers."""

    def answer(method: str, params: list[Any], result: Any) -> Any:
        topics = params[0].get("topics") if method == "eth_getLogs" else None
        return change(result) if topics and topics[0] == "0x" + TRANSFER_TOPIC.hex() else result

    return answer


def altered(**changes: Any) -> Callable[[Logs], Logs]:
    return lambda logs: [{**log, **changes} for log in logs]


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (altered(blockHash="0x" + "77" * 32), NodeUntrue, "another block"),
        (altered(blockNumber="0x1"), NodeUntrue, "another block"),
        (altered(transactionHash="0x77"), NodeUntrue, "none"),
        (altered(data="0xzz"), NodeUntrue, "none"),
        (lambda logs: [*logs, *({**log, "data": "0x" + "00" * 32} for log in logs)], NodeUntrue, "two logs"),
        (lambda _: None, ChainError, "no logs, not even none"),
    ],
)
def test_a_lie_about_money_is_named_and_never_stored(
    market: Market,
    licensor: Party,
    db: Path,
    network: Network,
    tmp_path: Path,
    change: Callable[[Logs], Any],
    error: type[ChainError],
    said: str,
) -> None:
    market.sell(market.register(licensor, "a poem"))
    with between(network.url, of_transfers(change)) as url, pytest.raises(error, match=said):
        updated(db, network, url)
    with Index(db) as index:
        assert not index.money.transfers
        assert index.state.money_block < index.state.verified_block
    with updated(db, network) as index:
        assert index.money.transfers == 1
        assert content(index) == fresh(network.url, network.deployment, tmp_path)


def test_what_is_no_transfer_of_an_erc20_is_passed_over(
    market: Market, licensor: Party, db: Path, network: Network
) -> None:
    market.sell(market.register(licensor, "a poem"))
    short = of_transfers(lambda logs: [{**log, "data": "0x"} for log in logs])
    with between(network.url, short) as url, updated(db, network, url) as index:
        assert not index.money.transfers
        assert index.state.money_block == index.state.verified_block
