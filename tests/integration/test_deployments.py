"""Deploying, noting down, and finding out whether the contracts on a chain are the ones that were shipped."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import Deployment, check_deployment, create_address, deploy, discover
from licet.chain.local.node import LocalNode
from licet.contracts import Contracts
from licet.errors import (
    DeploymentError,
    InputError,
    LicetError,
    NotAContract,
    NotARegistry,
    OnlyLocalChains,
    WrongChain,
)
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, hash32
from tests.integration.conftest import DEPLOYER, Network, Party, created, development_signer

pytestmark = pytest.mark.integration


PARTS = ("license_token", "vault_factory", "usage_ledger", "statement_escrow", "dispute_desk")
CODES = (
    "AssetRegistry",
    "LicenseToken",
    "RoyaltyVaultFactory",
    "RoyaltyVault",
    "UsageLedger",
    "StatementEscrow",
    "DisputeDesk",
)


@pytest.fixture
def deployment(network: Network) -> Deployment:
    return network.deployment


@pytest.fixture
def chain(network: Network) -> Chain:
    return network.chain()


# Deploying.


def test_a_deployment_is_found_by_its_registry_alone(chain: Chain, deployment: Deployment) -> None:
    found = discover(chain, deployment.asset_registry)
    assert found == replace(deployment, test_dollar=None)


def test_the_block_noted_is_the_registrys() -> None:
    """On a fresh node: one that served many tests has forgotten the states of its first blocks."""
    with LocalNode() as node:
        chain = Chain(node.url, development_signer(DEPLOYER))
        deployment = deploy(chain)
        assert not chain.code(deployment.asset_registry, deployment.block - 1)
        assert chain.code(deployment.asset_registry, deployment.block)


def test_the_hashes_noted_are_those_of_the_code(chain: Chain, deployment: Deployment) -> None:
    for name, address in (
        ("AssetRegistry", deployment.asset_registry),
        ("LicenseToken", deployment.license_token),
        ("RoyaltyVaultFactory", deployment.vault_factory),
        ("RoyaltyVault", deployment.vault_implementation),
        ("UsageLedger", deployment.usage_ledger),
        ("StatementEscrow", deployment.statement_escrow),
        ("DisputeDesk", deployment.dispute_desk),
    ):
        assert deployment.code_hashes[name] == hash32(keccak(chain.code(address)))


def test_deploying_again_does_nothing(stranger: Party, deployment: Deployment) -> None:
    sent = stranger.chain.nonce(stranger.address)
    assert deploy(stranger.chain, deployment) == deployment
    assert stranger.chain.nonce(stranger.address) == sent


def test_a_deployment_that_a_restarted_chain_forgot_is_made_anew(
    stranger: Party, deployment: Deployment
) -> None:
    forgotten = replace(deployment, asset_registry=create_address(stranger.address, 10_000))
    made = deploy(stranger.chain, forgotten)
    assert made.asset_registry not in (forgotten.asset_registry, deployment.asset_registry)
    check_deployment(stranger.chain, made)


def test_two_deployments_do_not_know_each_other(
    stranger: Party, licensor: Party, work: Path, deployment: Deployment
) -> None:
    other = Contracts.of(stranger.chain, deploy(stranger.chain))
    registered = licensor.sells.register_work(work)
    with pytest.raises(LicetError, match="is not registered"):
        other.assets.deed(registered.asset_id)


def test_a_deployment_disturbed_by_another_transaction_is_refused(
    stranger: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = stranger.chain.deploy

    def deploy_and_meddle(*arguments: object) -> object:
        receipt = made(*arguments)  # type: ignore[arg-type]
        if arguments[0] is artifact("AssetRegistry"):
            stranger.chain.pay(stranger.address, 0)
        return receipt

    monkeypatch.setattr(stranger.chain, "deploy", deploy_and_meddle)
    with pytest.raises(DeploymentError, match="another transaction of the deploying account"):
        deploy(stranger.chain)


def test_the_test_dollar_is_for_local_chains_alone(stranger: Party) -> None:
    stranger.network.rpc("anvil_setChainId", 10)
    try:
        chain = Chain(stranger.network.url)
        assert chain.chain_id == 10
        data = "0x" + artifact("TestDollar").bytecode.hex()
        with pytest.raises(OnlyLocalChains, match="name a real currency") as caught:
            chain._ask_contract({"data": data}, "latest")  # noqa: SLF001
        assert caught.value.facts == {"chainId": 10}
    finally:
        stranger.network.rpc("anvil_setChainId", 31337)


# The file.


def test_a_deployment_is_read_as_it_was_written(deployment: Deployment, tmp_path: Path) -> None:
    path = tmp_path / "new" / "31337.json"
    deployment.save(path)
    assert Deployment.load(path) == deployment


def test_a_deployment_without_a_test_dollar_is_read_too(deployment: Deployment, tmp_path: Path) -> None:
    path = tmp_path / "1.json"
    replace(deployment, test_dollar=None).save(path)
    assert Deployment.load(path).test_dollar is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", "7", '"x"', "\x00"])
def test_a_file_that_is_no_deployment_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "31337.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"31337\.json is not a deployment file: "):
        Deployment.load(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("asset_registry", "0x12"),
        ("license_token", None),
        ("vault_factory", 5),
        ("chain_id", "x"),
        ("block", None),
        ("code_hashes", []),
        ("code_hashes", {"AssetRegistry": "0x12"}),
        ("test_dollar", "nobody"),
    ],
)
def test_a_file_with_a_broken_field_is_named(
    deployment: Deployment, tmp_path: Path, field: str, value: object
) -> None:
    path = tmp_path / "31337.json"
    deployment.save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    with pytest.raises(InputError, match=r"31337\.json is not a deployment file"):
        Deployment.load(path)


@pytest.mark.parametrize("place", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Deployment.load(tmp_path / place)


# Whether it is what it says.


def test_a_node_on_another_chain(chain: Chain, deployment: Deployment) -> None:
    with pytest.raises(WrongChain, match="name a node of the deployment's chain") as caught:
        Contracts.of(chain, replace(deployment, chain_id=8453))
    assert caught.value.facts == {"expected": 8453, "actual": 31337}


@pytest.mark.parametrize("name", CODES)
def test_a_wrong_code_hash_in_the_file(chain: Chain, deployment: Deployment, name: str) -> None:
    altered = replace(deployment, code_hashes=dict(deployment.code_hashes) | {name: ZERO_HASH})
    with pytest.raises(DeploymentError, match=f"{name} has the code hash {ZERO_HASH}"):
        Contracts.of(chain, altered)


def test_a_code_hash_missing_in_the_file(chain: Chain, deployment: Deployment) -> None:
    with pytest.raises(DeploymentError, match="of another deployment, or was altered"):
        Contracts.of(chain, replace(deployment, code_hashes={}))


@pytest.mark.parametrize("name", [*PARTS, "vault_implementation", "arbitrator"])
def test_a_file_that_leads_to_somebody_elses_contract(
    chain: Chain, deployment: Deployment, stranger: Party, name: str
) -> None:
    other: dict[str, Any] = {name: stranger.address}
    elsewhere = replace(deployment, **other)
    with pytest.raises(DeploymentError, match=f"{name} is at {stranger.address}"):
        Contracts.of(chain, elsewhere)


def test_a_file_that_leads_to_another_sound_deployment_of_the_token(
    stranger: Party, deployment: Deployment
) -> None:
    other = deploy(stranger.chain)
    with pytest.raises(DeploymentError, match="license_token is at"):
        Contracts.of(stranger.chain, replace(deployment, license_token=other.license_token))


def test_a_file_with_a_later_block_would_hide_what_was_before(chain: Chain, deployment: Deployment) -> None:
    with pytest.raises(DeploymentError, match="was deployed in block"):
        Contracts.of(chain, replace(deployment, block=deployment.block + 1))


def test_a_file_with_another_test_dollar(chain: Chain, deployment: Deployment) -> None:
    with pytest.raises(DeploymentError, match="is not the TestDollar"):
        Contracts.of(chain, replace(deployment, test_dollar=deployment.license_token))


@pytest.mark.parametrize("of", ["address", "file"])
def test_no_contract_at_the_address(chain: Chain, deployment: Deployment, stranger: Party, of: str) -> None:
    at = stranger.address if of == "address" else replace(deployment, asset_registry=stranger.address)
    with pytest.raises(NotAContract, match="check the registry's address"):
        Contracts.of(chain, at)


@pytest.mark.parametrize("name", [*PARTS, "vault_implementation", "test_dollar"])
def test_another_contract_at_the_address(chain: Chain, deployment: Deployment, name: str) -> None:
    address: Address = getattr(deployment, name)
    with pytest.raises(NotARegistry, match=f"the contract at {address} is not a registry of Licet"):
        Contracts.of(chain, address)


def test_a_contract_that_answers_anything_is_no_registry(
    chain: Chain, raw_contract: Callable[[bytes], Address]
) -> None:
    # mstore(0, address()); return(0, 32): it says that it is everything itself.
    echo = raw_contract(bytes.fromhex("3060005260206000f3"))
    with pytest.raises(DeploymentError, match="is not the AssetRegistry that this version of Licet ships"):
        discover(chain, echo)


def registry_naming(stranger: Party, deployment: Deployment, **parts: Address) -> Address:
    """The very registry that was shipped, but with some other parts."""
    order = ("vault_factory", "license_token", "usage_ledger", "statement_escrow", "dispute_desk")
    arguments = [parts.get(name, getattr(deployment, name)) for name in order]
    return created(stranger.chain.deploy(artifact("AssetRegistry"), *arguments))


def test_a_registry_that_names_false_parts(stranger: Party, deployment: Deployment) -> None:
    """The very code that was shipped, but with a license token of the deployer's choice."""
    assert deployment.test_dollar is not None
    registry = registry_naming(stranger, deployment, license_token=deployment.test_dollar)
    with pytest.raises(DeploymentError, match="is not the LicenseToken that this version of Licet ships"):
        discover(stranger.chain, registry)


def test_a_registry_that_names_nobody(stranger: Party, deployment: Deployment) -> None:
    registry = registry_naming(stranger, deployment, license_token=ZERO_ADDRESS)
    with pytest.raises(NotAContract):
        discover(stranger.chain, registry)


@pytest.mark.parametrize("part", ["statement_escrow", "dispute_desk"])
def test_a_registry_whose_cases_nobody_decides(stranger: Party, deployment: Deployment, part: str) -> None:
    """Where the arbitrator cannot even be asked for, no registry of Licet is."""
    registry = registry_naming(stranger, deployment, **{part: deployment.license_token})
    with pytest.raises(DeploymentError, match="is not a registry of Licet"):
        discover(stranger.chain, registry)


def test_a_token_of_another_registry_is_refused(stranger: Party, deployment: Deployment) -> None:
    """Sound code on both sides, but they do not name each other."""
    registry = registry_naming(stranger, deployment)
    with pytest.raises(DeploymentError, match="is not the LicenseToken"):
        discover(stranger.chain, registry)


@pytest.mark.parametrize("name", ["asset_registry", *PARTS, "vault_implementation"])
def test_code_that_differs_in_one_bit(
    network: Network, chain: Chain, deployment: Deployment, name: str
) -> None:
    address = getattr(deployment, name)
    code = bytearray(chain.code(address))
    code[-1] ^= 1
    network.rpc("anvil_setCode", address, "0x" + code.hex())
    with pytest.raises(DeploymentError, match=r"do not trust this deployment|is not a registry"):
        discover(chain, deployment.asset_registry)
