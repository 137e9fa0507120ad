"""Disputes of deeds, works and licenses: their flags, the escrow of sales meanwhile, and who gets it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from licet.auditor.cases import CaseBook
from licet.auditor.deeds import OF_DISPUTES, DeedLedger
from licet.auditor.findings import Finding, Kind, found
from licet.auditor.licenses import LicenseLedger
from licet.auditor.payments import Payment
from licet.auditor.purses import Purse
from licet.auditor.scene import Scene
from licet.contracts.assets import DeedFlag
from licet.contracts.cases import Case, Status
from licet.contracts.disputes import AssetState, Claim
from licet.contracts.disputes import Kind as CaseKind
from licet.contracts.events import (
    AssetDisputed,
    CaseClosed,
    CounterBonded,
    DeedFlagged,
    EscrowReleased,
    Event,
    EvidenceShown,
    LicenseDisputed,
    OwedWithdrawn,
    WorkDisputed,
)
from licet.contracts.purses import escrow_matter, purse_address
from licet.types import ZERO_ADDRESS, Address, Hash32

_NONE: Final = AssetState(0, 0, 0, 0, 0)


class DisputeLedger:
    """How every asset's, work's and license's disputes stand, after the events that were applied."""

    def __init__(self, scene: Scene, book: CaseBook, deeds: DeedLedger, licenses: LicenseLedger) -> None:
        self.book: Final = book
        self.assets: Final[dict[Hash32, AssetState]] = {}
        self.claims: Final[dict[int, Claim]] = {}
        self.works: Final[dict[int, Hash32]] = {}
        self.escrows: Final[dict[tuple[int, Address], Purse]] = {}
        self._scene: Final = scene
        self._deeds: Final = deeds
        self._licenses: Final = licenses
        self._desk: Final = scene.contracts.disputes
        self._of_work: Final[defaultdict[tuple[Hash32, Hash32], list[int]]] = defaultdict(list)
        self._flags: Final[dict[tuple[Hash32, int, int], Event]] = {}

    def paid_to(self, asset: Hash32, payee: Address) -> Address:
        """Where a sale is to be paid now: the payee, or the escrow for them while a dispute is open."""
        state = self.assets.get(asset, _NONE)
        deed = self._deeds.deeds.get(asset)
        if deed is None or DeedFlag.DISPUTED not in deed.flags or not state.escrowing:
            return payee
        return self._escrow(state.latest, payee).address

    def upheld(self, case_id: int, license_id: Hash32) -> bool:
        """Whether a case is a dispute of this license, and was upheld."""
        case = self.book.cases.get(case_id)
        return (
            case is not None
            and case.status == Status.UPHELD
            and (case.kind, case.subject) == (CaseKind.LICENSE, license_id)
        )

    def purses(self) -> Iterator[Purse]:
        """Where sales were escrowed."""
        return iter(self.escrows.values())

    def apply(self, event: Event) -> Iterator[Finding]:
        """Takes an event of the desk's; yields what is wrong with it."""
        match event:
            case AssetDisputed() | WorkDisputed() | LicenseDisputed():
                yield from self._disputed(event)
            case CounterBonded():
                yield from self._counter_bonded(event)
            case CaseClosed():
                yield from self._closed(event)
            case EvidenceShown():
                yield from self.book.shown(event)
            case OwedWithdrawn():
                yield from self.book.withdrawn(event)
            case EscrowReleased():
                yield from self._released(event)

    def flagged(self, event: DeedFlagged) -> Iterator[Finding]:
        """Yields whether the registry flagged a deed otherwise than the desk's disputes say."""
        cause = self._flags.pop((event.asset_id, event.case_id, event.flags & int(OF_DISPUTES)), None)
        deed = self._deeds.deeds.get(event.asset_id)
        how_made = int(deed.flags & ~OF_DISPUTES) if deed else 0
        if cause is None or event.flags & ~int(OF_DISPUTES) != how_made:
            state = self.assets.get(event.asset_id, _NONE)
            yield _flags_wrong(
                event, event.asset_id, event.case_id, how_made | int(_flags(state)), event.flags
            )

    def unflagged(self) -> Iterator[Finding]:
        """Yields the disputes that should have changed a deed's flags, and did not."""
        for (asset, case_id, flags), cause in self._flags.items():
            yield _flags_wrong(cause, asset, case_id, flags, "not flagged")

    def _disputed(self, event: AssetDisputed | WorkDisputed | LicenseDisputed) -> Iterator[Finding]:
        match event:
            case AssetDisputed():
                kind, subject = CaseKind.ASSET, event.asset_id
                yield from self._check_claim(event)
            case WorkDisputed():
                kind, subject = CaseKind.WORK, event.asset_id
                yield from self._check_claim(event)
            case LicenseDisputed():
                kind, subject = CaseKind.LICENSE, event.license_id
                yield from self._check_license(event)
        case_ = Case(event.claimant, event.deadline, Status.OPEN, kind, subject)
        yield from self.book.opened(event, event.case_id, case_)
        if isinstance(event, AssetDisputed):
            self._escrow_from_now(event)
        if isinstance(event, WorkDisputed):
            self.works[event.case_id] = event.sha256
            self._of_work[event.asset_id, event.sha256].append(event.case_id)

    def _check_claim(self, event: AssetDisputed | WorkDisputed) -> Iterator[Finding]:
        holder = self._deeds.holder(event.claim_id)
        if (
            holder != event.claimant
            or event.claim_id == event.asset_id
            or event.asset_id not in self._deeds.deeds
        ):
            yield self.book.fault(
                Kind.CASE_CONTRADICTION,
                event,
                event.case_id,
                f"was opened by {event.claimant} on the deed {event.claim_id}, which they did not hold, "
                "or which is the one in dispute",
                event.claimant,
                holder,
            )
        work = event.sha256 if isinstance(event, WorkDisputed) else None
        if self._defeated(event.asset_id, work):
            yield self.book.fault(
                Kind.CASE_CONTRADICTION, event, event.case_id, "was opened against what had lost a dispute"
            )

    def _defeated(self, asset: Hash32, work: Hash32 | None) -> bool:
        if work is None:
            return bool(self.assets.get(asset, _NONE).upheld)
        return DeedFlag.DEFEATED in self.work_flags(asset, work)

    def _check_license(self, event: LicenseDisputed) -> Iterator[Finding]:
        title = self._licenses.titles.get(event.license_id)
        offer = None if title is None else title.offer
        terms = None if offer is None else self._scene.conditions.find(offer.conditions, event.log)
        revocable = terms is None or terms.revocable
        holder = self._deeds.holder(event.asset_id)
        if offer is None or offer.asset_id != event.asset_id or holder != event.claimant or not revocable:
            yield self.book.fault(
                Kind.CASE_CONTRADICTION,
                event,
                event.case_id,
                f"was opened by {event.claimant} against license {event.license_id}, which is not theirs to "
                "dispute, or not revocable",
                holder,
                event.claimant,
            )

    def _escrow_from_now(self, event: AssetDisputed) -> None:
        self.claims[event.case_id] = Claim(event.payee, ZERO_ADDRESS)
        state = self.assets.get(event.asset_id, _NONE)
        settled = state.settled if state.open else state.latest
        self.assets[event.asset_id] = AssetState(
            event.case_id, settled, state.upheld, state.open + 1, state.escrowing + 1
        )
        if not state.open:
            self._flags[event.asset_id, event.case_id, int(DeedFlag.DISPUTED)] = event

    def _counter_bonded(self, event: CounterBonded) -> Iterator[Finding]:
        yield from self.book.bonded(event)
        case = self.book.cases.get(event.case_id)
        claim = self.claims.get(event.case_id)
        holder = self._deeds.holder(event.asset_id)
        again = claim is not None and claim.counter_bond_by != ZERO_ADDRESS
        if case is None or claim is None or case.subject != event.asset_id or again or holder != event.payer:
            yield self.book.fault(
                Kind.CASE_CONTRADICTION,
                event,
                event.case_id,
                f"was answered by a bond of {event.payer}, not of the deed's holder {holder}, or again",
                holder,
                event.payer,
            )
            return
        self.claims[event.case_id] = replace(claim, counter_bond_by=event.payer)
        state = self.assets.get(event.asset_id, _NONE)
        self.assets[event.asset_id] = replace(state, escrowing=state.escrowing - 1)

    def _closed(self, event: CaseClosed) -> Iterator[Finding]:
        case = self.book.cases.get(event.case_id)
        running = case is not None and case.status == Status.OPEN and case.subject == event.subject
        yield from self.book.closed(event, None if case is None else self._defendant(case))
        if running and event.case_id in self.claims:
            self._settle(event, self.claims[event.case_id])

    def _defendant(self, case: Case) -> Address | None:
        if case.kind != CaseKind.LICENSE:
            return self._deeds.holder(case.subject)
        title = self._licenses.titles.get(case.subject)
        return None if title is None else title.slot.holder

    def _settle(self, event: CaseClosed, claim: Claim) -> None:
        """What the end of an asset's case means for it."""
        won = event.status == Status.UPHELD
        before = self.assets.get(event.subject, _NONE)
        after = replace(before, open=before.open - 1)
        if claim.counter_bond_by == ZERO_ADDRESS:
            after = replace(after, escrowing=after.escrowing - 1)
        else:
            claimant = self.book.cases[event.case_id].claimant
            self.book.credit(claimant if won else claim.counter_bond_by)
        if won:
            after = replace(after, upheld=min(after.upheld or event.case_id, event.case_id))
        self.assets[event.subject] = after
        if _flags(before) != _flags(after):
            self._flags[event.subject, event.case_id, int(_flags(after))] = event

    def _released(self, event: EscrowReleased) -> Iterator[Finding]:
        case = self.book.cases.get(event.case_id)
        if case is None or case.kind != CaseKind.ASSET:
            what = "had its escrow released, but is no dispute of an asset"
            yield self.book.fault(Kind.ESCROW_RELEASED_WRONG, event, event.case_id, what)
            return
        state = self.assets.get(case.subject, _NONE)
        now = self._scene.clock.time(event.log)
        if state.open and event.case_id > state.settled and now <= case.deadline:
            yield self.book.fault(
                Kind.ESCROW_RELEASED_WRONG,
                event,
                event.case_id,
                f"had its escrow released at {now}, while it could be ruled on until {case.deadline}",
                f"after {case.deadline}",
                now,
            )
        won = state.upheld and state.upheld <= event.case_id
        receiver = self.claims[state.upheld].payee if won else event.payee
        if event.receiver != receiver:
            yield self.book.fault(
                Kind.ESCROW_RELEASED_WRONG,
                event,
                event.case_id,
                f"had its escrow released to {event.receiver}, the disputes leave it to {receiver}",
                receiver,
                event.receiver,
            )
        purse = self._escrow(event.case_id, event.payee)
        self._scene.payments.append(
            Payment(
                log=event.log,
                kind=Kind.ESCROW_UNPAID,
                what=f"the escrow of case {event.case_id} was released",
                payer=purse.address,
                payee=event.receiver,
                token=event.token,
                amount=event.amount,
                subject={"case_id": event.case_id, "purse": purse.address},
            )
        )

    def _escrow(self, case_id: int, payee: Address) -> Purse:
        key = (case_id, payee)
        if key not in self.escrows:
            address = purse_address(self._desk.address, escrow_matter(case_id, payee))
            subject = {"case_id": case_id}
            self.escrows[key] = Purse(address, f"the escrow of case {case_id} for {payee}", subject)
        return self.escrows[key]

    def work_flags(self, asset: Hash32, sha256: Hash32) -> DeedFlag:
        """What a work of a catalogue should be marked with."""
        open_, defeated = self.work_state(asset, sha256)
        return (DeedFlag.DISPUTED if open_ else DeedFlag(0)) | (
            DeedFlag.DEFEATED if defeated else DeedFlag(0)
        )

    def work_state(self, asset: Hash32, sha256: Hash32) -> tuple[int, bool]:
        """How many cases of a work are open, and whether one was upheld."""
        states = [self.book.cases[case_id].status for case_id in self._of_work[asset, sha256]]
        return states.count(Status.OPEN), Status.UPHELD in states


def _flags(state: AssetState) -> DeedFlag:
    disputed = DeedFlag.DISPUTED if state.open else DeedFlag(0)
    return disputed | (DeedFlag.DEFEATED if state.upheld else DeedFlag(0))


def _flags_wrong(event: Event, asset: Hash32, case_id: int, expected: object, actual: object) -> Finding:
    return found(
        Kind.DEED_FLAGS_WRONG,
        f"the deed of {asset} should have been flagged {expected} by case {case_id}, and was: {actual}",
        event.log,
        asset_id=asset,
        case_id=case_id,
        expected=expected,
        actual=actual,
    )
