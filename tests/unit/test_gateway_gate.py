"""The gate, in front of an application of one's own: who gets through, and with what."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Message, Receive, Scope, Send

from licet.cli.main import main
from licet.errors import InputError
from licet.gateway.app import around, gateway
from licet.gateway.config import Site
from licet.gateway.policies import Access, Policies, Policy
from licet.types import parse_hash
from tests.unit.asgi import Answer, ask

ASSET = parse_hash("11" * 32)
BROWSER = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")


class Echo:
    """Answers with the body, and remembers what it was asked."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def echo() -> Echo:
    return Echo()


def site(*policies: Policy, **settings: Any) -> Site:
    return Site("https://site.example", Policies.of([*policies, Policy("/", Access.FREE)]), **settings)


def get(echo: Echo, path: str, *headers: tuple[str, str]) -> Answer:
    terms = site(
        Policy("/no/", Access.FORBIDDEN),
        Policy("/licensed/", Access.LICENSE, asset=ASSET),
        Policy("/", Access.FORBIDDEN, ("bad-bot",)),
    )
    return ask(around(echo, terms), path, headers=headers)


def test_what_is_free_passes(echo: Echo) -> None:
    assert get(echo, "/x").status == 200
    assert echo.scopes


def test_what_is_forbidden_does_not(echo: Echo) -> None:
    answer = get(echo, "/no/x")
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert not echo.scopes


def test_what_is_licensed_asks_for_a_license(echo: Echo) -> None:
    answer = get(echo, "/licensed/x")
    assert (answer.status, answer.headers["www-authenticate"]) == (401, "License")
    assert ASSET in answer.body.decode()
    assert not echo.scopes


def test_a_browser_gets_a_page(echo: Echo) -> None:
    answer = get(echo, "/no/x", BROWSER)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<h1>Forbidden</h1>" in answer.body
    assert b'<a href="/.well-known/licet/">' in answer.body, "it leads to the terms in plain words"
    terms = get(echo, "/.well-known/licet/", BROWSER)
    style = "content-security-policy"
    assert answer.headers[style] == terms.headers[style], "it looks like these"
    assert answer.body.partition(b"<title>")[0] == terms.body.partition(b"<title>")[0]
    licensed = get(echo, "/licensed/x", BROWSER)
    assert (licensed.status, licensed.headers["www-authenticate"]) == (401, "License")
    assert (
        b"<h1>A license is needed</h1><p>This is read with a license. None is sold here.</p>" in licensed.body
    )


def test_a_crawler_gets_its_own_policy_and_caches_hear_of_it(echo: Echo) -> None:
    assert get(echo, "/x", ("User-Agent", "Bad-Bot/1.0")).status == 403
    answer = get(echo, "/x", ("User-Agent", "good"))
    assert (answer.status, answer.headers["vary"]) == (200, "User-Agent")


@pytest.mark.parametrize("path", ["/a/../no/x", "/no%2fx", "//no/x", "/%2e%2e/x", "http://site.example/no/x"])
def test_no_other_spelling_gets_through(echo: Echo, path: str) -> None:
    assert get(echo, path).status == 400
    assert not echo.scopes


def test_the_application_sees_the_spelling_that_was_judged(echo: Echo) -> None:
    assert get(echo, "/%78%20y").status == 200
    assert echo.scopes[0]["raw_path"] == b"/x%20y"
    assert echo.scopes[0]["path"] == "/x y"


def test_many_fields_are_refused(echo: Echo) -> None:
    assert get(echo, "/x", *[("X", "y")] * 101).status == 400
    assert not echo.scopes


def test_a_body_has_an_end(echo: Echo) -> None:
    app = around(echo, site(max_body=10))
    assert ask(app, "/x", method="POST", body=[b"12345", b"67890"]).body == b"1234567890"
    assert ask(app, "/x", method="POST", body=[b"12345", b"678901"]).status == 413
    for length in ("11", "9" * 30):
        answer = ask(app, "/x", method="POST", headers=[("Content-Length", length)], body=[b"1"])
        assert answer.status == 413


def test_a_gateway_stands_at_the_root_of_its_site(echo: Echo) -> None:
    """Below another path, `/licensed/` would be no path of the site's, and free."""
    terms = site(Policy("/licensed/", Access.LICENSE, asset=ASSET))
    root, below = (Starlette(routes=[Mount(path, around(echo, terms))]) for path in ("", "/below"))
    assert [ask(root, path).status for path in ("/robots.txt", "/x", "/licensed/x")] == [200, 200, 401]
    echo.scopes.clear()
    for path in ("/below/robots.txt", "/below/x", "/below/licensed/x", "/below/.well-known/licet.json"):
        answer = ask(below, path)
        assert (answer.status, b"mounted below /below" in answer.body) == (500, True)
    assert not echo.scopes


def test_what_is_behind_it_may_be_mounted(echo: Echo) -> None:
    app = Starlette(routes=[Mount("/licensed", echo), Mount("/free", echo)])
    gated = around(app, site(Policy("/licensed/", Access.LICENSE, asset=ASSET)))
    assert [ask(gated, path).status for path in ("/free/x", "/licensed/x")] == [200, 401]
    assert [scope["path"] for scope in echo.scopes] == ["/free/x"]


def test_health_is_not_the_sites(echo: Echo) -> None:
    app = around(echo, Site("https://site.example", Policies.of([Policy("/", Access.FORBIDDEN)])))
    assert ask(app, "/healthz").status == 200
    assert ask(app, "/readyz").status == 200


def test_web_sockets_are_closed(echo: Echo) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def connect() -> None:
        await around(echo, site())({"type": "websocket", "path": "/x", "headers": []}, receive, send)

    asyncio.run(connect())
    assert sent == [{"type": "websocket.close", "code": 1008}]
    assert not echo.scopes


def test_a_folder_behind_the_gate(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "b.txt").write_bytes(b"secret")
    app = gateway(site(Policy("/no/", Access.FORBIDDEN), folder=tmp_path))
    assert ask(app, "/a.txt").body == b"text"
    assert ask(app, "/no/b.txt").status == 403
    assert ask(app, "/nothing").status == 404


def test_a_site_that_serves_nothing_goes_around_an_application_alone(echo: Echo) -> None:
    assert ask(around(echo, site()), "/a").status == 200
    with pytest.raises(InputError, match="nothing is served"):
        gateway(site())


def test_the_command_line_loads_the_gateway_only_to_run_it() -> None:
    """`licet --version` and `import licet` stay light, and work without the gateway's libraries."""
    program = (
        "import sys, licet, licet.cli\n"
        "assert licet.cli.main(['--version']) == 0\n"
        "heavy = {'starlette', 'uvicorn', 'httpx', 'x402', 'anyio', 'licet.gateway'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, capture_output=True)


def test_without_its_libraries_the_gateway_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("licet.cli.gateway.find_spec", lambda name: None if name == "x402" else object())
    assert main(["gateway", "gateway.toml"]) == 1
    assert capsys.readouterr().err == "licet: the gateway needs x402: pip install 'licet[gateway]'\n"
