"""A derivative's split gives each parent what its license asks, and the others the rest, exactly."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.contracts.terms import LicenseTerms
from licet.documents import PayeeShare
from licet.errors import InputError
from licet.rights.conditions import WHOLE_BPS, Conditions
from licet.rights.offer import Offer
from licet.rights.order import Grant
from licet.rights.uses import Use
from licet.rights_holder import derivative_split
from licet.trees.hashing import checksum
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address

SONG, REMIX, MAKER, FRIEND = (checksum(bytes([n]) * 20) for n in (0xA1, 0xB2, 0xC3, 0xD4))


def asking(payee: Address, bps: int) -> LicenseTerms:
    """A license whose payee is to get so much of a derivative."""
    conditions = Conditions(royalty_bps=bps)
    offer = Offer(
        SONG, ZERO_HASH, 0, payee, ZERO_ADDRESS, 5, Use.DERIVE, ZERO_HASH, "", conditions.struct_hash()
    )
    return LicenseTerms(Grant(offer, MAKER, ZERO_HASH), conditions)


def split(parents: list[tuple[Address, int]], shares: Mapping[Address, int]) -> dict[Address, int]:
    terms = [asking(payee, bps) for payee, bps in parents]
    return (
        derivative_split(terms, [PayeeShare(payee, share) for payee, share in shares.items()]).tree().shares
    )


def test_in_the_smallest_numbers() -> None:
    assert split([(SONG, 1000)], {MAKER: 1}) == {SONG: 1, MAKER: 9}
    assert split([(SONG, 1000)], {MAKER: 2, FRIEND: 1}) == {SONG: 1, MAKER: 6, FRIEND: 3}
    assert split([(SONG, 1)], {MAKER: 7}) == {SONG: 1, MAKER: 9999}


def test_parents_of_one_payee_add_up() -> None:
    assert split([(SONG, 1000), (REMIX, 500), (SONG, 1500)], {MAKER: 1}) == {SONG: 5, REMIX: 1, MAKER: 14}


def test_a_parents_payee_may_share_in_the_rest_as_well() -> None:
    assert split([(SONG, 2000)], {SONG: 1, MAKER: 1}) == {SONG: 3, MAKER: 2}


def test_parents_that_ask_nothing_leave_all() -> None:
    assert split([(SONG, 0)], {MAKER: 2, FRIEND: 4}) == {MAKER: 1, FRIEND: 2}


def test_parents_that_ask_for_all_leave_nothing() -> None:
    assert split([(SONG, 4000), (REMIX, 6000)], {}) == {SONG: 2, REMIX: 3}
    with pytest.raises(InputError, match="nothing is left for others"):
        split([(SONG, 10_000)], {MAKER: 1})


def test_more_than_the_whole_cannot_be_asked() -> None:
    with pytest.raises(InputError, match="ask 10001 basis points in all, more than the whole"):
        split([(SONG, 6000), (REMIX, 4001)], {MAKER: 1})


def test_what_parents_leave_is_somebodys() -> None:
    with pytest.raises(InputError, match="name who shares in the other 9000"):
        split([(SONG, 1000)], {})


def test_names_stay() -> None:
    made = derivative_split([asking(SONG, 1000)], [PayeeShare(MAKER, 1, "The maker")])
    assert [entry.name for entry in made.payees] == [None, "The maker"]


@given(
    st.lists(st.tuples(st.sampled_from([SONG, REMIX]), st.integers(0, 3000)), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from([MAKER, FRIEND]), st.integers(1, 10**24), min_size=1),
)
def test_every_share_is_exact(parents: list[tuple[Address, int]], shares: dict[Address, int]) -> None:
    made = split(parents, shares)
    total, asked = sum(made.values()), sum(bps for _, bps in parents)
    for payee in (SONG, REMIX):
        own = sum(bps for parent, bps in parents if parent == payee)
        assert made.get(payee, 0) * WHOLE_BPS == own * total
    for payee, share in shares.items():
        assert made[payee] * WHOLE_BPS * sum(shares.values()) == share * (WHOLE_BPS - asked) * total
