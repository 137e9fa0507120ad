"""The wrappers of the contracts, and that the chain computes the ids and digests that Python does."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from licet.chain.client import Log, Receipt
from licet.chain.compiled.artifacts import artifact
from licet.contracts import MultisigArbitrator, events
from licet.contracts.assets import DeedFlag, Derivative
from licet.contracts.cases import Case, Status
from licet.contracts.disputes import AssetState, Claim, Kind, Ruling
from licet.contracts.statements import State
from licet.contracts.terms import LicenseTerms
from licet.contracts.usage import OPEN, Account, Usage
from licet.contracts.vaults import VaultClaim, vault_address
from licet.documents import OfferDocument, SplitDocument, TermsDocument
from licet.errors import (
    ApprovalInvalid,
    CaseNotOpen,
    ClaimSignatureInvalid,
    NothingOwed,
    NotOwner,
    PeriodOverlaps,
    StatementIsReturned,
    VoucherSpent,
    WindowOpen,
)
from licet.fingerprint import sha256_file
from licet.rights import offer as offers
from licet.rights.claim import ClaimTo
from licet.rights.conditions import Conditions
from licet.rights.derivation import Derivation, DerivativeApproval, Parent
from licet.rights.order import Grant
from licet.rights.registration import Registration
from licet.rights.statement import Statement
from licet.rights.uses import Use
from licet.rights.voucher import Voucher
from licet.rights_holder import Price, Registered
from licet.trees.catalog import CatalogTree
from licet.trees.sums import SumTree
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32
from tests.integration.conftest import DAY, DEPLOYER, DOLLAR, Network, Offering, Party, development_signer

pytestmark = pytest.mark.integration

ROOT = hash32(b"r" * 32)
EVIDENCE = "ni:///evidence"


def bought(buyer: Party, offer: OfferDocument) -> Grant:
    """The license that somebody bought, paid in dollars."""
    buyer.receive_dollars(offer.offer.price)
    (order,) = buyer.buys.buy(offer).orders
    return next(order.grants())


# Ids and digests.


def test_hashes_are_the_contracts(licensor: Party, signed_offer: OfferDocument) -> None:
    contracts, chain = licensor.contracts, licensor.chain
    call = chain.call
    licenses, ledger = artifact("LicenseToken").abi, artifact("UsageLedger").abi
    conditions, offer = signed_offer.conditions, signed_offer.offer
    assert call(licenses, contracts.licenses.address, "conditionsHashOf", conditions.to_abi()) == (
        conditions.struct_hash()
    )
    assert call(licenses, contracts.licenses.address, "offerHashOf", offer.to_abi()) == offer.struct_hash()
    voucher = Voucher(ROOT, 7)
    assert call(ledger, contracts.usage.address, "voucherHash", ROOT, 7) == (
        voucher.digest(chain.chain_id, contracts.usage.address)
    )


def test_a_statements_id_and_vault_are_the_contracts(licensor: Party) -> None:
    contracts = licensor.contracts
    stated = statement(licensor.address, ZERO_ADDRESS, 5)
    escrow = artifact("StatementEscrow").abi
    asked = licensor.chain.call(escrow, contracts.statements.address, "statementIdOf", stated.to_abi())
    assert asked == stated.id
    vault = vault_address(stated.root, contracts.vaults.implementation(), contracts.vaults.address, stated.id)
    assert contracts.statements.vault_of(stated) == contracts.vaults.vault_of(stated.root, stated.id) == vault


# Derivatives.


@pytest.fixture
def derivation(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    vault: Address,
    dollar: Address,
    make_work: Callable[[str], Path],
) -> tuple[Registration, Parent, SumTree]:
    """A licensee's work from the licensor's, who asks a fifth and to be asked; not approved yet."""
    conditions = Conditions(royalty_bps=2_000, approval=True, resale_bps=300)
    terms = TermsDocument("Deriving", Use.DERIVE | Use.DISPLAY, "You may derive.")
    price = Price(dollar, DOLLAR, duration=30 * DAY, transferable=True, conditions=conditions)
    offer = licensor.sells.offer(asset.asset_id, vault, price, terms)
    grant = bought(licensee, offer)
    split = SumTree({vault: 1, licensee.address: 4})
    registration = Registration(licensee.address, sha256_file(make_work("a poem about a poem")))
    return registration, Parent(grant, offer.conditions, split.proof(vault)), split


def approved(by: Party, registration: Registration, parent: Parent) -> Parent:
    approval = DerivativeApproval(parent.grant.license_id, registration.content, registration.registrant)
    message = approval.typed_data(by.chain.chain_id, by.contracts.assets.address)
    signature = by.signer.sign_typed_data(message)
    return Parent(parent.grant, parent.conditions, parent.proof, signature)


def test_a_derivative_that_was_approved(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    derivation: tuple[Registration, Parent, SumTree],
) -> None:
    registration, parent, split = derivation
    made = Derivation(split.root, (approved(licensor, registration, parent),))
    assets, vaults = licensee.contracts.assets, licensee.contracts.vaults
    receipt = assets.register_derivative(registration, made)
    (event,) = events.find(events.DerivativeRegistered, receipt.logs)
    expires = licensee.contracts.licenses.license(parent.grant.license_id).expires
    vault = vaults.vault_of(split.root, made.lineage)
    assert (event.asset_id, event.vault, event.split) == (registration.asset_id, vault, split.root)
    assert (event.uses, event.parents_until) == (Use.DERIVE | Use.DISPLAY, expires)
    assert event.parents == (
        events.Lineage(
            parent.grant.license_id, asset.asset_id, 2_000, parent.payee, split.proof(parent.payee)
        ),
    )
    assert assets.derivative(registration.asset_id) == Derivative(
        vault, Use.DERIVE | Use.DISPLAY, ZERO_ADDRESS, 0, ZERO_HASH
    )
    deed = assets.deed(registration.asset_id)
    assert (deed.flags, deed.parents_until) == (DeedFlag.DERIVATIVE, expires)
    refreshed = assets.refresh_parents(registration.asset_id, split.root, made.license_ids)
    (event_of_refresh,) = events.find(events.ParentsRefreshed, refreshed.logs)
    assert (event_of_refresh.lineage, event_of_refresh.parents_until) == (made.lineage, expires)


def test_a_derivative_that_was_not_approved(
    licensee: Party, licensor: Party, derivation: tuple[Registration, Parent, SumTree]
) -> None:
    registration, parent, split = derivation
    made = Derivation(split.root, (approved(licensee, registration, parent),))
    with pytest.raises(ApprovalInvalid, match="have them sign") as caught:
        licensee.contracts.assets.register_derivative(registration, made)
    assert caught.value.facts == {"licenseId": parent.grant.license_id, "holder": licensor.address}


def test_resale_royalties_of_deeds_and_licenses(
    licensor: Party,
    stranger: Party,
    asset: Registered,
    vault: Address,
    derivation: tuple[Registration, Parent, SumTree],
) -> None:
    _, parent, _ = derivation
    assets, licenses = licensor.contracts.assets, stranger.contracts.licenses
    assert assets.royalty_info(asset.asset_id, 1_000)[1] == 0
    assets.pin_vault(asset.asset_id, vault, 250)
    assert assets.royalty_info(asset.asset_id, 1_000) == (vault, 25)
    license_id = parent.grant.license_id
    assert licenses.royalty_info(license_id, 1_000)[1] == 0
    licenses.pin(parent.grant, parent.conditions)
    assert licenses.royalty_info(license_id, 1_000) == (vault, 30)
    shown = licenses.pinned(license_id)
    assert (shown.asset_id, shown.payee, shown.resale_bps) == (asset.asset_id, vault, 300)


# Claims to another address.


def test_a_payee_has_a_claim_sent_elsewhere_once(
    stranger: Party, artist: Party, pauper: Party, split: SplitDocument, network: Network
) -> None:
    tree, vaults = split.tree(), stranger.contracts.vaults
    claim = VaultClaim(tree.root, ZERO_ADDRESS, artist.address, tree.proof(artist.address))
    vault = vaults.vault_of(tree.root)
    vaults.deploy(tree.root)
    stranger.chain.pay(vault, 100)
    assert vaults.due(vault, claim) == 75
    deadline = network.now + DAY
    message = ClaimTo(artist.address, ZERO_ADDRESS, pauper.address, 0, deadline).typed_data(
        stranger.chain.chain_id, vault
    )
    signature = artist.signer.sign_typed_data(message)
    receipt = vaults.claim_to(vault, claim, pauper.address, deadline=deadline, signature=signature)
    (redirected,) = events.find(events.Redirected, receipt.logs)
    assert (redirected.payee, redirected.receiver) == (artist.address, pauper.address)
    assert stranger.chain.balance(pauper.address) == 75
    stranger.chain.pay(vault, 100)
    with pytest.raises(ClaimSignatureInvalid, match="used before"):
        vaults.claim_to(vault, claim, pauper.address, deadline=deadline, signature=signature)
    artist.contracts.vaults.claim_to(vault, claim, pauper.address)
    assert stranger.chain.balance(pauper.address) == 150


# The usage ledger.


@pytest.fixture
def meter(
    licensor: Party, licensee: Party, asset: Registered, dollar: Address, offering: Offering
) -> LicenseTerms:
    """A license at 2 dollars a unit."""
    conditions = Conditions(unit_cap=100, refund_delay=DAY)
    price = Price(dollar, 2 * DOLLAR, offers.Kind.METERED, conditions=conditions)
    offer = offering(licensor, asset.asset_id, price)
    return LicenseTerms(bought(licensee, offer), offer.conditions)


def test_units_are_paid_from_a_deposit(
    licensee: Party, stranger: Party, meter: LicenseTerms, vault: Address, dollar: Address, network: Network
) -> None:
    usage, license_id = licensee.contracts.usage, meter.license_id
    grant, conditions = meter.grant, meter.conditions
    assert usage.account(license_id) == Account(ZERO_ADDRESS, 0, 0)
    licensee.receive_dollars(10 * DOLLAR)
    licensee.dollar.approve(usage.address, 10 * DOLLAR)
    (opened,) = events.find(events.AccountOpened, usage.deposit(grant, 10 * DOLLAR).logs)
    assert opened.purse == usage.deposit_of(license_id)
    assert usage.account(license_id) == Account(dollar, 0, OPEN)
    assert usage.funded(license_id)
    assert usage.permits_units(grant, conditions, Use.TRAIN, 5)
    assert not usage.permits_units(grant, conditions, Use.TRAIN, 6)

    voucher = Voucher(license_id, 4)
    message = voucher.typed_data(licensee.chain.chain_id, usage.address)
    signature = licensee.signer.sign_typed_data(message)
    receipt = stranger.contracts.usage.settle(grant, conditions, voucher, signature, units=3)
    (settled,) = events.find(events.Settled, receipt.logs)
    assert (settled.payee, settled.units, settled.amount) == (vault, 3, 6 * DOLLAR)
    stranger.contracts.usage.settle(grant, conditions, voucher, signature)
    with pytest.raises(VoucherSpent, match="ask for a newer one"):
        stranger.contracts.usage.settle(grant, conditions, voucher, signature)
    assert stranger.dollar.balance_of(vault) == 8 * DOLLAR

    (closing,) = events.find(events.AccountClosing, usage.close(grant, conditions).logs)
    before = licensee.dollars
    network.travel_to(closing.closes_at)
    (back,) = events.find(events.DepositWithdrawn, stranger.contracts.usage.withdraw(grant, dollar).logs)
    assert (back.licensee, back.token, back.amount) == (licensee.address, dollar, 2 * DOLLAR)
    assert licensee.dollars == before + 2 * DOLLAR


def test_use_is_reported(
    licensee: Party, stranger: Party, rival: Party, signed_offer: OfferDocument, network: Network
) -> None:
    license_id = bought(licensee, signed_offer).license_id
    now, usage = network.now, stranger.contracts.usage
    assert not usage.is_reporter(license_id, stranger.address)
    licensee.contracts.usage.name_reporter(license_id, stranger.address)
    assert usage.is_reporter(license_id, stranger.address)
    (event,) = events.find(events.UsageAnchored, usage.anchor(license_id, ROOT, 5, now - 20, now - 10).logs)
    assert (event.reporter, event.license_id, event.root) == (stranger.address, license_id, ROOT)
    assert (event.count, event.since, event.until) == (5, now - 20, now - 10)
    assert usage.usage(license_id) == Usage(now - 10, 5, 1)
    assert usage.reported_until(license_id) == now - 10
    with pytest.raises(PeriodOverlaps, match="start it a second later"):
        licensee.contracts.usage.anchor(license_id, ROOT, 5, now - 10, now - 5)
    licensee.contracts.usage.name_reporter(license_id, stranger.address, named=False)
    assert not usage.is_reporter(license_id, stranger.address)
    rival.contracts.usage.anchor(ZERO_HASH, ROOT, 2, 1, 2)
    assert usage.usage_of(rival.address) == Usage(2, 2, 1)


def test_the_terms_reporter_is_admitted(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    asset: Registered,
    dollar: Address,
    offering: Offering,
) -> None:
    price = Price(dollar, DOLLAR, conditions=Conditions(reporter=stranger.address))
    offer = offering(licensor, asset.asset_id, price)
    grant, conditions = bought(licensee, offer), offer.conditions
    receipt = stranger.contracts.usage.admit_reporter(grant, conditions)
    (event,) = events.find(events.ReporterAdmitted, receipt.logs)
    assert (event.conditions_hash, event.reporter) == (conditions.struct_hash(), stranger.address)
    assert stranger.contracts.usage.is_reporter(grant.license_id, stranger.address)


# Statements, contests and disputes.


def statement(publisher: Address, currency: Address, amount: int) -> Statement:
    return Statement(
        publisher=publisher,
        asset_id=ROOT,
        since=1,
        until=2,
        currency=currency,
        amount=amount,
        root=SumTree({publisher: amount}).root,
        document_hash=ZERO_HASH,
        uri="ni:///état",
        window=DAY,
    )


@pytest.fixture
def judge(party: Callable[..., Party], network: Network) -> tuple[Party, MultisigArbitrator]:
    """The deployment's only judge."""
    judge = party(development_signer(DEPLOYER))
    return judge, MultisigArbitrator(judge.chain, network.deployment.arbitrator)


Judge = tuple[Party, MultisigArbitrator]


def rule(judge: Judge, dispute_id: int, ruling: Ruling) -> Receipt:
    """The judge rules, and hands the ruling over if the gas of the vote did not suffice for that."""
    _, arbitrator = judge
    receipt = arbitrator.vote(dispute_id, ruling)
    return receipt if arbitrator.executed(dispute_id) else arbitrator.execute(dispute_id)


def opened(logs: Iterable[Log]) -> tuple[int, int]:
    """The number of a case, and the arbitrator's for it."""
    (raised,) = events.find(events.DisputeRaised, logs)
    return raised.case_id, raised.dispute_id


def test_a_statement_is_paid_out_when_its_window_is_over(
    licensor: Party, stranger: Party, network: Network
) -> None:
    stated = statement(licensor.address, ZERO_ADDRESS, 100)
    escrow = licensor.contracts.statements
    (event,) = events.find(events.StatementPublished, escrow.publish(stated, value=100).logs)
    assert (event.statement, event.vault) == (stated, escrow.vault_of(stated))
    state = escrow.state(stated.id)
    assert (state.publisher, state.state, state.open) == (licensor.address, State.PUBLISHED, 0)
    assert state.contestable_until == event.contestable_until
    assert licensor.chain.balance(escrow.purse_of(stated.id)) == 100
    with pytest.raises(WindowOpen, match="wait"):
        stranger.contracts.statements.release(stated, ZERO_ADDRESS)
    network.travel_to(state.contestable_until + 1)
    receipt = stranger.contracts.statements.release(stated, ZERO_ADDRESS)
    (released,) = events.find(events.StatementReleased, receipt.logs)
    assert (released.receiver, released.amount) == (event.vault, 100)


def test_a_contest_that_is_upheld_returns_the_statement(
    licensor: Party, stranger: Party, judge: Judge
) -> None:
    stated = statement(licensor.address, ZERO_ADDRESS, 100)
    licensor.contracts.statements.publish(stated, value=100)
    escrow = stranger.contracts.statements
    receipt = escrow.contest(stated, evidence_uri=EVIDENCE)
    (contested,) = events.find(events.StatementContested, receipt.logs)
    case_id, dispute_id = opened(receipt.logs)
    assert (contested.case_id, contested.statement_id) == (case_id, stated.id)
    assert escrow.case_of_dispute(dispute_id) == case_id == escrow.case_count()
    assert escrow.case(case_id) == Case(stranger.address, contested.deadline, Status.OPEN, 0, stated.id)
    rule(judge, dispute_id, Ruling.UPHOLD)
    assert escrow.state(stated.id).state is State.RETURNED
    with pytest.raises(StatementIsReturned):
        escrow.contest(stated)
    (released,) = events.find(events.StatementReleased, escrow.release(stated, ZERO_ADDRESS).logs)
    assert released.receiver == licensor.address
    assert escrow.owed(stranger.address) == escrow.bond()
    (paid,) = events.find(events.OwedWithdrawn, escrow.withdraw(stranger.address).logs)
    assert (paid.receiver, paid.amount) == (stranger.address, escrow.bond())
    with pytest.raises(NothingOwed):
        escrow.withdraw(stranger.address)


def test_a_deed_is_disputed_answered_and_defeated(
    licensor: Party,
    rival: Party,
    stranger: Party,
    asset: Registered,
    work: Path,
    vault: Address,
    judge: Judge,
) -> None:
    claim = rival.sells.register_work(work).asset_id
    desk = rival.contracts.disputes
    receipt = desk.dispute_asset(asset.asset_id, claim, rival.address, evidence_uri=EVIDENCE)
    (disputed,) = events.find(events.AssetDisputed, receipt.logs)
    assert (disputed.claim_id, disputed.payee, disputed.evidence_uri) == (claim, rival.address, EVIDENCE)
    case_id, dispute_id = opened(receipt.logs)
    assert desk.case(case_id).kind == Kind.ASSET
    assert desk.asset_state(asset.asset_id) == AssetState(case_id, 0, 0, 1, 1)
    assert desk.claim(case_id) == Claim(rival.address, ZERO_ADDRESS)
    assert licensor.contracts.assets.deed(asset.asset_id).flags == DeedFlag.DISPUTED
    assert desk.escrow_of(asset.asset_id, vault) == desk.purse_of(case_id, vault)
    licensor.contracts.disputes.counter_bond(case_id)
    assert desk.claim(case_id).counter_bond_by == licensor.address
    assert desk.escrow_of(asset.asset_id, vault) == vault
    (shown,) = events.find(
        events.EvidenceShown, stranger.contracts.disputes.submit_evidence(case_id, EVIDENCE).logs
    )
    assert (shown.case_id, shown.party, shown.evidence_uri) == (case_id, stranger.address, EVIDENCE)

    with pytest.raises(NotOwner):
        MultisigArbitrator(stranger.chain, judge[1].address).vote(dispute_id, Ruling.REJECT)
    assert judge[1].vote_of(dispute_id, judge[0].address) is None
    ruled = rule(judge, dispute_id, Ruling.UPHOLD)
    assert judge[1].vote_of(dispute_id, judge[0].address) is Ruling.UPHOLD
    assert judge[1].executed(dispute_id)
    (closed,) = events.find(events.CaseClosed, ruled.logs)
    assert (closed.case_id, closed.status, closed.bond_to) == (case_id, Status.UPHELD, rival.address)
    assert licensor.contracts.assets.deed(asset.asset_id).flags == DeedFlag.DEFEATED
    with pytest.raises(CaseNotOpen, match="status 2"):
        desk.lapse(case_id)
    assert judge[1].due(judge[0].address) == judge[1].cost()
    judge[1].withdraw(judge[0].address)


def test_a_license_is_disputed_and_revoked(
    licensor: Party, licensee: Party, asset: Registered, dollar: Address, offering: Offering, judge: Judge
) -> None:
    price = Price(dollar, DOLLAR, conditions=Conditions(revocable=True))
    offer = offering(licensor, asset.asset_id, price)
    grant, conditions = bought(licensee, offer), offer.conditions
    desk = licensor.contracts.disputes
    receipt = desk.dispute_license(grant, conditions)
    (disputed,) = events.find(events.LicenseDisputed, receipt.logs)
    assert (disputed.license_id, disputed.asset_id) == (grant.license_id, asset.asset_id)
    case_id, dispute_id = opened(receipt.logs)
    rule(judge, dispute_id, Ruling.UPHOLD)
    assert desk.upheld(case_id, grant.license_id)
    licensor.contracts.licenses.revoke(grant, conditions, case_id)
    assert licensor.contracts.licenses.license(grant.license_id).revoked


def test_a_case_that_nobody_ruled_on_lapses(
    rival: Party, stranger: Party, asset: Registered, work: Path, network: Network
) -> None:
    claim = rival.sells.register_work(work).asset_id
    desk = rival.contracts.disputes
    case_id, _ = opened(desk.dispute_asset(asset.asset_id, claim, rival.address).logs)
    network.travel(desk.timeout() + 1)
    stranger.contracts.disputes.lapse(case_id)
    assert desk.case(case_id).status is Status.LAPSED
    assert desk.owed(rival.address) == desk.bond()


def test_the_judges_are_as_deployed(judge: Judge, network: Network, licensor: Party) -> None:
    judges = judge[1]
    assert (judges.owners(), judges.threshold()) == ((judge[0].address,), 1)
    desk = licensor.contracts.disputes
    assert desk.arbitrator() == licensor.contracts.statements.arbitrator() == judges.address
    assert desk.opening_cost() == desk.bond() + judges.cost()
    assert judges.dispute_count() == 0


def test_heads_are_those_of_the_logs(
    licensor: Party, rival: Party, stranger: Party, asset: Registered, work: Path, judge: Judge
) -> None:
    """What counts, counts in each contract, and what repeats it in other words does not."""
    claim = rival.sells.register_work(work).asset_id
    receipt = rival.contracts.disputes.dispute_asset(asset.asset_id, claim, rival.address)
    rule(judge, opened(receipt.logs)[1], Ruling.REJECT)
    stranger.contracts.disputes.withdraw(licensor.address)
    stated = statement(licensor.address, ZERO_ADDRESS, 100)
    licensor.contracts.statements.publish(stated, value=100)
    stranger.contracts.statements.contest(stated, evidence_uri=EVIDENCE)
    stranger.contracts.usage.anchor(ZERO_HASH, ROOT, 2, 1, 2)
    wrappers = (
        ("DisputeDesk", stranger.contracts.disputes),
        ("StatementEscrow", stranger.contracts.statements),
        ("UsageLedger", stranger.contracts.usage),
    )
    for name, wrapper in wrappers:
        logs = [log for log in stranger.chain.logs([wrapper.address]) if events.is_audited(name, log)]
        assert wrapper.head() == events.replay_head(logs) != ZERO_HASH


def test_a_work_of_a_catalogue_is_disputed(
    licensor: Party, rival: Party, work: Path, make_work: Callable[[str], Path]
) -> None:
    works: list[Hash32] = [sha256_file(work), sha256_file(make_work("another poem"))]
    tree = CatalogTree(works)
    catalog = Registration(licensor.address, tree.root, works=2, document_hash=ROOT)
    licensor.contracts.assets.register(catalog)
    claim = rival.sells.register_work(work).asset_id
    desk = rival.contracts.disputes
    receipt = desk.dispute_work(catalog.asset_id, works[0], licensor.address, tree.proof(0), claim)
    (disputed,) = events.find(events.WorkDisputed, receipt.logs)
    assert (disputed.asset_id, disputed.sha256) == (catalog.asset_id, works[0])
    assert desk.work_flags(catalog.asset_id, works[0]) == DeedFlag.DISPUTED
    assert desk.work_of(disputed.case_id) == works[0]
    assert licensor.contracts.assets.deed(catalog.asset_id).flags == DeedFlag(0)
