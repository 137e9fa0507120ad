"""The gateway as whoever means it harm sees it: bytes on a socket, and time."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from licet import server as serving
from licet.gateway.app import gateway
from licet.gateway.config import Site
from licet.gateway.policies import Access, Policies, Policy
from tests.integration.test_cli_gateway import CONFIG, running

pytestmark = pytest.mark.integration

SMUGGLED = b"GET /SMUGGLED HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A gateway that all tests here ask; none harms it for the others."""
    folder = tmp_path_factory.mktemp("sockets")
    (folder / "site" / "no").mkdir(parents=True)
    (folder / "site" / "a.txt").write_bytes(b"text")
    (folder / "gateway.toml").write_text(CONFIG)
    with running(str(folder / "gateway.toml")) as (process, port):
        yield port
        assert process.poll() is None, "it still runs"


def connect(port: int, seconds: float = 10) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), seconds)


def exchange(port: int, data: bytes) -> bytes:
    """All that is answered to some bytes, until the connection ends."""
    with connect(port) as connection:
        connection.sendall(data)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(1 << 16):
            found += chunk
    return found


POST, GET = b"POST /a.txt HTTP/1.1\r\nHost: x\r\n", b"GET /a.txt HTTP/1.1\r\nHost: x\r\n"
REFUSED = {
    "a length and a coding": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding and a length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two equal lengths": POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    "a list of lengths": POST + b"Content-Length: 1, 1\r\n\r\nx",
    "a length with a sign": POST + b"Content-Length: +1\r\n\r\nx",
    "a negative length": POST + b"Content-Length: -1\r\n\r\nx",
    "an unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "two fields of codings": POST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "a coding in HTTP/1.0": b"POST /a.txt HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding with a tab": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "a folded field": GET + b"X: a\r\n b\r\n\r\n",
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": POST + b"Content-Length : 5\r\n\r\n",
    "lines that end in LF": b"GET /a.txt HTTP/1.1\nHost: x\n\n",
    "a CR in a value": GET + b"X: a\rY: b\r\n\r\n",
    "a NUL in a value": GET + b"X: a\x00b\r\n\r\n",
    "a control character in a name": GET + b"X\x0b: a\r\n\r\n",
    "an absolute target": b"GET http://elsewhere.example/a.txt HTTP/1.1\r\nHost: x\r\n\r\n",
    "a fragment": b"GET /a.txt#b HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target that is a host": b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a target that is a star": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "no host": b"GET /a.txt HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: y\r\n\r\n",
    "a host with a space": b"GET /a.txt HTTP/1.1\r\nHost: x y\r\n\r\n",
    "a host with a path": b"GET /a.txt HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "a host with an account": b"GET /a.txt HTTP/1.1\r\nHost: a@x\r\n\r\n",
    "a host in other letters": b"GET /a.txt HTTP/1.1\r\nHost: b\xc3\xbccher.example\r\n\r\n",
    "HTTP/0.9": b"GET /a.txt\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/1.2": b"GET /a.txt HTTP/1.2\r\nHost: x\r\n\r\n",
    "a method in small letters": b"get /a.txt HTTP/1.1\r\nHost: x\r\n\r\n",
    "raw letters in the path": b"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n",
    "chunks that end in LF": POST + b"Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n",
    "a chunk's length with 0x": POST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n",
    "100 fields and one": GET + b"X: y\r\n" * 100 + b"\r\n",
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_what_could_be_read_in_two_ways_is_refused_and_ends(port: int, data: bytes) -> None:
    answer = exchange(port, data + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert answer.count(b"HTTP/1.1 ") == 1, "what follows is not taken for a request"


def test_unusual_and_clear_is_served(port: int) -> None:
    for data in (
        b"GET /a.txt HTTP/1.1\r\nHost: xn--bcher-kva.example:80\r\n\r\n",
        b"GET /a.txt HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        b"\r\nGET /a.txt HTTP/1.1\r\nhost:x\r\n\r\n",
        GET + b"Content-Length: 3\r\n\r\nabc",
        GET + b"Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nX: y\r\n\r\n",
    ):
        answer = exchange(port, data + SMUGGLED)
        assert answer.startswith(b"HTTP/1.1 200"), data
        assert answer.count(b"HTTP/1.1 ") == 2, "the second is a request of its own"


def test_what_follows_an_upgrade_is_no_request(port: int) -> None:
    answer = exchange(
        port, b"GET /a.txt HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" + SMUGGLED
    )
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1 ") == 1


class Impatient(serving.Guarded):
    """As the program's connections are, sooner."""

    head_seconds = 1.0
    body_seconds = 1.0
    stalled_seconds = 1.0
    look_seconds = 0.1
    max_body = 1 << 16


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The same site from a server that soon loses patience."""
    folder = tmp_path_factory.mktemp("quick")
    (folder / "a.txt").write_bytes(b"text")
    (folder / "big.bin").write_bytes(bytes(32 << 20))
    site = Site("https://site.example", Policies.of([Policy("/", Access.FREE)]), folder, max_body=1 << 16)
    server = serving.server(gateway(site), Impatient)
    with socket.create_server(("127.0.0.1", 0), backlog=1_000) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def test_the_program_is_patient_enough() -> None:
    assert 5 <= serving.Guarded.head_seconds <= 30
    assert serving.Guarded.body_seconds >= 10
    assert serving.Guarded.stalled_seconds >= 10


def ended_after(connection: socket.socket) -> float:
    began = time.monotonic()
    read_all(connection)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET /a.txt HT",
        b"POST /a.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
        b"POST /a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"GET /a.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /a.txt HT",
    ],
    ids=["nothing", "half a header", "half a body", "half a chunk", "half a second header"],
)
def test_who_says_no_more_is_not_waited_for(quick: int, data: bytes) -> None:
    with connect(quick) as connection:
        connection.sendall(data)
        assert 0.5 < ended_after(connection) < 5


def test_who_sends_a_header_byte_by_byte_is_not_waited_for(quick: int) -> None:
    """Two hundred of them, and whoever else asks is served at once."""
    slow = [connect(quick) for _ in range(200)]
    for connection in slow:
        connection.sendall(b"GET /a.txt HTTP/1.1\r\nHost: x\r\n")
    began, ended = time.monotonic(), 0
    while ended < len(slow) and time.monotonic() - began < 10:
        time.sleep(0.2)
        asked = time.monotonic()
        assert exchange(quick, GET + b"Connection: close\r\n\r\n").endswith(b"text")
        assert time.monotonic() - asked < 1
        ended = sum(not_taken(connection) for connection in slow)
    for connection in slow:
        connection.close()
    assert ended == len(slow)


def test_who_is_slow_and_steady_is_served(quick: int) -> None:
    """Many requests on one connection, each in time, for longer than any of them may take."""
    with connect(quick) as connection:
        for _ in range(8):
            connection.sendall(GET)
            time.sleep(0.4)
            connection.sendall(b"\r\n")
            answer = b""
            while not answer.endswith(b"text"):
                chunk = connection.recv(1 << 16)
                assert chunk, "it was not ended"
                answer += chunk


def not_taken(connection: socket.socket) -> bool:
    """Whether a connection takes no further byte, since the other side has ended it."""
    try:
        connection.sendall(b"X")
        connection.setblocking(False)
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        with contextlib.suppress(OSError):
            connection.setblocking(True)


def test_a_header_without_an_end_is_not_kept(port: int) -> None:
    with connect(port) as connection, contextlib.suppress(OSError):
        connection.sendall(b"GET /a.txt HTTP/1.1\r\nHost: x\r\nX: ")
        sent = 0
        for _ in range(1_000):
            connection.sendall(b"y" * 4_096)
            sent += 4_096
            time.sleep(0.0005)
        raise AssertionError(f"{sent} bytes of a header were taken")


@pytest.mark.parametrize("path", [b"/a.txt", b"/no/b.txt", b"/nothing", b"/.well-known/licet.json"])
def test_a_body_of_ten_gigabytes_is_not_read(port: int, path: bytes) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 10737418240\r\n\r\n")
        sent = pour(connection, bytes(1 << 16))
        assert sent < 32 << 20


def test_chunks_without_an_end_are_not_read(port: int) -> None:
    with connect(port) as connection:
        connection.sendall(b"POST /a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert pour(connection, b"8000\r\n" + bytes(0x8000) + b"\r\n") < 32 << 20
    with connect(port) as connection:  # all of it in the extension of a chunk
        connection.sendall(b"POST /a.txt HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;")
        assert pour(connection, b"a" * 0x8000) < 32 << 20


def pour(connection: socket.socket, data: bytes) -> int:
    """Sends and sends, a gigabyte at most; how much was taken."""
    sent = 0
    with contextlib.suppress(OSError):
        while sent < 1 << 30:
            connection.sendall(data)
            sent += len(data)
    return sent


def test_who_takes_no_answer_is_not_waited_for(quick: int) -> None:
    with connect(quick) as connection:
        connection.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        time.sleep(2.5)
        assert len(read_all(connection)) < 32 << 20, "the rest was not kept for it"


def test_who_takes_an_answer_slowly_gets_it(quick: int) -> None:
    with connect(quick) as connection:
        connection.sendall(b"GET /big.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = 0
        while chunk := connection.recv(1 << 20):
            received += len(chunk)
            time.sleep(0.05)
    assert received > 32 << 20
