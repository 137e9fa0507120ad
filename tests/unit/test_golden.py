"""The golden vectors that Solidity checks too are what Python computes."""

import importlib.util
import json
from pathlib import Path

import pytest

from licet.trees.catalog import CatalogProof, verify_work
from licet.trees.sums import SumNode, SumProof, sum_root

GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def rendered() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("licet_golden_make", GOLDEN / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    texts: dict[Path, str] = module.render()
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
