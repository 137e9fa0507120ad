"""Re-orgs and kills: whatever happened on the way, the database is the one that a fresh index makes.

`LICET_REORGS` and `LICET_KILLS` say how many; every night there are 500 and 300.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment, deploy
from licet.chain.local.development import DEVELOPMENT_ADDRESSES
from licet.chain.local.node import LocalNode
from licet.contracts.vaults import VaultClaim, vault_in
from licet.errors import ChainError, ConnectionFailed
from licet.index import Index
from licet.trees.sums import SumTree
from licet.types import ZERO_HASH, Address, Hash32, hash32
from tests.integration.conftest import DEPLOYER, ask, development_signer
from tests.integration.faults import RefusedError, between
from tests.integration.indexing import QUICK, content, fresh

pytestmark = [pytest.mark.integration, pytest.mark.timeout(3_600)]

REORGS = int(os.environ.get("LICET_REORGS", "20"))
KILLS = int(os.environ.get("LICET_KILLS", "10"))
PER_NODE = 50
DEEPEST = 64
ZYGOTE = Path(__file__).with_name("index_zygote.py")
SENDERS = DEVELOPMENT_ADDRESSES[1:5]


@dataclass(frozen=True)
class Noise:
    """A chain on which anybody does anything."""

    url: str
    deployment: Deployment
    tokens: tuple[Address, Address]
    random: random.Random

    def transaction(self) -> dict[str, Any]:
        """One that logs: an agent, an approval that counts into no head, a work, or what moves money."""
        d, r = self.deployment, self.random
        number = r.randrange(1, 1 << 60)
        calls: list[tuple[Address, str, str, tuple[Any, ...]]] = [
            (d.license_token, "LicenseToken", "appointAgent", (r.choice(SENDERS), 4_000_000_000)),
            (d.license_token, "LicenseToken", "setApprovalForAll", (r.choice(SENDERS), bool(number % 2))),
            (d.asset_registry, "AssetRegistry", "setApprovalForAll", (r.choice(SENDERS), True)),
            (d.asset_registry, "AssetRegistry", "register", (registration(number),)),
            self.of_money(),
            self.of_money(),
            self.of_money(),
        ]
        to, name, function, arguments = r.choice(calls)
        data = artifact(name).abi.encode_call(function, arguments)
        return {"from": r.choice(SENDERS), "to": to, "data": "0x" + data.hex(), "gas": hex(1_000_000)}

    def of_money(self) -> tuple[Address, str, str, tuple[Any, ...]]:
        """A vault is paid, whether named or not, is named, or pays if it has something."""
        d, r = self.deployment, self.random
        payees = r.sample(SENDERS[:2], 2)
        split = SumTree([(SENDERS[0], 1), (SENDERS[1], r.choice((1, 2, 3)))])
        token = r.choice(self.tokens)
        vault = vault_in(d, split.root)
        claim = VaultClaim(split.root, token, payees[0], split.proof(payees[0]))
        published = (split.root, ZERO_HASH, ZERO_HASH, "", list(split.shares.items()))
        calls: list[tuple[Address, str, str, tuple[Any, ...]]] = [
            (token, "TestDollar", "mint", (vault, r.randrange(1, 1_000))),
            (d.vault_factory, "RoyaltyVaultFactory", "publish", published),
            (
                d.vault_factory,
                "RoyaltyVaultFactory",
                "claim",
                ([(claim.root, claim.salt, token, claim.share())],),
            ),
        ]
        return r.choice(calls)

    def act(self, count: int) -> None:
        """Some transactions, each in a block; waits for it, since a re-org meanwhile would confuse Anvil."""
        for _ in range(count):
            sent = ask(self.url, "eth_sendTransaction", self.transaction())
            while ask(self.url, "eth_getTransactionReceipt", sent) is None:
                time.sleep(0.002)

    def reorganise(self, depth: int) -> None:
        """Other blocks in place of the newest, with some transactions in them; the tip's number stays."""
        count = self.random.randrange(0, 6)
        pairs = [[self.transaction(), self.random.randrange(depth)] for _ in range(count)]
        ask(self.url, "anvil_reorg", depth, pairs)


def registration(number: int) -> tuple[Any, ...]:
    none: Hash32 = hash32(bytes(32))
    return (hash32(number.to_bytes(32)), 0, none, "ni:" + "x" * (number % 90), 0)


@contextlib.contextmanager
def started(seed: int) -> Iterator[Noise]:
    with LocalNode() as node:
        chain = Chain(node.url, development_signer(DEPLOYER))
        deployment = deploy(chain)
        other = chain.deploy(artifact("TestDollar")).created
        assert deployment.test_dollar is not None
        assert other is not None
        noise = Noise(node.url, deployment, (deployment.test_dollar, other), random.Random(seed))
        noise.act(60)
        ask(node.url, "anvil_mine", hex(DEEPEST))
        noise.act(20)
        yield noise


@pytest.fixture(scope="module")
def noise() -> Iterator[Noise]:
    with started(20_261_129) as noise:
        yield noise


# After some hundred re-orgs Anvil has lost the contracts' state: it says that there are none.
@pytest.mark.parametrize("seed", range(0, REORGS, PER_NODE))
def test_random_reorgs(seed: int, tmp_path: Path) -> None:
    with started(seed) as noise:
        reorganised(noise, min(PER_NODE, REORGS - seed), tmp_path)


def reorganised(noise: Noise, reorgs: int, tmp_path: Path) -> None:
    """Follows a chain through so many re-orgs; after each, the database is what a fresh index makes."""
    path = tmp_path / "followed.sqlite"
    followed = Index(path)
    changed = most = 0
    for _ in range(reorgs):
        noise.act(noise.random.randrange(0, 4))
        if noise.random.random() < 0.7:
            followed.update([noise.url], noise.deployment, **QUICK)
        depth = noise.random.randrange(1, DEEPEST + 1)
        tip = Chain(noise.url).block()
        noise.reorganise(depth)
        changed += Chain(noise.url).block(tip.number).hash != tip.hash
        if noise.random.random() < 0.2:  # another one before anybody looks
            noise.reorganise(noise.random.randrange(1, DEEPEST + 1))
        if noise.random.random() < 0.3:  # by another process
            followed.close()
            followed = Index(path)
        assert followed.update([noise.url], noise.deployment, **QUICK).proven
        assert content(followed) == fresh(noise.url, noise.deployment, tmp_path)
        money = followed.money
        most = max(most, min(money.vaults, money.tokens, money.claims, money.transfers))
    followed.close()
    assert most > 0, "no money moved"
    assert changed > reorgs * 0.8  # an empty block of the same second is the same block


def test_a_shorter_chain_changes_nothing_until_it_grows(noise: Noise, tmp_path: Path) -> None:
    """A node that lags, or was reset: what it does not have may still be true."""
    with Index(tmp_path / "followed.sqlite") as index:
        snapshot = ask(noise.url, "evm_snapshot")
        noise.act(5)
        index.update([noise.url], noise.deployment, **QUICK)
        before = content(index)
        ask(noise.url, "evm_revert", snapshot)
        assert index.update([noise.url], noise.deployment, **QUICK).block > Chain(noise.url).block().number
        assert content(index) == before
        noise.act(6)
        index.update([noise.url], noise.deployment, **QUICK)
        assert content(index) == fresh(noise.url, noise.deployment, tmp_path)


def test_what_a_fork_replaces_stays_until_it_is_fetched(noise: Noise, tmp_path: Path) -> None:
    with Index(tmp_path / "followed.sqlite") as index:
        index.update([noise.url], noise.deployment, **QUICK)
        before = content(index)
        noise.reorganise(5)

        def no_logs(method: str, params: list[Any], result: Any) -> Any:
            if method == "eth_getLogs":
                raise RefusedError("not now")
            return result

        noise.act(1)
        with between(noise.url, no_logs) as url, pytest.raises(ChainError, match="not now"):
            index.update([url], noise.deployment, **QUICK)
        assert content(index) == before
        index.update([noise.url], noise.deployment, **QUICK)
        assert content(index) == fresh(noise.url, noise.deployment, tmp_path)


def test_kills_at_any_moment(noise: Noise, tmp_path: Path) -> None:
    deployment = tmp_path / "deployment.json"
    noise.deployment.save(deployment)
    noise.act(60)
    expected = fresh(noise.url, noise.deployment, tmp_path)
    command = (sys.executable, str(ZYGOTE), noise.url, str(deployment))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as zygote:
        assert zygote.stdin is not None
        assert zygote.stdout is not None

        def update(db: Path, seconds: float | None) -> tuple[float, int]:
            """Starts an update, and kills it after so many seconds; how long it ran, and how it ended."""
            zygote.stdin.write(f"{db}\n")
            zygote.stdin.flush()
            child = int(zygote.stdout.readline())
            started = time.monotonic()
            if seconds is not None:
                time.sleep(seconds)
                with contextlib.suppress(ProcessLookupError):  # it was faster
                    os.kill(child, signal.SIGKILL)
            status = int(zygote.stdout.readline())
            return time.monotonic() - started, status

        runs = [update(tmp_path / f"whole{i}.sqlite", None) for i in range(4)]
        assert not any(status for _, status in runs)
        whole = max(seconds for seconds, _ in runs[1:])
        killed = halfway = number = 0
        while killed < KILLS:
            db = tmp_path / f"killed{number}.sqlite"
            number += 1
            for _ in range(20):
                _, status = update(db, noise.random.uniform(0, whole))
                if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
                    break
                killed += 1
                halfway += db.exists()
            update(db, None)
            with Index(db, create=False) as index:
                assert content(index) == expected
        assert halfway > killed // 4, "most kills came before the database was there"
        zygote.stdin.close()
        assert zygote.wait(30) == 0


def test_a_dead_node_is_said_to_be_dead(tmp_path: Path, noise: Noise) -> None:
    with Index(tmp_path / "index.sqlite") as index, pytest.raises(ConnectionFailed, match="no node answers"):
        index.update(["http://127.0.0.1:1"], noise.deployment, **QUICK)
