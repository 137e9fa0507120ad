"""The tables of a report, alike for every format: columns of a few types, and rows made as they are asked for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from licet.auditor.findings import Finding
from licet.auditor.lines import TokenLine
from licet.auditor.payees import payee_lines, payee_sums
from licet.auditor.procedures import carried_out
from licet.auditor.report import AuditReport
from licet.text import one_line

Value = str | int | bool | None
"""What stands in a cell; None for nothing."""


class Type(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    """Words, which anybody may have written."""
    ID = "id"
    """A hash, an address, or a word of our own."""
    AMOUNT = "amount"
    """An amount in the smallest unit of the row's token."""
    NUMBER = "number"
    """A count, or a place in the chain."""
    TIME = "time"
    """Unix seconds."""
    YES_NO = "yes/no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: as files and sheets are called.
        title: for people.
        about: what it shows, in one sentence.
        columns: its columns.
        rows: gives the rows; may be asked again.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[Value, ...]]]

    @property
    def token_column(self) -> int | None:
        """Which column names the token of a row's amounts."""
        names = [column.name for column in self.columns]
        return next((names.index(name) for name in ("token", "currency") if name in names), None)


_TYPES: Final[dict[str, Type]] = {
    **dict.fromkeys(
        ("amount", "balance", "claimed", "closing", "computed", "difference", "due", "dust"), Type.AMOUNT
    ),
    **dict.fromkeys(("entitled", "incoming", "opening", "outgoing", "price", "received"), Type.AMOUNT),
    **dict.fromkeys(("released", "settled", "withdrawn"), Type.AMOUNT),
    **dict.fromkeys(("time", "since", "until", "contestable_until", "deadline", "closes_at"), Type.TIME),
    **dict.fromkeys(("block", "log_index", "quantity", "units", "payees", "vaults"), Type.NUMBER),
    **dict.fromkeys(("case_id", "items", "decimals", "rank", "share", "total", "remainder"), Type.NUMBER),
    **dict.fromkeys(("moved", "reconciled", "performed"), Type.YES_NO),
    **dict.fromkeys(("asset_name", "names", "symbol", "message", "expected", "found"), Type.TEXT),
    **dict.fromkeys(("title", "done", "result", "value", "extent"), Type.TEXT),
}
"""The types of columns by their names, the same in all tables; what is not here is an id."""

_EVIDENCE: Final = (
    *("contract", "asset_id", "offer_hash", "license_id", "document_hash", "vault", "root", "token"),
    *("payee", "account", "purse", "case_id", "statement_id", "expected", "found"),
)


def tables_of(report: AuditReport) -> tuple[Table, ...]:
    """All tables of a report."""
    return (
        _summary(report),
        _procedures(report),
        _findings(report),
        _plain(
            "trial_balance",
            "Trial balance",
            "Each account, token by token: opening + incoming - outgoing = computed; closing is what it has.",
            "token kind account opening incoming outgoing computed closing difference reconciled",
            lambda: report.trial_balance,
        ),
        _plain(
            "payee_sums",
            "Payees",
            "What each payee is entitled to, claimed and could claim now, from all vaults together.",
            "payee token vaults entitled claimed due",
            lambda: payee_sums(payee_lines(report.shares)),
        ),
        _plain(
            "payee_lines",
            "Payees, vault by vault",
            "received * share / total = entitled, rounded down; the division leaves the remainder.",
            "payee token vault received share total entitled remainder claimed due",
            lambda: payee_lines(report.shares),
        ),
        _plain(
            "claims",
            "Claims",
            "What vaults paid, by their own logs.",
            "payee receiver vault token amount time block tx log_index",
            lambda: report.claims,
        ),
        _plain(
            "payments",
            "Payments",
            "What contracts logged to have been paid; moved: whether the token's transfer was found.",
            "movement payer payee token amount moved time block tx log_index",
            lambda: report.payments,
        ),
        _plain(
            "sales",
            "Sales",
            "Every sale of licenses; the price is of each.",
            "license_id asset_id asset_name licensee payer payee price quantity currency time block tx log_index",
            lambda: report.sales,
        ),
        _plain(
            "vaults",
            "Vaults",
            "The balance sheet of each vault: received = claimed + due + dust.",
            "vault root assets names token payees received claimed due dust",
            lambda: report.vaults,
        ),
        _plain(
            "meters",
            "Deposits of metered licenses",
            "received = settled + withdrawn + balance.",
            "license_id asset_id purse token units received settled withdrawn balance closes_at",
            lambda: report.meters,
        ),
        _plain(
            "statements",
            "Statements",
            "Periods' payouts, and how far they have come.",
            "statement_id asset_id publisher vault token amount since until contestable_until state released balance",
            lambda: report.statements,
        ),
        _plain(
            "escrows",
            "Escrows",
            "Sales while a dispute was open: received = released + balance.",
            "case_id asset_id payee purse token received released balance",
            lambda: report.escrows,
        ),
        _plain(
            "cases",
            "Disputes and contests",
            "Every case, and how it ended.",
            "contract case_id kind subject claimant status deadline",
            lambda: report.cases,
        ),
        _plain(
            "tokens",
            "Currencies",
            "As they call themselves, which may be another's name; amounts are in the smallest unit.",
            "token symbol decimals",
            lambda: report.tokens,
        ),
    )


def utc(seconds: int) -> str:
    """A unix time as ISO 8601 has it, in UTC; the bare number where no calendar goes so far."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def cell_text(value: Value, type_: Type) -> str:
    """A cell as text: exact, on one line, and without what cannot be printed."""
    if value is None:
        return ""
    if type_ is Type.YES_NO:
        return "yes" if value else "no"
    if type_ is Type.TIME:
        return utc(int(value))
    return one_line(str(value))


def _summary(report: AuditReport) -> Table:
    facts: dict[str, Value] = {
        "verdict": str(report.verdict),
        "chain_id": report.chain_id,
        "registry": report.registry,
        "license_token": report.license_token,
        "vault_factory": report.vault_factory,
        "usage_ledger": report.usage_ledger,
        "statement_escrow": report.statement_escrow,
        "dispute_desk": report.dispute_desk,
        "block": report.block.number,
        "block_hash": report.block.hash,
        "block_time": utc(report.block.timestamp),
    }
    return _table(
        "summary",
        "Summary",
        "What was audited, up to which block, and what it comes to.",
        "fact value",
        lambda: ((name, str(value)) for name, value in facts.items()),
    )


def _procedures(report: AuditReport) -> Table:
    return _plain(
        "procedures",
        "Procedures",
        "What was done, on how much, and what was found.",
        "key title done extent performed result",
        lambda: carried_out(report),
    )


def _findings(report: AuditReport) -> Table:
    def row(rank: int, finding: Finding) -> tuple[Value, ...]:
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

    return _table(
        "findings",
        "Findings",
        "What does not agree, could not be checked or is to be noted, the worst first, with its evidence.",
        f"rank severity kind message block tx log_index {' '.join(_EVIDENCE)}",
        lambda: (row(rank, finding) for rank, finding in enumerate(report.findings, start=1)),
    )


def _plain(name: str, title: str, about: str, columns: str, lines: Callable[[], Any]) -> Table:
    """A table of lines' attributes."""
    names = columns.split()
    return _table(
        name, title, about, columns, lambda: (tuple(_value(line, name) for name in names) for line in lines())
    )


def _value(line: object, name: str) -> Value:
    value = getattr(line, name)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    assert value is None or isinstance(value, str | int)
    return value


def _table(
    name: str, title: str, about: str, columns: str, rows: Callable[[], Iterator[tuple[Value, ...]]]
) -> Table:
    typed = tuple(Column(column, _TYPES.get(column, Type.ID)) for column in columns.split())
    return Table(name, title, about, typed, rows)


def symbols(tokens: Sequence[TokenLine]) -> dict[str, tuple[str, int]]:
    """The symbol and decimals of each currency that says them."""
    return {
        line.token: (line.symbol, line.decimals)
        for line in tokens
        if line.symbol is not None and line.decimals is not None
    }
