"""`licet license`: renewed, shared, handed on, shown to markets, revoked."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from licet.contracts.disputes import Ruling
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights_holder import Price, Registered
from licet.types import Address, Hash32
from tests.integration.commands import Ok, Run, answered, failed, shown
from tests.integration.conftest import (
    DAY,
    DOLLAR,
    LICENSEE,
    LICENSOR,
    RIVAL,
    STRANGER,
    Judge,
    Network,
    Offering,
    Party,
)

pytestmark = pytest.mark.integration

UNKNOWN = "0x" + "7" * 64

Sold = Callable[..., Hash32]


@pytest.fixture
def sold(licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering) -> Sold:
    """Sells the licensee a license of 30 days for 25 dollars: `sold(kind=…, revocable=True)`."""

    def sell(kind: Kind = Kind.SALE, transferable: bool = False, **conditions: object) -> Hash32:
        offered = replace(
            price,
            kind=kind,
            transferable=transferable,
            conditions=Conditions(**conditions),  # type: ignore[arg-type]
        )
        licensee.receive_dollars(100 * DOLLAR)
        return licensee.buys.buy(offering(licensor, asset.asset_id, offered)).license_id

    return sell


# Renewing.


def test_a_subscription_runs_for_another_term(ok: Ok, run: Run, sold: Sold, licensee: Party) -> None:
    license_id = sold(Kind.SUBSCRIPTION)
    before, dollars = ok("license", "show", license_id)["expires"], licensee.dollars
    sent = licensee.chain.nonce(licensee.address)
    renewed = ok("license", "renew", license_id, "--yes", account=LICENSEE)
    assert licensee.chain.nonce(licensee.address) == sent + 1
    assert renewed["licenses"] == [{"license_id": license_id, "expires": before + 30 * DAY}]
    assert (renewed["total"], dollars - licensee.dollars) == (str(25 * DOLLAR), 25 * DOLLAR)
    shown(run("license", "renew", license_id, "--yes", account=LICENSEE), license_id, "25.00 TUSD")


def test_somebody_else_pays_for_a_term(ok: Ok, sold: Sold, stranger: Party, licensee: Party) -> None:
    license_id = sold(Kind.SUBSCRIPTION)
    stranger.receive_dollars(25 * DOLLAR)
    ok("license", "renew", license_id, "--yes", account=STRANGER)
    assert (stranger.dollars, licensee.dollars) == (0, 75 * DOLLAR)


def test_seats_are_renewed_together(
    ok: Ok, licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, kind=Kind.SUBSCRIPTION))
    licensee.receive_dollars(200 * DOLLAR)
    first = licensee.buys.buy(offer, quantity=3).license_id
    renewed = ok("license", "renew", first, "--quantity", 3, "--yes", account=LICENSEE)
    assert (len(renewed["licenses"]), renewed["total"]) == (3, str(75 * DOLLAR))


def test_what_is_not_renewed(run: Run, sold: Sold, licensor: Party, asset: Registered) -> None:
    once = sold()
    failed(run("license", "renew", once, "--yes", account=LICENSEE), 1, "renew")
    failed(run("license", "renew", UNKNOWN, "--yes", account=LICENSEE), 1, "no license has the id")
    subscribed = sold(Kind.SUBSCRIPTION)
    failed(run("license", "renew", subscribed, account=LICENSEE), 2, "--yes")
    failed(run("license", "renew", subscribed, "--yes", account=STRANGER), 1, "units")
    licensor.sells.cancel_offers(asset.asset_id)
    failed(run("license", "renew", subscribed, "--yes", account=LICENSEE), 1, "epoch")


# Showing.


def test_a_license_shows_all_that_it_was_sold_on(
    ok: Ok, run: Run, sold: Sold, licensee: Party, asset: Registered
) -> None:
    license_id = sold(revocable=True, report_within=7 * DAY)
    found = ok("license", "show", license_id)
    assert (found["holder"], found["asset_id"]) == (licensee.address, asset.asset_id)
    assert found["full_conditions"]["reportWithin"] == str(7 * DAY)
    assert (found["revoked"], found["sublicense_of"], found["resale"]) == (False, None, None)
    assert found["reported_until"] is None
    shown(run("license", "show", license_id), "a ruling may revoke it", "within 7 days", "25.00 TUSD")
    failed(run("license", "show", UNKNOWN), 1, "no license has the id")


def test_a_license_whose_offer_nobody_has_is_shown_without_its_conditions(
    ok: Ok, run: Run, sold: Sold
) -> None:
    license_id = sold()
    elsewhere = ("--documents", "nothing")
    assert ok("license", "show", license_id, *elsewhere)["full_conditions"] is None
    shown(run("license", "show", license_id, *elsewhere), "get the signed offer from the licensor")


# Sublicenses.


def test_a_licensee_shares_what_it_may(
    ok: Ok, run: Run, sold: Sold, stranger: Party, network: Network
) -> None:
    license_id = sold(sublicensable=True)
    until = network.now + 10 * DAY
    granted = ok(
        *("license", "sublicense", license_id, stranger.address, "--uses", "train", "--until", until),
        account=LICENSEE,
    )
    assert (granted["sublicense_of"], granted["expires"]) == (license_id, until + 1)
    shared = granted["license_id"]
    assert answered(run("license", "permits", shared, "--uses", "train", "--json"), 0)["permits"] is True
    assert answered(run("license", "permits", shared, "--uses", "gen-ai", "--json"), 1)["permits"] is False
    (held,) = ok("license", "list", account=STRANGER)["licenses"]
    assert (held["license_id"], held["sublicense_of"]) == (shared, license_id)
    assert (held["licensee"], held["holder"]) == (stranger.address, stranger.address)
    shown(run("license", "list", account=STRANGER), shared, license_id)
    whole = run("license", "sublicense", license_id, stranger.address, account=LICENSEE)
    shown(whole, "train, train-generative")


def test_what_is_not_shared(ok: Ok, run: Run, sold: Sold, stranger: Party, network: Network) -> None:
    bound, shared = sold(), sold(sublicensable=True)
    to = stranger.address
    failed(run("license", "sublicense", bound, to, account=LICENSEE), 1, "allows no sublicenses")
    failed(run("license", "sublicense", shared, to, account=STRANGER), 1, "sign with the holder's key")
    failed(run("license", "sublicense", UNKNOWN, to, account=LICENSEE), 1, "no license has the id")
    failed(run("license", "sublicense", shared, "me", account=LICENSEE), 2, "address")
    granting = ("license", "sublicense", shared, to)
    failed(run(*granting, "--uses", "display", account=LICENSEE), 1, shared)
    failed(run(*granting, "--until", network.now + 31 * DAY, account=LICENSEE), 1, shared)


# Handing on.


def test_a_transferable_license_changes_hands(
    ok: Ok, run: Run, sold: Sold, stranger: Party, licensee: Party
) -> None:
    license_id = sold(transferable=True)
    handing = ("license", "transfer", license_id)
    failed(run(*handing, stranger.address, account=LICENSEE), 2, "--yes")
    failed(run(*handing, stranger.address, "--yes", account=STRANGER), 1, "sign with the holder's key")
    assert ok(*handing, stranger.address, "--yes", account=LICENSEE)["holder"] == stranger.address
    found = ok("license", "show", license_id)
    assert (found["holder"], found["licensee"]) == (stranger.address, licensee.address)
    shown(run(*handing, licensee.address, "--yes", account=STRANGER), licensee.address)


def test_a_bound_license_stays(run: Run, sold: Sold, stranger: Party) -> None:
    bound = sold()
    failed(run("license", "transfer", bound, stranger.address, "--yes", account=LICENSEE), 1, "bound")
    failed(run("license", "transfer", UNKNOWN, stranger.address, "--yes", account=LICENSEE), 1, UNKNOWN)
    failed(run("license", "transfer", bound, "me", "--yes", account=LICENSEE), 2, "address")


def test_markets_learn_what_a_resale_owes(ok: Ok, run: Run, sold: Sold, vault: Address) -> None:
    license_id = sold(transferable=True, resale_bps=250)
    pinned = ok("license", "pin", license_id, account=STRANGER)
    assert (pinned["payee"], pinned["resale_bps"]) == (vault, 250)
    assert ok("license", "show", license_id)["resale"] == {"payee": vault, "bps": 250}
    shown(run("license", "pin", license_id, account=STRANGER), vault)
    shown(run("license", "show", license_id), f"2.5 % to {vault}")
    failed(run("license", "pin", UNKNOWN, account=STRANGER), 1, "no license has the id")


# Revoking.


def test_use_that_is_not_reported_costs_the_license(
    ok: Ok, run: Run, sold: Sold, licensor: Party, licensee: Party, network: Network
) -> None:
    license_id = sold(report_within=5 * DAY, refund_bps=5000)
    revoking = ("license", "revoke", license_id)
    licensor.receive_dollars(25 * DOLLAR)
    failed(run(*revoking, "--yes", account=LICENSOR), 1, license_id)
    network.travel(15 * DAY)
    failed(run(*revoking, account=LICENSOR), 2, "--yes")
    failed(run(*revoking, "--yes", account=STRANGER), 1, "sign with the licensor's key")
    revoked = ok(*revoking, "--yes", account=LICENSOR)
    # Half of the price for the half of the time that is left, but for the seconds of the transactions.
    assert 6 * DOLLAR < int(revoked["refund"]) <= 25 * DOLLAR // 4
    assert (revoked["cause"], revoked["license_id"]) == (None, license_id)
    found = ok("license", "show", license_id)
    assert (found["revoked"], found["expired"]) == (True, True)
    shown(run("license", "show", license_id), "revoked")
    assert run("license", "permits", license_id, "--uses", "train").code == 1
    # The refund waits for the licensee, in a vault that nobody had to publish.
    claimed = ok("vault", "claim", revoked["vault"], account=LICENSEE)
    assert claimed["total"] == revoked["refund"]
    assert licensee.dollars == 75 * DOLLAR + int(revoked["refund"])


def test_a_ruling_revokes_a_license(ok: Ok, run: Run, sold: Sold, licensor: Party, judge: Judge) -> None:
    license_id = sold(revocable=True)
    case = ok("dispute", "license", license_id, "--yes", account=LICENSOR)["case"]
    revoking = ("license", "revoke", license_id, "--cause", case, "--yes")
    failed(run(*revoking, account=LICENSOR), 1, license_id)
    judge.rule(Ruling.UPHOLD, case)
    shown(run(*revoking, account=LICENSOR), "0.00 TUSD")
    failed(run(*revoking, account=LICENSOR), 1, "revoked")


def test_what_is_not_revoked(run: Run, sold: Sold) -> None:
    kept = sold()
    failed(run("license", "revoke", kept, "--yes", account=LICENSOR), 1, kept)
    failed(run("license", "revoke", UNKNOWN, "--yes", account=LICENSOR), 1, "no license has the id")
    failed(run("license", "revoke", kept, "--cause", 0, "--yes", account=LICENSOR), 2, "--cause")
    failed(run("license", "revoke", kept, "--documents", "nothing", "--yes", account=LICENSOR), 1, "nothing")
    failed(run("license", "revoke", "x", "--yes", account=RIVAL), 2, "license id")
