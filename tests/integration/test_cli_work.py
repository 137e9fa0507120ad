"""`licet work`: where works come from, and works made from others'."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.documents import ApprovalDocument, OfferDocument, TermsDocument, file_name, sha256
from licet.fingerprint import sha256_file
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import Address, Hash32
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import LICENSOR, RIVAL, STRANGER, Party

pytestmark = pytest.mark.integration

REMIXING = TermsDocument("Remixes", Use.DERIVE | Use.TRAIN, "You may remix this song, and train on it.")
UNKNOWN = "0x" + "7" * 64

Allow = Callable[..., tuple[OfferDocument, Hash32]]


@pytest.fixture
def allow(licensor: Party, asset: Registered, rival: Party, vault: Address, dollar: Address) -> Allow:
    """Gives the rival a license to remix the licensor's song: the offer, and the license's id."""

    def give(**conditions: object) -> tuple[OfferDocument, Hash32]:
        price = Price(dollar, 0, Kind.FREE, conditions=Conditions(**conditions))  # type: ignore[arg-type]
        offer = licensor.sells.offer(asset.asset_id, vault, price, REMIXING)
        return offer, rival.buys.buy(offer).license_id

    return give


@pytest.fixture
def remix(make_work: Callable[[str], Path]) -> Path:
    return make_work("a remix")


def test_a_work_says_how_it_came_about(ok: Ok, work: Path) -> None:
    made = ok("work", "register", work, "--origin", "ai-assisted", account=LICENSOR)["works"][0]
    assert ok("deed", "show", made["asset_id"])["origin"] == "ai-assisted"


def test_a_catalogue_says_how_its_works_came_about(ok: Ok, run: Run) -> None:
    Path("works.csv").write_text("id,title\n1,a\n2,b\n")
    made = ok(
        *("catalog", "register", "works.csv", "--name", "Small", "--origin", "ai-generated"), account=LICENSOR
    )
    assert ok("deed", "show", made["asset_id"])["origin"] == "ai-generated"
    shown(run("deed", "show", made["asset_id"]), "ai-generated", "a catalogue of 2 works")


def test_a_remix_is_made_under_a_license(
    ok: Ok, run: Run, allow: Allow, remix: Path, rival: Party, asset: Registered, vault: Address
) -> None:
    _, license_id = allow(royalty_bps=1000)
    made = ok(
        *("work", "derive", remix, "--license", license_id, "--share", f"{rival.address}=1"), account=RIVAL
    )
    assert made["sha256"] == sha256_file(remix)
    assert made["parents"] == [
        {"license_id": license_id, "asset_id": asset.asset_id, "payee": vault, "royalty_bps": 1000}
    ]
    deed = ok("deed", "show", made["asset_id"])
    assert deed["derivative"]["vault"] == made["vault"]
    assert deed["derivative"]["uses"] == ["train", "derive"]
    assert deed["derivative"]["parents"] == [
        {"license_id": license_id, "asset_id": asset.asset_id, "royalty_bps": 1000}
    ]
    assert made["gas"] > 100_000
    # An offer of it needs no payee: it has one.
    terms = ("--terms-text", "Train.", "--uses", "train", "--days", 0, "--price", 5)
    assert ok("offer", "sign", made["asset_id"], *terms, account=RIVAL)["payee"] == made["vault"]
    failed(run("offer", "sign", asset.asset_id, *terms, account=LICENSOR), 2, "Name --payee")


def test_a_license_is_named_by_the_offer_it_was_bought_on(
    run: Run, allow: Allow, remix: Path, rival: Party, folder: Path, tmp_path: Path
) -> None:
    """The offer came by mail: no folder has it."""
    offer, license_id = allow(royalty_bps=500)
    mail = (folder / file_name(sha256(offer.to_bytes()))).rename(tmp_path / "offer.json")
    deriving = ("work", "derive", remix, "--share", f"{rival.address}=1", "--license")
    failed(run(*deriving, license_id, account=RIVAL), 1, "conditions")
    shown(run(*deriving, mail, account=RIVAL), "5 %", "which every offer must name")


def test_a_holder_who_asks_for_it_approves_of_a_remix(
    ok: Ok, run: Run, allow: Allow, remix: Path, work: Path, rival: Party, stranger: Party, tmp_path: Path
) -> None:
    _, license_id = allow(approval=True)
    deriving = ("work", "derive", remix, "--license", license_id, "--share", f"{rival.address}=1")
    failed(run(*deriving, account=RIVAL), 2, "asks for the approval")
    approving = ("work", "approve", remix, "--license", license_id, "--registrant", rival.address, "--out")
    failed(run(*approving, "approval.json", account=STRANGER), 1, "does not hold the deed")
    approved = ok(*approving, "approval.json", account=LICENSOR)
    assert approved["sha256"] == sha256_file(remix)
    document = ApprovalDocument.from_bytes((tmp_path / "approval.json").read_bytes())
    assert document.approval.registrant == rival.address
    failed(run(*approving, "approval.json", account=LICENSOR), 2, "is there already")
    shown(run(*approving, "again.json", account=LICENSOR), "again.json", rival.address)

    failed(
        run("work", "derive", work, *deriving[3:], "--approval", "approval.json", account=RIVAL),
        *(2, "approves of another work"),
    )
    failed(
        run(*deriving, "--approval", "approval.json", account=STRANGER), 2, "approves of another registrant"
    )
    text = (tmp_path / "approval.json").read_text()
    (tmp_path / "elsewhere.json").write_text(text.replace('"chainId":"31337"', '"chainId":"1"'))
    failed(run(*deriving, "--approval", "elsewhere.json", account=RIVAL), 2, "another chain")
    broken = json.loads(text)
    broken["signature"] = broken["signature"][:-4] + "ffff"
    forged = json.dumps(broken, separators=(",", ":"), sort_keys=True)
    (tmp_path / "forged.json").write_text(forged)
    failed(run(*deriving, "--approval", "forged.json", account=RIVAL), 1, "asks for the approval")
    assert ok(*deriving, "--approval", "approval.json", account=RIVAL)["asset_id"]


def test_a_work_made_with_a_licensed_tool_has_no_vault(
    ok: Ok, run: Run, allow: Allow, remix: Path, vault: Address
) -> None:
    _, license_id = allow()
    made = ok(*("work", "derive", remix, "--source", license_id, "--origin", "ai-generated"), account=RIVAL)
    assert (made["vault"], made["parents"], made["sources"]) == (None, [], [license_id])
    deed = ok("deed", "show", made["asset_id"])
    assert (deed["origin"], deed["derivative"]) == (
        "ai-generated",
        {"vault": None, "parents": [], "sources": [license_id]},
    )
    shown(run("deed", "show", made["asset_id"]), "0 parents, 1 source")


def test_what_no_license_allows_is_not_derived(
    run: Run, allow: Allow, remix: Path, rival: Party, signed_offer: OfferDocument, folder: Path
) -> None:
    _, license_id = allow(royalty_bps=1000)
    share = ("--share", f"{rival.address}=1")
    deriving = ("work", "derive", remix)
    failed(run(*deriving, *share, account=RIVAL), 2, "name its parents or its sources")
    failed(run(*deriving, "--license", license_id, account=RIVAL), 2, "name who shares")
    failed(run(*deriving, "--license", UNKNOWN, *share, account=RIVAL), 1, "no license has the id")
    failed(run(*deriving, "--license", "nothing", *share, account=RIVAL), 2, "neither a license id")
    failed(run(*deriving, "--license", license_id, "--share", "me=1", account=RIVAL), 2, "address")
    failed(run(*deriving, "--license", license_id, *share, account=STRANGER), 1, license_id)
    unsold = folder / file_name(sha256(signed_offer.to_bytes()))
    failed(run(*deriving, "--license", unsold, *share, account=RIVAL), 2, "holds no license on the offer")
    failed(run(*deriving, "--license", remix, *share, account=RIVAL), 1, remix.name)
    failed(
        run(*deriving, "--license", license_id, *share, "--approval", unsold, account=RIVAL),
        *(1, "licet/approval/1 expected"),
    )
    failed(run("work", "derive", "nothing", "--license", license_id, *share, account=RIVAL), 2, "nothing")
