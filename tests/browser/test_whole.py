"""A whole story on the pages of `licet serve`: a file, its license, and the way of the price."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from licet.documents import OfferDocument, sha256
from tests.browser.wallet import TestWallet
from tests.integration.conftest import DOLLAR, Network, Party
from tests.integration.test_cli_serve import running, wait_for

pytestmark = pytest.mark.integration


def test_from_a_file_to_its_license_to_what_its_payee_gets(
    network: Network,
    folder: Path,
    tmp_path: Path,
    context: BrowserContext,
    wallet: TestWallet,
    work: Path,
    licensee: Party,
    artist: Party,
    signed_offer: OfferDocument,
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    with running(network, folder, tmp_path) as (_, port):
        site = f"http://127.0.0.1:{port}"
        page = context.new_page()
        known = f"{site}/api/works/{sha256(work.read_bytes())}"
        wait_for(lambda: bool(page.request.get(known).json().get("registered")))
        page.goto(f"{site}/lookup")

        # Somebody has a file, and learns from it alone what may be done with it, and at what price.
        expect(page.locator("input[type=file]")).to_be_enabled()
        page.locator("input[type=file]").set_input_files(work)
        expect(page.get_by_text("You may train on this work.").first).to_be_attached()
        expect(page.locator("[data-buy] .price")).to_have_text("25.00 TUSD for 30 days")
        page.get_by_role("button", name="Connect a wallet and buy").click()
        expect(page.locator("[data-buy] .status")).to_contain_text("Bought.")
        assert wallet.kinds == ["connect", "sign", "send"]

        # The license stands, once the index has its block.
        link = page.locator("[data-buy] .status a")
        path = link.get_attribute("href")
        assert path is not None
        license_id = path.removeprefix("/licenses/")
        assert licensee.contracts.licenses.license(license_id).holder == licensee.address
        wait_for(lambda: bool(page.request.get(f"{site}{path}").ok))
        link.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("License")
        page.get_by_role("link", name=re.compile("certificate", re.IGNORECASE)).first.click()
        expect(page.get_by_text(license_id).first).to_be_visible()

        # The artist sees what is due, after the next audit; anybody may send it on its way.
        account = f"{site}/accounts/{artist.address}"
        wait_for(lambda: "data-claim" in page.request.get(account).text())
        page.goto(account)
        expect(page.locator("[data-claim] .price")).to_have_text("18.75 TUSD are due, from one vault.")
        page.get_by_role("button", name="Claim").click()
        expect(page.locator("[data-claim] .status")).to_contain_text("Claimed.")
        assert artist.dollars == 18_750_000
        wait_for(lambda: page.request.get(f"{site}/api/audit/status").json()["verdict"] == "clean")
