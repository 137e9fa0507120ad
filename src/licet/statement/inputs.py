"""Usage and shares as files, Parquet or CSV: which columns they need, of what types, and what is refused.

Nothing is guessed: text that is no whole number is refused, and a column of floating point too, whatever
stands in it.
"""

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from licet.database import Database, quoted
from licet.errors import InputError
from licet.fingerprint import check_file
from licet.tables import open_table
from licet.trees.hashing import parse_raw_address
from licet.types import shown

WORK, UNITS, PAYEE, SHARE = "work", "units", "payee", "share"

TEXT: Final = "VARCHAR"
_WHOLE: Final = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
)
_MAGIC: Final = b"PAR1"
_WANTED: Final = "a whole number from 1 to 2^63 - 1 is expected"


@dataclass(frozen=True, slots=True)
class Part:
    """Files that are read in the same way.

    Attributes:
        paths: the files, absolute.
        types: the type of each column that is needed, as DuckDB names it.
        header: of CSV files all their columns; None for Parquet.
        compressed: whether CSV files are gzipped.
    """

    paths: tuple[Path, ...]
    types: tuple[str, ...]
    header: tuple[str, ...] | None
    compressed: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of some files.

    Attributes:
        what: what they are, for messages.
        columns: the columns that are read, others are left alone.
        parts: the files.
    """

    what: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]


def usage_rows(database: Database, patterns: Sequence[str | Path]) -> Rows:
    """Usage: a work and its units in each row; several rows of one work are added up.

    Raises:
        InputError: what `_rows` refuses.
    """
    return _rows(database, "usage", patterns, (WORK, UNITS))


def share_rows(database: Database, patterns: Sequence[str | Path]) -> Rows:
    """Shares: a work, one of its payees and their share in each row; all of a work's shares make its whole.

    Raises:
        InputError: what `_rows` refuses.
    """
    return _rows(database, "shares", patterns, (WORK, PAYEE, SHARE))


def refuse_none() -> InputError:
    """What is said where nothing was used."""
    return InputError("the usage has no rows: nothing was used")


def refuse_usage(file: str, work: str | None, units: str | None) -> InputError:
    """What is said of a row of usage that cannot be used."""
    if not work:
        return InputError(f"{file} has a row without a work")
    return InputError(f"{file}: the work {shown(work)} has the units {shown(units or '')}: {_WANTED}")


def refuse_share(file: str, work: str | None, payee: str | None, share: str | None) -> InputError:
    """What is said of a row of shares that cannot be used."""
    if not work:
        return InputError(f"{file} has a row without a work")
    try:
        if not any(parse_raw_address(payee or "", "address of a payee")):
            raise InputError("the zero address cannot be a payee: what it is paid is lost")
    except InputError as error:
        return InputError(f"{file}, work {shown(work)}: {error}")
    return InputError(
        f"{file}: {payee} has the share {shown(share or '')} of the work {shown(work)}: {_WANTED}"
    )


def refuse_twice(work: str, payee: str) -> InputError:
    """What is said of two rows of shares for one payee of one work."""
    return InputError(
        f"the shares have two rows for {payee} and the work {shown(work)}: add them up, or remove one"
    )


def refuse_unknown(count: int, first: str) -> InputError:
    """What is said of works that have usage and no shares."""
    some = (
        f"{count:,} works of the usage, the first is {shown(first)},"
        if count > 1
        else f"the work {shown(first)}"
    )
    return InputError(f"the shares name nobody for {some}: add who shares in it, or take it out of the usage")


def refuse_sum(work: str) -> InputError:
    """What is said of a work whose shares are too many."""
    return InputError(f"the shares of the work {shown(work)} sum to more than 2^63 - 1: use smaller ones")


def _rows(database: Database, what: str, patterns: Sequence[str | Path], columns: tuple[str, ...]) -> Rows:
    """Looks at all files, at their columns' names and types, not at their rows.

    Raises:
        InputError: there are none, one is named twice or cannot be read, or lacks a column, or has one of a
            type that cannot be taken.
    """
    parts: dict[Part, list[Path]] = {}
    for path in found_files(what, patterns):
        parts.setdefault(_part(database, path, columns), []).append(path.resolve())
    return Rows(
        what,
        columns,
        tuple(Part(tuple(paths), key.types, key.header, key.compressed) for key, paths in parts.items()),
    )


def found_files(what: str, patterns: Iterable[str | Path]) -> list[Path]:
    """The files that are named, or match a pattern.

    Raises:
        InputError: there are none, or one is named twice; `what` names them in the message.
    """
    found: dict[Path, Path] = {}
    for pattern in map(str, patterns):
        is_pattern = glob.has_magic(pattern) and not Path(pattern).exists()
        matching = glob.glob(pattern, recursive=True) if is_pattern else [pattern]  # noqa: PTH207 - absolute too
        paths = sorted(map(Path, matching))
        paths = [path for path in paths if not (is_pattern and path.is_dir())]
        if not paths:
            raise InputError(f"no file is called {pattern}: check the path")
        for path in paths:
            check_file(path)
            if found.setdefault(path.resolve(), path) is not path:
                raise InputError(f"{path} is named twice as {what}: its rows would count twice")
    if not found:
        raise InputError(f"name at least one file with {what}")
    return list(found.values())


def _part(database: Database, path: Path, columns: tuple[str, ...]) -> Part:
    """How a file is read."""
    if not is_parquet(path):
        with open_table(path) as table:
            for name in columns:
                table.column(name)
            return Part((), (TEXT,) * len(columns), table.header, path.suffix == ".gz")
    types = parquet_types(database, path)
    for name in columns:
        if name not in types:
            has = shown(", ".join(types), 300)
            raise InputError(f"{path} has no column {shown(name)}: it has {has}")
        if not _can_be(name, types[name]):
            wanted = "text is expected" if name == PAYEE else "whole numbers or text are expected"
            raise InputError(f"the column {shown(name)} of {path} has the type {types[name]}: {wanted}")
    return Part((), tuple(types[name] for name in columns), None, compressed=False)


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes.

    Raises:
        InputError: it cannot be read.
    """
    try:
        check_file(path)
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error


def parquet_types(database: Database, path: Path) -> dict[str, str]:
    """The columns of a Parquet file, and their types as DuckDB names them; the view `looked_at` has its rows.

    Raises:
        InputError: it cannot be read.
    """
    source = f"read_parquet({file_list([path.resolve()])}, hive_partitioning = false)"
    database.with_file(path, f"CREATE OR REPLACE TEMP VIEW looked_at AS SELECT * FROM {source}")
    return {name: kind for name, kind, *_ in database.rows("DESCRIBE looked_at")}


def is_whole(kind: str) -> bool:
    """Whether a type has whole numbers alone."""
    return kind in _WHOLE or (kind.startswith("DECIMAL(") and kind.endswith(",0)"))


def file_list(paths: Sequence[Path]) -> str:
    """Files as a list in SQL; no character of a name is a wild card."""
    return "[" + ", ".join(quoted(glob.escape(str(path))) for path in paths) + "]"


def _can_be(column: str, kind: str) -> bool:
    if kind == TEXT:
        return True
    return column != PAYEE and is_whole(kind)
