#!/usr/bin/env python3
"""Mutation testing: does a test fail when one thing in a contract is changed? (`make mutation`)

Each mutant differs from its contract in one place: an operator, a condition, a number, a statement left out.
It is compiled and tested in a copy of the tree under `build/`, never in place. A mutant that no test notices
survives; docs/mutation.md says of each survivor why that is no loss, or this fails, as it does where fewer
than 90 % are killed.

A mutant takes some 20 seconds, nearly all of them the compiler's. So a run takes a sample: the mutants whose
SHA-256 comes first, which are the same on every machine, and change little when the contracts do.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from forge import binary

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "mutation"
PAGE = ROOT / "docs" / "mutation.md"
PARTS = (
    *("contracts", "tests/contracts", "tests/golden", "tests/snapshots", "src/licet/artifacts"),
    *("scripts/solc", "foundry.toml"),
)
SURVIVOR = re.compile(r"^- `([\w.]+)`: `([^`]+)` → `([^`]*)`", re.MULTILINE)

SAMPLE = {"LicenseToken": 90, "RoyaltyVault": 30}
NEEDED = 0.9
SECONDS = 1800  # a mutant that takes longer loops, and is noticed
# Few fuzz runs: what only the thousandth finds is not what the tests are relied on for.
QUICK = {"FOUNDRY_FUZZ_RUNS": "24", "FOUNDRY_INVARIANT_RUNS": "4", "FOUNDRY_INVARIANT_DEPTH": "32"}
# Sizes compares byte code, so that it would notice whatever the compiler does.
UNRELATED = "Sizes|TestDollar"

SWAPS = {
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "==": "!=",
    "!=": "==",
    "&&": "||",
    "||": "&&",
    "+": "-",
    "-": "+",
    "*": "+",
    "/": "*",
    "&": "|",
    "|": "&",
    "<<": ">>",
    ">>": "<<",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one contract.

    Attributes:
        where: contract and function.
        start: first byte of the source that is replaced.
        old: what stands there.
        new: what stands there instead.
    """

    where: str
    start: int
    old: str
    new: str

    @property
    def key(self) -> tuple[str, str, str]:
        """How docs/mutation.md names it."""
        return (self.where, shown(self.old), shown(self.new))

    @property
    def rank(self) -> str:
        """Its place in the order of which a sample is the beginning."""
        return hashlib.sha256(repr((self.key, self.start)).encode()).hexdigest()

    def __str__(self) -> str:
        return f"`{self.where}`: `{shown(self.old)}` → `{shown(self.new)}`"


def main() -> int:
    """Test the mutants of each contract; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("contract", nargs="*", help=f"default: {', '.join(SAMPLE)}")
    parser.add_argument("--all", action="store_true", help="every mutant, not a sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at a time")
    parser.add_argument("--list", action="store_true", help="name the mutants, and test none")
    options = parser.parse_args()
    explained = set(SURVIVOR.findall(PAGE.read_text()))
    failed = False
    for contract in options.contract or SAMPLE:
        mutants = sorted(mutants_of(contract), key=lambda mutant: mutant.rank)
        sample = mutants if options.all else mutants[: SAMPLE.get(contract, 30)]
        print(f"==> {contract}: {len(sample)} of {len(mutants)} mutants", flush=True)
        if options.list:
            print("\n".join(map(str, sample)))
        else:
            failed = not report(contract, sample, explained, options.jobs) or failed
    return 1 if failed else 0


# ---- testing them ----


def report(contract: str, sample: list[Mutant], explained: set[tuple[str, str, str]], jobs: int) -> bool:
    """Test a sample and say what survived; returns whether that is good enough."""
    trees = [prepare(FOLDER / str(number)) for number in range(jobs)]
    if outcome(trees[0]) != "survived":
        print("mutate: the tests fail, or do not compile, without any mutation", file=sys.stderr)
        return False
    free = SimpleQueue[Path]()
    for tree in trees:
        free.put(tree)
    with ThreadPoolExecutor(jobs) as pool:
        found = []
        results = pool.map(lambda mutant: tested(mutant, contract, free), sample)
        for number, (mutant, result) in enumerate(results, start=1):
            print(f"{number:4} {result:8} {mutant}", flush=True)
            found.append(result)

    survived = [mutant for mutant, result in zip(sample, found, strict=True) if result == "survived"]
    killed, invalid = found.count("killed"), found.count("invalid")
    score = killed / (killed + len(survived))
    print(f"{contract}: {killed} killed, {len(survived)} survived, {invalid} do not compile: {score:.1%}")
    unexplained = [mutant for mutant in survived if mutant.key not in explained]
    for mutant in unexplained:
        print(f"mutate: a survivor that docs/mutation.md does not explain: {mutant}", file=sys.stderr)
    if score < NEEDED:
        print(f"mutate: the tests kill {score:.1%} of them, less than {NEEDED:.0%}", file=sys.stderr)
    return not unexplained and score >= NEEDED


def prepare(tree: Path) -> Path:
    """A fresh copy of what the contracts' tests read; what was built there stays."""
    for part in PARTS:
        source, copy = ROOT / part, tree / part
        if source.is_dir():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(source, copy)
        else:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)
    packages = tree / "node_modules"
    if not packages.exists():
        packages.symlink_to((ROOT / "node_modules").resolve())
    return tree


def tested(mutant: Mutant, contract: str, free: SimpleQueue[Path]) -> tuple[Mutant, str]:
    """What the tests say to a mutant, in a tree that nobody else uses meanwhile."""
    tree = free.get()
    try:
        path = Path("contracts") / f"{contract}.sol"
        source = (ROOT / path).read_bytes()
        start, end = mutant.start, mutant.start + len(mutant.old.encode())
        (tree / path).write_bytes(source[:start] + mutant.new.encode() + source[end:])
        result = outcome(tree)
        (tree / path).write_bytes(source)
        return mutant, result
    finally:
        free.put(tree)


def outcome(tree: Path) -> str:
    """Run the tests on a tree as it is: `killed`, `survived`, or `invalid` if it does not compile."""
    command = (binary(), "test", "--fail-fast", "--no-match-contract", UNRELATED)
    environment = os.environ | QUICK
    try:
        run = subprocess.run(
            command, cwd=tree, env=environment, check=False, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "killed"
    if run.returncode == 0:
        return "survived"
    return "killed" if "[FAIL" in run.stdout else "invalid"


# ---- making them ----


def mutants_of(contract: str) -> Iterator[Mutant]:
    """Every mutant of a contract, function by function."""
    path = f"contracts/{contract}.sol"
    source = (ROOT / path).read_bytes()
    for definition in nodes(syntax_tree(path), "ContractDefinition"):
        for function in definition["nodes"]:
            if function["nodeType"] in ("FunctionDefinition", "ModifierDefinition") and function.get("body"):
                where = f"{definition['name']}.{function['name'] or function['kind']}"
                for node in nodes(function["body"]):
                    yield from changes(node, source, where)


def changes(node: Json, source: bytes, where: str) -> Iterator[Mutant]:
    """The mutants that change one node of the syntax tree."""
    start, end = extent(node)

    def mutant(new: str) -> Mutant:
        return Mutant(where, start, source[start:end].decode(), new)

    kind: str = node["nodeType"]
    if kind == "BinaryOperation":
        left, right = text(node["leftExpression"], source), text(node["rightExpression"], source)
        if node["operator"] in SWAPS:
            yield mutant(f"{left} {SWAPS[node['operator']]} {right}")
    elif kind == "UnaryOperation" and node["operator"] == "!":
        yield mutant(text(node["subExpression"], source))
    elif kind == "Conditional":
        condition = text(node["condition"], source)
        yes, no = text(node["trueExpression"], source), text(node["falseExpression"], source)
        yield mutant(f"{condition} ? {no} : {yes}")
    elif kind == "IfStatement":
        start, end = extent(node["condition"])
        yield mutant("false")
        if not any(nodes(node["trueBody"], "RevertStatement")):  # what always reverts, any test notices
            yield mutant("true")
    elif kind in ("ExpressionStatement", "EmitStatement"):
        yield mutant("")
    elif kind == "Literal" and node["kind"] == "number":
        # Not hashes and places in hexadecimal, nor what a unit of time follows.
        if node["value"].isdigit() and not node.get("subdenomination"):
            yield mutant(str(int(node["value"]) + 1))
    elif kind == "Literal" and node["kind"] == "bool":
        yield mutant("false" if node["value"] == "true" else "true")


def syntax_tree(path: str) -> Json:
    """A contract's syntax tree, from the compiler."""
    standard_input = {
        "language": "Solidity",
        "sources": {path: {"content": (ROOT / path).read_text()}},
        "settings": {
            "remappings": ["@openzeppelin/=node_modules/@openzeppelin/", "solady/=node_modules/solady/src/"],
            "outputSelection": {"*": {"": ["ast"]}},
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
    tree: Json = json.loads(run.stdout)["sources"][path]["ast"]
    return tree


def nodes(tree: Any, kind: str | None = None) -> Iterator[Json]:
    """Every node of a syntax tree, or those of one kind, in the order of the source."""
    if isinstance(tree, dict):
        if "nodeType" in tree and kind in (None, tree["nodeType"]):
            yield tree
        for child in tree.values():
            yield from nodes(child, kind)
    elif isinstance(tree, list):
        for child in tree:
            yield from nodes(child, kind)


def extent(node: Json) -> tuple[int, int]:
    """A node's first byte, and the one after its last."""
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def text(node: Json, source: bytes) -> str:
    """A node as it is written."""
    start, end = extent(node)
    return source[start:end].decode()


def shown(code: str) -> str:
    """Code on one line, short enough to name it."""
    line = " ".join(code.split())
    return line if len(line) <= 100 else line[:99] + "…"


if __name__ == "__main__":
    sys.exit(main())
