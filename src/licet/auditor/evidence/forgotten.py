"""What a node no longer has, said plainly, and what can be checked with it all the same."""

from collections.abc import Callable

from licet.chain.client import Block, Chain
from licet.chain.deployments import Deployment
from licet.errors import ChainError, ConnectionFailed, NodeForgot


def explained(
    error: ChainError, chain: Chain, deployment: Deployment, at: Block, *, from_index: bool
) -> ChainError:
    """The fault of a node in an audit: that it has forgotten what was asked of it, where that is the reason.

    Nodes say so in words of their own, if at all; so they are asked for something of the same kind.

    Args:
        error: the fault.
        chain: the node.
        deployment: that was audited.
        at: the block that was audited.
        from_index: whether logs were read from an index.
    """
    registry, first = deployment.asset_registry, deployment.block
    if type(error) is not ChainError:
        return error
    if not _gives(lambda: chain.balance(registry, at.number)):
        if not _has_newer(chain, deployment, at):
            return error
        newest = "once `licet index update` has come there" if from_index else "without --block"
        return NodeForgot(
            f"{error}. It does not have the state of block {at.number}, which everything is compared with: "
            f"name an archive node with --rpc, or audit at the newest block, {newest}; the state that this "
            "node has suffices to check everything there",
            block=at.number,
        )
    if from_index:
        return error
    if not _gives(lambda: [chain.block(first), *chain.logs([registry], from_block=first, to_block=first)]):
        return NodeForgot(
            f"{error}. It does not have blocks or logs as old as the deployment, {first}: name another node "
            "with --rpc, or audit from an index with --db, for which the state that this node has suffices",
            block=first,
        )
    return error


def _has_newer(chain: Chain, deployment: Deployment, at: Block) -> bool:
    """Whether a node has the state of a newer block."""
    try:
        chain.balance(deployment.asset_registry)
        return chain.block().number > at.number
    except ChainError:
        return False


def _gives(ask: Callable[[], object]) -> bool:
    """Whether a node answers a question."""
    try:
        ask()
    except ConnectionFailed:
        return True  # it does not answer anything
    except ChainError:
        return False
    return True
