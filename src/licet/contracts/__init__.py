"""Thin typed wrappers of the contracts: one class for each, and the events that they log."""

from dataclasses import dataclass
from typing import Self

from licet.chain.client import Chain
from licet.chain.deployments import Deployment, check_deployment, discover
from licet.contracts.assets import AssetRegistry
from licet.contracts.disputes import DisputeDesk, MultisigArbitrator
from licet.contracts.licenses import LicenseToken
from licet.contracts.statements import StatementEscrow
from licet.contracts.usage import UsageLedger
from licet.contracts.vaults import RoyaltyVaultFactory
from licet.types import Address

__all__ = [
    "AssetRegistry",
    "Contracts",
    "DisputeDesk",
    "LicenseToken",
    "MultisigArbitrator",
    "RoyaltyVaultFactory",
    "StatementEscrow",
    "UsageLedger",
]


@dataclass(frozen=True, slots=True)
class Contracts:
    """One deployment's contracts, on one chain, for one account if the chain has a signer."""

    chain: Chain
    deployment: Deployment
    assets: AssetRegistry
    licenses: LicenseToken
    vaults: RoyaltyVaultFactory
    usage: UsageLedger
    statements: StatementEscrow
    disputes: DisputeDesk

    @classmethod
    def of(cls, chain: Chain, deployment: Deployment | Address) -> Self:
        """The contracts of a deployment, or of the one that a registry belongs to, after checking their code.

        Raises:
            ChainError, DeploymentError: as `Deployment.check` and `discover`.
        """
        if isinstance(deployment, Deployment):
            check_deployment(chain, deployment)
        else:
            deployment = discover(chain, deployment)
        return cls(
            chain,
            deployment,
            AssetRegistry(chain, deployment.asset_registry),
            LicenseToken(chain, deployment.license_token),
            RoyaltyVaultFactory(chain, deployment.vault_factory),
            UsageLedger(chain, deployment.usage_ledger),
            StatementEscrow(chain, deployment.statement_escrow),
            DisputeDesk(chain, deployment.dispute_desk),
        )
