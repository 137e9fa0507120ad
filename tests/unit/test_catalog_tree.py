import dataclasses
import hashlib

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import InputError
from licet.trees.catalog import CatalogProof, CatalogTree, catalog_root, verify_work
from licet.types import Hash32, hash32, hash_bytes


def works(count: int) -> list[Hash32]:
    return [hash32(hashlib.sha256(bytes([i % 256, i // 256])).digest()) for i in range(count)]


def reference_root(leaves: list[bytes]) -> bytes:
    """The tree as its definition reads, level by level."""
    if len(leaves) == 1:
        return leaves[0]
    pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
    return reference_root([keccak(b"\x01" + b"".join(p)) if len(p) == 2 else p[0] for p in pairs])


@given(st.integers(1, 300))
def test_root_is_the_reference(count: int) -> None:
    leaves = [keccak(b"\x00" + hash_bytes(work)) for work in works(count)]
    tree = CatalogTree(works(count))
    assert hash_bytes(tree.root) == reference_root(leaves)
    assert len(tree) == count


@given(st.integers(1, 300), st.data())
def test_every_proof_leads_to_the_root(count: int, data: st.DataObject) -> None:
    every = works(count)
    index = data.draw(st.integers(0, count - 1))
    tree = CatalogTree(every)
    proof = tree.proof(index)
    assert verify_work(tree.root, every[index], proof)
    assert len(proof.siblings) <= (count - 1).bit_length()
    assert proof.sides < 1 << len(proof.siblings)


@given(st.integers(2, 60), st.data())
def test_no_proof_serves_another_work_or_place(count: int, data: st.DataObject) -> None:
    every = works(count)
    tree = CatalogTree(every)
    index, other = data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    proof = tree.proof(index)
    assert not verify_work(tree.root, every[other], proof)
    assert not verify_work(tree.root, every[index], CatalogProof(proof.siblings[:-1], proof.sides))
    bit = data.draw(st.integers(0, len(proof.siblings) - 1))
    turned = dataclasses.replace(proof, sides=proof.sides ^ 1 << bit)
    assert not verify_work(tree.root, every[index], turned)


def test_an_inner_node_is_no_work() -> None:
    tree = CatalogTree(works(4))
    inner = tree.proof(0).siblings[1]
    assert not verify_work(tree.root, inner, CatalogProof((tree.proof(2).siblings[1],), 1))


def test_one_work_needs_no_siblings() -> None:
    [work] = works(1)
    tree = CatalogTree([work])
    assert tree.proof(0) == CatalogProof((), 0)
    assert catalog_root(work, tree.proof(0)) == tree.root != work


def test_order_matters() -> None:
    assert CatalogTree(works(3)).root != CatalogTree(reversed(works(3))).root


def test_refusals() -> None:
    with pytest.raises(InputError, match="at least one work"):
        CatalogTree([])
    for index in (-1, 3):
        with pytest.raises(InputError, match="has 3 works"):
            CatalogTree(works(3)).proof(index)
