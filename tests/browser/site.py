"""The pages under test, served by a thread of this process."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from licet.contracts.currency import Currency
from licet.documents import OfferDocument
from licet.rights.order import Order
from licet.types import ZERO_ADDRESS, ZERO_HASH
from tests.integration.conftest import Network

STATIC = Path(__file__).resolve().parents[2] / "src" / "licet" / "web" / "static"

PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>Licet</title>
<script type="module" src="/static/site.js"></script></head>
<body><main><h1>Licet</h1>{body}</main></body></html>"""


@dataclass
class Site:
    """A stand-in for the application: the API that the scripts need, and pages with their places."""

    network: Network
    offers: dict[str, OfferDocument] = field(default_factory=dict)
    url: str = ""
    surcharge: int = 0

    def show(self, document: OfferDocument) -> OfferDocument:
        self.offers[document.offer.struct_hash()] = document
        return document

    def page(self, request: Request) -> Response:
        language = request.query_params.get("lang", "en")
        body = request.query_params.get("body", "")
        return HTMLResponse(
            PAGE.format(language=language, body=body),
            headers={
                "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
                f"img-src 'self' data:; connect-src 'self' {self.network.url}; base-uri 'none'"
            },
        )

    def config(self, request: Request) -> Response:
        here = self.network.deployment
        dollar = Currency(self.network.chain(), here.test_dollar)
        return JSONResponse(
            {
                "chain_id": here.chain_id,
                "chain_name": "Local chain",
                "rpc_url": self.network.url,
                "contracts": {
                    "asset_registry": here.asset_registry,
                    "license_token": here.license_token,
                    "royalty_vault_factory": here.vault_factory,
                    "usage_ledger": here.usage_ledger,
                },
                "currencies": [
                    {"address": dollar.address, "symbol": dollar.symbol(), "decimals": 6, "permit": True},
                    {"address": ZERO_ADDRESS, "symbol": "ETH", "decimals": 18, "permit": False},
                ],
            }
        )

    def offer(self, request: Request) -> Response:
        document = self.offers[request.path_params["hash"]]
        return JSONResponse(
            {
                "hash": request.path_params["hash"],
                "offer": document.offer.to_json(),
                "conditions": document.conditions.to_json(),
                "signature": document.signature,
                "asset": document.offer.asset_id,
                "title": "A poem",
                "stands": True,
                "why_not": None,
            }
        )

    def quote(self, request: Request) -> Response:
        document = self.offers[request.path_params["hash"]]
        quantity = int(request.query_params["quantity"])
        order = Order(document.offer, b"", document.offer.licensor, ZERO_HASH, quantity)
        return JSONResponse(
            {
                "total": str(order.total + self.surcharge),
                "currency": document.offer.currency,
                "decimals": 6 if document.offer.currency != ZERO_ADDRESS else 18,
            }
        )

    def app(self) -> ASGIApp:
        return Starlette(
            routes=[
                Route("/", self.page),
                Route("/api/config", self.config),
                Route("/api/offers/{hash}", self.offer),
                Route("/api/offers/{hash}/quote", self.quote),
                Mount("/static", StaticFiles(directory=STATIC)),
            ]
        )


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serves an application on a free port; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
