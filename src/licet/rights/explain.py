"""Terms in plain words: what is licensed, to whom, where, until when, for how much, on what conditions.

In sections for people; in one piece for formats that have a place for words and none for members.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.documents.terms import Relation, TermsDocument
from licet.rights.sentences import Sentences
from licet.rights.terms import Terms


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences on one question."""

    title: str
    sentences: tuple[str, ...]


def explain(terms: Terms, names: Mapping[str, str] | None = None) -> tuple[Section, ...]:
    """Terms in plain words, in sections that are not empty; the same terms always give the same words.

    Args:
        terms: what is agreed.
        names: what is known by a name: accounts, assets, currencies, by their ids. What has a name is shown
            by it, with its id shortened; anything else is shown in full.
    """
    text = Sentences(terms, names or {})
    sections = (
        Section("What", tuple(text.what())),
        Section("Permitted", tuple(text.permitted())),
        Section("Prohibited", tuple(text.prohibited())),
        Section("Who and where", tuple(text.who_and_where())),
        Section("When", tuple(text.when())),
        Section("Price", tuple(text.price())),
        Section("Duties", tuple(text.duties())),
        Section("Conditions", tuple(text.conditions())),
        Section("Warranties", tuple(text.warranties())),
        Section("More", tuple(text.more())),
    )
    return tuple(section for section in sections if section.sentences)


def statement(document: TermsDocument) -> tuple[str, ...]:
    """All that a rights document says besides its title, its own words and who is paid, in sentences."""
    text = Sentences(Terms(document))
    return (
        *text.permitted(),
        *text.prohibited(),
        *text.who_and_where(),
        *text.duties(),
        *text.warranties(),
        *text.links(*Relation),
    )


def conditions(terms: Terms) -> tuple[str, ...]:
    """Whatever a permission depends on, in sentences; none where it is anybody's, at once, for nothing.

    The document's own text comes first: what it asks for, only people can tell.
    """
    text = Sentences(terms)
    return (
        *filter(None, [terms.document.text]),
        *text.licensee(),
        *text.cost(),
        *text.limits_of_sale(),
        *text.who_and_where(),
        *text.duties(),
        *text.obligations(),
        *text.links(Relation.LICENSE, Relation.TERMS),
    )
