"""The auditor's report against the model: every sheet, every sale, every case, to the last unit."""

from licet.auditor import AuditReport, Verdict
from licet.types import ZERO_ADDRESS, Address
from tests.integration.bazaar.bazaar import Bazaar
from tests.integration.bazaar.model import Model, Stated


def check(report: AuditReport, bazaar: Bazaar) -> None:
    """The chain is clean, and the auditor says of everybody's money what the model says."""
    model = bazaar.model
    assert report.verdict is Verdict.CLEAN, report.findings
    _check_vaults(report, model)
    _check_meters(report, model)
    _check_statements(report, model, bazaar.network.now)
    _check_escrows(report, model)
    _check_cases(report, model)
    sales = [
        (s.license_id, s.licensee, s.payer, s.payee, s.price, s.quantity, s.currency) for s in report.sales
    ]
    assert sales == model.sales
    for name, count in model.counts.items():
        assert getattr(report.counts, name) == count, name


def check_purses(bazaar: Bazaar) -> None:
    """What people have in dollars, and all purses and vaults in both, on the chain itself."""
    for (account, token), amount in bazaar.model.held.items():
        if token == ZERO_ADDRESS and account in {person.address for person in bazaar.people}:
            continue  # they pay for gas
        assert bazaar.people[0].currency(token).balance_of(account) == amount


def _check_vaults(report: AuditReport, model: Model) -> None:
    expected = {
        (book.address, token): (
            len(book.tree),
            received,
            book.paid(token),
            book.owed(token),
            received - book.paid(token) - book.owed(token),
        )
        for book in model.vaults.values()
        for token, received in book.received.items()
        if received
    }
    assert {
        (row.vault, row.token): (row.payees, row.received, row.claimed, row.due, row.dust)
        for row in report.vaults
    } == expected


def _check_meters(report: AuditReport, model: Model) -> None:
    expected = {
        held.id: (
            meter.units,
            meter.settled + meter.withdrawn[token] + model.held[meter.purse, token],
            meter.settled,
            meter.withdrawn[token],
            model.held[meter.purse, token],
            meter.closes_at,
        )
        for held in model.licenses
        if (meter := held.meter) is not None
        for token in [held.listed.offer.currency]
    }
    assert {
        row.license_id: (row.units, row.received, row.settled, row.withdrawn, row.balance, row.closes_at)
        for row in report.meters
    } == expected


def _check_statements(report: AuditReport, model: Model, now: int) -> None:
    assert [
        (row.statement_id, row.vault, row.amount, row.state, row.released, row.balance)
        for row in report.statements
    ] == [
        (
            stated.statement.id,
            stated.vault.address,
            stated.statement.amount,
            _state(stated, now),
            stated.released[stated.statement.currency],
            model.held[stated.purse, stated.statement.currency],
        )
        for stated in model.statements
    ]


def _state(stated: Stated, now: int) -> str:
    if stated.returned:
        return "returned"
    if stated.open:
        return "contested"
    if now <= stated.contestable_until:
        return "contestable"
    return "released" if stated.released[stated.statement.currency] else "due"


def _check_escrows(report: AuditReport, model: Model) -> None:
    expected: dict[tuple[int, Address, Address], tuple[int, int]] = {}
    for escrow in model.escrows.values():
        for token in {token for purse, token in model.held if purse == escrow.purse}:
            released, held = model.released[escrow.purse, token], model.held[escrow.purse, token]
            if released or held:
                expected[escrow.case.id, escrow.payee, token] = (released, held)
    rows = {(row.case_id, row.payee, row.token): (row.released, row.balance) for row in report.escrows}
    assert rows == expected
    assert all(row.received == row.released + row.balance for row in report.escrows)


def _check_cases(report: AuditReport, model: Model) -> None:
    assert [(row.case_id, row.kind, row.claimant, row.status, row.deadline) for row in report.cases] == [
        (case.id, case.kind, case.claimant, case.status, case.deadline)
        for case in [*model.disputes, *model.contests]
    ]
