"""Brownie sees the contracts as any of its users would: deploy, register a work, hand over its deed."""

from hashlib import sha256

import brownie
import pytest

CONTENT = sha256(b"Sing, goddess, the anger").digest()
NO_DOCUMENT = bytes(32)
ONE_WORK = 0
HUMAN_MADE = 1
DISPUTED = 8


@pytest.fixture
def asset(registry, licensor):
    """Id of a work that the licensor registered."""
    registry.register((CONTENT, ONE_WORK, NO_DOCUMENT, "", HUMAN_MADE), {"from": licensor})
    return registry.assetIdOf(CONTENT, licensor)


def test_contracts_name_each_other(registry, DisputeDesk, LicenseToken, StatementEscrow, UsageLedger):
    assert registry.licenseToken() == LicenseToken[-1]
    assert registry.usageLedger() == UsageLedger[-1]
    assert registry.statementEscrow() == StatementEscrow[-1]
    assert registry.disputeDesk() == DisputeDesk[-1]


def test_registering_gives_the_deed_to_the_registrant(registry, licensor, asset):
    assert registry.ownerOf(int(str(asset), 16)) == licensor


def test_registration_is_told_in_the_event(registry, licensor):
    receipt = registry.register((CONTENT, ONE_WORK, NO_DOCUMENT, "ni:///x", HUMAN_MADE), {"from": licensor})
    event = receipt.events["AssetRegistered"]
    assert event["content"] == "0x" + CONTENT.hex()
    assert event["registrant"] == licensor
    assert event["uri"] == "ni:///x"
    assert event["origin"] == HUMAN_MADE


def test_same_work_cannot_be_registered_twice_by_one_person(registry, licensor, asset):
    with brownie.reverts():
        registry.register((CONTENT, ONE_WORK, NO_DOCUMENT, "", HUMAN_MADE), {"from": licensor})


def test_transfer_hands_over_the_deed_and_raises_the_epoch(registry, licensor, collector, asset):
    registry.transferFrom(licensor, collector, int(str(asset), 16), {"from": licensor})
    deed = registry.deed(asset).dict()
    assert (deed["holder"], deed["epoch"]) == (collector, 1)


def test_dispute_marks_the_deed(registry, DisputeDesk, licensor, collector, asset):
    desk = DisputeDesk[-1]
    claim = registry.register((CONTENT, ONE_WORK, NO_DOCUMENT, "", HUMAN_MADE), {"from": collector})
    claim_id = claim.events["AssetRegistered"]["assetId"]
    evidence = (bytes(32), "ni:///evidence")
    opening = {"from": collector, "value": desk.openingCost()}
    desk.disputeAsset(asset, claim_id, collector, *evidence, opening)
    assert registry.deed(asset).dict()["flags"] == DISPUTED


def test_stranger_cannot_take_the_deed(registry, licensor, stranger, asset):
    with brownie.reverts():
        registry.transferFrom(licensor, stranger, int(str(asset), 16), {"from": stranger})
