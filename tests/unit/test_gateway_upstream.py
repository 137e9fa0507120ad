"""Another server behind the gateway: it alone is asked, and no more is said than should be."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from licet.gateway.upstream import Upstream
from tests.unit.asgi import Answer, ask

PUBLIC = "https://site.example"


class Behind(BaseHTTPRequestHandler):
    """Answers by what its path says, and remembers each request."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, str, dict[str, str], bytes]]

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        fields = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, fields, body))
        own = f"http://{self.headers['Host']}"
        if self.path.startswith("/away"):
            self.reply(302, {"Location": "http://169.254.169.254/secret"})
        elif self.path.startswith("/own"):
            self.reply(302, {"Location": f"{own}/next"})
        elif self.path.startswith("/drop"):
            self.close_connection = True
        else:
            self.reply(
                200, {"X-Kept": "yes", "Connection": "X-Gone", "X-Gone": "1", "Keep-Alive": "1"}, b"hello"
            )

    def reply(self, status: int, fields: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = answer  # noqa: N815 - the library's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked has hung up: that is what some tests are about."""


@pytest.fixture
def behind() -> Iterator[ThreadingHTTPServer]:
    Behind.seen = []
    server = Server(("127.0.0.1", 0), Behind)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def origin(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def get(
    server: ThreadingHTTPServer, path: str, method: str = "GET", query: str = "", **rest: object
) -> Answer:
    app = Upstream(origin(server), PUBLIC)
    return ask(Closing(app), path, method=method, query=query, **rest)  # type: ignore[arg-type]


class Closing:
    """An upstream that ends its connections after each request, in the loop that made them."""

    def __init__(self, app: Upstream) -> None:
        self.app = app

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        try:
            await self.app(scope, receive, send)  # type: ignore[arg-type]
        finally:
            await self.app.close()


def test_an_answer_is_passed_on(behind: ThreadingHTTPServer) -> None:
    answer = get(behind, "/a%20b", query="q=%2F&r")
    assert (answer.status, answer.body) == (200, b"hello")
    assert answer.headers["x-kept"] == "yes"
    assert Behind.seen[0][:2] == ("GET", "/a%20b?q=%2F&r")
    head = get(behind, "/a", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "5")


def test_fields_of_one_connection_end_with_it(behind: ThreadingHTTPServer) -> None:
    answer = get(
        behind,
        "/a",
        headers=[
            ("Connection", "close, X-Private"),
            ("X-Private", "1"),
            ("Keep-Alive", "1"),
            ("TE", "trailers"),
            ("Upgrade", "h2c"),
            ("Proxy-Authorization", "secret"),
            ("X-Fine", "1"),
        ],
    )
    fields = Behind.seen[0][2]
    assert fields["x-fine"] == "1"
    assert not {"x-private", "te", "upgrade", "proxy-authorization"} & set(fields)
    assert not {"connection", "keep-alive", "x-gone"} & set(answer.headers)
    assert "date" not in answer.headers, "the server of the gateway has its own"


def test_who_asks_cannot_speak_for_the_gateway(behind: ThreadingHTTPServer) -> None:
    get(
        behind,
        "/a",
        headers=[
            ("Host", "evil.example"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Real-IP", "10.0.0.1"),
            ("Forwarded", "for=10.0.0.1"),
            ("PAYMENT-SIGNATURE", "secret"),
        ],
    )
    fields = Behind.seen[0][2]
    assert fields["host"] == f"127.0.0.1:{behind.server_port}"
    assert fields["x-forwarded-for"] == "192.0.2.1"
    assert fields["x-forwarded-host"] == "site.example"
    assert fields["x-forwarded-proto"] == "https"
    assert not {"forwarded", "x-real-ip", "payment-signature"} & set(fields)


def test_redirects_are_not_followed(behind: ThreadingHTTPServer) -> None:
    away = get(behind, "/away")
    assert (away.status, away.headers["location"]) == (302, "http://169.254.169.254/secret")
    own = get(behind, "/own")
    assert (own.status, own.headers["location"]) == (302, f"{PUBLIC}/next")
    assert len(Behind.seen) == 2


@pytest.mark.parametrize(
    "path", ["//evil.example/", "http://evil.example/", "@evil.example/", "/../x", "/a%0d%0aX:"]
)
def test_no_path_leads_elsewhere(behind: ThreadingHTTPServer, path: str) -> None:
    assert get(behind, path).status == 400
    assert not Behind.seen


@pytest.mark.parametrize(
    "query", ["x=http://evil.example/", "@evil.example/", "a b", "\r\nX: y", "#x", "\xe9"]
)
def test_no_query_leads_elsewhere(behind: ThreadingHTTPServer, query: str) -> None:
    answer = get(behind, "/a", query=query)
    assert answer.status in (200, 502)
    for _, path, fields, _ in Behind.seen:
        assert path.startswith("/a")
        assert fields["host"] == f"127.0.0.1:{behind.server_port}"
        assert "x" not in fields


def test_a_body_is_passed_on(behind: ThreadingHTTPServer) -> None:
    get(behind, "/a", method="POST", headers=[("Content-Length", "4")], body=[b"ab", b"cd"])
    get(behind, "/a", method="POST", headers=[("Transfer-Encoding", "chunked")], body=[b"ab", b"cd"])
    assert [body for *_, body in Behind.seen] == [b"abcd", b"abcd"]


def test_a_length_that_is_not_true_smuggles_nothing(behind: ThreadingHTTPServer) -> None:
    body = [b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"]
    both = [("Content-Length", "4"), ("Transfer-Encoding", "chunked")]
    for fields in (both[:1], both, [("Content-Length", "99")]):
        assert get(behind, "/a", method="POST", headers=fields, body=body).status == 400
    assert "/smuggled" not in [path for _, path, *_ in Behind.seen]


def test_a_site_that_is_not_there(behind: ThreadingHTTPServer) -> None:
    assert get(behind, "/drop").status == 502
    gone = Closing(Upstream("http://127.0.0.1:1", PUBLIC))
    assert ask(gone, "/a").status == 502
