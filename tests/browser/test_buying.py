"""Buying a license on a page, with a wallet: what a person sees and is asked, and what can go wrong."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from licet.chain.compiled.artifacts import artifact
from licet.documents import OfferDocument
from licet.rights_holder import Price, Registered
from licet.types import ZERO_ADDRESS
from tests.browser.conftest import silence
from tests.browser.site import Served
from tests.browser.wallet import Prompt, TestWallet, holds, rejects
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party

pytestmark = pytest.mark.integration

PRICE = 25 * DOLLAR


@pytest.fixture
def offer(signed_offer: OfferDocument) -> OfferDocument:
    return signed_offer


@pytest.fixture
def rich(licensee: Party) -> Party:
    """The licensee, who can pay twice."""
    licensee.receive_dollars(2 * PRICE)
    return licensee


Open = Callable[..., Page]


@pytest.fixture
def shop(context: BrowserContext, site: Served, offer: OfferDocument) -> Open:
    """Opens the page of an offer, by default of the one for 25 dollars."""

    def shop(shown: OfferDocument = offer, language: str = "en", price: str = "25.00 TUSD") -> Page:
        site.catch_up()
        page = context.new_page()
        page.goto(f"{site.url}/offers/{shown.offer.struct_hash()}?lang={language}")
        expect(page.locator(".price")).to_contain_text(price)
        return page

    return shop


def click(page: Page) -> None:
    buying(page).click()


def buying(page: Page) -> Locator:
    """The button that buys."""
    return page.locator("[data-buy] button.primary")


def status(page: Page) -> Locator:
    """The line below it."""
    return page.locator("[data-buy] .status")


def says(page: Page, text: str) -> None:
    expect(status(page)).to_contain_text(text)


def licenses(party: Party) -> int:
    """How many licenses somebody holds."""
    contract = party.contracts.licenses
    data = "0x70a08231" + party.address[2:].rjust(64, "0")
    return int(party.network.rpc("eth_call", {"to": contract.address, "data": data}, "latest"), 16)


def test_one_signature_and_one_transaction(shop: Open, wallet: TestWallet, rich: Party) -> None:
    page = shop()
    assert wallet.prompts == []  # nothing is asked before somebody wants something
    click(page)
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "sign", "send"]
    permit = wallet.prompts[1].shows
    assert permit["primaryType"] == "Permit"
    assert permit["domain"]["name"] == "Test Dollar"
    assert permit["message"]["spender"] == rich.network.deployment.license_token
    assert permit["message"]["value"] == str(PRICE)
    assert wallet.prompts[2].function == "buyWithPermit"
    assert (rich.dollars, licenses(rich)) == (PRICE, 1)
    link = status(page).locator("a").get_attribute("href")
    assert link is not None
    assert rich.contracts.licenses.license(link.removeprefix("/licenses/")).holder == rich.address


def test_no_signature_where_the_allowance_suffices(shop: Open, wallet: TestWallet, rich: Party) -> None:
    rich.dollar.approve(rich.network.deployment.license_token, PRICE)
    page = shop()
    click(page)
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "send"]
    assert wallet.prompts[1].function == "buy"


def test_one_window_where_the_wallet_sends_several_calls_as_one(
    shop: Open, wallet: TestWallet, rich: Party
) -> None:
    wallet.atomic = True
    page = shop()
    click(page)
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "send all"]
    assert [call["function"] for call in wallet.prompts[1].shows["calls"]] == ["approve", "buy"]
    assert rich.dollar.allowance(rich.address, rich.network.deployment.license_token) == 0


def test_native_coin_goes_along(
    shop: Open, wallet: TestWallet, licensor: Party, asset: Registered, offering: Offering
) -> None:
    offer = offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 10**15))
    page = shop(offer, price="0.001 ETH for ever")
    click(page)
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "send"]
    assert int(wallet.prompts[1].shows["value"], 16) == 10**15


def test_several_seats_cost_several_prices(shop: Open, wallet: TestWallet, rich: Party) -> None:
    page = shop()
    page.get_by_label("Licenses").fill("2")
    page.get_by_label("Licenses").blur()
    expect(page.locator(".price")).to_contain_text("50.00 TUSD")
    click(page)
    says(page, "Bought.")
    assert wallet.prompts[1].shows["message"]["value"] == str(2 * PRICE)
    assert licenses(rich) == 2
    expect(status(page).locator("a")).to_have_count(2)


def test_a_rejected_prompt_is_no_error(shop: Open, wallet: TestWallet, rich: Party) -> None:
    page = shop()
    for kind in ("connect", "sign", "send"):
        silence(page)
        wallet.answer = rejects(kind)
        click(page)
        says(page, "You declined. Nothing was sent.")
        expect(status(page)).to_have_attribute("data-mood", "calm")
        assert wallet.kinds[-1] == kind
        assert licenses(rich) == 0
    wallet.answer = lambda prompt: None
    click(page)
    says(page, "Bought.")
    assert licenses(rich) == 1


def test_the_network_is_switched_when_somebody_buys(shop: Open, wallet: TestWallet, rich: Party) -> None:
    wallet.chain_id, wallet.answer = 1, rejects("switch")
    page = shop()
    assert wallet.prompts == []
    click(page)
    says(page, "You declined")
    assert wallet.kinds == ["connect", "switch"]  # whoever stays on another network buys nothing
    wallet.answer = lambda prompt: None
    click(page)
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "switch", "switch", "sign", "send"]


def test_an_unknown_network_is_added(shop: Open, wallet: TestWallet, rich: Party) -> None:
    wallet.chain_id, wallet.known_chains = 1, {1}
    page = shop()
    click(page)
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "add", "sign", "send"]
    assert wallet.prompts[1].shows["rpcUrls"] == [f"{rich.network.url}/"]


def test_an_account_or_a_network_switched_mid_way_gets_nothing(
    shop: Open, wallet: TestWallet, rich: Party, stranger: Party
) -> None:
    page = shop()

    def switch_network(prompt: Prompt) -> None:
        if prompt.kind == "sign":
            wallet.chain_id = 1

    def switch_account(prompt: Prompt) -> None:
        if prompt.kind == "sign":
            wallet.switching = stranger.signer

    wallet.answer = switch_network
    click(page)
    says(page, "Your wallet is on another network. Nothing was sent")
    assert wallet.kinds == ["connect", "sign"]
    wallet.chain_id, wallet.answer = 31337, switch_account
    click(page)
    says(page, "The account in your wallet changed meanwhile. Nothing was sent")
    assert wallet.kinds == ["connect", "sign", "sign"]
    assert licenses(rich) == licenses(stranger) == 0


def test_a_tab_closed_while_pending(
    shop: Open, wallet: TestWallet, rich: Party, held: Callable[[], None]
) -> None:
    elsewhere = shop()
    click(elsewhere)
    says(elsewhere, "Sent.")
    elsewhere.goto("/")
    pending = elsewhere.get_by_role("region", name="Under way")  # any page tells of it
    expect(pending).to_contain_text("Sent.")
    page = shop()
    says(page, "Sent.")
    expect(buying(page)).to_be_disabled()
    page.close()
    page = shop()
    says(page, "Sent.")
    held()
    says(page, "Bought.")
    expect(pending).to_contain_text("Bought.")
    assert wallet.kinds == ["connect", "sign", "send"]
    assert licenses(rich) == 1


def test_an_account_switched_before_a_click_is_the_one_that_buys(
    shop: Open, wallet: TestWallet, rich: Party, stranger: Party
) -> None:
    page = shop()
    page.get_by_role("button", name="Connect a wallet", exact=True).click()
    own = page.locator("[data-wallet] a[href^='/accounts/']")
    expect(own).to_have_attribute("href", f"/accounts/{rich.address}")
    page.reload()
    expect(own).to_have_attribute("href", f"/accounts/{rich.address}")
    stranger.receive_dollars(PRICE)
    wallet.switch_account(page, stranger.signer)
    expect(own).to_have_attribute("href", f"/accounts/{stranger.address}")
    click(page)
    says(page, "Bought.")
    assert (licenses(rich), licenses(stranger)) == (0, 1)


def test_whoever_disconnects_is_asked_again(shop: Open, wallet: TestWallet, rich: Party) -> None:
    page = shop()
    page.get_by_role("button", name="Connect a wallet", exact=True).click()
    page.get_by_role("button", name="Disconnect").click()
    expect(buying(page)).to_have_text("Connect a wallet and buy")
    page.reload()
    expect(page.get_by_role("button", name="Connect a wallet", exact=True)).to_be_visible()


def test_a_tab_closed_while_the_wallet_asks(shop: Open, wallet: TestWallet, rich: Party) -> None:
    page = shop()
    wallet.answer = holds("send")
    click(page)
    says(page, "Your wallet asks you to send the purchase. Its network fee: about 0.00")
    wallet.opens(page, "connect", "sign", "send")
    page.close()
    page = shop()
    says(page, "Your wallet was asked, and has not answered yet.")
    wallet.release()
    says(page, "Bought.")
    assert licenses(rich) == 1


def test_two_attempts_on_a_wallet_that_stayed_open_buy_once(
    shop: Open, wallet: TestWallet, rich: Party
) -> None:
    page = shop()
    wallet.answer = holds("send")
    click(page)
    says(page, "Your wallet asks you to send the purchase.")
    wallet.opens(page, "connect", "sign", "send")
    page.close()
    page = shop()
    page.get_by_role("button", name="It asks no more").click()
    wallet.answer = lambda prompt: None
    click(page)
    says(page, "Bought.")
    [late] = wallet.release(failing=True)
    assert "LicenseAlreadySold" in late
    assert (rich.dollars, licenses(rich)) == (PRICE, 1)


def test_a_confirmation_that_the_chain_takes_back(
    shop: Open, wallet: TestWallet, rich: Party, network: Network
) -> None:
    page = shop()
    snapshot = network.rpc("evm_snapshot")
    click(page)
    says(page, "Bought.")
    assert network.rpc("evm_revert", snapshot)
    says(page, "Sent.")
    expect(buying(page)).to_be_disabled()
    page.reload()
    says(page, "Sent.")
    assert licenses(rich) == 0
    wallet.send_again(wallet.prompts[-1].shows)
    says(page, "Bought.")
    assert licenses(rich) == 1


def test_a_transaction_that_was_sped_up(
    shop: Open, wallet: TestWallet, rich: Party, held: Callable[[], None]
) -> None:
    page = shop()
    click(page)
    says(page, "Sent.")
    wallet.send_again(wallet.prompts[-1].shows)
    held()
    says(page, "Bought.")
    assert licenses(rich) == 1


def test_a_transaction_that_was_cancelled_in_the_wallet(
    shop: Open, wallet: TestWallet, rich: Party, held: Callable[[], None]
) -> None:
    page = shop()
    click(page)
    says(page, "Sent.")
    wallet.send_again({"from": rich.address, "to": rich.address, "data": "0x"})
    held()
    says(page, "Your wallet sent something else in its place")
    assert licenses(rich) == 0
    expect(buying(page)).to_be_enabled()


def test_an_offer_cancelled_between_quote_and_click(
    shop: Open, wallet: TestWallet, rich: Party, licensor: Party, offer: OfferDocument
) -> None:
    page, chinese = shop(), shop(language="zh")
    licensor.sells.cancel_offer(offer.offer)
    click(page)
    says(page, "Nothing was sent: the licensor cancelled offer")
    assert wallet.kinds == ["connect"]
    click(chinese)
    says(chinese, "许可人取消了要约")


def altered(page: Page, path: str, alter: Callable[[dict[str, Any]], object]) -> None:
    """From now on the server's answers at a path are others."""

    def handle(route: Route) -> None:
        response = route.fetch()
        data = response.json()
        alter(data)
        route.fulfill(response=response, json=data)

    page.route(re.compile(re.escape(path) + r"(\?|$)"), handle)


@pytest.mark.parametrize("dearer", [2, 1], ids=["dearer", "at the same price"])
def test_another_offer_between_quote_and_click(
    dearer: int,
    shop: Open,
    wallet: TestWallet,
    rich: Party,
    licensor: Party,
    asset: Registered,
    offering: Offering,
    offer: OfferDocument,
    price: Price,
) -> None:
    """The server puts another offer in the place of the one that was shown."""
    page = shop()
    changed = replace(price, amount=price.amount * dearer, end=rich.network.now + DAY)
    other = offering(licensor, asset.asset_id, changed)
    instead = {"offer": other.offer.to_json(), "signature": other.signature}
    altered(page, f"/api/offers/{offer.offer.struct_hash()}", lambda data: data.update(instead))
    click(page)
    says(page, "The offer is not what was shown any more. Nothing was sent")
    expect(buying(page)).to_be_disabled()
    assert wallet.kinds == ["connect"]


def test_a_quote_that_asks_for_more_than_the_offer(
    shop: Open, wallet: TestWallet, rich: Party, offer: OfferDocument
) -> None:
    page = shop()
    path = f"/api/offers/{offer.offer.struct_hash()}/quote"
    altered(page, path, lambda data: data.update(total=str(PRICE + 1)))
    click(page)
    says(page, "The offer is not what was shown any more. Nothing was sent")
    expect(buying(page)).to_be_disabled()
    assert wallet.kinds == ["connect"]


def test_an_offer_that_expired(
    shop: Open,
    wallet: TestWallet,
    rich: Party,
    licensor: Party,
    asset: Registered,
    offering: Offering,
    price: Price,
) -> None:
    end = rich.network.now + DAY
    page = shop(offering(licensor, asset.asset_id, replace(price, end=end)))
    rich.network.travel_to(end + 1)
    click(page)
    says(page, "Nothing was sent: the sale on offer")
    says(page, "ask the licensor for a new offer")
    assert wallet.kinds == ["connect"]


def test_an_offer_cancelled_while_the_purchase_waits(
    shop: Open,
    wallet: TestWallet,
    rich: Party,
    licensor: Party,
    offer: OfferDocument,
    held: Callable[[], None],
) -> None:
    page = shop()
    click(page)
    says(page, "Sent.")
    abi, token = artifact("LicenseToken").abi, licensor.network.deployment.license_token
    data = "0x" + abi.encode_call("cancelOffer", [offer.offer.to_abi()]).hex()
    fees = {"maxFeePerGas": hex(10**11), "maxPriorityFeePerGas": hex(10**11)}
    licensor.network.rpc("eth_sendTransaction", {"from": licensor.address, "to": token, "data": data, **fees})
    held()
    says(page, "The chain took the transaction and refused what it asks: the licensor cancelled offer")
    assert licenses(rich) == 0


def test_a_node_that_is_lost(shop: Open, wallet: TestWallet, rich: Party, context: BrowserContext) -> None:
    page = shop()
    context.route(f"{rich.network.url}/**", lambda route: route.abort())
    click(page)
    says(page, "The chain's node does not answer. Nothing was sent")
    assert wallet.kinds == ["connect"]
    context.unroute_all()
    click(page)
    says(page, "Bought.")


def test_a_node_lost_while_pending(
    shop: Open, wallet: TestWallet, rich: Party, context: BrowserContext, held: Callable[[], None]
) -> None:
    """It does not answer, or refuses to: too many questions, say. That is no word about what was sent."""
    page = shop()
    click(page)
    says(page, "Sent.")
    node = f"{rich.network.url}/**"
    context.route(node, lambda route: route.abort())
    says(page, "What was sent is not lost")
    context.unroute_all()
    says(page, "Sent.")
    answer = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32005, "message": "rate limit"}}
    headers = {"Access-Control-Allow-Origin": "*"}
    context.route(node, lambda route: route.fulfill(json=answer, headers=headers))
    says(page, "What was sent is not lost")
    held()
    context.unroute_all()
    says(page, "Bought.")


def test_nobody_waits_for_ever(shop: Open, wallet: TestWallet, rich: Party, held: Callable[[], None]) -> None:
    page = shop()
    click(page)
    says(page, "Sent.")
    earlier = "(_, asked) => '\"asked\":' + (asked - 1e6)"
    kept = "localStorage.getItem('licet.deals')"
    page.evaluate(f"localStorage.setItem('licet.deals', {kept}.replace(/\"asked\":(\\d+)/, {earlier}))")
    page.close()
    page = shop()
    says(page, "Sent a while ago, and not on the chain yet.")
    page.get_by_role("button", name="Stop waiting").click()
    expect(buying(page)).to_be_enabled()
    click(page)
    says(page, "You have bought this already")  # Anvil counts what waits; the salt is the same
    held()
    assert (rich.dollars, licenses(rich)) == (PRICE, 1)


def test_a_double_click_buys_once(shop: Open, wallet: TestWallet, rich: Party) -> None:
    """The button itself is locked, before the purchase's key lets nothing else begin."""
    page = shop()
    wallet.answer = holds("sign")
    buying(page).dblclick()
    says(page, "Your wallet asks you to sign the payment of 25.00 TUSD")
    wallet.opens(page, "connect", "sign")
    expect(buying(page)).to_be_disabled()
    asked = len(wallet.asked)
    late = """async (button) => {
      button.click();
      for (let each = 0; each < 9; each++) await window.testProviders[0].request({method: "eth_chainId"});
    }"""
    buying(page).evaluate(late)
    assert wallet.asked[asked:] == ["eth_chainId"] * 9  # the test's own
    says(page, "Your wallet asks you to sign the payment of 25.00 TUSD")
    page.reload()  # instead of an answer
    wallet.answer = lambda prompt: None
    buying(page).dblclick()
    says(page, "Bought.")
    assert wallet.kinds == ["connect", "sign", "sign", "send"]
    assert (rich.dollars, licenses(rich)) == (PRICE, 1)


def test_two_tabs_buy_once(shop: Open, wallet: TestWallet, rich: Party, held: Callable[[], None]) -> None:
    first, second = shop(), shop()
    click(first)
    says(first, "Sent.")
    expect(buying(second)).to_be_disabled()
    held()
    says(first, "Bought.")
    assert licenses(rich) == 1


def test_somebody_with_too_little(shop: Open, wallet: TestWallet, licensee: Party) -> None:
    licensee.receive_dollars(PRICE - 1)
    page = shop()
    click(page)
    says(page, "Nothing was sent: the account has 24.999999 TUSD, and 25.00 TUSD are asked.")
    assert wallet.kinds == ["connect"]


def test_of_several_wallets_one_is_chosen(
    shop: Open, wallet: TestWallet, rich: Party, stranger: Party, context: BrowserContext
) -> None:
    other = TestWallet(stranger.signer, rich.network.url, name="Other Wallet")
    other.install(context)
    page = shop()
    click(page)
    expect(page.get_by_role("dialog").get_by_role("button")).to_have_text(
        ["Other Wallet", "Test Wallet", "Cancel"]
    )
    page.keyboard.press("Escape")
    says(page, "You declined.")
    click(page)
    page.get_by_role("button", name="Test Wallet").click()
    says(page, "Bought.")
    assert other.prompts == []
    assert licenses(rich) == 1


def test_a_browser_without_a_wallet(shop: Open) -> None:
    page = shop()
    click(page)
    says(page, "No wallet was found in this browser.")


def test_a_wallet_of_the_old_kind(
    shop: Open, wallet: TestWallet, rich: Party, context: BrowserContext
) -> None:
    context.add_init_script("window.ethereum = window.testProviders[0]; window.oldWallets = true;")
    page = shop()
    click(page)
    says(page, "Bought.")
    assert licenses(rich) == 1
