"""Sending through the worst of networks, on a chain that changes its mind: each once, and none stuck.

`LICET_SENDS` and `LICET_KILLS` say how many; every night there are 5,000 and 300.
"""

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.chain.client import Chain
from licet.chain.sending.sender import Sender
from tests.integration.sending import ACCOUNT, DEPTH, PATIENCE, QUICK, manual, paid_once, payment
from tests.integration.troubles import Network, World, living, troubled

pytestmark = [pytest.mark.integration, pytest.mark.timeout(7_200)]

SENDS = int(os.environ.get("LICET_SENDS", "100"))
SEED = int(os.environ.get("LICET_SEED", "20261129").replace("-", ""))
KILLS = int(os.environ.get("LICET_KILLS", "10"))
ZYGOTE = Path(__file__).with_name("sending_zygote.py")


def more_than_once_signed(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        counted = "SELECT count(*) FROM (SELECT intent FROM variants GROUP BY intent HAVING count(*) > 1)"
        return int(db.execute(counted).fetchone()[0])


def test_each_once_and_none_stuck(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with manual() as url:
        network = Network(url, random.Random(chance.random()), quiet=True)
        world = World(url, ACCOUNT, random.Random(chance.random()), DEPTH)
        with troubled(network) as worse, living(world):
            sender = Sender(Chain(worse, seconds=PATIENCE), ACCOUNT, tmp_path / "outbox.db", QUICK)
            network.quiet = False
            started = time.monotonic()
            for number in range(SENDS):
                sender.submit(f"payment {number}", payment(number))
            for number in range(SENDS):
                while sender.result(f"payment {number}") is None:
                    pass
            took = time.monotonic() - started
            sender.close()
        world.settle()
        paid_once(url, SENDS)
    replaced = more_than_once_signed(tmp_path / "outbox.db")
    print(
        f"\n{SENDS} sends in {took:.0f} s, {replaced} replaced or signed anew; met {dict(network.met)}; "
        f"meanwhile {dict(world.done)}"
    )
    assert replaced
    assert world.done["re-org"]
    assert world.done["burned"]
    assert world.done["dropped"]
    assert network.met["answer lost"]


@contextlib.contextmanager
def zygote(url: str) -> Iterator[subprocess.Popen[str]]:
    """Something that starts senders quickly."""
    command = [sys.executable, "-m", "tests.integration.sending_zygote", url]
    root = Path(__file__).resolve().parents[2]
    paths = os.pathsep.join([str(root / "src"), str(root)])
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": paths},
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0
        assert process.stdout is not None
        process.stdout.close()


def start(process: subprocess.Popen[str], outbox: Path, count: int) -> int:
    """Starts a sender; its process id."""
    assert process.stdin is not None
    process.stdin.write(f"{outbox} {count}\n")
    process.stdin.flush()
    return int(line(process))


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Whatever a process was at when it was killed, the next goes on with it."""
    chance = random.Random(SEED + 1)
    outbox, sends, killed = tmp_path / "outbox.db", 5 * KILLS, 0
    with manual() as url:
        network = Network(url, random.Random(chance.random()))
        world = World(url, ACCOUNT, random.Random(chance.random()), DEPTH)
        with troubled(network) as worse, zygote(worse) as process, living(world):
            while killed < KILLS:
                child = start(process, outbox, sends)
                time.sleep(chance.uniform(0.02, 0.6))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                code = int(line(process))
                killed += code == -signal.SIGKILL
                if code == 0:  # all were confirmed already: there are more to send
                    sends += KILLS
            code = 1
            while code:
                start(process, outbox, sends)
                code = int(line(process))
        world.settle()
        paid_once(url, sends)
    print(f"\n{sends} sends, {killed} kills; meanwhile {dict(world.done)}")


def test_processes_share_an_outbox(tmp_path: Path) -> None:
    """Three that ask for the same payments at the same time, one of which is killed again and again."""
    chance = random.Random(SEED + 2)
    outbox, sends = tmp_path / "outbox.db", 40
    with manual() as url:
        world = World(url, ACCOUNT, random.Random(chance.random()), DEPTH)
        with zygote(url) as one, zygote(url) as two, zygote(url) as three, living(world):
            start(one, outbox, sends)
            start(two, outbox, sends)
            for _ in range(5):
                child = start(three, outbox, sends)
                time.sleep(chance.uniform(0.05, 0.5))
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                line(three)
            assert [int(line(one)), int(line(two))] == [0, 0]
        world.settle()
        paid_once(url, sends)
