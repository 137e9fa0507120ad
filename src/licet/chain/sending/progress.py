"""One step of an account's transactions: whatever can be done for each now, and nothing twice.

Every step starts from what the outbox and the chain say, so that it does not matter who did the last one, nor
where that was interrupted. What a node answers is believed as far as it says that something is there. What is
missing may be missing at this node alone: a nonce is given up only where another transaction that has it is
found in a block, as deep as a confirmation asks.
"""

import time
from collections.abc import Callable
from typing import Final

from licet.chain.client import Block, Chain
from licet.chain.outbox import failures
from licet.chain.outbox.intents import UNDERWAY, Intent, State, Variant
from licet.chain.outbox.outbox import Outbox
from licet.chain.sending.policy import Policy
from licet.chain.sending.reorgs import Reorgs, block_of
from licet.chain.sending.takers import taker
from licet.chain.sending.trouble import Trouble
from licet.chain.sending.variants import Variants
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Fees
from licet.errors import ChainError, ConnectionFailed, InsufficientBalance, LicetError, Reverted, SignerError
from licet.types import Hash32

_KNOWN: Final = ("already known", "known transaction", "already imported", "already exists")
"""How nodes say that they have a transaction already."""
_FARTHEST: Final = 1_000
"""A node that counts so many more transactions than there can be is not believed."""
_FORGOTTEN_AT_ONCE: Final = 500
"""So that no step takes long over what is past."""


class Progress:
    """The steps of one account on one node; whoever takes one holds the account's lease."""

    def __init__(
        self,
        chain: Chain,
        signer: Signer,
        outbox: Outbox,
        policy: Policy,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._chain: Final = chain
        self._signer: Final = signer
        self._outbox: Final = outbox
        self._policy: Final = policy
        self._clock: Final = clock
        self._trouble: Final = Trouble()
        self._reorgs: Final = Reorgs(chain, outbox, policy.watched, self._trouble)
        self._variants: Final = Variants(chain, signer, clock)
        self._sent_at: dict[Hash32, float] = {}
        self._missing_since: dict[int, float] = {}
        self._forgets_from = 0

    @property
    def trouble(self) -> LicetError | None:
        """What the node refused or did not answer first in the last step, if there was anything."""
        return self._trouble.first

    def step(self) -> None:
        """Does for each intent what can be done now; what the node refuses or does not answer is left.

        Raises:
            OutboxFailed: the outbox cannot be read or written.
        """
        self._trouble.first = None
        self._reorgs.begin()
        with self._trouble.left():
            head = self._chain.block()
            self._reorgs.recheck(head)
            self._look_up(head)
            for intent in self._outbox.in_state(State.INCLUDED):
                with self._trouble.left():
                    self._confirm(intent, head)
            self._send_again()
            self._fill_gaps()
            self._start()
            self._forget(head)

    def doubt(self, intent: Intent) -> None:
        """Notes that a node has not found an intent in its block: the next step looks whether it stands."""
        self._reorgs.doubt(intent)

    # What a block has

    def _confirm(self, intent: Intent, head: Block) -> None:
        number, block_hash = block_of(intent)
        if 0 <= head.number - number < self._policy.confirmations - 1:
            return
        found = self._reorgs.hash_at(number)
        if found is not None and found != block_hash:
            self._outbox.exclude(intent)
            return
        if found is None:
            self._include(intent)  # where the chain has become shorter, it may stand elsewhere by now
            return
        assert intent.tx_hash is not None
        mined = self._chain.mined(intent.tx_hash)
        if mined is None or mined.block_hash != block_hash:
            return  # the next step's nodes may agree
        cancels = any(v.cancels for v in self._outbox.variants(intent) if v.tx_hash == intent.tx_hash)
        if cancels:
            self._outbox.settle(intent, State.CANCELLED)
        elif intent.succeeded:
            self._outbox.settle(intent, State.CONFIRMED)
        else:
            reason = self._chain.reason(intent.transaction, self._signer.address, mined.receipt)
            self._outbox.settle(intent, State.FAILED, failures.noted(reason))

    # What is under way

    def _look_up(self, head: Block) -> None:
        """Finds what blocks have of what was sent, and what others took the nonces of."""
        underway = self._outbox.in_state(*UNDERWAY)
        if not underway:
            return
        mined = self._chain.nonce(self._signer.address, "latest")
        for intent in underway:
            assert intent.nonce is not None
            if intent.nonce < mined:
                with self._trouble.left():
                    if not self._include(intent):
                        self._release(intent, head)

    def _include(self, intent: Intent) -> bool:
        variants = self._outbox.variants(intent)
        for variant in reversed(variants):
            mined = self._chain.mined(variant.tx_hash)
            if mined is not None:
                number = mined.receipt.block_number
                self._outbox.include(intent, variant.tx_hash, number, mined.block_hash, mined.succeeded)
                for one in variants:  # what a re-org takes out again is sent at once
                    self._sent_at.pop(one.tx_hash, None)
                return True
        return False

    def _release(self, intent: Intent, head: Block) -> None:
        assert intent.nonce is not None
        newest = head.number - self._policy.confirmations + 1
        found = taker(self._chain, self._signer.address, intent.nonce, newest)
        if found is None:
            return
        number, tx_hash = found
        if tx_hash in {variant.tx_hash for variant in self._outbox.variants(intent)}:
            return  # its receipt is late
        # Asked by its hash too, so that two answers of two nodes say it.
        mined = self._chain.mined(tx_hash)
        if mined is not None and mined.block_hash == self._reorgs.hash_at(number):
            self._outbox.release(intent)

    def _send_again(self) -> None:
        underway = self._outbox.in_state(*UNDERWAY)
        if not underway:
            return
        next_in_turn = self._chain.nonce(self._signer.address, "latest")
        for intent in underway:
            assert intent.nonce is not None
            if intent.nonce < next_in_turn:
                continue
            with self._trouble.left():
                newest = self._outbox.variants(intent)[-1]
                age = self._clock() - newest.signed_at
                stuck = intent.nonce == next_in_turn and age >= self._policy.stuck_seconds
                if stuck or (intent.cancelling and not newest.cancels):
                    newest = self._replaced(intent, newest) or newest
                if self._clock() - self._sent_at.get(newest.tx_hash, 0.0) >= self._policy.again_seconds:
                    self._broadcast(intent, newest)

    def _replaced(self, intent: Intent, old: Variant) -> Variant | None:
        """Signs a variant that pays more; None if the cap does not allow it."""
        variant = self._variants.instead(intent, old, self._policy.fee_cap)
        if variant is not None:
            self._outbox.replace(intent, variant)
            return variant
        self._trouble.note(
            ChainError(
                f"the transaction {old.tx_hash} is stuck, and to replace it would cost more than the cap of "
                f"{self._policy.fee_cap} wei for a unit of gas",
                tx_hash=old.tx_hash,
            )
        )
        return None

    def _broadcast(self, intent: Intent, variant: Variant) -> None:
        self._sent_at[variant.tx_hash] = self._clock()
        try:
            self._chain.broadcast(variant.raw, self._signer.address)
        except ChainError as error:
            if not any(words in str(error).lower() for words in _KNOWN):
                raise
        if intent.state is not State.SENT:
            self._outbox.sent(intent)

    def _fill_gaps(self) -> None:
        """Takes nonces that nothing has, before others that wait for them."""
        underway = self._outbox.in_state(*UNDERWAY)
        lowest = underway[0].nonce if underway else None
        if lowest is None:
            return
        first = self._chain.nonce(self._signer.address)
        now = self._clock()
        missing = [n for n in range(first, min(lowest, first + _FARTHEST)) if not self._outbox.holds(n)]
        self._missing_since = {nonce: self._missing_since.get(nonce, now) for nonce in missing}
        due = [n for n, since in self._missing_since.items() if now - since >= self._policy.gap_seconds]
        if due:
            fees = self._chain.fees().capped(self._policy.fee_cap)
            for nonce in due[: self._policy.in_flight]:
                self._outbox.fill(self._variants.idle, self._variants.nothing(nonce, fees, cancels=False))

    # What is not under way yet

    def _start(self) -> None:
        room = self._policy.in_flight - len(self._outbox.in_state(*UNDERWAY))
        queued = self._outbox.in_state(State.QUEUED, limit=room) if room > 0 else []
        if not queued:
            return
        at_least = self._at_least()
        fees = self._chain.fees().capped(self._policy.fee_cap)
        for intent in queued:
            with self._trouble.left():
                self._start_one(intent, at_least, fees)

    def _start_one(self, intent: Intent, at_least: int, fees: Fees) -> None:
        try:
            gas = self._chain.gas(intent.transaction, self._signer.address)
            self._check_balance(intent.transaction.value + gas * fees.most)
            variant = self._outbox.sign(
                intent, at_least, lambda nonce: self._variants.of(intent.transaction, nonce, gas, fees)
            )
        except (Reverted, InsufficientBalance, SignerError) as error:
            # What was asked for before it may be what it needs.
            if self._outbox.first_unsettled() == intent.id:
                self._outbox.settle(intent, State.FAILED, failures.noted(error))
            return
        if variant is not None:
            self._broadcast(intent, variant)

    def _check_balance(self, needed: int) -> None:
        """What cannot be paid for is not signed: no node would take it, and its nonce would be missing."""
        has = self._chain.balance(self._signer.address)
        if has < needed:
            raise InsufficientBalance(
                f"{self._signer.address} has {has} wei on chain {self._chain.chain_id}, "
                f"and may need {needed} for the gas and what is sent along: send native coin to it",
                payer=self._signer.address,
            )

    def _at_least(self) -> int:
        """The nonce that the chain says comes next."""
        pending = self._chain.nonce(self._signer.address)
        mined = self._chain.nonce(self._signer.address, "latest")
        if pending - max(mined, self._outbox.next_nonce()) > _FARTHEST:
            raise ChainError(
                f"the node at {self._chain.url} says that {pending - mined} transactions of "
                f"{self._signer.address} wait: a nonce after them would be stuck, ask another node"
            )
        return max(pending, mined)

    # What is over

    def _forget(self, head: Block) -> None:
        """Forgets what was settled so long ago that nobody asks for it, where no re-org reaches it."""
        if head.number < self._forgets_from:
            return
        unwatched = head.number - self._policy.watched
        before = self._clock() - self._policy.remembered_seconds
        if self._outbox.settled_long_ago(unwatched, before, 1):
            final = min(unwatched, self._final(head))
            forgotten = self._outbox.settled_long_ago(final, before, _FORGOTTEN_AT_ONCE)
            if forgotten:
                self._outbox.forget(forgotten)
            if len(forgotten) == _FORGOTTEN_AT_ONCE:
                return  # there may be more: the next step goes on
        self._forgets_from = head.number + self._policy.watched

    def _final(self, head: Block) -> int:
        """The last block that is final, as far as the node knows such."""
        try:
            return self._chain.block("finalized").number
        except ConnectionFailed:
            raise
        except ChainError:  # some nodes do not know the word
            return head.number
