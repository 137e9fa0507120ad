"""JSON-LD, read without ever asking the network, and without what makes its reading expensive."""

import json
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from licet.documents.canonical import is_nested_deeply
from licet.errors import DocumentInvalid
from licet.rights.odrl.context import CONTEXT_URLS, odrl_context
from licet.rights.odrl.graph import (
    LANG_STRING,
    RDF,
    STRING,
    TYPE,
    XSD,
    Graph,
    Literal,
    Term,
    check_text,
    is_huge,
)
from licet.types import shown

_MAX_CONTEXTS: Final = 64
_MAX_DEFINITIONS: Final = 1_000
_MAX_VALUES: Final = 50_000


def read_jsonld(text: str, graph: Graph, name: str) -> None:
    """Reads a document into a graph; its blank nodes become `_:name1` and so on.

    Raises:
        DocumentInvalid: it is not JSON or not JSON-LD, has a key twice, a context that is not at hand,
            contexts inside a context's terms, named graphs, or too much of anything.
    """
    document = _parse(text)
    _check(document)
    _Writer(graph, name).write(_expanded(document, graph.base))


def _parse(text: str) -> Any:
    if is_nested_deeply(text.encode()):
        raise DocumentInvalid("the document is nested too deeply")
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_no_number,
        )
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"the document is not JSON: {error}") from error


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DocumentInvalid(f"the document has an object with the key {shown(twice)} twice")
    return found


def _integer(digits: str) -> int:
    return int(digits) if not is_huge(digits) else _no_number(digits)


def _fraction(digits: str) -> float:
    value = float(digits) if not is_huge(digits) else _no_number(digits)
    return value if abs(value) != float("inf") else _no_number(digits)


def _no_number(digits: str) -> NoReturn:
    raise DocumentInvalid(
        f"the document has the number {shown(digits)}, which is too large to be meant, or none"
    )


def _check(document: Any) -> None:
    """Refuses what would make expansion expensive, or text that is none, before anything is expanded."""
    contexts = definitions = values = 0
    for key, value in _walk(document):
        values += 1
        if key is not None:
            check_text(key)
        if isinstance(value, str):
            check_text(value)
        if key == "@context":
            contexts += 1
            for context in value if isinstance(value, list) else [value]:
                definitions += _definitions(context)
    if values > _MAX_VALUES:
        raise DocumentInvalid(f"the document has {values:,} values: {_MAX_VALUES:,} are the most")
    if contexts > _MAX_CONTEXTS or definitions > _MAX_DEFINITIONS:
        raise DocumentInvalid(
            f"the document has {contexts} contexts with {definitions} terms: "
            f"{_MAX_CONTEXTS} with {_MAX_DEFINITIONS} are the most"
        )


def _walk(document: Any) -> Iterator[tuple[str | None, Any]]:
    waiting: list[tuple[str | None, Any]] = [(None, document)]
    while waiting:
        key, value = waiting.pop()
        yield key, value
        if isinstance(value, dict):
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((None, item) for item in value)


def _definitions(context: Any) -> int:
    if not isinstance(context, dict):
        return 1
    if any("@context" in term for term in context.values() if isinstance(term, dict)):
        raise DocumentInvalid("the document's context has a context inside a term: write it where it is used")
    return len(context)


def _expanded(document: Any, base: str) -> list[Any]:
    from pyld import jsonld  # slow to import, and only for JSON-LD
    from pyld.context_resolver import ContextResolver

    refused: list[str] = []

    def load(url: str, _options: Mapping[str, Any]) -> dict[str, Any]:
        if url not in CONTEXT_URLS:
            refused.append(url)
            raise DocumentInvalid("this context is not at hand")
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": odrl_context(),
        }

    options = {
        "base": base,
        "documentLoader": load,
        "contextResolver": ContextResolver({}, load),  # pyld's own remembers what others have loaded
        "processingMode": "json-ld-1.1",
    }
    try:
        with warnings.catch_warnings():
            # Words that begin with @ and mean nothing are ignored, as JSON-LD says; pyld also warns of them.
            warnings.simplefilter("ignore", SyntaxWarning)
            expanded: list[Any] = jsonld.expand(document, options)
    except (jsonld.JsonLdError, DocumentInvalid, TypeError, ValueError, KeyError, AttributeError) as error:
        if refused:
            raise DocumentInvalid(
                f"the document needs the context {shown(refused[0], 200)}, which is not at hand and never "
                f"fetched: write its terms into the document"
            ) from error
        raise DocumentInvalid(f"the document is not JSON-LD: {_innermost(error)}") from error
    return expanded


def _innermost(error: BaseException) -> str:
    """The reason at the bottom of a chain of errors, as one short text."""
    while (cause := getattr(error, "cause", None)) is not None and isinstance(cause, BaseException):
        error = cause
    return " ".join(str(error.args[0] if error.args else error).split())[:200]


class _Writer:
    """Writes expanded JSON-LD as triples."""

    def __init__(self, graph: Graph, name: str) -> None:
        self._graph: Final = graph
        self._name: Final = name
        self._blanks: Final[dict[str, str]] = {}
        self._made = 0

    def write(self, expanded: list[Any]) -> None:
        for item in expanded:
            self._node(item)

    def _fresh(self) -> str:
        self._made += 1
        return f"_:{self._name}{self._made}"

    def _name_of(self, identifier: str) -> str:
        if not identifier.startswith("_:"):
            return identifier
        return self._blanks.get(identifier) or self._blanks.setdefault(identifier, self._fresh())

    def _node(self, item: Mapping[str, Any]) -> str:
        node = self._name_of(item["@id"]) if "@id" in item else self._fresh()
        for key, values in item.items():
            match key:
                case "@id" | "@index":
                    continue
                case "@type":
                    for kind in values:
                        self._graph.add(node, TYPE, self._name_of(kind))
                case "@reverse":
                    for predicate, sources in values.items():
                        for source in sources:
                            self._graph.add(self._node(source), predicate, node)
                case "@included":
                    self.write(values)
                case "@graph":
                    raise DocumentInvalid(
                        "the document has a named graph: write its content at the top level"
                    )
                case _:
                    for value in values:
                        self._graph.add(node, key, self._term(value))
        return node

    def _term(self, value: Mapping[str, Any]) -> Term:
        if "@value" in value:
            return _literal(value)
        if "@list" in value:
            head = RDF + "nil"
            for item in reversed([self._term(one) for one in value["@list"]]):
                cell = self._fresh()
                self._graph.add(cell, RDF + "first", item)
                self._graph.add(cell, RDF + "rest", head)
                head = cell
            return head
        return self._node(value)


def _literal(value: Mapping[str, Any]) -> Literal:
    content, datatype = value["@value"], value.get("@type")
    if datatype == "@json":
        return Literal(json.dumps(content, sort_keys=True, ensure_ascii=False), RDF + "JSON")
    if language := value.get("@language"):
        return Literal(str(content), LANG_STRING, str(language).lower())
    match content:
        case bool():
            return Literal(str(content).lower(), datatype or XSD + "boolean")
        case int():
            return Literal(str(content), datatype or XSD + "integer")
        case float() if content.is_integer():
            return Literal(str(int(content)), datatype or XSD + "integer")
        case float():
            return Literal(repr(content), datatype or XSD + "double")
    return Literal(str(content), datatype or STRING)
