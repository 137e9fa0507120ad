"""Puts the contracts onto a chain."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from licet.chain.client import Chain, Receipt
from licet.chain.compiled.artifacts import Artifact, artifact
from licet.chain.deployments.codes import (
    DESK,
    DOLLAR,
    ESCROW,
    FACTORY,
    LEDGER,
    LICENSES,
    REGISTRY,
    create_address,
)
from licet.chain.deployments.deployment import Deployment
from licet.chain.deployments.discovery import check_deployment, discover
from licet.chain.local.development import LOCAL_CHAIN_IDS
from licet.errors import DeploymentError, NotAContract
from licet.types import Address

_ARBITRATOR: Final = artifact("MultisigArbitrator")


@dataclass(frozen=True, slots=True)
class Arbitration:
    """Who decides disputes and contests, and on what terms; fixed at deployment.

    Attributes:
        arbitrator: an ERC-792 arbitrator; if not given, one is deployed whose only owner is the deploying
            account, which is for trying out.
        bond: what a claim costs that turns out false, in wei.
        timeout: seconds after which a case that nobody ruled on lapses.
        fee: of the arbitrator that is deployed, in wei for each case.
    """

    arbitrator: Address | None = None
    bond: int = 10**16
    timeout: int = 30 * 86_400
    fee: int = 10**15


def deploy(
    chain: Chain,
    previous: Deployment | None = None,
    *,
    arbitration: Arbitration | None = None,
    progress: Callable[[str, Receipt], None] | None = None,
) -> Deployment:
    """Deploys the contracts, unless `previous` stands on this chain already.

    On local chains a test stablecoin comes with them; there, a previous deployment that a restarted chain has
    forgotten is made anew.

    Args:
        chain: where, and for which account.
        previous: the deployment noted before, if there is one.
        arbitration: who decides disputes; the defaults of `Arbitration` if not given.
        progress: called with each contract's name and transaction.

    Raises:
        WrongChain: `previous` is of another chain.
        NotAContract: `previous` has no code on a chain that is not local.
        DeploymentError: `previous` has other code than the one shipped, or another transaction of the same
            account came between the deployment's.
    """
    local = chain.chain_id in LOCAL_CHAIN_IDS
    if previous is not None:
        try:
            check_deployment(chain, previous)
        except NotAContract:
            if not local:
                raise
        else:
            return previous

    def created(contract: Artifact, *arguments: object) -> Address:
        receipt = chain.deploy(contract, *arguments)
        if receipt.created is None:
            raise DeploymentError(f"the node says nothing of where {contract.name} was created")
        if progress is not None:
            progress(contract.name, receipt)
        return receipt.created

    arbitration = arbitration or Arbitration()
    arbitrator = arbitration.arbitrator or created(_ARBITRATOR, [chain.account], 1, arbitration.fee)
    factory = created(FACTORY)
    # The registry and the others name each other: their addresses follow from the next nonces.
    nonce = chain.nonce(chain.account)
    token, ledger, escrow, desk = (create_address(chain.account, nonce + i) for i in range(1, 5))
    registry = created(REGISTRY, factory, token, ledger, escrow, desk)
    terms = (arbitrator, arbitration.bond, arbitration.timeout)
    made = (
        created(LICENSES, registry),
        created(LEDGER, token),
        created(ESCROW, factory, *terms),
        created(DESK, registry, *terms),
    )
    if made != (token, ledger, escrow, desk):
        raise DeploymentError(
            "another transaction of the deploying account came in between, so that the contracts do not name "
            "each other: deploy again, with an account that nothing else uses meanwhile"
        )
    deployment = discover(chain, registry)
    return replace(deployment, test_dollar=created(DOLLAR)) if local else deployment
