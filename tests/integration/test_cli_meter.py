"""`licet meter`: a deposit, vouchers for what was used, and the rest back."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from licet.documents import VoucherDocument
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
    STRANGER,
    Network,
    Offering,
    Party,
)

pytestmark = pytest.mark.integration

UNKNOWN = "0x" + "7" * 64
CENT = DOLLAR // 100


@pytest.fixture
def metered(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> Callable[..., Hash32]:
    """Sells the licensee use at a cent a unit; 100 dollars are at hand."""

    def sell(**conditions: object) -> Hash32:
        offered = replace(
            price,
            kind=Kind.METERED,
            amount=CENT,
            conditions=Conditions(**conditions),  # type: ignore[arg-type]
        )
        licensee.receive_dollars(100 * DOLLAR)
        return licensee.buys.buy(offering(licensor, asset.asset_id, offered)).license_id

    return sell


Metered = Callable[..., Hash32]


def test_use_is_paid_out_of_a_deposit(
    ok: Ok, run: Run, metered: Metered, licensee: Party, vault: Address, network: Network, tmp_path: Path
) -> None:
    license_id = metered(refund_delay=3 * DAY)
    assert run("license", "permits", license_id, "--uses", "train").code == 1
    sent = licensee.chain.nonce(licensee.address)
    opened = ok("meter", "deposit", license_id, "10", "--yes", account=LICENSEE)
    assert licensee.chain.nonce(licensee.address) == sent + 1
    assert (opened["balance"], opened["suffices_for"], opened["open"]) == (str(10 * DOLLAR), "1000", True)
    assert run("license", "permits", license_id, "--uses", "train").code == 0
    asking = ("meter", "permits", license_id, "--uses", "train", "--json", "--units")
    assert answered(run(*asking, 1000), 0)["permits"] is True
    assert answered(run(*asking, 1001), 1)["permits"] is False

    signed = ok("meter", "voucher", license_id, 300, "--out", "voucher.json", account=LICENSEE)
    assert (signed["units"], signed["unpaid"]) == ("300", "300")
    assert VoucherDocument.from_bytes((tmp_path / "voucher.json").read_bytes()).voucher.units == 300
    settled = ok("meter", "settle", "voucher.json", account=STRANGER)
    assert (settled["amount"], settled["payee"], settled["unpaid"]) == (str(3 * DOLLAR), vault, "0")
    assert licensee.dollar.balance_of(vault) == 3 * DOLLAR
    failed(run("meter", "settle", "voucher.json", account=STRANGER), 1, "300")

    closed = ok("meter", "close", license_id, "--yes", account=LICENSEE)
    assert (closed["open"], closed["closes_at"]) == (False, network.now + 3 * DAY)
    assert run("license", "permits", license_id, "--uses", "train").code == 1
    failed(run("meter", "withdraw", license_id, account=STRANGER), 1, license_id)
    network.travel_to(closed["closes_at"])
    rest = ok("meter", "withdraw", license_id, account=STRANGER)
    assert (rest["amount"], rest["licensee"]) == (str(7 * DOLLAR), licensee.address)
    assert licensee.dollars == 97 * DOLLAR
    failed(run("meter", "withdraw", license_id, account=STRANGER), 1, license_id)


def test_people_see_how_a_deposit_stands(
    run: Run, metered: Metered, stranger: Party, network: Network
) -> None:
    license_id = metered()
    shown(run("meter", "show", license_id), "not opened", "0.01 TUSD each unit", "0 units in all")
    paid = run("meter", "deposit", license_id, "0.05", "--yes", account=LICENSEE)
    shown(paid, "has 0.05 TUSD", "5 units in all", "open")
    shown(run("meter", "permits", license_id, "--uses", "train", "--units", 5), "yes")
    voucher = run("meter", "voucher", license_id, 8, "--out", "voucher.json", account=LICENSEE)
    shown(voucher, "8 in all, 8 of them unpaid", "0.08 TUSD")
    shown(run("meter", "settle", "voucher.json", account=STRANGER), "0.05 TUSD", "3 signed for and not paid")
    shown(run("meter", "show", license_id), "5 units", "has 0.00 TUSD")
    # The deposit is filled up again by a plain transfer; the same voucher pays the rest.
    stranger.receive_dollars(DOLLAR)
    stranger.dollar.transfer(stranger.contracts.usage.deposit_of(license_id), DOLLAR)
    shown(run("meter", "settle", "voucher.json", account=STRANGER), "0.03 TUSD", "8 paid in all")
    shown(run("meter", "close", license_id, "--yes", account=LICENSEE), "closed; its rest is the licensee's")
    network.travel(1)
    shown(run("meter", "withdraw", license_id, account=STRANGER), "0.97 TUSD")


def test_a_deposit_paid_by_a_plain_transfer_is_opened_by_anybody(
    ok: Ok, run: Run, metered: Metered, licensee: Party
) -> None:
    license_id = metered()
    deposit = ok("meter", "show", license_id)["deposit"]
    licensee.dollar.transfer(deposit, DOLLAR)
    assert ok("meter", "show", license_id)["open"] is False
    opened = ok("meter", "open", license_id, account=STRANGER)
    assert (opened["open"], opened["suffices_for"]) == (True, "100")
    failed(run("meter", "open", license_id, account=STRANGER), 1, license_id)


def test_a_cap_is_kept(ok: Ok, run: Run, metered: Metered) -> None:
    license_id = metered(unit_cap=50)
    ok("meter", "deposit", license_id, "10", "--yes", account=LICENSEE)
    signing = ("meter", "voucher", license_id)
    failed(run(*signing, 51, "--out", "voucher.json", account=LICENSEE), 2, "capped at 50")
    assert not Path("voucher.json").exists()
    ok(*signing, 50, "--out", "voucher.json", account=LICENSEE)
    assert ok("meter", "settle", "voucher.json", account=LICENSOR)["units"] == "50"
    failed(run(*signing, 50, "--out", "more.json", account=LICENSEE), 2, "50 units")


def test_what_is_not_paid_or_signed(
    ok: Ok,
    run: Run,
    metered: Metered,
    licensee: Party,
    licensor: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
) -> None:
    license_id = metered()
    depositing = ("meter", "deposit", license_id)
    failed(run(*depositing, "5", account=LICENSEE), 2, "--yes")
    failed(run(*depositing, "0", "--yes", account=LICENSEE), 2, "nothing to pay in")
    failed(run(*depositing, "-5", "--yes", account=LICENSEE), 2, "-5")
    failed(run(*depositing, "much", "--yes", account=LICENSEE), 2, "not an amount")
    failed(run(*depositing, "5", "--yes", account=STRANGER), 1, "units that the deposit costs")
    failed(run("meter", "voucher", license_id, 5, "--out", "v.json", account=STRANGER), 1, "holder's key")
    failed(run("meter", "voucher", license_id, 0, "--out", "v.json", account=LICENSEE), 2, "UNITS")
    failed(run("meter", "close", license_id, "--yes", account=LICENSEE), 1, license_id)
    failed(run("meter", "close", license_id, "--yes", account=STRANGER), 1, "holder's key")
    ok(*depositing, "1", "--yes", account=LICENSEE)
    failed(run("meter", "close", license_id, account=LICENSEE), 2, "--yes")
    ok("meter", "voucher", license_id, 5, "--out", "v.json", account=LICENSEE)
    failed(run("meter", "voucher", license_id, 5, "--out", "v.json", account=LICENSEE), 2, "is there already")
    sold = licensee.buys.buy(offering(licensor, asset.asset_id, price)).license_id
    for arguments in (("show", sold), ("open", sold), ("deposit", sold, "5", "--yes")):
        account = () if arguments[0] == "show" else ("--dev-account", LICENSEE)
        failed(run("meter", *arguments, *account), 1, "not paid by the unit")
    failed(run("meter", "show", UNKNOWN), 1, "no license has the id")


def test_a_voucher_that_is_not_the_licensees(ok: Ok, run: Run, metered: Metered) -> None:
    license_id = metered()
    ok("meter", "deposit", license_id, "1", "--yes", account=LICENSEE)
    ok("meter", "voucher", license_id, 5, "--out", "v.json", account=LICENSEE)
    text = Path("v.json").read_text()
    Path("more.json").write_text(text.replace('"units":"5"', '"units":"6"'))
    failed(run("meter", "settle", "more.json", account=LICENSOR), 1, "over this voucher")
    Path("there.json").write_text(text.replace('"chainId":"31337"', '"chainId":"1"'))
    failed(run("meter", "settle", "there.json", account=LICENSOR), 2, "on chain 1")
    Path("spaced.json").write_text(text + " ")
    failed(run("meter", "settle", "spaced.json", account=LICENSOR), 1, "canonical")
    Path("order.json").write_text('{"type":"licet/order/1"}')
    failed(run("meter", "settle", "order.json", account=LICENSOR), 1, "licet/voucher/1 expected")
    failed(run("meter", "settle", "nothing.json", account=LICENSOR), 2, "does not exist")


def test_a_server_cannot_tell_without_the_conditions(run: Run, metered: Metered) -> None:
    asking = ("meter", "permits", metered(), "--uses", "train", "--units", 1)
    failed(run(*asking, "--documents", "nothing"), 2, "conditions")
    failed(run("meter", "permits", UNKNOWN, *asking[3:]), 2, "no license has the id")
