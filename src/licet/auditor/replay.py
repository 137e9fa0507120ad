"""The history, played once from its first event to its last: each sale is checked where it stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from licet.auditor.deeds import DeedLedger
from licet.auditor.findings import Finding, Kind, found
from licet.auditor.history import Clock, History, Progress
from licet.auditor.licenses import LicenseLedger
from licet.auditor.offers import OfferLedger, is_readable
from licet.auditor.sales import Circumstances, check_sale, check_signature
from licet.contracts import Contracts
from licet.contracts.events import Event, ExclusiveGranted, LicenseTransferred, Sold
from licet.contracts.licenses import PERPETUAL
from licet.rights.order import MAX_QUANTITY
from licet.types import Hash32

_UINT32_MAX = (1 << 32) - 1


@dataclass(slots=True)
class Replay:
    """The ledgers after the last event that was applied, and the sales on the way there."""

    contracts: Contracts
    clock: Clock
    deeds: DeedLedger = field(default_factory=DeedLedger)
    offers: OfferLedger = field(default_factory=OfferLedger)
    licenses: LicenseLedger = field(default_factory=LicenseLedger)
    sales: list[Sold] = field(default_factory=list)
    _exclusive: dict[Hash32, tuple[Sold, int]] = field(default_factory=dict)

    def run(self, history: History, progress: Progress | None = None) -> Iterator[Finding]:
        """Applies a whole history; yields what is wrong with it."""
        total = len(history.events)
        for done, event in enumerate(history.events, start=1):
            yield from self.apply(event)
            if progress is not None:
                progress("events", done, total)
        yield from self.licenses.unsold()
        for sale, until in self._exclusive.values():
            yield _exclusive_wrong(sale, sale.license_id, until, "nothing")

    def apply(self, event: Event) -> Iterator[Finding]:
        """Applies one event."""
        match event:
            case Sold():
                yield from self._sold(event)
            case LicenseTransferred():
                yield from self.licenses.transferred(event)
            case ExclusiveGranted():
                yield from self._granted(event)
        yield from self.deeds.apply(event)
        yield from self.offers.apply(event)

    def _sold(self, sale: Sold) -> Iterator[Finding]:
        offer = sale.offer
        yield from self.clock.check(sale.log)
        time = self.clock.time(sale.log)
        if not 0 < sale.quantity <= MAX_QUANTITY:
            yield found(
                Kind.LOG_MALFORMED,
                f"a sale of {sale.quantity} licenses was logged: an order is for 1 to {MAX_QUANTITY}",
                sale.log,
                license_id=sale.license_id,
            )
            return
        self.sales.append(sale)
        if is_readable(offer, sale.log):
            state = self.offers.states[offer.struct_hash()]
            yield from check_sale(sale, Circumstances(time, self.deeds.deeds.get(offer.asset_id), state))
            if not state.published:
                yield from check_signature(sale, self.contracts.chain, self.contracts.licenses.address)
        else:
            yield found(
                Kind.LOG_MALFORMED,
                f"license {sale.license_id} was sold on terms whose URI is not UTF-8",
                sale.log,
                license_id=sale.license_id,
                asset_id=offer.asset_id,
            )
        yield from self.licenses.sold(sale, time)
        if offer.exclusive:
            expires = time + offer.duration if offer.duration else PERPETUAL
            self._exclusive[sale.license_id] = (sale, min(expires, _UINT32_MAX))

    def _granted(self, event: ExclusiveGranted) -> Iterator[Finding]:
        sale, until = self._exclusive.pop(event.license_id, (None, 0))
        if sale is None or sale.offer.asset_id != event.asset_id or until != event.until:
            yield _exclusive_wrong(event, event.license_id, until or "nothing", event.until)


def _exclusive_wrong(event: Event, license_id: Hash32, expected: object, actual: object) -> Finding:
    return found(
        Kind.EXCLUSIVE_WRONG,
        f"license {license_id} should be recorded as exclusive until {expected}, and is until {actual}",
        event.log,
        license_id=license_id,
        expected=expected,
        actual=actual,
    )
