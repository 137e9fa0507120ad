#!/usr/bin/env python3
"""How long the server takes for a page, where very much is registered.

    python benchmarks/pages.py             a table
    python benchmarks/pages.py --json      the milliseconds of each page, the middle one of `RUNS`
    python benchmarks/pages.py --check     fail where a page takes longer than its target

An index is filled with a million registrations and a catalogue of a million works, offers on each tenth of
them and on the catalogue, as `licet index update` would have; the shelf is made of it, and pages are asked
for, each several times: the first ones, those far behind, searches for what is everywhere and for what is
once, by what is on offer, an account that registered it all.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from eth_abi.abi import encode
from rich.console import Console
from rich.table import Table

from licet.chain.client import Chain
from licet.chain.deployments import deploy
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner
from licet.contracts import Contracts
from licet.documents import CatalogDocument, Library, Publisher, Work
from licet.index import Index
from licet.index.events.kinds import CONTRACTS, addresses, kinds
from licet.index.events.rows import Row, numbers
from licet.index.store.sqlite import SqliteStore
from licet.index.tables.batch import Batch
from licet.index.tables.state import Identity
from licet.shelf import Filler
from licet.types import hash32, hash_bytes
from licet.web.app import application
from licet.web.live import Live
from licet.web.site import Site

TARGET_MS = 50.0
WORKS = 1_000_000
IN_A_BLOCK = 200
BLOCKS_AT_ONCE = 250
RUNS = 20

REGISTERED = next(kind for kind in kinds() if kind.table == "asset_registry_asset_registered")
PUBLISHED = next(kind for kind in kinds() if kind.table == "license_token_offer_published")
OFFERED = 10
"""Of how many works one is on offer."""
DOLLAR = "0x" + "dd" * 20
INDEXING = 16


def main() -> int:
    """Fill, measure, print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Milliseconds a page.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a page is slower than its target")
    parser.add_argument(
        "--works", type=int, default=WORKS, help="how many registrations, and works in the catalogue"
    )
    options = parser.parse_args()
    figures = measure(options.works)
    if options.json:
        print(json.dumps({name: round(value, 2) for name, value in figures.items()}))
    else:
        Console().print(table(figures))
    slow = [name for name, value in figures.items() if name.startswith("/") and value > TARGET_MS]
    for name in slow if options.check else ():
        print(f"pages: {name} takes {figures[name]:.1f} ms, the most is {TARGET_MS:g}", file=sys.stderr)
    return 1 if slow and options.check else 0


def table(figures: dict[str, float]) -> Table:
    """The figures for people."""
    result = Table(title="Pages over very many works")
    result.add_column("page")
    result.add_column("measured", justify="right")
    for name, value in figures.items():
        result.add_row(name, f"{value:,.1f} ms" if name.startswith("/") else f"{value:,.1f}")
    return result


def measure(works: int) -> dict[str, float]:
    """The median of each page, in milliseconds; and how long the shelf took, in seconds."""
    with LocalNode() as node, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        chain = Chain(node.url, LocalSigner.development(0))
        contracts = Contracts.of(chain, deploy(chain))
        db, shelf, documents = folder / "index.sqlite", folder / "shelf.sqlite", folder / "documents"
        catalog = CatalogDocument(
            "A very large collection",
            tuple(Work(f"plate {i:07d} of {i % 997}", digest(b"w", i)) for i in range(works)),
        )
        published = Publisher(documents).publish(catalog)
        root = catalog.tree().root
        del catalog
        fill(db, contracts, works, [(root, works, published.hash)])
        began = time.perf_counter()
        with Index(db, create=False) as index:
            filler = Filler(shelf, index, Library([documents], allow_http=False))
            filler.fill()
            filler.close()
        figures = {"shelf, s": time.perf_counter() - began, "shelf, MB": shelf.stat().st_size / 1e6}
        site = Site(contracts, Library([documents], allow_http=False), db, shelf, Live())
        app = application(site)
        registrant = "0x" + "ab" * 20
        whole = hash32(asset_id(works))
        pages = {
            "/works": "",
            "/works, in the middle": f"after={works // 2}",
            "/works, the last": "after=2",
            "/works, catalogues": "kind=catalog",
            "/works, found everywhere": "q=plate",
            "/works, found everywhere, in the middle": f"q=plate&after={(works + 1) << 32 | works // 2}",
            "/works, found once": f"q=plate+{works - 3:07d}",
            "/works, a beginning": "q=plate+000",
            "/works, a long beginning": f"q=plate+{works // 2:07d}"[:-1],
            "/works, found nowhere": "q=nothing",
            "/works, by use": "use=index",
            "/works, by use, in the middle": f"use=index&after={works // 2}",
            "/works, by a price that few ask": f"currency={DOLLAR}&most=1&after={works // 2}",
            "/works, found everywhere, by use": "q=plate&use=index",
            "/works, found everywhere, offered nowhere": "q=plate&use=train",
            "/works, found everywhere, of catalogues": "q=plate&kind=catalog",
            f"/works/{digest(b'w', 7)}": "",
            f"/assets/{whole}": "",
            f"/assets/{whole}/works": f"after={works // 2}",
            f"/accounts/{registrant}/works": "",
            f"/accounts/{registrant}": "",
            "/api/works": "",
        }
        for name, query in pages.items():
            path = name.partition(",")[0]
            figures[name] = median(milliseconds(app, path, query) for _ in range(RUNS))
        site.close()
        return figures


def milliseconds(app: Any, path: str, query: str) -> float:
    """How long an answer takes."""
    began = time.perf_counter()
    status = asyncio.run(answered(app, path, query))
    assert status == 200, (path, query, status)
    return (time.perf_counter() - began) * 1_000


async def answered(app: Any, path: str, query: str) -> int:
    """The status of an answer, read to its end."""
    found: list[int] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"accept-encoding", b"gzip")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            found.append(int(message["status"]))

    await app(scope, receive, send)
    return found[0]


def digest(salt: bytes, number: int) -> Any:
    """A hash that nobody has yet."""
    return hash32(hashlib.sha256(salt + number.to_bytes(8)).digest())


def asset_id(number: int) -> bytes:
    """The id of the asset that was registered at a place."""
    return hash_bytes(digest(b"a", number))


def fill(db: Path, contracts: Contracts, works: int, catalogs: list[tuple[Any, int, Any]]) -> None:
    """Writes registrations into an index, as if a chain had had them: single works, then catalogues."""
    here = addresses(contracts.deployment)
    store = SqliteStore(db, create=True)
    store.create(Identity(contracts.chain.chain_id, bytes(32), here, 1, 1))
    logs = registrations(works, catalogs)
    block = 0
    heads = tuple(bytes(32) for _ in CONTRACTS)
    ended = False
    while not ended:
        first, rows = block + 1, []
        blocks = []
        for _ in range(BLOCKS_AT_ONCE):
            block += 1
            blocks.append((block, block.to_bytes(32), 1_700_000_000 + 12 * block))
            for at in range(IN_A_BLOCK):
                log = next(logs, None)
                if log is None:
                    ended = True
                    break
                rows.append((block, at, hashlib.sha256(block.to_bytes(8)).digest(), *log))
            if ended:
                break
        store.apply(
            Batch(
                first,
                block,
                (first - 1).to_bytes(32),
                block.to_bytes(32),
                blocks,
                rows,
                [],
                heads,
                verified=True,
            )
        )
    store.close()


def registrations(works: int, catalogs: list[tuple[Any, int, Any]]) -> Iterator[Row]:
    """The kind, the topics and the data of each registration, and of each offer after it."""
    number, offered = numbers()[0, REGISTERED.topic], numbers()[1, PUBLISHED.topic]
    registrant = bytes(12) + b"\xab" * 20
    names = [p for p in REGISTERED.entry.inputs if not p.indexed]
    single = encode([p.signature for p in names], [value_of(p.name, 0, bytes(32)) for p in names])
    for i in range(works):
        content = hash_bytes(digest(b"c", i))
        yield number, REGISTERED.topic + asset_id(i) + registrant + content, single
        if i % OFFERED == 0:
            yield offered, *offer(i, price=1 if i % 100_000 == 0 else 10_000_000)
    for at, (root, size, document) in enumerate(catalogs, works):
        data = encode(
            [p.signature for p in names], [value_of(p.name, size, hash_bytes(document)) for p in names]
        )
        yield number, REGISTERED.topic + asset_id(at) + registrant + hash_bytes(root), data
        yield offered, *offer(at, price=10_000_000)


def offer(asset: int, price: int) -> tuple[bytes, bytes]:
    """The topics and the data of an offer's publication."""
    topics = PUBLISHED.topic + hash_bytes(digest(b"o", asset)) + asset_id(asset) + bytes(12) + b"\xab" * 20
    values: dict[str, Any] = {
        "licensor": "0x" + "ab" * 20,
        "assetId": asset_id(asset),
        "payee": "0x" + "ee" * 20,
        "currency": DOLLAR,
        "price": price,
        "uses": INDEXING,
        "termsURI": "",
    }
    words = [parameter for parameter in PUBLISHED.entry.inputs if not parameter.indexed]
    return topics, encode([each.signature for each in words], [filled(each, values) for each in words])


def filled(struct: Any, values: dict[str, Any]) -> tuple[Any, ...]:
    """A struct of some values, and of zeros."""
    zeros = {"bool": False, "address": "0x" + "00" * 20, "bytes32": bytes(32)}
    return tuple(values.get(member.name, zeros.get(member.type, 0)) for member in struct.components)


def value_of(name: str, works: int, document: bytes) -> Any:
    """A registration's argument."""
    return {"works": works, "documentHash": document, "uri": "", "origin": 0}[name]


if __name__ == "__main__":
    sys.exit(main())
