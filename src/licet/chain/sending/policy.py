"""How an account's transactions are sent."""

from dataclasses import dataclass
from typing import Final

GWEI: Final = 10**9


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
        remembered_seconds: after this time, what is settled in a final block is forgotten: its key stands for
            nothing then, and whoever asks for it once more has it sent once more.
        poll_seconds: how long who waits leaves the node alone.
    """

    confirmations: int = 1
    watched: int = 64
    in_flight: int = 16
    again_seconds: float = 12.0
    stuck_seconds: float = 60.0
    gap_seconds: float = 30.0
    fee_cap: int = 2_000 * GWEI
    remembered_seconds: float = 7 * 86_400.0
    poll_seconds: float = 0.1
