"""A catalogue's license reads its works, and nothing else: not what was changed, or others listed."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.auditor import AuditReport, Verdict
from licet.catalog import Catalog
from licet.documents import Library, Publisher, Work, sha256
from licet.errors import InputError
from licet.gateway.catalogs import Catalogs
from licet.gateway.holders.counting import VOUCHER
from licet.gateway.policies import Access, Policies, Policy
from licet.rights.conditions import Conditions
from licet.rights.uses import Use
from licet.types import Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party
from tests.integration.licensing import PATH, TALE, House, receipt_in
from tests.integration.market import Market
from tests.integration.test_gateway_payments import PRICE, TEXT, Shop, asked, payment
from tests.integration.test_gateway_payments import reader as reader
from tests.integration.test_gateway_payments import shop as shop
from tests.integration.test_gateway_selling import pay
from tests.integration.test_gateway_selling import payment as purchase
from tests.integration.test_gateway_vouchers import Sign
from tests.integration.test_gateway_vouchers import sign as sign
from tests.integration.test_gateway_vouchers import sold as sold
from tests.unit.asgi import Answer

pytestmark = pytest.mark.integration

OTHER = "/tales/b.txt"
WORK = sha256(TALE)


def catalog(*texts: bytes) -> Catalog:
    works = [Work(str(number), sha256(text)) for number, text in enumerate(texts)]
    return Catalog(tuple(works), {}, 1)


@pytest.fixture
def tales(licensor: Party) -> Hash32:
    """A catalogue with the tale, and others that are not on the site."""
    listed = catalog(b"first", TALE, b"third", b"fourth", b"fifth")
    return licensor.sells.register_catalog(listed, "Tales").asset_id


Open = Callable[[Hash32], House]


@pytest.fixture
def opened(tmp_path: Path, network: Network, stranger: Party, folder: Path) -> Open:
    return lambda asset: House(tmp_path / "house", network, stranger, asset, folder, {"logs": folder})


def anchored(house: House, network: Network) -> None:
    """All that was read is under a root."""
    time.sleep(1)
    network.travel_to(max(network.now + 1, int(time.time()) + 1))
    assert house.business.anchoring is not None
    assert house.business.anchoring.anchor() is not None


def test_works_of_the_catalogue_are_read_and_nothing_else(
    opened: Open, tales: Hash32, market: Market, licensee: Party
) -> None:
    license_id = market.sell(tales, uses=Use.TRAIN).license_id
    house = opened(tales)
    file = house.folder / "site" / "tales" / "a.txt"

    async def go() -> Answer:
        session = await house.session(licensee)
        part = await house.get(PATH, session, ("Range", "bytes=0-3"))
        assert (part.status, part.body) == (206, TALE[:4])
        foreign = await house.get(OTHER, session)
        assert (foreign.status, b"no work of the catalogue" in foreign.body) == (403, True)
        assert (await house.get(OTHER, session, method="HEAD")).status == 403
        file.write_bytes(TALE + b".")
        assert (await house.get(PATH, session)).status == 403, "it was changed"
        file.write_bytes(TALE)
        return await house.get(PATH, session)

    answer = asyncio.run(go())
    assert (answer.status, answer.body) == (200, TALE)
    record = receipt_in(answer).record
    assert (record.asset_id, record.license_id, record.work) == (tales, license_id, WORK)
    assert house.records == 2


def test_a_catalogues_license_opens_a_works_path(
    opened: Open,
    tales: Hash32,
    market: Market,
    licensee: Party,
    licensor: Party,
    tmp_path: Path,
    network: Network,
    audit: Callable[[], AuditReport],
) -> None:
    (tmp_path / "tale.txt").write_bytes(TALE)
    work = licensor.sells.register_work(tmp_path / "tale.txt").asset_id
    sold = market.sell(tales, uses=Use.TRAIN)
    house = opened(work)

    async def go() -> Answer:
        session = await house.session(licensee)
        assert (await house.get(PATH, session, ("Licet-Uses", "index"))).status == 403
        assert (await house.get(PATH, session, ("Licet-License", sold.license_id))).body == TALE
        return await house.get(PATH, session)

    answer = asyncio.run(go())
    assert (answer.status, answer.headers["licet-license"]) == (200, sold.license_id)
    record = receipt_in(answer).record
    assert (record.asset_id, record.work) == (tales, WORK), "the license's asset, and which of its works"
    anchored(house, network)
    report = audit()
    assert report.verdict is Verdict.CLEAN, report.findings


def test_a_catalogues_license_that_was_revoked_opens_no_work(
    opened: Open,
    tales: Hash32,
    market: Market,
    licensee: Party,
    licensor: Party,
    tmp_path: Path,
    network: Network,
) -> None:
    (tmp_path / "tale.txt").write_bytes(TALE)
    house = opened(licensor.sells.register_work(tmp_path / "tale.txt").asset_id)
    conditions = Conditions(revocable=True, report_within=DAY)
    sold = market.sell(tales, uses=Use.TRAIN, duration=30 * DAY, conditions=conditions)
    network.travel(2 * DAY)
    market.revoke(sold, refund=sold.offer.price)

    async def go() -> Answer:
        return await house.get(PATH, await house.session(licensee))

    answer = asyncio.run(go())
    assert (answer.status, TALE in answer.body) == (403, False)


def test_what_others_list_gives_nobody_a_license(
    opened: Open, market: Market, licensor: Party, rival: Party, licensee: Party, tmp_path: Path
) -> None:
    """Anybody can register a catalogue with anybody's work in it, and sell licenses of that."""
    (tmp_path / "tale.txt").write_bytes(TALE)
    work = licensor.sells.register_work(tmp_path / "tale.txt").asset_id
    stolen = rival.sells.register_catalog(catalog(TALE, b"second"), "Mine").asset_id
    elsewhere = licensor.sells.register_catalog(catalog(b"second", b"third"), "Others").asset_id
    market.sell(stolen, rival, uses=Use.TRAIN)
    market.sell(elsewhere, uses=Use.TRAIN)
    house = opened(work)

    async def go() -> None:
        answer = await house.get(PATH, await house.session(licensee))
        assert (answer.status, TALE in answer.body) == (403, False)

    asyncio.run(go())


def test_a_catalogue_without_its_document_is_not_served(
    tmp_path: Path, network: Network, stranger: Party, licensor: Party, tales: Hash32
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"put its document into a folder that chain\.documents names"):
        House(tmp_path / "house", network, stranger, tales, tmp_path / "empty")


def test_an_asset_that_nobody_registered_is_not_served(
    tmp_path: Path, network: Network, stranger: Party, folder: Path
) -> None:
    with pytest.raises(InputError, match="nobody registered"):
        House(tmp_path / "house", network, stranger, hash32(b"\x77" * 32), folder)


def test_vouchers_of_a_catalogue_pay_for_its_works(
    opened: Open, market: Market, licensor: Party, licensee: Party, tales: Hash32, sign: Sign, tmp_path: Path
) -> None:
    (tmp_path / "tale.txt").write_bytes(TALE)
    work = licensor.sells.register_work(tmp_path / "tale.txt").asset_id
    metered = market.metered(tales)
    market.deposit(metered, 10 * DOLLAR)
    fields = [(VOUCHER, sign(units, license_id=metered.license_id)) for units in (1, 2, 3)]
    of_the_work, of_the_catalogue = opened(work), tmp_path / "second"

    async def go(house: House, path: str, field: tuple[str, str]) -> Answer:
        return await house.get(path, field)

    answer = asyncio.run(go(of_the_work, PATH, fields[0]))
    assert (answer.status, receipt_in(answer).record.asset_id) == (200, tales)
    assert receipt_in(answer).record.work == WORK
    house = House(of_the_catalogue, market.network, market.stranger, tales, of_the_work.documents)
    assert asyncio.run(go(house, OTHER, fields[1])).status == 403
    answer = asyncio.run(go(house, PATH, fields[1]))
    assert (answer.status, receipt_in(answer).record.work) == (200, WORK)


def test_a_license_is_sold_with_a_work_of_its_catalogue(
    opened: Open, tales: Hash32, market: Market, licensee: Party
) -> None:
    market.offer(tales, uses=Use.TRAIN)
    licensee.receive_dollars(50 * DOLLAR)
    house = opened(tales)

    async def go() -> Answer:
        foreign = await pay(house, await purchase(house, licensee, OTHER), OTHER)
        assert (foreign.status, licensee.dollars) == (403, 50 * DOLLAR), "nothing is bought"
        return await pay(house, await purchase(house, licensee))

    answer = asyncio.run(go())
    assert (answer.status, answer.body) == (200, TALE)
    record = receipt_in(answer).record
    assert (record.asset_id, record.work) == (tales, WORK)
    assert record.license_id == answer.headers["licet-license"]


def test_a_changed_file_is_not_sold(shop: Shop, reader: Party, licensor: Party, folder: Path) -> None:
    """What is paid for read by read is compared as well; what is not served costs nothing."""
    asset = licensor.sells.register_catalog(catalog(TEXT, b"second"), "Tales").asset_id
    shop.close()
    sold = shop.site.policies.policies[0]
    assert sold.terms is not None
    policies = [
        Policy("/paid/", Access.METERED, (), asset, sold.tariff, sold.terms),
        Policy("/", Access.FREE),
    ]
    object.__setattr__(shop.site, "policies", Policies.of(policies))
    library = Library([Publisher(folder).directory])
    shop.app = shop.opened(Catalogs.of(shop.site, licensor.contracts, library))

    async def go() -> Answer:
        field = ("PAYMENT-SIGNATURE", await payment(shop, reader, "/paid/b.txt"))
        foreign = await asked(shop.app, "/paid/b.txt", headers=[field])
        assert (foreign.status, shop.income) == (403, 0)
        (shop.folder / "site" / "paid" / "b.txt").write_bytes(b"second")
        assert (await asked(shop.app, "/paid/b.txt", headers=[field])).status == 200
        field = ("PAYMENT-SIGNATURE", await payment(shop, reader))
        return await asked(shop.app, "/paid/a.txt", headers=[field])

    answer = asyncio.run(go())
    assert (answer.status, answer.body, shop.income) == (200, TEXT, 2 * PRICE)
    record = receipt_in(answer).record
    assert (record.asset_id, record.work) == (asset, sha256(TEXT))
