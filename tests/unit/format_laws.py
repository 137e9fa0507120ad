"""What holds of every format, whatever the terms."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from licet.documents import TermsDocument
from licet.errors import InputError
from licet.rights.formats.base import Exported, Format
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms, differences
from licet.rights.uses import Use
from tests.unit import strategies

paths = st.from_regex(r"/[a-z0-9/]{0,8}", fullmatch=True)
"""Paths of a host."""


@st.composite
def plain(draw: st.DrawFn, targets: st.SearchStrategy[str] = paths) -> Terms:
    """Terms with uses, targets and perhaps a price, and nothing that limits them otherwise."""
    permitted, other = draw(strategies.uses), draw(strategies.uses)
    prohibited = other & ~permitted
    permitted = permitted if permitted | prohibited else Use.SEARCH
    document = TermsDocument("", permitted, "", prohibited=prohibited)
    payment = draw(st.sampled_from([None, Payment(Kind.FREE), Payment(Kind.SALE, 500, "EUR", 2)]))
    return Terms(document, targets=draw(strategies.sets_of(targets, 2)), payment=payment)


def terms_about(targets: st.SearchStrategy[str]) -> st.SearchStrategy[Terms]:
    """Terms of every kind, about such targets."""
    return st.builds(
        lambda each, about: replace(each, targets=about), strategies.terms(), strategies.sets_of(targets, 2)
    )


def laid(form: Format, terms: Sequence[Terms]) -> list[tuple[int, Terms]]:
    """The terms as the format lays them out: one for each target where its entries have one, indexed."""
    if not form.by_target:
        return list(enumerate(terms))
    spread = [(n, replace(each, targets=about)) for n, each in enumerate(terms) for about in _targets(each)]
    order = [each.targets for _, each in spread]
    return sorted(spread, key=lambda item: order.index(item[1].targets))


def check(form: Format, terms: Sequence[Terms]) -> Exported | None:
    """Writes and reads terms: nothing is permitted beyond them, each difference is announced, with a reason.

    None where the format has no way to write them.
    """
    try:
        exported = form.write(terms)
    except InputError:
        return None
    assert form.sniff(exported.data)
    read = form.parse(exported.data)
    said = laid(form, terms)
    assert len(read.terms) == len(said)
    announced = {(loss.index, loss.member) for loss in exported.losses}
    known = set(form.reasons.values())
    assert all(loss.reason in known for loss in exported.losses), "a loss without a reason of its own"
    for (index, each), back in zip(said, read.terms, strict=True):
        assert not back.document.uses & ~each.document.uses, "more is permitted than was"
        assert differences(each, back) <= {member for at, member in announced if at == index}
    assert form.write(read.terms).data == form.write(form.parse(form.write(read.terms).data).terms).data
    return exported


def _targets(terms: Terms) -> list[tuple[str, ...]]:
    return [(target,) for target in terms.targets] or [()]
