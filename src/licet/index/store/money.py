"""The tables of the money: whom events name, what tokens and vaults logged of them, how far that is known.

All in the database of the index, and in its transactions: what a re-org takes away goes with the blocks that
named it, and a track never stands ahead of the blocks.
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

from licet.errors import IndexFailed
from licet.index.events.names import Role
from licet.index.events.rows import Row
from licet.index.tables import schema
from licet.index.tables.schema import Table
from licet.index.tables.state import Track

CLAIMS: Final = 0
TRANSFERS: Final = 1
TABLES: Final = (schema.CLAIM_LOGS, schema.TRANSFER_LOGS)
"""By the number of their track."""


class MoneyTables(ABC):
    """The part of a store that has the money."""

    name: str
    _PLACE: ClassVar[str]

    @abstractmethod
    def transaction(self) -> contextlib.AbstractContextManager[None]:
        """As `Store`."""

    @abstractmethod
    def hash_of(self, number: int) -> bytes | None:
        """As `Store`."""

    @abstractmethod
    def _execute(self, sql: str, values: Sequence[Any] = ()) -> list[Row]: ...

    @abstractmethod
    def _execute_many(self, sql: str, rows: Sequence[Row]) -> None: ...

    @abstractmethod
    def _stream(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]: ...

    # Writing.

    def _begin_money(self, first_block: int, license_token: bytes) -> None:
        """Nobody is named yet but the license token, through which authorized payments pass."""
        before = first_block - 1
        for table in (schema.NAMES, schema.TRACKS):
            self._execute(f"DELETE FROM {table.name}")
        self._add_names([(int(Role.ACCOUNT), license_token, before)])
        rows = [(number, *_columns(Track.begin(before))) for number in range(len(TABLES))]
        self._execute_many(f"INSERT INTO {schema.TRACKS.name} VALUES {self._places(schema.TRACKS)}", rows)

    def _add_names(self, rows: Sequence[Row]) -> None:
        """Notes who was named; whoever was named before, by the earlier block."""
        earlier = f"excluded.named_block < {schema.NAMES.name}.named_block"
        self._execute_many(
            f"INSERT INTO {schema.NAMES.name} VALUES {self._places(schema.NAMES)} "
            f"ON CONFLICT (role, address) DO UPDATE SET named_block = excluded.named_block WHERE {earlier}",
            rows,
        )

    def _add_disputed(self, rows: Sequence[Row]) -> None:
        self._execute_many(f"INSERT INTO {schema.DISPUTED.name} VALUES {self._places(schema.DISPUTED)}", rows)

    def advance(
        self,
        number: int,
        before: Track,
        after: Track,
        *,
        at: tuple[int, bytes] | None = None,
        rows: Sequence[Row] = (),
        names: Sequence[Row] = (),
    ) -> None:
        """Adds what was found in some blocks, and moves a track, in one transaction.

        Args:
            number: the track's.
            before: where it must stand.
            after: where it stands then.
            at: the last of the blocks, and the hash that it must have.
            rows: of the track's table; those that are there already are passed over.
            names: role, address, block.

        Raises:
            IndexFailed: somebody else writes, or the database is full; nothing was changed.
        """
        with self.transaction():
            if self.track(number) != before or (at is not None and self.hash_of(at[0]) != at[1]):
                raise IndexFailed(f"somebody else has changed {self.name}: update again", db=self.name)
            table = TABLES[number]
            self._execute_many(
                f"INSERT INTO {table.name} VALUES {self._places(table)} ON CONFLICT DO NOTHING", rows
            )
            self._add_names(names)
            self._set_track(number, after)

    def _forget_money(self, block: int, first_block: int) -> None:
        """Takes away what is newer than a block, and whatever of older blocks only newer ones have named."""
        newer = f"> {self._PLACE}"
        tokens = f"SELECT address FROM {schema.NAMES.name} WHERE role = {int(Role.TOKEN)}"
        # Naming the tokens lets the database use the key.
        self._execute(
            f"DELETE FROM {schema.TRANSFER_LOGS.name} WHERE token IN ({tokens}) AND block_number {newer}",
            (block,),
        )
        self._execute(f"DELETE FROM {schema.CLAIM_LOGS.name} WHERE block_number {newer}", (block,))
        self._execute(f"DELETE FROM {schema.DISPUTED.name} WHERE block_number {newer}", (block,))
        names = schema.NAMES.name
        if self._execute(f"SELECT 1 FROM {names} WHERE named_block {newer} LIMIT 1", (block,)):
            for table in (*TABLES, schema.NAMES):
                self._execute(f"DELETE FROM {table.name} WHERE named_block {newer}", (block,))
        for number in range(len(TABLES)):
            self._set_track(number, self.track(number).back_to(block, first_block - 1))

    def _set_track(self, number: int, track: Track) -> None:
        changes = ", ".join(f"{name} = {self._PLACE}" for name in schema.TRACKS.names[1:])
        self._execute(f"UPDATE {schema.TRACKS.name} SET {changes} WHERE number = {number}", _columns(track))

    def _places(self, table: Table) -> str:
        return f"({', '.join([self._PLACE] * len(table.columns))})"

    # Reading.

    def track(self, number: int) -> Track:
        """How far the money is followed in one kind of log: `CLAIMS` or `TRANSFERS`."""
        names = ", ".join(schema.TRACKS.names[1:])
        [row] = self._execute(f"SELECT {names} FROM {schema.TRACKS.name} WHERE number = {number}")
        return Track(*row)

    def money_block(self) -> int:
        """The last block up to which nothing is missing of what had been named by then."""
        return min(self.track(number).complete for number in range(len(TABLES)))

    def names(self, role: Role, last: int) -> dict[bytes, int]:
        """Who was named as something up to a block, and in which block first."""
        sql = f"SELECT address, named_block FROM {schema.NAMES.name} WHERE role = {int(role)} "
        rows = self._stream(f"{sql} AND named_block <= {self._PLACE}", (last,))
        return {bytes(address): block for address, block in rows}

    def disputed(self, last: int) -> dict[bytes, int]:
        """The latest dispute of each asset up to a block."""
        sql = (
            f"SELECT asset_id, max(case_id) FROM {schema.DISPUTED.name} WHERE block_number <= {self._PLACE} "
        )
        return {bytes(asset): case for asset, case in self._execute(f"{sql} GROUP BY asset_id", (last,))}

    def transfers(self, token: bytes, first: int, last: int, named: int) -> Iterator[Row]:
        """A token's transfers in some blocks, in order, as `TRANSFER_LOGS` has them, and the block's hash.

        Args:
            token: its address.
            first: the first block.
            last: the last block.
            named: only of those named up to this block.
        """
        where = f"t.token = {self._PLACE} AND "
        return self._stream(self._select(schema.TRANSFER_LOGS, where), (token, first, last, named))

    def claims(self, first: int, last: int, named: int) -> Iterator[Row]:
        """What vaults logged in some blocks, in order, as `CLAIM_LOGS` has it, and the block's hash."""
        return self._stream(self._select(schema.CLAIM_LOGS, ""), (first, last, named))

    def money(self, view: str, columns: Sequence[str], last: int) -> Iterator[Row]:
        """What a view of the money shows up to a block, of whoever was named by then, in order."""
        sql = f"SELECT {', '.join(columns)} FROM {view} WHERE block_number <= {self._PLACE} "
        return self._stream(
            f"{sql} AND named_block <= {self._PLACE} ORDER BY block_number, log_index", (last, last)
        )

    def _select(self, table: Table, where: str) -> str:
        columns = ", ".join(f"t.{name}" for name in table.names)
        place = self._PLACE
        return (
            f"SELECT {columns}, b.hash FROM {table.name} t "
            f"JOIN {schema.BLOCKS.name} b ON b.number = t.block_number "
            f"WHERE {where}t.block_number BETWEEN {place} AND {place} AND t.named_block <= {place} "
            "ORDER BY t.block_number, t.log_index"
        )

    def money_counts(self, last: int) -> tuple[int, ...]:
        """How many accounts, vaults and tokens are named, and how many claims and transfers there are.

        Args:
            last: up to this block.
        """
        names = f"SELECT count(*) FROM {schema.NAMES.name} WHERE named_block <= {self._PLACE} AND role = "
        found = [self._execute(f"{names}{int(role)}", (last,)) for role in Role]
        for table in TABLES:
            where = f"WHERE block_number <= {self._PLACE} AND named_block <= {self._PLACE}"
            found.append(self._execute(f"SELECT count(*) FROM {table.name} {where}", (last, last)))
        return tuple(int(count) for [(count,)] in found)


def _columns(track: Track) -> Row:
    return track.block, track.named, track.horizon, track.backfill
