"""Statements computed by DuckDB: the rule to the unit, what is refused, and what stays on disk."""

import gzip
import hashlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import InputError, SpaceMissing
from licet.statement import Computed, compute, open_amounts
from licet.statement.rule import MAX_TOTAL, MAX_UNITS
from licet.trees.hashing import checksum
from tests.unit.statements import (
    TOTALS,
    Shares,
    Usage,
    address,
    amounts,
    as_csv,
    as_shares,
    periods,
    root_of,
    write,
    write_shares,
    write_usage,
)

ARTIST, WRITER, LABEL = 1, 2, 3
USAGE: Usage = [("song", 3), ("film", 1), ("song", 2)]
SHARES: Shares = [("song", ARTIST, 1), ("song", WRITER, 1), ("film", LABEL, 7), ("unused", LABEL, 1)]


def computed(folder: Path, usage: Usage, shares: Shares, total: int, kind: str = "parquet") -> Computed:
    used = write_usage(folder / f"usage.{kind}", usage)
    held = write_shares(folder / f"shares.{kind}", as_shares(shares))
    return compute([used], [held], total, folder / "amounts.csv")


@given(periods(), TOTALS, st.sampled_from(["parquet", "csv"]))
def test_the_amounts_are_those_of_plain_integers(period: tuple[Usage, Shares], total: int, kind: str) -> None:
    usage, shares = period
    with tempfile.TemporaryDirectory() as folder:
        found = computed(Path(folder), usage, shares, total, kind)
        text = found.out.read_bytes()
    expected = amounts(usage, shares, total)
    assert text.decode() == as_csv(expected)
    assert found.digest == "0x" + hashlib.sha256(text).hexdigest()
    assert found.root == root_of(expected)
    assert sum(expected.values()) == total
    assert (found.payees, found.counts.unpaid) == (
        sum(amount > 0 for amount in expected.values()),
        sum(amount == 0 for amount in expected.values()),
    )


@given(periods(), TOTALS, st.randoms(use_true_random=False), st.integers(1, 4))
def test_the_order_of_rows_and_files_means_nothing(
    period: tuple[Usage, Shares], total: int, random: object, files: int
) -> None:
    usage, shares = period
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        once = computed(folder, usage, shares, total)
        random.shuffle(usage := [*usage])  # type: ignore[attr-defined]
        random.shuffle(shares := [*shares])  # type: ignore[attr-defined]
        for i in range(files):
            write_usage(folder / f"part-u{i}.parquet", usage[i::files])
            write_shares(folder / f"part-s{i}.csv", as_shares(shares[i::files]))
        again = compute(
            [folder / "part-*.parquet"], sorted(folder.glob("part-*.csv")), total, folder / "again.csv"
        )
        assert (again.root, again.digest, again.counts) == (once.root, once.digest, once.counts)


def test_an_example_by_hand(tmp_path: Path) -> None:
    # 100 by 5 and 1: 83.3 and 16.6, so 83 and 17. Then 83 by 1 and 1: 41.5 each, the unit to the first.
    found = computed(tmp_path, USAGE, SHARES, 100)
    assert found.out.read_text() == (
        f"payee,smallest_units\n{address(ARTIST)},42\n{address(WRITER)},41\n{address(LABEL)},17\n"
    )
    assert found.counts == (3, 6, 2, 4, 0)
    assert (found.total, found.payees) == (100, 3)


def test_one_unit_goes_to_the_largest_remainder(tmp_path: Path) -> None:
    found = computed(tmp_path, USAGE, SHARES, 1)
    assert found.out.read_text() == f"payee,smallest_units\n{address(ARTIST)},1\n"
    assert (found.payees, found.counts.unpaid) == (1, 2)


def test_ties_go_by_bytes(tmp_path: Path) -> None:
    # In UTF-16, the second of these would be first.
    usage = [("\U0001f600", 1), ("\uffee", 1)]
    shares = [("\U0001f600", 1, 1), ("\uffee", 2, 1)]
    assert computed(tmp_path, usage, shares, 1).out.read_text().endswith(f"{address(2)},1\n")


def test_the_largest_of_all_is_exact(tmp_path: Path) -> None:
    usage = [("a", MAX_UNITS - 2), ("b", 1), ("c", 1)]
    shares = [("a", 1, MAX_UNITS - 1), ("a", 2, 1), ("b", 1, MAX_UNITS), ("c", 3, 1)]
    found = computed(tmp_path, usage, shares, MAX_TOTAL)
    assert found.out.read_text() == as_csv(amounts(usage, shares, MAX_TOTAL))


def test_parquet_has_the_same_amounts_and_digest(tmp_path: Path) -> None:
    csv = computed(tmp_path, USAGE, SHARES, 100)
    files = ([tmp_path / "usage.parquet"], [tmp_path / "shares.parquet"])
    parquet = compute(*files, 100, tmp_path / "amounts.parquet")
    assert (parquet.root, parquet.digest) == (csv.root, csv.digest)
    with open_amounts(csv.out) as one, open_amounts(parquet.out) as other:
        assert (one.header, list(one.rows())) == (other.header, list(other.rows()))


def test_whole_numbers_of_any_type_are_taken(tmp_path: Path) -> None:
    used = write(
        tmp_path / "u.parquet", "work BIGINT, units UTINYINT, note DOUBLE", [(7, 3, 0.5), (8, 1, 1.5)]
    )
    held = write(
        tmp_path / "s.parquet",
        "share DECIMAL(20, 0), payee VARCHAR, work VARCHAR",
        [(2, address(1), "7"), (1, address(2), "7"), (1, address(3), "8")],
    )
    found = compute([used], [held], 8, tmp_path / "amounts.csv")
    assert found.out.read_text() == as_csv({1: 4, 2: 2, 3: 2})


def test_compressed_csv_and_addresses_with_a_checksum_are_taken(tmp_path: Path) -> None:
    payee = 0xF39FD6E51AAD88F6F4CE6AB8827279CFFFB92266
    used, held = tmp_path / "u.csv.gz", tmp_path / "s.csv"
    used.write_bytes(gzip.compress(b'"work",units\n"a, b",2\n'))
    held.write_text(f'work,share,payee\n"a, b",1,{checksum(payee.to_bytes(20))}\n')
    assert compute([used], [held], 8, tmp_path / "o.csv").out.read_text() == as_csv({payee: 8})


def refused(folder: Path, words: str, usage: str = "a,1\n", shares: str = "", total: int = 5) -> None:
    """Files with these rows are refused in these words, and nothing is written."""
    used, held, out = folder / "u.csv", folder / "s.csv", folder / "o.csv"
    used.write_text("work,units\n" + usage)
    held.write_text("work,payee,share\n" + (shares or f"a,{address(1)},1\n"))
    with pytest.raises(InputError) as error:
        compute([used], [held], total, out)
    assert words in str(error.value)
    assert sorted(folder.iterdir()) == [held, used]


@pytest.mark.parametrize("units", ["0", "-1", "", "1.5", "1e3", " 1", "+1", "01", "NaN", str(MAX_UNITS + 1)])
def test_units_that_are_no_positive_whole_numbers(tmp_path: Path, units: str) -> None:
    refused(tmp_path, f"u.csv: the work 'a' has the units '{units}'", usage=f"b,1\na,{units}\n")


@pytest.mark.parametrize("share", ["0", "-1", "", "0.5", "1e3", str(MAX_UNITS + 1)])
def test_shares_that_are_no_positive_whole_numbers(tmp_path: Path, share: str) -> None:
    refused(tmp_path, f"has the share '{share}' of the work 'a'", shares=f"a,{address(1)},{share}\n")


MISSPELT = "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


@pytest.mark.parametrize(
    ("payee", "words"),
    [
        ("", "address"),
        ("0x12", "0x12"),
        ("f" * 42, "f" * 42),
        ("0X" + "1" * 40, "0X11"),
        ("0x" + "g" * 40, "0xgg"),
        (address(0), "zero address"),
        (MISSPELT, "checksum"),
    ],
)
def test_payees_that_are_no_addresses(tmp_path: Path, payee: str, words: str) -> None:
    refused(tmp_path, words, shares=f"a,{address(1)},1\na,{payee},1\n")


def test_what_else_is_no_usage_or_no_shares(tmp_path: Path) -> None:
    one = f"a,{address(1)},1\n"
    refused(tmp_path, "has a row without a work", usage=",1\n")
    refused(tmp_path, "has a row without a work", shares=f",{address(1)},1\n")
    refused(tmp_path, "no rows", usage="\n")
    refused(tmp_path, "the work 'b'", usage="a,1\nb,1\n")
    refused(tmp_path, "2 works of the usage, the first is 'b'", usage="c,1\nb,1\n")
    refused(tmp_path, "two rows for 0x" + "0" * 39 + "1 and the work 'a'", shares=one + "b" + one[1:] + one)
    refused(tmp_path, "two rows", shares=f"a,0x{'ab' * 20},1\na,0x{'AB' * 20},2\n")
    refused(tmp_path, "two rows", shares=one + "b" + one[1:] + "b" + one[1:])
    refused(tmp_path, "u.csv", usage="a,1,1\n")


def test_what_would_overflow_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "beyond 2^63 - 1", usage=f"a,{MAX_UNITS}\na,1\n")
    refused(
        tmp_path,
        "beyond 2^63 - 1",
        usage=f"a,{MAX_UNITS}\nb,1\n",
        shares=f"a,{address(1)},1\nb,{address(1)},1\n",
    )
    big = f"a,{address(1)},{MAX_UNITS}\na,{address(2)},1\n"
    refused(tmp_path, "sum to more than 2^63 - 1", shares=big)
    for total in (0, -1, MAX_TOTAL + 1, 1 << 127, 1 << 128):
        refused(tmp_path, "10^38 - 1", total=total)


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT", "DECIMAL(9, 2)", "BOOLEAN", "DATE", "HUGEINT"])
def test_columns_of_other_types_are_refused(tmp_path: Path, kind: str) -> None:
    value = "2026-01-01" if kind == "DATE" else 1
    used = write(tmp_path / "u.parquet", f"work VARCHAR, units {kind}", [("a", value)])
    held = write_shares(tmp_path / "s.parquet", [("a", address(1), 1)])
    with pytest.raises(InputError, match=r"the column 'units' of .* has the type"):
        compute([used], [held], 5, tmp_path / "o.csv")


def test_nothing_in_parquet_is_refused_as_in_csv(tmp_path: Path) -> None:
    used = write_usage(tmp_path / "u.parquet", [("a", 1), (None, 1)])
    held = write_shares(tmp_path / "s.parquet", [("a", address(1), 1)])
    with pytest.raises(InputError, match="a row without a work"):
        compute([used], [held], 5, tmp_path / "o.csv")
    with pytest.raises(InputError, match="the work 'a' has the units ''"):
        compute([write_usage(tmp_path / "v.parquet", [("a", None)])], [held], 5, tmp_path / "o.csv")


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    held = write_shares(tmp_path / "s.csv", [("a", address(1), 1)])
    used = write_usage(tmp_path / "u.csv", [("a", 1)])
    (tmp_path / "latin.csv").write_bytes(b"work,units\n\xe9,1\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    for usage, words in (
        ([tmp_path / "none.csv"], "none.csv"),
        ([tmp_path / "none*"], "no file is called"),
        ([], "at least one file"),
        ([used, tmp_path / "u.csv"], "named twice"),
        ([used, tmp_path / "u*.csv"], "named twice"),
        ([held], "no column 'units'"),
        ([tmp_path / "latin.csv"], "latin.csv"),
        ([tmp_path / "broken.parquet"], "broken.parquet"),
        ([tmp_path], str(tmp_path)),
    ):
        with pytest.raises(InputError) as error:
            compute(usage, [held], 5, tmp_path / "o.csv")
        assert words in str(error.value)
    with pytest.raises(InputError, match="is there already"):
        compute([used], [held], 5, used)
    with pytest.raises(InputError, match="not an engine"):
        compute([used], [held], 5, tmp_path / "o.csv", engine="abacus")  # type: ignore[arg-type]


def test_names_of_files_are_no_patterns_and_no_sql(tmp_path: Path) -> None:
    used = write_usage(tmp_path / "plain.csv", [("a", 1)]).rename(tmp_path / "it's [a] 100% *.csv")
    held = write_shares(tmp_path / "s.csv", [("a", address(1), 1)])
    assert compute([used], [held], 5, tmp_path / "o.csv").payees == 1


def test_steps_are_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    used, held = write_usage(tmp_path / "u.csv", USAGE), write_shares(tmp_path / "s.csv", as_shares(SHARES))
    compute([used], [held], 5, tmp_path / "o.csv", report=lambda *step: told.append(step))
    assert [step for step, done, whole in told if done == whole] == ["usage", "shares", "amounts", "tree"]


def test_without_spark(tmp_path: Path) -> None:
    program = "import sys; sys.modules.update(pyspark=None, py4j=None)\n"
    program += "from licet.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "statement", "compute", "--usage", "u.parquet"]
    command += [
        "--shares",
        "s.parquet",
        "--total",
        "5",
        "--engine",
        "spark",
        "--out",
        str(tmp_path / "o.csv"),
    ]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=dict(os.environ))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "licet: Spark is not installed: pip install 'licet[spark]'\n"
    assert list(tmp_path.iterdir()) == []


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path) -> None:
    used, held, out = tmp_path / "u.parquet", tmp_path / "s.parquet", tmp_path / "out"
    out.mkdir()
    duckdb.sql("SELECT 'a' AS work, 1 AS units").write_parquet(str(used))
    rows = "SELECT 'a' AS work, '0x' || sha256(i::VARCHAR)[:40] AS payee, 1 AS share FROM range(20000) t(i)"
    duckdb.sql(rows).write_parquet(str(held))
    for name in ("o.csv", "o.parquet"):
        with files_of_at_most(100_000), pytest.raises(SpaceMissing, match="cannot be written"):
            compute([used], [held], 10**6, out / name)
        assert list(out.iterdir()) == []
    assert compute([used], [held], 10**6, out / "o.csv").payees == 20_000


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    used, held, out = tmp_path / "u.parquet", tmp_path / "s.parquet", tmp_path / "out"
    out.mkdir()
    duckdb.sql("SELECT sha256(i::VARCHAR) AS work, 1 AS units FROM range(1500000) t(i)").write_parquet(
        str(used)
    )
    rows = f"SELECT sha256(i::VARCHAR) AS work, '{address(1)}' AS payee, 1 AS share FROM range(1500000) t(i)"
    duckdb.sql(rows).write_parquet(str(held))
    program = "import sys; from licet.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "statement", "compute", "--usage", str(used)]
    command += ["--shares", str(held), "--total", "7", "--out", str(out / "o.csv"), "--temp", str(tmp_path)]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
        text=True,
        # A test runner in the background has its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not list(out.iterdir()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert (process.returncode, list(out.iterdir())) == (130, []), said
    assert not list(tmp_path.glob("licet-*"))
