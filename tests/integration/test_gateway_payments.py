"""Reads that are paid for over x402: by its own client, once for each payment, and into the work's vault."""

import asyncio
import base64
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp
from x402 import x402Client
from x402.http.utils import decode_payment_required_header, decode_payment_response_header
from x402.mechanisms.evm.exact import ExactEvmScheme
from x402.schemas import SettleResponse, SupportedResponse, VerifyResponse

from licet.chain.compiled.abi import Abi
from licet.chain.signatures import recover
from licet.contracts.authorizations import Authorizations, Transfer
from licet.documents import Library, PayeeShare, Publisher, ReceiptDocument, SplitDocument, UsageProof
from licet.documents.terms import TermsDocument
from licet.errors import ChainError, LicetError, UnexpectedAnswer
from licet.gateway import forgetting, wire
from licet.gateway.anchoring import Anchoring
from licet.gateway.app import Business, around, served
from licet.gateway.batches import Batch, Batches
from licet.gateway.catalogs import NONE, Catalogs
from licet.gateway.config import ChainSettings, Site
from licet.gateway.forgetting import KEPT_SECONDS, Forgetting
from licet.gateway.journal import Journal
from licet.gateway.limits import By, Rate
from licet.gateway.market import Market
from licet.gateway.policies import Access, Policies, Policy, Tariff
from licet.gateway.recording import FIELD, Recorder
from licet.gateway.sending import WATCHED, Account
from licet.gateway.settling import Settler
from licet.gateway.shown import Shown
from licet.gateway.till import Till
from licet.gateway.upkeep import Upkeep
from licet.rights.terms import Terms
from licet.rights.uses import Use
from licet.types import Address, Hash32
from tests.integration.commands import Run, answered
from tests.integration.conftest import DOLLAR, Network, Party
from tests.unit.asgi import Answer, asked

pytestmark = pytest.mark.integration

ORIGIN = "http://site.example"
PRICE = 2_000
TEXT = b"Once upon a time"
BROWSER = ("Accept", "text/html")


class Shop:
    """A folder behind a gateway, whose `/paid/` costs 2,000 units a read."""

    def __init__(self, folder: Path, network: Network, keeper: Party, vault: Address, asset: Hash32) -> None:
        (folder / "site" / "paid").mkdir(parents=True)
        (folder / "site" / "paid" / "a.txt").write_bytes(TEXT)
        (folder / "site" / "paid" / "b.txt").write_bytes(b"another")
        self.folder = folder
        self.network = network
        self.keeper = keeper
        self.vault = vault
        assert network.deployment.test_dollar is not None
        self.token = network.deployment.test_dollar
        terms = Terms(TermsDocument("Tales", Use.INDEX, "To be indexed."), targets=("/paid/",))
        self.site = Site(
            ORIGIN,
            Policies.of(
                [
                    Policy("/paid/", Access.METERED, (), asset, Tariff(PRICE, self.token, vault), terms),
                    Policy("/", Access.FREE),
                ]
            ),
            folder=folder / "site",
            chain=ChainSettings(network.url, network.deployment.asset_registry, 31337),
        )
        self.place: str | Path = folder / "journal.sqlite"
        self.app = self.opened()

    def opened(self, catalogs: Catalogs = NONE) -> ASGIApp:
        """The gateway, started: again, after it was started before."""
        self.journal = Journal(self.place)
        ledger = self.network.deployment.usage_ledger
        recorder = Recorder(self.keeper.signer, 31337, ledger)
        self.account = Account(self.keeper.chain, self.folder / "outbox.db", self.journal)
        self.sender: Any = self.account
        settler = Settler(self.keeper.chain, self)
        till = Till(self.journal, settler, recorder)
        market = Market(self.keeper.contracts, Library([]), [])
        logs = Publisher(self.folder / "logs")
        self.anchoring = Anchoring(Batches(self.journal), self.keeper.contracts, logs, self.account)
        self.upkeep = Upkeep(self.journal, settler, recorder, self.anchoring, self.account)
        business = Business(market, till, self.anchoring, catalogs=catalogs)
        return around(served(self.site), self.site, business)

    def send(self, token: Address, transfer: Transfer) -> None:
        self.sender.send(token, transfer)

    def close(self) -> None:
        """The gateway has ended."""
        self.account.close()
        self.journal.close()

    @property
    def income(self) -> int:
        return self.keeper.currency(self.token).balance_of(self.vault)


@pytest.fixture
def shop(tmp_path: Path, network: Network, licensor: Party, artist: Party, stranger: Party) -> Iterator[Shop]:
    (tmp_path / "work.txt").write_bytes(TEXT)
    work = licensor.sells.register_work(tmp_path / "work.txt")
    shares = [PayeeShare(licensor.address, 7), PayeeShare(artist.address, 3)]
    vault = licensor.sells.publish_split(SplitDocument.of(shares)).vault
    shop = Shop(tmp_path / "shop", network, stranger, vault, work.asset_id)
    yield shop
    shop.close()


@pytest.fixture
def reader(licensee: Party) -> Party:
    licensee.receive_dollars(10 * DOLLAR)
    return licensee


def account(party: Party) -> Any:
    """The party's key, as x402's client takes it."""
    return party.signer._account  # type: ignore[attr-defined]  # noqa: SLF001 - the client is not Licet's


def client(party: Party) -> x402Client:
    """x402's own client, whose owner allows payments in the test dollar."""
    own = x402Client().register("eip155:31337", ExactEvmScheme(account(party)))
    return own.set_spend_controls({"allowed_assets": True})


async def payment(shop: Shop, reader: Party, path: str = "/paid/a.txt", **info: str) -> str:
    """What x402's client signs for what the gateway asks."""
    bill = await asked(shop.app, path)
    assert bill.status == 402
    wanted = decode_payment_required_header(bill.headers["payment-required"])
    payload = await client(reader).create_payment_payload(wanted)  # type: ignore[arg-type]
    data = json.loads(payload.model_dump_json(by_alias=True, exclude_none=True))
    if info:
        data["extensions"]["payment-identifier"]["info"].update(info)
    return base64.b64encode(json.dumps(data).encode()).decode()


def altered(field: str, change: Callable[[dict[str, Any]], object]) -> str:
    data = json.loads(base64.b64decode(field))
    change(data)
    return base64.b64encode(json.dumps(data).encode()).decode()


async def paid(shop: Shop, field: str, path: str = "/paid/a.txt", **rest: Any) -> Answer:
    headers = [("PAYMENT-SIGNATURE", field), *rest.pop("headers", [])]
    return await asked(shop.app, path, headers=headers, **rest)


def transfer_in(field: str) -> Transfer:
    return wire.transfer_of(wire.read_payment(field))


def test_a_read(shop: Shop, reader: Party) -> None:
    async def read() -> Answer:
        return await paid(shop, await payment(shop, reader))

    answer = asyncio.run(read())
    assert (answer.status, answer.body) == (200, TEXT)
    said = decode_payment_response_header(answer.headers["payment-response"])
    assert (said.success, said.payer, said.amount) == (True, reader.address, str(PRICE))
    assert answer.headers["cache-control"] == "private, no-store"
    assert "licet.json" in answer.headers["link"]
    assert shop.income == PRICE
    assert reader.dollars == 10 * DOLLAR - PRICE
    assert shop.journal.counts() == {"taken": 1, "settled": 1, "served": 1, "lost": 0, "records": 1}


def test_a_bill(shop: Shop) -> None:
    async def ask() -> None:
        bill = await asked(shop.app, "/paid/a.txt", query="q=1")
        wanted = decode_payment_required_header(bill.headers["payment-required"])
        assert (bill.status, bill.headers["cache-control"]) == (402, "no-store")
        assert wanted.resource is not None  # type: ignore[union-attr]
        assert wanted.resource.url == f"{ORIGIN}/paid/a.txt?q=1"  # type: ignore[union-attr]
        (one,) = wanted.accepts
        assert (one.pay_to, one.amount, one.network) == (shop.vault, str(PRICE), "eip155:31337")  # type: ignore[union-attr]
        assert json.loads(bill.body)["x402"]["accepts"][0]["payTo"] == shop.vault
        assert (await asked(shop.app, "/paid/a.txt", method="HEAD")).status == 402
        assert (await asked(shop.app, "/paid/a.txt", method="POST")).status == 405
        page = await asked(shop.app, "/paid/a.txt", headers=[BROWSER])
        assert (page.status, page.headers["content-type"]) == (402, "text/html; charset=utf-8")
        assert page.headers["payment-required"], "as programs are told"
        assert b"<h1>This is paid for</h1><p>Each read of this is paid for.</p>" in page.body
        refused = await asked(shop.app, "/paid/a.txt", headers=[BROWSER, ("PAYMENT-SIGNATURE", "x")])
        assert b"<h1>Payment Required</h1><p>the payment is no x402" in refused.body, (
            "who pays is told why not"
        )
        assert TEXT not in bill.body + page.body

    asyncio.run(ask())


def test_one_payment_reads_once_and_one_url(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        field = await payment(shop, reader)
        without = altered(field, lambda data: data.pop("resource"))
        assert (await paid(shop, field, "/paid/b.txt")).status == 402, "it names its URL"
        assert (await paid(shop, field)).body == TEXT
        for again in (field, without):
            assert (await paid(shop, again)).status == 402
            assert (await paid(shop, again, "/paid/b.txt")).status == 402
            assert (await paid(shop, again, query="x")).status == 402

    asyncio.run(read())
    assert shop.income == PRICE


@pytest.mark.parametrize("identifier", ["", "reader-chosen-0001"])
def test_of_500_at_once_one_is_served(shop: Shop, reader: Party, identifier: str) -> None:
    async def read() -> list[Answer]:
        field = await payment(shop, reader, **({"id": identifier} if identifier else {}))
        answers = await asyncio.gather(*(paid(shop, field) for _ in range(500)))
        again = await paid(shop, field)
        assert (again.status, again.body == TEXT) == ((200, True) if identifier else (402, False))
        return list(answers)

    answers = asyncio.run(read())
    served = [answer for answer in answers if answer.status == 200]
    assert {answer.status for answer in answers} <= {200, 402, 409}
    if not identifier:
        assert len(served) == 1
    assert len(served) >= 1
    assert shop.income == PRICE, "whatever was served was paid for once"
    assert shop.journal.counts()["taken"] == 1


def test_who_named_an_identifier_reads_again_for_nothing(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        field = await payment(shop, reader, id="reader-chosen-0001")
        assert (await paid(shop, field)).body == TEXT
        again = await paid(shop, field, headers=[("Range", "bytes=0-3")])
        assert (again.status, again.body) == (206, TEXT[:4])
        other = altered(
            field, lambda data: data["extensions"]["payment-identifier"]["info"].update(id="x" * 20)
        )
        assert (await paid(shop, other)).status == 402

    asyncio.run(read())
    assert shop.income == PRICE


def test_who_submits_early_takes_nothing_from_who_paid(shop: Shop, reader: Party, rival: Party) -> None:
    async def read() -> Answer:
        field = await payment(shop, reader)
        Authorizations(rival.chain, shop.token).submit(transfer_in(field))
        assert shop.income == PRICE
        return await paid(shop, field)

    answer = asyncio.run(read())
    assert answer.body == TEXT
    assert shop.income == PRICE


def test_a_nonce_that_was_used_for_something_else_pays_nothing(shop: Shop, reader: Party) -> None:
    """One who signs two transfers of one nonce, submits the one to themselves, and shows the other."""

    async def read() -> Answer:
        field = await payment(shop, reader)
        shown = transfer_in(field)
        own = signed(reader, shop.token, replace(shown, payee=reader.address))
        Authorizations(reader.chain, shop.token).submit(own)
        # Beside a payment of the same amount to the vault, which is for another nonce.
        reader.dollar.transfer(shop.vault, PRICE)
        return await paid(shop, field)

    answer = asyncio.run(read())
    assert (answer.status, TEXT in answer.body) == (402, False)


def test_a_cancelled_nonce_pays_nothing(shop: Shop, reader: Party) -> None:
    async def read() -> Answer:
        field = await payment(shop, reader)
        shown = transfer_in(field)
        signature = account(reader).sign_typed_data(
            full_message=typed(
                shop.token, "CancelAuthorization", {"authorizer": reader.address, "nonce": shown.nonce}
            )
        )
        reader.chain.send(
            TOKEN,
            shop.token,
            "cancelAuthorization",
            reader.address,
            shown.nonce,
            signature.v,
            "0x" + signature.r.to_bytes(32).hex(),
            "0x" + signature.s.to_bytes(32).hex(),
        )
        return await paid(shop, field)

    assert asyncio.run(read()).status == 402
    assert shop.income == 0


def test_nothing_is_paid_for_what_is_not_there(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        field = await payment(shop, reader, "/paid/c.txt")
        assert (await paid(shop, field, "/paid/c.txt")).status == 404
        assert shop.income == 0
        (shop.folder / "site" / "paid" / "c.txt").write_bytes(b"now it is")
        answer = await paid(shop, field, "/paid/c.txt")
        assert (answer.status, answer.body) == (200, b"now it is")
        etag = answer.headers["etag"]
        field = await payment(shop, reader, "/paid/c.txt")
        assert (await paid(shop, field, "/paid/c.txt", headers=[("If-None-Match", etag)])).status == 304
        assert (await paid(shop, field, "/paid/c.txt", headers=[("Range", "bytes=99-")])).status == 416
        assert shop.income == PRICE
        assert (await paid(shop, field, "/paid/c.txt")).status == 200

    asyncio.run(read())
    assert shop.income == 2 * PRICE


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["payload"]["authorization"].update(value="1"),
        lambda data: data["payload"]["authorization"].update(to="0x" + "11" * 20),
        lambda data: data["payload"]["authorization"].update({"from": "0x" + "11" * 20}),
        lambda data: data["payload"]["authorization"].update(nonce="0x" + "11" * 32),
        lambda data: data["payload"]["authorization"].update(validBefore="99999999999"),
        lambda data: data["payload"]["authorization"].update(validBefore=1),
        lambda data: data["payload"]["authorization"].pop("value"),
        lambda data: data["payload"].pop("signature"),
        lambda data: data["payload"].update(signature="0x" + "11" * 65),
        lambda data: data["payload"].update(signature="0x"),
        lambda data: data.update(payload={}),
        lambda data: data.update(x402Version=1),
        lambda data: data.update(x402Version=3),
        lambda data: data["accepted"].update(amount="1"),
        lambda data: data["accepted"].update(scheme="upto"),
        lambda data: data["accepted"].update(network="eip155:1"),
        lambda data: data["accepted"].update(payTo="0x" + "11" * 20),
        lambda data: data["resource"].update(url="http://elsewhere.example/paid/a.txt"),
        lambda data: data.clear(),
    ],
)
def test_what_was_altered_opens_nothing(
    shop: Shop, reader: Party, change: Callable[[dict[str, Any]], object]
) -> None:
    async def read() -> Answer:
        return await paid(shop, altered(await payment(shop, reader), change))

    answer = asyncio.run(read())
    assert (answer.status, TEXT in answer.body) == (402, False)
    assert "payment-required" in answer.headers
    assert shop.income == 0
    assert shop.journal.counts()["taken"] == 0


@pytest.mark.parametrize(
    "field", ["", "x", "e30=", "bnVsbA==", "W10=", base64.b64encode(b"[" * 9000).decode(), "A" * 99_999]
)
def test_what_is_no_payment_opens_nothing(shop: Shop, field: str) -> None:
    answer = asyncio.run(paid(shop, field))
    assert (answer.status, TEXT in answer.body) == (402, False)


def test_a_payment_in_vain(shop: Shop, pauper: Party) -> None:
    async def read() -> Answer:
        return await paid(shop, await payment(shop, pauper))

    answer = asyncio.run(read())
    assert (answer.status, shop.income) == (402, 0)
    assert shop.journal.counts()["taken"] == 0, "what moved no money is forgotten"


class Killed:
    """What a process does that ends here."""

    def __call__(self, *_: object) -> None:
        raise SystemError("killed")


class Lossy:
    """Sends, and forgets to say so, so many times; or does not send."""

    def __init__(self, sender: Account, *, sends: bool) -> None:
        self.sender, self.sends = sender, sends

    def send(self, token: Address, transfer: Transfer) -> None:
        if self.sends:
            self.sender.send(token, transfer)
        raise ChainError("no answer came in time")


@pytest.mark.parametrize("sends", [True, False])
def test_a_settlement_whose_answer_is_lost_is_found_or_done_again(
    shop: Shop, reader: Party, sends: bool
) -> None:
    async def read() -> None:
        field = await payment(shop, reader)
        shop.sender = Lossy(shop.account, sends=sends)
        first = await paid(shop, field)
        assert (first.status, first.headers["retry-after"]) == (503, "5")
        assert TEXT not in first.body
        assert (
            await paid(shop, altered(field, lambda data: data.pop("resource")), "/paid/b.txt")
        ).status == 402
        shop.sender = shop.account
        assert (await paid(shop, field)).body == TEXT

    asyncio.run(read())
    assert shop.income == PRICE


def test_what_came_to_nothing_is_forgotten_once_it_cannot_be_paid(
    shop: Shop, reader: Party, pauper: Party, rival: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what may have moved money never is: a stranger's submission, or an answer that was lost."""
    catch_up(shop.network)

    async def sign(payer: Party, path: str) -> str:
        field = await payment(shop, payer, path)
        assert (await paid(shop, field, path)).status == (404 if path.endswith("no") else 503)
        return field

    async def begin() -> list[str]:
        assert (await paid(shop, await payment(shop, reader))).status == 200
        nothing = [await sign(pauper, "/paid/no"), await sign(reader, "/paid/no")]
        submitted = await sign(reader, "/paid/no")
        Authorizations(rival.chain, shop.token).submit(transfer_in(submitted))
        shop.sender = Lossy(shop.account, sends=True)
        lost = await sign(reader, "/paid/b.txt")
        shop.sender = Lossy(shop.account, sends=False)
        return [*nothing, await sign(reader, "/paid/b.txt"), submitted, lost]

    fields = asyncio.run(begin())
    shop.sender = shop.account
    elsewhere = Shown(Address("0x" + "11" * 20), reader.address, "0x" + "11" * 32, "/", 1, shop.vault)
    shop.journal.take(elsewhere, 1)
    shop.journal.release(elsewhere)

    def forgotten() -> int:
        """How many are gone, after a restart."""
        told: list[LicetError] = []
        before = shop.journal.counts()["taken"]
        Forgetting(shop.journal, Settler(shop.keeper.chain, shop)).turn(told.append)
        assert len(told) == (shop.network.height >= WATCHED), "the token that is none"
        return before - shop.journal.counts()["taken"]

    void = shop.network.now + KEPT_SECONDS + 60
    assert forgotten() == 0
    shop.network.rpc("anvil_mine", hex(WATCHED))
    assert forgotten() == 0, "they are valid"
    shop.network.travel_to(void)
    shop.network.rpc("anvil_mine", hex(WATCHED - 1))
    assert forgotten() == 0, "a re-org could take that block out"
    shop.network.rpc("evm_mine")
    monkeypatch.setattr(forgetting, "MOST", 2)
    told: list[LicetError] = []
    for _ in range(4):
        shop.upkeep.turn(told.append)
    assert [type(error) for error in told] == [UnexpectedAnswer], "what cannot be asked about is kept"
    assert shop.journal.counts() == {"taken": 4, "settled": 1, "served": 1, "lost": 0, "records": 1}
    monkeypatch.setattr(time, "time", lambda: float(void))
    (shop.folder / "site" / "paid" / "no").write_bytes(b"now it is")

    async def again() -> None:
        paths = ["/paid/no", "/paid/no", "/paid/b.txt", "/paid/no", "/paid/b.txt"]
        answers = [await paid(shop, field, path) for field, path in zip(fields, paths, strict=True)]
        assert [answer.status for answer in answers] == [402, 402, 402, 200, 200]

    asyncio.run(again())
    assert shop.income == 3 * PRICE
    assert shop.journal.counts()["taken"] == 4
    assert shop.journal.counts()["served"] == 3


def test_a_gateway_that_was_killed_serves_what_was_paid(shop: Shop, reader: Party) -> None:
    """It was killed after the transaction was sent, before that was written down."""

    async def read() -> None:
        field = await payment(shop, reader)
        shop.journal.settled = Killed()  # type: ignore[method-assign]
        with pytest.raises(SystemError):
            await paid(shop, field)
        settled_then = shop.journal.counts()["settled"]
        shop.close()
        shop.app = shop.opened()
        assert settled_then == shop.journal.counts()["settled"] == 0
        assert (await paid(shop, field)).body == TEXT
        assert (await paid(shop, field)).status == 402

    asyncio.run(read())
    assert shop.income == PRICE


def test_without_a_chain_nothing_is_sold_and_all_else_is_served(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        quiet = around(served(shop.site), shop.site)
        answer = await asked(quiet, "/paid/a.txt")
        assert (answer.status, "retry-after" in answer.headers) == (503, True)

    asyncio.run(read())


TOKEN = Abi(
    [
        {
            "type": "function",
            "name": "cancelAuthorization",
            "inputs": [
                {"name": "authorizer", "type": "address"},
                {"name": "nonce", "type": "bytes32"},
                {"name": "v", "type": "uint8"},
                {"name": "r", "type": "bytes32"},
                {"name": "s", "type": "bytes32"},
            ],
            "outputs": [],
        }
    ]
)
MEMBERS = {
    "CancelAuthorization": ("address authorizer", "bytes32 nonce"),
    "TransferWithAuthorization": (
        "address from",
        "address to",
        "uint256 value",
        "uint256 validAfter",
        "uint256 validBefore",
        "bytes32 nonce",
    ),
}


def typed(token: Address, kind: str, message: dict[str, Any]) -> dict[str, Any]:
    members = [dict(zip(("type", "name"), member.split(), strict=True)) for member in MEMBERS[kind]]
    domain = ("string name", "string version", "uint256 chainId", "address verifyingContract")
    return {
        "types": {
            "EIP712Domain": [dict(zip(("type", "name"), part.split(), strict=True)) for part in domain],
            kind: members,
        },
        "primaryType": kind,
        "domain": {"name": "Test Dollar", "version": "1", "chainId": 31337, "verifyingContract": token},
        "message": message,
    }


def signed(party: Party, token: Address, transfer: Transfer) -> Transfer:
    message = {
        "from": transfer.payer,
        "to": transfer.payee,
        "value": transfer.amount,
        "validAfter": transfer.valid_after,
        "validBefore": transfer.valid_before,
        "nonce": transfer.nonce,
    }
    signature = account(party).sign_typed_data(
        full_message=typed(token, "TransferWithAuthorization", message)
    )
    return replace(transfer, signature=bytes(signature.signature))


async def posted(shop: Shop, what: str, body: bytes) -> Answer:
    path = f"/.well-known/licet/x402/{what}"
    return await asked(shop.app, path, method="POST", body=[body[:100], body[100:]])


def request_for(field: str, **changes: str) -> bytes:
    data = json.loads(base64.b64decode(field))
    wanted = {**data["accepted"], **changes}
    return json.dumps({"x402Version": 2, "paymentPayload": data, "paymentRequirements": wanted}).encode()


def test_the_facilitator_settles_and_the_url_opens(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        kinds = SupportedResponse.model_validate_json(
            (await asked(shop.app, "/.well-known/licet/x402/supported")).body
        )
        assert [(kind.scheme, kind.network) for kind in kinds.kinds] == [("exact", "eip155:31337")]
        assert kinds.signers == {"eip155:*": [shop.keeper.address]}
        field = await payment(shop, reader)
        verified = VerifyResponse.model_validate_json((await posted(shop, "verify", request_for(field))).body)
        assert (verified.is_valid, verified.payer, shop.income) == (True, reader.address, 0)
        settled = SettleResponse.model_validate_json((await posted(shop, "settle", request_for(field))).body)
        assert (settled.success, settled.payer, shop.income) == (True, reader.address, PRICE)
        again = VerifyResponse.model_validate_json((await posted(shop, "verify", request_for(field))).body)
        assert not again.is_valid
        assert (await paid(shop, field)).body == TEXT

    asyncio.run(read())
    assert shop.income == PRICE


def test_the_facilitator_pays_gas_for_this_site_alone(shop: Shop, reader: Party, rival: Party) -> None:
    async def read() -> None:
        field = await payment(shop, reader)
        own = signed(reader, shop.token, replace(transfer_in(field), payee=rival.address))

        def redirect(data: dict[str, Any]) -> None:
            data["accepted"].update(payTo=rival.address)
            data["payload"]["authorization"].update(to=rival.address)
            data["payload"].update(signature="0x" + own.signature.hex())

        elsewhere = altered(field, redirect)
        cheaper, mixed = request_for(field, amount="1"), request_for(elsewhere, payTo=shop.vault)
        for body in (request_for(elsewhere), cheaper, mixed):
            said = SettleResponse.model_validate_json((await posted(shop, "settle", body)).body)
            assert (said.success, said.transaction) == (False, "")
        for body in (b"", b"{}", b"[" * 9_000, b"\xff", b"null"):
            assert (await posted(shop, "settle", body)).status == 400
        assert (await posted(shop, "settle", b" " * 70_000)).status == 413
        assert (await posted(shop, "steal", b"")).status == 404

    asyncio.run(read())
    assert rival.dollars == shop.income == 0


def receipt_in(answer: Answer) -> ReceiptDocument:
    field = answer.headers[FIELD.lower()]
    return ReceiptDocument.from_bytes(base64.urlsafe_b64decode(field + "=" * (-len(field) % 4)))


def test_who_reads_gets_a_receipt_that_the_gateway_signed(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        field = await payment(shop, reader, id="reader-chosen-0001")
        first = receipt_in(await paid(shop, field))
        again = receipt_in(await paid(shop, field))
        assert again == first, "a retry is no second use"
        other = receipt_in(await paid(shop, await payment(shop, reader)))
        assert other.record.hash != first.record.hash
        policy = shop.site.policies.policies[0]
        assert (first.record.asset_id, first.record.uses, first.record.units) == (policy.asset, Use.INDEX, 1)
        assert abs(first.record.since - time.time()) < 60
        assert first.receipt.requester == reader.address
        assert recover(first.digest, first.signature) == first.gateway == shop.keeper.address
        to, data = reader.chain.transaction_input(first.receipt.payment)
        assert to == shop.token
        assert bytes.fromhex(transfer_in(field).nonce[2:]) in data

    asyncio.run(read())
    assert shop.journal.counts()["records"] == 2


def test_what_was_not_read_has_no_record(shop: Shop, reader: Party) -> None:
    async def read() -> None:
        assert (await paid(shop, await payment(shop, reader, "/paid/no"), "/paid/no")).status == 404
        assert (await paid(shop, "nonsense")).status == 402

    asyncio.run(read())
    assert shop.journal.counts()["records"] == 0


def record_path(receipt: ReceiptDocument) -> str:
    return f"/.well-known/licet/records/{receipt.record.hash}"


def test_records_are_anchored_and_proven(shop: Shop, reader: Party, run: Run, tmp_path: Path) -> None:
    async def read() -> list[Answer]:
        return [await paid(shop, await payment(shop, reader)) for _ in range(3)]

    answers = asyncio.run(read())
    receipts = [receipt_in(answer) for answer in answers]
    (tmp_path / "receipt").write_text(answers[1].headers[FIELD.lower()])
    said = answered(run("receipt", "verify", "receipt", "--json"), 0)
    assert (said["signed"], said["anchored"], said["requester"]) == (True, None, reader.address)
    assert asyncio.run(asked(shop.app, record_path(receipts[1]))).status == 404, "not on chain yet"
    wait_out(receipts)
    catch_up(shop.network)
    batch = anchored(shop)
    assert [record.hash for record in batch.log.records] == [receipt.record.hash for receipt in receipts]
    assert shop.anchoring.anchor() is None, "nothing is anchored twice"
    answer = asyncio.run(asked_by_many(shop, record_path(receipts[1])))
    proof = UsageProof.from_bytes(answer.body)
    assert proof.holds
    assert proof.record == receipts[1].record
    (tmp_path / "proof.json").write_bytes(answer.body)
    said = answered(run("receipt", "verify", "receipt", "--proof", "proof.json", "--json"), 0)
    assert (said["signed"], said["anchored"]) == (True, True)
    assert answered(run("usage", "verify", "proof.json", "--json"), 0)["reported"] is True
    # Another receipt's proof proves nothing of this one.
    (tmp_path / "other").write_text(answers[0].headers[FIELD.lower()])
    said = answered(run("receipt", "verify", "other", "--proof", "proof.json", "--json"), 1)
    assert (said["signed"], said["anchored"]) == (True, False)
    forged = replace(receipts[0], gateway=reader.address)
    (tmp_path / "forged").write_bytes(forged.to_bytes())
    assert answered(run("receipt", "verify", "forged", "--json"), 1)["signed"] is False


def wait_out(receipts: Sequence[ReceiptDocument]) -> None:
    """Waits until the seconds of all records are over: only then they are anchored."""
    while int(time.time()) <= max(receipt.record.since for receipt in receipts) + 1:
        time.sleep(0.1)


async def asked_by_many(shop: Shop, path: str) -> Answer:
    """One of many answers to the same question; while all wait for it, all else is answered."""
    (shop.folder / "site" / "free.txt").write_bytes(b"free")
    with shop.anchoring._lock:  # noqa: SLF001 - a tree takes its time
        waiting = [asyncio.ensure_future(asked(shop.app, path)) for _ in range(60)]
        await asyncio.sleep(0)
        free, ready = await asyncio.wait_for(
            asyncio.gather(asked(shop.app, "/free.txt"), asked(shop.app, "/readyz")), 10
        )
        assert (free.body, ready.status) == (b"free", 200)
        assert not any(task.done() for task in waiting)
    answers = await asyncio.gather(*waiting)
    assert {(answer.status, answer.body) for answer in answers} == {(200, answers[0].body)}
    return answers[0]


def anchored(shop: Shop) -> Batch:
    """The batch that is anchored once its second is over."""
    for _ in range(50):
        batch = shop.anchoring.anchor()
        if batch is not None:
            return batch
        time.sleep(0.1)
        catch_up(shop.network)
    raise AssertionError("nothing was anchored")


def catch_up(network: Network) -> None:
    """Puts the chain's clock, which tests turn back, to now."""
    network.travel_to(max(network.now + 1, int(time.time())))


def test_an_anchor_whose_answer_is_lost_is_found(shop: Shop, reader: Party) -> None:
    async def read() -> Answer:
        return await paid(shop, await payment(shop, reader))

    receipt = receipt_in(asyncio.run(read()))
    batches = Batches(shop.journal)
    for _ in range(50):
        batch = batches.next(int(time.time()) - 1)
        if batch is not None:
            break
        time.sleep(0.1)
    assert batch is not None
    catch_up(shop.network)
    log = batch.log
    shop.keeper.contracts.usage.anchor(log.license_id, log.root, 1, log.since, log.until)
    found = anchored(shop)
    assert (found.number, found.log) == (batch.number, batch.log)
    assert shop.keeper.contracts.usage.usage_of(shop.keeper.address).anchors == 1
    # What is read afterwards, even in that second, is in the next batch.
    later = receipt_in(asyncio.run(read()))
    assert later.record.since > found.log.until
    assert [record.hash for record in anchored(shop).log.records] == [later.record.hash]
    assert receipt.record.hash != later.record.hash


def test_a_rate_by_key_counts_payers_and_not_their_addresses(shop: Shop, reader: Party, rival: Party) -> None:
    """Who has proven who they are, is counted by that; who has not, by where they ask from."""
    rival.receive_dollars(DOLLAR)
    metered = shop.site.policies.policies[0]
    policies = Policies.of([replace(metered, rate=Rate(2, 3_600, By.KEY)), Policy("/", Access.FREE)])
    shop.site = replace(shop.site, policies=policies)

    async def read() -> None:
        fields = [await payment(shop, reader) for _ in range(3)] + [await payment(shop, rival)]
        shop.close()
        shop.app = shop.opened()
        assert [(await paid(shop, field)).status for field in fields] == [200, 200, 429, 200]
        answers = [await asked(shop.app, "/paid/a.txt") for _ in range(3)]
        assert [answer.status for answer in answers] == [402, 402, 429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert (await paid(shop, "nonsense")).status == 429

    asyncio.run(read())
    assert shop.income == 3 * PRICE
    assert shop.journal.counts()["settled"] == 3


def test_a_contract_pays(shop: Shop, reader: Party, mock: Callable[..., Address]) -> None:
    """A wallet that is a contract (EIP-1271), in a token that takes such signatures, as USDC does."""
    token, wallet = mock("SmartDollar"), mock("Puppet")
    reader.currency(token).mint(wallet, DOLLAR)
    metered = shop.site.policies.policies[0]
    tariff = Tariff(PRICE, token, shop.vault)
    policies = Policies.of([replace(metered, tariff=tariff), Policy("/", Access.FREE)])
    shop.site, shop.token = replace(shop.site, policies=policies), token
    shop.close()
    shop.app = shop.opened()
    field = asyncio.run(payment(shop, reader))

    def by_wallet(data: dict[str, Any]) -> None:
        data["payload"]["authorization"]["from"] = wallet
        data["payload"]["signature"] = "0x" + "ab" * 100

    contracts = altered(field, by_wallet)
    refused = asyncio.run(paid(shop, contracts))
    assert (refused.status, shop.income) == (402, 0), "the wallet has not signed it"
    transfer = transfer_in(contracts)
    digest = transfer.digest(Authorizations(shop.keeper.chain, token).domain_separator)
    reader.chain.send(PUPPET, wallet, "sign", digest)
    answer = asyncio.run(paid(shop, contracts))
    assert (answer.status, answer.body) == (200, TEXT)
    assert shop.income == PRICE
    assert reader.currency(token).balance_of(wallet) == DOLLAR - PRICE
    assert receipt_in(answer).receipt.requester == wallet
    assert asyncio.run(paid(shop, contracts)).status == 402


def test_a_token_that_takes_no_contracts_signature(
    shop: Shop, reader: Party, mock: Callable[..., Address]
) -> None:
    wallet = mock("Puppet")
    reader.dollar.transfer(wallet, DOLLAR)

    def by_wallet(data: dict[str, Any]) -> None:
        data["payload"]["authorization"]["from"] = wallet
        data["payload"]["signature"] = "0x" + "ab" * 100

    field = altered(asyncio.run(payment(shop, reader)), by_wallet)
    digest = transfer_in(field).digest(Authorizations(shop.keeper.chain, shop.token).domain_separator)
    reader.chain.send(PUPPET, wallet, "sign", digest)
    answer = asyncio.run(paid(shop, field))
    assert (answer.status, shop.income) == (402, 0)
    assert shop.journal.counts()["taken"] == 0


PUPPET = Abi(
    [{"type": "function", "name": "sign", "inputs": [{"name": "digest", "type": "bytes32"}], "outputs": []}]
)
