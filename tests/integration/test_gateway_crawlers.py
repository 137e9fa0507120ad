"""Crawlers that speak RSL find the server in `license.xml`, get a token for a license, and read with it."""

import asyncio
import base64
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree

from licet.contracts.licenses import PERPETUAL
from licet.documents import TermsDocument
from licet.errors import ConnectionFailed
from licet.gateway.keys import BotKey
from licet.gateway.policies import Access, Policy
from licet.rights.offer import Kind
from licet.rights.terms import Payment, Terms
from licet.rights.uses import Use
from licet.types import Hash32
from tests.integration.conftest import DAY, Network, Party
from tests.integration.licensing import ORIGIN, PATH, TALE, House, receipt_in
from tests.integration.market import Market, Sold
from tests.unit.asgi import Answer
from tests.unit.wallets import signed_fields

pytestmark = pytest.mark.integration

RSL = "{https://rslstandard.org/rsl}"
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@pytest.fixture
def asset(market: Market) -> Hash32:
    return market.register(market.licensor, "tales for crawlers")


@pytest.fixture
def house(tmp_path: Path, network: Network, stranger: Party, asset: Hash32, folder: Path) -> House:
    folder.mkdir(exist_ok=True)
    return House(tmp_path / "house", network, stranger, asset, folder)


@pytest.fixture
def sold(market: Market, asset: Hash32) -> Sold:
    return market.sell(asset, uses=Use.INDEX, transferable=True, duration=30 * DAY)


async def terms(house: House) -> tuple[str, str, str]:
    """What a crawler finds: the server, the content's URL, and the license."""
    answer = await house.get("/license.xml")
    (content,) = [
        each
        for each in etree.fromstring(answer.body).iterchildren(f"{RSL}content")
        if each.get("server") is not None
    ]
    element = content.find(f"{RSL}license")
    assert element is not None
    return str(content.get("server")), str(content.get("url")), etree.tostring(element).decode()


async def client(house: House, party: Party) -> tuple[str, str]:
    """The field by which a client is known."""
    said = await house.signed_in(party, client=True)
    return basic(said["client_id"], said["client_secret"])


def basic(name: str, secret: str) -> tuple[str, str]:
    text = f"{quote_plus(name)}:{quote_plus(secret)}".encode()
    return "Authorization", f"Basic {base64.b64encode(text).decode()}"


async def posted(house: House, what: str, known: tuple[str, str], **fields: str) -> Answer:
    path = f"/.well-known/licet/olp/{what}"
    return await house.post(path, urlencode(fields).encode(), known, FORM)


async def token(house: House, known: tuple[str, str], **changes: str) -> dict[str, Any]:
    _, resource, element = await terms(house)
    fields = {"grant_type": "client_credentials", "license": element, "resource": resource, **changes}
    answer = await posted(house, "token", known, **fields)
    return {"status": answer.status, **json.loads(answer.body)}


def test_a_crawler_gets_a_token_and_reads(house: House, sold: Sold, licensee: Party) -> None:
    async def read() -> Answer:
        server, resource, _ = await terms(house)
        assert server == f"{ORIGIN}/.well-known/licet/olp"
        assert resource == f"{ORIGIN}/tales/"
        said = await token(house, await client(house, licensee))
        assert (said["status"], said["token_type"]) == (200, "License")
        assert 3_590 <= said["expires_in"] <= 3_600
        assert (said["license_id"], said["scope"]) == (sold.license_id, "index")
        return await house.get(PATH, ("Authorization", f"License {said['access_token']}"))

    answer = asyncio.run(read())
    assert (answer.status, answer.body) == (200, TALE)
    receipt = receipt_in(answer)
    assert (receipt.record.license_id, receipt.record.uses) == (sold.license_id, Use.INDEX)
    assert receipt.receipt.requester == licensee.address


def test_what_a_resource_may_be(house: House, sold: Sold, licensee: Party) -> None:
    async def ask() -> None:
        known = await client(house, licensee)
        for resource in (f"{ORIGIN}/tales/", "/tales/", f"{ORIGIN}/tales/a.txt", "/tales/b.txt?part=1"):
            assert (await token(house, known, resource=resource))["resource"] == f"{ORIGIN}/tales/", resource
        for resource in (
            f"{ORIGIN}/",
            f"{ORIGIN}/free.txt",
            "https://evil.example/tales/",
            f"{ORIGIN}.evil.example/tales/",
            "//evil.example/tales/",
            "/tales/../x",
            "/tales/é",
            "",
        ):
            said = await token(house, known, resource=resource)
            assert (said["status"], said["error"]) == (400, "invalid_resource"), resource

    asyncio.run(ask())


def test_a_chain_or_a_journal_that_is_away_is_to_be_asked_later(
    house: House, sold: Sold, licensee: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> bytes:
        raise ConnectionFailed("nothing answers")

    async def refused(known: tuple[str, str]) -> None:
        said = await token(house, known)
        assert (said["status"], said["error"]) == (503, "server_error")

    async def ask() -> None:
        known = await client(house, licensee)
        with monkeypatch.context() as silent:
            silent.setattr(house.business.market.contracts.chain.transport, "_post", away)
            await refused(known)
        assert (await token(house, known))["status"] == 200
        assert house.business.till is not None
        house.business.till.journal.close()
        await refused(known)

    asyncio.run(ask())


def test_of_several_policies_of_a_path_the_crawlers_own_counts(
    house: House, market: Market, sold: Sold, licensee: Party
) -> None:
    """A token is for what the crawler then reads: by what it calls itself, or by the key it signs with."""
    bot = Ed25519PrivateKey.generate()
    key = BotKey("signer", bot.public_key().public_bytes_raw())
    own = Terms(TermsDocument("Tales", Use.INDEX, "For this crawler."), targets=("/tales/",))
    assets = [market.register(market.licensor, f"tales for {name}") for name in ("named", "signer")]
    for asset in assets:
        market.sell(asset, uses=Use.INDEX, transferable=True, duration=30 * DAY)
    house.keys = (key,)
    house.policies = (
        Policy("/tales/", Access.LICENSE, ("namedbot",), assets[0], None, own),
        Policy("/tales/", Access.LICENSE, (), assets[1], None, own, keys=("signer",)),
        Policy("/open/", Access.FREE, terms=replace(own, targets=("/open/",), payment=Payment(Kind.FREE))),
        Policy("/open/", Access.LICENSE, ("namedbot",), assets[0], None, own),
        Policy("/room/", Access.FREE, ("namedbot",), terms=replace(own, payment=Payment(Kind.FREE))),
        Policy("/room/$", Access.LICENSE, ("namedbot",), assets[0], None, own),
    )
    house.open()

    def as_signer(path: str, method: str) -> list[tuple[str, str]]:
        rest = {"covered": ("@authority",), "key_id": key.thumbprint, "tag": "web-bot-auth"}
        return signed_fields(bot, ORIGIN + path, method=method, nonce=f"n{time.monotonic_ns()}", **rest)

    def as_named(path: str, method: str) -> list[tuple[str, str]]:
        return [("User-Agent", "Mozilla/5.0 (compatible; NamedBot/1.0)")]

    def as_anybody(path: str, method: str) -> list[tuple[str, str]]:
        return []

    async def ask() -> None:
        known = await client(house, licensee)
        _, resource, element = await terms(house)
        fields = {"grant_type": "client_credentials", "license": element, "resource": resource}
        for fields_of, asset in ((as_anybody, house.asset), (as_named, assets[0]), (as_signer, assets[1])):
            path = "/.well-known/licet/olp/token"
            by_url = urlencode({**fields, "resource": ORIGIN + PATH}).encode()
            named = [
                await house.post(path, body, known, FORM, *fields_of(path, "POST"))
                for body in (urlencode(fields).encode(), by_url)
            ]
            licenses = {json.loads(answer.body)["license_id"] for answer in named}
            assert len(licenses) == 1, "by its pattern or by a URL, it is the same one"
            answer = named[0]
            shown = ("Authorization", f"License {json.loads(answer.body)['access_token']}")
            answer = await house.get(PATH, shown, *fields_of(PATH, "GET"))
            assert (answer.status, receipt_in(answer).record.asset_id) == (200, asset)
        once = as_signer(path, "POST")
        statuses = [
            (await house.post(path, urlencode(fields).encode(), known, FORM, *once)).status for _ in range(2)
        ]
        assert statuses == [200, 401], "a signature counts once, wherever it is shown"
        assert (await house.get(PATH, shown, *once)).status == 401
        opened = urlencode({**fields, "resource": f"{ORIGIN}/open/"}).encode()
        assert (await house.post(path, opened, known, FORM)).status == 400, "it is free for everybody else"
        answer = await house.post(path, opened, known, FORM, *as_named(path, "POST"))
        assert json.loads(answer.body)["resource"] == f"{ORIGIN}/open/"
        room = urlencode({**fields, "resource": f"{ORIGIN}/room/"}).encode()
        answer = await house.post(path, room, known, FORM, *as_named(path, "POST"))
        assert json.loads(answer.body)["resource"] == f"{ORIGIN}/room/$", "alone, it is licensed"

    asyncio.run(ask())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"license_type": "application/json"}, "invalid_license"),
        ({"license": ""}, "invalid_license"),
        ({"license": "<license"}, "invalid_license"),
        ({"license": "<license/>" * 2}, "invalid_license"),
        ({"license": "<license/></content><content url='/x'><license/>"}, "invalid_license"),
        ({"license": "<license><permits type='usage'>search</permits></license>"}, "invalid_license"),
        ({"license": "<license xmlns='urn:x'/>"}, "invalid_license"),
        ({"license": " " * 20_000}, "invalid_license"),
        ({"license": "<!DOCTYPE x [<!ENTITY e 'x'>]><license/>"}, "invalid_license"),
    ],
)
def test_what_is_no_license_gets_no_token(
    house: House, sold: Sold, licensee: Party, changes: dict[str, str], error: str
) -> None:
    async def ask() -> dict[str, Any]:
        return await token(house, await client(house, licensee), **changes)

    said = asyncio.run(ask())
    assert (said["status"], said["error"]) == (400, error)


def test_forms_that_cannot_be_read(house: House, sold: Sold, licensee: Party) -> None:
    async def ask() -> None:
        known = await client(house, licensee)
        path = "/.well-known/licet/olp/token"
        for body in (b"\xff", b"a=%ff", b"a=1&a=2", b"x" * 70_000, b"&".join([b"a=1"] * 100), b""):
            answer = await house.post(path, body, known, FORM)
            assert answer.status == 400, body[:20]
            said = json.loads(answer.body)
            assert said["error"] in ("invalid_request", "unsupported_grant_type")
            assert answer.headers["cache-control"] == "no-store"
        assert (await house.post(path, b"{}", known)).status == 400
        assert (await house.get(path)).status == 405
        assert (await house.get("/.well-known/licet/olp/other")).status == 404

    asyncio.run(ask())


def test_clients_are_holders_who_signed_in(house: House, sold: Sold, licensee: Party, rival: Party) -> None:
    async def ask() -> None:
        own = await house.signed_in(licensee, client=True)
        secret = own["client_secret"]
        session = (await house.signed_in(licensee))["token"]
        for known in (
            ("X-None", ""),
            ("Authorization", ""),
            ("Authorization", "Basic !"),
            ("Authorization", f"Bearer {secret}"),
            basic(licensee.address, "wrong"),
            basic(licensee.address, session),
            basic(rival.address, secret),
            basic(licensee.address.lower(), secret),
        ):
            for what in ("token", "introspect", "key"):
                answer = await posted(house, what, known)
                assert (answer.status, json.loads(answer.body)["error"]) == (401, "invalid_client"), known
                assert answer.headers["www-authenticate"].startswith("Basic")
        assert (await token(house, basic(licensee.address, secret)))["status"] == 200
        none = await token(house, await client(house, rival))
        assert (none["status"], none["error"]) == (403, "invalid_license")
        ended = ("Authorization", f"Bearer {secret}")
        assert (await house.get("/.well-known/licet/session", ended, method="DELETE")).status == 204
        assert (await token(house, basic(licensee.address, secret)))["error"] == "invalid_client"

    asyncio.run(ask())


def test_a_token_opens_what_it_is_for_while_the_license_lives(
    house: House, sold: Sold, licensee: Party, rival: Party
) -> None:
    async def ask() -> None:
        known, other = await client(house, licensee), await client(house, rival)
        said = await token(house, known)
        field = ("Authorization", f"License {said['access_token']}")
        answer = await house.get(PATH, field, ("Licet-Uses", "train"))
        assert answer.status == 403, "the token is for other uses"
        another = ("Licet-License", "0x" + "11" * 32)
        assert (await house.get(PATH, field, another)).status == 403
        assert (await house.get(PATH, ("Authorization", f"Bearer {said['access_token']}"))).status == 401
        active = json.loads((await posted(house, "introspect", known, token=said["access_token"])).body)
        assert (active["active"], active["client_id"]) == (True, licensee.address)
        assert abs(active["exp"] - time.time() - 3_600) < 30
        assert active["license_id"] == sold.license_id
        for asks, text in ((other, said["access_token"]), (known, "x"), (known, "")):
            inactive = json.loads((await posted(house, "introspect", asks, token=text)).body)
            assert inactive == {"active": False}
        licensee.buys.transfer(sold.license_id, rival.address)
        house.look()
        answer = await house.get(PATH, field)
        assert (answer.status, TALE in answer.body) == (403, False)
        assert json.loads((await posted(house, "introspect", known, token=said["access_token"])).body) == {
            "active": False
        }

    asyncio.run(ask())


def test_a_token_ends_with_its_license(
    house: House, market: Market, asset: Hash32, licensee: Party, network: Network
) -> None:
    network.travel_to(max(network.now + 1, int(time.time())))  # the chain's clock may be behind
    sold = market.sell(asset, uses=Use.INDEX, duration=600)
    expires = licensee.contracts.licenses.license(sold.license_id).expires
    assert expires < PERPETUAL

    async def ask() -> dict[str, Any]:
        return await token(house, await client(house, licensee))

    before = int(time.time())
    said = asyncio.run(ask())
    assert 0 < said["expires_in"] <= expires - before


@pytest.mark.parametrize("is_ahead", [True, False], ids=["the chain's clock", "this machine's clock"])
def test_a_license_has_ended_once_either_clock_says_so(
    house: House,
    market: Market,
    asset: Hash32,
    licensee: Party,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
    is_ahead: bool,
) -> None:
    sold = market.sell(asset, uses=Use.INDEX, duration=600)
    expires = licensee.contracts.licenses.license(sold.license_id).expires
    if is_ahead:
        network.travel_to(expires)
    else:
        monkeypatch.setattr(time, "time", lambda: float(expires))
        assert licensee.contracts.licenses.permits(sold.license_id, Use.INDEX), "the chain still does"

    async def ask() -> None:
        said = await token(house, await client(house, licensee))
        assert (said["status"], said["error"]) == (403, "invalid_license")
        answer = await house.get(PATH, await house.session(licensee))
        assert (answer.status, TALE in answer.body) == (403, False)

    asyncio.run(ask())
    assert house.records == 0


def test_nothing_is_encrypted(house: House, sold: Sold, licensee: Party) -> None:
    async def ask() -> Answer:
        return await posted(house, "key", await client(house, licensee), resource=f"{ORIGIN}/tales/")

    answer = asyncio.run(ask())
    assert (answer.status, json.loads(answer.body)["error"]) == (400, "invalid_resource")
