"""What is sent in tests of sending: payments that show on chain how often they were sent."""

from collections.abc import Iterator
from contextlib import contextmanager

from licet.chain.client import Chain
from licet.chain.node import LocalNode
from licet.chain.progress import Policy
from licet.chain.transactions import Transaction
from licet.types import Address
from tests.integration.conftest import LICENSOR, ask, development_signer

PATIENCE = 1.0
"""How long, in seconds, a sender waits for an answer: through a troubled network, some take longer."""
ACCOUNT = development_signer(LICENSOR)
QUICK = Policy(
    confirmations=4,
    watched=32,
    again_seconds=0.5,
    stuck_seconds=1.5,
    gap_seconds=1.0,
    poll_seconds=0.02,
)
DEPTH = QUICK.confirmations - 1
"""No re-org is as deep as a confirmation asks."""


@contextmanager
def manual() -> Iterator[str]:
    """A node that mines when told to, and keeps no more than long runs need."""
    with LocalNode() as node:
        ask(node.url, "evm_setAutomine", False)
        ask(node.url, "anvil_mine", "0x8")
        yield node.url


def payee(number: int) -> Address:
    return Address(f"0x{0xFEED << 64 | number:040x}")


def payment(number: int) -> Transaction:
    """One that shows on chain how often it was sent."""
    return Transaction(payee(number), number + 1)


def paid_once(url: str, count: int) -> None:
    chain = Chain(url)
    wrong = {i: chain.balance(payee(i)) for i in range(count) if chain.balance(payee(i)) != i + 1}
    assert not wrong, "none twice, and none left out"
