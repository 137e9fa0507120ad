"""What is licensed is read by licenses' holders, as far and as long as the chain says so, and recorded."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from licet.chain.signatures import recover
from licet.contracts.licenses import LicenseToken
from licet.documents import UsageProof
from licet.errors import ConnectionFailed
from licet.gateway.keys import BotKey
from licet.gateway.policies import Access, Policy
from licet.rights.conditions import Conditions
from licet.rights.uses import Use
from licet.types import ZERO_HASH, Address, Hash32
from tests.integration.commands import Run, answered
from tests.integration.conftest import DOLLAR, LICENSOR, Network, Party
from tests.integration.licensing import COVERED, ORIGIN, PATH, TALE, House, account, receipt_in
from tests.integration.market import DAY, Market, Sold
from tests.integration.test_cli_gateway import running
from tests.unit.asgi import Answer
from tests.unit.wallets import message, personally, signed_fields

pytestmark = pytest.mark.integration


@pytest.fixture
def asset(market: Market) -> Hash32:
    return market.register(market.licensor, "tales of old")


@pytest.fixture
def house(tmp_path: Path, network: Network, stranger: Party, asset: Hash32, folder: Path) -> House:
    folder.mkdir(exist_ok=True)
    return House(tmp_path / "house", network, stranger, asset, folder)


@pytest.fixture
def sold(market: Market, asset: Hash32) -> Sold:
    """A license to train with the tales, for a month, which a ruling may revoke."""
    conditions = Conditions(revocable=True, report_within=DAY, sublicensable=True)
    return market.sell(asset, uses=Use.TRAIN, duration=30 * DAY, conditions=conditions)


def test_who_holds_a_license_reads_after_signing_in(house: House, sold: Sold, licensee: Party) -> None:
    async def read() -> Answer:
        session = await house.session(licensee)
        part = await house.get(PATH, session, ("Range", "bytes=0-3"))
        assert (part.status, part.body) == (206, TALE[:4])
        assert (await house.get(PATH, session, method="HEAD")).status == 200
        assert (await house.get("/tales/none.txt", session)).status == 404
        assert house.records == 1, "no content, no record"
        return await house.get(PATH, session)

    answer = asyncio.run(read())
    assert (answer.status, answer.body) == (200, TALE)
    assert answer.headers["licet-license"] == sold.license_id
    assert answer.headers["cache-control"] == "private, no-store"
    receipt = receipt_in(answer)
    record = receipt.record
    assert (record.asset_id, record.license_id, record.uses, record.units) == (
        house.asset,
        sold.license_id,
        Use.TRAIN,
        1,
    )
    assert record.reference.startswith(f"license:{sold.license_id}:")
    assert (receipt.receipt.requester, receipt.receipt.payment) == (licensee.address, ZERO_HASH)
    assert recover(receipt.digest, receipt.signature) == receipt.gateway == house.keeper.address
    assert house.records == 2


def test_who_holds_none_reads_nothing(house: House, sold: Sold, rival: Party, market: Market) -> None:
    async def read() -> None:
        answer = await house.get()
        assert (answer.status, TALE in answer.body) == (402, False), "it is on sale"
        assert answer.headers["www-authenticate"].startswith('License error="invalid_request"')
        assert "license.xml" in answer.headers["link"]
        said = json.loads(answer.body)
        assert said["asset"] == house.asset
        assert said["sign_in"] == f"{ORIGIN}/.well-known/licet/session"
        for field in ("Bearer x", "License x", "Basic x", "Bearer", ""):
            answer = await house.get(PATH, ("Authorization", field))
            assert (answer.status, TALE in answer.body) == (401, False)
        twice = await house.get(PATH, ("Authorization", "Bearer x"), ("Authorization", "Bearer y"))
        assert twice.status == 401
        answer = await house.get(PATH, await house.session(rival))
        assert (answer.status, TALE in answer.body) == (402, False)
        assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
        named = await house.get(PATH, await house.session(rival), ("Licet-License", sold.license_id))
        assert named.status == 403, "another's license"
        assert (await house.get(PATH, method="POST")).status == 405
        assert (await house.get(PATH, *house.signed(rival))).status == 402
        market.licensor.contracts.licenses.cancel_offer(sold.offer)
        house.open()
        answer = await house.get()
        assert (answer.status, TALE in answer.body) == (401, False), "it is on sale no more"
        assert answer.headers["www-authenticate"].startswith('License error="invalid_request"')
        assert (await house.get(PATH, await house.session(rival))).status == 403

    asyncio.run(read())
    assert house.records == 0


def test_people_are_told_what_licenses_cost(house: House, sold: Sold, market: Market) -> None:
    """In words, as long as the offer stands and its rights document is at hand."""

    async def page() -> str:
        return (await house.get("/.well-known/licet/")).body.decode()

    said = asyncio.run(page()).partition("<h2>/tales/: read with a license</h2>")[2].partition("<h2>")[0]
    assert "<h3>Licenses</h3><ol><li>It costs 10 TUSD (" in said
    assert ", paid once.<ul><li>A license runs for 30 days.</li><li>The licensee may train AI models" in said
    assert "<li>The license may be revoked by a ruling.</li>" in said
    asked_for = partial(house.get, PATH, ("Accept", "text/html"))
    refused = asyncio.run(asked_for())
    assert (refused.status, TALE in refused.body, "payment-required" in refused.headers) == (402, False, True)
    assert "<p>This is read with a license. One is on sale. It costs 10 TUSD (" in refused.body.decode()
    market.licensor.contracts.licenses.cancel_offer(sold.offer)
    house.open()
    assert "It costs 10" not in asyncio.run(page())
    refused = asyncio.run(asked_for())
    assert (refused.status, b"license. None is on sale at present.</p>" in refused.body) == (401, True)


def test_a_license_covers_its_uses_and_its_asset(
    house: House, sold: Sold, licensee: Party, market: Market
) -> None:
    other = market.sell(market.register(market.licensor, "other tales"), uses=Use.TRAIN)

    async def read() -> None:
        session = await house.session(licensee)
        for field, status in (
            (("Licet-Uses", "train"), 200),
            (("Licet-Uses", "index"), 403),
            (("Licet-Uses", "train, index"), 403),
            (("Licet-Uses", "display"), 403),
            (("Licet-Uses", "nonsense"), 403),
            (("Licet-License", sold.license_id), 200),
            (("Licet-License", other.license_id), 403),
            (("Licet-License", "0x" + "11" * 32), 403),
            (("Licet-License", "nonsense"), 403),
        ):
            assert (await house.get(PATH, session, field)).status == status, field

    asyncio.run(read())
    assert house.records == 2


def test_a_wallet_signs_each_request(house: House, sold: Sold, licensee: Party) -> None:
    async def read() -> None:
        fields = house.signed(licensee)
        assert (await house.get(PATH, *fields)).body == TALE
        replayed = await house.get(PATH, *fields)
        assert (replayed.status, TALE in replayed.body) == (401, False)
        assert 'error="invalid_token"' in replayed.headers["www-authenticate"]
        assert (await house.get("/tales/b.txt", *house.signed(licensee))).status == 401
        body = house.signed(licensee, body=b"words")
        assert (await house.get(PATH, *body, body=[b"wor", b"ds"])).body == TALE
        body = house.signed(licensee, body=b"words")
        assert (await house.get(PATH, *body, body=[b"w0rds"])).status == 401
        assert (await house.get(PATH, *body, body=[b"x" * 70_000])).status == 401

    asyncio.run(read())
    assert house.records == 2


def test_a_crawler_reads_with_the_licenses_of_whom_it_is_named_for(
    tmp_path: Path,
    network: Network,
    stranger: Party,
    asset: Hash32,
    folder: Path,
    sold: Sold,
    licensee: Party,
) -> None:
    (bot, key), (other, guest) = crawler("bot", licensee.address), crawler("guest")
    preview = Policy(PATH.replace("a.", "b."), Access.FREE, keys=("bot", "guest"))
    house = House(
        tmp_path / "house", network, stranger, asset, folder, keys=(key, guest), policies=(preview,)
    )

    def signed(
        by: Ed25519PrivateKey, named: BotKey, path: str = PATH, covered: tuple[str, ...] = COVERED
    ) -> list[tuple[str, str]]:
        return signed_fields(
            by,
            ORIGIN + path,
            covered=covered,
            key_id=named.thumbprint,
            tag="web-bot-auth",
            nonce=f"n{time.monotonic_ns()}",
        )

    async def read() -> Answer:
        usual = ("@authority",)
        assert (await house.get("/tales/b.txt")).status == 402, "it is on sale to others"
        for by, named in ((bot, key), (other, guest)):
            fields = signed(by, named, covered=usual)
            assert (await house.get("/tales/b.txt", *fields)).body == b"another"
            replayed = await house.get("/tales/b.txt", *fields)
            assert (replayed.status, b"another" in replayed.body) == (401, False)
        # What says who asks, and not what for, opens nothing that is licensed.
        answer = await house.get(PATH, *signed(bot, key, covered=usual))
        assert (answer.status, "must cover @method" in answer.body.decode()) == (401, True)
        # Whoever reads with nobody's licenses is offered one, as all are who do not sign.
        stray, unknown = crawler("unknown")
        for by, named, covered in ((other, guest, usual), (other, guest, COVERED), (stray, unknown, usual)):
            answer = await house.get(PATH, *signed(by, named, covered=covered))
            assert (answer.status, TALE in answer.body) == (402, False)
            assert "payment-required" in answer.headers
        assert house.records == 0
        # A wallet signs beside the crawler that carries its request.
        wallets = [(name, value.replace("pyhms=", "w=")) for name, value in house.signed(licensee)]
        assert (await house.get(PATH, *signed(other, guest, covered=usual), *wallets)).body == TALE
        answer = await house.get(PATH, *signed(bot, key), *wallets)
        assert (answer.status, "sign it once" in answer.body.decode()) == (401, True)
        return await house.get(PATH, *signed(bot, key))

    answer = asyncio.run(read())
    assert answer.body == TALE
    assert receipt_in(answer).receipt.requester == licensee.address
    assert house.records == 2


def crawler(name: str, holder: Address | None = None) -> tuple[Ed25519PrivateKey, BotKey]:
    secret = Ed25519PrivateKey.generate()
    public = base64.urlsafe_b64encode(secret.public_key().public_bytes_raw()).decode().rstrip("=")
    return secret, BotKey.parse(name, public, holder)


def test_a_contract_wallet_signs_in(
    house: House,
    market: Market,
    licensee: Party,
    asset: Hash32,
    raw_contract: Callable[[bytes], Address],
    dollar: Address,
) -> None:
    """One that takes any signature, and one that takes none."""
    magic = bytes.fromhex("7f1626ba7e") + bytes(28)  # PUSH32
    wallet = raw_contract(magic + bytes.fromhex("5f5260205ff3"))
    refuses = raw_contract(bytes.fromhex("5f5f5260205ff3"))
    document = market.offer(asset, uses=Use.TRAIN)
    market.fund(licensee, document.offer.price, dollar)
    licensee.buys.buy(document, licensee=wallet)

    async def read() -> None:
        assert (await house.get(PATH, await house.session(licensee, address=wallet))).body == TALE
        with pytest.raises(AssertionError, match="signature"):
            await house.session(licensee, address=refuses)

    asyncio.run(read())


def test_a_session_ends(house: House, sold: Sold, licensee: Party) -> None:
    async def read() -> None:
        session = await house.session(licensee)
        assert (await house.get(PATH, session)).status == 200
        assert (await house.get("/.well-known/licet/session", session, method="DELETE")).status == 204
        assert (await house.get(PATH, session)).status == 401
        assert (await house.get("/.well-known/licet/session", session, method="DELETE")).status == 401
        assert (await house.get("/.well-known/licet/session")).status == 405
        for body in (b"", b"{}", b"null", b"[" * 9_000, b'{"message": 1, "signature": 2}', b"\xff"):
            assert (await house.post("/.well-known/licet/session", body)).status == 400
        assert (await house.post("/.well-known/licet/session", b" " * 20_000)).status == 413
        # A secret for the token endpoint opens nothing by itself.
        secret = (await house.signed_in(licensee, client=True))["client_secret"]
        for scheme in ("Bearer", "License"):
            assert (await house.get(PATH, ("Authorization", f"{scheme} {secret}"))).status == 401

    asyncio.run(read())


def test_what_was_revoked_is_refused_after_the_next_look(
    house: House, sold: Sold, licensee: Party, market: Market, network: Network
) -> None:
    house.look()

    async def status() -> int:
        return (await house.get(PATH, session)).status

    async def first() -> tuple[str, str]:
        return await house.session(licensee)

    session = asyncio.run(first())
    assert asyncio.run(status()) == 200
    network.travel(2 * DAY)  # use was to be reported within a day
    refund = market.licensor
    market.fund(refund, 10_000_000, sold.offer.currency)
    market.revoke(sold, refund=sold.offer.price)
    house.look()
    assert asyncio.run(status()) == 403


def test_what_was_revoked_while_the_chain_was_asked_is_not_remembered(
    house: House,
    sold: Sold,
    licensee: Party,
    market: Market,
    network: Network,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house.look()
    network.travel(2 * DAY)
    permits_asset = LicenseToken.permits_asset

    def slowly(*asked: Any) -> bool:
        permitted = permits_asset(*asked)
        market.revoke(sold, refund=sold.offer.price)
        house.look()
        return permitted

    async def read() -> None:
        session = await house.session(licensee)
        with monkeypatch.context() as slow:
            slow.setattr(LicenseToken, "permits_asset", slowly)
            assert (await house.get(PATH, session)).status == 200, (
                "it was not revoked when the chain was asked"
            )
        assert (await house.get(PATH, session)).status == 403

    asyncio.run(read())


def test_what_was_handed_on_is_its_new_holders(
    house: House, market: Market, asset: Hash32, licensee: Party, rival: Party
) -> None:
    sold = market.sell(asset, uses=Use.INDEX, transferable=True)
    house.look()

    async def read() -> None:
        theirs, others = await house.session(licensee), await house.session(rival)
        assert (await house.get(PATH, theirs)).status == 200
        assert (await house.get(PATH, others)).status == 402
        licensee.buys.transfer(sold.license_id, rival.address)
        house.look()
        assert (await house.get(PATH, theirs)).status == 402
        assert (await house.get(PATH, others)).status == 200

    asyncio.run(read())


def test_a_sublicense_is_a_license(house: House, sold: Sold, licensee: Party, rival: Party) -> None:
    granted = licensee.buys.sublicense(sold.license_id, rival.address)
    house.look()

    async def read() -> None:
        answer = await house.get(PATH, await house.session(rival))
        assert (answer.status, answer.headers["licet-license"]) == (200, granted.license_id)

    asyncio.run(read())


def test_without_a_look_what_the_chain_said_counts_for_its_seconds(
    tmp_path: Path,
    network: Network,
    stranger: Party,
    folder: Path,
    asset: Hash32,
    market: Market,
    licensee: Party,
    rival: Party,
) -> None:
    sold = market.sell(asset, uses=Use.INDEX, transferable=True)
    house = House(tmp_path / "house", network, stranger, asset, folder, {"license_seconds": 2})

    async def read() -> None:
        theirs = await house.session(licensee)
        assert (await house.get(PATH, theirs)).status == 200
        licensee.buys.transfer(sold.license_id, rival.address)
        assert (await house.get(PATH, theirs)).status == 200, "nobody looked"
        await asyncio.sleep(2.1)
        assert (await house.get(PATH, theirs)).status == 402

    asyncio.run(read())


def test_a_re_org_forgets_all(house: House, sold: Sold, licensee: Party, network: Network) -> None:
    house.look()
    before = network.rpc("evm_snapshot")
    network.rpc("evm_mine")
    house.look()

    async def first() -> tuple[str, str]:
        session = await house.session(licensee)
        assert (await house.get(PATH, session)).status == 200
        return session

    session = asyncio.run(first())
    network.rpc("evm_revert", before)
    network.travel(17)  # another block of the same number
    permits = house.holders.permits
    licenses = permits._contracts.licenses  # noqa: SLF001 - to see that the chain is asked again
    asks: list[Hash32] = []
    look_up = licenses.license
    licenses.license = lambda id_: (asks.append(id_), look_up(id_))[1]  # type: ignore[method-assign,assignment]
    assert asyncio.run(house.get(PATH, session)).status == 200
    assert asks == []
    house.look()
    assert asyncio.run(house.get(PATH, session)).status == 200
    assert asks == [sold.license_id]


def test_a_chain_that_is_away_lets_nobody_in_anew(
    house: House, sold: Sold, licensee: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def first() -> tuple[str, str]:
        return await house.session(licensee)

    def away(*_: object) -> bytes:
        raise ConnectionFailed("nothing answers")

    session = asyncio.run(first())
    with monkeypatch.context() as silent:
        silent.setattr(house.business.market.contracts.chain.transport, "_post", away)
        answer = asyncio.run(house.get(PATH, session))
        assert (answer.status, answer.headers.get("retry-after")) == (503, "5")
        assert TALE not in answer.body
        with pytest.raises(ConnectionFailed):
            house.look()
    assert asyncio.run(house.get(PATH, session)).status == 200
    with monkeypatch.context() as silent:
        silent.setattr(house.business.market.contracts.chain.transport, "_post", away)
        assert asyncio.run(house.get(PATH, session)).status == 200, "what is known counts for its seconds"


@pytest.mark.parametrize("asked_for", ["/readyz", "/.well-known/licet.json", "/.well-known/licet/"])
def test_a_node_that_is_silent_holds_up_nobody_who_is_known(
    house: House, sold: Sold, licensee: Party, monkeypatch: pytest.MonkeyPatch, asked_for: str
) -> None:
    """However many ask meanwhile for what the node alone can say."""
    over = threading.Event()

    def silent(*_: object) -> bytes:
        over.wait(20)
        raise ConnectionFailed("nothing answers")

    async def read() -> int:
        session = await house.session(licensee)
        assert (await house.get(PATH, session)).status == 200
        monkeypatch.setattr(house.business.market.contracts.chain.transport, "_post", silent)
        waiting = [asyncio.create_task(house.get(asked_for)) for _ in range(60)]
        await asyncio.sleep(0.1)
        try:
            return (await asyncio.wait_for(house.get(PATH, session), 5)).status
        finally:
            over.set()
            await asyncio.gather(*waiting)

    assert asyncio.run(read()) == 200


def test_reads_at_once_are_recorded_each(house: House, sold: Sold, licensee: Party) -> None:
    async def read() -> list[Answer]:
        session = await house.session(licensee)
        return list(await asyncio.gather(*(house.get(PATH, session) for _ in range(300))))

    answers = asyncio.run(read())
    assert {answer.status for answer in answers} == {200}
    hashes = {receipt_in(answer).record.hash for answer in answers}
    assert len(hashes) == house.records == 300


def test_records_of_licenses_are_anchored_and_proven(
    house: House, sold: Sold, licensee: Party, run: Run, tmp_path: Path
) -> None:
    async def read() -> Answer:
        return await house.get(PATH, await house.session(licensee))

    answer = asyncio.run(read())
    receipt = receipt_in(answer)
    (tmp_path / "receipt").write_text(answer.headers["licet-receipt"])
    anchor(house)
    proof = asyncio.run(house.get(f"/.well-known/licet/records/{receipt.record.hash}"))
    assert UsageProof.from_bytes(proof.body).holds
    (tmp_path / "proof.json").write_bytes(proof.body)
    said = answered(run("receipt", "verify", "receipt", "--proof", "proof.json", "--json"), 0)
    assert (said["signed"], said["anchored"], said["requester"]) == (True, True, licensee.address)


def test_a_period_becomes_a_statement(
    house: House,
    sold: Sold,
    licensee: Party,
    licensor: Party,
    artist: Party,
    network: Network,
    run: Run,
    tmp_path: Path,
) -> None:
    """From reads at the gateway to amounts that payees can claim, checked by the auditor against the logs."""

    async def read() -> None:
        session = await house.session(licensee)
        for path in (PATH, PATH, "/tales/b.txt"):
            assert (await house.get(path, session)).status == 200

    asyncio.run(read())
    anchor(house)
    logs = house.folder / "journal.logs"
    (log,) = logs.glob("*.json")
    (tmp_path / "shares.csv").write_text(
        f"work,payee,share\n{house.asset},{licensor.address},2\n{house.asset},{artist.address},1\n"
    )
    day = time.strftime("%Y-%m-%d", time.gmtime())
    said = answered(
        run(
            *("statement", "compute", "--usage", str(logs / "*.json"), "--shares", "shares.csv"),
            *("--total", "90", "--decimals", "6", "--out", "amounts.csv", "--licensed", "--json"),
            *("--from", "2020-01-01", "--until", time.strftime("%Y-%m-%d", time.gmtime(time.time() + DAY))),
        ),
        0,
    )
    assert (said["total"], said["payees"], said["usage_rows"], said["units"]) == ("90000000", 2, 3, "3")
    licensor.receive_dollars(90 * DOLLAR)
    network.travel(2 * DAY)
    published = answered(
        run(
            *("statement", "publish", house.asset, "amounts.csv", "--from", day, "--until", day),
            *("--window", "1d", "--usage-log", log, "--yes", "--json"),
            account=LICENSOR,
        ),
        0,
    )
    assert (published["amount"], published["root"]) == ("90000000", said["root"])
    shown = answered(run("statement", "show", published["statement_id"], "--json"), 0)
    assert shown["waiting"] == "90000000"


def anchor(house: House) -> None:
    """Anchors what was read, once its second is over."""
    assert house.business.anchoring is not None
    for _ in range(50):
        house.network.travel_to(max(house.network.now + 1, int(time.time())))
        if house.business.anchoring.anchor() is not None:
            return
        time.sleep(0.1)
    raise AssertionError("nothing was anchored")


def test_the_command_looks_whether_licenses_were_revoked(
    tmp_path: Path, network: Network, market: Market, asset: Hash32, licensee: Party, rival: Party
) -> None:
    sold = market.sell(asset, uses=Use.INDEX, transferable=True)
    (tmp_path / "site" / "tales").mkdir(parents=True)
    (tmp_path / "site" / "tales" / "a.txt").write_bytes(TALE)
    config = tmp_path / "gateway.toml"
    config.write_text(
        f"""[site]
origin = "{ORIGIN}"
folder = "site"

[[policy]]
path = "/"
access = "license"
asset = "{asset}"
uses = ["index"]

[chain]
rpc = "{network.url}"
chain_id = 31337
registry = "{network.deployment.asset_registry}"
license_seconds = 3600
"""
    )
    with running(str(config), "--dev-account", "4") as (_, port):
        nonce = json.loads(get(port, "/.well-known/licet/nonce")[1])["nonce"]
        text = message(account(licensee), nonce)
        body = json.dumps({"message": text, "signature": personally(account(licensee), text)})
        answer = httpx.post(f"http://127.0.0.1:{port}/.well-known/licet/session", content=body)
        session = {"Authorization": f"Bearer {answer.json()['token']}"}
        assert get(port, PATH, session)[1] == TALE
        licensee.buys.transfer(sold.license_id, rival.address)
        ends = time.monotonic() + 10
        while get(port, PATH, session)[0] == 200 and time.monotonic() < ends:
            time.sleep(0.1)
        assert get(port, PATH, session)[0] == 403


def get(port: int, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    answer = httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers)
    return answer.status_code, answer.content


def test_nothing_that_shows_who_asks_reaches_what_is_behind(
    house: House, sold: Sold, licensee: Party
) -> None:
    from licet.gateway.app import around

    seen: list[set[bytes]] = []

    async def behind(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        seen.append({name for name, _ in scope["headers"]})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": TALE})

    house.app = around(behind, house.site, house.business)

    async def read() -> None:
        assert (await house.get(PATH, await house.session(licensee), ("X-Other", "1"))).body == TALE
        assert (await house.get(PATH, *house.signed(licensee))).body == TALE

    asyncio.run(read())
    assert seen[0] == {b"x-other"}
    assert not seen[1] & {b"signature", b"signature-input", b"authorization"}
    assert account(licensee).address == licensee.address
