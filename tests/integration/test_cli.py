"""Every command, as its user meets it: results on stdout, one line on stderr for errors, exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from licet.chain.local.development import DEVELOPMENT_ADDRESSES
from licet.documents import (
    CatalogDocument,
    Library,
    OfferDocument,
    SplitDocument,
    TermsDocument,
    WorkDocument,
    file_name,
    sha256,
)
from licet.fingerprint import sha256_file
from licet.fingerprint.previews import MAX_PREVIEW_BYTES, check_preview
from licet.rights.uses import Use
from licet.rights_holder import Registered
from licet.samples import samples
from licet.types import Address, parse_hash
from tests.integration.commands import Ok, Run, failed
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
from tests.integration.market import Market

pytestmark = pytest.mark.integration

PASSWORD = "a long password, for tests alone"
UNKNOWN = "0x" + "7" * 64


def sign(ok: Ok, asset_id: str, payee: str, *more: object) -> dict[str, Any]:
    """An offer of the licensor's for AI training, for 25 dollars and a year."""
    terms = ("--terms-text", "Train.", "--uses", "ai-training")
    return ok(
        *("offer", "sign", asset_id, *terms, "--price", "25.00", "--payee", payee, "--days", 365, *more),
        account=LICENSOR,
    )


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


def test_a_work_is_registered_with_a_title_and_a_preview(
    run: Run, ok: Ok, work: Path, tmp_path: Path, folder: Path
) -> None:
    picture = Path("harbour.png")
    Image.effect_noise((900, 600), 40).save(tmp_path / picture)
    said = ("--title", "Harbour / 海港", "--preview")
    registered = ok("work", "register", picture, *said, account=LICENSOR)["works"][0]
    library = Library([folder], allow_http=False)
    document = WorkDocument.from_bytes(library.get(parse_hash(registered["document_hash"])))
    assert document.title == "Harbour / 海港"
    assert document.preview is not None
    preview = library.beside(document.preview.sha256, document.preview.file_name, MAX_PREVIEW_BYTES)
    assert check_preview(preview) == document.preview.media_type
    # What is no picture has none; one title is not that of two works.
    failed(run("work", "register", work.name, picture, "--title", "Both", account=LICENSOR), 2, "--title")
    words = ok("work", "register", work.name, "--preview", account=LICENSOR)["works"][0]
    text = WorkDocument.from_bytes(library.get(parse_hash(words["document_hash"])))
    assert (text.title, text.preview) == (None, None)
    # So is a catalogue.
    (tmp_path / "list.csv").write_text("id,title\n1,a\n")
    named = ("catalog", "register", "list.csv", "--name", "Two", "--preview")
    catalog = CatalogDocument.from_bytes(
        library.get(parse_hash(ok(*named, picture, account=LICENSOR)["document_hash"]))
    )
    assert catalog.preview == document.preview
    failed(run(*named, work.name, account=LICENSOR), 2, "is no picture")
    failed(run(*named, "missing.png", account=LICENSOR), 2, "missing.png")


def test_tables_for_people(run: Run, ok: Ok, work: Path, vault: Address, licensee: Party) -> None:
    """What a person reads has whole ids where they are needed, and no line that a terminal of 100 breaks."""
    work = Path(work.name)
    ran = run("work", "register", work, account=LICENSOR)
    asset_id = next(word for word in ran.out.split() if word.startswith("0x"))
    assert len(asset_id) == 66
    assert "nothing is on offer" in run("license", "quote", work, "--uses", "train").out
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
    made = sign(ok, asset.asset_id, vault, "--supply", 3, "--until", "2090-01-01", "--royalty", "5%")
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
    made = ok(
        *common, "terms.txt", "--uses", "mine", "--kind", "free", "--currency", "native", account=LICENSOR
    )
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
    total = ran.json["trial_balance"][-1]
    assert (total["kind"], total["reconciled"]) == ("total", False)
    finding = next(finding for finding in ran.json["findings"] if "expected" in finding["evidence"])
    ran = run("audit", "--report", "report.html")
    assert ran.code == 1
    for name in ("expected", "found"):
        assert f"{name} {finding['evidence'][name]}" in " ".join(ran.out.split())
    assert "Verdict: findings" in ran.out
    assert 'class="verdict findings"' in Path("report.html").read_text(encoding="utf-8")


def test_an_audit_shows_deposits_statements_escrows_and_cases(
    run: Run, market: Market, licensor: Party, rival: Party, split: SplitDocument
) -> None:
    metered = market.metered()
    market.deposit(metered, 30 * DOLLAR)
    market.settle(metered, 4)
    asset, claim = market.register(licensor, "a poem"), market.register(rival, "the same poem")
    rival.contracts.disputes.dispute_asset(asset, claim, rival.address)
    market.sell(asset)
    market.state(licensor, asset, split)
    out = run("audit").out
    assert "Besides: 1 settlement, 1 statement, 1 case." in out
    for shown in ("26.00 TUSD", "contestable", "escrow of case", "asset", "open", "100.00 TUSD"):
        assert shown in out
    assert "report of use" not in out


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
