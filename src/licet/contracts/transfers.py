"""The `Transfer` logs of ERC-20 tokens: any token's, so nothing in them is believed for being logged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from licet.chain.client import Chain, Log
from licet.chain.compiled.abi import log_topic
from licet.chain.compiled.artifacts import artifact
from licet.types import Address

_ABI: Final = artifact("TestDollar").abi
TRANSFER_TOPIC: Final[bytes] = _ABI.topic("Transfer")
"""The first topic of every `Transfer`, of an ERC-20 or of any other contract."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Tokens that moved, as the token itself says; `log.address` is the token."""

    sender: Address
    receiver: Address
    amount: int
    log: Log


def read_transfers(
    chain: Chain,
    token: Address,
    *,
    senders: Sequence[Address] | None = None,
    receivers: Sequence[Address] | None = None,
    from_block: int,
    to_block: int,
) -> Iterator[Transfer]:
    """The transfers of one token, in order; logs that are no ERC-20's are passed over.

    Args:
        chain: where to ask.
        token: the token.
        senders: only transfers from these accounts.
        receivers: only transfers to these accounts.
        from_block: the first block.
        to_block: the last block.
    """
    topics = ["0x" + TRANSFER_TOPIC.hex(), _any_of(senders), _any_of(receivers)]
    for log in chain.logs([token], topics, from_block=from_block, to_block=to_block):
        transfer = decode_transfer(log)
        if transfer is not None:
            yield transfer


def decode_transfer(log: Log) -> Transfer | None:
    """The transfer that a log is; None for any other log, an ERC-721's among them."""
    decoded = _ABI.decode_log(log.topics, log.data) if len(log.data) == 32 else None
    if decoded is None or decoded[0] != "Transfer":
        return None
    fields = decoded[1]
    return Transfer(fields["from"], fields["to"], fields["amount"], log)


def _any_of(accounts: Sequence[Address] | None) -> list[str] | None:
    return None if accounts is None else [log_topic(account) for account in accounts]
