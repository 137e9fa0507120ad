"""Every command, as its user meets it: results on stdout, one line on stderr for errors, exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from licet.chain.development import DEVELOPMENT_ADDRESSES
from licet.cli.main import cli, main
from licet.documents import OfferDocument, SplitDocument, TermsDocument, file_name, sha256
from licet.fingerprint import sha256_file
from licet.rights.uses import Use
from licet.rights_holder import Registered
from licet.samples import samples
from licet.types import Address
from tests.integration.conftest import (
    ARTIST,
    DAY,
    DOLLAR,
    LICENSEE,
    LICENSOR,
    RIVAL,
    STRANGER,
    Network,
    Party,
)

pytestmark = pytest.mark.integration

PASSWORD = "a long password, for tests alone"
UNKNOWN = "0x" + "7" * 64


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object that it printed."""
        data = json.loads(self.out)
        assert isinstance(data, dict)
        return data


Run = Callable[..., Ran]


@pytest.fixture
def settings(network: Network, folder: Path, tmp_path: Path) -> dict[str, str]:
    """What stands in the environment of all commands."""
    deployment = tmp_path / "deployment.json"
    network.deployment.save(deployment)
    return {
        "LICET_RPC": network.url,
        "LICET_DEPLOYMENT": str(deployment),
        "LICET_DOCUMENTS": str(folder),
        "COLUMNS": "100",
    }


@pytest.fixture
def run(
    settings: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command in this process: `run("work", "register", path, account=LICENSOR)`."""
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: object, account: int | None = None) -> Ran:
        capsys.readouterr()
        named = [] if account is None else ["--dev-account", str(account)]
        code = main([*map(str, arguments), *named])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def ok(run: Run) -> Callable[..., dict[str, Any]]:
    """Runs a command for programs and for people; both must do, what people read must have what is named."""

    def ok(*arguments: object, account: int | None = None) -> dict[str, Any]:
        ran = run(*arguments, "--json", account=account)
        assert ran.code == 0, ran.err
        return ran.json

    return ok


Ok = Callable[..., dict[str, Any]]


def sign(ok: Ok, asset_id: str, payee: str, *more: object) -> dict[str, Any]:
    """An offer of the licensor's for AI training, for 25 dollars and a year."""
    terms = ("--terms-text", "Train.", "--uses", "ai-training")
    return ok(
        *("offer", "sign", asset_id, *terms, "--price", "25.00", "--payee", payee, "--days", 365, *more),
        account=LICENSOR,
    )


def failed(ran: Ran, code: int, *words: str) -> None:
    """A command failed as it should: nothing on stdout, one line on stderr."""
    assert ran.code == code, ran
    assert ran.out == ""
    assert ran.err.startswith("licet: ")
    assert ran.err.count("\n") == 1, ran.err
    for word in words:
        assert word in ran.err


# The job from its first command to its last.


def test_the_whole_job_by_commands(
    run: Run, ok: Ok, network: Network, licensee: Party, tmp_path: Path
) -> None:
    with samples() as files:
        work = ok("work", "register", files.text, account=LICENSOR)["works"][0]
        assert work["sha256"] == sha256_file(files.text)
        catalog = ok(
            *("catalog", "register", files.catalog, "--name", "Small", "--payees-column", "artist_ids"),
            account=LICENSOR,
        )
        assert (catalog["works"], catalog["split"]["payees"]) == (24, 5)
        payees = tmp_path / "payees.csv"
        lines = [f"a{i},{DEVELOPMENT_ADDRESSES[10 + i]}" for i in range(1, 6)]
        payees.write_text("\n".join(["payee,address", *lines]))
        columns = ("--payees-column", "artist_ids", "--payees-file", payees)
        shared = ok("split", "publish", files.catalog, *columns, account=LICENSOR)
        assert shared["payees"] == 5
        vault = ok(
            *("split", "publish", f"{DEVELOPMENT_ADDRESSES[ARTIST]}=3", f"{DEVELOPMENT_ADDRESSES[RIVAL]}=1"),
            account=LICENSOR,
        )["vault"]
        sign(ok, work["asset_id"], vault)
        sign(ok, catalog["asset_id"], shared["vault"])

        looked_up = ok("lookup", files.text, "S004", files.sound)["items"]
        assert [len(item["claims"]) for item in looked_up] == [1, 1, 0]

        quote = ok("license", "quote", files.text, "S004", "--uses", "gen-ai")
        assert quote["total"] == str(50 * DOLLAR)
        assert quote["total_text"] == "50.00 TUSD"
        licensee.receive_dollars(50 * DOLLAR)
        buying = ("license", "buy", files.text, "S004", "--uses", "gen-ai")
        bought = ok(*buying, "--yes", account=LICENSEE)["licenses"]
        assert [item["price"] for item in bought] == [str(25 * DOLLAR)] * 2
        assert licensee.dollars == 0
        assert ok(*buying, account=LICENSEE)["licenses"] == []

        held = ok("license", "list", account=LICENSEE)["licenses"]
        assert [item["license_id"] for item in held] == [item["license_id"] for item in bought]
        of = {item["asset_id"]: item["license_id"] for item in bought}
        mine, whole = of[work["asset_id"]], of[catalog["asset_id"]]
        assert ok("license", "permits", mine, files.text, "--uses", "gen-ai")["permits"] is True
        assert ok("license", "permits", whole, "S004", "--uses", "gen-ai")["permits"] is True
        for refused in ([mine, files.text, "--uses", "display"], [mine, files.sound, "--uses", "gen-ai"]):
            ran = run("license", "permits", *refused, "--json")
            assert (ran.code, ran.json["permits"]) == (1, False)

        artist = DEVELOPMENT_ADDRESSES[ARTIST]
        assert ok("vault", "due", vault, "--payee", artist)["total"] == str(25 * DOLLAR * 3 // 4)
        paid = ok("vault", "claim", vault, account=ARTIST)
        assert paid["vaults"] == {vault: str(25 * DOLLAR * 3 // 4)}
        failed(run("vault", "claim", vault, account=ARTIST), 1, "nothing is due")

        report = ok("audit")
        assert (report["verdict"], report["counts"]["sales"]) == ("clean", 2)
        network.travel(366 * DAY)
        assert run("license", "permits", mine, "--uses", "gen-ai").code == 1
        assert [item["expired"] for item in ok("license", "list", account=LICENSEE)["licenses"]] == [True] * 2
        registry = network.deployment.asset_registry
        assert ok("audit", "--registry", registry)["verdict"] == "clean"


def test_tables_for_people(run: Run, ok: Ok, work: Path, vault: Address, licensee: Party) -> None:
    """What a person reads has whole ids where they are needed, and no line that a terminal of 100 breaks."""
    work = Path(work.name)
    ran = run("work", "register", work, account=LICENSOR)
    asset_id = next(word for word in ran.out.split() if word.startswith("0x"))
    assert len(asset_id) == 66
    sign(ok, asset_id, vault)
    licensee.receive_dollars(25 * DOLLAR)
    commands: list[tuple[tuple[object, ...], int | None, str]] = [
        (("lookup", work), None, asset_id),
        (("deed", "show", asset_id), None, "a single work"),
        (("offer", "list", asset_id), None, "25.00 TUSD"),
        (("license", "quote", work, "--uses", "train"), None, "1 license to buy, for 25.00 TUSD in all."),
        (("license", "buy", work, "--uses", "train", "--yes"), LICENSEE, "license bought"),
        (("license", "list"), LICENSEE, "bound to its licensee"),
        (("vault", "due", vault), ARTIST, "18.75 TUSD"),
        (("vault", "claim", vault), ARTIST, "18.75 TUSD"),
        (("audit",), None, "Verdict: clean"),
    ]
    for arguments, account, words in commands:
        ran = run(*arguments, account=account)
        assert ran.code == 0, ran.err
        assert words in ran.out, ran.out
        assert max(map(len, ran.out.splitlines())) <= 100, ran.out
        assert not any(line != line.rstrip() for line in ran.out.splitlines())


def test_deeds_change_hands(run: Run, ok: Ok, asset: Registered, rival: Party) -> None:
    failed(run("deed", "transfer", asset.asset_id, rival.address, account=LICENSOR), 2, "--yes")
    failed(
        run("deed", "transfer", asset.asset_id, rival.address, "--yes", account=STRANGER), 1, "holder's key"
    )
    ok("deed", "transfer", asset.asset_id, rival.address, "--yes", account=LICENSOR)
    assert ok("deed", "show", asset.asset_id)["holder"] == rival.address
    failed(
        run("deed", "cancel-offers", asset.asset_id, "--yes", account=LICENSOR), 1, "does not hold the deed"
    )
    assert ok("deed", "cancel-offers", asset.asset_id, "--yes", account=RIVAL)["epoch"] == 2


def test_offers_are_published_listed_and_cancelled(
    run: Run, ok: Ok, asset: Registered, vault: Address, licensee: Party
) -> None:
    made = sign(ok, asset.asset_id, vault, "--supply", 3, "--until", "2090-01-01", "--royalty-bps", 500)
    assert (made["price"], made["supply"], made["end"]) == (str(25 * DOLLAR), "3", "3786998399")
    ok("offer", "publish", made["file"], account=LICENSOR)
    other = sign(ok, asset.asset_id, vault)
    listed = ok("offer", "list", asset.asset_id)["offers"]
    assert {item["offer_hash"] for item in listed} == {made["offer_hash"], other["offer_hash"]}
    failed(run("offer", "cancel", other["file"], "--yes", account=STRANGER), 1, "licensor's key")
    ok("offer", "cancel", other["file"], "--yes", account=LICENSOR)
    licensee.receive_dollars(25 * DOLLAR)
    buying = ("license", "buy", "--yes", "--offer")
    failed(run(*buying, other["file"], account=LICENSEE), 1, "cancelled")
    assert len(ok(*buying, made["file"], account=LICENSEE)["licenses"]) == 1


def test_free_offers_in_native_coin_on_written_terms(ok: Ok, asset: Registered, vault: Address) -> None:
    Path("terms.txt").write_text("Train.")
    common = ("offer", "sign", asset.asset_id, "--payee", vault, "--days", 0, "--terms")
    made = ok(*common, "terms.txt", "--uses", "mine", "--free", "--currency", "native", account=LICENSOR)
    assert (made["price"], made["kind"], made["duration"]) == ("0", "free", "0")
    terms = TermsDocument("Mining", Use.MINE, "Mine.")
    Path("terms.json").write_bytes(terms.to_bytes())
    made = ok(*common, "terms.json", "--price", "0.5", "--currency", "native", account=LICENSOR)
    assert (made["price"], made["termsHash"]) == (str(10**18 // 2), sha256(terms.to_bytes()))
    assert ok("license", "buy", "--yes", "--offer", made["file"], account=LICENSEE)["licenses"]


def test_competing_claims_are_never_chosen_between(
    run: Run, ok: Ok, asset: Registered, work: Path, vault: Address, rival: Party, licensee: Party
) -> None:
    rival.sells.register_work(work)
    sign(ok, asset.asset_id, vault)
    licensee.receive_dollars(25 * DOLLAR)
    assert ok("lookup", work)["items"][0]["contested"] is True
    ran = run("license", "quote", work, "--uses", "train")
    assert "contested" in ran.out
    assert f"{asset.asset_id}" in ran.out
    buying = ("license", "buy", work, "--uses", "train", "--yes")
    failed(run(*buying, account=LICENSEE), 1, asset.asset_id, "name the asset to trust")
    trusting = (*buying, "--trust", asset.asset_id)
    assert ok(*trusting, account=LICENSEE)["licenses"][0]["asset_id"] == asset.asset_id


def test_items_from_stdin(ok: Ok, asset: Registered, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", [f"{work}\n", "\n", f"{UNKNOWN}\n"])
    items = ok("lookup", "-")["items"]
    assert [bool(item["claims"]) for item in items] == [True, False]


def test_accounts(
    run: Run, ok: Ok, network: Network, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    failed(run("account", "new", "me.keystore"), 2, "--password-file")
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    made = ok("account", "new", "me.keystore", "--password-file", password)
    assert ok("account", "show", "me.keystore", "--password-file", password) == made
    failed(run("account", "new", "me.keystore", "--password-file", password), 2, "exists already")
    monkeypatch.setenv("LICET_PASSWORD", "wrong")
    failed(run("account", "show", "me.keystore"), 1, "does not open")
    monkeypatch.setenv("LICET_PASSWORD", PASSWORD)
    monkeypatch.setenv("LICET_KEYSTORE", "me.keystore")
    funded = ok("account", "fund", made["address"], "--amount", "12.5", account=STRANGER)
    assert funded["balance"] == str(12_500_000)
    Path("work.txt").write_text("mine")
    failed(run("work", "register", "work.txt"), 1, made["address"], "gas")
    network.rpc("anvil_setBalance", made["address"], hex(10**18))
    assert ok("work", "register", "work.txt")["works"]


def test_no_key_or_password_is_ever_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICET_PASSWORD", PASSWORD)
    for arguments in (
        ("account", "new", "me.keystore"),
        ("account", "show", "me.keystore"),
        ("account", "show", "nothing.keystore"),
        ("work", "register", "me.keystore", "--keystore", "me.keystore"),
    ):
        ran = run(*arguments)
        assert PASSWORD not in ran.out + ran.err
        assert "private" not in ran.out + ran.err


def test_deploying_twice_changes_nothing(run: Run, ok: Ok, network: Network) -> None:
    first = ok("deploy", "--deployment", "here/there.json", account=STRANGER)
    assert first["gas"] > 5_000_000
    again = ok("deploy", "--deployment", "here/there.json", account=STRANGER)
    assert (again["gas"], again["asset_registry"]) == (0, first["asset_registry"])
    assert first["asset_registry"] != network.deployment.asset_registry


def test_several_works_and_one_that_fails(
    run: Run, make_work: Callable[[str], Path], asset: Registered
) -> None:
    """What was registered before is told, whatever fails after."""
    new, old = make_work("new"), make_work("a poem")
    ran = run("work", "register", new, old, "--json", account=LICENSOR)
    assert ran.code == 1
    assert [Path(item["file"]).name for item in ran.json["works"]] == ["new.txt"]
    assert "registered this content before" in ran.err


# What an auditor finds.


def test_an_audit_that_cannot_tell(run: Run, ok: Ok, folder: Path, split: SplitDocument) -> None:
    with samples() as files:
        made = ok("catalog", "register", files.catalog, "--name", "Small", account=LICENSOR)
    (folder / file_name(made["document_hash"])).unlink()
    ran = run("audit", "--json")
    assert (ran.code, ran.json["verdict"]) == (2, "cannot_tell")
    assert ran.json["findings"][0]["kind"] == "catalog_missing"
    ran = run("audit")
    assert "catalog_missing" in ran.out
    assert "Verdict: cannot tell" in ran.out
    ran = run("lookup", UNKNOWN)
    assert (ran.code, "not searched" in ran.err) == (0, True)


def test_an_audit_with_findings(
    run: Run, licensee: Party, network: Network, signed_offer: OfferDocument, vault: Address
) -> None:
    """Money that a vault says it paid, and that left it otherwise, is found."""
    licensee.receive_dollars(25 * DOLLAR)
    licensee.buys.buy(signed_offer)
    dollar = network.deployment.test_dollar
    assert dollar is not None
    network.rpc("anvil_impersonateAccount", vault)
    network.rpc("anvil_setBalance", vault, hex(10**18))
    transfer = bytes.fromhex("a9059cbb") + bytes(12) + bytes.fromhex(licensee.address[2:]) + (5).to_bytes(32)
    network.transact(vault, dollar, transfer)
    ran = run("audit", "--json")
    assert (ran.code, ran.json["verdict"]) == (1, "findings")
    assert "Verdict: findings" in run("audit").out


# Bad input: one line that says what is wrong, and an exit code; nothing is sent.

BAD: dict[tuple[str, ...], list[tuple[tuple[str, ...], int, str]]] = {
    ("demo",): [
        (("--catalog", "nothing.csv"), 2, "does not exist"),
        (("--catalog", "empty.csv"), 2, "empty"),
        (("--catalog", "latin.csv"), 2, "UTF-8"),
        (("--catalog", "twice.csv"), 2, "line 3"),
        (("--payees-column", "nothing"), 2, "no column"),
        (("--weights-column", "nothing"), 2, "no column"),
        (("--engine", "geth"), 2, "anvil"),
    ],
    ("node",): [(("--port", "70000"), 2, "port"), (("--engine", "geth"), 2, "anvil")],
    ("deploy",): [
        ((), 2, "which account signs?"),
        (("--dev-account", "99"), 2, "--dev-account"),
        (("--dev-account", "0", "--deployment", "empty.csv"), 2, "deployment file"),
    ],
    ("account", "new"): [((), 2, "PATH"), (("no/such/folder.keystore",), 2, "password")],
    ("account", "show"): [(("nothing",), 2, "nothing"), (("poem.txt",), 2, "keystore")],
    ("account", "fund"): [
        (("0x12", "--dev-account", "0"), 2, "address"),
        ((DEVELOPMENT_ADDRESSES[0], "--amount", "x", "--dev-account", "0"), 2, "amount"),
    ],
    ("work", "register"): [
        (("poem.txt",), 2, "which account signs?"),
        (("nothing", "--dev-account", "1"), 2, "does not exist"),
        ((".", "--dev-account", "1"), 2, "directory"),
        (("empty.csv", "--dev-account", "1"), 2, "empty"),
        (("poem.txt", "--dev-account", "1", "--keystore", "x"), 2, "leave one out"),
        (("poem.txt", "--dev-account", "1", "--uri", "x" * 2000), 2, "1024"),
    ],
    ("catalog", "register"): [
        (("nothing.csv", "--name", "x", "--dev-account", "1"), 2, "does not exist"),
        (("latin.csv", "--name", "x", "--dev-account", "1"), 2, "UTF-8"),
        (("twice.csv", "--name", "x", "--dev-account", "1"), 2, "line 3"),
        (("good.csv", "--name", "x", "--payees-column", "y", "--dev-account", "1"), 2, "no column"),
        (("good.csv", "--dev-account", "1"), 2, "--name"),
    ],
    ("split", "publish"): [
        (("good.csv", "--dev-account", "1"), 2, "--payees-column"),
        (("good.csv", "--payees-column", "title", "--dev-account", "1"), 2, "no address is known"),
        (("0x12=3", "--dev-account", "1"), 2, "address"),
        ((f"{DEVELOPMENT_ADDRESSES[0]}=0", "--dev-account", "1"), 2, "positive"),
        ((f"{DEVELOPMENT_ADDRESSES[0]}=1.5", "--dev-account", "1"), 2, "decimal digits"),
        (("offer.json", "--dev-account", "1"), 1, "licet/split/1"),
    ],
    ("deed", "show"): [(("0x12",), 2, "asset id"), ((UNKNOWN,), 1, "not registered")],
    ("deed", "transfer"): [
        ((UNKNOWN, "0x12", "--dev-account", "1"), 2, "address"),
        ((UNKNOWN, DEVELOPMENT_ADDRESSES[3], "--yes", "--dev-account", "1"), 1, "not registered"),
    ],
    ("deed", "cancel-offers"): [((UNKNOWN, "--yes", "--dev-account", "1"), 1, "not registered")],
    ("offer", "sign"): [
        (("ASSET", "--price", "25", "--uses", "mine", "--free"), 2, "either a --price, or --free"),
        (("ASSET", "--price", "0", "--uses", "mine"), 2, "marked free"),
        (("ASSET", "--price", "0.0000001", "--uses", "mine"), 2, "too fine"),
        (("ASSET", "--price", "25"), 2, "--uses"),
        (("ASSET", "--price", "25", "--uses", "minecraft"), 2, "not a use"),
        (("ASSET", "--price", "25", "--uses", "mine", "--until", "2001-01-01"), 2, "later end"),
        (("ASSET", "--price", "25", "--uses", "mine", "--until", "soon"), 2, "not a date"),
        (("ASSET", "--price", "25", "--uses", "mine", "--royalty-bps", "10001"), 2, "--royalty-bps"),
        (("ASSET", "--price", "25", "--uses", "mine", "--currency", "cent"), 2, "not a currency"),
        (("ASSET", "--price", "25", "--uses", "mine", "--base-uri", "here"), 2, "scheme"),
        ((UNKNOWN, "--price", "25", "--uses", "mine"), 1, "not registered"),
    ],
    ("offer", "publish"): [(("nothing",), 2, "does not exist"), (("poem.txt",), 1, "poem.txt")],
    ("offer", "cancel"): [(("nothing",), 2, "does not exist"), (("elsewhere.json",), 2, "chain 1")],
    ("offer", "list"): [(("x",), 2, "asset id"), ((UNKNOWN,), 1, "not registered")],
    ("lookup",): [
        (("nothing.txt",), 2, "neither a file"),
        ((".",), 2, "directory"),
        (("x", "--registry", "0x12"), 2, "address"),
        (("x", "--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("x", "--deployment", "nothing.json"), 2, "nothing.json"),
        (("x", "--deployment", "altered.json"), 1, "altered"),
        (("x", "--deployment", "elsewhere-deployed.json"), 2, "chain 1"),
        (("x", "--rpc", "node.example"), 2, "http"),
    ],
    ("license", "quote"): [
        (("poem.txt",), 2, "--uses"),
        (("poem.txt", "--uses", "mine", "--trust", "me"), 2, "asset id or address"),
    ],
    ("license", "buy"): [
        ((), 2, "--uses"),
        (("poem.txt", "--uses", "mine"), 2, "which account signs?"),
        (("poem.txt", "--uses", "mine", "--dev-account", "2"), 1, "nobody has registered"),
        (("--offer", "elsewhere.json", "--dev-account", "2"), 2, "chain 1"),
        (("--offer", "offer.json", "--yes", "--dev-account", "2"), 1, "25000000"),
        (("--offer", "forged.json", "--yes", "--dev-account", "1"), 1, "signature"),
    ],
    ("license", "authorize"): [
        ((), 2, "--out"),
        (("--out", "poem.txt", "--offer", "offer.json"), 2, "is there already"),
        (("--out", "new.json"), 2, "--uses"),
        (("poem.txt", "--uses", "mine", "--out", "new.json"), 2, "which account signs?"),
        (("--offer", "offer.json", "--yes", "--dev-account", "2", "--out", "new.json"), 1, "25000000"),
    ],
    ("license", "submit"): [
        ((), 2, "FILE"),
        (("offer.json",), 2, "which account signs?"),
        (("nothing.json", "--dev-account", "2"), 2, "does not exist"),
        (("offer.json", "--dev-account", "2"), 1, "licet/order/1 expected"),
    ],
    ("license", "list"): [((), 2, "--holder"), (("--holder", "me"), 2, "address")],
    ("license", "permits"): [
        (("x", "--uses", "mine"), 2, "license id"),
        ((UNKNOWN, "--uses", "mine"), 2, "no license has the id"),
    ],
    ("vault", "due"): [
        ((DEVELOPMENT_ADDRESSES[0], "--payee", DEVELOPMENT_ADDRESSES[0]), 1, "not known"),
        ((DEVELOPMENT_ADDRESSES[0],), 2, "--payee"),
    ],
    ("vault", "claim"): [
        ((DEVELOPMENT_ADDRESSES[0],), 2, "which account signs?"),
        (("VAULT", "--dev-account", "8"), 2, "not among"),
    ],
    ("audit",): [
        (("--registry", DEVELOPMENT_ADDRESSES[0]), 2, "no contract"),
        (("--block", "0"), 2, "older than the deployment"),
        (("--block", "99999999"), 2, "refuses"),
    ],
}


def leaf_commands() -> set[tuple[str, ...]]:
    return {
        (name, *rest)
        for name, command in cli.commands.items()
        for rest in ([(below,) for below in command.commands] if hasattr(command, "commands") else [()])
    }


def test_bad_input_is_tried_with_every_command() -> None:
    assert set(BAD) == leaf_commands()


@pytest.fixture
def odd_files(
    settings: dict[str, str],
    tmp_path: Path,
    licensor: Party,
    asset: Registered,
    vault: Address,
    signed_offer: OfferDocument,
    network: Network,
) -> dict[str, str]:
    """Files that nobody can use, and what some words in BAD stand for."""
    offer = signed_offer.to_bytes()
    here, there = b'"chainId":"31337"', b'"chainId":"1"'
    deployment = Path(settings["LICET_DEPLOYMENT"]).read_text()
    code_hash = network.deployment.code_hashes["LicenseToken"]
    files = {
        "poem.txt": b"nobody knows this",
        "empty.csv": b"",
        "latin.csv": b"id,title\n1,\xe9\n",
        "twice.csv": b"id,title\n1,a\n1,a\n",
        "good.csv": b"id,title\n1,a\n2,b\n",
        "offer.json": offer,
        "elsewhere.json": offer.replace(here, there),
        "forged.json": offer.replace(b'"price":"25000000"', b'"price":"1"'),
        "altered.json": deployment.replace(code_hash, UNKNOWN).encode(),
        "elsewhere-deployed.json": deployment.replace("31337", "1").encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    licensor.receive_dollars(DOLLAR)
    return {"ASSET": asset.asset_id, "VAULT": vault}


SIGN = (
    "--payee",
    DEVELOPMENT_ADDRESSES[ARTIST],
    "--days",
    "1",
    "--terms-text",
    "x",
    "--dev-account",
    str(LICENSOR),
)


@pytest.mark.parametrize("path", BAD, ids=" ".join)
def test_bad_input(path: tuple[str, ...], run: Run, odd_files: dict[str, str], network: Network) -> None:
    before = network.rpc("eth_blockNumber")
    for arguments, code, words in BAD[path]:
        given = [odd_files.get(argument, argument) for argument in arguments]
        ran = run(*path, *given, *(SIGN if path == ("offer", "sign") else ()))
        failed(Ran(ran.code, "" if path == ("demo",) else ran.out, ran.err), code, words)
    assert network.rpc("eth_blockNumber") == before


NEEDS_NODE = sorted(leaf_commands() - {("demo",), ("node",), ("account", "new"), ("account", "show")})
WORKING = {
    ("work", "register"): ("poem.txt",),
    ("catalog", "register"): ("good.csv", "--name", "x"),
    ("split", "publish"): (f"{DEVELOPMENT_ADDRESSES[0]}=1",),
    ("account", "fund"): (DEVELOPMENT_ADDRESSES[0],),
    ("deed", "show"): (UNKNOWN,),
    ("deed", "transfer"): (UNKNOWN, DEVELOPMENT_ADDRESSES[0], "--yes"),
    ("deed", "cancel-offers"): (UNKNOWN, "--yes"),
    ("offer", "sign"): (UNKNOWN, *SIGN[:-2], "--price", "1", "--uses", "mine"),
    ("offer", "publish"): ("offer.json",),
    ("offer", "cancel"): ("offer.json", "--yes"),
    ("offer", "list"): (UNKNOWN,),
    ("lookup",): ("poem.txt",),
    ("license", "quote"): ("poem.txt", "--uses", "mine"),
    ("license", "buy"): ("poem.txt", "--uses", "mine", "--yes"),
    ("license", "authorize"): ("poem.txt", "--uses", "mine", "--yes", "--out", "new.json"),
    ("license", "submit"): ("poem.txt",),
    ("license", "permits"): (UNKNOWN, "--uses", "mine"),
    ("vault", "due"): (DEVELOPMENT_ADDRESSES[0], "--payee", DEVELOPMENT_ADDRESSES[0]),
    ("vault", "claim"): (DEVELOPMENT_ADDRESSES[0],),
}


@pytest.mark.parametrize("path", NEEDS_NODE, ids=" ".join)
def test_without_a_node(path: tuple[str, ...], run: Run, odd_files: dict[str, str]) -> None:
    takes_account = "--dev-account" in run(*path, "--help").out
    arguments = (*WORKING.get(path, ()), "--rpc", "http://127.0.0.1:1")
    ran = run(*path, *arguments, account=LICENSOR if takes_account else None)
    failed(ran, 2, "no node answers at http://127.0.0.1:1")


def test_development_accounts_are_for_local_chains(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("licet.cli.session.LOCAL_CHAIN_IDS", frozenset())
    Path("poem.txt").write_text("poem")
    failed(run("work", "register", "poem.txt", account=LICENSOR), 2, "--dev-account is for local chains")


def test_no_deployment_is_known(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LICET_DEPLOYMENT")
    failed(run("lookup", UNKNOWN), 2, "--registry", "licet deploy")


def test_the_test_dollar_is_known_from_the_deployment_file_alone(
    run: Run, network: Network, vault: Address
) -> None:
    due = ("vault", "due", vault, "--payee", DEVELOPMENT_ADDRESSES[ARTIST], "--json")
    assert run(*due).json["total"] == "0"
    failed(run(*due, "--registry", network.deployment.asset_registry), 2, "--currency")
    native = run(*due, "--registry", network.deployment.asset_registry, "--currency", "native")
    assert native.json["total"] == "0"


def test_a_file_name_of_any_bytes(run: Run, tmp_path: Path) -> None:
    name = os.fsdecode(b"po\xffem\x1b[2J.txt")
    try:
        Path(name).write_text("a poem with an odd name")
    except OSError:
        pytest.skip("this file system takes names in UTF-8 only")
    ran = run("work", "register", name, account=LICENSOR)
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out
    assert run("lookup", name, "--json").json["items"][0]["claims"]


# As a process.

LICET = (sys.executable, "-c", "import sys; from licet.cli import main; sys.exit(main())")


@pytest.fixture
def environment(settings: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **settings}


def test_a_reader_that_stops_reading(environment: dict[str, str], asset: Registered) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        command = [*LICET, "lookup", asset.asset_id]
        ran = subprocess.run(command, env=environment, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_local_node_until_ctrl_c(tmp_path: Path, environment: dict[str, str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [*LICET, "node", "--port", str(port), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in environment.items() if name != "LICET_RPC"},
        # A test runner in the background has its children ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    lines: list[str] = []
    while not lines or lines[-1] != "}\n":
        lines.append(process.stdout.readline())
        assert lines[-1], "it ended"
    started = json.loads("".join(lines))
    assert started["url"] == f"http://127.0.0.1:{port}"
    assert started["accounts"][0] == DEVELOPMENT_ADDRESSES[0]
    assert "public development accounts" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert err.strip() == "The chain has ended."


def test_interrupted(environment: dict[str, str]) -> None:
    """Ctrl-C in the middle of something: one line, 130."""
    program = (
        "import os, signal, sys; from licet.cli import main; from licet.cli import lookup\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "lookup.read_items = lambda items: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(main(['lookup', 'x']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr.strip()) == (130, "licet: interrupted")
