"""`licet dispute` and `licet arbitrate`: a thief's deed, answered, ruled on, and what it leaves."""

from pathlib import Path

import pytest

from licet.documents import EvidenceDocument, OfferDocument, TermsDocument, file_name, ni_uri, sha256
from licet.fingerprint import sha256_file
from licet.rights.conditions import Conditions
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.types import Address
from tests.integration.commands import Ok, Run, failed, shown
from tests.integration.conftest import (
    DAY,
    DEPLOYER,
    DOLLAR,
    LICENSEE,
    LICENSOR,
    RIVAL,
    STRANGER,
    Network,
    Party,
)

pytestmark = pytest.mark.integration

UNKNOWN = "0x" + "7" * 64
TRAINING = TermsDocument("Training", Use.TRAIN, "You may train on this song.")
DRAFTS = ("--evidence-title", "Drafts", "--evidence-text", "My drafts of 2019.")
BOND = 10**16


@pytest.fixture
def stolen(rival: Party, work: Path) -> Registered:
    """The licensor's song, registered by the rival too."""
    return rival.sells.register_work(work)


@pytest.fixture
def disputing(stolen: Registered, asset: Registered, vault: Address) -> tuple[object, ...]:
    return ("dispute", "asset", stolen.asset_id, "--claim", asset.asset_id, "--payee", vault)


@pytest.fixture
def case(ok: Ok, disputing: tuple[object, ...]) -> int:
    number = ok(*disputing, *DRAFTS, "--yes", account=LICENSOR)["case"]
    assert isinstance(number, int)
    return number


@pytest.fixture
def offer(rival: Party, stolen: Registered, dollar: Address, folder: Path) -> Path:
    """The rival's, for 10 dollars, paying the rival."""
    signed = rival.sells.offer(stolen.asset_id, rival.address, Price(dollar, 10 * DOLLAR), TRAINING)
    return folder / file_name(sha256(signed.to_bytes()))


def sell(ok: Ok, licensee: Party, offer: Path) -> None:
    licensee.receive_dollars(10 * DOLLAR)
    ok("license", "buy", "--offer", offer, "--yes", account=LICENSEE)


# Deeds.


def test_what_a_thief_sells_meanwhile_goes_to_the_rightful_holder(
    ok: Ok,
    run: Run,
    case: int,
    offer: Path,
    stolen: Registered,
    licensor: Party,
    licensee: Party,
    rival: Party,
    vault: Address,
) -> None:
    found = ok("dispute", "show", case)
    assert (found["kind"], found["subject"], found["status"]) == ("asset", stolen.asset_id, "open")
    assert (found["claimant"], found["payee"]) == (licensor.address, vault)
    document = EvidenceDocument("Drafts", "My drafts of 2019.").to_bytes()
    assert found["evidence"] == [{"party": licensor.address, "uri": ni_uri(sha256(document))}]
    sell(ok, licensee, offer)
    releasing = ("dispute", "release", case, "--payee", rival.address)
    failed(run(*releasing, account=STRANGER), 1, "can be ruled on")

    voted = ok("arbitrate", "vote", case, "uphold", account=DEPLOYER)
    assert (voted["status"], voted["dispute_number"]) == ("upheld", found["dispute_number"])
    released = ok(*releasing, account=STRANGER)
    assert (released["receiver"], released["amount"]) == (vault, str(10 * DOLLAR))
    assert (rival.dollars, licensee.dollar.balance_of(vault)) == (0, 10 * DOLLAR)
    licensee.receive_dollars(10 * DOLLAR)
    failed(run("license", "buy", "--offer", offer, "--yes", account=LICENSEE), 1, stolen.asset_id)
    failed(run(*releasing, account=STRANGER), 1, "nothing of")

    returned = ok("dispute", "withdraw", account=LICENSOR)
    assert (returned["amount"], returned["who"]) == (str(BOND), licensor.address)
    failed(run("dispute", "withdraw", account=LICENSOR), 1, "nothing is owed")
    assert ok("audit")["verdict"] == "clean"


def test_a_holder_who_stakes_a_bond_is_paid_directly(
    ok: Ok, run: Run, case: int, offer: Path, licensee: Party, rival: Party
) -> None:
    answering = ("dispute", "counter-bond", case)
    failed(run(*answering, account=RIVAL), 2, "--yes")
    failed(run(*answering, "--yes", account=STRANGER), 1, "does not hold the deed")
    answered = ok(*answering, "--yes", account=RIVAL)
    assert (answered["bond"], answered["escrowing"]) == (str(BOND), False)
    assert ok("dispute", "show", case)["counter_bond_by"] == rival.address
    shown(run("dispute", "show", case), f"by a bond of {rival.address}")
    sell(ok, licensee, offer)
    assert rival.dollars == 10 * DOLLAR
    failed(run(*answering, "--yes", account=RIVAL), 1, "answered by a bond before")
    ok("arbitrate", "vote", case, "reject", account=DEPLOYER)
    # The false claim's bond, and their own.
    assert ok("dispute", "withdraw", "--who", rival.address, account=STRANGER)["amount"] == str(2 * BOND)


def test_a_case_that_nobody_rules_on_lapses(ok: Ok, run: Run, case: int, network: Network) -> None:
    failed(run("dispute", "lapse", case, account=STRANGER), 1, "has time")
    network.travel(31 * DAY)
    failed(run("arbitrate", "vote", 99, "uphold", account=DEPLOYER), 1, "case 99")
    assert ok("dispute", "lapse", case, account=STRANGER)["status"] == "lapsed"
    failed(run("dispute", "lapse", case, account=STRANGER), 1, "not open")


def test_anybody_shows_evidence_in_an_open_case(
    ok: Ok, run: Run, case: int, stranger: Party, rival: Party, folder: Path, work: Path
) -> None:
    Path("letter.txt").write_text("I saw it made.")
    showing = ("dispute", "evidence", case)
    uri = "https://files.example/song.txt"
    exhibit = ("--exhibit", work, "--exhibit-uri", uri)
    shown_ = ok(*showing, "--evidence", "letter.txt", *exhibit, account=STRANGER)
    document = EvidenceDocument.from_bytes((folder / file_name(shown_["hash"])).read_bytes())
    assert document == EvidenceDocument("letter", "I saw it made.", uri, sha256_file(work))
    Path("mine.json").write_bytes(EvidenceDocument("Mine", "It is mine.").to_bytes())
    ok(*showing, "--evidence", "mine.json", account=RIVAL)
    parties = [entry["party"] for entry in ok("dispute", "show", case)["evidence"]]
    assert parties[1:] == [stranger.address, rival.address]
    shown(run("dispute", "show", case), rival.address, "evidence by")
    shown(run(*showing, "--evidence", "mine.json", account=RIVAL), "ni:///")

    failed(run(*showing, account=RIVAL), 2, "what does the evidence say?")
    failed(run(*showing, "--evidence-title", "x", account=RIVAL), 2, "what does the evidence say?")
    both = ("--evidence", "mine.json", "--evidence-text", "x")
    failed(run(*showing, *both, account=RIVAL), 2, "not both")
    failed(run(*showing, "--evidence", "nothing", account=RIVAL), 2, "does not exist")
    failed(run(*showing, "--evidence", "mine.json", "--evidence-title", "x", account=RIVAL), 2, "says itself")
    failed(run(*showing, "--evidence", "letter.txt", "--exhibit", work, account=RIVAL), 2, "--exhibit-uri")
    Path("other.json").write_text('{"type":"licet/offer/1"}')
    failed(run(*showing, "--evidence", "other.json", account=RIVAL), 1, "licet/evidence/1 expected")
    ok("arbitrate", "vote", case, "refused", account=DEPLOYER)
    failed(run(*showing, "--evidence", "letter.txt", account=STRANGER), 1, "not open")


def test_a_hostile_uri_is_printed_as_text(ok: Ok, run: Run, case: int, stranger: Party) -> None:
    stranger.contracts.disputes.submit_evidence(case, "https://x.example/\x1b[2J\nlicet: all is well")
    ran = run("dispute", "show", case)
    assert "\x1b" not in ran.out
    assert "\nlicet" not in ran.out
    assert ok("dispute", "show", case)["evidence"][-1]["uri"].startswith("https://x.example/")


def test_what_is_not_disputed(
    run: Run,
    disputing: tuple[object, ...],
    stolen: Registered,
    asset: Registered,
    vault: Address,
    network: Network,
) -> None:
    before = network.rpc("eth_blockNumber")
    failed(run(*disputing, account=LICENSOR), 2, "--yes")
    failed(run(*disputing, "--yes", account=STRANGER), 1, "does not hold the deed")
    failed(run(*disputing, "--yes", "--evidence", "nothing", account=LICENSOR), 2, "does not exist")
    itself = ("--claim", stolen.asset_id, "--payee", vault, "--yes")
    failed(run("dispute", "asset", stolen.asset_id, *itself, account=RIVAL), 1, "does not hold the deed")
    missing = ("--claim", asset.asset_id, "--payee", vault, "--yes")
    failed(run("dispute", "asset", UNKNOWN, *missing, account=LICENSOR), 1, "not registered")
    failed(run("dispute", "show", 1), 1, "case 1 is not open")
    failed(run("dispute", "show", 0), 2, "CASE")
    failed(run("dispute", "show", "x"), 2, "CASE")
    failed(run("dispute", "lapse", 1, account=STRANGER), 1, "case 1")
    failed(run("dispute", "counter-bond", 1, "--yes", account=STRANGER), 1, "case 1")
    failed(run("dispute", "release", 1, "--payee", vault, account=STRANGER), 1, "case 1")
    assert network.rpc("eth_blockNumber") == before


# Works of a catalogue, and licenses.


def test_one_work_of_a_catalogue_is_disputed(
    ok: Ok, run: Run, asset: Registered, work: Path, licensor: Party
) -> None:
    Path("works.csv").write_text(f"id,file\n1,{work.name}\n2,other.txt\n")
    Path("other.txt").write_text("another work")
    catalog = ok("catalog", "register", "works.csv", "--name", "All mine", account=RIVAL)["asset_id"]
    claiming = ("--claim", asset.asset_id, "--yes")
    case = ok("dispute", "work", catalog, work, *claiming, *DRAFTS, account=LICENSOR)["case"]
    found = ok("dispute", "show", case)
    assert (found["kind"], found["work"]) == ("work", sha256_file(work))
    shown(run("dispute", "show", case), sha256_file(work), "about a work")
    ok("arbitrate", "vote", case, "uphold", account=DEPLOYER)
    claims = {claim["asset_id"]: claim for claim in ok("lookup", work)["items"][0]["claims"]}
    assert (claims[catalog]["defeated"], claims[asset.asset_id]["defeated"]) == (True, False)
    again = run("dispute", "work", catalog, work, *claiming, account=LICENSOR)
    failed(again, 1, "has lost a dispute")
    Path("unlisted.txt").write_text("in no catalogue")
    failed(run("dispute", "work", catalog, "unlisted.txt", *claiming, account=LICENSOR), 2, "has no work")
    failed(run("dispute", "work", asset.asset_id, work, *claiming, account=LICENSOR), 2, "no catalogue")
    failed(run("dispute", "work", UNKNOWN, work, *claiming, account=LICENSOR), 1, "not registered")


def test_only_a_revocable_license_is_disputed_and_by_the_holder(
    run: Run,
    ok: Ok,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    vault: Address,
    dollar: Address,
    signed_offer: OfferDocument,
) -> None:
    licensee.receive_dollars(50 * DOLLAR)
    kept = licensee.buys.buy(signed_offer).license_id
    price = Price(dollar, DOLLAR, conditions=Conditions(revocable=True))
    offer = licensor.sells.offer(asset.asset_id, vault, price, TRAINING)
    revocable = licensee.buys.buy(offer).license_id
    failed(run("dispute", "license", kept, "--yes", account=LICENSOR), 1, "do not let a ruling revoke it")
    failed(run("dispute", "license", revocable, "--yes", account=RIVAL), 1, "does not hold the deed")
    failed(run("dispute", "license", UNKNOWN, "--yes", account=LICENSOR), 1, "no license has the id")
    case = ok("dispute", "license", revocable, *DRAFTS, "--yes", account=LICENSOR)["case"]
    assert ok("dispute", "show", case)["kind"] == "license"
    failed(run("dispute", "counter-bond", case, "--yes", account=LICENSOR), 1, f"case {case}")


# Before the arbitrator.


def test_people_follow_a_case(
    run: Run, disputing: tuple[object, ...], stolen: Registered, network: Network, rival: Party
) -> None:
    shown(run(*disputing, "--yes", account=LICENSOR), "case", stolen.asset_id, "due by")
    shown(run("dispute", "show", 1), "1, about an asset", "open; a ruling is due by", "what is escrowed")
    shown(run("arbitrate", "show", 1), "1 of 1", "not yet")
    shown(run("dispute", "counter-bond", 1, "--yes", account=RIVAL), "0.01 ETH", "are paid directly")
    shown(run("arbitrate", "vote", 1, "uphold", account=DEPLOYER), "upheld")
    shown(run("arbitrate", "show", 1), "uphold", "handed over")
    shown(run("dispute", "withdraw", account=LICENSOR), "0.02 ETH")
    shown(run("arbitrate", "withdraw", account=DEPLOYER), "0.001 ETH")


def test_owners_vote_once_decided_it_stays(ok: Ok, run: Run, case: int, network: Network) -> None:
    voting = ("arbitrate", "vote", case)
    failed(run(*voting, "uphold", account=STRANGER), 1, "not an owner")
    failed(run(*voting, "maybe", account=DEPLOYER), 2, "refused|uphold|reject")
    failed(run(*voting, account=DEPLOYER), 2, "Missing argument")
    failed(run("arbitrate", "execute", case, account=STRANGER), 1, "not solved yet")
    failed(run("arbitrate", "vote", case, "uphold", "--contest", account=DEPLOYER), 1, f"case {case}")
    before = ok("arbitrate", "show", case)
    assert (before["executed"], list(before["votes"].values())) == (False, [None])
    ok(*voting, "reject", account=DEPLOYER)
    after = ok("arbitrate", "show", case)
    assert (after["executed"], list(after["votes"].values())) == (True, ["reject"])
    failed(run(*voting, "uphold", account=DEPLOYER), 1, "final")
    failed(run("arbitrate", "execute", case, account=STRANGER), 1, "handed over before")
    failed(run("arbitrate", "withdraw", "--who", UNKNOWN, account=STRANGER), 2, "address")
    assert ok("arbitrate", "withdraw", account=DEPLOYER)["amount"] == str(10**15)
    failed(run("arbitrate", "withdraw", account=DEPLOYER), 1, "no fees are due")
