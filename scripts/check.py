#!/usr/bin/env python3
"""Lint, types, artifacts, analysis, contracts' tests, gas, Python's tests: one command that fails fast.

`check.py` runs every step; `check.py lint types` runs those two.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable

STEPS: dict[str, tuple[str, ...]] = {
    "lint": (PYTHON, "-m", "ruff", "check"),
    "format": (PYTHON, "-m", "ruff", "format", "--check"),
    "types": (PYTHON, "-m", "mypy", "--strict", "src", "scripts", "benchmarks"),
    "artifacts": (PYTHON, "scripts/build.py", "--check"),
    "web": (PYTHON, "scripts/web.py"),
    "signing": (PYTHON, "scripts/clear_signing.py", "--check"),
    "slither": (PYTHON, "scripts/slither_check.py"),
    "contracts": (PYTHON, "scripts/forge.py", "test"),
    "gas": (PYTHON, "benchmarks/gas.py", "--check"),
    "tests": (PYTHON, "-m", "pytest", "-n", "auto", "--dist", "loadfile"),
}


def main() -> int:
    """Run the steps in order; returns the exit code of the first that fails, else 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="*", help=f"one of {', '.join(STEPS)}; default: all of them")
    wanted = parser.parse_args().step or list(STEPS)
    unknown = [step for step in wanted if step not in STEPS]
    if unknown:
        parser.error(f"no such step: {', '.join(unknown)} (there are {', '.join(STEPS)})")

    for step in wanted:
        started = time.monotonic()
        print(f"==> {step}: {' '.join(STEPS[step]).replace(PYTHON, 'python')}", flush=True)
        code = subprocess.run(STEPS[step], cwd=ROOT, check=False).returncode
        if code != 0:
            print(f"check: {step} failed (exit code {code})", file=sys.stderr)
            return 1
        print(f"    {step} passed in {time.monotonic() - started:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
