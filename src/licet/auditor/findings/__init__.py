"""Findings: what an audit can say, and how it is said. All other rooms stand on this one.

A new kind of finding begins in `kinds`; the procedure whose exception it is stands in `report.plans`.
"""

from licet.auditor.findings.finding import Evidence, Finding, found
from licet.auditor.findings.kinds import Kind, Severity

__all__ = ["Evidence", "Finding", "Kind", "Severity", "found"]
