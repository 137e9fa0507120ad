#!/usr/bin/env python3
"""How long a quote of ten million hashes against a million registered works takes, and how much memory.

    python benchmarks/quote.py             a table
    python benchmarks/quote.py --json      {"items": …, "works": …, "seconds": …, "peak_mb": …}
    python benchmarks/quote.py --check     fail where a limit is missed

Measured is the command's own way, in a process of its own: catalogues' documents are read, checked against
their roots and sorted into tables, the manifest is matched, decided and priced, the answer to each row is
written. Only the chain is not asked: deeds, licenses and standing offers are at hand. `--items` and `--works`
make it smaller. The table compares a sample of the manifest with what plain Python takes for it: a dictionary
from each hash to its claims, and a loop.

Half of the manifest's rows are unknown, the others repeat the works at random. Nine tenths of the works are
in nine catalogues, of which one is licensed, one on no offer, one on offer for another use; a tenth catalogue
lists half of the works of two others again. The rest are single works, half of them on offer. Half of one
catalogue's works have deeds and offers of their own as well; a tenth of another's is claimed by a stranger.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from licet.chain.client import Log
from licet.contracts import Contracts
from licet.contracts.assets import Deed, DeedFlag
from licet.contracts.events import AssetRegistered
from licet.contracts.licenses import License
from licet.database import Database, quoted
from licet.documents import CatalogDocument, Library, Publisher, TrustPolicy, Work
from licet.licensee import Held, Manifest, Quote, Status
from licet.licensee.lookup import Claims, Finder
from licet.licensee.offers import Offers, StandingOffer
from licet.licensee.quoting import Quoter
from licet.licensee.register import Register, Registered
from licet.rights.offer import Offer, asset_id
from licet.rights.order import Grant
from licet.rights.registration import Origin
from licet.rights.uses import Use
from licet.trees.hashing import checksum
from licet.types import ZERO_HASH, Address, Hash32

ITEMS, WORKS = 10_000_000, 1_000_000
LIMITS = {"seconds": 30.0, "peak_mb": 4096}
SAMPLE = 2_000_000
NO_FLAG = DeedFlag(0)
CATALOGS = 9
LICENSED, UNOFFERED, OTHER_USE, COMPETING, CONTESTED = 1, 2, 3, 4, 5
DOLLAR = 1_000_000


def main() -> int:
    """Make the inputs, measure, then print or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="Time and memory of a quote of very many hashes.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a limit is missed")
    parser.add_argument("--items", type=int, default=ITEMS, metavar="N", help="rows of the manifest")
    parser.add_argument("--works", type=int, default=WORKS, metavar="N", help="registered works, from 1,000")
    for step in STEPS:
        parser.add_argument(f"--{step}", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for step, run in STEPS.items():
        if getattr(arguments, step) is not None:
            print(json.dumps(run(getattr(arguments, step), arguments.items, arguments.works)))
            return 0
    with tempfile.TemporaryDirectory() as folder:
        begin(arguments, "make", folder)
        found = begin(arguments, "measure", folder)
        figures = {key: found[key] for key in ("items", "works", "seconds", "peak_mb")}
        if arguments.json:
            print(json.dumps(figures))
        else:
            show({**found, **begin(arguments, "compare", folder)})
    missed = [name for name, limit in LIMITS.items() if figures[name] > limit]
    for name in missed:
        print(f"{name} is {figures[name]}: {LIMITS[name]} is the limit", file=sys.stderr)
    return 1 if arguments.check and missed else 0


def begin(arguments: argparse.Namespace, step: str, folder: str) -> dict[str, Any]:
    """What a step says, which has a process of its own: nobody else's memory is counted."""
    size = ["--items", str(arguments.items), "--works", str(arguments.works)]
    command = [sys.executable, __file__, f"--{step}", folder, *size]
    ran = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return cast("dict[str, Any]", json.loads(ran.stdout))


def show(found: dict[str, Any]) -> None:
    """A table for people."""
    table = Table("", "")
    rows = {
        "rows of the manifest": f"{found['items']:,}",
        "registered works": f"{found['works']:,}",
        "documents read, checked, in tables": f"{found['reading']:.1f} s",
        "matched, decided, priced, written": f"{found['quoting']:.1f} s",
        "together": f"{found['seconds']:.1f} s (limit {LIMITS['seconds']:.0f})",
        "CPU time, all threads": f"{found['cpu']:.1f} s",
        "peak memory": f"{found['peak_mb']:,} MB (limit {LIMITS['peak_mb']:,})",
        "to buy": f"{found['purchases']:,} offers, {found['total']:,} units"
        + (", proven minimal" if found["minimal"] else ", not proven minimal"),
        **{name.replace("_", " "): f"{count:,}" for name, count in found["counts"].items()},
        f"first {found['sample']:,} rows, plain Python": f"{found['plain']:.1f} s",
        f"first {found['sample']:,} rows, this": f"{found['this']:.1f} s "
        f"({found['plain'] / found['this']:.1f} times as fast)",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    Console().print(table)


def work(number: int) -> Hash32:
    """The SHA-256 of a registered work; the manifest spells it in SQL."""
    return Hash32("0x" + hashlib.sha256(f"work {number}".encode()).hexdigest())


def address(name: str) -> Address:
    """Somebody's address."""
    return checksum(hashlib.sha256(name.encode()).digest()[:20])


@dataclass
class Market:
    """Who registered and offers what: what the chain would be asked for."""

    by_asset: dict[Hash32, Registered] = field(default_factory=dict)
    catalogs: list[AssetRegistered] = field(default_factory=list)
    standing_offers: dict[Hash32, tuple[StandingOffer, ...]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    disputed_works: tuple[tuple[Hash32, Hash32], ...] = ()

    def deed(self, asset: Hash32) -> Deed:
        """A deed, which its registrant holds."""
        return Deed(self.by_asset[asset].registrant, 0, 0, 0, NO_FLAG)

    def flags(self, asset: Hash32, content: Hash32 | None) -> DeedFlag:
        """Nothing is disputed."""
        del asset, content
        return NO_FLAG

    def time(self, entry: Registered) -> int:
        """When an asset was registered."""
        return 1_700_000_000 + entry.block

    def standing(self, assets: Collection[Hash32]) -> dict[Hash32, tuple[StandingOffer, ...]]:
        """The offers on some assets."""
        return {asset: self.standing_offers.get(asset, ()) for asset in assets}

    def permits(self, license_id: Hash32, uses: Use) -> bool:
        """All licenses that are held permit the uses."""
        del license_id, uses
        return True

    def register(self, content: Hash32, holder: Address, works: int = 0) -> Hash32:
        """Notes a registration."""
        asset = asset_id(content, holder)
        self.by_asset[asset] = Registered(asset, holder, content, works, len(self.by_asset))
        return asset

    def offer(self, asset: Hash32, price: int, uses: Use = Use.TRAIN) -> Offer:
        """Puts an asset on offer."""
        holder = self.by_asset[asset].registrant
        terms = {"epoch": 0, "payee": holder, "currency": address("dollar"), "price": price, "uses": uses}
        hashes = {"terms_hash": ZERO_HASH, "terms_uri": "", "conditions": ZERO_HASH}
        offer = Offer(licensor=holder, asset_id=asset, **terms, **hashes)  # type: ignore[arg-type]
        self.standing_offers[asset] = (StandingOffer(offer, b""),)
        return offer


def catalogs(works: int) -> Iterator[tuple[int, list[int]]]:
    """The catalogues: a number, and the works' numbers."""
    size = works // (CATALOGS + 1)
    for number in range(CATALOGS):
        yield number, list(range(number * size, (number + 1) * size))
    last = [list(range(n * size, n * size + size // 2)) for n in (CATALOGS - 2, CATALOGS - 1)]
    yield CATALOGS, last[0] + last[1]


def make(folder: Path, items: int, works: int) -> dict[str, Any]:
    """Publishes the catalogues, and writes the manifest."""
    publisher = Publisher(folder / "documents")
    listed = []
    for number, members in catalogs(works):
        document = CatalogDocument(f"Catalogue {number}", tuple(Work(f"w{n}", work(n)) for n in members))
        listed.append((publisher.publish(document).hash, document.tree().root, len(members)))
    (folder / "catalogs.json").write_text(json.dumps(listed))
    database = Database()
    database.run(
        f"""
        COPY (
            SELECT CASE WHEN hash(i) % 2 = 0 THEN sha256('work ' || hash(i + 1) % {works})
                ELSE sha256('unknown ' || i) END AS sha256
            FROM range({items}) numbers(i)
        ) TO {quoted(str(folder / "manifest.csv"))} (HEADER)
        """
    )
    return {}


def market(folder: Path, works: int) -> Market:
    """The registrations, offers and licenses."""
    made = Market()
    choice = random.Random(1)
    size = works // (CATALOGS + 1)
    holders = [address(f"holder {min(n, CATALOGS - 2)}") for n in range(CATALOGS + 1)]
    for number, (document_hash, root, count) in enumerate(json.loads((folder / "catalogs.json").read_text())):
        asset = made.register(root, holders[number], count)
        log = Log(holders[number], (), b"", number, ZERO_HASH, ZERO_HASH, 0)
        made.catalogs.append(
            AssetRegistered(
                log=log,
                asset_id=asset,
                registrant=holders[number],
                content=root,
                works=count,
                document_hash=document_hash,
                uri="",
                origin=Origin.UNSTATED,
            )
        )
        if number == LICENSED:
            made.held.append(held(made.offer(asset, 1)))
        elif number != UNOFFERED:
            made.offer(asset, size * DOLLAR // 4, Use.DISPLAY if number == OTHER_USE else Use.TRAIN)
    for number in range(CATALOGS * size, works):
        asset = made.register(work(number), address(f"single {number % 1000}"))
        if number % 2:
            made.offer(asset, choice.randrange(1, DOLLAR))
    for number in range(COMPETING * size, COMPETING * size + size // 2):
        made.offer(made.register(work(number), holders[COMPETING]), choice.randrange(1, DOLLAR))
    for number in range(CONTESTED * size, CONTESTED * size + size // 10):
        made.register(work(number), address("stranger"))
    return made


def held(offer: Offer) -> Held:
    """A license of the buyer's."""
    grant = Grant(offer, address("buyer"), ZERO_HASH)
    slot = License(address("buyer"), 2_000_000_000, offer.uses, True, False, False, False, 0)
    return Held(grant.license_id, grant, slot)


def quoter(made: Market, claims: Claims) -> Quoter:
    """The quote's own machinery, with the market in the place of the chain."""
    block = SimpleNamespace(number=0, timestamp=0)
    chain = SimpleNamespace(block=lambda: block)
    contracts = cast("Contracts", SimpleNamespace(chain=chain, licenses=made))
    return Quoter(contracts, claims, cast("Offers", made), made.held, Use.TRAIN, TrustPolicy(), None)


def claims_of(made: Market, folder: Path) -> Claims:
    """The claims, from the published documents."""
    finder = Finder(cast("Contracts", None), Library([folder / "documents"], allow_http=False))
    claims = finder.claims_of(cast("Register", made))
    if finder.unreadable:
        raise RuntimeError(f"catalogues cannot be read: {finder.unreadable}")
    return claims


def measure(folder: Path, items: int, works: int) -> dict[str, Any]:
    """Quotes the manifest, from documents on disk to answers on disk."""
    made = market(folder, works)
    begun, cpu = time.perf_counter(), time.process_time()
    claims = claims_of(made, folder)
    read = time.perf_counter()
    quote = quoter(made, claims).manifest(Manifest(folder / "manifest.csv"), folder / "answers.parquet")
    done = time.perf_counter()
    check(quote, folder, items)
    return {
        "items": items,
        "works": works,
        "seconds": round(done - begun, 2),
        "peak_mb": peak_mb(),
        "reading": read - begun,
        "quoting": done - read,
        "cpu": time.process_time() - cpu,
        "purchases": len(quote.purchases),
        "total": quote.total,
        "minimal": quote.minimal,
        "counts": quote.counts,
    }


def check(quote: Quote, folder: Path, items: int) -> None:
    """Makes sure that something was measured: an answer to each row, as counted, of every status."""
    answers = Database()
    rows = answers.rows(
        f"SELECT status, count(*) FROM {quoted(str(folder / 'answers.parquet'))} GROUP BY status"
    )
    if dict(rows) != quote.counts or sum(quote.counts.values()) != items or not all(quote.counts.values()):
        raise RuntimeError(f"the answers {rows} are not those counted, {quote.counts}")


def peak_mb() -> int:
    """The most memory that this process ever had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # the other figure, on Linux, is no less than that of whoever began the process
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) >> 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20


def compare(folder: Path, _: int, works: int) -> dict[str, Any]:
    """The first rows of the manifest, by plain Python and as they are quoted."""
    made = market(folder, works)
    sample = folder / "sample.csv"
    with (folder / "manifest.csv").open() as file:
        lines = list(islice(file, SAMPLE + 1))
    sample.write_text("".join(lines))
    listed: defaultdict[str, list[Hash32]] = defaultdict(list)
    for event, (_, members) in zip(made.catalogs, catalogs(works), strict=True):
        for number in members:
            listed[work(number)[2:]].append(event.asset_id)
    for entry in made.by_asset.values():
        if not entry.works:
            listed[entry.content[2:]].append(entry.asset_id)
    begun = time.perf_counter()
    counts = plain(made, listed, sample, folder / "plain.csv")
    plainly = time.perf_counter() - begun
    del listed
    claims = claims_of(made, folder)
    claims.classify()
    begun = time.perf_counter()
    quote = quoter(made, claims).manifest(Manifest(sample), folder / "sample-answers.csv")
    this = time.perf_counter() - begun
    if counts != quote.counts:
        raise RuntimeError(f"plain Python counts {counts}, the quote {quote.counts}")
    return {"sample": len(lines) - 1, "plain": plainly, "this": this}


def plain(made: Market, listed: dict[str, list[Hash32]], manifest: Path, out: Path) -> dict[Status, int]:
    """How the statuses would be found without tables: a dictionary and a loop; chooses no offers."""
    licensed = {license_.asset_id for license_ in made.held}
    counts = dict.fromkeys(Status, 0)
    with manifest.open(newline="") as source, out.open("w", newline="") as target:
        rows, answers = csv.reader(source), csv.writer(target)
        next(rows)
        for (content,) in rows:
            claims = listed.get(content, ())
            offers = [o for asset in claims for o in made.standing_offers.get(asset, ())]
            if not claims:
                status = Status.UNKNOWN
            elif len({made.by_asset[asset].registrant for asset in claims}) > 1:
                status = Status.CONTESTED
            elif any(asset in licensed for asset in claims):
                status = Status.LICENSED
            elif any(standing.offer.uses & Use.TRAIN for standing in offers):
                status = Status.ON_OFFER
            else:
                status = Status.FORBIDDEN
            counts[status] += 1
            answers.writerow((content, status.value))
    return counts


STEPS = {"make": make, "measure": measure, "compare": compare}

if __name__ == "__main__":
    sys.exit(main())
