"""What is sent in tests of sending: payments that show on chain how often they were sent."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from licet.chain.client import Chain
from licet.chain.local.node import LocalNode
from licet.chain.sending.policy import Policy
from licet.chain.signing.transactions import Transaction
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
PAYEE = Address("0x" + "fe" * 20)
"""One for all: Anvil writes all accounts to the disk with every block."""
DEPTH = QUICK.confirmations - 1
"""No re-org is as deep as a confirmation asks."""


@contextmanager
def manual() -> Iterator[str]:
    """A node that mines when told to."""
    with LocalNode() as node:
        ask(node.url, "evm_setAutomine", False)
        ask(node.url, "anvil_mine", "0x8")
        yield node.url


def payment(number: int) -> Transaction:
    """One that shows on chain how often it was sent."""
    return Transaction(PAYEE, number + 1)


def paid_once(url: str, count: int) -> None:
    """So many payments are in the chain's blocks, none twice, and none left out."""
    chain = Chain(url)
    paid: Counter[int] = Counter()
    for number in range(chain.block().number + 1):
        block = ask(url, "eth_getBlockByNumber", hex(number), True)
        paid.update(int(tx["value"], 16) for tx in block["transactions"] if tx["to"] == PAYEE.lower())
    assert paid == Counter(range(1, count + 1))
    assert chain.balance(PAYEE) == count * (count + 1) // 2
