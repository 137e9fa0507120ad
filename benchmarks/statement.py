#!/usr/bin/env python3
"""A statement of 50 million usage rows, a million works and three million shares, beside the bare query.

    python benchmarks/statement.py             a table
    python benchmarks/statement.py --json      {"ratio_engine": …, "peak_mb": …, "tree_ratio_openzeppelin": …,
                                                "digests_equal": …}
    python benchmarks/statement.py --check     fail where a limit is missed

`ratio_engine` is the time from the files to the sorted amounts on disk, over that of the bare query in DuckDB
with its own settings: the same files, joined, multiplied, divided with `//`, summed by payee, sorted, written
as CSV. The bare query checks nothing, and what its divisions round off is lost. Both run in turn, several
times, each in a process of its own; the shortest of each counts, and the largest memory (`peak_mb`), which
includes the tree. `tree_ratio_openzeppelin` is the time in which `@openzeppelin/merkle-tree` makes a plain
tree of the million amounts, over that of the sum tree; both have them in memory already. `digests_equal`:
whether Spark, with two processors of this machine, makes the same of the same files.

`--rows` makes all of it smaller: there are 50 rows of usage for each work, three shares, and one payee.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

from quote import peak_mb
from rich.console import Console
from rich.table import Table
from spark_java import java_home

from licet.statement import Engine, compute
from licet.statement.amounts import digest_and_leaves
from licet.trees.sums import SumTree

ROWS: Final = 50_000_000
ROWS_A_WORK: Final = 50
FILES: Final = 4
RUNS: Final = 3
TOTAL: Final = 10**13  # ten million dollars of 6 decimals
MOST: Final = {"ratio_engine": 1.5, "peak_mb": 1000}
LEAST: Final = {"tree_ratio_openzeppelin": 40, "digests_equal": True}
NODE_MB: Final = 8_192


def main() -> int:
    """Make the inputs, measure, then print or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="Time and memory of a statement, beside the plain ways.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a limit is missed")
    parser.add_argument("--rows", type=int, default=ROWS, metavar="N", help="rows of usage, from 1,000")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step is not None:
        print(json.dumps(STEPS[arguments.step](arguments.folder, arguments.rows)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = measure(folder, arguments.rows)
    figures = {key: found[key] for key in (*MOST, *LEAST)}
    if arguments.json:
        print(json.dumps(figures))
    else:
        show(found)
    missed = [name for name, limit in MOST.items() if figures[name] > limit]
    missed += [name for name, limit in LEAST.items() if figures[name] < limit]
    for name in missed:
        limit = {**MOST, **LEAST}[name]
        print(f"{name} is {figures[name]}: {limit} is the limit", file=sys.stderr)
    return 1 if arguments.check and missed else 0


def measure(folder: str, rows: int) -> dict[str, Any]:
    """All figures."""
    begin("make", folder, rows)
    runs = [(begin("bare", folder, rows), begin("duckdb", folder, rows)) for _ in range(RUNS)]
    bare = min(run["seconds"] for run, _ in runs)
    amounts = min(run["amounts"] for _, run in runs)
    ours, spark = runs[0][1], begin("spark", folder, rows)
    tree, plain = begin("tree", folder, rows), begin("plain_tree", folder, rows)["seconds"]
    same = ("digest", "root", "payees")
    return {
        "ratio_engine": round(amounts / bare, 2),
        "peak_mb": max(run["peak_mb"] for _, run in runs),
        "tree_ratio_openzeppelin": round(plain / tree["seconds"], 1),
        "digests_equal": all(run[key] == ours[key] for _, run in runs for key in same)
        and all(spark[key] == ours[key] for key in same),
        "rows": rows,
        "payees": ours["payees"],
        "bare": bare,
        "bare_peak_mb": max(run["peak_mb"] for run, _ in runs),
        "lost": runs[0][0]["lost"],
        "amounts": amounts,
        "seconds": min(run["seconds"] for _, run in runs),
        "reading": tree["reading"],
        "tree": tree["seconds"],
        "plain_tree": plain,
        "spark": spark["amounts"],
    }


def begin(step: str, folder: str, rows: int) -> dict[str, Any]:
    """What a step says, which has a process of its own: nobody else's memory is counted."""
    command = [sys.executable, __file__, "--step", step, "--folder", folder, "--rows", str(rows)]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return cast("dict[str, Any]", json.loads(ran.stdout))


def show(found: dict[str, Any]) -> None:
    """A table for people."""
    table = Table("", "")
    rows = {
        "rows of usage": f"{found['rows']:,}",
        "payees who get something": f"{found['payees']:,}",
        "bare query in DuckDB": f"{found['bare']:.1f} s, {found['bare_peak_mb']:,} MB; "
        f"{found['lost']:,} units are lost",
        "amounts, exact and checked": f"{found['amounts']:.1f} s",
        "over the bare query": f"{found['ratio_engine']} (limit {MOST['ratio_engine']})",
        "with digest, tree and root": f"{found['seconds']:.1f} s",
        "peak memory": f"{found['peak_mb']:,} MB (limit {MOST['peak_mb']:,})",
        "amounts' file read, digest": f"{found['reading']:.1f} s",
        "sum tree": f"{found['tree']:.1f} s",
        "@openzeppelin/merkle-tree, plain": f"{found['plain_tree']:.1f} s",
        "over the sum tree": f"{found['tree_ratio_openzeppelin']} "
        f"(at least {LEAST['tree_ratio_openzeppelin']})",
        "amounts by Spark, local[2]": f"{found['spark']:.1f} s",
        "same amounts and root": "yes" if found["digests_equal"] else "NO",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table)


def make(folder: Path, rows: int) -> dict[str, Any]:
    """Writes usage and shares: ids as ISRC are, few works with much usage, payees of one work to three."""
    import duckdb

    works = max(rows // ROWS_A_WORK, 20)
    name = "'QZLCT' || lpad(({})::VARCHAR, 7, '0')"
    chosen = name.format(f"(pow((hash(i) % 1000000) / 1000000.0, 2) * {works})::BIGINT % {works}")
    with duckdb.connect() as connection:
        for part in range(FILES):
            connection.execute(
                f"""
                COPY (
                    SELECT {chosen} AS work, (1 + hash(i + 7) % 100)::BIGINT AS units
                    FROM range({rows * part // FILES}, {rows * (part + 1) // FILES}) numbers(i)
                ) TO '{folder}/usage{part}.parquet' (FORMAT parquet)
                """
            )
        # Every payee has a work of their own, and shares in two others as a rule.
        payee = (
            f"(i // 3 + (i % 3) * ({works} // 3) + CASE i % 3 WHEN 0 THEN 0 ELSE hash(i) % {works // 4} END)"
        )
        connection.execute(
            f"""
            COPY (
                SELECT {name.format("i // 3")} AS work, (1 + hash(i + 3) % 10000)::BIGINT AS share,
                    '0x' || sha256('payee ' || {payee} % {works})[:40] AS payee
                FROM range(3 * {works}) numbers(i)
            ) TO '{folder}/shares.parquet' (FORMAT parquet)
            """
        )
    return {}


def bare(folder: Path, _: int) -> dict[str, Any]:
    """The query that one would write without a thought of what is lost."""
    import duckdb

    out = folder / "bare.csv"
    begun = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            COPY (
                WITH used AS (
                    SELECT work, sum(units) AS units FROM '{folder}/usage*.parquet' GROUP BY work
                ), held AS (
                    SELECT work, sum(share) AS shares FROM '{folder}/shares.parquet' GROUP BY work
                ), every AS (
                    SELECT sum(units) AS units FROM used
                )
                SELECT payee, sum({TOTAL}::HUGEINT * used.units * share // (every.units * shares)) AS amount
                FROM '{folder}/shares.parquet' JOIN used USING (work) JOIN held USING (work), every
                GROUP BY payee ORDER BY payee
            ) TO '{out}' (HEADER)
            """
        )
    seconds = time.perf_counter() - begun
    memory = peak_mb()
    with out.open() as file:
        paid = sum(int(line.split(",")[1]) for line in islice(file, 1, None))
    return {"seconds": seconds, "peak_mb": memory, "lost": TOTAL - paid}


def by_duckdb(folder: Path, _: int) -> dict[str, Any]:
    """As the command computes."""
    return by("duckdb", folder)


def by_spark(folder: Path, _: int) -> dict[str, Any]:
    """The same in Spark."""
    os.environ.setdefault("JAVA_HOME", str(java_home(folder / "java")))
    return by("spark", folder)


def by(engine: Engine, folder: Path) -> dict[str, Any]:
    """Times an engine to the amounts on disk, and to the root."""
    import duckdb  # loaded before the clock starts, as for the bare query

    del duckdb
    out = folder / f"{engine}.csv"
    out.unlink(missing_ok=True)
    usage, shares = [f"{folder}/usage*.parquet"], [f"{folder}/shares.parquet"]
    times: dict[str, float] = {}
    begun = time.perf_counter()

    def note(step: str, done: int, whole: int) -> None:
        if done == whole:
            times.setdefault(step, time.perf_counter() - begun)

    master = "local[2]" if engine == "spark" else None
    found = compute(usage, shares, TOTAL, out, engine=engine, temp=folder, master=master, report=note)
    seconds = time.perf_counter() - begun
    return {
        "amounts": times["amounts"],
        "seconds": seconds,
        "peak_mb": peak_mb(),
        "digest": found.digest,
        "root": found.root,
        "payees": found.payees,
    }


def tree(folder: Path, _: int) -> dict[str, Any]:
    """From leaves to root; and before it, from the amounts' file to digest and leaves."""
    begun = time.perf_counter()
    leaves = digest_and_leaves(folder / "duckdb.csv")[1]
    read = time.perf_counter()
    built = SumTree(leaves)
    seconds, reading = time.perf_counter() - read, read - begun
    if built.total != TOTAL:
        raise RuntimeError(f"the amounts sum to {built.total}, not to {TOTAL}")
    return {"seconds": seconds, "reading": reading}


def plain_tree(folder: Path, _: int) -> dict[str, Any]:
    """The same amounts in a tree that somebody else makes."""
    script = Path(__file__).resolve().with_name("plain_tree.mjs")
    command = ["node", f"--max-old-space-size={NODE_MB}", str(script), str(folder / "duckdb.csv")]
    return {"seconds": float(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)}


STEPS = {
    "make": make,
    "bare": bare,
    "duckdb": by_duckdb,
    "spark": by_spark,
    "tree": tree,
    "plain_tree": plain_tree,
}

if __name__ == "__main__":
    sys.exit(main())
