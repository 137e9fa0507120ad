"""Several offers bought together: what is in the basket, what it costs, and that it is all or nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from licet.documents import OfferDocument, TermsDocument
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price
from licet.types import ZERO_ADDRESS
from tests.browser.conftest import Visit
from tests.browser.wallet import TestWallet
from tests.integration.conftest import DOLLAR, Offering, Party

pytestmark = pytest.mark.integration


@pytest.fixture
def offers(
    licensor: Party, make_work: Callable[..., object], price: Price, offering: Offering
) -> list[OfferDocument]:
    """Three works, for 25 dollars, 5 dollars and a thousandth of the native coin."""
    prices = (price, replace(price, amount=5 * DOLLAR, kind=Kind.SUBSCRIPTION), Price(ZERO_ADDRESS, 10**15))
    return [
        offering(licensor, licensor.sells.register_work(make_work(f"poem {i}")).asset_id, each)
        for i, each in enumerate(prices)
    ]


@pytest.fixture
def full(visit: Visit, wallet: TestWallet, licensee: Party, offers: list[OfferDocument]) -> Page:
    """The basket, as another tab puts all of them in."""
    licensee.receive_dollars(30 * DOLLAR)
    page = visit("/basket")
    page.evaluate(
        """(offers) => {
          localStorage.setItem("licet.basket", JSON.stringify(offers));
          window.dispatchEvent(new StorageEvent("storage", {key: "licet.basket"}));
        }""",
        [offer.offer.struct_hash() for offer in offers],
    )
    expect(page.locator("[data-basket] output")).to_have_text("30.00 TUSD + 0.001 ETH")
    return page


def says(page: Page, text: str) -> None:
    expect(page.locator("[data-basket] .buy .status")).to_contain_text(text)


def test_all_of_it_at_once(
    visit: Visit, wallet: TestWallet, licensee: Party, offers: list[OfferDocument]
) -> None:
    licensee.receive_dollars(30 * DOLLAR)
    full = visit("/")
    for offer in offers:
        full.goto(f"/offers/{offer.offer.struct_hash()}")
        full.get_by_role("button", name="Put into the basket").click()
    full.get_by_role("link", name="Basket (3)").click()
    expect(full.locator("[data-basket] output")).to_have_text("30.00 TUSD + 0.001 ETH")
    full.get_by_role("button", name="Buy all").click()
    says(full, "Bought.")
    assert [prompt.shows.get("function") for prompt in wallet.prompts] == [None, "approve", "buyBasket"]
    assert wallet.prompts[1].shows["arguments"][1] == 30 * DOLLAR  # just that, and no more
    assert int(wallet.prompts[2].shows["value"], 16) == 10**15
    licenses = [
        link.get_attribute("href").removeprefix("/licenses/") for link in full.locator(".status a").all()
    ]
    assert [licensee.contracts.licenses.license(each).holder for each in licenses] == [licensee.address] * 3
    expect(full.get_by_text("Nothing is in the basket.")).to_be_visible()
    assert licensee.dollars == 0


def test_one_signature_and_one_transaction_where_no_coin_goes_along(
    full: Page, wallet: TestWallet, licensee: Party
) -> None:
    full.locator("li.entry", has_text="ETH").get_by_role("button", name="Take out").click()
    expect(full.locator("[data-basket] output")).to_have_text("30.00 TUSD")
    full.get_by_role("button", name="Buy all").click()
    says(full, "Bought.")
    assert wallet.kinds == ["connect", "sign", "send"]
    assert wallet.prompts[1].shows["message"]["value"] == str(30 * DOLLAR)
    assert (wallet.prompts[2].function, licensee.dollars) == ("permitFirst", 0)
    assert len(licensee.buys.licenses()) == 2


def test_one_prompt_where_the_allowance_suffices(full: Page, wallet: TestWallet, licensee: Party) -> None:
    licensee.dollar.approve(licensee.network.deployment.license_token, 30 * DOLLAR)
    full.get_by_role("button", name="Buy all").click()
    says(full, "Bought.")
    assert wallet.kinds == ["connect", "send"]


def test_one_prompt_where_the_wallet_sends_several_calls_as_one(
    full: Page, wallet: TestWallet, licensee: Party, visit: Visit
) -> None:
    wallet.atomic = True
    full.get_by_role("button", name="Buy all").click()
    says(full, "Bought.")
    assert wallet.kinds == ["connect", "send all"]
    allowance, purchase = wallet.prompts[1].shows["calls"]
    assert (allowance["function"], allowance["arguments"][1]) == ("approve", 30 * DOLLAR)
    assert (purchase["function"], int(purchase["value"], 16)) == ("buyBasket", 10**15)
    assert licensee.dollars == 0


def test_several_calls_sent_as_one_outlast_the_page(
    full: Page, wallet: TestWallet, visit: Visit, held: Callable[[], None]
) -> None:
    wallet.atomic = True
    full.get_by_role("button", name="Buy all").click()
    says(full, "Sent.")
    full.close()
    page = visit("/basket")
    says(page, "Sent.")
    held()
    says(page, "Bought.")


def test_one_that_does_not_sell_any_more_stops_all(
    full: Page, wallet: TestWallet, licensor: Party, licensee: Party, offers: list[OfferDocument]
) -> None:
    licensor.sells.cancel_offer(offers[1].offer)
    full.get_by_role("button", name="Buy all").click()
    says(full, "Nothing was sent: the licensor cancelled offer")
    assert wallet.kinds == ["connect"]
    full.reload()
    expect(full.locator(".entry", has_text="This offer does not sell now")).to_have_count(1)
    expect(full.get_by_role("button", name="Buy all")).to_be_disabled()
    full.locator(".entry", has_text="This offer does not sell now").get_by_role("button").click()
    expect(full.locator("[data-basket] output")).to_have_text("25.00 TUSD + 0.001 ETH")
    full.get_by_role("button", name="Buy all").click()
    says(full, "Bought.")
    assert licensee.dollars == 5 * DOLLAR


def test_the_basket_outlasts_the_page_and_says_what_each_license_is(
    full: Page,
    visit: Visit,
    licensor: Party,
    offers: list[OfferDocument],
    price: Price,
    offering: Offering,
    terms: TermsDocument,
) -> None:
    assert rows(full) == [
        (
            "train AI that generates nothing train generative AI",
            f"One license{renewable}: {costs} Take out of the basket",
        )
        for renewable, costs in (
            ("", "25.00 TUSD for 30 days"),
            (", renewable", "5.00 TUSD for 30 days"),
            ("", "0.001 ETH for ever"),
        )
    ]
    other = replace(terms, uses=Use.SEARCH)
    metered = offering(licensor, offers[0].offer.asset_id, Price(price.currency, 1, kind=Kind.METERED), other)
    full.close()
    page = visit(f"/offers/{metered.offer.struct_hash()}")
    page.get_by_role("button", name="Put into the basket").click()
    expect(page.get_by_role("link", name="Basket (4)")).to_be_visible()
    page.close()
    page = visit("/basket?lang=zh")
    expect(page.get_by_role("link", name="购物篮（4）")).to_be_visible()
    expect(page.locator("[data-basket] output")).to_have_text("30.00 TUSD + 0.001 ETH")
    assert rows(page)[1::2] == [
        ("训练非生成式 AI 训练生成式 AI", "1 份许可，可续期：5.00 TUSD 为期 30 天 从购物篮取出"),
        ("在搜索中展示", "1 份许可：每使用一单位 0.000001 TUSD 永久 从购物篮取出"),
    ]


def rows(page: Page) -> list[tuple[str, str]]:
    """What each row says below its title: the uses, and what the license costs for how long."""
    found = page.locator("[data-basket] .entry")
    return [tuple(row.locator("p:not(.name)").all_inner_texts()) for row in found.all()]
