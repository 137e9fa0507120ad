"""The state of the world from its graph: the present moment, and what is reported of duties."""

from typing import Final

from licet.errors import DocumentInvalid
from licet.rights.evaluator.graph import TYPE, Graph, Literal
from licet.rights.evaluator.model import REPORT, Performance, State

NOW: Final = "http://example.com/request/currentTime"
_ISSUED: Final = "http://purl.org/dc/terms/issued"
_PERFORMANCE: Final = ("Performed", "Unperformed", "Unknown")
_DEONTIC: Final = ("Fulfilled", "Violated", "NonSet")


def read_state(graph: Graph) -> State:
    """The state that a document describes.

    Raises:
        DocumentInvalid: it gives several present moments, or one that is no literal.
    """
    moments = graph.objects(NOW, _ISSUED)
    if len(moments) > 1 or (moments and not isinstance(moments[0], Literal)):
        raise DocumentInvalid("the state of the world has not one present moment: give one literal")
    now = moments[0] if moments and isinstance(moments[0], Literal) else None
    return State(now=now, duties=_duties(graph), facts=graph)


def _duties(graph: Graph) -> dict[str, Performance]:
    """What is reported of each duty; words that contradict each other say nothing."""
    found: dict[str, Performance] = {}
    for report in graph.subjects(TYPE, REPORT + "DutyReport"):
        for duty in graph.nodes(report, REPORT + "rule"):
            reports = graph.subjects(REPORT + "rule", duty)
            found[duty] = Performance(
                _word(graph, reports, "performanceState", _PERFORMANCE),
                _word(graph, reports, "deonticState", _DEONTIC),
            )
    return found


def _word(graph: Graph, reports: tuple[str, ...], predicate: str, words: tuple[str, ...]) -> str:
    said = {state for report in reports for state in graph.objects(report, REPORT + predicate)}
    known = [word for word in words if REPORT + word in said]
    return known[0] if len(known) == 1 else ""
