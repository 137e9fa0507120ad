"""Every format is found by its name and by its bytes, by nobody else's, and keeps the law of formats."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.errors import DocumentInvalid
from licet.rights.formats import registry
from licet.rights.formats.base import Format
from licet.rights.formats.registry import FORMATS, detect
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from tests.unit.formats import REFUSALS, any_terms, check

READ = sorted(name for name, each in FORMATS.items() if each.read is not None)


def test_formats_stand_in_the_order_of_the_alphabet_under_their_names() -> None:
    assert list(FORMATS) == sorted(FORMATS)
    assert all(each.name == name for name, each in FORMATS.items())


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@given(data=st.data())
def test_the_law_of_formats(form: Format, data: st.DataObject) -> None:
    check(form, data.draw(st.lists(any_terms(), min_size=1, max_size=1 if form.single else 2)))


def test_no_format_is_excused_that_is_none() -> None:
    assert set(REFUSALS) <= set(FORMATS)


@pytest.mark.parametrize("name", READ)
def test_a_document_in_a_document_is_not_taken_for_it(name: str) -> None:
    free = Terms(TermsDocument("", Use(sum(Use)), ""), payment=Payment(Kind.FREE))
    for other in FORMATS.values():
        text = other.export([free]).decode("utf-8", "replace")
        outer = replace(free, document=replace(free.document, text=text))
        assert detect(FORMATS[name].export([outer])).name == name


@given(st.binary())
def test_whatever_looks_like_nothing_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentInvalid, match="looks like no format that is read"):
        detect(data)


def test_what_looks_like_several_is_not_chosen_between(monkeypatch: pytest.MonkeyPatch) -> None:
    odrl = FORMATS["odrl"]
    monkeypatch.setattr(registry, "FORMATS", {"odrl": odrl, "twin": odrl})
    with pytest.raises(DocumentInvalid, match=r"several formats \(odrl, odrl\)"):
        detect(odrl.export([Terms(TermsDocument("", Use.MINE, ""))]))
