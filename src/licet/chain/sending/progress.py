"""One step of an account's transactions: whatever can be done for each now, and nothing twice.

Every step starts from what the outbox and the chain say, so that it does not matter who did the last one, nor
where that was interrupted. What a node answers is believed as far as it says that something is there. What is
missing may be missing at this node alone: a nonce is given up only where another transaction that has it is
found in a block, as deep as a confirmation asks.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from licet.chain.client import Block, Chain
from licet.chain.outbox import failures
from licet.chain.outbox.intents import UNDERWAY, Intent, State, Variant
from licet.chain.outbox.outbox import Outbox
from licet.chain.sending.takers import taker
from licet.chain.signing.signer import Signer
from licet.chain.signing.transactions import Fees, Transaction, sign
from licet.errors import ChainError, InsufficientBalance, LicetError, Reverted, SignerError
from licet.types import Hash32

GWEI: Final = 10**9
_KNOWN: Final = ("already known", "known transaction", "already imported", "already exists")
"""How nodes say that they have a transaction already."""
_FARTHEST: Final = 1_000
"""A node that counts so many more transactions than there can be is not believed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How transactions are sent.

    Attributes:
        confirmations: blocks, its own included, after which a transaction is confirmed. No re-org may be
            deeper for a nonce that others took: what they took is signed again with another then.
        watched: blocks during which a confirmed transaction still is sent again if a re-org takes it out.
        in_flight: transactions that are signed and in no block; nodes keep few of one account's.
        again_seconds: after this time in no block, a transaction is handed to the node again.
        stuck_seconds: after this time next in turn, it is replaced by one that pays a tenth more.
        gap_seconds: after this time, a nonce that is missing before others is taken to do nothing.
        fee_cap: the most that may be paid for a unit of gas, wei.
        poll_seconds: how long who waits leaves the node alone.
    """

    confirmations: int = 1
    watched: int = 64
    in_flight: int = 16
    again_seconds: float = 12.0
    stuck_seconds: float = 60.0
    gap_seconds: float = 30.0
    fee_cap: int = 2_000 * GWEI
    poll_seconds: float = 0.1


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
        self._seen: Block | None = None
        self._doubtful: set[tuple[int, Hash32]] = set()
        self._hashes: dict[int, Hash32] = {}
        self._sent_at: dict[Hash32, float] = {}
        self._missing_since: dict[int, float] = {}
        self.trouble: LicetError | None = None

    def step(self) -> None:
        """Does for each intent what can be done now; what the node refuses or does not answer is left.

        `trouble` is the first such thing of the step, if there was any.

        Raises:
            OutboxFailed: the outbox cannot be read or written.
        """
        self.trouble = None
        self._hashes.clear()
        with self._leaving():
            head = self._chain.block()
            self._recheck(head)
            self._look_up(head)
            for intent in self._outbox.in_state(State.INCLUDED):
                with self._leaving():
                    self._confirm(intent, head)
            self._send_again()
            self._fill_gaps()
            self._start()

    def doubt(self, intent: Intent) -> None:
        """Notes that a node has not found an intent in its block: the next step looks whether it stands."""
        self._doubtful.add(_block_of(intent))

    # Blocks

    def _recheck(self, head: Block) -> None:
        """Finds out whether there was a re-org, and excludes what its blocks had."""
        seen = self._seen
        found = None if seen is None else self._hash_at(seen.number)
        if seen is None or found not in (seen.hash, None):
            lowest = min(head.number, seen.number if seen else head.number) - self._policy.watched
            self._doubtful |= {_block_of(intent) for intent in self._outbox.in_blocks_from(lowest)}
            self._seen = head
        elif found is not None and head.number > seen.number:
            self._seen = head
        for number, block_hash in sorted(self._doubtful):
            found = self._hash_at(number)
            if found is None:
                continue
            if found != block_hash:
                for intent in self._outbox.in_blocks_from(number):
                    if _block_of(intent) == (number, block_hash):
                        self._outbox.exclude(intent)
            self._doubtful.discard((number, block_hash))

    def _confirm(self, intent: Intent, head: Block) -> None:
        number, block_hash = _block_of(intent)
        if 0 <= head.number - number < self._policy.confirmations - 1:
            return
        found = self._hash_at(number)
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

    def _hash_at(self, number: int) -> Hash32 | None:
        """The block at a number, now; None if the node has none there, which may be because it lags."""
        if number not in self._hashes:
            with self._leaving():
                self._hashes[number] = self._chain.block(number).hash
        return self._hashes.get(number)

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
                with self._leaving():
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
        if mined is not None and mined.block_hash == self._hash_at(number):
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
            with self._leaving():
                newest = self._outbox.variants(intent)[-1]
                age = self._clock() - newest.signed_at
                stuck = intent.nonce == next_in_turn and age >= self._policy.stuck_seconds
                if stuck or (intent.cancelling and not newest.cancels):
                    newest = self._replaced(intent, newest) or newest
                if self._clock() - self._sent_at.get(newest.tx_hash, 0.0) >= self._policy.again_seconds:
                    self._broadcast(intent, newest)

    def _replaced(self, intent: Intent, old: Variant) -> Variant | None:
        """Signs a variant that pays more; None if the cap does not allow it."""
        fees = old.fees.replaced(self._chain.fees(), self._policy.fee_cap)
        if fees is None:
            self.trouble = self.trouble or ChainError(
                f"the transaction {old.tx_hash} is stuck, and to replace it would cost more than the cap of "
                f"{self._policy.fee_cap} wei for a unit of gas",
                tx_hash=old.tx_hash,
            )
            return None
        if intent.cancelling and not old.cancels:
            variant = self._nothing(old.nonce, fees)
        else:
            content = self._idle if old.cancels else intent.transaction
            variant = self._signed(content, old.nonce, old.gas, fees, cancels=old.cancels)
        self._outbox.replace(intent, variant)
        return variant

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
                self._outbox.fill(self._idle, self._nothing(nonce, fees, cancels=False))

    # What is not under way yet

    def _start(self) -> None:
        room = self._policy.in_flight - len(self._outbox.in_state(*UNDERWAY))
        queued = self._outbox.in_state(State.QUEUED, limit=room) if room > 0 else []
        if not queued:
            return
        at_least = self._at_least()
        fees = self._chain.fees().capped(self._policy.fee_cap)
        for intent in queued:
            with self._leaving():
                self._start_one(intent, at_least, fees)

    def _start_one(self, intent: Intent, at_least: int, fees: Fees) -> None:
        try:
            gas = self._chain.gas(intent.transaction, self._signer.address)
            self._check_balance(intent.transaction.value + gas * fees.most)
            variant = self._outbox.sign(
                intent, at_least, lambda nonce: self._signed(intent.transaction, nonce, gas, fees)
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

    # Signing

    @property
    def _idle(self) -> Transaction:
        """What does nothing."""
        return Transaction(self._signer.address)

    def _nothing(self, nonce: int, fees: Fees, *, cancels: bool = True) -> Variant:
        gas = self._chain.gas(self._idle, self._signer.address)
        return self._signed(self._idle, nonce, gas, fees, cancels=cancels)

    def _signed(
        self, transaction: Transaction, nonce: int, gas: int, fees: Fees, *, cancels: bool = False
    ) -> Variant:
        raw = sign(self._signer, self._chain.chain_id, transaction, nonce, gas, fees)
        return Variant(nonce, raw, gas, fees, cancels, self._clock())

    @contextlib.contextmanager
    def _leaving(self) -> Iterator[None]:
        """Leaves for the next step what the node does not answer or refuses."""
        try:
            yield
        except (ChainError, InsufficientBalance, Reverted, SignerError) as error:
            self.trouble = self.trouble or error


def _block_of(intent: Intent) -> tuple[int, Hash32]:
    """The block that has an intent which one has."""
    assert intent.block_number is not None
    assert intent.block_hash is not None
    return intent.block_number, intent.block_hash
