"""The auditor on an index of one's own: the same report as from the node, or a clear refusal."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import Auditor, AuditReport, Kind, Verdict
from licet.chain.client import Chain
from licet.documents import Library
from licet.errors import IndexUnusable, InputError
from licet.index import Index
from tests.integration.commands import Ok, Run, failed
from tests.integration.conftest import Network, Party
from tests.integration.faults import RefusedError, between
from tests.integration.indexing import QUICK
from tests.integration.market import Market
from tests.integration.story import folder as folder
from tests.integration.story import network as network

pytestmark = pytest.mark.integration


@pytest.fixture
def db(network: Network, tmp_path: Path) -> Path:
    """A story of all contracts, indexed."""
    path = tmp_path / "index.sqlite"
    with Index(path) as made:
        made.update([network.url], network.deployment, **QUICK)
    return path


@pytest.fixture
def index(db: Path) -> Iterator[Index]:
    with Index(db) as opened:
        yield opened


def audited(network: Network, index: Index | None, block: int | None = None) -> AuditReport:
    auditor = Auditor(network.chain(), Library())
    return auditor.audit(network.deployment.asset_registry, index=index, block=block)


def test_it_reports_what_it_reports_from_the_node(index: Index, network: Network) -> None:
    from_index, from_node = audited(network, index), audited(network, None)
    assert from_index.to_json() == from_node.to_json()
    assert from_index.counts.sales > 5
    assert from_index.counts.derivative_sales == 1


def test_a_node_that_has_only_the_state_is_enough(index: Index, network: Network) -> None:
    def no_logs(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs":
            raise RefusedError("no logs here")
        return result

    with between(network.url, no_logs) as url:
        report = Auditor(Chain(url), Library()).audit(network.deployment.asset_registry, index=index)
    assert report.to_json() == audited(network, None).to_json()
    assert index.money.claims
    assert index.money.transfers


@pytest.mark.parametrize(
    ("table", "kinds"),
    [
        ("transfer_logs", {Kind.PAYMENT_MISSING, Kind.CLAIM_UNPAID, Kind.INCOME_WRONG}),
        ("claim_logs", {Kind.RELEASED_WRONG}),
    ],
)
def test_money_that_was_left_out_is_found(
    index: Index, db: Path, network: Network, table: str, kinds: set[Kind]
) -> None:
    """No head counts it, but it must lead to what vaults and tokens say of themselves."""
    with sqlite3.connect(db) as connection:
        connection.execute(f"DELETE FROM {table}")
    report = audited(network, index)
    assert report.verdict is Verdict.FINDINGS
    assert kinds <= {finding.kind for finding in report.findings}


def test_money_that_is_not_followed_yet_is_waited_for(index: Index, db: Path, network: Network) -> None:
    """As where a process was killed between the blocks and the money."""
    last = index.state.block
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE tracks SET block_number = ? WHERE number = 1", (last - 3,))
    assert audited(network, index).block.number == last - 3
    with pytest.raises(InputError, match=f"proven up to {last - 3}"):
        audited(network, index, last)
    before = index.identity.first_block - 1
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE tracks SET block_number = ? WHERE number = 0", (before,))
    with pytest.raises(InputError, match="nothing that could be audited yet"):
        audited(network, index)


def test_an_older_block_is_audited_as_it_stood(index: Index, network: Network) -> None:
    block = index.state.block - 12
    assert audited(network, index, block).to_json() == audited(network, None, block).to_json()


def test_what_came_after_the_index_waits_for_it(
    index: Index, network: Network, market: Market, licensor: Party
) -> None:
    last = index.state.block
    market.register(licensor, "an afterthought")
    assert audited(network, index).block.number == last
    with pytest.raises(InputError, match=f"proven up to {last}: `licet index update`"):
        audited(network, index, last + 1)


def test_a_log_altered_in_the_database_is_found(index: Index, db: Path, network: Network) -> None:
    with sqlite3.connect(db) as connection:
        connection.execute(
            "UPDATE logs SET data = zeroblob(length(data)) WHERE kind IN "
            "(SELECT number FROM kinds WHERE event = 'Sold')"
        )
    report = audited(network, index)
    assert report.verdict is Verdict.FINDINGS
    assert [finding.kind for finding in report.findings] == [Kind.LOGS_INCOMPLETE]
    assert not report.sales


def test_a_log_deleted_from_the_database_is_found(index: Index, db: Path, network: Network) -> None:
    with sqlite3.connect(db) as connection:
        connection.execute(
            "DELETE FROM logs WHERE kind IN (SELECT number FROM kinds WHERE event = 'OffersCancelled')"
        )
    report = audited(network, index)
    assert [finding.kind for finding in report.findings] == [Kind.LOGS_INCOMPLETE]


def test_a_chain_that_was_replaced_is_refused(index: Index, network: Network) -> None:
    network.rpc("anvil_mine", "0x3")
    index.update([network.url], network.deployment, **QUICK)
    network.rpc("anvil_reorg", 3, [])
    with pytest.raises(IndexUnusable, match="another block"):
        audited(network, index)


def test_the_index_of_another_deployment_is_refused(index: Index, db: Path, network: Network) -> None:
    index.close()
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE licet_index SET chain_id = '5'")
    with Index(db) as other, pytest.raises(IndexUnusable, match="on chain 5, not of"):
        audited(network, other)


def test_the_command_reads_it(
    db: Path, ok: Ok, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ok("audit", "--json", "--db", str(db))
    assert told == ok("audit", "--json")
    monkeypatch.setenv("LICET_DB", str(tmp_path / "none.sqlite"))
    failed(run("audit"), 2, "none.sqlite")
    assert run("audit", "--pack", "pack.zip").code == 0, "a pack is not made of an index"


def cut(db: Path) -> None:
    db.write_bytes(db.read_bytes()[: db.stat().st_size // 2])


def of_another_chain(db: Path) -> None:
    with sqlite3.connect(db) as connection:
        connection.execute("UPDATE licet_index SET chain_id = '5'")


def of_something_else(db: Path) -> None:
    db.write_bytes(b"")
    with sqlite3.connect(db) as connection:
        connection.execute("CREATE TABLE poems (text TEXT)")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut, "written by halves"),
        (of_another_chain, "on chain 5, not of"),
        (of_something_else, "something else"),
        (lambda db: db.write_bytes(b""), "nothing was indexed"),
    ],
)
def test_the_command_refuses_what_is_no_index_of_this(
    damage: Callable[[Path], object], words: str, db: Path, run: Run
) -> None:
    damage(db)
    failed(run("audit", "--db", str(db)), 2, words)
