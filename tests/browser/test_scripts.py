"""What scripts do to pages: how much is loaded, from where, how soon, and that nobody needs a mouse."""

import gzip
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from licet.documents import OfferDocument
from licet.rights.offer import Kind
from licet.rights_holder import Price
from licet.types import Address
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.settled import settled
from tests.browser.site import Served
from tests.browser.wallet import TestWallet, rejects
from tests.integration.conftest import DOLLAR, Network, Offering, Party

pytestmark = pytest.mark.integration

PRICE = 25 * DOLLAR
MOST_SCRIPT = 160_000  # bytes, compressed
MOST_WAIT = 2.0  # seconds


@pytest.fixture
def scripts(context: BrowserContext) -> dict[str, int]:
    """The sizes, compressed, of all scripts that the browser loads, by their names."""
    found: dict[str, int] = {}

    def note(response: Response) -> None:
        if response.request.resource_type == "script":
            found[urlsplit(response.url).path] = len(gzip.compress(response.body(), 6))

    context.on("response", note)
    return found


def test_the_first_page_loads_few_scripts_and_can_be_used_soon(
    visit: Visit, scripts: dict[str, int], context: BrowserContext, site: Served
) -> None:
    settled(visit("/")).wait_for_load_state("networkidle")  # nothing comes after it
    assert 0 < sum(scripts.values()) < MOST_SCRIPT
    assert not any("buy" in name or "errors" in name for name in scripts)  # not before they are needed
    waits = []
    for _ in range(3):
        page = context.new_page()
        began = time.monotonic()
        page.goto(site.url, wait_until="commit")
        page.get_by_role("button", name="Connect a wallet", exact=True).click(trial=True)
        waits.append(time.monotonic() - began)
    assert min(waits) < MOST_WAIT


def test_a_purchase_loads_few_scripts_and_asks_nobody_else_for_anything(
    visit: Visit,
    scripts: dict[str, int],
    context: BrowserContext,
    wallet: TestWallet,
    network: Network,
    licensee: Party,
    signed_offer: OfferDocument,
) -> None:
    hosts: set[str] = set()
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    licensee.receive_dollars(PRICE)
    offer = signed_offer.offer
    page = visit(f"/offers/{offer.struct_hash()}")
    page.get_by_role("button", name="Connect a wallet and buy").click()
    expect(page.locator("[data-buy] .status")).to_contain_text("Bought.")
    assert sum(scripts.values()) < MOST_SCRIPT
    for path in ("/", "/lookup", f"/assets/{offer.asset_id}", f"/accounts/{licensee.address}", "/audit"):
        page.goto(path)
        settled(page)
    assert hosts == {urlsplit(page.url).netloc, urlsplit(network.url).netloc}


def test_buying_without_a_mouse(
    visit: Visit,
    wallet: TestWallet,
    stranger: Party,
    context: BrowserContext,
    licensee: Party,
    signed_offer: OfferDocument,
) -> None:
    """From the top of the page to the license: Tab, Enter, and the arrows."""
    TestWallet(stranger.signer, licensee.network.url, name="Another Wallet").install(context)
    licensee.receive_dollars(2 * PRICE)
    page = visit(f"/offers/{signed_offer.offer.struct_hash()}")
    expect(page.locator(".price")).to_contain_text("25.00 TUSD")
    tab_to(page, lambda: page.evaluate("document.activeElement.name === 'quantity'"))
    page.keyboard.press("ArrowUp")
    tab_to(page, lambda: "and buy" in focused(page))
    expect(page.locator(".price")).to_contain_text("50.00 TUSD")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Which wallet?")).to_be_visible()
    assert violations(page) == []
    tab_to(page, lambda: focused(page) == "Test Wallet")
    page.keyboard.press("Enter")
    expect(page.locator("[data-buy] .status")).to_contain_text("Bought.")
    assert violations(page) == []


def tab_to(page: Page, there: Callable[[], bool]) -> None:
    """Presses Tab until something has the focus."""
    for _ in range(60):
        if there():
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not lead there")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent")).strip()


LOOKS = {
    "desk": ("light", {"width": 1280, "height": 900}),
    "phone": ("dark", {"width": 320, "height": 700}),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_scripts_add_is_accessible(
    language: str,
    visit: Visit,
    wallet: TestWallet,
    licensor: Party,
    artist: Party,
    licensee: Party,
    signed_offer: OfferDocument,
    dollar: Address,
    offering: Offering,
) -> None:
    """Somebody who is connected, owns the work, is due money, has an account, and has just declined."""
    licensee.receive_dollars(PRICE)
    licensee.buys.buy(signed_offer)
    licensor.receive_dollars(PRICE)
    metered = offering(licensor, signed_offer.offer.asset_id, Price(dollar, 1_000, kind=Kind.METERED))
    license_id = licensor.buys.buy(metered).license_id
    licensor.buys.deposit(license_id, PRICE)
    wallet.signer, wallet.answer = licensor.signer, rejects("sign", "send")
    offer = signed_offer.offer
    page = visit(f"/audit?lang={language}")  # the language is kept, and all is audited
    for path, place in (
        (f"/assets/{offer.asset_id}", "[data-owner] form"),
        (f"/offers/{offer.struct_hash()}", "[data-buy] button"),
        (f"/accounts/{artist.address}", "[data-claim] button"),
        (f"/works/0x{'ab' * 32}", "[data-register] button"),
        (f"/accounts/{licensor.address}", "[data-account] summary"),
        (f"/licenses/{license_id}", "[data-license] details >> nth=1"),  # closing, and reporting
    ):
        page.goto(path)
        page.locator("[data-wallet] button").first.wait_for()
        if not wallet.connected:
            page.locator("[data-wallet] button").click()
        page.locator(place).first.wait_for()
        folded = page.locator("main details:not([open]) > summary")
        while folded.count():
            folded.first.click()
        button = page.locator("main button.primary").last
        if button.is_enabled():
            button.click()
            expect(page.locator("main .status:not(:empty)").first).to_be_visible()
        for look, (scheme, size) in LOOKS.items():
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(size)
            assert violations(page) == [], (path, look)
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider <= 0, (path, look)
