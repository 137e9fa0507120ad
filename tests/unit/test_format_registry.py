"""Every format is found by its name and by its bytes, and by nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.errors import DocumentInvalid
from licet.rights.formats import registry
from licet.rights.formats.registry import FORMATS, detect
from licet.rights.terms import Terms
from licet.rights.uses import Use
from tests.unit.strategies import documents, terms

READ = sorted(name for name, each in FORMATS.items() if each.read is not None)


def test_formats_stand_in_the_order_of_the_alphabet_under_their_names() -> None:
    assert list(FORMATS) == sorted(FORMATS)
    assert all(each.name == name for name, each in FORMATS.items())


@given(documents(), st.sampled_from(READ))
def test_what_a_format_writes_is_found_to_be_of_it(document: TermsDocument, name: str) -> None:
    assert detect(FORMATS[name].export([Terms(document)])).name == name


@pytest.mark.parametrize("name", READ)
def test_a_document_in_a_document_is_not_taken_for_it(name: str) -> None:
    inner = TermsDocument("", Use.MINE, "")
    for other in FORMATS.values():
        text = other.export([Terms(inner)]).decode("utf-8", "replace")
        outer = Terms(TermsDocument("", Use.MINE, text))
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


@given(terms())
def test_no_format_permits_beyond_the_terms(said: Terms) -> None:
    """Whatever is written and read again by any format permits no use that was not."""
    for each in FORMATS.values():
        if each.read is not None:
            (back,) = each.read(each.export([said])).terms
            assert not back.document.uses & ~said.document.uses, each.name
