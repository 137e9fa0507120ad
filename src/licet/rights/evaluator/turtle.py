"""Turtle (RDF 1.1), read in one pass: time and memory grow with the document and with nothing in it."""

import re
from collections.abc import Callable
from typing import Final, NoReturn
from urllib.parse import urljoin

from licet.errors import DocumentInvalid
from licet.rights.evaluator.graph import LANG_STRING, STRING, TYPE, Graph, Literal, Term
from licet.rights.odrl_words import RDF, XSD
from licet.rights.syntax.strict_json import check_text
from licet.types import shown

_MAX_DEPTH: Final = 64
_LOCAL: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_NAME: Final = rf"(?:[\w\-·:]++|\.++(?=[\w\-·:%\\])|{_LOCAL})++"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>(?:[ \t\r\n]++|\#[^\r\n]*+)++)
  | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]++|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>)
  | (?P<long>\"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+''')
  | (?P<string>"(?:[^"\\\r\n]++|\\.)*+"|'(?:[^'\\\r\n]++|\\.)*+')
  | (?P<directive>@prefix\b|@base\b|(?i:prefix|base)(?=[ \t\r\n<]))
  | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
  | (?P<double>[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+-]?[0-9]++)
  | (?P<decimal>[+-]?[0-9]*+\.[0-9]++)
  | (?P<integer>[+-]?[0-9]++)
  | (?P<blank>_:\w(?:[\w\-·]++|\.++(?=[\w\-·]))*+)
  | (?P<name>(?:[^\W\d_](?:[\w\-·]++|\.++(?=[\w\-·]))*+)?:(?:{_NAME})?)
  | (?P<word>(?:a|true|false)(?![\w:\-]))
  | (?P<mark>\^\^|[.;,\[\]()])
    """,
    re.VERBOSE | re.DOTALL,
)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:", re.ASCII)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CHARACTERS: Final = dict(zip("tbnrf\"'\\", "\t\b\n\r\f\"'\\", strict=True))
_END: Final = ("end", "")


def read_turtle(text: str, graph: Graph, name: str) -> None:
    """Reads a document into a graph; its blank nodes become `_:name1` and so on.

    Raises:
        DocumentInvalid: it is not Turtle, is nested too deeply, or says too much.
    """
    _Reader(text, graph, name).document()


class _Reader:
    """The text from the next token on."""

    def __init__(self, text: str, graph: Graph, name: str) -> None:
        self._text: Final = text
        self._graph: Final = graph
        self._name: Final = name
        self._base = graph.base
        self._prefixes: Final[dict[str, str]] = {}
        self._blanks: Final[dict[str, str]] = {}
        self._made = 0
        self._depth = 0
        self._at = self._after = 0
        self._kind, self._token = _END
        self._advance()

    def document(self) -> None:
        while self._kind != "end":
            if self._kind == "directive":
                self._directive()
            else:
                self._triples()
                self._expect(".")

    def _advance(self) -> None:
        """Moves on by one token."""
        while True:
            self._at = self._after
            if self._at == len(self._text):
                self._kind, self._token = _END
                return
            match = _TOKEN.match(self._text, self._at)
            if match is None:
                self._fail("nothing in Turtle begins so")
            self._kind, self._token = str(match.lastgroup), match[0]
            self._after = match.end()
            if self._kind != "space":
                return

    def _take(self) -> str:
        token = self._token
        self._advance()
        return token

    def _is(self, mark: str) -> bool:
        return self._kind == "mark" and self._token == mark

    def _expect(self, mark: str) -> None:
        if not self._is(mark):
            self._fail(f"`{mark}` is missing")
        self._advance()

    def _fail(self, why: str) -> NoReturn:
        line = self._text.count("\n", 0, self._at) + 1
        found = shown(self._text[self._at : self._at + 30]) if self._at < len(self._text) else "the end"
        raise DocumentInvalid(f"the document is not Turtle: line {line}, at {found}: {why}")

    def _directive(self) -> None:
        word = self._take()
        if word.lower().endswith("prefix"):
            prefix = self._token
            if self._kind != "name" or not prefix.endswith(":"):
                self._fail("a prefix such as `ex:` belongs here")
            self._advance()
            self._prefixes[prefix] = self._iri_reference()
        else:
            self._base = self._iri_reference()
        if word.startswith("@"):
            self._expect(".")

    def _triples(self) -> None:
        if self._is("["):
            subject = self._properties()
            if self._is("."):
                return
        elif self._is("("):
            subject = self._collection()
        else:
            subject = self._node()
        self._predicates(subject)

    def _predicates(self, subject: str) -> None:
        while True:
            if self._kind == "word" and self._token == "a":
                self._advance()
                predicate = TYPE
            elif self._kind in ("iri", "name"):
                predicate = self._node()
            else:
                self._fail("a property belongs here")
            self._graph.add(subject, predicate, self._object())
            while self._is(","):
                self._advance()
                self._graph.add(subject, predicate, self._object())
            if not self._is(";"):
                return
            while self._is(";"):
                self._advance()
            if self._is(".") or self._is("]"):
                return

    def _object(self) -> Term:
        if self._is("["):
            return self._properties()
        if self._is("("):
            return self._collection()
        if self._kind in ("string", "long"):
            return self._literal()
        if self._kind in ("integer", "decimal", "double"):
            datatype = XSD + self._kind
            return Literal(self._take(), datatype)
        if self._kind == "word" and self._token != "a":
            return Literal(self._take(), XSD + "boolean")
        return self._node()

    def _properties(self) -> str:
        def inside() -> str:
            node = self._fresh()
            if not self._is("]"):
                self._predicates(node)
            return node

        return self._nested("]", inside)

    def _collection(self) -> str:
        def inside() -> str:
            items: list[Term] = []
            while not self._is(")"):
                items.append(self._object())
            head = RDF + "nil"
            for item in reversed(items):
                cell = self._fresh()
                self._graph.add(cell, RDF + "first", item)
                self._graph.add(cell, RDF + "rest", head)
                head = cell
            return head

        return self._nested(")", inside)

    def _nested(self, end: str, inside: Callable[[], str]) -> str:
        if self._depth == _MAX_DEPTH:
            raise DocumentInvalid(f"the document is nested deeper than {_MAX_DEPTH} levels")
        self._depth += 1
        self._advance()
        node = inside()
        self._expect(end)
        self._depth -= 1
        return node

    def _fresh(self) -> str:
        self._made += 1
        return f"_:{self._name}{self._made}"

    def _node(self) -> str:
        if self._kind == "iri":
            return self._iri_reference()
        if self._kind == "blank":
            label = self._take()
            return self._blanks.get(label) or self._blanks.setdefault(label, self._fresh())
        if self._kind != "name":
            self._fail("an IRI or a name such as `ex:name` belongs here")
        prefix, _, local = self._token.partition(":")
        if prefix + ":" not in self._prefixes:
            self._fail(f"the prefix `{prefix}:` is not declared")
        self._advance()
        return self._prefixes[prefix + ":"] + re.sub(r"\\(.)", r"\1", local)

    def _iri_reference(self) -> str:
        if self._kind != "iri":
            self._fail("an IRI in < > belongs here")
        reference = self._unescaped(self._token[1:-1])
        self._advance()
        return absolute(self._base, reference)

    def _literal(self) -> Literal:
        quotes = 3 if self._kind == "long" else 1
        text = self._unescaped(self._token[quotes:-quotes])
        self._advance()
        if self._kind == "language":
            return Literal(text, LANG_STRING, self._take()[1:].lower())
        if self._is("^^"):
            self._advance()
            return Literal(text, self._node())
        return Literal(text, STRING)

    def _unescaped(self, text: str) -> str:
        if "\\" not in text:
            return text
        found = _ESCAPE.sub(self._character, text)
        check_text(found)
        return found

    def _character(self, match: re.Match[str]) -> str:
        if match[3] is not None:
            if match[3] not in _CHARACTERS:
                self._fail(f"`\\{match[3]}` stands for no character")
            return _CHARACTERS[match[3]]
        code = int(match[1] or match[2], 16)
        if code > 0x10FFFF:
            self._fail("an escape stands for no character")
        return chr(code)


def absolute(base: str, reference: str) -> str:
    """A reference resolved against a base; one that has a scheme stays as it is.

    Raises:
        DocumentInvalid: it cannot be resolved.
    """
    if _SCHEME.match(reference):
        return reference
    try:
        # `urljoin` loses a fragment that is empty, which prefixes such as `<#>` have.
        return urljoin(base, reference) + ("#" if reference.endswith("#") else "")
    except ValueError as error:
        raise DocumentInvalid(f"{shown(reference)} is not an IRI") from error
