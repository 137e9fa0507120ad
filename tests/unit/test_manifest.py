"""Manifests of hashes, and the answers to them: read, matched and written in order, without a chain."""

import csv
import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.contracts.licenses import PERPETUAL
from licet.database import Database, check_out, quoted
from licet.documents import sha256
from licet.errors import InputError
from licet.licensee import Manifest
from licet.licensee.answers import NONE, Answers, ClaimFacts, ClaimOffer, Tier
from licet.licensee.manifest import write_answers
from licet.licensee.works import Works
from licet.types import Hash32, hash32

WORKS = [sha256(bytes([n])) for n in range(8)]
FIRST, SECOND = WORKS[:2]


@pytest.fixture
def works() -> Works:
    """Two catalogues, of two holders, that share a work."""
    works = Works()
    works.add_catalog(0, WORKS[:4], list("abcd"))
    works.add_catalog(1, WORKS[3:6], list("abc"))
    works.classify()
    return works


def contents(works: Works) -> list[Hash32]:
    return [hash32(c) for c in works.database.column("SELECT content FROM asked ORDER BY rowid")]


def asked(path: Path, works: Works, column: str | None = None) -> list[Hash32]:
    """What was asked for, in its order."""
    Manifest(path, column).ask(works.database)
    return contents(works)


def parquet(path: Path, select: str) -> Path:
    Database().run(f"COPY ({select}) TO {quoted(str(path))} (FORMAT parquet)")
    return path


def test_hashes_are_read_in_any_spelling(tmp_path: Path, works: Works) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(f'name,sha256\n"a, b",{FIRST}\n\n"c ""d""",{SECOND[2:].upper()}\ne,0X{FIRST[2:]}')
    assert asked(path, works) == [FIRST, SECOND, FIRST]


@pytest.mark.parametrize("name", ["plain.csv", "odd [name]*?.csv", "it's.csv", "no-suffix", "a=b/x.csv"])
def test_whatever_the_file_is_called_it_alone_is_read(tmp_path: Path, works: Works, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"hash\n{FIRST}\n")
    path.with_name("odd n!!.csv").write_text(f"hash\n{SECOND}\n")
    assert asked(path, works) == [FIRST]


def test_a_relative_name_is_a_file_even_if_it_looks_like_a_url(
    tmp_path: Path, works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("https:").mkdir()
    Path("https:/x.csv").write_text(f"hash\n{FIRST}\n")
    assert asked(Path("https://x.csv"), works) == [FIRST]


def test_other_forms_of_files(tmp_path: Path, works: Works) -> None:
    zipped = tmp_path / "manifest.csv.gz"
    zipped.write_bytes(gzip.compress(f"\ufeffsha256,b\r\n{FIRST},1\r\n".encode()))
    assert asked(zipped, works) == [FIRST]
    text = parquet(tmp_path / "text.parquet", f"SELECT '{SECOND}' AS sha256, 7 AS size")
    assert asked(text, works) == [SECOND]
    binary = parquet(tmp_path / "binary", f"SELECT unhex('{FIRST[2:]}') AS content")
    assert asked(binary, works, "content") == [FIRST]


def test_a_column_is_named_where_there_are_two(tmp_path: Path, works: Works) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(f'hash,sha256,"we""ird, name"\n{FIRST},{SECOND},{WORKS[2]}\n')
    with pytest.raises(InputError, match="columns sha256 and hash: name one with --column"):
        asked(path, works)
    assert asked(path, works, "hash") == [FIRST]
    assert asked(path, works, 'we"ird, name') == [WORKS[2]]


HASH = "ab" * 32
BAD_CSV: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "no rows": (b"sha256\n", "no rows"),
    "no column": (b"id,name\n1,2\n", "no column 'sha256' or 'hash'"),
    "column twice": (f"sha256,sha256\n{HASH},{HASH}\n".encode(), "twice"),
    "no hash": (f"sha256\n{HASH}\nnothing\n{HASH}\n".encode(), "row 2: 'nothing' is not a SHA-256"),
    "empty cell": (f"a,sha256\n1,{HASH}\n2,\n".encode(), "row 2: '' is not a SHA-256"),
    "empty line": (f"sha256\n{HASH}\n\n{HASH}\n".encode(), "row 2: '' is not a SHA-256"),
    "one digit less": (f"sha256\n{HASH[1:]}\n".encode(), "row 1: "),
    "one digit more": (f"sha256\n{HASH}0\n".encode(), "row 1: "),
    "spaces": (f"sha256\n {HASH[2:]} \n".encode(), "row 1: "),
    "no hex": (f"sha256\n{'g' * 64}\n".encode(), "row 1: 'gggg"),
    "other digits": (f"sha256\n{'٣' * 64}\n".encode(), "row 1: "),
    "half a prefix": (f"sha256\nx0{HASH}\n".encode(), "row 1: "),
    "field missing": (f"a,sha256\n1,{HASH}\n2\n".encode(), "Expected Number of Columns: 2"),
    "field too many": (f"sha256\n{HASH}\n{HASH},2\n".encode(), "Columns"),
    "quote left open": (f'sha256\n{HASH}\n"{HASH}\n'.encode(), "quote"),
    "not UTF-8": (f"sha256\n{HASH}\n\xe9\n".encode("latin-1"), "(?i)utf-?8|unicode"),
    "header not UTF-8": (f"sha256,\xe9\n{HASH},1\n".encode("latin-1"), "UTF-8"),
    "zeros": (bytes(500), "no column"),
    "broken Parquet": (b"PAR1 and then nothing PAR1", "(?i)footer|parquet"),
}


@pytest.mark.parametrize("case", BAD_CSV)
def test_a_manifest_that_cannot_be_used_is_refused(tmp_path: Path, works: Works, case: str) -> None:
    data, message = BAD_CSV[case]
    path = tmp_path / "manifest.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        asked(path, works)
    assert str(path) in str(caught.value)
    assert len(str(caught.value)) < 600


def test_what_is_no_file_is_refused(tmp_path: Path, works: Works) -> None:
    with pytest.raises(InputError, match="is a directory"):
        asked(tmp_path, works)
    with pytest.raises(InputError, match="does not exist"):
        asked(tmp_path / "nothing.csv", works)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="not a regular file"):
        asked(pipe, works)
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(f"sha256\n{HASH}\n".encode() * 1000)[:-20])
    with pytest.raises(InputError):
        asked(cut, works)


def test_other_types_of_parquet_columns_are_refused(tmp_path: Path, works: Works) -> None:
    numbers = parquet(tmp_path / "numbers.parquet", "SELECT 7 AS sha256")
    with pytest.raises(InputError, match="has the type INTEGER: text of hex digits, or 32 bytes"):
        asked(numbers, works)
    short = parquet(tmp_path / "short.parquet", "SELECT unhex('ab') AS sha256")
    with pytest.raises(InputError, match="row 1: 'AB' is not"):
        asked(short, works)
    null = parquet(tmp_path / "null.parquet", f"SELECT unnest(['{HASH}', NULL]) AS hash")
    with pytest.raises(InputError, match="row 2: '' is not"):
        asked(null, works)


# Answers.


@pytest.fixture
def answer(works: Works) -> Callable[[Path, Path], None]:
    """Answers a manifest: one catalogue is licensed, one on offer, what both list is contested."""

    def answer(manifest: Path, out: Path) -> None:
        answers = Answers(works.database)
        Manifest(manifest).ask(works.database)
        answers.claims()
        answers.decide(
            [ClaimFacts(0, 0, Tier.PLAIN, False, 0, PERPETUAL), ClaimFacts(1, 1, Tier.PLAIN, False, NONE, 0)]
        )
        answers.buy([ClaimOffer(1, 0, NONE)] if 1 in answers.claims_to_buy() else [], [10**30])
        write_answers(
            works.database,
            out,
            claims=[(1, WORKS[7]), (0, WORKS[6])],
            licenses=[(SECOND, PERPETUAL)],
            offers=[(0, FIRST, 10**30)],
        )

    return answer


COLUMNS = ["sha256", "status", "reason", "until", "license_id", "price", "offer_hash", "claims"]
EXPECTED = {
    WORKS[0]: ["licensed", "", "perpetual", SECOND, "", "", ""],
    WORKS[3]: ["contested", "", "", "", "", "", f"{WORKS[7]} {WORKS[6]}"],
    WORKS[4]: ["on_offer", "", "", "", str(10**30), FIRST, ""],
    WORKS[7]: ["unknown", "", "", "", "", "", ""],
}


@pytest.mark.parametrize("rows", [5, 300_000])
def test_each_row_is_answered_in_its_order(
    tmp_path: Path, answer: Callable[[Path, Path], None], rows: int
) -> None:
    chance = random.Random(2)
    items = [chance.choice(list(EXPECTED)) for _ in range(rows)]
    manifest, out, columns = tmp_path / "manifest.csv", tmp_path / "out.csv", tmp_path / "out.parquet"
    manifest.write_text("sha256\n" + "\n".join(items) + "\n")
    answer(manifest, out)
    with out.open(newline="") as file:
        header, *answers = csv.reader(file)
    assert header == COLUMNS
    assert answers == [[item, *EXPECTED[item]] for item in items]
    answer(manifest, columns)
    read = Database().rows(f"SELECT * FROM {quoted(str(columns))}")
    assert [[hash32(c) if isinstance(c, bytes) else c or "" for c in row] for row in read] == answers
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.csv", "out.csv", "out.parquet"]


def test_answers_replace_nothing(tmp_path: Path, answer: Callable[[Path, Path], None]) -> None:
    manifest = tmp_path / "manifest.csv"
    manifest.write_text(f"sha256\n{FIRST}\n")
    for name, message in (
        ("manifest.csv", "is there already"),
        ("answers.txt", r"neither \.csv nor \.parquet"),
        ("no/such/answers.csv", "no folder"),
    ):
        with pytest.raises(InputError, match=message):
            check_out(tmp_path / name)
        with pytest.raises(InputError, match=message):
            answer(manifest, tmp_path / name)
    assert manifest.read_text() == f"sha256\n{FIRST}\n"
