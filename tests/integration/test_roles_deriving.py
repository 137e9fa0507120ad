"""A song, its remix, and a sampler of the remix: what each may sell, and whom its income reaches."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.contracts import Contracts, events
from licet.contracts.assets import DeedFlag
from licet.contracts.income import derivative_of
from licet.contracts.publications import registration, vault_at
from licet.contracts.terms import LicenseTerms
from licet.documents import Library, OfferDocument, PayeeShare, SplitDocument, TermsDocument
from licet.errors import (
    ApprovalInvalid,
    AssetAlreadyRegistered,
    CurrencyNotCeilings,
    DocumentMissing,
    InputError,
    LicenseUnknown,
    NotDeedHolder,
    NothingDue,
    ParentLicenseInvalid,
    ParentsIncompatible,
    PayeeNotVault,
    RevenueCeilingReached,
    Reverted,
    TermBeyondParents,
    TermsNotReciprocal,
    UnexpectedAnswer,
    UsesBeyondParents,
)
from licet.fingerprint import sha256_file
from licet.licensee import Licensee
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.registration import Origin
from licet.rights.uses import Use
from licet.rights_holder import Price, PublishedSplit, Registered, RegisteredDerivative
from licet.types import ZERO_ADDRESS, Address, Hash32, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Party

pytestmark = pytest.mark.integration

MakeWork = Callable[[str], Path]
Deriving = Callable[..., LicenseTerms]
REMIXING = TermsDocument("Remixes", Use.DERIVE | Use.TRAIN, "You may remix this song, and train on it.")
TRAINING = TermsDocument("Training", Use.TRAIN, "You may train on this song.")
FREE = Price(ZERO_ADDRESS, 0, Kind.FREE)


@pytest.fixture
def derive(vault: Address) -> Deriving:
    """Gives somebody a license to derive: `derive(licensor, asset_id, licensee, royalty_bps=1000)`."""

    def give(
        seller: Party,
        asset_id: Hash32,
        buyer: Party,
        *,
        payee: Address = vault,
        terms: TermsDocument = REMIXING,
        price: Price = FREE,
        **conditions: object,
    ) -> LicenseTerms:
        offered = replace(price, conditions=Conditions(**conditions))  # type: ignore[arg-type]
        offer = seller.sells.offer(asset_id, payee, offered, terms)
        return LicenseTerms(buyer.buys.buy(offer).grant, offer.conditions)

    return give


@pytest.fixture
def to_remix(licensor: Party, asset: Registered, rival: Party, derive: Deriving) -> LicenseTerms:
    """The rival may remix the licensor's song, for a tenth of the income."""
    return derive(licensor, asset.asset_id, rival, royalty_bps=1000)


@pytest.fixture
def remix(rival: Party, to_remix: LicenseTerms, make_work: MakeWork) -> RegisteredDerivative:
    return rival.sells.register_derivative(
        make_work("a remix"), [to_remix], [PayeeShare(rival.address, 1, "The remixer")]
    )


@pytest.fixture
def sampler(
    rival: Party, stranger: Party, remix: RegisteredDerivative, derive: Deriving, make_work: MakeWork
) -> RegisteredDerivative:
    """The stranger sampled the remix, for a fifth of the income."""
    to_sample = derive(rival, remix.asset_id, stranger, payee=remix.vault, royalty_bps=2000)
    return stranger.sells.register_derivative(
        make_work("a sampler"), [to_sample], [PayeeShare(stranger.address, 1)]
    )


def sell(seller: Party, made: RegisteredDerivative, buyer: Party, amount: int) -> OfferDocument:
    """Sells a license to train on a derivative."""
    price = Price(buyer.dollar.address, amount)
    offer = seller.sells.offer(made.asset_id, made.vault, price, TRAINING)
    buyer.receive_dollars(amount)
    buyer.buys.buy(offer)
    return offer


def shares_of(made: RegisteredDerivative) -> dict[Address, int]:
    assert made.split is not None
    return made.split.split.tree().shares


# Registering.


def test_a_derivative_is_registered_with_its_parents(
    remix: RegisteredDerivative,
    to_remix: LicenseTerms,
    asset: Registered,
    vault: Address,
    reader: Contracts,
) -> None:
    event = derivative_of(reader, remix.asset_id)
    (line,) = event.parents
    assert (line.license_id, line.asset_id) == (to_remix.license_id, asset.asset_id)
    assert (line.payee, line.royalty_bps) == (vault, 1000)
    assert (event.vault, event.split) == (remix.vault, remix.derivation.split)
    assert reader.assets.deed(remix.asset_id).flags == DeedFlag.DERIVATIVE


def test_the_parents_payee_has_what_the_license_asks_and_the_makers_the_rest(
    remix: RegisteredDerivative, vault: Address, rival: Party
) -> None:
    assert shares_of(remix) == {vault: 1, rival.address: 9}


def test_a_derivatives_vault_can_be_read_from_chain_alone(
    remix: RegisteredDerivative, reader: Contracts
) -> None:
    assert remix.split is not None
    found = vault_at(reader, remix.vault, Library(allow_http=False))
    assert found.split.tree().shares == shares_of(remix)
    assert found.salt == remix.derivation.lineage == remix.split.salt


def test_equal_splits_of_different_derivatives_have_different_vaults(
    licensor: Party,
    asset: Registered,
    rival: Party,
    remix: RegisteredDerivative,
    derive: Deriving,
    make_work: MakeWork,
) -> None:
    another = derive(licensor, asset.asset_id, rival, royalty_bps=1000)
    made = rival.sells.register_derivative(make_work("more"), [another], [PayeeShare(rival.address, 1)])
    assert shares_of(made) == shares_of(remix)
    assert made.vault != remix.vault


def test_a_derivative_is_registered_by_its_hash_and_its_licenses_ids(
    rival: Party, to_remix: LicenseTerms, make_work: MakeWork, reader: Contracts
) -> None:
    content = sha256_file(make_work("a remix"))
    made = rival.sells.register_derivative(
        content, [to_remix.license_id], [PayeeShare(rival.address, 1)], origin=Origin.AI_ASSISTED
    )
    event = registration(reader, made.asset_id)
    assert (event.content, event.origin) == (content, Origin.AI_ASSISTED)


def test_the_terms_of_a_published_offer_are_found_on_chain(
    licensor: Party,
    asset: Registered,
    rival: Party,
    vault: Address,
    make_work: MakeWork,
    folder: Path,
) -> None:
    """Where nobody hands on the documents."""
    offer = licensor.sells.offer(asset.asset_id, vault, FREE, REMIXING)
    licensor.sells.publish_offer(offer.offer, offer.conditions)
    license_id = rival.buys.buy(offer).license_id
    for document in folder.iterdir():
        document.unlink()
    made = rival.sells.register_derivative(make_work("a remix"), [license_id], [PayeeShare(rival.address, 1)])
    assert made.derivation.license_ids == (license_id,)


def test_licenses_whose_conditions_nobody_knows_are_named_by_hand(
    rival: Party, to_remix: LicenseTerms, make_work: MakeWork, folder: Path
) -> None:
    for document in folder.iterdir():
        document.unlink()
    shares = [PayeeShare(rival.address, 1)]
    with pytest.raises(DocumentMissing, match="and its signed document is not in"):
        rival.sells.register_derivative(make_work("a remix"), [to_remix.license_id], shares)
    rival.sells.register_derivative(make_work("a remix"), [to_remix], shares)


def test_parents_with_one_payee_have_one_share_for_both(
    licensor: Party,
    rival: Party,
    asset: Registered,
    vault: Address,
    derive: Deriving,
    make_work: MakeWork,
) -> None:
    other = licensor.sells.register_work(make_work("another song"))
    parents = [
        derive(licensor, asset.asset_id, rival, royalty_bps=1000),
        derive(licensor, other.asset_id, rival, royalty_bps=1500),
    ]
    made = rival.sells.register_derivative(make_work("a mix"), parents, [PayeeShare(rival.address, 1)])
    assert shares_of(made) == {vault: 1, rival.address: 3}


@pytest.mark.parametrize("order", [1, -1])
def test_parents_may_be_named_in_any_order(
    licensor: Party,
    stranger: Party,
    rival: Party,
    asset: Registered,
    vault: Address,
    derive: Deriving,
    make_work: MakeWork,
    order: int,
) -> None:
    other = stranger.sells.register_work(make_work("another song"))
    parents = [
        derive(licensor, asset.asset_id, rival, royalty_bps=1000),
        derive(stranger, other.asset_id, rival, payee=stranger.address, royalty_bps=4000),
    ]
    made = rival.sells.register_derivative(
        make_work("a mix"), parents[::order], [PayeeShare(rival.address, 1)]
    )
    assert shares_of(made) == {vault: 1, stranger.address: 4, rival.address: 5}


def test_a_parent_that_asks_nothing_is_a_parent_all_the_same(
    licensor: Party,
    rival: Party,
    asset: Registered,
    derive: Deriving,
    make_work: MakeWork,
    reader: Contracts,
) -> None:
    gift = derive(licensor, asset.asset_id, rival)
    made = rival.sells.register_derivative(make_work("a mix"), [gift], [PayeeShare(rival.address, 1)])
    assert shares_of(made) == {rival.address: 1}
    assert [line.license_id for line in derivative_of(reader, made.asset_id).parents] == [gift.license_id]


def test_the_tool_that_made_a_work_is_named_as_its_source(
    licensor: Party,
    rival: Party,
    asset: Registered,
    derive: Deriving,
    make_work: MakeWork,
    reader: Contracts,
) -> None:
    """A license to train makes no parent: the work is sold like any other."""
    tool = derive(licensor, asset.asset_id, rival, terms=TRAINING)
    made = rival.sells.register_derivative(make_work("output"), [], sources=[tool.license_id])
    assert derivative_of(reader, made.asset_id).sources == (tool.license_id,)
    assert (made.split, made.vault) == (None, ZERO_ADDRESS)
    assert reader.assets.deed(made.asset_id).flags == DeedFlag(0)


# Refused, before anything is sent.


def refused(rival: Party, work: Path, parents: list[LicenseTerms], **more: object) -> Callable[[], object]:
    """Tries to register a derivative, and makes sure that not even its split was published."""

    def attempt() -> None:
        sent = rival.chain.nonce(rival.address)
        try:
            rival.sells.register_derivative(work, parents, [PayeeShare(rival.address, 1)], **more)  # type: ignore[arg-type]
        finally:
            assert rival.chain.nonce(rival.address) == sent

    return attempt


def test_somebody_elses_license_makes_nobody_a_remixer(
    stranger: Party, to_remix: LicenseTerms, work: Path
) -> None:
    with pytest.raises(ParentLicenseInvalid, match="buy one that permits deriving") as caught:
        refused(stranger, work, [to_remix])()
    assert caught.value.facts["registrant"] == stranger.address


def test_a_license_to_train_does_not_permit_to_derive(
    licensor: Party, rival: Party, asset: Registered, derive: Deriving, work: Path
) -> None:
    with pytest.raises(ParentLicenseInvalid):
        refused(rival, work, [derive(licensor, asset.asset_id, rival, terms=TRAINING)])()


def test_a_license_that_ran_out_does_not_permit_to_derive(
    licensor: Party, rival: Party, asset: Registered, derive: Deriving, work: Path, network: Network
) -> None:
    parent = derive(licensor, asset.asset_id, rival, price=replace(FREE, duration=DAY))
    network.travel(DAY)
    with pytest.raises(ParentLicenseInvalid, match="or renew it"):
        refused(rival, work, [parent])()


def test_a_work_is_registered_once(rival: Party, remix: RegisteredDerivative, to_remix: LicenseTerms) -> None:
    with pytest.raises(AssetAlreadyRegistered):
        rival.sells.register_derivative(
            remix.registration.content, [to_remix], [PayeeShare(rival.address, 1)]
        )


def test_a_derivative_is_made_from_something(rival: Party, work: Path) -> None:
    with pytest.raises(InputError, match="name its parents or its sources"):
        rival.sells.register_derivative(work, [])


def test_a_license_that_nobody_bought_is_no_parent(rival: Party, work: Path) -> None:
    with pytest.raises(LicenseUnknown, match="check the id"):
        rival.sells.register_derivative(work, [hash32(b"\x07" * 32)], [PayeeShare(rival.address, 1)])


def test_what_is_neither_a_file_nor_a_hash_is_no_work(rival: Party, to_remix: LicenseTerms) -> None:
    with pytest.raises(InputError, match="is not a file, and no SHA-256"):
        rival.sells.register_derivative("nowhere.txt", [to_remix], [PayeeShare(rival.address, 1)])


# Approval.


@pytest.fixture
def to_ask(licensor: Party, rival: Party, asset: Registered, derive: Deriving) -> LicenseTerms:
    """A license to remix, if the licensor likes the remix."""
    return derive(licensor, asset.asset_id, rival, royalty_bps=500, approval=True)


def test_a_remix_that_the_licensor_likes(
    licensor: Party, rival: Party, to_ask: LicenseTerms, make_work: MakeWork, reader: Contracts
) -> None:
    work = make_work("a nice remix")
    approval = licensor.sells.approve_derivative(to_ask.license_id, work, rival.address)
    made = rival.sells.register_derivative(
        work, [to_ask], [PayeeShare(rival.address, 1)], approvals={to_ask.license_id: approval}
    )
    assert reader.assets.deed(made.asset_id).holder == rival.address


def test_without_approval_the_licensor_is_to_be_asked(rival: Party, to_ask: LicenseTerms, work: Path) -> None:
    with pytest.raises(InputError, match="have them sign one for this work"):
        refused(rival, work, [to_ask])()


def test_an_approval_is_for_one_work(
    licensor: Party, rival: Party, to_ask: LicenseTerms, make_work: MakeWork
) -> None:
    approval = licensor.sells.approve_derivative(to_ask.license_id, make_work("nice"), rival.address)
    with pytest.raises(ApprovalInvalid, match="sign this very content for this registrant") as caught:
        refused(rival, make_work("awful"), [to_ask], approvals={to_ask.license_id: approval})()
    assert caught.value.facts["holder"] == licensor.address


def test_only_the_deeds_holder_approves(stranger: Party, rival: Party, to_ask: LicenseTerms) -> None:
    with pytest.raises(NotDeedHolder, match="sign with the holder's key"):
        stranger.sells.approve_derivative(to_ask.license_id, hash32(b"\x01" * 32), rival.address)


def test_after_a_sale_of_the_deed_its_new_holder_approves(
    licensor: Party, stranger: Party, rival: Party, to_ask: LicenseTerms, asset: Registered, work: Path
) -> None:
    licensor.sells.transfer_deed(asset.asset_id, stranger.address)
    with pytest.raises(NotDeedHolder):
        licensor.sells.approve_derivative(to_ask.license_id, work, rival.address)
    approval = stranger.sells.approve_derivative(to_ask.license_id, work, rival.address)
    rival.sells.register_derivative(
        work, [to_ask], [PayeeShare(rival.address, 1)], approvals={to_ask.license_id: approval}
    )


# Selling.


def test_a_derivative_pays_its_own_vault_only(
    rival: Party, remix: RegisteredDerivative, dollar: Address
) -> None:
    with pytest.raises(PayeeNotVault, match="it must pay the vault") as caught:
        rival.sells.offer(remix.asset_id, rival.address, Price(dollar, DOLLAR), TRAINING)
    assert caught.value.facts["vault"] == remix.vault


def test_a_derivative_permits_no_more_than_its_parents(
    rival: Party, remix: RegisteredDerivative, dollar: Address
) -> None:
    display = TermsDocument("Display", Use.DISPLAY, "You may show it.")
    with pytest.raises(UsesBeyondParents):
        rival.sells.offer(remix.asset_id, remix.vault, Price(dollar, DOLLAR), display)


@pytest.fixture
def subscription(
    licensor: Party, rival: Party, asset: Registered, derive: Deriving, dollar: Address
) -> LicenseTerms:
    """The rival may remix the song for 30 days, and may renew that."""
    rival.receive_dollars(5 * DOLLAR)
    price = Price(dollar, DOLLAR, Kind.SUBSCRIPTION, duration=30 * DAY)
    return derive(licensor, asset.asset_id, rival, price=price, royalty_bps=1000)


def test_a_derivatives_licenses_end_with_its_parents_until_those_are_renewed(
    rival: Party,
    licensee: Party,
    subscription: LicenseTerms,
    work: Path,
    passer_by: Licensee,
    dollar: Address,
) -> None:
    made = rival.sells.register_derivative(work, [subscription], [PayeeShare(rival.address, 1)])
    price = Price(dollar, DOLLAR, duration=40 * DAY)
    with pytest.raises(TermBeyondParents, match="renew those and refresh the parents"):
        rival.sells.offer(made.asset_id, made.vault, price, TRAINING)

    rival.buys.renew(subscription.license_id)
    with pytest.raises(TermBeyondParents):
        rival.sells.offer(made.asset_id, made.vault, price, TRAINING)

    rival.sells.refresh_parents(made.asset_id)
    offer = rival.sells.offer(made.asset_id, made.vault, price, TRAINING)
    licensee.receive_dollars(DOLLAR)
    license_id = licensee.buys.buy(offer).license_id
    assert passer_by.permits(license_id, Use.TRAIN, work)


def test_offers_beyond_the_parents_term_are_not_found(
    rival: Party,
    licensee: Party,
    subscription: LicenseTerms,
    make_work: MakeWork,
    passer_by: Licensee,
    network: Network,
    dollar: Address,
) -> None:
    made = rival.sells.register_derivative(make_work("remix"), [subscription], [PayeeShare(rival.address, 1)])
    offer = rival.sells.offer(made.asset_id, made.vault, Price(dollar, DOLLAR, duration=20 * DAY), TRAINING)
    assert [standing.offer for standing in passer_by.offers(made.asset_id)] == [offer.offer]
    network.travel(11 * DAY)
    assert passer_by.offers(made.asset_id) == ()
    licensee.receive_dollars(DOLLAR)
    with pytest.raises(TermBeyondParents):
        licensee.buys.buy(offer)


def test_only_derivatives_have_parents_to_refresh(rival: Party, asset: Registered) -> None:
    with pytest.raises(InputError, match="is no derivative"):
        rival.sells.refresh_parents(asset.asset_id)


def test_share_alike(
    licensor: Party,
    rival: Party,
    asset: Registered,
    derive: Deriving,
    work: Path,
    dollar: Address,
    reader: Contracts,
) -> None:
    """A reciprocal license: remixes on the same terms, or not at all."""
    parent = derive(licensor, asset.asset_id, rival, reciprocal=True)
    made = rival.sells.register_derivative(work, [parent], [PayeeShare(rival.address, 1)])
    assert reader.assets.deed(made.asset_id).flags & DeedFlag.RECIPROCAL
    with pytest.raises(TermsNotReciprocal):
        rival.sells.offer(made.asset_id, made.vault, Price(dollar, 1), TRAINING)
    rival.sells.offer(made.asset_id, made.vault, Price(dollar, 1), REMIXING)


def test_two_ways_of_share_alike_do_not_mix(
    licensor: Party, rival: Party, asset: Registered, derive: Deriving, work: Path
) -> None:
    other = TermsDocument("Other remixes", Use.DERIVE, "You may remix this.")
    parents = [
        derive(licensor, asset.asset_id, rival, reciprocal=True),
        derive(licensor, asset.asset_id, rival, reciprocal=True, terms=other),
    ]
    with pytest.raises(ParentsIncompatible):
        refused(rival, work, parents)()


@pytest.fixture
def capped(
    licensor: Party, rival: Party, asset: Registered, derive: Deriving, work: Path, dollar: Address
) -> RegisteredDerivative:
    """A remix that may earn 10 dollars."""
    rival.receive_dollars(DOLLAR)
    parent = derive(licensor, asset.asset_id, rival, price=Price(dollar, DOLLAR), revenue_ceiling=10 * DOLLAR)
    return rival.sells.register_derivative(work, [parent], [PayeeShare(rival.address, 1)])


def test_a_derivative_sells_up_to_its_ceiling(
    rival: Party, licensee: Party, capped: RegisteredDerivative, passer_by: Licensee, dollar: Address
) -> None:
    offer = sell(rival, capped, licensee, 6 * DOLLAR)
    assert passer_by.offers(capped.asset_id) == ()
    with pytest.raises(RevenueCeilingReached, match="license the parents anew"):
        rival.sells.offer(capped.asset_id, capped.vault, Price(dollar, 5 * DOLLAR), TRAINING)
    licensee.receive_dollars(6 * DOLLAR)
    with pytest.raises(RevenueCeilingReached) as caught:
        licensee.buys.buy(offer)
    assert caught.value.facts["revenue"] == 12 * DOLLAR


def test_a_ceiling_waits_for_a_dispute_of_the_derivative(
    rival: Party,
    stranger: Party,
    capped: RegisteredDerivative,
    work: Path,
    vault: Address,
    dollar: Address,
    passer_by: Licensee,
) -> None:
    """What lies in escrow could not be counted; a counter-bond lets the sales go on."""
    rival.sells.offer(capped.asset_id, capped.vault, Price(dollar, DOLLAR), TRAINING)
    assert len(passer_by.offers(capped.asset_id)) == 1
    claim = stranger.sells.register_work(work)
    case = stranger.sells.dispute_asset(capped.asset_id, claim.asset_id, vault)
    assert passer_by.offers(capped.asset_id) == ()
    rival.sells.counter_bond(case.case_id)
    assert len(passer_by.offers(capped.asset_id)) == 1


def test_a_ceiling_is_in_one_currency(rival: Party, capped: RegisteredDerivative) -> None:
    with pytest.raises(CurrencyNotCeilings, match="sells in that currency only"):
        rival.sells.offer(capped.asset_id, capped.vault, Price(ZERO_ADDRESS, 1), TRAINING)


def test_under_a_ceiling_nothing_is_metered(
    rival: Party, capped: RegisteredDerivative, dollar: Address
) -> None:
    with pytest.raises(InputError, match="units are paid after their sale"):
        rival.sells.offer(capped.asset_id, capped.vault, Price(dollar, 1, Kind.METERED), TRAINING)


# Income goes up.


def test_two_levels_up_to_the_artists_wallet_in_one_transaction(
    rival: Party,
    licensee: Party,
    artist: Party,
    remix: RegisteredDerivative,
    published: PublishedSplit,
    dollar: Address,
) -> None:
    """A remix sells for 100: a tenth is the song's, of which the artist has three quarters."""
    sell(rival, remix, licensee, 100 * DOLLAR)
    sent = artist.chain.nonce(artist.address)
    collected = artist.sells.collect([published.split], dollar, derivatives=[remix.asset_id])
    assert artist.dollars == collected.total == 75 * DOLLAR // 10
    assert collected.amounts == {published.vault: artist.dollars}
    assert artist.chain.nonce(artist.address) == sent + 1


def test_three_levels_up_to_the_artists_wallet_in_one_transaction(
    stranger: Party,
    licensee: Party,
    artist: Party,
    co_artist: Party,
    rival: Party,
    remix: RegisteredDerivative,
    sampler: RegisteredDerivative,
    published: PublishedSplit,
    dollar: Address,
    reader: Contracts,
) -> None:
    """A sampler sells for 100: a fifth is the remix's, a tenth of that the song's."""
    sell(stranger, sampler, licensee, 100 * DOLLAR)
    sent = artist.chain.nonce(artist.address)
    collected = artist.sells.collect([published.split], dollar, derivatives=[sampler.asset_id])
    assert artist.dollars == collected.total == 2 * DOLLAR * 3 // 4
    assert artist.chain.nonce(artist.address) == sent + 1
    assert {log.address for log in collected.receipt.logs} >= {published.vault, remix.vault, sampler.vault}

    # What is left on the way belongs to the others, to the unit.
    assert co_artist.sells.collect([published.split], dollar).total == 2 * DOLLAR // 4
    assert rival.sells.collect([rival.sells.vault_at(remix.vault)], dollar).total == 18 * DOLLAR
    assert stranger.sells.collect([stranger.sells.vault_at(sampler.vault)], dollar).total == 80 * DOLLAR
    for vault in (published.vault, remix.vault, sampler.vault):
        assert reader.vaults.received(vault, dollar) == reader.vaults.released(vault, dollar)


def test_native_coin_goes_up_as_well(
    stranger: Party,
    licensee: Party,
    artist: Party,
    sampler: RegisteredDerivative,
    published: PublishedSplit,
) -> None:
    licensee.chain.pay(sampler.vault, 10**18)
    before = artist.chain.balance(artist.address)
    stranger.sells.collect([published.split], ZERO_ADDRESS, artist.address, derivatives=[sampler.asset_id])
    assert artist.chain.balance(artist.address) - before == 10**18 // 50 * 3 // 4


def test_all_that_was_made_from_a_song_is_found(
    artist: Party, remix: RegisteredDerivative, sampler: RegisteredDerivative, vault: Address
) -> None:
    assert artist.sells.derivatives_of([vault]) == (remix.asset_id, sampler.asset_id)
    assert artist.sells.derivatives_of([remix.vault]) == (sampler.asset_id,)
    assert artist.sells.derivatives_of([sampler.vault]) == ()


def test_income_of_all_levels_comes_together(
    rival: Party,
    stranger: Party,
    licensee: Party,
    artist: Party,
    remix: RegisteredDerivative,
    sampler: RegisteredDerivative,
    published: PublishedSplit,
    dollar: Address,
) -> None:
    licensee.receive_dollars(4 * DOLLAR)
    licensee.dollar.transfer(published.vault, 4 * DOLLAR)
    sell(rival, remix, licensee, 100 * DOLLAR)
    sell(stranger, sampler, licensee, 100 * DOLLAR)
    found = artist.sells.derivatives_of([published.vault])
    collected = artist.sells.collect([published.split], dollar, derivatives=found)
    assert collected.total == (4 + 10 + 2) * DOLLAR * 3 // 4


def test_a_sampler_of_both_song_and_remix_pays_each(
    licensor: Party,
    rival: Party,
    stranger: Party,
    licensee: Party,
    artist: Party,
    asset: Registered,
    remix: RegisteredDerivative,
    published: PublishedSplit,
    derive: Deriving,
    make_work: MakeWork,
    dollar: Address,
) -> None:
    parents = [
        derive(rival, remix.asset_id, stranger, payee=remix.vault, royalty_bps=2000),
        derive(licensor, asset.asset_id, stranger, royalty_bps=3000),
    ]
    made = stranger.sells.register_derivative(make_work("both"), parents, [PayeeShare(stranger.address, 1)])
    sell(stranger, made, licensee, 100 * DOLLAR)
    collected = artist.sells.collect([published.split], dollar, derivatives=[made.asset_id])
    assert collected.total == (30 + 2) * DOLLAR * 3 // 4


def test_a_licensee_pushes_the_income_up_for_the_artist(
    stranger: Party,
    licensee: Party,
    artist: Party,
    sampler: RegisteredDerivative,
    published: PublishedSplit,
    dollar: Address,
) -> None:
    sell(stranger, sampler, licensee, 100 * DOLLAR)
    pushed = licensee.buys.push([published.vault], dollar, artist.address, derivatives=[sampler.asset_id])
    assert pushed.total == artist.dollars == 15 * DOLLAR // 10


def test_vaults_that_pay_vaults_are_collected_in_the_right_order(
    rival: Party,
    licensee: Party,
    artist: Party,
    remix: RegisteredDerivative,
    published: PublishedSplit,
    dollar: Address,
) -> None:
    """Whatever the order that they are named in."""
    assert remix.split is not None
    sell(rival, remix, licensee, 100 * DOLLAR)
    vaults = [published.as_vault(), remix.split.as_vault()]
    assert artist.sells.collect(vaults, dollar).amounts == {published.vault: 75 * DOLLAR // 10}


def test_without_naming_the_derivative_its_income_waits(
    rival: Party,
    licensee: Party,
    artist: Party,
    remix: RegisteredDerivative,
    published: PublishedSplit,
    dollar: Address,
) -> None:
    sell(rival, remix, licensee, 100 * DOLLAR)
    with pytest.raises(NothingDue):
        artist.sells.collect([published.split], dollar)


def test_a_derivative_that_leads_elsewhere_is_no_way_up(
    stranger: Party, remix: RegisteredDerivative, dollar: Address
) -> None:
    own = SplitDocument.of([PayeeShare(stranger.address, 1)])
    with pytest.raises(InputError, match="name the vaults on the way, or leave it out"):
        stranger.sells.collect([own], dollar, derivatives=[remix.asset_id])


def test_a_node_that_invents_payees_is_found_out(
    stranger: Party, remix: RegisteredDerivative, dollar: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = events.read

    def lying(*arguments: Any, **more: Any) -> Iterator[Any]:
        for event in honest(*arguments, **more):
            parents = tuple(replace(line, payee=stranger.address) for line in event.parents)
            yield replace(event, parents=parents)

    monkeypatch.setattr(events, "read", lying)
    with pytest.raises(UnexpectedAnswer, match="ask another node"):
        stranger.sells.collect([], dollar, derivatives=[remix.asset_id])


def test_an_original_has_no_income_to_send_up(
    artist: Party, published: PublishedSplit, asset: Registered, dollar: Address
) -> None:
    with pytest.raises(InputError, match="is no derivative"):
        artist.sells.collect([published.split], dollar, derivatives=[asset.asset_id])


def test_the_maker_cannot_take_the_parents_share(
    rival: Party, licensee: Party, remix: RegisteredDerivative, dollar: Address
) -> None:
    sell(rival, remix, licensee, 100 * DOLLAR)
    vault = rival.sells.vault_at(remix.vault)
    assert rival.sells.due(vault, dollar) == rival.sells.collect([vault], dollar).total == 90 * DOLLAR
    with pytest.raises(Reverted):
        rival.sells.collect([vault], dollar)


def test_pinning_tells_markets_the_derivatives_own_vault_only(
    rival: Party, remix: RegisteredDerivative, reader: Contracts
) -> None:
    with pytest.raises(PayeeNotVault):
        rival.sells.pin_vault(remix.asset_id, rival.address, 500)
    rival.sells.pin_vault(remix.asset_id, remix.vault, 500)
    assert reader.assets.royalty_info(remix.asset_id, 1000) == (remix.vault, 50)
