"""The database of an index: made, checked, added to and read, whichever of the two it is.

All that one batch of blocks adds, and takes away, is one transaction, the cursor included. So a process that
is killed leaves either all of it or nothing.
"""

import contextlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final

from licet.errors import IndexFailed, IndexUnusable
from licet.index.events.kinds import CONTRACTS
from licet.index.events.rows import Row, numbered
from licet.index.store.money import MoneyTables
from licet.index.tables import schema
from licet.index.tables.batch import Batch
from licet.index.tables.schema import Table
from licet.index.tables.state import Identity, Position
from licet.index.tables.views import Dialect, money_views, view
from licet.trees.hashing import checksum
from licet.types import address_bytes

_NO_HEAD: Final = bytes(32)


class Store(MoneyTables):
    """One database."""

    name: str
    """How messages call it; without a password."""
    _PLACE: ClassVar[str]
    """What stands for a value in a statement."""
    _TYPES: ClassVar[Mapping[str, str]]
    """How the database calls the kinds of values."""
    _SUFFIX: ClassVar[str] = ""
    _DIALECT: ClassVar[Dialect]
    """How it cuts decoded values out of logs."""
    _FUNCTIONS: ClassVar[Sequence[str]] = ()
    """What its views need to be made before them."""

    # What each database does its own way.

    @abstractmethod
    def close(self) -> None:
        """Lets the database go."""

    @abstractmethod
    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """A transaction that no other writer shares; undone where an exception leaves it."""

    @abstractmethod
    def _insert(self, table: Table, rows: Sequence[Row]) -> None: ...

    @abstractmethod
    def _tables(self) -> set[str]:
        """The names of all tables there are."""

    # What an index is.

    def identity(self) -> Identity | None:
        """What it is of; None for an empty database.

        Raises:
            IndexUnusable: the database is something else.
        """
        tables = self._tables()
        if not tables:
            return None
        if schema.IDENTITY.name not in tables:
            raise IndexUnusable(
                f"{self.name} is a database of something else: name another one with --db", db=self.name
            )
        rows = self._execute(f"SELECT {_names(schema.IDENTITY)} FROM {schema.IDENTITY.name}")
        if (
            len(rows) != 1
            or rows[0][0] != schema.SCHEMA
            or not {table.name for table in schema.ALL} <= tables
        ):
            raise self._of_another_version()
        _, chain_id, genesis, registry, deployment_block, first = rows[0]
        named = self._execute(f"SELECT name, address FROM {schema.CONTRACTS.name} ORDER BY number")
        addresses = tuple(checksum(bytes(address)) for _, address in named)
        if tuple(name for name, _ in named) != CONTRACTS or address_bytes(addresses[0]) != bytes(registry):
            raise self.damaged("its contracts are not those of its registry")
        kinds = self._execute(f"SELECT {_names(schema.KINDS)} FROM {schema.KINDS.name} ORDER BY number")
        if [(*row[:3], bytes(row[3]), row[4]) for row in kinds] != schema.kind_rows():
            raise self._of_another_version()
        return Identity(int(chain_id), bytes(genesis), addresses, deployment_block, first)

    def create(self, identity: Identity) -> None:
        """Makes the tables, all or none."""
        with self.transaction():
            if self._tables():
                raise IndexFailed(f"somebody else has just begun {self.name}: try again", db=self.name)
            for table in schema.ALL:
                self._execute(table.sql(self._TYPES, self._SUFFIX))
            for function in self._FUNCTIONS:
                self._execute(function)
            for number, (_, kind) in numbered().items():
                if kind is not None:
                    self._execute(view(kind, number, self._DIALECT))
            for sql in money_views(self._DIALECT):
                self._execute(sql)
            self._insert(schema.KINDS, schema.kind_rows())
            named = zip(CONTRACTS, identity.addresses, strict=True)
            contracts = [(i, name, address_bytes(address)) for i, (name, address) in enumerate(named)]
            self._insert(schema.CONTRACTS, contracts)
            self._begin(identity)

    def begin_anew(self, identity: Identity) -> None:
        """Lets an index that has no block yet begin elsewhere: a node may have been wrong about where."""
        with self.transaction():
            if self._execute(f"SELECT number FROM {schema.BLOCKS.name} LIMIT 1"):
                raise IndexFailed(f"somebody else has just begun {self.name}: try again", db=self.name)
            for table in (schema.IDENTITY, schema.CURSOR):
                self._execute(f"DELETE FROM {table.name}")
            self._begin(identity)

    def _begin(self, identity: Identity) -> None:
        row = (
            schema.SCHEMA,
            str(identity.chain_id),
            identity.genesis_hash,
            address_bytes(identity.addresses[0]),
            identity.deployment_block,
            identity.first_block,
        )
        self._insert(schema.IDENTITY, [row])
        self._insert(schema.CURSOR, [(1, identity.first_block - 1, identity.first_block - 1)])
        self._begin_money(identity.first_block, address_bytes(identity.addresses[1]))

    def position(self) -> Position:
        """How far it has come.

        Raises:
            IndexUnusable: its parts do not fit together: it was damaged, or written by halves.
        """
        [(block, verified)] = self._execute(f"SELECT block_number, verified_block FROM {schema.CURSOR.name}")
        [(first,)] = self._execute(f"SELECT first_block FROM {schema.IDENTITY.name}")
        [(low, high)] = self._execute(f"SELECT min(number), max(number) FROM {schema.BLOCKS.name}")
        if (low, high) != ((first, block) if block >= first else (None, None)) or verified > block:
            raise self.damaged(f"its cursor is at block {block}, its blocks are {low} to {high}")
        return Position(block, self.hash_of(block), verified, self.heads_at(block))

    def verified_block(self) -> int:
        """The last block at which the contracts' heads agreed; cheaper than `position`."""
        return int(self._execute(f"SELECT verified_block FROM {schema.CURSOR.name}")[0][0])

    def hash_of(self, number: int) -> bytes | None:
        """A block's hash; None for one that is not indexed."""
        found = self.block(number)
        return found[0] if found else None

    def hashes(self, first: int, last: int) -> dict[int, bytes]:
        """The hashes of some blocks in a row."""
        where = f"WHERE number BETWEEN {self._PLACE} AND {self._PLACE}"
        rows = self._execute(f"SELECT number, hash FROM {schema.BLOCKS.name} {where}", (first, last))
        return {number: bytes(hash_) for number, hash_ in rows}

    def heads_at(self, block: int) -> tuple[bytes, ...]:
        """Each contract's head after a block."""
        return tuple(self._head(contract, block) for contract in range(len(CONTRACTS)))

    def _head(self, contract: int, block: int) -> bytes:
        rows = self._execute(
            f"SELECT head FROM {schema.HEADS.name} WHERE contract = {self._PLACE} "
            f"AND block_number <= {self._PLACE} ORDER BY block_number DESC LIMIT 1",
            (contract, block),
        )
        return bytes(rows[0][0]) if rows else _NO_HEAD

    # Writing.

    def apply(self, batch: Batch) -> None:
        """Adds a batch after the block that its first one names as its parent; what stood there goes.

        Raises:
            IndexFailed: somebody else writes, or the database is full; nothing was changed.
        """
        after = batch.first - 1
        with self.transaction():
            block, verified = self._locked_cursor()
            if block < after or (after >= self._first_block() and self.hash_of(after) != batch.parent_hash):
                raise IndexFailed(f"somebody else has changed {self.name}: update again", db=self.name)
            if block > after:
                self._delete_after(after)
            self._insert(schema.BLOCKS, batch.blocks)
            self._insert(schema.LOGS, batch.logs)
            self._insert(schema.HEADS, batch.heads)
            self._add_names(batch.names)
            self._add_disputed(batch.disputed)
            self._move(batch.last, batch.last if batch.verified else min(verified, after))

    def verify(self, block: int) -> None:
        """Notes that the contracts' heads agree at the last block."""
        with self.transaction():
            if self._locked_cursor()[0] == block:
                self._move(block, block)

    def rewind(self, block: int) -> None:
        """Takes away what is newer than a block: what was not proven, and turned out false."""
        with self.transaction():
            _, verified = self._locked_cursor()
            self._delete_after(block)
            self._move(block, min(verified, block))

    def _locked_cursor(self) -> tuple[int, int]:
        rows = self._execute(f"SELECT block_number, verified_block FROM {schema.CURSOR.name}{self._lock}")
        return rows[0][0], rows[0][1]

    @property
    def _lock(self) -> str:
        return ""

    def _first_block(self) -> int:
        return int(self._execute(f"SELECT first_block FROM {schema.IDENTITY.name}")[0][0])

    def _delete_after(self, block: int) -> None:
        self._execute(f"DELETE FROM {schema.BLOCKS.name} WHERE number > {self._PLACE}", (block,))
        self._execute(f"DELETE FROM {schema.LOGS.name} WHERE block_number > {self._PLACE}", (block,))
        # Naming the contracts lets the database use the key.
        every = _listed(range(len(CONTRACTS)))
        where = f"WHERE contract IN ({every}) AND block_number > {self._PLACE}"
        self._execute(f"DELETE FROM {schema.HEADS.name} {where}", (block,))
        self._forget_money(block, self._first_block())

    def _move(self, block: int, verified: int) -> None:
        changes = f"block_number = {self._PLACE}, verified_block = {self._PLACE}"
        self._execute(f"UPDATE {schema.CURSOR.name} SET {changes}", (block, verified))

    # Reading.

    def select(self, table: Table) -> Iterator[Row]:
        """All rows of a table, in the order of its key."""
        order = ", ".join(table.names[: table.key])
        return self._stream(f"SELECT {_names(table)} FROM {table.name} ORDER BY {order}")

    def query(self, sql: str) -> list[Row]:
        """What a question of one's own is answered, of the tables and views."""
        return self._execute(sql)

    def blocks(self, last: int) -> Iterator[Row]:
        """Number, hash and time of the blocks up to one."""
        sql = f"SELECT {_names(schema.BLOCKS)} FROM {schema.BLOCKS.name} WHERE number <= {self._PLACE}"
        return self._stream(f"{sql} ORDER BY number", (last,))

    def logs(self, first: int, last: int, kinds: Iterable[int]) -> Iterator[Row]:
        """Logs of some kinds in some blocks, in order, as `LOGS` has them, and the hash of the block.

        Args:
            first: the first block.
            last: the last block.
            kinds: numbers of kinds.
        """
        sql = (
            f"SELECT {', '.join(f'l.{name}' for name in schema.LOGS.names)}, b.hash "
            f"FROM {schema.LOGS.name} l JOIN {schema.BLOCKS.name} b ON b.number = l.block_number "
            f"WHERE l.block_number BETWEEN {self._PLACE} AND {self._PLACE} AND l.kind IN ({_listed(kinds)}) "
            "ORDER BY l.block_number, l.log_index"
        )
        return self._stream(sql, (first, last))

    def logs_at(self, block: int, first: int, last: int) -> list[Row]:
        """Logs of one block, from one place to another, as `logs` gives them."""
        sql = (
            f"SELECT {', '.join(f'l.{name}' for name in schema.LOGS.names)}, b.hash "
            f"FROM {schema.LOGS.name} l JOIN {schema.BLOCKS.name} b ON b.number = l.block_number "
            f"WHERE l.block_number = {self._PLACE} AND l.log_index BETWEEN {self._PLACE} AND {self._PLACE} "
            "ORDER BY l.log_index"
        )
        return self._execute(sql, (block, first, last))

    def block(self, number: int) -> tuple[bytes, int] | None:
        """A block's hash and time; None for one that is not indexed."""
        sql = f"SELECT hash, timestamp FROM {schema.BLOCKS.name} WHERE number = {self._PLACE}"
        found = self._execute(sql, (number,))
        return (bytes(found[0][0]), int(found[0][1])) if found else None

    def _of_another_version(self) -> IndexUnusable:
        return IndexUnusable(
            f"{self.name} was made by another version of Licet: index into a new database", db=self.name
        )

    def damaged(self, reason: str) -> IndexUnusable:
        """The error for a database whose parts do not fit together."""
        return IndexUnusable(
            f"{self.name} is damaged, or was written by halves ({reason}): delete it and index anew",
            db=self.name,
        )


def _names(table: Table) -> str:
    return ", ".join(table.names)


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))
