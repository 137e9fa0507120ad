"""A folder behind the gateway: what is in it, in whole or in part, and nothing else of the machine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from licet.gateway.folder import Folder
from licet.gateway.ranges import Part, part_of
from tests.unit.asgi import Answer, ask

TEXT = b"0123456789"


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "site"
    (root / "sub").mkdir(parents=True)
    (root / "a.txt").write_bytes(TEXT)
    (root / "empty.bin").write_bytes(b"")
    (root / "index.html").write_bytes(b"<p>home</p>")
    (root / "sub" / "caf\N{LATIN SMALL LETTER E WITH ACUTE} x.txt").write_bytes(b"cafe")
    (root / ".env").write_bytes(b"SECRET")
    (root / ".git").mkdir()
    (root / ".git" / "config").write_bytes(b"SECRET")
    (tmp_path / "secret.txt").write_bytes(b"SECRET")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "near.txt").symlink_to("a.txt")
    (root / "out").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    before = open_files()
    yield root
    assert open_files() <= before, "every file is closed again"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def get(root: Path, path: str, **headers: str) -> Answer:
    return ask(
        Folder(root), path, headers=[(name.replace("_", "-"), value) for name, value in headers.items()]
    )


def test_a_file(root: Path) -> None:
    answer = get(root, "/a.txt")
    assert (answer.status, answer.body) == (200, TEXT)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-length"] == "10"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert get(root, "/sub/caf%C3%A9%20x.txt").body == b"cafe"
    assert get(root, "/empty.bin").headers["content-length"] == "0"


def test_a_large_file_comes_whole(root: Path) -> None:
    data = os.urandom(1_000_001)
    (root / "large.bin").write_bytes(data)
    assert get(root, "/large.bin").body == data
    assert get(root, "/large.bin", range="bytes=300000-900000").body == data[300_000:900_001]


def test_a_folder_serves_its_index_at_one_path(root: Path) -> None:
    assert get(root, "/").body == b"<p>home</p>"
    answer = get(root, "/index.html")
    assert (answer.status, answer.headers["location"]) == (308, "/")
    answer = get(root, "/sub")
    assert (answer.status, answer.headers["location"]) == (308, "/sub/")
    assert get(root, "/sub/").status == 404, "there are no listings"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/a.txt/",
        "/a.txt/b",
        "/.env",
        "/.git/config",
        "/sub/../.env",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/sub/..%2f..%2fsecret.txt",
        "/link.txt",
        "/near.txt",
        "/out/secret.txt",
        "/out/",
        "/out",
        "/pipe",
        "//etc/passwd",
        "/a.txt%00.html",
        "/" + "x" * 300,
    ],
)
def test_nothing_else_is_to_be_had(root: Path, path: str) -> None:
    answer = get(root, path)
    assert answer.status == 404
    assert b"SECRET" not in answer.body


def test_only_reading_is_done(root: Path) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = ask(Folder(root), "/a.txt", method=method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_head_is_get_without_the_file(root: Path) -> None:
    whole, head = get(root, "/a.txt"), ask(Folder(root), "/a.txt", method="HEAD")
    assert (head.status, head.body, head.headers) == (200, b"", whole.headers)
    part = ask(Folder(root), "/a.txt", method="HEAD", headers=[("Range", "bytes=0-1")])
    assert part.status == 200, "a range is of GET alone"


def test_a_file_that_is_known_is_not_sent_again(root: Path) -> None:
    first = get(root, "/a.txt")
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for fields in (
        {"if_none_match": etag},
        {"if_none_match": f'"x", W/{etag}'},
        {"if_none_match": "*"},
        {"if_modified_since": modified},
        {"if_none_match": etag, "if_modified_since": "Mon, 01 Jan 1990 00:00:00 GMT"},
    ):
        answer = get(root, "/a.txt", **fields)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", etag), fields
    for fields in (
        {"if_none_match": '"x"'},
        {"if_none_match": '"x"', "if_modified_since": modified},
        {"if_modified_since": "Mon, 01 Jan 1990 00:00:00 GMT"},
        {"if_modified_since": "nonsense"},
    ):
        assert get(root, "/a.txt", **fields).status == 200, fields
    (root / "a.txt").write_bytes(b"another!!!")
    assert get(root, "/a.txt", if_none_match=etag).body == b"another!!!"


def test_who_asks_for_one_version_gets_no_other(root: Path) -> None:
    etag = get(root, "/a.txt").headers["etag"]
    assert get(root, "/a.txt", if_match=etag).status == 200
    assert get(root, "/a.txt", if_match='"x"').status == 412
    assert get(root, "/a.txt", if_match=f"W/{etag}").status == 412
    assert get(root, "/a.txt", if_unmodified_since="Mon, 01 Jan 1990 00:00:00 GMT").status == 412
    assert get(root, "/a.txt", if_range=etag, range="bytes=0-0").status == 206
    assert get(root, "/a.txt", if_range='"x"', range="bytes=0-0").status == 200


def test_a_part(root: Path) -> None:
    answer = get(root, "/a.txt", range="bytes=2-4")
    assert (answer.status, answer.body) == (206, b"234")
    assert answer.headers["content-range"] == "bytes 2-4/10"
    assert answer.headers["content-length"] == "3"
    answer = get(root, "/a.txt", range="bytes=10-")
    assert (answer.status, answer.headers["content-range"]) == (416, "bytes */10")
    assert get(root, "/empty.bin", range="bytes=0-").status == 416


@pytest.mark.parametrize(
    ("field", "part"),
    [
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-9", Part(0, 10)),
        ("bytes=0-99", Part(0, 10)),
        ("bytes=9-", Part(9, 1)),
        ("bytes=-3", Part(7, 3)),
        ("bytes=-99", Part(0, 10)),
        ("BYTES=1-2", Part(1, 2)),
        ("bytes=-0", None),
        ("bytes=10-", None),
        ("bytes=10-20", None),
        ("", Part(0, 10)),
        ("bytes=-", Part(0, 10)),
        ("bytes=5-4", Part(0, 10)),
        ("bytes=0-1,3-4", Part(0, 10)),
        ("lines=0-1", Part(0, 10)),
        ("bytes=a-b", Part(0, 10)),
        ("bytes=" + "9" * 19 + "-", Part(0, 10)),
        ("bytes=\N{ARABIC-INDIC DIGIT ONE}-2", Part(0, 10)),
    ],
)
def test_ranges(field: str, part: Part | None) -> None:
    assert part_of(field, 10) == part
