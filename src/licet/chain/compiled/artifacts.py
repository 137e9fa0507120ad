"""The compiled contracts, as shipped: interface, byte code and its immutables, and where storage has what."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from licet.chain.compiled.abi import Abi, all_errors
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
class Member:
    """Where a member of a struct stands: the slot within it, the lowest byte within that, and how many."""

    slot: int
    offset: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the compiler puts a contract's state.

    Attributes:
        variables: the slot of each state variable.
        structs: the members of each struct that is kept.
    """

    variables: Mapping[str, int]
    structs: Mapping[str, Mapping[str, Member]]

    def pack(self, struct: str, **values: int) -> tuple[int, ...]:
        """The words of a struct; what is left out is 0."""
        members = self.structs[struct]
        words = [0] * (1 + max(member.slot for member in members.values()))
        for name, value in values.items():
            member = members[name]
            words[member.slot] |= (value & _mask(member)) << 8 * member.offset
        return tuple(words)

    def unpack(self, struct: str, words: Sequence[int]) -> dict[str, int]:
        """The members of a struct, from its words."""
        return {
            name: words[member.slot] >> 8 * member.offset & _mask(member)
            for name, member in self.structs[struct].items()
        }


def _mask(member: Member) -> int:
    return (1 << 8 * member.bytes) - 1


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract.

    Attributes:
        name: the contract's.
        abi: how its functions, events and errors are spelled.
        bytecode: what creates it, to be followed by the constructor's arguments.
        deployed_bytecode: what stands on chain, with zeros for the immutables.
        immutables: offset and length of each place where an immutable stands, by name.
        layout: where its state is kept.
    """

    name: str
    abi: Abi
    bytecode: bytes
    deployed_bytecode: bytes
    immutables: Mapping[str, tuple[tuple[int, int], ...]]
    layout: Layout = field(default_factory=lambda: Layout({}, {}))

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

    def immutable(self, name: str, code: bytes) -> int:
        """The value that an immutable has in some code on chain, which must be this contract's."""
        start, length = self.immutables[name][0]
        return int.from_bytes(code[start : start + length])


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
        layout=Layout(
            data["storage"]["variables"],
            {
                struct: {label: Member(**place) for label, place in members.items()}
                for struct, members in data["storage"]["structs"].items()
            },
        ),
    )


@cache
def known_errors() -> Abi:
    """The errors of all contracts: a call may be refused by another contract than the one called."""
    return all_errors(artifact(name).abi for name in ARTIFACT_NAMES)
