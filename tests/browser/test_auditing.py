"""An auditor where not all agrees: the verdict, the findings, the way from each to its transaction."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from licet.documents import OfferDocument
from licet.rights.order import Order
from licet.rights_holder import Price, Registered
from licet.types import ZERO_HASH, Address
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.settled import settled
from tests.browser.site import Served
from tests.integration.conftest import DOLLAR, Network, Offering, Party
from tests.integration.faults import YES_TO_EVERYTHING, alter_slot, balance_slot

pytestmark = pytest.mark.integration

PRICE = 25 * DOLLAR


def test_what_does_not_agree_is_told_and_leads_to_its_transaction(
    visit: Visit,
    site: Served,
    network: Network,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    vault: Address,
    dollar: Address,
    offering: Offering,
    signed_offer: OfferDocument,
    raw_contract: Callable[[bytes], Address],
) -> None:
    licensee.receive_dollars(PRICE)
    licensee.buys.buy(signed_offer)
    page = visit("/")
    page.clock.install()
    site.audited(network.height)
    page.goto("/audit")
    settled(page)
    verdict = page.locator("#verdict")
    expect(verdict).to_contain_text("Clean. Everything was checked, and everything agrees.")

    # A sale in a token that moves nothing, and a vault that lost a unit: the open page's verdict turns.
    hostile = raw_contract(YES_TO_EVERYTHING)
    document = offering(licensor, asset.asset_id, Price(hostile, 1000))
    signature = bytes.fromhex(document.signature[2:])
    sold = licensee.contracts.licenses.buy(Order(document.offer, signature, licensee.address, ZERO_HASH))
    alter_slot(network, dollar, balance_slot(vault), lambda word: word - 1)
    site.audited(network.height)
    page.clock.fast_forward(5_000)
    expect(verdict).to_contain_text("Findings. Something does not agree.")

    page.reload()
    answer = page.request.get("/api/audit").json()
    found = answer["gravest"]
    facts = {(finding["kind"], finding["evidence"]["token"]): finding["evidence"] for finding in found}
    unpaid, lost = facts["payment_missing", hostile], facts["income_wrong", dollar]
    assert (unpaid["tx"], unpaid["expected"]) == (sold.tx_hash, "1000")
    assert (lost["vault"], lost["expected"], lost["found"]) == (vault, str(PRICE), str(PRICE - 1))
    expect(verdict).to_contain_text(f"{len(found)} findings")
    articles = page.locator("article.finding")
    expect(articles).to_have_count(len(found))
    for article, finding in zip(articles.all(), found, strict=True):
        expect(article.get_by_role("heading")).to_have_text(f"{finding['kind']} error")
        expect(article).to_contain_text(finding["message"])
        for value in finding["evidence"].values():
            expect(article.locator(f"dd [title='{value}'], dd :text-is('{value}')").first).to_be_visible()
    wrong = page.locator("#balance ~ .scroll tr", has=page.locator("strong.no"))
    expect(wrong.first).to_contain_text("-0.000001 TUSD")
    assert violations(page) == []

    with page.expect_download() as waiting:
        page.get_by_role("link", name="JSON", exact=True).click()
    report = json.loads(Path(waiting.value.path()).read_text())
    assert (report["verdict"], report["findings"]) == ("findings", answer["gravest"])
    page.locator("article.finding a[href^='/transactions/']").first.click()
    expect(page).to_have_url(f"{site.url}/transactions/{sold.tx_hash}")
    expect(page.get_by_role("heading", name="LicenseToken.Sold")).to_be_visible()
    in_chinese(page)


def in_chinese(page: Page) -> None:
    page.goto("/audit/findings?lang=zh")
    for kind, said in (
        ("payment_missing", "销售的价款没有从付款人转到收款人或争议托管。"),
        ("income_wrong", "金库余额与其转入转出不符。"),
    ):
        expect(page.locator("article.finding", has_text=kind).first).to_contain_text(said)
    page.goto("/audit")
    expect(page.locator("#verdict")).to_contain_text("有问题。")
