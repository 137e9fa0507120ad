#!/usr/bin/env python3
"""How long a full audit from an index takes: every event, every payment, every vault and every slot.

    python benchmarks/audit.py                       a table
    python benchmarks/audit.py --json                {events, seconds, peak_mb}
    python benchmarks/audit.py --events 100000       on a shorter chain
    python benchmarks/audit.py --check               fail where a target is missed

A chain is filled as in `benchmarks/index.py`, in fewer blocks, and indexed, which is not measured. Then a
process of its own audits it, as `licet audit --db` does; its seconds and its most memory are what counts.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index import EVENTS_A_BLOCK, fill, peak_mb
from rich.console import Console
from rich.table import Table

from licet.auditor import Auditor, Verdict
from licet.chain.client import Chain
from licet.chain.local.node import LocalNode
from licet.documents import Library
from licet.index import Index

EVENTS = 1_000_000
SALES = (
    20  # in a block: Anvil computes all storage's root for each block, which in small ones takes half an hour
)
TARGETS = {"seconds": 60.0, "peak_mb": 2_048.0}
"""For `EVENTS` events."""


def main() -> int:
    """Fill a chain, measure, print; returns the exit code."""
    parser = argparse.ArgumentParser(description="Seconds of a full audit.")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    parser.add_argument("--events", type=int, default=EVENTS, help="how many, at least")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(audit(*options.measure)))
        return 0
    figures = measure(options.events)
    if options.json:
        print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
    else:
        Console().print(table(figures))
    missed = [name for name, target in TARGETS.items() if figures[name] > target]
    for name in missed if options.check else ():
        print(f"audit: {name} is {figures[name]:.2f}, its target {TARGETS[name]:,}", file=sys.stderr)
    return 1 if missed and options.check else 0


def table(figures: dict[str, float]) -> Table:
    """The figures for people."""
    result = Table(title="A full audit from an index")
    for column in ("figure", "measured", "target"):
        result.add_column(column, justify="left" if column == "figure" else "right")
    for name, value in figures.items():
        result.add_row(name, f"{value:,.1f}", f"≤ {TARGETS[name]:,g}" if name in TARGETS else "")
    return result


def measure(events: int) -> dict[str, float]:
    """Events, seconds and memory of one audit."""
    with LocalNode(prune_history=True) as node, tempfile.TemporaryDirectory() as folder:
        deployment = fill(node.url, -(-events // (EVENTS_A_BLOCK * SALES)), SALES)
        db = Path(folder) / "index.sqlite"
        with Index(db) as made:
            made.update([node.url], deployment)
        command = (sys.executable, __file__, "--measure", node.url, deployment.asset_registry, str(db))
        found = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        figures: dict[str, float] = json.loads(found)
    return figures


def audit(url: str, registry: str, db: str) -> dict[str, float]:
    """One audit, measured by itself alone."""
    started = time.perf_counter()
    with Index(db, create=False) as index:
        report = Auditor(Chain(url), Library()).audit(registry, index=index)  # type: ignore[arg-type]
    seconds = time.perf_counter() - started
    assert report.verdict is Verdict.CLEAN, report.findings[:3]
    return {"events": report.counts.logs, "seconds": seconds, "peak_mb": peak_mb()}


if __name__ == "__main__":
    sys.exit(main())
