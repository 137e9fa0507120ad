"""A thief registers somebody's song; the rightful holder disputes it, and sales wait until a ruling."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.catalog import read_catalog
from licet.contracts import Contracts, events
from licet.contracts.assets import DeedFlag
from licet.contracts.cases import Status as CaseStatus
from licet.contracts.disputes import Ruling
from licet.documents import EvidenceDocument, Library, OfferDocument, TermsDocument, ni_uri, sha256
from licet.errors import (
    AssetAlreadyDefeated,
    AssetDefeated,
    CannotCounterBond,
    CaseNotOpen,
    ClaimInvalid,
    DocumentError,
    EscrowNotOver,
    InputError,
    NotDeedHolder,
    NothingEscrowed,
    NothingOwed,
    NotRegistered,
    WorkAlreadyDefeated,
)
from licet.fingerprint import sha256_file
from licet.licensee import Licensee, Status
from licet.rights.uses import Use
from licet.rights_holder import OpenedCase, Price, Registered
from licet.types import Address, hash32
from tests.integration.conftest import DOLLAR, Judge, Network, Party

pytestmark = pytest.mark.integration

DRAFTS = EvidenceDocument("Drafts", "My drafts of 2019, with the dates of the files.")
TRAINING = TermsDocument("Training", Use.TRAIN, "You may train on this song.")
MakeWork = Callable[[str], Path]


@pytest.fixture
def stolen(rival: Party, work: Path) -> Registered:
    """The licensor's song, registered by the rival too."""
    return rival.sells.register_work(work)


@pytest.fixture
def case(licensor: Party, asset: Registered, stolen: Registered, vault: Address) -> OpenedCase:
    """The licensor's dispute of it: what is sold should go to the licensor's vault."""
    return licensor.sells.dispute_asset(stolen.asset_id, asset.asset_id, vault, DRAFTS)


@pytest.fixture
def offer(rival: Party, stolen: Registered, dollar: Address) -> OfferDocument:
    """The rival's, paying the rival."""
    return rival.sells.offer(stolen.asset_id, rival.address, Price(dollar, 10 * DOLLAR), TRAINING)


def buy(licensee: Party, offer: OfferDocument) -> None:
    licensee.receive_dollars(10 * DOLLAR)
    licensee.buys.buy(offer)


# Who is right.


def test_a_thief_sells_no_more_and_gets_nothing_of_what_was_sold_meanwhile(
    licensor: Party,
    licensee: Party,
    rival: Party,
    stolen: Registered,
    offer: OfferDocument,
    case: OpenedCase,
    vault: Address,
    judge: Judge,
    dollar: Address,
    reader: Contracts,
) -> None:
    before = rival.dollars
    buy(licensee, offer)
    judge.rule(Ruling.UPHOLD, case.case_id)
    released = licensor.sells.release_escrow(case.case_id, rival.address, dollar)
    assert (released.receiver, released.amount) == (vault, 10 * DOLLAR)
    assert rival.dollars == before
    assert reader.assets.deed(stolen.asset_id).flags == DeedFlag.DEFEATED
    licensee.receive_dollars(10 * DOLLAR)
    with pytest.raises(AssetDefeated, match="look for the rightful claim"):
        licensee.buys.buy(offer)
    with pytest.raises(AssetDefeated):
        rival.sells.offer(stolen.asset_id, rival.address, Price(dollar, 1), TRAINING)


def test_a_false_claim_delays_the_money_and_costs_its_bond(
    licensor: Party,
    licensee: Party,
    rival: Party,
    stolen: Registered,
    offer: OfferDocument,
    case: OpenedCase,
    judge: Judge,
    dollar: Address,
    reader: Contracts,
) -> None:
    buy(licensee, offer)
    with pytest.raises(EscrowNotOver):
        rival.sells.release_escrow(case.case_id, rival.address, dollar)
    judge.rule(Ruling.REJECT, case.case_id)
    rival.sells.release_escrow(case.case_id, rival.address, dollar)
    assert rival.dollars == 10 * DOLLAR
    assert reader.assets.deed(stolen.asset_id).flags == DeedFlag(0)
    assert rival.sells.owed_bonds() == reader.disputes.bond()
    assert len(rival.sells.withdraw_bonds()) == 1
    with pytest.raises(NothingOwed):
        licensor.sells.withdraw_bonds()
    with pytest.raises(NothingEscrowed):
        rival.sells.release_escrow(case.case_id, rival.address, dollar)


def test_nobody_ruled_in_time(
    stranger: Party,
    licensor: Party,
    licensee: Party,
    rival: Party,
    offer: OfferDocument,
    case: OpenedCase,
    network: Network,
    dollar: Address,
    reader: Contracts,
) -> None:
    buy(licensee, offer)
    network.travel_to(case.deadline + 1)
    stranger.sells.lapse(case.case_id)
    assert reader.disputes.case(case.case_id).status is CaseStatus.LAPSED
    assert licensor.sells.owed_bonds() == reader.disputes.bond()
    stranger.sells.release_escrow(case.case_id, rival.address, dollar)
    assert rival.dollars == 10 * DOLLAR


def test_evidence_stands_in_the_folder_under_its_hash(
    case: OpenedCase, reader: Contracts, folder: Path
) -> None:
    (opened,) = events.find(events.AssetDisputed, case.receipt.logs)
    document = Library([folder], allow_http=False).get(opened.evidence_hash)
    assert EvidenceDocument.from_bytes(document) == DRAFTS


def test_the_other_side_shows_evidence_as_well(
    rival: Party, case: OpenedCase, judge: Judge, folder: Path
) -> None:
    answer = EvidenceDocument("Answer", "I wrote it in 2018.")
    (shown,) = events.find(events.EvidenceShown, rival.sells.submit_evidence(case.case_id, answer).logs)
    assert (shown.case_id, shown.evidence_uri) == (case.case_id, ni_uri(sha256(answer.to_bytes())))
    assert Library([folder], allow_http=False).get(sha256(answer.to_bytes())) == answer.to_bytes()
    judge.rule(Ruling.REJECT, case.case_id)
    with pytest.raises(CaseNotOpen):
        rival.sells.submit_evidence(case.case_id, answer)


# Counter-bonds.


def test_who_stakes_a_bond_is_paid_directly(
    licensee: Party,
    rival: Party,
    offer: OfferDocument,
    case: OpenedCase,
    judge: Judge,
    reader: Contracts,
) -> None:
    rival.sells.counter_bond(case.case_id)
    buy(licensee, offer)
    assert rival.dollars == 10 * DOLLAR
    judge.rule(Ruling.REJECT, case.case_id)
    assert rival.sells.owed_bonds() == 2 * reader.disputes.bond()


def test_a_counter_bond_is_lost_with_the_case(
    licensor: Party, rival: Party, case: OpenedCase, judge: Judge, reader: Contracts
) -> None:
    rival.sells.counter_bond(case.case_id)
    judge.rule(Ruling.UPHOLD, case.case_id)
    assert licensor.sells.owed_bonds() == 2 * reader.disputes.bond()
    assert rival.sells.owed_bonds() == 0


def test_only_the_disputed_deeds_holder_answers_and_only_once(
    stranger: Party, rival: Party, case: OpenedCase, judge: Judge
) -> None:
    with pytest.raises(NotDeedHolder):
        stranger.sells.counter_bond(case.case_id)
    rival.sells.counter_bond(case.case_id)
    with pytest.raises(CannotCounterBond):
        rival.sells.counter_bond(case.case_id)
    judge.rule(Ruling.REJECT, case.case_id)
    with pytest.raises(CaseNotOpen):
        rival.sells.counter_bond(case.case_id)


# What buyers see.


def test_a_look_up_shows_a_dispute_and_how_it_ended(
    case: OpenedCase, asset: Registered, stolen: Registered, work: Path, judge: Judge, passer_by: Licensee
) -> None:
    def flags() -> dict[str, DeedFlag]:
        (found,) = passer_by.lookup([work])
        return {claim.asset_id: claim.flags for claim in found.claims}

    assert flags() == {asset.asset_id: DeedFlag(0), stolen.asset_id: DeedFlag.DISPUTED}
    assert passer_by.lookup([work])[0].contested
    judge.rule(Ruling.UPHOLD, case.case_id)
    assert flags() == {asset.asset_id: DeedFlag(0), stolen.asset_id: DeedFlag.DEFEATED}
    assert not passer_by.lookup([work])[0].contested


def test_a_claim_that_lost_is_no_rival_to_the_one_that_won(
    licensee: Party,
    licensor: Party,
    asset: Registered,
    case: OpenedCase,
    offer: OfferDocument,
    judge: Judge,
    work: Path,
    vault: Address,
    dollar: Address,
) -> None:
    right = licensor.sells.offer(asset.asset_id, vault, Price(dollar, 20 * DOLLAR), TRAINING)
    assert licensee.buys.quote([work], Use.TRAIN).items[0].status is Status.CONTESTED
    judge.rule(Ruling.UPHOLD, case.case_id)
    quote = licensee.buys.quote([work], Use.TRAIN)
    assert [standing.offer for standing in quote.purchases] == [right.offer]


def test_offers_on_a_defeated_deed_do_not_stand(
    passer_by: Licensee, stolen: Registered, offer: OfferDocument, case: OpenedCase, judge: Judge
) -> None:
    assert len(passer_by.offers(stolen.asset_id)) == 1
    judge.rule(Ruling.UPHOLD, case.case_id)
    assert passer_by.offers(stolen.asset_id) == ()


# Works of a catalogue.


@pytest.fixture
def songs(tmp_path: Path, make_work: MakeWork, work: Path) -> Path:
    """A catalogue of four works, one of them the licensor's poem."""
    files = [make_work(f"song {n}") for n in range(3)] + [work]
    path = tmp_path / "songs.csv"
    path.write_text("id,file\n" + "".join(f"{file.stem},{file.name}\n" for file in files))
    return path


@pytest.fixture
def scraped(rival: Party, songs: Path) -> Registered:
    return rival.sells.register_catalog(read_catalog(songs), "Scraped")


def test_one_work_of_a_catalogue_is_disputed_and_the_others_are_not(
    licensor: Party,
    asset: Registered,
    scraped: Registered,
    work: Path,
    judge: Judge,
    passer_by: Licensee,
    reader: Contracts,
) -> None:
    case = licensor.sells.dispute_work(scraped.asset_id, work, asset.asset_id, DRAFTS)
    assert reader.disputes.work_of(case.case_id) == sha256_file(work)

    def flags(item: str | Path) -> DeedFlag:
        (found,) = passer_by.lookup([item])
        return next(claim.flags for claim in found.claims if claim.asset_id == scraped.asset_id)

    assert (flags(work), flags("song_1")) == (DeedFlag.DISPUTED, DeedFlag(0))
    judge.rule(Ruling.UPHOLD, case.case_id)
    assert (flags(work), flags("song_1")) == (DeedFlag.DEFEATED, DeedFlag(0))
    assert reader.assets.deed(scraped.asset_id).flags == DeedFlag(0)
    assert not passer_by.lookup([work])[0].contested
    with pytest.raises(WorkAlreadyDefeated):
        licensor.sells.dispute_work(scraped.asset_id, sha256_file(work), asset.asset_id)


def test_a_catalogue_is_disputed_for_works_that_it_has(
    licensor: Party, asset: Registered, stolen: Registered, scraped: Registered, make_work: MakeWork
) -> None:
    with pytest.raises(InputError, match="has no work"):
        licensor.sells.dispute_work(scraped.asset_id, make_work("an essay"), asset.asset_id)
    with pytest.raises(InputError, match="dispute the asset"):
        licensor.sells.dispute_work(stolen.asset_id, make_work("an essay"), asset.asset_id)
    with pytest.raises(NotRegistered):
        licensor.sells.dispute_work(hash32(b"\x01" * 32), make_work("an essay"), asset.asset_id)


def test_a_catalogue_whose_list_is_lost_cannot_be_proven_against(
    licensor: Party, asset: Registered, scraped: Registered, work: Path, folder: Path
) -> None:
    for document in folder.iterdir():
        document.unlink()
    with pytest.raises(DocumentError, match="not found in"):
        licensor.sells.dispute_work(scraped.asset_id, work, asset.asset_id)


# Refused.


def test_who_has_no_deed_claims_nothing(
    stranger: Party, asset: Registered, stolen: Registered, scraped: Registered, work: Path, vault: Address
) -> None:
    """Neither on another's deed, nor on the one disputed."""
    with pytest.raises(ClaimInvalid, match="register the content yourself"):
        stranger.sells.dispute_asset(stolen.asset_id, asset.asset_id, vault)
    with pytest.raises(ClaimInvalid):
        stranger.sells.dispute_work(scraped.asset_id, work, asset.asset_id)


def test_a_deed_that_lost_is_not_disputed_again(
    licensor: Party, asset: Registered, stolen: Registered, case: OpenedCase, judge: Judge, vault: Address
) -> None:
    judge.rule(Ruling.UPHOLD, case.case_id)
    with pytest.raises(AssetAlreadyDefeated):
        licensor.sells.dispute_asset(stolen.asset_id, asset.asset_id, vault)
