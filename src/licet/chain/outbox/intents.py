"""What an outbox keeps: intents, each to be sent once, and the bytes that were signed for them."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from licet.chain.signing.transactions import Fees, Transaction
from licet.trees.hashing import keccak
from licet.types import Hash32, hash32

OWN: Final = "~"
"""What an outbox's own keys start with, and nobody else's."""
FILLING: Final = f"{OWN}gap/"
"""What the keys start with of transactions that only take a nonce."""
INTENT_COLUMNS: Final = (
    "id, key, recipient, value, data, state, nonce, tx_hash, block_number, block_hash, succeeded, failure, "
    "cancelling"
)
VARIANT_COLUMNS: Final = "nonce, raw, gas, most, tip, cancels, signed_at"


class State(StrEnum):
    """How far an intent has come."""

    QUEUED = "queued"  # without a nonce, or without it again
    SIGNED = "signed"  # no node has taken it yet, as far as is known
    SENT = "sent"
    INCLUDED = "included"  # a block has it
    CONFIRMED = "confirmed"  # and so many blocks follow, and it did what it should
    FAILED = "failed"  # reverted in such a block, or refused before anything was signed
    CANCELLED = "cancelled"  # something else has its nonce in such a block, or it never had one


UNDERWAY: Final = (State.SIGNED, State.SENT)
SETTLED: Final = (State.CONFIRMED, State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Intent:
    """A transaction that is to be sent once.

    Attributes:
        id: its number in the outbox, in the order of asking.
        key: what makes it this one and no other.
        transaction: its content.
        state: how far it has come.
        nonce: the nonce that it has now.
        tx_hash: the hash under which a block has it.
        block_number: that block.
        block_hash: that block.
        succeeded: whether it did not revert there.
        failure: why it failed, as it was noted.
        cancelling: whether it is being called off.
    """

    id: int
    key: str
    transaction: Transaction
    state: State
    nonce: int | None
    tx_hash: Hash32 | None
    block_number: int | None
    block_hash: Hash32 | None
    succeeded: bool | None
    failure: dict[str, str] | None
    cancelling: bool

    @property
    def fills(self) -> bool:
        """Whether it is nobody's, and only takes a nonce that nothing else would."""
        return self.key.startswith(FILLING)


@dataclass(frozen=True, slots=True)
class Variant:
    """Signed bytes of an intent; all of one nonce exclude each other.

    Attributes:
        nonce: the nonce that they have.
        raw: the bytes.
        gas: the most gas that they may use.
        fees: what they pay.
        cancels: whether they do nothing but take the nonce.
        signed_at: unix time.
    """

    nonce: int
    raw: bytes
    gas: int
    fees: Fees
    cancels: bool
    signed_at: float

    @property
    def tx_hash(self) -> Hash32:
        """The transaction's hash."""
        return hash32(keccak(self.raw))


def intent_of(row: tuple[Any, ...]) -> Intent:
    """An intent from its columns, in the order of `INTENT_COLUMNS`."""
    number, key, to, value, data, state, nonce, tx_hash, block, block_hash, succeeded, failure, off = row
    return Intent(
        id=number,
        key=key,
        transaction=Transaction(to, int(value), data),
        state=State(state),
        nonce=nonce,
        tx_hash=tx_hash,
        block_number=block,
        block_hash=block_hash,
        succeeded=None if succeeded is None else bool(succeeded),
        failure=None if failure is None else json.loads(failure),
        cancelling=bool(off),
    )


def variant_of(row: tuple[Any, ...]) -> Variant:
    """Signed bytes from their columns, in the order of `VARIANT_COLUMNS`."""
    nonce, raw, gas, most, tip, cancels, signed_at = row
    return Variant(nonce, raw, gas, Fees(int(most), int(tip)), bool(cancels), signed_at)
