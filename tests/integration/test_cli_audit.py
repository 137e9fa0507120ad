"""`licet audit`: what it looked at, for programs and for people, once everything has happened."""

import csv
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import html

from licet.documents import PayeeShare, TermsDocument
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import Address
from tests.integration.commands import Ok, Run, failed
from tests.integration.conftest import (
    DAY,
    DEPLOYER,
    DOLLAR,
    LICENSEE,
    LICENSOR,
    Network,
    Party,
)
from tests.integration.faults import Answer, RefusedError, between

pytestmark = pytest.mark.integration

LICET = (sys.executable, "-c", "import sys; from licet.cli import main; sys.exit(main())")
TERMS = TermsDocument("All", Use.DERIVE | Use.TRAIN, "Remix it, train on it.")


@pytest.fixture
def much(
    ok: Ok,
    licensor: Party,
    licensee: Party,
    rival: Party,
    stranger: Party,
    asset: Registered,
    work: Path,
    price: Price,
    vault: Address,
    network: Network,
    make_work: Callable[[str], Path],
) -> None:
    """A license of each kind, and everything that can become of one; a statement, and two disputes."""
    for party in (licensor, licensee, rival):
        party.receive_dollars(1000 * DOLLAR)

    def sold(buyer: Party, kind: Kind, amount: int = DOLLAR, **conditions: object) -> str:
        offered = replace(price, kind=kind, amount=amount, conditions=Conditions(**conditions))  # type: ignore[arg-type]
        return buyer.buys.buy(licensor.sells.offer(asset.asset_id, vault, offered, TERMS)).license_id

    to_remix = sold(rival, Kind.SALE, royalty_bps=1000)
    rival.sells.register_derivative(make_work("a remix"), [to_remix], [PayeeShare(rival.address, 1)])
    ok("license", "renew", sold(licensee, Kind.SUBSCRIPTION), "--yes", account=LICENSEE)
    shared = sold(licensee, Kind.SALE, sublicensable=True)
    ok("license", "sublicense", shared, stranger.address, account=LICENSEE)
    metered = sold(licensee, Kind.METERED)
    ok("meter", "deposit", metered, "9", "--yes", account=LICENSEE)
    ok("meter", "voucher", metered, 4, "--out", "voucher.json", account=LICENSEE)
    ok("meter", "settle", "voucher.json", account=LICENSOR)
    Path("use.csv").write_text(f"uses,from\ntrain,{network.now}\n")
    ok("usage", "anchor", "use.csv", "--license", metered, account=LICENSEE)
    late = sold(licensee, Kind.SALE, report_within=DAY)
    network.travel(2 * DAY)
    ok("license", "revoke", late, "--yes", account=LICENSOR)
    stated = ("--from", "2026-01-01", "--until", "2026-03-31", "--window", "1d", "--yes")
    ok("statement", "publish", asset.asset_id, f"{stranger.address}=7", *stated, account=LICENSOR)
    stolen = rival.sells.register_work(work).asset_id
    claim = ("--claim", asset.asset_id, "--payee", vault, "--yes")
    ok("dispute", "asset", stolen, *claim, account=LICENSOR)
    theirs = rival.sells.offer(stolen, rival.address, replace(price, amount=3 * DOLLAR), TERMS)
    licensee.buys.buy(theirs)
    ok("arbitrate", "vote", 1, "uphold", account=DEPLOYER)


def test_programs_get_all_counts_and_sheets(ok: Ok, much: None) -> None:
    report = ok("audit")
    assert report["verdict"] == "clean", report["findings"]
    counts = report["counts"]
    expected = {
        "derivatives": 1,
        "renewals": 1,
        "sublicenses": 1,
        "revocations": 1,
        "settlements": 1,
        "anchors": 1,
        "statements": 1,
        "cases": 1,
    }
    assert {name: counts[name] for name in expected} == expected
    assert [sheet["settled"] for sheet in report["meters"]] == [str(4 * DOLLAR)]
    assert [sheet["balance"] for sheet in report["statements"]] == [str(7 * DOLLAR)]
    assert [sheet["balance"] for sheet in report["escrows"]] == [str(3 * DOLLAR)]
    assert [line["status"] for line in report["cases"]] == ["upheld"]


def test_people_see_what_there_was(run: Run, much: None) -> None:
    ran = run("audit")
    assert ran.code == 0, ran.err
    text = " ".join(ran.out.split())
    for words in (
        "Besides: 1 derivative, 1 renewal, 1 revocation, 1 sublicense, 1 report of use, 1 settlement,",
        "1 statement, 1 case.",
        *("metered license", "escrow of case", "contestable", "upheld", "Verdict: clean"),
    ):
        assert words in text


def test_people_see_nothing_of_what_there_was_not(run: Run, asset: Registered) -> None:
    ran = run("audit")
    for word in ("derivative", "statement", "deposit", "escrow", "case"):
        assert word not in ran.out


# Reports.


def test_a_report_in_every_format(run: Run, much: None) -> None:
    names = ("report.html", "report.xlsx", "report.json", "report.zip", "papers")
    ran = run("audit", *(part for name in names for part in ("--report", name)))
    assert ran.code == 0, ran.err
    assert ran.err.splitlines() == [f"wrote {name}" for name in names]
    report = json.loads(Path("report.json").read_text())
    assert report == run("audit", "--json").json
    page = html.parse("report.html")
    assert "Verdict: clean" in page.find(".//header").text_content()
    assert len(page.xpath("//svg[desc]")) >= 3
    book = openpyxl.load_workbook("report.xlsx", read_only=True)
    files = {path.stem for path in Path("papers").iterdir()}
    assert files == set(book.sheetnames)
    with zipfile.ZipFile("report.zip") as archive:
        for name in archive.namelist():
            assert archive.read(name) == (Path("papers") / name).read_bytes()


def test_the_books_of_a_report_close(ok: Ok, much: None) -> None:
    report = ok("audit", "--report", "papers")
    totals = [line for line in report["trial_balance"] if line["kind"] == "total"]
    assert totals
    assert all(line["reconciled"] and line["closing"] == "0" for line in totals)
    for payee in report["payees"]:
        sums: defaultdict[str, int] = defaultdict(int)
        for line in payee["lines"]:
            sums[line["token"]] += int(line["claimed"])
            assert sum(int(claim["amount"]) for claim in line["claims"]) == int(line["claimed"])
        assert {line["token"]: int(line["claimed"]) for line in payee["sums"]} == sums
    with Path("papers/trial_balance.csv").open(newline="") as file:
        assert [row["computed"] for row in csv.DictReader(file)] == [
            line["computed"] for line in report["trial_balance"]
        ]


def test_each_procedure_has_a_finding(ok: Ok, run: Run, much: None) -> None:
    report = ok("audit")
    found = [kind for procedure in report["procedures"] for kind in procedure["exceptions"].items()]
    assert sorted(found) == sorted(Counter(finding["kind"] for finding in report["findings"]).items())
    without = [procedure for procedure in report["procedures"] if not procedure["items"]]
    assert len(without) < len(report["procedures"]) / 4
    out = run("audit").out
    assert f"There was nothing to perform {len(without)} more procedures on." in out
    for procedure in report["procedures"]:
        assert procedure in without or procedure["result"] in out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("report.pdf", "stands for no format"),
        ("none/report.html", "there is no folder"),
        ("there.json", "is there already: name another file"),
    ],
)
def test_reports_that_cannot_be_written(run: Run, asset: Registered, name: str, words: str) -> None:
    Path("there.json").write_text("mine")
    failed(run("audit", "--report", name), 2, words)
    assert Path("there.json").read_text() == "mine"


@pytest.mark.parametrize("arguments", [(), ("--json",), ("verify", "pack.zip"), ("watch",)])
def test_a_verdict_that_cannot_be_told(
    arguments: tuple[str, ...], run: Run, settings: dict[str, str], asset: Registered
) -> None:
    """A full disk behind stdout is no finding."""
    assert run("audit", "--pack", "pack.zip").code == 0
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*LICET, "audit", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | settings,
        )
    assert (ran.returncode, ran.stderr) == (2, "licet: No space left on device\n")


@pytest.mark.parametrize("option", ["--report", "--pack"])
def test_a_full_disk(option: str, settings: dict[str, str], much: None, tmp_path: Path) -> None:
    """The operating system takes no larger files of this process: that is no finding, and leaves no half."""
    path = tmp_path / "made.zip"
    ran = subprocess.run(
        [*LICET, "audit", option, str(path)],
        capture_output=True,
        text=True,
        env=os.environ | settings,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, 4_000)),
    )
    assert ran.returncode == 2
    assert f"{path} cannot be written" in ran.stderr
    assert not [made.name for made in tmp_path.iterdir() if made.suffix == ".zip" or made.name[0] == "."]


def test_a_proxy_in_the_registrys_place(
    run: Run, asset: Registered, network: Network, raw_contract: Callable[[bytes], Address]
) -> None:
    """It answers as the registry does, and is another's to change."""
    registry = bytes.fromhex(network.deployment.asset_registry[2:])
    code = bytes.fromhex("363d3d373d3d3d363d73") + registry + bytes.fromhex("5af43d82803e903d91602b57fd5bf3")
    proxy = raw_contract(code)
    failed(run("audit", "--registry", proxy), 1, proxy, "do not trust this deployment")
    failed(run("audit", "watch", "--registry", proxy), 1, "do not trust this deployment")
    failed(run("index", "update", "--registry", proxy), 1, "do not trust this deployment")


# Nodes that have forgotten what they had.


def without_old_states(network: Network) -> Answer:
    def answer(method: str, params: list[Any], result: Any) -> Any:
        at = params[-1] if method in ("eth_getBalance", "eth_getStorageAt", "eth_getCode") else "latest"
        at = params[1] if method == "eth_call" else at
        if at not in ("latest", hex(network.height)):
            raise RefusedError("missing trie node")
        return result

    return answer


def without_old_logs(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getLogs" and int(params[0]["fromBlock"], 16) < 9:
        raise RefusedError("pruned history unavailable")
    return result


def test_a_node_without_old_states(run: Run, asset: Registered, network: Network) -> None:
    """It is said to have none, and where it can check everything all the same."""
    with between(network.url, without_old_states(network)) as url:
        assert run("audit", "--rpc", url).code == 0
        old = network.height - 1
        words = (f"does not have the state of block {old}", "at the newest block, without --block")
        failed(run("audit", "--rpc", url, "--block", old), 2, "missing trie node", *words)
        assert run("index", "update", "--rpc", url, "--db", "index.sqlite").code == 0
        network.rpc("evm_mine")
        failed(run("audit", "--rpc", url, "--db", "index.sqlite"), 2, "once `licet index update` has come")
        assert run("index", "update", "--rpc", url, "--db", "index.sqlite").code == 0
        assert run("audit", "--rpc", url, "--db", "index.sqlite").code == 0


def test_a_node_that_has_no_state_yet(run: Run, asset: Registered, network: Network) -> None:
    """Of the newest block, as where another machine answers: there is no newer one to be audited."""

    def answer(method: str, params: list[Any], result: Any) -> Any:
        if method in ("eth_getBalance", "eth_getStorageAt") or (method == "eth_call" and len(params) > 2):
            raise RefusedError("header not found")
        return result

    with between(network.url, answer) as url:
        ran = run("audit", "--rpc", url)
    failed(ran, 2, "header not found")
    assert "archive" not in ran.err


def test_a_node_without_old_logs(run: Run, asset: Registered, network: Network) -> None:
    assert run("index", "update", "--db", "index.sqlite").code == 0
    with between(network.url, without_old_logs) as url:
        words = ("does not have blocks or logs as old as the deployment", "from an index with --db")
        failed(run("audit", "--rpc", url), 2, "pruned history unavailable", *words)
        assert run("audit", "--rpc", url, "--db", "index.sqlite").code == 0
