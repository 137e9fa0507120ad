"""The pages in a browser: found, read and printed by people of either language, with or without a mouse."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from licet.catalog import Catalog
from licet.contracts import events
from licet.contracts.events import DerivativeRegistered
from licet.documents import OfferDocument, PayeeShare, Publisher, SplitDocument, Work, WorkDocument
from licet.fingerprint.likeness import fingerprint
from licet.types import Address, Hash32, hash32
from tests.browser.axe import violations
from tests.browser.conftest import PATIENCE
from tests.browser.pictures import keep
from tests.browser.settled import settled
from tests.browser.site import Served, serving
from tests.integration.conftest import (
    ARTIST,
    CO_ARTIST,
    DAY,
    LICENSEE,
    LICENSOR,
    RIVAL,
    STRANGER,
    Network,
    Party,
    Told,
    development_signer,
    restored,
)
from tests.integration.market import Market

DESK = {"width": 1100, "height": 800}
PHONE = {"width": 360, "height": 740}
KEPT = ("home", "lookup", "work", "derivative", "certificate", "earnings", "library", "audit")
"""Of which pages docs/pages/ has pictures."""


@dataclass(frozen=True)
class Story:
    """What has happened on the chain, and where it is shown.

    Attributes:
        site: that shows it.
        file: of a work.
        poem: that work, which is on offer.
        catalog: a collection of works.
        song: a work that was made from another.
        offer: on the poem.
        license: that was bought on it.
        licensor: who sells.
        artist: who shares in what is earned.
        licensee: who bought.
        tx: in which the poem was registered.
        node: the node's URL.
    """

    site: Served
    file: Path
    poem: Hash32
    catalog: Hash32
    song: Hash32
    offer: OfferDocument
    license: Hash32
    licensor: Address
    artist: Address
    licensee: Address
    tx: Hash32
    node: str

    @property
    def paths(self) -> dict[str, str]:
        """The main pages, by what pictures of them are called."""
        return {
            "home": "/",
            "search": "/works?q=sun",
            "lookup": f"/works/0x{hashlib.sha256(self.file.read_bytes()).hexdigest()}",
            "work": f"/assets/{self.poem}",
            "catalogue": f"/assets/{self.catalog}/works",
            "derivative": f"/assets/{self.song}",
            "offer": f"/offers/{self.offer.offer.struct_hash()}",
            "license": f"/licenses/{self.license}",
            "certificate": f"/licenses/{self.license}/certificate",
            "earnings": f"/accounts/{self.artist}",
            "seller": f"/accounts/{self.licensor}",
            "library": f"/accounts/{self.licensee}",
            "vault": f"/accounts/{self.offer.offer.payee}",
            "audit": "/audit",
            "payments": "/audit/tables/payments",
            "transaction": f"/transactions/{self.tx}",
            "api": "/api",
            "nothing": "/nothing",
        }


@pytest.fixture(scope="module")
def story(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Something of everything: works, sales, a derivative, cases, deposits, a statement; told once."""
    folder = tmp_path_factory.mktemp("pages")
    documents = Path(shutil.copytree(told.folder, folder / "documents"))
    with contextmanager(restored)(told.network) as network, serving(network, documents, folder) as site:
        yield tell(network, site, documents, folder)


def tell(network: Network, site: Served, documents: Path, folder: Path) -> Story:
    """Tells what comes after the story of `tests.integration.story`."""
    licensor, licensee, artist, co_artist, rival, stranger = (
        Party(network, development_signer(index), documents)
        for index in (LICENSOR, LICENSEE, ARTIST, CO_ARTIST, RIVAL, STRANGER)
    )
    split = SplitDocument.of([PayeeShare(artist.address, 3), PayeeShare(co_artist.address, 1)])
    vault = licensor.contracts.vaults.vault_of(split.tree().root)
    market = Market(network, licensor, licensee, rival, stranger, vault, lambda text: folder / text)
    file = folder / "sonnet.txt"
    file.write_text("Shall I compare thee to a summer's day?")
    published = Publisher(documents).publish(
        WorkDocument.of(fingerprint(file), "Sonnet 18 / 十四行诗第十八首")
    )
    poem = licensor.sells.register_work(file, uri=published.uri, document_hash=published.hash)
    works = [Work(f"Plate {i:03d}, 日落", hash32(hashlib.sha256(b"%d" % i).digest())) for i in range(60)]
    picture = folder / "sunset.png"
    Image.linear_gradient("L").resize((900, 600)).save(picture)
    catalog = licensor.sells.register_catalog(
        Catalog(tuple(works), {}, 1), "Sunsets over Tamsui / 淡水暮色", picture=picture
    )
    offer = market.offer(poem.asset_id, duration=365 * DAY)
    market.offer(catalog.asset_id, duration=30 * DAY)
    sold = market.buy(offer)
    contracts = licensor.contracts
    made = events.read(
        contracts.chain,
        DerivativeRegistered,
        [contracts.assets.address],
        from_block=contracts.deployment.block,
    )
    site.catch_up()
    site.audited(network.height)
    return Story(
        site=site,
        file=file,
        poem=poem.asset_id,
        catalog=catalog.asset_id,
        song=next(made).asset_id,
        offer=offer,
        license=sold.license_id,
        licensor=licensor.address,
        artist=artist.address,
        licensee=licensee.address,
        tx=poem.receipt.tx_hash,
        node=network.url,
    )


@dataclass
class Watched:
    """A page, and what its browser asked for and complained of."""

    page: Page
    asked: list[Request]
    complaints: list[str]


def watched(context: BrowserContext) -> Watched:
    page = context.new_page()
    asked: list[Request] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    return Watched(page, asked, complaints)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers of people who were never here before, of any size, language and colours."""
    contexts: list[BrowserContext] = []

    def opened(language: str = "en", **settings: Any) -> BrowserContext:
        locale = {"en": "en-GB", "zh": "zh-CN"}[language]
        context = browser.new_context(**{"viewport": DESK, "locale": locale, **settings})
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return context

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def visit(opened: Callable[..., BrowserContext], story: Story) -> Callable[..., Watched]:
    """Opens pages, each in a browser of its own."""

    def visit(path: str) -> Watched:
        found = watched(opened())
        found.page.goto(story.site.url + path)
        return found

    return visit


def test_a_file_is_looked_up_and_never_sent(story: Story, visit: Callable[..., Watched]) -> None:
    found = visit("/lookup")
    page = found.page
    chooser = page.locator("[data-lookup] input")
    expect(chooser).to_be_enabled()
    chooser.set_input_files(story.file)
    page.wait_for_url("**/works/0x*")
    expect(page.get_by_text("It is registered.")).to_be_visible()
    expect(page.get_by_role("link", name="Sonnet 18")).to_be_visible()
    expect(page.get_by_role("heading", name="10.00 TUSD, once")).to_be_visible()
    content = story.file.read_bytes()
    for request in found.asked:
        assert content not in (request.post_data_buffer or b"")
        if request.url.startswith(story.site.url):
            assert request.method == "GET"


def test_a_file_that_is_dropped(story: Story, visit: Callable[..., Watched], tmp_path: Path) -> None:
    """A larger one, which is hashed piece by piece; nobody has registered it."""
    page = visit("/").page
    expect(page.locator("[data-lookup] input")).to_be_enabled()
    page.evaluate(
        """() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(20_000_000)], "large.bin"));
          const place = document.querySelector("[data-lookup]");
          place.dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, cancelable: true}));
        }"""
    )
    page.wait_for_url(f"**/works/0x{hashlib.sha256(bytes(20_000_000)).hexdigest()}")
    expect(page.get_by_text("Nobody has registered a file with this hash.")).to_be_visible()


def test_works_are_found_while_typing_with_the_keyboard_alone(
    story: Story, visit: Callable[..., Watched]
) -> None:
    page = visit("/works").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("淡水")
    results = page.locator("#results > .entry")
    expect(results).to_have_count(1)
    assert "q=" in page.url
    link = results.get_by_role("link").first
    for _ in range(10):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sunsets over Tamsui / 淡水暮色")
    page.get_by_role("link", name="60 works").focus()
    page.keyboard.press("Enter")
    entries = page.locator(".list > .entry")
    expect(entries).to_have_count(25)
    for shown in (50, 60):
        settled(page)  # pressed before the script knows it, a link leads to a page of its own
        page.locator(".more a").focus()
        page.keyboard.press("Enter")
        expect(entries).to_have_count(shown)
    expect(page.locator(".more")).to_have_count(0)


def test_an_auditor_reads_the_verdict_and_takes_the_report(
    story: Story, visit: Callable[..., Watched], tmp_path: Path
) -> None:
    page = visit("/audit").page
    expect(page.locator("#verdict")).to_contain_text("Clean. Everything was checked")
    expect(page.locator(".figures svg").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="XLSX").click()
    assert waiting.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name="Payments", exact=True).click()
    expect(page.locator("tbody tr").first).to_be_visible()
    page.locator("tbody tr a[href^='/transactions/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Transaction")
    expect(page.get_by_role("heading", name="LicenseToken.Sold")).to_be_visible()


def test_the_graph_of_a_derivative_leads_to_its_source(story: Story, visit: Callable[..., Watched]) -> None:
    page = visit(f"/assets/{story.song}").page
    source = page.locator("svg.graph a")
    expect(source).to_have_count(1)
    expect(page.locator("svg.graph")).to_contain_text("10 %")
    leads_to = source.get_attribute("href")
    source.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{leads_to}")
    expect(page.locator("svg.graph .here")).to_be_visible()


def test_a_certificate_prints_as_one_paper(story: Story, visit: Callable[..., Watched]) -> None:
    page = visit(f"/licenses/{story.license}/certificate").page
    page.emulate_media(media="print")
    expect(page.locator(".certificate")).to_be_visible()
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator(".certificate")).to_contain_text(story.license)
    assert page.pdf().count(b"/Type /Page\n") == 1


def test_the_head_is_on_one_line(story: Story, visit: Callable[..., Watched]) -> None:
    page = visit("/").page
    button = page.get_by_role("button", name="Connect a wallet")
    button.wait_for()
    places = [page.get_by_role("link", name="Audit").bounding_box(), button.bounding_box()]
    middles = [place["y"] + place["height"] / 2 for place in places if place is not None]
    assert len(middles) == 2
    assert abs(middles[0] - middles[1]) < 2


def test_the_language_is_switched_and_kept(story: Story, visit: Callable[..., Watched]) -> None:
    page = visit("/works?q=sun").page
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    assert "q=sun" in page.url
    page.goto(story.site.url + "/audit")
    expect(page.get_by_role("heading", level=1)).to_have_text("审计")
    expect(page.locator("#verdict")).to_contain_text("无异常")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Audit")


LOOKS = [("en", "dark", PHONE), ("zh", "light", DESK)]
"""Both languages, sizes and schemes; every night, and for pictures, their other combinations too."""
if "LICET_NIGHTLY" in os.environ or "LICET_PICTURES" in os.environ:
    LOOKS += [("en", "light", DESK), ("zh", "dark", DESK), ("zh", "light", PHONE)]


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    LOOKS,
    ids=lambda value: value if isinstance(value, str) else str(value["width"]),
)
def test_everybody_can_use_every_page(
    story: Story, opened: Callable[..., BrowserContext], language: str, scheme: str, size: dict[str, int]
) -> None:
    """WCAG 2.2 AA by axe; no wider than the screen; nothing from elsewhere, nothing that is forbidden."""
    here = (story.site.url, story.node)
    found = watched(opened(language, viewport=size, color_scheme=scheme))
    for name, path in story.paths.items():
        found.asked.clear()
        found.complaints.clear()
        found.page.goto(story.site.url + path)
        settled(found.page)
        asked = [request.url for request in found.asked]
        assert all(url.startswith(here) for url in asked), asked
        # That there is no such page, browsers complain of.
        assert name == "nothing" or found.complaints == [], name
        width = found.page.evaluate("() => document.scrollingElement.scrollWidth")
        assert width <= size["width"], f"{name} is {width} wide"
        assert violations(found.page) == [], name
        pictured = (language, scheme, size) != ("zh", "light", DESK) and name in KEPT
        if pictured and (size is DESK or name in ("home", "work")):
            keep(found.page, f"{name}-{language}-{scheme}-{size['width']}")


def test_the_first_page_is_light_and_quick(story: Story, visit: Callable[..., Watched]) -> None:
    """At most 160 kB of compressed scripts, and usable within two seconds."""
    page = settled(visit("/").page)
    sizes = page.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter((entry) => entry.name.endsWith(".js")).map((entry) => entry.encodedBodySize)"""
    )
    assert 0 < sum(sizes) <= 160_000, sizes
    [timing] = page.evaluate("() => performance.getEntriesByType('navigation').map((e) => e.domInteractive)")
    assert timing <= 2_000
