"""RSL documents that name a license server, and the licenses that its clients ask for."""

import pytest

from licet.documents.terms import TermsDocument
from licet.errors import DocumentInvalid
from licet.rights.formats.rsl import writing as rsl
from licet.rights.formats.rsl.schema import valid_rsl
from licet.rights.formats.rsl.serving import license_asked, with_server
from licet.rights.terms import Terms
from licet.rights.uses import Use

SERVER = "https://site.example/olp"
TALES, OTHERS = "https://site.example/tales/", "https://site.example/"


def document() -> bytes:
    train, index = TermsDocument("", Use.TRAIN | Use.TRAIN_GENERATIVE, ""), TermsDocument("", Use.INDEX, "")
    return rsl.write([Terms(train, targets=(TALES,)), Terms(index, targets=(OTHERS,))])


def test_what_is_served_elsewhere_says_where() -> None:
    written = with_server(document(), SERVER, {TALES})
    contents = list(valid_rsl(written).element)
    assert {each.get("url"): each.get("server") for each in contents} == {TALES: SERVER, OTHERS: None}
    assert with_server(document(), SERVER, set()).split() == document().split()


def test_a_license_that_is_asked_for() -> None:
    for element in (
        b"<license><permits type='usage'>ai-train</permits></license>",
        b"<license xmlns='https://rslstandard.org/rsl'><permits type='usage'>ai-train</permits></license>",
        b"<r:license xmlns:r='https://rslstandard.org/rsl'>"
        b"<r:permits type='usage'>ai-train</r:permits></r:license>",
    ):
        assert license_asked(element).document.uses == Use.TRAIN | Use.TRAIN_GENERATIVE


@pytest.mark.parametrize(
    "element",
    [
        b"",
        b"license",
        b"<license>",
        b"<rsl/>",
        b"<license/><license/>",
        b"<license/></content><content url='/x'><license/>",
        b"</content></rsl>",
        b"<license><permits type='usage'>everything</permits></license>",
        b"<?xml version='1.0'?><license/>",
        b"<license>" + b" " * 20_000 + b"</license>",
        b"\xff",
    ],
)
def test_what_is_none(element: bytes) -> None:
    with pytest.raises(DocumentInvalid):
        license_asked(element)
