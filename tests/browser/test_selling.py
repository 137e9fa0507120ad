"""A rights holder on the pages: a file is hashed and registered, an offer is written, signed or published."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from licet.catalog import read_catalog
from licet.documents import (
    CatalogDocument,
    OfferDocument,
    PayeeShare,
    Preview,
    SplitDocument,
    TermsDocument,
    Work,
    WorkDocument,
    sha256,
)
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.fingerprint.previews import check_preview
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, asset_id
from licet.rights.registration import Origin
from licet.rights.uses import Use
from licet.rights_holder import Registered
from licet.text import short
from licet.trees.catalog import CatalogTree
from tests.browser.axe import violations
from tests.browser.conftest import Visit, saved, silence
from tests.browser.wallet import TestWallet, rejects
from tests.integration.conftest import DAY, DOLLAR, Party

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


def test_a_second_registration_is_folded_away_and_asks_for_the_file(
    visit: Visit,
    owner: TestWallet,
    licensor: Party,
    asset: Registered,
    work: Path,
    make_work: Callable[[str], Path],
) -> None:
    page = visit(f"/works/{asset.registration.content}")
    second = page.get_by_role("region", name="If the work is yours")
    expect(second).to_contain_text(re.compile(rf"First claimed by {short(licensor.address)}, \d{{4}}-"))
    expect(second).to_contain_text("A second registration takes nothing from the first.")
    place = page.locator("[data-register]")
    expect(place.get_by_role("button", name="Register")).to_be_hidden()
    assert violations(page) == []
    second.get_by_text("Register it nevertheless").click()
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
    permitted = page.get_by_role("group", name="What is permitted")
    permitted.get_by_label("train generative AI").check()
    permitted.get_by_label("mine data").check()
    page.get_by_label("Price", exact=True).fill("12.5")
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
    page.get_by_label("Price", exact=True).fill("0")
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


FORBIDDEN, WHO = "What is forbidden", "Where, by whom, for what"


def test_all_that_an_offer_can_say(
    visit: Visit,
    owner: TestWallet,
    stranger: Party,
    asset: Registered,
    tmp_path: Path,
) -> None:
    """The rare terms: each told in plain words, signed, and read by Python."""
    page = form(visit, asset)
    page.get_by_text("More terms, rarely needed").click()

    def tick(legend: str, *names: str) -> None:
        group = page.get_by_role("group", name=legend, exact=True)
        for name in names:
            group.get_by_label(name, exact=True).check()

    tick(FORBIDDEN, "pass on copies", "use commercially")
    tick("Only for", "education", "private persons")
    tick("Not for", "governments")
    tick("You warrant", "ownership of the rights")
    tick("You do not answer for more", "licensed as it is")
    page.get_by_label("On sale from").fill("2031-05-01")
    page.get_by_label("Days that it is on sale").fill("60")
    page.get_by_label("Only in these countries").fill("tw, FR")
    page.get_by_label("Not in these countries").fill("US")
    page.get_by_label("Only for these AI models").fill("small one\nanother")
    page.get_by_label("Credit to be given").fill("Photo: Ruan")
    page.get_by_label("Days after which copies").fill("90")
    page.get_by_label("Days within which use is reported").fill("30")
    page.get_by_label("Who else may report use").fill(stranger.address)
    page.get_by_label("Share of derivatives' income").fill("2.5")
    page.get_by_label("What works made from it may earn").fill("1000")
    page.get_by_label("A work made from it needs your").check()
    page.get_by_label("Works made from it are licensed on").check()
    page.get_by_label("A ruling may revoke").check()
    page.get_by_label("Paid back at a revocation").fill("50")
    page.get_by_label("Licensees may pass their license on").check()
    page.get_by_label("Licensees may grant sublicenses").check()
    page.get_by_label("Asked for the payee at a resale").fill("7.25")
    page.get_by_label("Full text of the license").fill("https://terms.example/全文")
    page.get_by_label("Whom to ask").fill("mailto:ruan@example")
    told = page.locator("[data-owner] ul.words")
    for sentence in (
        *("It is on sale from 2031-05-01.", "It is on sale for 60 days from then."),
        *("It is forbidden to: pass on copies, use commercially.", "Only for: education, private persons."),
        *("Not for: governments.", "Only in Taiwan TW, France FR.", "Not in United States US."),
        *("Only for the AI models: small one, another.", "This credit has to be given: Photo: Ruan"),
        *("Copies have to be deleted after 90 days.", "Use has to be reported at least every 30 days"),
        *("What is made from it owes 2.5 % of its income.", "until they have earned 1,000.00 TUSD."),
        *("A ruling may revoke a license.", "50 % of the price for the time left is paid back."),
        *("A licensee may grant sublicenses", "At a resale, 7.25 % is asked", "You warrant: ownership"),
        *(
            "You do not answer for more: licensed as it is.",
            "Whom to ask (URL or mailto:): mailto:ruan@example",
        ),
    ):
        expect(told).to_contain_text(sentence)
    assert violations(page) == []
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "Signed.")
    signed = OfferDocument.from_bytes(saved(page, "The signed offer", tmp_path).read_bytes())
    terms = TermsDocument.from_bytes(saved(page, "The terms", tmp_path).read_bytes())
    day = int(datetime(2031, 5, 1, tzinfo=UTC).timestamp())
    assert (signed.offer.start, signed.offer.end, signed.offer.transferable) == (day, day + 60 * DAY, True)
    assert terms == TermsDocument(
        title=terms.title,
        uses=Use.MINE | Use.TRAIN_GENERATIVE,
        text=terms.text,
        prohibited=Use.REDISTRIBUTE | Use.COMMERCIAL,
        territories=("FR", "TW"),
        excluded_territories=("US",),
        users=(User.EDUCATION, User.PERSONAL),
        excluded_users=(User.GOVERNMENT,),
        models=("another", "small one"),
        retention=90 * DAY,
        attribution="Photo: Ruan",
        warranties=(Warranty.OWNERSHIP,),
        disclaimers=(Disclaimer.AS_IS,),
        links=(
            Link(Relation.CONTACT, "mailto:ruan@example"),
            Link(Relation.LICENSE, "https://terms.example/全文"),
        ),
    )
    assert signed.conditions == Conditions(
        royalty_bps=250,
        revenue_ceiling=1000 * DOLLAR,
        approval=True,
        reciprocal=True,
        sublicensable=True,
        revocable=True,
        report_within=30 * DAY,
        refund_bps=5000,
        resale_bps=725,
        reporter=stranger.address,
        salt=signed.conditions.salt,
    )


def test_every_odd_field_says_what_it_should(visit: Visit, owner: TestWallet, asset: Registered) -> None:
    page = form(visit, asset)
    told = page.locator("[data-owner] ul.words li")
    rare = page.get_by_text("More terms, rarely needed")
    rare.click()
    for label, typed, said in (
        ("Days that a license runs", "1.5", "a whole number from 0 to 36,500, please."),
        ("Days that it is on sale", "-1", "a whole number from 0 to 36,500, please."),
        ("How many licenses", "4294967296", "a whole number from 0 to 4,294,967,295, please."),
        ("Share of derivatives' income", "100.01", "a number from 0 to 100, with at most two digits"),
        ("Who is paid", "0x" + "0" * 40, "The payee is an address: 0x and 40 digits."),
        ("Or another ERC-20 token", "0x12", "A token's address is 0x and 40 digits."),
        ("Where the file of the terms", "ftp://terms.example", "A URL begins with http"),
        ("Only in these countries", "FR, Taiwan", "TAIWAN is no country: two letters each"),
        ("Not in these countries", "1F", "1F is no country"),
        ("Days after which copies", "x", "a whole number from 0"),
        ("Days within which use", "36501", "a whole number from 0"),
        ("Who else may report use", "me", "Who may report use is an address"),
        ("What works made from it may earn", "1.0000001", "an amount in the currency's digits, please."),
        ("Paid back at a revocation", "1.001", "a number from 0 to 100"),
        ("Asked for the payee at a resale", "5", "A share of resales needs licenses that may be passed on."),
        ("Units that are charged at most", "5", "only for what is paid by the unit."),
        ("Days after which the rest of a deposit", "5", "only for what is paid by the unit."),
        ("Full text of the license", "javascript:alert(1)", "begins with http: or https: or mailto:"),
        ("Whom to ask", "https://a b", "begins with http: or https: or mailto:"),
    ):
        field = page.get_by_label(label, exact=False).first
        before = field.input_value()
        field.fill(typed)
        expect(told).to_contain_text([said])
        expect(told).to_have_count(1)
        field.fill(before)
    page.get_by_role("group", name=FORBIDDEN).get_by_label("mine data").check()
    expect(told).to_have_text("A use cannot be permitted and forbidden: mine data.")
    rare.click()
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "A use cannot be permitted and forbidden: mine data.")
    # Where it was folded away, it is found.
    expect(page.get_by_role("group", name=FORBIDDEN).get_by_label("mine data")).to_be_visible()
    expect(page.locator("[aria-invalid=true]")).to_be_focused()
    assert owner.kinds == ["connect"]


def test_who_shares_is_published_or_told_why_not(
    visit: Visit, owner: TestWallet, licensor: Party, artist: Party, co_artist: Party, asset: Registered
) -> None:
    page = form(visit, asset)
    page.get_by_text("Share the income among several").click()
    shares, button = page.get_by_label("Who gets which part"), page.get_by_role("button", name="Publish who")
    many = "\n".join(f"0x{number:040x} 1" for number in range(1, 18))
    for typed, said in (
        ("", "Nobody shares: write a line for each."),
        (f"{artist.address} 3\nyou 1", "you 1: an address and a whole number above 0 are expected."),
        (f"{artist.address} 0", "an address and a whole number above 0 are expected."),
        (f"0x{'0' * 40} 1", "an address and a whole number above 0 are expected."),
        (f"{artist.address} {'9' * 39}", "The parts are too large: use smaller numbers."),
        (many, "At most 16 share on a page; the command line takes more."),
    ):
        shares.fill(typed)
        button.click()
        says(page, said)
    assert owner.kinds == ["connect"]
    # One payee twice, in any order and spelling, as `licet split publish` takes them.
    lines = (f"{co_artist.address} 1", f"{artist.address.lower()}=2", f"{artist.address}: 1")
    shares.fill("\n".join(lines))
    button.click()
    says(page, "Published.")
    split = SplitDocument.of([PayeeShare(artist.address, 3), PayeeShare(co_artist.address, 1)])
    vault = licensor.contracts.vaults.vault_of(split.tree().root)
    expect(page.get_by_label("Who is paid")).to_have_value(vault)
    root, _, _, _, payees = owner.prompts[-1].shows["arguments"]
    assert root == split.tree().root
    assert [payee["share"] for payee in payees] == [entry.share for entry in split.payees]


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


def test_a_signature_declined_and_a_deed_handed_on_meanwhile(
    visit: Visit, owner: TestWallet, licensor: Party, stranger: Party, asset: Registered
) -> None:
    page = form(visit, asset)
    owner.answer = rejects("sign")
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "You declined. Nothing was sent.")
    expect(page.get_by_role("link", name="The signed offer")).to_have_count(0)
    licensor.sells.transfer_deed(asset.asset_id, stranger.address)
    page.get_by_role("button", name="Sign the offer").click()
    says(page, "holds the deed.")
    assert owner.kinds == ["connect", "sign"]


def test_nobody_else_sees_the_form(visit: Visit, wallet: TestWallet, asset: Registered) -> None:
    page = visit(f"/assets/{asset.asset_id}")
    connect(page)
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
    expect(page.locator("[data-owner] form")).to_have_count(0)


# Catalogues.


def catalog_form(
    visit: Visit,
    party: Party,
    files: list[Path],
    name: str = "Harbours / 海港",
    picture: Path | None = None,
) -> Page:
    page = visit(f"/accounts/{party.address}")
    connect(page)
    page.get_by_text("Register many works at once").click()
    page.get_by_label("Files").set_input_files(files)
    if picture:
        page.get_by_label("A picture for it").set_input_files(picture)
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
    visit: Visit,
    owner: TestWallet,
    licensor: Party,
    make_work: Callable[[str], Path],
    tmp_path: Path,
    folder: Path,
) -> None:
    paths = [make_work(name) for name in ("b", "c", "a")]
    picture = tmp_path / "harbour.png"
    Image.effect_noise((900, 600), 40).save(picture)
    page = catalog_form(visit, licensor, paths, picture=picture)
    says(page, "Registered.")
    [registration] = owner.prompts[-1].shows["arguments"]
    hashes = [sha256(path.read_bytes()) for path in sorted(paths)]
    assert registration["content"] == CatalogTree(hashes).root
    document = saved(page, "The list of its", folder).read_bytes()
    preview = Preview("0x" + saved(page, "Its preview", folder).stem, "image/jpeg")
    works = tuple(Work(path.name, sha256(path.read_bytes())) for path in sorted(paths))
    assert document == CatalogDocument("Harbours / 海港", works, preview).to_bytes()
    shown = visit("/works").get_by_role("img", name="Preview of Harbours")
    expect(shown).to_have_js_property("naturalWidth", 640)


def test_what_makes_no_catalogue(
    visit: Visit,
    owner: TestWallet,
    licensor: Party,
    make_work: Callable[[str], Path],
    tmp_path: Path,
) -> None:
    path = tmp_path / "odd.csv"
    page = catalog_form(visit, licensor, [make_work("a")], picture=make_work("b"))
    says(page, "That is no picture that can be read here.")
    page.get_by_label("A picture for it").set_input_files([])
    for text, said in (
        ("id,sha256\n1,xyz\n", "Row 1 of the CSV cannot be read."),
        ("id,sha256\n1\n", "Row 1 of the CSV cannot be read."),
        ('id,title\n1,"open\n', "Row 1 of the CSV cannot be read."),
        ("id,id\n1,2\n", "The CSV has no header, or a column twice."),
        ("id,file\n1,missing.txt\n", "The CSV names missing.txt, which was not chosen."),
        ("id,title\n", "No work was chosen."),
        ("id,title\n1,a\n1,b\n", "1 is there twice, by its id or its content."),
    ):
        path.write_text(text)
        silence(page)
        page.get_by_label("Files").set_input_files(path)
        page.get_by_role("button", name="Register").click()
        says(page, said)
    assert owner.kinds == ["connect"]
