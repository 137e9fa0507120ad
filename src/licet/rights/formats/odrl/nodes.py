"""JSON-LD as a flat graph: all that a document says of one thing, at one node."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from licet.errors import DocumentInvalid
from licet.rights.odrl_words import CONTEXTS
from licet.rights.syntax.jsonld import expand
from licet.types import shown

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"


class Literal(NamedTuple):
    """A literal: its lexical form, and the IRI of its datatype (empty for plain text)."""

    text: str
    datatype: str = ""


class Reference(NamedTuple):
    """A reference to a node, by its IRI or its blank node's label."""

    id: str


Value = Literal | Reference


@dataclass(slots=True)
class Node:
    """All that a document says of one thing.

    Attributes:
        id: its IRI; or a label that starts with `_:`.
        types: IRIs, in the document's order, as keys.
        properties: by the property's IRI its values, in the document's order, as keys.
    """

    id: str
    types: dict[str, None] = field(default_factory=dict)
    properties: dict[str, dict[Value, None]] = field(default_factory=dict)

    @property
    def named(self) -> bool:
        """Whether it has an IRI."""
        return not self.id.startswith("_:")

    def values(self, name: str) -> list[Value]:
        """The values of a property; none if it has none."""
        return list(self.properties.get(name, ()))


Graph = dict[str, Node]
"""Nodes by their ids, in the order in which the document speaks of them first."""


def read_nodes(data: bytes, dropped: Callable[[str | None], None]) -> Graph:
    """Reads a document.

    Args:
        data: the document.
        dropped: is told of each property that no context gives a meaning, as `expand` does.

    Raises:
        DocumentInvalid: as `expand` does; or it states properties in reverse.
    """
    found = _Collector()
    found.collect(expand(data, CONTEXTS, dropped=dropped))
    return found.nodes


class _Collector:
    """Makes one flat graph of an expanded document, whose nodes stand inside each other."""

    def __init__(self) -> None:
        self.nodes: Graph = {}

    def collect(self, items: list[Any]) -> None:
        for item in items:
            for _ in self._values(item):
                pass

    def _values(self, item: Any) -> Iterator[Value]:
        if not isinstance(item, dict):
            raise DocumentInvalid(f"the document has {shown(item)} where a JSON-LD node is expected")
        if "@list" in item:
            for each in item["@list"]:
                yield from self._values(each)
        elif "@value" in item:
            yield _literal(item)
        else:
            yield self._node(item)

    def _node(self, item: dict[str, Any]) -> Reference:
        if "@reverse" in item:
            raise DocumentInvalid("the document states properties in reverse (@reverse), which is not read")
        # A space keeps the label apart from all that a document can write.
        label = item.get("@id") or f"_: {len(self.nodes)}"
        node = self.nodes.setdefault(label, Node(label))
        node.types |= dict.fromkeys(item.get("@type", ()))
        for key, values in item.items():
            if key == "@included":
                self.collect(values)
            elif not key.startswith("@"):
                said = dict.fromkeys(value for each in values for value in self._values(each))
                node.properties.setdefault(key, {}).update(said)
        return Reference(label)


def _literal(item: dict[str, Any]) -> Literal:
    """A literal; what JSON has types for gets the type that JSON-LD gives it."""
    value, datatype = item["@value"], item.get("@type", "")
    match value:
        case str():
            return Literal(value, datatype)
        case bool():
            return Literal("true" if value else "false", datatype or f"{_XSD}boolean")
        case int():
            return Literal(str(value), datatype or f"{_XSD}integer")
        case float():
            return Literal(repr(value), datatype or f"{_XSD}double")
    return Literal(json.dumps(value, sort_keys=True), datatype)
