"""The auditor's pages: the verdict as it stands, the trial balance, the findings, and all other tables."""

from itertools import islice
from typing import Any

from licet.auditor.papers.columns import Type
from licet.auditor.report.audit_report import MEANINGS
from licet.auditor.report.lines import as_json, condensed
from licet.errors import IndexUnusable, InputError
from licet.types import shown
from licet.web.live import Audited
from licet.web.site import Desk
from licet.web.views.paging import Page

MOST_LINES = 50


def status(desk: Desk) -> dict[str, Any]:
    """The verdict, at which block, and how far the work is; no verdict until the first audit is done."""
    audited = desk.live.audited
    indexed = desk.index.state
    found = {
        "indexed_block": indexed.block,
        "indexed_time": desk.index.timestamp(indexed.block) if indexed.block_hash else None,
        "progress": [
            {"step": step, "done": done, "total": total} for step, done, total in desk.live.progress()
        ],
        "faults": desk.live.faults,
        "verdict": None,
    }
    if audited is None:
        return found
    report = audited.report
    return {
        **found,
        "verdict": str(report.verdict),
        "meaning": MEANINGS[report.verdict],
        "block": report.block.number,
        "block_hash": report.block.hash,
        "time": report.block.timestamp,
        **report.identity(),
        "counts": as_json(report.counts),
        "findings": len(report.findings),
        "tables": [
            {"name": table.name, "title": table.title, "about": table.about}
            for table in audited.tables.values()
        ],
    }


def overview(desk: Desk) -> dict[str, Any]:
    """The same, with the trial balance and the gravest findings."""
    audited = desk.live.audited
    found = status(desk)
    if audited is None:
        return found
    lines = condensed(audited.report.trial_balance, MOST_LINES)
    names = ("opening", "incoming", "outgoing", "computed", "closing", "difference")
    return {
        **found,
        "trial_balance": [
            {
                **as_json(line),
                **{
                    f"{name}_text": None
                    if getattr(line, name) is None
                    else audited.amounts.text(line.token, getattr(line, name))
                    for name in names
                },
                "token_name": audited.amounts.short(line.token),
            }
            for line in lines
        ],
        "gravest": [finding.to_json() for finding in audited.report.findings[:MOST_LINES]],
    }


def findings(desk: Desk, page: Page) -> dict[str, Any]:
    """All findings, the worst first."""
    report = audited_of(desk).report
    start = page.number or 0
    end = start + page.limit
    return {
        "items": [finding.to_json() for finding in report.findings[start:end]],
        "next": str(end) if end < len(report.findings) else None,
    }


def table(desk: Desk, name: str, page: Page) -> dict[str, Any]:
    """A table of the report, page by page.

    Raises:
        InputError: there is no such table.
    """
    audited = audited_of(desk)
    if name not in audited.tables:
        raise InputError(
            f"{shown(name)} is no table of the report: {', '.join(audited.tables)} are", parameter="name"
        )
    chosen = audited.tables[name]
    start = page.number or 0
    rows = list(islice(chosen.rows(), start, start + page.limit + 1))
    token = chosen.token_column
    return {
        "name": name,
        "title": chosen.title,
        "about": chosen.about,
        "columns": [{"name": column.name, "type": column.type.value} for column in chosen.columns],
        "items": [
            [
                audited.amounts.text(str(row[token]), value)
                if column.type is Type.AMOUNT and token is not None and isinstance(value, int)
                else value
                for column, value in zip(chosen.columns, row, strict=True)
            ]
            for row in rows[: page.limit]
        ],
        "next": str(start + page.limit) if len(rows) > page.limit else None,
    }


def audited_of(desk: Desk) -> Audited:
    """The latest audit.

    Raises:
        IndexUnusable: the first is not done yet.
    """
    if desk.live.audited is None:
        raise IndexUnusable("the first audit is not done yet: ask again in a moment")
    return desk.live.audited
