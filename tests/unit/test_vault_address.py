"""Vaults' addresses and code, computed without a node; tests/integration compares them with the factory's."""

from typing import Any

import pytest

from licet.contracts.vaults import root_in_code, vault_address, vault_code
from licet.trees.hashing import checksum, keccak
from licet.types import Address, hash32

FACTORY = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
IMPLEMENTATION = Address("0xa16E02E87b7454126E5E10d957A927A7F5B5d2be")
ROOT = hash32(bytes(range(32)))


def test_the_address_follows_from_root_implementation_and_factory() -> None:
    """CREATE2 (EIP-1014), salt 0, of a creation code that returns the vault's code."""
    creation = bytes.fromhex("61004d3d81600a3d39f3") + vault_code(ROOT, IMPLEMENTATION)
    digest = keccak(b"\xff" + bytes.fromhex(FACTORY[2:]) + bytes(32) + keccak(creation))
    assert vault_address(ROOT, IMPLEMENTATION, FACTORY) == checksum(digest[12:])


def test_the_length_in_the_creation_code_is_the_codes() -> None:
    assert len(vault_code(ROOT, IMPLEMENTATION)) == 0x4D


@pytest.mark.parametrize("part", ["root", "implementation", "factory", "salt"])
def test_each_part_counts(part: str) -> None:
    parts: dict[str, Any] = {"root": ROOT, "implementation": IMPLEMENTATION, "factory": FACTORY}
    other: dict[str, Any] = {
        "root": hash32(b"\x01" * 32),
        "implementation": FACTORY,
        "factory": IMPLEMENTATION,
        "salt": ROOT,
    }
    assert vault_address(**parts) != vault_address(**{**parts, part: other[part]})


def test_the_root_is_read_from_a_vaults_code() -> None:
    assert root_in_code(vault_code(ROOT, IMPLEMENTATION), IMPLEMENTATION) == ROOT


@pytest.mark.parametrize(
    "code",
    [
        b"",
        bytes(31),
        bytes(77),
        vault_code(ROOT, FACTORY),
        vault_code(ROOT, IMPLEMENTATION) + b"\x00",
        b"\x00" + vault_code(ROOT, IMPLEMENTATION),
        vault_code(ROOT, IMPLEMENTATION)[:-1],
    ],
)
def test_any_other_code_is_no_vaults(code: bytes) -> None:
    assert root_in_code(code, IMPLEMENTATION) is None
