import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import InputError
from licet.rights.uses import LEAVES, SETS, Use, parse_uses, use_names


def test_every_bit_has_its_own_name() -> None:
    assert [use.value for use in LEAVES.values()] == [1 << n for n in range(10)]
    assert not LEAVES.keys() & SETS.keys()


def test_the_standards_words_are_sets() -> None:
    assert parse_uses("ai-training, index") == Use.TRAIN | Use.TRAIN_GENERATIVE | Use.INDEX
    assert parse_uses("data-mining") == 15
    assert parse_uses(["GEN-AI"]) == Use.TRAIN_GENERATIVE


@given(st.integers(1, 1023))
def test_names_and_sets_are_two_spellings_of_one_thing(bits: int) -> None:
    assert parse_uses(use_names(bits)) == bits
    assert parse_uses(",".join(use_names(bits))) == bits


def test_bits_of_later_versions_are_kept_and_named() -> None:
    assert use_names(Use(1 << 31 | 1)) == ("mine", "bit-31")
    assert use_names(0) == ()


@pytest.mark.parametrize("text", ["", "ai", "mine,", "bit-3", "index;search"])
def test_unknown_names_are_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(InputError, match="known are: mine, train"):
        parse_uses(text)


def test_no_name_is_no_use() -> None:
    with pytest.raises(InputError, match="no use"):
        parse_uses([])
