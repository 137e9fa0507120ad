"""HTML: the whole report on one page that needs nothing else: no script, no font, no other file."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from heapq import nlargest
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Final

from licet.auditor.findings import Finding
from licet.auditor.papers.columns import utc
from licet.auditor.papers.html.amounts import Amounts
from licet.auditor.papers.html.figures import figures
from licet.auditor.papers.html.markup import Html, tag
from licet.auditor.papers.html.tables import (
    MOST,
    facts_list,
    framed,
    html_table,
    id_cell,
    left_out,
    right_cell,
)
from licet.auditor.papers.tables import tables_of
from licet.auditor.report.audit_report import AuditReport
from licet.auditor.report.lines import condensed
from licet.auditor.report.payees import PayeeStatement, PayeeSum, payee_statements
from licet.text import one_line, plural
from licet.types import Address

MOST_FINDINGS: Final = 200
MOST_STATEMENTS: Final = 50
MOST_LINES: Final = 50
"""How many lines, and how many claims, one payee's statement has on the page."""

_BASIS: Final = (
    "These procedures are reported as ISRS 4400 (Revised) asks: what was done, and the factual findings, "
    "with every exception. They are no audit opinion and give no assurance. The verdict above is a layer of "
    "its own: it follows from the findings by one rule."
)
_OPENING: Final = (
    "Every account opens with nothing before the deployment's first block. Of a payee: entitled is what they "
    "earned since, claimed what they were paid, and due, their closing balance, the rest."
)
_TITLES: Final = {
    "findings": "Findings",
    "figures": "Income, earnings, flow of money",
    "payees": "Payees' statements",
}
_FIRST: Final = ("procedures", "findings", "trial_balance", "figures", "payees")
"""What the page starts with; then come the other tables."""
_PLACED: Final = frozenset({"summary", "findings"})
"""Tables that the page shows in another form."""


def write_page(report: AuditReport, path: Path) -> None:
    """Writes the page."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_page(report))


def _page(report: AuditReport) -> Iterator[Html]:
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"Audit of {report.registry} at block {report.block.number}"
    yield Html('<!doctype html>\n<html lang="en">\n')
    yield tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(style)),
    )
    yield Html("\n<body>\n")
    yield _header(report, title)
    yield Html("\n<main>")
    yield from _sections(report)
    yield Html("\n</main>\n</body>\n</html>\n")


def _header(report: AuditReport, title: str) -> Html:
    facts = {
        "chain": str(report.chain_id),
        "registry": report.registry,
        "last block": f"{report.block.number:,}, {utc(report.block.timestamp)}",
        "its hash": report.block.hash,
        "logs read": f"{report.counts.logs:,}",
    }
    verdict = str(report.verdict)
    return tag(
        "header",
        tag("h1", title),
        tag(
            "p",
            "Verdict: ",
            tag("strong", verdict.replace("_", " ")),
            f". {report.meaning}",
            class_=f"verdict {verdict}",
        ),
        facts_list(facts),
    )


def _sections(report: AuditReport) -> Iterator[Html]:
    """All sections, after links to them."""
    amounts = Amounts(report.tokens)
    tables = {table.name: table for table in tables_of(report) if table.name not in _PLACED}
    sums = tuple(tables["payee_sums"].lines())
    used = {name: table for name, table in tables.items() if name in _FIRST or any(map(len, table.rows()))}
    titles = {**_TITLES, **{name: table.title for name, table in used.items()}}
    ordered = dict.fromkeys((*_FIRST, *used))
    yield tag("nav", *(tag("a", titles[name], href=f"#{name}") for name in ordered))
    yield _heading("procedures", titles["procedures"])
    yield tag("p", _BASIS)
    yield from html_table(tables["procedures"], amounts)
    yield _heading("findings", titles["findings"])
    yield from _findings(report)
    yield _heading("trial_balance", titles["trial_balance"])
    yield tag("p", _OPENING)
    balance = tables["trial_balance"]
    lines = condensed(report.trial_balance, MOST)
    yield from html_table(replace(balance, lines=lambda: lines), amounts)
    yield left_out(len(report.trial_balance) - MOST)
    yield _heading("figures", titles["figures"])
    yield from figures(report, sums, amounts)
    yield _heading("payees", titles["payees"])
    yield from _statements(report, sums, amounts)
    for name, table in used.items():
        if name not in _FIRST:
            yield _heading(name, titles[name])
            yield from html_table(table, amounts)


def _heading(name: str, title: str) -> Html:
    return tag("h2", title, id=name)


def _findings(report: AuditReport) -> Iterator[Html]:
    if not report.findings:
        yield tag("p", "None.")
    for rank, finding in enumerate(report.findings[:MOST_FINDINGS], start=1):
        yield _finding(rank, finding)
    yield left_out(len(report.findings) - MOST_FINDINGS)


def _finding(rank: int, finding: Finding) -> Html:
    return tag(
        "article",
        tag("h3", f"{rank}. {finding.kind} ({finding.severity})".replace("_", " ")),
        tag("p", one_line(finding.message)),
        facts_list({name: one_line(str(value)) for name, value in finding.evidence.to_json().items()}),
        class_=str(finding.severity),
    )


def _statements(report: AuditReport, sums: tuple[PayeeSum, ...], amounts: Amounts) -> Iterator[Html]:
    """The statements of those who earned most; of the others, the tables have every line."""
    # Tokens cannot be compared: the first of each token, then the second of each, and so on.
    ranks: dict[Address, int] = {}
    places: dict[Address, int] = {}
    for line in sums:
        places[line.token] = place = places.get(line.token, 0) + 1
        ranks[line.payee] = min(place, ranks.get(line.payee, place))
    chosen = nlargest(MOST_STATEMENTS, ranks, key=lambda payee: -ranks[payee])
    if not chosen:
        yield tag("p", "No vault has received anything for anybody.")
    for statement in payee_statements(report.shares, report.claims, chosen):
        yield from _statement(statement, amounts)
    if len(ranks) > len(chosen):
        more = plural(len(ranks) - len(chosen), "more payee")
        yield tag("p", f"The statements of {more} are not on this page: the CSV and XLSX files have them.")


def _statement(statement: PayeeStatement, amounts: Amounts) -> Iterator[Html]:
    yield tag("h3", f"Statement of {statement.payee}")
    body = (
        tag(
            "tr",
            tag("th", line.vault, scope="row", class_="id", title=line.vault),
            *map(
                right_cell,
                (
                    amounts.text(line.token, line.received),
                    "unknown" if line.share is None else f"{line.share:,} / {line.total:,}",
                    *(
                        "unknown" if units is None else amounts.text(line.token, units)
                        for units in (line.entitled, line.claimed, line.due)
                    ),
                ),
            ),
        )
        for line in islice(statement.lines, MOST_LINES)
    )
    foot = (
        tag(
            "tr",
            tag("th", f"{plural(line.vaults, 'vault')}, {amounts.short(line.token)}", scope="row", colspan=3),
            *(
                right_cell(amounts.text(line.token, units))
                for units in (line.entitled, line.claimed, line.due)
            ),
        )
        for line in statement.sums
    )
    heads = ["vault", "received", "share", "= entitled", "- claimed", "= due"]
    yield framed("What each vault owes, rounded down", heads, body, set(range(1, 6)), *foot)
    yield left_out(len(statement.lines) - MOST_LINES)
    if statement.claims:
        yield _claims(statement, amounts)
        yield left_out(len(statement.claims) - MOST_LINES)


def _claims(statement: PayeeStatement, amounts: Amounts) -> Html:
    body = (
        tag(
            "tr",
            tag("th", utc(claim.time), scope="row"),
            id_cell(claim.vault),
            id_cell(claim.receiver),
            right_cell(amounts.text(claim.token, claim.amount)),
            id_cell(claim.tx),
            right_cell(str(claim.log_index)),
        )
        for claim in islice(statement.claims, MOST_LINES)
    )
    return framed(
        "What was claimed", ["time", "vault", "receiver", "amount", "tx", "log index"], body, {3, 5}
    )
