"""A gateway is killed again and again while holders read: each read that was answered is recorded, once."""

import base64
import itertools
import json
import random
import threading
import time
from pathlib import Path

import httpx
import pytest

from licet.documents import ReceiptDocument, VoucherDocument
from licet.gateway.journal import Journal
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.types import Hash32
from tests.integration.conftest import Network, Party
from tests.integration.licensing import PATH, TALE, account
from tests.integration.market import Market, Sold
from tests.integration.test_cli_gateway import running
from tests.unit.wallets import message, personally

pytestmark = pytest.mark.integration

KILLS = 5
UNITS = 100_000


class Readers:
    """Somebody with a session, and somebody with vouchers, who read on whatever happens."""

    def __init__(self, licensee: Party, metered: Hash32) -> None:
        self.licensee, self.metered = licensee, metered
        self.port = 0
        self.token = ""
        self.answered: list[tuple[int, ReceiptDocument]] = []
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self.read, args=(kind,)) for kind in ("session", "voucher") * 2
        ]
        self.units = itertools.count(1)

    def sign_in(self) -> None:
        nonce = httpx.get(f"{self.url}/.well-known/licet/nonce").json()["nonce"]
        text = message(account(self.licensee), nonce)
        body = json.dumps({"message": text, "signature": personally(account(self.licensee), text)})
        self.token = httpx.post(f"{self.url}/.well-known/licet/session", content=body).json()["token"]

    def wait(self) -> None:
        """Waits until somebody of each kind was answered a few times more."""
        wanted = [number + 3 for number in self.counts]
        for _ in range(600):
            if all(number >= least for number, least in zip(self.counts, wanted, strict=True)):
                return
            time.sleep(0.05)

    @property
    def counts(self) -> tuple[int, int]:
        """How many reads were answered: by session, by voucher."""
        by_voucher = sum(1 for units, _ in tuple(self.answered) if units)
        return len(self.answered) - by_voucher, by_voucher

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def read(self, kind: str) -> None:
        while not self.stop.is_set():
            units = next(self.units) if kind == "voucher" else 0
            fields = self.voucher(units) if units else {"Authorization": f"Bearer {self.token}"}
            # A voucher whose answer was lost is shown again, until it is answered.
            while not self.stop.is_set():
                try:
                    answer = httpx.get(f"{self.url}{PATH}", headers=fields, timeout=20)
                except httpx.HTTPError:
                    time.sleep(0.02)
                    continue
                if answer.status_code in (409, 503):
                    time.sleep(0.02)
                    continue
                if answer.status_code == 402 and units:  # its answer was lost after its end
                    break
                assert (answer.status_code, answer.content) == (200, TALE), answer.text
                said = answer.headers["licet-receipt"]
                data = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
                self.answered.append((units, ReceiptDocument.from_bytes(data)))
                break

    def voucher(self, units: int) -> dict[str, str]:
        ledger = self.licensee.contracts.usage.address
        voucher = Voucher(self.metered, units)
        signature = self.licensee.signer.sign_typed_data(voucher.typed_data(31337, ledger))
        document = VoucherDocument(31337, ledger, voucher, signature)
        return {"Licet-Voucher": base64.urlsafe_b64encode(document.to_bytes()).decode()}


@pytest.fixture
def metered(market: Market) -> Sold:
    terms = Conditions(unit_cap=UNITS)
    asset = market.register(market.licensor, "tales to be killed for")
    sold = market.sell(asset, kind=Kind.METERED, amount=1, conditions=terms)
    market.deposit(sold, UNITS)
    return sold


@pytest.mark.timeout(600)  # each start of the command takes seconds
def test_whatever_was_answered_is_recorded_once(
    tmp_path: Path, network: Network, market: Market, metered: Sold, licensee: Party, folder: Path
) -> None:
    market.sell(metered.offer.asset_id, uses=Use.TRAIN)
    (tmp_path / "site" / "tales").mkdir(parents=True)
    (tmp_path / "site" / "tales" / "a.txt").write_bytes(TALE)
    config = tmp_path / "gateway.toml"
    config.write_text(
        f"""[site]
origin = "http://site.example"
folder = "site"

[[policy]]
path = "/"
access = "license"
asset = "{metered.offer.asset_id}"
uses = ["ai-training"]

[chain]
rpc = "{network.url}"
chain_id = 31337
registry = "{network.deployment.asset_registry}"
documents = ["{folder}"]
anchor_seconds = 1
"""
    )
    readers = Readers(licensee, metered.license_id)
    chance = random.Random(7)
    try:
        for _ in range(KILLS):
            with running(str(config), "--dev-account", "4") as (process, port):
                readers.port = port
                if not readers.token:
                    readers.sign_in()
                    for thread in readers.threads:
                        thread.start()
                readers.wait()
                time.sleep(0.3 * chance.random())
                process.kill()
        with running(str(config), "--dev-account", "4") as (_, port):
            readers.port = port
            readers.wait()
            readers.stop.set()
            for thread in readers.threads:
                thread.join()
    finally:
        readers.stop.set()
    check(tmp_path / "gateway.sqlite", readers, metered.license_id, licensee)


def check(path: Path, readers: Readers, metered: Hash32, licensee: Party) -> None:
    """Compares what readers were given with what the journal has, and with what the chain was told."""
    journal = Journal(path)
    try:
        with journal.transaction() as db:
            kept = dict(db.execute("SELECT hash, receipt FROM records").fetchall())
            paid = db.execute("SELECT count(*) FROM records WHERE token = 'voucher'").fetchone()[0]
            units, reads = db.execute("SELECT units, reads FROM vouchers").fetchone()
    finally:
        journal.close()
    by_session = [receipt for number, receipt in readers.answered if not number]
    by_voucher = {number: receipt for number, receipt in readers.answered if number}
    assert len(by_session) > KILLS
    assert len(by_voucher) > KILLS
    assert len({receipt.record.hash for receipt in by_session}) == len(by_session), (
        "no record is handed out twice"
    )
    for _, receipt in readers.answered:
        assert kept[receipt.record.hash] == receipt.to_bytes()
    assert reads == paid
    assert len(by_voucher) <= reads <= units
    settled = licensee.contracts.usage.account(metered).settled
    assert settled <= reads
