"""From a registry's address to its whole deployment, and a deployment that was noted compared with it."""

from dataclasses import replace
from typing import Final

from licet.chain.client import Chain
from licet.chain.deployments.codes import DESK, DOLLAR, FACTORY, REGISTRY, checked_hash, code_hashes, purse_of
from licet.chain.deployments.deployment import ADDRESSES, Deployment
from licet.errors import DeploymentError, NotAContract, NotARegistry, Reverted, UnexpectedAnswer, WrongChain
from licet.types import Address

_NAMED: Final = ("licenseToken", "vaultFactory", "usageLedger", "statementEscrow", "disputeDesk")


def discover(chain: Chain, registry: Address) -> Deployment:
    """The deployment that a registry belongs to, each contract's code compared with the one shipped.

    Raises:
        NotAContract: there is no code at an address.
        NotARegistry: another program's contract stands there.
        DeploymentError: the code at an address is not the one shipped.
    """
    if not chain.code(registry):
        raise NotAContract(
            f"there is no contract at {registry} on chain {chain.chain_id}: "
            "check the registry's address, and that the node is on the right chain",
            address=registry,
        )
    try:
        named = {name: chain.call(REGISTRY.abi, registry, name) for name in _NAMED}
        block = chain.call(REGISTRY.abi, registry, "deploymentBlock")
    except (Reverted, UnexpectedAnswer) as error:
        raise NotARegistry(
            f"the contract at {registry} is not a registry of Licet: check the address", address=registry
        ) from error
    try:
        implementation = chain.call(FACTORY.abi, named["vaultFactory"], "implementation")
        arbitrator = chain.call(DESK.abi, named["disputeDesk"], "arbitrator")
        terms = {
            address: {
                "_arbitrator": int(arbitrator, 16),
                "_purse": int(purse_of(address), 16),
                **{name: chain.call(DESK.abi, address, name) for name in ("bond", "timeout")},
            }
            for address in (named["statementEscrow"], named["disputeDesk"])
        }
    except (Reverted, UnexpectedAnswer) as error:
        raise DeploymentError(
            f"the contract at {registry} is not a registry of Licet, or names others than Licet's: "
            "do not trust this deployment",
            address=registry,
        ) from error
    deployment = Deployment(
        chain_id=chain.chain_id,
        block=block,
        asset_registry=registry,
        license_token=named["licenseToken"],
        vault_factory=named["vaultFactory"],
        vault_implementation=implementation,
        usage_ledger=named["usageLedger"],
        statement_escrow=named["statementEscrow"],
        dispute_desk=named["disputeDesk"],
        arbitrator=arbitrator,
        test_dollar=None,
        code_hashes={},
    )
    return replace(deployment, code_hashes=code_hashes(chain, deployment, terms))


def check_deployment(chain: Chain, deployment: Deployment) -> None:
    """Makes sure that a chain has the very contracts of a deployment.

    Raises:
        WrongChain: the node is on another chain.
        NotAContract: there is no code at an address.
        DeploymentError: the code at an address is not the one noted here, or not the one shipped.
    """
    if chain.chain_id != deployment.chain_id:
        raise WrongChain(
            f"the deployment is on chain {deployment.chain_id}, the node at {chain.url} on {chain.chain_id}: "
            "name a node of the deployment's chain",
            expected=deployment.chain_id,
            actual=chain.chain_id,
        )
    found = discover(chain, deployment.asset_registry)
    for name, expected in found.code_hashes.items():
        _agree(f"{name} has the code hash", deployment.code_hashes.get(name), expected)
    # The hashes are of the contracts that the registry names; they say nothing of other addresses.
    for name in ADDRESSES[1:]:
        _agree(f"the {name} is at", getattr(deployment, name), getattr(found, name))
    _agree("the registry was deployed in block", deployment.block, found.block)
    if deployment.test_dollar is not None:
        checked_hash(chain, DOLLAR, deployment.test_dollar, {})


def _agree(what: str, noted: object, found: object) -> None:
    if noted != found:
        raise DeploymentError(
            f"the deployment file says that {what} {noted}, the chain says {found}: "
            "the file is of another deployment, or was altered",
            noted=noted,
            found=found,
        )
