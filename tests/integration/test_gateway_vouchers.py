"""Reads that vouchers of a metered license pay for, a unit each, and its deposit pays the vault for later."""

import asyncio
import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from licet.chain.signatures import recover
from licet.documents import VoucherDocument
from licet.errors import ConnectionFailed
from licet.gateway.errors import LicenseRefused
from licet.gateway.holders.counting import VOUCHER
from licet.gateway.holders.meters import Meter
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.types import ZERO_HASH, Address, Hash32
from tests.integration.conftest import DOLLAR, Network, Party
from tests.integration.licensing import PATH, TALE, House, receipt_in
from tests.integration.market import Market, Sold
from tests.unit.asgi import Answer

pytestmark = pytest.mark.integration

OTHER = "/tales/b.txt"


@pytest.fixture
def sold(market: Market) -> Sold:
    """A license at a dollar a read, with ten dollars in its deposit, capped at fifty reads."""
    sold = market.metered()
    market.deposit(sold, 10 * DOLLAR)
    return sold


@pytest.fixture
def house(tmp_path: Path, network: Network, stranger: Party, sold: Sold, folder: Path) -> House:
    return House(tmp_path / "house", network, stranger, sold.offer.asset_id, folder)


Sign = Callable[..., str]


@pytest.fixture
def sign(sold: Sold, licensee: Party) -> Sign:
    """Signs for so many units: the value of the field."""

    def sign(units: int, party: Party = licensee, license_id: str = sold.license_id, **changes: Any) -> str:
        ledger = party.contracts.usage.address
        voucher = Voucher(license_id, units)  # type: ignore[arg-type]
        signature = party.signer.sign_typed_data(voucher.typed_data(31337, ledger))
        fields = {"chain_id": 31337, "usage_ledger": ledger, "voucher": voucher, "signature": signature}
        document = VoucherDocument(**{**fields, **changes})
        return base64.urlsafe_b64encode(document.to_bytes()).decode().rstrip("=")

    return sign


async def read(house: House, field: str, path: str = PATH, *fields: tuple[str, str]) -> Answer:
    return await house.get(path, (VOUCHER, field), *fields)


def refused(answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(answer.body)
    assert (answer.status, TALE in answer.body) == (402, False), said
    return said


def test_each_read_takes_one_unit_more(
    house: House, sign: Sign, sold: Sold, licensee: Party, vault: Address
) -> None:
    async def go() -> list[Answer]:
        return [await read(house, sign(units)) for units in (1, 2, 3)]

    answers = asyncio.run(go())
    assert [answer.body for answer in answers] == [TALE] * 3
    receipt = receipt_in(answers[2])
    record = receipt.record
    assert (record.license_id, record.units) == (sold.license_id, 1)
    assert record.uses == Use.TRAIN, "what the license permits of what is offered"
    assert record.reference == f"voucher:{sold.license_id}:3"
    assert (receipt.receipt.requester, receipt.receipt.payment) == (licensee.address, ZERO_HASH)
    assert recover(receipt.digest, receipt.signature) == house.keeper.address
    assert (house.records, licensee.dollar.balance_of(vault)) == (3, 0)
    assert house.holders.redeeming.redeem() == {sold.license_id: 3}
    assert licensee.dollar.balance_of(vault) == 3 * DOLLAR
    assert house.holders.redeeming.redeem() == {}, "nothing is paid twice"


def test_a_voucher_pays_once_and_for_one_url(house: House, sign: Sign) -> None:
    async def go() -> None:
        first = sign(1)
        assert (await read(house, first)).body == TALE
        for path in (PATH, OTHER, PATH + "?x"):
            said = refused(
                await house.get(path.partition("?")[0], (VOUCHER, first), query=path.partition("?")[2])
            )
            assert said["units"] == 2
        assert (await read(house, sign(2), OTHER)).body == b"another"

    asyncio.run(go())
    assert house.records == 2


def test_units_may_arrive_in_any_order_and_never_twice(house: House, sign: Sign) -> None:
    async def go() -> None:
        for units in (3, 1, 2):
            assert (await read(house, sign(units))).body == TALE
        for units in (1, 2, 3):
            assert refused(await read(house, sign(units)))["units"] == 4
        # Who signs for five has paid two ahead, and shows each number once.
        for units in (5, 4):
            assert (await read(house, sign(units))).body == TALE

    asyncio.run(go())
    assert house.records == 5


def test_no_voucher_pays_for_a_read_after_the_end(
    tmp_path: Path,
    network: Network,
    stranger: Party,
    folder: Path,
    market: Market,
    sign: Sign,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asset = market.register(market.licensor, "a work for a while")
    sold = market.sell(asset, kind=Kind.METERED, amount=DOLLAR, duration=600)
    market.deposit(sold, 10 * DOLLAR)
    house = House(tmp_path / "house", network, stranger, asset, folder)
    expires = market.licensee.contracts.licenses.license(sold.license_id).expires

    async def go() -> None:
        monkeypatch.setattr(time, "time", lambda: expires - 1.0)
        assert (await read(house, sign(1, license_id=sold.license_id))).body == TALE
        monkeypatch.setattr(time, "time", lambda: float(expires))
        answer = await read(house, sign(2, license_id=sold.license_id))
        assert (answer.status, "has ended" in answer.body.decode()) == (403, True), "no look was needed"

    asyncio.run(go())
    assert house.records == 1


def test_of_many_at_once_one_is_served(house: House, sign: Sign, sold: Sold) -> None:
    async def go() -> list[Answer]:
        field = sign(1)
        return list(await asyncio.gather(*(read(house, field) for _ in range(200))))

    answers = asyncio.run(go())
    assert [answer.status for answer in answers].count(200) == 1
    assert {answer.status for answer in answers} <= {200, 402, 409}
    assert house.records == 1

    async def many() -> list[Answer]:
        return list(await asyncio.gather(*(read(house, sign(units)) for units in range(2, 11))))

    assert {answer.status for answer in asyncio.run(many())} == {200}
    assert house.holders.redeeming.redeem() == {sold.license_id: 10}


def test_a_read_that_was_not_delivered_is_read_again_for_nothing(
    house: House, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BrokenError(Exception):
        pass

    async def broken(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise BrokenError

    from licet.gateway.app import around

    async def go() -> None:
        whole, house.app = house.app, around(broken, house.site, house.business)
        with pytest.raises(BrokenError):
            await read(house, sign(1))
        house.app = whole
        assert house.records == 1
        first = sign(1)
        assert refused(await read(house, first, OTHER))["units"] == 2
        assert (await read(house, first)).body == TALE
        await asyncio.sleep(0.1)
        assert refused(await read(house, first))["units"] == 2

    asyncio.run(go())
    assert house.records == 1


def test_nothing_is_counted_for_what_is_not_there(house: House, sign: Sign) -> None:
    async def go() -> None:
        assert (await read(house, sign(1), "/tales/none")).status == 404
        assert (await read(house, sign(1))).body == TALE

    asyncio.run(go())
    assert house.records == 1


def test_deposit_and_cap_are_the_limit(house: House, sign: Sign, sold: Sold, market: Market) -> None:
    async def go() -> None:
        said = refused(await read(house, sign(11)))
        assert (said["limit"], "deposit" in said["detail"]) == (10, True)
        assert (await read(house, sign(10))).body == TALE
        market.deposit(sold, 90 * DOLLAR)
        house.look()
        assert (await read(house, sign(50))).body == TALE
        assert refused(await read(house, sign(51)))["limit"] == 50, "the terms' cap"
        assert refused(await read(house, sign(1 << 200)))["limit"] == 50

    asyncio.run(go())


def test_what_is_read_is_paid_and_not_what_was_signed_ahead(
    house: House, sign: Sign, sold: Sold, licensee: Party, vault: Address
) -> None:
    async def go() -> None:
        assert (await read(house, sign(8))).body == TALE
        assert (await read(house, sign(1))).body == TALE

    asyncio.run(go())
    assert house.holders.redeeming.redeem() == {sold.license_id: 2}
    assert licensee.dollar.balance_of(vault) == 2 * DOLLAR
    asyncio.run(read(house, sign(2)))
    assert house.holders.redeeming.redeem() == {sold.license_id: 3}


@pytest.mark.parametrize(
    "field",
    ["", "x", "e30", "bnVsbA", "!", "A" * 9_000, base64.b64encode(b"[" * 999).decode(), "\xff"],
)
def test_what_is_no_voucher_pays_nothing(house: House, field: str) -> None:
    refused(asyncio.run(read(house, field)))


def test_vouchers_that_pay_for_something_else(
    house: House, sign: Sign, sold: Sold, rival: Party, licensee: Party, market: Market
) -> None:
    plain = market.sell(market.register(market.licensor, "another"))
    other = market.sell(market.register(market.licensor, "a third"), kind=Kind.METERED, amount=DOLLAR)
    market.deposit(other, 10 * DOLLAR)

    async def go() -> None:
        for field, status in (
            (sign(1, rival), 402),
            (sign(1, signature=bytes(65)), 402),
            (sign(1, signature=b"\x01"), 402),
            (sign(1, chain_id=1), 402),
            (sign(1, usage_ledger=rival.address), 402),
            (sign(0), 402),
            (sign(1, license_id=plain.license_id), 403),
            (sign(1, license_id=other.license_id), 403),
            (sign(1, license_id="0x" + "11" * 32), 403),
        ):
            answer = await read(house, field)
            assert (answer.status, TALE in answer.body) == (status, False)
        for field, why in (
            (sign(1, license_id=other.license_id), "is of asset"),
            (sign(1, license_id=plain.license_id), "is not paid by the unit"),
        ):
            assert why in (await read(house, field)).body.decode()
        for uses, why in (
            ("index", "does not permit"),
            ("display", "does not permit"),
            ("nonsense", "nonsense"),
        ):
            answer = await read(house, sign(1), PATH, ("Licet-Uses", uses))
            assert (answer.status, why in answer.body.decode()) == (403, True), uses
        twice = await house.get(PATH, (VOUCHER, sign(1)), (VOUCHER, sign(2)))
        refused(twice)
        assert (await house.get(PATH, await house.session(licensee))).status == 403, "it needs a voucher"
        assert (await read(house, sign(1), PATH, ("Licet-Uses", "train"))).body == TALE

    asyncio.run(go())
    assert house.records == 1


def test_a_closing_account_serves_no_more_and_pays_what_was_read(
    house: House, sign: Sign, sold: Sold, licensee: Party, vault: Address
) -> None:
    house.look()

    async def go() -> None:
        assert (await read(house, sign(1))).body == TALE
        assert (await read(house, sign(2))).body == TALE
        licensee.buys.close_account(sold.license_id)
        house.look()
        answer = await read(house, sign(3))
        assert (answer.status, TALE in answer.body) == (403, False)
        assert "has no open account" in answer.body.decode()

    asyncio.run(go())
    # Though fewer units are due than would be redeemed otherwise.
    assert house.holders.redeeming.redeem(1_000) == {sold.license_id: 2}
    assert licensee.dollar.balance_of(vault) == 2 * DOLLAR


def test_the_count_outlives_the_gateway(house: House, sign: Sign, sold: Sold) -> None:
    async def go(units: int) -> Answer:
        answer = await read(house, sign(units))
        await asyncio.sleep(0.1)  # that it was delivered is written down afterwards
        return answer

    assert asyncio.run(go(1)).body == TALE
    house.open()
    assert refused(asyncio.run(go(1)))["units"] == 2
    assert asyncio.run(go(2)).body == TALE
    assert house.holders.redeeming.redeem() == {sold.license_id: 2}


def test_units_that_were_paid_before_are_counted(
    house: House, sign: Sign, sold: Sold, market: Market
) -> None:
    market.settle(sold, 4)

    async def go() -> None:
        assert refused(await read(house, sign(4)))["units"] == 5
        assert (await read(house, sign(5))).body == TALE

    asyncio.run(go())


def test_what_somebody_else_settled_is_not_paid_twice(
    house: House, sign: Sign, sold: Sold, market: Market, licensee: Party, vault: Address
) -> None:
    asyncio.run(read(house, sign(2)))
    market.settle(sold, 2)
    assert house.holders.redeeming.redeem() == {sold.license_id: 2}
    assert licensee.dollar.balance_of(vault) == 2 * DOLLAR


def test_what_cannot_be_redeemed_holds_up_nothing_else(
    house: House, sign: Sign, sold: Sold, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = market.sell(sold.offer.asset_id, kind=Kind.METERED, amount=DOLLAR)
    market.deposit(other, 10 * DOLLAR)
    asyncio.run(read(house, sign(1)))
    asyncio.run(read(house, sign(1, license_id=other.license_id)))
    redeeming = house.holders.redeeming
    meters = redeeming._meters  # noqa: SLF001 - to lose the terms of one license
    first = min(sold.license_id, other.license_id)
    asks = meters.meter

    def lost(license_id: Hash32) -> Meter:
        if license_id == first:
            raise LicenseRefused("its terms are not to be had")
        return asks(license_id)

    with monkeypatch.context() as without:
        without.setattr(meters, "meter", lost)
        with pytest.raises(LicenseRefused):
            redeeming.redeem()
    assert redeeming.redeem() == {first: 1}, "the other one is paid already"


def test_a_re_org_that_undoes_a_settlement_is_made_good(
    house: House, sign: Sign, sold: Sold, network: Network, licensee: Party, vault: Address
) -> None:
    house.look()
    asyncio.run(read(house, sign(1)))
    before = network.rpc("evm_snapshot")
    assert house.holders.redeeming.redeem() == {sold.license_id: 1}
    house.look()
    network.rpc("evm_revert", before)
    network.travel(17)
    assert licensee.dollar.balance_of(vault) == 0
    house.look()
    assert house.holders.redeeming.redeem(1_000) == {sold.license_id: 1}
    assert licensee.dollar.balance_of(vault) == DOLLAR


def test_vouchers_are_redeemed_in_time_and_at_a_threshold(
    house: House, sign: Sign, sold: Sold, licensee: Party, vault: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.settings["redeem_units"] = 2
    house.open()
    redeeming = house.holders.redeeming
    faults: list[Exception] = []
    stop = Event()
    work = Thread(target=redeeming.run, args=(stop, 0.05, 1_000, faults.append))
    work.start()
    try:
        asyncio.run(read(house, sign(1)))
        stop.wait(0.3)
        assert licensee.dollar.balance_of(vault) == 0
        asyncio.run(read(house, sign(2)))
        for _ in range(100):
            if licensee.dollar.balance_of(vault):
                break
            stop.wait(0.05)
        assert licensee.dollar.balance_of(vault) == 2 * DOLLAR
        with monkeypatch.context() as silent:

            def away(*_: object) -> bytes:
                raise ConnectionFailed("nothing answers")

            asyncio.run(read(house, sign(3)))
            asyncio.run(read(house, sign(4)))
            silent.setattr(house.business.market.contracts.chain.transport, "_post", away)
            stop.wait(0.3)
        for _ in range(100):
            if licensee.dollar.balance_of(vault) == 4 * DOLLAR:
                break
            stop.wait(0.05)
        assert licensee.dollar.balance_of(vault) == 4 * DOLLAR
    finally:
        stop.set()
        work.join()
    stop.clear()
    asyncio.run(read(house, sign(5)))
    work = Thread(target=redeeming.run, args=(stop, 0.05, 0.1, faults.append))
    work.start()
    try:
        for _ in range(100):
            if licensee.dollar.balance_of(vault) == 5 * DOLLAR:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        work.join()
    assert licensee.dollar.balance_of(vault) == 5 * DOLLAR
    assert all(isinstance(fault, ConnectionFailed) for fault in faults)
