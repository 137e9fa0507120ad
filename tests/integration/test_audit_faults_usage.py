"""Planted faults of use, reported and metered; each is found and named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import Auditor, AuditReport, Kind, Severity, Verdict
from licet.chain.compiled.artifacts import artifact
from licet.contracts.events import (
    AccountClosing,
    AccountOpened,
    Deposited,
    DepositWithdrawn,
    ReporterAdmitted,
    ReporterNamed,
    Settled,
    UsageAnchored,
)
from licet.contracts.purses import purse_address
from licet.documents import Library, Publisher, UsageLog, UsageRecord, file_name, sha256
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.trees.hashing import keccak
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, address_bytes, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.faults import (
    Answer,
    Lie,
    Logs,
    RefusedError,
    added,
    alter_slot,
    altered,
    balance_slot,
    between,
    forged,
    kinds,
    lying_about_logs,
    mapped,
    the,
    without,
)
from tests.integration.market import Market, Sold

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
Found = Callable[..., set[Kind]]

ELSEWHERE = "0x" + "77" * 20
NOTHING = hash32(b"\x77" * 32)
CONFIRMS_EVERYTHING = bytes.fromhex("631626ba7e60e01b60005260206000f3")
"""A contract whose every answer is EIP-1271's yes."""
USAGE, ACCOUNTS = 1, 2
"""Where the ledger keeps what."""


def more(by: int) -> Callable[[int], int]:
    return lambda before: before + by


@pytest.fixture
def found_in(network: Network, audit: Audit) -> Found:
    """What is found where these logs are forged, and the heads agree."""

    def found(*lies: Lie) -> set[Kind]:
        with forged(network, *lies) as url:
            return kinds(audit(url))

    return found


# Reports.


@pytest.fixture
def reported(
    market: Market, licensor: Party, licensee: Party, rival: Party, stranger: Party, network: Network
) -> Sold:
    """A license whose use was reported by its holder, by whom they named, and by whom its terms name."""
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, transferable=True, conditions=Conditions(reporter=rival.address))
    now, license_id = network.now, sold.license_id
    market.anchor(licensee, sold, now - 100, now - 90)
    licensee.contracts.usage.name_reporter(license_id, stranger.address)
    market.anchor(stranger, sold, now - 89, now - 80)
    stranger.contracts.usage.admit_reporter(sold.grant, sold.conditions)
    market.anchor(rival, sold, now - 50, now - 40)
    return sold


@pytest.mark.parametrize(
    ("which", "changes", "found"),
    [
        (0, {"root": ZERO_HASH}, {Kind.ANCHOR_INVALID, Kind.USAGE_LOG_ALTERED}),
        (0, {"count": 0}, {Kind.ANCHOR_INVALID, Kind.USAGE_LOG_WRONG, Kind.USAGE_STATE_WRONG}),
        (0, {"count": more(1)}, {Kind.USAGE_LOG_WRONG, Kind.USAGE_STATE_WRONG}),
        (0, {"from": more(50)}, {Kind.ANCHOR_INVALID, Kind.USAGE_LOG_WRONG}),
        (2, {"until": more(DAY)}, {Kind.ANCHOR_INVALID, Kind.USAGE_STATE_WRONG}),
        (0, {"from": 0}, {Kind.ANCHOR_INVALID, Kind.ANCHOR_OVERLAPS}),
        (1, {"from": more(-1)}, {Kind.ANCHOR_OVERLAPS}),
        (0, {"until": more(1)}, {Kind.ANCHOR_OVERLAPS}),
        (0, {"reporter": ELSEWHERE}, {Kind.ANCHOR_UNAUTHORIZED}),
        (
            0,
            {"licenseId": NOTHING},
            {Kind.ANCHOR_UNAUTHORIZED, Kind.USAGE_LOG_WRONG, Kind.USAGE_STATE_WRONG},
        ),
        (0, {"licenseId": ZERO_HASH}, {Kind.USAGE_STATE_WRONG}),
    ],
)
def test_an_anchor_that_does_not_count(
    which: int, changes: dict[str, Any], found: set[Kind], reported: Sold, found_in: Found
) -> None:
    assert found_in(altered(UsageAnchored, which, **changes)) == found


def test_a_reporter_whom_nobody_named(reported: Sold, found_in: Found) -> None:
    assert found_in(without(ReporterNamed)) == {Kind.ANCHOR_UNAUTHORIZED}


def test_a_reporter_who_was_named_no_longer(reported: Sold, found_in: Found) -> None:
    assert found_in(altered(ReporterNamed, named=False)) == {Kind.ANCHOR_UNAUTHORIZED, Kind.STATE_WRONG}


def test_a_reporter_whom_somebody_else_named(reported: Sold, found_in: Found) -> None:
    found = found_in(altered(ReporterNamed, holder=ELSEWHERE))
    assert found == {Kind.REPORTER_WRONG, Kind.ANCHOR_UNAUTHORIZED, Kind.STATE_WRONG}


def test_a_reporter_whom_the_terms_do_not_name(reported: Sold, found_in: Found) -> None:
    found = found_in(altered(ReporterAdmitted, reporter=ELSEWHERE))
    assert found == {Kind.REPORTER_WRONG, Kind.ANCHOR_UNAUTHORIZED, Kind.STATE_WRONG}


def test_a_reporter_whom_other_terms_name(reported: Sold, found_in: Found) -> None:
    assert found_in(altered(ReporterAdmitted, conditions=NOTHING)) == {Kind.REPORTER_WRONG}


def test_a_reporter_of_a_former_holder(
    reported: Sold, licensee: Party, artist: Party, stranger: Party, network: Network, found_in: Found
) -> None:
    licensee.contracts.licenses.transfer(reported.license_id, artist.address)
    late = added(
        network,
        network.deployment.usage_ledger,
        UsageAnchored,
        reporter=stranger.address,
        licenseId=reported.license_id,
        root=NOTHING,
        count=1,
        until=network.now,
        **{"from": network.now - 5},
    )
    assert found_in(late) == {Kind.ANCHOR_UNAUTHORIZED, Kind.USAGE_STATE_WRONG, Kind.USAGE_LOG_MISSING}


def test_a_gateways_periods_that_overlap(
    market: Market, stranger: Party, network: Network, found_in: Found
) -> None:
    sold, now = market.sell(market.register(market.licensor, "a poem")), network.now
    market.anchor(stranger, sold, now - 100, now - 90, of_any=True)
    market.anchor(stranger, sold, now - 80, now - 70, of_any=True)
    overlap = altered(UsageAnchored, 1, **{"from": now - 95})
    assert found_in(overlap) == {Kind.ANCHOR_OVERLAPS}


def test_totals_that_were_altered(reported: Sold, network: Network, audit: Audit) -> None:
    slot = mapped(USAGE, reported.license_id)
    alter_slot(network, network.deployment.usage_ledger, slot, more(1 << 40))
    report = audit()
    assert kinds(report) == {Kind.USAGE_STATE_WRONG}
    assert the(Kind.USAGE_STATE_WRONG, report).evidence.license_id == reported.license_id


def test_a_reporters_totals_that_were_altered(
    market: Market, stranger: Party, network: Network, audit: Audit
) -> None:
    sold = market.sell(market.register(market.licensor, "a poem"))
    market.anchor(stranger, sold, network.now - 10, network.now, of_any=True)
    key = hash32(keccak(bytes(12) + address_bytes(stranger.address)))
    alter_slot(network, network.deployment.usage_ledger, mapped(USAGE, key), more(1))
    assert the(Kind.USAGE_STATE_WRONG, audit()).evidence.account == stranger.address


# Records: the ledger cannot know what a root stands for; who has the records can.


@pytest.fixture
def log(market: Market, licensor: Party, licensee: Party, network: Network, folder: Path) -> UsageLog:
    """Five records of use, published, and not anchored yet."""
    sold = market.sell(market.register(licensor, "a poem"))
    now = network.now
    record = UsageRecord(sold.offer.asset_id, sold.license_id, Use.TRAIN, 1, now - 20, now - 10)
    made = UsageLog.of((replace(record, reference=str(i)) for i in range(5)), sold.license_id)
    Publisher(folder).publish(made)
    return made


@pytest.mark.parametrize(
    ("since", "count", "said"),
    [
        (0, 6, "with the records 6, its records lead to 5"),
        (0, 4, "with the records 4, its records lead to 5"),
        (1, 5, "with the period"),
    ],
)
def test_an_anchor_that_its_records_do_not_bear_out(
    log: UsageLog, licensee: Party, audit: Audit, since: int, count: int, said: str
) -> None:
    licensee.contracts.usage.anchor(log.license_id, log.root, count, log.since + since, log.until)
    report = audit()
    finding = the(Kind.USAGE_LOG_WRONG, report)
    assert said in finding.message
    assert finding.evidence.document_hash == sha256(log.to_bytes())
    assert kinds(report) == {Kind.USAGE_LOG_WRONG}


def test_an_anchor_of_another_licenses_records(
    market: Market, log: UsageLog, licensee: Party, audit: Audit
) -> None:
    other = market.sell(log.records[0].asset_id, quantity=2)
    licensee.contracts.usage.anchor(other.license_id, log.root, 5, log.since, log.until)
    assert "with the license" in the(Kind.USAGE_LOG_WRONG, audit()).message


@pytest.mark.parametrize("name", ["asset_id", "license_id"])
def test_records_of_what_nobody_licensed(
    log: UsageLog, licensee: Party, audit: Audit, folder: Path, name: str
) -> None:
    records = [replace(record, **{name: NOTHING}) for record in log.records]
    wrong = UsageLog.of(records)
    Publisher(folder).publish(wrong)
    licensee.contracts.usage.anchor(ZERO_HASH, wrong.root, 5, wrong.since, wrong.until)
    finding = the(Kind.USAGE_LOG_WRONG, audit())
    assert NOTHING in finding.message


def test_records_that_are_not_at_hand_are_a_note(
    log: UsageLog, licensee: Party, audit: Audit, tmp_path: Path
) -> None:
    licensee.contracts.usage.anchor(log.license_id, log.root, 6, log.since, log.until)
    report = audit(documents=tmp_path / "nothing")
    assert Kind.USAGE_LOG_MISSING in kinds(report)
    assert Kind.USAGE_LOG_WRONG not in kinds(report)
    (note,) = (finding for finding in report.findings if finding.kind is Kind.USAGE_LOG_MISSING)
    assert note.severity is Severity.NOTE
    assert "the records of 1 of 1 anchors" in note.message


@pytest.mark.parametrize("change", ["missing", "added", "altered"])
def test_a_record_that_is_not_as_it_was_anchored(
    log: UsageLog, licensee: Party, audit: Audit, folder: Path, change: str
) -> None:
    licensee.contracts.usage.anchor(log.license_id, log.root, 5, log.since, log.until)
    assert not audit().findings
    first, *others = log.records
    records = {
        "missing": others,
        "added": [*log.records, replace(first, reference="one more")],
        "altered": [replace(first, units=7), *others],
    }
    shown = replace(log, records=tuple(records[change]))
    (folder / file_name(sha256(log.to_bytes()))).unlink()
    Publisher(folder).publish(shown)
    report = audit()
    assert (report.verdict, kinds(report)) == (Verdict.CANNOT_TELL, {Kind.USAGE_LOG_ALTERED})
    evidence = report.findings[0].evidence
    assert (evidence.expected, evidence.found) == (log.root, shown.root)
    assert evidence.document_hash == sha256(shown.to_bytes())


def test_use_of_a_license_that_had_ended(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    sold = market.sell(market.register(licensor, "a poem"), kind=OfferKind.SUBSCRIPTION, duration=DAY)
    end = network.now + DAY
    network.travel(2 * DAY)
    late = market.anchor(licensee, sold, end - 100, end)
    finding = the(Kind.USAGE_UNLICENSED, report := audit())
    assert kinds(report) == {Kind.USAGE_UNLICENSED}
    evidence = finding.evidence
    assert (evidence.license_id, evidence.root) == (sold.license_id, late.root)
    assert (evidence.expected, evidence.found) == (f"before {end}", str(end))


def test_use_until_the_end_of_a_license(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    sold = market.sell(market.register(licensor, "a poem"), duration=DAY)
    end = network.now + DAY
    network.travel(2 * DAY)
    market.anchor(licensee, sold, end - 100, end - 1)
    assert not audit().findings


def test_use_that_a_license_does_not_permit(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    sold = market.sell(market.register(licensor, "a poem"), uses=Use.DERIVE | Use.MINE)
    market.anchor(licensee, sold, network.now - 10, network.now, of_any=True)
    evidence = the(Kind.USAGE_UNLICENSED, report := audit()).evidence
    assert kinds(report) == {Kind.USAGE_UNLICENSED}
    assert (evidence.license_id, evidence.expected, evidence.found) == (
        sold.license_id,
        "mine,derive",
        "train",
    )


# Meters.


@pytest.fixture
def metered(market: Market) -> Sold:
    """At a dollar a unit, at most 50: of a deposit of 30, 4 and then 7 units were paid."""
    sold = market.metered()
    market.deposit(sold, 30 * DOLLAR)
    market.settle(sold, 4)
    market.settle(sold, 11)
    return sold


@pytest.fixture
def purse(metered: Sold, network: Network) -> Address:
    return purse_address(network.deployment.usage_ledger, metered.license_id)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"amount": more(1)},
            {Kind.SETTLEMENT_WRONG, Kind.SETTLEMENT_UNPAID, Kind.PURSE_OUTFLOW_WRONG},
        ),
        (
            {"amount": 0},
            {Kind.SETTLEMENT_WRONG, Kind.PURSE_OUTFLOW_WRONG},
        ),
        (
            {"units": more(1)},
            {Kind.SETTLEMENT_WRONG, Kind.VOUCHER_INVALID, Kind.ACCOUNT_STATE_WRONG},
        ),
        ({"units": 4}, {Kind.SETTLEMENT_WRONG, Kind.ACCOUNT_STATE_WRONG}),
        (
            {"units": 51, "amount": 47 * DOLLAR},
            {
                Kind.SETTLEMENT_OVER_CAP,
                Kind.VOUCHER_INVALID,
                Kind.SETTLEMENT_UNPAID,
                Kind.ACCOUNT_STATE_WRONG,
                Kind.PURSE_OUTFLOW_WRONG,
            },
        ),
        ({"payee": ELSEWHERE}, {Kind.ACCOUNT_CONTRADICTION, Kind.SETTLEMENT_UNPAID}),
        ({"assetId": NOTHING}, {Kind.ACCOUNT_CONTRADICTION}),
        (
            {"licenseId": NOTHING},
            {Kind.ACCOUNT_CONTRADICTION, Kind.ACCOUNT_STATE_WRONG, Kind.PURSE_OUTFLOW_WRONG},
        ),
    ],
)
def test_a_settlement_that_the_terms_do_not_allow(
    changes: dict[str, Any], found: set[Kind], metered: Sold, found_in: Found
) -> None:
    assert found_in(altered(Settled, 1, **changes)) == found


def test_a_settlement_that_was_not_paid(
    metered: Sold, market: Market, network: Network, audit: Audit
) -> None:
    def leave_out(logs: Logs) -> Logs:
        paid = [log for log in logs if log["address"].lower() == market.dollar.lower()]
        seven = [log for log in paid if int(log["data"], 16) == 7 * DOLLAR]
        return [log for log in logs if log not in seven]

    with between(network.url, lying_about_logs(leave_out)) as url:
        report = audit(url)
    assert kinds(report) == {
        Kind.SETTLEMENT_UNPAID,
        Kind.INCOME_WRONG,
        Kind.PURSE_INCOME_WRONG,
        Kind.PURSE_OUTFLOW_WRONG,
    }
    assert the(Kind.SETTLEMENT_UNPAID, report).evidence.license_id == metered.license_id


# Vouchers.


def showing(change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Answer:
    """A node that shows transactions otherwise than they are."""
    return lambda method, params, result: (
        change(result) if method == "eth_getTransactionByHash" and result else result
    )


def signed_by_nobody(transaction: dict[str, Any]) -> dict[str, Any]:
    """The voucher's signature ends with its `v`, and zeros that fill up its last word."""
    end = len(transaction["input"]) - 2 * 31
    return transaction | {"input": transaction["input"][: end - 20] + "0" * (20 + 2 * 31)}


def through_another(transaction: dict[str, Any]) -> dict[str, Any]:
    return transaction | {"to": ELSEWHERE}


def behind_a_permit(transaction: dict[str, Any]) -> dict[str, Any]:
    """The token that is asked for a permit may settle something else itself, on a voucher from elsewhere."""
    permit = {"deadline": 0, "v": 27, "r": ZERO_HASH, "s": ZERO_HASH}
    action = bytes.fromhex(transaction["input"][2:])
    data = artifact("UsageLedger").abi.encode_call("permitFirst", (ELSEWHERE, 1, permit, action))
    return transaction | {"input": "0x" + data.hex()}


def test_a_voucher_that_its_licensee_did_not_sign(metered: Sold, network: Network, audit: Audit) -> None:
    with between(network.url, showing(signed_by_nobody)) as url:
        report = audit(url)
    assert kinds(report) == {Kind.VOUCHER_INVALID}
    assert [finding.evidence.license_id for finding in report.findings] == 2 * [metered.license_id]


@pytest.mark.parametrize("change", [through_another, behind_a_permit])
def test_a_voucher_that_was_shown_to_another_contract(
    metered: Sold, network: Network, audit: Audit, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    with between(network.url, showing(change)) as url:
        assert not audit(url).findings


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda tx: through_another(signed_by_nobody(tx)),
        lambda tx: behind_a_permit(signed_by_nobody(tx)),
        lambda tx: tx | {"input": ""},
    ],
)
def test_vouchers_that_are_not_to_be_seen_are_a_note(
    metered: Sold, network: Network, audit: Audit, change: Callable[[dict[str, Any]], dict[str, Any] | None]
) -> None:
    with between(network.url, showing(change)) as url:
        (note,) = audit(url).findings
    assert (note.kind, note.severity) == (Kind.VOUCHER_UNSEEN, Severity.NOTE)
    assert "the vouchers of 2 of 2 settlements" in note.message


def test_how_far_vouchers_are_looked_for_is_told(metered: Sold, network: Network, folder: Path) -> None:
    told = {}

    def progress(step: str, done: int, total: int) -> None:
        told[step] = (done, total)

    auditor = Auditor(network.chain(), Library([folder]))
    auditor.audit(network.deployment.asset_registry, progress=progress)
    assert told["vouchers"] == (2, 2)


def test_a_node_that_refuses_transactions(metered: Sold, network: Network, audit: Audit) -> None:
    def refuse(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getTransactionByHash":
            raise RefusedError("transaction indexing is in progress")
        return result

    with between(network.url, refuse) as url:
        assert kinds(audit(url)) == {Kind.VOUCHER_UNSEEN}


def test_a_voucher_that_a_contract_confirms(
    market: Market, stranger: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    sold = market.metered()
    market.deposit(sold, 30 * DOLLAR)
    network.rpc("anvil_setCode", licensee.address, "0x" + CONFIRMS_EVERYTHING.hex())
    network.rpc("evm_mine")
    stranger.contracts.usage.settle(sold.grant, sold.conditions, Voucher(sold.license_id, 3), b"anything")
    assert not audit().findings


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"amount": more(1)}, {Kind.DEPOSIT_UNPAID}),
        ({"payer": ELSEWHERE}, {Kind.DEPOSIT_UNPAID}),
        (
            {"currency": ELSEWHERE},
            {Kind.ACCOUNT_CONTRADICTION, Kind.DEPOSIT_UNPAID, Kind.PURSE_UNREADABLE},
        ),
        ({"licenseId": NOTHING}, {Kind.ACCOUNT_CONTRADICTION}),
    ],
)
def test_a_deposit_that_did_not_arrive(
    changes: dict[str, Any], found: set[Kind], metered: Sold, found_in: Found
) -> None:
    assert found_in(altered(Deposited, **changes)) == found


@pytest.mark.parametrize("changes", [{"purse": ELSEWHERE}, {"assetId": NOTHING}])
def test_an_account_that_is_not_the_licenses(changes: dict[str, Any], metered: Sold, found_in: Found) -> None:
    assert found_in(altered(AccountOpened, **changes)) == {Kind.ACCOUNT_CONTRADICTION}


def test_an_account_in_another_currency(metered: Sold, found_in: Found) -> None:
    found = found_in(altered(AccountOpened, currency=ELSEWHERE))
    # Nothing stands at that currency's address, so nobody says what the purse holds of it.
    assert found == {Kind.ACCOUNT_CONTRADICTION, Kind.ACCOUNT_STATE_WRONG, Kind.PURSE_UNREADABLE}


def test_an_account_that_was_never_opened(metered: Sold, found_in: Found) -> None:
    assert found_in(without(AccountOpened)) == {Kind.ACCOUNT_CONTRADICTION}


def test_an_account_of_a_license_that_is_not_metered(
    market: Market, licensor: Party, network: Network, found_in: Found
) -> None:
    sold = market.sell(market.register(licensor, "a poem"))
    opened = added(
        network,
        network.deployment.usage_ledger,
        AccountOpened,
        licenseId=sold.license_id,
        assetId=sold.offer.asset_id,
        currency=market.dollar,
        purse=purse_address(network.deployment.usage_ledger, sold.license_id),
    )
    assert found_in(opened) == {Kind.ACCOUNT_CONTRADICTION}


@pytest.fixture
def closed(metered: Sold, licensee: Party, stranger: Party, market: Market, network: Network) -> Sold:
    """Closed by its licensee, and withdrawn two days after."""
    licensee.contracts.usage.close(metered.grant, metered.conditions)
    network.travel(2 * DAY)
    stranger.contracts.usage.withdraw(metered.grant, market.dollar)
    return metered


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"closesAt": more(-1)}, {Kind.ACCOUNT_CONTRADICTION, Kind.ACCOUNT_STATE_WRONG}),
        ({"closesAt": more(9 * DAY)}, {Kind.ACCOUNT_CONTRADICTION, Kind.ACCOUNT_STATE_WRONG}),
        ({"licensee": ELSEWHERE}, {Kind.ACCOUNT_CONTRADICTION}),
        ({"assetId": NOTHING}, {Kind.ACCOUNT_CONTRADICTION}),
    ],
)
def test_a_closing_that_the_terms_do_not_allow(
    changes: dict[str, Any], found: set[Kind], closed: Sold, found_in: Found
) -> None:
    assert found_in(altered(AccountClosing, **changes)) == found


def test_a_deposit_after_the_closing(
    closed: Sold, market: Market, licensee: Party, network: Network, found_in: Found
) -> None:
    late = added(
        network,
        network.deployment.usage_ledger,
        Deposited,
        licenseId=closed.license_id,
        payer=licensee.address,
        currency=market.dollar,
        amount=0,
    )
    assert found_in(late) == {Kind.ACCOUNT_CONTRADICTION}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"amount": more(-1)}, {Kind.WITHDRAWAL_UNPAID, Kind.PURSE_OUTFLOW_WRONG}),
        ({"licensee": ELSEWHERE}, {Kind.ACCOUNT_CONTRADICTION, Kind.WITHDRAWAL_UNPAID}),
    ],
)
def test_a_withdrawal_that_did_not_reach_the_licensee(
    changes: dict[str, Any], found: set[Kind], closed: Sold, found_in: Found
) -> None:
    assert found_in(altered(DepositWithdrawn, **changes)) == found


def test_a_withdrawal_from_an_open_account(closed: Sold, found_in: Found) -> None:
    found = found_in(without(AccountClosing))
    assert found == {Kind.ACCOUNT_CONTRADICTION, Kind.ACCOUNT_STATE_WRONG}


def test_an_account_that_was_altered(metered: Sold, network: Network, audit: Audit) -> None:
    slot = mapped(ACCOUNTS, metered.license_id)
    alter_slot(network, network.deployment.usage_ledger, slot, more(1 << 160))
    assert kinds(audit()) == {Kind.ACCOUNT_STATE_WRONG}


# Purses.


def test_money_that_vanished_from_a_purse(
    metered: Sold, purse: Address, market: Market, network: Network, audit: Audit
) -> None:
    alter_slot(network, market.dollar, balance_slot(purse), more(-1))
    report = audit()
    assert kinds(report) == {Kind.PURSE_INCOME_WRONG}
    evidence = the(Kind.PURSE_INCOME_WRONG, report).evidence
    assert (evidence.purse, evidence.license_id) == (purse, metered.license_id)
    assert (evidence.expected, evidence.found) == (str(19 * DOLLAR), str(19 * DOLLAR - 1))


def test_native_coin_that_vanished_from_a_purse(
    market: Market, licensor: Party, network: Network, audit: Audit
) -> None:
    asset = market.register(licensor, "a poem")
    sold = market.sell(asset, kind=OfferKind.METERED, amount=7, currency=ZERO_ADDRESS)
    market.deposit(sold, 100)
    market.settle(sold, 3)
    purse = purse_address(network.deployment.usage_ledger, sold.license_id)
    network.rpc("anvil_setBalance", purse, hex(78))
    network.rpc("evm_mine")
    evidence = the(Kind.PURSE_INCOME_WRONG, audit()).evidence
    assert (evidence.expected, evidence.found) == ("100", "99")


def test_money_that_left_a_purse_by_itself(
    metered: Sold, purse: Address, market: Market, stranger: Party, network: Network, audit: Audit
) -> None:
    network.rpc("anvil_impersonateAccount", purse)
    network.rpc("anvil_setBalance", purse, hex(10**18))
    data = artifact("TestDollar").abi.encode_call("transfer", [stranger.address, 5])
    network.transact(purse, market.dollar, data)
    report = audit()
    assert kinds(report) == {Kind.PURSE_OUTFLOW_WRONG}
    assert the(Kind.PURSE_OUTFLOW_WRONG, report).evidence.found == str(11 * DOLLAR + 5)


def test_a_token_that_stopped_answering(
    metered: Sold, market: Market, network: Network, audit: Audit
) -> None:
    network.rpc("anvil_setCode", market.dollar, "0xfe")
    network.rpc("evm_mine")
    assert kinds(audit()) == {Kind.PURSE_UNREADABLE, Kind.VAULT_UNREADABLE}
