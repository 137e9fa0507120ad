"""Licet's own terms documents hold the words of an offer; what the offer says is announced as lost."""

import pytest
from hypothesis import given

from licet.documents import TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.licet import FORMAT
from licet.rights.terms import Terms, members
from licet.rights.uses import Use
from tests.unit.strategies import documents, terms


@given(documents())
def test_documents_come_back(document: TermsDocument) -> None:
    exported = FORMAT.write([Terms(document)])
    assert exported.data == document.to_bytes()
    assert not exported.losses
    assert FORMAT.sniff(exported.data)
    assert FORMAT.parse(exported.data).terms == (Terms(document),)


@given(terms())
def test_all_that_the_offer_says_is_lost_for_a_reason(said: Terms) -> None:
    losses = FORMAT.write([said]).losses
    assert {loss.member for loss in losses} == set(members(said)) - set(members(Terms(said.document)))
    assert all(
        "say it, not its words" in loss.reason or "says it, not its words" in loss.reason for loss in losses
    )


def test_one_document_holds_the_words_of_one_offer() -> None:
    said = Terms(TermsDocument("", Use.MINE, ""))
    with pytest.raises(InputError, match="write them one by one"):
        FORMAT.write([said, said])


def test_other_documents_are_refused() -> None:
    for data in (b"", b"{}", b'{"type":"licet/offer/1"}', b"\xff"):
        assert not FORMAT.sniff(data)
    for data in (b"", b"{}", b'{"type":"licet/offer/1"}', b'{"type": "licet/terms/1"}', b"\xff"):
        with pytest.raises(DocumentInvalid):
            FORMAT.parse(data)


def test_a_document_written_by_hand() -> None:
    """In any layout and order, with sets of uses by name; what is published is canonical all the same."""
    data = b"""
    {
        "type": "licet/terms/1", "title": "T", "text": "", "territories": ["FR", "DE"],
        "uses": ["ai-training"], "prohibited": ["search"]
    }
    """
    assert FORMAT.sniff(data)
    (terms,) = FORMAT.parse(data).terms
    document = terms.document
    assert (document.uses, document.prohibited) == (Use.TRAIN | Use.TRAIN_GENERATIVE, Use.SEARCH)
    assert document.territories == ("DE", "FR")
    with pytest.raises(DocumentInvalid, match="canonical"):
        TermsDocument.from_bytes(data)
    assert TermsDocument.from_bytes(document.to_bytes()) == document
