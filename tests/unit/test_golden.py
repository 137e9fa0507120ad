"""The golden vectors that Solidity checks too are what Python computes."""

import json
from pathlib import Path

import pytest

from licet.trees.catalog import CatalogProof, verify_work
from licet.trees.sums import SumNode, SumProof, sum_root
from tests.unit.scripts import load

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def rendered() -> dict[Path, str]:
    texts: dict[Path, str] = load("tests/golden/make.py").render()
    return texts


@pytest.mark.parametrize(("path", "text"), rendered().items(), ids=lambda value: getattr(value, "name", ""))
def test_committed_vectors_are_reproduced(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run tests/golden/make.py"


def test_no_other_vectors_are_committed() -> None:
    assert set(GOLDEN.glob("*.json")) == set(rendered())


def test_proofs_in_the_vectors_hold() -> None:
    for tree in json.loads((GOLDEN / "catalog_trees.json").read_text())["trees"]:
        for proof in tree["proofs"]:
            work = tree["works"][int(proof["index"])]
            assert verify_work(
                tree["root"], work, CatalogProof(tuple(proof["siblings"]), int(proof["sides"]))
            )
    for tree in json.loads((GOLDEN / "sum_trees.json").read_text())["trees"]:
        for proof in tree["proofs"]:
            nodes = zip(proof["siblingHashes"], map(int, proof["siblingSums"]), strict=True)
            siblings = tuple(SumNode(*node) for node in nodes)
            root = sum_root(proof["payee"], SumProof(int(proof["share"]), siblings, int(proof["sides"])))
            assert root == (tree["root"], int(tree["total"]))


def test_the_vaults_in_the_vectors_all_differ() -> None:
    vaults = json.loads((GOLDEN / "vaults.json").read_text())["vaults"]
    assert len({each["vault"] for each in vaults}) == len(vaults)


def test_no_two_conditions_in_the_vectors_have_one_hash() -> None:
    """Were two members swapped, or one left out, some hash would be another's."""
    conditions = json.loads((GOLDEN / "conditions.json").read_text())["conditions"]
    assert len({each["structHash"] for each in conditions}) == len(conditions)


def test_claims_in_the_vectors_are_of_a_share_of_their_vault() -> None:
    golden = json.loads((GOLDEN / "claims.json").read_text())
    share = golden["share"]
    nodes = zip(share["siblingHashes"], map(int, share["siblingSums"]), strict=True)
    siblings = tuple(SumNode(*node) for node in nodes)
    root, total = sum_root(share["payee"], SumProof(int(share["share"]), siblings, int(share["sides"])))
    assert golden["code"].endswith(root[2:])
    received: dict[str, int] = {}
    for step in golden["claims"]:
        token, released = step["claim"]["token"], int(step["claim"]["releasedTo"])
        received[token] = received.get(token, 0) + int(step["paidIn"])
        assert received[token] * int(share["share"]) // total == released + int(step["amount"])
