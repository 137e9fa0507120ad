"""Terms in plain words: what is licensed, to whom, where, until when, for how much, on what conditions.

In sections for people; in one piece for formats that have a place for words and none for members.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from licet.documents.terms import Relation, TermsDocument
from licet.rights.phrases import ENGLISH, PhraseBook
from licet.rights.sentences import Sentences
from licet.rights.terms import Terms


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences on one question."""

    title: str
    sentences: tuple[str, ...]


def explain(
    terms: Terms, names: Mapping[str, str] | None = None, book: PhraseBook = ENGLISH
) -> tuple[Section, ...]:
    """Terms in plain words, in sections that are not empty; the same terms always give the same words.

    Args:
        terms: what is agreed.
        names: what is known by a name: accounts, assets, currencies, by their ids. What has a name is shown
            by it, with its id shortened; anything else is shown in full.
        book: the phrases of the language.
    """
    text = Sentences(terms, names or {}, book)
    sections = (
        Section(book.sections["what"], tuple(text.what())),
        Section(book.sections["permitted"], tuple(text.permitted())),
        Section(book.sections["prohibited"], tuple(text.prohibited())),
        Section(book.sections["who_and_where"], tuple(text.who_and_where())),
        Section(book.sections["when"], tuple(text.when())),
        Section(book.sections["price"], tuple(text.price())),
        Section(book.sections["duties"], tuple(text.duties())),
        Section(book.sections["conditions"], tuple(text.conditions())),
        Section(book.sections["warranties"], tuple(text.warranties())),
        Section(book.sections["more"], tuple(text.more())),
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
