"""The compiled contracts, as shipped: interface, byte code, and where the immutables stand in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from licet.chain.abi import Abi, all_errors
from licet.errors import DeploymentError

ARTIFACT_NAMES: Final = (
    "AssetRegistry",
    "DisputeDesk",
    "LicenseToken",
    "MultisigArbitrator",
    "Purse",
    "RoyaltyVault",
    "RoyaltyVaultFactory",
    "StatementEscrow",
    "TestDollar",
    "UsageLedger",
)
"""The contracts that the package ships."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract.

    Attributes:
        name: the contract's.
        abi: how its functions, events and errors are spelled.
        bytecode: what creates it, to be followed by the constructor's arguments.
        deployed_bytecode: what stands on chain, with zeros for the immutables.
        immutables: offset and length of each place where an immutable stands, by name.
    """

    name: str
    abi: Abi
    bytecode: bytes
    deployed_bytecode: bytes
    immutables: Mapping[str, tuple[tuple[int, int], ...]]

    def runtime_code(self, values: Mapping[str, int]) -> bytes:
        """The code on chain once the immutables have these values.

        Raises:
            DeploymentError: a value is missing.
        """
        missing = set(self.immutables) - set(values)
        if missing:
            names = ", ".join(sorted(missing))
            raise DeploymentError(f"{self.name} has immutables of unknown value: {names}")
        code = bytearray(self.deployed_bytecode)
        for name, places in self.immutables.items():
            for start, length in places:
                code[start : start + length] = values[name].to_bytes(length)
        return bytes(code)


@cache
def artifact(name: str) -> Artifact:
    """The artifact of one of `ARTIFACT_NAMES`."""
    data = json.loads(files("licet.artifacts").joinpath(f"{name}.json").read_bytes())
    return Artifact(
        name=name,
        abi=Abi(data["abi"]),
        bytecode=bytes.fromhex(data["bytecode"].removeprefix("0x")),
        deployed_bytecode=bytes.fromhex(data["deployedBytecode"].removeprefix("0x")),
        immutables={
            immutable: tuple((place["start"], place["length"]) for place in places)
            for immutable, places in data["immutables"].items()
        },
    )


@cache
def known_errors() -> Abi:
    """The errors of all contracts: a call may be refused by another contract than the one called."""
    return all_errors(artifact(name).abi for name in ARTIFACT_NAMES)
