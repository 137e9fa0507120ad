"""The history, played once from its first event to its last: each is checked where it stands."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from licet.auditor.evidence.records import Progress
from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.assets.deeds import DeedLedger
from licet.auditor.ledgers.assets.derivatives import DerivativeLedger
from licet.auditor.ledgers.cases.book import CaseBook
from licet.auditor.ledgers.cases.disputes import DisputeLedger
from licet.auditor.ledgers.cases.statements import StatementLedger
from licet.auditor.ledgers.licenses.agents import AgentLedger
from licet.auditor.ledgers.licenses.exclusives import Exclusives
from licet.auditor.ledgers.licenses.offers import OfferLedger, is_readable
from licet.auditor.ledgers.licenses.renewals import check_renewal, continues, renewal_deal
from licet.auditor.ledgers.licenses.revocations import Grounds, check_refund_vault, check_revocation
from licet.auditor.ledgers.licenses.sales import (
    Circumstances,
    Deal,
    check_deal,
    check_exclusive,
    check_identity,
    check_signature,
)
from licet.auditor.ledgers.licenses.sublicenses import PinLedger, check_sublicense
from licet.auditor.ledgers.licenses.titles import LicenseLedger, Title
from licet.auditor.ledgers.payments import Payment
from licet.auditor.ledgers.scene import Scene
from licet.auditor.ledgers.usage.anchors import UsageBook
from licet.auditor.ledgers.usage.meters import AccountLedger
from licet.chain.compiled.artifacts import artifact
from licet.contracts import events
from licet.contracts.assets import DeedFlag
from licet.contracts.events import (
    AssetRegistered,
    Event,
    LicenseTransferred,
    Renewed,
    Revoked,
    Ruled,
    Sold,
    SplitPublished,
    Sublicensed,
)
from licet.contracts.licenses import PERPETUAL
from licet.rights.conditions import Conditions
from licet.rights.order import MAX_QUANTITY
from licet.types import Address, Hash32

_DATED: Final = (
    events.DerivativeRegistered,
    Sold,
    Renewed,
    Revoked,
    Sublicensed,
    events.UsageAnchored,
    events.AccountClosing,
    events.DepositWithdrawn,
    events.AssetDisputed,
    events.WorkDisputed,
    events.LicenseDisputed,
    events.CounterBonded,
    events.CaseClosed,
    events.EvidenceShown,
    events.EscrowReleased,
    events.StatementPublished,
    events.StatementContested,
    events.StatementReleased,
)
"""What is judged by the time of its block."""


class Replay:
    """The ledgers after the last event that was applied, and the sales on the way there."""

    def __init__(self, scene: Scene, rulings: Mapping[Address, Mapping[tuple[Hash32, int], Ruled]]) -> None:
        """Ledgers in which nothing stands yet.

        Args:
            scene: what they share.
            rulings: the arbitrator's, as `History` has them.
        """
        self.scene: Final = scene
        self.deeds: Final = DeedLedger()
        self.offers: Final = OfferLedger()
        self.agents: Final = AgentLedger()
        self.licenses: Final = LicenseLedger()
        self.pins: Final = PinLedger()
        self.usage: Final = UsageBook(scene, self.licenses)
        self.accounts: Final = AccountLedger(scene, self.licenses)
        self.derivatives: Final = DerivativeLedger(scene, self.deeds, self.licenses, self.accounts)
        contracts = scene.contracts
        desk, escrow = (
            CaseBook(scene, contract, artifact(name), rulings[contract.address])
            for contract, name in (
                (contracts.disputes, "DisputeDesk"),
                (contracts.statements, "StatementEscrow"),
            )
        )
        self.disputes: Final = DisputeLedger(scene, desk, self.deeds, self.licenses)
        self.statements: Final = StatementLedger(scene, escrow)
        self.sales: Final[list[Sold]] = []
        self.derivative_sales = 0
        self.revocations: Final[list[Revoked]] = []
        self.registrations: Final[list[AssetRegistered]] = []
        self.publications: Final[list[SplitPublished]] = []
        self.tally: Final[Counter[type[Event]]] = Counter()
        self._exclusives: Final = Exclusives()
        self._renewed: Renewed | None = None

    def run(
        self, history: Iterable[Event], total: int, progress: Progress | None = None
    ) -> Iterator[Finding]:
        """Applies a whole history of about so many events; yields what is wrong with it."""
        for done, event in enumerate(history, start=1):
            yield from self.apply(event)
            if progress is not None:
                progress("events", done, total)
        yield from self.licenses.unsold()
        yield from self._exclusives.missing()
        yield from self.disputes.unflagged()

    def apply(self, event: Event) -> Iterator[Finding]:
        """Applies one event."""
        self.tally[type(event)] += 1
        if isinstance(event, LicenseTransferred):  # most events are, and no other ledger has an interest
            yield from self.licenses.transferred(event)
            return
        if isinstance(event, _DATED):
            yield from self.scene.clock.check(event.log)
        match event:
            case Sold():
                yield from self._sold(event)
            case Renewed():
                yield from self._renewal(event)
            case Revoked():
                yield from self._revoked(event)
            case Sublicensed():
                yield from self._sublicensed(event)
            case events.AgentAppointed():
                self.agents.appointed(event)
            case events.Pin():
                title = self.licenses.titles.get(event.license_id)
                yield from self.pins.pinned(event, title, self._conditions(title, event))
            case events.ExclusiveGranted():
                yield from self._exclusives.granted(event)
            case events.DeedFlagged():
                yield from self.disputes.flagged(event)
            case events.OfferPublished():
                self.scene.conditions.add(event.conditions)
            case AssetRegistered():
                self.registrations.append(event)
            case SplitPublished():
                self.publications.append(event)
        yield from self.deeds.apply(event)
        yield from self.derivatives.apply(event)
        yield from self.offers.apply(event)
        yield from self.usage.apply(event)
        yield from self.accounts.apply(event)
        if event.log.address == self.scene.contracts.disputes.address:
            yield from self.disputes.apply(event)
        elif event.log.address == self.scene.contracts.statements.address:
            yield from self.statements.apply(event)

    def _sold(self, sale: Sold) -> Iterator[Finding]:
        offer = sale.offer
        time = self.scene.clock.time(sale.log)
        if not 0 < sale.quantity <= MAX_QUANTITY:
            yield found(
                Kind.LOG_MALFORMED,
                f"a sale of {sale.quantity} licenses was logged: an order is for 1 to {MAX_QUANTITY}",
                sale.log,
                license_id=sale.license_id,
            )
            return
        log = sale.log.place()
        self.sales.append(replace(sale, log=log))
        expires = time + offer.duration if offer.duration else PERPETUAL
        deal = Deal(log, sale.license_id, offer, sale.quantity, time, expires)
        if is_readable(offer, sale.log):
            yield from check_identity(sale)
            yield from check_deal(deal, self._circumstances(deal))
            yield from check_exclusive(deal, self.deeds.deeds.get(offer.asset_id))
            if not self.offers.states[offer.struct_hash()].published:
                yield from self._check_signature(sale, time)
        else:
            yield found(
                Kind.LOG_MALFORMED,
                f"license {sale.license_id} was sold on terms whose URI is not UTF-8",
                sale.log,
                license_id=sale.license_id,
                asset_id=offer.asset_id,
            )
        yield from self.licenses.sold(sale, time)
        self._owe(deal, sale.payer, sale.order.total, Kind.PAYMENT_MISSING)
        if offer.exclusive:
            self._exclusives.expect(sale, sale.license_id, offer.asset_id, expires)

    def _check_signature(self, sale: Sold, time: int) -> Iterator[Finding]:
        contracts = self.scene.contracts

        def may_sign(signer: Address | None) -> bool:
            may = self.agents.may_sign(sale.offer.licensor, signer, time)
            if not may:
                note = f"whether the account {sale.offer.licensor} confirms its signatures (EIP-1271)"
                self.scene.state.unproven[note] = None
            return may

        yield from check_signature(sale, contracts.chain, contracts.licenses.address, may_sign)

    def _renewal(self, event: Renewed) -> Iterator[Finding]:
        title = self.licenses.titles.get(event.license_id)
        time = self.scene.clock.time(event.log)
        yield from check_renewal(event, title, time)
        deal = renewal_deal(event, title, time)
        if title is not None and deal is not None:
            own = deal.offer.exclusive and title.runs(time)
            yield from check_deal(deal, self._circumstances(deal))
            yield from check_exclusive(deal, self.deeds.deeds.get(deal.offer.asset_id), own=own)
            self._owe_renewal(event, deal)
            if deal.offer.exclusive:
                self._exclusives.expect(event, event.license_id, deal.offer.asset_id, event.expires)
        self.licenses.renewed(event)
        self._renewed = event

    def _owe_renewal(self, event: Renewed, deal: Deal) -> None:
        """Licenses that are renewed in one call are paid for together, after the last of them."""
        payments, before = self.scene.payments, self._renewed
        if before is not None and payments[-1].log == before.log and continues(before, event):
            payments[-1] = replace(payments[-1], log=event.log, amount=payments[-1].amount + event.amount)
        else:
            self._owe(deal, event.payer, event.amount, Kind.RENEWAL_UNPAID)

    def _revoked(self, event: Revoked) -> Iterator[Finding]:
        title = self.licenses.titles.get(event.license_id)
        time = self.scene.clock.time(event.log)
        grounds = Grounds(
            time,
            self.deeds.deeds.get(event.asset_id),
            self._conditions(title, event),
            self.usage.reported_until(event.license_id),
            self.disputes.upheld(event.cause, event.license_id),
        )
        yield from check_revocation(event, title, grounds)
        yield from check_refund_vault(event, self.scene.contracts.deployment)
        self.revocations.append(event)
        self.licenses.revoked(event, time)
        self.scene.payments.append(
            Payment(
                log=event.log,
                kind=Kind.REFUND_UNPAID,
                what=f"license {event.license_id} was refunded",
                payer=event.payer,
                payee=event.vault,
                token=event.currency,
                amount=event.refund,
                subject={"license_id": event.license_id},
            )
        )
        if title is not None and title.offer is not None and title.offer.exclusive:
            self._exclusives.expect(event, event.license_id, event.asset_id, time)

    def _sublicensed(self, event: Sublicensed) -> Iterator[Finding]:
        parent = self.licenses.titles.get(event.parent_id)
        time = self.scene.clock.time(event.log)
        yield from check_sublicense(event, parent, self._conditions(parent, event), time)
        yield from self.licenses.sublicensed(event, time)

    def _circumstances(self, deal: Deal) -> Circumstances:
        offer, limits = deal.offer, self.derivatives.limits(deal.offer.asset_id)
        self.derivative_sales += limits is not None
        return Circumstances(
            self.deeds.deeds.get(offer.asset_id),
            self.offers.states[offer.struct_hash()],
            limits,
            escrowed=self.disputes.paid_to(offer.asset_id, offer.payee) != offer.payee,
        )

    def _owe(self, deal: Deal, payer: Address, amount: int, kind: Kind) -> None:
        """A sale or a renewal is to be paid: to the offer's payee, or to the escrow of a dispute."""
        offer = deal.offer
        deed, derivative = self.deeds.deeds.get(offer.asset_id), self.derivatives.limits(offer.asset_id)
        under = deed is not None and derivative is not None and DeedFlag.CEILING in deed.flags
        self.scene.payments.append(
            Payment(
                log=deal.log,
                kind=kind,
                what=f"license {deal.license_id} was {deal.verb}",
                payer=payer,
                payee=self.disputes.paid_to(offer.asset_id, offer.payee),
                token=offer.currency,
                amount=amount,
                through=self.scene.contracts.licenses.address,
                limit=(derivative.vault, derivative.revenue_ceiling) if derivative and under else None,
                subject={"license_id": deal.license_id, "asset_id": offer.asset_id},
            )
        )

    def _conditions(self, title: Title | None, event: Event) -> Conditions | None:
        """The conditions of a license's offer, if anybody showed them: in this transaction at the latest."""
        if title is None or title.offer is None:
            return None
        return self.scene.conditions.find(title.offer.conditions, event.log)
