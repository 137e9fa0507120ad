"""Payments that a facilitator elsewhere settles: it may be away, refuse or lie; the chain says what is so."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from licet import server as serving
from licet.gateway.elsewhere import FacilitatorElsewhere
from licet.gateway.facilitator import BASE
from tests.integration.conftest import DOLLAR, Network, Party
from tests.integration.test_gateway_payments import PRICE, TEXT, Shop, paid, payment
from tests.unit.asgi import Answer

pytestmark = pytest.mark.integration


@pytest.fixture
def shop(tmp_path: Path, network: Network, licensor: Party, rival: Party) -> Iterator[Shop]:
    (tmp_path / "work.txt").write_bytes(TEXT)
    work = licensor.sells.register_work(tmp_path / "work.txt")
    shop = Shop(tmp_path / "shop", network, rival, licensor.address, work.asset_id)
    yield shop
    shop.close()


@pytest.fixture
def elsewhere(tmp_path: Path, shop: Shop, stranger: Party) -> Iterator[str]:
    """The URL of a facilitator that settles for this shop: another gateway's, with an account of its own."""
    other = Shop(tmp_path / "other", shop.network, stranger, shop.vault, shop.site.policies.policies[0].asset)
    server = serving.server(other.app, serving.Guarded)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{BASE}"
        server.should_exit = True
        thread.join()
    other.close()


@pytest.fixture
def reader(licensee: Party) -> Party:
    licensee.receive_dollars(10 * DOLLAR)
    return licensee


def read(shop: Shop, reader: Party, url: str, field: str = "") -> tuple[str, Answer]:
    with closing(FacilitatorElsewhere(shop.keeper.chain, url, seconds=5)) as shop.sender:
        field = field or asyncio.run(payment(shop, reader))
        return field, asyncio.run(paid(shop, field))


def test_it_settles(shop: Shop, reader: Party, elsewhere: str) -> None:
    nonce = shop.keeper.chain.nonce(shop.keeper.address)
    field, answer = read(shop, reader, elsewhere)
    assert (answer.status, answer.body) == (200, TEXT)
    assert shop.income == PRICE
    assert shop.keeper.chain.nonce(shop.keeper.address) == nonce, "it has paid the gas"
    assert read(shop, reader, elsewhere, field)[1].status == 402


@contextmanager
def saying(status: int, answer: dict[str, Any]) -> Iterator[str]:
    """Something that says always the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


LIE = {"success": True, "transaction": "0x" + "11" * 32, "network": "eip155:31337", "payer": "0x" + "22" * 20}
REFUSAL = {"success": False, "errorReason": "busy", "transaction": "", "network": "eip155:31337"}


@pytest.mark.parametrize(
    ("status", "answer"), [(200, LIE), (200, REFUSAL), (200, {}), (500, {}), (302, LIE), (404, LIE)]
)
def test_what_it_says_opens_nothing(
    shop: Shop, reader: Party, elsewhere: str, status: int, answer: dict[str, Any]
) -> None:
    """The payment stays bound to its URL, and is served once another has settled it."""
    with saying(status, answer) as url:
        field, refused = read(shop, reader, url)
    assert (refused.status, refused.headers["retry-after"], TEXT in refused.body) == (503, "5", False)
    assert shop.income == 0
    assert read(shop, reader, elsewhere, field)[1].body == TEXT
    assert shop.income == PRICE


def test_it_is_away(shop: Shop, reader: Party, elsewhere: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        field, refused = read(shop, reader, f"http://127.0.0.1:{silent.getsockname()[1]}")
    assert (refused.status, refused.headers["retry-after"]) == (503, "5")
    assert read(shop, reader, elsewhere, field)[1].body == TEXT


def test_what_the_token_would_refuse_is_sent_nowhere(shop: Shop, pauper: Party) -> None:
    with saying(200, LIE) as url:
        answer = read(shop, pauper, url)[1]
    assert (answer.status, shop.journal.counts()["taken"]) == (402, 0)
