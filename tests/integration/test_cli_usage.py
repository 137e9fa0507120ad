"""`licet usage`: a period's records under one root, and single ones proven."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.documents import UsageLog, UsageProof
from licet.rights.conditions import Conditions
from licet.rights_holder import Price, Registered
from licet.types import Hash32
from tests.integration.commands import Ok, Run, answered, failed, shown
from tests.integration.conftest import DOLLAR, LICENSEE, STRANGER, Network, Offering, Party

pytestmark = pytest.mark.integration

UNKNOWN = "0x" + "7" * 64
HEADER = "uses,from,until,units,reference"


@pytest.fixture
def sold(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering
) -> Callable[..., Hash32]:
    def sell(**conditions: object) -> Hash32:
        offered = replace(price, conditions=Conditions(**conditions))  # type: ignore[arg-type]
        licensee.receive_dollars(25 * DOLLAR)
        return licensee.buys.buy(offering(licensor, asset.asset_id, offered)).license_id

    return sell


@pytest.fixture
def license_id(sold: Callable[..., Hash32]) -> Hash32:
    return sold()


def rows(*lines: str, header: str = HEADER) -> Path:
    path = Path("use.csv")
    path.write_text("\n".join([header, *lines]) + "\n")
    return path


@pytest.fixture
def records(run: Run, network: Network) -> Path:
    """Three records of the last minutes."""
    now = network.travel(600)
    return rows(
        f"train,{now - 300},{now - 200},5,a",
        f"train|train-generative,{now - 200},,2,b",
        f"mine,{now - 100},{now - 50},,c",
    )


def test_a_periods_use_is_anchored_and_single_records_are_proven(
    ok: Ok, run: Run, license_id: Hash32, records: Path, asset: Registered, licensee: Party
) -> None:
    anchored = ok("usage", "anchor", records, "--license", license_id, account=LICENSEE)
    assert (anchored["records"], anchored["units"], anchored["license_id"]) == (3, "8", license_id)
    log = UsageLog.from_bytes(Path(anchored["file"]).read_bytes())
    assert (log.root, log.records[1].asset_id) == (anchored["root"], asset.asset_id)
    known = ok("usage", "show", license_id)
    assert (known["records"], known["anchors"], known["reported_until"]) == (3, 1, anchored["until"])
    assert ok("license", "show", license_id)["reported_until"] == anchored["until"]

    proven = ok("usage", "prove", anchored["file"], "--reference", "b", "--out", "proof.json")
    assert proven["record"]["uses"] == ["train", "train-generative"]
    ok("usage", "prove", anchored["file"], "--record", 2, "--out", "same.json")
    assert Path("proof.json").read_bytes() == Path("same.json").read_bytes()
    verified = answered(run("usage", "verify", "proof.json", "--json"), 0)
    assert verified["record"] == proven["record"]
    assert [anchor["reporter"] for anchor in verified["anchors"]] == [licensee.address]
    assert answered(run("usage", "verify", anchored["file"], "--json"), 0)["record"] is None


def test_an_altered_record_or_log_is_none_that_was_reported(
    ok: Ok, run: Run, license_id: Hash32, records: Path
) -> None:
    anchored = ok("usage", "anchor", records, "--license", license_id, account=LICENSEE)
    ok("usage", "prove", anchored["file"], "--record", 1, "--out", "proof.json")

    def altered(name: str, change: Callable[[dict[str, Any]], None]) -> str:
        source = json.loads(Path("proof.json").read_text())
        change(source)
        Path(name).write_text(json.dumps(source, separators=(",", ":"), sort_keys=True))
        return name

    more = altered("more.json", lambda proof: proof["record"].update(units="50"))
    assert answered(run("usage", "verify", more, "--json"), 1)["reported"] is False
    other = altered("other.json", lambda proof: proof.update(root=UNKNOWN))
    found = answered(run("usage", "verify", other, "--json"), 1)
    assert (found["reported"], found["anchors"]) == (False, [])
    log = UsageLog.from_bytes(Path(anchored["file"]).read_bytes())
    Path("longer.json").write_bytes(replace(log, until=log.until + 1).to_bytes())
    assert answered(run("usage", "verify", "longer.json", "--json"), 1)["reported"] is False
    there = altered("there.json", lambda proof: proof.update(chainId="1"))
    failed(run("usage", "verify", there), 2, "on chain 1")
    failed(run("usage", "verify", records), 2, "use.csv")
    failed(run("usage", "verify", "nothing.json"), 2, "does not exist")


def test_a_gateway_keeps_records_of_any_licenses(
    ok: Ok, license_id: Hash32, network: Network, stranger: Party
) -> None:
    now = network.travel(600)
    path = rows(f"{license_id},train,{now - 100}", header="license,uses,from")
    anchored = ok(*("usage", "anchor", path, "--from", now - 500, "--until", now - 10), account=STRANGER)
    assert (anchored["license_id"], anchored["reporter"]) == (None, stranger.address)
    assert (anchored["from"], anchored["until"]) == (now - 500, now - 10)
    assert ok("usage", "show", license_id)["records"] == 0


def test_a_log_made_elsewhere_is_anchored_as_it_is(
    ok: Ok, run: Run, license_id: Hash32, records: Path, licensee: Party, network: Network
) -> None:
    anchored = ok("usage", "anchor", records, "--license", license_id, account=LICENSEE)
    log = UsageLog.from_bytes(Path(anchored["file"]).read_bytes())
    now = network.travel(600)
    later = UsageLog.of([replace(log.records[0], since=now - 10, until=now - 5)], license_id)
    Path("later.json").write_bytes(later.to_bytes())
    failed(run("usage", "anchor", "later.json", "--license", license_id, account=LICENSEE), 2, "says itself")
    assert ok("usage", "anchor", "later.json", account=LICENSEE)["root"] == later.root
    failed(run("usage", "anchor", "later.json", account=LICENSEE), 1, "is reported through")


def test_reporters_are_named_and_dismissed(
    ok: Ok, run: Run, license_id: Hash32, records: Path, stranger: Party
) -> None:
    anchoring = ("usage", "anchor", records, "--license", license_id)
    failed(run(*anchoring, account=STRANGER), 1, stranger.address)
    naming = ("usage", "name-reporter", license_id, stranger.address)
    failed(run(*naming, account=STRANGER), 1, "holder's key")
    assert ok(*naming, account=LICENSEE)["named"] is True
    asking = ("usage", "show", license_id, "--reporter", stranger.address)
    assert ok(*asking)["may_report"] is True
    assert ok(*anchoring, account=STRANGER)["reporter"] == stranger.address
    shown(run(*naming, "--end", account=LICENSEE), "no longer")
    assert ok(*asking)["may_report"] is False
    shown(run(*asking), "3 in 1 anchor", "no")


def test_the_reporter_of_the_terms_is_admitted_by_anybody(
    ok: Ok, run: Run, sold: Callable[..., Hash32], stranger: Party, records: Path, license_id: Hash32
) -> None:
    named = sold(reporter=stranger.address)
    assert ok("usage", "admit-reporter", named, account=STRANGER)["reporter"] == stranger.address
    shown(run("usage", "anchor", records, "--license", named, account=STRANGER), "3, of 8 units")
    failed(run("usage", "admit-reporter", license_id, account=STRANGER), 1, "name no reporter")
    failed(run("usage", "admit-reporter", UNKNOWN, account=STRANGER), 1, "no license has the id")


def test_people_see_what_they_report(ok: Ok, run: Run, license_id: Hash32, records: Path) -> None:
    shown(run("usage", "show", license_id), "nothing")
    shown(run("usage", "anchor", records, "--license", license_id, account=LICENSEE), "3, of 8 units")
    file = next(path for path in Path("documents").glob("*.json") if b"licet/usage/1" in path.read_bytes())
    shown(run("usage", "prove", file, "--record", 3, "--out", "proof.json"), "mine", license_id)
    assert UsageProof.from_bytes(Path("proof.json").read_bytes()).holds
    shown(run("usage", "verify", "proof.json"), "yes", "reported by")


@pytest.mark.parametrize(
    ("lines", "header", "words"),
    [
        ((), HEADER, "no rows"),
        (("fly,1700000000,,,",), HEADER, "line 2: 'fly' is not a use"),
        (("train,yesterday,,,",), HEADER, "line 2: 'yesterday' is not a date"),
        (("train,1700000000,1600000000,,",), HEADER, "line 2: the period"),
        (("train,1700000000,,many,",), HEADER, "line 2: 'many'"),
        (("train,1700000000,,0,",), HEADER, "line 2: a usage record has 0 units"),
        (("train,1700000000,,,", "train,1700000000,,,"), HEADER, "two records of the usage log are equal"),
        (("train,1700000000",), "uses,since", "no column 'from'"),
        (("train,1700000000,0x12",), "uses,from,work", "line 2: '0x12' is not a SHA-256"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_records_that_cannot_be_used(
    run: Run, license_id: Hash32, network: Network, lines: tuple[str, ...], header: str, words: str
) -> None:
    before = network.rpc("eth_blockNumber")
    path = rows(*lines, header=header)
    failed(run("usage", "anchor", path, "--license", license_id, account=LICENSEE), 2, words)
    assert network.rpc("eth_blockNumber") == before


def test_what_is_not_anchored_or_proven(
    ok: Ok, run: Run, license_id: Hash32, records: Path, network: Network
) -> None:
    failed(run("usage", "anchor", records, account=LICENSEE), 2, "no column 'license'")
    failed(
        run("usage", "anchor", records, "--license", UNKNOWN, account=LICENSEE), 1, "no license has the id"
    )
    failed(run("usage", "anchor", "nothing.csv", account=LICENSEE), 2, "does not exist")
    ahead = ("--until", network.now + 1000)
    failed(run("usage", "anchor", records, "--license", license_id, *ahead, account=LICENSEE), 1, "period")
    rows(f",train,{network.now}", header="license,uses,from")
    failed(run("usage", "anchor", "use.csv", account=LICENSEE), 2, "line 2: the license is not named")
    rows(f"train,{network.now - 5},,,a", f"mine,{network.now - 5},,,a")
    made = ok("usage", "anchor", "use.csv", "--license", license_id, account=LICENSEE)
    proving = ("usage", "prove", made["file"], "--out", "proof.json")
    failed(run(*proving), 2, "either its --record number, or its --reference")
    failed(run(*proving, "--record", 3), 2, "no 3th")
    failed(run(*proving, "--reference", "a"), 2, "2 records with this reference")
    failed(run(*proving, "--reference", "z"), 2, "0 records with this reference")
    failed(run("usage", "prove", "use.csv", "--record", 1, "--out", "proof.json"), 1, "use.csv")
    ok(*proving, "--record", 1)
    failed(run(*proving, "--record", 1), 2, "is there already")
    failed(run("usage", "show", UNKNOWN), 1, "no license has the id")
