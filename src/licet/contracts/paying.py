"""Paying for a call that draws tokens: by permits in its own transaction, or by allowances before it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from licet.chain.client import Chain, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.chain.signing.transactions import Transaction
from licet.contracts.currency import Currency
from licet.types import Address

PERMIT_SECONDS: Final = 3600
"""How long a permit that pays for something stays valid."""

# `permitFirst` is the same in every contract that has it.
_ABI: Final = artifact("LicenseToken").abi


def pay(chain: Chain, call: Transaction, sums: Mapping[Address, int], what: str) -> tuple[Receipt, ...]:
    """Sends a call that draws from the chain's account, and sees to it that its contract may.

    Where the allowance suffices, it is used. Else the permit of a token that has them (EIP-2612), for exactly
    the sum, goes along in the same transaction; a token that has none is approved for exactly the sum before
    it. Where native coin is sent along, that holds for all tokens: coin and permits do not go together.

    Args:
        chain: of the account that pays.
        call: of a contract that has `permitFirst`; native coin is in it.
        sums: what it costs: by currency, in its smallest unit.
        what: that costs so much, for messages.

    Returns:
        The transactions that it took; the last is the call's.

    Raises:
        InsufficientBalance: the account has less; nothing was sent.
        Reverted: the contract refuses, as the exception's class says.
    """
    spender = call.to
    assert spender is not None
    currencies = [(Currency(chain, address), amount) for address, amount in sums.items()]
    for currency, amount in currencies:
        currency.check_balance(amount, what)
    others: list[tuple[Currency, int]] = []
    for currency, amount in currencies:
        if currency.is_allowed(spender, amount):
            continue
        if call.value or not currency.has_permit():
            others.append((currency, amount))
            continue
        permit = currency.sign_permit(spender, amount, chain.block().timestamp + PERMIT_SECONDS)
        data = _ABI.encode_call("permitFirst", (currency.address, amount, permit.to_abi(), call.data))
        call = replace(call, data=data)
    # What is signed is signed before anything is sent.
    approvals = [currency.approve(spender, amount) for currency, amount in others]
    return (*approvals, chain.transact(call))
