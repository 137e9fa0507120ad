"""Licet on a local chain, for everybody's tests: one node and one deployment for the session.

A test that asks for `network`, or for anybody who acts on it, starts from the deployment as it was, and what
it did is undone after it. Actors are named by role; each has an account, all share one folder of documents.
"""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from licet.auditor import Auditor, AuditReport
from licet.chain.client import Chain, Receipt
from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import Artifact
from licet.chain.deployments import Deployment, deploy
from licet.chain.local.engines import Engine
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner, Signer
from licet.cli.main import main
from licet.contracts import Contracts, MultisigArbitrator
from licet.contracts.cases import Cases
from licet.contracts.currency import Currency
from licet.contracts.disputes import Ruling
from licet.documents import Library, OfferDocument, PayeeShare, Publisher, SplitDocument, TermsDocument
from licet.licensee import Licensee
from licet.rights.uses import Use
from licet.rights_holder import Price, PublishedSplit, Registered, RightsHolder
from licet.types import Address, Hash32
from tests.integration.commands import Ok, Ran, Run
from tests.integration.postgres import db as db
from tests.integration.postgres import postgres as postgres

if TYPE_CHECKING:
    from tests.integration.market import Market

ROOT = Path(__file__).resolve().parents[2]
DEPLOYER, LICENSOR, LICENSEE, RIVAL, STRANGER, ARTIST, CO_ARTIST = range(7)
DOLLAR = 1_000_000
DAY = 86_400

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(url: str, method: str, *params: object) -> Any:
    """The result of one JSON-RPC request without any library of Licet's."""
    answer = relay(url, method, *params)
    assert "error" not in answer, answer["error"]
    return answer["result"]


def relay(url: str, method: str, *params: object) -> dict[str, Any]:
    """The whole answer to one JSON-RPC request: a result, or an error."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with _direct.open(request, timeout=20) as response:
        answer = json.load(response)
    assert isinstance(answer, dict)
    return answer


@cache
def development_signer(index: int) -> LocalSigner:
    return LocalSigner.development(index)


@dataclass(frozen=True)
class Network:
    """A local chain with Licet on it."""

    url: str
    deployment: Deployment

    def rpc(self, method: str, *params: object) -> Any:
        return ask(self.url, method, *params)

    def chain(self, signer: Signer | None = None) -> Chain:
        return Chain(self.url, signer)

    def transact(self, sender: Address, to: Address, data: bytes, value: int = 0) -> None:
        """Sends bytes that Licet would not send, from an account whose key the node has; waits for it."""
        call = {"from": sender, "to": to, "data": "0x" + data.hex(), "value": hex(value)}
        tx_hash = self.rpc("eth_sendTransaction", call)
        for _ in range(200):
            receipt = self.rpc("eth_getTransactionReceipt", tx_hash)
            if receipt is not None:
                assert receipt["status"] == "0x1"
                return
            time.sleep(0.01)
        raise AssertionError(f"{tx_hash} was not mined")

    @property
    def height(self) -> int:
        """The newest block's number."""
        return int(self.rpc("eth_blockNumber"), 16)

    @property
    def now(self) -> int:
        """The newest block's time."""
        return int(self.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def travel(self, seconds: int) -> int:
        """Mines a block so many seconds after the newest one; returns its time."""
        return self.travel_to(self.now + seconds)

    def travel_to(self, timestamp: int) -> int:
        """Mines a block of this time."""
        self.next_block_at(timestamp)
        self.rpc("evm_mine")
        return timestamp

    def next_block_at(self, timestamp: int) -> None:
        """Sets the time of the block that the next transaction makes."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)


@dataclass(frozen=True)
class Party:
    """Somebody with an account, seen in every role; what they publish all others can read."""

    network: Network
    signer: Signer
    folder: Path

    @cached_property
    def chain(self) -> Chain:
        return self.network.chain(self.signer)

    @cached_property
    def contracts(self) -> Contracts:
        return Contracts.of(self.chain, self.network.deployment)

    @cached_property
    def sells(self) -> RightsHolder:
        """The party as a rights holder."""
        return RightsHolder(self.contracts, Publisher(self.folder))

    @cached_property
    def buys(self) -> Licensee:
        """The party as a licensee."""
        return Licensee(self.contracts, Library([self.folder], allow_http=False), Publisher(self.folder))

    @property
    def address(self) -> Address:
        return self.signer.address

    def currency(self, address: Address) -> Currency:
        return Currency(self.chain, address)

    @property
    def dollars(self) -> int:
        """The party's test dollars, in their smallest unit."""
        return self.dollar.balance_of(self.address)

    @property
    def dollar(self) -> Currency:
        assert self.network.deployment.test_dollar is not None
        return self.currency(self.network.deployment.test_dollar)

    def receive_dollars(self, amount: int) -> None:
        self.dollar.mint(self.address, amount)


def started(engine: Engine) -> Iterator[Network]:
    """A node with Licet deployed by an account that nobody else uses."""
    with LocalNode(engine) as node:
        yield Network(node.url, deploy(Chain(node.url, development_signer(DEPLOYER))))


@pytest.fixture(scope="session")
def anvil() -> Iterator[Network]:
    yield from started("anvil")


@pytest.fixture(scope="session")
def ganache() -> Iterator[Network]:
    yield from started("ganache")


@dataclass(frozen=True)
class Told:
    """A network on which a story of all contracts was told, and the documents that were published in it."""

    network: Network
    folder: Path


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The story, told once for all tests that begin with it: see `story.py`."""
    from tests.integration.story import tell  # which imports this module

    for network in started("anvil"):
        folder = tmp_path_factory.mktemp("told")
        tell(network, folder)
        yield Told(network, folder / "documents")


def restored(network: Network) -> Iterator[Network]:
    """The network, put back as it was afterwards."""
    snapshot = network.rpc("evm_snapshot")
    yield network
    assert network.rpc("evm_revert", snapshot)


@pytest.fixture
def network(anvil: Network) -> Iterator[Network]:
    yield from restored(anvil)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where everybody publishes."""
    return tmp_path / "documents"


@pytest.fixture
def party(network: Network, folder: Path) -> Callable[[Signer], Party]:
    """Makes a party of a key."""
    return lambda signer: Party(network, signer, folder)


@pytest.fixture
def licensor(party: Callable[[Signer], Party]) -> Party:
    return party(development_signer(LICENSOR))


@pytest.fixture
def licensee(party: Callable[[Signer], Party]) -> Party:
    return party(development_signer(LICENSEE))


@pytest.fixture
def rival(party: Callable[[Signer], Party]) -> Party:
    """Another rights holder."""
    return party(development_signer(RIVAL))


@pytest.fixture
def stranger(party: Callable[[Signer], Party]) -> Party:
    return party(development_signer(STRANGER))


@pytest.fixture
def artist(party: Callable[[Signer], Party]) -> Party:
    return party(development_signer(ARTIST))


@pytest.fixture
def co_artist(party: Callable[[Signer], Party]) -> Party:
    return party(development_signer(CO_ARTIST))


@dataclass(frozen=True)
class Judge:
    """The only owner of the arbitrator that comes with a local deployment."""

    contracts: Contracts

    def rule(self, ruling: Ruling, case_id: int, cases: Cases | None = None) -> None:
        """Rules on a dispute, or on a case of another contract."""
        cases = cases or self.contracts.disputes
        arbitrator = MultisigArbitrator(self.contracts.chain, self.contracts.deployment.arbitrator)
        numbers = range(arbitrator.dispute_count())
        arbitrator.vote(next(n for n in numbers if cases.case_of_dispute(n) == case_id), ruling)


@pytest.fixture
def judge(party: Callable[[Signer], Party]) -> Judge:
    return Judge(party(development_signer(DEPLOYER)).contracts)


@pytest.fixture
def pauper(party: Callable[[Signer], Party]) -> Party:
    """Somebody with an account and nothing in it."""
    return party(LocalSigner.create())


@pytest.fixture
def reader(network: Network) -> Contracts:
    """The contracts as anybody sees them, without an account."""
    return Contracts.of(network.chain(), network.deployment)


@pytest.fixture
def passer_by(reader: Contracts, folder: Path) -> Licensee:
    """A licensee without an account."""
    return Licensee(reader, Library([folder], allow_http=False))


@pytest.fixture
def dollar(network: Network) -> Address:
    assert network.deployment.test_dollar is not None
    return network.deployment.test_dollar


# Works and what is done with them.


@pytest.fixture
def make_work(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a work that nobody has seen before."""

    def make(text: str) -> Path:
        path = tmp_path / f"{text.replace(' ', '_')}.txt"
        path.write_text(text)
        return path

    return make


@pytest.fixture
def work(make_work: Callable[[str], Path]) -> Path:
    return make_work("a poem")


@pytest.fixture
def asset(licensor: Party, work: Path) -> Registered:
    """The work, registered by the licensor."""
    return licensor.sells.register_work(work)


@pytest.fixture
def split(artist: Party, co_artist: Party) -> SplitDocument:
    """Three parts for the artist, one for the co-artist."""
    return SplitDocument.of([PayeeShare(artist.address, 3), PayeeShare(co_artist.address, 1)])


@pytest.fixture
def published(licensor: Party, split: SplitDocument) -> PublishedSplit:
    return licensor.sells.publish_split(split)


@pytest.fixture
def vault(published: PublishedSplit) -> Address:
    return published.vault


@pytest.fixture
def terms() -> TermsDocument:
    return TermsDocument("Training", Use.TRAIN | Use.TRAIN_GENERATIVE, "You may train on this work.")


@pytest.fixture
def price(dollar: Address) -> Price:
    return Price(dollar, 25 * DOLLAR, duration=30 * DAY)


Offering = Callable[..., OfferDocument]


@pytest.fixture
def offering(vault: Address, terms: TermsDocument) -> Offering:
    """Signs an offer of somebody's on an asset: `offering(licensor, asset_id, price)`."""

    def offer(seller: Party, asset_id: Hash32, price: Price, terms: TermsDocument = terms) -> OfferDocument:
        return seller.sells.offer(asset_id, vault, price, terms)

    return offer


@pytest.fixture
def signed_offer(licensor: Party, asset: Registered, price: Price, offering: Offering) -> OfferDocument:
    """A dollar offer of the licensor's for training on the work, for 30 days."""
    return offering(licensor, asset.asset_id, price)


# The command line.


@pytest.fixture
def settings(network: Network, folder: Path, tmp_path: Path) -> dict[str, str]:
    """What stands in the environment of all commands."""
    deployment = tmp_path / "deployment.json"
    network.deployment.save(deployment)
    return {
        "LICET_RPC": network.url,
        "LICET_DEPLOYMENT": str(deployment),
        "LICET_DOCUMENTS": str(folder),
        "COLUMNS": "100",
    }


@pytest.fixture
def run(
    settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command in this process: `run("work", "register", path, account=LICENSOR)`."""
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object, account: int | None = None) -> Ran:
        capsys.readouterr()
        named = [] if account is None else ["--dev-account", str(account)]
        code = main([*map(str, arguments), *named])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def ok(run: Run) -> Ok:
    """Runs a command that must succeed; what it tells programs."""

    def ok(*arguments: object, account: int | None = None) -> dict[str, Any]:
        ran = run(*arguments, "--json", account=account)
        assert ran.code == 0, ran.err
        return ran.json

    return ok


# Contracts that only tests deploy.


@pytest.fixture
def mock(stranger: Party) -> Callable[..., Address]:
    """Deploys one of contracts/mocks as Forge compiled it; skips where Forge has not."""

    def make(name: str, *arguments: Any) -> Address:
        found = sorted((ROOT / "build" / "forge" / "out").glob(f"*/{name}.json"))
        if not found:
            pytest.skip(f"{name} is not compiled: run node_modules/.bin/forge build")
        data = json.loads(found[0].read_text())
        code = bytes.fromhex(data["bytecode"]["object"].removeprefix("0x"))
        return created(stranger.chain.deploy(Artifact(name, Abi(data["abi"]), code, b"", {}), *arguments))

    return make


@pytest.fixture
def raw_contract(stranger: Party) -> Callable[[bytes], Address]:
    """Deploys a contract of these very instructions."""

    def make(code: bytes) -> Address:
        # codecopy(0, 12, size); return(0, size)
        creation = b"\x61" + len(code).to_bytes(2) + bytes.fromhex("80600c6000396000f3") + code
        return created(stranger.chain.deploy(Artifact("raw", Abi([]), creation, b"", {})))

    return make


def created(receipt: Receipt) -> Address:
    assert receipt.created is not None
    return receipt.created


# Auditing.


@pytest.fixture
def audit(network: Network, folder: Path) -> Callable[..., AuditReport]:
    """What an auditor says who has nothing but a node's URL, the registry and the published documents."""

    def audit(url: str = network.url, *, documents: Path = folder, block: int | None = None) -> AuditReport:
        auditor = Auditor(Chain(url), Library([documents], allow_http=False))
        return auditor.audit(network.deployment.asset_registry, block=block)

    return audit


@pytest.fixture
def market(
    network: Network,
    licensor: Party,
    licensee: Party,
    rival: Party,
    stranger: Party,
    vault: Address,
    make_work: Callable[[str], Path],
) -> "Market":
    """Everybody, and what they do again and again."""
    from tests.integration.market import Market  # which imports this module

    return Market(network, licensor, licensee, rival, stranger, vault, make_work)
