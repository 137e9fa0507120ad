"""What vaults and purses have of each currency at the audited block, asked for very many at a time."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from licet.auditor.money.tokens import are_proven
from licet.chain.client import Chain
from licet.chain.rpc.batches import Call
from licet.chain.state.reading import StateReader, parts_of
from licet.contracts.currency import Currency, balance_call
from licet.errors import ChainError, ConnectionFailed, Reverted
from licet.types import ZERO_ADDRESS, Address

Balances: TypeAlias = "Mapping[tuple[Address, Address], int | ChainError]"
"""By holder and token, in the token's smallest unit; why not, where a token does not say."""

_AT_ONCE: Final = 1_000


def read_balances(chain: Chain, state: StateReader, places: Iterable[tuple[Address, Address]]) -> Balances:
    """What each holder has of a token, zero for the native coin.

    Raises:
        ChainError: the node does not have the state.
        ConnectionFailed: it does not answer.
    """
    found: dict[tuple[Address, Address], int | ChainError] = {}
    wanted = dict.fromkeys(places)
    native = [holder for holder, token in wanted if token == ZERO_ADDRESS]
    for holder, balance in zip(native, state.balances(native), strict=True):
        found[holder, ZERO_ADDRESS] = balance
    for some in parts_of((place for place in wanted if place[1] != ZERO_ADDRESS), _AT_ONCE):
        found.update(_of_tokens(chain, state.block, some))
    if state.proven:
        _prove(found, state)
    return found


def _prove(found: Balances, state: StateReader) -> None:
    """Proves what tokens say, or notes that it remains their node's word."""
    by_token: dict[Address, dict[Address, int]] = {}
    for (holder, token), balance in found.items():
        if token != ZERO_ADDRESS and not isinstance(balance, ChainError):
            by_token.setdefault(token, {})[holder] = balance
    for token, answers in by_token.items():
        if not are_proven(token, answers, state):
            state.unproven[f"what the token {token} says of balances"] = None


def _of_tokens(
    chain: Chain, block: int, places: list[tuple[Address, Address]]
) -> dict[tuple[Address, Address], int | ChainError]:
    calls = [
        Call("eth_call", ({"to": token, "data": balance_call(holder)}, hex(block)))
        for holder, token in places
    ]
    try:
        answers = chain.node.ask_all(str, calls)
        if all(answer is not None and len(answer) == 66 for answer in answers):
            return {place: int(str(answer), 16) for place, answer in zip(places, answers, strict=True)}
    except ConnectionFailed:
        raise
    except (ChainError, ValueError):
        pass  # one that refuses spoils it for all: they are asked one by one
    return {place: _of_token(chain, block, *place) for place in places}


def _of_token(chain: Chain, block: int, holder: Address, token: Address) -> int | ChainError:
    try:
        return Currency(chain, token).balance_of(holder, block)
    except ConnectionFailed:
        raise
    except (Reverted, ChainError) as error:
        return error if isinstance(error, ChainError) else ChainError(str(error))
