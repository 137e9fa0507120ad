"""A gateway on a chain that changes its mind, falls silent or becomes dear; and several of one account."""

import asyncio
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from licet.chain.client import Chain
from licet.contracts.authorizations import Authorizations
from licet.contracts.usage import UsageLedger
from licet.errors import ChainError, LicetError, WrongChain
from licet.gateway.app import Business
from licet.gateway.config import ChainSettings
from licet.gateway.errors import AccountTaken, PaymentLost
from licet.gateway.journal import CLAIM_SECONDS
from licet.gateway.sending import WATCHED, Account
from licet.gateway.upkeep import PATIENCE
from tests.integration import troubles
from tests.integration.conftest import DOLLAR, Network, Party, started
from tests.integration.test_gateway_payments import (
    PRICE,
    TEXT,
    Shop,
    anchored,
    catch_up,
    paid,
    payment,
    receipt_in,
    record_path,
    transfer_in,
)
from tests.unit.asgi import Answer, asked

pytestmark = pytest.mark.integration


@pytest.fixture
def network() -> Iterator[Network]:
    """A chain of the test's own: what was undone on it cannot be put back."""
    yield from started("anvil")


@pytest.fixture
def shop(tmp_path: Path, network: Network, licensor: Party, stranger: Party) -> Iterator[Shop]:
    (tmp_path / "work.txt").write_bytes(TEXT)
    work = licensor.sells.register_work(tmp_path / "work.txt")
    shop = Shop(tmp_path / "shop", network, stranger, licensor.address, work.asset_id)
    yield shop
    shop.close()


@pytest.fixture
def reader(licensee: Party) -> Party:
    licensee.receive_dollars(10 * DOLLAR)
    return licensee


@dataclass
class Told:
    """What the operator is told."""

    errors: list[LicetError]

    def __call__(self, error: LicetError) -> None:
        self.errors.append(error)


def read(shop: Shop, field: str) -> Answer:
    return asyncio.run(paid(shop, field))


def sign(shop: Shop, reader: Party, **info: str) -> str:
    return asyncio.run(payment(shop, reader, **info))


def reorganise(network: Network, blocks: int = 1) -> None:
    """Puts empty blocks in the place of the last ones, and one more on top."""
    network.rpc("anvil_reorg", blocks, [])
    network.rpc("evm_mine")


def kept(shop: Shop) -> list[LicetError]:
    told = Told([])
    shop.upkeep.turn(told)
    return told.errors


def test_what_a_reorg_took_out_is_settled_again(shop: Shop, network: Network, reader: Party) -> None:
    """By the same authorization; the record, and what was served for it, stay as they were."""
    field = sign(shop, reader)
    answer = read(shop, field)
    assert answer.body == TEXT
    kept(shop)
    reorganise(network)
    assert shop.income == 0
    assert kept(shop) == []
    assert shop.income == PRICE
    (now,) = shop.journal.settled_from(0)
    assert shop.keeper.chain.block(now.settlement.block_number).hash == now.settlement.block_hash
    document = receipt_in(answer)
    kept_receipt = shop.journal.receipt(now.shown)
    assert kept_receipt is not None
    assert f'"record":"{document.record.hash}"'.encode() in kept_receipt
    assert now.settlement.tx_hash.encode() in kept_receipt
    assert shop.journal.counts() == {"taken": 1, "settled": 1, "served": 1, "lost": 0, "records": 1}
    assert read(shop, field).status == 402


def test_what_was_taken_out_while_no_gateway_was_there(shop: Shop, network: Network, reader: Party) -> None:
    """Long ago, in blocks: what was looked at is known from the journal."""
    read(shop, sign(shop, reader))
    assert kept(shop) == []
    shop.close()
    reorganise(network)
    network.rpc("anvil_mine", hex(10 * WATCHED))
    shop.app = shop.opened()
    assert shop.income == 0
    assert kept(shop) == []
    assert shop.income == PRICE
    (now,) = shop.journal.settled_from(0)
    assert shop.keeper.chain.block(now.settlement.block_number).hash == now.settlement.block_hash


def test_what_another_block_has_anyway_is_found(shop: Shop, network: Network, reader: Party) -> None:
    field = sign(shop, reader)
    read(shop, field)
    before = shop.journal.settled_from(0)
    reorganise(network)
    Authorizations(reader.chain, shop.token).submit(transfer_in(field))
    assert kept(shop) == []
    assert shop.income == PRICE
    after = shop.journal.settled_from(0)
    assert [one.shown for one in after] == [one.shown for one in before]
    assert after[0].settlement.tx_hash != before[0].settlement.tx_hash, "a stranger's transaction paid it now"


def test_what_a_stranger_submitted_is_submitted_again(shop: Shop, network: Network, reader: Party) -> None:
    field = sign(shop, reader)
    Authorizations(reader.chain, shop.token).submit(transfer_in(field))
    assert read(shop, field).body == TEXT
    reorganise(network)
    # The stranger does not care; nor does their node, which has forgotten it.
    for waiting in network.rpc("txpool_content")["pending"].get(reader.address.lower(), {}).values():
        network.rpc("anvil_dropTransaction", waiting["hash"])
    assert shop.income == 0
    assert kept(shop) == []
    assert shop.income == PRICE


def test_what_cannot_be_settled_again_is_lost_and_told(shop: Shop, network: Network, reader: Party) -> None:
    field = sign(shop, reader, id="reader-chosen-0001")
    answer = read(shop, field)
    network.rpc("anvil_reorg", 1, [])
    reader.dollar.transfer(shop.keeper.address, reader.dollars)
    (waiting,) = kept(shop)
    assert isinstance(waiting, ChainError), "it may yet be paid, by whoever has spent the money elsewhere"
    assert shop.journal.counts()["lost"] == 0
    network.rpc("anvil_mine", hex(PATIENCE))
    (lost,) = kept(shop)
    assert isinstance(lost, PaymentLost)
    assert reader.address in str(lost)
    assert shop.journal.counts() == {"taken": 1, "settled": 1, "served": 1, "lost": 1, "records": 1}
    assert read(shop, field).status == 402, "it is not repeated"
    assert kept(shop) == []
    assert shop.income == 0
    assert receipt_in(answer).record.units == 1


def test_an_anchor_that_a_reorg_took_out_is_anchored_again(
    shop: Shop, network: Network, reader: Party
) -> None:
    receipt = receipt_in(read(shop, sign(shop, reader)))
    catch_up(network)
    batch = anchored(shop)
    ledger = shop.keeper.contracts.usage
    reorganise(network)
    assert ledger.usage_of(shop.keeper.address).anchors == 0
    assert kept(shop) == []
    assert ledger.usage_of(shop.keeper.address).anchors == 1
    assert shop.anchoring.found(batch) == shop.anchoring.batches.read(batch.number).anchor
    assert asyncio.run(asked(shop.app, record_path(receipt))).status == 200
    assert shop.anchoring.anchor() is None


def test_an_anchor_that_failed_in_a_block_is_sent_anew(shop: Shop, network: Network, reader: Party) -> None:
    """Its transaction is over; under its key nothing more would be sent."""
    read(shop, sign(shop, reader))
    catch_up(network)
    time.sleep(1.1)
    batch = shop.anchoring.batches.next(int(time.time()) - 1)
    assert batch is not None
    code = network.rpc("eth_getCode", UsageLedger(shop.keeper.chain, ledger_of(shop)).address, "latest")
    network.rpc("evm_setAutomine", False)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(shop.anchoring.anchor)
        wait_for_transactions(network)
        network.rpc("anvil_setCode", ledger_of(shop), "0x60006000fd")  # it refuses everything
        network.rpc("evm_mine")
        network.rpc("evm_setAutomine", True)
        with pytest.raises(LicetError):
            sending.result()
    network.rpc("anvil_setCode", ledger_of(shop), code)
    assert anchored(shop).number == batch.number
    assert shop.keeper.contracts.usage.usage_of(shop.keeper.address).anchors == 1


def ledger_of(shop: Shop) -> Any:
    return shop.network.deployment.usage_ledger


def wait_for_transactions(network: Network) -> None:
    for _ in range(200):
        if network.rpc("txpool_status")["pending"] != "0x0":
            return
        time.sleep(0.05)
    raise AssertionError("nothing was sent")


def test_while_gas_is_dear_nothing_is_sent(shop: Shop, network: Network, reader: Party) -> None:
    field = sign(shop, reader)
    network.rpc("anvil_setNextBlockBaseFeePerGas", hex(300 * 10**9))
    network.rpc("evm_mine")
    answer = read(shop, field)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert network.rpc("txpool_status") == {"pending": "0x0", "queued": "0x0"}
    network.rpc("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    network.rpc("evm_mine")
    time.sleep(3.1)  # what gas costs is remembered for a moment
    assert read(shop, field).body == TEXT
    assert shop.income == PRICE


class Silent(troubles.Network):
    """A node that can be away."""

    away = ""

    def trouble(self, method: str) -> str:
        return self.away


def test_a_node_that_is_away_or_slow(shop: Shop, network: Network, reader: Party) -> None:
    """Who pays waits or is told to come back; what was sent before the silence is paid once."""
    silent = Silent(network.url, random.Random(0))
    with troubles.troubled(silent) as url:
        fields = [sign(shop, reader) for _ in range(2)]
        keeper = Party(Network(url, network.deployment), shop.keeper.signer, shop.folder)
        object.__setattr__(keeper, "chain", Chain(url, shop.keeper.signer, seconds=1))
        shop.close()
        shop.keeper = keeper
        shop.app = shop.opened()
        for away in ("no answer", "503", "429", "time-out after accepting"):
            silent.away = away
            answer = read(shop, fields[0])
            assert (answer.status, answer.headers["retry-after"]) == (503, "5")
            assert asyncio.run(asked(shop.app, "/free.txt")).status == 404, "all else is served"
        silent.away = ""
        assert read(shop, fields[0]).body == TEXT
        assert read(shop, fields[1]).body == TEXT
        assert shop.income == 2 * PRICE


class Unsettled(troubles.Network):
    """A node amid a re-org, which refuses a question now and then."""

    asked = 0

    def trouble(self, method: str) -> str:
        self.asked += 1
        return "refused" if self.asked in (1, 4, 25) else ""


def test_a_gateway_that_starts_amid_a_reorg(shop: Shop, network: Network, rival: Party) -> None:
    node = Unsettled(network.url, random.Random(0))
    with troubles.troubled(node) as url:
        chain = ChainSettings(
            url, network.deployment.asset_registry, 31337, journal=shop.folder / "other.sqlite"
        )
        business = Business.of(replace(shop.site, chain=chain), rival.signer)
        asked = node.asked
        assert asked > 25
        with pytest.raises(WrongChain):
            Business.of(replace(shop.site, chain=replace(chain, chain_id=1)), rival.signer)
        assert node.asked == asked + 1, "time does not mend that"
    assert business is not None
    assert business.till is not None
    business.till.journal.close()


def test_several_gateways_of_one_account(shop: Shop, network: Network, reader: Party, tmp_path: Path) -> None:
    """They share the journal and the outbox; each payment is settled once, whoever is asked."""
    others = [Twin(shop) for _ in range(2)]
    fields = [sign(shop, reader) for _ in range(12)]

    def ask(number: int) -> int:
        app = (shop, *others)[number % 3].app
        headers = [("PAYMENT-SIGNATURE", fields[number // 3])]
        return asyncio.run(asked(app, "/paid/a.txt", headers=headers)).status

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(ask, range(36)))
    for other in others:
        other.close()
    assert sorted(set(statuses)) in ([200, 402], [200, 402, 409], [200, 409])
    for number in range(12):
        assert statuses[3 * number : 3 * number + 3].count(200) == 1, "one of three was served"
    assert shop.income == 12 * PRICE
    assert shop.journal.counts() == {"taken": 12, "settled": 12, "served": 12, "lost": 0, "records": 12}


class Twin(Shop):
    """Another gateway of the same shop."""

    def __init__(self, shop: Shop) -> None:
        self.__dict__.update(shop.__dict__)
        self.app = self.opened()


def test_two_outboxes_of_one_account_are_refused(shop: Shop, reader: Party) -> None:
    with pytest.raises(AccountTaken, match="give each gateway an account of its own"):
        Account(shop.keeper.chain, shop.folder / "other.db", shop.journal)
    # One that is gone leaves the account to the next.
    account = f"31337/{shop.keeper.address}"
    assert shop.journal.claim(account, "elsewhere", int(time.time()) + CLAIM_SECONDS + 1)
    shop.account._claimed = -1e9  # noqa: SLF001 - half a minute has passed
    answer = read(shop, sign(shop, reader))
    assert (answer.status, shop.income) == (503, 0)
    assert isinstance(kept(shop)[0], AccountTaken)
