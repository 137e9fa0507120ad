"""Usage logs: each record is a leaf, and no two logs have one root."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.documents import UsageLog, UsageRecord, canonical_json, verify_usage
from licet.errors import InputError
from licet.rights.uses import LEAVES, Use
from licet.trees.catalog import CatalogTree
from licet.types import ZERO_HASH, Hash32, hash32

ASSET, LICENSE, OTHER = (hash32(bytes([n]) * 32) for n in (1, 2, 3))
RECORD = UsageRecord(ASSET, LICENSE, Use.TRAIN | Use.INDEX, 12, 1_000, 2_000)

records = st.builds(
    UsageRecord,
    asset_id=st.sampled_from([ASSET, OTHER]),
    license_id=st.just(LICENSE),
    uses=st.sampled_from(list(LEAVES.values())),
    units=st.integers(1, 5),
    since=st.integers(1, 50),
    until=st.integers(50, 99),
    work=st.sampled_from([ZERO_HASH, OTHER]),
    reference=st.sampled_from(["", "a"]),
)
logs = st.lists(records, min_size=1, max_size=20, unique=True).map(lambda found: UsageLog.of(found, LICENSE))


def test_a_records_hash_is_that_of_its_canonical_json() -> None:
    expected = (
        b'{"assetId":"0x' + b"01" * 32 + b'","from":"1000","licenseId":"0x' + b"02" * 32
        + b'","units":"12","until":"2000","uses":["train","index"]}'
    )  # fmt: skip
    assert canonical_json(RECORD.to_json()) == expected
    assert RECORD.hash == "0x" + hashlib.sha256(expected).hexdigest()


def test_a_log_is_the_tree_of_its_records() -> None:
    other = replace(RECORD, units=13)
    log = UsageLog.of([RECORD, other])
    assert log.root == CatalogTree([RECORD.hash, other.hash]).root
    assert (log.since, log.until, log.license_id) == (1_000, 2_000, ZERO_HASH)


@given(logs, st.integers(0, 19))
def test_every_record_and_no_other_is_proven(log: UsageLog, index: int) -> None:
    record = log.records[index % len(log.records)]
    proof = log.proof(record)
    assert verify_usage(log.root, record, proof)
    assert not verify_usage(log.root, replace(record, units=record.units + 5), proof)
    assert not verify_usage(OTHER, record, proof)


@given(logs, logs)
def test_other_records_have_another_root(one: UsageLog, other: UsageLog) -> None:
    assert (one.root == other.root) == (one.records == other.records)


def test_units_are_added_up_by_license() -> None:
    log = UsageLog.of([RECORD, replace(RECORD, license_id=OTHER, units=5)])
    assert (log.units(), log.units(OTHER), log.units(ASSET)) == (17, 5, 0)


def test_a_record_that_is_not_there_has_no_proof() -> None:
    with pytest.raises(InputError, match="has no such record"):
        UsageLog.of([RECORD]).proof(replace(RECORD, units=13))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"uses": Use(0)}, "at least one use"),
        ({"uses": Use(1 << 12)}, "only known ones"),
        ({"units": 0}, "1 to 2\\^56 - 1"),
        ({"units": 1 << 56}, "1 to 2\\^56 - 1"),
        ({"since": 0}, "not 0"),
        ({"since": 2_001}, "in this order"),
        ({"until": 1 << 40}, "unix seconds"),
        ({"asset_id": Hash32("0x12")}, "64 hex digits"),
    ],
)
def test_records_that_cannot_be(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(RECORD, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"records": ()}, "at least one record"),
        ({"records": (RECORD, RECORD)}, "give each a reference of its own"),
        ({"since": 1_001}, "outside of the log's period"),
        ({"until": 1_999}, "outside of the log's period"),
        ({"license_id": OTHER}, "the log is of license"),
    ],
)
def test_logs_that_cannot_be(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(UsageLog.of([RECORD], LICENSE), **change)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least one record"):
        UsageLog.of([])
