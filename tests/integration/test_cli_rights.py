"""`licet rights` on what stands on chain: offers, licenses, assets and works."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from licet.documents import OfferDocument, TermsDocument
from licet.documents.terms import User
from licet.rights.formats.registry import FORMATS
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import Address
from tests.integration.commands import Ok, Run, failed
from tests.integration.conftest import DAY, DOLLAR, Party

pytestmark = pytest.mark.integration

WORDS = TermsDocument(
    "Training",
    Use.TRAIN | Use.TRAIN_GENERATIVE,
    "Models may be trained.",
    prohibited=Use.REDISTRIBUTE,
    users=(User.COMMERCIAL, User.EDUCATION),
)


@pytest.fixture
def offer(licensor: Party, asset: Registered, vault: Address, dollar: Address) -> OfferDocument:
    """An offer for a month, for 25 dollars."""
    price = Price(dollar, 25 * DOLLAR, duration=30 * DAY)
    return licensor.sells.offer(asset.asset_id, vault, price, WORDS)


@pytest.fixture
def offer_file(offer: OfferDocument, tmp_path: Path) -> str:
    path = tmp_path / "signed-offer.json"
    path.write_bytes(offer.to_bytes())
    return str(path)


def test_an_offer_in_the_words_of_others(ok: Ok, offer: OfferDocument, offer_file: str) -> None:
    written = ok("rights", "convert", offer_file, "--to", "odrl")
    assert (written["not_read"], written["not_written"]) == ([], [])
    (terms,) = FORMATS["odrl"].parse(written["document"].encode()).terms
    assert terms.document == WORDS
    assert terms.payment is not None
    assert (terms.payment.text(), terms.duration) == ("25.000000", 30 * DAY)
    assert terms.licensor.endswith(offer.offer.licensor)
    rsl = ok("rights", "convert", offer_file, "--to", "rsl")
    assert "ai-train" in rsl["document"]
    assert {loss["member"] for loss in rsl["not_written"]} >= {"duration", "payment.currency"}


def test_a_work_is_explained_by_its_offers(
    ok: Ok, offer: OfferDocument, work: Path, asset: Registered
) -> None:
    for item in (str(work), asset.asset_id):
        (found,) = ok("rights", "explain", item)["items"]
        assert (found["found_as"], found["permitted"]) == ("offer", ["train", "train-generative"])
        assert any(sentence.startswith("It costs 25 ") for sentence in found["sections"]["price"])


def test_a_license_permits_what_its_offer_asked_money_for(
    ok: Ok, run: Run, offer: OfferDocument, asset: Registered, licensee: Party
) -> None:
    asking = ("--use", "ai-training", "--user", "education")
    offered = run("rights", "check", asset.asset_id, *asking)
    assert offered.code == 2
    assert "permitted on conditions" in offered.out
    licensee.receive_dollars(25 * DOLLAR)
    license_id = licensee.buys.buy(offer).license_id
    bought = run("rights", "check", license_id, *asking, "--json")
    assert bought.code == 0
    assert json.loads(bought.out)["items"][0]["found_as"] == "license"
    assert run("rights", "check", license_id, "--use", "ai-training", "--user", "personal").code == 1
    assert run("rights", "check", license_id, *asking, "--at", "2100-01-01").code == 1
    assert run("rights", "check", license_id, "--use", "redistribute").code == 1
    (explained,) = ok("rights", "explain", license_id)["items"]
    assert any("Licensed to" in sentence for sentence in explained["sections"]["what"])


def test_a_work_that_nobody_offers(run: Run, work: Path, asset: Registered) -> None:
    failed(run("rights", "check", str(work), "--use", "train"), 1, "no offer on it stands")
    failed(run("rights", "explain", asset.asset_id), 1, "no offer on asset")


def test_an_offer_whose_words_are_lost(
    run: Run, offer: OfferDocument, licensor: Party, tmp_path: Path
) -> None:
    for file in licensor.folder.iterdir():
        if b"licet/terms/1" in file.read_bytes():
            file.unlink()
    path = tmp_path / "alone.json"
    path.write_bytes(replace(offer).to_bytes())
    failed(run("rights", "explain", str(path)), 1, offer.offer.terms_hash)
