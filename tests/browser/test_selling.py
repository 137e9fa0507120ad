"""A rights holder on the pages: a file is hashed and registered, an offer is written, signed or published."""

import hashlib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from licet.catalog import read_catalog
from licet.documents import OfferDocument, Preview, TermsDocument, WorkDocument, sha256
from licet.fingerprint.previews import check_preview
from licet.rights.offer import Kind, asset_id
from licet.rights.registration import Origin
from licet.rights.uses import Use
from licet.rights_holder import Registered
from licet.trees.catalog import CatalogTree
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.wallet import TestWallet, rejects
from tests.integration.conftest import DAY, Party

pytestmark = pytest.mark.integration


def says(page: Page, text: str) -> None:
    expect(page.locator("main .status").filter(has_text=text)).to_be_visible()


def connect(page: Page) -> None:
    page.get_by_role("button", name="Connect a wallet").click()


@pytest.fixture
def owner(wallet: TestWallet, licensor: Party) -> TestWallet:
    """The licensor's wallet, in place of the licensee's."""
    wallet.signer = licensor.signer
    return wallet


# Registering.


def look_up(visit: Visit, path: Path) -> Page:
    """The page of a file that was dropped."""
    page = visit("/lookup")
    expect(page.locator("input[type=file]")).to_be_enabled()
    page.locator("input[type=file]").set_input_files(path)
    expect(page).to_have_url(f"{page.url.split('/lookup')[0]}/works/{sha256(path.read_bytes())}")
    return page


def saved(page: Page, link: str, folder: Path) -> Path:
    """A file that the page hands out, put where documents are published."""
    folder.mkdir(exist_ok=True)
    with page.expect_download() as started:
        page.get_by_role("link", name=link).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
    return path


def test_a_file_that_nobody_registered_is_registered(
    visit: Visit, owner: TestWallet, licensor: Party, work: Path, folder: Path
) -> None:
    page = look_up(visit, work)
    assert owner.asked == []  # a file is looked up without a wallet
    expect(page.get_by_label("Title")).to_have_value("a_poem")
    page.get_by_label("Title").fill("A poem / 一首诗")
    expect(page.get_by_label("Publish this small picture")).to_have_count(0)
    page.get_by_label("Where the file of its description").fill("https://works.example/poem.json")
    page.get_by_label("How it came about").select_option("made by people")
    page.get_by_role("button", name="Register").click()
    says(page, "Registered.")
    assert owner.kinds == ["connect", "send"]
    assert owner.prompts[1].function == "register"
    content = sha256(work.read_bytes())
    registered = asset_id(content, licensor.address)
    assert licensor.contracts.assets.deed(registered).holder == licensor.address
    document = saved(page, "Its description", folder).read_bytes()
    expected = WorkDocument(content, work.stat().st_size, "text/plain", title="A poem / 一首诗")
    assert document == expected.to_bytes()
    [registration] = owner.prompts[1].shows["arguments"]
    assert registration == {
        "content": content,
        "works": 0,
        "documentHash": sha256(document),
        "uri": "https://works.example/poem.json",
        "origin": Origin.HUMAN_MADE,
    }
    page.reload()  # what was handed out is still to be had
    expect(page.get_by_role("link", name="Its description")).to_be_visible()
    assert visit("/").get_by_role("link", name="A poem / 一首诗").count() == 1


def test_a_picture_is_registered_with_its_preview(
    visit: Visit, owner: TestWallet, tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "harbour.png"
    Image.effect_noise((900, 600), 40).save(path)
    page = look_up(visit, path)
    expect(page.locator("[data-register] img.preview")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Publish this small picture").check()
    page.get_by_role("button", name="Register").click()
    says(page, "Registered.")
    document = WorkDocument.from_bytes(saved(page, "Its description", folder).read_bytes())
    preview = saved(page, "Its preview", folder)
    assert document.preview == Preview("0x" + preview.stem, "image/jpeg")
    assert preview.name == document.preview.file_name
    assert check_preview(preview.read_bytes()) == "image/jpeg"
    with Image.open(preview) as picture:
        assert picture.size == (640, 427)
    shown = visit("/").get_by_role("img", name="Preview of harbour")
    expect(shown).to_have_js_property("naturalWidth", 640)


def test_whoever_has_only_a_hash_is_asked_for_the_file(
    visit: Visit,
    owner: TestWallet,
    licensor: Party,
    asset: Registered,
    work: Path,
    make_work: Callable[[str], Path],
) -> None:
    page = visit(f"/works/{asset.registration.content}")
    place = page.locator("[data-register]")
    place.get_by_role("button", name="Register").click()
    says(page, "Choose the file: its description says how large it is")
    place.locator("input[type=file]").set_input_files(make_work("another"))
    says(page, "This is another file")
    place.locator("input[type=file]").set_input_files(work)
    expect(page.get_by_label("Title")).to_have_value("a_poem")
    page.get_by_label("Title").fill("")
    place.get_by_role("button", name="Register").click()
    says(page, "The work needs a title.")
    page.get_by_label("Title").fill("Mine again")
    page.get_by_label("Where the file of its description").fill("ftp://works.example")
    place.get_by_role("button", name="Register").click()
    says(page, "A URL begins with http")
    page.get_by_label("Where the file of its description").fill("")
    place.get_by_role("button", name="Register").click()
    says(page, "has registered this content before")
    assert owner.kinds == ["connect"]


# Offers.


def form(visit: Visit, asset: Registered) -> Page:
    """The filled-in form of the asset's holder."""
    page = visit(f"/assets/{asset.asset_id}")
    connect(page)
    page.get_by_label("train generative AI").check()
    page.get_by_label("mine data").check()
    page.get_by_label("Price").fill("12.5")
    page.get_by_label("Days that a license runs").fill("30")
    page.get_by_label("How many licenses").fill("7")
    page.get_by_label("Title of the terms").fill("Training / 训练")
    page.get_by_label("Where the file of the terms will be").fill("https://terms.example/训练.json")
    page.get_by_label("The terms in words").fill('You may "train".\nNothing else.')
    return page


def test_what_would_be_signed_is_told_in_plain_words(
    visit: Visit, owner: TestWallet, asset: Registered
) -> None:
    page = form(visit, asset)
    lines = page.locator("[data-owner] ul.words li")
    expect(lines.nth(0)).to_have_text("Whoever pays 12.50 TUSD once may: mine data, train generative AI.")
    expect(lines.nth(1)).to_have_text("A license runs for 30 days.")
    page.get_by_label("How it is paid for").select_option("for each unit used")
    expect(lines.nth(0)).to_contain_text("Whoever pays 12.50 TUSD for each unit used may")
    page.get_by_label("Price").fill("0")
    expect(lines).to_have_text("A price above 0 in the currency's digits, please, or choose that it is free.")


def test_a_signed_offer_is_what_python_reads_and_somebody_buys(
    visit: Visit, owner: TestWallet, licensor: Party, licensee: Party, asset: Registered, tmp_path: Path
) -> None:
    page = form(visit, asset)
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "Signed.")
    assert owner.kinds == ["connect", "sign"]
    shown = owner.prompts[1].shows
    assert shown["primaryType"] == "Offer"
    assert shown["message"]["price"] == "12500000"
    assert shown["message"]["conditions"]["royaltyBps"] == "0"

    files = {}
    for name in ("The signed offer", "The terms"):
        with page.expect_download() as started:
            page.get_by_role("link", name=name).click()
        saved = tmp_path / started.value.suggested_filename
        started.value.save_as(saved)
        files[name] = saved
        assert saved.stem == hashlib.sha256(saved.read_bytes()).hexdigest()
    signed = OfferDocument.from_bytes(files["The signed offer"].read_bytes())
    terms = TermsDocument.from_bytes(files["The terms"].read_bytes())
    assert signed.offer.terms_hash == "0x" + files["The terms"].stem
    assert (terms.title, terms.text) == ("Training / 训练", 'You may "train".\nNothing else.')
    assert terms.uses == signed.offer.uses == Use.MINE | Use.TRAIN_GENERATIVE
    assert signed.offer.terms_uri == "https://terms.example/训练.json"
    assert (signed.offer.kind, signed.offer.duration, signed.offer.supply) == (Kind.SALE, 30 * DAY, 7)
    licensee.receive_dollars(12_500_000)
    bought = licensee.buys.buy(signed)
    assert licensee.buys.permits(bought.license_id, Use.MINE)
    assert licensor.dollars == 12_500_000


def test_an_offer_published_on_chain_stands_on_the_page(
    visit: Visit, owner: TestWallet, asset: Registered, folder: Path
) -> None:
    page = form(visit, asset)
    page.get_by_role("button", name="Publish it on chain").click()
    says(page, "Published.")
    assert owner.kinds == ["connect", "send"]
    assert owner.prompts[1].function == "publishOffer"
    again = visit(f"/assets/{asset.asset_id}")
    expect(again.locator("article.offer")).to_have_count(1)
    expect(again.locator("[data-buy] .price")).to_have_text("12.50 TUSD for 30 days")


def test_a_signature_that_was_declined(visit: Visit, owner: TestWallet, asset: Registered) -> None:
    page = form(visit, asset)
    owner.answer = rejects("sign")
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "You declined. Nothing was sent.")
    expect(page.get_by_role("link", name="The signed offer")).to_have_count(0)


def test_a_deed_that_was_handed_on_meanwhile(
    visit: Visit, owner: TestWallet, licensor: Party, stranger: Party, asset: Registered
) -> None:
    page = form(visit, asset)
    licensor.sells.transfer_deed(asset.asset_id, stranger.address)
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "holds the deed.")
    assert owner.kinds == ["connect"]


def test_nobody_else_sees_the_form(visit: Visit, wallet: TestWallet, asset: Registered) -> None:
    page = visit(f"/assets/{asset.asset_id}")
    connect(page)
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
    expect(page.locator("[data-owner] form")).to_have_count(0)


# Catalogues.


def catalog_form(visit: Visit, party: Party, files: list[Path], name: str = "Harbours / 海港") -> Page:
    page = visit(f"/accounts/{party.address}")
    connect(page)
    page.get_by_text("Register many works at once").click()
    page.get_by_label("Files").set_input_files(files)
    page.get_by_label("Name of the catalogue").fill(name)
    page.get_by_role("button", name="Register").click()
    return page


def test_the_rows_of_a_csv_are_the_catalogue_that_python_makes(
    visit: Visit, owner: TestWallet, licensor: Party, tmp_path: Path, folder: Path
) -> None:
    csv = resources.files("licet.samples").joinpath("catalog.csv")
    page = catalog_form(visit, licensor, [Path(str(csv))])
    says(page, "Registered.")
    expected = read_catalog(Path(str(csv)))
    document = expected.document("Harbours / 海港").to_bytes()
    [registration] = owner.prompts[-1].shows["arguments"]
    assert registration["content"] == expected.tree().root
    assert registration["works"] == len(expected.works)
    assert registration["documentHash"] == sha256(document)
    with page.expect_download() as started:
        page.get_by_role("link", name="The list of its").click()
    folder.mkdir(exist_ok=True)
    started.value.save_as(folder / started.value.suggested_filename)
    assert (folder / started.value.suggested_filename).read_bytes() == document
    found = visit(f"/works/{expected.works[3].sha256}")
    expect(found.get_by_role("link", name="Harbours / 海港").first).to_be_visible()


def test_files_are_a_catalogue_in_the_order_of_their_names(
    visit: Visit, owner: TestWallet, licensor: Party, make_work: Callable[[str], Path]
) -> None:
    paths = [make_work(name) for name in ("b", "c", "a")]
    page = catalog_form(visit, licensor, paths)
    says(page, "Registered.")
    [registration] = owner.prompts[-1].shows["arguments"]
    hashes = [sha256(path.read_bytes()) for path in sorted(paths)]
    assert registration["content"] == CatalogTree(hashes).root


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,sha256\n1,xyz\n", "Row 1 of the CSV cannot be read."),
        ("id,sha256\n1\n", "Row 1 of the CSV cannot be read."),
        ('id,title\n1,"open\n', "Row 1 of the CSV cannot be read."),
        ("id,id\n1,2\n", "The CSV has no header, or a column twice."),
        ("id,file\n1,missing.txt\n", "The CSV names missing.txt, which was not chosen."),
        ("id,title\n", "No work was chosen."),
        ("id,title\n1,a\n1,b\n", "1 is there twice, by its id or its content."),
    ],
)
def test_a_csv_that_makes_no_catalogue(
    text: str, said: str, visit: Visit, owner: TestWallet, licensor: Party, tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text)
    page = catalog_form(visit, licensor, [path])
    says(page, said)
    assert owner.kinds == ["connect"]
