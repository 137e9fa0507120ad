"""Cases, as they are shown: disputes, and contests of statements; and the arbitrator that they are before."""

from typing import Any, Final

import click
from rich.console import RenderableType
from rich.text import Text

from licet.chain.compiled.abi import log_topic
from licet.cli.output import facts, table
from licet.cli.params import CASE, name_of
from licet.cli.session import Session
from licet.cli.text import format_time, one_line
from licet.contracts import Contracts, events
from licet.contracts.cases import Case, Cases, OpenedCase, Status
from licet.contracts.disputes import Kind
from licet.errors import UnexpectedAnswer, reverted
from licet.types import ZERO_ADDRESS, ZERO_HASH, Hash32

case_argument: Final = click.argument("case_id", type=CASE, metavar="CASE")
contest_option: Final = click.option(
    "--contest", is_flag=True, help="CASE is a contest of a statement, not a dispute."
)


def cases_of(contracts: Contracts, *, contest: bool) -> Cases:
    """The contract that numbers the cases of a sort."""
    return contracts.statements if contest else contracts.disputes


def case_at(contracts: Contracts, case_id: int, *, contest: bool) -> Case:
    """A case.

    Raises:
        CaseNotOpen: it was never opened.
    """
    case = cases_of(contracts, contest=contest).case(case_id)
    if case.status is Status.NONE:
        raise reverted("CaseNotOpen", {"caseId": case_id, "status": int(case.status)})
    return case


def dispute_number(contracts: Contracts, case_id: int, *, contest: bool) -> int:
    """The arbitrator's number for a case.

    Raises:
        CaseNotOpen: it was never opened.
        UnexpectedAnswer: the node keeps the log of its opening back.
    """
    case_at(contracts, case_id, contest=contest)
    raised = events.read(
        contracts.chain,
        events.DisputeRaised,
        [cases_of(contracts, contest=contest).address],
        from_block=contracts.deployment.block,
    )
    for event in raised:
        if event.case_id == case_id:
            return event.dispute_id
    raise UnexpectedAnswer(f"the node has no log of how case {case_id} was brought before the arbitrator")


def kind_name(case: Case, *, contest: bool) -> str:
    """What a case is about, in a word."""
    return "statement" if contest else name_of(Kind(case.kind))


def case_json(session: Session, case_id: int, *, contest: bool) -> dict[str, Any]:
    """A case for programs, with the evidence that was shown in it."""
    contracts = session.contracts
    case = case_at(contracts, case_id, contest=contest)
    kind = kind_name(case, contest=contest)
    claim = contracts.disputes.claim(case_id) if kind == "asset" else None
    work = contracts.disputes.work_of(case_id) if kind == "work" else ZERO_HASH
    return {
        "case": case_id,
        "contest": contest,
        "kind": kind,
        "subject": case.subject,
        "work": work if work != ZERO_HASH else None,
        "claimant": case.claimant,
        "status": name_of(case.status),
        "deadline": case.deadline,
        "payee": claim.payee if claim else None,
        "counter_bond_by": claim.counter_bond_by if claim and claim.counter_bond_by != ZERO_ADDRESS else None,
        "arbitrator": contracts.deployment.arbitrator,
        "dispute_number": dispute_number(contracts, case_id, contest=contest),
        "evidence": [
            {"party": shown.party, "uri": shown.evidence_uri}
            for shown in _evidence(contracts, case_id, contest)
        ],
    }


def case_words(case: dict[str, Any]) -> list[RenderableType]:
    """A case for people, made of what programs get."""
    over = case["status"] != "open"
    optional = {
        "work": case["work"],
        "pays": case["payee"] and f"{case['payee']} what is escrowed, if it is upheld",
        "answered": case["counter_bond_by"] and f"by a bond of {case['counter_bond_by']}",
    }
    words = facts(
        case=f"{case['case']}, about a{'n' if case['kind'] == 'asset' else ''} {case['kind']}",
        subject=case["subject"],
        claimant=case["claimant"],
        status=case["status"] if over else f"open; a ruling is due by {format_time(case['deadline'])}",
        **{name: text for name, text in optional.items() if text},
        arbitrator=f"{case['arbitrator']}, as dispute {case['dispute_number']}",
    )
    if not case["evidence"]:
        return [words]
    rows = [(shown["party"], one_line(shown["uri"])) for shown in case["evidence"]]
    return [words, Text(), table(["evidence by", "at"], rows)]


def opened_json(opened: OpenedCase, subject: Hash32) -> dict[str, Any]:
    """A case just opened, for programs."""
    return {
        "case": opened.case_id,
        "subject": subject,
        "deadline": opened.deadline,
        "tx": opened.receipt.tx_hash,
        "gas": opened.receipt.gas_used,
    }


def opened_words(opened: OpenedCase, subject: Hash32) -> RenderableType:
    """A case just opened, for people."""
    return facts(
        case=str(opened.case_id),
        subject=subject,
        ruling=f"due by {format_time(opened.deadline)}",
        gas=f"{opened.receipt.gas_used:,}",
    )


def _evidence(contracts: Contracts, case_id: int, contest: bool) -> list[events.EvidenceShown]:
    shown = events.read(
        contracts.chain,
        events.EvidenceShown,
        [cases_of(contracts, contest=contest).address],
        [None, log_topic(hex(case_id))],
        from_block=contracts.deployment.block,
    )
    return [event for event in shown if event.evidence_uri]  # a case can be opened with none
