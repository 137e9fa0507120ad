"""Cases, whatever they are about: opened in order, ended as ruled or let pass, bonds paid to the wei."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.scene import Scene
from licet.contracts.cases import Case, Cases, Status
from licet.contracts.disputes import Ruling
from licet.contracts.events import CaseClosed, CounterBonded, Event, EvidenceShown, OwedWithdrawn, Ruled
from licet.types import Address, Hash32

_BY_RULING: Final[Mapping[int, Status]] = {Ruling.UPHOLD: Status.UPHELD, Ruling.REJECT: Status.REJECTED}


class CaseBook:
    """The cases of one contract, and what it owes, after the events that were applied."""

    def __init__(self, scene: Scene, contract: Cases, rulings: Mapping[tuple[Hash32, int], Ruled]) -> None:
        """A book without cases.

        Args:
            scene: what all ledgers share.
            contract: whose cases.
            rulings: what it logged of the arbitrator's rulings, by transaction and place in the block.
        """
        self.cases: Final[dict[int, Case]] = {}
        self.owed: Final[defaultdict[Address, int]] = defaultdict(int)
        self.contract: Final = contract
        self.bond: Final = contract.bond()
        self.staked = 0
        self._timeout: Final = contract.timeout()
        self._scene: Final = scene
        self._rulings: Final = rulings

    def opened(self, event: Event, case_id: int, case: Case) -> Iterator[Finding]:
        """A case was opened."""
        expected = len(self.cases) + 1
        if case_id != expected:
            yield self.fault(
                Kind.CASE_CONTRADICTION,
                event,
                case_id,
                f"was opened, but the next one is number {expected}",
                expected,
                case_id,
            )
        deadline = self._scene.clock.time(event.log) + self._timeout
        if case.deadline != deadline:
            yield self.fault(
                Kind.CASE_DEADLINE_WRONG,
                event,
                case_id,
                f"was opened with the deadline {case.deadline}, the timeout leads to {deadline}",
                deadline,
                case.deadline,
            )
        self.cases[case_id] = case
        self.staked += self.bond

    def bonded(self, event: CounterBonded) -> Iterator[Finding]:
        """A bond was staked against a case."""
        yield from self._check_running(event, event.case_id, "was answered by a bond")
        self.staked += self.bond

    def shown(self, event: EvidenceShown) -> Iterator[Finding]:
        """Somebody showed evidence in a case."""
        yield from self._check_running(event, event.case_id, "had evidence shown")

    def closed(self, event: CaseClosed, defendant: Address | None) -> Iterator[Finding]:
        """A case came to its end.

        Args:
            event: the end.
            defendant: who gets the bond of a rejected claim; None where nobody is known.
        """
        case = self.cases.get(event.case_id)
        if case is None or case.status != Status.OPEN or case.subject != event.subject:
            what = "was closed, but is not open, or is about something else"
            yield self.fault(Kind.CASE_CONTRADICTION, event, event.case_id, what)
            return
        yield from self._check_status(event, case)
        bond_to = defendant if event.status == Status.REJECTED else case.claimant
        if event.bond_to != bond_to:
            yield self.fault(
                Kind.CASE_BOND_WRONG,
                event,
                event.case_id,
                f"left its bond to {event.bond_to}, its outcome leaves it to {bond_to}",
                bond_to,
                event.bond_to,
            )
        self.cases[event.case_id] = replace(case, status=event.status)
        self.credit(event.bond_to)

    def credit(self, receiver: Address) -> None:
        """A bond that was staked is owed to somebody."""
        self.staked -= self.bond
        self.owed[receiver] += self.bond

    def withdrawn(self, event: OwedWithdrawn) -> Iterator[Finding]:
        """What was owed to somebody was paid out."""
        owed = self.owed[event.receiver]
        if event.amount != owed or not owed:
            yield found(
                Kind.CASE_BOND_WRONG,
                f"{event.amount} wei were paid to {event.receiver}, {owed} were owed to them",
                event.log,
                payee=event.receiver,
                expected=owed,
                actual=event.amount,
            )
        self.owed[event.receiver] = 0

    def fault(
        self,
        kind: Kind,
        event: Event,
        case_id: int,
        what: str,
        expected: object = None,
        actual: object = None,
    ) -> Finding:
        """A finding about a case."""
        return found(
            kind, f"case {case_id} {what}", event.log, case_id=case_id, expected=expected, actual=actual
        )

    def _check_running(self, event: Event, case_id: int, what: str) -> Iterator[Finding]:
        case = self.cases.get(case_id)
        now = self._scene.clock.time(event.log)
        if case is None or case.status != Status.OPEN or now > case.deadline:
            yield self.fault(Kind.CASE_CONTRADICTION, event, case_id, f"{what}, but could not be ruled on")

    def _check_status(self, event: CaseClosed, case: Case) -> Iterator[Finding]:
        now = self._scene.clock.time(event.log)
        ruled = self._ruling(event)
        if now > case.deadline:
            expected = Status.LAPSED
        elif ruled is None:
            expected = Status.OPEN
        else:
            expected = _BY_RULING.get(ruled, Status.LAPSED)
        if event.status != expected:
            why = "no ruling was logged" if ruled is None else f"the ruling was {ruled}"
            yield self.fault(
                Kind.CASE_STATUS_WRONG,
                event,
                event.case_id,
                f"ended {event.status.name.lower()} at {now}, but {why}, and its deadline is {case.deadline}",
                expected.name.lower(),
                event.status.name.lower(),
            )

    def _ruling(self, event: CaseClosed) -> int | None:
        """The ruling that closed a case: it is logged just before."""
        ruled = self._rulings.get((event.log.tx_hash, event.log.index - 1))
        if ruled is None:
            return None
        case_id = self.contract.case_of_dispute(ruled.dispute_id, self._scene.block)
        return ruled.ruling if case_id == event.case_id else None


def compare_cases(book: CaseBook, block: int) -> Iterator[Finding]:
    """Yields what a contract keeps of its cases and bonds at a block otherwise than its logs say."""
    contract = book.contract
    for case_id, expected in book.cases.items():
        actual = contract.case(case_id, block)
        if actual != expected:
            yield found(
                Kind.CASE_STATE_WRONG,
                f"the slots of case {case_id} say {actual}, its logs say {expected}",
                contract=contract.address,
                case_id=case_id,
                expected=expected,
                actual=actual,
            )
    for who, amount in book.owed.items():
        says = contract.owed(who, block)
        if says != amount:
            yield found(
                Kind.OWED_WRONG,
                f"{says} wei are owed to {who}, the cases' bonds lead to {amount}",
                contract=contract.address,
                payee=who,
                expected=amount,
                actual=says,
            )
    needed = sum(book.owed.values()) + book.staked
    balance = contract.chain.balance(contract.address, block)
    if balance < needed:
        yield found(
            Kind.OWED_UNCOVERED,
            f"{contract.address} has {balance} wei, and owes and holds bonds of {needed}",
            contract=contract.address,
            expected=needed,
            actual=balance,
        )
