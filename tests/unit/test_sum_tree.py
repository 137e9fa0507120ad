import dataclasses

import pytest
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import InputError
from licet.trees.hashing import checksum
from licet.trees.sums import LEAF_BYTES, MAX_SUM, SumNode, SumProof, SumTree, sum_root, verify_share
from licet.types import ZERO_ADDRESS, Address, address_bytes, hash_bytes

addresses = st.binary(min_size=20, max_size=20).filter(any).map(checksum)
splits = st.dictionaries(addresses, st.integers(1, 1 << 100), min_size=1, max_size=40)
ONE, TWO = checksum(bytes(19) + b"\x01"), checksum(bytes(19) + b"\x02")


def reference_root(shares: dict[Address, int]) -> tuple[bytes, int]:
    """The tree as its definition reads, level by level."""
    ordered = sorted((address_bytes(payee), share) for payee, share in shares.items())
    level = [(keccak(b"\x00" + payee + share.to_bytes(16)), share) for payee, share in ordered]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [
            (keccak(b"\x01" + b"".join(h + s.to_bytes(16) for h, s in pair)), sum(s for _, s in pair))
            if len(pair) == 2
            else pair[0]
            for pair in pairs
        ]
    [(top, total)] = level
    return keccak(b"\x02" + top + total.to_bytes(16)), total


@given(splits)
def test_root_and_total_are_the_reference(shares: dict[Address, int]) -> None:
    tree = SumTree(shares)
    assert (hash_bytes(tree.root), tree.total) == reference_root(shares)
    assert tree.total == sum(shares.values())
    assert tree.shares == shares
    assert len(tree) == len(shares)


@given(splits, st.data())
def test_every_proof_leads_to_root_and_total(shares: dict[Address, int], data: st.DataObject) -> None:
    tree = SumTree(shares)
    payee = data.draw(st.sampled_from(list(shares)))
    proof = tree.proof(payee)
    assert proof.share == shares[payee]
    assert sum_root(payee, proof) == (tree.root, tree.total)
    assert verify_share(tree.root, payee, proof)


@given(splits.filter(lambda shares: len(shares) > 1), st.data())
def test_nothing_of_a_proof_can_be_changed(shares: dict[Address, int], data: st.DataObject) -> None:
    tree = SumTree(shares)
    payee, other = data.draw(st.lists(st.sampled_from(list(shares)), min_size=2, max_size=2, unique=True))
    proof = tree.proof(payee)
    at = data.draw(st.integers(0, len(proof.siblings) - 1))
    node = proof.siblings[at]
    forged = [*proof.siblings[:at], SumNode(node.hash, node.sum + 1), *proof.siblings[at + 1 :]]
    assert not verify_share(tree.root, other, dataclasses.replace(proof))
    assert not verify_share(tree.root, payee, dataclasses.replace(proof, share=proof.share + 1))
    assert not verify_share(tree.root, payee, dataclasses.replace(proof, siblings=tuple(forged)))
    assert not verify_share(tree.root, payee, dataclasses.replace(proof, sides=proof.sides ^ 1 << at))


def test_the_order_of_payees_does_not_matter_and_duplicates_add_up() -> None:
    expected = SumTree({ONE: 3, TWO: 4})
    assert SumTree({TWO: 4, ONE: 3}).root == expected.root
    assert SumTree([(TWO, 4), (ONE, 1), (ONE, 2)]).root == expected.root


def packed(shares: dict[Address, int]) -> bytes:
    """The leaves as bytes."""
    return b"".join(sorted(address_bytes(payee) + share.to_bytes(16) for payee, share in shares.items()))


@given(splits)
def test_leaves_as_bytes_make_the_same_tree(shares: dict[Address, int]) -> None:
    tree, other = SumTree(packed(shares)), SumTree(shares)
    assert (tree.root, tree.total, tree.shares) == (other.root, other.total, other.shares)
    assert all(tree.proof(payee) == other.proof(payee) for payee in shares)


@pytest.mark.parametrize(
    ("leaves", "message"),
    [
        (b"", "at least one payee"),
        (packed({ONE: 1})[:-1], f"{LEAF_BYTES} bytes each"),
        (packed({ONE: 1}) + packed({ONE: 1}), "sorted by address, each payee once"),
        (packed({TWO: 1}) + packed({ONE: 1}), "sorted by address, each payee once"),
        (packed({ZERO_ADDRESS: 1}), "zero address"),
        (packed({ONE: 0}), "positive"),
        (packed({ONE: MAX_SUM, TWO: 1}), "2\\^128"),
    ],
)
def test_leaves_as_bytes_that_are_refused(leaves: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        SumTree(leaves)


def test_the_whole_of_uint128() -> None:
    tree = SumTree({ONE: MAX_SUM - 1, TWO: 1})
    assert tree.total == MAX_SUM
    assert verify_share(tree.root, TWO, tree.proof(TWO))


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({}, "at least one payee"),
        ({ONE: 0}, "positive"),
        ({ONE: -1}, "positive"),
        ({ZERO_ADDRESS: 1}, "zero address"),
        ({ONE: MAX_SUM + 1}, "2\\^128"),
        ({ONE: MAX_SUM, TWO: 1}, "2\\^128"),
        ({"somebody": 1}, "40 hex digits"),
    ],
)
def test_refusals(shares: dict[Address, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SumTree(shares)


def test_a_stranger_has_no_proof() -> None:
    with pytest.raises(InputError, match="not among the 1 payees"):
        SumTree({ONE: 1}).proof(TWO)


@pytest.mark.parametrize(
    "proof",
    [
        SumProof(0, (), 0),
        SumProof(MAX_SUM + 1, (), 0),
        SumProof(1, (SumNode(SumTree({ONE: 1}).root, MAX_SUM),), 0),
        SumProof(1, (SumNode(SumTree({ONE: 1}).root, -1),), 0),
    ],
)
def test_impossible_proofs_are_refused(proof: SumProof) -> None:
    assert not verify_share(SumTree({ONE: 1}).root, ONE, proof)
    with pytest.raises(InputError):
        sum_root(ONE, proof)
