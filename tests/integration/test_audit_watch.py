"""Watching: whatever goes wrong in a block is told before the next one; what is put right again too."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import Auditor, Kind, Verdict, Watched, Watcher
from licet.chain.client import Chain
from licet.chain.local.development import DEVELOPMENT_ADDRESSES
from licet.documents import Library, OfferDocument
from licet.errors import ChainError, NotAContract
from licet.index import Index
from licet.licensee import Purchase
from licet.rights_holder import Registered
from licet.types import Address
from tests.integration.commands import Run
from tests.integration.conftest import DOLLAR, STRANGER, Network, Party
from tests.integration.faults import RefusedError, alter_slot, between, deed_slot
from tests.integration.indexing import QUICK

pytestmark = pytest.mark.integration

Watch = Iterator[Watched]
LICET = (sys.executable, "-c", "import sys; from licet.cli import main; sys.exit(main())")


@pytest.fixture
def bought(licensee: Party, signed_offer: OfferDocument) -> Purchase:
    """An honest sale; the licensee has some money left."""
    licensee.receive_dollars(100 * DOLLAR)
    return licensee.buys.buy(signed_offer)


def watching(network: Network, folder: Path, url: str = "", **settings: Any) -> Watch:
    auditor = Auditor(Chain(url or network.url), Library([folder], allow_http=False))
    return Watcher(auditor, network.deployment.asset_registry, **settings).watch()


@pytest.fixture
def watch(network: Network, folder: Path) -> Watch:
    return watching(network, folder)


def kinds(watched: Watched) -> list[Kind]:
    return [finding.kind for finding in watched.found]


def flip_holder(network: Network, asset: Registered) -> None:
    """Makes somebody else the holder of a deed, as no transaction could."""
    alter_slot(network, network.deployment.asset_registry, deed_slot(asset.asset_id), lambda word: word ^ 1)


def test_a_fault_is_found_in_its_block_once_and_told_when_it_is_gone(
    watch: Watch, bought: Purchase, asset: Registered, network: Network
) -> None:
    first = next(watch)
    assert (first.report.verdict, first.found, first.gone) == (Verdict.CLEAN, (), ())
    flip_holder(network, asset)
    faulty = next(watch)
    assert faulty.report.block.number == first.report.block.number + 1
    assert Kind.DEED_STATE_WRONG in kinds(faulty)
    network.rpc("evm_mine")
    still = next(watch)
    assert (still.report.verdict, still.found, still.gone) == (Verdict.FINDINGS, (), ())
    flip_holder(network, asset)
    mended = next(watch)
    assert (mended.report.verdict, mended.found, mended.gone) == (Verdict.CLEAN, (), faulty.found)


def test_a_sale_is_seen(watch: Watch, bought: Purchase, licensee: Party, signed_offer: OfferDocument) -> None:
    before = next(watch).report
    licensee.buys.buy(signed_offer)
    after = next(watch).report
    assert (after.verdict, after.counts.sales) == (Verdict.CLEAN, before.counts.sales + 1)


def test_a_block_that_is_replaced_is_audited_again(
    watch: Watch, bought: Purchase, asset: Registered, network: Network
) -> None:
    next(watch)
    snapshot = network.rpc("evm_snapshot")
    flip_holder(network, asset)
    faulty = next(watch)
    assert network.rpc("evm_revert", snapshot)
    network.rpc("evm_setNextBlockTimestamp", faulty.report.block.timestamp + 1)
    network.rpc("evm_mine")
    clean = next(watch)
    assert clean.report.block.number == faulty.report.block.number
    assert (clean.report.verdict, clean.gone) == (Verdict.CLEAN, faulty.found)


def test_an_index_follows(
    bought: Purchase,
    licensee: Party,
    signed_offer: OfferDocument,
    network: Network,
    folder: Path,
    tmp_path: Path,
) -> None:
    with Index(tmp_path / "index.sqlite") as index:
        watch = watching(
            network,
            folder,
            index=index,
            update=lambda: index.update([network.url], network.deployment, **QUICK),
        )
        assert next(watch).report.verdict is Verdict.CLEAN
        licensee.buys.buy(signed_offer)
        report = next(watch).report
        assert (report.verdict, report.counts.sales) == (Verdict.CLEAN, 2)
        assert index.state.block == report.block.number


def test_a_node_that_fails_is_asked_again(
    bought: Purchase, asset: Registered, network: Network, folder: Path
) -> None:
    fails = False
    faults: list[ChainError] = []

    def answer(method: str, params: list[Any], result: Any) -> Any:
        if fails:
            raise RefusedError("out of order")
        return result

    def faulty(error: ChainError) -> None:
        nonlocal fails
        faults.append(error)
        fails = False

    with between(network.url, answer) as url:
        watch = watching(network, folder, url, on_fault=faulty)
        next(watch)
        fails = True
        flip_holder(network, asset)
        assert Kind.DEED_STATE_WRONG in kinds(next(watch))
    assert len(faults) == 1
    assert "out of order" in str(faults[0])


def test_another_node_is_asked_where_one_fails(
    bought: Purchase, asset: Registered, network: Network, folder: Path
) -> None:
    asked, slept, faults = [True], list[float](), list[ChainError]()

    def answer(method: str, params: list[Any], result: Any) -> Any:
        if not asked[0]:
            raise RefusedError("out of order")
        return result

    def dead() -> Auditor:
        return Auditor(Chain("http://127.0.0.1:1"), Library())

    def other() -> Auditor:
        return Auditor(network.chain(), Library([folder], allow_http=False))

    with between(network.url, answer) as url:
        watch = watching(
            network, folder, url, others=[dead, other], on_fault=faults.append, sleep=slept.append
        )
        assert next(watch).report.verdict is Verdict.CLEAN
        asked[0] = False
        flip_holder(network, asset)
        assert Kind.DEED_STATE_WRONG in kinds(next(watch))
    assert len(faults) == 2
    assert slept == [], "a node was left to be asked"


def test_a_node_that_fails_from_the_start(network: Network, folder: Path) -> None:
    def answer(method: str, params: list[Any], result: Any) -> Any:
        raise RefusedError("out of order")

    with between(network.url, answer) as url, pytest.raises(ChainError, match="out of order"):
        next(watching(network, folder, url))


def test_no_registry(network: Network) -> None:
    nobody = Address(DEVELOPMENT_ADDRESSES[STRANGER])
    with pytest.raises(NotAContract):
        next(Watcher(Auditor(network.chain(), Library()), nobody).watch())


@contextmanager
def command(settings: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`licet audit watch` in a process of its own."""
    with subprocess.Popen(
        [*LICET, "audit", "watch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | settings,
        # A test runner in the background has its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def interrupted(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
    return process.returncode


def test_programs_read_a_line_for_each_block(
    bought: Purchase, asset: Registered, network: Network, settings: dict[str, str]
) -> None:
    with command(settings, "--json") as process:
        first = json.loads(line(process))
        assert (first["verdict"], first["found"]) == ("clean", [])
        flip_holder(network, asset)
        faulty = json.loads(line(process))
        assert faulty["block"] == first["block"] + 1
        assert "deed_state_wrong" in {finding["kind"] for finding in faulty["found"]}
        assert interrupted(process) == 1


def test_people_read_what_has_changed(
    run: Run, bought: Purchase, asset: Registered, network: Network, settings: dict[str, str], tmp_path: Path
) -> None:
    """The index is the environment's, and the first node is away."""
    db = str(tmp_path / "index.sqlite")
    assert run("index", "update", "--db", db).code == 0
    with Index(db) as index:
        before = index.state.block
    network.rpc("evm_mine")
    named = settings | {"LICET_DB": db, "LICET_RPC": "http://127.0.0.1:1"}
    with command(named, "--other-rpc", network.url) as process:
        assert line(process).endswith(": clean\n")
        with Index(db) as index:
            assert index.state.block > before
        flip_holder(network, asset)
        assert line(process).endswith(": findings\n")
        assert "what was found" in line(process)
        flip_holder(network, asset)
        while not (text := line(process)).startswith("Block"):
            assert text
        assert ": clean; " in text
        assert interrupted(process) == 0
