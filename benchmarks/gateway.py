#!/usr/bin/env python3
"""What the gateway costs, beside the same server that serves the same file with no checks.

    python benchmarks/gateway.py             a table
    python benchmarks/gateway.py --json      {"licensed_ratio": …, "payment_required_ratio": …,
                                              "p99_over_p50": …, "vouchers_per_s": …, "peak_mb": …}
    python benchmarks/gateway.py --check     fail where a limit is missed

`wrk` (Debian: apt-get install wrk) asks from the same machine, over 64 connections, in rounds, each server in
turn; the best round of each counts: other work on the machine makes a round slower, never faster. The file
has 64 KiB. `plain` is the gateway's own ASGI server with Starlette's `StaticFiles`, as anybody would serve a
file with no checks; `folder` is the same with what the gateway has in its place, and no gateway around it.
`licensed` reads as a license's holder who has signed in: each read is recorded, and its receipt signed, on
disk before the answer is complete. `402` asks for what is paid for without paying. Ratios are to `plain`.
`p99_over_p50` is of the licensed reads. `vouchers_per_s` is that of `gateway_vouchers.py`. After the rounds
the gateway is asked on, until it has answered a million requests of the three kinds; its memory after the
first tenth of them and at the end is in the table. `peak_mb` is the most that its process ever had, or that
anchoring had, over a million records, of which samples are proven from the journal.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from gateway_vouchers import vouchers_per_s
from quote import peak_mb
from rich.console import Console
from rich.table import Table
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from licet.chain.client import Chain
from licet.chain.deployments import Deployment, deploy
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner
from licet.contracts import Contracts
from licet.documents import Library, PayeeShare, Publisher, SplitDocument, TermsDocument, UsageRecord
from licet.gateway.anchoring import Anchoring
from licet.gateway.batches import Batches
from licet.gateway.folder import Folder
from licet.gateway.holders.tokens import Kind, Token, Tokens
from licet.gateway.journal import Journal
from licet.gateway.lifespan import only_lifespan
from licet.gateway.recording import Recorder
from licet.gateway.sending import Account
from licet.licensee import Licensee
from licet.rights.uses import Use
from licet.rights_holder import Price, RightsHolder
from licet.server import serve
from licet.trees.hashing import keccak
from licet.types import Address, Hash32

SIZE: Final = 64 << 10
CONNECTIONS: Final = 64
REQUESTS: Final = 1_000_000
RECORDS: Final = 1_000_000
PER_SECOND: Final = 100
SAMPLES: Final = 200
INSERT: Final = "INSERT INTO records (token, payer, nonce, time, hash, receipt) VALUES (?, ?, ?, ?, ?, ?)"
ROUNDS: Final = 4
SECONDS: Final = 4
AT_GATEWAY: Final = ("free", "licensed", "402")
LICENSOR, LICENSEE, KEEPER = 1, 2, 3
MOST: Final = {"p99_over_p50": 5.0, "peak_mb": 300}
LEAST: Final = {"licensed_ratio": 0.7, "payment_required_ratio": 0.8, "vouchers_per_s": 500}


def main() -> int:
    """Measure, then print or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="What the gateway costs, beside a plain server.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a limit is missed")
    parser.add_argument("--requests", type=int, default=REQUESTS, metavar="N", help="requests at the gateway")
    parser.add_argument("--records", type=int, default=RECORDS, metavar="N", help="records to anchor")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="rounds of requests")
    parser.add_argument("--seconds", type=int, default=SECONDS, metavar="N", help="of each round")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step is not None:
        STEPS[arguments.step[0]](*arguments.step[1:])
        return 0
    if shutil.which("wrk") is None:
        print("wrk is not installed: apt-get install wrk", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), arguments)
    figures = {key: found[key] for key in (*LEAST, *MOST) if key in found}
    if arguments.json:
        print(json.dumps(figures))
    else:
        show(found)
    missed = [name for name, limit in MOST.items() if name in figures and figures[name] > limit]
    missed += [name for name, limit in LEAST.items() if name in figures and figures[name] < limit]
    for name in missed:
        print(f"{name} is {figures[name]}: {({**MOST, **LEAST})[name]} is the limit", file=sys.stderr)
    return 1 if arguments.check and missed else 0


@dataclass(frozen=True)
class Place:
    """Where the gateway is, and what shows that its reader has a license.

    Attributes:
        url: its origin.
        process: its process.
        licensed: the fields of a request for `/tales/`.
    """

    url: str
    process: subprocess.Popen[bytes]
    licensed: tuple[str, ...]


@dataclass(frozen=True)
class Load:
    """What came of one round.

    Attributes:
        per_second: requests answered.
        p50: of the times that answers took, seconds.
        p99: of the times that answers took, seconds.
        requests: how many were answered.
        refused: how many of these with another status than 2xx and 3xx.
    """

    per_second: float
    p50: float
    p99: float
    requests: int
    refused: int


class Memory:
    """How much memory the gateway's process has, while it answers.

    Args:
        process: its id.
        requests: how many it is to answer.
    """

    def __init__(self, process: int, requests: int) -> None:
        self._process = process
        self._wanted = requests
        self.answered = dict.fromkeys(AT_GATEWAY, 0)
        self.first_mb = 0

    @property
    def requests(self) -> int:
        """How many it has answered."""
        return sum(self.answered.values())

    @property
    def is_over(self) -> bool:
        """Whether these are all."""
        return self.requests >= self._wanted

    def count(self, kind: str, load: Load) -> None:
        """Counts one load; looks at the memory once the first tenth was answered."""
        if kind in self.answered:
            self.answered[kind] += load.requests
        if not self.first_mb and self.requests * 10 >= self._wanted:
            self.first_mb = self.now_mb

    @property
    def now_mb(self) -> int:
        """What it has now, in MB."""
        return memory_of(self._process, "VmRSS")

    @property
    def peak_mb(self) -> int:
        """The most that it ever had, in MB."""
        return memory_of(self._process, "VmHWM")


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    records = arguments.records
    (folder / "site" / "tales").mkdir(parents=True)
    (folder / "site" / "paid").mkdir()
    data = b"".join(keccak(number.to_bytes(4)) for number in range(SIZE // 32))
    for name in ("a.bin", "tales/a.bin", "paid/a.bin"):
        (folder / "site" / name).write_bytes(data)
    with LocalNode() as node:
        deployment = deploy(Chain(node.url, LocalSigner.development(0)))
        with (
            without_gateway("plain", folder) as bare,
            without_gateway("folder", folder) as own,
            gateway(folder, node.url, deployment) as place,
        ):
            memory = Memory(place.process.pid, arguments.requests)
            loads = rounds_of(bare, own, place, arguments, memory)
            last_mb, requests_mb = memory.now_mb, memory.peak_mb
        deployment.save(folder / "deployment.json")
        begin("fill", str(folder), str(records))
        anchoring = begin("anchor", str(folder), node.url, str(folder / "deployment.json"))
    vouchers = begin("vouchers", str(folder / "vouchers"))
    assert (anchoring["anchored"], anchoring["proven"]) == (records, anchoring["asked"]), anchoring
    best = {name: max(each, key=lambda load: load.per_second) for name, each in loads.items()}
    licensed = sorted(loads["licensed"], key=lambda load: load.p99 / load.p50)
    return {
        "licensed_ratio": round(best["licensed"].per_second / best["plain"].per_second, 3),
        "payment_required_ratio": round(best["402"].per_second / best["plain"].per_second, 3),
        "p99_over_p50": round(licensed[0].p99 / licensed[0].p50, 2),
        "vouchers_per_s": vouchers["vouchers_per_s"],
        "peak_mb": max(requests_mb, anchoring["peak_mb"]),
        "loads": best,
        "requests": memory.requests,
        "answered": memory.answered,
        "first_mb": memory.first_mb,
        "last_mb": last_mb,
        "requests_mb": requests_mb,
        "records": records,
        "anchoring": anchoring,
    }


def rounds_of(
    bare: str, own: str, place: Place, arguments: argparse.Namespace, memory: Memory
) -> dict[str, list[Load]]:
    """All rounds, each kind in turn; then the gateway alone, for as long as its memory is looked at."""
    asked: dict[str, tuple[str, ...]] = {
        "plain": (f"{bare}/a.bin",),
        "folder": (f"{own}/a.bin",),
        "free": (f"{place.url}/a.bin",),
        "licensed": (f"{place.url}/tales/a.bin", *place.licensed),
        "402": (f"{place.url}/paid/a.bin",),
    }

    def load(name: str, seconds: int) -> Load:
        url, *fields = asked[name]
        answered = wrk(url, fields, seconds)
        assert answered.refused == (answered.requests if name == "402" else 0), (name, answered)
        memory.count(name, answered)
        return answered

    for name in asked:
        load(name, 1)
    found: dict[str, list[Load]] = {name: [] for name in asked}
    for _ in range(arguments.rounds):
        for name in asked:
            found[name].append(load(name, arguments.seconds))
    while not memory.is_over:
        for name in AT_GATEWAY:
            load(name, arguments.seconds)
    return found


def wrk(url: str, fields: list[str], seconds: int) -> Load:
    """One round of requests."""
    options = [option for field in fields for option in ("-H", field)]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", *options, url]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    per_second = re.search(r"Requests/sec:\s+([\d.]+)", said)
    requests = re.search(r"(\d+) requests in", said)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    assert per_second is not None, said
    assert requests is not None, said
    return Load(
        float(per_second[1]),
        latency(said, "50%"),
        latency(said, "99%"),
        int(requests[1]),
        int(refused[1]) if refused else 0,
    )


def latency(said: str, part: str) -> float:
    """A time that wrk says, seconds."""
    match = re.search(rf"^\s+{part}\s+([\d.]+)(us|ms|s)\s*$", said, re.MULTILINE)
    assert match is not None, said
    return float(match[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[match[2]]


@contextlib.contextmanager
def without_gateway(step: str, folder: Path) -> Iterator[str]:
    """The server without a gateway."""
    port = free_port()
    command = [sys.executable, __file__, "--step", step, str(folder / "site"), str(port)]
    with running(command, port):
        yield f"http://127.0.0.1:{port}"


def serve_plain(folder: str, port: str) -> None:
    """Serves a folder as Starlette does, which knows nothing of terms."""
    files = StaticFiles(directory=folder)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not await only_lifespan(scope, receive, send):
            await files(scope, receive, send)

    with socket.create_server(("127.0.0.1", int(port)), backlog=2_048) as listener:
        serve(app, listener, 1 << 20)


def serve_folder(folder: str, port: str) -> None:
    """Serves a folder as the gateway does, without a gateway."""
    with socket.create_server(("127.0.0.1", int(port)), backlog=2_048) as listener:
        serve(Folder(Path(folder)), listener, 1 << 20)


@contextlib.contextmanager
def gateway(folder: Path, url: str, deployment: Deployment) -> Iterator[Place]:
    """`licet gateway`, as anybody runs it, and a reader who holds a license and has signed in."""
    asset, vault, holder = license_tales(folder, url, deployment)
    port = free_port()
    (folder / "gateway.toml").write_text(
        f"""
[site]
origin = "http://127.0.0.1:{port}"
folder = "site"

[[policy]]
path = "/"
access = "free"
prohibited = ["ai-training"]

[[policy]]
path = "/tales/"
access = "license"
asset = "{asset}"
uses = ["index"]

[[policy]]
path = "/paid/"
access = "metered"
asset = "{asset}"
price = "2000"
currency = "{deployment.test_dollar}"
decimals = 6
payee = "{vault}"
uses = ["index"]

[chain]
rpc = "{url}"
chain_id = 31337
registry = "{deployment.asset_registry}"
"""
    )
    program = "import sys; from licet.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "gateway", str(folder / "gateway.toml")]
    with running([*command, "--dev-account", str(KEEPER), "--port", str(port)], port) as process:
        now = int(time.time())
        journal = Journal(folder / "gateway.sqlite")
        token = Tokens(journal).issue(Token(Kind.SESSION, holder, now + 86_400, now))
        journal.close()
        yield Place(f"http://127.0.0.1:{port}", process, (f"Authorization: Bearer {token}",))


def license_tales(folder: Path, url: str, deployment: Deployment) -> tuple[Hash32, Address, Address]:
    """Registers a work and sells a license of it; returns the asset, its vault and the license's holder."""
    publisher, library = Publisher(folder / "documents"), Library([folder / "documents"], allow_http=False)
    seller, buyer = (
        Contracts.of(Chain(url, LocalSigner.development(number)), deployment)
        for number in (LICENSOR, LICENSEE)
    )
    sells = RightsHolder(seller, publisher)
    work = sells.register_work(folder / "site" / "tales" / "a.bin")
    vault = sells.publish_split(SplitDocument.of([PayeeShare(seller.chain.account, 1)])).vault
    native = Address("0x" + "0" * 40)
    terms = TermsDocument("Tales", Use.INDEX, "To be indexed.")
    offer = sells.offer(work.asset_id, vault, Price(native, 10, duration=30 * 86_400), terms)
    Licensee(buyer, library, publisher).buy(offer)
    return work.asset_id, vault, buyer.chain.account


@contextlib.contextmanager
def running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server, once it listens."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                with socket.socket() as connection:
                    if connection.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def memory_of(process: int, name: str) -> int:
    """Memory of a process, in MB, as Linux names it."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) >> 10


def begin(*step: str) -> dict[str, Any]:
    """What a step says, which has a process of its own: nobody else's memory is counted."""
    ran = subprocess.run([sys.executable, __file__, "--step", *step], check=True, stdout=subprocess.PIPE)
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def fill(folder: str, records: str) -> None:
    """Fills a journal with records, as a gateway writes them; a hundred in each second."""
    recorder = Recorder(LocalSigner.development(KEEPER), 31337, Address("0x" + "11" * 20))
    journal, count = Journal(Path(folder) / "million.sqlite"), int(records)
    began = int(time.time()) - count // PER_SECOND - 3_600  # the chain may be behind
    rows = (row_of(recorder, number, began) for number in range(count))
    while batch := list(islice(rows, 10_000)):
        with journal.transaction() as db:
            places = (
                "INSERT INTO records (token, payer, nonce, time, hash, receipt) VALUES (?, ?, ?, ?, ?, ?)"
            )
            for row in batch:
                db.execute(places, row)
    journal.close()
    print(json.dumps({"records": count}))


def row_of(recorder: Recorder, number: int, began: int) -> tuple[str | int | bytes, ...]:
    """A record of one unit, and its receipt."""
    second, key = began + number // PER_SECOND, f"{number:024x}"
    asset = Hash32("0x" + "22" * 32)
    record = UsageRecord(asset, asset, Use.INDEX, 1, second, second, reference=f"license:{asset}:{key}")
    receipt = recorder.countersigned(record, recorder.signer.address)
    return "license", asset, key, second, receipt.receipt.record, receipt.to_bytes()


def anchor(folder: str, url: str, deployment: str) -> None:
    """Anchors all records of a journal, and proves some."""
    chain = Chain(url, LocalSigner.development(KEEPER))
    contracts = Contracts.of(chain, Deployment.load(Path(deployment)))
    journal = Journal(Path(folder) / "million.sqlite")
    account = Account(chain, Path(folder) / "million.outbox", journal)
    batches = Batches(journal)
    anchoring = Anchoring(batches, contracts, Publisher(Path(folder) / "million.logs"), account)
    began, anchored, roots = time.perf_counter(), 0, 0
    while (batch := anchoring.anchor()) is not None:
        anchored += len(batch.log.records)
        roots += 1
    took = time.perf_counter() - began
    with journal.database.reading() as db:
        every = max(1, anchored // SAMPLES)
        rows = db.execute("SELECT hash FROM records WHERE number % ? = 0", (every,)).fetchall()
    began = time.perf_counter()
    proven = sum(proves(anchoring, contracts, Hash32(name)) for (name,) in rows)
    each = (time.perf_counter() - began) / max(1, len(rows))
    print(
        json.dumps(
            {
                "anchored": anchored,
                "roots": roots,
                "seconds": round(took, 1),
                "proven": proven,
                "asked": len(rows),
                "proof_ms": round(each * 1e3, 1),
                "peak_mb": peak_mb(),
            }
        )
    )


def proves(anchoring: Anchoring, contracts: Contracts, name: Hash32) -> bool:
    """Whether a record is under a root that is on chain."""
    proof = anchoring.proof(name)
    return proof is not None and proof.holds and contracts.usage.usage_of(contracts.chain.account).records > 0


def count_vouchers(folder: str) -> None:
    """How many vouchers are taken in a second, on one core; see `gateway_vouchers.py`."""
    Path(folder).mkdir()
    print(json.dumps({"vouchers_per_s": vouchers_per_s(Path(folder))}))


STEPS: Final[dict[str, Callable[..., None]]] = {
    "plain": serve_plain,
    "folder": serve_folder,
    "fill": fill,
    "anchor": anchor,
    "vouchers": count_vouchers,
}


def show(found: dict[str, Any]) -> None:
    """A table for people."""
    table = Table("", "requests/s", "of plain", "p50 ms", "p99 ms")
    for name, load in found["loads"].items():
        share = load.per_second / found["loads"]["plain"].per_second
        table.add_row(
            name, f"{load.per_second:,.0f}", f"{share:.2f}", f"{load.p50 * 1e3:.2f}", f"{load.p99 * 1e3:.2f}"
        )
    rest = Table("", "")
    anchoring = found["anchoring"]
    rows = {
        "p99 of licensed reads over p50": f"{found['p99_over_p50']}",
        "vouchers a second": f"{found['vouchers_per_s']:,}",
        "requests at the gateway": f"{found['requests']:,}: "
        + ", ".join(f"{count:,} {name}" for name, count in found["answered"].items()),
        "memory of the gateway after a tenth": f"{found['first_mb']} MB",
        "at the end": f"{found['last_mb']} MB",
        "at most": f"{found['requests_mb']} MB",
        "records anchored": f"{anchoring['anchored']:,} under {anchoring['roots']} roots",
        "seconds": f"{anchoring['seconds']:,}",
        "of them proven from the journal": f"{anchoring['proven']} of {anchoring['asked']}, "
        f"{anchoring['proof_ms']} ms each",
        "memory of anchoring, at most": f"{anchoring['peak_mb']} MB",
    }
    for name, value in rows.items():
        rest.add_row(name, value)
    console = Console()
    console.print(table, rest)


if __name__ == "__main__":
    sys.exit(main())
