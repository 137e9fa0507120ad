"""docs/vocabulary.md says what the code says."""

from pathlib import Path
from types import ModuleType

import pytest

from licet.rights.formats.odrl.profile import PROFILE
from licet.rights.formats.registry import FORMATS
from licet.rights.uses import LEAVES, Use
from licet.rights.vocabulary import VOCABULARIES
from tests.unit.scripts import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "vocabulary.md"


@pytest.fixture(scope="module")
def vocabulary() -> ModuleType:
    return load("scripts/vocabulary.py")


def test_the_tables_are_what_the_code_says(vocabulary: ModuleType) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == vocabulary.rendered(page), "run python scripts/vocabulary.py"


def test_a_page_without_marks_is_refused(vocabulary: ModuleType) -> None:
    with pytest.raises(ValueError, match="lacks the marks of its uses"):
        vocabulary.rendered("# Words\n")


def test_every_use_word_format_and_word_of_the_profile_has_its_row(vocabulary: ModuleType) -> None:
    assert [line.split("**")[1] for line in vocabulary.uses_table().splitlines()[2:]] == list(LEAVES)
    assert vocabulary.words_table().count("\n") == 2 + sum(len(words) for words in VOCABULARIES.values())
    assert vocabulary.formats_table().count("\n") == 2 + len(FORMATS)
    assert vocabulary.profile_table().count("\n") == 2 + sum(len(words) for words in PROFILE.values())
    assert all(f"| `{name}` |" in vocabulary.losses_table() for name in FORMATS)


def test_every_use_has_a_word_somewhere() -> None:
    named = Use(0)
    for words in VOCABULARIES.values():
        for word, meant in words.items():
            named |= meant if word != "use" else Use(0)
    assert named == Use(sum(Use))
