#!/usr/bin/env python3
"""Run Forge: `python scripts/forge.py test --match-contract Golden`.

npm's launcher of Forge exits with 0 whatever Forge says, so that failing tests would pass. This runs the
binary that the launcher would, and keeps its exit code.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def binary() -> Path:
    """Forge's binary for this platform, from npm.

    Raises:
        FileNotFoundError: `npm ci` has not installed it.
    """
    found = sorted((ROOT / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge*"))
    if not found:
        raise FileNotFoundError("Forge is not installed for this platform: run `make setup`")
    return found[0]


def main() -> None:
    """Become Forge."""
    try:
        forge = binary()
    except FileNotFoundError as error:
        sys.exit(f"forge: {error}")
    os.chdir(ROOT)
    os.execv(forge, [str(forge), *sys.argv[1:]])


if __name__ == "__main__":
    main()
