"""The sender, one thing after the other: on a chain whose blocks come when a test says so."""

import contextlib
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from licet.chain.client import Block, BlockId, Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.chain.local.node import LocalNode
from licet.chain.outbox.outbox import Outbox
from licet.chain.sending.policy import Policy
from licet.chain.sending.sender import Sender
from licet.chain.sending.takers import taker
from licet.chain.signing.signer import LocalSigner
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.contracts import Contracts
from licet.documents import Publisher
from licet.errors import (
    AssetAlreadyRegistered,
    ChainError,
    InputError,
    InsufficientBalance,
    NotConfirmed,
    TransactionCancelled,
    reverted,
)
from licet.rights_holder import RightsHolder
from licet.types import ZERO_HASH, Address, Hash32, hash32
from tests.integration.commands import Run
from tests.integration.conftest import LICENSOR, STRANGER, Network, Party, ask
from tests.integration.sending import ACCOUNT, manual, paid_once, payment

pytestmark = pytest.mark.integration

POLICY = Policy(
    confirmations=2, watched=16, again_seconds=5, stuck_seconds=60, gap_seconds=30, poll_seconds=0
)
NOBODY = Address("0x" + "b0" * 20)


@dataclass
class Bench:
    """A chain, an outbox and a clock, all of them the test's."""

    url: str
    path: Path
    now: float = 1_000.0
    opened: list[Sender] = field(default_factory=list)

    @property
    def chain(self) -> Chain:
        return Chain(self.url)

    def sender(self, policy: Policy = POLICY) -> Sender:
        """One more, as another process would have it."""
        self.opened.append(Sender(self.chain, ACCOUNT, self.path, policy, clock=lambda: self.now))
        return self.opened[-1]

    def mine(self, blocks: int = 1) -> None:
        ask(self.url, "anvil_mine", hex(blocks))

    def finish(self, sender: Sender, *keys: str) -> list[Receipt]:
        """Steps and mines until all are confirmed; time passes."""
        for _ in range(60):
            found = [sender.result(key) for key in keys]
            if all(found):
                return [receipt for receipt in found if receipt is not None]
            self.mine()
            self.now += 10
        raise AssertionError(f"stuck: {self.rows('intents')}")

    def rows(self, table: str) -> list[dict[str, Any]]:
        with contextlib.closing(sqlite3.connect(self.path)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(f"SELECT * FROM {table}")]

    @property
    def nonce(self) -> int:
        """How many of the account's transactions are in blocks."""
        return self.chain.nonce(ACCOUNT.address, "latest")

    @property
    def pool(self) -> dict[str, dict[str, Any]]:
        """The account's transactions that wait, by their nonces."""
        waiting = ask(self.url, "txpool_content")
        mine = ACCOUNT.address.lower()
        found: dict[str, dict[str, Any]] = waiting["pending"].get(mine, {}) | waiting["queued"].get(mine, {})
        return found

    def intrude(self, nonce: int, gwei: int = 50) -> Hash32:
        """Somebody else sends with the account's key."""
        price = gwei * 10**9
        raw = sign(ACCOUNT, 31337, Transaction(NOBODY, 1), nonce, 21_000, Fees(price, price))
        return Hash32(ask(self.url, "eth_sendRawTransaction", "0x" + raw.hex()))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with manual() as url:
        bench = Bench(url, tmp_path / "outbox.db")
        yield bench
        for sender in bench.opened:
            sender.close()


# The usual way.


def test_confirmed_when_so_many_blocks_follow(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    assert sender.result("a") is None
    assert len(bench.pool) == 1
    bench.mine()
    assert sender.result("a") is None
    bench.mine()
    receipt = sender.result("a")
    assert receipt is not None
    assert receipt.tx_hash == bench.rows("variants")[0]["tx_hash"]
    assert sender.send("a", payment(0)) == receipt
    assert bench.nonce == 1
    paid_once(bench.url, 1)


def test_many_are_under_way_at_once_and_no_more_than_nodes_keep(bench: Bench) -> None:
    sender = bench.sender(replace(POLICY, in_flight=5))
    for number in range(12):
        sender.submit(f"{number}", payment(number))
    sender.step()
    assert len(bench.pool) == 5
    bench.finish(sender, *map(str, range(12)))
    assert bench.nonce == 12
    paid_once(bench.url, 12)


def test_what_is_final_for_long_is_forgotten(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = replace(POLICY, remembered_seconds=1_000)
    monkeypatch.setattr("licet.chain.sending.progress._FORGOTTEN_AT_ONCE", 2)
    sender, keys = bench.sender(policy), [f"payment {n}" for n in range(4)]
    for n, key in enumerate(keys):
        sender.submit(key, payment(n))
    bench.finish(sender, *keys)
    bench.mine(policy.watched)
    bench.now += policy.remembered_seconds
    sender.step()
    assert len(bench.rows("intents")) == 4, "a re-org reaches what is not final"
    bench.mine(100)
    bench.sender(replace(policy, remembered_seconds=5_000)).step()
    assert len(bench.rows("intents")) == 4, "somebody may ask for it again"
    sender.step()
    assert [row["key"] for row in bench.rows("intents")] == keys[2:], "a part in each step"
    sender.submit("one more", payment(9))
    bench.finish(sender, "one more")
    assert [row["key"] for row in bench.rows("intents")] == ["one more"], "the next nonce follows from it"
    assert len(bench.rows("variants")) == 1
    assert bench.nonce == 5
    with pytest.raises(InputError, match="nothing under the key"):
        sender.result("payment 0")


def test_who_waits_too_long_is_told_to_ask_again(bench: Bench) -> None:
    sender = bench.sender()
    with pytest.raises(NotConfirmed, match="ask again in the same way, which sends nothing twice") as caught:
        sender.send("a", payment(0), seconds=0)
    assert caught.value.facts["state"] == "sent"
    bench.finish(sender, "a")


def test_a_node_that_is_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = bench.sender()

    def away(self: Chain, block: object = "latest") -> None:
        raise ChainError("nobody there")

    monkeypatch.setattr(Chain, "block", away)
    with pytest.raises(NotConfirmed, match=r"is queued.*nobody there"):
        sender.send("a", payment(0), seconds=0)
    monkeypatch.undo()
    bench.finish(sender, "a")


def test_what_is_asked_of_an_unknown_key(bench: Bench) -> None:
    with pytest.raises(InputError, match="nothing under the key"):
        bench.sender().result("a")
    with pytest.raises(InputError, match="nothing under the key"):
        bench.sender().cancel("a")


def test_a_node_that_refuses_as_contracts_do(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some speak of gas, or of the account's own code, where the transaction itself is refused."""
    sender = bench.sender()

    def refuse(self: Chain, raw: bytes, payer: Address) -> None:
        raise reverted("", {})

    monkeypatch.setattr(Chain, "broadcast", refuse)
    with pytest.raises(NotConfirmed, match="is signed"):
        sender.send("a", payment(0), seconds=0)
    monkeypatch.undo()
    bench.now += POLICY.again_seconds
    bench.finish(sender, "a")


def test_many_threads_ask_at_once(bench: Bench) -> None:
    """Some for the same payment, some of one sender, some of another on the same outbox."""
    ask(bench.url, "evm_setAutomine", True)
    policy = replace(POLICY, confirmations=1, poll_seconds=0.01)
    senders = [bench.sender(policy), bench.sender(policy)]

    def send(turn: int) -> Receipt:
        number = turn % 10
        return senders[turn % 3 % 2].send(f"{number}", payment(number))

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(send, range(30)))
    assert receipts[:10] == receipts[10:20] == receipts[20:]
    assert bench.nonce == 10
    paid_once(bench.url, 10)


@pytest.mark.ganache
def test_on_ganache(tmp_path: Path) -> None:
    with LocalNode("ganache") as node:
        sender = Bench(node.url, tmp_path / "outbox.db").sender(replace(POLICY, confirmations=1))
        for number in range(3):
            for _ in range(2):
                sender.send(f"{number}", payment(number))
        paid_once(node.url, 3)
        sender.close()


# After a restart.


def test_the_same_bytes_are_sent_again(bench: Bench) -> None:
    first = bench.sender()
    first.submit("a", payment(0))
    first.step()
    (waiting,) = bench.pool.values()
    ask(bench.url, "anvil_dropTransaction", waiting["hash"])
    assert not bench.pool
    bench.sender().step()
    assert [tx["hash"] for tx in bench.pool.values()] == [waiting["hash"]]
    (receipt,) = bench.finish(bench.sender(), "a")
    assert receipt.tx_hash == waiting["hash"]


class KilledError(BaseException):
    """Stands for a kill at a certain place."""


@contextlib.contextmanager
def killing(at: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Iterator[int]]:
    """Ends whoever does the `at`-th thing to the file or the node, before or after it is done."""
    counted = itertools.count()

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if next(counted) == at:
                raise KilledError
            result = function(*arguments, **named)
            if next(counted) == at:
                raise KilledError
            return result

        return call

    with monkeypatch.context() as patch:
        for name in ("submit", "sign", "replace", "sent", "include", "settle", "settled_long_ago", "tell"):
            patch.setattr(Outbox, name, deadly(getattr(Outbox, name)))
        for name in ("block", "gas", "fees", "nonce", "broadcast", "mined"):
            patch.setattr(Chain, name, deadly(getattr(Chain, name)))
        yield counted


def test_killed_between_each_two_steps(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every place, the next process ends with each payment made once."""
    for at in itertools.count():
        bench.path = bench.path.with_name(f"{at}.db")
        victim = bench.sender()
        before = bench.nonce
        keys = [f"{number}" for number in range(2)]
        transactions = [Transaction(Address(f"0x{(0xABC + at) << 32 | n:040x}"), 1) for n in range(2)]
        survived = False
        with killing(at, monkeypatch), contextlib.suppress(KilledError):
            for key, transaction in zip(keys, transactions, strict=True):
                victim.submit(key, transaction)
            bench.finish(victim, *keys)
            survived = True
        heir = bench.sender()
        for key, transaction in zip(keys, transactions, strict=True):
            heir.submit(key, transaction)
        bench.finish(heir, *keys)
        assert [bench.chain.balance(t.to) for t in transactions if t.to] == [1, 1]
        assert bench.nonce == before + 2
        if survived:
            break
    assert at > 60, "there are that many places"


def test_a_chain_that_was_started_anew_owes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        with manual() as url:
            bench = Bench(url, tmp_path / "outbox.db")
            sender = bench.sender()
            sender.submit("a", payment(0))
            bench.finish(sender, "a")
            assert bench.nonce == 1
            sender.close()
        time.sleep(1)  # of the same second, two chains of Anvil's are the same
    assert len(bench.rows("intents")) == 2


# Nonces that somebody else takes.


def test_a_burned_nonce_is_given_up_when_that_is_certain(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.step()
    bench.intrude(0)  # replaces it in the pool
    bench.mine()
    for _ in range(3):
        assert sender.result("a") is None
    assert bench.rows("intents")[0]["nonce"] == 0, "one block may be undone"
    bench.mine()
    sender.step()
    assert bench.rows("intents")[0]["nonce"] == 1
    bench.finish(sender, "a")
    assert bench.nonce == 2
    paid_once(bench.url, 1)


def test_a_burned_nonce_that_a_re_org_gives_back(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.step()
    bench.intrude(0)
    bench.mine()
    sender.step()
    ask(bench.url, "anvil_reorg", 1, [])
    ask(bench.url, "anvil_dropAllTransactions")
    bench.now += POLICY.again_seconds
    bench.finish(sender, "a")
    assert bench.nonce == 1
    assert len(bench.rows("variants")) == 1
    paid_once(bench.url, 1)


def test_a_missing_nonce_before_others_is_filled(bench: Bench) -> None:
    foreign = bench.intrude(0)
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.step()
    assert bench.rows("intents")[0]["nonce"] == 1, "the next after what waits"
    ask(bench.url, "anvil_dropTransaction", foreign)
    bench.finish(sender, "a")
    assert bench.nonce == 2
    filling = bench.rows("intents")[1]
    assert (filling["recipient"], filling["value"], filling["nonce"]) == (ACCOUNT.address, "0", 0)
    assert bench.chain.balance(NOBODY) == 0
    paid_once(bench.url, 1)


def test_what_fills_is_not_needed_where_somebody_else_was_faster(bench: Bench) -> None:
    foreign = bench.intrude(0)
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.step()
    ask(bench.url, "anvil_dropTransaction", foreign)
    sender.step()
    bench.now += POLICY.gap_seconds
    sender.step()
    bench.intrude(0, gwei=500)
    bench.finish(sender, "a")
    bench.mine(3)
    sender.step()
    assert bench.rows("intents")[1]["state"] == "cancelled"
    assert bench.nonce == 2


def test_a_node_that_counts_too_many(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = bench.sender()
    true = Chain.nonce
    monkeypatch.setattr(
        Chain, "nonce", lambda self, who, at="pending": true(self, who, at) + 10**6 * (at == "pending")
    )
    with pytest.raises(NotConfirmed, match="a nonce after them would be stuck"):
        sender.send("a", payment(0), seconds=0)
    monkeypatch.undo()
    bench.finish(sender, "a")
    assert bench.nonce == 1


@pytest.mark.parametrize("prune", [False, True])
def test_who_took_a_nonce(prune: bool) -> None:
    """Also from a node that has forgotten old states."""
    with LocalNode(prune_history=prune) as node:
        bench = Bench(node.url, Path())
        sent = []
        for nonce in range(5):
            sent.append(bench.intrude(nonce))
            bench.mine(3)
        head = bench.chain.block().number
        for nonce, tx_hash in enumerate(sent):
            found = taker(bench.chain, ACCOUNT.address, nonce, head)
            assert found == (1 + 4 * nonce, tx_hash)
        assert taker(bench.chain, ACCOUNT.address, 5, head) is None
        assert taker(bench.chain, ACCOUNT.address, 4, 10) is None


# Fees.


def test_a_stuck_one_is_replaced_by_one_that_pays_more(bench: Bench) -> None:
    sender = bench.sender()
    for key in ("a", "b"):
        sender.submit(key, payment(ord(key) - ord("a")))
    sender.step()
    for _ in range(3):
        ask(bench.url, "anvil_setNextBlockBaseFeePerGas", hex(10**12))
        bench.mine()
        sender.step()
    assert (bench.nonce, len(bench.rows("variants"))) == (0, 2)
    bench.now += POLICY.stuck_seconds
    sender.step()
    old, _, new = bench.rows("variants")
    assert old["nonce"] == new["nonce"] == 0, "only the first in turn: the other waits for it"
    for field_name in ("most", "tip"):
        assert 10 * int(new[field_name]) >= 11 * int(old[field_name])
    assert bench.pool["0"]["hash"] == new["tx_hash"]
    first, _ = bench.finish(sender, "a", "b")
    assert first.tx_hash == new["tx_hash"]
    assert bench.nonce == 2
    paid_once(bench.url, 2)


def test_nothing_pays_more_than_the_cap(bench: Bench) -> None:
    cap = 3 * 10**9
    sender = bench.sender(replace(POLICY, fee_cap=cap))
    sender.submit("a", payment(0))
    for _ in range(5):
        ask(bench.url, "anvil_setNextBlockBaseFeePerGas", hex(10**12))
        bench.mine()
        sender.step()
        bench.now += POLICY.stuck_seconds
    assert all(int(v["most"]) <= cap for v in bench.rows("variants"))
    with pytest.raises(NotConfirmed, match=f"more than the cap of {cap} wei"):
        sender.send("a", payment(0), seconds=0)
    ask(bench.url, "anvil_setNextBlockBaseFeePerGas", hex(10**9))
    bench.finish(sender, "a")


# Re-orgs.


@pytest.mark.parametrize("fresh", [False, True], ids=["the same process", "another process"])
def test_what_a_re_org_takes_out_is_sent_again(bench: Bench, fresh: bool) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    (before,) = bench.finish(sender, "a")
    ask(bench.url, "anvil_reorg", 4, [])
    ask(bench.url, "anvil_dropAllTransactions")
    assert bench.nonce == 0
    sender = bench.sender() if fresh else sender
    assert sender.result("a") is None, "it is confirmed no more"
    assert len(bench.pool) == 1
    (after,) = bench.finish(sender, "a")
    assert after.tx_hash == before.tx_hash
    assert after.block_number > before.block_number
    paid_once(bench.url, 1)


@pytest.mark.parametrize("answer", ["none", "the old one"])
def test_a_re_org_of_which_a_node_knows_nothing_yet(
    bench: Bench, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    bench.finish(sender, "a")
    ask_node = Chain.block
    old = {number: bench.chain.block(number) for number in range(bench.chain.block().number + 1)}
    ask(bench.url, "anvil_reorg", 4, [])
    ask(bench.url, "anvil_dropAllTransactions")
    bench.mine(3)

    def behind(self: Chain, block: BlockId = "latest") -> Block:
        if block == "latest":
            return ask_node(self, block)
        if answer == "none" or block not in old:
            raise ChainError("no such block")
        return old[block]

    monkeypatch.setattr(Chain, "block", behind)
    sender.step()
    monkeypatch.undo()
    bench.finish(sender, "a")
    paid_once(bench.url, 1)


def test_a_chain_that_became_shorter(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.step()
    before = ask(bench.url, "evm_snapshot")
    bench.mine(1)
    sender.step()
    assert bench.rows("intents")[0]["state"] == "included"
    ask(bench.url, "evm_revert", before)
    bench.now += POLICY.again_seconds
    bench.finish(sender, "a")
    paid_once(bench.url, 1)


# What contracts refuse.


@pytest.fixture
def slowly(network: Network) -> Iterator[None]:
    """Blocks come when a test mines them."""
    ask(network.url, "evm_setAutomine", False)
    yield
    ask(network.url, "anvil_dropAllTransactions")
    ask(network.url, "evm_setAutomine", True)


def registering(network: Network, number: int) -> Transaction:
    registration = (hash32(number.to_bytes(32)), 0, ZERO_HASH, "ni:", 0)
    address = network.deployment.asset_registry
    return Transaction.calling(artifact("AssetRegistry").abi, address, "register", registration)


def test_a_refusal_before_anything_is_signed(network: Network, tmp_path: Path) -> None:
    bench = Bench(network.url, tmp_path / "outbox.db")
    sender, before = bench.sender(replace(POLICY, confirmations=1)), bench.nonce
    sender.send("first", registering(network, 1))
    for _ in range(2):
        with pytest.raises(AssetAlreadyRegistered):
            sender.send("second", registering(network, 1))
    assert bench.nonce == before + 1
    assert len(bench.rows("variants")) == 1
    sender.close()


def test_a_refusal_on_chain(network: Network, tmp_path: Path, slowly: None) -> None:
    bench = Bench(network.url, tmp_path / "outbox.db")
    sender, before = bench.sender(), bench.nonce
    sender.submit("first", registering(network, 1))
    sender.submit("second", registering(network, 1))
    sender.step()
    assert len(bench.rows("variants")) == 2, "neither is refused while no block has the other"
    bench.finish(sender, "first")
    for _ in range(2):
        with pytest.raises(AssetAlreadyRegistered):
            sender.send("second", registering(network, 1))
    assert bench.nonce == before + 2
    sender.close()


def test_what_needs_another_one_waits_for_it(network: Network, tmp_path: Path, slowly: None) -> None:
    bench = Bench(network.url, tmp_path / "outbox.db")
    dollar, abi = network.deployment.test_dollar, artifact("TestDollar").abi
    assert dollar is not None
    sender = bench.sender()
    sender.submit("mint", Transaction.calling(abi, dollar, "mint", ACCOUNT.address, 5))
    sender.submit("pass on", Transaction.calling(abi, dollar, "transfer", NOBODY, 5))
    bench.finish(sender, "mint", "pass on")
    assert bench.chain.call(abi, dollar, "balanceOf", NOBODY) == 5
    sender.close()


def test_an_account_that_cannot_pay(bench: Bench) -> None:
    sender = Sender(bench.chain, LocalSigner.create(), bench.path, POLICY)
    with pytest.raises(InsufficientBalance):
        sender.send("a", payment(0))
    sender.close()


# Calling off.


def test_called_off_before_it_is_signed(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.cancel("a")
    with pytest.raises(TransactionCancelled, match="nothing of it is on chain"):
        sender.send("a", payment(0))
    assert not bench.pool


def test_called_off_in_time_its_nonce_is_used_for_nothing(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(1))
    sender.submit("b", payment(0))
    sender.step()
    sender.cancel("a")
    bench.finish(sender, "b")
    with pytest.raises(TransactionCancelled):
        sender.result("a")
    assert bench.nonce == 2
    paid_once(bench.url, 1)


def test_called_off_too_late(bench: Bench) -> None:
    sender = bench.sender()
    sender.submit("a", payment(0))
    sender.step()
    bench.mine()
    sender.cancel("a")
    bench.finish(sender, "a")
    paid_once(bench.url, 1)


# In the whole product.


def test_a_role_sends_through_it(network: Network, licensor: Party, tmp_path: Path, work: Path) -> None:
    bench = Bench(network.url, tmp_path / "outbox.db")
    sender = bench.sender(replace(POLICY, confirmations=1))
    chain = bench.chain.with_signer(ACCOUNT, sender)
    role = RightsHolder(Contracts.of(chain, network.deployment), Publisher(tmp_path / "published"))
    registered = role.register_work(work)
    assert licensor.contracts.assets.deed(registered.asset_id).holder == ACCOUNT.address
    assert [row["state"] for row in bench.rows("intents")] == ["confirmed"]
    sender.close()


def test_an_undertaking_that_starts_anew_sends_nothing_twice(bench: Bench) -> None:
    sender = bench.sender(replace(POLICY, confirmations=1))
    ask(bench.url, "evm_setAutomine", True)
    try:
        for _ in range(2):
            chain = bench.chain.with_signer(ACCOUNT, sender.named("order 7"))
            chain.pay(NOBODY, 3)
            chain.pay(NOBODY, 4)
        assert bench.chain.balance(NOBODY) == 7
        bench.chain.with_signer(ACCOUNT, sender.named("order 8")).pay(NOBODY, 3)
        assert bench.chain.balance(NOBODY) == 10
    finally:
        ask(bench.url, "evm_setAutomine", False)


def test_without_a_key_what_was_interrupted_is_the_same_and_what_was_done_is_not(bench: Bench) -> None:
    sender = bench.sender(replace(POLICY, confirmations=1))
    with pytest.raises(NotConfirmed):
        sender.transact(payment(4), seconds=0)
    bench.mine()
    receipt = sender.transact(payment(4))
    assert (receipt.tx_hash, bench.nonce) == (bench.rows("variants")[0]["tx_hash"], 1)
    with pytest.raises(NotConfirmed):
        sender.transact(payment(4), seconds=0)
    assert len(bench.rows("intents")) == 2


def test_a_command_that_was_killed_is_given_again(
    run: Run, settings: dict[str, str], network: Network, tmp_path: Path, slowly: None, stranger: Party
) -> None:
    bench = Bench(network.url, tmp_path / "outbox.db")
    before = bench.nonce
    words = ["account", "fund", stranger.address, "--amount", "40", "--outbox", str(bench.path)]
    program = "import sys; from licet.cli.main import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", program, *words, "--dev-account", str(LICENSOR)]
    with subprocess.Popen(command, env=os.environ | settings, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 30
        while not bench.pool:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    bench.mine()
    ask(network.url, "evm_setAutomine", True)
    held = stranger.dollars
    assert run(*words, account=LICENSOR).code == 0
    assert (stranger.dollars, bench.nonce) == (held, before + 1)
    assert run(*words, account=LICENSOR).code == 0
    assert (stranger.dollars, bench.nonce) == (held + 40_000_000, before + 2)


def test_a_command_with_a_file_that_is_no_outbox(run: Run, tmp_path: Path, stranger: Party) -> None:
    other = tmp_path / "other.db"
    other.write_text("a text")
    ran = run("account", "fund", stranger.address, "--outbox", other, account=STRANGER)
    assert (ran.code, ran.out) == (2, "")
    assert "the outbox" in ran.err
    assert other.read_text() == "a text"
