"""Use, reported: whether each anchor came from who may report, for a time not yet reported."""

from collections.abc import Iterator
from typing import Any, Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words, nameless
from licet.auditor.ledgers.licenses.titles import LicenseLedger
from licet.auditor.ledgers.scene import Scene
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import mapped
from licet.contracts.events import Event, ReporterAdmitted, ReporterNamed, UsageAnchored
from licet.contracts.usage import Usage
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes, hash32

_LAYOUT: Final = artifact("UsageLedger").layout
_NOTHING: Final = Usage(0, 0, 0)


class UsageBook:
    """What was reported, of each license and by each reporter, after the events that were applied."""

    def __init__(self, scene: Scene, licenses: LicenseLedger) -> None:
        self.by_license: Final[dict[Hash32, Usage]] = {}
        self.by_reporter: Final[dict[Address, Usage]] = {}
        self.anchors: Final[list[UsageAnchored]] = []
        self._scene: Final = scene
        self._licenses: Final = licenses
        # By who named them; the zero address stands for the license's terms.
        self.reporters: Final[dict[tuple[Hash32, Address, Address], bool]] = {}

    def reported_until(self, license_id: Hash32) -> int:
        """Last unix second of which a license's use was reported; 0 if nothing was."""
        return self.by_license.get(license_id, _NOTHING).until

    def apply(self, event: Event) -> Iterator[Finding]:
        """Takes an event; yields what is wrong with it."""
        match event:
            case UsageAnchored():
                yield from self._anchored(event)
            case ReporterNamed():
                yield from self._reporter_named(event)
            case ReporterAdmitted():
                yield from self._reporter_admitted(event)

    def _anchored(self, event: UsageAnchored) -> Iterator[Finding]:
        self.anchors.append(event)
        now = self._scene.clock.time(event.log)
        if event.root == ZERO_HASH or not event.count or not 0 < event.since <= event.until <= now:
            yield _fault(
                Kind.ANCHOR_INVALID,
                event,
                f"{event.count} records of {event.since} to {event.until} were anchored at {now} "
                f"under the root {event.root}",
            )
        of_any = event.license_id == ZERO_HASH
        if not of_any and not self._may_report(event.license_id, event.reporter):
            yield _fault(
                Kind.ANCHOR_UNAUTHORIZED,
                event,
                f"the use of license {event.license_id} was reported by {event.reporter}, "
                "whom neither its holder nor its terms name",
            )
        past = (
            self.by_reporter.get(event.reporter, _NOTHING)
            if of_any
            else self.by_license.get(event.license_id, _NOTHING)
        )
        if event.since <= past.until:
            whose = f"by {event.reporter}" if of_any else f"of license {event.license_id}"
            yield _fault(
                Kind.ANCHOR_OVERLAPS,
                event,
                f"use {whose} was reported from {event.since} on, though it had been up to {past.until}",
                f"after {past.until}",
                event.since,
            )
        usage = Usage(event.until, past.records + event.count, past.anchors + 1)
        if of_any:
            self.by_reporter[event.reporter] = usage
        else:
            self.by_license[event.license_id] = usage

    def _may_report(self, license_id: Hash32, reporter: Address) -> bool:
        title = self._licenses.titles.get(license_id)
        if title is None:
            return False
        holder = title.slot.holder
        return (
            reporter == holder
            or self.reporters.get((license_id, holder, reporter), False)
            or self.reporters.get((license_id, ZERO_ADDRESS, reporter), False)
        )

    def _reporter_named(self, event: ReporterNamed) -> Iterator[Finding]:
        title = self._licenses.titles.get(event.license_id)
        holder = None if title is None else title.slot.holder
        if holder != event.holder:
            yield _fault(
                Kind.REPORTER_WRONG,
                event,
                f"{event.reporter} was named to report license {event.license_id} by {event.holder}, "
                f"but {holder or 'nobody'} held it",
                holder,
                event.holder,
            )
        self.reporters[event.license_id, event.holder, event.reporter] = event.named

    def _reporter_admitted(self, event: ReporterAdmitted) -> Iterator[Finding]:
        title = self._licenses.titles.get(event.license_id)
        offer = None if title is None else title.offer
        terms = None if offer is None else self._scene.conditions.find(offer.conditions, event.log)
        of_the_license = offer is not None and offer.conditions == event.conditions_hash
        named = event.reporter != ZERO_ADDRESS and (terms is None or terms.reporter == event.reporter)
        if not of_the_license or not named:
            yield _fault(
                Kind.REPORTER_WRONG,
                event,
                f"{event.reporter} was admitted to report license {event.license_id} by the conditions "
                f"{event.conditions_hash}, which are not its own or do not name them",
                None if terms is None else terms.reporter,
                event.reporter,
            )
        self.reporters[event.license_id, ZERO_ADDRESS, event.reporter] = True


def kept_usage(book: UsageBook, ledger: Address) -> Iterator[Kept]:
    """Yields what the usage ledger should keep: the sums of the anchors, and who may report."""
    for license_id, usage in book.by_license.items():
        subject = {"license_id": license_id}
        what = ("of license " + license_id, "its anchors say")
        yield _kept(ledger, license_id, usage, what, subject)
    for reporter, usage in book.by_reporter.items():
        key = hash32(keccak(bytes(12) + address_bytes(reporter)))
        what = (f"of {reporter}'s reports", "the anchors say")
        yield _kept(ledger, key, usage, what, {"account": reporter})
    for (license_id, holder, reporter), named in book.reporters.items():
        place = mapped(mapped(mapped(_LAYOUT.variables["_reporters"], license_id), holder), reporter)
        who: dict[str, Any] = {"license_id": license_id, "account": reporter}
        yield Kept(ledger, (place,), (int(named),), nameless, who)


def _kept(
    ledger: Address, key: Hash32, expected: Usage, what: tuple[str, str], subject: dict[str, Any]
) -> Kept:
    def differs(words: Words) -> Iterator[Finding]:
        actual = Usage(**_LAYOUT.unpack("Usage", words))
        if actual != expected:
            yield found(
                Kind.USAGE_STATE_WRONG,
                f"the ledger says {actual} {what[0]}, {what[1]} {expected}",
                contract=ledger,
                expected=expected,
                actual=actual,
                **subject,
            )

    words = _LAYOUT.pack("Usage", until=expected.until, records=expected.records, anchors=expected.anchors)
    return Kept(ledger, (mapped(_LAYOUT.variables["_usage"], key),), words, differs, subject)


def _fault(
    kind: Kind,
    event: UsageAnchored | ReporterNamed | ReporterAdmitted,
    message: str,
    expected: object = None,
    actual: object = None,
) -> Finding:
    return found(
        kind,
        message,
        event.log,
        license_id=event.license_id,
        account=event.reporter,
        expected=expected,
        actual=actual,
    )
