"""A whole story on the pages of `licet serve`: a file, its license, and the way of the price."""

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from licet.types import Address
from tests.browser.conftest import saved
from tests.browser.pictures import keep
from tests.browser.wallet import TestWallet, holds
from tests.integration.conftest import DOLLAR, Network, Party
from tests.integration.test_cli_serve import running, wait_for

pytestmark = pytest.mark.integration


def test_from_a_file_to_its_license_to_earnings_by_pages_alone(
    network: Network,
    folder: Path,
    tmp_path: Path,
    context: BrowserContext,
    wallet: TestWallet,
    licensor: Party,
    artist: Party,
    licensee: Party,
    dollar: Address,
) -> None:
    """Nobody opens a terminal; what a page hands out goes where the site finds its documents."""
    licensee.receive_dollars(40 * DOLLAR)
    wallet.signer = licensor.signer
    picture = tmp_path / "harbour.png"
    Image.radial_gradient("L").resize((900, 600)).save(picture)
    folder.mkdir()
    with running(network, folder, tmp_path) as (_, port):
        site = f"http://127.0.0.1:{port}"
        page = context.new_page()

        # The work: a title, a preview, a document.
        page.goto(f"{site}/lookup")
        expect(page.locator("input[type=file]")).to_be_enabled()
        page.locator("input[type=file]").set_input_files(picture)
        page.get_by_label("Title").fill("The harbour / 海港")
        page.get_by_label("Publish this small picture").check()
        page.get_by_role("button", name="Register").click()
        expect(page.locator("[data-register] .status")).to_contain_text("Registered.")
        saved(page, "Its description", folder)
        saved(page, "Its preview", folder)
        link = page.get_by_role("link", name="Its page")
        asset = str(link.get_attribute("href")).removeprefix("/assets/")
        known = f"{site}/api/assets/{asset}"
        wait_for(lambda: bool(page.request.get(known).json().get("preview")))
        link.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The harbour / 海港")
        expect(page.get_by_role("img", name="Preview of The harbour")).to_have_js_property(
            "naturalWidth", 640
        )

        # Who shares in what it earns, and the terms.
        page.get_by_text("Share the income among several").click()
        page.get_by_label("Who gets which part").fill(f"{licensor.address} 3\n{artist.address} 1")
        page.get_by_role("button", name="Publish who shares").click()
        expect(page.locator("[data-owner] .status").first).to_contain_text("Published.")
        expect(page.get_by_label("Who is paid")).not_to_have_value(licensor.address)
        page.get_by_role("group", name="What is permitted").get_by_label("mine data").check()
        page.get_by_label("Price", exact=True).fill("40")
        page.get_by_label("Or another ERC-20 token").fill(dollar)
        page.get_by_label("Title of the terms").fill("Mining")
        page.get_by_label("The terms in words").fill("You may look for patterns in it.")
        keep(page, "offer-form-en-light-1280")
        page.get_by_role("button", name="Sign the offer").click()
        expect(page.get_by_text("Signed. Hand both files")).to_be_visible()
        saved(page, "The signed offer", folder)
        saved(page, "The terms", folder)
        assert wallet.kinds == ["connect", "send", "send", "sign"]

        # Somebody else has the file, and learns from it alone what may be done with it, and at what price.
        wait_for(lambda: bool(page.request.get(known).json().get("offers")))
        wallet.switch_account(page, licensee.signer)
        wallet.connected, wallet.prompts = False, []
        page.goto(f"{site}/lookup")
        expect(page.locator("input[type=file]")).to_be_enabled()
        page.locator("input[type=file]").set_input_files(picture)
        expect(page.get_by_text("It is registered.")).to_be_visible()
        expect(page.get_by_text("You may look for patterns in it.").first).to_be_attached()
        expect(page.locator("[data-buy] .price")).to_have_text("40.00 TUSD for 1 year")
        page.get_by_role("button", name="Put into the basket").click()
        page.goto(f"{site}/basket")
        shown = page.get_by_role("img", name="Preview of The harbour")
        expect(shown).to_have_js_property("naturalWidth", 640)
        expect(page.locator("[data-basket] .entry")).to_contain_text("One license: 40.00 TUSD for 1 year")
        keep(page, "basket-en-light-1280")
        page.get_by_role("button", name="Take out of the basket").click()
        page.go_back()
        wallet.answer = holds("sign")
        page.get_by_role("button", name="Connect a wallet and buy").click()
        bought = page.locator("[data-buy] .status")
        expect(bought).to_contain_text("Your wallet asks you to sign the payment of 40.00 TUSD")
        wallet.opens(page, "connect", "sign")
        keep(page, "buying-en-light-1280")
        page.reload()  # instead of an answer: nothing was signed, so nothing was sent
        wallet.answer = lambda prompt: None
        page.get_by_role("button", name="Buy").click()
        expect(bought).to_contain_text("Bought.")
        assert wallet.kinds == ["connect", "sign", "sign", "send"]

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
        expect(page.locator("[data-claim] .price")).to_have_text("10.00 TUSD are due, from one vault.")
        page.get_by_role("button", name="Claim").click()
        expect(page.locator("[data-claim] .status")).to_contain_text("Claimed.")
        assert artist.dollars == 10 * DOLLAR

        # So are the sale and the earnings on the seller's page.
        account = f"{site}/accounts/{licensor.address}"
        wallet.signer = licensor.signer
        page.goto(account)
        expect(page.get_by_text("40.00 TUSD taken in by one sale.")).to_be_visible()
        expect(page.get_by_text("its own share").first).to_be_visible()
        expect(page.locator("[data-claim] .price")).to_have_text("30.00 TUSD are due, from one vault.")
        expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
        keep(page, "claim-en-light-1280")
        page.get_by_role("button", name="Claim").click()
        expect(page.locator("[data-claim] .status")).to_contain_text("Claimed.")
        assert licensor.dollars == 30 * DOLLAR
        wait_for(lambda: page.request.get(f"{site}/api/audit/status").json()["verdict"] == "clean")
