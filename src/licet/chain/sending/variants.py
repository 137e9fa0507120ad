"""Signed bytes: of what an intent says, of nothing at all, or in the place of others that are stuck."""

from collections.abc import Callable
from typing import Final

from licet.chain.client import Chain
from licet.chain.outbox.intents import Intent, Variant
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Fees, Transaction, sign


class Variants:
    """Signs for one account on one chain."""

    def __init__(self, chain: Chain, signer: Signer, clock: Callable[[], float]) -> None:
        self._chain: Final = chain
        self._signer: Final = signer
        self._clock: Final = clock

    @property
    def idle(self) -> Transaction:
        """What does nothing."""
        return Transaction(self._signer.address)

    def of(
        self, transaction: Transaction, nonce: int, gas: int, fees: Fees, *, cancels: bool = False
    ) -> Variant:
        """A transaction, signed with a nonce. Raises as `sign` does."""
        raw = sign(self._signer, self._chain.chain_id, transaction, nonce, gas, fees)
        return Variant(nonce, raw, gas, fees, cancels, self._clock())

    def nothing(self, nonce: int, fees: Fees, *, cancels: bool = True) -> Variant:
        """What only takes a nonce.

        Args:
            nonce: which.
            fees: what it pays.
            cancels: whether an intent is called off by it.
        """
        gas = self._chain.gas(self.idle, self._signer.address)
        return self.of(self.idle, nonce, gas, fees, cancels=cancels)

    def instead(self, intent: Intent, old: Variant, cap: int) -> Variant | None:
        """What takes the place of bytes that are stuck, or not wanted any more, because it pays more.

        Args:
            intent: whose bytes.
            old: the newest of them.
            cap: the most that may be paid for a unit of gas, wei.

        Returns:
            None if the cap does not allow it.
        """
        fees = old.fees.replaced(self._chain.fees(), cap)
        if fees is None:
            return None
        if intent.cancelling and not old.cancels:
            return self.nothing(old.nonce, fees)
        content = self.idle if old.cancels else intent.transaction
        return self.of(content, old.nonce, old.gas, fees, cancels=old.cancels)
