#!/usr/bin/env python3
"""How fast the index is, beside the plain way and beside what the node can serve: same Anvil, same events.

    python benchmarks/index.py             a table
    python benchmarks/index.py --json      {ratio_web3py, ratio_floor, peak_mb, verified_events_per_s}
    python benchmarks/index.py --check     fail where a target is missed

A chain is filled with sales, 201 events in a block: a hundred seats in one purchase, and a basket of fifty
orders. Each order moves money besides; these transfers are read too, and not counted. Each way then reads the
chain in a process of its own, several times in turn, and the best run of each counts: other work on the
machine makes a run slower, never faster.

`floor` asks for the same logs in the same ranges and throws the answers away. `web3py` is what its
documentation shows: `get_logs` in ranges, `process_log` for each log, an INSERT each, into SQLite; on the
last blocks only, since it is slow. `index` is `Index.update` with all its checks, `proven` the same with
every header's hash and every receipts' root recomputed.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gas import ALL, Bench, signed_offer, split
from rich.console import Console
from rich.table import Table
from web3 import HTTPProvider, Web3

from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment
from licet.chain.local.node import LocalNode
from licet.chain.rpc.batches import Node
from licet.chain.rpc.transport import HttpTransport
from licet.contracts.transfers import TRANSFER_TOPIC
from licet.documents import sha256
from licet.index import Index
from licet.index.events.kinds import addresses
from licet.rights.order import Order
from licet.rights.registration import Registration
from licet.types import hash32

TARGETS = {"ratio_web3py": 40.0, "ratio_floor": 0.4, "peak_mb": 120.0, "verified_events_per_s": 10_000.0}

BLOCKS = 600
PLAIN_BLOCKS = 20
RANGE = 12  # blocks in one question: as many as the index asks for
MONEY_RANGE = 98  # the same, of transfers
SEATS, BASKET = 100, 50
EVENTS_A_BLOCK = SEATS + 1 + 2 * BASKET
TRANSFERS_A_BLOCK = 1 + BASKET
RUNS = 3


def main() -> int:
    """Fill a chain, measure, print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Events indexed per second.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="how long the chain is")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        way, url, path = options.measure
        print(json.dumps(WAYS[way](url, Deployment.load(Path(path)))))
        return 0
    figures = measure(options.blocks)
    if options.json:
        print(json.dumps({name: round(figures[name], 3) for name in TARGETS}))
    else:
        Console().print(table(figures))
    missed = [
        name
        for name, target in TARGETS.items()
        if (figures[name] > target if name == "peak_mb" else figures[name] < target)
    ]
    for name in missed if options.check else ():
        print(f"index: {name} is {figures[name]:.2f}, its target {TARGETS[name]:,}", file=sys.stderr)
    return 1 if missed and options.check else 0


def table(figures: dict[str, float]) -> Table:
    """The figures for people."""
    result = Table(title="An index of one deployment")
    result.add_column("figure")
    for column in ("measured", "target"):
        result.add_column(column, justify="right")
    for name, value in figures.items():
        sign = "≤" if name == "peak_mb" else "≥"
        target = f"{sign} {TARGETS[name]:,g}" if name in TARGETS else ""
        result.add_row(name, f"{value:,.2f}" if value < 1_000 else f"{value:,.0f}", target)
    return result


def measure(blocks: int) -> dict[str, float]:
    """Events per second of each way, the ratios, and the memory that the index takes."""
    with LocalNode(prune_history=True) as node, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "deployment.json"
        fill(node.url, blocks).save(path)
        runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for _ in range(RUNS):
            for way in WAYS:
                runs[way].append(in_a_process(way, node.url, path))
    best = {way: max(run["events_per_s"] for run in found) for way, found in runs.items()}
    used = {way: min(run["cpu_us"] for run in found) for way, found in runs.items()}
    return {
        **{f"{way}_events_per_s": value for way, value in best.items() if way != "proven"},
        **{f"{way}_cpu_us_an_event": value for way, value in used.items()},
        "ratio_web3py": best["index"] / best["web3py"],
        "ratio_floor": best["index"] / best["floor"],
        "peak_mb": max(run["peak_mb"] for way in ("index", "proven") for run in runs[way]),
        "verified_events_per_s": best["proven"],
    }


def in_a_process(way: str, url: str, deployment: Path) -> dict[str, float]:
    """What one way comes to, measured by itself alone."""
    command = (sys.executable, __file__, "--measure", way, url, str(deployment))
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def fill(url: str, blocks: int, sales: int = 1) -> Deployment:
    """Deploys, and sells in so many blocks, `EVENTS_A_BLOCK` events for each of so many sales in a block."""
    bench = Bench.start(url)
    bench.licensor.assets.register(Registration(bench.licensor.chain.account, sha256(b"a")))
    bench.dollar.mint(bench.licensee.chain.account, 1 << 100)
    bench.dollar.approve(bench.licensee.licenses.address, ALL)
    tree = split(2)
    bench.licensor.vaults.publish(tree.root, payees=list(tree.shares.items()))
    offer, signature = signed_offer(bench, bench.licensee.vaults.vault_of(tree.root))
    account, token = bench.licensee.chain.account, bench.licensee.licenses.address
    abi = artifact("LicenseToken").abi
    node = Node(url)

    def order(salt: int, quantity: int = 1) -> tuple[Any, ...]:
        return Order(offer, signature, account, hash32((salt << 16).to_bytes(32)), quantity).to_abi()

    node.ask(bool, "evm_setAutomine", False)
    node.ask(bool, "evm_setBlockGasLimit", hex(sales * 30_000_000))
    for i in range(blocks * sales):
        salt = (BASKET + 1) * i
        basket = [order(salt + 1 + k) for k in range(BASKET)]
        for data in (
            abi.encode_call("buy", [order(salt, SEATS)]),
            abi.encode_call("buyBasket", [basket, False]),
        ):
            call = {"from": account, "to": token, "data": "0x" + data.hex(), "gas": hex(12_000_000)}
            node.ask(str, "eth_sendTransaction", call)
        if (i + 1) % sales == 0:
            node.ask(str, "evm_mine")
    return bench.licensor.deployment


def floor(url: str, deployment: Deployment) -> dict[str, float]:
    """What Anvil serves: the same logs, asked for and thrown away."""
    transport, wanted = HttpTransport(url, 60), list(addresses(deployment))
    last = Chain(url).block().number
    clock = Clock()
    for query in (
        *({"address": wanted, **blocks} for blocks in ranges(last, RANGE)),
        *({**transfers(deployment), **blocks} for blocks in ranges(last, MONEY_RANGE)),
    ):
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [query]}
        transport.exchange(json.dumps(body).encode())
    seconds, used = clock.stop()
    return figure(last // 10 * 10 * EVENTS_A_BLOCK, seconds, used)  # the first are not full


def web3py(url: str, deployment: Deployment) -> dict[str, float]:
    """The plain way, on the last blocks."""
    wanted = list(addresses(deployment))
    web3 = Web3(HTTPProvider(url))
    interfaces = [
        web3.eth.contract(address=address, abi=artifact_abi(name))  # type: ignore[call-overload]
        for name, address in (
            ("AssetRegistry", wanted[0]),
            ("LicenseToken", wanted[1]),
            ("TestDollar", str(deployment.test_dollar)),
        )
    ]
    known = {
        (contract.address, bytes(web3.keccak(text=event.signature))): event
        for contract in interfaces
        for event in contract.events
    }
    last = Chain(url).block().number
    first = last - PLAIN_BLOCKS + 1
    with tempfile.TemporaryDirectory() as folder, sqlite3.connect(Path(folder) / "plain.sqlite") as db:
        db.execute("CREATE TABLE events (block INTEGER, log INTEGER, name TEXT, arguments TEXT)")
        clock = Clock()
        for start in range(first, last + 1, RANGE):
            end = min(start + RANGE - 1, last)
            found: list[Any] = []
            for query in ({"address": wanted}, transfers(deployment)):
                found += web3.eth.get_logs({**query, "fromBlock": start, "toBlock": end})  # type: ignore[typeddict-item]
            for log in found:
                event = known[log["address"], bytes(log["topics"][0])]().process_log(log)
                row = (event["blockNumber"], event["logIndex"], event["event"], Web3.to_json(event["args"]))
                db.execute("INSERT INTO events VALUES (?, ?, ?, ?)", row)
            db.commit()
        seconds, used = clock.stop()
        [[count]] = db.execute("SELECT count(*) FROM events")
    assert count == PLAIN_BLOCKS * (EVENTS_A_BLOCK + TRANSFERS_A_BLOCK), count
    count = PLAIN_BLOCKS * EVENTS_A_BLOCK
    return figure(count, seconds, used)


def index(url: str, deployment: Deployment, *, prove: bool = False) -> dict[str, float]:
    """Licet's index, from nothing."""
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder) / "index.sqlite") as made:
        clock = Clock()
        state = made.update([url], deployment, prove=prove)
        seconds, used = clock.stop()
        assert state.proven
    return figure(state.counted, seconds, used)


def proven(url: str, deployment: Deployment) -> dict[str, float]:
    """The same, every receipts' root recomputed."""
    return index(url, deployment, prove=True)


def transfers(deployment: Deployment) -> dict[str, Any]:
    """The question for what moved of the token that is paid in."""
    return {"address": deployment.test_dollar, "topics": ["0x" + TRANSFER_TOPIC.hex()]}


def ranges(last: int, blocks: int) -> Sequence[dict[str, str]]:
    """The chain, in pieces of so many blocks."""
    return [
        {"fromBlock": hex(start), "toBlock": hex(min(start + blocks - 1, last))}
        for start in range(0, last + 1, blocks)
    ]


class Clock:
    """Measures what something takes: of time, and of the processor."""

    def __init__(self) -> None:
        self.started = time.perf_counter(), time.process_time()

    def stop(self) -> tuple[float, float]:
        """Seconds, and seconds of the processor."""
        return time.perf_counter() - self.started[0], time.process_time() - self.started[1]


def figure(events: int, seconds: float, used: float) -> dict[str, float]:
    """What reading so many events came to."""
    return {"events_per_s": events / seconds, "cpu_us": used / events * 1e6, "peak_mb": peak_mb()}


def artifact_abi(name: str) -> list[dict[str, Any]]:
    """A contract's interface as web3.py takes it."""
    path = Path(__file__).resolve().parent.parent / "src" / "licet" / "artifacts" / f"{name}.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["abi"]
    return found


def peak_mb() -> float:
    """The most memory that this process has taken."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


WAYS = {"floor": floor, "web3py": web3py, "index": index, "proven": proven}

if __name__ == "__main__":
    sys.exit(main())
