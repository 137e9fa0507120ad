"""Gateways that are killed at any moment while many pay: every payment is recorded once, and serves.

Two gateways share a journal, an outbox and an account. One of them is killed and started again, over and
over, while readers pay at both, blocks come when they come, and some are undone. `LICET_KILLS` says how
often; every night 200 times.
"""

import asyncio
import base64
import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from x402.http.utils import decode_payment_required_header

from licet.chain.compiled.abi import log_topic
from licet.contracts import events
from licet.documents import ReceiptDocument, UsageProof
from licet.gateway.batches import Batches
from licet.gateway.journal import Journal
from licet.types import Address
from tests.integration.conftest import STRANGER, Network, Party, ask, development_signer, started
from tests.integration.test_cli_gateway import CONFIG, metered
from tests.integration.test_gateway_payments import client

pytestmark = [pytest.mark.integration, pytest.mark.timeout(7_200)]

KILLS = int(os.environ.get("LICET_KILLS", "4"))
SEED = int(os.environ.get("LICET_SEED", "20261129").replace("-", ""))
READERS = 6
PRICE = 2_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def network() -> Iterator[Network]:
    """A chain of the test's own."""
    yield from started("anvil")


@dataclass
class Zygote:
    """Starts gateways quickly."""

    process: "subprocess.Popen[str]"

    def start(self, *arguments: str) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        while "started" not in (said := json.loads(self.process.stdout.readline())):
            pass
        return int(said["started"])


@contextmanager
def zygote() -> Iterator[Zygote]:
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.gateway_zygote"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
    )
    try:
        yield Zygote(process)
    finally:
        process.kill()
        process.communicate()


@dataclass
class Gateway:
    """One of the two."""

    zygote: Zygote
    config: Path
    port: int
    child: int = 0

    def start(self) -> None:
        options = ("--dev-account", str(STRANGER), "--port", str(self.port))
        self.child = self.zygote.start("gateway", str(self.config), *options)

    def wait(self) -> None:
        """Until it listens. Amid a re-org Anvil may refuse anything: whoever starts then starts again."""
        for _ in range(600):
            if not Path(f"/proc/{self.child}").exists():
                self.start()
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("the gateway does not listen")

    def end(self, how: signal.Signals) -> None:
        os.kill(self.child, how)
        for _ in range(800):
            if not Path(f"/proc/{self.child}").exists():
                return
            time.sleep(0.05)
        raise AssertionError("the gateway does not end")


@dataclass
class Payment:
    """What one reader has signed, and what came of it."""

    signed: str
    answers: Counter[int] = field(default_factory=Counter)
    receipt: ReceiptDocument | None = None


@dataclass
class Readers:
    """Pay, one payment after the other each, and ask again and again until they are served."""

    ports: list[int]
    waiting: list[Payment]
    done: list[Payment] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))

    def read(self) -> None:
        while not self.stop.is_set():
            try:
                payment = self.waiting.pop()
            except IndexError:
                return
            while not self.stop.is_set() and payment.receipt is None:
                self.ask(payment, self.chance.choice(self.ports))
                if payment.receipt is None:
                    time.sleep(0.05)
            (self.waiting if payment.receipt is None else self.done).append(payment)

    def ask(self, payment: Payment, port: int) -> None:
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", "/a.txt", headers={"PAYMENT-SIGNATURE": payment.signed})
                answer = connection.getresponse()
                body = answer.read()
        except (OSError, http.client.HTTPException):
            payment.answers[0] += 1
            return
        payment.answers[answer.status] += 1
        assert answer.status in (200, 409, 503), (answer.status, body)
        if answer.status == 200:
            assert body == b"text"
            coded = answer.headers["Licet-Receipt"]
            payment.receipt = ReceiptDocument.from_bytes(
                base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
            )

    @contextmanager
    def reading(self) -> Iterator[None]:
        problems: list[BaseException] = []

        def read() -> None:
            try:
                self.read()
            except BaseException as error:  # noqa: BLE001 - raised again below, in the test's thread
                problems.append(error)

        threads = [threading.Thread(target=read) for _ in range(READERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        if problems:
            raise problems[0]


def receipt_of(text: str) -> ReceiptDocument:
    return ReceiptDocument.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@contextmanager
def blocks(url: str, chance: random.Random, done: Counter[str]) -> Iterator[None]:
    """They come every now and then; at times the last ones are undone, and others come in their place."""
    stop = threading.Event()

    def mine() -> None:
        while not stop.wait(chance.uniform(0.02, 0.15)):
            ask(url, "evm_mine")
            done["block"] += 1
            if chance.random() < 0.02:
                ask(url, "anvil_reorg", chance.randrange(1, 4), [])
                done["re-org"] += 1

    ask(url, "evm_setAutomine", False)
    thread = threading.Thread(target=mine)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        ask(url, "evm_setAutomine", True)
        ask(url, "evm_mine")


def signed(port: int, payer: Party, count: int) -> list[Payment]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/a.txt")
        answer = connection.getresponse()
        answer.read()
    wanted: Any = decode_payment_required_header(answer.headers["PAYMENT-REQUIRED"])
    own = client(payer)

    async def sign() -> list[Payment]:
        made = []
        for number in range(count):
            payload = await own.create_payment_payload(wanted)
            data = json.loads(payload.model_dump_json(by_alias=True, exclude_none=True))
            data["extensions"]["payment-identifier"]["info"]["id"] = f"reader-chosen-{number:08}"
            made.append(Payment(base64.b64encode(json.dumps(data).encode()).decode()))
        return made

    return asyncio.run(sign())


def test_killed_at_any_moment_under_load(
    tmp_path: Path, network: Network, licensor: Party, licensee: Party
) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "a.txt").write_bytes(b"text")
    work = licensor.sells.register_work(tmp_path / "site" / "a.txt")
    config = tmp_path / "gateway.toml"
    config.write_text(CONFIG)
    dollar = metered(config, licensor, work.asset_id)
    config.write_text(f"{config.read_text()}anchor_seconds = 1\n")
    licensee.receive_dollars(10**12)
    before = licensee.currency(dollar).balance_of(licensor.address)
    chance, happened = random.Random(SEED), Counter[str]()
    done: list[Payment] = []
    with zygote() as starter:
        gateways = [Gateway(starter, config, port) for port in free_ports(2)]
        for gateway in gateways:
            gateway.start()
            gateway.wait()
        kills = 0
        while kills < KILLS:
            # Payments are good for five minutes: each round has its own.
            readers = Readers(
                [gateway.port for gateway in gateways], signed(gateways[0].port, licensee, 4_000)
            )
            until = time.monotonic() + 60
            with blocks(network.url, chance, happened), readers.reading():
                while kills < KILLS and time.monotonic() < until:
                    time.sleep(chance.uniform(0.1, 0.9))
                    gateway = chance.choice(gateways)
                    gateway.end(signal.SIGKILL)
                    gateway.start()
                    gateway.wait()
                    kills += 1
            # Whoever was not served yet is in the end; who has not begun to pay never does.
            readers.waiting = [payment for payment in readers.waiting if payment.answers]
            readers.stop.clear()
            with blocks(network.url, chance, happened):
                readers.read()
            assert not readers.waiting
            done += readers.done
        settle(network, gateways, tmp_path)
        check(tmp_path, network, licensor, licensee, dollar, before, done, gateways[0].port)
        for gateway in gateways:
            gateway.end(signal.SIGTERM)
    answers = sum((payment.answers for payment in done), Counter[int]())
    print(f"\n{kills} kills, {len(done)} payments; answers {dict(answers)}; meanwhile {dict(happened)}")
    assert len(done) >= KILLS


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def settle(network: Network, gateways: list[Gateway], folder: Path) -> None:
    """Lets the gateways look after what was undone, and anchor what is left."""
    for _ in range(120):
        time.sleep(0.5)
        ask(network.url, "evm_mine")
        journal = Journal(folder / "gateway.sqlite")
        try:
            with journal.database.reading() as db:
                (left,) = db.execute("SELECT count(*) FROM records WHERE batch IS NULL").fetchone()
                (open_,) = db.execute("SELECT count(*) FROM batches WHERE tx_hash IS NULL").fetchone()
                gone = [
                    number
                    for number, block_hash in db.execute(
                        "SELECT block_number, block_hash FROM payments UNION "
                        "SELECT block_number, block_hash FROM batches"
                    ).fetchall()
                    if number
                    and ask(network.url, "eth_getBlockByNumber", hex(number), False)["hash"] != block_hash
                ]
        finally:
            journal.close()
        if not left and not open_ and not gone:
            return
    raise AssertionError(f"{left} records and {open_} batches are not anchored; gone: {gone}")


def check(
    folder: Path,
    network: Network,
    licensor: Party,
    licensee: Party,
    dollar: Address,
    before: int,
    done: list[Payment],
    port: int,
) -> None:
    """Each payment moved money once and has one record; each record is under one root on chain."""
    count = len(done)
    assert licensee.currency(dollar).balance_of(licensor.address) - before == PRICE * count
    journal = Journal(folder / "gateway.sqlite")
    counts = journal.counts()
    assert {**counts, "served": count} == {
        "taken": count, "settled": count, "served": count, "lost": 0, "records": count,
    }  # fmt: skip
    batches = Batches(journal)
    with journal.database.reading() as db:
        numbers = [
            number for (number,) in db.execute("SELECT number FROM batches ORDER BY number").fetchall()
        ]
    logs = [batches.read(number) for number in numbers]
    journal.close()
    recorded = Counter(record.hash for batch in logs for record in batch.log.records)
    assert set(recorded.values()) == {1}
    served = {payment.receipt.record.hash for payment in done if payment.receipt is not None}
    assert len(served) == count
    assert served == set(recorded), "what was served is recorded, and nothing else"
    keeper = Party(network, development_signer(STRANGER), folder)
    found = list(
        events.read(
            keeper.chain,
            events.UsageAnchored,
            [keeper.contracts.usage.address],
            [log_topic(keeper.address)],
            from_block=network.deployment.block,
        )
    )
    assert [(event.root, event.count) for event in found] == [
        (batch.log.root, len(batch.log.records)) for batch in logs
    ]
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for payment in done[:: max(1, count // 50)]:
            assert payment.receipt is not None
            connection.request("GET", f"/.well-known/licet/records/{payment.receipt.record.hash}")
            proof = UsageProof.from_bytes(connection.getresponse().read())
            assert proof.holds
            assert proof.record == payment.receipt.record
