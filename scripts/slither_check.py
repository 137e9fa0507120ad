#!/usr/bin/env python3
"""Slither over the contracts: every finding is explained in docs/analysis.md, or this fails (`make slither`).

That page has two tables: the detectors that `slither.config.json` turns off, and the findings that stay, each
by detector and function, with the reason why it is no fault. An explanation that explains nothing fails too.
Slither reads the compiler's syntax trees alone, so that no code is generated and a run takes seconds.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
Finding = tuple[str, str]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "analysis.md"
CONFIG = ROOT / "slither.config.json"
SLITHER = ROOT / ".venv-analysis" / "bin" / "slither"
FOLDER = ROOT / "build" / "slither"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+?) \|", re.MULTILINE)
PLACES = re.compile(r"`([\w.]+)`")


class CheckError(Exception):
    """The check cannot go on; the message says why."""


def main() -> int:
    """Analyse and compare; returns the exit code."""
    try:
        problems = list(differences(findings(), PAGE.read_text()))
    except CheckError as error:
        problems = [str(error)]
    for problem in problems:
        print(f"slither: {problem}", file=sys.stderr)
    if not problems:
        print("slither: every finding is explained in docs/analysis.md")
    return 1 if problems else 0


def differences(found: dict[Finding, str], page: str) -> Iterator[str]:
    """One line for each finding without an explanation, and for each explanation without a finding."""
    turned_off, explained = explanations(page)
    for (detector, where), description in sorted(found.items()):
        if (detector, where) not in explained:
            yield f"{detector} in {where} is not explained in docs/analysis.md\n{description}"
    for detector, where in sorted(explained - found.keys()):
        yield f"docs/analysis.md explains {detector} in {where}, which is no longer found"
    off = set(json.loads(CONFIG.read_text())["detectors_to_exclude"].split(","))
    for detector in sorted(off ^ turned_off):
        yield f"{detector} is turned off in only one of slither.config.json and docs/analysis.md"


def explanations(page: str) -> tuple[set[str], set[Finding]]:
    """What docs/analysis.md explains: detectors turned off (rows that name no place), and findings."""
    turned_off, explained = set(), set()
    for detector, cell in ROW.findall(page):
        places = PLACES.findall(cell) if cell.startswith("`") else []
        explained |= {(detector, place) for place in places}
        if not places:
            turned_off.add(detector)
    return turned_off, explained


def findings() -> dict[Finding, str]:
    """What Slither finds: detector and function → its description."""
    if not SLITHER.is_file():
        raise CheckError("Slither is not installed: run `make slither`")
    FOLDER.mkdir(parents=True, exist_ok=True)
    trees, report = FOLDER / "trees.json", FOLDER / "report.json"
    trees.write_text(json.dumps(syntax_trees()))
    report.unlink(missing_ok=True)
    command = (SLITHER, trees, "--compile-force-framework", "standard", "--config-file", CONFIG)
    run = subprocess.run(
        (*command, "--json", report, "--disable-color"), cwd=ROOT, check=False, capture_output=True, text=True
    )
    if not report.is_file():
        raise CheckError(f"Slither stopped:\n{run.stderr[-2000:]}")
    result: Json = json.loads(report.read_text())
    if not result["success"]:
        raise CheckError(f"Slither stopped: {result['error']}")
    detectors: list[Json] = result["results"].get("detectors", [])
    return {(found["check"], place(found)): found["description"] for found in detectors}


def place(found: Json) -> str:
    """The contract and function (or variable) that a finding is about: its first element."""
    element: Json = found["elements"][0]
    names: list[str] = [element["name"]]
    while (parent := element.get("type_specific_fields", {}).get("parent")) is not None:
        if parent["type"] in ("contract", "function"):
            names.insert(0, parent["name"])
        element = parent
    return ".".join(names)


def syntax_trees() -> Json:
    """All contracts but the mocks, compiled to syntax trees, in the form that crytic-compile exports."""
    profile = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    files = [file for file in sorted((ROOT / "contracts").rglob("*.sol")) if "mocks" not in file.parts]
    standard_input = {
        "language": "Solidity",
        "sources": {str(file.relative_to(ROOT)): {"content": file.read_text()} for file in files},
        "settings": {
            "evmVersion": profile["evm_version"],
            "remappings": profile["remappings"],
            "outputSelection": {"*": {"*": ["abi"], "": ["ast"]}},
        },
    }
    run = subprocess.run(
        (ROOT / "scripts" / "solc", "--standard-json"),
        cwd=ROOT,
        input=json.dumps(standard_input),
        capture_output=True,
        text=True,
        check=True,
    )
    output: Json = json.loads(run.stdout)
    errors = [problem for problem in output.get("errors", []) if problem["severity"] == "error"]
    if errors:
        raise CheckError("".join(problem["formattedMessage"] for problem in errors))
    unit = {
        "compiler": {"compiler": "solc", "version": compiler_version(), "optimized": profile["optimizer"]},
        "filenames": [spellings(path) for path in output["sources"]],
        "source_units": {
            path: {
                "ast": source["ast"],
                "contracts": {
                    name: exported(path, contract)
                    for name, contract in output["contracts"].get(path, {}).items()
                },
            }
            for path, source in output["sources"].items()
        },
    }
    return {
        "compilation_units": {"licet": unit},
        "crytic_version": "0.0.2",
        "package": None,
        "type": 1,  # compiled by solc
        "unit_tests": [],
        "working_dir": str(ROOT),
    }


def compiler_version() -> str:
    """The version of the npm compiler."""
    package: Json = json.loads((ROOT / "node_modules" / "solc" / "package.json").read_text())
    return str(package["version"])


def exported(path: str, contract: Json) -> Json:
    """A contract as crytic-compile exports it; no byte code."""
    return {
        "abi": contract["abi"],
        "bin": "",
        "bin-runtime": "",
        "devdoc": {},
        "filenames": spellings(path),
        "is_dependency": path.startswith("node_modules/"),
        "libraries": {},
        "srcmap": "",
        "srcmap-runtime": "",
        "userdoc": {},
    }


def spellings(path: str) -> dict[str, str]:
    """A file's name in the four forms that crytic-compile keeps."""
    return {"absolute": str(ROOT / path), "relative": path, "short": path, "used": path}


if __name__ == "__main__":
    sys.exit(main())
