"""Licenses are bought where they are asked for: by one signature, that buys this license or nothing."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from x402 import x402Client
from x402.http.clients.httpx import x402AsyncTransport
from x402.http.utils import decode_payment_required_header, decode_payment_response_header
from x402.mechanisms.evm.exact import ExactEvmScheme
from x402.schemas import NoMatchingRequirementsError, PaymentRequirements

from licet.contracts import events
from licet.documents import OfferDocument
from licet.errors import ChainError, InputError, SignerError
from licet.gateway import scheme, wire
from licet.gateway.client import LicenseScheme
from licet.gateway.sending import Account
from licet.rights.offer import Kind, license_id
from licet.rights.order import Order
from licet.rights.uses import Use
from licet.types import Address, Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.licensing import PATH, TALE, House, account, receipt_in
from tests.integration.market import PRICE, Market
from tests.unit.asgi import Answer

pytestmark = pytest.mark.integration


@pytest.fixture
def asset(market: Market) -> Hash32:
    return market.register(market.licensor, "tales on sale")


@pytest.fixture
def offer(market: Market, asset: Hash32) -> OfferDocument:
    """For 10 dollars, signed, as documents have it."""
    return market.offer(asset, uses=Use.TRAIN | Use.DERIVE, duration=30 * DAY)


@pytest.fixture
def house(
    tmp_path: Path, network: Network, stranger: Party, asset: Hash32, folder: Path, offer: OfferDocument
) -> House:
    return House(tmp_path / "house", network, stranger, asset, folder)


@pytest.fixture
def buyer(licensee: Party) -> Party:
    licensee.receive_dollars(50 * DOLLAR)
    return licensee


def client(party: Party, **rest: Any) -> x402Client:
    """x402's own client, that also knows how licenses are bought."""
    buys = LicenseScheme(party.signer, party.network.deployment.license_token, **rest)
    own = x402Client().register("eip155:31337", buys)
    return own.set_spend_controls({"allowed_assets": True})


async def bill(house: House, path: str = PATH) -> Any:
    answer = await house.get(path)
    assert answer.status == 402, answer.body
    assert b"A license is on sale: the field PAYMENT-REQUIRED has the offers." in answer.body
    return decode_payment_required_header(answer.headers["payment-required"])


async def payment(house: House, party: Party, path: str = PATH, **rest: Any) -> str:
    payload = await client(party, **rest).create_payment_payload(await bill(house, path))
    return base64.b64encode(payload.model_dump_json(by_alias=True, exclude_none=True).encode()).decode()


async def pay(house: House, field: str, path: str = PATH, *fields: tuple[str, str]) -> Answer:
    return await house.get(path, ("PAYMENT-SIGNATURE", field), *fields)


def altered(field: str, change: Callable[[dict[str, Any]], object]) -> str:
    data = json.loads(base64.b64decode(field))
    change(data)
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_a_license_is_bought_and_read_with_in_one_go(
    house: House, buyer: Party, vault: Address, offer: OfferDocument, market: Market
) -> None:
    """Over x402's own client and HTTP; only the transport goes straight into the application."""

    async def read() -> httpx.Response:
        transport = x402AsyncTransport(client(buyer), transport=httpx.ASGITransport(house.app))
        async with httpx.AsyncClient(transport=transport, base_url="http://site.example") as web:
            return await web.get(PATH)

    answer = asyncio.run(read())
    assert (answer.status_code, answer.content) == (200, TALE)
    bought = Hash32(answer.headers["licet-license"])
    assert buyer.contracts.licenses.license(bought).holder == buyer.address
    assert buyer.contracts.licenses.permits(bought, Use.TRAIN)
    assert (buyer.dollars, buyer.dollar.balance_of(vault)) == (50 * DOLLAR - PRICE, PRICE)
    said = decode_payment_response_header(answer.headers["payment-response"])
    assert (said.success, said.payer, said.amount) == (True, buyer.address, str(PRICE))
    (sale,) = [
        event
        for event in events.read(
            buyer.chain, events.Sold, [market.network.deployment.license_token], from_block=0
        )
        if event.license_id == bought
    ]
    assert (sale.payer, sale.licensee, sale.log.tx_hash) == (buyer.address, buyer.address, said.transaction)
    assert sale.offer == offer.offer

    async def again() -> Answer:
        house.look()
        return await house.get(PATH, await house.session(buyer))

    holder = asyncio.run(again())
    assert (holder.body, holder.headers["licet-license"]) == (TALE, bought)


def test_what_is_asked_for(house: House, offer: OfferDocument, market: Market, asset: Hash32) -> None:
    dear = market.offer(asset, uses=Use.INDEX, amount=2 * PRICE)
    # None of these can be bought so: other uses, paid by the unit, for nothing, or in native coin.
    market.offer(asset, uses=Use.DERIVE)
    market.offer(asset, uses=Use.INDEX, kind=Kind.METERED)
    market.offer(asset, uses=Use.INDEX, kind=Kind.FREE, amount=0)
    market.offer(asset, uses=Use.INDEX, currency=Address("0x" + "00" * 20))
    house.open()
    said = asyncio.run(bill(house))
    assert [one.extra["offer"] for one in said.accepts] == [offer.offer.to_json(), dear.offer.to_json()]
    one = said.accepts[0]
    assert (one.scheme, one.network, one.amount) == ("licet-license", "eip155:31337", str(PRICE))
    assert one.pay_to == market.network.deployment.license_token
    assert said.resource.url == "http://site.example" + PATH
    answer = asyncio.run(house.get())
    assert answer.headers["www-authenticate"].startswith("License error=")
    assert len(answer.headers["payment-required"]) < 8_000
    assert json.loads(answer.body)["x402"]["accepts"][0]["amount"] == str(PRICE)


def test_a_receipt_names_the_license_and_the_sale(house: House, buyer: Party, asset: Hash32) -> None:
    async def read() -> Answer:
        return await pay(house, await payment(house, buyer))

    answer = asyncio.run(read())
    receipt = receipt_in(answer)
    said = decode_payment_response_header(answer.headers["payment-response"])
    assert receipt.record.license_id == answer.headers["licet-license"]
    assert (receipt.record.asset_id, receipt.record.uses) == (asset, Use.TRAIN)
    assert (receipt.receipt.payment, receipt.receipt.requester) == (said.transaction, buyer.address)
    assert house.records == 1


def test_a_license_for_somebody_else(house: House, buyer: Party, rival: Party) -> None:
    async def read() -> Answer:
        return await pay(house, await payment(house, buyer, licensee=rival.address))

    answer = asyncio.run(read())
    assert answer.body == TALE
    bought = Hash32(answer.headers["licet-license"])
    assert buyer.contracts.licenses.license(bought).holder == rival.address
    assert receipt_in(answer).receipt.requester == rival.address


def test_one_payment_buys_once_and_opens_one_url(house: House, buyer: Party) -> None:
    async def read() -> None:
        field = await payment(house, buyer)
        without = altered(field, lambda data: data.pop("resource"))
        assert (await pay(house, field, "/tales/b.txt")).status == 402
        assert (await pay(house, field)).body == TALE
        for again in (field, without):
            assert (await pay(house, again)).status == 402
            assert (await pay(house, again, "/tales/b.txt")).status == 402

    asyncio.run(read())
    assert buyer.dollars == 50 * DOLLAR - PRICE


def test_of_many_at_once_one_is_served(house: House, buyer: Party) -> None:
    async def read() -> list[Answer]:
        field = await payment(house, buyer)
        return list(await asyncio.gather(*(pay(house, field) for _ in range(100))))

    answers = asyncio.run(read())
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 402, 409}
    assert buyer.dollars == 50 * DOLLAR - PRICE


def test_nothing_is_bought_for_what_is_not_there(house: House, buyer: Party) -> None:
    async def read() -> None:
        field = await payment(house, buyer, "/tales/c.txt")
        assert (await pay(house, field, "/tales/c.txt")).status == 404
        assert buyer.dollars == 50 * DOLLAR
        (house.folder / "site" / "tales" / "c.txt").write_bytes(b"now it is")
        assert (await pay(house, field, "/tales/c.txt")).body == b"now it is"

    asyncio.run(read())
    assert buyer.dollars == 50 * DOLLAR - PRICE


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["payload"].update(licensee="0x" + "11" * 20),
        lambda data: data["payload"].update(licensee="me"),
        lambda data: data["payload"].update(salt="0x" + "11" * 32),
        lambda data: data["payload"].pop("salt"),
        lambda data: data["payload"].pop("authorization"),
        lambda data: data["payload"].update(signature="0x" + "11" * 65),
        lambda data: data["payload"]["authorization"].update(value="1"),
        lambda data: data["payload"]["authorization"].update(nonce="0x" + "11" * 32),
        lambda data: data["payload"]["authorization"].update(to="0x" + "11" * 20),
        lambda data: data["payload"]["authorization"].update({"from": "0x" + "11" * 20}),
        lambda data: data["payload"]["authorization"].update(validBefore="99999999999"),
        lambda data: data["accepted"].update(scheme="exact"),
        lambda data: data["accepted"].update(amount="1"),
        lambda data: data["accepted"].update(network="eip155:1"),
        lambda data: data["accepted"]["extra"]["offer"].update(price="1"),
        lambda data: data["accepted"]["extra"]["offer"].update(uses="31"),
        lambda data: data["accepted"]["extra"].pop("offer"),
        lambda data: data["accepted"]["extra"].update(offer=[[[]]]),
        lambda data: data["resource"].update(url="http://elsewhere.example/"),
        lambda data: data.clear(),
    ],
)
def test_what_was_altered_buys_nothing(
    house: House, buyer: Party, change: Callable[[dict[str, Any]], object]
) -> None:
    async def read() -> Answer:
        return await pay(house, altered(await payment(house, buyer), change))

    answer = asyncio.run(read())
    assert (answer.status, TALE in answer.body) == (402, False)
    assert buyer.dollars == 50 * DOLLAR
    assert house.records == 0


def test_who_submits_early_buys_for_whom_it_was_signed(house: House, buyer: Party, rival: Party) -> None:
    async def read() -> Answer:
        field = await payment(house, buyer)
        payload = wire.read_payment(field)
        order = scheme.order_in(payload, scheme.offer_in(payload.accepted))
        signed = scheme.receivable_in(payload)
        # Another license, or another licensee, is not to be had with it.
        for other in (replace(order, licensee=rival.address), replace(order, salt=hash32(bytes(32)))):
            with pytest.raises(Exception, match=r"signature|authorization"):
                rival.contracts.licenses.buy_with_authorization(other, scheme.authorization_of(signed))
        rival.contracts.licenses.buy_with_authorization(order, scheme.authorization_of(signed))
        return await pay(house, field)

    answer = asyncio.run(read())
    assert answer.body == TALE
    assert buyer.contracts.licenses.license(Hash32(answer.headers["licet-license"])).holder == buyer.address
    assert buyer.dollars == 50 * DOLLAR - PRICE


def test_x402s_own_exact_scheme_pays_nothing_here(house: House, buyer: Party) -> None:
    """Neither by itself, nor if a client is made to take the license's price for a plain one."""
    own = x402Client().register("eip155:31337", ExactEvmScheme(account(buyer)))
    own.set_spend_controls({"allowed_assets": True})

    async def read() -> None:
        wanted = await bill(house)
        with pytest.raises(NoMatchingRequirementsError):
            await own.create_payment_payload(wanted)
        wanted.accepts = [one.model_copy(update={"scheme": "exact"}) for one in wanted.accepts]
        payload = await own.create_payment_payload(wanted)
        field = base64.b64encode(payload.model_dump_json(by_alias=True, exclude_none=True).encode())
        for shown in (field.decode(), altered(field.decode(), as_license)):
            answer = await pay(house, shown)
            assert (answer.status, TALE in answer.body) == (402, False)

    def as_license(data: dict[str, Any]) -> None:
        data["accepted"]["scheme"] = "licet-license"
        data["payload"].update(licensee=buyer.address, salt="0x" + "11" * 32)

    asyncio.run(read())
    assert buyer.dollars == 50 * DOLLAR


def test_what_cannot_be_paid_is_refused_and_forgotten(house: House, pauper: Party, market: Market) -> None:
    async def read() -> None:
        field = await payment(house, pauper)
        answer = await pay(house, field)
        assert (answer.status, TALE in answer.body) == (402, False)
        pauper.network.chain(market.licensor.signer)
        market.licensor.dollar.mint(pauper.address, PRICE)
        assert (await pay(house, field)).body == TALE

    asyncio.run(read())


def test_an_offer_that_was_cancelled_sells_nothing(
    house: House, buyer: Party, market: Market, offer: OfferDocument
) -> None:
    async def read() -> Answer:
        field = await payment(house, buyer)
        market.licensor.contracts.licenses.cancel_offer(offer.offer)
        return await pay(house, field)

    answer = asyncio.run(read())
    assert answer.status == 402
    assert (
        "OfferIsCancelled" in json.loads(answer.body)["detail"]
        or "cancel" in json.loads(answer.body)["detail"]
    )
    assert buyer.dollars == 50 * DOLLAR


@pytest.mark.parametrize("sends", [True, False])
def test_a_sale_whose_answer_is_lost_is_found_or_done_again(
    house: House, buyer: Party, sends: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    submits = Account.submit

    def lossy(*arguments: Any) -> None:
        if sends:
            submits(*arguments)
        raise ChainError("no answer came in time")

    async def read() -> None:
        field = await payment(house, buyer)
        with monkeypatch.context() as lost:
            lost.setattr(Account, "submit", lossy)
            first = await pay(house, field)
        assert (first.status, first.headers["retry-after"], TALE in first.body) == (503, "5", False)
        elsewhere = altered(field, lambda data: data.pop("resource"))
        assert (await pay(house, elsewhere, "/tales/b.txt")).status == 402
        assert (await pay(house, field)).body == TALE

    asyncio.run(read())
    assert buyer.dollars == 50 * DOLLAR - PRICE
    assert house.records == 1


def test_a_gateway_that_was_killed_serves_what_was_bought(
    house: House, buyer: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.business.till is not None
    journal = house.business.till.journal

    def killed(*_: object) -> None:
        raise SystemError("killed")

    async def read() -> None:
        field = await payment(house, buyer)
        monkeypatch.setattr(journal, "settled", killed)
        with pytest.raises(SystemError):
            await pay(house, field)
        journal.close()
        house.open()
        answer = await pay(house, field)
        if answer.status == 409:  # the process that holds it is this one, which was not really killed
            answer = await pay(house, field)
        assert answer.body == TALE

    asyncio.run(read())
    assert buyer.dollars == 50 * DOLLAR - PRICE


# The buyer's side.


def wanted(house: House) -> PaymentRequirements:
    one: PaymentRequirements = asyncio.run(bill(house)).accepts[0]
    return one


def test_a_buyer_pays_one_contract_for_what_it_offers(house: House, buyer: Party) -> None:
    token = buyer.network.deployment.license_token
    asked = wanted(house)
    buys = LicenseScheme(buyer.signer, token, uses=Use.TRAIN)
    payload = buys.create_payment_payload(asked)
    offer = scheme.offer_in(asked).offer
    bought = license_id(offer.struct_hash(), buyer.address, Hash32(payload["salt"]))
    order = Order(offer, b"", buyer.address, Hash32(payload["salt"]))
    assert order.license_id == bought
    assert payload["authorization"]["nonce"] == order.authorization_nonce(31337, token, buyer.address)
    assert int(payload["authorization"]["validBefore"]) <= time.time() + 300
    assert buys.create_payment_payload(asked)["salt"] != payload["salt"]
    for changes, reason in (
        ({"pay_to": buyer.address}, "is paid"),
        ({"amount": "1"}, "something else"),
        ({"asset": buyer.address}, "something else"),
        ({"scheme": "exact"}, "something else"),
        ({"extra": {}}, "no valid offer"),
        ({"extra": {**asked.extra, "signature": "0xzz"}}, "no valid offer"),
    ):
        with pytest.raises(InputError, match=reason):
            buys.create_payment_payload(asked.model_copy(update=changes))
    with pytest.raises(InputError, match="index"):
        LicenseScheme(buyer.signer, token, uses=Use.INDEX).create_payment_payload(asked)


def test_a_wallet_that_refuses_pays_nothing(house: House, buyer: Party) -> None:
    class Refusing:
        address = buyer.address

        def sign_transaction(self, tx: Any, chain_id: int) -> bytes:
            raise SignerError("no")

        def sign_typed_data(self, message: Any) -> bytes:
            raise SignerError("no")

    with pytest.raises(SignerError):
        LicenseScheme(Refusing(), buyer.network.deployment.license_token).create_payment_payload(
            wanted(house)
        )
