"""`licet index`: what it says to programs and to people, and to whom it turns when a node fails."""

import csv
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from licet.chain.deployments import Deployment
from licet.contracts.events import AssetRegistered
from licet.index import Index
from licet.rights_holder import Registered
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import Network
from tests.integration.faults import RefusedError, between, lying_about_logs
from tests.integration.indexing import QUICK

LICET = (sys.executable, "-c", "import sys; from licet.cli import main; sys.exit(main())")
pytestmark = pytest.mark.integration


def test_update_status_export(run: Run, ok: Ok, asset: Registered, network: Network, tmp_path: Path) -> None:
    done = ok("index", "update")
    assert done["db"] == "index-31337.sqlite"
    assert done["proven"] is True
    assert done["faults"] == []
    assert (done["chain_id"], done["registry"]) == (31337, network.deployment.asset_registry)
    assert done["block"] == done["verified_block"] == int(network.rpc("eth_blockNumber"), 16)
    assert done["counted"] == 2
    status = ok("index", "status", "--db", "index-31337.sqlite")
    assert status == {name: value for name, value in done.items() if name != "faults"}
    shown(
        run("index", "update"), "index-31337.sqlite", "2 logs that count", "agrees with the contracts' heads"
    )
    shown(run("index", "status", "--db", "index-31337.sqlite"), "All of it agrees")
    files = ok("index", "export", "out", "--db", "index-31337.sqlite", "--format", "csv")["files"]
    by_table = {made["table"]: made for made in files}
    with Path(by_table["asset_registry_asset_registered"]["path"]).open(newline="") as file:
        [row] = csv.DictReader(file)
    assert row["asset_id"] == asset.asset_id
    shown(run("index", "export", "out", "--db", "index-31337.sqlite"), "logs.parquet")
    with Index("index-31337.sqlite") as index:
        assert [event.asset_id for event in index.events(AssetRegistered)] == [asset.asset_id]  # type: ignore[attr-defined]


def test_the_database_may_stand_in_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, network: Network, tmp_path: Path
) -> None:
    monkeypatch.setenv("LICET_DB", str(tmp_path / "mine.sqlite"))
    assert run("index", "update", "--prove").code == 0
    assert run("index", "status").code == 0
    assert (tmp_path / "mine.sqlite").exists()


def test_a_node_that_leaves_logs_out(run: Run, asset: Registered, network: Network) -> None:
    with between(network.url, lying_about_logs(lambda logs: [])) as url:
        alone = run("index", "update", "--rpc", url)
        assert (alone.code, alone.out) == (1, "")
        assert "cannot be right" in alone.err.splitlines()[-1]
        helped = run("index", "update", "--rpc", url, "--other-rpc", network.url, "--json")
    assert helped.code == 0
    assert helped.json["proven"] is True
    assert any("cannot be right" in fault for fault in helped.json["faults"])
    assert "trying on:" in helped.err


def test_a_node_that_is_not_there(run: Run, asset: Registered, network: Network) -> None:
    dead = "http://127.0.0.1:1"
    failed(run("index", "update", "--rpc", dead), 2, "no node answers")
    helped = run("index", "update", "--rpc", dead, "--other-rpc", network.url)
    assert helped.code == 0
    assert "no node answers" in helped.err


def test_what_is_not_proven_is_said_to_be_so(run: Run, asset: Registered, network: Network) -> None:
    def forgetful(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_call" and params[1] not in ("latest", {}):
            raise RefusedError("missing trie node")
        return result

    with between(network.url, forgetful) as url:
        ran = run("index", "update", "--rpc", url)
    assert ran.code == 2
    assert "update again" in ran.out
    status = run("index", "status", "--db", "index-31337.sqlite", "--json")
    assert status.code == 2
    assert status.json["proven"] is False
    assert status.json["verified_block"] < status.json["block"]
    assert run("index", "export", "out", "--db", "index-31337.sqlite", "--json").json["files"] == []


def test_a_database_of_another_deployment(run: Run, asset: Registered, tmp_path: Path) -> None:
    assert run("index", "update").code == 0
    other = tmp_path / "other.json"
    assert run("deploy", "--deployment", str(other), "--dev-account", "5").code == 0
    failed(run("index", "update", "--deployment", str(other)), 2, "is the index of the registry")


@pytest.mark.parametrize("method", ["eth_chainId", "eth_getCode", "eth_getLogs"])
def test_a_node_that_refuses(run: Run, asset: Registered, network: Network, method: str) -> None:
    """It may be right in all that it says, so that 1 would accuse it wrongly; another one is asked."""

    def refuse(asked: str, params: list[Any], result: Any) -> Any:
        if asked == method:
            raise RefusedError("daily request count exceeded")
        return result

    with between(network.url, refuse) as url:
        alone = run("index", "update", "--rpc", url)
        assert (alone.code, alone.out) == (2, "")
        assert "daily request count exceeded" in alone.err.splitlines()[-1]
        helped = run("index", "update", "--rpc", url, "--other-rpc", network.url)
    assert helped.code == 0
    assert "trying on:" in helped.err


def test_a_full_disk(settings: dict[str, str], asset: Registered, tmp_path: Path) -> None:
    """The operating system takes no larger files of this process; what was there before stays usable."""

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    db = tmp_path / "index.sqlite"
    ran = subprocess.run(
        [*LICET, "index", "update", "--db", str(db)],
        capture_output=True,
        text=True,
        env=os.environ | settings,
        preexec_fn=small,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "make room" in ran.stderr
    with Index(db) as index:
        assert index.update([settings["LICET_RPC"]], deployment_of(settings), **QUICK).proven


def deployment_of(settings: dict[str, str]) -> Deployment:
    return Deployment.load(Path(settings["LICET_DEPLOYMENT"]))
