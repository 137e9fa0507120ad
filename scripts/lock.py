#!/usr/bin/env python3
"""Resolve all dependencies anew and pin them: `requirements-*.lock` with hashes, and `package-lock.json`.

The Python locks serve every platform and every supported Python. No lock names a registry.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PLATFORM_CPU = {"amd64": "x64", "arm64": "arm64"}
LOCKS = {
    "requirements-dev.lock": ("pyproject.toml", "--group", "pyproject.toml:dev"),
    "requirements-analysis.lock": ("requirements-analysis.in",),
    "requirements-brownie.lock": ("requirements-brownie.in",),
}
UV_COMPILE = (
    *("pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-emit-index-url", "--custom-compile-command", "make lock"),
)


def main() -> None:
    """Rewrite all locks."""
    with tempfile.TemporaryDirectory() as folder:
        lock_python(Path(folder))
    subprocess.run(("npm", "install", "--package-lock-only"), cwd=ROOT, check=True)
    complete_npm_lock(ROOT / "package-lock.json")


def lock_python(folder: Path) -> None:
    """Resolve with uv, from a virtualenv in `folder` of which nothing stays."""
    venv.create(folder, with_pip=True)
    subprocess.run((folder / "bin" / "pip", "install", "--quiet", "uv"), check=True)
    uv = folder / "bin" / "uv"
    for lock, sources in LOCKS.items():
        subprocess.run((uv, *UV_COMPILE, "--output-file", lock, *sources), cwd=ROOT, check=True)


def complete_npm_lock(path: Path) -> None:
    """Make Foundry's platform packages safe for `npm ci` of npm 10 and 11.

    npm 11 refuses a lock that lacks a platform's package, even where the registry does not have it. npm 10
    deletes `node_modules/.bin/anvil` again when it skips another platform's package that also names a `bin`.
    """
    lock: dict[str, Any] = json.loads(path.read_text())
    packages: dict[str, dict[str, Any]] = lock["packages"]
    root = packages.pop("")
    for tool in ("anvil", "forge"):
        package = packages[f"node_modules/@foundry-rs/{tool}"]
        for name, version in package["optionalDependencies"].items():
            *_, system, cpu = name.split("-")
            entry = {
                "version": version,
                "cpu": [PLATFORM_CPU[cpu]],
                "dev": True,
                "license": package["license"],
                "optional": True,
                "os": [system],
            }
            packages[f"node_modules/{name}"] = packages.get(f"node_modules/{name}", entry)
            packages[f"node_modules/{name}"].pop("bin", None)
    lock["packages"] = {"": root} | dict(sorted(packages.items()))
    path.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
