"""Records of use, as people keep them: in a CSV, one in each row."""

from collections.abc import Iterator
from pathlib import Path

from licet.cli.params import moment
from licet.contracts import Contracts
from licet.contracts.terms import grant_behind
from licet.documents import UsageLog, UsageRecord
from licet.errors import InputError
from licet.rights.uses import parse_uses
from licet.tables import Table, open_table
from licet.types import ZERO_HASH, Hash32, parse_hash, parse_uint

_UNIT_BITS = 56


def read_records(
    path: Path, contracts: Contracts, license_id: Hash32 | None, since: int | None, until: int | None
) -> UsageLog:
    """A usage log from a CSV.

    Its columns are uses and from, and maybe license, asset, units, until, work and reference.

    Args:
        path: the file. Times are dates, moments or unix seconds; several uses stand side by side with `|`.
        contracts: to find the assets that licenses are of, where the file does not name them.
        license_id: the license that all records are of; then the file need not name it.
        since: first second of the log's period; of the first record if not given.
        until: last second of the log's period; of the last record if not given.

    Raises:
        InputError: the file cannot be read, or a row cannot be used; names the line.
        LicenseUnknown: a license's asset is not named, and nobody sold it.
    """
    with open_table(path) as table:
        records = tuple(_records(table, contracts, license_id))
    if not records:
        raise InputError(f"{path} has a header but no rows: a record of use in each is expected")
    log = UsageLog.of(records, license_id or ZERO_HASH)
    return UsageLog(since or log.since, until or log.until, records, log.license_id)


def _records(table: Table, contracts: Contracts, license_id: Hash32 | None) -> Iterator[UsageRecord]:
    table.column("uses")
    table.column("from")
    if license_id is None:
        table.column("license")
    assets: dict[Hash32, Hash32] = {}
    for row in table.rows():
        cells = {name: row[at].strip() for name, at in table.columns.items()}
        try:
            held = _license(cells, license_id)
            asset = parse_hash(cells["asset"], "asset id") if cells.get("asset") else assets.get(held)
            if asset is None:
                asset = assets[held] = grant_behind(contracts, held).offer.asset_id
            yield _record(cells, held, asset)
        except InputError as error:
            table.fail(str(error))


def _license(cells: dict[str, str], license_id: Hash32 | None) -> Hash32:
    if cells.get("license"):
        return parse_hash(cells["license"], "license id")
    if license_id is None:
        raise InputError("the license is not named")
    return license_id


def _record(cells: dict[str, str], license_id: Hash32, asset_id: Hash32) -> UsageRecord:
    since = moment(cells["from"])
    return UsageRecord(
        asset_id=asset_id,
        license_id=license_id,
        uses=parse_uses(cells["uses"].replace("|", ",")),
        units=parse_uint(cells.get("units") or "1", _UNIT_BITS, "number of units"),
        since=since,
        until=moment(cells["until"], end=True) if cells.get("until") else since,
        work=parse_hash(cells["work"], "SHA-256") if cells.get("work") else ZERO_HASH,
        reference=cells.get("reference", ""),
    )
