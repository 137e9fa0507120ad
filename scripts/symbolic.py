#!/usr/bin/env python3
"""Prove tests/symbolic/ with Halmos: properties for every input at once (`make symbolic`).

A function `check_…` must hold on every path. A function `refute_…` says something false, and Halmos must find
why: a prover that found every path unreachable would prove that, too. A run that hits a time or loop bound
proves nothing and fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from forge import binary

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
HALMOS = ROOT / ".venv-analysis" / "bin" / "halmos"
REPORT = ROOT / "build" / "symbolic" / "report.json"
LEAST = 12  # properties; fewer means that some were not found
LOOPS = 4  # more turns than the longest path in the proofs has
PROVED, REFUTED = 0, 1
OUTCOMES = {
    PROVED: "holds",
    REFUTED: "does not hold",
    2: "was not decided in time",
    3: "could not be executed to its end",
    4: "reverts on every path",
    5: "could not be executed",
}


def main() -> int:
    """Prove, and say what was proved; returns the exit code."""
    if not HALMOS.is_file():
        print("symbolic: Halmos is not installed: run `make symbolic`", file=sys.stderr)
        return 1
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    command = [str(HALMOS), "--root", str(ROOT), "--forge-build-out", "build/symbolic/out", "--no-status"]
    command += ["--function", "(check|refute)_", "--loop", str(LOOPS), "--early-exit"]
    command += ["--solver-timeout-assertion", "300s", "--json-output", str(REPORT), *sys.argv[1:]]
    run = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
    if not REPORT.is_file():
        print(f"symbolic: Halmos stopped (exit code {run.returncode})", file=sys.stderr)
        return 1
    results: dict[str, list[Json]] = json.loads(REPORT.read_text())["test_results"]
    problems = list(failures(results))
    for problem in problems:
        print(f"symbolic: {problem}", file=sys.stderr)
    if not problems:
        proved = sum(is_property(result) for contract in results.values() for result in contract)
        print(f"symbolic: {proved} properties hold for every input")
    return 1 if problems else 0


def failures(results: dict[str, list[Json]]) -> Iterator[str]:
    """One line for each function whose outcome is not the one its name asks for."""
    for contract, tests in results.items():
        for test in tests:
            name, outcome = f"{contract}.{test['name'].partition('(')[0]}", test["exitcode"]
            if outcome != (PROVED if is_property(test) else REFUTED):
                yield f"{name} {OUTCOMES[outcome]}"
            elif is_property(test) and test["num_bounded_loops"]:
                yield f"{name} was followed through {LOOPS} turns of a loop that has more"
    if len(sys.argv) == 1:
        found = sum(is_property(test) for tests in results.values() for test in tests)
        if found < LEAST:
            yield f"only {found} properties were found, of {LEAST} or more"


def is_property(test: Json) -> bool:
    """Whether a function says what must hold."""
    return str(test["name"]).startswith("check_")


def environment() -> dict[str, str]:
    """Forge's own binary, and the profile that compiles the proofs."""
    path = os.pathsep.join((str(binary().parent), os.environ["PATH"]))
    return os.environ | {"FOUNDRY_PROFILE": "symbolic", "PATH": path}


if __name__ == "__main__":
    sys.exit(main())
