"""The pages and the API over a chain on which all has happened: what they say is what the chain has."""

import csv
import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from lxml import etree, html
from PIL import Image

from licet.catalog import Catalog
from licet.chain.rpc.transport import HttpTransport
from licet.contracts import Contracts
from licet.contracts.disputes import Ruling
from licet.contracts.events import AssetRegistered, Sold
from licet.documents import (
    Library,
    OfferDocument,
    PayeeShare,
    Publisher,
    TermsDocument,
    Work,
    WorkDocument,
    sha256,
)
from licet.documents.terms import Disclaimer, Link, Relation, User, Warranty
from licet.errors import ConnectionFailed
from licet.fingerprint import sha256_file
from licet.fingerprint.likeness import fingerprint
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, license_id
from licet.rights.uses import Use, parse_uses
from licet.rights_holder import Price, Shown
from licet.shelf import Shelf
from licet.text import format_time
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32
from licet.web import languages, words
from licet.web.app import application
from licet.web.currencies import Currencies
from licet.web.keeper import Keeper
from licet.web.live import Live
from licet.web.resources import RESOURCES
from licet.web.site import Site
from licet.web.values import Shape, Values, Written
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.market import PRICE, Market
from tests.integration.story import play
from tests.unit.asgi import Answer, ask

pytestmark = pytest.mark.integration

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Served:
    """A site that is kept up to date when asked to."""

    def __init__(self, reader: Contracts, folder: Path, scratch: Path) -> None:
        self.live = Live(reader.chain.url, "the node")
        library = Library([folder], allow_http=False)
        files = scratch / "index.sqlite", scratch / "shelf.sqlite"
        self.keeper = Keeper(reader, library, *files, self.live)
        self.site = Site(reader, library, *files, self.live)
        self.app = application(self.site)

    def get(self, path: str, language: str = "en", **query: Any) -> Answer:
        return ask(self.app, path, query=urlencode(query), headers=[("Accept-Language", language)])

    def update(self) -> None:
        self.keeper.update()

    def audit(self) -> None:
        """As the keeper's thread does, once."""
        from licet.auditor import Auditor

        self.update()
        with self.site.desk() as desk:
            auditor = Auditor(desk.contracts.chain, desk.library)
            self.live.publish(auditor.audit(desk.contracts.assets.address, index=desk.index))

    def api(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.get(f"/api{path}", **query)
        assert answer.status == status, answer.body
        return json.loads(answer.body)

    def file(self, path: str) -> bytes:
        answer = self.get(f"/api{path}")
        assert answer.status == 200, answer.body
        assert answer.headers["content-disposition"].startswith("attachment")
        return answer.body

    def page(self, path: str, status: int = 200, language: str = "en", **query: Any) -> Any:
        path, _, found = path.partition("?")
        answer = self.get(path, language, **dict(parse_qsl(found)), **query)
        assert answer.status == status, answer.body
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return html.fromstring(answer.body.decode())


@pytest.fixture
def served(reader: Contracts, folder: Path, tmp_path: Path) -> Iterator[Served]:
    served = Served(reader, folder, tmp_path)
    yield served
    served.keeper.end()
    served.site.close()


def text(page: Any) -> str:
    return " ".join(page.text_content().split())


def register(holder: Party, path: Path, title: str) -> Hash32:
    """Registers a work whose title is published."""
    published = holder.sells._publisher.publish(WorkDocument.of(fingerprint(path), title))  # noqa: SLF001
    registered = holder.sells.register_work(path, uri=published.uri, document_hash=published.hash)
    return registered.asset_id


def test_a_file_is_found_by_its_hash_with_its_offers_and_their_price(
    served: Served, market: Market, licensor: Party, licensee: Party, make_work: Callable[[str], Path]
) -> None:
    path = make_work("a sonnet")
    asset = register(licensor, path, "Sonnet 18")
    signed = market.offer(asset, duration=30 * DAY)
    served.update()
    content = "0x" + hashlib.sha256(path.read_bytes()).hexdigest()
    found = served.api(f"/works/{content}")
    assert (found["registered"], found["contested"]) == (True, False)
    [claim] = found["claims"]
    assert (claim["asset_id"], claim["title"], claim["holder"]) == (asset, "Sonnet 18", licensor.address)
    [offer] = claim["offers"]
    assert offer["hash"] == signed.offer.struct_hash()
    assert offer["offer"] == signed.offer.to_json()
    assert offer["price_text"] == "10.00 TUSD"
    assert offer["seconds"] == 30 * DAY
    words = " ".join(s for section in offer["sections"] for s in section["sentences"])
    assert "The licensee may make new works from the work." in words
    page = served.page(f"/works/{content}")
    assert "10.00 TUSD, once" in text(page)
    assert "Sonnet 18" in text(page)
    assert "30 天" in text(served.page(f"/works/{content}", language="zh-CN,zh;q=0.9"))
    nothing = served.api(f"/works/{'ab' * 32}")
    assert (nothing["registered"], nothing["claims"]) == (False, [])


def test_works_are_found_by_what_is_offered_on_them(
    served: Served, market: Market, licensor: Party, network: Network, make_work: Callable[[str], Path]
) -> None:
    """By use, currency and highest price, together with words and kind; an offer that is over is none."""
    poem, song, tale = (
        register(licensor, make_work(f"a {name}"), f"A {name} of rings") for name in ("poem", "song", "tale")
    )
    market.offer(poem, uses=Use.INDEX | Use.TRAIN, amount=5 * DOLLAR)
    published = market.offer(song, uses=Use.INDEX, amount=20 * DOLLAR)
    licensor.sells.publish_offer(published.offer, published.conditions)
    market.offer(tale, uses=Use.TRAIN, currency=ZERO_ADDRESS, amount=5)
    market.offer(tale, uses=Use.DISPLAY, currency=ZERO_ADDRESS, amount=0, kind=Kind.FREE)
    served.update()

    def found(**query: Any) -> set[str]:
        items = served.api("/works", **query)["items"]
        assert [item["title"] for item in items] == [
            line.text_content() for line in served.page("/works", **query).xpath("//p[@class='name']/a")
        ]
        return {item["title"].split()[1] for item in items}

    assert found(use="index") == {"poem", "song"}
    assert found(use="index,train") == {"poem"}
    chosen = "//select[@name='use']/option[@selected]"
    for use, said in (("index", "index for AI retrieval"), ("index,train", "index,train")):
        assert [option.text for option in served.page("/works", use=use).xpath(chosen)] == [said]
    assert found(currency=market.dollar) == {"poem", "song", "tale"}  # the last one costs nothing
    assert found(currency=market.dollar, use="index", most="5") == {"poem"}
    assert found(currency=market.dollar, use="index", most="4.999999") == set()
    assert found(currency=ZERO_ADDRESS, use="train") == {"tale"}
    assert found(use="index", q="rings") == {"poem", "song"}
    assert found(use="index", q="song of ri") == {"song"}
    assert found(q="rings", currency=market.dollar, most="5") == {"poem", "tale"}
    assert found(use="index", q="song", kind="catalog") == set()
    assert found(use="index", kind="work") == {"poem", "song"}
    assert found(use="index", q=song) == {"song"}
    assert found(use="train", q=song) == set()
    assert served.api("/works", 400, most="5")["parameter"] == "currency"
    assert served.api("/works", 400, most="five", currency=market.dollar)["parameter"] == "most"
    assert served.api("/works", 400, use="reading")["parameter"] == "use"

    licensor.sells.cancel_offer(published.offer)
    served.update()
    assert found(use="index") == {"poem"}
    snapshot = network.rpc("evm_snapshot")
    licensor.sells.cancel_offers(poem)
    served.update()
    assert found(use="index") == set()
    assert network.rpc("evm_revert", snapshot)
    market.register(market.stranger, "a block in the dropped one's place")
    network.rpc("evm_mine")
    served.update()
    assert found(use="index") == {"poem"}
    market.offer(song, uses=Use.SEARCH, end=network.now + 60)
    served.update()
    assert found(use="search") == {"song"}
    network.travel(DAY)
    served.update()
    assert found(use="search") == set()


def test_who_claims_the_same_is_shown_beside_the_other(
    served: Served, market: Market, licensor: Party, rival: Party, make_work: Callable[[str], Path]
) -> None:
    path = make_work("a claim")
    first = licensor.sells.register_work(path).asset_id
    market.network.travel(60)
    second = rival.sells.register_work(path).asset_id
    served.update()
    work = f"/works/{sha256(path.read_bytes())}"
    found = served.api(work)
    assert found["contested"]
    assert [claim["asset_id"] for claim in found["claims"]] == [first, second]
    dated = {"asset_id": first, "registrant": licensor.address, "since": found["claims"][0]["since"]}
    assert found["first"] == dated
    shown = served.page(work)
    assert "Several parties claim it" in text(shown)
    assert shown.xpath("//h2[@id='second']/following-sibling::p[1]/a/@title") == [licensor.address]
    assert len(shown.xpath("//details/div[@data-register]")) == 1
    licensor.contracts.disputes.dispute_asset(second, first, licensor.address)
    market.rule(Ruling.UPHOLD)
    served.update()
    decided = served.api(work)
    assert (decided["contested"], decided["first"]) == (False, dated)
    assert [claim["flags"] for claim in decided["claims"]] == [[], ["defeated"]]
    unknown = served.page(f"/works/0x{'ab' * 32}")
    assert (served.api(f"/works/0x{'ab' * 32}")["first"], unknown.xpath("//details")) == (None, [])


def test_a_quote_is_what_is_paid(served: Served, market: Market, licensor: Party, licensee: Party) -> None:
    asset = market.register(licensor, "a poem")
    signed = market.offer(asset)
    served.update()
    offer, salt = signed.offer.struct_hash(), hash32((7).to_bytes(32))
    quote = served.api(f"/offers/{offer}/quote", licensee=licensee.address, quantity=2, salt=salt)
    assert (quote["total"], quote["currency"], quote["decimals"]) == (str(2 * PRICE), market.dollar, 6)
    assert quote["license_id"] == license_id(offer, licensee.address, salt)
    assert quote["block_hash"] == market.network.chain().block(quote["block_number"]).hash
    before = licensee.dollars
    sold = market.buy(signed, quantity=2)
    assert sold.license_id == quote["license_id"]
    assert before + sold.order.total - licensee.dollars == int(quote["total"])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda market, signed: market.licensor.sells.cancel_offer(signed.offer), "offer_cancelled"),
        (
            lambda market, signed: market.licensor.contracts.assets.cancel_offers(signed.offer.asset_id),
            "offer_outdated",
        ),
        (
            lambda market, signed: market.licensor.sells.transfer_deed(
                signed.offer.asset_id, market.rival.address
            ),
            "licensor_not_holder",
        ),
        (lambda market, signed: market.network.travel(DAY), "offer_ended"),
    ],
)
def test_what_does_not_sell_says_why(
    served: Served, market: Market, spoil: Callable[[Market, OfferDocument], object], why: str
) -> None:
    asset = market.register(market.licensor, "a poem")
    signed = market.offer(asset, end=market.network.now + DAY // 2)
    offer = signed.offer.struct_hash()
    served.update()
    assert served.api(f"/offers/{offer}")["stands"] is True
    spoil(market, signed)
    served.update()
    shown = served.api(f"/offers/{offer}")
    assert (shown["stands"], shown["why_not"]) == (False, why)
    refused = served.api(f"/offers/{offer}/quote", 409, licensee=market.licensee.address)
    assert refused["why_not"] == why
    chinese = served.api(f"/offers/{offer}/quote", 409, licensee=market.licensee.address, lang="zh")
    assert languages.language("zh").messages[f"why_not.{why}"] in chinese["detail"]
    assert served.api(f"/assets/{asset}")["offers"] == []
    assert "This does not sell now" in text(served.page(f"/offers/{offer}"))


def test_whatever_happened_has_its_page_in_both_languages(
    served: Served, market: Market, artist: Party
) -> None:
    """Every page that any other page leads to."""
    play(market, artist)
    served.audit()
    waiting, seen = ["/", "/lookup", f"/accounts/{market.licensor.address}"], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for language in ("en", "zh"):
            page = served.page(path, language=language)
            assert page.get("lang", language) == language
            if language == "zh" and path != "/api":  # which is for programmers, and says so
                assert english_in(page) == set(), path
            links = {a.get("href") for a in page.iter("a")}
            places = {link.partition("#")[0] for link in links if link[:1] == "/" and "lang=" not in link}
            waiting += [place for place in places if place and not place.startswith("/api/")]
            for place in places:
                if place.startswith("/api/"):
                    assert served.get(place).status == 200, place
    shown = {part.split("/")[1] for part in seen if part.count("/") > 1}
    assert {"assets", "accounts", "licenses", "transactions", "offers", "audit"} <= shown


STRANGERS = "code", "*[@class='id']", "*[@class='name']", "*[@class='crumb']", "*[@class='said']", "time"
OURS = {
    "AI",
    "API",
    "CSV",
    "Croissant",
    "ETH",
    "HTML",
    "JSON",
    "JavaScript",
    "Licet",
    "Markdown",
    "ODRL",
    "SHA",
    "TUSD",
    "UTC",
}
OURS |= {"XLSX", "ZIP", "odrl", "rsl", "schema", "org", "cawg", "licet", "English", "eip", "erc"}


def english_in(page: Any) -> set[str]:
    """The English words of a Chinese page, but for what strangers wrote, identifiers and proper names."""
    marked = page.xpath("//*[@lang='en'][not(ancestor-or-self::nav)]")
    hidden = " or ".join(f"ancestor-or-self::{each}" for each in STRANGERS)
    texts = page.xpath(f"//body//text()[not({hidden})]")
    texts += page.xpath("//@aria-label | //@placeholder | //*[local-name()='desc']/text()")
    words = {
        word
        for text in texts
        for word in re.findall(r"\b[A-Za-z]{2,}\b", re.sub(r"\S*0x\S*|“[^”]*”|text/plain", "", text))
    }
    return words - OURS | {element.tag for element in marked}


def test_a_metered_license_shows_its_account(served: Served, market: Market) -> None:
    asset = market.register(market.licensor, "a poem")
    sold = market.sell(
        asset, kind=Kind.METERED, amount=1_000, conditions=Conditions(unit_cap=900, report_within=DAY)
    )
    market.licensee.receive_dollars(DOLLAR)
    market.licensee.buys.deposit(sold.license_id, DOLLAR)
    market.licensee.receive_dollars(DOLLAR)
    purse = market.licensee.contracts.usage.deposit_of(sold.license_id)
    market.licensee.dollar.transfer(purse, DOLLAR)  # of which no contract logs anything
    voucher = market.licensee.buys.sign_voucher(sold.license_id, 300)
    market.licensor.contracts.usage.settle(sold.grant, sold.conditions, voucher.voucher, voucher.signature)
    served.audit()
    shown = served.api(f"/licenses/{sold.license_id}")
    meter, expected = shown["meter"], market.licensee.buys.meter(sold.license_id)
    assert (meter["state"], meter["balance"], meter["units"]) == ("open", str(expected.balance), 300)
    assert meter["units"] + meter["units_left"] == expected.units
    assert (meter["cap"], meter["purse"], meter["audited"]["received"]) == (
        900,
        expected.deposit,
        str(2 * DOLLAR),
    )
    assert [move["what"] for move in meter["moves"]] == ["settled", "deposited", "opened"]
    assert (shown["reported"]["until"], shown["reported"]["within"]) == (None, DAY)
    page = text(served.page(f"/licenses/{sold.license_id}"))
    assert "Paid in 2.00 TUSD, settled 0.30 TUSD, withdrawn 0.00 TUSD." in page
    assert "No use was reported yet. The terms ask for a report at least every 1 day" in page


def test_every_answer_is_the_auditors(served: Served, market: Market, artist: Party) -> None:
    play(market, artist)
    served.audit()
    audited = served.live.audited
    assert audited is not None
    report = audited.report
    answer = served.api("/audit")
    assert (answer["verdict"], answer["block"]) == (str(report.verdict), report.block.number)
    total = next(line for line in answer["trial_balance"] if line["kind"] == "total")
    assert total["difference"] == "0"
    assert json.loads(served.file("/audit/report/json"))["verdict"] == str(report.verdict)
    assert served.file("/audit/report/xlsx")[:2] == b"PK"
    names = [table["name"] for table in answer["tables"]]
    for name in names:
        rows, key = [], ""
        while True:
            table = served.api(f"/audit/tables/{name}", limit=7, **({"after": key} if key else {}))
            rows += table["items"]
            key = table["next"]
            if key is None:
                break
        assert len(rows) == audited.tables[name].count()


def test_income_over_time_is_what_vaults_received(served: Served, market: Market, artist: Party) -> None:
    """All of it but the one dollar that somebody sent by a plain transfer, which no contract logs."""
    play(market, artist)
    served.audit()
    audited = served.live.audited
    assert audited is not None
    left = {
        (sheet.vault, sheet.token): sheet.received - sum(audited.income([sheet.vault], sheet.token).values())
        for sheet in audited.report.vaults
    }
    assert sorted(left.values()) == [0] * (len(left) - 1) + [DOLLAR]
    shown = served.page(f"/accounts/{artist.address}")
    title = "Income, over time, of the vaults that it shares in"
    plots = [plot for plot in shown.iter("{*}svg") if plot.findtext("{*}title") == title]
    statement = audited.statement(artist.address)
    assert len(plots) == len(statement.sums) == 2
    vaults = [line.vault for line in statement.lines if line.token == market.dollar]
    assert audited.amounts.text(market.dollar, sum(audited.income(vaults, market.dollar).values())) in text(
        shown
    )


def test_a_payees_own_share_is_what_the_auditor_says_it_is_entitled_to(
    served: Served, market: Market, artist: Party
) -> None:
    play(market, artist)
    served.audit()
    audited = served.live.audited
    assert audited is not None
    by_transfer = {
        (sheet.vault, sheet.token)
        for sheet in audited.report.vaults
        if sheet.received != sum(audited.income([sheet.vault], sheet.token).values())
    }
    checked = 0
    for payee in {line.payee for line in audited.report.claims} | {artist.address}:
        statement = audited.statement(payee)
        if any((line.vault, line.token) in by_transfer for line in statement.lines):
            continue
        for line in statement.sums:
            assert sum(audited.own_income(payee, line.token).values()) == line.entitled > 0
            checked += 1
    assert checked
    legends = served.page(f"/accounts/{artist.address}").xpath("//li[@class='c0'][.='its own share']")
    assert len(legends) == len(audited.statement(artist.address).sums)


def test_each_figure_of_a_page_is_the_one_of_its_answer(
    served: Served, market: Market, artist: Party
) -> None:
    """Earnings, a vault's sheet, a metered license's account, the trial balance: each beside its name."""
    play(market, artist)
    served.audit()

    def said(path: str) -> list[tuple[str, str]]:
        shown = served.page(path)
        terms, values = shown.iter("dt"), shown.iter("dd")
        return [(text(name), text(value)) for name, value in zip(terms, values, strict=True)]

    sheets, earned = 0, set()
    for party in (artist, market.licensee):
        account = f"/accounts/{party.address}"
        sums = served.api(account)["earnings"]["sums"]
        names = ("entitled", "claimed", "due")
        figures = [line[f"{name}_text"] for line in sums for name in names]
        assert said(account) == list(zip(["Earned", "Paid out", "Due"] * len(sums), figures, strict=True))
        earned.update(figures)
        for vault in {line["vault"] for line in served.api(account)["earnings"]["vaults"]}:
            shown = said(f"/accounts/{vault}")
            for sheet in served.api(f"/accounts/{vault}")["vault"]["sheets"]:
                received, due = sheet["received_text"], sheet["due_text"]
                assert ("Received", received) in shown
                assert shown[shown.index(("Received", received)) + 2] == ("Due", due or "unknown")
                sheets += 1
    assert sheets
    assert len(earned) > 4  # or one figure could stand in the place of another

    holdings = served.api(f"/accounts/{market.licensee.address}")["licenses"]["items"]
    answers = [served.api(f"/licenses/{item['license_id']}") for item in holdings]
    [metered] = [answer for answer in answers if answer["meter"]]
    shown, meter = said(f"/licenses/{metered['license_id']}"), metered["meter"]
    assert ("In the deposit", meter["balance_text"]) in shown
    assert ("Units paid, in all", str(meter["units"])) in shown
    assert ("Price", f"{meter['unit_price_text']} each unit used") in shown

    renewed = next(answer for answer in answers if answer["renewals"])
    for code, month, exclusive in (("en", "30 days", "no"), ("zh", "30 天", "否")):
        in_words(served, said, renewed, languages.language(code), month, exclusive)

    names = ("incoming", "outgoing", "computed", "closing", "difference")
    rows = served.page("/audit").xpath("//section[h2/@id='balance']//tbody/tr")
    assert [[text(cell) for cell in row.xpath("td[@class='right']")] for row in rows] == [
        [line[f"{name}_text"] for name in names] for line in served.api("/audit")["trial_balance"]
    ]


def in_words(
    served: Served,
    said: Callable[[str], list[tuple[str, str]]],
    license_: dict[str, Any],
    language: languages.Language,
    month: str,
    exclusive: str,
) -> None:
    """What was logged of a subscription is in words for people, as it was for programs."""
    sale, renewal = license_["sale"], license_["renewals"][0]
    sold, renewed = (f"/transactions/{event['tx']}" for event in (sale, renewal))
    [event] = [event for event in served.api(sold)["events"] if event["event"] == "Sold"]
    raw = {value["name"]: value["value"] for value in event["values"]}
    price = sale["price_text"]
    expected = {
        "offer_price": (sale["price"], price),
        "offer_uses": (
            parse_uses(license_["uses"]),
            " ".join(language.messages[f"use.{use}"] for use in license_["uses"]),
        ),
        "offer_end": (0, language.messages["forever"]),
        "offer_duration": (30 * DAY, month),
        "offer_kind": (Kind.SUBSCRIPTION, language.text("kind_of.subscription", price=price)),
        "offer_exclusive": (0, exclusive),
    }
    assert {name: raw[name] for name in expected} == {name: plain for name, (plain, _) in expected.items()}
    shown = said(f"{sold}?lang={language.code}")
    assert {(words.named(language, name), text) for name, (_, text) in expected.items()} <= set(shown)
    shown = said(f"{renewed}?lang={language.code}")
    assert (words.named(language, "amount"), price) in shown
    assert (words.named(language, "expires"), format_time(renewal["expires"])) in shown


def test_a_value_of_an_event_is_shown_by_its_name(reader: Contracts) -> None:
    """As it is where that says nothing, or where what it needs is not beside it."""
    second = (1 << 40) - 1
    expected: list[tuple[str, str, Any, Shape, Any]] = [
        ("resale_bps", "decimal", "250", Shape.SHARE, "2.5"),
        ("status", "integer", 3, Shape.CASE, "rejected"),
        ("status", "integer", 9, Shape.PLAIN, 9),
        ("status", "hash", ZERO_HASH, Shape.PLAIN, ZERO_HASH),
        ("offer_uses", "integer", 1 | 1 << 20, Shape.USES, ("mine", "bit-20")),
        ("offer_start", "integer", 0, Shape.NONE, 0),
        ("expires", "integer", second, Shape.FOREVER, second),
        ("until", "decimal", str(1 << 255), Shape.TIME, 1 << 255),
        ("claim_id", "hash", ZERO_HASH, Shape.ASSET, ZERO_HASH),
        ("statement_asset_id", "hash", ZERO_HASH, Shape.ASSET, ZERO_HASH),
        ("offer_payee", "address", ZERO_ADDRESS, Shape.ACCOUNT, ZERO_ADDRESS),
        ("offer_kind", "integer", 7, Shape.PLAIN, 7),
        ("offer_kind", "integer", 0, Shape.PLAIN, 0),
        ("amount", "decimal", "1000", Shape.PLAIN, "1000"),
        ("uri", "text", "ipfs://x", Shape.PLAIN, "ipfs://x"),
        ("of_nobody", "integer", 5, Shape.PLAIN, 5),
    ]
    values = Values(Currencies(reader.chain))
    for name, type_, value, shape, shown in expected:
        logged = {"name": name, "type": type_, "value": value}
        assert values.shown(logged, [logged]) == Written(shape, shown), name


def test_what_does_not_agree_is_said_and_leads_to_its_transaction(
    served: Served, market: Market, tmp_path: Path
) -> None:
    sold = market.sell(market.register(market.licensor, "a poem"))
    served.update()
    with sqlite3.connect(tmp_path / "index.sqlite") as connection:
        connection.execute("DELETE FROM transfer_logs")
    served.audit()
    answer = served.api("/audit")
    tx = served.api(f"/licenses/{sold.license_id}")["sold"]["tx"]
    [missing] = [finding for finding in answer["gravest"] if finding["kind"] == "payment_missing"]
    assert (answer["verdict"], missing["evidence"]["tx"]) == ("findings", tx)
    for path in ("/audit", "/audit/findings"):
        shown = served.page(path)
        [article] = shown.xpath("//article[h3/code='payment_missing']")
        assert article.xpath("dl//a/@href[starts-with(., '/transactions/')]") == [f"/transactions/{tx}"]
    for language, verdict in (("en", "Findings. Something does not agree."), ("zh", "有问题。")):
        assert verdict in text(served.page("/audit", language=language).get_element_by_id("verdict"))


def test_sales_are_summed_as_the_auditor_has_them(served: Served, market: Market, artist: Party) -> None:
    """By currency, by work, over time; what is free took in nothing, what is metered nothing at its sale."""
    play(market, artist)
    market.sell(market.register(market.licensor, "another poem"))
    served.audit()
    audited = served.live.audited
    assert audited is not None
    sold = served.api(f"/accounts/{market.licensor.address}/sales", limit=100)
    listed = {item["license_id"] for item in sold["items"]}
    mine = [line for line in audited.report.sales if line.license_id in listed]
    assert len(mine) == len(listed) == sum(line["sales"] for line in sold["taken"]["sums"])
    places = {(line.block, line.log_index) for line in mine}
    for line in sold["taken"]["sums"]:
        payments = [
            payment
            for payment in audited.report.payments
            if (payment.block, payment.log_index) in places and payment.token == line["token"]
        ]
        assert line["amount"] == str(sum(payment.amount for payment in payments))
        assert sum(int(work["amount"]) for work in line["works"]) == int(line["amount"])
        assert sum(map(int, line["by_time"].values())) == int(line["amount"])
        for work in line["works"]:
            of_it = served.api(f"/assets/{work['asset_id']}/sales")["taken"]["sums"]
            assert {each["token"]: each["amount"] for each in of_it}[line["token"]] == work["amount"]
    [dollars] = [line for line in sold["taken"]["sums"] if line["token"] == market.dollar]
    assert len(dollars["works"]) > 1
    for path in ("", "/sales"):
        page = served.page(f"/accounts/{market.licensor.address}{path}")
        assert dollars["amount_text"] in text(page)
        titles = [plot.findtext("{*}title") for plot in page.iter("{*}svg")]
        assert "Taken in by sales, over time, by work" in titles
    assert served.api(f"/accounts/{market.licensor.address}/sales", after="1-0")["taken"] is None
    assert served.page(f"/assets/{dollars['works'][0]['asset_id']}/sales").xpath("//figure")


def test_claims_are_asked_for_some_vaults_at_a_time(served: Served, market: Market, artist: Party) -> None:
    play(market, artist)
    served.audit()
    path, token = f"/accounts/{artist.address}/claims", market.dollar
    whole = served.api(path, token=token)
    assert whole["next"] is None
    found, after = [], ""
    for _ in range(20):
        part = served.api(path, token=token, limit=1, **({"after": after} if after else {}))
        assert len(part["claims"]) <= 1
        found += part["claims"]
        after = part["next"]
        if after is None:
            break
    assert sorted(map(str, found)) == sorted(map(str, whole["claims"]))


def test_an_account_sees_what_it_holds_sold_and_earned(
    served: Served, market: Market, artist: Party, folder: Path
) -> None:
    asset = market.register(market.licensor, "a poem")
    sold = market.sell(asset, quantity=3, duration=30 * DAY)
    served.audit()
    account = served.api(f"/accounts/{market.licensee.address}")
    held = [entry["license_id"] for entry in account["licenses"]["items"]]
    assert sorted(held) == sorted(sold.order.license_ids())
    assert {entry["state"] for entry in account["licenses"]["items"]} == {"runs"}
    assert [s["license_id"] for s in served.api(f"/accounts/{market.licensor.address}/sales")["items"]] == [
        sold.license_id
    ]
    earned = served.api(f"/accounts/{artist.address}")["earnings"]
    [line] = earned["sums"]
    claims = served.api(f"/accounts/{artist.address}/claims", token=market.dollar)["claims"]
    assert [claim["due"] for claim in claims] == [line["due"]]
    assert int(line["due"]) > 0
    assert served.api(f"/accounts/{artist.address}/claims", token=ZERO_ADDRESS)["claims"] == []
    whole = json.loads(served.file(f"/accounts/{market.licensee.address}/croissant"))
    assert whole["description"].startswith("3 licenses, 1 work.")
    [header, *lines] = csv.reader(
        served.file(f"/accounts/{market.licensee.address}/holdings").decode().splitlines()
    )
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert sorted(row["license_id"] for row in rows) == sorted(held)
    assert {(row["asset_id"], row["state"], row["price"]) for row in rows} == {(asset, "runs", str(PRICE))}
    nobody = f"/accounts/{market.stranger.address}"
    assert "holds no license" in served.api(f"{nobody}/croissant", 400)["detail"]
    assert served.file(f"{nobody}/holdings").count(b"\n") == 1
    license_page = text(served.page(f"/licenses/{sold.license_id}"))
    assert "runs" in license_page
    assert "10.00 TUSD, once" in license_page
    assert "3 \u00d7 10.00 TUSD, once" in text(served.page(f"/accounts/{market.licensor.address}"))


def test_a_certificate_proves_the_license(served: Served, market: Market) -> None:
    asset = market.register(market.licensor, "a poem")
    sold = market.sell(asset, quantity=2)
    served.update()
    first, second = sold.order.license_ids()
    for license_ in (first, second):
        certificate = served.api(f"/licenses/{license_}/certificate")
        offer = Hash32(certificate["offer_hash"])
        salt = Hash32(certificate["salt"])
        assert license_id(offer, certificate["licensee"], salt) == license_
        assert certificate["sold"]["tx"] in text(served.page(f"/licenses/{license_}/certificate"))
    described = json.loads(served.file(f"/licenses/{first}/croissant"))
    assert described["@type"] == "sc:Dataset"
    assert first in served.file(f"/accounts/{market.licensee.address}/summary").decode()


def test_terms_as_standards_write_them(served: Served, market: Market) -> None:
    asset = market.register(market.licensor, "a poem")
    offer = market.offer(asset).offer.struct_hash()
    served.update()
    odrl = json.loads(served.file(f"/offers/{offer}/terms/odrl"))
    assert "odrl" in json.dumps(odrl)
    rsl = served.file(f"/offers/{offer}/terms/rsl")
    assert etree.fromstring(rsl).tag == "{https://rslstandard.org/rsl}rsl"
    served.api(f"/offers/{offer}/terms/nothing", 400)


def test_what_strangers_write_is_text(
    served: Served, market: Market, licensor: Party, make_work: Callable[[str], Path]
) -> None:
    """Titles, ids, terms and addresses of documents are anybody's: no page takes them for markup or links."""
    path = make_work("a trap")
    asset = register(licensor, path, HOSTILE)
    works = (Work(HOSTILE, hash32(b"\1" * 32)), Work("javascript:alert(1)", hash32(b"\2" * 32)))
    listed = licensor.sells.register_catalog(Catalog(works, {}, 1), HOSTILE)
    other = licensor.sells.register_work(make_work("another trap"), uri="javascript:alert(1)").asset_id
    terms = TermsDocument(HOSTILE, Use.TRAIN, HOSTILE, attribution=HOSTILE)
    licensor.sells.offer(asset, market.vault, Price(market.dollar, DOLLAR), terms)
    served.audit()
    paths = [
        *("/", "/works?q=script", f"/assets/{asset}", f"/assets/{listed.asset_id}"),
        *(f"/assets/{listed.asset_id}/works", f"/assets/{other}", f"/works/{works[0].sha256}"),
        *("/works?q=" + "%3Cscript%3E", "/audit", f"/accounts/{licensor.address}"),
    ]
    for path_ in paths:
        page = served.page(path_)
        scripts = [script.get("src") for script in page.iter("script")]
        assert scripts == ["/static/site.js"], path_
        assert page.find(".//img") is None
        for element in page.iter():
            if isinstance(element.tag, str):
                assert not [name for name in element.attrib if name.startswith("on")]
                for name in ("href", "src", "hx-get", "action"):
                    assert not str(element.get(name) or "").lower().startswith("javascript"), path_
    assert "javascript:alert(1)" in text(served.page(f"/assets/{other}"))


def test_a_node_that_is_lost_takes_no_page_with_it(
    served: Served, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = market.register(market.licensor, "a poem")
    market.sell(asset)
    served.update()
    with served.site.desk() as desk:
        [sold] = desk.index.events(Sold)

    def lost(transport: HttpTransport, body: bytes) -> tuple[int, bytes]:
        raise ConnectionFailed(f"nothing answers at {market.network.url}", url=market.network.url)

    monkeypatch.setattr(HttpTransport, "_post_once", lost)
    refused = served.get(f"/api/transactions/{'1' * 64}")
    assert refused.status == 503
    assert market.network.url.encode() not in refused.body + served.get(f"/transactions/{'1' * 64}").body
    shown = served.api(f"/assets/{asset}")
    assert (shown["chain_answers"], shown["holder"], shown["offers"]) == (False, None, [])
    assert "The node does not answer" in text(served.page(f"/assets/{asset}"))
    served.page("/works")
    values = served.page(f"/transactions/{sold.log.tx_hash}").xpath(
        "//dt[.='offer price']/following-sibling::dd[1]"
    )
    assert [text(value) for value in values] == [str(PRICE)]


def test_blocks_that_are_dropped_take_their_works_with_them(
    served: Served, market: Market, network: Network
) -> None:
    kept = market.register(market.licensor, "a poem")
    served.update()
    snapshot = network.rpc("evm_snapshot")
    dropped = market.register(market.rival, "a tune")
    served.update()
    served.api(f"/assets/{dropped}")
    assert network.rpc("evm_revert", snapshot)
    other = market.register(market.stranger, "a song")
    network.rpc("evm_mine")
    served.update()
    served.api(f"/assets/{dropped}", 404)
    assert [item["asset_id"] for item in served.api("/works")["items"]] == [other, kept]


def test_the_api_describes_itself(served: Served) -> None:
    described = served.api("/openapi.json")
    assert {f"/api{resource.path}" for resource in RESOURCES} <= set(described["paths"])


def test_people_read_the_description_too(served: Served) -> None:
    body = served.get("/api").body.decode()
    assert 'href="/api/openapi.json"' in body
    for path in served.api("/openapi.json")["paths"]:
        assert f"<code>GET {path}</code>" in body
    assert 'href="/api">API</a>' in body


def test_config_is_what_a_wallet_needs(served: Served, market: Market, dollar: Address) -> None:
    market.sell(market.register(market.licensor, "a poem"))
    served.update()
    config = served.api("/config")
    deployment = market.network.deployment
    assert config["chain_id"] == 31337
    assert config["contracts"]["license_token"] == deployment.license_token
    assert {"address": dollar, "symbol": "TUSD", "decimals": 6, "permit": True} in config["currencies"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/works", "limit=0", 400),
        ("/works", "limit=1000000", 400),
        ("/works", "limit=1e3", 400),
        ("/works", "after=-1", 400),
        ("/works", "after=99999999999999999999", 400),
        ("/works", "after=1-1-1", 400),
        ("/works", "kind=everything", 400),
        ("/works", "q=" + "x" * 201, 400),
        ("/works", "q=%00", 400),
        ("/works", "q=%22%20OR%20*", 200),
        ("/works", "q=%FF%FE", 200),
        ("/works", "nothing=known", 200),
        ("/works/0x12", "", 400),
        ("/works/..%2f..%2fetc%2fpasswd", "", 400),
        ("/assets/" + "0" * 64, "", 404),
        ("/assets/%3Cscript%3E", "", 400),
        ("/assets/" + "é" * 64, "", 400),
        ("/accounts/0x" + "0" * 40, "", 200),
        ("/accounts/0x" + "g" * 40, "", 400),
        ("/accounts/vitalik.eth", "", 400),
        ("/licenses/" + "1" * 64, "", 404),
        ("/licenses/" + "1" * 64 + "/certificate", "", 404),
        ("/offers/" + "1" * 64, "", 404),
        ("/transactions/" + "1" * 64, "", 404),
        ("/audit", "", 200),
        ("/audit/findings", "", 503),
        ("/audit/tables/sales", "", 503),
        ("/nothing", "", 404),
        ("/static/../app.py", "", 404),
        ("/static/%2e%2e/app.py", "", 404),
        ("//elsewhere.example/", "", 404),
    ],
)
def test_whatever_is_asked_is_answered(served: Served, path: str, query: str, status: int) -> None:
    served.update()
    paths = [path] if path.startswith(("/static", "//")) else [path, f"/api{path}"]
    for each in paths:
        answer = ask(served.app, each.encode(), query=query)
        assert answer.status == status, (each, answer.body)
        if each.startswith("/api/"):
            json.loads(answer.body)
            problem = answer.headers["content-type"] == "application/problem+json"
            assert problem == (status != 200)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_the_servers_own_is_told_in_words(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.update()
    monkeypatch.setattr(Shelf, "count", lambda _: 1 // 0)
    for path, language, said in (
        ("/works", "en", "The server is at fault"),
        ("/works", "zh", "服务器出了错"),
        ("/api/works", "en", "something is wrong with the server"),
    ):
        answer = Answer()
        with pytest.raises(ZeroDivisionError):  # as a server logs it
            ask(served.app, path, headers=[("Accept-Language", language)], into=answer)
        assert (answer.status, said in answer.body.decode()) == (500, True)
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["content-type"].startswith(
            "application/problem+json" if path.startswith("/api") else "text/html"
        )


def test_a_refusal_in_chinese_names_what_is_wrong(served: Served) -> None:
    served.update()
    shown = text(served.page("/works", 400, language="zh", kind="poem"))
    assert "请求中的内容无法使用。 参数kind" in shown
    shown = text(served.page(f"/assets/{'1' * 64}", 404, language="zh"))
    assert "没有此编号的内容" in shown
    assert "刚刚上链的内容稍后才会显示" in shown


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_nothing_can_be_sent_to_it(served: Served, method: str) -> None:
    served.update()
    for path in ("/works", "/api/works", "/api/config", "/audit"):
        assert ask(served.app, path, method=method, body=[b"x" * 100]).status == 405


def test_before_anything_is_indexed_it_says_so(served: Served) -> None:
    refused = served.api("/works", 503)
    assert "nothing was indexed" in refused["detail"]
    assert "Not now" in text(served.page("/works", 503))
    served.update()
    assert served.api("/works")["items"] == []


def test_rows_alone_for_those_who_have_the_page(served: Served, market: Market) -> None:
    for i in range(7):
        market.register(market.licensor, f"poem {i}")
    served.update()
    whole = served.get("/works", limit=3)
    rows = ask(served.app, "/works", query="limit=3", headers=[("HX-Request", "true")])
    assert b"<!doctype html>" in whole.body
    assert b"<!doctype" not in rows.body
    assert rows.body.count(b'class="entry"') == 3
    assert "HX-Request" in rows.headers["vary"]
    seen, path = [], "/works?limit=3"
    while path:
        page = served.page(path)
        seen += [link.get("href") for link in page.iterfind(".//li[@class='entry']/p[@class='name']/a")]
        path = next((link.get("href") for link in page.iterfind(".//li[@class='more']/a")), "")
    assert len(seen) == len(set(seen)) == 7


def test_a_language_that_was_chosen_is_kept(served: Served) -> None:
    served.update()
    answer = served.get("/works", lang="zh")
    assert answer.headers["set-cookie"].startswith("licet-language=zh; HttpOnly; Max-Age=")
    assert b'<html lang="zh">' in answer.body
    again = ask(served.app, "/works", headers=[("Cookie", "licet-language=zh"), ("Accept-Language", "en")])
    assert b'<html lang="zh">' in again.body


def test_all_that_terms_say_is_said_in_both_languages(served: Served, market: Market) -> None:
    asset = market.register(market.licensor, "a poem")
    conditions = Conditions(
        royalty_bps=1_250,
        revenue_ceiling=500 * DOLLAR,
        approval=True,
        reciprocal=True,
        sublicensable=True,
        revocable=True,
        report_within=30 * DAY,
        refund_bps=5_000,
        resale_bps=250,
        reporter=market.stranger.address,
    )
    terms = TermsDocument(
        "Terms",
        Use.TRAIN,
        "As we agreed.",
        prohibited=Use.DERIVE,
        territories=("AT", "TW"),
        excluded_territories=("XX",),
        users=(User.EDUCATION, User.PERSONAL),
        excluded_users=(User.COMMERCIAL,),
        models=("small-1",),
        retention=90 * DAY,
        attribution="By <b>them</b>",
        warranties=(Warranty.OWNERSHIP,),
        disclaimers=(Disclaimer.AS_IS,),
        links=(Link(Relation.CONTACT, "javascript:alert(1)"), Link(Relation.LICENSE, "https://a.example/")),
        payees=(PayeeShare(market.licensor.address, 3, "Them"),),
    )
    price = Price(
        market.dollar,
        DOLLAR,
        duration=365 * DAY,
        start=market.network.now,
        transferable=True,
        conditions=conditions,
    )
    offer = market.licensor.sells.offer(asset, market.vault, price, terms).offer
    served.update()
    said = {member["name"] for member in served.api(f"/offers/{offer.struct_hash()}")["members"]}
    english = served.page(f"/offers/{offer.struct_hash()}")
    words = text(english)
    for expected in ("12.5 %", "500.00 TUSD", "90 days", "AT, TW", "education", "By <b>them</b>", "2.5 %"):
        assert expected in words, expected
    assert [a.get("href") for a in english.iter("a") if a.get("rel")] == ["https://a.example/"]
    chinese = text(served.page(f"/offers/{offer.struct_hash()}", language="zh")).replace(" ", "")
    for expected in (
        "衍生作品收入分成12.5%",
        "间隔不超过30天",
        "教育机构,个人",
        "拥有权利",
        "按现状许可",
    ):
        assert expected in chinese, expected
    every = {f"conditions.{field.name}" for field in fields(Conditions)} | {
        field.name for field in fields(terms)
    }
    unsaid = {"conditions.salt", "conditions.unit_cap", "conditions.refund_delay", "uses", "prohibited"}
    assert every - unsaid <= said
    assert "prohibited.derive" in said


def test_a_license_that_was_handed_on_is_its_new_holders(served: Served, market: Market) -> None:
    asset = market.register(market.licensor, "a poem")
    sold = market.sell(asset, transferable=True)
    market.licensee.buys.transfer(sold.license_id, market.stranger.address)
    served.update()
    assert served.api(f"/accounts/{market.licensee.address}/licenses")["items"] == []
    [held] = served.api(f"/accounts/{market.stranger.address}/licenses")["items"]
    assert (held["license_id"], held["asset_id"], held["state"]) == (sold.license_id, asset, "runs")
    [sale] = served.api(f"/assets/{asset}/sales")["items"]
    assert (sale["licensee"], sale["holder"]) == (market.licensee.address, market.stranger.address)
    assert "now held by" in text(served.page(f"/assets/{asset}/sales"))
    market.stranger.buys.transfer(sold.license_id, market.licensee.address)
    served.update()
    [back] = served.api(f"/accounts/{market.licensee.address}/licenses")["items"]
    assert back["holder"] == market.licensee.address


def test_a_sublicense_is_of_its_parents_asset(served: Served, market: Market) -> None:
    asset = market.register(market.licensor, "a poem")
    sold = market.sell(asset, duration=30 * DAY, conditions=Conditions(sublicensable=True))
    granted = market.licensee.buys.sublicense(sold.license_id, market.stranger.address, Use.TRAIN)
    served.update()
    shown = served.api(f"/licenses/{granted.license_id}")
    assert (shown["sublicense_of"], shown["asset_id"], shown["uses"]) == (sold.license_id, asset, ["train"])
    served.api(f"/licenses/{granted.license_id}/certificate", 404)
    [held] = served.api(f"/accounts/{market.stranger.address}/licenses")["items"]
    assert held["asset_id"] == asset


def test_disputes_and_statements_say_how_they_stand(served: Served, market: Market, artist: Party) -> None:
    play(market, artist)
    poem = next(
        event for event in served_events(served) if event.registrant == market.licensor.address
    ).asset_id
    served.audit()
    [stated] = served.api(f"/assets/{poem}")["statements"]
    assert stated["state"] == "contestable"
    [published] = served.api(f"/accounts/{market.licensor.address}/statements")["items"]
    assert published["state"] == "contestable"
    assert "may be contested" in text(served.page(f"/assets/{poem}"))
    claimed = market.register(market.rival, "another poem")
    market.rival.contracts.disputes.dispute_asset(poem, claimed, market.rival.address)
    served.audit()
    [dispute] = served.api(f"/assets/{poem}")["disputes"]
    assert dispute["status"] == "open"


def served_events(served: Served) -> list[AssetRegistered]:
    served.update()
    with served.site.desk() as desk:
        return [event for event in desk.index.events(AssetRegistered) if isinstance(event, AssetRegistered)]


def test_what_is_very_long_is_cut(served: Served, market: Market) -> None:
    """Nobody's words make a page that no browser can show; what was signed can be downloaded whole."""
    asset = market.register(market.licensor, "a poem")
    long = "very long " * 200_000
    links = tuple(Link(Relation.TERMS, f"https://a.example/{i:05d}") for i in range(5_000))
    terms = TermsDocument(long, Use.TRAIN, long, models=(long,), attribution=long, links=links)
    offer = market.licensor.sells.offer(asset, market.vault, Price(market.dollar, DOLLAR), terms).offer
    works = tuple(Work(f"{i} {long}", hash32(bytes([i + 1]) * 32)) for i in range(5))
    listed = market.licensor.sells.register_catalog(Catalog(works, {}, 1), long)
    served.update()
    for path in (
        f"/offers/{offer.struct_hash()}",
        f"/assets/{asset}",
        f"/assets/{listed.asset_id}/works",
        "/works",
    ):
        for each in (path, f"/api{path}"):
            answer = served.get(each)
            assert answer.status == 200
            assert len(answer.body) < 200_000, each
    assert len(served.file(f"/offers/{offer.struct_hash()}/terms/licet")) > len(long)


def test_a_preview_is_shown_where_it_is_at_hand(
    served: Served, licensor: Party, tmp_path: Path, folder: Path
) -> None:
    path = tmp_path / "harbour.png"
    Image.effect_noise((900, 600), 40).save(path)
    asset = licensor.sells.register_work(path, shown=Shown("Harbour <淡水>", preview=True)).asset_id
    served.update()
    shown = served.api(f"/assets/{asset}")["preview"]
    for language, alt in (("en", "Preview of Harbour <淡水>"), ("zh", "Harbour <淡水> 的预览图")):
        for page in ("/", "/works?q=Harbour", f"/assets/{asset}", f"/works/{sha256_file(path)}"):
            [image] = served.page(page, language=language).xpath("//img")
            assert (image.get("src"), image.get("alt")) == (f"/previews/{shown}", alt)
    answer = served.get(f"/previews/{shown}")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"].endswith("immutable")
    assert answer.headers["x-content-type-options"] == "nosniff"
    [file] = folder.glob("*.jpeg")
    assert file.stem == shown[2:]
    # A file that is not what its name says is not served; one that is gone is not asked for.
    file.write_bytes(b"<script>")
    assert served.get(f"/previews/{shown}").status == 404
    file.unlink()
    assert served.api(f"/assets/{asset}")["preview"] is None
    assert served.page("/works").xpath("//img") == []


@pytest.mark.parametrize("name", ["x", "0x" + "0" * 64, "..%2f..%2fetc%2fpasswd", "0" * 63])
def test_what_is_no_preview_is_not_found(served: Served, name: str) -> None:
    assert served.get(f"/previews/{name}").status == 404


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """A server of documents: its URL, its folder, and what it was asked for."""
    asked: list[str] = []
    folder = tmp_path / "elsewhere"
    folder.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder, asked
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("fetch", [False, True])
def test_documents_are_fetched_only_where_that_is_wanted(
    reader: Contracts,
    licensor: Party,
    make_work: Callable[[str], Path],
    elsewhere: tuple[str, Path, list[str]],
    tmp_path: Path,
    fetch: bool,
) -> None:
    url, folder, asked = elsewhere
    path = make_work("a poem from elsewhere")
    published = Publisher(folder, url).publish(WorkDocument.of(fingerprint(path), "From elsewhere"))
    asset = licensor.sells.register_work(path, uri=published.uri, document_hash=published.hash).asset_id
    gone = licensor.sells.register_work(
        make_work("gone"), uri=f"{url}/gone.json", document_hash=hash32(b"\7" * 32)
    )
    shelf = tmp_path / "shelf.sqlite"
    keeper = Keeper(reader, Library([], allow_http=fetch), tmp_path / "index.sqlite", shelf, Live())
    for _ in range(3):
        keeper.update()
    keeper.end()
    with Shelf(shelf) as found:
        titles = [found.asset(each) for each in (asset, gone.asset_id)]
    assert [each and each.title for each in titles] == ["From elsewhere" if fetch else None, None]
    # Who does not have a document is not asked again and again.
    assert asked.count("/gone.json") == (1 if fetch else 0)
    assert len(asked) == (2 if fetch else 0)
