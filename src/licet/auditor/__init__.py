"""The auditor: recomputes from events and state what everybody was sold, paid and owed; trusts nobody.

Its rooms, from the ground up; each imports from those before it alone:

findings    the kinds of findings, and a finding with its evidence.
report      the report: verdict, sheets and lines, procedures, payees' statements.
evidence    where logs, state and conditions are read, and what shows that they are complete and true.
ledgers     the history played once, matter by matter: licenses, usage, assets, cases and statements;
            what must have moved, and what the contracts must keep, follows from it.
money       transfers, vaults, purses and balances: whether it moved, and whether everybody got their share.
papers      working papers made of a report alone: a page, a workbook, CSV, JSON.
pack        an audit and its evidence as one file, from which anybody makes the audit again.

`audit` leads through evidence, ledgers and money, `reporting` draws up the report's tables, and `watching`
audits block after block.
"""

from licet.auditor.audit import Auditor
from licet.auditor.evidence.records import Progress
from licet.auditor.findings import Evidence, Finding, Kind, Severity
from licet.auditor.pack import Pack, make_pack, verify_pack
from licet.auditor.report.audit_report import AuditReport, Proven, Verdict
from licet.auditor.report.counts import Counts
from licet.auditor.report.sheets import (
    CaseLine,
    EscrowSheet,
    MeterSheet,
    SaleLine,
    StatementSheet,
    VaultSheet,
)
from licet.auditor.watching import Watched, Watcher

__all__ = [
    "AuditReport",
    "Auditor",
    "CaseLine",
    "Counts",
    "EscrowSheet",
    "Evidence",
    "Finding",
    "Kind",
    "MeterSheet",
    "Pack",
    "Progress",
    "Proven",
    "SaleLine",
    "Severity",
    "StatementSheet",
    "VaultSheet",
    "Verdict",
    "Watched",
    "Watcher",
    "make_pack",
    "verify_pack",
]
