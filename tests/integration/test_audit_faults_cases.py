"""Planted faults of disputes and statements: cases, bonds, flags, escrows; each is found and named."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from licet.auditor import AuditReport, Kind
from licet.chain.compiled.artifacts import artifact
from licet.contracts.disputes import Ruling
from licet.contracts.events import (
    AssetDisputed,
    CaseClosed,
    CounterBonded,
    DeedFlagged,
    EscrowReleased,
    EvidenceShown,
    LicenseDisputed,
    OwedWithdrawn,
    Ruled,
    StatementContested,
    StatementPublished,
    StatementReleased,
    WorkDisputed,
)
from licet.contracts.events import Sold as SoldEvent
from licet.contracts.purses import escrow_matter, purse_address
from licet.documents import SplitDocument
from licet.rights.conditions import Conditions
from licet.rights.registration import Registration
from licet.rights.statement import Statement
from licet.trees.catalog import CatalogTree
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.faults import (
    Lie,
    Logs,
    added,
    alter_slot,
    altered,
    balance_slot,
    between,
    deed_slot,
    forged,
    kinds,
    lying_about_logs,
    mapped,
    the,
    without,
)
from tests.integration.market import PRICE, Market

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
Found = Callable[..., set[Kind]]

ELSEWHERE = "0x" + "77" * 20
NOTHING = hash32(b"\x77" * 32)
BOND = 10**16
# Where both contracts keep cases and what they owe; then the desk disputes, and the escrow statements.
CASES, NUMBERS, OWED = 2, 3, 4
ASSETS, CLAIMS, WORKS, WORK_OF = 5, 6, 7, 8
STATEMENTS = 5
UPHELD, REJECTED, LAPSED = 2, 3, 4


def more(by: int) -> Callable[[int], int]:
    return lambda before: before + by


@pytest.fixture
def found_in(network: Network, audit: Audit) -> Found:
    """What is found where these logs are forged, and the heads agree."""

    def found(*lies: Lie) -> set[Kind]:
        with forged(network, *lies) as url:
            return kinds(audit(url))

    return found


@dataclass(frozen=True)
class Dispute:
    """A deed, and another on which it is disputed."""

    asset: Hash32
    claim: Hash32
    escrow: Address
    vault: Address


@pytest.fixture
def dispute(market: Market, licensor: Party, rival: Party, network: Network) -> Dispute:
    """The licensor's asset, disputed by the rival, and sold once meanwhile."""
    asset, claim = market.register(licensor, "a poem"), market.register(rival, "the same poem")
    rival.contracts.disputes.dispute_asset(asset, claim, rival.address, evidence_uri="ni:x")
    market.sell(asset)
    escrow = purse_address(network.deployment.dispute_desk, escrow_matter(1, market.vault))
    return Dispute(asset, claim, escrow, market.vault)


# Openings.

UNDISPUTED = {Kind.DEED_FLAGS_WRONG, Kind.DISPUTE_STATE_WRONG, Kind.PAYMENT_MISSING}
"""What is found of a deed whose dispute was logged for another."""


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"caseId": 2}, {Kind.CASE_CONTRADICTION, Kind.CASE_STATE_WRONG} | UNDISPUTED),
        ({"deadline": more(1)}, {Kind.CASE_DEADLINE_WRONG, Kind.CASE_STATE_WRONG}),
        ({"claimant": ELSEWHERE}, {Kind.CASE_CONTRADICTION, Kind.CASE_STATE_WRONG}),
        ({"claimId": NOTHING}, {Kind.CASE_CONTRADICTION}),
        ({"payee": ELSEWHERE}, {Kind.DISPUTE_STATE_WRONG}),
        ({"assetId": NOTHING}, {Kind.CASE_CONTRADICTION, Kind.CASE_STATE_WRONG} | UNDISPUTED),
    ],
)
def test_a_dispute_that_its_claimant_could_not_open(
    changes: dict[str, Any], found: set[Kind], dispute: Dispute, found_in: Found
) -> None:
    assert found_in(altered(AssetDisputed, **changes)) == found


def test_a_dispute_on_the_very_deed(dispute: Dispute, found_in: Found) -> None:
    assert Kind.CASE_CONTRADICTION in found_in(altered(AssetDisputed, claimId=dispute.asset))


def test_a_dispute_of_what_had_lost_one(
    dispute: Dispute, market: Market, rival: Party, network: Network, found_in: Found
) -> None:
    market.rule(Ruling.UPHOLD)
    again = added(
        network,
        network.deployment.dispute_desk,
        AssetDisputed,
        caseId=2,
        assetId=dispute.asset,
        claimant=rival.address,
        claimId=dispute.claim,
        payee=rival.address,
        deadline=network.now + 30 * DAY,
        evidenceHash=NOTHING,
        evidenceURI="",
    )
    assert Kind.CASE_CONTRADICTION in found_in(again)


def test_evidence_in_a_case_that_was_closed(
    dispute: Dispute, market: Market, rival: Party, network: Network, found_in: Found
) -> None:
    market.rule(Ruling.REJECT)
    late = added(
        network,
        network.deployment.dispute_desk,
        EvidenceShown,
        _arbitrator=network.deployment.arbitrator,
        _evidenceGroupID=1,
        _party=rival.address,
        _evidence="ni:y",
    )
    assert found_in(late) == {Kind.CASE_CONTRADICTION}


# Rulings, and bonds.


@pytest.fixture
def rejected(dispute: Dispute, market: Market, licensor: Party) -> Dispute:
    """Rejected; the licensor has drawn the bond, and the escrow went to the vault."""
    market.rule(Ruling.REJECT)
    licensor.contracts.disputes.withdraw(licensor.address)
    licensor.contracts.disputes.release(1, dispute.vault, market.dollar)
    return dispute


RUNNING = {
    Kind.CASE_CONTRADICTION,
    Kind.CASE_BOND_WRONG,
    Kind.CASE_STATE_WRONG,
    Kind.DEED_FLAGS_WRONG,
    Kind.DISPUTE_STATE_WRONG,
    Kind.ESCROW_RELEASED_WRONG,
    Kind.OWED_UNCOVERED,
}
"""What is found of a case whose end was logged for another: it runs on, and nobody is owed its bond."""


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"status": UPHELD},
            {
                Kind.CASE_STATUS_WRONG,
                Kind.CASE_BOND_WRONG,
                Kind.CASE_STATE_WRONG,
                Kind.DEED_FLAGS_WRONG,
                Kind.DISPUTE_STATE_WRONG,
                Kind.ESCROW_RELEASED_WRONG,
            },
        ),
        (
            {"status": LAPSED},
            {Kind.CASE_STATUS_WRONG, Kind.CASE_BOND_WRONG, Kind.CASE_STATE_WRONG},
        ),
        ({"bondTo": ELSEWHERE}, {Kind.CASE_BOND_WRONG, Kind.OWED_WRONG, Kind.OWED_UNCOVERED}),
        ({"subject": NOTHING}, RUNNING),
        ({"caseId": 2}, RUNNING),
    ],
)
def test_a_case_that_ended_otherwise_than_ruled(
    changes: dict[str, Any], found: set[Kind], rejected: Dispute, found_in: Found
) -> None:
    assert found_in(altered(CaseClosed, **changes)) == found


def test_a_ruling_that_nobody_gave(rejected: Dispute, found_in: Found) -> None:
    assert found_in(without(Ruled)) == {Kind.CASE_STATUS_WRONG}


def test_a_ruling_on_another_dispute(rejected: Dispute, found_in: Found) -> None:
    assert found_in(altered(Ruled, _disputeID=9)) == {Kind.CASE_STATUS_WRONG}


def test_a_case_that_lapsed_before_its_deadline(
    dispute: Dispute, market: Market, network: Network, found_in: Found
) -> None:
    market.rule(Ruling.REFUSED)
    assert Kind.CASE_STATUS_WRONG in found_in(without(Ruled))


def test_a_ruling_after_the_deadline(
    dispute: Dispute, rival: Party, network: Network, found_in: Found
) -> None:
    """The case lapsed, but the logs say that it was rejected."""
    network.travel(31 * DAY)
    rival.contracts.disputes.lapse(1)
    late = altered(CaseClosed, status=REJECTED)
    assert {Kind.CASE_STATUS_WRONG, Kind.CASE_BOND_WRONG} <= found_in(late)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"amount": BOND - 1}, {Kind.CASE_BOND_WRONG}),
        ({"amount": 2 * BOND}, {Kind.CASE_BOND_WRONG}),
        ({"to": ELSEWHERE}, {Kind.CASE_BOND_WRONG, Kind.OWED_WRONG, Kind.OWED_UNCOVERED}),
    ],
)
def test_a_bond_that_was_paid_out_wrongly(
    changes: dict[str, Any], found: set[Kind], rejected: Dispute, found_in: Found
) -> None:
    assert found_in(altered(OwedWithdrawn, **changes)) == found


def test_a_bond_that_was_paid_out_twice(
    rejected: Dispute, licensor: Party, network: Network, found_in: Found
) -> None:
    again = added(
        network,
        network.deployment.dispute_desk,
        OwedWithdrawn,
        to=licensor.address,
        amount=BOND,
        caller=licensor.address,
    )
    assert found_in(again) == {Kind.CASE_BOND_WRONG}


def test_what_is_owed_was_altered(
    dispute: Dispute, market: Market, licensor: Party, network: Network, audit: Audit
) -> None:
    market.rule(Ruling.REJECT)
    desk, slot = network.deployment.dispute_desk, mapped(OWED, licensor.address)
    alter_slot(network, desk, slot, more(1))
    evidence = the(Kind.OWED_WRONG, audit()).evidence
    assert (evidence.expected, evidence.found) == (str(BOND), str(BOND + 1))


def test_bonds_that_vanished(dispute: Dispute, network: Network, audit: Audit) -> None:
    network.rpc("anvil_setBalance", network.deployment.dispute_desk, hex(BOND - 1))
    network.rpc("evm_mine")
    report = audit()
    assert kinds(report) == {Kind.OWED_UNCOVERED}
    evidence = the(Kind.OWED_UNCOVERED, report).evidence
    assert (evidence.expected, evidence.found) == (str(BOND), str(BOND - 1))


def test_a_case_that_was_altered(dispute: Dispute, network: Network, audit: Audit) -> None:
    slot = mapped(CASES, 1)
    alter_slot(network, network.deployment.dispute_desk, slot, lambda word: word ^ 1)
    assert kinds(audit()) == {Kind.CASE_STATE_WRONG}


# Bonds against a dispute.


@pytest.fixture
def answered(dispute: Dispute, market: Market, licensor: Party) -> Dispute:
    """The licensor staked a bond, and sold once more."""
    licensor.contracts.disputes.counter_bond(1)
    market.sell(dispute.asset, amount=PRICE + 1)
    return dispute


def test_a_bond_that_was_not_staked(answered: Dispute, found_in: Found) -> None:
    """So the second sale should have been escrowed."""
    found = found_in(without(CounterBonded))
    assert found == {Kind.PAYMENT_MISSING, Kind.DISPUTE_STATE_WRONG}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"payer": ELSEWHERE}, Kind.CASE_CONTRADICTION),
        ({"assetId": NOTHING}, Kind.CASE_CONTRADICTION),
        ({"caseId": 2}, Kind.CASE_CONTRADICTION),
    ],
)
def test_a_bond_that_the_holder_could_not_stake(
    changes: dict[str, Any], found: Kind, answered: Dispute, found_in: Found
) -> None:
    assert found in found_in(altered(CounterBonded, **changes))


def test_a_second_bond(answered: Dispute, licensor: Party, network: Network, found_in: Found) -> None:
    again = added(
        network,
        network.deployment.dispute_desk,
        CounterBonded,
        caseId=1,
        assetId=answered.asset,
        payer=licensor.address,
    )
    assert found_in(again) == {Kind.CASE_CONTRADICTION, Kind.OWED_UNCOVERED}


def test_a_bond_against_a_dispute_that_vanished(answered: Dispute, network: Network, audit: Audit) -> None:
    network.rpc("anvil_setBalance", network.deployment.dispute_desk, hex(BOND))
    network.rpc("evm_mine")
    assert kinds(audit()) == {Kind.OWED_UNCOVERED}


# Flags.


def test_a_deed_that_was_not_flagged(dispute: Dispute, found_in: Found) -> None:
    """So its sale should not have been escrowed."""
    found = found_in(without(DeedFlagged))
    assert found == {Kind.DEED_FLAGS_WRONG, Kind.DEED_STATE_WRONG, Kind.PAYMENT_MISSING}


@pytest.mark.parametrize("changes", [{"flags": 16}, {"flags": 9}, {"caseId": 2}, {"assetId": NOTHING}])
def test_a_deed_that_was_flagged_otherwise(
    changes: dict[str, Any], dispute: Dispute, found_in: Found
) -> None:
    assert Kind.DEED_FLAGS_WRONG in found_in(altered(DeedFlagged, **changes))


def test_a_flag_out_of_the_blue(market: Market, licensor: Party, network: Network, found_in: Found) -> None:
    asset = market.register(licensor, "a poem")
    flagged = added(
        network, network.deployment.asset_registry, DeedFlagged, assetId=asset, caseId=1, flags=16
    )
    assert found_in(flagged) == {Kind.DEED_FLAGS_WRONG, Kind.DEED_STATE_WRONG}


def test_a_sale_on_a_deed_that_had_lost(
    dispute: Dispute, market: Market, network: Network, audit: Audit
) -> None:
    market.rule(Ruling.UPHOLD)
    registry, slot = network.deployment.asset_registry, deed_slot(dispute.asset)
    alter_slot(network, registry, slot, lambda word: word ^ 16 << 248)
    market.sell(dispute.asset, amount=PRICE + 1)
    alter_slot(network, registry, slot, lambda word: word ^ 16 << 248)
    assert kinds(audit()) == {Kind.ASSET_DEFEATED}


# Escrows.


def test_a_sale_that_was_paid_past_the_escrow(
    dispute: Dispute, market: Market, network: Network, audit: Audit
) -> None:
    """The registry forgot the dispute for the sale."""
    registry, slot = network.deployment.asset_registry, deed_slot(dispute.asset)
    alter_slot(network, registry, slot, lambda word: word ^ 8 << 248)
    market.sell(dispute.asset, amount=PRICE + 1)
    alter_slot(network, registry, slot, lambda word: word ^ 8 << 248)
    report = audit()
    assert kinds(report) == {Kind.PAYMENT_MISSING}
    assert the(Kind.PAYMENT_MISSING, report).evidence.payee == dispute.escrow


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"to": ELSEWHERE}, {Kind.ESCROW_RELEASED_WRONG, Kind.ESCROW_UNPAID}),
        ({"amount": more(-1)}, {Kind.ESCROW_UNPAID, Kind.PURSE_OUTFLOW_WRONG}),
        ({"caseId": 2}, {Kind.ESCROW_RELEASED_WRONG, Kind.PURSE_OUTFLOW_WRONG}),
        (
            {"payee": ELSEWHERE},
            {Kind.ESCROW_RELEASED_WRONG, Kind.ESCROW_UNPAID, Kind.PURSE_OUTFLOW_WRONG},
        ),
    ],
)
def test_an_escrow_that_was_released_wrongly(
    changes: dict[str, Any], found: set[Kind], rejected: Dispute, found_in: Found
) -> None:
    assert found_in(altered(EscrowReleased, **changes)) == found


def test_an_escrow_that_was_released_too_early(rejected: Dispute, found_in: Found) -> None:
    assert Kind.ESCROW_RELEASED_WRONG in found_in(without(CaseClosed))


def test_an_escrow_whose_release_did_not_move(
    rejected: Dispute, market: Market, network: Network, audit: Audit
) -> None:
    topic = "0x" + bytes(12).hex() + rejected.escrow[2:].lower()

    def leave_out(logs: Logs) -> Logs:
        return [log for log in logs if log["topics"][1:2] != [topic]]

    with between(network.url, lying_about_logs(leave_out)) as url:
        found = kinds(audit(url))
    assert found == {
        Kind.ESCROW_UNPAID,
        Kind.PURSE_INCOME_WRONG,
        Kind.PURSE_OUTFLOW_WRONG,
        Kind.INCOME_WRONG,
    }


def test_money_that_vanished_from_an_escrow(
    dispute: Dispute, market: Market, network: Network, audit: Audit
) -> None:
    alter_slot(network, market.dollar, balance_slot(dispute.escrow), more(-1))
    assert the(Kind.PURSE_INCOME_WRONG, audit()).evidence.case_id == 1


@pytest.mark.parametrize(
    ("slot", "key", "change"), [(ASSETS, "asset", more(1 << 192)), (CLAIMS, 1, lambda word: word ^ 1)]
)
def test_what_the_desk_keeps_was_altered(
    slot: int, key: str | int, change: Callable[[int], int], dispute: Dispute, network: Network, audit: Audit
) -> None:
    at = mapped(slot, key if isinstance(key, int) else dispute.asset)
    alter_slot(network, network.deployment.dispute_desk, at, change)
    assert kinds(audit()) == {Kind.DISPUTE_STATE_WRONG}


# Disputes of works and of licenses.


@pytest.fixture
def work(market: Market, licensor: Party, rival: Party) -> tuple[Hash32, Hash32]:
    """A catalogue, and the work in it that the rival disputes."""
    works = [hash32(bytes([n]) * 32) for n in range(1, 4)]
    tree = CatalogTree(works)
    registration = Registration(licensor.address, tree.root, works=3, document_hash=NOTHING)
    licensor.contracts.assets.register(registration)
    claim = market.register(rival, "my own")
    rival.contracts.disputes.dispute_work(
        registration.asset_id, works[1], licensor.address, tree.proof(1), claim
    )
    return registration.asset_id, works[1]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"sha256Hash": NOTHING}, {Kind.DISPUTE_STATE_WRONG}),
        ({"claimId": NOTHING}, {Kind.CASE_CONTRADICTION}),
        ({"deadline": more(1)}, {Kind.CASE_DEADLINE_WRONG, Kind.CASE_STATE_WRONG}),
    ],
)
def test_a_dispute_of_a_work_that_was_altered(
    changes: dict[str, Any], found: set[Kind], work: tuple[Hash32, Hash32], found_in: Found
) -> None:
    assert found_in(altered(WorkDisputed, **changes)) - {Kind.CATALOG_MISSING} == found


def test_a_work_whose_flags_were_altered(work: tuple[Hash32, Hash32], network: Network, audit: Audit) -> None:
    slot = mapped(mapped(WORKS, work[0]), work[1])
    alter_slot(network, network.deployment.dispute_desk, slot, lambda word: word ^ 1 << 32)
    assert kinds(audit()) - {Kind.CATALOG_MISSING} == {Kind.DISPUTE_STATE_WRONG}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"claimant": ELSEWHERE}, {Kind.CASE_CONTRADICTION, Kind.CASE_STATE_WRONG}),
        ({"assetId": NOTHING}, {Kind.CASE_CONTRADICTION}),
        ({"licenseId": NOTHING}, {Kind.CASE_CONTRADICTION, Kind.CASE_STATE_WRONG}),
    ],
)
def test_a_dispute_of_a_license_that_is_not_theirs(
    changes: dict[str, Any], found: set[Kind], market: Market, licensor: Party, found_in: Found
) -> None:
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, conditions=Conditions(revocable=True))
    licensor.contracts.disputes.dispute_license(sold.grant, sold.conditions)
    assert found_in(altered(LicenseDisputed, **changes)) == found


# Statements.


@pytest.fixture
def statement(market: Market, licensor: Party, split: SplitDocument) -> Statement:
    """A hundred dollars for a day, contestable for a day; its split is published for its vault."""
    made = market.state(licensor, market.register(licensor, "a poem"), split)
    payees = [(entry.payee, entry.share) for entry in split.payees]
    licensor.contracts.vaults.publish(made.root, payees=payees, salt=made.id)
    return made


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"vault": ELSEWHERE}, {Kind.STATEMENT_WRONG}),
        ({"assetId": NOTHING}, {Kind.STATEMENT_WRONG}),
        ({"publisher": ELSEWHERE}, {Kind.STATEMENT_WRONG, Kind.STATEMENT_STATE_WRONG}),
        ({"contestableUntil": more(1)}, {Kind.STATEMENT_WRONG, Kind.STATEMENT_STATE_WRONG}),
        ({"statement": lambda old: old | {"amount": 1}}, {Kind.STATEMENT_WRONG}),
        (
            {"statement": lambda old: old | {"amount": old["amount"] + 1}},
            {Kind.STATEMENT_WRONG, Kind.STATEMENT_UNFUNDED},
        ),
        ({"statement": lambda old: old | {"uri": "ni:elsewhere"}}, {Kind.STATEMENT_WRONG}),
        ({"statement": lambda old: old | {"amount": 0}}, {Kind.LOG_MALFORMED}),
    ],
)
def test_a_statement_that_is_not_what_its_id_says(
    changes: dict[str, Any], found: set[Kind], statement: Statement, found_in: Found
) -> None:
    assert found_in(altered(StatementPublished, **changes)) == found


def test_a_statement_that_was_not_paid_in(
    statement: Statement, market: Market, network: Network, audit: Audit
) -> None:
    def leave_out(logs: Logs) -> Logs:
        return [log for log in logs if log["address"].lower() != market.dollar.lower()]

    with between(network.url, lying_about_logs(leave_out)) as url:
        report = audit(url)
    assert kinds(report) == {Kind.STATEMENT_UNFUNDED, Kind.PURSE_INCOME_WRONG}
    assert the(Kind.STATEMENT_UNFUNDED, report).evidence.statement_id == statement.id


def test_a_statement_in_native_coin_that_was_not_paid_in(
    market: Market, licensor: Party, split: SplitDocument, network: Network, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    made = market.state(licensor, asset, split, currency=ZERO_ADDRESS, amount=50)
    purse = purse_address(network.deployment.statement_escrow, made.id)
    network.rpc("anvil_setBalance", purse, hex(49))
    network.rpc("evm_mine")
    assert the(Kind.STATEMENT_UNFUNDED, audit()).evidence.found == "49"


def test_a_statement_whose_document_has_no_readable_place(
    market: Market, licensor: Party, split: SplitDocument, network: Network, audit: Audit
) -> None:
    """The chain takes any bytes for a URI; nobody can read these, and nothing breaks on them."""
    asset = market.register(licensor, "a poem")
    made = market.statement(licensor, asset, split, currency=ZERO_ADDRESS, amount=5, uri="!!!!")
    data = artifact("StatementEscrow").abi.encode_call("publish", [made.to_abi()])
    escrow = network.deployment.statement_escrow
    network.transact(licensor.address, escrow, data.replace(b"!!!!", b"\xff\xfe\x00\x80"), 5)
    assert kinds(audit()) == {Kind.LOG_MALFORMED}


def test_a_statement_that_was_published_twice(
    statement: Statement, licensor: Party, network: Network, found_in: Found
) -> None:
    escrow = licensor.contracts.statements
    again = added(
        network,
        escrow.address,
        StatementPublished,
        statementId=statement.id,
        assetId=statement.asset_id,
        publisher=licensor.address,
        vault=escrow.vault_of(statement),
        contestableUntil=network.now + DAY,
        statement=statement.to_abi(),
    )
    assert found_in(again) == {Kind.STATEMENT_CONTRADICTION}


@pytest.fixture
def contested(statement: Statement, stranger: Party) -> Statement:
    stranger.contracts.statements.contest(statement)
    return statement


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"caseId": 2}, {Kind.CASE_CONTRADICTION, Kind.CASE_STATE_WRONG}),
        ({"deadline": more(1)}, {Kind.CASE_DEADLINE_WRONG, Kind.CASE_STATE_WRONG}),
        ({"claimant": ELSEWHERE}, {Kind.CASE_STATE_WRONG}),
        (
            {"statementId": NOTHING},
            {Kind.STATEMENT_CONTRADICTION, Kind.STATEMENT_STATE_WRONG, Kind.CASE_STATE_WRONG},
        ),
    ],
)
def test_a_contest_that_was_altered(
    changes: dict[str, Any], found: set[Kind], contested: Statement, found_in: Found
) -> None:
    assert found_in(altered(StatementContested, **changes)) == found


def test_a_contest_after_the_window(
    statement: Statement, stranger: Party, network: Network, found_in: Found
) -> None:
    late = network.travel(2 * DAY)
    contest = added(
        network,
        network.deployment.statement_escrow,
        StatementContested,
        caseId=1,
        statementId=statement.id,
        claimant=stranger.address,
        deadline=late + 30 * DAY,
        evidenceHash=NOTHING,
        evidenceURI="",
    )
    assert Kind.STATEMENT_CONTRADICTION in found_in(contest)


def test_a_contest_whose_end_was_forged(contested: Statement, market: Market, found_in: Found) -> None:
    market.rule(Ruling.REJECT)
    found = found_in(altered(CaseClosed, status=UPHELD))
    assert found == {
        Kind.CASE_STATUS_WRONG,
        Kind.CASE_BOND_WRONG,
        Kind.CASE_STATE_WRONG,
        Kind.STATEMENT_STATE_WRONG,
    }


@pytest.fixture
def released(contested: Statement, market: Market, stranger: Party, network: Network) -> Statement:
    market.rule(Ruling.REJECT)
    network.travel(2 * DAY)
    stranger.contracts.statements.release(contested, market.dollar)
    return contested


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"to": ELSEWHERE}, {Kind.STATEMENT_RELEASED_WRONG, Kind.STATEMENT_UNPAID}),
        ({"amount": more(-1)}, {Kind.STATEMENT_UNPAID, Kind.PURSE_OUTFLOW_WRONG}),
        ({"token": ELSEWHERE}, {Kind.STATEMENT_UNPAID, Kind.PURSE_OUTFLOW_WRONG}),
        ({"statementId": NOTHING}, {Kind.STATEMENT_CONTRADICTION, Kind.PURSE_OUTFLOW_WRONG}),
    ],
)
def test_a_statement_that_was_released_wrongly(
    changes: dict[str, Any], found: set[Kind], released: Statement, found_in: Found
) -> None:
    unreadable = {Kind.PURSE_UNREADABLE, Kind.VAULT_UNREADABLE}
    assert found_in(altered(StatementReleased, **changes)) - unreadable == found


def test_a_statement_that_was_released_while_contested(released: Statement, found_in: Found) -> None:
    found = found_in(without(CaseClosed))
    assert {Kind.STATEMENT_RELEASED_WRONG, Kind.STATEMENT_STATE_WRONG, Kind.CASE_STATE_WRONG} <= found


def test_a_statement_that_was_released_in_its_window(released: Statement, found_in: Found) -> None:
    longer = altered(StatementPublished, contestableUntil=more(9 * DAY))
    assert Kind.STATEMENT_RELEASED_WRONG in found_in(longer)


def test_a_statement_that_was_returned_to_nobody(
    contested: Statement, market: Market, stranger: Party, found_in: Found
) -> None:
    market.rule(Ruling.UPHOLD)
    stranger.contracts.statements.release(contested, market.dollar)
    found = found_in(altered(StatementReleased, to=ELSEWHERE))
    assert found == {Kind.STATEMENT_RELEASED_WRONG, Kind.STATEMENT_UNPAID}


def test_a_statement_that_was_altered(statement: Statement, network: Network, audit: Audit) -> None:
    slot = mapped(STATEMENTS, statement.id)
    alter_slot(network, network.deployment.statement_escrow, slot, more(1 << 160))
    report = audit()
    assert kinds(report) == {Kind.STATEMENT_STATE_WRONG}
    assert the(Kind.STATEMENT_STATE_WRONG, report).evidence.statement_id == statement.id


def test_a_statement_of_which_money_vanished(
    statement: Statement, market: Market, network: Network, audit: Audit
) -> None:
    purse = purse_address(network.deployment.statement_escrow, statement.id)
    alter_slot(network, market.dollar, balance_slot(purse), lambda word: word - DOLLAR)
    assert the(Kind.PURSE_INCOME_WRONG, audit()).evidence.purse == purse


def test_a_statement_whose_split_nobody_published(
    market: Market, licensor: Party, stranger: Party, split: SplitDocument, network: Network, audit: Audit
) -> None:
    other = market.split_of(stranger)
    made = market.state(licensor, market.register(licensor, "a poem"), other)
    assert kinds(audit()) == {Kind.SPLIT_UNUSED}
    network.travel(2 * DAY)
    stranger.contracts.statements.release(made, market.dollar)
    assert kinds(audit()) == {Kind.SPLIT_MISSING}


def test_sales_of_a_deed_that_nobody_disputed_are_not_escrowed(
    dispute: Dispute, market: Market, found_in: Found
) -> None:
    """The sale was escrowed, but the logs know of no dispute."""
    found = found_in(without(AssetDisputed), without(EvidenceShown), without(DeedFlagged))
    assert {Kind.PAYMENT_MISSING, Kind.DEED_STATE_WRONG, Kind.STATE_WRONG} == found


def test_a_sale_is_escrowed_for_its_payee(dispute: Dispute, market: Market, found_in: Found) -> None:
    other = altered(SoldEvent, -1, offer=lambda offer: offer | {"payee": ELSEWHERE})
    assert Kind.PAYMENT_MISSING in found_in(other)
