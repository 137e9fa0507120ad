"""Sending through the worst of networks, on a chain that changes its mind: each once, and none stuck.

`LICET_SENDS` says how many; every night there are 5,000.
"""

import contextlib
import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from licet.chain.client import Chain
from licet.chain.node import LocalNode
from licet.chain.progress import Policy
from licet.chain.sender import Sender
from licet.chain.transactions import Transaction
from licet.types import Address
from tests.integration.conftest import LICENSOR, ask, development_signer
from tests.integration.troubles import PATIENCE, Network, World, living, troubled

pytestmark = [pytest.mark.integration, pytest.mark.timeout(7_200)]

SENDS = int(os.environ.get("LICET_SENDS", "100"))
SEED = int(os.environ.get("LICET_SEED", "20261129").replace("-", ""))
ACCOUNT = development_signer(LICENSOR)
QUICK = Policy(
    confirmations=4,
    watched=32,
    again_seconds=0.5,
    stuck_seconds=1.5,
    gap_seconds=1.0,
    poll_seconds=0.02,
)
DEPTH = QUICK.confirmations - 1
"""No re-org is as deep as a confirmation asks."""


@contextmanager
def manual() -> Iterator[str]:
    """A node that mines when told to, and keeps no more than long runs need."""
    with LocalNode() as node:
        ask(node.url, "evm_setAutomine", False)
        ask(node.url, "anvil_mine", "0x8")
        yield node.url


def payee(number: int) -> Address:
    return Address(f"0x{0xFEED << 64 | number:040x}")


def payment(number: int) -> Transaction:
    """One that shows on chain how often it was sent."""
    return Transaction(payee(number), number + 1)


def more_than_once_signed(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as db:
        counted = "SELECT count(*) FROM (SELECT intent FROM variants GROUP BY intent HAVING count(*) > 1)"
        return int(db.execute(counted).fetchone()[0])


def paid_once(url: str, count: int) -> None:
    chain = Chain(url)
    wrong = {i: chain.balance(payee(i)) for i in range(count) if chain.balance(payee(i)) != i + 1}
    assert not wrong, "none twice, and none left out"


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
            left = set(range(SENDS))
            while left:
                sender.step()
                left -= {n for n in sorted(left)[:64] if sender.result(f"payment {n}") is not None}
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
