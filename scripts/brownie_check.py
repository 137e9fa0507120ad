#!/usr/bin/env python3
"""Brownie compiles the contracts, deploys them, and passes its own tests, all on Anvil (`make brownie`).

Runs in Brownie's own virtualenv. Brownie gets a private home, `.brownie-home/`, in which the pinned npm
compiler is installed and the network `development` is an Anvil that Brownie starts and ends.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".brownie-home"
BROWNIE = Path(sys.executable).parent / "brownie"
STEPS = (("compile",), ("run", "deploy"), ("test", "tests/brownie"))


def main() -> int:
    """Run each step; returns 1 after the first that fails, else 0."""
    compiler: Json = yaml.safe_load((ROOT / "brownie-config.yaml").read_text())["compiler"]
    for difference in settings_differences(compiler):
        print(f"brownie: brownie-config.yaml does not follow foundry.toml: {difference}", file=sys.stderr)
        return 1
    prepare_home(compiler["solc"]["version"])
    with project() as folder:
        for step in STEPS:
            print(f"==> brownie {' '.join(step)}", flush=True)
            write_network(free_port())
            if subprocess.run((BROWNIE, *step), cwd=folder, env=environment(), check=False).returncode != 0:
                print(f"brownie: `brownie {' '.join(step)}` failed", file=sys.stderr)
                return 1
    return 0


@contextmanager
def project() -> Iterator[Path]:
    """Where Brownie works: here, or where a folder's name has a dot, in a copy elsewhere.

    Brownie imports a script as a module that is named after its whole path.
    """
    if not any("." in part for part in ROOT.parts):
        yield ROOT
        return
    with tempfile.TemporaryDirectory(prefix="licet-brownie-") as place:
        print(f"brownie: {ROOT} has a dot, which Brownie cannot import from: working in {place}", flush=True)
        folder = Path(place) / "licet"
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "node_modules", "build", "dist"))
        (folder / "build").mkdir()
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        yield folder


def prepare_home(compiler_version: str) -> None:
    """Install the compiler where Brownie looks for it."""
    compiler = HOME / ".solcx" / f"solc-v{compiler_version}"
    compiler.parent.mkdir(parents=True, exist_ok=True)
    compiler.unlink(missing_ok=True)
    compiler.symlink_to(ROOT / "scripts" / "solc")
    (ROOT / "build").mkdir(exist_ok=True)


def write_network(port: int) -> None:
    """Make `development` an Anvil on this port. (YAML is what Brownie reads; JSON is YAML.)"""
    anvil = {
        "name": "Anvil",
        "id": "development",
        "cmd": "anvil",
        "host": "http://127.0.0.1",
        "timeout": 120,
        "cmd_settings": {"port": port, "evm_version": "shanghai", "base_fee": 0},
    }
    file = HOME / ".brownie" / "network-config.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"live": [], "development": [anvil]}))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment() -> dict[str, str]:
    """Brownie's home, npm's programs, and the package itself for `scripts/deploy.py`."""
    programs = os.pathsep.join((str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]))
    return os.environ | {"HOME": str(HOME), "PATH": programs, "PYTHONPATH": str(ROOT / "src")}


def settings_differences(compiler: Json) -> list[str]:
    """Where brownie-config.yaml compiles otherwise than foundry.toml, the one place that decides."""
    wanted = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    pairs = {
        "evm_version": compiler["evm_version"],
        "via_ir": compiler["solc"]["viaIR"],
        "optimizer": compiler["solc"]["optimizer"]["enabled"],
        "optimizer_runs": compiler["solc"]["optimizer"]["runs"],
    }
    return [f"{key} is {value}, not {wanted[key]}" for key, value in pairs.items() if value != wanted[key]]


if __name__ == "__main__":
    sys.exit(main())
