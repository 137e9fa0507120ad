"""JSON: the report as `licet audit --json` prints it, written bit by bit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from licet.auditor.report import AuditReport


def write_json(report: AuditReport, path: Path) -> None:
    """Writes the report; of long lists, one entry is in memory at a time."""
    with path.open("w", encoding="ascii") as file:
        file.writelines(json_pieces(report))


def json_pieces(report: AuditReport) -> Iterator[str]:
    """The pieces of one JSON object, in ASCII: a name may have half a surrogate pair, which UTF-8 has not."""
    start = "{"
    for name, value in report.parts():
        yield f"{start}\n  {json.dumps(name)}: "
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield json.dumps(value)
        start = ","
    yield "\n}\n"


def _list(entries: Iterator[Any]) -> Iterator[str]:
    start, end = "[", "[]"
    for entry in entries:
        yield f"{start}\n    {json.dumps(entry)}"
        start, end = ",", "\n  ]"
    yield end
