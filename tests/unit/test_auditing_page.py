"""docs/auditing.md says what the auditor does."""

import re
from pathlib import Path

from licet.auditor.papers.columns import Type
from licet.auditor.papers.html.page import MOST_STATEMENTS
from licet.auditor.papers.html.tables import MOST
from licet.auditor.papers.tables import tables_of
from licet.auditor.report.audit_report import MEANINGS
from licet.auditor.report.plans import PLANS
from licet.chain.client import RPC_SECONDS
from licet.chain.rpc import transport
from tests.unit.audited import empty

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "auditing.md").read_text(encoding="utf-8")


def test_the_page_lists_the_procedures_in_their_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(plan.key, plan.title, plan.done) for plan in PLANS]


def test_the_page_has_the_verdicts() -> None:
    for code, (verdict, meaning) in enumerate(MEANINGS.items()):
        words = meaning[0].lower() + meaning[1:].rstrip(".")
        assert f"| {verdict.replace('_', ' ')} | {code} | {words} |" in PAGE


def test_the_page_says_how_long_a_node_is_waited_for() -> None:
    assert f"not within {RPC_SECONDS:.0f} seconds" in PAGE
    assert f"more than {transport.MAX_ANSWER_BYTES >> 20} MiB" in PAGE
    pauses = [f"{pause:g}" for pause in transport.PAUSES]
    assert f"again after {', '.join(pauses[:-1])} and {pauses[-1]} seconds" in PAGE
    assert f"(`Retry-After`), at most {transport.LONGEST_WAIT}" in PAGE


def test_the_page_names_tables_and_columns_that_there_are() -> None:
    tables = tables_of(empty())
    known = {table.name for table in tables} | {column.name for table in tables for column in table.columns}
    known |= {fact for fact, _ in tables[0].rows() if isinstance(fact, str)} | {"counts"}
    mapped = PAGE[PAGE.index("## Reading it beside DDEX DSR") :]
    ours = re.findall(r"^\| .+? \| (.+?) \| .+ \|$", mapped, re.MULTILINE)[2:]
    names = {name for cell in ours for name in re.findall(r"[a-z_]+", " ".join(re.findall(r"`(.+?)`", cell)))}
    assert len(names) > 15
    assert names <= known


def test_the_page_says_how_much_the_html_has() -> None:
    assert f"at most {MOST} rows of a table and {MOST_STATEMENTS} payees' statements" in PAGE


def test_amounts_in_files_are_in_smallest_units() -> None:
    amounts = {
        column.name
        for table in tables_of(empty())
        for column in table.columns
        if column.type is Type.AMOUNT and table.token_column is None
    }
    assert not amounts, "an amount without a token says nothing"
