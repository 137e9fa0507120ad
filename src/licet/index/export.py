"""What an index has, as files for other programs: Parquet or CSV, one file for each kind of event.

Bytes are `0x` and hex, amounts decimal text, lists JSON: nothing is rounded, whatever reads it. Only what the
contracts' heads have proven is written, and of the money only as far as nothing is missing. A file appears
when it is whole, in place of an older one.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, get_args

from licet.errors import IndexFailed, InputError
from licet.index.events.rows import numbered
from licet.index.index import Index
from licet.trees.hashing import checksum
from licet.types import shown

Format: TypeAlias = Literal["parquet", "csv"]

_ROWS_AT_ONCE: Final = 5_000
_MEMORY: Final = "256MB"
_WHERE: Final = (("block_number", "integer"), ("log_index", "integer"), ("tx_hash", "hash"))
_RAW: Final = (("contract", "text"), ("topics", "json"), ("data", "bytes"))
BLOCKS: Final = "blocks"
LOGS: Final = "logs"
CLAIMS: Final = "claims"
TRANSFERS: Final = "transfers"
_MONEY: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    CLAIMS: (
        *(("vault", "address"), ("token", "address"), ("payee", "address"), ("receiver", "address")),
        ("amount", "decimal"),
    ),
    TRANSFERS: (("token", "address"), ("sender", "address"), ("receiver", "address"), ("amount", "decimal")),
}
"""What the views of the money show, besides where it was logged."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written: its table, where it is, and how many rows it has."""

    table: str
    path: Path
    rows: int


def tables() -> tuple[str, ...]:
    """What can be exported: blocks, raw logs, the money, and each kind of event."""
    return BLOCKS, LOGS, *_MONEY, *(kind.table for _, kind in numbered().values() if kind is not None)


def export(
    index: Index, folder: Path, format_: Format = "parquet", chosen: Sequence[str] = ()
) -> list[Exported]:
    """Writes tables into a folder, which is made if it is not there.

    Args:
        index: what is exported.
        folder: where to.
        format_: how.
        chosen: which tables; if none is named, all that have rows.

    Raises:
        InputError: there is no such table or format.
        IndexFailed: a file cannot be written.
    """
    unknown = set(chosen) - set(tables())
    if unknown:
        raise InputError(f"{shown(min(unknown))} is no table of the index: {', '.join(tables())} are")
    if format_ not in get_args(Format):
        raise InputError(f"{shown(format_)} is not a format: parquet or csv")
    last = index.state.verified_block
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for table in chosen or tables():
            columns, rows = _table(index, table, last)
            first = next(rows, None)
            if first is not None or chosen:
                path = folder / f"{table}.{format_}"
                count = _write(path, format_, columns, _chain(first, rows))
                written.append(Exported(table, path, count))
    except OSError as error:
        where = error.filename or folder
        raise IndexFailed(f"{where} cannot be written: {error.strerror or error}", path=str(where)) from error
    return written


def _chain(first: Sequence[Any] | None, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    if first is not None:
        yield first
    yield from rows


def _table(index: Index, table: str, last: int) -> tuple[list[tuple[str, str]], Iterator[Sequence[Any]]]:
    """A table's columns, and its rows as they are written."""
    if table == BLOCKS:
        columns = [("number", "integer"), ("hash", "hash"), ("timestamp", "integer")]
        return columns, (_shown(columns, row) for row in index.store.blocks(last))
    if table == LOGS:
        return [*_WHERE, *_RAW], _raw(index, last)
    if table in _MONEY:
        columns = [*_WHERE, *_MONEY[table]]
        rows = index.store.money(table, [name for name, _ in columns], index.state.money_block)
        return columns, (_shown(columns, (*row[:-1], _amount(row[-1]))) for row in rows)
    number, kind = next((i, kind) for i, (_, kind) in numbered().items() if kind and kind.table == table)
    columns = [*_WHERE, *((column.name, column.type) for column in kind.columns)]

    def decoded() -> Iterator[Sequence[Any]]:
        for log in index.store.logs(0, last, [number]):
            try:
                values = kind.decoder.row(bytes(log[4]), bytes(log[5]))
            except ValueError:
                continue  # no contract of ours logs such; `logs` has it
            yield _shown(columns, (*log[:3], *values))

    return columns, decoded()


def _raw(index: Index, last: int) -> Iterator[Sequence[Any]]:
    for log in index.logs(last=last):
        topics = ",".join(f'"0x{topic.hex()}"' for topic in log.topics)
        yield log.block_number, log.index, log.tx_hash, log.address, f"[{topics}]", "0x" + log.data.hex()


def _amount(value: Any) -> str:
    """An amount as files have it: in SQLite it is its bytes."""
    return str(int.from_bytes(value) if isinstance(value, bytes) else int(value))


def _shown(columns: Sequence[tuple[str, str]], row: Iterable[Any]) -> list[Any]:
    """A row as files have it."""
    shown_row: list[Any] = []
    for (_, type_), value in zip(columns, row, strict=True):
        if type_ == "address":
            shown_row.append(checksum(bytes(value)))
        else:
            shown_row.append(value if isinstance(value, int | str) else "0x" + bytes(value).hex())
    return shown_row


def _write(path: Path, format_: Format, columns: list[tuple[str, str]], rows: Iterator[Sequence[Any]]) -> int:
    """Writes a file beside its place, and moves it there when it is whole; returns the number of rows."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as scratch:
        whole = Path(scratch) / path.name
        write = _write_csv if format_ == "csv" else _write_parquet
        count = write(whole, columns, rows)
        whole.replace(path)
    return count


def _write_csv(path: Path, columns: list[tuple[str, str]], rows: Iterator[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([name for name, _ in columns])
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def _write_parquet(path: Path, columns: list[tuple[str, str]], rows: Iterator[Sequence[Any]]) -> int:
    """By DuckDB, from a database beside the file, so that memory stays small."""
    import duckdb
    import numpy as np

    count = 0
    try:
        with duckdb.connect(str(path.with_suffix(".duckdb"))) as db:
            db.execute(f"SET memory_limit = '{_MEMORY}'")
            typed = ", ".join(
                f'"{name}" {"BIGINT" if type_ == "integer" else "VARCHAR"} NOT NULL'
                for name, type_ in columns
            )
            db.execute(f"CREATE TABLE exported ({typed})")
            while batch := list(islice(rows, _ROWS_AT_ONCE)):
                # DuckDB reads a dictionary of arrays by the name of the variable.
                arrays = {
                    name: np.array([row[i] for row in batch], dtype="int64" if type_ == "integer" else object)
                    for i, (name, type_) in enumerate(columns)
                }
                db.register("batch", arrays)
                db.execute("INSERT INTO exported SELECT * FROM batch")
                db.unregister("batch")
                count += len(batch)
            name = str(path).replace("'", "''")
            db.execute(f"COPY exported TO '{name}' (FORMAT parquet, COMPRESSION zstd)")
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise IndexFailed(f"{path.name} cannot be written: {reason}", path=str(path)) from error
    return count
