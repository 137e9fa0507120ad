"""A platform states what an asset's payees earned in a period; nobody contests it, or somebody does."""

from collections.abc import Callable
from pathlib import Path

import pytest

from licet.contracts import Contracts
from licet.contracts.disputes import Ruling
from licet.contracts.publications import statements, vault_at
from licet.contracts.statements import State
from licet.documents import (
    EvidenceDocument,
    Library,
    PayeeShare,
    SplitDocument,
    StatementDocument,
    TermsDocument,
    sha256,
)
from licet.errors import (
    CaseNotOverdue,
    InputError,
    InsufficientBalance,
    NothingOwed,
    NothingToRelease,
    StatementAlreadyPublished,
    StatementIsContested,
    StatementUnknown,
    WindowOpen,
    WindowOver,
)
from licet.licensee import Licensee
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.statement import Statement
from licet.rights.uses import Use
from licet.rights_holder import Price, PublishedSplit, PublishedStatement, Registered
from licet.types import ZERO_ADDRESS, Address, hash32
from tests.integration.conftest import DAY, DOLLAR, Judge, Network, Party

pytestmark = pytest.mark.integration

WRONG = EvidenceDocument("Wrong count", "The gateway's own log has twice as many uses.")
Stating = Callable[..., StatementDocument]


@pytest.fixture
def state(
    asset: Registered, published: PublishedSplit, rival: Party, dollar: Address, network: Network
) -> Stating:
    """What last month came to: 30 dollars for the song's vault, 12 for the rival."""

    def make(amount: int = 30 * DOLLAR, currency: Address = dollar) -> StatementDocument:
        amounts = [PayeeShare(published.vault, amount), PayeeShare(rival.address, 12 * DOLLAR, "Rival")]
        return StatementDocument(
            asset.asset_id,
            network.now - 30 * DAY,
            network.now,
            currency,
            SplitDocument.of(amounts),
            basis="One cent for each use, as the logs have them.",
            usage=(hash32(b"\x0a" * 32),),
        )

    return make


@pytest.fixture
def stated(stranger: Party, state: Stating) -> PublishedStatement:
    """Published by the stranger, who runs a platform; contestable for a week."""
    stranger.receive_dollars(42 * DOLLAR)
    return stranger.sells.publish_statement(state(), 7 * DAY)


def test_a_statement_nobody_contests_reaches_its_payees_through_their_vault(
    stranger: Party,
    artist: Party,
    rival: Party,
    stated: PublishedStatement,
    published: PublishedSplit,
    network: Network,
    dollar: Address,
) -> None:
    assert stranger.dollars == 0
    network.travel_to(stated.contestable_until + 1)
    released = artist.sells.release_statement(stated.id)
    assert released.amount == 42 * DOLLAR
    collected = artist.sells.collect([stated.vault, published.split], dollar)
    assert collected.amounts == {published.vault: 30 * DOLLAR * 3 // 4}
    assert rival.sells.collect([stated.vault], dollar).total == 12 * DOLLAR


def test_a_statement_of_a_remixs_income_goes_up_to_the_song(
    licensor: Party,
    rival: Party,
    stranger: Party,
    artist: Party,
    asset: Registered,
    published: PublishedSplit,
    make_work: Callable[[str], Path],
    network: Network,
    dollar: Address,
) -> None:
    """From the statement's vault through the remix's and the song's to the artist, in one transaction."""
    price = Price(ZERO_ADDRESS, 0, Kind.FREE, conditions=Conditions(royalty_bps=1000))
    terms = TermsDocument("Remixes", Use.DERIVE, "You may remix it.")
    bought = rival.buys.buy(licensor.sells.offer(asset.asset_id, published.vault, price, terms))
    remix = rival.sells.register_derivative(
        make_work("a remix"), [bought.license_id], [PayeeShare(rival.address, 1)]
    )
    amounts = SplitDocument.of([PayeeShare(remix.vault, 40 * DOLLAR)])
    stranger.receive_dollars(40 * DOLLAR)
    document = StatementDocument(remix.asset_id, network.now - DAY, network.now, dollar, amounts)
    stated = stranger.sells.publish_statement(document, 0)
    network.travel_to(stated.contestable_until + 1)
    stranger.sells.release_statement(stated.id)
    vaults = [stated.vault, published.as_vault()]
    collected = artist.sells.collect(vaults, dollar, derivatives=[remix.asset_id])
    assert collected.amounts == {published.vault: 3 * DOLLAR}


def test_who_reads_the_chain_finds_the_statement_and_its_vault(
    stated: PublishedStatement, asset: Registered, reader: Contracts, stranger: Party
) -> None:
    (event,) = statements(reader, asset_id=asset.asset_id)
    assert (event.statement, event.publisher) == (stated.statement, stranger.address)
    assert vault_at(reader, event.vault, Library(allow_http=False)).salt == stated.id
    assert reader.statements.vault_of(stated.statement) == event.vault


def test_its_document_says_how_the_amounts_came_about(
    stated: PublishedStatement, state: Stating, folder: object
) -> None:
    library = Library([str(folder)], allow_http=False)
    document = StatementDocument.from_bytes(library.get(stated.statement.document_hash))
    assert document.basis == state().basis
    assert document.amounts == stated.vault.split
    assert document.amounts.tree().root == stated.statement.root


def test_a_statement_in_native_coin(stranger: Party, rival: Party, state: Stating, network: Network) -> None:
    stated = stranger.sells.publish_statement(state(5, ZERO_ADDRESS), DAY)
    network.travel_to(stated.contestable_until + 1)
    stranger.sells.release_statement(stated.statement)
    assert rival.sells.due(stated.vault, ZERO_ADDRESS) == 12 * DOLLAR


def test_a_statement_leaves_no_allowance(stranger: Party, stated: PublishedStatement) -> None:
    escrow = stranger.contracts.statements.address
    assert stranger.dollar.allowance(stranger.address, escrow) == 0
    assert len(stated.receipts) == 3


def test_a_statement_is_published_once(stranger: Party, state: Stating, reader: Contracts) -> None:
    stranger.receive_dollars(2 * 42 * DOLLAR)
    document = state()
    stated = stranger.sells.publish_statement(document, DAY)
    sent = stranger.chain.nonce(stranger.address)
    with pytest.raises(StatementAlreadyPublished):
        stranger.sells.publish_statement(document, DAY)
    assert (stranger.dollars, stranger.chain.nonce(stranger.address)) == (42 * DOLLAR, sent)
    assert reader.statements.state(stated.id).state is State.PUBLISHED


def test_what_was_paid_in_beforehand_is_not_drawn_again(
    stranger: Party, licensee: Party, state: Stating, reader: Contracts
) -> None:
    """As where somebody else pays for the platform: the purse's address is known beforehand."""
    document = state()
    statement = Statement(
        stranger.address,
        document.asset_id,
        document.since,
        document.until,
        document.currency,
        42 * DOLLAR,
        document.amounts.tree().root,
        sha256(document.to_bytes()),
        "",
        DAY,
    )
    licensee.receive_dollars(40 * DOLLAR)
    licensee.dollar.transfer(reader.statements.purse_of(statement.id), 40 * DOLLAR)
    stranger.receive_dollars(2 * DOLLAR)
    assert stranger.sells.publish_statement(document, DAY).id == statement.id
    assert stranger.dollars == 0


def test_a_statement_needs_its_money(pauper: Party, state: Stating) -> None:
    with pytest.raises(InsufficientBalance, match="units that the statement costs"):
        pauper.sells.publish_statement(state(), DAY)


# Before its window is over.


def test_nothing_is_released_within_the_window(
    stranger: Party, stated: PublishedStatement, network: Network
) -> None:
    with pytest.raises(WindowOpen):
        stranger.sells.release_statement(stated.id)
    network.travel_to(stated.contestable_until)
    with pytest.raises(WindowOpen):
        stranger.sells.release_statement(stated.id)


def test_a_contest_that_is_upheld_returns_the_money(
    stranger: Party, artist: Party, stated: PublishedStatement, judge: Judge, reader: Contracts
) -> None:
    before = artist.chain.balance(artist.address)
    case = artist.sells.contest_statement(stated.id, WRONG)
    with pytest.raises(StatementIsContested):
        stranger.sells.release_statement(stated.id)
    judge.rule(Ruling.UPHOLD, case.case_id, judge.contracts.statements)
    released = artist.sells.release_statement(stated.id)
    assert (released.receiver, stranger.dollars) == (stranger.address, 42 * DOLLAR)
    # The bond comes back, the arbitrator's fee does not.
    bond = reader.statements.bond()
    assert artist.sells.owed_bonds() == bond
    artist.sells.withdraw_bonds()
    assert 0 < before - artist.chain.balance(artist.address) < bond
    assert artist.sells.owed_bonds() == 0


def test_a_contest_that_is_rejected_costs_its_bond(
    stranger: Party,
    artist: Party,
    stated: PublishedStatement,
    judge: Judge,
    network: Network,
    reader: Contracts,
) -> None:
    case = artist.sells.contest_statement(stated.statement, WRONG)
    judge.rule(Ruling.REJECT, case.case_id, judge.contracts.statements)
    network.travel_to(stated.contestable_until + 1)
    released = stranger.sells.release_statement(stated.id)
    assert released.receiver == reader.statements.vault_of(stated.statement)
    with pytest.raises(NothingOwed):
        artist.sells.withdraw_bonds()
    assert artist.sells.owed_bonds(stranger.address) == reader.statements.bond()
    artist.sells.withdraw_bonds(stranger.address)


def test_a_licensee_contests_as_well(licensee: Party, stated: PublishedStatement, reader: Contracts) -> None:
    """Who pays by use has logs of their own."""
    case = licensee.buys.contest_statement(stated.id, WRONG)
    assert reader.statements.case(case.case_id).claimant == licensee.address
    assert reader.statements.state(stated.id).open == 1


def test_a_licensee_without_a_folder_shows_no_evidence(
    licensee: Party, stated: PublishedStatement, reader: Contracts
) -> None:
    buyer = Licensee(licensee.contracts, Library(allow_http=False))
    with pytest.raises(InputError, match="name a folder to publish into"):
        buyer.contest_statement(stated.id, WRONG)
    buyer.contest_statement(stated.id)
    assert reader.statements.state(stated.id).open == 1


def test_a_contest_that_nobody_rules_on_lapses(
    stranger: Party, artist: Party, stated: PublishedStatement, network: Network, reader: Contracts
) -> None:
    case = artist.sells.contest_statement(stated.id)
    with pytest.raises(CaseNotOverdue):
        stranger.sells.lapse(case.case_id, contest=True)
    network.travel_to(case.deadline + 1)
    stranger.sells.lapse(case.case_id, contest=True)
    assert artist.sells.owed_bonds() == reader.statements.bond()
    assert stranger.sells.release_statement(stated.id).amount == 42 * DOLLAR


# Too late, or not at all.


def test_after_its_window_a_statement_stands(
    artist: Party, stated: PublishedStatement, network: Network
) -> None:
    network.travel_to(stated.contestable_until + 1)
    with pytest.raises(WindowOver):
        artist.sells.contest_statement(stated.id)


def test_nothing_is_released_twice(stranger: Party, stated: PublishedStatement, network: Network) -> None:
    network.travel_to(stated.contestable_until + 1)
    stranger.sells.release_statement(stated.id)
    with pytest.raises(NothingToRelease):
        stranger.sells.release_statement(stated.id)


def test_nobody_knows_a_statement_that_was_never_published(artist: Party) -> None:
    unknown = hash32(b"\x01" * 32)
    for attempt in (artist.sells.contest_statement, artist.sells.release_statement):
        with pytest.raises(StatementUnknown):
            attempt(unknown)  # type: ignore[operator]


def test_coins_that_went_astray_are_moved_too(
    stranger: Party, stated: PublishedStatement, network: Network, reader: Contracts
) -> None:
    stranger.chain.pay(reader.statements.purse_of(stated.id), 5)
    network.travel_to(stated.contestable_until + 1)
    assert stranger.sells.release_statement(stated.id, ZERO_ADDRESS).amount == 5
