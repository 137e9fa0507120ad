"""ODRL 2.2: what a policy comes to for a request in a state of the world.

`read_graph` reads Turtle or JSON-LD, `evaluate` gives the compliance report.
"""

from licet.rights.evaluator.evaluate import evaluate
from licet.rights.evaluator.graph import Graph, Literal
from licet.rights.evaluator.model import Measured, Performance, Policy, Request, State
from licet.rights.evaluator.policies import read_policy
from licet.rights.evaluator.reading import read_graph
from licet.rights.evaluator.report import Decision, Outcome, Premise, Report, RuleReport
from licet.rights.evaluator.requests import read_requests
from licet.rights.evaluator.states import read_state
from licet.rights.evaluator.truth import Truth
from licet.rights.evaluator.values import literal
from licet.rights.odrl_words import ODRL

__all__ = [
    "ODRL",
    "Decision",
    "Graph",
    "Literal",
    "Measured",
    "Outcome",
    "Performance",
    "Policy",
    "Premise",
    "Report",
    "Request",
    "RuleReport",
    "State",
    "Truth",
    "evaluate",
    "literal",
    "read_graph",
    "read_policy",
    "read_requests",
    "read_state",
]
