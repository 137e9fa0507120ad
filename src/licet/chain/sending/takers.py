"""Which transaction has a nonce, found in the blocks: that a receipt is missing proves nothing."""

from licet.chain.client import Chain
from licet.errors import ChainError, ConnectionFailed
from licet.types import Address, Hash32


def taker(chain: Chain, account: Address, nonce: int, head: int) -> tuple[int, Hash32] | None:
    """The block that has an account's transaction of a nonce, and that transaction's hash.

    Looks for it with the account's nonces at past blocks; where the node has these no more, in one block
    after the other, from the newest down.

    Args:
        chain: the node.
        account: who sent it.
        nonce: which of its transactions.
        head: the newest block to look into.

    Returns:
        None if no block up to there has it, as far as the node knows.
    """
    try:
        if chain.nonce(account, head) <= nonce:
            return None
    except ConnectionFailed:
        raise
    except ChainError:
        pass  # some keep the states of no block but the newest
    low, high = _around(chain, account, nonce, head)
    for number in range(high, low, -1):
        found = chain.sent_in(number, account)
        if nonce in found:
            return number, found[nonce]
        if found and max(found) < nonce:
            break
    return None


def _around(chain: Chain, account: Address, nonce: int, head: int) -> tuple[int, int]:
    """The blocks after the first, up to the second, that may have it: one, if the node has old states."""
    low, high, step = -1, head, 1
    try:
        while low < 0 < high:
            number = max(high - step, 0)
            if chain.nonce(account, number) <= nonce:
                low = number
            elif number == 0:
                return -1, 0
            else:
                high, step = number, 2 * step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if chain.nonce(account, middle) <= nonce else (low, middle)
    except ConnectionFailed:
        raise
    except ChainError:
        pass  # it has not: what is known so far still holds
    return low, high
