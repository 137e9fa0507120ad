"""Contracts and people of Brownie's tests: compiled and deployed by Brownie, on the Anvil that it starts."""

import pytest


@pytest.fixture(scope="module")
def deployer(accounts):
    return accounts[0]


@pytest.fixture(scope="module")
def licensor(accounts):
    return accounts[1]


@pytest.fixture(scope="module")
def collector(accounts):
    return accounts[2]


@pytest.fixture(scope="module")
def stranger(accounts):
    return accounts[3]


@pytest.fixture(scope="module")
def registry(AssetRegistry, LicenseToken, RoyaltyVaultFactory, deployer):
    """The registry, deployed together with the license token: each names the other."""
    factory = deployer.deploy(RoyaltyVaultFactory)
    license_token = deployer.get_deployment_address(deployer.nonce + 1)
    registry = deployer.deploy(AssetRegistry, license_token, factory)
    assert deployer.deploy(LicenseToken, registry) == license_token
    return registry


@pytest.fixture(autouse=True)
def isolation(fn_isolation):
    """Every test starts from freshly deployed contracts."""
