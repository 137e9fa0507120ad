"""`licet rights evaluate`: the compliance report of an ODRL policy."""

from pathlib import Path
from typing import Final

import click
from rich.text import Text

from licet.cli.output import emit, facts, table
from licet.cli.params import json_option
from licet.cli.rights.inputs import DOCUMENT, read_inputs
from licet.cli.text import one_line
from licet.errors import DocumentInvalid, InputError
from licet.rights.evaluator.evaluate import evaluate as evaluate_documents
from licet.rights.evaluator.reading import read_graph
from licet.rights.evaluator.report import Outcome, Report, RuleReport
from licet.rights.evaluator.truth import Truth
from licet.rights.syntax.jsonld import MAX_BYTES

_EXIT_CODES: Final = {Outcome.PERMIT: 0, Outcome.DENY: 1, Outcome.UNDECIDED: 2}
_STYLES: Final = {Outcome.PERMIT: "green", Outcome.DENY: "red", Outcome.UNDECIDED: "yellow"}
_DEONTIC: Final = {"Fulfilled": "fulfilled", "Violated": "violated", "NonSet": "open"}
_WORDS: Final = {Outcome.PERMIT: "permitted", Outcome.DENY: "not permitted", Outcome.UNDECIDED: "undecided"}


@click.command("evaluate")
@click.option("--policy", type=DOCUMENT, required=True, metavar="FILE", help="The policy.")
@click.option("--request", type=DOCUMENT, required=True, metavar="FILE", help="What is asked.")
@click.option("--state", type=DOCUMENT, required=True, metavar="FILE", help="The state of the world.")
@json_option
def evaluate(policy: Path, request: Path, state: Path, as_json: bool) -> int:
    """Evaluate an ODRL 2.2 policy: which of its rules are active for a request, and what follows.

    Each FILE is Turtle or JSON-LD; one may be `-` for stdin. Nothing is fetched, and no clock is read: the
    state of the world says what time it is.

    Exit code 0: the request is permitted. 1: it is not. 2: that cannot be told, or a document is of no use.
    """
    names = ("policy", "request", "state")
    documents = zip(read_inputs(policy, request, state, most=MAX_BYTES), names, strict=True)
    try:
        report = evaluate_documents(*(read_graph(data, name) for data, name in documents))
    except DocumentInvalid as error:
        raise InputError(str(error), **error.facts) from error
    decision = report.decision
    emit(
        report.to_json(),
        facts(
            policy=one_line(f"{report.policy} ({report.policy_type})"),
            at=one_line(report.created or "no time given"),
        ),
        Text(),
        table(["rule", "kind", "activation", "reasons"], [_row(rule) for rule in _all_rules(report)]),
        Text.assemble("\n", (_WORDS[decision.outcome], _STYLES[decision.outcome])),
        *(Text(f"  {one_line(reason)}") for reason in decision.reasons),
        as_json=as_json,
    )
    return _EXIT_CODES[decision.outcome]


def _all_rules(report: Report) -> list[RuleReport]:
    """The rules, each with its duties below it."""
    found: list[RuleReport] = []
    waiting = list(reversed(report.rules))
    while waiting:
        rule = waiting.pop()
        found.append(rule)
        waiting.extend(reversed(rule.duties))
    return found


def _row(rule: RuleReport) -> list[str]:
    activation = rule.activation_state.lower()
    if rule.active is Truth.UNKNOWN:
        activation += ", undecided"
    if rule.deontic:
        activation += f"; {_DEONTIC[rule.deontic]}"
    return [one_line(rule.rule), rule.kind.value, activation, one_line("; ".join(rule.reasons))]
