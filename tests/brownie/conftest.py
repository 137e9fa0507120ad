"""Contracts and people of Brownie's tests: compiled and deployed by Brownie, on the Anvil that it starts."""

import pytest

BOND = 10**16
FEE = 10**15
TIMEOUT = 30 * 86_400


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
def arbitrator(MultisigArbitrator, deployer):
    return deployer.deploy(MultisigArbitrator, [deployer], 1, FEE)


@pytest.fixture(scope="module")
def registry(
    AssetRegistry,
    DisputeDesk,
    LicenseToken,
    RoyaltyVaultFactory,
    StatementEscrow,
    UsageLedger,
    arbitrator,
    deployer,
):
    """The registry, deployed together with the contracts that it names, and that name it."""
    factory = deployer.deploy(RoyaltyVaultFactory)
    parts = [deployer.get_deployment_address(deployer.nonce + i) for i in range(1, 5)]
    token, ledger, escrow, desk = parts
    registry = deployer.deploy(AssetRegistry, factory, token, ledger, escrow, desk)
    made = [
        deployer.deploy(LicenseToken, registry),
        deployer.deploy(UsageLedger, token),
        deployer.deploy(StatementEscrow, factory, arbitrator, BOND, TIMEOUT),
        deployer.deploy(DisputeDesk, registry, arbitrator, BOND, TIMEOUT),
    ]
    assert made == parts
    return registry


@pytest.fixture(autouse=True)
def isolation(fn_isolation):
    """Every test starts from freshly deployed contracts."""
