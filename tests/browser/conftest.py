"""The pages in a real browser, Debian's Chromium, with a wallet in it, on a local chain."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.site import Served, serving
from tests.integration.conftest import (  # noqa: F401 - fixtures
    Network,
    Party,
    anvil,
    artist,
    asset,
    co_artist,
    dollar,
    folder,
    licensee,
    licensor,
    make_work,
    mock,
    network,
    offering,
    party,
    price,
    published,
    raw_contract,
    rival,
    signed_offer,
    split,
    stranger,
    terms,
    told,
    vault,
    work,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.wallet import TestWallet

Visit = Callable[[str], "Page"]

AUDITED = ("/accounts/", "/audit", "/licenses/")
PATIENCE = 20_000  # milliseconds, for a machine that does something else as well
STATIC = Path(__file__).resolve().parents[2] / "src" / "licet" / "web" / "static"


def silence(page: "Page") -> None:
    """Empties the lines that tell how things went, so that what is said next is said anew."""
    page.evaluate("document.querySelectorAll('.status').forEach((line) => line.replaceChildren())")


def saved(page: "Page", link: str, folder: Path) -> Path:
    """A file that the page hands out, put where documents are published."""
    folder.mkdir(exist_ok=True)
    with page.expect_download() as started:
        page.get_by_role("link", name=link).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
    return path


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Debian's Chromium by Playwright, whose event loop must not outlast the module: others run their own."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    assert (STATIC / "site.js").is_file(), "the pages' scripts are not built: make build"
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not start for root, as whom containers run.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(network: Network, folder: Path, tmp_path: Path) -> Iterator[Served]:
    """The site of the network, and of all documents that anybody publishes."""
    with serving(network, folder, tmp_path) as served:
        yield served


@pytest.fixture
def context(browser: "Browser", site: Served) -> "Iterator[BrowserContext]":
    """A browser of somebody who was never here before; closed before the site is, which its pages ask."""
    context = browser.new_context(base_url=site.url)
    context.set_default_timeout(PATIENCE)
    faults: list[str] = []
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield context
    for page in context.pages:
        page.unroute_all(behavior="wait")
    told = tuple(faults)  # what a closing page no longer gets is no fault of it
    context.close()
    # What a browser says of an answer that did not come, or was a refusal, is none either.
    assert [fault for fault in told if "Failed to load resource" not in fault] == []


@pytest.fixture
def held(network: Network) -> Iterator[Callable[[], None]]:
    """No blocks until the test asks for one."""
    network.rpc("evm_setAutomine", False)
    yield lambda: network.rpc("evm_mine")
    network.rpc("evm_mine")
    network.rpc("evm_setAutomine", True)


@pytest.fixture
def wallet(network: Network, licensee: Party, context: "BrowserContext") -> "TestWallet":
    """The licensee's wallet, in the browser."""
    from tests.browser.wallet import TestWallet

    wallet = TestWallet(licensee.signer, network.url)
    wallet.install(context)
    return wallet


@pytest.fixture
def visit(context: "BrowserContext", site: Served, network: Network) -> Visit:
    """Opens a page of the site, as of now; with the audit of now, where a page has figures of it."""

    def visit(path: str) -> "Page":
        site.catch_up()
        if path.startswith(AUDITED):
            site.audited(network.height)
        page = context.new_page()
        page.goto(f"{site.url}{path}")
        return page

    return visit
