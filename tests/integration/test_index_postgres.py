"""The index in PostgreSQL, where there is one; else skipped."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from licet.chain.client import Chain
from licet.documents import Library
from licet.errors import IndexFailed, IndexUnusable
from licet.index import Index
from licet.index.export import export
from licet.shelf import Filler, Shelf
from tests.integration.commands import Run
from tests.integration.conftest import Network
from tests.integration.indexing import QUICK, content, fresh
from tests.integration.story import folder as folder
from tests.integration.story import network as network
from tests.integration.test_index import views_agree
from tests.integration.test_index_reorgs import started

pytestmark = pytest.mark.integration


def test_it_has_what_sqlite_has(db: str, network: Network, tmp_path: Path) -> None:
    expected = fresh(network.url, network.deployment, tmp_path)
    with Index(db) as index, Index(tmp_path / "fresh.sqlite") as sqlite:
        state = index.update([network.url], network.deployment, **QUICK)
        assert state.proven
        found = content(index)
        differing = {table for table in expected if found[table] != expected[table]}
        assert differing <= {"licet_index"}  # whose chain id is a number here
        assert list(index.events()) == list(sqlite.events())
        assert list(index.logs()) == list(sqlite.logs())


def test_its_views_show_the_same(db: str, network: Network) -> None:
    with Index(db) as index:
        index.update([network.url], network.deployment, **QUICK)
        views_agree(index)


def test_it_exports_the_same_files(db: str, network: Network, tmp_path: Path) -> None:
    with Index(db) as index, Index(tmp_path / "other.sqlite") as sqlite:
        for made in (index, sqlite):
            made.update([network.url], network.deployment, **QUICK)
        ours = export(index, tmp_path / "ours", "csv")
        theirs = export(sqlite, tmp_path / "theirs", "csv")
    assert [made.table for made in ours] == [made.table for made in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()


def test_reorgs_and_steps(db: str, tmp_path: Path) -> None:
    with started(7) as noise:
        url, deployment = noise.url, noise.deployment
        for last in range(deployment.block, Chain(url).block().number, 25):
            with Index(db) as index:
                index.update([url], deployment, to_block=last, **QUICK)
        with Index(db) as index:
            for depth in (1, 12, 40):
                before = content(index)
                noise.reorganise(depth)
                noise.act(2)
                index.update([url], deployment, **QUICK)
                found, expected = content(index), fresh(url, deployment, tmp_path)
                assert found["blocks"] != before["blocks"]
                for table in ("blocks", "logs", "heads", "cursor"):
                    assert found[table] == expected[table]


def test_a_process_that_is_killed_leaves_whole_batches(db: str, network: Network) -> None:
    """The server ends the transaction of whoever is gone."""
    with Index(db) as index:
        index.update([network.url], network.deployment, to_block=network.deployment.block + 30, **QUICK)
        before = content(index)
        with pytest.raises(IndexFailed):
            lose_the_server_halfway(index, db)
    with Index(db) as index:
        assert content(index) == before
        assert index.update([network.url], network.deployment, **QUICK).proven


def lose_the_server_halfway(index: Index, db: str) -> None:
    with index.store.transaction():
        index.store.query("DELETE FROM logs")
        with psycopg.connect(db, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        index.store.query("SELECT 1")


def test_a_database_of_something_else(db: str, network: Network) -> None:
    with psycopg.connect(db, autocommit=True) as other:
        other.execute("CREATE TABLE poems (text text)")
    with pytest.raises(IndexUnusable, match="something else"):
        Index(db)


def test_on_the_command_line(db: str, network: Network, run: Run) -> None:
    done = run("index", "update", "--db", db, "--json")
    assert done.code == 0, done.err
    assert done.json["proven"] is True
    assert run("index", "status", "--db", db).code == 0
    from_index, from_node = run("audit", "--db", db, "--json"), run("audit", "--json")
    assert (from_index.code, from_index.json) == (from_node.code, from_node.json)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://licet:secret@127.0.0.1:1/index",
        "postgresql://[x",
        "postgresql://licet:secret@host:99999/x",
    ],
)
def test_a_server_that_is_not_there(url: str) -> None:
    with pytest.raises(IndexUnusable, match="lets nobody in") as caught:
        Index(url)
    assert "secret" not in str(caught.value)


def test_its_shelf_is_that_of_sqlite(db: str, network: Network, folder: Path, tmp_path: Path) -> None:
    shelves: list[list[Any]] = []
    with Index(db) as index, Index(tmp_path / "other.sqlite") as sqlite:
        for name, made in (("ours", index), ("theirs", sqlite)):
            made.update([network.url], network.deployment, **QUICK)
            filler = Filler(tmp_path / name, made, Library([folder], allow_http=False))
            filler.fill()
            filler.close()
            with Shelf(tmp_path / name) as shelf:
                tables = ("assets", "works", "seen", "offers", "cursor")
                shelves.append([sorted(shelf.database.rows(f"SELECT * FROM {table}")) for table in tables])
                assert made.logs_at(shelf.assets()[0].place.block)
    assert shelves[0] == shelves[1]
    assert all(shelves[0][i] for i in (0, 2, 3, 4))
