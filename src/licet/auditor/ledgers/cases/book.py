"""Cases, whatever they are about: opened in order, ended as ruled or let pass, bonds paid to the wei."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from licet.auditor.findings import Finding, Kind, found
from licet.auditor.ledgers.kept import Kept, Words, nameless
from licet.auditor.ledgers.scene import Scene
from licet.chain.compiled.artifacts import Artifact
from licet.chain.compiled.slots import after, mapped
from licet.chain.state.reading import StateReader
from licet.contracts.cases import Case, Cases, Status
from licet.contracts.disputes import Ruling
from licet.contracts.events import CaseClosed, CounterBonded, Event, EvidenceShown, OwedWithdrawn, Ruled
from licet.trees.hashing import checksum
from licet.types import Address, Hash32, hash32

_BY_RULING: Final[Mapping[int, Status]] = {Ruling.UPHOLD: Status.UPHELD, Ruling.REJECT: Status.REJECTED}


class CaseBook:
    """The cases of one contract, and what it owes, after the events that were applied."""

    def __init__(
        self,
        scene: Scene,
        contract: Cases,
        artifact: Artifact,
        rulings: Mapping[tuple[Hash32, int], Ruled],
    ) -> None:
        """A book without cases.

        Args:
            scene: what all ledgers share.
            contract: whose cases.
            artifact: what it was compiled to.
            rulings: what it logged of the arbitrator's rulings, by transaction and place in the block.
        """
        self.cases: Final[dict[int, Case]] = {}
        self.owed: Final[defaultdict[Address, int]] = defaultdict(int)
        self.contract: Final = contract
        self.artifact: Final = artifact
        code = scene.state.code(contract.address)
        self.bond: Final = artifact.immutable("bond", code)
        self.staked = 0
        self._timeout: Final = artifact.immutable("timeout", code)
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

    def ended_by(self, event: CaseClosed) -> Case | None:
        """The case that an event ends; None where none is open that is about the same."""
        case = self.cases.get(event.case_id)
        runs = case is not None and case.status == Status.OPEN and case.subject == event.subject
        return case if runs else None

    def closed(self, event: CaseClosed, defendant: Address | None) -> Iterator[Finding]:
        """A case came to its end.

        Args:
            event: the end.
            defendant: who gets the bond of a rejected claim; None where nobody is known.
        """
        case = self.ended_by(event)
        if case is None:
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
        place = mapped(self.artifact.layout.variables["caseOfDispute"], ruled.dispute_id)
        case_id = self._scene.state.word(self.contract.address, place)
        return ruled.ruling if case_id == event.case_id else None


def kept_cases(book: CaseBook) -> Iterator[Kept]:
    """Yields what a contract should keep of its cases and bonds."""
    contract, layout = book.contract.address, book.artifact.layout
    for case_id, case in book.cases.items():
        words = layout.pack(
            "Case",
            claimant=int(case.claimant, 16),
            deadline=case.deadline,
            status=case.status,
            kind=case.kind,
            subject=int(case.subject, 16),
        )
        place = after(mapped(layout.variables["_cases"], case_id), len(words))
        yield Kept(contract, place, words, partial(_case_faults, book, case_id), {"case_id": case_id})
    for who, amount in book.owed.items():
        place = (mapped(layout.variables["owed"], who),)
        yield Kept(contract, place, (amount,), partial(_owed_fault, contract, who, amount))
    count = (layout.variables["caseCount"],)
    yield Kept(contract, count, (len(book.cases),), nameless)


def check_cover(book: CaseBook, state: StateReader) -> Iterator[Finding]:
    """Yields whether a contract has less than the bonds that it owes and holds."""
    contract = book.contract.address
    needed = sum(book.owed.values()) + book.staked
    (balance,) = state.balances([contract])
    if balance < needed:
        yield found(
            Kind.OWED_UNCOVERED,
            f"{contract} has {balance} wei, and owes and holds bonds of {needed}",
            contract=contract,
            expected=needed,
            actual=balance,
        )


def _case_faults(book: CaseBook, case_id: int, words: Words) -> Iterator[Finding]:
    expected, actual = book.cases[case_id], _case(book, words)
    if actual != expected:
        yield found(
            Kind.CASE_STATE_WRONG,
            f"the slots of case {case_id} say {actual}, its logs say {expected}",
            contract=book.contract.address,
            case_id=case_id,
            expected=expected,
            actual=actual,
        )


def _case(book: CaseBook, words: Words) -> Case | str:
    """What a case's slots say; the words themselves where that is nothing."""
    values = book.artifact.layout.unpack("Case", words)
    try:
        status = Status(values["status"])
    except ValueError:
        return ", ".join(map(hex, words))
    return Case(
        checksum(values["claimant"].to_bytes(20)),
        values["deadline"],
        status,
        values["kind"],
        hash32(values["subject"].to_bytes(32)),
    )


def _owed_fault(contract: Address, who: Address, amount: int, words: Words) -> Iterator[Finding]:
    yield found(
        Kind.OWED_WRONG,
        f"{words[0]} wei are owed to {who}, the cases' bonds lead to {amount}",
        contract=contract,
        payee=who,
        expected=amount,
        actual=words[0],
    )
