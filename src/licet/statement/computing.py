"""A statement from its files to the root that a vault commits to."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from licet.database import Database, check_out
from licet.errors import EngineFailed, InputError, SpaceMissing, ToolMissing
from licet.statement import in_duckdb
from licet.statement.amounts import Report, digest_and_leaves, to_parquet
from licet.statement.inputs import share_rows, usage_rows
from licet.statement.logs import Counting, split_logs, write_usage
from licet.statement.rule import Counts, check_total
from licet.trees.sums import SumTree
from licet.types import Hash32, shown

Engine: TypeAlias = Literal["duckdb", "spark"]
ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)

_ALL: Final = Counting()


@dataclass(frozen=True, slots=True)
class Computed:
    """Amounts that were computed and written.

    Attributes:
        out: the file that has them.
        total: what was apportioned, in smallest units; the amounts sum to it.
        payees: who get something.
        root: of the sum tree of the amounts.
        digest: SHA-256 of the amounts in CSV.
        counts: how much went into them.
    """

    out: Path
    total: int
    payees: int
    root: Hash32
    digest: Hash32
    counts: Counts


def compute(
    usage: Sequence[str | Path],
    shares: Sequence[str | Path],
    total: int,
    out: Path,
    *,
    engine: Engine = "duckdb",
    temp: Path | None = None,
    master: str | None = None,
    counting: Counting = _ALL,
    report: Report = lambda _step, _done, _whole: None,
) -> Computed:
    """Apportions a total by `licet.statement.rule`.

    Args:
        usage: Parquet or CSV files with the columns work and units, or usage logs (JSON) as gateways publish
            them, or patterns of their names. For Spark Parquet alone, wherever its machines find it:
            `s3a://…`, `hdfs://…`, a folder that all share.
        shares: the same, with the columns work, payee and share.
        total: what is apportioned, in the currency's smallest units.
        out: the file to write, `.csv` or `.parquet`.
        engine: what computes. The amounts are the same.
        temp: where tables go that are too large for memory; the system's own folder if not given.
        master: the cluster that Spark uses; what its own settings say if not given.
        counting: which records of usage logs count.
        report: is told of the steps, from another thread too.

    Raises:
        InputError: a file, a row or the total cannot be used.
        SpaceMissing: memory and disk do not suffice, or the file cannot be written.
        ToolMissing: the engine is not installed.
        EngineFailed: Spark gave up, or an engine was wrong.
    """
    check_total(total)
    check_out(out)
    if engine not in ENGINES:
        raise InputError(f"{shown(engine)} is not an engine: {' or '.join(ENGINES)}")
    if temp is not None and not temp.is_dir():
        raise InputError(f"there is no folder {temp}: make it, or name another")
    logs, tables = split_logs(usage)
    if logs and engine == "spark":
        raise InputError("Spark reads Parquet alone: leave --engine spark out for usage logs")
    if not logs and not counting.is_all:
        raise InputError("a period, or licensed reads alone, are told from usage logs (JSON) only")
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".licet-") as scratch:
            csv = Path(scratch) / "amounts.csv"
            if logs:
                write_usage(logs, counting, Path(scratch) / "usage.csv")
                tables = [*tables, Path(scratch) / "usage.csv"]
            if engine == "spark":
                counts = _in_spark(tables, shares, total, csv, master, report)
            else:
                counts = _in_duckdb(tables, shares, total, csv, temp, report)
            report("tree", 0, 1)
            digest, leaves = digest_and_leaves(csv)
            tree = SumTree(leaves)
            report("tree", 1, 1)
            if tree.total != total:
                raise EngineFailed(f"the amounts sum to {tree.total}, not to {total}: nothing was written")
            whole = csv
            if out.suffix == ".parquet":
                whole = csv.with_suffix(".parquet")
                to_parquet(Database(temp, in_duckdb.MEMORY), csv, whole)
            whole.replace(out)
    except OSError as error:
        where = error.filename or out
        raise SpaceMissing(
            f"{where} cannot be written: {error.strerror or error}", path=str(where)
        ) from error
    return Computed(out, total, len(tree), tree.root, digest, counts)


def _in_duckdb(
    usage: Sequence[str | Path],
    shares: Sequence[str | Path],
    total: int,
    csv: Path,
    temp: Path | None,
    report: Report,
) -> Counts:
    database = Database(temp, in_duckdb.MEMORY)
    try:
        used, held = usage_rows(database, usage), share_rows(database, shares)
        return in_duckdb.reckon(database, used, held, total, csv, report)
    finally:
        database.close()


def _in_spark(
    usage: Sequence[str | Path],
    shares: Sequence[str | Path],
    total: int,
    csv: Path,
    master: str | None,
    report: Report,
) -> Counts:
    try:
        # Only where it is asked for is Spark loaded.
        from licet.statement import in_spark
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pyspark", "py4j"):
            raise
        raise ToolMissing("Spark is not installed: pip install 'licet[spark]'") from error
    return in_spark.reckon(usage, shares, total, csv, master=master, report=report)
