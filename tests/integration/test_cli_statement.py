"""`licet statement`: a period's amounts, paid in, contested, released."""

from pathlib import Path

import pytest

from licet.contracts.disputes import Ruling
from licet.documents import OfferDocument, StatementDocument, file_name
from licet.rights_holder import Registered
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import (
    ARTIST,
    CO_ARTIST,
    DAY,
    DOLLAR,
    LICENSEE,
    LICENSOR,
    STRANGER,
    Judge,
    Network,
    Party,
)

pytestmark = pytest.mark.integration

UNKNOWN = "0x" + "7" * 64
PERIOD = ("--from", "2026-01-01", "--until", "2026-03-31", "--window", "14d")

Publishing = tuple[object, ...]


@pytest.fixture
def publishing(asset: Registered, artist: Party, co_artist: Party, licensor: Party) -> Publishing:
    """70.50 for the artist, 30 for the other; the licensor has both."""
    licensor.receive_dollars(200 * DOLLAR)
    amounts = (f"{artist.address}=70.50", f"{co_artist.address}=30")
    return ("statement", "publish", asset.asset_id, *amounts, *PERIOD, "--yes")


def test_a_period_is_stated_released_and_claimed(
    ok: Ok, run: Run, publishing: Publishing, asset: Registered, artist: Party, network: Network, folder: Path
) -> None:
    stated = ok(*publishing, "--basis", "Streams, counted by the shop.", account=LICENSOR)
    assert (stated["amount"], stated["payees"]) == (str(100_500_000), 2)
    statement_id = stated["statement_id"]
    document = StatementDocument.from_bytes((folder / file_name(stated["document_hash"])).read_bytes())
    assert (document.basis, document.since, document.until) == (
        "Streams, counted by the shop.",
        1767225600,
        1775001599,
    )
    found = ok("statement", "show", statement_id)
    assert (found["waiting"], found["state"], found["contests"]) == (str(100_500_000), "published", [])
    assert [entry["statement_id"] for entry in ok("statement", "list")["statements"]] == [statement_id]
    assert len(ok("statement", "list", "--asset", asset.asset_id)["statements"]) == 1
    assert ok("statement", "list", "--asset", UNKNOWN)["statements"] == []

    failed(run("statement", "release", statement_id, account=STRANGER), 1, "contest")
    network.travel_to(stated["contestable_until"] + 1)
    released = ok("statement", "release", statement_id, account=STRANGER)
    assert (released["receiver"], released["amount"]) == (stated["vault"], stated["amount"])
    failed(run("statement", "release", statement_id, account=STRANGER), 1, statement_id)
    claimed = ok("vault", "claim", stated["vault"], account=ARTIST)
    assert (claimed["total"], artist.dollars) == (str(70_500_000), 70_500_000)
    assert ok("audit")["verdict"] == "clean"


def test_amounts_come_from_a_table(
    ok: Ok, asset: Registered, artist: Party, co_artist: Party, licensor: Party, folder: Path
) -> None:
    licensor.receive_dollars(100 * DOLLAR)
    lines = ["payee,amount,name", f"{artist.address},70.50,The artist", f"{co_artist.address},0.000001,"]
    Path("amounts.csv").write_text("\n".join(lines) + "\n")
    stated = ok("statement", "publish", asset.asset_id, "amounts.csv", *PERIOD, "--yes", account=LICENSOR)
    assert stated["amount"] == str(70_500_001)
    document = StatementDocument.from_bytes((folder / file_name(stated["document_hash"])).read_bytes())
    assert {entry.name for entry in document.amounts.payees} == {"The artist", None}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_was_computed_is_stated_released_and_claimed(
    ok: Ok,
    run: Run,
    asset: Registered,
    artist: Party,
    co_artist: Party,
    licensor: Party,
    network: Network,
    kind: str,
) -> None:
    licensor.receive_dollars(100 * DOLLAR)
    Path("usage.csv").write_text("work,units\nsong,2\nfilm,1\nsong,3\n")
    shares = [f"song,{artist.address},2", f"song,{co_artist.address},1", f"film,{co_artist.address},1"]
    Path("shares.csv").write_text("\n".join(["work,payee,share", *shares]) + "\n")
    amounts = f"amounts.{kind}"
    computing = ("statement", "compute", "--usage", "usage.csv", "--shares", "shares.csv", "--out", amounts)
    computed = ok(*computing, "--total", "100", "--decimals", "6")
    # 100 dollars by 5 and 1: 83.333333 and 16.666667; then by 2 and 1, 55.555555 and 27.777778.
    mine, theirs = 55_555_555, 27_777_778 + 16_666_667
    assert computed == {
        "out": amounts,
        "total": str(100 * DOLLAR),
        "payees": 2,
        "unpaid": 0,
        "works": 2,
        "usage_rows": 3,
        "units": "6",
        "share_rows": 3,
        "root": computed["root"],
        "digest": computed["digest"],
        "engine": "duckdb",
    }
    failed(run(*computing, "--total", "100"), 2, "is there already")

    stated = ok("statement", "publish", asset.asset_id, amounts, *PERIOD, "--yes", account=LICENSOR)
    assert (stated["amount"], stated["root"], stated["payees"]) == (computed["total"], computed["root"], 2)
    assert ok("statement", "show", stated["statement_id"])["root"] == computed["root"]
    network.travel_to(stated["contestable_until"] + 1)
    ok("statement", "release", stated["statement_id"], account=STRANGER)
    for account, party, amount in ((ARTIST, artist, mine), (CO_ARTIST, co_artist, theirs)):
        assert ok("vault", "claim", stated["vault"], account=account)["total"] == str(amount)
        assert party.dollars == amount
    assert ok("audit")["verdict"] == "clean"


def test_people_read_what_was_computed(run: Run, artist: Party) -> None:
    Path("usage.csv").write_text("work,units\nsong,1200\n")
    Path("shares.csv").write_text(f"work,payee,share\nsong,{artist.address},2\n")
    files = ("--usage", "usage.csv", "--shares", "shares.csv", "--total", "5000", "--out", "amounts.csv")
    shown(run("statement", "compute", *files), "5,000 smallest units", "1 row, 1,200 units of 1 work")


def test_a_statement_names_the_usage_it_was_reckoned_from(
    ok: Ok,
    publishing: Publishing,
    licensee: Party,
    signed_offer: OfferDocument,
    network: Network,
    folder: Path,
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    license_id = licensee.buys.buy(signed_offer).license_id
    Path("use.csv").write_text(f"uses,from\ntrain,{network.now}\n")
    log = ok("usage", "anchor", "use.csv", "--license", license_id, account=LICENSEE)
    stated = ok(*publishing, "--usage-log", log["file"], account=LICENSOR)
    document = StatementDocument.from_bytes((folder / file_name(stated["document_hash"])).read_bytes())
    assert document.usage == (log["root"],)


def test_a_contest_that_is_upheld_sends_the_money_back(
    ok: Ok,
    run: Run,
    publishing: Publishing,
    licensor: Party,
    artist: Party,
    judge: Judge,
) -> None:
    statement_id = ok(*publishing, account=LICENSOR)["statement_id"]
    contesting = ("statement", "contest", statement_id, "--evidence-text", "My streams are missing.")
    failed(run(*contesting, account=ARTIST), 2, "--yes")
    case = ok(*contesting, "--yes", account=ARTIST)["case"]
    found = ok("statement", "show", statement_id)
    assert (found["open_contests"], found["contests"]) == (1, [case])
    shown(run("statement", "show", statement_id), f"1, 1 of them open: {case}")
    known = ok("dispute", "show", case, "--contest")
    assert (known["kind"], known["subject"], known["claimant"]) == ("statement", statement_id, artist.address)
    failed(run("statement", "release", statement_id, account=STRANGER), 1, statement_id)
    judge.rule(Ruling.UPHOLD, case, judge.contracts.statements)
    assert ok("statement", "show", statement_id)["state"] == "returned"
    shown(run("statement", "show", statement_id), "goes back to its publisher")
    before = licensor.dollars
    released = ok("statement", "release", statement_id, account=STRANGER)
    assert (released["receiver"], licensor.dollars - before) == (licensor.address, 100_500_000)
    failed(run(*contesting, "--yes", account=ARTIST), 1, statement_id)


def test_people_read_a_statement(
    ok: Ok, run: Run, publishing: Publishing, asset: Registered, network: Network
) -> None:
    shown(run(*publishing, account=LICENSOR), "100.50 TUSD, for 2 payees", "contestable")
    statement_id = ok("statement", "list")["statements"][0]["statement_id"]
    shown(run("statement", "list"), statement_id, "100.50 TUSD")
    shown(run("statement", "list", "--asset", UNKNOWN), "No statements.")
    shown(
        run("statement", "show", statement_id), asset.asset_id, "stands", "2026-01-01 00:00 UTC to 2026-03-31"
    )
    contested = run("statement", "contest", statement_id, "--yes", account=ARTIST)
    shown(contested, "due by")
    network.travel(31 * DAY)
    shown(run("dispute", "lapse", 1, "--contest", account=STRANGER), "lapsed")
    shown(run("statement", "release", statement_id, account=STRANGER), "100.50 TUSD")


def test_what_is_not_stated(
    run: Run, publishing: Publishing, asset: Registered, artist: Party, network: Network
) -> None:
    before = network.rpc("eth_blockNumber")
    stating, one = ("statement", "publish"), f"{artist.address}=5"
    failed(run(*publishing[:-1], account=LICENSOR), 2, "--yes")
    failed(run(*publishing, account=STRANGER), 1, "units that the statement costs")
    failed(run(*stating, UNKNOWN, one, *PERIOD, "--yes", account=LICENSOR), 1, "not registered")
    failed(run(*stating, asset.asset_id, "me=5", *PERIOD, "--yes", account=LICENSOR), 2, "address")
    failed(run(*stating, asset.asset_id, f"{one}x", *PERIOD, "--yes", account=LICENSOR), 2, "not an amount")
    failed(run(*stating, asset.asset_id, f"{artist.address}=0", *PERIOD, account=LICENSOR), 2, "positive")
    failed(run(*stating, asset.asset_id, "a.csv", "b.csv", *PERIOD, account=LICENSOR), 2, "name one file")
    failed(run(*stating, asset.asset_id, "a.csv", *PERIOD, account=LICENSOR), 2, "does not exist")
    Path("a.csv").write_text(f"payee,amount\n{artist.address},much\n")
    failed(run(*stating, asset.asset_id, "a.csv", *PERIOD, account=LICENSOR), 2, "line 2")
    Path("a.csv").write_text(f"payee,smallest_units\n{artist.address},1.5\n")
    failed(run(*stating, asset.asset_id, "a.csv", *PERIOD, account=LICENSOR), 2, "line 2")
    Path("a.csv").write_text(f"payee,smallest_units,amount\n{artist.address},1,1\n")
    failed(run(*stating, asset.asset_id, "a.csv", *PERIOD, account=LICENSOR), 2, "leave one out")
    Path("a.csv").write_text("payee\n")
    failed(run(*stating, asset.asset_id, "a.csv", *PERIOD, account=LICENSOR), 2, "no column 'amount'")
    backwards = ("--from", "2026-03-31", "--until", "2026-01-01", "--window", "1d", "--yes")
    failed(run(*stating, asset.asset_id, one, *backwards, account=LICENSOR), 2, "in this order")
    failed(run(*stating, asset.asset_id, one, *PERIOD, "--usage-log", "a.csv", account=LICENSOR), 1, "a.csv")
    assert network.rpc("eth_blockNumber") == before
    assert (
        "5.00 TUSD, for 1 payee\n"
        in run(*stating, asset.asset_id, one, *PERIOD, "--yes", account=LICENSOR).out
    )
    failed(run(*stating, asset.asset_id, one, *PERIOD, "--yes", account=LICENSOR), 1, "published")


def test_what_is_not_contested_or_released(
    ok: Ok, run: Run, publishing: Publishing, network: Network
) -> None:
    failed(run("statement", "show", UNKNOWN), 1, UNKNOWN)
    failed(run("statement", "contest", UNKNOWN, "--yes", account=ARTIST), 1, UNKNOWN)
    failed(run("statement", "release", UNKNOWN, account=ARTIST), 1, UNKNOWN)
    failed(run("statement", "release", "x", account=ARTIST), 2, "statement id")
    stated = ok(*publishing, account=LICENSOR)
    network.travel_to(stated["contestable_until"] + 1)
    failed(
        run("statement", "contest", stated["statement_id"], "--yes", account=ARTIST), 1, "could be contested"
    )
    other = ("--currency", "native")
    failed(
        run("statement", "release", stated["statement_id"], *other, account=ARTIST), 1, stated["statement_id"]
    )
