"""The file that says whom a buyer believes."""

import pytest

from licet.documents import TrustPolicy, canonical_json
from licet.errors import DocumentInvalid, InputError
from licet.types import Address, Hash32

ASSETS = [Hash32("0x" + digit * 64) for digit in "ab"]
HOLDER = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
OTHER = Address("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC")

FULL = TrustPolicy.of(reversed(ASSETS), [HOLDER], [OTHER])


@pytest.mark.parametrize("policy", [FULL, TrustPolicy()])
def test_a_policy_is_read_as_it_was_written(policy: TrustPolicy) -> None:
    assert TrustPolicy.from_bytes(policy.to_bytes()) == policy


def test_a_policy_is_canonical_json() -> None:
    assert FULL.to_bytes() == canonical_json(
        {"type": "licet/trust/1", "assets": ASSETS, "registrants": [HOLDER], "distrusted": [OTHER]}
    )


def test_order_and_repetition_are_put_right_where_it_is_made() -> None:
    spelled = [Address(HOLDER.lower()), HOLDER, OTHER]
    assert TrustPolicy.of(registrants=spelled) == TrustPolicy(registrants=(OTHER, HOLDER))


BROKEN: list[tuple[dict[str, object], str]] = [
    ({"assets": list(reversed(ASSETS))}, "sorted"),
    ({"assets": [ASSETS[0], ASSETS[0]]}, "each entry once"),
    ({"registrants": [HOLDER, OTHER]}, "sorted"),
    ({"registrants": [HOLDER.lower()]}, "canonical"),
    ({"assets": [ASSETS[0].upper().replace("0X", "0x")]}, "canonical"),
    ({"registrants": [OTHER]}, "trusted and distrusted"),
    ({"assets": ["0x12"]}, "not a asset id|not an? asset id"),
    ({"assets": [7]}, "an entry of assets is 7"),
    ({"assets": "all"}, "list expected"),
    ({"distrusted": ["nobody"]}, "not an registrant|not a registrant"),
    ({"oldest": True}, "members"),
    ({"type": "licet/trust/2"}, "licet/trust/1 expected"),
]


@pytest.mark.parametrize(("changes", "message"), BROKEN, ids=range(len(BROKEN)))
def test_anything_else_is_refused(changes: dict[str, object], message: str) -> None:
    data = {"type": "licet/trust/1", **FULL.to_json(), **changes}
    with pytest.raises(DocumentInvalid, match=message):
        TrustPolicy.from_bytes(canonical_json(data))


def test_a_member_that_is_missing_is_refused() -> None:
    with pytest.raises(DocumentInvalid, match="members"):
        TrustPolicy.from_bytes(canonical_json({"type": "licet/trust/1", "assets": []}))


def test_nobody_is_trusted_and_distrusted() -> None:
    with pytest.raises(InputError, match=f"{HOLDER} is trusted and distrusted"):
        TrustPolicy.of(registrants=[HOLDER], distrusted=[Address(HOLDER.lower())])
