"""What is known while a request is judged: who is part of what, what is included in what, and what is so.

Memberships, classes and actions are taken from the policy's document and the state of the world, never from
the request: who asks does not say what they belong to. What neither says is not so.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.evaluator.graph import TYPE, Graph, Term
from licet.rights.evaluator.model import Measured, Request, State
from licet.rights.evaluator.requests import SOTW
from licet.rights.odrl_words import INCLUDED_IN, ODRL, RDF, SAME_AS

_DCTERMS: Final = "http://purl.org/dc/terms/"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_PART_OF: Final = (ODRL + "partOf", _DCTERMS + "isPartOf")
_HAS_PART: Final = _DCTERMS + "hasPart"
_KIND_OF: Final = (TYPE, _RDFS + "subClassOf", _SKOS + "broader", _SKOS + "broaderTransitive")
_TIMES: Final = (_DCTERMS + "issued", _DCTERMS + "date", _DCTERMS + "created")
_STATES: Final = ("http://example.org/Sotw", SOTW + "SotW")
_MAX_STEPS: Final = 250_000


class World:
    """One state of the world and one policy's document, asked about one request after another."""

    def __init__(self, policy: Graph, state: State) -> None:
        self._graphs: Final = (policy, state.facts)
        self._state: Final = state
        self._steps = 0
        self._nodes: Final = tuple(node for kind in _STATES for node in state.facts.subjects(TYPE, kind))
        self.wholes: Final = lru_cache(4_096)(lambda node: self._closure(node, self._wholes_of))
        self.kinds: Final = lru_cache(4_096)(lambda node: self._closure(node, self._kinds_of))
        self.wider_actions: Final = lru_cache(4_096)(lambda node: self._closure(node, self._wider_of))

    def spend(self, steps: int = 1) -> None:
        """Counts work, so that no document takes for ever.

        Raises:
            DocumentInvalid: it has been too much.
        """
        self._steps += steps
        if self._steps > _MAX_STEPS:
            raise DocumentInvalid(
                "the documents take too long to evaluate together: ask for less, or state less"
            )

    @property
    def now(self) -> Term | None:
        """The present moment."""
        return self._state.now

    def values(self, left: str, request: Request) -> tuple[Measured, ...]:
        """The values of a left operand: the state's, or else those that the request states of itself."""
        if left == ODRL + "dateTime" and self._state.now is not None:
            return (Measured(self._state.now),)
        stated = self._state.values.get(left, ())
        subjects = (request.assignee, request.target, request.id, request.rule, *self._nodes)
        found = (
            Measured(value)
            for one in dict.fromkeys(subjects)
            for value in self._state.facts.objects(one, left)
        )
        return tuple(dict.fromkeys((*stated, *found))) or request.values.get(left, ())

    def time_of(self, event: str) -> Term | None:
        """When an event happens, if the state or the policy's document says so, and once."""
        times = {time for graph in self._graphs for time in graph.objects(event, *_TIMES)}
        return times.pop() if len(times) == 1 else None

    def referred(self, reference: str) -> tuple[Term, ...]:
        """The values that a reference stands for (`rdf:value`); nothing is fetched."""
        return tuple(value for graph in self._graphs for value in graph.members(reference, RDF + "value"))

    def _closure(self, node: str, above: Callable[[str], Iterable[str]]) -> frozenset[str]:
        """A node and all that is above it."""
        found, waiting = {node}, [node]
        while waiting:
            for wider in above(waiting.pop()):
                self.spend()
                if wider not in found:
                    found.add(wider)
                    waiting.append(wider)
        return frozenset(found)

    def _wholes_of(self, node: str) -> Iterable[str]:
        yield from self._state.memberships.get(node, ())
        for graph in self._graphs:
            yield from graph.nodes(node, *_PART_OF)
            yield from graph.subjects(_HAS_PART, node)

    def _kinds_of(self, node: str) -> Iterable[str]:
        for graph in self._graphs:
            yield from graph.nodes(node, *_KIND_OF)

    def _wider_of(self, action: str) -> Iterable[str]:
        yield from (wider for wider in (INCLUDED_IN.get(action), SAME_AS.get(action)) if wider)
        yield from (old for old, new in SAME_AS.items() if new == action)
        for graph in self._graphs:
            yield from graph.nodes(action, ODRL + "includedIn")
