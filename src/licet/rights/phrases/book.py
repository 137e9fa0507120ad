"""`PhraseBook`: the sentences of one language, and how it writes numbers, times and lists."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from licet.documents.terms import Disclaimer, Relation, User, Warranty
from licet.rights.offer import Kind
from licet.rights.uses import Use


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """The phrases of one language.

    Attributes:
        uses: each use, in words that follow "may".
        users: each class of users.
        warranties: each warranty, in words that follow "warrants".
        disclaimers: each disclaimer, as a sentence.
        links: what each kind of link leads to.
        paid: when a price is paid, by the kind of license.
        sections: the titles of sections, by their names.
        sentences: all other sentences, by what they are about; `{name}` stands for a fact.
        span: a length of time in seconds, at its full length.
        moment: a unix time in UTC.
        counted: a count of a thing, one of `license`, `unit`.
        both: parts, at least one, all of which hold.
        either: the same, any of which.
        series: words of somebody else's one after another.
        quoted: somebody's own words.
        named: something by its name, with its shortened id.
    """

    uses: Mapping[Use, str]
    users: Mapping[User, str]
    warranties: Mapping[Warranty, str]
    disclaimers: Mapping[Disclaimer, str]
    links: Mapping[Relation, str]
    paid: Mapping[Kind, str]
    sections: Mapping[str, str]
    sentences: Mapping[str, str]
    span: Callable[[int], str]
    moment: Callable[[int], str]
    counted: Callable[[int, str], str]
    both: Callable[[Iterable[str]], str]
    either: Callable[[Iterable[str]], str]
    series: Callable[[Iterable[str]], str]
    quoted: Callable[[str], str]
    named: Callable[[str, str], str]

    def say(self, key: str, **facts: object) -> str:
        """A sentence.

        Raises:
            KeyError: there is none of this key, or a fact is missing.
        """
        return self.sentences[key].format(**facts)
