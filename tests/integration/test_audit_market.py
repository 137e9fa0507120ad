"""The auditor on honest histories of all that the market's contracts do."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import AuditReport, Kind, Verdict
from licet.contracts.disputes import Ruling
from licet.contracts.purses import escrow_matter, purse_address
from licet.contracts.vaults import VaultClaim
from licet.documents import SplitDocument
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.trees.catalog import CatalogTree
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.faults import between, kinds
from tests.integration.market import MONTH, PRICE, Market

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
Disputed = tuple[Hash32, Hash32]


def clean(report: AuditReport) -> AuditReport:
    assert not report.findings
    assert report.verdict is Verdict.CLEAN
    return report


# Licenses.


def test_an_agent_signs_for_the_licensor(
    market: Market, stranger: Party, licensor: Party, network: Network, audit: Audit
) -> None:
    licensor.contracts.licenses.appoint_agent(stranger.address, network.now + MONTH)
    asset = market.register(licensor, "a poem")
    market.buy(market.signed_by(stranger, market.offer(asset)))
    licensor.contracts.licenses.appoint_agent(stranger.address, 0)
    clean(audit())


def test_subscriptions_are_renewed(
    market: Market, licensor: Party, stranger: Party, network: Network, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    seats = market.sell(asset, kind=OfferKind.SUBSCRIPTION, duration=MONTH, quantity=3)
    market.renew(seats)  # before they run out
    network.travel(3 * MONTH)
    market.renew(seats, stranger)  # after
    native = market.sell(
        asset, kind=OfferKind.SUBSCRIPTION, duration=MONTH, currency=ZERO_ADDRESS, amount=7, exclusive=True
    )
    market.renew(native)
    report = clean(audit())
    assert report.counts.renewals == 7


def test_a_license_is_revoked_for_want_of_reports(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    terms = Conditions(report_within=7 * DAY, refund_bps=5_000)
    sold = market.sell(asset, duration=MONTH, conditions=terms, exclusive=True)
    market.anchor(licensee, sold, network.now - 10, network.now)
    network.travel(10 * DAY)
    market.revoke(sold, refund=PRICE)
    report = clean(audit())
    (refund,) = (row for row in report.vaults if row.payees == 1)
    assert refund.due == refund.received == pytest.approx(PRICE // 3, abs=100)  # half of two thirds


@pytest.mark.parametrize("documents", ["documents", "nothing"])
def test_a_license_is_revoked_by_a_ruling(
    market: Market, licensor: Party, audit: Audit, documents: str, tmp_path: Path
) -> None:
    """Whether the conditions are found in a document, or only in the transaction that had to show them."""
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, conditions=Conditions(revocable=True, refund_bps=2_500))
    licensor.contracts.disputes.dispute_license(sold.grant, sold.conditions)
    market.rule(Ruling.UPHOLD)
    market.revoke(sold, cause=1, refund=PRICE)
    report = clean(audit(documents=tmp_path / documents))
    assert report.counts.revocations == 1
    assert sum(row.received for row in report.vaults if row.payees == 1) == PRICE // 4


def test_sublicenses_and_pins(
    market: Market, licensor: Party, licensee: Party, stranger: Party, network: Network, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    conditions = Conditions(sublicensable=True, resale_bps=250)
    sold = market.sell(asset, duration=MONTH, transferable=True, conditions=conditions)
    licenses = licensee.contracts.licenses
    expires = network.now + DAY
    licenses.grant_sublicense(sold.grant, sold.conditions, stranger.address, Use.TRAIN, expires, ZERO_HASH)
    stranger.contracts.licenses.pin(sold.grant, sold.conditions)
    licensor.contracts.assets.pin_vault(asset, market.vault, 300)
    report = clean(audit())
    assert report.counts.sublicenses == 1


# Derivatives.


def test_a_derivative_of_a_derivative(
    market: Market, licensor: Party, rival: Party, licensee: Party, artist: Party, audit: Audit
) -> None:
    poem, tune = market.register(licensor, "a poem"), market.register(rival, "a tune")
    words = market.sell(poem, duration=MONTH, conditions=Conditions(royalty_bps=1_000))
    refrain = market.sell(poem, conditions=Conditions(royalty_bps=500, reciprocal=True))
    # Both terms ask for the same rights document, and the second for a ceiling in dollars.
    music = market.sell(tune, rival, conditions=Conditions(royalty_bps=200, revenue_ceiling=3 * PRICE))
    song = market.derive(licensee, "a song", (words, refrain, music))
    terms = {"payee": song.vault, "duration": DAY, "conditions": Conditions(royalty_bps=2_000)}
    on_song = market.offer(song.asset_id, licensee, **terms)
    for salt in (1, 2, 3):
        last = market.buy(on_song, artist, salt=salt)
    cover = market.derive(artist, "a cover", (last,), sources=(last.license_id,))
    licensee.contracts.assets.pin_vault(song.asset_id, song.vault, 100)
    artist.contracts.assets.refresh_parents(cover.asset_id, cover.split.root, cover.license_ids)
    claim = VaultClaim(
        song.split.root, market.dollar, market.vault, song.split.proof(market.vault), song.salt
    )
    artist.contracts.vaults.claim([claim])
    report = clean(audit())
    assert report.counts.derivatives == 2
    (row,) = (row for row in report.vaults if row.vault == song.vault)
    assert (row.received, row.claimed) == (3 * PRICE, 3 * PRICE * 17 // 100)


def test_a_derivative_whose_parent_is_renewed(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    poem = market.register(licensor, "a poem")
    parent = market.sell(
        poem, kind=OfferKind.SUBSCRIPTION, duration=MONTH, conditions=Conditions(royalty_bps=1)
    )
    made = market.derive(licensee, "a song", (parent,))
    market.renew(parent)
    licensee.contracts.assets.refresh_parents(made.asset_id, made.split.root, made.license_ids)
    market.sell(made.asset_id, licensee, payee=made.vault, duration=MONTH + DAY)
    clean(audit())


def test_a_revoked_parent_that_nobody_looked_at_again_is_noted(
    market: Market, licensor: Party, licensee: Party, audit: Audit
) -> None:
    terms = Conditions(royalty_bps=1_000, revocable=True)
    parent = market.sell(market.register(licensor, "a poem"), conditions=terms)
    made = market.derive(licensee, "a song", (parent,))
    licensor.contracts.disputes.dispute_license(parent.grant, parent.conditions)
    market.rule(Ruling.UPHOLD)
    market.revoke(parent, cause=1)
    market.sell(made.asset_id, licensee, payee=made.vault)
    report = audit()
    assert report.verdict is Verdict.CLEAN
    assert kinds(report) == {Kind.PARENTS_OUTDATED}
    assert report.findings[0].evidence.asset_id == made.asset_id
    licensee.contracts.assets.refresh_parents(made.asset_id, made.split.root, made.license_ids)
    clean(audit())


def test_a_work_made_with_licensed_tools(
    market: Market, licensor: Party, licensee: Party, audit: Audit
) -> None:
    poem = market.register(licensor, "a poem")
    source = market.sell(poem)
    market.derive(licensee, "a picture", (), sources=(source.license_id,))
    clean(audit())


# Use.


def test_use_is_reported(
    market: Market,
    licensor: Party,
    licensee: Party,
    stranger: Party,
    rival: Party,
    network: Network,
    audit: Audit,
) -> None:
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, conditions=Conditions(reporter=rival.address))
    now = network.now
    license_id = sold.license_id
    market.anchor(licensee, sold, now - 100, now - 90)
    licensee.contracts.usage.name_reporter(license_id, stranger.address)
    market.anchor(stranger, sold, now - 89, now - 80)
    licensee.contracts.usage.name_reporter(license_id, stranger.address, named=False)
    stranger.contracts.usage.admit_reporter(sold.grant, sold.conditions)
    market.anchor(rival, sold, now - 50, now - 40)
    market.anchor(stranger, sold, now - 100, now, of_any=True)
    report = clean(audit())
    assert report.counts.anchors == 4


def test_use_is_metered(
    market: Market, licensee: Party, stranger: Party, network: Network, audit: Audit
) -> None:
    sold = market.metered()
    market.deposit(sold, 30 * DOLLAR)
    purse = purse_address(network.deployment.usage_ledger, sold.license_id)
    stranger.receive_dollars(5 * DOLLAR)
    stranger.dollar.transfer(purse, 5 * DOLLAR)
    stranger.chain.pay(purse, 9)
    market.settle(sold, 4)
    market.settle(sold, 11)
    report = clean(audit())
    (sheet,) = report.meters
    assert (sheet.units, sheet.received, sheet.settled) == (11, 35 * DOLLAR, 11 * DOLLAR)
    assert (sheet.balance, sheet.closes_at) == (24 * DOLLAR, None)
    licensee.contracts.usage.close(sold.grant, sold.conditions)
    market.settle(sold, 12)
    network.travel(2 * DAY)
    stranger.contracts.usage.withdraw(sold.grant, market.dollar)
    stranger.contracts.usage.withdraw(sold.grant, ZERO_ADDRESS)
    report = clean(audit())
    (sheet,) = report.meters
    assert (sheet.withdrawn, sheet.balance) == (23 * DOLLAR, 0)
    assert report.counts.settlements == 3


def test_use_is_metered_in_native_coin(market: Market, licensor: Party, audit: Audit) -> None:
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, kind=OfferKind.METERED, amount=7, currency=ZERO_ADDRESS)
    market.deposit(sold, 100)
    market.settle(sold, 3)
    report = clean(audit())
    assert report.meters[0].balance == 79


# Disputes.


@pytest.fixture
def disputed(market: Market, licensor: Party, rival: Party) -> Disputed:
    """The licensor's asset, which the rival disputes on a deed of their own; both ids."""
    asset, claim = market.register(licensor, "a poem"), market.register(rival, "the same poem")
    market.sell(asset)
    rival.contracts.disputes.dispute_asset(asset, claim, rival.address, evidence_uri="ni:x")
    return asset, claim


def test_sales_while_disputed_wait_for_the_ruling(
    market: Market,
    disputed: Disputed,
    rival: Party,
    stranger: Party,
    licensor: Party,
    network: Network,
    audit: Audit,
) -> None:
    asset, _ = disputed
    desk = stranger.contracts.disputes
    market.sell(asset)
    market.sell(asset, currency=ZERO_ADDRESS, amount=70)
    desk.submit_evidence(1, "ni:y")
    report = clean(audit())
    assert {(row.token == market.dollar, row.received, row.released) for row in report.escrows} == {
        (True, PRICE, 0),
        (False, 70, 0),
    }
    licensor.contracts.disputes.counter_bond(1)
    market.sell(asset, amount=PRICE + 1)  # directly
    market.rule(Ruling.REJECT)
    desk.release(1, market.vault, market.dollar)
    desk.release(1, market.vault, ZERO_ADDRESS)
    desk.withdraw(licensor.address)
    report = clean(audit())
    assert all(row.balance == 0 for row in report.escrows)
    assert [(line.kind, line.status) for line in report.cases] == [("asset", "rejected")]
    assert sum(row.received for row in report.vaults if row.token == market.dollar) == 3 * PRICE + 1


def test_a_claim_that_is_upheld_gets_what_was_sold_after_it(
    market: Market,
    disputed: Disputed,
    rival: Party,
    licensor: Party,
    stranger: Party,
    network: Network,
    audit: Audit,
) -> None:
    asset, _ = disputed
    licensor.contracts.disputes.counter_bond(1)
    market.sell(asset, amount=PRICE + 1)
    third = market.register(stranger, "a third poem")
    stranger.contracts.disputes.dispute_asset(asset, third, stranger.address)
    market.sell(asset, amount=PRICE + 2)
    market.rule(Ruling.UPHOLD, dispute=0)
    desk = stranger.contracts.disputes
    desk.withdraw(rival.address)
    network.travel(31 * DAY)
    desk.lapse(2)
    rival.contracts.disputes.release(2, market.vault, market.dollar)
    report = clean(audit())
    (row,) = report.escrows
    assert (row.case_id, row.released, row.balance) == (2, PRICE + 2, 0)
    assert [line.status for line in report.cases] == ["upheld", "lapsed"]
    purse = purse_address(network.deployment.dispute_desk, escrow_matter(2, market.vault))
    assert row.purse == purse


def test_a_disputed_work_does_not_touch_its_catalogue(
    market: Market, licensor: Party, rival: Party, folder: Path, audit: Audit
) -> None:
    works = [hash32(bytes([n]) * 32) for n in range(1, 4)]
    tree = CatalogTree(works)
    registration = Registration(licensor.address, tree.root, works=3, document_hash=hash32(b"d" * 32))
    licensor.contracts.assets.register(registration)
    asset, claim = registration.asset_id, market.register(rival, "my own")
    desk = rival.contracts.disputes
    desk.dispute_work(asset, works[1], licensor.address, tree.proof(1), claim)
    market.sell(asset)
    market.rule(Ruling.UPHOLD)
    desk.dispute_work(asset, works[2], licensor.address, tree.proof(2), claim)
    market.rule(Ruling.REFUSED)
    report = audit()
    assert kinds(report) == {Kind.CATALOG_MISSING}
    assert not report.escrows
    assert [(line.kind, line.status) for line in report.cases] == [("work", "upheld"), ("work", "lapsed")]


def test_a_renewal_while_disputed_is_escrowed(
    market: Market, licensor: Party, rival: Party, audit: Audit
) -> None:
    asset, claim = market.register(licensor, "a poem"), market.register(rival, "the same poem")
    seats = market.sell(asset, kind=OfferKind.SUBSCRIPTION, duration=MONTH, quantity=2)
    rival.contracts.disputes.dispute_asset(asset, claim, rival.address)
    market.renew(seats)
    report = clean(audit())
    assert report.escrows[0].received == 2 * PRICE


def test_a_sale_by_authorization_is_escrowed(
    market: Market, disputed: Disputed, licensee: Party, stranger: Party, audit: Audit
) -> None:
    licensee.receive_dollars(PRICE)
    stranger.buys.submit(licensee.buys.authorize(market.offer(disputed[0])))
    report = clean(audit())
    assert report.escrows[0].received == PRICE


# Statements.


def test_a_statement_is_paid_out(
    market: Market,
    licensor: Party,
    artist: Party,
    co_artist: Party,
    split: SplitDocument,
    stranger: Party,
    network: Network,
    audit: Audit,
) -> None:
    asset = market.register(licensor, "a poem")
    statement = market.state(licensor, asset, split)
    licensor.contracts.vaults.publish(
        statement.root, payees=[(entry.payee, entry.share) for entry in split.payees], salt=statement.id
    )
    stranger.contracts.statements.contest(statement, evidence_uri="ni:x")
    assert clean(audit()).statements[0].state == "contested"
    market.rule(Ruling.REJECT)
    assert clean(audit()).statements[0].state == "contestable"
    network.travel(2 * DAY)
    assert clean(audit()).statements[0].state == "due"
    stranger.contracts.statements.release(statement, market.dollar)
    stranger.contracts.statements.withdraw(licensor.address)
    claim = VaultClaim(
        statement.root, market.dollar, artist.address, split.tree().proof(artist.address), statement.id
    )
    artist.contracts.vaults.claim([claim])
    report = clean(audit())
    (sheet,) = report.statements
    assert (sheet.state, sheet.released, sheet.balance) == ("released", 100 * DOLLAR, 0)
    (row,) = (row for row in report.vaults if row.vault == sheet.vault)
    assert (row.received, row.claimed) == (100 * DOLLAR, 75 * DOLLAR)


def test_a_statement_is_returned(
    market: Market,
    licensor: Party,
    split: SplitDocument,
    stranger: Party,
    network: Network,
    audit: Audit,
) -> None:
    asset = market.register(licensor, "a poem")
    statement = market.state(licensor, asset, split, currency=ZERO_ADDRESS, amount=50)
    stranger.contracts.statements.contest(statement)
    market.rule(Ruling.UPHOLD)
    stranger.contracts.statements.release(statement, ZERO_ADDRESS)
    report = clean(audit())
    assert (report.statements[0].state, report.statements[0].released) == ("returned", 50)


def test_a_statement_that_was_paid_in_beforehand(
    market: Market, licensor: Party, split: SplitDocument, stranger: Party, audit: Audit
) -> None:
    """Whoever pays more than it says: all of it is the statement's."""
    asset = market.register(licensor, "a poem")
    statement = market.statement(licensor, asset, split)
    purse = stranger.contracts.statements.purse_of(statement.id)
    assert purse == purse_address(market.network.deployment.statement_escrow, statement.id)
    stranger.receive_dollars(150 * DOLLAR)
    stranger.dollar.transfer(purse, 150 * DOLLAR)
    licensor.contracts.statements.publish(statement)
    report = clean(audit())
    assert report.statements[0].balance == 150 * DOLLAR


# What nobody shows.


def test_terms_that_nobody_shows_are_no_finding(
    market: Market,
    licensor: Party,
    licensee: Party,
    rival: Party,
    stranger: Party,
    network: Network,
    tmp_path: Path,
    audit: Audit,
) -> None:
    """A node that keeps no old transactions, and no folder: what follows from the terms cannot be told."""
    metered = market.metered(reporter=stranger.address)
    market.deposit(metered, 30 * DOLLAR)
    market.settle(metered, 4)
    stranger.contracts.usage.admit_reporter(metered.grant, metered.conditions)
    licensee.contracts.usage.close(metered.grant, metered.conditions)
    terms = Conditions(
        royalty_bps=1_000, sublicensable=True, revocable=True, refund_bps=5_000, revenue_ceiling=PRICE
    )
    poem = market.register(licensor, "a poem")
    sold = market.sell(poem, conditions=terms)
    made = market.derive(licensee, "a song", (sold,))
    expires = network.now + DAY
    licenses = licensee.contracts.licenses
    licenses.grant_sublicense(sold.grant, sold.conditions, stranger.address, Use.TRAIN, expires, ZERO_HASH)
    licenses.pin(sold.grant, sold.conditions)
    licensor.contracts.disputes.dispute_license(sold.grant, sold.conditions)
    market.rule(Ruling.UPHOLD)
    market.revoke(sold, cause=1, refund=PRICE)
    licensee.contracts.assets.refresh_parents(made.asset_id, made.split.root, made.license_ids)

    def forget(method: str, params: list[Any], result: Any) -> Any:
        return None if method == "eth_getTransactionByHash" else result

    clean(audit())
    with between(network.url, forget) as url:
        report = audit(url, documents=tmp_path / "nothing")
    assert kinds(report) <= {Kind.SPLIT_UNUSED, Kind.VOUCHER_UNSEEN}


# Claims that are paid elsewhere.


def test_a_claim_that_its_payee_has_sent_elsewhere(
    market: Market, licensor: Party, artist: Party, split: SplitDocument, stranger: Party, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    market.sell(asset)
    tree: SumTree = split.tree()
    artist.contracts.vaults.deploy(tree.root)
    claim = VaultClaim(tree.root, market.dollar, artist.address, tree.proof(artist.address))
    artist.contracts.vaults.claim_to(market.vault, claim, stranger.address)
    report = clean(audit())
    assert stranger.dollars == report.vaults[0].claimed == PRICE * 3 // 4


# The report.


def test_all_tables_travel_as_json(
    market: Market, disputed: Disputed, licensor: Party, split: SplitDocument, audit: Audit
) -> None:
    asset, _ = disputed
    market.sell(asset)
    market.deposit(market.metered(), 3)
    market.state(licensor, asset, split)
    report = json.loads(json.dumps(audit().to_json()))
    assert report["escrows"][0]["received"] == str(PRICE)
    assert report["meters"][0]["balance"] == "3"
    assert report["meters"][0]["units"] == 0
    assert report["statements"][0]["amount"] == str(100 * DOLLAR)
    assert report["cases"][0]["status"] == "open"
    assert report["counts"]["cases"] == 1
    deployment = market.network.deployment
    assert (report["usage_ledger"], report["dispute_desk"]) == (
        deployment.usage_ledger,
        deployment.dispute_desk,
    )
