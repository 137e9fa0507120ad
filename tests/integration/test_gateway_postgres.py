"""The gateway's journal in PostgreSQL, where there is one: what it does in SQLite, it does there."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from licet.errors import InputError
from licet.gateway.journal import Journal
from tests.integration.conftest import DOLLAR, Network, Party
from tests.integration.test_gateway_payments import (
    PRICE,
    TEXT,
    Shop,
    anchored,
    catch_up,
    paid,
    payment,
    receipt_in,
    record_path,
    wait_out,
)
from tests.unit import test_gateway_journal as cases
from tests.unit.asgi import Answer, asked

pytestmark = pytest.mark.integration


@pytest.fixture
def journal(db: str) -> Iterator[Journal]:
    journal = Journal(db)
    yield journal
    journal.close()


@pytest.mark.parametrize(
    "case",
    [
        cases.test_a_payment_from_first_to_last,
        cases.test_an_identifier_is_good_for_an_hour,
        cases.test_it_is_of_one_deployment,
        cases.test_only_what_moved_no_money_is_forgotten,
        cases.test_what_was_not_settled_is_found_once,
        cases.test_what_may_not_begin_is_not_written_down,
        cases.test_one_payment_has_one_record,
        cases.test_seconds_are_in_one_batch_and_no_record_comes_late,
        cases.test_what_fails_is_not_written,
    ],
)
def test_it_does_what_sqlite_does(case: Callable[[Journal], None], journal: Journal) -> None:
    case(journal)


@pytest.fixture
def shop(
    tmp_path: Path, db: str, network: Network, licensor: Party, licensee: Party, stranger: Party
) -> Iterator[Shop]:
    licensee.receive_dollars(10 * DOLLAR)
    (tmp_path / "work.txt").write_bytes(TEXT)
    work = licensor.sells.register_work(tmp_path / "work.txt")
    shop = Shop(tmp_path / "shop", network, stranger, licensor.address, work.asset_id)
    shop.close()
    shop.place = db
    shop.app = shop.opened()
    yield shop
    shop.close()


def test_reads_records_and_anchors(shop: Shop, licensee: Party) -> None:
    async def read() -> list[Answer]:
        fields = [await payment(shop, licensee) for _ in range(3)]
        return await asyncio.gather(*(paid(shop, field) for field in fields))

    answers = asyncio.run(read())
    assert [answer.body for answer in answers] == [TEXT] * 3
    assert shop.income == 3 * PRICE
    receipts = [receipt_in(answer) for answer in answers]
    wait_out(receipts)
    catch_up(shop.network)
    anchored(shop)
    assert [asyncio.run(asked(shop.app, record_path(each))).status for each in receipts] == [200] * 3


def put_out(db: str) -> None:
    """Ends all connections to a database."""
    with psycopg.connect(db, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_server_that_goes_away_and_comes_back(shop: Shop, licensee: Party, db: str) -> None:
    async def read(field: str) -> Answer:
        return await paid(shop, field)

    field = asyncio.run(payment(shop, licensee))
    put_out(db)
    assert json.loads(asyncio.run(asked(shop.app, "/readyz")).body)["problems"] == {
        "journal": "the journal cannot be used"
    }
    assert asyncio.run(asked(shop.app, "/readyz")).status == 200, "it is asked anew"
    put_out(db)
    proof = asyncio.run(asked(shop.app, f"/.well-known/licet/records/0x{'1' * 64}"))
    assert (proof.status, proof.headers["retry-after"]) == (503, "5")
    assert asyncio.run(asked(shop.app, "/readyz")).status == 200
    put_out(db)
    answer = asyncio.run(read(field))
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert shop.income == 0
    assert asyncio.run(read(field)).body == TEXT
    assert shop.income == PRICE


@pytest.mark.parametrize(
    "url",
    ["postgresql://licet:secret@127.0.0.1:1/x", "postgresql://[x", "postgresql://licet:secret@h:99999/x"],
)
def test_a_server_that_is_not_there(url: str) -> None:
    with pytest.raises(InputError, match="cannot be used") as caught:
        Journal(url)
    assert "secret" not in str(caught.value)


def test_a_database_of_something_else(db: str) -> None:
    with psycopg.connect(db, autocommit=True) as other:
        other.execute("CREATE TABLE payments (text text)")
    with pytest.raises(InputError, match="cannot be used"):
        Journal(db)
