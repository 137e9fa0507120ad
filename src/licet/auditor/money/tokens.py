"""Balances of tokens, proven where a token keeps them as most do: by the slot in which they are found."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from licet.chain.compiled.slots import mapped
from licet.chain.state.reading import StateReader
from licet.trees.hashing import keccak
from licet.types import Address, address_bytes

_Place: TypeAlias = "Callable[[Address], int]"
"""Where a layout keeps a holder's balance."""

_COMPILERS: Final = range(16)
"""The slots of the mapping that are tried, in Solidity's order and in Vyper's."""
_UPGRADEABLE: Final = (51, 101)
"""Where OpenZeppelin's upgradeable tokens have it before version 5; since then, in a namespace (ERC-7201)."""
_NAMESPACE: Final = 0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00
_SOLADY: Final = bytes(8) + bytes.fromhex("87a211a2")


def are_proven(token: Address, answers: Mapping[Address, int], state: StateReader) -> bool:
    """Whether what a token says of balances stands in slots where tokens keep them.

    Args:
        token: the token.
        answers: what it says, by holder.
        state: proven.
    """
    sample = next((holder for holder, balance in answers.items() if balance), None)
    if sample is None:
        # Nothing tells the layout of a token that nobody has any of.
        return False
    layouts = list(_layouts())
    words = state.words((token, place(sample)) for place in layouts)
    for place, word in zip(layouts, words, strict=True):
        if word == answers[sample]:
            proven = state.words((token, place(holder)) for holder in answers)
            return proven == list(answers.values())
    return False


def _layouts() -> Iterator[_Place]:
    for slot in (*_COMPILERS, *_UPGRADEABLE, _NAMESPACE):
        yield lambda holder, slot=slot: mapped(slot, holder)  # type: ignore[misc]
    for slot in _COMPILERS:
        yield lambda holder, slot=slot: _vyper(slot, holder)  # type: ignore[misc]
    yield _solady


def _vyper(slot: int, holder: Address) -> int:
    return int.from_bytes(keccak(slot.to_bytes(32) + bytes(12) + address_bytes(holder)))


def _solady(holder: Address) -> int:
    return int.from_bytes(keccak(address_bytes(holder) + _SOLADY))
