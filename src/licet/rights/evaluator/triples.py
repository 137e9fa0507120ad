"""JSON-LD as triples: whatever a document says, node by node."""

import json
from collections.abc import Mapping
from typing import Any, Final

from licet.rights.evaluator.graph import LANG_STRING, STRING, TYPE, Graph, Literal, Term
from licet.rights.odrl_words import CONTEXTS, RDF, XSD
from licet.rights.syntax.jsonld import expand


def read_jsonld(data: bytes, graph: Graph, name: str) -> None:
    """Reads a document into a graph; its blank nodes become `_:name1` and so on.

    Raises:
        DocumentInvalid: as `expand` does; or it says too much.
    """
    _Writer(graph, name).write(expand(data, CONTEXTS, graph.base))


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
