"""Usage logs: whether what was anchored is what the records at hand lead to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.licenses.titles import LicenseLedger, Title
from licet.contracts.events import UsageAnchored
from licet.documents import Library, UsageLog, UsageRecord
from licet.errors import DocumentError
from licet.rights.uses import use_names
from licet.types import ZERO_HASH, Hash32


def check_usage_logs(
    anchors: Iterable[UsageAnchored], licenses: LicenseLedger, library: Library
) -> Iterator[Finding]:
    """Computes the root of every usage log in a library's folders; yields what its anchor says otherwise.

    An anchor names no document, so that a log is found by its root alone, and nobody has promised to show
    it: that some are not at hand is a note. Where one of the same license and period is, whose root nobody
    anchored, a record was added to it, left out or altered, or it is another log.
    """
    others: dict[tuple[Hash32, int, int], tuple[Hash32, Hash32]] = {}
    missing: defaultdict[Hash32, list[UsageAnchored]] = defaultdict(list)
    for anchor in anchors:
        missing[anchor.root].append(anchor)
    known, total = frozenset(missing), sum(map(len, missing.values()))
    for item in library.listing(UsageLog).found if total else ():
        try:
            log = UsageLog.from_bytes(library.get(item.hash))
        except DocumentError:
            continue  # a broken document has no root
        root = log.root
        if root not in known:
            others.setdefault((log.license_id, log.since, log.until), (root, item.hash))
        for anchor in missing.pop(root, ()):
            yield from _check(anchor, log, item.hash, licenses)
    left = []
    for anchor in (anchor for same in missing.values() for anchor in same):
        other = others.get((anchor.license_id, anchor.since, anchor.until))
        if other is None:
            left.append(anchor)
        else:
            yield _altered(anchor, *other)
    if left:
        yield found(
            Kind.USAGE_LOG_MISSING,
            f"the records of {len(left)} of {total} anchors of use are in none of the folders at hand: "
            "they may say anything",
            left[0].log,
            account=left[0].reporter,
            license_id=left[0].license_id,
            root=left[0].root,
        )


def _check(
    anchor: UsageAnchored, log: UsageLog, document_hash: Hash32, licenses: LicenseLedger
) -> Iterator[Finding]:
    """Yields where an anchor and the records with its root do not agree."""
    first = min(record.since for record in log.records)
    last = max(record.until for record in log.records)
    pairs: list[tuple[str, object, object]] = [("records", len(log.records), anchor.count)]
    if not anchor.since <= first <= last <= anchor.until:
        pairs.append(("period", f"{first} to {last}", f"{anchor.since} to {anchor.until}"))
    named = {record.license_id for record in log.records}
    if anchor.license_id != ZERO_HASH and named != {anchor.license_id}:
        pairs.append(("license", ", ".join(sorted(named)), anchor.license_id))
    yield from (
        _wrong(
            anchor,
            document_hash,
            f"was anchored with the {name} {actual}, its records lead to {expected}",
            expected,
            actual,
        )
        for name, expected, actual in pairs
        if expected != actual
    )
    by_license: defaultdict[Hash32, list[UsageRecord]] = defaultdict(list)
    for record in log.records:
        by_license[record.license_id].append(record)
    by_license.pop(ZERO_HASH, None)  # use that was paid for without a license
    for license_id, records in sorted(by_license.items()):
        title = licenses.titles.get(license_id)
        if title is None:
            what = f"has records of license {license_id}, which nobody ever had"
            yield _wrong(anchor, document_hash, what, actual=license_id)
        else:
            yield from _check_asset(anchor, document_hash, records, title)
            yield from _check_license(anchor, document_hash, records, title)


def _check_asset(
    anchor: UsageAnchored, document_hash: Hash32, records: list[UsageRecord], title: Title
) -> Iterator[Finding]:
    if title.offer is None:
        return
    others = {record.asset_id for record in records} - {title.offer.asset_id}
    if others:
        yield _wrong(
            anchor,
            document_hash,
            f"has records of asset {min(others)} under license {records[0].license_id}, which is of "
            f"{title.offer.asset_id}",
            title.offer.asset_id,
            min(others),
        )


def _check_license(
    anchor: UsageAnchored, document_hash: Hash32, records: list[UsageRecord], title: Title
) -> Iterator[Finding]:
    """Yields what was used as the license does not permit, or after its end."""
    license_id, slot = records[0].license_id, title.slot
    last = max(record.until for record in records)
    if last >= slot.expires:
        what = f"counts use up to {last} under license {license_id}, which ended at {slot.expires}"
        yield _unlicensed(anchor, document_hash, license_id, what, f"before {slot.expires}", last)
    uses = {use for record in records for use in use_names(record.uses & ~slot.uses)}
    if uses:
        what = f"counts {', '.join(sorted(uses))} under license {license_id}, which does not permit it"
        permitted = ",".join(use_names(slot.uses))
        yield _unlicensed(anchor, document_hash, license_id, what, permitted, ",".join(sorted(uses)))


def _wrong(
    anchor: UsageAnchored, document_hash: Hash32, what: str, expected: object = None, actual: object = None
) -> Finding:
    return _of_log(Kind.USAGE_LOG_WRONG, anchor, document_hash, anchor.license_id, what, expected, actual)


def _unlicensed(
    anchor: UsageAnchored, document_hash: Hash32, license_id: Hash32, what: str, expected: str, actual: object
) -> Finding:
    return _of_log(Kind.USAGE_UNLICENSED, anchor, document_hash, license_id, what, expected, actual)


def _altered(anchor: UsageAnchored, root: Hash32, document_hash: Hash32) -> Finding:
    what = f"is not at hand, but another one of its license and period is, whose root is {root}"
    license_id, kind = anchor.license_id, Kind.USAGE_LOG_ALTERED
    return _of_log(kind, anchor, document_hash, license_id, what, anchor.root, root)


def _of_log(
    kind: Kind,
    anchor: UsageAnchored,
    document_hash: Hash32,
    license_id: Hash32,
    what: str,
    expected: object,
    actual: object,
) -> Finding:
    return found(
        kind,
        f"the usage log {anchor.root} {what}",
        anchor.log,
        account=anchor.reporter,
        license_id=license_id,
        document_hash=document_hash,
        root=anchor.root,
        expected=expected,
        actual=actual,
    )
