"""The law of formats: what holds of each, whatever the terms; and what none may choke on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.errors import DocumentInvalid, InputError
from licet.rights.formats.base import MAX_BYTES, Exported, Format
from licet.rights.formats.registry import detect
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms, differences, members
from licet.rights.uses import SETS
from tests.unit import strategies

REFUSALS: Mapping[str, str] = {
    "aipref": "AI preferences have no word for these terms",
    "aipref-robots": "AI preferences have no word|is no path|of that host alone",
    "cawg": "speaks of nothing else",
    "rsl": "cannot permit .* alone",
    "schema-org": "write the offer instead",
    "tdmpolicy": "offers mining as a whole|by one licensor",
    "tdmrep": "is no path|of that host alone|would be hidden by",
}
"""By a format's name, for which reasons it may refuse to write terms; a format that is not here never may."""

# JSON that no reader may take, nor choke on.
HOSTILE_JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b'{"a": "\xff"}',
    "one key twice": b'{"label": "cawg.training-mining", "label": "cawg.training-mining", "data": {}}',
    "half a character": b'{"label": "\\ud800"}',
    "half a character in a list": b'["\\udfff"]',
    "a huge number": b'{"a": 1' + b"0" * 100_000 + b"}",
    "a huge exponent": b'{"a": 1e999999999999999999999}',
    "a large exponent": b'{"a": 1e999999}',
    "no number": b'{"a": NaN}',
    "deep nesting": b"[" * 1_000_000 + b"]" * 1_000_000,
    "a list": b"[]",
    "a word": b'"word"',
    "too much": b'{"a": "' + b"x" * (100 << 20) + b'"}',
}


paths = st.from_regex(r"/[a-z0-9/]{0,8}", fullmatch=True)
"""Paths of a host."""


@st.composite
def plain(draw: st.DrawFn, targets: st.SearchStrategy[str] = paths) -> Terms:
    """Terms with uses, targets and perhaps a price, and nothing that limits them otherwise."""
    permitted, other = draw(strategies.uses | st.just(SETS["data-mining"])), draw(strategies.uses)
    document = TermsDocument("", permitted, "", prohibited=other & ~permitted)
    payment = draw(st.sampled_from([None, Payment(Kind.FREE), Payment(Kind.SALE, 500, "EUR", 2)]))
    return Terms(document, targets=draw(strategies.sets_of(targets, 2)), payment=payment)


def terms_about(targets: st.SearchStrategy[str]) -> st.SearchStrategy[Terms]:
    """Terms of every kind, about such targets."""
    return st.builds(
        lambda each, about: replace(each, targets=about), strategies.terms(), strategies.sets_of(targets, 2)
    )


def any_terms() -> st.SearchStrategy[Terms]:
    """Terms of every kind, and those that formats of few words can say."""
    return st.one_of(strategies.terms(), terms_about(paths), plain(), plain(strategies.urls))


def check(form: Format, terms: Sequence[Terms]) -> Exported | None:
    """The law: written terms come back but for what was announced, with a reason; no more is permitted.

    And what was read is written, and read again, without change. None where the format refuses the terms, for
    a reason that it may.
    """
    exported = _written(form, terms)
    if exported is None:
        return None
    for loss in exported.losses:
        first = loss.member.partition(".")[0]
        assert loss.reason in (form.reasons.get(loss.member), form.reasons.get(first)), loss
    announced = {(loss.index, loss.member) for loss in exported.losses}
    if form.read is None:
        assert not form.sniff(exported.data)
        said = {(index, name) for index, each in enumerate(terms) for name in members(each)}
        assert announced == {
            (index, name) for index, name in said if not {name, name.partition(".")[0]} & form.says
        }
        return exported
    assert detect(exported.data) is form
    read = form.parse(exported.data).terms
    spread = laid(form, terms)
    lost = set()
    for (index, each), back in zip(spread, read, strict=True):
        assert not back.document.uses & ~each.document.uses, "more is permitted than was"
        lost |= {(index, name) for name in differences(each, back)}
    assert announced == lost
    again = _written(form, read)
    if again is not None:
        assert form.write(form.parse(again.data).terms).data == again.data
    return exported


def laid(form: Format, terms: Sequence[Terms]) -> list[tuple[int, Terms]]:
    """The terms as the format lays them out: one for each target where its entries have one, indexed."""
    if not form.by_target:
        return list(enumerate(terms))
    spread = [(n, replace(each, targets=about)) for n, each in enumerate(terms) for about in _targets(each)]
    order = [each.targets for _, each in spread]
    return sorted(spread, key=lambda item: order.index(item[1].targets))


def _targets(terms: Terms) -> list[tuple[str, ...]]:
    return [(target,) for target in terms.targets] or [()]


def _written(form: Format, terms: Sequence[Terms]) -> Exported | None:
    try:
        return form.write(terms)
    except InputError as error:
        if re.search(REFUSALS.get(form.name, r"\Z."), str(error)):
            return None
        raise


def check_refused(form: Format, data: bytes) -> None:
    """A hostile document is refused in one line, and sniffing at it raises nothing."""
    form.sniff(data)
    with pytest.raises(DocumentInvalid) as caught:
        form.parse(data)
    assert len(str(caught.value)) < 1000
    assert len(data) <= MAX_BYTES or "bytes" in str(caught.value)
