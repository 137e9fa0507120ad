import gzip
import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from licet.catalog import Catalog, Payee, read_catalog, read_payees
from licet.documents import PayeeShare, Work
from licet.errors import InputError
from licet.trees.catalog import CatalogTree
from licet.trees.hashing import checksum
from licet.types import hash32, parse_hash

A, B = (checksum(bytes([n]) * 20) for n in (0xAA, 0xBB))
Csv = Callable[[str | bytes], Path]


@pytest.fixture
def csv(tmp_path: Path) -> Csv:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "catalog.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def sha256(data: bytes) -> str:
    return "0x" + hashlib.sha256(data).hexdigest()


def test_records_are_hashed_as_canonical_json(csv: Csv) -> None:
    catalog = read_catalog(csv('title,id,"b\né"\nOne,1,"x ""y"""\nTwo,2,\n'))
    records = [{"title": "One", "id": "1", "b\né": 'x "y"'}, {"title": "Two", "id": "2", "b\né": ""}]
    assert catalog.works == tuple(
        Work(r["id"], hash32(hashlib.sha256(rfc8785.dumps(r)).digest())) for r in records
    )
    assert (catalog.shares, catalog.share_unit) == ({}, 1)
    assert catalog.tree().root == CatalogTree(work.sha256 for work in catalog.works).root
    assert catalog.document("Name").works == catalog.works


def test_given_hashes_come_before_files_and_records(csv: Csv) -> None:
    catalog = read_catalog(csv(f"id,sha256,file\na,{'AB' * 32},nowhere\nb, 0x{'cd' * 32},nowhere\n"))
    assert catalog.works == (Work("a", hash32(b"\xab" * 32)), Work("b", hash32(b"\xcd" * 32)))


def test_files_are_found_beside_the_csv(csv: Csv, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "one.txt").write_bytes(b"one")
    [work] = read_catalog(csv("file\nsub/one.txt\n")).works
    assert work == Work("sub/one.txt", parse_hash(sha256(b"one")))


@pytest.mark.parametrize(
    ("content", "ids"),
    [
        (f"sha256,id\n{'ab' * 32},x\n", ["x"]),
        ("number,title\n7,x\n8,x\n", ["7", "8"]),
        (f"sha256\n{'ab' * 32}\n{'cd' * 32}\n", ["1", "2"]),
    ],
)
def test_ids(csv: Csv, content: str, ids: list[str]) -> None:
    assert [work.id for work in read_catalog(csv(content)).works] == ids


def test_byte_order_mark_line_ends_and_empty_lines(csv: Csv) -> None:
    plain = read_catalog(csv("id,t\n1,x\n2,y\n"))
    assert read_catalog(csv("\ufeffid,t\r\n\r\n1,x\r\n\r\n2,y")) == plain


def test_gzip(csv: Csv, tmp_path: Path) -> None:
    path = csv("id\n1\n")
    packed = tmp_path / "catalog.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read_catalog(packed) == read_catalog(path)
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(InputError, match="cannot be read to its end"):
        read_catalog(packed)
    packed.write_bytes(b"id\n1\n")
    with pytest.raises(InputError, match="cannot be read to its end"):
        read_catalog(packed)
    packed.write_bytes(gzip.compress(path.read_bytes())[:10] + b"\xff" * 20)
    with pytest.raises(InputError, match="cannot be read to its end"):
        read_catalog(packed)


def test_shares_are_works_divided_among_payees(csv: Csv) -> None:
    catalog = read_catalog(csv("id,who\n1,a\n2,a|b\n3,c | a|b\n4,c|c\n"), payees_column="who")
    assert catalog.share_unit == 6
    assert catalog.shares == {"a": 6 + 3 + 2, "b": 3 + 2, "c": 2 + 6}
    assert sum(catalog.shares.values()) == 4 * catalog.share_unit


def test_weights(csv: Csv) -> None:
    text = "id;who;much\n1;a,b;1,3\n2;a;7\n3;a,b;1/3,0.5\n4;a,a,b;1,1,2\n"
    catalog = read_catalog(
        csv(text.replace(",", "|").replace(";", ",")), payees_column="who", weights_column="much"
    )
    unit = catalog.share_unit
    a = Fraction(1, 4) + 1 + Fraction(2, 5) + Fraction(1, 2)
    assert {label: Fraction(share, unit) for label, share in catalog.shares.items()} == {"a": a, "b": 4 - a}


def test_another_separator(csv: Csv) -> None:
    catalog = read_catalog(csv("id,who\n1,a|x; b\n"), payees_column="who", separator=";")
    assert catalog.shares == {"a|x": 1, "b": 1}


@given(
    st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=5, unique=True), min_size=1, max_size=20)
)
def test_shares_sum_to_the_whole(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "c.csv"
    path.write_text("id,who\n" + "".join(f"{i},{'|'.join(row)}\n" for i, row in enumerate(rows)))
    catalog = read_catalog(path, payees_column="who")
    assert sum(catalog.shares.values()) == len(rows) * catalog.share_unit
    for label, share in catalog.shares.items():
        assert Fraction(share, catalog.share_unit) == sum(Fraction(1, len(r)) for r in rows if label in r)


def test_progress_counts_rows(csv: Csv) -> None:
    seen: list[int] = []
    read_catalog(csv("id\n" + "".join(f"{i}\n" for i in range(2500))), progress=seen.append)
    assert seen == [1000, 1000, 500]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("\ufeff", "is empty"),
        ("id,t\n", "no rows"),
        ("id,id\n1,2\n", "line 1: the column 'id' stands twice"),
        ("id,t\n1\n", "line 2: the row has 1 fields, the header 2"),
        ("id,t\n1,2\n1,2,3\n", "line 3: the row has 3 fields"),
        ("id,t\n1,x\n\n1,y\n", "line 4: the id '1' stands on line 2 already: add a column `id`"),
        ("id,t\n,x\n", "line 2: the id .* is empty"),
        (b"id,t\n1,x\n2,\xe9\n", "line 3, byte 11 of the file: not UTF-8"),
        ("id,t\n1,x\n".encode("utf-16"), "line 1, byte 0 of the file: not UTF-8"),
        ('id,t\n1,"x\n', "line 2: not valid CSV"),
        ('id,t\n1,"x"y\n', "line 2: not valid CSV"),
        ("id,t\n1," + "x" * 200_000 + "\n", "line 2: not valid CSV: field larger"),
        ("id,sha256\n1,abc\n", "line 2: 'abc' is not a SHA-256"),
        ("id,sha256\n1,\n", "line 2: '' is not a SHA-256"),
        (f"id,sha256\n1,{'ab' * 32}\n2,{'AB' * 32}\n", "line 3: the same work stands on line 2 already"),
        ("id,file\n1,\n", "line 2: the file is not named"),
        ("id,file\n1,nothing\n", "line 2: .*nothing does not exist"),
        ("id,file\n1,.\n", "line 2: .* is a directory"),
    ],
)
def test_refusals(csv: Csv, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_catalog(csv(content))


def test_a_record_of_two_lines_is_named_by_its_first(csv: Csv) -> None:
    with pytest.raises(InputError, match="line 4: the same work stands on line 2"):
        read_catalog(csv(f'sha256,t\n{"ab" * 32},"x\ny"\n{"ab" * 32},"x\ny"\n'))


@pytest.mark.parametrize(
    ("who", "much", "message"),
    [
        ("", "1", "a payee is empty"),
        ("a|", "1|1", "a payee is empty"),
        ("a|b", "1", "2 payees, but 1 weights"),
        ("a", "0", "'0' is not a weight"),
        ("a", "-1", "not a weight"),
        ("a", "1e400000000", "not a weight"),
        ("a", "1/0", "not a weight"),
        ("a", "9" * 50, "not a weight"),
        ("a", "nan", "not a weight"),
        ("a", "", "not a weight"),
    ],
)
def test_bad_payees(csv: Csv, who: str, much: str, message: str) -> None:
    with pytest.raises(InputError, match=f"line 2: .*{message}"):
        read_catalog(csv(f"id,who,much\n1,{who},{much}\n"), payees_column="who", weights_column="much")


def test_weights_that_cannot_stay_exact(csv: Csv) -> None:
    primes = (101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193)
    rows = "".join(f"{p},a|b,1|{p - 1}\n" for p in primes)
    with pytest.raises(InputError, match="same number in every row"):
        read_catalog(csv("id,who,much\n" + rows), payees_column="who", weights_column="much")


def test_columns_that_are_not_there(csv: Csv) -> None:
    path = csv("id,who\n1,a\n")
    with pytest.raises(InputError, match="no column 'artist': it has 'id, who'"):
        read_catalog(path, payees_column="artist")
    with pytest.raises(InputError, match="no column 'much'"):
        read_catalog(path, payees_column="who", weights_column="much")
    with pytest.raises(InputError, match="name the payees"):
        read_catalog(path, weights_column="much")
    with pytest.raises(InputError, match="separator is empty"):
        read_catalog(path, payees_column="who", separator="")


def test_not_a_file(tmp_path: Path) -> None:
    for path, message in ((tmp_path, "directory"), (tmp_path / "x.csv", "does not exist")):
        with pytest.raises(InputError, match=message):
            read_catalog(path)


def test_payees(csv: Csv) -> None:
    payees = read_payees(csv(f"payee,address,name\na,{A},Ada\n b ,{B.lower()},\n"))
    assert payees == {"a": Payee(A, "Ada"), "b": Payee(B)}
    assert read_payees(csv(f"address,payee\n{A},a\n")) == {"a": Payee(A)}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("payee\na\n", "no column 'address'"),
        ("payee,address\n", "no rows"),
        (f"payee,address\n,{A}\n", "line 2: the payee is empty"),
        (f"payee,address\na,{A[:-1]}\n", "line 2: .*40 hex digits"),
        (f"payee,address\na,{A.swapcase().replace('0X', '0x')}\n", "line 2: .*checksum"),
        (f"payee,address\na,{A}\na,{B}\n", "line 3: the payee 'a' stands on line 2 already"),
    ],
)
def test_bad_payees_files(csv: Csv, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_payees(csv(content))


def test_split_takes_addresses_from_labels_and_from_the_file() -> None:
    catalog = Catalog((), {"a": 2, A.lower(): 1, "b": 3}, 1)
    split = catalog.split({"a": Payee(A, "Ada"), "b": Payee(B)})
    assert split.payees == (PayeeShare(A, 3, "Ada"), PayeeShare(B, 3))


def test_split_names_some_of_the_unknown() -> None:
    catalog = Catalog((), dict.fromkeys("abcde", 1), 1)
    with pytest.raises(InputError, match="for 'a', 'b', 'c' and 2 more"):
        catalog.split()
    with pytest.raises(InputError, match="at least one payee"):
        Catalog((), {}, 1).split()
