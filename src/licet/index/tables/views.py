"""A view for each kind of event: the decoded arguments as columns, cut from the words of its logs.

Views, because there is no second copy then that could differ from what was proven, and because writing one
took as long as all the rest of the indexing. What they cut where follows from the interface, as in `decode`.

Hashes, addresses and bytes are bytes. SQLite has no integers over 63 bits: there an amount is its 32 bytes,
big end first, so that it sorts and compares as it should and no sum of it is silently wrong; other numbers
are integers, or those bytes where they are too large. In PostgreSQL all are numbers. A list is its encoded
bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from licet.chain.compiled.abi import Parameter
from licet.contracts import events
from licet.contracts.events import Claimed, Redirected
from licet.index.events.decode import Spelling, flat, is_dynamic, kept_as, under, width_of
from licet.index.events.kinds import Kind
from licet.index.tables.schema import CLAIM_LOGS, TRANSFER_LOGS

_WORD = 32
_INT64 = 8
_OFFSET = 4  # bytes of an offset or a length: no log is larger
_AMOUNTS = ("amount", "price", "refund", "ceiling")


class Dialect(Protocol):
    """How a database cuts bytes, and reads them."""

    def cut(self, value: str, start: str, size: str) -> str:
        """Some bytes of others; `start` counts from 0."""

    def number(self, value: str, size: int) -> str:
        """At most 7 bytes as an integer."""

    def large(self, value: str, size: int, *, amount: bool) -> str:
        """8 to 32 bytes as a number, or as near to one as the database has."""

    def text(self, value: str) -> str:
        """Bytes as text."""

    def word(self, value: bytes) -> str:
        """Some bytes, written out."""


def view(kind: Kind, number: int, dialect: Dialect) -> str:
    """What creates the view of a kind, whose logs have this number in `logs.kind`."""
    columns = "".join(f', {sql} AS "{name}"' for name, sql in _columns(kind, dialect))
    return (
        f'CREATE VIEW "{kind.table}" AS SELECT block_number, log_index, tx_hash{columns} '
        f"FROM logs WHERE kind = {number}"
    )


def money_views(dialect: Dialect) -> tuple[str, str]:
    """What creates the views of the money: `transfers`, and `claims` with whom each was sent to.

    What was sent elsewhere than to its payee was logged just before.
    """

    def address(topics: str, place: int) -> str:
        return dialect.cut(topics, str(place * _WORD + 12), "20")

    def amount(value: str) -> str:
        return dialect.large(value, _WORD, amount=True)

    claimed, redirected = (dialect.word(events.topic_of(kind)) for kind in (Claimed, Redirected))
    same = " AND ".join(
        (
            "r.block_number = c.block_number",
            "r.log_index = c.log_index - 1",
            "r.tx_hash = c.tx_hash",
            "r.vault = c.vault",
            f"{dialect.cut('r.topics', '0', '32')} = {redirected}",
            f"{dialect.cut('r.topics', '32', '64')} = {dialect.cut('c.topics', '32', '64')}",
            "length(r.topics) = 128",
        )
    )
    return (
        f"CREATE VIEW transfers AS SELECT block_number, log_index, tx_hash, token, sender, receiver, "
        f"{amount('amount')} AS amount, named_block FROM {TRANSFER_LOGS.name}",
        f"CREATE VIEW claims AS SELECT c.block_number, c.log_index, c.tx_hash, c.vault, "
        f"{address('c.topics', 1)} AS token, {address('c.topics', 2)} AS payee, "
        f"coalesce({address('r.topics', 3)}, {address('c.topics', 2)}) AS receiver, "
        f"{amount('c.data')} AS amount, c.named_block "
        f"FROM {CLAIM_LOGS.name} c LEFT JOIN {CLAIM_LOGS.name} r ON {same} "
        f"WHERE {dialect.cut('c.topics', '0', '32')} = {claimed} "
        "AND length(c.topics) = 96 AND length(c.data) = 32",
    )


def _columns(kind: Kind, dialect: Dialect) -> Iterator[tuple[str, str]]:
    indexed = [p for p in kind.entry.inputs if p.indexed]
    plain = [p for p in kind.entry.inputs if not p.indexed]
    for i, parameter in enumerate(indexed, 1):
        name = kind.spelled(parameter.name)
        yield name, _fixed(dialect, "topics", str(i * _WORD), parameter, name)
    yield from _Block(dialect, plain, kind.spelled, "0").columns()


@dataclass(frozen=True, slots=True)
class _Block:
    """Arguments or a struct's members, whose words begin at `base` in the data."""

    dialect: Dialect
    parameters: Sequence[Parameter]
    spelled: Spelling
    base: str

    def columns(self) -> Iterator[tuple[str, str]]:
        """Their columns: those of fixed width, then the others."""
        members = list(flat(self.parameters, self.spelled))
        tails: list[tuple[Parameter, str, str]] = []
        for i, (parameter, name) in enumerate(members):
            at = _plus(self.base, i * _WORD)
            if is_dynamic(parameter):
                # The compiler puts the first tail right behind the words; later ones stand where it says.
                start = len(members) * _WORD if not tails else self._number(at)
                tails.append((parameter, name, _plus(self.base, start)))
            else:
                yield name, _fixed(self.dialect, "data", at, parameter, name)
        for parameter, name, start in tails:
            yield from self._tail(parameter, name, start)

    def _tail(self, parameter: Parameter, name: str, start: str) -> Iterator[tuple[str, str]]:
        if parameter.type == "tuple":
            inner = _Block(self.dialect, parameter.components, under(name, self.spelled), start)
            yield from inner.columns()
        elif parameter.type.endswith("]"):
            yield name, self.dialect.cut("data", start, f"(length(data) - ({start}))")
        else:
            value = self.dialect.cut("data", _plus(start, _WORD), self._number(start))
            yield name, self.dialect.text(value) if parameter.type == "string" else value

    def _number(self, at: str) -> str:
        """The offset or length that stands at a place."""
        word = self.dialect.cut("data", _plus(at, _WORD - _OFFSET), str(_OFFSET))
        return f"({self.dialect.number(word, _OFFSET)})"


def _fixed(dialect: Dialect, column: str, at: str, parameter: Parameter, name: str) -> str:
    """A value of fixed width, whose word stands at a place."""
    type_, size = kept_as(parameter, name), width_of(parameter)
    value = dialect.cut(column, _plus(at, _WORD - size), str(size))
    if type_ == "integer":
        return dialect.number(value, size)
    if type_ == "decimal":
        amount = name.endswith(_AMOUNTS)
        whole = value if size == _INT64 else dialect.cut(column, at, str(_WORD))
        return dialect.large(whole, min(size, _INT64) if size == _INT64 else _WORD, amount=amount)
    return value


def _plus(base: str, more: int | str) -> str:
    if base.isdecimal() and isinstance(more, int):
        return str(int(base) + more)
    return str(more) if base == "0" else base if more == 0 else f"({base} + {more})"


class SqliteDialect:
    """As SQLite does it: a number is put together from its hex digits."""

    def cut(self, value: str, start: str, size: str) -> str:
        """As `Dialect`."""
        return f"substr({value}, {_plus(start, 1)}, {size})"

    def number(self, value: str, size: int) -> str:
        """As `Dialect`."""
        digits = 2 * size
        return " | ".join(
            f"(instr('123456789ABCDEF', substr(hex({value}), {i + 1}, 1)) << {4 * (digits - 1 - i)})"
            for i in range(digits)
        )

    def large(self, value: str, size: int, *, amount: bool) -> str:
        """As `Dialect`: an amount stays bytes."""
        if amount:
            return value
        low = self.cut(value, str(size - _INT64), str(_INT64))
        fits = f"hex({value}) < '{'0' * (2 * (size - _INT64))}8'"
        return f"CASE WHEN {fits} THEN {self.number(low, _INT64)} ELSE {value} END"

    def text(self, value: str) -> str:
        """As `Dialect`."""
        return f"CAST({value} AS TEXT)"

    def word(self, value: bytes) -> str:
        """As `Dialect`."""
        return f"x'{value.hex()}'"


class PostgresDialect:
    """As PostgreSQL does it, with two functions of ours."""

    FUNCTIONS = (
        "CREATE FUNCTION licet_number(value bytea) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS $$ "
        "SELECT coalesce(sum(get_byte(value, i) * 256::numeric ^ (length(value) - 1 - i)), 0)::numeric(78) "
        "FROM generate_series(0, length(value) - 1) i $$",
        # Nothing on chain makes text valid UTF-8, and one bad text must not spoil a whole view.
        "CREATE FUNCTION licet_text(value bytea) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$ "
        "BEGIN RETURN convert_from(value, 'UTF8'); "
        "EXCEPTION WHEN others THEN RETURN encode(value, 'escape'); END $$",
    )

    def cut(self, value: str, start: str, size: str) -> str:
        """As `Dialect`."""
        return f"substring({value} FROM ({_plus(start, 1)})::int FOR ({size})::int)"

    def number(self, value: str, size: int) -> str:  # noqa: ARG002 - the function sees the size
        """As `Dialect`."""
        return f"licet_number({value})::bigint"

    def large(self, value: str, size: int, *, amount: bool) -> str:  # noqa: ARG002 - all are numbers here
        """As `Dialect`."""
        return f"licet_number({value})"

    def text(self, value: str) -> str:
        """As `Dialect`."""
        return f"licet_text({value})"

    def word(self, value: bytes) -> str:
        """As `Dialect`."""
        return f"'\\x{value.hex()}'::bytea"
