import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from licet.documents import (
    CatalogDocument,
    Library,
    Published,
    Publisher,
    TermsDocument,
    file_name,
    ni_uri,
    sha256,
)
from licet.errors import DocumentError, DocumentMismatch, DocumentMissing, InputError
from licet.rights.uses import Use
from licet.types import hash32

TERMS = TermsDocument("Terms", Use.TRAIN, "You may.")
DATA = TERMS.to_bytes()
HASH = sha256(DATA)

Handle = Callable[[BaseHTTPRequestHandler], None]
Serve = Callable[[Handle], AbstractContextManager[str]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    @contextmanager
    def serve(handle: Handle) -> Iterator[str]:
        class Handler(BaseHTTPRequestHandler):
            do_GET = handle  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Quiet."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            server.block_on_close = False
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            try:
                yield f"http://127.0.0.1:{server.server_port}/x"
            finally:
                server.shutdown()

    return serve


def answer(data: bytes) -> Handle:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(data)

    return handle


def redirect(place: str) -> Handle:
    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", place)
        request.end_headers()

    return handle


def test_publish_and_read(tmp_path: Path) -> None:
    published = Publisher(tmp_path / "new" / "folder").publish(TERMS)
    assert published == Published(HASH, ni_uri(HASH))
    assert len(published.uri) == 57
    [path] = (tmp_path / "new" / "folder").iterdir()
    assert path.name == file_name(HASH) == f"{HASH[2:]}.json"
    assert path.read_bytes() == DATA
    assert path.stat().st_mode & 0o777 == 0o644
    assert Library([tmp_path, path.parent]).get(HASH, published.uri) == DATA


def test_the_name_is_rfc_6920s() -> None:
    example = hash32(hashlib.sha256(b"Hello World!").digest())
    assert ni_uri(example) == "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"


def test_publishing_again_keeps_the_date_and_mends_what_is_broken(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path)
    path = tmp_path / file_name(publisher.publish(DATA).hash)
    os.utime(path, (1000, 1000))
    publisher.publish(DATA)
    assert path.stat().st_mtime == 1000
    path.write_bytes(b"broken")
    publisher.publish(DATA)
    assert path.read_bytes() == DATA


def test_base_uri(tmp_path: Path) -> None:
    publisher = Publisher(tmp_path, "https://example.org/licet/")
    assert publisher.publish(DATA).uri == f"https://example.org/licet/{HASH[2:]}.json"
    for base, message in {"example.org": "no scheme", "https://" + "x" * 1000: "too long"}.items():
        with pytest.raises(InputError, match=message):
            Publisher(tmp_path, base)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        Publisher(tmp_path / "file").publish(DATA)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        Publisher(tmp_path).publish(DATA)
    assert list(tmp_path.iterdir()) == []


def test_missing(tmp_path: Path) -> None:
    for folders in ([], [tmp_path], [tmp_path / "nowhere"]):
        with pytest.raises(DocumentMissing, match="name a folder that has it"):
            Library(folders).get(HASH, ni_uri(HASH))
    with pytest.raises(DocumentMissing, match="switched off"):
        Library(allow_http=False).get(HASH, "https://example.org/x")


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "x",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "ftp://127.0.0.1/x",
        "data:,x",
        "http:x",
        "http://",
        "http://[",
        "http://a b/",
        "http://127.0.0.1:99999/",
        "https://é\0/",
    ],
)
def test_hostile_uris(uri: str) -> None:
    with pytest.raises(DocumentMissing):
        Library(seconds=2).get(HASH, uri)


def test_a_damaged_file_is_named_and_the_next_folder_serves(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    Publisher(good).publish(DATA)
    bad.mkdir()
    (bad / file_name(HASH)).write_bytes(DATA + b" ")
    assert Library([bad, good]).get(HASH) == DATA
    with pytest.raises(DocumentMismatch, match=str(bad)):
        Library([bad]).get(HASH)


def test_too_large_a_file(tmp_path: Path) -> None:
    Publisher(tmp_path).publish(DATA)
    with pytest.raises(DocumentError, match="larger than 10 bytes"):
        Library([tmp_path], max_bytes=10).get(HASH)


def test_listing_by_type_oldest_first(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    other = TermsDocument("Other", Use.INDEX, 'The text says "type":"licet/catalog/1".')
    for folder, document, when in ((first, TERMS, 3000), (second, TERMS, 1000), (first, other, 2000)):
        os.utime(folder / file_name(Publisher(folder).publish(document).hash), (when, when))
    (first / "notes.json").write_text("{}")
    (first / f"{'ab' * 32}.json").write_text("{}")
    listing = Library([first, second, tmp_path / "nowhere"]).listing(TermsDocument)
    assert [(item.hash, item.first_seen) for item in listing.found] == [
        (HASH, 1000),
        (sha256(other.to_bytes()), 2000),
    ]
    assert listing.damaged == (first / f"{'ab' * 32}.json",)
    assert Library([first]).listing(CatalogDocument).found == ()


def test_over_http(serve: Serve, tmp_path: Path) -> None:
    with serve(answer(DATA)) as uri:
        assert Library([tmp_path]).get(HASH, uri) == DATA
        with serve(redirect(uri)) as moved:
            assert Library().get(HASH, moved) == DATA
    with pytest.raises(DocumentMissing, match="could not be fetched"):
        Library().get(HASH, uri)


def test_http_answers_are_verified(serve: Serve) -> None:
    with serve(answer(DATA + b" ")) as uri, pytest.raises(DocumentMismatch, match="http://"):
        Library().get(HASH, uri)
    with serve(lambda request: request.send_error(404)) as uri, pytest.raises(DocumentMissing, match="404"):
        Library().get(HASH, uri)


def test_http_never_leads_to_a_file(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / file_name(Publisher(tmp_path).publish(DATA).hash)
    for place in (path.as_uri(), "ftp://127.0.0.1/x", "data:,x"):
        with serve(redirect(place)) as uri, pytest.raises(DocumentMissing, match="could not be fetched"):
            Library().get(HASH, uri)


def test_http_size_is_capped(serve: Serve) -> None:
    with serve(answer(b"x" * 200_000)) as uri, pytest.raises(DocumentError, match="more than 1000 bytes"):
        Library(max_bytes=1000).get(HASH, uri)


def test_http_servers_that_trickle_are_left(serve: Serve) -> None:
    def trickle(request: BaseHTTPRequestHandler) -> None:
        for _ in range(50):
            time.sleep(0.05)
            request.wfile.write(b"H")
            request.wfile.flush()

    with serve(trickle) as uri:
        begun = time.monotonic()
        with pytest.raises(DocumentMissing, match=r"longer than 0\.3 seconds"):
            Library(seconds=0.3).get(HASH, uri)
        assert time.monotonic() - begun < 1.5
