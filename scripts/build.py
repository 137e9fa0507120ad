#!/usr/bin/env python3
"""Compile the shipped contracts into `src/licet/artifacts/`, one JSON file a contract.

`build.py` writes what changed; `build.py --check` writes nothing and fails, naming each difference, unless
the committed artifacts are exactly what the sources compile to. The compiler's settings stand in
`foundry.toml`. The last compilation is kept under `build/`; it serves again while no file it read changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "src" / "licet" / "artifacts"
LAST_COMPILATION = ROOT / "build" / "artifacts.json"
COMPILER = ROOT / "scripts" / "solc"
COMPILER_PACKAGE = ROOT / "node_modules" / "solc" / "package.json"

SHIPPED = (
    "contracts/AssetRegistry.sol",
    "contracts/DisputeDesk.sol",
    "contracts/LicenseToken.sol",
    "contracts/Purse.sol",
    "contracts/RoyaltyVault.sol",
    "contracts/RoyaltyVaultFactory.sol",
    "contracts/StatementEscrow.sol",
    "contracts/UsageLedger.sol",
    "contracts/local/MultisigArbitrator.sol",
    "contracts/local/TestDollar.sol",
)

TEST_LIBRARY = "forge-std/"

OUTPUTS = [
    "abi",
    "metadata",
    "evm.bytecode.object",
    "evm.bytecode.linkReferences",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
    "storageLayout",
]


class BuildError(Exception):
    """The build cannot go on; the message says why."""


def main() -> int:
    """Build or check; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compile the shipped contracts into src/licet/artifacts/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a rebuild differs")
    arguments = parser.parse_args()
    try:
        artifacts = current_artifacts()
    except BuildError as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    if arguments.check:
        return check(artifacts)
    write(artifacts)
    return 0


# ---- compile, or take the last compilation ----


def current_artifacts() -> dict[str, Json]:
    """What the sources compile to, by contract name."""
    settings = compiler_settings()
    compiler = installed_compiler()
    if LAST_COMPILATION.is_file():
        last: Json = json.loads(LAST_COMPILATION.read_text())
        made_with = (last["compiler"], last["settings"], last["shipped"], last.get("outputs"))
        if made_with == (compiler, settings, list(SHIPPED), OUTPUTS) and all(
            file_hash(path) == expected for path, expected in last["inputs"].items()
        ):
            kept: dict[str, Json] = last["artifacts"]
            return kept

    output = compile_contracts(settings)
    artifacts = make_artifacts(output, settings)
    last = {
        "compiler": compiler,
        "settings": settings,
        "shipped": SHIPPED,
        "outputs": OUTPUTS,
        "inputs": {path: file_hash(path) for path in output["sources"]},
        "artifacts": artifacts,
    }
    LAST_COMPILATION.parent.mkdir(parents=True, exist_ok=True)
    LAST_COMPILATION.write_text(json.dumps(last))
    return artifacts


def compiler_settings() -> Json:
    """`foundry.toml`'s settings as standard JSON input has them."""
    profile = tomllib.loads((ROOT / "foundry.toml").read_text())["profile"]["default"]
    return {
        "evmVersion": profile["evm_version"],
        "metadata": {"bytecodeHash": profile["bytecode_hash"], "appendCBOR": profile["cbor_metadata"]},
        "optimizer": {"enabled": profile["optimizer"], "runs": profile["optimizer_runs"]},
        "remappings": [path for path in profile["remappings"] if not path.startswith(TEST_LIBRARY)],
        "viaIR": profile["via_ir"],
    }


def installed_compiler() -> str:
    """The version of the npm compiler, read without starting it."""
    if not COMPILER_PACKAGE.is_file():
        raise BuildError("the compiler is not installed: run `make setup` (or `npm ci`)")
    version: str = json.loads(COMPILER_PACKAGE.read_text())["version"]
    return version


def compile_contracts(settings: Json) -> Json:
    """Run the compiler on all shipped contracts at once; warnings go to stderr."""
    missing = [path for path in SHIPPED if not (ROOT / path).is_file()]
    if missing:
        raise BuildError(f"no such contract: {', '.join(missing)}")
    standard_input = {
        "language": "Solidity",
        "sources": {path: {"content": (ROOT / path).read_text()} for path in SHIPPED},
        "settings": settings | {"outputSelection": {"*": {"*": OUTPUTS, "": ["ast"]}}},
    }
    try:
        output: Json = solcx.compile_standard(standard_input, base_path=ROOT, solc_binary=COMPILER)
    except SolcError as error:
        raise BuildError(f"the contracts do not compile:\n{error.message}") from error
    for problem in output.get("errors", []):
        print(problem["formattedMessage"], file=sys.stderr)
    return output


def file_hash(path: str) -> str | None:
    """SHA-256 of a file named from the repository's root; none where there is no such file."""
    file = ROOT / path
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else None


# ---- from the compiler's output to artifacts ----


def make_artifacts(output: Json, settings: Json) -> dict[str, Json]:
    """One artifact a shipped contract, by contract name."""
    names = immutable_names(output)
    return {
        Path(path).stem: make_artifact(
            Path(path).stem, output["contracts"][path][Path(path).stem], names, settings
        )
        for path in SHIPPED
    }


def make_artifact(name: str, contract: Json, immutable_by_id: dict[str, str], settings: Json) -> Json:
    """What a program needs to deploy a contract, to call it, and to recognise its code."""
    creation, deployed = contract["evm"]["bytecode"], contract["evm"]["deployedBytecode"]
    if creation["linkReferences"]:
        raise BuildError(f"{name} needs linking to {creation['linkReferences']}; make the library internal")
    metadata = json.loads(contract["metadata"])
    immutables = {
        immutable_by_id[ast_id]: places for ast_id, places in deployed["immutableReferences"].items()
    }
    if len(immutables) != len(deployed["immutableReferences"]):
        raise BuildError(f"{name} has two immutables of one name: {sorted(immutables)}")
    return {
        "abi": contract["abi"],
        "bytecode": "0x" + creation["object"],
        "compiler": {"settings": settings, "version": metadata["compiler"]["version"]},
        "contractName": name,
        "deployedBytecode": "0x" + deployed["object"],
        "immutables": immutables,
        "sourceHash": source_hash(metadata["sources"]),
        "storage": storage(contract["storageLayout"]),
    }


def storage(layout: Json) -> Json:
    """Where the compiler puts each state variable, and each member of the structs that are kept.

    Members have their slot within the struct, the lowest byte within the slot, and their size in bytes.
    """
    structs = {
        type_["label"].split(".")[-1]: {
            member["label"]: {
                "bytes": int(layout["types"][member["type"]]["numberOfBytes"]),
                "offset": member["offset"],
                "slot": int(member["slot"]),
            }
            for member in type_["members"]
        }
        for type_ in (layout["types"] or {}).values()
        if "members" in type_
    }
    return {"structs": structs, "variables": {item["label"]: int(item["slot"]) for item in layout["storage"]}}


def source_hash(paths: list[str]) -> str:
    """SHA-256 over the paths and hashes of all files that a contract is compiled from."""
    hashes = {path: file_hash(path) for path in sorted(paths)}
    return hashlib.sha256(json.dumps(hashes, separators=(",", ":")).encode()).hexdigest()


def immutable_names(output: Json) -> dict[str, str]:
    """AST id → name, for the immutables of every source."""
    return {
        str(node["id"]): node["name"]
        for source in output["sources"].values()
        for node in walk(source["ast"])
        if node.get("mutability") == "immutable"
    }


def walk(node: Any) -> Iterator[Json]:
    """Every object inside a JSON value."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from walk(child)


# ---- compare and write ----


def check(artifacts: dict[str, Json]) -> int:
    """Compare a rebuild with the committed artifacts; names what differs."""
    problems = list(differences(artifacts))
    for problem in problems:
        print(f"build: {problem}", file=sys.stderr)
    if problems:
        print("build: run `make build` and commit src/licet/artifacts/", file=sys.stderr)
        return 1
    print(f"build: {len(artifacts)} artifacts are what the sources compile to")
    return 0


def differences(artifacts: dict[str, Json]) -> Iterator[str]:
    """One line for each artifact that is missing, surplus, or other than a rebuild."""
    for name in sorted(committed_names() - artifacts.keys()):
        yield f"{name}.json belongs to no shipped contract"
    for name, artifact in artifacts.items():
        file = ARTIFACTS / f"{name}.json"
        if not file.is_file():
            yield f"{name}.json is missing"
        elif file.read_text() != serialize(artifact):
            committed = json.loads(file.read_text())
            fields = sorted(
                key for key in artifact.keys() | committed.keys() if artifact.get(key) != committed.get(key)
            )
            yield f"{name}.json differs from a rebuild in {', '.join(fields) or 'its layout'}"


def write(artifacts: dict[str, Json]) -> None:
    """Bring `src/licet/artifacts/` up to date, touching only what differs."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name in sorted(committed_names() - artifacts.keys()):
        (ARTIFACTS / f"{name}.json").unlink()
        print(f"removed   {name}")
    for name, artifact in artifacts.items():
        file = ARTIFACTS / f"{name}.json"
        changed = not file.is_file() or file.read_text() != serialize(artifact)
        if changed:
            file.write_text(serialize(artifact))
        size = len(artifact["deployedBytecode"]) // 2 - 1
        print(f"{'written  ' if changed else 'unchanged'} {name} ({size:,} bytes deployed)")


def committed_names() -> set[str]:
    """Names of the artifacts on disk."""
    return {file.stem for file in ARTIFACTS.glob("*.json")}


def serialize(artifact: Json) -> str:
    """The one text form of an artifact."""
    return json.dumps(artifact, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.exit(main())
