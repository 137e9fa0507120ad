"""The auditor: recomputes from events and state what everybody was sold, paid and owed; trusts nobody."""

from licet.auditor.audit import Auditor
from licet.auditor.findings import Evidence, Finding, Kind, Severity
from licet.auditor.pack import Pack, make_pack, verify_pack
from licet.auditor.records import Progress
from licet.auditor.report import (
    AuditReport,
    CaseLine,
    Counts,
    EscrowSheet,
    MeterSheet,
    Proven,
    SaleLine,
    StatementSheet,
    VaultSheet,
    Verdict,
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
