"""The rule in DuckDB: one process, any number of rows, bounded memory.

HUGEINT has 127 bits. A whole W is apportioned by weights that sum to S without a product that needs more: of
W = q S + r, a weight w gets q w + r w / S, and r w < S² < 2^126. What rounding takes is (r w) mod S, over S.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from licet.database import Database, quoted
from licet.errors import InputError
from licet.statement.amounts import SMALLEST_UNITS, Report
from licet.statement.inputs import (
    PAYEE,
    TEXT,
    WORK,
    Part,
    Rows,
    file_list,
    refuse_none,
    refuse_share,
    refuse_sum,
    refuse_twice,
    refuse_unknown,
    refuse_usage,
)
from licet.statement.rule import MAX_UNITS, Counts, check_units
from licet.trees.hashing import parse_raw_address

MEMORY: Final = "500MB"
"""What DuckDB may use of memory; the process itself needs some more."""

_PERCENT: Final = 100
_ADDRESS_LENGTH: Final = 42
_ZERO: Final = f"unhex('{'00' * 20}')"
# Mixed case alone has a checksum; most files have none at all.
_CAPITAL: Final = f"{PAYEE} != lower({PAYEE})"
_MIXED: Final = f"{_CAPITAL} AND substr({PAYEE}, 3) != upper(substr({PAYEE}, 3))"
_NO_WORK: Final = f"{WORK} IS NULL OR {WORK} = ''"
_NO_USE: Final = f"coalesce(number, 0) <= 0 OR {_NO_WORK}"
_NO_SHARE: Final = f"{_NO_USE} OR raw IS NULL OR raw = {_ZERO}"


def reckon(database: Database, usage: Rows, shares: Rows, total: int, out: Path, report: Report) -> Counts:
    """Writes the amounts, payee by payee, as `licet.statement.amounts` describes them.

    Args:
        database: an empty one.
        usage: what was used.
        shares: who shares in it.
        total: what is apportioned.
        out: a file that is not there yet.
        report: is told of each step, how much of it is done, and of how much.

    Raises:
        InputError: a row cannot be used, or a work's payees are unknown.
        SpaceMissing: memory and disk do not suffice.
    """
    database.run("SET preserve_insertion_order = false")
    with _step(database, "usage", report):
        works, units, rows = _use(database, usage)
    with _step(database, "shares", report):
        held = _hold(database, shares)
    with _step(database, "amounts", report):
        _apportion_works(database, total, units)
        _apportion_shares(database)
        _write(database, out)
    unpaid = database.value("SELECT count(*) FROM amounts WHERE amount = 0")
    return Counts(rows, units, works, held, unpaid)


@contextmanager
def _step(database: Database, name: str, report: Report) -> Iterator[None]:
    report(name, 0, _PERCENT)
    with database.watched(lambda done: report(name, done, _PERCENT)):
        yield
    report(name, _PERCENT, _PERCENT)


def _write(database: Database, out: Path) -> None:
    database.to_file(
        out,
        f"""
        COPY (
            SELECT '0x' || lower(hex(raw)) AS {PAYEE}, amount::VARCHAR AS {SMALLEST_UNITS}
            FROM amounts WHERE amount > 0 ORDER BY raw
        ) TO {quoted(str(out))} (FORMAT csv, HEADER)
        """,
    )


def _use(database: Database, usage: Rows) -> tuple[int, int, int]:
    """Makes the table `used`; returns the number of works, of units and of rows."""
    _from_files(
        database,
        usage,
        f"""
        CREATE TABLE used AS
            SELECT {WORK}, count(*) AS rows,
                sum(CASE WHEN number > 0 THEN number ELSE {MAX_UNITS} END) AS units
            FROM ({_source(usage)}) GROUP BY {WORK}
        """,
    )
    works, units, rows, no_work = database.rows(
        f"SELECT count(*), sum(units), sum(rows), count(*) FILTER ({_NO_WORK}) FROM used"
    )[0]
    if not works:
        raise refuse_none()
    # A row that cannot be used stands for so many units that the sum tells: cheaper than to look at each.
    if (no_work or units >= MAX_UNITS) and (bad := _first(database, usage, _NO_USE)):
        raise refuse_usage(*bad)
    check_units(int(units))
    return works, int(units), int(rows)


def _hold(database: Database, shares: Rows) -> int:
    """Makes the tables `held` and `sums`; returns the number of rows."""
    _from_files(
        database,
        shares,
        f"""
        CREATE TABLE held AS
            SELECT id, raw, number AS share, hash({WORK}, raw) AS mark, {_NO_SHARE} AS bad,
                {_CAPITAL} AS capital
            FROM ({_source(shares)}) LEFT JOIN (SELECT rowid AS id, {WORK} FROM used) USING ({WORK})
        """,
    )
    rows, bad, capital = database.rows(
        "SELECT count(*), count(*) FILTER (bad), count(*) FILTER (capital) FROM held"
    )[0]
    if bad:
        _refuse_share(database, shares, _NO_SHARE)
    if capital:
        _check_spelling(database, shares)
    if database.rows("SELECT mark FROM held GROUP BY mark HAVING count(*) > 1 LIMIT 1"):
        _check_once(database, shares)
    database.run(
        """
        CREATE TABLE sums AS
            SELECT id, sum(share) AS shares FROM held WHERE id IS NOT NULL GROUP BY id
        """
    )
    _check_sums(database)
    return int(rows)


def _check_spelling(database: Database, shares: Rows) -> None:
    """Refuses addresses that are mistyped, as their checksum tells."""
    wrong: list[str] = []
    for batch in database.batches(f"SELECT DISTINCT {PAYEE} FROM ({_source(shares)}) WHERE {_MIXED}"):
        for (payee,) in batch:
            try:
                parse_raw_address(payee)
            except InputError:
                wrong.append(payee)
    if wrong:
        _refuse_share(database, shares, f"{PAYEE} = {quoted(min(wrong))}")


def _refuse_share(database: Database, shares: Rows, condition: str) -> None:
    if bad := _first(database, shares, condition):
        raise refuse_share(*bad)


def _check_once(database: Database, shares: Rows) -> None:
    """Refuses two rows of one payee and one work; equal hashes may be of different ones."""
    found = database.rows(
        f"""
        SELECT {WORK}, '0x' || lower(hex(raw)) AS payee FROM ({_source(shares)})
        GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1
        """
    )
    if found:
        raise refuse_twice(*found[0])


def _check_sums(database: Database) -> None:
    """Refuses works that nobody shares in, or in which the shares are too many."""
    unknown, first = database.rows(
        f"SELECT count(*), min({WORK}) FROM used WHERE rowid NOT IN (SELECT id FROM sums)"
    )[0]
    if unknown:
        raise refuse_unknown(unknown, first)
    beyond = database.rows(
        f"""
        SELECT min({WORK}) FROM sums JOIN used ON used.rowid = sums.id
        WHERE shares > {MAX_UNITS} HAVING count(*) > 0
        """
    )
    if beyond:
        raise refuse_sum(beyond[0][0])


def _apportion_works(database: Database, total: int, units: int) -> None:
    """Makes the table `parts`: of each work, by its row in `used`."""
    share, rest = divmod(total, units)
    database.run(
        f"""
        CREATE TABLE quotas AS
            SELECT rowid AS id, {WORK},
                '{share}'::HUGEINT * units + {rest}::HUGEINT * units // {units} AS part,
                ({rest}::HUGEINT * units % {units})::BIGINT AS lost
            FROM used
        """
    )
    left = total - int(database.value("SELECT sum(part) FROM quotas"))
    database.run(
        f"""
        CREATE TABLE parts AS
            SELECT id, part + (row_number() OVER (ORDER BY lost DESC, {WORK}) <= {left})::INTEGER AS part
            FROM quotas;
        DROP TABLE quotas; DROP TABLE used;
        """
    )


def _apportion_shares(database: Database) -> None:
    """Makes the table `amounts`. What rounding took of a work is its shares' sum for each unit left of it."""
    database.run(
        """
        CREATE TABLE amounts AS
            SELECT raw, sum(part + (place::HUGEINT * shares <= all_lost)::INTEGER)::HUGEINT AS amount FROM (
                SELECT raw, part, shares, row_number() OVER one AS place, sum(lost) OVER one AS all_lost
                FROM (
                    SELECT id, raw, shares, each * share + product // shares AS part,
                        (product % shares)::BIGINT AS lost
                    FROM (
                        SELECT id, raw, share, shares, each, rest * share AS product
                        FROM held JOIN (
                            SELECT id, shares::BIGINT AS shares, part // shares AS each, part % shares AS rest
                            FROM parts JOIN sums USING (id)
                        ) USING (id)
                    )
                )
                WINDOW one AS (
                    PARTITION BY id ORDER BY lost DESC, raw
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
                )
            ) GROUP BY raw
        """
    )


def _source(rows: Rows, *, files: bool = False) -> str:
    """A query for the rows: the columns, the last as `number`, of a payee `raw`; NULL for what is none."""
    return " UNION ALL ".join(_select(rows, part, files=files) for part in rows.parts)


def _select(rows: Rows, part: Part, *, files: bool) -> str:
    kinds = dict(zip(rows.columns, part.types, strict=True))
    selected = [f"{WORK}::VARCHAR AS {WORK}"]
    if PAYEE in kinds:
        is_hex = f"length({PAYEE}) = {_ADDRESS_LENGTH} AND starts_with({PAYEE}, '0x')"
        digits = f"CASE WHEN {is_hex} THEN substr({PAYEE}, 3) END"
        selected += [PAYEE, f"try(unhex({digits})) AS raw"]
    number = rows.columns[-1]
    whole = number if kinds[number] == "BIGINT" else f"TRY_CAST({number} AS BIGINT)"
    if kinds[number] == TEXT:
        # A cast alone would take 1.5 for 2.
        whole = f"CASE WHEN {whole}::VARCHAR = {number} THEN {whole} END"
    selected.append(f"{whole} AS number")
    if files:
        selected += [f"{number}::VARCHAR AS text", "licet_file"]
    return f"SELECT {', '.join(selected)} FROM {_read(part, files=files)}"


def _read(part: Part, *, files: bool) -> str:
    paths, name = file_list(part.paths), ", filename = 'licet_file'" if files else ""
    if part.header is None:
        return f"read_parquet({paths}, hive_partitioning = false{name})"
    columns = ", ".join(f"{quoted(column)}: 'VARCHAR'" for column in part.header)
    compression = "gzip" if part.compressed else "none"
    return (
        f"read_csv({paths}, header = true, auto_detect = false, columns = {{{columns}}}, delim = ',', "
        f"quote = '\"', escape = '\"', hive_partitioning = false, compression = '{compression}'{name})"
    )


def _first(database: Database, rows: Rows, condition: str) -> tuple[Any, ...]:
    """Of the rows that a condition holds for the first, whatever their order: its file and columns; or ()."""
    columns = ", ".join(rows.columns[:-1])
    found = database.rows(
        f"""
        SELECT licet_file, {columns}, text FROM ({_source(rows, files=True)}) WHERE {condition}
        ORDER BY ALL NULLS FIRST LIMIT 1
        """
    )
    return found[0] if found else ()


def _from_files(database: Database, rows: Rows, sql: str) -> None:
    """Runs a statement that reads the files."""
    paths = [path for part in rows.parts for path in part.paths]
    several = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
    database.with_file(Path(f"{paths[0]}{several}"), sql)
