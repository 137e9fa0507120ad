#!/usr/bin/env python3
"""What others' contracts cost for the same work: same Anvil, same hard fork, same token, side by side.

    python benchmarks/peers.py             a table
    python benchmarks/peers.py --json      [{operation, peer, peer_gas, licet_operation, licet_gas, ratio}, …]
    python benchmarks/peers.py --write     keep the table in docs/performance.md
    python benchmarks/peers.py --check     fail where docs/performance.md shows other figures

The peers run as compiled by their authors, out of npm packages whose hashes stand in `peers_contracts.py`;
npm fetches those that `build/peers/` lacks, without their dependencies, and nothing of them runs but
contracts on the local chain. `ratio` is the peer's gas over Licet's: above 1, Licet is cheaper. Inputs are
fixed, so the figures are the same at every run. Names between backticks are operations of `gas.py`, measured
here on the same chain.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from gas import DOCUMENT, Bench, buying, claiming, paying, registering
from peers_contracts import PACKAGES, Comparison, PeersError, ask
from peers_licenses import attesting, selling
from peers_payouts import distributing, sharing
from rich.console import Console
from rich.table import Table

from licet.chain.local.node import LocalNode

BEGIN, END = "<!-- peers -->\n", "<!-- /peers -->"
BLOCK_SECONDS = 12


def main() -> int:
    """Measure, then print, keep or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="What others' contracts cost for the same work.")
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/performance.md")
    parser.add_argument("--check", action="store_true", help="compare with docs/performance.md")
    options = parser.parse_args()
    try:
        hard_fork, comparisons = measure()
    except PeersError as error:
        print(f"peers: {error}", file=sys.stderr)
        return 1
    if options.write:
        DOCUMENT.write_text(documented(hard_fork, comparisons), encoding="utf-8")
    if options.json:
        print(json.dumps([asdict(each) | {"ratio": each.ratio} for each in comparisons]))
    else:
        Console().print(table(hard_fork, comparisons))
    if options.check and DOCUMENT.read_text(encoding="utf-8") != documented(hard_fork, comparisons):
        print("peers: docs/performance.md differs: `benchmarks/peers.py --write`", file=sys.stderr)
        return 1
    return 0


def documented(hard_fork: str, comparisons: Sequence[Comparison]) -> str:
    """The document with these figures in place of its own."""
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    rows = [
        f"| {each.operation} | {each.peer} | {each.peer_gas:,} | {each.licet_operation} | {each.licet_gas:,} "
        f"| {each.ratio:,.2f} |"
        for each in comparisons
    ]
    lines = [
        f"Hard fork: {hard_fork}. Packages: {', '.join(f'`{package}`' for package in PACKAGES)}.",
        "",
        "| operation | peer | gas | Licet | gas | peer ÷ Licet |",
        "|---|---|---:|---|---:|---:|",
        *rows,
    ]
    return before + BEGIN + "\n".join(lines) + "\n" + END + after


def table(hard_fork: str, comparisons: Sequence[Comparison]) -> Table:
    """The figures for people."""
    result = Table(title=f"Gas of whole transactions; hard fork {hard_fork}")
    for name in ("operation", "peer", "gas", "Licet", "gas", "peer ÷ Licet"):
        result.add_column(name, justify="right" if name in ("gas", "peer ÷ Licet") else "left")
    for each in comparisons:
        ours = each.licet_operation.replace("`", "")
        figures = f"{each.peer_gas:,}", f"{each.licet_gas:,}", f"{each.ratio:,.2f}"
        result.add_row(each.operation, each.peer, figures[0], ours, *figures[1:])
    return result


def measure() -> tuple[str, list[Comparison]]:
    """The hard fork, and all comparisons, on a fresh chain."""
    with LocalNode() as node:
        bench = Bench.start(node.url)
        # In gas.py's order, so that the figures are its own.
        ours = {**registering(bench), **buying(bench), **paying(bench), **claiming(bench)}
        hard_fork: str = ask(bench.web3, "anvil_nodeInfo")["hardFork"]
        # Superfluid writes the time down: blocks must not share a second by chance.
        ask(bench.web3, "anvil_setBlockTimestampInterval", BLOCK_SECONDS)
        return hard_fork, [
            *attesting(bench, ours),
            *selling(bench, ours),
            *sharing(bench, ours),
            *distributing(bench, ours),
        ]


if __name__ == "__main__":
    sys.exit(main())
