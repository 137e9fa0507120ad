"""The rule in Spark: on as many machines as there are, with the same amounts to the byte.

A decimal of Spark's has 38 digits, as many as 2^126 has, the largest product here (see `in_duckdb`). Its
`/` rounds, and its `div` has 64 bits: it stands only where the quotient has no more. What overflows is an
error, as ANSI mode has it, never NULL.

Only Parquet is read: in CSV, Spark takes bytes that are not UTF-8 for others, so that two works could
become one.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from py4j.protocol import Py4JError
from pyspark import StorageLevel
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F  # noqa: N812 - as everybody calls it

from licet.errors import EngineFailed, InputError, ToolMissing
from licet.statement.amounts import HEADER, Report
from licet.statement.inputs import (
    PAYEE,
    SHARE,
    UNITS,
    WORK,
    refuse_none,
    refuse_share,
    refuse_sum,
    refuse_twice,
    refuse_unknown,
    refuse_usage,
)
from licet.statement.rule import MAX_UNITS, Counts, check_units
from licet.trees.hashing import parse_raw_address
from licet.types import shown

Keep: TypeAlias = Callable[[DataFrame], DataFrame]

_BIG: Final = "decimal(38, 0)"
_WHOLE: Final = frozenset(("tinyint", "smallint", "int", "bigint"))
_ZERO: Final = "0x" + "00" * 20
_LIMB: Final = 10**13
_KEPT: Final = StorageLevel.MEMORY_AND_DISK
_MAX_MESSAGE: Final = 300
_SETTINGS: Final[dict[str, str]] = {
    "spark.sql.ansi.enabled": "true",
    # Beyond so many rows, a sort that stops early would keep all of them in one process.
    "spark.sql.execution.topKSortFallbackThreshold": "100000",
}
_OWN_SETTINGS: Final[dict[str, str]] = {"spark.log.level": "ERROR", "spark.ui.showConsoleProgress": "false"}

_NO_WORK: Final = f"{WORK} IS NULL OR {WORK} = '' OR NOT is_valid_utf8({WORK})"
_NO_USE: Final = f"coalesce(number, 0) <= 0 OR {_NO_WORK}"
_NO_PAYEE: Final = f"NOT coalesce({PAYEE} RLIKE '^0x[0-9a-fA-F]{{40}}$', false) OR {PAYEE} = '{_ZERO}'"
_NO_SHARE: Final = f"{_NO_USE} OR {_NO_PAYEE}"


def reckon(
    usage: Sequence[str | Path],
    shares: Sequence[str | Path],
    total: int,
    out: Path,
    *,
    master: str | None,
    report: Report,
) -> Counts:
    """Writes the amounts, payee by payee, as `licet.statement.amounts` describes them.

    Args:
        usage: Parquet files of usage, folders or patterns of them, wherever the cluster finds them.
        shares: the same of shares.
        total: what is apportioned.
        out: a file of this machine's that is not there yet.
        master: the cluster; what Spark's own settings say if not given.
        report: is told when a step begins, and when it is done.

    Raises:
        InputError: a file or a row cannot be used, or a work's payees are unknown.
        ToolMissing: there is no Java.
        EngineFailed: Spark gave up.
    """
    with _session(master) as spark, _keeper() as keep:
        report("usage", 0, 1)
        used, units, rows = _use(_read(spark, "usage", usage, (WORK, UNITS)), keep)
        report("usage", 1, 1)
        report("shares", 0, 1)
        held, sums, count = _hold(_read(spark, "shares", shares, (WORK, PAYEE, SHARE)), used, keep)
        report("shares", 1, 1)
        report("amounts", 0, 1)
        amounts = keep(_amounts(held, sums, _parts(used, total, units, keep)))
        unpaid = amounts.where("amount = 0").count()
        lines = amounts.where("amount > 0").orderBy("raw").selectExpr("concat(raw, ',', amount) AS line")
        with out.open("wb") as file:
            file.write(HEADER)
            for row in lines.toLocalIterator(prefetchPartitions=True):
                file.write(f"{row.line}\n".encode())
        report("amounts", 1, 1)
        return Counts(rows, units, used.count(), count, unpaid)


@contextmanager
def _session(master: str | None) -> Iterator[SparkSession]:
    """Spark, ended afterwards unless it ran before; what it says becomes our own errors."""
    running = SparkSession.getActiveSession()
    try:
        spark = running.newSession() if running is not None else _start(master)
    except PySparkException as error:
        if error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise EngineFailed(f"Spark does not start: {_said(error)}") from error
        raise ToolMissing("Spark needs Java 17 or newer: install it, and let JAVA_HOME say where") from error
    except Py4JError as error:
        raise EngineFailed(f"Spark does not start: {_said(error)}") from error
    try:
        for name, value in _SETTINGS.items():
            spark.conf.set(name, value)
        yield spark
    except AnalysisException as error:
        raise InputError(f"Spark cannot read the files so: {_said(error)}") from error
    except (PySparkException, Py4JError) as error:
        raise EngineFailed(f"Spark gave up: {_said(error)}") from error
    finally:
        if running is None:
            spark.stop()


@contextmanager
def _keeper() -> Iterator[Keep]:
    """Keeps what is needed again, until all is done."""
    with ExitStack() as kept:

        def keep(frame: DataFrame) -> DataFrame:
            kept.callback(frame.unpersist)
            return frame.persist(_KEPT)

        yield keep


def _start(master: str | None) -> SparkSession:
    builder = SparkSession.Builder().appName("licet statement compute")
    for name, value in _OWN_SETTINGS.items():
        builder = builder.config(name, value)
    return (builder if master is None else builder.master(master)).getOrCreate()


def _said(error: Exception) -> str:
    """What Spark said, without the trace of its calls."""
    text = " ".join(str(error).split("\n\tat ")[0].split())
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]} …"


def _read(
    spark: SparkSession, what: str, patterns: Sequence[str | Path], columns: Sequence[str]
) -> DataFrame:
    """The rows of all files: the columns, the last as `number`, or NULL where it is none, and as `text`."""
    found, files = None, set[str]()
    for pattern in map(str, patterns):
        if pattern.removesuffix(".gz").endswith(".csv"):
            raise InputError(f"{pattern}: Spark reads Parquet alone; take --engine duckdb, or convert it")
        try:
            read = spark.read.parquet(pattern)
        except AnalysisException as error:
            if error.getCondition() != "PATH_NOT_FOUND":
                raise
            raise InputError(f"no file is called {pattern}: check the path") from error
        names = read.inputFiles()
        if not files.isdisjoint(names):
            first = min(files.intersection(names))
            raise InputError(f"{first} is named twice as {what}: its rows would count twice")
        files.update(names)
        some = read.selectExpr(*_selected(pattern, dict(read.dtypes), columns))
        found = some if found is None else found.unionAll(some)
    if found is None:
        raise InputError(f"name at least one file with {what}")
    return found


def _selected(pattern: str, types: dict[str, str], columns: Sequence[str]) -> Iterator[str]:
    for name in columns:
        if name not in types:
            has = shown(", ".join(types), 300)
            raise InputError(f"{pattern} has no column {shown(name)}: it has {has}")
        kind = types[name]
        is_whole = kind in _WHOLE or (kind.startswith("decimal(") and kind.endswith(",0)"))
        if kind != "string" and (name == PAYEE or not is_whole):
            wanted = "text is expected" if name == PAYEE else "whole numbers or text are expected"
            raise InputError(f"the column {shown(name)} of {pattern} has the type {kind}: {wanted}")
        if name != columns[-1]:
            yield f"CAST({name} AS string) AS {name}"
        else:
            whole = f"try_cast({name} AS bigint)"
            if kind == "string":
                # A cast alone would take ' 1' for 1.
                whole = f"CASE WHEN CAST({whole} AS string) = {name} THEN {whole} END"
            yield f"{whole} AS number"
            yield f"CAST({name} AS string) AS text"
    yield "input_file_name() AS file"


def _use(rows: DataFrame, keep: Keep) -> tuple[DataFrame, int, int]:
    """Units by work, those of all, and the number of rows."""
    used = rows.groupBy(WORK).agg(
        F.expr(f"sum(CAST(number AS {_BIG})) AS units"),
        F.expr("count(*) AS rows"),
        F.expr(f"bool_or({_NO_USE}) AS bad"),
    )
    used = keep(used)
    every = _only(used.selectExpr("sum(units) AS units", "sum(rows) AS rows", "bool_or(bad) AS bad"))
    if every.rows is None:
        raise refuse_none()
    if every.bad:
        bad = _first(rows, _NO_USE, WORK)
        raise refuse_usage(bad.file, bad[WORK], bad.text)
    check_units(int(every.units))
    return used.selectExpr(WORK, "CAST(units AS bigint) AS units"), int(every.units), int(every.rows)


def _hold(rows: DataFrame, used: DataFrame, keep: Keep) -> tuple[DataFrame, DataFrame, int]:
    """The shares of works that were used, their sum by work, and the number of all rows."""
    every = _only(rows.selectExpr("count(*) AS rows", f"bool_or({_NO_SHARE}) AS bad"))
    if every.bad:
        _refuse_share(rows, _NO_SHARE)
    _check_spelling(rows)
    all_held = rows.selectExpr(WORK, f"lower({PAYEE}) AS raw", "number AS share")
    twice = all_held.groupBy(WORK, "raw").count().where("count > 1").orderBy(WORK, "raw").first()
    if twice is not None:
        raise refuse_twice(twice[WORK], twice.raw)
    held = all_held.join(used.select(WORK), WORK, "left_semi")
    sums = keep(held.groupBy(WORK).agg(F.expr(f"sum(CAST(share AS {_BIG})) AS shares")))
    unknown = _only(
        used.join(sums, WORK, "left_anti").selectExpr("count(*) AS works", f"min({WORK}) AS first")
    )
    if unknown.works:
        raise refuse_unknown(unknown.works, unknown.first)
    beyond = _only(sums.where(f"shares > {MAX_UNITS}").selectExpr(f"min({WORK}) AS first"))
    if beyond.first is not None:
        raise refuse_sum(beyond.first)
    return held, sums.selectExpr(WORK, "CAST(shares AS bigint) AS shares"), every.rows


def _check_spelling(rows: DataFrame) -> None:
    """Refuses addresses that are mistyped, as their checksum tells; only those of mixed case have one."""
    digits = f"substr({PAYEE}, 3)"
    mixed = rows.where(f"{digits} != lower({digits}) AND {digits} != upper({digits})")
    wrong: list[str] = []
    for row in mixed.select(PAYEE).distinct().toLocalIterator():
        try:
            parse_raw_address(row[PAYEE])
        except InputError:
            wrong.append(row[PAYEE])
    if wrong:
        _refuse_share(rows, f"{PAYEE} = '{min(wrong)}'")


def _refuse_share(rows: DataFrame, condition: str) -> None:
    bad = _first(rows, condition, WORK, PAYEE)
    raise refuse_share(bad.file, bad[WORK], bad[PAYEE], bad.text)


def _first(rows: DataFrame, condition: str, *columns: str) -> Row:
    """Of the rows that a condition holds for the first, whatever their order."""
    return _only(rows.where(condition).orderBy("file", *columns, "text").limit(1))


def _only(frame: DataFrame) -> Row:
    [row] = frame.collect()
    return row


def _parts(used: DataFrame, total: int, units: int, keep: Keep) -> DataFrame:
    """What each work gets."""
    share, rest = divmod(total, units)
    product = f"CAST('{rest}' AS {_BIG}) * units"
    quotas = used.selectExpr(
        WORK,
        f"CAST('{share}' AS {_BIG}) * units + {product} div {units}L AS part",
        f"CAST({product} % {units}L AS bigint) AS lost",
    )
    quotas = keep(quotas)
    left = total - int(_only(quotas.selectExpr("sum(part) AS part")).part)
    more = F.lit(0)
    if left:
        # Whoever comes no later than the last that is served gets a unit.
        last = _only(quotas.orderBy(F.desc("lost"), WORK).offset(left - 1).limit(1))
        ahead, same = F.col("lost") > last.lost, F.col("lost") == last.lost
        more = (ahead | (same & (F.col(WORK) <= last[WORK]))).cast("int")
    return quotas.select(WORK, (F.col("part") + more).cast(_BIG).alias("part"))


def _amounts(held: DataFrame, sums: DataFrame, parts: DataFrame) -> DataFrame:
    """What each payee gets. What rounding took of a work sums to as many units as are left of it."""
    product = f"CAST(rest AS {_BIG}) * share"
    rows = held.join(_divided(parts.join(sums, WORK)), WORK).selectExpr(
        WORK,
        "raw",
        "shares",
        f"each * share + {product} div shares AS part",
        f"CAST({product} % shares AS bigint) AS lost",
    )
    placed = rows.selectExpr(
        "raw",
        "part",
        f"row_number() OVER (PARTITION BY {WORK} ORDER BY lost DESC, raw) AS place",
        f"sum(CAST(lost AS {_BIG})) OVER (PARTITION BY {WORK}) div shares AS left_over",
    )
    more = f"CAST(part + CAST(place <= left_over AS int) AS {_BIG})"
    return placed.groupBy("raw").agg(F.expr(f"sum({more}) AS amount"))


def _divided(parts: DataFrame) -> DataFrame:
    """Parts divided by their shares, `each` and `rest`: in three steps of 13 digits, as one learns it."""
    digits = "lpad(CAST(part AS string), 39, '0')"
    limbs = [f"CAST(substr({digits}, {13 * i + 1}, 13) AS {_BIG}) AS limb{i}" for i in range(3)]
    begun = (f"CAST(0 AS {_BIG}) AS each", "CAST(0 AS bigint) AS rest")
    frame = parts.selectExpr(WORK, "shares", *limbs, *begun)
    for i in range(3):
        here = f"(CAST(rest AS {_BIG}) * {_LIMB}L + limb{i})"
        frame = frame.withColumns(
            {
                "each": F.expr(f"CAST(each * {_LIMB}L + {here} div shares AS {_BIG})"),
                "rest": F.expr(f"CAST({here} % shares AS bigint)"),
            }
        )
    return frame.select(WORK, "shares", "each", "rest")
