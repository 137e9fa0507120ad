"""The rule of statements once more, in plain integers: what every engine's amounts are compared with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb
from hypothesis import strategies as st

from licet.trees.sums import SumTree

Usage = list[tuple[str, int]]
Shares = list[tuple[str, int, int]]


def apportion(whole: int, weights: Sequence[int]) -> list[int]:
    """By largest remainders; of equal ones, the earlier is served first."""
    every = sum(weights)
    parts = [whole * weight // every for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda i: (-(whole * weights[i] % every), i))
    for i in by_loss[: whole - sum(parts)]:
        parts[i] += 1
    return parts


def amounts(usage: Usage, shares: Shares, total: int) -> dict[int, int]:
    """What each payee gets, a payee being a number of 160 bits."""
    units: defaultdict[str, int] = defaultdict(int)
    for work, used in usage:
        units[work] += used
    works = sorted(units, key=str.encode)
    earned: defaultdict[int, int] = defaultdict(int)
    for work, part in zip(works, apportion(total, [units[work] for work in works]), strict=True):
        held = sorted((payee, share) for of, payee, share in shares if of == work)
        for (payee, _), amount in zip(held, apportion(part, [share for _, share in held]), strict=True):
            earned[payee] += amount
    return dict(earned)


def address(payee: int) -> str:
    return f"0x{payee:040x}"


def as_csv(earned: dict[int, int]) -> str:
    lines = [f"{address(payee)},{amount}\n" for payee, amount in sorted(earned.items()) if amount]
    return "".join(["payee,smallest_units\n", *lines])


def root_of(earned: dict[int, int]) -> str:
    leaves = (payee.to_bytes(20) + amount.to_bytes(16) for payee, amount in sorted(earned.items()) if amount)
    return SumTree(b"".join(leaves)).root


def as_shares(shares: Shares) -> list[tuple[str, str, int]]:
    return [(work, address(payee), share) for work, payee, share in shares]


def write(path: Path, columns: str, rows: Iterable[Sequence[object]]) -> Path:
    """A file of rows, Parquet or CSV by its name; columns as in `CREATE TABLE`."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({columns})")
        rows = list(rows)
        if rows:
            connection.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(rows[0]))})", rows)
        kind = "parquet" if path.suffix == ".parquet" else "csv, HEADER"
        connection.execute(f"COPY t TO '{path}' (FORMAT {kind})")
    return path


def write_usage(path: Path, usage: Iterable[Sequence[object]]) -> Path:
    return write(path, "work VARCHAR, units BIGINT", usage)


def write_shares(path: Path, shares: Iterable[Sequence[object]]) -> Path:
    return write(path, "work VARCHAR, payee VARCHAR, share BIGINT", shares)


_WORKS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=4)
# Equal weights make ties, large ones the longest products.
_WEIGHTS = st.one_of(st.integers(1, 3), st.integers(1, 1 << 20), st.integers(1, (1 << 59)))
_PAYEES = st.one_of(st.integers(1, 5), st.integers(1, (1 << 160) - 1))
TOTALS = st.one_of(st.integers(1, 50), st.integers(1, 10**38 - 1), st.just(10**38 - 1))


@st.composite
def periods(draw: st.DrawFn) -> tuple[Usage, Shares]:
    """A few works, some of them used, and who shares in them."""
    works = draw(st.lists(_WORKS, min_size=1, max_size=8, unique=True))
    held = {work: draw(st.dictionaries(_PAYEES, _WEIGHTS, min_size=1, max_size=5)) for work in works}
    shares = [(work, payee, share) for work in works for payee, share in held[work].items()]
    usage = draw(st.lists(st.tuples(st.sampled_from(works), _WEIGHTS), min_size=1, max_size=12))
    return usage, draw(st.permutations(shares))
