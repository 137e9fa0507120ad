"""Each function of the contracts has its tree of branches, and each leaf names the tests that show it.

The trees stand in `tests/contracts/trees/<contract>/<function>.tree`. Which functions there are is read from
the ABIs, what they can raise from their source: a function or an error without a place in a tree fails here.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from tests.unit.solidity import STRING, blank, code_of, functions, raised, source

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "contracts"
TREES = TESTS / "trees"
CONTRACTS = sorted(path.stem for path in (ROOT / "src" / "licet" / "artifacts").glob("*.json"))

# Functions that need no tree although they change state, or branch.
TOKEN = "Solady's, without a hook of ours; Access.t.sol calls it in every role"
EXEMPT = {
    ("AssetRegistry", "approve(address,uint256)"): TOKEN,
    ("AssetRegistry", "setApprovalForAll(address,bool)"): TOKEN,
    ("LicenseToken", "approve(address,uint256)"): TOKEN,
    ("LicenseToken", "setApprovalForAll(address,bool)"): TOKEN,
    ("LicenseToken", "conditionsHashOf(Conditions)"): "it is the other `Offers.hash` that branches",
    ("TestDollar", "approve(address,uint256)"): TOKEN,
    ("TestDollar", "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"): TOKEN,
    ("TestDollar", "transfer(address,uint256)"): TOKEN,
    ("TestDollar", "transferFrom(address,address,uint256)"): TOKEN,
}
# Errors of an ABI that no branch of ours leads to.
GUARDED = "Solady's own guard: ours notices first"
FULL = "Solady's: an account would have to hold 2^32 tokens"
GETTER = "Solady's getter `balanceOf`"
PLAIN = "of Solady's functions that are exempt above"
UNUSED = {
    ("AssetRegistry", "AccountBalanceOverflow"): FULL,
    ("AssetRegistry", "BalanceQueryForZeroAddress"): GETTER,
    ("AssetRegistry", "TokenAlreadyExists"): GUARDED,
    ("LicenseToken", "AccountBalanceOverflow"): FULL,
    ("LicenseToken", "BalanceQueryForZeroAddress"): GETTER,
    ("LicenseToken", "TokenAlreadyExists"): GUARDED,
    ("TestDollar", "AllowanceOverflow"): PLAIN,
    ("TestDollar", "AllowanceUnderflow"): PLAIN,
    ("TestDollar", "InsufficientAllowance"): PLAIN,
    ("TestDollar", "InvalidPermit"): PLAIN,
    ("TestDollar", "Permit2AllowanceIsFixedAtInfinity"): PLAIN,
    ("TestDollar", "PermitExpired"): PLAIN,
}
# Errors that stand in the code which a function runs, but that the function cannot raise.
UNREACHABLE = {
    ("AssetRegistry", "registerDerivative", "AssetNotRegistered"): "a license was sold of the asset",
    ("LicenseToken", "renew", "OfferKindInvalid"): "raised for a meter, and only a subscription gets there",
}
LIBRARY_ERRORS = {
    "FixedPointMathLib": {"FullMulDivFailed"},
    "SafeTransferLib": {"ETHTransferFailed", "TransferFailed", "TransferFromFailed"},
}

STEP = re.compile(r"((?:│   |    )*)(?:├── |└── )(.+)")
LEAF = re.compile(r"(it .+) \[([^\[\]]+)\]")
RAISED = re.compile(r"\breverts with (?:(\w+)\.)?([A-Z]\w+)")
SEE = re.compile(r"\bas in (?:(\w+)/)?([\w-]+)\.tree\b")
BRANCH = re.compile(r"\?|&&|\|\||\b(?:if|for|while|switch|revert|try)\b")


# ---- trees ----


@dataclass(slots=True)
class Node:
    text: str
    children: list["Node"] = field(default_factory=list)

    def leaves(self) -> list["Node"]:
        return [leaf for child in self.children for leaf in child.leaves()] if self.children else [self]

    def drawn(self, prefix: str = "") -> list[str]:
        lines = []
        for child in self.children:
            last = child is self.children[-1]
            lines.append(f"{prefix}{'└── ' if last else '├── '}{child.text}")
            lines += child.drawn(prefix + ("    " if last else "│   "))
        return lines


@cache
def tree(contract: str, stem: str) -> Node:
    """A tree as read; its root is the function's signature."""
    first, *lines = (TREES / contract / f"{stem}.tree").read_text(encoding="utf-8").splitlines()
    path = [Node(first)]
    for line in lines:
        step = STEP.fullmatch(line)
        assert step, f"{contract}/{stem}: {line!r} is no line of a tree"
        depth = len(step[1]) // 4
        assert depth < len(path), f"{contract}/{stem}: {line!r} hangs in the air"
        node = Node(step[2])
        path[depth].children.append(node)
        path[depth + 1 :] = [node]
    return path[0]


def stems(contract: str) -> list[str]:
    return sorted(path.stem for path in (TREES / contract).glob("*.tree"))


def shown_by(leaf: Node) -> list[str]:
    named = LEAF.fullmatch(leaf.text)
    return named[2].split(", ") if named else []


def told(contract: str, stem: str) -> set[str]:
    """The contract's own errors at the leaves of a tree, and of its other trees that this one refers to."""
    text = " ".join(leaf.text for leaf in tree(contract, stem).leaves())
    seen = {name for other, name in SEE.findall(text) if not other}
    return leaf_errors(text).union(*(told(contract, name) for name in seen))


def leaf_errors(text: str) -> set[str]:
    return {name for other, name in RAISED.findall(text) if not other}


# ---- ABIs ----


@cache
def abi(contract: str) -> list[dict[str, Any]]:
    path = ROOT / "src" / "licet" / "artifacts" / f"{contract}.json"
    entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["abi"]
    return entries


def signature(entry: dict[str, Any]) -> str:
    """With structs by their names: `buy(Order)`."""
    types = (
        re.split(r"[ .]", item["internalType"])[-1] if item["type"].startswith("tuple") else item["type"]
        for item in entry["inputs"]
    )
    return f"{entry['name']}({','.join(types)})"


def errors(contract: str) -> set[str]:
    return {entry["name"] for entry in abi(contract) if entry["type"] == "error"}


def wanted(contract: str, entries: list[dict[str, Any]]) -> set[str]:
    """What must have a tree: what changes state, takes coin or branches, and a constructor that refuses."""
    found = {"receive()" for entry in entries if entry["type"] == "receive"}
    found |= {"constructor()"} if raised(contract, "constructor") else set()
    for entry in entries:
        if entry["type"] == "function" and (
            entry["stateMutability"] not in ("view", "pure")
            or BRANCH.search(blank(STRING, code_of(contract, entry["name"])))
        ):
            found.add(signature(entry))
    return found


def drawn(contract: str) -> set[str]:
    return {tree(contract, stem).text for stem in stems(contract)}


def exempt(contract: str) -> set[str]:
    return {name for of, name in EXEMPT if of == contract}


def lacking(contract: str, entries: list[dict[str, Any]]) -> set[str]:
    return wanted(contract, entries) - drawn(contract) - exempt(contract)


# ---- the tests of the contracts ----


@cache
def forge_table(name: str) -> dict[str, str]:
    """A test file's functions and those of the files of ours that it imports."""
    path = TESTS / name
    bodies = functions(path)
    for other in re.findall(r'from "\./([^"]+)"', path.read_text(encoding="utf-8")):
        bodies = {**forge_table(other), **bodies} if other.endswith(".t.sol") else bodies
    return bodies


@cache
def forge_code(qualified: str) -> str:
    """All code that a test runs in its own file and its bases."""
    file, name = qualified.split(".")
    table, todo, seen = forge_table(f"{file}.t.sol"), [name], dict[str, str]()
    while todo:
        called = todo.pop()
        if called in table and called not in seen:
            seen[called] = table[called]
            todo += re.findall(r"(?:(?<![\w.])|\bthis\.)(\w+)\s*\(", table[called])
    return "\n".join(seen.values())


EACH_TREE = [
    pytest.param(contract, stem, id=f"{contract}/{stem}")
    for contract in CONTRACTS
    for stem in stems(contract)
]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_function_has_its_tree(contract: str) -> None:
    assert not lacking(contract, abi(contract)), f"write their trees under {TREES / contract}"


def test_a_new_function_is_noticed() -> None:
    entry = {"type": "function", "name": "seize", "inputs": [], "stateMutability": "nonpayable"}
    assert lacking("Purse", [*abi("Purse"), entry]) == {"seize()"}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_tree_has_its_function(contract: str) -> None:
    named = [entry for entry in abi(contract) if entry["type"] == "function"]
    known = {signature(entry) for entry in named} | {"constructor()", "receive()"}
    for stem in stems(contract):
        text = tree(contract, stem).text
        name = text.split("(")[0]
        overloads = [entry for entry in named if entry["name"] == name]
        assert text in known, f"{contract}/{stem}: no function {text}"
        assert stem == (name if len(overloads) < 2 else f"{name}-{text.count(',') + 1}")


@pytest.mark.parametrize(("contract", "stem"), EACH_TREE)
def test_trees_are_well_drawn(contract: str, stem: str) -> None:
    root = tree(contract, stem)
    written = (TREES / contract / f"{stem}.tree").read_text(encoding="utf-8")
    assert "\n".join([root.text, *root.drawn()]) + "\n" == written
    inner = [node for node in walk(root) if node.children]
    assert all(re.match("when |given ", node.text) for node in inner), "conditions are `when …` or `given …`"
    assert all(shown_by(leaf) for leaf in root.leaves()), "leaves say `it … [tests]`"


def walk(root: Node) -> list[Node]:
    return list(chain.from_iterable([child, *walk(child)] for child in root.children))


@pytest.mark.parametrize(("contract", "stem"), EACH_TREE)
def test_every_test_named_exists_and_shows_its_error(contract: str, stem: str) -> None:
    for leaf in tree(contract, stem).leaves():
        words = {name for _, name in RAISED.findall(leaf.text)}
        words |= {"arithmeticError"} if leaf.text.startswith("it panics") else set()
        for test in shown_by(leaf):
            file, name = test.split(".")
            assert name.startswith(("test_", "testFuzz_")), test
            assert name in functions(TESTS / f"{file}.t.sol"), f"no test {test}"
            for word in words:
                assert re.search(rf"\b{word}\b", forge_code(test)), f"{test} does not expect {word}"


@pytest.mark.parametrize(("contract", "stem"), EACH_TREE)
def test_every_error_and_tree_referred_to_exists(contract: str, stem: str) -> None:
    for leaf in tree(contract, stem).leaves():
        for other, name in RAISED.findall(leaf.text):
            assert name in LIBRARY_ERRORS.get(other, set()) or name in errors(other or contract), leaf.text
        for other, name in SEE.findall(leaf.text):
            assert name in stems(other or contract), leaf.text


@pytest.mark.parametrize(("contract", "stem"), EACH_TREE)
def test_every_error_of_a_functions_code_stands_in_its_tree(contract: str, stem: str) -> None:
    name = tree(contract, stem).text.split("(")[0]
    code = raised(contract, name)
    unreachable = {error for of, function, error in UNREACHABLE if (of, function) == (contract, name)}
    assert unreachable <= code, "no exemption for what is not there"
    assert code - unreachable <= told(contract, stem)
    if name in source(contract):
        text = " ".join(leaf.text for leaf in tree(contract, stem).leaves())
        ours = set(chain.from_iterable(raised(contract, each) for each in source(contract)))
        assert not leaf_errors(text) & ours - code, "no leaf for what the code does not raise"


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_error_of_an_abi_stands_in_a_tree(contract: str) -> None:
    known = set(chain.from_iterable(told(contract, stem) for stem in stems(contract)))
    unused = {error for of, error in UNUSED if of == contract}
    assert errors(contract) - known == unused


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_exemption_is_needed(contract: str) -> None:
    assert exempt(contract) <= wanted(contract, abi(contract)) - drawn(contract)
