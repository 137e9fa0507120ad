#!/usr/bin/env python3
"""Build what browsers run: the scripts in `web/`, bundled into `src/licet/web/static/` (`make build`).

`web.py` checks the types and builds; `web.py --check` only checks them. What the scripts know of the
contracts is taken from the artifacts, and what they say of refusals in English from `licet.errors`, so that
a page and the command line do not differ. What lies in `web/static/` is copied beside the scripts.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from licet.chain.compiled.abi import Entry
from licet.chain.compiled.artifacts import ARTIFACT_NAMES, artifact, known_errors
from licet.errors.reverted import REVERTS

Json = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
GENERATED = ROOT / "build" / "web"
ARTIFACTS = ROOT / "src" / "licet" / "artifacts"
STATIC = ROOT / "src" / "licet" / "web" / "static"
TOOLS = ROOT / "node_modules" / ".bin"

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "AssetRegistry": ("deed", "register"),
    "LicenseToken": (
        *("buy", "buyBasket", "buyWithPermit", "permitFirst", "renew", "publishOffer", "cancelOffer"),
        *("license", "offerState"),
    ),
    "RoyaltyVaultFactory": ("claim", "publish", "vaultOf"),
    "UsageLedger": ("account", "anchor", "close", "deposit", "depositOf", "isReporter", "withdraw"),
    "TestDollar": (
        *("allowance", "approve", "balanceOf", "decimals", "DOMAIN_SEPARATOR", "name", "nonces", "symbol"),
        "transfer",
    ),
}
"""What the pages call, by contract; the test dollar stands for any ERC-20 token with permits."""

PACKAGE = re.compile(r"node_modules/(?:@[^/]+/)?[^/]+")

BUNDLING = (
    *("--bundle", "--splitting", "--format=esm", "--target=es2022", "--minify", "--charset=utf8"),
    *("--legal-comments=none", "--entry-names=[name]", "--chunk-names=[name]-[hash]", "--log-level=warning"),
    f"--tsconfig={WEB / 'tsconfig.json'}",
    f"--alias:viem/utils={WEB / 'viem.js'}",
)


class BuildError(Exception):
    """The build cannot go on; the message says why."""


def main() -> int:
    """Returns 0, or 1 after the first thing that fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="check the types, and build nothing")
    only_check = parser.parse_args().check
    try:
        generate()
        run("tsc", "--noEmit", "--project", WEB)
        if not only_check:
            build(STATIC)
    except (BuildError, subprocess.CalledProcessError) as error:
        print(f"web: {error}", file=sys.stderr)
        return 1
    return 0


def generate() -> None:
    """Write what the scripts import and nobody writes by hand."""
    interfaces = "".join(constant(name, interface(name)) for name in FUNCTIONS)
    write(GENERATED / "abi.ts", interfaces)
    write(GENERATED / "errors.en.ts", errors({name: kind.explanation for name, kind in REVERTS.items()}))
    write(GENERATED / "errors.zh.ts", errors(translated("zh")))


def build(folder: Path) -> None:
    """Bundle the scripts into a folder, and copy beside them what goes there as it is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (WEB / "static").glob("*"):
        shutil.copy(file, folder)
    inputs = GENERATED / "inputs.json"
    bundle(WEB / "src" / "site.ts", folder, f"--metafile={inputs}")
    write(folder / "licenses.txt", licenses(inputs))
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"built {folder.relative_to(ROOT)} ({size:,} bytes)")


def bundle(entry: Path, folder: Path, *options: str) -> None:
    """Bundle one script, and what it imports."""
    run("esbuild", entry, *BUNDLING, *options, f"--outdir={folder}")


def licenses(metafile: Path) -> str:
    """The licenses of all packages that a bundle has parts of; they ask to be handed on with it."""
    inputs: list[str] = list(json.loads(metafile.read_bytes())["inputs"])
    folders = {found[0] for found in map(PACKAGE.match, inputs) if found}
    texts = []
    for folder in sorted(folders):
        [file] = (ROOT / folder).glob("LICENSE*")
        texts.append(
            f"{folder.removeprefix('node_modules/')}\n\n{file.read_text(encoding='utf-8').strip()}\n"
        )
    return "\n\n".join(texts)


def run(tool: str, *arguments: str | Path) -> None:
    """Run one of the npm packages' programs."""
    subprocess.run((TOOLS / tool, *arguments), cwd=ROOT, check=True)


def interface(name: str) -> list[Json]:
    """A contract's functions that the pages call, without what only compilers read."""
    abi: list[Json] = json.loads((ARTIFACTS / f"{name}.json").read_bytes())["abi"]
    wanted = FUNCTIONS[name]
    found = [plain(entry) for entry in abi if entry["type"] == "function" and entry["name"] in wanted]
    missing = set(wanted) - {entry["name"] for entry in found}
    if missing:
        raise BuildError(f"{name} has no {', '.join(sorted(missing))}")
    return found


def plain(value: Any) -> Any:
    """A part of an ABI without `internalType`."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "internalType"}
    return value


def errors(words: dict[str, str]) -> str:
    """By selector, every custom error of all contracts: name, arguments, and what it means."""
    table = {
        "0x" + selector.hex(): [entry.name, [[p.name, p.type] for p in entry.inputs], words[name_of(entry)]]
        for selector, entry in sorted(shipped_errors().items())
    }
    kind = "Record<string, readonly [string, readonly (readonly [string, string])[], string]>"
    return f"export const errors: {kind} = {json.dumps(table, ensure_ascii=False, indent=1)};\n"


def shipped_errors() -> dict[bytes, Entry]:
    """The errors that the artifacts list, Solidity's own, and those of libraries, which no artifact lists."""
    listed = {s: e for name in ARTIFACT_NAMES for s, e in artifact(name).abi.errors.items()}
    names = {entry.name for entry in listed.values()}
    # Of those, `licet.errors` has the names alone: what is told with facts is an error of another kind.
    others = {
        selector: entry
        for selector, entry in known_errors().errors.items()
        if entry.name not in names and (entry.inputs or "{" not in REVERTS[entry.name].explanation)
    }
    return others | listed


def name_of(entry: Entry) -> str:
    """What `licet.errors` knows an error by: its name, with its arguments' where another has it too."""
    full = f"{entry.name}({','.join(p.name for p in entry.inputs)})"
    return full if full in REVERTS else entry.name


def translated(language: str) -> dict[str, str]:
    """What each error means in another language, as somebody wrote it."""
    file = WEB / "words" / f"errors.{language}.json"
    words: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    for name in sorted(words.keys() ^ REVERTS.keys()):
        raise BuildError(f"{file.relative_to(ROOT)} and licet.errors do not both know {name}")
    return words


def constant(name: str, value: object) -> str:
    """A constant of TypeScript, whose type is its value."""
    return f"export const {name} = {json.dumps(value, indent=1)} as const;\n"


def write(file: Path, text: str) -> None:
    """Write a file, if it says something new: what did not change is not built again."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
