#!/usr/bin/env python3
"""What others' contracts cost for the same work: same Anvil, same hard fork, same token, side by side.

    python benchmarks/peers.py             a table
    python benchmarks/peers.py --json      [{operation, peer, peer_gas, licet_operation, licet_gas, ratio}, …]
    python benchmarks/peers.py --write     keep the table in docs/performance.md
    python benchmarks/peers.py --check     fail where docs/performance.md shows other figures

The peers run as compiled by their authors, out of npm packages whose hashes stand below; npm fetches those
that `build/peers/` lacks, without their dependencies, and nothing of them runs but contracts on the local
chain. `ratio` is the peer's gas over Licet's: above 1, Licet is cheaper. Inputs are fixed, so the figures are
the same at every run. Names between backticks are operations of `gas.py`, measured here on the same chain.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from eth_abi.abi import encode
from gas import ALL, DOCUMENT, PAYEE, ROOT, URI, Bench, Figures, buying, claiming, paying, registering
from rich.console import Console
from rich.table import Table
from web3 import Web3

from licet.chain.client import Chain, Receipt
from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import Artifact
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner
from licet.contracts.vaults import VaultClaim
from licet.documents import sha256
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import SumNode, SumProof, SumTree, sum_root
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes, hash32, hash_bytes

Json: TypeAlias = dict[str, Any]

CACHE = ROOT / "build" / "peers"
BEGIN, END = "<!-- peers -->\n", "<!-- /peers -->"

WORKS = 1_000
HOLDERS = (2, 10, 100)
PRICE = 25_000_000  # 25 dollars of 6 decimals, the price in gas.py
YEAR = 31_536_000
BLOCK_SECONDS = 12
PAYMENT = 10**9
SHARE = 7  # of each holder
DUST = 1  # stays behind: clearing a balance earns a refund, and makes the next payment dearer
DOLLAR_18 = 10**18  # a wrapped dollar: Superfluid's tokens have 18 decimals


class PeersError(Exception):
    """The peers cannot be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One operation, a peer's way and ours.

    Attributes:
        operation: what is done, and in which state.
        peer: whose contract, and what is called.
        peer_gas: of the whole transactions that the peer needs, calldata included.
        licet_operation: what Licet does for it.
        licet_gas: likewise.
    """

    operation: str
    peer: str
    peer_gas: int
    licet_operation: str
    licet_gas: int

    @property
    def ratio(self) -> float:
        """The peer's gas over Licet's."""
        return round(self.peer_gas / self.licet_gas, 2)


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package with compiled contracts.

    Attributes:
        name: on npm.
        version: pinned.
        sha512: of the package file, in base64.
    """

    name: str
    version: str
    sha512: str

    def __str__(self) -> str:
        """As npm names it."""
        return f"{self.name}@{self.version}"

    def artifacts(self, folder: str) -> dict[str, Json]:
        """The artifacts in a folder, by their path in it without `.json`.

        Raises:
            PeersError: npm cannot fetch the package, or its hash differs.
        """
        prefix = f"package/{folder}/"
        with tarfile.open(self._file()) as package:
            return {
                member.name.removeprefix(prefix).removesuffix(".json"): json.load(content)
                for member in package
                if member.name.startswith(prefix)
                and member.name.endswith(".json")
                and not member.name.endswith(".dbg.json")
                and "/build-info/" not in member.name
                and (content := package.extractfile(member)) is not None
            }

    def _file(self) -> Path:
        file = CACHE / f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"
        if not file.is_file():
            self._fetch()
        found = base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
        if found != self.sha512:
            raise PeersError(f"{file} is not {self}: its SHA-512 is {found}. Delete it and run this again")
        return file

    def _fetch(self) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise PeersError("npm is not on the PATH: install Node 20 or newer")
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [npm, "pack", "--ignore-scripts", "--pack-destination", str(CACHE), str(self)]
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise PeersError(f"npm cannot fetch {self}:\n{done.stderr.strip()}")


EAS = Package(
    "@ethereum-attestation-service/eas-contracts",
    "1.9.0",
    "L60y1fgKlY3a45xxnPlgRbiGQY8RF/lF+AzF1iVoR7/aEzitS0Nuyyjq8+IXs1sSSU0dl2+yGSmELxVeB6FelA==",
)
UNLOCK = Package(
    "@unlock-protocol/contracts",
    "0.0.34",
    "Sjgn8C3zKGdnGKfcoR4ejz1YgfQLYuHbtcZrK35N6FfPZQoL9jbWiyhIhxavb5bpRmXnLxnlh6vykEgCGIwjSg==",
)
SUPERFLUID = Package(
    "@superfluid-finance/ethereum-contracts",
    "1.15.2",
    "pvNZvjR72VNdVsUyk0AEsyU8nhk3ClFI9IDfpDVgHaeupugUzrtrsWAwr8s9iAbNgC7uS4e3/kz1Afd+aK5H7Q==",
)
OPENZEPPELIN = Package(
    "@openzeppelin/contracts",
    "4.9.6",
    "xSmezSupL+y9VkHZJGDoCBpmnB2ogM13ccaYDWqJTfS3dbuHkgjuwDFUmaFauBCboQMGB/S5UqUl2y54X99BmA==",
)
UNISWAP = Package(
    "@uniswap/merkle-distributor",
    "1.0.1",
    "5gDiTI5hrXIh5UWTrxKYjw30QQDnpl8ckDSpefldNenDlYO1RKkdUYMYpvrqGi2r7YzLYTlO6+TDlNs6O7hDRw==",
)
PACKAGES = (EAS, UNLOCK, OPENZEPPELIN, SUPERFLUID, UNISWAP)


def main() -> int:
    """Measure, then print, keep or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="What others' contracts cost for the same work.")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    parser.add_argument("--check", action="store_true", help="compare with docs/performance.md")
    options = parser.parse_args()
    try:
        hard_fork, comparisons = measure()
    except PeersError as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    if options.write:
        DOCUMENT.write_text(documented(hard_fork, comparisons), encoding="utf-8")
    if options.json:
        print(json.dumps([asdict(each) | {"ratio": each.ratio} for each in comparisons]))
    else:
        Console().print(table(hard_fork, comparisons))
    if options.check and DOCUMENT.read_text(encoding="utf-8") != documented(hard_fork, comparisons):
        print("peers: docs/performance.md differs: `benchmarks/peers.py --write`", file=sys.stderr)
        return 1
    return 0


def documented(hard_fork: str, comparisons: Sequence[Comparison]) -> str:
    """The document with these figures in place of its own."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    rows = [
        f"| {each.operation} | {each.peer} | {each.peer_gas:,} | {each.licet_operation} | {each.licet_gas:,} "
        f"| {each.ratio:,.2f} |"
        for each in comparisons
    ]
    lines = [
        f"Hard fork: {hard_fork}. Packages: {', '.join(f'`{package}`' for package in PACKAGES)}.",
        "",
        "| operation | peer | gas | Licet | gas | peer ÷ Licet |",
        "|---|---|---:|---|---:|---:|",
        *rows,
    ]
    return before + BEGIN + "\n".join(lines) + "\n" + END + after


def table(hard_fork: str, comparisons: Sequence[Comparison]) -> Table:
    """The figures for people."""
    result = Table(title=f"Gas of whole transactions; hard fork {hard_fork}")
    for name in ("operation", "peer", "gas", "Licet", "gas", "peer ÷ Licet"):
        result.add_column(name, justify="right" if name in ("gas", "peer ÷ Licet") else "left")
    for each in comparisons:
        ours = each.licet_operation.replace("`", "")
        figures = f"{each.peer_gas:,}", f"{each.licet_gas:,}", f"{each.ratio:,.2f}"
        result.add_row(each.operation, each.peer, figures[0], ours, *figures[1:])
    return result


def measure() -> tuple[str, list[Comparison]]:
    """The hard fork, and all comparisons, on a fresh chain."""
    with LocalNode() as node:
        bench = Bench.start(node.url)
        # In gas.py's order, so that the figures are its own.
        ours = {**registering(bench), **buying(bench), **paying(bench), **claiming(bench)}
        hard_fork: str = ask(bench.web3, "anvil_nodeInfo")["hardFork"]
        # Superfluid writes the time down: blocks must not share a second by chance.
        ask(bench.web3, "anvil_setBlockTimestampInterval", BLOCK_SECONDS)
        return hard_fork, [
            *attesting(bench, ours),
            *selling(bench, ours),
            *sharing(bench, ours),
            *distributing(bench, ours),
        ]


# ---- contracts as others compiled them ----


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer's contract, called by one account."""

    chain: Chain
    abi: Abi
    address: Address

    def send(self, function: str, *arguments: object) -> Receipt:
        """A transaction. Raises as `Chain.send` does."""
        return self.chain.send(self.abi, self.address, function, *arguments)

    def call(self, function: str, *arguments: object) -> Any:
        """A view. Raises as `Chain.call` does."""
        return self.chain.call(self.abi, self.address, function, *arguments)

    def by(self, chain: Chain) -> Peer:
        """The same contract, called by another account."""
        return Peer(chain, self.abi, self.address)

    def logged(self, receipt: Receipt, event: str) -> dict[str, Any]:
        """The arguments of an event of this interface in a receipt, whoever logged it."""
        return next(
            decoded[1]
            for log in receipt.logs
            if (decoded := self.abi.decode_log(log.topics, log.data)) is not None and decoded[0] == event
        )


@dataclass(frozen=True, slots=True)
class Maker:
    """Deploys the contracts of one package.

    Attributes:
        web3: to put code on the chain by the node's own means.
        chain: for whom.
        artifacts: by path.
        root: what the artifacts' paths lack of those that they name libraries by.
    """

    web3: Web3
    chain: Chain
    artifacts: Mapping[str, Json]
    root: str = ""

    def create(self, path: str, *arguments: object, **arity: int) -> tuple[Peer, Receipt]:
        """Deploys a contract. `arity` picks overloaded functions by their number of inputs."""
        code = bytes.fromhex(self.artifacts[path]["bytecode"].removeprefix("0x"))
        receipt = self.chain.deploy(Artifact(path, self.abi(path, **arity), code, b"", {}), *arguments)
        return self.at(path, receipt.created or ZERO_ADDRESS, **arity), receipt

    def place(self, path: str) -> Peer:
        """Puts a contract without constructor or immutables on the chain, and the libraries that it needs.

        For scaffolding alone that only helps to deploy: some of it is larger than a chain takes (EIP-170).
        """
        code = self.artifacts[path]["deployedBytecode"].removeprefix("0x")
        for file, names in self.artifacts[path]["deployedLinkReferences"].items():
            for name, spots in names.items():
                library = self.place(f"{file.removeprefix(self.root)}/{name}").address[2:].lower()
                for start in (2 * spot["start"] for spot in spots):
                    code = code[:start] + library + code[start + len(library) :]
        address = checksum(keccak(path.encode())[12:])
        ask(self.web3, "anvil_setCode", address, "0x" + code)
        return self.at(path, address)

    def at(self, path: str, address: Address, **arity: int) -> Peer:
        """A contract that stands already."""
        return Peer(self.chain, self.abi(path, **arity), address)

    def abi(self, path: str, **arity: int) -> Abi:
        """The interface in an artifact."""
        return Abi(
            entry
            for entry in self.artifacts[path]["abi"]
            if entry["type"] != "function"
            or len(entry["inputs"]) == arity.get(entry["name"], len(entry["inputs"]))
        )


def ask(web3: Web3, method: str, *arguments: object) -> Any:
    """What the local node answers to one of its own methods."""
    return web3.provider.make_request(method, list(arguments))["result"]  # type: ignore[arg-type]


# ---- registering: EAS ----


def attesting(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """Works put on record, by the Ethereum Attestation Service and by Licet."""
    maker = Maker(bench.web3, bench.licensor.chain, EAS.artifacts("artifacts/contracts"))
    schemas, _ = maker.create("SchemaRegistry.sol/SchemaRegistry")
    eas, _ = maker.create("EAS.sol/EAS", schemas.address)
    receipt = schemas.send("register", "bytes32 content,string uri", ZERO_ADDRESS, True)
    schema = schemas.logged(receipt, "Registered")["uid"]

    def attestation(name: str) -> tuple[Any, ...]:
        data = encode(["bytes32", "string"], [hash_bytes(sha256(name.encode())), URI])
        return ZERO_ADDRESS, 0, True, ZERO_HASH, data, 0

    hashes = [sha256(f"work {i}".encode()) for i in range(WORKS)]
    records = [attestation(f"work {i}") for i in range(WORKS)]
    first = eas.by(bench.licensee.chain).send("attest", (schema, attestation("a"))).gas_used
    later = eas.by(bench.licensee.chain).send("attest", (schema, attestation("b"))).gas_used
    bare = eas.send("timestamp", sha256(b"c")).gas_used
    root = eas.send("timestamp", sha256(b"d")).gas_used
    # In as many transactions as EIP-7825's cap on each asks for.
    many_bare = sum(eas.send("multiTimestamp", part).gas_used for part in parts(hashes, 500))
    many = sum(eas.send("multiAttest", [(schema, part)]).gas_used for part in parts(records, 60))

    def row(operation: str, call: str, gas: int, name: str) -> Comparison:
        return Comparison(operation, f"EAS {call}", gas, f"`{name}`", ours[name]["gas"])

    yield row("register a work: bare hash, holder's later", "timestamp", bare, "register_work_repeat")
    yield row("register a work: hash and URI, holder's first", "attest", first, "register_work_first")
    yield row("register a work: hash and URI, holder's later", "attest", later, "register_work_repeat")
    yield row(f"register {WORKS:,} works: one root", "timestamp", root, "register_catalog")
    yield row(f"register {WORKS:,} works: bare hashes", "multiTimestamp", many_bare, "register_catalog")
    yield row(f"register {WORKS:,} works: hash and URI each", "multiAttest", many, "register_catalog")


def parts(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items, so many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


# ---- selling: Unlock ----


def selling(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """A license or key for a year, sold for test dollars under a standing, unlimited allowance."""
    maker = Maker(bench.web3, bench.licensor.chain, UNLOCK.artifacts("dist/abis"))
    lock = new_lock(bench, maker)
    bench.dollar.approve(lock.address, ALL)
    buyer = bench.licensee.chain

    def buy(recipient: Address = buyer.account) -> int:
        purchase = (PRICE, recipient, ZERO_ADDRESS, ZERO_ADDRESS, ZERO_ADDRESS, b"", 0)
        return lock.by(buyer).send("purchase", [purchase]).gas_used

    buy(bench.licensor.chain.account)  # the lock's very first, as in gas.py
    for state, name in (("first", "buy_first"), ("later", "buy_repeat")):
        operation = f"sell a license in ERC-20: licensee's {state}"
        yield Comparison(operation, "Unlock purchase", buy(), f"`{name}`", ours[name]["gas"])


def new_lock(bench: Bench, maker: Maker) -> Peer:
    """Unlock's newest lock, priced in test dollars. Unlock stands behind a proxy, since it starts only so."""
    account, admin = bench.licensor.chain.account, PAYEE
    code, _ = maker.create("Unlock/UnlockV14")
    proxies = Maker(maker.web3, maker.chain, OPENZEPPELIN.artifacts("build/contracts"))
    start = code.abi.encode_call("initialize", (account,))
    proxy, _ = proxies.create("TransparentUpgradeableProxy", code.address, admin, start)
    unlock = Peer(maker.chain, code.abi, proxy.address)
    template, _ = maker.create("PublicLock/PublicLockV15", initialize=6, purchase=1)
    unlock.send("addLockTemplate", template.address, 15)
    unlock.send("setLockTemplate", template.address)
    terms = (account, YEAR, bench.dollar.address, PRICE, ALL, "Benchmark")
    receipt = unlock.send("createUpgradeableLock", template.abi.encode_call("initialize", terms))
    lock = Peer(unlock.chain, template.abi, unlock.logged(receipt, "NewLock")["newLockAddress"])
    lock.send("updateLockConfig", YEAR, ALL, 10)  # more than one key a holder
    return lock


# ---- sharing: OpenZeppelin's PaymentSplitter, Superfluid ----


@dataclass(frozen=True, slots=True)
class Payout:
    """Gas of paying holders who have been paid before.

    Attributes:
        set_up: once, before the first payment.
        pay: the payer's part.
        collect: of all else that hands each holder the token, a transaction each.
        collect_at_once: the same in one transaction, where the contract can.
        connect: once, what the holders themselves must do to be paid without collecting.
    """

    set_up: int
    pay: int
    collect: int
    collect_at_once: int = 0
    connect: int = 0


def sharing(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """A payment to 2, 10 and 100 holders, all of whom have been paid before."""
    payer = bench.licensee.chain
    holders = {size: [funded_holder(payer, f"{size}/{i}") for i in range(size)] for size in HOLDERS}
    vaults = {size: vault_payout(bench, split_of(chains)) for size, chains in holders.items()}
    splitters = {size: splitter_payout(bench, split_of(chains)) for size, chains in holders.items()}
    superfluid = Superfluid.start(bench)
    pools = {size: pool_payout(payer, superfluid, chains) for size, chains in holders.items()}

    most, made = HOLDERS[-1], "`deploy_vault`, holders published"
    connected = pools[most].set_up + pools[most].connect
    for peer, gas in (
        ("PaymentSplitter deployed", splitters[most].set_up),
        ("Superfluid pool, units for each holder", pools[most].set_up),
        ("Superfluid pool, units for each holder, each connects", connected),
    ):
        yield Comparison(f"set up a split of {most} holders", peer, gas, made, vaults[most].set_up)

    steady = ours["pay_vault_steady"]["gas"]
    for size in HOLDERS:
        operation = f"pay {size} holders: payer's part"
        yield Comparison(operation, "PaymentSplitter paid", splitters[size].pay, "`pay_vault_steady`", steady)
        yield Comparison(operation, "Superfluid distribute", pools[size].pay, "`pay_vault_steady`", steady)
    for size in HOLDERS:
        yield from collecting(size, vaults[size], splitters[size], pools[size])


def funded_holder(payer: Chain, name: str) -> Chain:
    """An account of its own, with native coin for its gas."""
    holder = payer.with_signer(LocalSigner.from_key(sha256(name.encode())))
    payer.pay(holder.account, 10**18)
    return holder


def split_of(holders: Sequence[Chain]) -> SumTree:
    """Equal shares."""
    return SumTree([(holder.account, SHARE) for holder in holders])


def collecting(size: int, vault: Payout, splitter: Payout, pool: Payout) -> Iterator[Comparison]:
    """A payment up to the holders' wallets; ours a transaction a claim, and all claims in one transaction."""
    claims = f"paid, {size} claims", vault.pay + vault.collect
    at_once = f"paid, {size} claims in one transaction", vault.pay + vault.collect_at_once
    operation = f"pay {size} holders: token in each wallet"
    released = f"PaymentSplitter paid, {size} releases", splitter.pay + splitter.collect
    unwrapped = f"Superfluid wrap, distribute, {size} unwraps", pool.pay + pool.collect
    yield Comparison(operation, *released, *claims)
    yield Comparison(operation, *released, *at_once)
    yield Comparison(operation, *unwrapped, *at_once)
    operation = f"pay {size} holders: wrapped token will do"
    yield Comparison(operation, "Superfluid distribute", pool.pay, *at_once)


def vault_payout(bench: Bench, tree: SumTree) -> Payout:
    """Licet's: the second payment, claims pushed one by one; then a third, claimed at once."""
    vaults = bench.licensee.vaults
    published = vaults.publish(tree.root, payees=list(tree.shares.items())).gas_used
    deployed = vaults.deploy(tree.root).gas_used
    vault = vaults.vault_of(tree.root)
    claims = [VaultClaim(tree.root, bench.dollar.address, payee, tree.proof(payee)) for payee in tree.shares]
    bench.dollar.transfer(vault, DUST)
    for _ in range(2):
        pay = bench.dollar.transfer(vault, PAYMENT).gas_used
        collect = sum(vaults.claim_from(vault, claim).gas_used for claim in claims)
    bench.dollar.transfer(vault, PAYMENT)
    return Payout(published + deployed, pay, collect, collect_at_once=vaults.claim(claims).gas_used)


def splitter_payout(bench: Bench, tree: SumTree) -> Payout:
    """PaymentSplitter's: the second payment, released to each holder."""
    maker = Maker(bench.web3, bench.licensee.chain, OPENZEPPELIN.artifacts("build/contracts"))
    holders, shares = list(tree.shares), list(tree.shares.values())
    splitter, created = maker.create("PaymentSplitter", holders, shares, release=2)
    bench.dollar.transfer(splitter.address, DUST)
    for _ in range(2):
        pay = bench.dollar.transfer(splitter.address, PAYMENT).gas_used
        collect = sum(splitter.send("release", bench.dollar.address, each).gas_used for each in holders)
    return Payout(created.gas_used, pay, collect)


ERC1820 = Address("0x1820a4B7618BdE71Dce8cdc73aAB6C95905faD24")
"""Where every chain has ERC-1820's registry, by its standard; Superfluid's tokens ask for it."""


@dataclass(frozen=True, slots=True)
class Superfluid:
    """Superfluid, deployed by its own deployer, with wrapped test dollars.

    Attributes:
        host: what agreements are called through.
        agreement: the one of general distribution, which pools belong to.
        token: the wrapped test dollar.
        pool: the interface of a pool.
    """

    host: Peer
    agreement: Peer
    token: Peer
    pool: Abi

    @classmethod
    def start(cls, bench: Bench) -> Superfluid:
        """Deploys all of it, for the licensee, who may wrap without limit."""
        chain = bench.licensee.chain
        creation = bytes.fromhex(SUPERFLUID.artifacts("dev-scripts/artifacts")["ERC1820Registry"]["bin"])
        created = chain.deploy(Artifact("ERC1820Registry", Abi(()), creation, b"", {})).created
        code = chain.code(created or ZERO_ADDRESS)
        ask(bench.web3, "anvil_setCode", ERC1820, "0x" + code.hex())
        maker = Maker(bench.web3, chain, SUPERFLUID.artifacts("build/hardhat/contracts"), "contracts/")
        deployer = maker.place("utils/SuperfluidFrameworkDeployer.t.sol/SuperfluidFrameworkDeployer")
        for step in range(deployer.call("getNumSteps")):
            deployer.send("executeStep", step)
        found = deployer.call("getFramework")
        factories, semi_upgradable = "superfluid/SuperTokenFactory.sol/SuperTokenFactory", 1
        factory = maker.at(factories, found["superTokenFactory"], createERC20Wrapper=6)
        wrapping = (bench.dollar.address, 6, semi_upgradable, "Wrapped dollar", "TUSDx", ZERO_ADDRESS)
        wrapped = factory.logged(factory.send("createERC20Wrapper", *wrapping), "SuperTokenCreated")["token"]
        bench.dollar.approve(wrapped, ALL)
        general = "agreements/gdav1/GeneralDistributionAgreementV1.sol/GeneralDistributionAgreementV1"
        return cls(
            maker.at("superfluid/Superfluid.sol/Superfluid", found["host"]),
            maker.at(general, found["gda"]),
            maker.at("superfluid/SuperToken.sol/SuperToken", wrapped),
            maker.abi("agreements/gdav1/SuperfluidPool.sol/SuperfluidPool"),
        )

    def agree(self, chain: Chain, function: str, *arguments: object) -> Receipt:
        """Calls the agreement as an account; the context, its last argument, is the host's to fill in."""
        data = self.agreement.abi.encode_call(function, (*arguments, b""))
        return self.host.by(chain).send("callAgreement", self.agreement.address, data, b"")


def pool_payout(payer: Chain, superfluid: Superfluid, holders: Sequence[Chain]) -> Payout:
    """A pool's second distribution: the payer wraps and distributes, each connected holder unwraps."""
    token, pools, agree = superfluid.token, superfluid.agreement, superfluid.agree
    only_admin_moves_units, anyone_pays = False, True
    created = pools.send("createPool", token.address, payer.account, (only_admin_moves_units, anyone_pays))
    pool = Peer(payer, superfluid.pool, pools.logged(created, "PoolCreated")["pool"])
    units = sum(pool.send("updateMemberUnits", holder.account, SHARE).gas_used for holder in holders)
    connect = sum(agree(holder, "connectPool", pool.address).gas_used for holder in holders)
    token.send("upgrade", DOLLAR_18)  # stays behind, as dust does
    due = SHARE * DOLLAR_18
    amount = len(holders) * due
    for _ in range(2):
        wrap = token.send("upgrade", amount).gas_used
        pay = agree(payer, "distribute", token.address, payer.account, pool.address, amount).gas_used
        unwrap = sum(token.by(holder).send("downgrade", due).gas_used for holder in holders)
    return Payout(created.gas_used + units, pay, wrap + unwrap, connect=connect)


# ---- claiming: Uniswap's MerkleDistributor ----


def distributing(bench: Bench, ours: Figures) -> Iterator[Comparison]:
    """A payee's claim out of a distribution to many; all payees had the token before."""
    maker = Maker(bench.web3, bench.licensee.chain, UNISWAP.artifacts("build"))
    peer, equal, other = "Uniswap claim", "paid again in equal shares", "paid again in other shares"
    for name, depth, payees in (("1024", 10, "1,024 payees"), ("1m", 20, "1 M payees")):
        opened, claimed = distributor_claim(bench, maker, depth)
        steady = f"claim_{name}_steady"
        first = first_claim(bench, depth)
        yield Comparison(f"claim, {payees} paid once", peer, claimed, "first claim", first)
        yield Comparison(f"claim, {payees} {equal}", peer, claimed, f"`{steady}`", ours[steady]["gas"])
    peer = "Uniswap distributor deployed, paid"
    pay, new = ours["pay_vault_steady"]["gas"], ours["deploy_vault"]["gas"] + ours["pay_vault_first"]["gas"]
    yield Comparison(f"any number of payees {equal}", peer, opened, "`pay_vault_steady`", pay)
    yield Comparison(f"any number of payees {other}", peer, opened, "`deploy_vault`, `pay_vault_first`", new)


OTHER = checksum(keccak(b"other payee")[12:])
"""Shares `PAYEE`'s word of Uniswap's bitmap, and `PAYEE`'s vault; claims before."""


def distributor_claim(bench: Bench, maker: Maker, depth: int) -> tuple[int, int]:
    """Gas of opening a distribution, and of `PAYEE`'s claim with its word of the bitmap written.

    Of the tree only the path is made, of `OTHER` and `PAYEE` side by side: no hash can tell.
    """
    above = [keccak(bytes([level])) for level in range(1, depth)]
    leaves = [
        keccak(index.to_bytes(32) + address_bytes(payee) + PAYMENT.to_bytes(32))
        for index, payee in enumerate((OTHER, PAYEE))
    ]

    def proof(sibling: bytes) -> list[Hash32]:
        return [hash32(node) for node in (sibling, *above)]

    root = leaves[0]
    for sibling in (leaves[1], *above):
        root = keccak(min(root, sibling) + max(root, sibling))
    distributor, created = maker.create("MerkleDistributor", bench.dollar.address, hash32(root))
    funded = bench.dollar.transfer(distributor.address, 3 * PAYMENT)
    distributor.send("claim", 0, OTHER, PAYMENT, proof(leaves[1]))
    claimed = distributor.send("claim", 1, PAYEE, PAYMENT, proof(leaves[0]))
    return created.gas_used + funded.gas_used, claimed.gas_used


def first_claim(bench: Bench, depth: int) -> int:
    """Gas of `PAYEE`'s first claim from a vault that `OTHER` has claimed from; a path alone, likewise."""
    vaults, token = bench.licensee.vaults, bench.dollar.address
    pair = SumTree([(OTHER, SHARE), (PAYEE, SHARE)])
    above = tuple(SumNode(sha256(bytes([level])), SHARE << level) for level in range(1, depth))
    left = 0x55554 & (1 << depth) - 1

    def proof(payee: Address) -> SumProof:
        bottom = pair.proof(payee)
        return SumProof(bottom.share, bottom.siblings + above, bottom.sides | left)

    root = sum_root(PAYEE, proof(PAYEE))[0]
    vault = vaults.vault_of(root)
    vaults.deploy(root)
    bench.dollar.transfer(vault, PAYMENT)
    vaults.claim_from(vault, VaultClaim(root, token, OTHER, proof(OTHER)))
    return vaults.claim_from(vault, VaultClaim(root, token, PAYEE, proof(PAYEE))).gas_used


if __name__ == "__main__":
    sys.exit(main())
