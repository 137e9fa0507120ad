"""`licet serve` as a program: it serves, keeps up with the chain, holds no keys, and ends when asked to."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.commands import Run, failed
from tests.integration.conftest import Network
from tests.integration.market import Market

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "import sys; from licet.cli import main; sys.exit(main())"


@contextmanager
def running(network: Network, folder: Path, scratch: Path) -> "Iterator[tuple[subprocess.Popen[str], int]]":
    command = [sys.executable, "-c", PROGRAM, "serve", "--rpc", network.url, "--port", "0", "--json"]
    command += ["--registry", network.deployment.asset_registry, "--documents", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=scratch
    )
    try:
        assert process.stdout is not None
        said = ""
        while not said.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, process.communicate()
            said += line
        yield process, int(json.loads(said)["url"].rpartition(":")[2])
    finally:
        process.kill()
        process.communicate()


def get(port: int, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, json.loads(data) if path.startswith("/api") else data


def wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_it_serves_keeps_up_and_ends(network: Network, market: Market, folder: Path, tmp_path: Path) -> None:
    first = market.register(market.licensor, "a poem")
    with running(network, folder, tmp_path) as (process, port):
        wait_for(lambda: get(port, f"/api/assets/{first}")[0] == 200)
        sold = market.sell(first)
        wait_for(lambda: get(port, f"/api/licenses/{sold.license_id}")[0] == 200)
        wait_for(lambda: get(port, "/api/audit/status")[1]["verdict"] == "clean")
        wait_for(lambda: get(port, "/api/audit/status")[1]["counts"]["sales"] == 1)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err == "The site has ended.\n"
    assert (tmp_path / "index-31337.sqlite").is_file()
    assert (tmp_path / "shelf-31337.sqlite").is_file()


def test_a_port_that_is_taken(network: Network, folder: Path, tmp_path: Path, run: Run) -> None:
    with running(network, folder, tmp_path) as (_, port):
        ran = run(
            *("serve", "--rpc", network.url, "--registry", network.deployment.asset_registry),
            *("--port", str(port), "--db", str(tmp_path / "i.sqlite"), "--shelf", str(tmp_path / "s.sqlite")),
        )
    failed(ran, 2, f"nothing can listen at 127.0.0.1:{port}")


def test_what_cannot_be_served_is_said_at_once(network: Network, tmp_path: Path, run: Run) -> None:
    here = ("serve", "--rpc", network.url, "--registry", network.deployment.asset_registry)
    failed(run(*here, "--public-rpc", "ftp://x"), 2, "is not an http(s) URL of a node")
    failed(run(*here, "--port", "99999"), 2, "99999")
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"something else, and more than a few bytes of it" * 100)
    failed(run(*here, "--db", str(other)), 2, "other.sqlite")
    shelf = ("--db", str(tmp_path / "i.sqlite"), "--shelf", str(other))
    failed(run(*here, *shelf), 1, "delete it, and it is made anew")
    failed(run("serve", "--rpc", "http://127.0.0.1:9"), 2, "no node answers")
