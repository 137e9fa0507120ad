"""What becomes of cases: bonds, rulings, lapses; and of the money that waited for them."""

from random import Random
from typing import Any

from licet import errors
from licet.contracts.disputes import Ruling
from licet.documents import EvidenceDocument
from licet.types import ZERO_ADDRESS
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import Asset, Case, License, Stated
from tests.integration.bazaar.refusing import Reasons
from tests.integration.conftest import DAY

TIMEOUT = 30 * DAY
BOND = 10**16
SAID = EvidenceDocument("Hearsay", "Everybody knows it.")


def opened_case(
    bazaar: Bazaar, kind: str, subject: Asset | License | Stated, claimant: Any, opened: Any
) -> Case:
    model = bazaar.model
    dispute = len(model.disputes) + len(model.contests)
    deadline = bazaar.time(opened.receipt) + TIMEOUT
    assert opened.deadline == deadline
    return Case(opened.case_id, kind, subject, claimant, deadline, dispute)


def _case(bazaar: Bazaar, random: Random) -> Case | None:
    """As a rule one that is open."""
    cases = [*bazaar.model.disputes, *bazaar.model.contests]
    still = [case for case in cases if case.status == "open"]
    if not cases:
        return None
    return recent(random, still if still and random.random() < 0.85 else cases)


def counter_bond(bazaar: Bazaar, random: Random) -> Attempt | None:
    disputes = bazaar.model.disputes
    if not disputes:
        return None
    likely = [case for case in disputes if case.kind == "asset" and case.status == "open"]
    case = recent(random, likely if likely and random.random() < 0.85 else disputes)
    subject = case.subject
    asset = subject if isinstance(subject, Asset) else None
    sender = bazaar.mostly(random, asset.holder if asset else case.claimant)

    def refusals(now: int) -> Reasons:
        yield from _closed(case, now)
        if case.kind != "asset" or case.counter_bond_by:
            yield errors.CannotCounterBond
        if asset is None or sender.address != asset.holder:
            yield errors.NotDeedHolder

    def then(_: object) -> None:
        assert asset is not None
        case.counter_bond_by = sender.address
        asset.escrowing -= 1

    return Attempt(lambda: sender.sells.counter_bond(case.id), then, lambda n: [*refusals(n)])


def rule(bazaar: Bazaar, random: Random) -> Attempt | None:
    """The arbitrator rules: in time, too late, or on what has lapsed."""
    case = _case(bazaar, random)
    if case is None:
        return None
    ruling = random.choices([Ruling.UPHOLD, Ruling.REJECT, Ruling.REFUSED], [4, 4, 1])[0]

    def then(receipt: Any) -> None:
        case.voted = True
        if case.status != "open":
            return
        late = bazaar.time(receipt) > case.deadline
        words = {Ruling.UPHOLD: "upheld", Ruling.REJECT: "rejected", Ruling.REFUSED: "lapsed"}
        _close(bazaar, case, "lapsed" if late else words[ruling])

    return Attempt(
        lambda: bazaar.arbitrator.vote(case.dispute, ruling),
        then,
        lambda _: [errors.DisputeSolved] if case.voted else [],
    )


def lapse(bazaar: Bazaar, random: Random) -> Attempt | None:
    case = _case(bazaar, random)
    if case is None:
        return None
    sender = bazaar.somebody(random)

    def refusals(now: int) -> Reasons:
        if case.status != "open":
            yield errors.CaseNotOpen
        elif now <= case.deadline:
            yield errors.CaseNotOverdue

    return Attempt(
        lambda: sender.sells.lapse(case.id, contest=case.contest),
        lambda _: _close(bazaar, case, "lapsed"),
        lambda n: [*refusals(n)],
    )


def submit_evidence(bazaar: Bazaar, random: Random) -> Attempt | None:
    case = _case(bazaar, random)
    if case is None:
        return None
    sender = bazaar.somebody(random)
    return Attempt(
        lambda: sender.sells.submit_evidence(case.id, SAID, contest=case.contest),
        lambda _: None,
        lambda n: [*_closed(case, n)],
    )


def _closed(case: Case, now: int) -> Reasons:
    if case.status != "open":
        yield errors.CaseNotOpen
    elif now > case.deadline:
        yield errors.CaseOverdue


def _close(bazaar: Bazaar, case: Case, status: str) -> None:
    """What a case's end means for its bond and its subject."""
    case.status = status
    won, subject, owed = status == "upheld", case.subject, bazaar.model.owed
    if isinstance(subject, Stated):
        defendant = subject.statement.publisher
        subject.open -= 1
        subject.returned |= won
    else:
        defendant = subject.holder
    owed[case.contest, defendant if status == "rejected" else case.claimant] += BOND
    if not isinstance(subject, Asset):
        return
    if case.work is not None:
        if won:
            subject.defeated_works.add(case.work)
        return
    subject.open -= 1
    if case.counter_bond_by is None:
        subject.escrowing -= 1
    else:
        owed[case.contest, case.claimant if won else case.counter_bond_by] += BOND
    if won and (subject.upheld is None or case.id < subject.upheld.id):
        subject.upheld = case


def release_escrow(bazaar: Bazaar, random: Random) -> Attempt | None:
    """What was sold while a dispute was its asset's latest."""
    model = bazaar.model
    if not model.disputes:
        return None
    case, sender, token = recent(random, model.disputes), bazaar.somebody(random), bazaar.token(random)
    payee = case.subject.vault.address if isinstance(case.subject, Asset) else ZERO_ADDRESS
    filled = [escrow for escrow in model.escrows.values() if model.held[escrow.purse, token]]
    if filled and random.random() < 0.9:
        escrow = recent(random, filled)
        case, payee = escrow.case, escrow.payee
    purse = next(
        (e.purse for e in model.escrows.values() if e.case is case and e.payee == payee), ZERO_ADDRESS
    )
    asset = case.subject

    def refusals(now: int) -> Reasons:
        if case.kind != "asset" or not isinstance(asset, Asset):
            yield errors.NoEscrow
            return
        if asset.open and case.id > asset.settled and now <= case.deadline:
            yield errors.EscrowNotOver
        if purse == ZERO_ADDRESS or not model.held[purse, token]:
            yield errors.NothingEscrowed

    def then(released: Any) -> None:
        assert isinstance(asset, Asset)
        upheld = asset.upheld
        receiver = upheld.payee if upheld and upheld.id <= case.id else payee
        assert (released.receiver, released.amount) == (receiver, model.held[purse, token])
        model.release(token, purse, receiver, released.amount)

    return Attempt(lambda: sender.sells.release_escrow(case.id, payee, token), then, lambda n: [*refusals(n)])


def withdraw_bonds(bazaar: Bazaar, random: Random) -> Attempt:
    owed, who, sender = bazaar.model.owed, bazaar.somebody(random), bazaar.somebody(random)
    total = owed[False, who.address] + owed[True, who.address]

    def act() -> None:
        assert sender.sells.owed_bonds(who.address) == total
        sender.sells.withdraw_bonds(who.address)

    def then(_: object) -> None:
        owed[False, who.address] = owed[True, who.address] = 0

    return Attempt(act, then, lambda _: [] if total else [errors.NothingOwed])
