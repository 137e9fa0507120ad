"""What web3 raises, as this package's errors: a contract's refusal, a node's, or an answer that is none."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from web3.exceptions import ContractLogicError, Web3Exception, Web3RPCError

from licet.chain.compiled.artifacts import known_errors
from licet.errors import ChainError, InputError, InsufficientBalance, LicetError, Reverted
from licet.types import Address, shown

# How nodes say that a contract refused, or broke down: it has no more to say then.
_HALTED: Final = (
    "revert",
    "evm error",
    "vm exception",
    "invalid jump",
    "invalid opcode",
    "opcode 0x",
    "out of gas",
    "stack underflow",
)
# What web3 and `Chain` trip over where a node's answer is not of the shape that it should be.
_MALFORMED: Final = (
    ArithmeticError,
    AttributeError,
    InputError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@contextlib.contextmanager
def translated(url: str, payer: tuple[Address, int] | None = None) -> Iterator[None]:
    """Raises what web3 raises as this package's errors.

    Args:
        url: of the node that is asked, for people.
        payer: who pays for the gas, and the chain's id, if anybody does.

    Raises:
        Reverted: the contract refuses.
        InsufficientBalance: the node says that the payer cannot pay.
        ChainError: the node refuses, or its answer is of no use.
    """
    try:
        yield
    except ContractLogicError as error:
        raise _refused(error.data) from error
    except Web3RPCError as error:
        raise _rpc_error(error, url, payer) from error
    except (Web3Exception, *_MALFORMED) as error:
        raise ChainError(
            f"the node at {url} gave an unusable answer: {shown(str(error), 200)}", url=url
        ) from error


def _rpc_error(error: Web3RPCError, url: str, payer: tuple[Address, int] | None) -> LicetError:
    body = (error.rpc_response or {}).get("error", {})
    message = str(body.get("message", error)) if isinstance(body, Mapping) else str(error)
    data = body.get("data") if isinstance(body, Mapping) else None
    if isinstance(data, str) and data.startswith("0x"):
        return _refused(data)
    if payer is not None and "insufficient funds" in message.lower():
        account, chain_id = payer
        return InsufficientBalance(
            f"{account} cannot pay for the gas, and what is sent along, on chain {chain_id}: "
            "send native coin to it",
            payer=account,
        )
    if any(word in message.lower() for word in _HALTED):
        return _refused(None)
    return ChainError(f"the node at {url} refuses: {shown(message, 200)}", url=url)


def _refused(data: Any) -> Reverted:
    """The exception for revert data as a node gives it: hex, or nothing."""
    try:
        raw = bytes.fromhex(data.removeprefix("0x")) if isinstance(data, str) else b""
    except ValueError:
        raw = b""
    return known_errors().decode_revert(raw)
