#!/usr/bin/env python3
"""Build the wheel, install it alone in an empty virtualenv, and try it there (`make wheel`).

The wheel stays in `dist/`. Nothing of the checkout is on the new virtualenv's path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
ENGINES = ROOT / "node_modules" / ".bin"
SMOKE_TEST = ROOT / "tests" / "wheel_smoke.py"


def main() -> int:
    """Returns 0, or 1 after the first command that fails."""
    try:
        wheel = build()
        try_alone(wheel)
    except subprocess.CalledProcessError as error:
        print(f"wheel: failed at `{' '.join(map(str, error.cmd))}`", file=sys.stderr)
        return 1
    print(f"wheel: {wheel.name} works in an empty virtualenv")
    return 0


def try_alone(wheel: Path) -> None:
    """Install the wheel where nothing else is, and run it."""
    with tempfile.TemporaryDirectory(prefix="licet-wheel-") as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / "bin"
        install(wheel, programs / "python", Path(folder) / "constraints.txt")
        run(programs / "licet", "--version", cwd=folder)
        run(programs / "python", shutil.copy(SMOKE_TEST, folder), cwd=folder)


def build() -> Path:
    """The one wheel in `dist/`."""
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", DIST, cwd=ROOT)
    (wheel,) = DIST.glob("*.whl")
    return wheel


def install(wheel: Path, python: Path, constraints: Path) -> None:
    """Install the wheel with just its runtime dependencies, at the versions that the lock has tested."""
    lines = (ROOT / "requirements-dev.lock").read_text().splitlines()
    pins = [line.removesuffix(" \\") for line in lines if line and line[0] not in " #"]
    constraints.write_text("\n".join(pins) + "\n")
    run(python, "-m", "pip", "install", "--quiet", "--constraint", constraints, f"{wheel}[web]", cwd=ROOT)
    run(python, "-m", "pip", "check", cwd=ROOT)


def run(*command: str | Path, cwd: str | Path) -> None:
    """Run a command whose imports come from its own environment alone; chains are found on PATH."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment["PATH"] = os.pathsep.join((str(ENGINES), environment["PATH"]))
    subprocess.run(command, cwd=cwd, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main())
