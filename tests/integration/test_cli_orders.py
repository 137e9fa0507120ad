"""Seats, baskets and authorized orders, as the users of commands meet them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from licet.cli.main import main
from licet.documents import OfferDocument, OrderDocument, file_name, sha256
from licet.rights_holder import Price, Registered
from licet.types import Address
from tests.integration.conftest import DOLLAR, LICENSEE, STRANGER, Network, Offering, Party

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        assert self.code == 0, self.err
        data = json.loads(self.out)
        assert isinstance(data, dict)
        return data


Run = Callable[..., Ran]


@pytest.fixture
def run(
    network: Network,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command in this process: `run("license", "list", account=LICENSEE)`."""
    monkeypatch.chdir(tmp_path)
    network.deployment.save(tmp_path / "deployment.json")
    monkeypatch.setenv("LICET_RPC", network.url)
    monkeypatch.setenv("LICET_DEPLOYMENT", str(tmp_path / "deployment.json"))
    monkeypatch.setenv("LICET_DOCUMENTS", str(folder))

    def run(*arguments: object, account: int | None = LICENSEE) -> Ran:
        capsys.readouterr()
        named = [] if account is None else ["--dev-account", str(account)]
        code = main([*map(str, arguments), *named])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def offer_file(signed_offer: OfferDocument, folder: Path) -> Path:
    return folder / file_name(sha256(signed_offer.to_bytes()))


@pytest.fixture
def rich(licensee: Party) -> Party:
    licensee.receive_dollars(1_000 * DOLLAR)
    return licensee


@pytest.fixture
def songs(
    licensor: Party, rival: Party, make_work: Callable[[str], Path], offering: Offering, price: Price
) -> list[Path]:
    """Works of two licensors, for 1 and 2 dollars."""
    works = [make_work("song 1"), make_work("song 2")]
    for n, seller in enumerate((licensor, rival)):
        asset_id = seller.sells.register_work(works[n]).asset_id
        offering(seller, asset_id, replace(price, amount=(n + 1) * DOLLAR))
    return works


def failed(ran: Ran, code: int, *words: str) -> None:
    """A command failed as it should: nothing on stdout, one line on stderr."""
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith("licet: ")
    assert ran.err.count("\n") == 1
    for word in words:
        assert word in ran.err


def test_seats_are_bought_on_an_offer(run: Run, rich: Party, offer_file: Path, vault: Address) -> None:
    bought = run("license", "buy", "--offer", offer_file, "--quantity", 3, "--yes", "--json").json
    assert len({entry["license_id"] for entry in bought["licenses"]}) == 3
    assert {entry["price"] for entry in bought["licenses"]} == {"25000000"}
    assert len({tx for entry in bought["licenses"] for tx in entry["txs"]}) == 1
    assert 0 <= bought["gas"] - sum(entry["gas"] for entry in bought["licenses"]) < 3
    assert rich.dollar.balance_of(vault) == 75 * DOLLAR
    for entry in bought["licenses"]:
        assert run("license", "permits", entry["license_id"], "--uses", "train", account=None).code == 0
    assert len(run("license", "list", "--json").json["licenses"]) == 3


def test_people_see_seats_in_one_row(run: Run, rich: Party, offer_file: Path) -> None:
    ran = run("license", "buy", "--offer", offer_file, "--quantity", 3, "--yes")
    assert ran.code == 0
    heading, _, row = ran.out.splitlines()
    assert heading.split() == ["license", "bought", "seats", "price", "gas"]
    assert row.split()[1:4] == ["3", "75.00", "TUSD"]


def test_items_are_bought_in_one_transaction(run: Run, rich: Party, songs: list[Path]) -> None:
    before = rich.dollars
    buying = ("license", "buy", *songs, "--uses", "train", "--quantity", 2, "--yes", "--json")
    bought = run(*buying).json["licenses"]
    assert len(bought) == 4
    assert len({tx for entry in bought for tx in entry["txs"]}) == 1
    assert before - rich.dollars == 6 * DOLLAR


@pytest.mark.parametrize("quantity", ["0", "101", "-1", "many"])
def test_a_quantity_out_of_bounds_is_wrong_usage(run: Run, offer_file: Path, quantity: str) -> None:
    ran = run("license", "buy", "--offer", offer_file, f"--quantity={quantity}", "--yes")
    assert (ran.code, ran.out) == (2, "")
    assert "--quantity" in ran.err


def test_the_question_tells_the_whole_price(
    run: Run, rich: Party, offer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.confirm", lambda question, **_: asked.append(question))
    failed(run("license", "buy", "--offer", offer_file, "--quantity", 4), 2, "as you wished")
    assert asked == ["Buy 4 licenses for 100.00 TUSD?"]


def test_an_order_is_signed_by_one_and_submitted_by_another(
    run: Run, rich: Party, stranger: Party, work: Path, signed_offer: OfferDocument, tmp_path: Path
) -> None:
    file, before = tmp_path / "order.json", rich.dollars
    authorizing = ("license", "authorize", work, "--uses", "train", "--quantity", 2, "--out", file, "--yes")
    sent = rich.chain.nonce(rich.address)
    authorized = run(*authorizing, "--json").json
    assert (authorized["file"], authorized["payer"]) == (str(file), rich.address)
    assert (authorized["total"], rich.dollars) == ("50000000", before)
    assert rich.chain.nonce(rich.address) == sent
    assert OrderDocument.from_bytes(file.read_bytes()).order.quantity == 2
    bought = run("license", "submit", file, "--json", account=STRANGER).json["licenses"]
    assert [entry["license_id"] for entry in bought] == authorized["licenses"]
    assert {entry["licensee"] for entry in bought} == {rich.address}
    assert rich.dollars == before - 50 * DOLLAR
    assert run("audit", account=None).code == 0
    again = run("license", "submit", file, account=STRANGER)
    failed(again, 1, "was sold before")


def test_people_see_what_they_authorize(run: Run, rich: Party, offer_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "order.json"
    ran = run("license", "authorize", "--offer", offer_file, "--out", out, "--yes")
    assert ran.code == 0
    assert "25.00 TUSD" in ran.out
    submitted = run("license", "submit", out, account=STRANGER)
    assert "license bought" in submitted.out


def test_an_altered_order_is_refused(
    run: Run, rich: Party, stranger: Party, offer_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "order.json"
    assert run("license", "authorize", "--offer", offer_file, "--out", out, "--yes").code == 0
    text = out.read_text()
    out.write_text(text.replace(f'"licensee":"{rich.address}"', f'"licensee":"{stranger.address}"'))
    failed(run("license", "submit", out, account=STRANGER), 1, "the order was altered")
    out.write_text(text.replace('"quantity":"1"', '"quantity":"101"'))
    failed(run("license", "submit", out, account=STRANGER), 1, "1 to 100 licenses")
    out.write_text(text.replace('"chainId":"31337"', '"chainId":"1"'))
    failed(run("license", "submit", out, account=STRANGER), 2, "on chain 1")
    out.write_text(text + " ")
    failed(run("license", "submit", out, account=STRANGER), 1, "canonical")
    assert rich.dollars == 1_000 * DOLLAR


def test_what_is_no_order_is_not_submitted(run: Run, offer_file: Path, tmp_path: Path) -> None:
    failed(run("license", "submit", offer_file), 1, "licet/order/1 expected")
    failed(run("license", "submit", tmp_path / "none.json"), 2, "none.json")


def test_a_file_that_is_there_is_left_alone(run: Run, rich: Party, offer_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept"
    out.write_text("mine")
    failed(run("license", "authorize", "--offer", offer_file, "--out", out, "--yes"), 2, "name another file")
    assert out.read_text() == "mine"
    nowhere = tmp_path / "no folder" / "order.json"
    failed(run("license", "authorize", "--offer", offer_file, "--out", nowhere, "--yes"), 2, "be written")


def test_items_of_several_purchases_are_authorized_one_by_one(
    run: Run, rich: Party, songs: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "order.json"
    authorizing = ("license", "authorize", *songs, "--uses", "train", "--out", out, "--yes", "--json")
    failed(run(*authorizing), 2, "these items take 2")
    assert not out.exists()


@pytest.mark.parametrize("command", ["buy", "authorize"])
def test_what_is_to_be_bought_has_to_be_said(
    run: Run, asset: Registered, work: Path, offer_file: Path, command: str
) -> None:
    out = ("--out", "order.json") if command == "authorize" else ()
    failed(run("license", command, *out), 2, "Name items and --uses, or an --offer")
    failed(run("license", command, work, *out), 2, "Name items and --uses, or an --offer")
    failed(run("license", command, work, "--offer", offer_file, *out), 2, "either items, or one --offer")


@pytest.mark.parametrize("command", ["authorize", "submit"])
def test_an_account_is_needed(run: Run, offer_file: Path, command: str) -> None:
    arguments = ("--offer", offer_file, "--out", "x", "--yes") if command == "authorize" else (offer_file,)
    failed(run("license", command, *arguments, account=None), 2, "which account signs?")
