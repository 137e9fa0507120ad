"""The graph that policies are read from, followed a bounded number of steps; and what terms cannot hold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.formats.odrl.nodes import Graph, Literal, Node, Reference, Value
from licet.rights.odrl_words import CC, DCT, LICET, ODRL, RDF, UNDEFINED
from licet.types import shown

_MAX_STEPS: Final = 1_000_000
# What describes a rule, and limits nothing.
_DESCRIPTIVE: Final = (
    DCT,
    "http://purl.org/dc/elements/1.1/",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2004/02/skos/core#",
)
_PREFIXES: Final[Mapping[str, str]] = {
    ODRL: "odrl:",
    LICET: "licet:",
    DCT: "dct:",
    RDF: "rdf:",
    CC: "cc:",
    UNDEFINED: "",
}


class Unheld(Exception):  # noqa: N818 - named for what it is of
    """Something that Licet's terms cannot hold; `what` it is, and `why` not."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")
        self.what = what
        self.why = why


class Reader:
    """Follows a graph, a bounded number of steps: shared nodes could multiply the work without end."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._steps = 0

    def spend(self, steps: int) -> None:
        """Counts steps.

        Raises:
            DocumentInvalid: they are too many.
        """
        self._steps += steps
        if self._steps > _MAX_STEPS:
            raise DocumentInvalid("the policies refer to the same things too often to be read")

    def values(self, node: Node, name: str) -> list[Value]:
        """A property's values, by its IRI."""
        found = node.values(name)
        self.spend(1 + len(found))
        return found

    def nodes(self, node: Node, name: str) -> Iterator[Node]:
        """The nodes that are a property's values.

        Raises:
            Unheld: a value is none.
        """
        for value in self.values(node, name):
            if isinstance(value, Literal):
                raise Unheld(short(name), f"it is the text {shown(value.text)}, where a node is expected")
            yield self.node(value)

    def node(self, value: Reference) -> Node:
        """The node that a reference is to."""
        return self.graph.get(value.id) or Node(value.id)

    def one(self, node: Node, name: str) -> Value:
        """The only value of a property.

        Raises:
            Unheld: there is none, or another.
        """
        found = self.values(node, name)
        if len(found) != 1:
            raise Unheld(short(name), f"there are {len(found)} where one is expected")
        return found[0]

    def actions(self, values: Iterable[Value]) -> Iterator[tuple[str, list[Node]]]:
        """Actions by their IRIs, each with what refines it.

        Raises:
            Unheld: a value is no action.
        """
        for value in values:
            if isinstance(value, Literal):
                raise Unheld("odrl:action", f"it is the text {shown(value.text)}, where a node is expected")
            action = self.node(value)
            name, refinements = action.id, list(self.nodes(action, f"{ODRL}refinement"))
            if action.values(f"{RDF}value"):
                known(action, "refinement", also=(f"{RDF}value",))
                inner = self.one(action, f"{RDF}value")
                if isinstance(inner, Literal):
                    raise Unheld("rdf:value", f"the action is the text {shown(inner.text)}")
                name = inner.id
            yield name, refinements


def short(iri: str) -> str:
    """An IRI as people know it: `odrl:purpose`."""
    for namespace, prefix in _PREFIXES.items():
        if iri.startswith(namespace):
            return prefix + iri.removeprefix(namespace)
    return shown(iri)


def known(node: Node, *names: str, also: Iterable[str] = ()) -> None:
    """Makes sure that a node says nothing besides these properties of ODRL.

    Raises:
        Unheld: it does.
    """
    allowed = {f"{ODRL}uid", *(f"{ODRL}{name}" for name in names), *also}
    for name in node.properties:
        if name not in allowed and not name.startswith(_DESCRIPTIVE):
            raise Unheld(short(name), "Licet's terms have nothing like it")
