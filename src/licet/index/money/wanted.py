"""What is asked about the money: which logs of whom, how nodes are asked for them, and which are kept.

A node is asked for the logs of some hundred addresses at a time (*narrow*), or for all of a kind, from which
those that are wanted are picked here (*wide*).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, Protocol, TypeAlias

from licet.chain.blocks.raw import RawLog
from licet.chain.blocks.receipts import bloom_mask
from licet.chain.state.reading import parts_of
from licet.contracts import events
from licet.contracts.events import Claimed, Redirected
from licet.contracts.transfers import TRANSFER_TOPIC
from licet.index.events.names import Role
from licet.index.events.rows import Row

Question: TypeAlias = dict[str, Any]
"""What `eth_getLogs` takes, but for the blocks."""

MOST_ADDRESSES: Final = 500
"""How many addresses one question to a node may name."""

_WORD: Final = 32
_PADDING: Final = bytes(12)
_MOST_MASKS: Final = 2_000
"""Addresses up to which a bloom is asked about each: there one of more would say yes anyway."""
_CLAIM_TOPICS: Final = tuple(map(events.topic_of, (Claimed, Redirected)))
_NEVER: Final = 1 << 63


class Wanted(Protocol):
    """Some logs of some addresses."""

    def __bool__(self) -> bool:
        """Whether there can be any."""

    def questions(self, *, wide: bool) -> Iterator[Question]:
        """What to ask a node, so that its answers have them all."""

    def may_be_in(self, bloom: int) -> bool:
        """Whether a block may have some, by its bloom."""

    def row(self, log: RawLog, block: int, index: int, tx_hash: bytearray) -> Row | None:
        """A log as the table has it, with `bytearray`s as `Builder` has them; None where it is not wanted.

        Raises:
            ValueError: it is none that was asked for, or no log at all.
        """

    def names(self, rows: Sequence[Row]) -> list[Row]:
        """Whom such rows name: role, address, block."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What vaults say that they paid.

    Attributes:
        vaults: whose, and in which block each was named.
    """

    vaults: Mapping[bytes, int]
    _masks: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_masks", _masks(self.vaults))

    def __bool__(self) -> bool:
        return bool(self.vaults)

    def questions(self, *, wide: bool) -> Iterator[Question]:
        """As `Wanted`; wide, of whoever logs such."""
        topics = [["0x" + topic.hex() for topic in _CLAIM_TOPICS]]
        if wide:
            yield {"topics": topics}
            return
        for vaults in _chunks(self.vaults):
            yield {"address": ["0x" + vault.hex() for vault in vaults], "topics": topics}

    def may_be_in(self, bloom: int) -> bool:
        """As `Wanted`."""
        return any(bloom & mask == mask for mask in _TOPIC_MASKS) and _any_in(bloom, self._masks)

    def row(self, log: RawLog, block: int, index: int, tx_hash: bytearray) -> Row | None:
        """As `Wanted`: word for word, whatever else stands in it."""
        vault = bytes.fromhex(log.address[2:])
        named = self.vaults.get(vault)
        if named is None:
            return None
        topics = _topics(log)
        if topics[:_WORD] not in _CLAIM_TOPICS:
            return None
        return block, index, tx_hash, vault, topics, bytes.fromhex(log.data[2:]), named

    def names(self, rows: Sequence[Row]) -> list[Row]:
        """As `Wanted`: the tokens that vaults say they paid in."""
        return [
            (int(Role.TOKEN), token, max(row[0], row[6]))
            for row in rows
            for topics in [row[4]]
            if topics[:_WORD] == _CLAIM_TOPICS[0] and topics[_WORD : _WORD + len(_PADDING)] == _PADDING
            for token in [topics[_WORD + len(_PADDING) : 2 * _WORD]]
            if any(token)
        ]


@dataclass(frozen=True, slots=True)
class Transfers:
    """What tokens say that some accounts sent or got.

    Attributes:
        tokens: which, and in which block each was named.
        accounts: whose, and in which block each was named.
        followed: all that are followed, these among them: a transfer is named by the first of its two.
    """

    tokens: Mapping[bytes, int]
    accounts: Mapping[bytes, int]
    followed: Mapping[bytes, int]
    _masks: tuple[tuple[int, ...], tuple[int, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        accounts = _masks(_PADDING + account for account in self.accounts)
        object.__setattr__(self, "_masks", (_masks(self.tokens), accounts))

    def __bool__(self) -> bool:
        return bool(self.tokens) and bool(self.accounts)

    def questions(self, *, wide: bool) -> Iterator[Question]:
        """As `Wanted`; wide, all transfers of the tokens."""
        topic = "0x" + TRANSFER_TOPIC.hex()
        for tokens in _chunks(self.tokens):
            where = {"address": ["0x" + token.hex() for token in tokens]}
            if wide:
                yield {**where, "topics": [topic]}
                continue
            for accounts in _chunks(self.accounts):
                words = ["0x" + (_PADDING + account).hex() for account in accounts]
                yield {**where, "topics": [topic, words]}
                yield {**where, "topics": [topic, None, words]}

    def may_be_in(self, bloom: int) -> bool:
        """As `Wanted`."""
        tokens, accounts = self._masks
        return (
            bloom & _TRANSFER_MASK == _TRANSFER_MASK and _any_in(bloom, tokens) and _any_in(bloom, accounts)
        )

    def row(self, log: RawLog, block: int, index: int, tx_hash: bytearray) -> Row | None:
        """As `Wanted`: what `licet.contracts.transfers.decode_transfer` reads, and nothing else."""
        token = bytes.fromhex(log.address[2:])
        named = self.tokens.get(token)
        if named is None or len(log.topics) != 3:
            return None
        topic, first, second = (bytes.fromhex(word[2:]) for word in log.topics)
        amount = bytearray.fromhex(log.data[2:])
        if not len(topic) == len(first) == len(second) == _WORD:
            raise ValueError("it has topics that are none")
        sender, receiver = first[12:], second[12:]
        if sender not in self.accounts and receiver not in self.accounts:
            return None
        if topic != TRANSFER_TOPIC or len(amount) != _WORD or not first[:12] == second[:12] == _PADDING:
            return None
        named = max(named, min(self.followed.get(sender, _NEVER), self.followed.get(receiver, _NEVER)))
        return bytearray(token), block, index, tx_hash, bytearray(sender), bytearray(receiver), amount, named

    def names(self, rows: Sequence[Row]) -> list[Row]:  # noqa: ARG002 - as `Wanted` has it
        """As `Wanted`: nobody."""
        return []


_TOPIC_MASKS: Final = tuple(map(bloom_mask, _CLAIM_TOPICS))
_TRANSFER_MASK: Final = bloom_mask(TRANSFER_TOPIC)


def _topics(log: RawLog) -> bytes:
    topics = bytes.fromhex("".join(log.topics).replace("0x", ""))
    if len(topics) != _WORD * len(log.topics) or len(log.topics) > 4:
        raise ValueError("it has topics that are none")
    return topics


def _masks(words: Any) -> tuple[int, ...]:
    """What some words set in a bloom; none where they are so many that asking is of no use."""
    some = tuple(islice(words, _MOST_MASKS + 1))
    return () if len(some) > _MOST_MASKS else tuple(map(bloom_mask, some))


def _any_in(bloom: int, masks: tuple[int, ...]) -> bool:
    return not masks or any(bloom & mask == mask for mask in masks)


def _chunks(addresses: Mapping[bytes, int]) -> Iterator[list[bytes]]:
    """Addresses, in their order, as many at a time as a question may name."""
    return parts_of(sorted(addresses), MOST_ADDRESSES)
