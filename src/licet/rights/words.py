"""Terms as short plain sentences, for formats that have a place for words and none for members."""

from collections.abc import Iterator
from typing import Final

from licet.documents.terms import Disclaimer, Relation, TermsDocument, Warranty
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.syntax.xsd import moment
from licet.rights.terms import Payment, Terms
from licet.rights.uses import use_names

_WARRANTIES: Final = {
    Warranty.OWNERSHIP: "that it owns the rights",
    Warranty.AUTHORITY: "that it may license them",
    Warranty.NO_INFRINGEMENT: "that nobody's rights are infringed",
    Warranty.PRIVACY_CONSENT: "that the persons concerned consent",
    Warranty.NO_MALWARE: "that there is no malware",
}
_DISCLAIMERS: Final = {
    Disclaimer.AS_IS: "Provided as it is.",
    Disclaimer.NO_WARRANTY: "Without warranty.",
    Disclaimer.NO_LIABILITY: "Without liability.",
    Disclaimer.NO_INDEMNITY: "Without indemnity.",
}
_SPANS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def statement(document: TermsDocument) -> tuple[str, ...]:
    """All that a rights document says besides its title and its own words, one sentence each."""
    return tuple(_statement(document))


def conditions(terms: Terms) -> tuple[str, ...]:
    """Whatever a permission depends on, one sentence each; none where it is anybody's, at once, for nothing.

    The document's own text comes first: what it asks for, only people can tell.
    """
    return tuple(_conditions(terms))


def _statement(document: TermsDocument) -> Iterator[str]:
    permitted, prohibited = use_names(document.uses), use_names(document.prohibited)
    yield f"Permitted: {', '.join(permitted)}." if permitted else "Nothing is permitted."
    if prohibited:
        yield f"Prohibited: {', '.join(prohibited)}."
    yield from _limits(document)
    if document.warranties:
        yield f"The licensor warrants {', '.join(_WARRANTIES[each] for each in document.warranties)}."
    yield from (_DISCLAIMERS[each] for each in document.disclaimers)
    yield from (f"{link.relation.capitalize()}: {link.href}" for link in document.links)


def _conditions(terms: Terms) -> Iterator[str]:
    document = terms.document
    if document.text:
        yield document.text
    if terms.licensee:
        yield f"Licensed to {terms.licensee} alone."
    if terms.until:
        yield f"The license ends at {moment(terms.until)}."
    if terms.payment is not None and terms.payment.kind != Kind.FREE:
        yield _price(terms.payment)
    yield from _sale(terms)
    yield from _limits(document)
    yield from _duties(terms.conditions)
    for link in document.links:
        if link.relation in (Relation.LICENSE, Relation.TERMS):
            yield f"{link.relation.capitalize()}: {link.href}"


def _sale(terms: Terms) -> Iterator[str]:
    if terms.start:
        yield f"Licenses are sold from {moment(terms.start)}."
    if terms.end:
        yield f"Licenses are sold until {moment(terms.end)}."
    if terms.duration:
        yield f"A license runs for {span(terms.duration)}."
    if terms.supply:
        yield f"{terms.supply} licenses are sold at most."
    if terms.exclusive:
        yield "No other license is sold while one runs."


def _limits(document: TermsDocument) -> Iterator[str]:
    if document.territories:
        yield f"Only in {', '.join(document.territories)}."
    if document.excluded_territories:
        yield f"Not in {', '.join(document.excluded_territories)}."
    if document.users:
        yield f"Only for users of these classes: {', '.join(document.users)}."
    if document.excluded_users:
        yield f"Not for users of these classes: {', '.join(document.excluded_users)}."
    if document.models:
        yield f"Only for these models: {', '.join(document.models)}."
    if document.retention:
        yield f"Copies may be kept for {span(document.retention)}."
    if document.attribution:
        yield f"Credit: {document.attribution}"


def _duties(terms: Conditions) -> Iterator[str]:
    if terms.royalty_bps:
        yield f"A derivative gives {terms.royalty_bps} basis points of its income to the payee."
    if terms.revenue_ceiling:
        yield f"A derivative is sold until it received {terms.revenue_ceiling} units of the currency."
    if terms.approval:
        yield "A derivative needs the licensor's approval."
    if terms.reciprocal:
        yield "A derivative is licensed on the same terms or not at all."
    if terms.revocable:
        yield "A ruling may revoke the license."
    if terms.report_within:
        yield f"Use must be reported every {span(terms.report_within)}."
    if terms.unit_cap:
        yield f"{terms.unit_cap} units may be used at most."


def _price(payment: Payment) -> str:
    each = {
        Kind.SALE: "a license",
        Kind.SUBSCRIPTION: "a license, for each term",
        Kind.METERED: f"each {payment.unit or 'unit'}",
    }
    return f"{payment.text()} {payment.currency} for {each[payment.kind]}."


def span(seconds: int) -> str:
    """A length of time, in the largest unit that it is whole in."""
    size, noun = next(entry for entry in _SPANS if seconds % entry[0] == 0)
    count = seconds // size
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
