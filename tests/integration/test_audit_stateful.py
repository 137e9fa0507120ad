"""Anybody does anything, in any order, on a real chain: the verdict is `clean`, and the sheets are right.

And with one fault at a random place it is `findings`, of the kind that names the fault. So it is from the
node, and from an index of one's own, where no node lies. `LICET_OPERATIONS` says how many operations there
are on one chain, `LICET_FAULTS` how many markets faults are planted in; every night there are 10,000 and 25,
and `LICET_SEED` makes them other ones each time.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from licet.auditor import Auditor, AuditReport, Kind, Verdict
from licet.chain.client import Chain
from licet.documents import Library
from licet.errors import NodeUntrue
from licet.index import Index
from tests.integration.bazaar import comparing
from tests.integration.bazaar.bazaar import Bazaar
from tests.integration.bazaar.operations import WEIGHTS, step
from tests.integration.bazaar.planting import FAULTS, Fault
from tests.integration.conftest import Network, started
from tests.integration.faults import kinds
from tests.integration.indexing import QUICK

pytestmark = [pytest.mark.integration, pytest.mark.timeout(14_400)]

OPERATIONS = int(os.environ.get("LICET_OPERATIONS", "200"))
MARKETS = int(os.environ.get("LICET_FAULTS", "2"))
SEED = os.environ.get("LICET_SEED", "0")
BURSTS = 50
"""An operation is drawn with its burst: Hypothesis leaves out bursts to find what a failure takes."""
AUDITS = 3
"""How many audits there are, as a rule, on the way to the last one."""
NIGHTLY = OPERATIONS > 1_000

Bursts = list[int]
bursts_of_operations = st.lists(st.integers(0, 2**32 - 1), min_size=BURSTS, max_size=BURSTS)


@pytest.fixture(scope="module")
def fairground() -> Iterator[Network]:
    """A chain of its own: its clock is set, and it becomes long."""
    yield from started("anvil")


@settings(
    max_examples=1 if NIGHTLY else 2,
    phases=[Phase.generate] if NIGHTLY else [Phase.generate, Phase.shrink],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(bursts=bursts_of_operations)
def test_whatever_happens_is_clean_and_adds_up(
    fairground: Network, tmp_path_factory: pytest.TempPathFactory, bursts: Bursts
) -> None:
    with opened(fairground, tmp_path_factory.mktemp("bazaar")) as bazaar:
        for random in played(bazaar, bursts, OPERATIONS):
            if random.random() < AUDITS / BURSTS:
                check(bazaar)
        check(bazaar)
        print(tallied(bazaar))


@settings(
    max_examples=MARKETS, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
)
@given(
    bursts=bursts_of_operations,
    faults=st.lists(st.sampled_from(FAULTS), min_size=12, max_size=12, unique=True),
)
def test_one_fault_anywhere_is_found_and_named(
    fairground: Network, tmp_path_factory: pytest.TempPathFactory, bursts: Bursts, faults: list[Fault]
) -> None:
    with opened(fairground, tmp_path_factory.mktemp("bazaar")) as bazaar:
        *_, random = played(bazaar, bursts, 150)
        planted = [fault for fault in faults if named(bazaar, fault, random)]
        assert len(planted) >= len(faults) // 3  # some markets have little that could go wrong
        check(bazaar)  # each was taken away again


@contextmanager
def opened(network: Network, folder: Path) -> Iterator[Bazaar]:
    """A bazaar on a chain that is put back as it was afterwards, whatever happened."""
    with put_back(network):
        bazaar = Bazaar(network, folder)
        bazaar.open()
        yield bazaar


@contextmanager
def put_back(network: Network) -> Iterator[None]:
    snapshot = network.rpc("evm_snapshot")
    try:
        yield
    finally:
        assert network.rpc("evm_revert", snapshot)


def played(bazaar: Bazaar, bursts: Bursts, operations: int) -> Iterator[Random]:
    """Plays so many operations; yields what draws them after each burst."""
    for number, seed in enumerate(bursts):
        random = Random(f"{SEED}:{number}:{seed}")
        for _ in range(operations // BURSTS):
            step(bazaar, random)
        yield random


def audited(bazaar: Bazaar, url: str = "") -> AuditReport:
    """What somebody says who trusts nobody."""
    library = Library([bazaar.folder / "documents"], allow_http=False)
    chain = Chain(url or bazaar.network.url)
    return Auditor(chain, library).audit(bazaar.network.deployment.asset_registry)


def audited_from(db: Path, bazaar: Bazaar) -> AuditReport:
    """The same from an index of one's own, which is brought up to date first."""
    url = bazaar.network.url
    library = Library([bazaar.folder / "documents"], allow_http=False)
    deployment = bazaar.network.deployment
    with Index(db) as index:
        index.update([url], deployment, **QUICK)
        return Auditor(Chain(url), library).audit(deployment.asset_registry, index=index)


def check(bazaar: Bazaar) -> None:
    report = audited(bazaar)
    comparing.check(report, bazaar)
    comparing.check_purses(bazaar)
    assert audited_from(bazaar.folder / "index.sqlite", bazaar).to_json() == report.to_json()


def named(bazaar: Bazaar, fault: Fault, random: Random) -> bool:
    """Plants a fault, and makes sure that it is named; whether there was anything to plant it in."""
    with put_back(bazaar.network):
        planted = fault.plant(bazaar, random)
        if planted is None:
            return False
        with planted as url:
            assert_named(fault, audited(bazaar, url))
            if url == bazaar.network.url:  # a node that lies is for the index's own tests
                assert_named_from_index(bazaar, fault)
        return True


def assert_named_from_index(bazaar: Bazaar, fault: Fault) -> None:
    try:
        with TemporaryDirectory() as folder:
            assert_named(fault, audited_from(Path(folder) / "index.sqlite", bazaar))
    except NodeUntrue:
        assert fault.kind is Kind.LOGS_INCOMPLETE, fault


def assert_named(fault: Fault, report: AuditReport) -> None:
    assert report.verdict is Verdict.FINDINGS, fault
    assert fault.kind in kinds(report), f"{fault}: {kinds(report)}"


def tallied(bazaar: Bazaar) -> str:
    """How often each operation succeeded and was refused."""
    names = [operation.__name__ for operation in WEIGHTS] + ["wait"]
    lines = []
    for name in names:
        outcomes = {how: count for (what, how), count in sorted(bazaar.tally.items()) if what == name}
        lines.append(f"{name}: {outcomes}")
    return "\n".join(lines)
