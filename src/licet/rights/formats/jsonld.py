"""JSON-LD from anywhere as a flat graph of nodes: without the network, in bounded time and memory.

Expansion is PyLD's (JSON-LD 1.1). What it costs grows with contexts times nodes, so contexts are few and
small here, and never inside each other; none is fetched.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn

from pyld import jsonld

from licet.documents.canonical import is_nested_deeply
from licet.errors import DocumentInvalid
from licet.types import shown

MAX_VALUES: Final = 200_000
"""JSON values in one document."""

_MAX_CONTEXTS: Final = 50
_MAX_CONTEXT_VALUES: Final = 2_000
_MAX_DIGITS: Final = 400
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
# What PyLD raises where a context is wrong in a way that it does not look for.
_FAILURES: Final = (jsonld.JsonLdError, AttributeError, LookupError, TypeError, ValueError, RecursionError)


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
        types: IRIs.
        properties: values by the property's IRI, in the document's order, each once.
    """

    id: str
    types: list[str] = field(default_factory=list)
    properties: dict[str, list[Value]] = field(default_factory=dict)

    @property
    def named(self) -> bool:
        """Whether it has an IRI."""
        return not self.id.startswith("_:")

    def values(self, name: str) -> list[Value]:
        """The values of a property; none if it has none."""
        return self.properties.get(name, [])


Graph = dict[str, Node]
"""Nodes by their ids, in the order in which the document speaks of them first."""


def parse(data: bytes) -> Any:
    """Reads JSON of a stranger: UTF-8, no key twice, numbers of ordinary size, not nested deeply.

    Raises:
        DocumentInvalid: it is anything else.
    """
    try:
        text = data.decode()
        if is_nested_deeply(data):
            raise DocumentInvalid("the document is nested too deeply")
        return json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_no_number,
        )
    except UnicodeDecodeError as error:
        raise DocumentInvalid(f"the document is not UTF-8: byte {error.start} cannot be read") from error
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"the document is not JSON: {error}") from error


def graph(data: bytes, contexts: Mapping[str, Mapping[str, Any]]) -> Graph:
    """Reads a JSON-LD document.

    Args:
        data: the document.
        contexts: the contexts that it may name, by their URLs.

    Raises:
        DocumentInvalid: it is not JSON-LD, names another context, or would take too long.
    """
    document = parse(data)
    if not isinstance(document, dict | list):
        raise DocumentInvalid(f"the document is {shown(document)}: a JSON-LD object expected")
    check_size(document)
    try:
        expanded = jsonld.expand(document, {"base": None, "documentLoader": _loader(contexts)})
    except _FAILURES as error:
        raise DocumentInvalid(f"the document is not valid JSON-LD: {_reason(error)}") from error
    found = _Collector()
    found.collect(expanded)
    return found.nodes


def check_size(document: object) -> None:
    """Refuses what would take too long to expand.

    Raises:
        DocumentInvalid: there are too many values, too many or too large contexts, or one inside another.
    """
    values, contexts, context_values = 0, 0, 0
    stack: list[tuple[object, bool]] = [(document, False)]
    while stack:
        value, inside = stack.pop()
        values += 1
        context_values += inside
        if isinstance(value, list):
            stack += [(item, inside) for item in value]
        elif isinstance(value, dict):
            if "@context" in value:
                contexts += 1
                if inside:
                    raise DocumentInvalid("the document has a context inside a context, which is not read")
            stack += [(item, inside or key == "@context") for key, item in value.items()]
        if values > MAX_VALUES:
            raise DocumentInvalid(f"the document has more than {MAX_VALUES:,} JSON values")
        if contexts > _MAX_CONTEXTS or context_values > _MAX_CONTEXT_VALUES:
            raise DocumentInvalid(
                f"the document's contexts are too many or too large: {_MAX_CONTEXTS} with "
                f"{_MAX_CONTEXT_VALUES:,} values in all are read"
            )


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
        node.types += [kind for kind in item.get("@type", []) if kind not in node.types]
        for key, values in item.items():
            if key in ("@graph", "@included"):
                self.collect(values)
            elif not key.startswith("@"):
                said = [value for each in values for value in self._values(each)]
                node.properties[key] = list(dict.fromkeys(node.properties.get(key, []) + said))
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


def _loader(contexts: Mapping[str, Mapping[str, Any]]) -> Any:
    """A loader of contexts that has no network."""

    def load(url: str, _options: object) -> dict[str, Any]:
        if url not in contexts:
            raise DocumentInvalid(
                f"the document names the context {shown(url)}, which is not fetched: "
                f"write it out, or name one of {', '.join(sorted(contexts)) or 'none'}"
            )
        document = {"@context": dict(contexts[url])}
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url} | {
            "document": document
        }

    return load


def _reason(error: BaseException) -> str:
    """What is wrong, in the words of whoever noticed first."""
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, jsonld.JsonLdError):
        return str(error.args[0]) if error.args else "its syntax"
    if isinstance(error, DocumentInvalid):
        return str(error)
    return "a context or a node of it has a member of the wrong kind"


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DocumentInvalid("the document has an object with the same key twice")
    return found


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise DocumentInvalid(f"the document has the number {shown(digits)}, with {len(digits)} digits")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if len(digits) > _MAX_DIGITS or not math.isfinite(number):
        raise DocumentInvalid(f"the document has the number {shown(digits)}, which is too large")
    return number


def _no_number(word: str) -> NoReturn:
    raise DocumentInvalid(f"the document has the number {word}, which JSON has not")
