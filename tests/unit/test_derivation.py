"""Derivations: their parents' order, their lineage, and what the contract is given."""

from dataclasses import replace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.chain.compiled.artifacts import artifact
from licet.errors import InputError
from licet.rights.conditions import Conditions
from licet.rights.derivation import MAX_PARENTS, MAX_SOURCES, Derivation, Parent, lineage
from licet.rights.offer import Offer
from licet.rights.order import Grant
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.trees.hashing import checksum
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32, hash_bytes

MAKER, FIRST, SECOND = (checksum(bytes([n]) * 20) for n in (9, 1, 2))
WORK = hash32(b"w" * 32)
SPLIT = SumTree({FIRST: 5, SECOND: 5, MAKER: 90})
hashes = st.binary(min_size=32, max_size=32).map(hash32)


def parent(payee: Address, royalty_bps: int = 500, **given: Any) -> Parent:
    conditions = Conditions(royalty_bps=royalty_bps, salt=ZERO_HASH)
    offer = Offer(
        licensor=payee,
        asset_id=WORK,
        epoch=0,
        payee=payee,
        currency=ZERO_ADDRESS,
        price=1,
        uses=Use.DERIVE,
        terms_hash=ZERO_HASH,
        terms_uri="",
        conditions=conditions.struct_hash(),
    )
    plain: dict[str, Any] = {"proof": SPLIT.proof(payee) if royalty_bps else None}
    return Parent(Grant(offer, MAKER, ZERO_HASH), conditions, **plain | given)


@given(st.lists(hashes, max_size=20))
def test_a_lineage_is_the_hash_of_the_encoded_licenses(licenses: list[Hash32]) -> None:
    assert lineage(licenses) == hash32(keccak(encode(["bytes32[]"], [list(map(hash_bytes, licenses))])))


def test_parents_stand_in_the_order_of_their_payees() -> None:
    made = Derivation(SPLIT.root, (parent(SECOND), parent(FIRST)))
    assert [each.payee for each in made.parents] == [FIRST, SECOND]
    assert made.license_ids == (parent(FIRST).grant.license_id, parent(SECOND).grant.license_id)
    assert made.lineage == lineage(made.license_ids)


def test_the_order_in_which_parents_are_named_changes_nothing() -> None:
    one, other = (parent(FIRST), parent(SECOND)), (parent(SECOND), parent(FIRST))
    assert Derivation(SPLIT.root, one) == Derivation(SPLIT.root, other)


def test_what_a_parent_asks_is_proven() -> None:
    with pytest.raises(InputError, match="prove their share"):
        parent(FIRST, proof=None)


def test_a_parent_comes_with_its_own_conditions() -> None:
    with pytest.raises(InputError, match="take those that came with the offer"):
        replace(parent(FIRST), conditions=Conditions())


def test_a_parent_that_asks_nothing_proves_nothing() -> None:
    share = parent(FIRST, royalty_bps=0).to_abi()[2]
    assert share == (ZERO_ADDRESS, 0, 0, [])


def test_a_derivative_of_nothing_is_none() -> None:
    with pytest.raises(InputError, match="name its parents or its sources"):
        Derivation(SPLIT.root)


@pytest.mark.parametrize(
    "given",
    [
        {"parents": (parent(FIRST),) * (MAX_PARENTS + 1)},
        {"sources": (WORK,) * (MAX_SOURCES + 1)},
    ],
    ids=["parents", "sources"],
)
def test_more_parents_or_sources_than_the_contract_takes(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="at most 16 and 64"):
        Derivation(SPLIT.root, **given)


def test_the_contract_takes_a_derivation() -> None:
    made = Derivation(SPLIT.root, (parent(SECOND), parent(FIRST, approval=b"\x01")), (WORK,))
    registration = Registration(MAKER, WORK)
    fields = (registration.content, 0, ZERO_HASH, "", 0)
    data = artifact("AssetRegistry").abi.encode_call("registerDerivative", [fields, made.to_abi()])
    assert hash_bytes(SPLIT.root) in data
