"""Where the contracts are on a chain, and whether they are the contracts that this package ships.

A deployment is known by its registry's address alone: the registry names the others, and the code of each is
compared with the artifact, its immutables filled in.
"""

from licet.chain.deployments.codes import create_address
from licet.chain.deployments.deploying import Arbitration, deploy
from licet.chain.deployments.deployment import Deployment
from licet.chain.deployments.discovery import check_deployment, discover

__all__ = ["Arbitration", "Deployment", "check_deployment", "create_address", "deploy", "discover"]
