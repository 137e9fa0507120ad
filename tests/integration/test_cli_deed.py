"""`licet deed`: parents looked at again, royalties of resales, disputes shown."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.contracts.disputes import Ruling
from licet.documents import PayeeShare, TermsDocument
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered, RegisteredDerivative
from licet.types import Address
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import DAY, DOLLAR, LICENSOR, RIVAL, STRANGER, Judge, Network, Party

pytestmark = pytest.mark.integration

REMIXING = TermsDocument("Remixes", Use.DERIVE, "You may remix this song.")
UNKNOWN = "0x" + "7" * 64


@pytest.fixture
def remix(
    licensor: Party,
    asset: Registered,
    rival: Party,
    vault: Address,
    price: Price,
    make_work: Callable[[str], Path],
) -> RegisteredDerivative:
    """Made under a subscription of 30 days."""
    offered = replace(price, kind=Kind.SUBSCRIPTION, amount=DOLLAR)
    offer = licensor.sells.offer(asset.asset_id, vault, offered, REMIXING)
    rival.receive_dollars(10 * DOLLAR)
    license_id = rival.buys.buy(offer).license_id
    return rival.sells.register_derivative(make_work("a remix"), [license_id], [PayeeShare(rival.address, 1)])


def test_a_renewed_license_lets_a_remix_sell_for_longer(
    ok: Ok, run: Run, remix: RegisteredDerivative, network: Network
) -> None:
    before = ok("deed", "show", remix.asset_id)["derivative"]
    (parent,) = before["parents"]
    ok("license", "renew", parent["license_id"], "--yes", account=RIVAL)
    refreshed = ok("deed", "refresh", remix.asset_id, account=STRANGER)
    assert refreshed["parents_until"] == before["parents_until"] + 30 * DAY
    shown(run("deed", "refresh", remix.asset_id, account=STRANGER), "sells licenses", "until 20")
    shown(run("deed", "show", remix.asset_id), "1 parent", "offers must name it")


def test_an_original_has_no_parents_to_refresh(run: Run, asset: Registered) -> None:
    failed(run("deed", "refresh", asset.asset_id, account=LICENSOR), 2, "is no derivative")
    failed(run("deed", "refresh", UNKNOWN, account=LICENSOR), 2, "is no derivative")


def test_markets_learn_where_a_share_of_a_resale_goes(
    ok: Ok, run: Run, asset: Registered, vault: Address
) -> None:
    pinning = ("deed", "pin", asset.asset_id, vault, "--resale")
    failed(run(*pinning, "5%", account=STRANGER), 1, "does not hold the deed")
    failed(run(*pinning, "200%", account=LICENSOR), 2, "more than the whole")
    failed(run(*pinning, "a bit", account=LICENSOR), 2, "not a percentage")
    assert ok(*pinning, "7.5%", account=LICENSOR)["resale_bps"] == 750
    assert ok("deed", "show", asset.asset_id)["resale"] == {"vault": vault, "bps": 750}
    shown(run("deed", "show", asset.asset_id), f"7.5 % to {vault}")
    shown(run(*pinning, "5", account=LICENSOR), "5 %")


def test_a_derivatives_resales_pay_its_own_vault(
    run: Run, ok: Ok, remix: RegisteredDerivative, vault: Address
) -> None:
    failed(run("deed", "pin", remix.asset_id, vault, "--resale", "5%", account=RIVAL), 1, remix.vault)
    assert ok("deed", "pin", remix.asset_id, remix.vault, "--resale", "5%", account=RIVAL)["vault"]


def test_a_deed_shows_its_disputes(
    ok: Ok,
    run: Run,
    licensor: Party,
    rival: Party,
    asset: Registered,
    work: Path,
    vault: Address,
    judge: Judge,
) -> None:
    stolen = rival.sells.register_work(work).asset_id
    assert ok("deed", "show", stolen)["latest_case"] is None
    case = licensor.sells.dispute_asset(stolen, asset.asset_id, vault)
    deed = ok("deed", "show", stolen)
    assert (deed["disputed"], deed["defeated"], deed["latest_case"]) == (True, False, case.case_id)
    shown(run("deed", "show", stolen), f"1 open, the latest is case {case.case_id}")
    assert [claim["disputed"] for claim in ok("lookup", work)["items"][0]["claims"]] == [False, True]
    shown(run("lookup", work), "is being decided")
    judge.rule(Ruling.UPHOLD, case.case_id)
    deed = ok("deed", "show", stolen)
    assert (deed["disputed"], deed["defeated"]) == (False, True)
    shown(run("deed", "show", stolen), f"lost case {case.case_id}")
    claims = ok("lookup", work)["items"][0]
    assert ([claim["defeated"] for claim in claims["claims"]], claims["contested"]) == ([False, True], False)
    shown(run("lookup", work), "it sells no more")
