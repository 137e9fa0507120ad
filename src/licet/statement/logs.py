"""Usage logs as usage: each record a row, with the work that was used, and its units."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from licet.documents import UsageLog, UsageRecord, read_document
from licet.errors import InputError
from licet.statement.inputs import UNITS, WORK, found_files
from licet.types import ZERO_HASH, Hash32


@dataclass(frozen=True, slots=True)
class Counting:
    """Which records of usage logs count.

    Attributes:
        since: first unix second.
        until: last unix second; a record counts in the period in which it ends. None for no end.
        licensed: only those of a license, and not what was paid for one by one, over x402 or by voucher.
        asset: only those of one asset; None for those of any.
    """

    since: int = 0
    until: int | None = None
    licensed: bool = False
    asset: Hash32 | None = None

    def counts(self, record: UsageRecord) -> bool:
        """Whether a record counts."""
        is_within = self.since <= record.until and (self.until is None or record.until <= self.until)
        return is_within and not (self.licensed and record.is_paid) and self.asset in (None, record.asset_id)

    @property
    def is_all(self) -> bool:
        """Whether every record counts."""
        return self == Counting()


def split_logs(usage: Sequence[str | Path]) -> tuple[list[Path], list[str | Path]]:
    """Usage logs (JSON, by their names), and files of any other kind.

    Raises:
        InputError: a log is not there, or is named twice.
    """
    named = [pattern for pattern in usage if str(pattern).endswith(".json")]
    others = [pattern for pattern in usage if not str(pattern).endswith(".json")]
    return (found_files("usage", named) if named else []), others


def write_usage(logs: Sequence[Path], counting: Counting, out: Path) -> None:
    """Writes the records that count as CSV, with the columns work and units.

    A work is the record's work, or where it names none, its asset.

    Raises:
        InputError: a log cannot be read, or has the records of another.
        DocumentInvalid: a file is no usage log.
    """
    seen: dict[Hash32, Path] = {}
    with out.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow((WORK, UNITS))
        for path in logs:
            log = read_document(UsageLog, path)
            other = seen.setdefault(log.root, path)
            if other is not path:
                raise InputError(f"{path} has the same records as {other}: they would count twice")
            for record in log.records:
                if counting.counts(record):
                    rows.writerow(
                        (record.asset_id if record.work == ZERO_HASH else record.work, record.units)
                    )
