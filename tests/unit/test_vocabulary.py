"""The crosswalk rounds permissions down and prohibitions up, never into what is permitted."""

from hypothesis import given
from hypothesis import strategies as st

from licet.rights.uses import Use
from licet.rights.vocabulary import CAWG, ODRL, RSL, VOCABULARIES, Words, meaning, permitting, prohibiting

uses = st.integers(0, sum(Use)).map(Use)
vocabularies = st.sampled_from(list(VOCABULARIES.values()))


@given(words=vocabularies, permitted=uses)
def test_no_word_permits_more_than_was_permitted(words: Words, permitted: Use) -> None:
    assert not meaning(words, permitting(words, permitted)) & ~permitted


@given(words=vocabularies, permitted=uses)
def test_what_can_be_permitted_in_words_is(words: Words, permitted: Use) -> None:
    said = meaning(words, permitting(words, permitted))
    for meant in words.values():
        assert meant & ~permitted or not meant & ~said


@given(words=vocabularies, permitted=uses, prohibited=uses)
def test_no_word_prohibits_what_is_permitted(words: Words, permitted: Use, prohibited: Use) -> None:
    prohibited &= ~permitted
    said = meaning(words, prohibiting(words, prohibited, permitted))
    assert not said & permitted
    for meant in words.values():
        assert meant & permitted or not meant & prohibited & ~said, (
            "a word that could prohibit it was left out"
        )


def test_the_widest_word_comes_alone() -> None:
    assert permitting(RSL, Use.TRAIN | Use.TRAIN_GENERATIVE | Use.AUGMENT | Use.INDEX) == ("ai-all",)
    assert permitting(ODRL, Use.TRAIN | Use.TRAIN_GENERATIVE | Use.INDEX) == ("ai-training", "index")


def test_half_a_word_is_not_permitted_but_is_prohibited_whole() -> None:
    """RSL's `ai-train` covers all training: to permit a half of it, there is no word."""
    assert permitting(RSL, Use.TRAIN) == ()
    assert prohibiting(RSL, Use.TRAIN, Use.SEARCH) == ("ai-train",)
    assert prohibiting(RSL, Use.TRAIN, Use.TRAIN_GENERATIVE) == ()


def test_cawg_training_is_not_generative() -> None:
    assert CAWG["cawg.ai_training"] == Use.TRAIN
