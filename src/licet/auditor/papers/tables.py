"""The tables of a report."""

from functools import cache
from typing import Final

from licet.auditor.findings import Finding
from licet.auditor.lines import as_json
from licet.auditor.papers.columns import Row, Table, table, utc
from licet.auditor.payees import PayeeLines, payee_sums
from licet.auditor.procedures import carried_out
from licet.auditor.report import AuditReport

_EVIDENCE: Final = (
    *("contract", "asset_id", "offer_hash", "license_id", "document_hash", "vault", "root", "token"),
    *("payee", "account", "purse", "case_id", "statement_id", "expected", "found"),
)


def tables_of(report: AuditReport) -> tuple[Table, ...]:
    """All tables of a report."""
    return (*_outcome(report), *_books(report), *_journals(report), *_sheets(report))


def _outcome(report: AuditReport) -> tuple[Table, ...]:
    return (
        table(
            "summary",
            "Summary",
            "What was audited, up to which block, and what it comes to.",
            "fact value",
            lambda: _facts(report),
            lambda fact: fact,
        ),
        table(
            "procedures",
            "Procedures",
            "What was done, on how much, and what was found.",
            "key title done extent performed result",
            lambda: carried_out(report),
        ),
        table(
            "findings",
            "Findings",
            "What does not agree, could not be checked or is to be noted, the worst first.",
            f"rank severity kind message block tx log_index {' '.join(_EVIDENCE)}",
            lambda: list(enumerate(report.findings, start=1)),
            _finding,
        ),
    )


def _books(report: AuditReport) -> tuple[Table, ...]:
    lines = PayeeLines(report.shares)
    return (
        table(
            "trial_balance",
            "Trial balance",
            "Each account, token by token: opening + incoming - outgoing = computed; closing is what it has.",
            "token kind account opening incoming outgoing computed closing difference reconciled",
            lambda: report.trial_balance,
        ),
        table(
            "payee_sums",
            "Payees",
            "What each payee is entitled to since the deployment, claimed and could claim now, "
            "from all vaults together.",
            "payee token vaults entitled claimed due",
            cache(lambda: payee_sums(lines)),
        ),
        table(
            "payee_lines",
            "Payees, vault by vault",
            "received * share / total = entitled, rounded down; the division leaves the remainder.",
            "payee token vault received share total entitled remainder claimed due",
            lambda: lines,
        ),
        table(
            "claims",
            "Claims",
            "What vaults paid, by their own logs: the lines of each payee's claimed amount.",
            "payee receiver vault token amount time block tx log_index",
            lambda: report.claims,
        ),
    )


def _journals(report: AuditReport) -> tuple[Table, ...]:
    return (
        table(
            "payments",
            "Payments",
            "What contracts logged to have been paid; moved: whether the token's transfer was found.",
            "movement payer payee token amount moved time block tx log_index",
            lambda: report.payments,
        ),
        table(
            "sales",
            "Sales",
            "Every sale of licenses; the price is of each.",
            "license_id asset_id asset_name licensee payer payee price quantity currency "
            "time block tx log_index",
            lambda: report.sales,
        ),
    )


def _sheets(report: AuditReport) -> tuple[Table, ...]:
    return (
        table(
            "vaults",
            "Vaults",
            "The balance sheet of each vault: received = claimed + due + dust.",
            "vault root assets names token payees received claimed due dust",
            lambda: report.vaults,
        ),
        table(
            "meters",
            "Deposits of metered licenses",
            "received = settled + withdrawn + balance.",
            "license_id asset_id purse token units received settled withdrawn balance closes_at",
            lambda: report.meters,
        ),
        table(
            "statements",
            "Statements",
            "Periods' payouts, and how far they have come.",
            "statement_id asset_id publisher vault token amount since until contestable_until "
            "state released balance",
            lambda: report.statements,
        ),
        table(
            "escrows",
            "Escrows",
            "Sales while a dispute was open: received = released + balance.",
            "case_id asset_id payee purse token received released balance",
            lambda: report.escrows,
        ),
        table(
            "cases",
            "Disputes and contests",
            "Every case, and how it ended.",
            "contract case_id kind subject claimant status deadline",
            lambda: report.cases,
        ),
        table(
            "tokens",
            "Currencies",
            "As they call themselves, which may be another's name.",
            "token symbol decimals",
            lambda: report.tokens,
        ),
    )


def _facts(report: AuditReport) -> list[tuple[str, str]]:
    facts = {
        "verdict": report.verdict,
        **report.identity(),
        "block": report.block.number,
        "block_hash": report.block.hash,
        "block_time": utc(report.block.timestamp),
        **as_json(report.counts),
        **_proofs(report),
    }
    return [(name, str(value)) for name, value in facts.items()]


def _proofs(report: AuditReport) -> dict[str, object]:
    proven = report.proven
    if proven is None:
        return {"proven": "nothing: the node was believed"}
    return {
        "proven_state_root": proven.state_root,
        "proven_slots": proven.slots,
        "proven_accounts": proven.accounts,
        "proven_receipts": f"of {proven.receipts} blocks",
        "the_nodes_word": "; ".join(proven.unproven),
    }


def _finding(ranked: tuple[int, Finding]) -> Row:
    rank, finding = ranked
    evidence = finding.evidence
    return (
        rank,
        str(finding.severity),
        str(finding.kind),
        finding.message,
        evidence.block,
        evidence.tx,
        evidence.log_index,
        *(getattr(evidence, name) for name in _EVIDENCE),
    )
