"""The ODRL test suite of others: every case's report, state by state."""

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph as RdfGraph

from licet.rights.evaluator import ODRL, Graph, Premise, Report, RuleReport, Truth, evaluate, read_graph
from licet.rights.evaluator.graph import TYPE, Literal
from licet.rights.evaluator.model import REPORT
from licet.rights.evaluator.values import relate

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data"
SUITE = Path(os.environ.get("LICET_SHARED_DATA", BESIDE)) / "odrl"
EX = "http://example.org/"
CASES = sorted((SUITE / "test_cases").glob("*.ttl"))

pytestmark = pytest.mark.skipif(not CASES, reason=f"the ODRL cases are not at {SUITE}")


@cache
def files() -> dict[str, Path]:
    """The suite's policies, requests and states, by their IRIs."""
    found = {}
    kinds = [("policies", ODRL + "Set"), ("requests", ODRL + "Request"), ("sotw", EX + "Sotw")]
    for folder, kind in kinds:
        for path in sorted((SUITE / folder).glob("*.ttl")):
            (node,) = read_graph(path.read_bytes(), "file").subjects(TYPE, kind)
            found[node] = path
    return found


def only(graph: Graph, subject: str, predicate: str) -> str:
    (value,) = graph.nodes(subject, predicate)
    return value


def paths_of(case: Graph) -> list[Path]:
    (test,) = case.subjects(TYPE, EX + "TestCase")
    return [files()[only(case, test, EX + name)] for name in ("policy", "request", "sotw")]


def judged(paths: Sequence[Path]) -> Report:
    names = ("policy", "request", "state")
    return evaluate(*(read_graph(path.read_bytes(), name) for path, name in zip(paths, names, strict=True)))


def state(graph: Graph, node: str, name: str) -> str:
    return only(graph, node, REPORT + name).removeprefix(REPORT)


def check_premise(case: Graph, node: str, premise: Premise) -> None:
    expected = state(case, node, "satisfactionState")
    assert premise.to_json()["satisfaction_state"] == expected
    assert (premise.satisfied is Truth.YES) == (expected == "Satisfied")
    for name, found in [("constraintLeftOperand", premise.left), ("constraintRightOperand", premise.right)]:
        for value in case.objects(node, REPORT + name):
            assert [relate("eq", value, one) for one in found] == [Truth.YES]
    for operator in case.nodes(node, REPORT + "constraintOperator"):
        assert premise.operator == operator
    for operand in case.nodes(node, REPORT + "constraintLogicalOperand"):
        assert ODRL + premise.operand == operand
    # Some reports refer to premises that the file does not describe.
    described = [one for one in case.nodes(node, REPORT + "premiseReport") if case.objects(one, TYPE)]
    below = {only(case, one, REPORT + "constraint"): one for one in described}
    for inner in premise.premises:
        if inner.constraint in below:
            check_premise(case, below[inner.constraint], inner)


def check_rule(case: Graph, node: str, rule: RuleReport) -> None:
    assert case.nodes(node, TYPE) == (REPORT + rule.type,)
    assert rule.activation_state == state(case, node, "activationState")
    assert rule.attempt_state == state(case, node, "attemptState")
    assert rule.request.rule == only(case, node, REPORT + "ruleRequest")
    premises = case.nodes(node, REPORT + "premiseReport")
    assert len(premises) == len(rule.premises)
    described = {case.nodes(one, TYPE)[0]: one for one in premises if case.objects(one, TYPE)}
    for premise in rule.premises:
        if REPORT + premise.type in described:
            check_premise(case, described[REPORT + premise.type], premise)
    assert len(case.nodes(node, REPORT + "conditionReport")) == len(rule.duties)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    case = read_graph(path.read_bytes(), "case")
    report = judged(paths_of(case))
    (expected,) = case.nodes(case.subjects(TYPE, EX + "TestCase")[0], EX + "expectedReport")
    assert report.policy == only(case, expected, REPORT + "policy")
    assert report.requests[0].id == only(case, expected, REPORT + "policyRequest")
    assert case.objects(expected, "http://purl.org/dc/terms/created")[0] == Literal(
        report.created, "http://www.w3.org/2001/XMLSchema#dateTime"
    )
    nodes = {only(case, node, REPORT + "rule"): node for node in case.nodes(expected, REPORT + "ruleReport")}
    assert {rule.rule for rule in report.rules} == set(nodes)
    for rule in report.rules:
        check_rule(case, nodes[rule.rule], rule)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case_in_json_ld(path: Path) -> None:
    """The same case, its documents turned into JSON-LD by another library, has the same report."""
    paths = paths_of(read_graph(path.read_bytes(), "case"))
    names = ("policy", "request", "state")
    written = [RdfGraph().parse(one, format="turtle").serialize(format="json-ld") for one in paths]
    graphs = [read_graph(text.encode(), name) for text, name in zip(written, names, strict=True)]
    assert states(evaluate(*graphs).to_json()) == states(judged(paths).to_json())


def states(value: Any) -> Any:
    """A report without texts: that library writes dates in another way."""
    if isinstance(value, list):
        # Triples have no order.
        return sorted(map(states, value), key=str)
    if isinstance(value, dict):
        left_out = ("created", "reason", "reasons", "left_operand", "right_operand")
        return {key: states(one) for key, one in value.items() if key not in left_out}
    return value


def test_the_cases_cover_what_they_are_said_to() -> None:
    assert len(CASES) == 34


@pytest.mark.parametrize("path", sorted(SUITE.glob("*/*.ttl")), ids=lambda path: path.stem)
def test_turtle_is_read_as_another_library_reads_it(path: Path) -> None:
    ours = read_graph(path.read_bytes(), "file")
    theirs = RdfGraph().parse(path, format="turtle")
    assert len(ours) == len(theirs)
    assert {(s, p) for s, p, _ in ours} == {(str(s), str(p)) for s, p, _ in theirs}
