"""Solidity as text: which code a function runs, in its contract, in what it inherits, and in our libraries.

No compiler is needed: functions are found by their braces, calls by their names.
"""

import re
from functools import cache
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "contracts"

CALL = re.compile(r"(?:([\w)\]]+)\s*\.\s*)?\b(\w+)\s*\(")
COMMENT = r"//[^\n]*|/\*.*?\*/"
STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'"""


def blank(pattern: str, text: str) -> str:
    """The text with what matches as blanks, so that places stay."""
    strings = re.compile(f"{STRING}|{COMMENT}", re.DOTALL)
    wanted = re.compile(pattern, re.DOTALL)
    return strings.sub(lambda found: " " * len(found[0]) if wanted.fullmatch(found[0]) else found[0], text)


@cache
def functions(path: Path) -> dict[str, str]:
    """The bodies of a file's functions by name, overloads together, without comments."""
    text = path.read_text(encoding="utf-8")
    code, bare = blank(COMMENT, text), blank(f"{STRING}|{COMMENT}", text)
    bodies: dict[str, str] = {}
    for found in re.finditer(r"\b(?:function (\w+)|(constructor|receive))\s*\(", bare):
        start = re.compile(r"[{;]").search(bare, found.end())
        if not start or start[0] == ";":
            continue
        depth, end = 1, start.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(bare[end], 0)
            end += 1
        name = found[1] or found[2]
        bodies[name] = bodies.get(name, "") + code[start.start() : end]
    return bodies


LIBRARIES = {path.stem: functions(path) for path in sorted((SOURCES / "libraries").glob("*.sol"))}


@cache
def source(contract: str) -> dict[str, str]:
    """A contract's functions and those it inherits from ours."""
    path = next(SOURCES.rglob(f"{contract}.sol"))
    declared = re.search(rf"\bcontract {contract} is ([^{{]+)", path.read_text(encoding="utf-8"))
    bases = (base.strip() for base in declared[1].split(",")) if declared else ()
    inherited = [source(base) for base in bases if (SOURCES / f"{base}.sol").exists()]
    bodies: dict[str, str] = {}
    for one in [*inherited, functions(path)]:
        bodies |= {
            name: bodies.get(name, "") + body if name == "constructor" else body for name, body in one.items()
        }
    return bodies


def code_of(contract: str, name: str) -> str:
    """All code that a function runs in its contract and in our libraries; nothing for what others wrote."""
    own = source(contract)
    hooks = ("_beforeTokenTransfer", "_afterTokenTransfer") if "transferfrom" in name.lower() else ()
    todo = [("", each) for each in (name, *hooks)]
    seen: dict[tuple[str, str], str] = {}
    while todo:
        library, called = todo.pop()
        body = (LIBRARIES[library] if library else own).get(called)
        if body is None or (library, called) in seen:
            continue
        seen[library, called] = body
        for of, function in CALL.findall(body):
            if not of:
                todo.append((library, function))
            elif of in LIBRARIES:
                todo.append((of, function))
            elif of != "this" and not of[0].isupper():  # a value: `using` may give it a library's functions
                todo += [(each, function) for each in LIBRARIES]
    return "\n".join(seen.values())


def raised(contract: str, name: str) -> set[str]:
    """The custom errors that stand in the code that a function runs."""
    return set(re.findall(r"\brevert\s+(?:\w+\.)?(\w+)\s*\(", code_of(contract, name)))
