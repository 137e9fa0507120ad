"""Statements and cases: what is paid in and waits, what is contested, ruled on, lapses, and is paid out."""

from random import Random
from typing import Any

from licet import errors
from licet.contracts.disputes import Ruling
from licet.contracts.purses import purse_address
from licet.documents import EvidenceDocument, StatementDocument
from licet.errors import InputError
from licet.types import ZERO_ADDRESS
from tests.integration.bazaar.bazaar import Attempt, Bazaar, recent
from tests.integration.bazaar.model import Asset, Case, License, Stated
from tests.integration.bazaar.trading import Reasons
from tests.integration.conftest import DAY, DOLLAR

TIMEOUT = 30 * DAY
BOND = 10**16
SAID = EvidenceDocument("Hearsay", "Everybody knows it.")


# Statements.


def publish_statement(bazaar: Bazaar, random: Random) -> Attempt | None:
    """A new one, or one that was published before."""
    model = bazaar.model
    if not model.assets:
        return None
    publisher, now = bazaar.somebody(random), bazaar.network.now
    again = recent(random, model.statements) if model.statements and random.random() < 0.05 else None
    window = random.choice([1, 5, 20]) * DAY
    document = StatementDocument(
        recent(random, model.assets).id,
        now - 30 * DAY,
        now,
        bazaar.token(random),
        bazaar.split(random, random.randrange(10_000, 50 * DOLLAR)),
    )
    if again:
        publisher, window, document = bazaar.party(again.statement.publisher), again.window, again.document

    def then(published: Any) -> None:
        statement = published.statement
        purse = purse_address(bazaar.network.deployment.statement_escrow, statement.id)
        vault = bazaar.vault_of(document.amounts, statement.id)
        model.statements.append(
            Stated(statement, document, vault, purse, published.contestable_until, window)
        )
        model.move(statement.currency, publisher.address, purse, statement.amount)

    return Attempt(
        lambda: publisher.sells.publish_statement(document, window),
        then,
        lambda _: [errors.StatementAlreadyPublished] if again else [],
    )


def contest_statement(bazaar: Bazaar, random: Random) -> Attempt | None:
    if not bazaar.model.statements:
        return None
    stated, claimant = recent(random, bazaar.model.statements), bazaar.somebody(random)
    role = random.choice([claimant.sells, claimant.buys])

    def refusals(now: int) -> Reasons:
        if stated.returned:
            yield errors.StatementIsReturned
        if now > stated.contestable_until:
            yield errors.WindowOver

    def then(opened: Any) -> None:
        case = _opened(bazaar, "statement", stated, claimant.address, opened)
        bazaar.model.contests.append(case)
        stated.open += 1

    return Attempt(
        lambda: role.contest_statement(stated.statement, SAID), then, lambda n: [*refusals(n)]
    )


def release_statement(bazaar: Bazaar, random: Random) -> Attempt | None:
    """To its vault, or back; what was paid into its purse by mistake as well."""
    model = bazaar.model
    if not model.statements:
        return None
    stated, sender = recent(random, model.statements), bazaar.somebody(random)
    token = stated.statement.currency if random.random() < 0.8 else bazaar.token(random)

    def refusals(now: int) -> Reasons:
        if not stated.returned:
            if stated.open:
                yield errors.StatementIsContested
            if now <= stated.contestable_until:
                yield errors.WindowOpen
        if not model.held[stated.purse, token]:
            yield errors.NothingToRelease

    def then(released: Any) -> None:
        receiver = stated.statement.publisher if stated.returned else stated.vault.address
        assert (released.receiver, released.amount) == (receiver, model.held[stated.purse, token])
        stated.released[token] += released.amount
        model.release(token, stated.purse, receiver, released.amount)

    return Attempt(
        lambda: sender.sells.release_statement(stated.statement, token), then, lambda n: [*refusals(n)]
    )


# Disputes.


def dispute_asset(bazaar: Bazaar, random: Random) -> Attempt | None:
    """On a deed of the claimant's own, as a rule."""
    model = bazaar.model
    if not model.assets:
        return None
    asset, claim = recent(random, model.assets), recent(random, model.assets)
    claimant = bazaar.mostly(random, claim.holder)

    def refusals(_: int) -> Reasons:
        if claim is asset or claim.holder != claimant.address:
            yield errors.ClaimInvalid
        if asset.upheld:
            yield errors.AssetAlreadyDefeated

    def then(opened: Any) -> None:
        case = _opened(bazaar, "asset", asset, claimant.address, opened)
        case.payee = claim.vault.address
        model.disputes.append(case)
        if not asset.open:
            asset.settled = asset.latest.id if asset.latest else 0
        asset.latest = case
        asset.open += 1
        asset.escrowing += 1

    return Attempt(
        lambda: claimant.sells.dispute_asset(asset.id, claim.id, claim.vault.address, SAID),
        then,
        lambda n: [*refusals(n)],
    )


def dispute_work(bazaar: Bazaar, random: Random) -> Attempt | None:
    """One work of a catalogue."""
    model = bazaar.model
    catalogs = [asset for asset in model.assets if asset.works]
    if not catalogs:
        return None
    asset = recent(random, catalogs if random.random() < 0.95 else model.assets)
    claim = recent(random, model.assets)
    claimant, work = bazaar.mostly(random, claim.holder), random.choice(asset.works or (asset.content,))

    def refusals(_: int) -> Reasons:
        if not asset.works:
            yield InputError
        if claim is asset or claim.holder != claimant.address:
            yield errors.ClaimInvalid
        if work in asset.defeated_works:
            yield errors.WorkAlreadyDefeated

    def then(opened: Any) -> None:
        case = _opened(bazaar, "work", asset, claimant.address, opened)
        case.work = work
        model.disputes.append(case)

    return Attempt(
        lambda: claimant.sells.dispute_work(asset.id, work, claim.id, SAID), then, lambda n: [*refusals(n)]
    )


def dispute_license(bazaar: Bazaar, random: Random) -> Attempt | None:
    model = bazaar.model
    sold = [own for own in model.licenses if own.parent is None]
    revocable = [own for own in sold if own.terms.conditions.revocable]
    if not sold:
        return None
    license = recent(random, revocable if revocable and random.random() < 0.9 else sold)
    asset = license.listed.asset
    claimant = bazaar.mostly(random, asset.holder)

    def refusals(_: int) -> Reasons:
        if not license.terms.conditions.revocable:
            yield errors.LicenseNotRevocable
        if claimant.address != asset.holder:
            yield errors.NotDeedHolder

    def then(opened: Any) -> None:
        model.disputes.append(_opened(bazaar, "license", license, claimant.address, opened))

    return Attempt(
        lambda: claimant.sells.dispute_license(license.terms, SAID), then, lambda n: [*refusals(n)]
    )


def _opened(
    bazaar: Bazaar, kind: str, subject: Asset | License | Stated, claimant: Any, opened: Any
) -> Case:
    model = bazaar.model
    dispute = len(model.disputes) + len(model.contests)
    deadline = bazaar.time(opened.receipt) + TIMEOUT
    assert opened.deadline == deadline
    return Case(opened.case_id, kind, subject, claimant, deadline, dispute)


# What becomes of cases.


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

    return Attempt(
        lambda: sender.sells.release_escrow(case.id, payee, token), then, lambda n: [*refusals(n)]
    )


def withdraw_bonds(bazaar: Bazaar, random: Random) -> Attempt:
    owed, who, sender = bazaar.model.owed, bazaar.somebody(random), bazaar.somebody(random)
    total = owed[False, who.address] + owed[True, who.address]

    def act() -> None:
        assert sender.sells.owed_bonds(who.address) == total
        sender.sells.withdraw_bonds(who.address)

    def then(_: object) -> None:
        owed[False, who.address] = owed[True, who.address] = 0

    return Attempt(act, then, lambda _: [] if total else [errors.NothingOwed])
