"""The compiled contracts that the package ships."""

from dataclasses import replace

import pytest

from licet.chain.compiled.artifacts import ARTIFACT_NAMES, artifact
from licet.errors import DeploymentError


@pytest.mark.parametrize("name", ARTIFACT_NAMES)
def test_each_is_whole(name: str) -> None:
    contract = artifact(name)
    assert contract.name == name
    assert contract.abi.functions
    assert len(contract.bytecode) > len(contract.deployed_bytecode) > 0


@pytest.mark.parametrize("name", ARTIFACT_NAMES)
def test_each_fits_on_chain(name: str) -> None:
    assert len(artifact(name).deployed_bytecode) <= 24_576  # EIP-170
    assert len(artifact(name).bytecode) <= 49_152  # EIP-3860


@pytest.mark.parametrize("name", ARTIFACT_NAMES)
def test_immutables_stand_where_there_are_zeros(name: str) -> None:
    contract = artifact(name)
    for places in contract.immutables.values():
        for start, length in places:
            assert contract.deployed_bytecode[start : start + length] == bytes(length)


def test_immutables_are_filled_in_everywhere() -> None:
    contract = artifact("RoyaltyVaultFactory")
    value = int.from_bytes(b"\xab" * 20)
    code = contract.runtime_code({"implementation": value})
    places = contract.immutables["implementation"]
    assert all(int.from_bytes(code[start : start + length]) == value for start, length in places)
    filled = sum(length for _, length in places)
    same = sum(a == b for a, b in zip(code, contract.deployed_bytecode, strict=True))
    assert len(code) - same <= filled


def test_values_that_are_no_immutables_change_nothing() -> None:
    contract = artifact("TestDollar")
    assert contract.runtime_code({"else": 5}) == contract.deployed_bytecode


def test_a_missing_value_is_named() -> None:
    with pytest.raises(DeploymentError, match=r"RoyaltyVaultFactory has immutables of unknown value: .*impl"):
        artifact("RoyaltyVaultFactory").runtime_code({})


def test_a_place_that_appears_later_is_noticed() -> None:
    contract = replace(artifact("RoyaltyVault"), immutables={"new": ((0, 32),)})
    with pytest.raises(DeploymentError, match="new"):
        contract.runtime_code({})
