#!/usr/bin/env python3
"""How much of the contracts the contracts' tests run (`make coverage`).

Forge counts on an unoptimized build of its own (profile `coverage` of foundry.toml), in which tests of gas
fail; `make contracts` runs them on the real one. The check fails where less than 98 % of the lines or of the
branches of contracts/, without the mocks, were run. What was not run is listed; docs/analysis.md says what is
out of reach by design. Lines of assembly do not count: in a build through the IR, which the contracts need,
Forge finds none of them, run or not.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from forge import binary

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "build" / "coverage.info"
NEEDED = 0.98
FEW_RUNS = {"FOUNDRY_FUZZ_RUNS": "64", "FOUNDRY_INVARIANT_RUNS": "8"}


@dataclass
class File:
    """One source: how often each line was run, and each branch (line, block, branch)."""

    path: str
    lines: dict[int, int] = field(default_factory=dict)
    branches: dict[tuple[int, int, int], int] = field(default_factory=dict)


def main() -> int:
    """Count, print a table, compare; returns the exit code."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    run = subprocess.run(
        (binary(), "coverage", "--ir-minimum", "--report", "lcov", "--report-file", REPORT, *sys.argv[1:]),
        cwd=ROOT,
        env=os.environ | FEW_RUNS | {"FOUNDRY_PROFILE": "coverage"},
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if run.returncode != 0 or not REPORT.is_file():
        print(f"{run.stdout[-4000:]}\ncoverage: the tests failed", file=sys.stderr)
        return 1
    files = [
        without(file, assembly_of((ROOT / file.path).read_text()))
        for file in parse(REPORT.read_text().splitlines())
        if counts(file.path)
    ]
    for file in files:
        print(f"{file.path:48} lines {ratio([file.lines]):7.2%}   branches {ratio([file.branches]):7.2%}")
        for missed in not_run(file):
            print(f"    {file.path}:{missed}")
    lines, branches = ratio([file.lines for file in files]), ratio([file.branches for file in files])
    print(f"{'all':48} lines {lines:7.2%}   branches {branches:7.2%}")
    if not files or min(lines, branches) < NEEDED:
        print(f"coverage: less than {NEEDED:.0%} of the lines or branches were run", file=sys.stderr)
        return 1
    return 0


def counts(path: str) -> bool:
    """Whether a source is one of the contracts, and no mock."""
    return path.startswith("contracts/") and not path.startswith("contracts/mocks/")


def parse(report: Iterable[str]) -> Iterator[File]:
    """The sources of an LCOV tracefile."""
    for row in report:
        kind, _, value = row.partition(":")
        if kind == "SF":
            file = File(value)
        elif kind == "DA":
            line, hits = value.split(",")[:2]
            file.lines[int(line)] = int(hits)
        elif kind == "BRDA":
            line, block, branch, hits = value.split(",")
            file.branches[int(line), int(block), int(branch)] = 0 if hits == "-" else int(hits)
        elif kind == "end_of_record":
            yield file


def assembly_of(source: str) -> set[int]:
    """The numbers of the lines from each `assembly` to its closing brace."""
    inside: set[int] = set()
    depth = 0
    for number, line in enumerate(source.splitlines(), start=1):
        code = line.partition("//")[0]
        if depth or code.lstrip().startswith("assembly "):
            inside.add(number)
            depth += code.count("{") - code.count("}")
    return inside


def without(file: File, lines: set[int]) -> File:
    """A source without some of its lines, and the branches on them."""
    return File(
        file.path,
        {line: hits for line, hits in file.lines.items() if line not in lines},
        {branch: hits for branch, hits in file.branches.items() if branch[0] not in lines},
    )


def ratio(tallies: Iterable[dict[int, int]] | Iterable[dict[tuple[int, int, int], int]]) -> float:
    """The part of all lines, or of all branches, that was run; 1 where there are none."""
    hits = [count > 0 for tally in tallies for count in tally.values()]
    return sum(hits) / len(hits) if hits else 1.0


def not_run(file: File) -> Iterator[str]:
    """The lines that were not run, then the branches of lines that were."""
    yield from (str(line) for line, hits in sorted(file.lines.items()) if not hits)
    for (line, _, branch), hits in sorted(file.branches.items()):
        if not hits and file.lines.get(line):
            yield f"{line} (branch {branch})"


if __name__ == "__main__":
    sys.exit(main())
