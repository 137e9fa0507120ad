#!/usr/bin/env python3
"""How many vouchers a gateway checks and writes down in a second, on one core.

    python benchmarks/gateway_vouchers.py            a line
    python benchmarks/gateway_vouchers.py --json     {"vouchers_per_s": …}
    python benchmarks/gateway_vouchers.py --check    fail below the target

A metered license is sold on a local chain, and its licensee signs a voucher for each of so many reads, which
is not measured. Then 64 requests at a time show them: each voucher is read, its signature recovered, uses,
account, deposit and cap looked up, and count, best voucher, record and signed receipt are on disk before the
next.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from licet.chain.client import Chain
from licet.chain.deployments import Deployment, deploy
from licet.chain.local.node import LocalNode
from licet.chain.signing.signer import LocalSigner
from licet.contracts import Contracts
from licet.contracts.currency import Currency
from licet.documents import Library, Publisher, TermsDocument, VoucherDocument
from licet.gateway.holders.counting import Counter
from licet.gateway.holders.meters import Meters
from licet.gateway.holders.permits import Permits
from licet.gateway.holders.scribe import Scribe
from licet.gateway.holders.vouchers import Vouchers
from licet.gateway.journal import Journal
from licet.gateway.policies import Access, Policy
from licet.gateway.recording import Recorder
from licet.licensee import Licensee
from licet.rights.offer import Kind
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.rights_holder import Price, RightsHolder
from licet.types import Hash32

TARGET: Final = 500
COUNT: Final = 5_000
CONNECTIONS: Final = 64
SECONDS: Final = 3_600
LICENSOR, LICENSEE, KEEPER = 1, 2, 3


def main() -> int:
    """Measure, print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Vouchers checked and stored in a second, on one core.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail below the target")
    parser.add_argument("--count", type=int, default=COUNT, metavar="N", help="how many vouchers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = vouchers_per_s(Path(folder), options.count)
    print(json.dumps({"vouchers_per_s": found}) if options.json else f"{found:,} vouchers a second")
    return 1 if options.check and found < TARGET else 0


def vouchers_per_s(folder: Path, count: int = COUNT) -> int:
    """How many vouchers a gateway checks and stores in a second.

    Args:
        folder: for the journal and the documents.
        count: of vouchers.
    """
    with LocalNode() as node:
        deployment = deploy(Chain(node.url, LocalSigner.development(0)))
        license_id, asset = sell(folder, node.url, deployment, count)
        fields = list(signed(license_id, deployment, count))
        journal = Journal(folder / "vouchers.sqlite")
        try:
            counter = gateway(folder, node.url, deployment, journal)
            terms = Terms(TermsDocument("Tales", Use.INDEX, "To be indexed."), targets=("/tales/",))
            policy = Policy("/tales/", Access.LICENSE, (), asset, None, terms)
            cores = os.sched_getaffinity(0)
            os.sched_setaffinity(0, {min(cores)})
            try:
                seconds = asyncio.run(show(counter, policy, fields))
            finally:
                os.sched_setaffinity(0, cores)
            assert journal.counts()["records"] == count
        finally:
            journal.close()
    return round(count / seconds)


async def show(counter: Counter, policy: Policy, fields: list[str]) -> float:
    """Shows all vouchers, so many at a time; returns the seconds that it took."""
    waiting = iter(fields)

    async def reader() -> None:
        for field in waiting:
            counted = await counter.open(field, "https://stories.example/tales/a", "", policy)
            await counter.record(counted)
            counter.close(counted, done=True)

    began = time.perf_counter()
    await asyncio.gather(*(reader() for _ in range(CONNECTIONS)))
    return time.perf_counter() - began


def sell(folder: Path, url: str, deployment: Deployment, count: int) -> tuple[Hash32, Hash32]:
    """Sells a metered license whose deposit suffices; returns its id and its asset's."""
    publisher, library = Publisher(folder / "documents"), Library([folder / "documents"], allow_http=False)
    seller, buyer = (
        Contracts.of(Chain(url, LocalSigner.development(number)), deployment)
        for number in (LICENSOR, LICENSEE)
    )
    (folder / "work.txt").write_text("a work")
    sells, buys = RightsHolder(seller, publisher), Licensee(buyer, library, publisher)
    work = sells.register_work(folder / "work.txt")
    assert deployment.test_dollar is not None
    price = Price(deployment.test_dollar, 1, Kind.METERED)
    terms = TermsDocument("Tales", Use.INDEX, "To be indexed.")
    license_id = buys.buy(sells.offer(work.asset_id, seller.chain.account, price, terms)).license_id
    Currency(buyer.chain, deployment.test_dollar).mint(buyer.chain.account, count)
    buys.deposit(license_id, count)
    return license_id, work.asset_id


def signed(license_id: Hash32, deployment: Deployment, count: int) -> Iterator[str]:
    """The fields of so many requests, one after the other."""
    licensee, ledger, chain_id = (
        LocalSigner.development(LICENSEE),
        deployment.usage_ledger,
        deployment.chain_id,
    )
    for units in range(1, count + 1):
        voucher = Voucher(license_id, units)
        signature = licensee.sign_typed_data(voucher.typed_data(chain_id, ledger))
        document = VoucherDocument(chain_id, ledger, voucher, signature)
        yield base64.urlsafe_b64encode(document.to_bytes()).decode()


def gateway(folder: Path, url: str, deployment: Deployment, journal: Journal) -> Counter:
    """What takes vouchers at a gateway."""
    signer = LocalSigner.development(KEEPER)
    chain = Chain(url, signer)
    contracts = Contracts.of(chain, deployment)
    ledger = deployment.usage_ledger
    permits = Permits(contracts, SECONDS)
    meters = Meters(contracts, Library([folder / "documents"], allow_http=False), permits, SECONDS)
    scribe = Scribe(journal, Recorder(signer, chain.chain_id, ledger))
    return Counter(chain, ledger, meters, Vouchers(journal), scribe)


if __name__ == "__main__":
    sys.exit(main())
