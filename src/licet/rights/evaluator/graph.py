"""RDF as the evaluator keeps it: triples of plain strings and literals, whatever they were written in.

Literals stay as they were written. A general RDF library turns each into a value when it reads it, so that
one literal can expand to a gigabyte of digits, or have its XML parsed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.odrl_words import RDF, XSD, words
from licet.rights.syntax.strict_json import check_text
from licet.types import shown

STRING: Final = XSD + "string"
LANG_STRING: Final = RDF + "langString"
TYPE: Final = RDF + "type"

MAX_TRIPLES: Final = 100_000
_MAX_NUMBER: Final = 64
_MAX_EXPONENT: Final = 999
_MAX_LIST: Final = 10_000

NUMERIC: Final = frozenset(
    XSD + name
    for name in words(
        "integer decimal double float byte short int long unsignedByte unsignedShort unsignedInt "
        "unsignedLong nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger"
    )
)
_EXPONENT: Final = re.compile(r"[eE][+-]?0*([0-9]*)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Literal:
    """A literal as it was written.

    Attributes:
        lexical: its text.
        datatype: its datatype's IRI.
        language: its language tag in lower case; empty for none.
    """

    lexical: str
    datatype: str = STRING
    language: str = ""

    def __post_init__(self) -> None:
        if self.datatype in NUMERIC and is_huge(self.lexical):
            raise DocumentInvalid(f"the number {shown(self.lexical)} is too large to be meant")
        check_text(self.lexical)


Term = str | Literal
"""An IRI, a blank node (`_:…`) or a literal."""


class Graph:
    """Triples, each once, in the order in which they came.

    Attributes:
        base: what relative IRIs of the document were resolved against.
    """

    __slots__ = ("_count", "_objects", "_subjects", "base")

    def __init__(self, base: str = "") -> None:
        self.base = base
        self._count = 0
        self._objects: dict[str, dict[str, dict[Term, None]]] = {}
        self._subjects: dict[tuple[str, Term], dict[str, None]] = {}

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[str, str, Term]]:
        for subject, predicates in self._objects.items():
            for predicate, objects in predicates.items():
                yield from ((subject, predicate, value) for value in objects)

    def add(self, subject: str, predicate: str, value: Term) -> None:
        """Adds a triple, unless it is there.

        Raises:
            DocumentInvalid: there are too many.
        """
        objects = self._objects.setdefault(subject, {}).setdefault(predicate, {})
        if value in objects:
            return
        if self._count >= MAX_TRIPLES:
            raise DocumentInvalid(
                f"the document says more than {MAX_TRIPLES:,} things: give only what is needed"
            )
        objects[value] = None
        self._subjects.setdefault((predicate, value), {})[subject] = None
        self._count += 1

    def objects(self, subject: str, *predicates: str) -> tuple[Term, ...]:
        """What is said of a subject by these predicates."""
        found = self._objects.get(subject, {})
        return tuple(value for predicate in predicates for value in found.get(predicate, ()))

    def nodes(self, subject: str, *predicates: str) -> tuple[str, ...]:
        """The same, without literals."""
        return tuple(value for value in self.objects(subject, *predicates) if isinstance(value, str))

    def members(self, subject: str, *predicates: str) -> tuple[Term, ...]:
        """The same, with RDF lists as their members.

        Raises:
            DocumentInvalid: a list is broken, endless or too long.
        """
        return tuple(one for value in self.objects(subject, *predicates) for one in self._unlisted(value))

    def about(self, subject: str) -> Iterator[tuple[str, Term]]:
        """All that is said of a subject, with the property that says it."""
        for predicate, objects in self._objects.get(subject, {}).items():
            yield from ((predicate, value) for value in objects)

    def subjects(self, predicate: str, value: Term) -> tuple[str, ...]:
        """Of what this is said."""
        return tuple(self._subjects.get((predicate, value), ()))

    def _unlisted(self, value: Term) -> Iterable[Term]:
        if value != RDF + "nil" and (isinstance(value, Literal) or not self.objects(value, RDF + "first")):
            return (value,)
        found: list[Term] = []
        while value != RDF + "nil":
            first = self.objects(value, RDF + "first") if isinstance(value, str) else ()
            rest = self.objects(value, RDF + "rest") if isinstance(value, str) else ()
            if len(first) != 1 or len(rest) != 1 or len(found) >= _MAX_LIST:
                raise DocumentInvalid("a list in the document is broken, endless or too long")
            found.append(first[0])
            value = rest[0]
        return found


def is_huge(lexical: str) -> bool:
    """Whether a number is longer, or has a larger exponent, than anything that is measured."""
    exponent = _EXPONENT.search(lexical)
    return len(lexical) > _MAX_NUMBER or bool(exponent and int(exponent[1] or 0) > _MAX_EXPONENT)
