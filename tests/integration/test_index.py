"""The index on an honest node: complete, the same however it came about, and readable in three ways."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import create_address, deploy, discover
from licet.chain.local.node import LocalNode
from licet.contracts import events
from licet.contracts.events import Event
from licet.contracts.vaults import RoyaltyVaultFactory
from licet.errors import IndexUnusable, InputError, NodeUntrue, WrongChain
from licet.index import Index
from licet.index.events.kinds import CONTRACTS, addresses, kinds
from licet.index.events.rows import numbered
from licet.index.export import export, tables
from licet.trees.sums import SumTree
from licet.types import Address
from tests.integration.conftest import DEPLOYER, Network, ask, development_signer
from tests.integration.faults import between
from tests.integration.indexing import QUICK, content, fresh
from tests.integration.story import folder as folder
from tests.integration.story import network as network

pytestmark = pytest.mark.integration


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


@pytest.fixture
def index(network: Network, db: Path) -> Iterator[Index]:
    """The whole story, indexed."""
    with Index(db) as index:
        state = index.update([network.url], network.deployment, **QUICK)
        assert state.proven
        yield index


def chain_logs(network: Network) -> list[Any]:
    where = addresses(network.deployment)
    logs = list(Chain(network.url).logs(where, from_block=0))
    return sorted(logs, key=lambda log: (log.block_number, log.index))


def test_it_has_what_the_contracts_logged(index: Index, network: Network) -> None:
    logs = chain_logs(network)
    assert list(index.logs()) == logs
    assert len(logs) > 60
    audited = [
        log
        for log in logs
        if events.is_audited(CONTRACTS[addresses(network.deployment).index(log.address)], log)
    ]
    assert index.state.counted == len(audited) < len(logs)


def test_its_events_are_those_that_the_auditor_reads(index: Index, network: Network) -> None:
    where = dict(zip(addresses(network.deployment), CONTRACTS, strict=True))
    types = {(kind.contract, kind.topic): kind.type for kind in kinds()}

    def decoded() -> Iterator[Event]:
        for log in chain_logs(network):
            type_ = types.get((where[log.address], log.topics[0]))
            if type_ is not None:
                yield events.decode(type_, log)

    expected = list(decoded())
    assert list(index.events()) == expected
    assert len({type(event) for event in expected}) > 25
    sold = [event for event in expected if isinstance(event, events.Sold | events.Renewed)]
    assert list(index.events(events.Sold, events.Renewed)) == sold
    middle = sold[len(sold) // 2].log.block_number
    assert list(index.events(events.Sold, first=middle)) == [
        event for event in sold if isinstance(event, events.Sold) and event.log.block_number >= middle
    ]


def test_a_part_of_the_contracts_can_be_read(index: Index) -> None:
    token = [log for log in index.logs() if log.address == index.identity.addresses[1]]
    assert list(index.logs(["LicenseToken"])) == token
    with pytest.raises(InputError, match="RoyaltyVault is not indexed"):
        next(index.logs(["RoyaltyVault"]))


def test_it_knows_the_times_of_blocks(index: Index, network: Network) -> None:
    block = Chain(network.url).block()
    assert index.timestamp(block.number) == block.timestamp
    with pytest.raises(InputError, match="is not indexed"):
        index.timestamp(block.number + 1)


def test_each_view_shows_what_the_decoder_reads(index: Index) -> None:
    views_agree(index)


def views_agree(index: Index) -> None:
    """Compares each kind's view with the decoder's rows."""
    numbers = {kind.table: number for number, (_, kind) in numbered().items() if kind}
    seen = 0
    for kind in kinds():
        names = ", ".join(f'"{column.name}"' for column in kind.columns) or "log_index"
        shown = index.store.query(f'SELECT {names} FROM "{kind.table}" ORDER BY block_number, log_index')
        raw = list(index.store.logs(0, 1 << 40, [numbers[kind.table]]))
        assert len(shown) == len(raw)
        for view, log in zip(shown, raw, strict=True):
            seen += 1
            row = kind.decoder.row(bytes(log[4]), bytes(log[5]))
            for column, value, expected in zip(kind.columns, view, row, strict=True):
                assert same(column.type, value, expected), (kind.table, column, value, expected)
    assert seen > 60


def same(type_: str, value: Any, expected: Any) -> bool:
    """Whether a view's value is the decoder's, which writes large numbers as text and lists as JSON."""
    if type_ == "json":
        return isinstance(json.loads(expected), list)
    if type_ == "decimal":
        return int.from_bytes(value) == int(expected) if isinstance(value, bytes) else value == int(expected)
    return bool(bytes(value) == expected if isinstance(value, memoryview) else value == expected)


def test_in_steps_or_at_once_it_is_the_same(network: Network, db: Path, tmp_path: Path) -> None:
    tip = Chain(network.url).block().number
    for last in range(network.deployment.block, tip + 1, 7):
        with Index(db) as index:
            assert index.update([network.url], network.deployment, to_block=last, **QUICK).block == last
    with Index(db) as index:
        index.update([network.url], network.deployment, **QUICK)
        assert content(index) == fresh(network.url, network.deployment, tmp_path)
        before = content(index)
        index.update([network.url], network.deployment, **QUICK)
        assert content(index) == before


def test_proven_by_receipts_it_is_the_same(index: Index, network: Network, tmp_path: Path) -> None:
    assert fresh(network.url, network.deployment, tmp_path, prove=True, **QUICK) == content(index)


def test_relying_on_heads_it_is_the_same(index: Index, network: Network, tmp_path: Path) -> None:
    assert fresh(network.url, network.deployment, tmp_path, busy=True, **QUICK) == content(index)


def test_what_an_older_contract_logged_before_is_there(db: Path) -> None:
    """A factory that was in use before the registry that names it."""
    with LocalNode() as node:
        chain = Chain(node.url, development_signer(DEPLOYER))
        old = deploy(chain)
        tree = SumTree({chain.account: 1})
        RoyaltyVaultFactory(chain, old.vault_factory).publish(tree.root, payees=list(tree.shares.items()))
        published = chain.block().number
        nonce = chain.nonce(chain.account)
        token, ledger, escrow, desk = (create_address(chain.account, nonce + i) for i in range(1, 5))
        registry = created(chain, "AssetRegistry", old.vault_factory, token, ledger, escrow, desk)
        created(chain, "LicenseToken", registry)
        created(chain, "UsageLedger", token)
        created(chain, "StatementEscrow", old.vault_factory, old.arbitrator, 10**16, 86_400 * 30)
        created(chain, "DisputeDesk", registry, old.arbitrator, 10**16, 86_400 * 30)
        deployment = discover(chain, registry)

        def forgetful(method: str, params: list[Any], result: Any) -> Any:
            return [] if method == "eth_getLogs" else result

        with Index(db) as index:
            with between(node.url, forgetful) as url, pytest.raises(NodeUntrue, match="do not lead to"):
                index.update([url], deployment, **QUICK)
            state = index.update([node.url], deployment, **QUICK)
            assert state.proven
            assert state.first_block == published < deployment.block
            assert [type(event) for event in index.events()] == [events.SplitPublished]


def created(chain: Chain, name: str, *arguments: Any) -> Address:
    receipt = chain.deploy(artifact(name), *arguments)
    assert receipt.created is not None
    return receipt.created


def test_a_node_that_forgets_its_past_is_enough(db: Path) -> None:
    """The heads are known of the newest block alone: what came before is proven by them too."""
    with LocalNode(prune_history=True) as node:
        chain = Chain(node.url, development_signer(DEPLOYER))
        deployment = deploy(chain)
        mine(node.url, 150)
        with Index(db) as index:
            part = index.update([node.url], deployment, to_block=100, **QUICK)
            assert (part.block, part.proven) == (100, False)
            assert list(index.logs()) == []
            state = index.update([node.url], deployment, **QUICK)
            assert state.proven
            assert state.block == chain.block().number


def mine(url: str, blocks: int) -> None:
    ask(url, "anvil_mine", hex(blocks))


# Files.


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_an_export_has_all_rows(index: Index, tmp_path: Path, format_: Any) -> None:
    written = export(index, tmp_path / "out", format_)
    counts = {made.table: made.rows for made in written}
    logs = list(index.logs())
    assert counts["logs"] == len(logs)
    assert counts["blocks"] == index.state.block - index.state.first_block + 1
    money = index.money
    assert (counts["claims"], counts["transfers"]) == (2, money.transfers)
    assert sum(counts.values()) == counts["blocks"] + 2 * len(logs) + 2 + money.transfers
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"{table}.{format_}" for table in counts
    )
    sold = [event for event in index.events(events.Sold) if isinstance(event, events.Sold)]
    path = tmp_path / "out" / f"license_token_sold.{format_}"
    found = rows_of(path)
    assert_money(index, tmp_path / "out", format_)
    for event, row in zip(sold, found, strict=True):
        assert row["license_id"] == event.license_id
        assert row["licensee"] == event.licensee
        assert int(row["offer_price"]) == event.offer.price
        assert row["offer_terms_uri"] == event.offer.terms_uri
        assert row["signature"] == "0x" + event.signature.hex()
        assert int(row["block_number"]) == event.log.block_number


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    with duckdb.connect() as duck:
        result = duck.execute("SELECT * FROM read_parquet(?)", [str(path)])
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def assert_money(index: Index, folder: Path, format_: str) -> None:
    moved = [each for token in sorted(index.tokens()) for each in index.transfers(token)]
    assert [
        (row["token"], row["sender"], row["receiver"], int(row["amount"]), int(row["log_index"]))
        for row in rows_of(folder / f"transfers.{format_}")
    ] == [(m.log.address, m.sender, m.receiver, m.amount, m.log.index) for m in moved]
    first, second = rows_of(folder / f"claims.{format_}")
    assert first["vault"] == second["vault"]
    assert first["payee"] == second["payee"] == first["receiver"] != second["receiver"]
    assert int(first["amount"]) > int(second["amount"]) > 0


def test_single_tables_are_exported_even_if_empty(index: Index, tmp_path: Path) -> None:
    [made] = export(index, tmp_path, "csv", ["license_token_unlocked"])
    assert made.rows == 0
    assert made.path.read_text() == "block_number,log_index,tx_hash,token_id\n"
    with pytest.raises(InputError, match="no table"):
        export(index, tmp_path, "csv", ["nothing"])
    assert "license_token_sold" in tables()


# Databases that are none.


def test_a_database_of_another_chain(index: Index, db: Path) -> None:
    with LocalNode() as node:
        deployment = deploy(Chain(node.url, development_signer(DEPLOYER)))
        before = content(index)
        with pytest.raises(WrongChain, match="its block 0 is"):
            index.update([node.url], deployment, **QUICK)
        assert content(index) == before


def test_a_database_of_another_deployment(index: Index, network: Network, db: Path) -> None:
    other = deploy(Chain(network.url, development_signer(3)))
    before = content(index)
    with pytest.raises(IndexUnusable, match="is the index of the registry"):
        index.update([network.url], other, **QUICK)
    assert content(index) == before


def test_a_database_of_something_else(network: Network, db: Path) -> None:
    with sqlite3.connect(db) as other:
        other.execute("CREATE TABLE poems (text TEXT)")
    other.close()
    with pytest.raises(IndexUnusable, match="something else"):
        Index(db)


def test_a_file_that_is_no_database(network: Network, db: Path) -> None:
    db.write_bytes(b"Sing, goddess, the anger. " * 100)
    with pytest.raises(IndexUnusable, match="is damaged"):
        Index(db)


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_half_written_database(index: Index, network: Network, db: Path, part: float) -> None:
    index.close()
    data = db.read_bytes()
    db.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(IndexUnusable, match=r"is damaged|another version"):
        read_all(db, network)


def read_all(db: Path, network: Network) -> None:
    with Index(db) as index:
        index.update([network.url], network.deployment, **QUICK)
        list(index.logs())


def test_a_cursor_ahead_of_the_blocks(index: Index, network: Network, db: Path) -> None:
    index.close()
    with sqlite3.connect(db) as other:
        other.execute("UPDATE cursor SET block_number = block_number + 1")
    other.close()
    with Index(db) as odd, pytest.raises(IndexUnusable, match="is damaged"):
        odd.update([network.url], network.deployment, **QUICK)


def test_a_database_of_another_version(index: Index, db: Path) -> None:
    index.close()
    with sqlite3.connect(db) as other:
        other.execute("UPDATE kinds SET event = 'Purchased' WHERE event = 'Sold'")
    other.close()
    with pytest.raises(IndexUnusable, match="another version"):
        Index(db)


def test_an_empty_file_is_a_new_database(network: Network, db: Path) -> None:
    db.touch()
    with Index(db) as index:
        assert index.update([network.url], network.deployment, **QUICK).proven


def test_nothing_is_known_before_the_first_update(db: Path) -> None:
    with pytest.raises(IndexUnusable, match="there is no index"):
        Index(db, create=False)
    with Index(db) as index, pytest.raises(IndexUnusable, match="nothing was indexed"):
        index.state  # noqa: B018
