"""Others' contracts for `benchmarks/peers.py`, as their authors compiled them, and what is compared."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from gas import ROOT
from web3 import Web3

from licet.chain.client import Chain, Receipt
from licet.chain.compiled.abi import Abi
from licet.chain.compiled.artifacts import Artifact
from licet.trees.hashing import checksum, keccak
from licet.types import ZERO_ADDRESS, Address

Json: TypeAlias = dict[str, Any]
CACHE = ROOT / "build" / "peers"


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
