"""The gateway's account, which pays the gas: whoever runs the gateway is told when it cannot."""

from collections.abc import Callable
from threading import Event
from typing import Final

from licet.chain.client import Chain
from licet.errors import InsufficientBalance, LicetError

LOOK_SECONDS: Final = 60.0
"""How often it looks."""

_SETTLEMENT_GAS: Final = 100_000
"""About what a payment takes to be settled."""


def watch_gas(
    chain: Chain, stop: Event, tell: Callable[[LicetError], None], seconds: float = LOOK_SECONDS
) -> None:
    """Tells when the account cannot pay for one more settlement; once, until it can again.

    Args:
        chain: with the account's signer.
        stop: says when to stop.
        tell: is told, and of a chain that is away.
        seconds: how long to wait between two looks.
    """
    told = False
    while not stop.is_set():
        try:
            empty = is_empty(chain)
            if empty and not told:
                tell(
                    InsufficientBalance(
                        f"{chain.account} has too little native coin on chain {chain.chain_id} to pay for "
                        "gas: payments and sales are answered 503, nothing is anchored, until it has some",
                        payer=chain.account,
                    )
                )
            told = empty
        except LicetError as error:
            tell(error)
        stop.wait(seconds)


def is_empty(chain: Chain) -> bool:
    """Whether the account has less native coin than a settlement may take now.

    Raises:
        ChainError: the node does not answer.
    """
    return chain.balance(chain.account) < _SETTLEMENT_GAS * chain.fees().most
