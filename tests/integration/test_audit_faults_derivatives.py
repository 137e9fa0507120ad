"""Planted faults of derivatives: how they were made, and what they sold; each is found and named."""

from collections.abc import Callable
from typing import Any

import pytest

from licet.auditor import AuditReport, Kind
from licet.contracts.assets import DeedFlag
from licet.contracts.events import (
    DeedFlagged,
    DerivativeRegistered,
    ParentsRefreshed,
    SplitPublished,
    VaultPinned,
)
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32
from tests.integration.conftest import DAY, Network, Party
from tests.integration.faults import Lie, alter_slot, altered, deed_slot, forged, kinds, mapped, the, without
from tests.integration.market import ALL_USES, MONTH, PRICE, Made, Market

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
Found = Callable[..., set[Kind]]

ELSEWHERE = "0x" + "77" * 20
NOTHING = hash32(b"\x77" * 32)
NOTES = {Kind.SPLIT_UNUSED, Kind.PARENTS_OUTDATED}
MADE = 1
"""Where the registry keeps derivatives: the vault (160 bits), uses (32) and resale share (16); then the
currency of the ceiling (160) and the ceiling (96); then the rights document."""
UNTIL, FLAGS = 216, 248
"""Where a deed's slot has its parents' end, and its flags."""
FOREVER, METERED = (1 << 200) - (1 << 160), 2 << 232
"""What a license's slot says that never ends; and that one is metered."""


@pytest.fixture
def found_in(network: Network, audit: Audit) -> Found:
    """What is found where these logs are forged, and the heads agree."""

    def found(*lies: Lie) -> set[Kind]:
        with forged(network, *lies) as url:
            return kinds(audit(url))

    return found


@pytest.fixture
def song(market: Market, licensor: Party, rival: Party, licensee: Party) -> Made:
    """The licensee's, under a ceiling, made of a poem (a tenth, reciprocally) and a tune (a twentieth).

    Both parents' licenses have one payee; the first runs for a month.
    """
    poem, tune = market.register(licensor, "a poem"), market.register(rival, "a tune")
    words = market.sell(poem, duration=MONTH, conditions=Conditions(royalty_bps=1_000, reciprocal=True))
    ceiling = Conditions(royalty_bps=500, revenue_ceiling=3 * PRICE)
    music = market.sell(tune, rival, conditions=ceiling)
    return market.derive(licensee, "a song", (words, music))


def sell(market: Market, song: Made, licensee: Party, **terms: Any) -> None:
    """A sale of the song's that its parents allow, but for these terms."""
    market.sell(song.asset_id, licensee, **({"payee": song.vault, "duration": DAY} | terms))


# How it was made.


def first(**changes: Any) -> Callable[[Any], Any]:
    """Changes the line of the first parent."""
    return lambda parents: (parents[0] | changes, *parents[1:])


def share(**changes: Any) -> Callable[[Any], Any]:
    """Changes the share of the first parent."""
    return lambda parents: (parents[0] | {"share": parents[0]["share"] | changes}, *parents[1:])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"vault": ELSEWHERE}, {Kind.DERIVATIVE_VAULT_WRONG, Kind.DERIVATIVE_STATE_WRONG}),
        (
            {"uses": int(ALL_USES | Use.COMMERCIAL)},
            {Kind.DERIVATIVE_USES_WRONG, Kind.DERIVATIVE_STATE_WRONG},
        ),
        ({"uses": int(Use.DERIVE)}, {Kind.DERIVATIVE_USES_WRONG, Kind.DERIVATIVE_STATE_WRONG}),
        ({"parentsUntil": (1 << 32) - 1}, {Kind.PARENTS_UNTIL_WRONG, Kind.DEED_STATE_WRONG}),
        ({"parentsUntil": 7}, {Kind.PARENTS_UNTIL_WRONG, Kind.DEED_STATE_WRONG}),
        ({"sources": (NOTHING,)}, {Kind.PARENT_LICENSE_INVALID}),
        # Another split leads to another vault, and holds no share.
        ({"split": NOTHING}, {Kind.DERIVATIVE_VAULT_WRONG, Kind.PARENT_SHARE_WRONG}),
        ({"parents": first(royaltyBps=999)}, {Kind.PARENT_SHARE_WRONG}),
        ({"parents": first(royaltyBps=1_001)}, {Kind.PARENT_SHARE_WRONG}),
        ({"parents": first(assetId=NOTHING)}, {Kind.PARENT_LICENSE_INVALID}),
        ({"parents": share(share=1)}, {Kind.PARENT_SHARE_WRONG}),
        ({"parents": share(sides=3)}, {Kind.PARENT_SHARE_WRONG}),
        ({"parents": share(siblings=())}, {Kind.PARENT_SHARE_WRONG}),
        ({"parents": share(payee=ELSEWHERE)}, {Kind.PARENT_SHARE_WRONG}),
        (
            {"parents": first(licenseId=NOTHING)},
            {
                Kind.PARENT_LICENSE_INVALID,
                Kind.PARENTS_UNTIL_WRONG,
                Kind.DERIVATIVE_VAULT_WRONG,
            },
        ),
    ],
)
def test_a_derivative_that_its_parents_do_not_allow(
    changes: dict[str, Any], found: set[Kind], song: Made, found_in: Found
) -> None:
    assert found_in(altered(DerivativeRegistered, **changes)) - NOTES == found


def test_a_payees_demands_are_added_up(song: Made, found_in: Found) -> None:
    """Each share alone would do for its parent; both parents pay the same payee."""

    def alone(parents: Any) -> Any:
        return tuple(parent | {"royaltyBps": 1_400} for parent in parents)

    assert found_in(altered(DerivativeRegistered, parents=alone)) == {Kind.PARENT_SHARE_WRONG}


def test_a_parent_that_was_left_out(song: Made, found_in: Found) -> None:
    alone = altered(DerivativeRegistered, parents=lambda parents: parents[:1])
    found = found_in(alone) - {Kind.SPLIT_UNUSED}
    assert found == {Kind.DERIVATIVE_VAULT_WRONG, Kind.DERIVATIVE_STATE_WRONG, Kind.DEED_STATE_WRONG}


def test_a_license_that_the_registrant_did_not_hold(
    market: Market, licensor: Party, licensee: Party, artist: Party, network: Network, audit: Audit
) -> None:
    poem = market.register(licensor, "a poem")
    parent = market.sell(poem, conditions=Conditions(royalty_bps=100))
    token, slot = network.deployment.license_token, deed_slot(parent.license_id)
    swap = int(licensee.address, 16) ^ int(artist.address, 16)
    alter_slot(network, token, slot, lambda word: word ^ swap)
    market.derive(artist, "a song", (parent,))
    alter_slot(network, token, slot, lambda word: word ^ swap)
    report = audit()
    assert kinds(report) - {Kind.SPLIT_UNUSED} == {Kind.PARENT_LICENSE_INVALID}
    assert the(Kind.PARENT_LICENSE_INVALID, report).evidence.license_id == parent.license_id


def test_a_license_that_had_ended_and_never_let_derive(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    """It was made to run for ever, and to let derive, just for the registration."""
    poem = market.register(licensor, "a poem")
    parent = market.sell(poem, duration=DAY, uses=Use.TRAIN, conditions=Conditions(royalty_bps=100))
    token, slot = network.deployment.license_token, deed_slot(parent.license_id)
    before = int(network.rpc("eth_getStorageAt", token, hex(slot), "latest"), 16)
    network.travel(2 * DAY)
    alter_slot(network, token, slot, lambda word: word | FOREVER | int(Use.DERIVE) << 200)
    market.derive(licensee, "a song", (parent,))
    alter_slot(network, token, slot, lambda _: before)
    found = kinds(audit()) - NOTES
    assert found == {Kind.PARENT_LICENSE_INVALID, Kind.PARENTS_UNTIL_WRONG, Kind.DERIVATIVE_USES_WRONG}


@pytest.mark.parametrize("metered", [False, True])
def test_a_source_that_did_not_permit_anything(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit, metered: bool
) -> None:
    """It had ended, or its account was never opened; which its slot hid for the registration."""
    poem = market.register(licensor, "a poem")
    source = market.metered() if metered else market.sell(poem, duration=DAY)
    token, slot = network.deployment.license_token, deed_slot(source.license_id)
    before = int(network.rpc("eth_getStorageAt", token, hex(slot), "latest"), 16)
    network.travel(2 * DAY)
    alter_slot(network, token, slot, lambda word: (word | FOREVER) & ~METERED)
    market.derive(licensee, "a picture", (), sources=(source.license_id,))
    alter_slot(network, token, slot, lambda _: before)
    report = audit()
    assert kinds(report) == {Kind.PARENT_LICENSE_INVALID}
    assert the(Kind.PARENT_LICENSE_INVALID, report).evidence.license_id == source.license_id


# What the registry keeps of it.


@pytest.mark.parametrize(
    ("word", "change"),
    [
        (0, lambda word: word ^ 1),  # the vault
        (0, lambda word: word ^ int(Use.COMMERCIAL) << 160),
        (1, lambda word: word ^ 1),  # the currency of the ceiling
        (1, lambda word: word + (1 << 160)),  # the ceiling
        (2, lambda word: word ^ 1),  # the rights document
    ],
)
def test_what_the_registry_keeps_was_altered(
    word: int, change: Callable[[int], int], song: Made, network: Network, audit: Audit
) -> None:
    slot = mapped(MADE, song.asset_id) + word
    alter_slot(network, network.deployment.asset_registry, slot, change)
    report = audit()
    assert kinds(report) == {Kind.DERIVATIVE_STATE_WRONG}
    assert the(Kind.DERIVATIVE_STATE_WRONG, report).evidence.asset_id == song.asset_id


def test_a_ceiling_that_was_taken_away_where_nobody_shows_the_terms(
    song: Made, network: Network, audit: Audit
) -> None:
    """The flag says that there is one."""
    slot = mapped(MADE, song.asset_id) + 1
    alter_slot(network, network.deployment.asset_registry, slot, lambda word: 0)
    assert kinds(audit()) == {Kind.DERIVATIVE_STATE_WRONG}


@pytest.mark.parametrize("flag", [DeedFlag.DERIVATIVE, DeedFlag.RECIPROCAL, DeedFlag.CEILING])
def test_a_flag_that_was_altered(flag: DeedFlag, song: Made, network: Network, audit: Audit) -> None:
    registry, slot = network.deployment.asset_registry, deed_slot(song.asset_id)
    alter_slot(network, registry, slot, lambda word: word ^ int(flag) << FLAGS)
    assert kinds(audit()) == {Kind.DERIVATIVE_STATE_WRONG, Kind.DEED_STATE_WRONG}


# Looked at again.


@pytest.fixture
def refreshed(song: Made, licensee: Party) -> Made:
    licensee.contracts.assets.refresh_parents(song.asset_id, song.split.root, song.license_ids)
    return song


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"parentsUntil": (1 << 32) - 1}, {Kind.PARENTS_UNTIL_WRONG, Kind.DEED_STATE_WRONG}),
        ({"lineage": NOTHING}, {Kind.LINEAGE_WRONG}),
        ({"assetId": NOTHING}, {Kind.LINEAGE_WRONG, Kind.DEED_CONTRADICTION}),
    ],
)
def test_parents_that_were_looked_at_wrongly(
    changes: dict[str, Any], found: set[Kind], refreshed: Made, found_in: Found
) -> None:
    assert found_in(altered(ParentsRefreshed, **changes)) - NOTES == found


# Resale royalties.


@pytest.fixture
def pinned(song: Made, licensee: Party) -> Made:
    licensee.contracts.assets.pin_vault(song.asset_id, song.vault, 300)
    return song


@pytest.mark.parametrize("changes", [{"vault": ELSEWHERE}, {"resaleBps": 301}])
def test_a_pin_that_is_not_the_derivatives_vault(
    changes: dict[str, Any], pinned: Made, found_in: Found
) -> None:
    assert found_in(altered(VaultPinned, **changes)) == {Kind.DEED_PIN_WRONG}


def test_a_pin_that_was_altered(market: Market, licensor: Party, network: Network, audit: Audit) -> None:
    asset = market.register(licensor, "a poem")
    licensor.contracts.assets.pin_vault(asset, market.vault, 300)
    slot = mapped(MADE, asset)
    alter_slot(network, network.deployment.asset_registry, slot, lambda word: word ^ 1 << 192)
    assert kinds(audit()) == {Kind.DEED_PIN_WRONG}


# What it sold: its limits were altered just before, and put back.


@pytest.fixture
def lifted(network: Network, song: Made) -> Callable[[int, int, Callable[[], object]], None]:
    """Sells while bits of what the registry keeps are other than they should be."""

    def sell_meanwhile(slot: int, bits: int, sale: Callable[[], object]) -> None:
        registry = network.deployment.asset_registry
        alter_slot(network, registry, slot, lambda word: word ^ bits)
        sale()
        alter_slot(network, registry, slot, lambda word: word ^ bits)

    return sell_meanwhile


Lifted = Callable[[int, int, Callable[[], object]], None]


def of(address: Address | Hash32) -> int:
    return int(address, 16)


def test_a_sale_past_the_vault(
    market: Market, song: Made, licensee: Party, lifted: Lifted, audit: Audit
) -> None:
    swap = of(song.vault) ^ of(market.vault)
    lifted(mapped(MADE, song.asset_id), swap, lambda: sell(market, song, licensee, payee=market.vault))
    report = audit()
    assert kinds(report) - {Kind.SPLIT_UNUSED} == {Kind.PAYEE_NOT_DERIVATIVES}
    assert the(Kind.PAYEE_NOT_DERIVATIVES, report).evidence.expected == song.vault


def test_a_sale_of_more_uses(
    market: Market, song: Made, licensee: Party, lifted: Lifted, audit: Audit
) -> None:
    uses = ALL_USES | Use.COMMERCIAL
    terms = song.parents[0].offer.terms_hash
    assert terms
    slot = mapped(MADE, song.asset_id)
    # Other uses stand in another rights document: that it is reciprocal is lifted as well.
    registry = market.network.deployment.asset_registry
    flag = int(DeedFlag.RECIPROCAL) << FLAGS
    alter_slot(market.network, registry, deed_slot(song.asset_id), lambda word: word ^ flag)
    lifted(slot, int(Use.COMMERCIAL) << 160, lambda: sell(market, song, licensee, uses=uses))
    alter_slot(market.network, registry, deed_slot(song.asset_id), lambda word: word ^ flag)
    assert kinds(audit()) == {Kind.USES_BEYOND_PARENTS, Kind.TERMS_NOT_RECIPROCAL}


def test_a_sale_on_other_terms(
    market: Market, song: Made, licensee: Party, lifted: Lifted, audit: Audit
) -> None:
    flag = int(DeedFlag.RECIPROCAL) << FLAGS
    narrow = Use.TRAIN
    lifted(deed_slot(song.asset_id), flag, lambda: sell(market, song, licensee, uses=narrow))
    assert kinds(audit()) == {Kind.TERMS_NOT_RECIPROCAL}


def test_a_sale_for_longer(
    market: Market, song: Made, licensee: Party, lifted: Lifted, network: Network, audit: Audit
) -> None:
    until = licensee.contracts.assets.deed(song.asset_id).parents_until
    forever = (until ^ (1 << 32) - 1) << UNTIL
    lifted(deed_slot(song.asset_id), forever, lambda: sell(market, song, licensee, duration=2 * MONTH))
    report = audit()
    assert kinds(report) == {Kind.TERM_BEYOND_PARENTS}
    assert the(Kind.TERM_BEYOND_PARENTS, report).evidence.expected == str(until)


CEILING = int(DeedFlag.CEILING) << FLAGS


@pytest.mark.parametrize(
    "terms", [{"currency": ZERO_ADDRESS, "amount": 5}, {"kind": OfferKind.METERED, "amount": 5}]
)
def test_a_sale_that_evades_the_ceiling(
    terms: dict[str, Any], market: Market, song: Made, licensee: Party, lifted: Lifted, audit: Audit
) -> None:
    lifted(deed_slot(song.asset_id), CEILING, lambda: sell(market, song, licensee, **terms))
    assert kinds(audit()) == {Kind.CEILING_EVADED}


def test_a_sale_into_escrow_under_a_ceiling(
    market: Market, song: Made, licensee: Party, rival: Party, lifted: Lifted, audit: Audit
) -> None:
    claim = market.register(rival, "my song")
    rival.contracts.disputes.dispute_asset(song.asset_id, claim, rival.address)
    lifted(deed_slot(song.asset_id), CEILING, lambda: sell(market, song, licensee))
    assert kinds(audit()) == {Kind.CEILING_EVADED}


def test_a_sale_beyond_the_ceiling(
    market: Market, song: Made, licensee: Party, stranger: Party, lifted: Lifted, audit: Audit
) -> None:
    """Plain payments to the vault count, too."""
    stranger.receive_dollars(PRICE)
    stranger.dollar.transfer(song.vault, PRICE)
    sell(market, song, licensee)
    sell(market, song, licensee, amount=PRICE)
    lifted(deed_slot(song.asset_id), CEILING, lambda: sell(market, song, licensee, amount=1))
    report = audit()
    assert kinds(report) == {Kind.CEILING_EXCEEDED}
    evidence = the(Kind.CEILING_EXCEEDED, report).evidence
    assert (evidence.expected, evidence.found) == (str(3 * PRICE), str(3 * PRICE + 1))


def test_a_sale_beyond_a_ceiling_in_native_coin(
    market: Market, licensor: Party, licensee: Party, network: Network, audit: Audit
) -> None:
    poem = market.register(licensor, "a poem")
    terms = Conditions(royalty_bps=100, revenue_ceiling=10)
    parent = market.sell(poem, conditions=terms, currency=ZERO_ADDRESS, amount=3)
    made = market.derive(licensee, "a song", (parent,))
    native = {"currency": ZERO_ADDRESS, "payee": made.vault}
    market.sell(made.asset_id, licensee, amount=6, **native)
    market.sell(made.asset_id, licensee, amount=4, **native)
    assert not audit().findings
    registry, slot = network.deployment.asset_registry, deed_slot(made.asset_id)
    alter_slot(network, registry, slot, lambda word: word ^ CEILING)
    market.sell(made.asset_id, licensee, amount=1, **native)
    alter_slot(network, registry, slot, lambda word: word ^ CEILING)
    assert the(Kind.CEILING_EXCEEDED, audit()).evidence.found == "11"


# Its split.


def test_a_derivative_whose_split_nobody_knows(
    market: Market, song: Made, licensee: Party, found_in: Found
) -> None:
    sell(market, song, licensee)
    assert found_in(without(SplitPublished, -1)) == {Kind.SPLIT_MISSING}


def test_a_split_that_was_published_for_another_salt(market: Market, song: Made, found_in: Found) -> None:
    found = found_in(altered(SplitPublished, -1, salt=NOTHING))
    assert found == {Kind.VAULT_ADDRESS_WRONG}


def test_flags_that_no_dispute_set(market: Market, song: Made, rival: Party, found_in: Found) -> None:
    claim = market.register(rival, "my song")
    rival.contracts.disputes.dispute_asset(song.asset_id, claim, rival.address)
    lost = altered(DeedFlagged, flags=8)
    assert found_in(lost) == {Kind.DEED_FLAGS_WRONG, Kind.DEED_STATE_WRONG}
