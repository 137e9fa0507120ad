"""Statements computed by Spark, every night on a cluster: byte by byte what DuckDB makes of them."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyspark
import pytest

from benchmarks.spark_java import java_home
from licet.errors import EngineFailed, InputError, LicetError
from licet.statement import Computed, Engine, compute
from licet.statement.rule import MAX_TOTAL, MAX_UNITS
from licet.trees.hashing import checksum
from tests.unit.statements import (
    Shares,
    Usage,
    address,
    amounts,
    as_csv,
    as_shares,
    write,
    write_shares,
    write_usage,
)

NIGHTLY = os.environ.get("LICET_NIGHTLY") == "1"
CLUSTER = "local-cluster[2,1,1024]" if NIGHTLY else "local[2]"
SETTINGS = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4", "spark.log.level": "OFF"}

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def java(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = os.environ.get("JAVA_HOME") or str(java_home(tmp_path_factory.mktemp("java")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", home)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        yield home
    # A cluster of this kind keeps its workers' files beside Spark itself.
    shutil.rmtree(Path(pyspark.__file__).parent / "work", ignore_errors=True)


@pytest.fixture(scope="module")
def spark(java: str) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.Builder().master(CLUSTER)
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def both(usage: Path | str, shares: Path | str, total: int, folder: Path) -> tuple[Computed, Computed]:
    engines: tuple[Engine, Engine] = ("duckdb", "spark")
    one, other = (
        compute([usage], [shares], total, folder / f"{total}-{engine}.csv", engine=engine)
        for engine in engines
    )
    assert one.out.read_bytes() == other.out.read_bytes()
    assert (one.root, one.digest, one.counts) == (other.root, other.digest, other.counts)
    return one, other


def period(seed: int, works: int) -> tuple[Usage, Shares]:
    """Many works and payees, weights of all sizes, many ties."""
    choice = random.Random(seed)

    def weight() -> int:
        return choice.choice([1, 2, 1 << 20, choice.randrange(1, 100), choice.randrange(1, 1 << 50)])

    # In UTF-16, the last of these letters would come before the third.
    names = [choice.choice(["a", "é", "\uffee", "\U0001f600"]) + str(number) for number in range(works)]
    usage = [(choice.choice(names), weight()) for _ in range(works)]
    payees = [choice.getrandbits(160) for _ in range(works)]
    held = {name: set(choice.sample(payees, choice.choice([1, 2, 3, 20]))) for name in names}
    return usage, [(name, payee, weight()) for name in names for payee in held[name]]


@pytest.mark.parametrize("total", [1, 1_000_003, 10**18, MAX_TOTAL] if NIGHTLY else [1_000_003])
def test_the_amounts_are_the_same_to_the_byte(spark: Any, tmp_path: Path, total: int) -> None:
    usage, shares = period(total % 97, 400)
    (folder := tmp_path / "usage").mkdir()
    for i in range(3):
        write_usage(folder / f"{i}.parquet", usage[i::3])
    held = write_shares(tmp_path / "shares.parquet", as_shares(shares))
    found, _ = both(f"{folder}/*.parquet", held, total, tmp_path)
    assert found.out.read_text() == as_csv(amounts(usage, shares, total))


def test_the_largest_of_all_is_exact(spark: Any, tmp_path: Path) -> None:
    usage = [("a", MAX_UNITS - 2), ("b", 1), ("c", 1)]
    shares = [("a", 1, MAX_UNITS - 1), ("a", 2, 1), ("b", 1, MAX_UNITS), ("c", 3, 1)]
    used = write_usage(tmp_path / "u.parquet", usage)
    held = write_shares(tmp_path / "s.parquet", as_shares(shares))
    found, _ = both(used, held, MAX_TOTAL, tmp_path)
    assert found.out.read_text() == as_csv(amounts(usage, shares, MAX_TOTAL))


def test_columns_of_other_types_and_spellings(spark: Any, tmp_path: Path) -> None:
    used = write(tmp_path / "u.parquet", "units VARCHAR, work UBIGINT", [("3", 7), ("1", 8), ("2", 9)])
    mixed = checksum(bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266"))
    held = write(
        tmp_path / "s.parquet",
        "share DECIMAL(20, 0), payee VARCHAR, work VARCHAR, more DOUBLE",
        [(2, mixed, "7", 0.5), (1, address(2), "7", 1), (1, "0x" + "AB" * 20, "8", 1), (1, mixed, "9", 1)],
    )
    found, _ = both(used, held, 8, tmp_path)
    assert (found.payees, found.counts.works) == (3, 3)


ONE = [("a", address(1), 1)]
BAD: dict[str, tuple[list[Any], list[Any]]] = {
    "no usage": ([], ONE),
    "no work": ([("a", 1), (None, 1)], ONE),
    "empty work": ([("a", 1), ("", 1)], ONE),
    "no units": ([("a", 1), ("a", None)], ONE),
    "zero units": ([("a", 0)], ONE),
    "negative units": ([("a", 2), ("b", -1)], ONE),
    "too many units": ([("a", MAX_UNITS), ("b", 1)], [*ONE, ("b", address(1), 1)]),
    "no share": ([("a", 1)], [*ONE, ("a", address(2), None)]),
    "zero share": ([("a", 1)], [*ONE, ("a", address(2), 0)]),
    "shares without a work": ([("a", 1)], [*ONE, (None, address(2), 1)]),
    "no payee": ([("a", 1)], [*ONE, ("a", None, 1)]),
    "zero payee": ([("a", 1)], [*ONE, ("a", address(0), 1)]),
    "no address": ([("a", 1)], [*ONE, ("a", "0x12", 1)]),
    "misspelt": ([("a", 1)], [*ONE, ("a", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266", 1)]),
    "twice": ([("a", 1)], [*ONE, *ONE]),
    "twice in capitals": ([("a", 1)], [("a", "0x" + "ab" * 20, 1), ("a", "0x" + "AB" * 20, 1)]),
    "twice where unused": ([("a", 1)], [*ONE, ("b", address(1), 1), ("b", address(1), 2)]),
    "unknown works": ([("a", 1), ("c", 1), ("b", 1)], ONE),
    "too many shares": ([("a", 1)], [("a", address(1), MAX_UNITS), ("a", address(2), 1)]),
}


@pytest.mark.parametrize("case", BAD)
def test_what_one_engine_refuses_the_other_does_in_the_same_words(
    spark: Any, tmp_path: Path, case: str
) -> None:
    usage, shares = BAD[case]
    used = write_usage(tmp_path / "u.parquet", usage)
    held = write_shares(tmp_path / "s.parquet", shares)
    engines: tuple[Engine, Engine] = ("duckdb", "spark")
    said = []
    for engine in engines:
        with pytest.raises(InputError) as error:
            compute([used], [held], 5, tmp_path / "o.csv", engine=engine)
        said.append(str(error.value).replace("file://", ""))
    assert said[0] == said[1]
    assert not (tmp_path / "o.csv").exists()


def test_files_that_spark_cannot_use(spark: Any, tmp_path: Path) -> None:
    used = write_usage(tmp_path / "u.parquet", [("a", 1)])
    held = write_shares(tmp_path / "s.parquet", ONE)
    floating = write(tmp_path / "f.parquet", "work VARCHAR, units DOUBLE", [("a", 1.5)])
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    cases: list[tuple[list[Path], type[LicetError], str]] = [
        ([tmp_path / "u.csv"], InputError, "Spark reads Parquet alone"),
        ([tmp_path / "none.parquet"], InputError, "no file is called"),
        ([tmp_path / "none*.parquet"], InputError, "no file is called"),
        ([], InputError, "at least one file"),
        ([used, tmp_path / "u*.parquet"], InputError, "named twice"),
        ([held], InputError, "no column 'units'"),
        ([floating], InputError, "has the type double"),
        ([tmp_path / "broken.parquet"], EngineFailed, "broken.parquet"),
    ]
    for usage, kind, words in cases:
        with pytest.raises(kind) as error:
            compute(usage, [held], 5, tmp_path / "o.csv", engine="spark")
        assert words in str(error.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "broken.parquet",
        "f.parquet",
        "s.parquet",
        "u.parquet",
    ]


def test_a_session_that_runs_already_stays_as_it_was(spark: Any, tmp_path: Path) -> None:
    used = write_usage(tmp_path / "u.parquet", [("a", 1)])
    held = write_shares(tmp_path / "s.parquet", ONE)
    spark.conf.set("spark.sql.ansi.enabled", "false")
    compute([used], [held], 5, tmp_path / "o.csv", engine="spark")
    assert spark.conf.get("spark.sql.ansi.enabled") == "false"
    assert spark.sparkContext._jsc.getPersistentRDDs().size() == 0  # noqa: SLF001 - nobody else counts them
    assert spark.range(3).count() == 3


def command(java: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, with Spark set up by a file, as on a cluster."""
    program = "import sys; from licet.cli import main; sys.exit(main())"
    (folder / "spark-defaults.conf").write_text("".join(f"{key} {SETTINGS[key]}\n" for key in SETTINGS))
    environment = {**os.environ, "JAVA_HOME": java, "SPARK_CONF_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", program, "statement", "compute", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        timeout=280,
    )


def test_the_command_starts_a_cluster_and_ends_it(java: str, tmp_path: Path) -> None:
    usage, shares = period(5, 50)
    used = write_usage(tmp_path / "u.parquet", usage)
    held = write_shares(tmp_path / "s.parquet", as_shares(shares))
    files = ("--usage", str(used), "--shares", str(held), "--total", "100.5", "--decimals", "6", "--json")
    found = []
    for engine in (("--engine", "spark", "--master", CLUSTER), ("--engine", "duckdb")):
        ran = command(java, tmp_path, *files, *engine, "--out", str(tmp_path / f"{engine[1]}.csv"))
        assert ran.returncode == 0, ran.stderr
        found.append(json.loads(ran.stdout))
    assert {name for name in found[0] if found[0][name] != found[1][name]} == {"out", "engine"}
    assert found[0]["total"] == "100500000"
    assert (tmp_path / "spark.csv").read_bytes() == (tmp_path / "duckdb.csv").read_bytes()


def test_without_java_the_command_says_so(java: str, tmp_path: Path) -> None:
    files = ("--usage", "u.parquet", "--shares", "s.parquet", "--total", "5", "--engine", "spark")
    ran = command(str(tmp_path / "nowhere"), tmp_path, *files, "--out", str(tmp_path / "o.csv"))
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("licet: Spark needs Java 17 or newer")
    assert [path.name for path in tmp_path.iterdir()] == ["spark-defaults.conf"]
