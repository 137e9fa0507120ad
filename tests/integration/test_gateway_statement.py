"""A gateway's period becomes a statement with one command: from reads to payees, and to the auditor's yes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import AuditReport, Verdict
from licet.contracts.disputes import Ruling
from licet.contracts.statements import StatementEscrow
from licet.documents import StatementDocument, UsageLog, file_name, read_document, sha256
from licet.errors import ConnectionFailed
from licet.gateway.app import Business, gateway
from licet.gateway.config import Site
from licet.gateway.holders.counting import VOUCHER
from licet.rights.uses import Use
from licet.types import Address, Hash32
from tests.integration.commands import Ok, Run, failed
from tests.integration.conftest import ARTIST, DAY, DOLLAR, LICENSOR, STRANGER, Judge, Network, Party
from tests.integration.licensing import TALE, House, receipt_in
from tests.integration.market import Market
from tests.integration.test_gateway_catalogs import anchored, catalog
from tests.integration.test_gateway_payments import payment
from tests.integration.test_gateway_vouchers import Sign
from tests.integration.test_gateway_vouchers import sign as sign
from tests.integration.test_gateway_vouchers import sold as sold
from tests.unit.asgi import Answer

pytestmark = pytest.mark.integration

SECOND = b"another"


class Press(House):
    """A house whose gateway is the one that a file describes, and that sells single reads as well."""

    @property
    def config(self) -> Path:
        return self.folder / "gateway.toml"

    def open(self) -> None:
        dollar, registry = self.network.deployment.test_dollar, self.network.deployment.asset_registry
        paid = self.folder / "site" / "paid"
        paid.mkdir(exist_ok=True)
        (paid / "a.txt").write_bytes(TALE)
        self.config.write_text(
            f"""
[site]
origin = "http://site.example"
folder = "site"

[[policy]]
path = "/"
access = "free"
prohibited = ["ai-training"]

[[policy]]
path = "/tales/"
access = "license"
asset = "{self.asset}"
uses = ["ai-training"]

[[policy]]
path = "/paid/"
access = "metered"
asset = "{self.asset}"
price = "2000"
currency = "{dollar}"
decimals = 6
payee = "{self.keeper.address}"
uses = ["ai-training"]

[chain]
rpc = "{self.network.url}"
chain_id = 31337
registry = "{registry}"
documents = ["{self.documents}"]
logs = "{self.documents}"
"""
        )
        self.site = Site.read(self.config)
        business = Business.of(self.site, self.keeper.signer)
        assert business is not None
        self.business = business
        self.app = gateway(self.site, business)


@pytest.fixture
def tales(licensor: Party) -> Hash32:
    return licensor.sells.register_catalog(catalog(TALE, SECOND), "Tales").asset_id


@pytest.fixture
def press(tmp_path: Path, network: Network, stranger: Party, tales: Hash32, folder: Path) -> Press:
    return Press(tmp_path / "press", network, stranger, tales, folder)


Stating = tuple[object, ...]


@pytest.fixture
def stating(press: Press, artist: Party, co_artist: Party, network: Network, tmp_path: Path) -> Stating:
    """100 dollars for today, a tale each for the artists."""
    shares = [f"{sha256(TALE)},{artist.address},1", f"{sha256(SECOND)},{co_artist.address},1"]
    (tmp_path / "shares.csv").write_text("\n".join(["work,payee,share", *shares]) + "\n")
    today = datetime.now(UTC).date().isoformat()
    named = ("--from", today, "--until", today, "--shares", "shares.csv", "--window", "14d", "--yes")
    dollar = network.deployment.test_dollar
    return ("statement", "gateway", press.config, press.asset, *named, "--currency", dollar)


def test_a_period_is_stated_by_one_command(
    press: Press,
    stating: Stating,
    market: Market,
    licensor: Party,
    licensee: Party,
    artist: Party,
    sign: Sign,
    run: Run,
    ok: Ok,
    folder: Path,
    audit: Callable[[], AuditReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three reads to one under a license; what was paid for by the read is in the vaults already."""
    market.sell(press.asset, uses=Use.TRAIN)
    metered = market.metered(press.asset)
    market.deposit(metered, 10 * DOLLAR)
    licensee.receive_dollars(DOLLAR)
    licensor.receive_dollars(200 * DOLLAR)

    async def read() -> list[Answer]:
        session = await press.session(licensee)
        answers = [await press.get(f"/tales/{name}.txt", session) for name in "aaab"]
        voucher = sign(1, license_id=metered.license_id)
        answers.append(await press.get("/tales/b.txt", (VOUCHER, voucher)))
        shop: Any = press
        paid = ("PAYMENT-SIGNATURE", await payment(shop, licensee))
        return [*answers, await press.get("/paid/a.txt", paid)]

    answers = asyncio.run(read())
    assert [answer.status for answer in answers] == [200] * 6
    works = [receipt_in(answer).record.work for answer in answers]
    assert works == [sha256(text) for text in (TALE, TALE, TALE, SECOND, SECOND, TALE)]

    failed(run(*stating, "--total", "100", account=LICENSOR), 2, "the period is not over")
    press.network.travel(2 * DAY)
    failed(run(*stating, "--total", "100", account=LICENSOR), 1, "6 records of the period are not anchored")
    anchored(press, press.network)
    with monkeypatch.context() as broken:
        broken.setattr(StatementEscrow, "publish", away)
        failed(run(*stating, "--total", "100", account=LICENSOR), 2, "nothing answers")
    stated = ok(*stating, "--total", "100", account=LICENSOR)
    assert (stated["amount"], stated["payees"], stated["gas"] > 0) == ("100000000", 2, True)
    document = read_document(StatementDocument, folder / file_name(stated["document_hash"]))
    assert {entry.share for entry in document.amounts.payees} == {75 * DOLLAR, 25 * DOLLAR}
    (log,) = [path for path in folder.iterdir() if b'"type":"licet/usage/1"' in path.read_bytes()]
    assert document.usage == (read_document(UsageLog, log).root,)

    log.unlink()  # it is written again, from the journal
    again = ok(*stating, "--total", "100", account=LICENSOR)
    assert again == {**stated, "gas": 0}, "no transaction is sent"
    failed(run(*stating, "--total", "99", account=LICENSOR), 2, stated["statement_id"], "other amounts")
    assert len(ok("statement", "list")["statements"]) == 1
    ok(*stating, "--currency", "native", "--total", "1", account=LICENSOR)  # what came in in another currency

    market.network.travel_to(stated["contestable_until"] + 1)
    ok("statement", "release", stated["statement_id"], account=STRANGER)
    ok("vault", "claim", stated["vault"], account=ARTIST)
    assert artist.dollars == 75 * DOLLAR
    report = audit()
    assert report.verdict is Verdict.CLEAN, report.findings


def test_what_was_contested_is_stated_anew(
    press: Press,
    stating: Stating,
    market: Market,
    licensor: Party,
    licensee: Party,
    judge: Judge,
    run: Run,
    ok: Ok,
) -> None:
    """A day is stated once, unless the statement went back."""
    market.sell(press.asset, uses=Use.TRAIN)
    licensor.receive_dollars(300 * DOLLAR)

    async def read() -> Answer:
        return await press.get("/tales/a.txt", await press.session(licensee))

    assert asyncio.run(read()).status == 200
    press.network.travel(2 * DAY)
    anchored(press, press.network)
    first = ok(*stating, "--total", "100", account=LICENSOR)["statement_id"]
    case = ok("statement", "contest", first, "--evidence-text", "More.", "--yes", account=ARTIST)["case"]
    failed(run(*stating, "--total", "110", account=LICENSOR), 2, "other amounts")
    judge.rule(Ruling.UPHOLD, case, judge.contracts.statements)
    again = ok(*stating, "--total", "110", account=LICENSOR)
    assert (again["statement_id"] != first, again["amount"]) == (True, "110000000")


def away(*_: object, **__: object) -> None:
    raise ConnectionFailed("nothing answers")


def test_what_cannot_be_stated(
    press: Press, stating: Stating, run: Run, network: Network, dollar: Address, tmp_path: Path
) -> None:
    network.travel(2 * DAY)
    failed(run(*stating, "--total", "100", account=LICENSOR), 2, "nothing was used")
    failed(run(*stating, "--total", "much", account=LICENSOR), 2)
    failed(run(*stating[:3], "0x" + "7" * 64, *stating[4:], "--total", "1", account=LICENSOR), 1, "0x77")
    failed(run(*stating[:-2], "--currency", "test", "--total", "1", account=LICENSOR), 2, "currency")
    failed(run(*stating, "--total", "100"), 2, "which account signs?")
    text = press.config.read_text()
    press.config.write_text(text.replace("chain_id = 31337", "chain_id = 1"))
    failed(run(*stating, "--total", "100", account=LICENSOR), 2, "the configuration on chain 1")
    press.config.write_text(text.replace(network.url, "http://127.0.0.1:1"))
    failed(run(*stating, "--total", "100", account=LICENSOR), 2, "no node answers at http://127.0.0.1:1")
    press.config.write_text(text + '\njournal = "elsewhere.sqlite"\n')
    failed(run(*stating, "--total", "100", account=LICENSOR), 2, "there is no journal", "elsewhere.sqlite")
    assert not (press.folder / "elsewhere.sqlite").exists()
    press.config.write_text(text.partition('[[policy]]\npath = "/tales/"')[0])
    failed(run(*stating, "--total", "100", account=LICENSOR), 2, "names no chain")
