"""Use is recorded, a period's records are anchored under one root, and any record can be proven later."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.contracts import Contracts, events
from licet.documents import Library, OfferDocument, UsageLog, UsageRecord, verify_usage
from licet.errors import (
    InputError,
    LicenseUnknown,
    NotLicensee,
    NotReporter,
    PeriodInvalid,
    PeriodOverlaps,
    ReporterMissing,
)
from licet.licensee import Licensee, Purchase
from licet.rights.conditions import Conditions
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import ZERO_HASH, Hash32, hash32
from tests.integration.conftest import DAY, Network, Offering, Party

pytestmark = pytest.mark.integration

Recording = Callable[..., UsageLog]


@pytest.fixture
def bought(licensee: Party, signed_offer: OfferDocument, price: Price) -> Purchase:
    licensee.receive_dollars(price.amount)
    return licensee.buys.buy(signed_offer)


@pytest.fixture
def record(network: Network, asset: Registered, bought: Purchase) -> Recording:
    """A log of some uses, of which the last was a second ago: `record(3)`."""

    def make(count: int, *, license_id: Hash32 | None = None) -> UsageLog:
        now = network.now
        records = (
            UsageRecord(
                asset.asset_id, bought.license_id, Use.TRAIN, 10 * (n + 1), now - count + n, now - count + n
            )
            for n in range(count)
        )
        return UsageLog.of(records, bought.license_id if license_id is None else license_id)

    return make


def test_a_period_is_one_transaction_for_any_number_of_records(
    licensee: Party, record: Recording, bought: Purchase, reader: Contracts, network: Network
) -> None:
    log = record(100)
    sent = licensee.chain.nonce(licensee.address)
    receipt = licensee.buys.anchor_usage(log)
    assert licensee.chain.nonce(licensee.address) == sent + 1
    (anchored,) = events.find(events.UsageAnchored, receipt.logs)
    assert (anchored.reporter, anchored.license_id) == (licensee.address, bought.license_id)
    assert (anchored.root, anchored.count) == (log.root, 100)
    assert (anchored.since, anchored.until) == (log.since, log.until)
    assert reader.usage.usage(bought.license_id).records == 100
    assert reader.usage.reported_until(bought.license_id) == log.until


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_record_is_proven_against_the_anchored_root(
    licensee: Party, record: Recording, count: int
) -> None:
    log = record(count)
    (anchored,) = events.find(events.UsageAnchored, licensee.buys.anchor_usage(log).logs)
    for used in log.records:
        assert verify_usage(anchored.root, used, log.proof(used))
        assert not verify_usage(anchored.root, replace(used, units=used.units + 1), log.proof(used))


def test_the_log_itself_can_be_read_from_the_folder(licensee: Party, record: Recording, folder: Path) -> None:
    log = record(3)
    licensee.buys.anchor_usage(log)
    library = Library([folder], allow_http=False)
    (found,) = library.listing(UsageLog).found
    read = UsageLog.from_bytes(library.get(found.hash))
    assert (read, read.root, read.units()) == (log, log.root, 60)


def test_without_a_folder_the_root_is_anchored_all_the_same(
    licensee: Party, record: Recording, reader: Contracts, bought: Purchase
) -> None:
    Licensee(licensee.contracts, Library(allow_http=False)).anchor_usage(record(2))
    assert reader.usage.usage(bought.license_id).records == 2


def test_periods_follow_each_other(licensee: Party, record: Recording, network: Network) -> None:
    licensee.buys.anchor_usage(record(3))
    with pytest.raises(PeriodOverlaps, match="start it a second later"):
        licensee.buys.anchor_usage(record(4))
    network.travel(DAY)
    licensee.buys.anchor_usage(record(3))


def test_the_future_is_not_reported(licensee: Party, record: Recording, network: Network) -> None:
    log = record(1)
    later = network.now + DAY
    with pytest.raises(PeriodInvalid):
        licensee.buys.anchor_usage(UsageLog(log.since, later, log.records, log.license_id))


# Who may report.


def test_a_stranger_does_not_report(stranger: Party, record: Recording) -> None:
    with pytest.raises(NotReporter, match="be named, or admit") as caught:
        stranger.buys.anchor_usage(record(1))
    assert caught.value.facts["caller"] == stranger.address


def test_whom_the_licensee_named_reports_until_no_longer_named(
    stranger: Party, licensee: Party, record: Recording, bought: Purchase, network: Network
) -> None:
    licensee.buys.name_reporter(bought.license_id, stranger.address)
    stranger.buys.anchor_usage(record(1))
    licensee.buys.name_reporter(bought.license_id, stranger.address, named=False)
    network.travel(DAY)
    with pytest.raises(NotReporter):
        stranger.buys.anchor_usage(record(1))


def test_whom_the_terms_name_reports_once_admitted(
    stranger: Party, licensor: Party, licensee: Party, asset: Registered, offering: Offering, price: Price
) -> None:
    conditions = Conditions(reporter=stranger.address)
    licensee.receive_dollars(price.amount)
    offer = offering(licensor, asset.asset_id, replace(price, conditions=conditions))
    license_id = licensee.buys.buy(offer).license_id
    now = licensee.network.now
    log = UsageLog.of([UsageRecord(asset.asset_id, license_id, Use.TRAIN, 1, now - 5, now)], license_id)
    with pytest.raises(NotReporter):
        stranger.buys.anchor_usage(log)
    stranger.buys.admit_reporter(license_id)
    stranger.buys.anchor_usage(log)


def test_terms_that_name_nobody_admit_nobody(stranger: Party, bought: Purchase) -> None:
    with pytest.raises(ReporterMissing, match="its holder can name one"):
        stranger.buys.admit_reporter(bought.license_id)


def test_only_the_licensee_names_reporters(stranger: Party, bought: Purchase) -> None:
    with pytest.raises(NotLicensee):
        stranger.buys.name_reporter(bought.license_id, stranger.address)
    with pytest.raises(LicenseUnknown):
        stranger.buys.name_reporter(hash32(b"\x01" * 32), stranger.address)


def test_a_gateway_anchors_what_it_served_under_any_license(
    stranger: Party, record: Recording, reader: Contracts, bought: Purchase
) -> None:
    """It needs nobody's leave: its log stands beside the licensee's, for an auditor to compare."""
    stranger.buys.anchor_usage(record(2, license_id=ZERO_HASH))
    assert reader.usage.usage_of(stranger.address).records == 2
    assert reader.usage.usage(bought.license_id).records == 0


# Logs.


def test_a_log_is_of_one_license(record: Recording) -> None:
    log = record(2)
    with pytest.raises(InputError, match="the log is of license"):
        replace(log, license_id=hash32(b"\x01" * 32))


def test_a_log_holds_its_period(record: Recording) -> None:
    log = record(2)
    with pytest.raises(InputError, match="outside of the log's period"):
        replace(log, until=log.until - 1)
