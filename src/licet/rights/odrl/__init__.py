"""ODRL 2.2: what a policy comes to for a request in a state of the world.

`read_graph` reads Turtle or JSON-LD, `evaluate` gives the compliance report.
"""

from licet.rights.odrl.actions import ODRL
from licet.rights.odrl.evaluate import evaluate
from licet.rights.odrl.graph import Graph, Literal
from licet.rights.odrl.model import Measured, Performance, Policy, Request, State
from licet.rights.odrl.policies import read_policy
from licet.rights.odrl.reading import read_graph
from licet.rights.odrl.report import Decision, Outcome, Premise, Report, RuleReport
from licet.rights.odrl.requests import read_requests
from licet.rights.odrl.states import read_state
from licet.rights.odrl.truth import Truth
from licet.rights.odrl.values import literal

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
