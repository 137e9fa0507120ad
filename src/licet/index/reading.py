"""What an index has: logs and events in the chain's order, and the money, all of it proven."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from licet.chain.client import Block, Log
from licet.contracts import events
from licet.contracts.events import Event
from licet.contracts.transfers import TRANSFER_TOPIC, Transfer
from licet.errors import IndexUnusable, InputError
from licet.index.events.kinds import CONTRACTS
from licet.index.events.names import Role
from licet.index.events.rows import Row, numbered, numbers
from licet.index.store.opening import open_store
from licet.index.store.store import Store
from licet.index.tables.state import Identity, IndexState, MoneyCounts
from licet.trees.hashing import checksum, head_count
from licet.types import Address, address_bytes, hash32

_WORD: Final = 32
_PADDING: Final = bytes(12)
_LAST_LOG: Final = (1 << 31) - 1


class Reading:
    """An index that is read."""

    def __init__(self, db: str | Path, *, create: bool = True) -> None:
        """Opens an index.

        Args:
            db: an SQLite file, or a `postgresql://` URL.
            create: make the file, if it is not there.

        Raises:
            IndexUnusable: it is a database of something else, damaged, or cannot be reached.
        """
        self._store: Final[Store] = open_store(db, create=create)
        try:
            self._identity = self._store.identity()
        except BaseException:
            self._store.close()
            raise

    def close(self) -> None:
        """Lets the database go."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def store(self) -> Store:
        """The database, for exports."""
        return self._store

    @property
    def identity(self) -> Identity:
        """What it is of.

        Raises:
            IndexUnusable: nothing was indexed yet.
        """
        if self._identity is None:
            raise IndexUnusable(
                f"nothing was indexed in {self._store.name} yet: `licet index update` does",
                db=self._store.name,
            )
        return self._identity

    @property
    def state(self) -> IndexState:
        """How far it has come. Raises as `identity` does, or where the database is damaged."""
        identity, position = self.identity, self._store.position()
        heads = {name: hash32(head) for name, head in zip(CONTRACTS, position.heads, strict=True)}
        return IndexState(
            db=self._store.name,
            chain_id=identity.chain_id,
            registry=identity.addresses[0],
            first_block=identity.first_block,
            block=position.block,
            block_hash=None if position.hash is None else hash32(position.hash),
            verified_block=position.verified,
            heads=heads,
            counted=sum(map(head_count, heads.values())),
            money_block=self._store.money_block(),
        )

    @property
    def money(self) -> MoneyCounts:
        """How much of the money is followed. Raises as `identity` does."""
        self.identity  # noqa: B018 - raises
        accounts, vaults, tokens, claims, transfers = self._store.money_counts(self._store.money_block())
        return MoneyCounts(accounts, vaults, tokens, claims, transfers)

    # Events.

    def logs(
        self,
        contracts: Sequence[str] = CONTRACTS,
        *,
        first: int | None = None,
        last: int | None = None,
    ) -> Iterator[Log]:
        """Logs in the chain's order, those included that count into no head.

        Args:
            contracts: whose, by name.
            first: the first block; the first indexed if not given.
            last: the last block; the last proven one if not given, and at most.

        Raises:
            InputError: there is no such contract.
        """
        unknown = set(contracts) - set(CONTRACTS)
        if unknown:
            raise InputError(f"{sorted(unknown)[0]} is not indexed: {', '.join(CONTRACTS)} are")
        start, end = self._bounds(first, last)
        chosen = [i for i, (number, _) in numbered().items() if CONTRACTS[number] in contracts]
        yield from self._logs(start, end, chosen)

    def _bounds(self, first: int | None, last: int | None) -> tuple[int, int]:
        """The blocks that are read: only what is proven."""
        proven = self._store.position().verified
        start = self.identity.first_block if first is None else first
        return start, proven if last is None else min(last, proven)

    def _logs(self, first: int, last: int, chosen: Sequence[int]) -> Iterator[Log]:
        return self._read(self._store.logs(first, last, chosen))

    def _read(self, rows: Iterable[Row]) -> Iterator[Log]:
        where = {kind: self.identity.addresses[contract] for kind, (contract, _) in numbered().items()}
        # Logs of one block and one transaction share their hashes.
        block, in_block, of_tx, tx = -1, hash32(bytes(_WORD)), b"", hash32(bytes(_WORD))
        for number, index, tx_hash, kind, topics, data, block_hash in rows:
            if number != block:
                block, in_block = number, hash32(bytes(block_hash))
            if tx_hash != of_tx:
                of_tx, tx = tx_hash, hash32(bytes(tx_hash))
            yield Log(where[kind], _topics(topics), bytes(data), number, in_block, tx, index)

    def events(
        self, *types: type[Event], first: int | None = None, last: int | None = None
    ) -> Iterator[Event]:
        """Events in the chain's order, as `licet.contracts.events` has them, but for what nobody can read.

        Args:
            types: which; all if none is named.
            first: the first block.
            last: the last block.
        """
        chosen: list[int] = []
        classes: dict[tuple[Address, bytes], type[Event]] = {}
        for i, (number, kind) in numbered().items():
            if kind is not None and kind.type is not None and (not types or kind.type in types):
                chosen.append(i)
                classes[self.identity.addresses[number], kind.topic] = kind.type
        start, end = self._bounds(first, last)
        for log in self._logs(start, end, chosen) if chosen else ():
            type_ = classes[log.address, log.topics[0]]
            try:
                event = events.decode(type_, log)
            except (ValueError, InputError):
                continue
            yield event

    def logs_at(self, block: int, first: int = 0, last: int = _LAST_LOG) -> list[Log]:
        """The logs of one block, from one place in it to another; none of a block that is not proven.

        Args:
            block: its number.
            first: the first place.
            last: the last one.
        """
        if block > self._store.verified_block():
            return []
        return list(self._read(self._store.logs_at(block, first, last)))

    def event(self, log: Log) -> Event | None:
        """The event that a log is; None where Licet knows none such, or nobody can read it."""
        if log.address not in self.identity.addresses or not log.topics:
            return None
        contract = self.identity.addresses.index(log.address)
        number = numbers().get((contract, log.topics[0]))
        kind = None if number is None else numbered()[number][1]
        if kind is None or kind.type is None:
            return None
        try:
            return events.decode(kind.type, log)
        except (ValueError, InputError):
            return None

    # Money.

    def transfers(
        self, token: Address, *, first: int | None = None, last: int | None = None
    ) -> Iterator[Transfer]:
        """A token's transfers from and to the accounts that are followed, in the chain's order.

        They count into no head: unless the index was made with `prove`, a node may have left some out.

        Args:
            token: its address; of one that no event names there are none.
            first: the first block.
            last: the last block; at most the last one up to which the money is followed.
        """
        start, end, named = self._money_bounds(first, last)
        for row in self._store.transfers(address_bytes(token), start, end, named):
            _, number, index, tx_hash, sender, receiver, amount, _, block_hash = row
            log = Log(
                address=token,
                topics=(TRANSFER_TOPIC, _PADDING + sender, _PADDING + receiver),
                data=bytes(amount),
                block_number=number,
                block_hash=hash32(bytes(block_hash)),
                tx_hash=hash32(bytes(tx_hash)),
                index=index,
            )
            yield Transfer(checksum(bytes(sender)), checksum(bytes(receiver)), int.from_bytes(amount), log)

    def claims(self, *, first: int | None = None, last: int | None = None) -> Iterator[Log]:
        """The `Claimed` and `Redirected` logs of the vaults, in the chain's order.

        Whoever is a payee may be a vault, and is taken for one: who is none may log what they like.
        Arguments and completeness as of `transfers`.
        """
        start, end, named = self._money_bounds(first, last)
        known: dict[bytes, Address] = {}
        for row in self._store.claims(start, end, named):
            number, index, tx_hash, vault, topics, data, _, block_hash = row
            address = known.get(bytes(vault)) or known.setdefault(bytes(vault), checksum(bytes(vault)))
            yield Log(
                address=address,
                topics=_topics(topics),
                data=bytes(data),
                block_number=number,
                block_hash=hash32(bytes(block_hash)),
                tx_hash=hash32(bytes(tx_hash)),
                index=index,
            )

    def followed(self) -> frozenset[Address]:
        """The accounts whose transfers are here: payees, vaults and purses, and the license token itself."""
        return self._named(Role.ACCOUNT)

    def vaults(self) -> frozenset[Address]:
        """Those of them whose claims are here: all that are vaults, or may be."""
        return self._named(Role.VAULT)

    def tokens(self) -> frozenset[Address]:
        """The tokens whose transfers are here."""
        return self._named(Role.TOKEN)

    def _named(self, role: Role) -> frozenset[Address]:
        self.identity  # noqa: B018 - raises
        return frozenset(map(checksum, self._store.names(role, self._store.money_block())))

    def _money_bounds(self, first: int | None, last: int | None) -> tuple[int, int, int]:
        """The blocks that are read, and the last that may have named somebody."""
        start = self.identity.first_block if first is None else first
        complete = self._store.money_block()
        return start, complete if last is None else min(last, complete), complete

    def block(self, number: int) -> Block:
        """A block.

        Raises:
            InputError: it is not indexed.
        """
        found = self._store.block(number)
        if found is None:
            raise InputError(f"block {number} is not indexed")
        return Block(number, hash32(found[0]), found[1])

    def timestamp(self, block: int) -> int:
        """A block's time, unix seconds. Raises as `block` does."""
        return self.block(block).timestamp


def _topics(words: bytes) -> tuple[bytes, ...]:
    raw = bytes(words)
    return tuple([raw[i : i + _WORD] for i in range(0, len(raw), _WORD)])
