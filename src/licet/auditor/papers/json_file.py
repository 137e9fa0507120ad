"""JSON: the report as `licet audit --json` prints it, written bit by bit."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from licet.auditor.report import AuditReport


def write_json(report: AuditReport, path: Path) -> None:
    """Writes the report; of long lists, one entry is in memory at a time."""
    # Names may have halves of surrogate pairs, which are valid in JSON when escaped, and not in UTF-8.
    with path.open("w", encoding="ascii") as file:
        file.write("{")
        for number, (name, value) in enumerate(report.parts()):
            file.write(f'{"," if number else ""}\n  {json.dumps(name)}: ')
            if isinstance(value, Iterator):
                _write_list(value, file)
            else:
                file.write(json.dumps(value))
        file.write("\n}\n")


def _write_list(entries: Iterator[Any], file: IO[str]) -> None:
    file.write("[")
    empty = True
    for entry in entries:
        file.write(f'{"" if empty else ","}\n    {json.dumps(entry)}')
        empty = False
    file.write("]" if empty else "\n  ]")
