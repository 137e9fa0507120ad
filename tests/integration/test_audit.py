"""The auditor on honest histories, and where it cannot know."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from licet.auditor import Auditor, AuditReport, Kind, VaultSheet, Verdict
from licet.auditor.report.procedures import carried_out
from licet.catalog import read_catalog
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import create_address
from licet.documents import (
    Library,
    OfferDocument,
    PayeeShare,
    SplitDocument,
    TermsDocument,
    file_name,
    sha256,
)
from licet.errors import DeploymentError, InputError, NotAContract
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind as OfferKind
from licet.rights.offer import Offer
from licet.rights.order import Order
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.rights_holder import Price, PublishedSplit, Registered
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party, created
from tests.integration.faults import kinds

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
RawContract = Callable[[bytes], Address]
MakeWork = Callable[[str], Path]


@pytest.fixture
def catalog(licensor: Party, tmp_path: Path, make_work: MakeWork) -> Registered:
    """Five works in one catalogue."""
    files = [make_work(f"song {n}").name for n in range(1, 6)]
    path = tmp_path / "songs.csv"
    path.write_text("id,file\n" + "".join(f"{name[:-4]},{name}\n" for name in files))
    return licensor.sells.register_catalog(read_catalog(path), "Songs")


def sheet(report: AuditReport, vault: Address, token: Address) -> VaultSheet:
    return next(row for row in report.vaults if (row.vault, row.token) == (vault, token))


# Clean histories.


def test_a_deployment_without_any_history_is_clean(audit: Audit) -> None:
    report = audit()
    assert report.verdict is Verdict.CLEAN
    assert not report.findings


def test_a_sale_and_its_claims_are_clean(
    licensee: Party,
    artist: Party,
    signed_offer: OfferDocument,
    split: SplitDocument,
    dollar: Address,
    audit: Audit,
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    licensee.buys.buy(signed_offer)
    artist.sells.collect([split], dollar)
    report = audit()
    assert not report.findings
    assert report.counts.sales == report.counts.claims == 1


def test_an_offer_that_was_published_and_sold_on_twice_is_one(
    licensor: Party, licensee: Party, signed_offer: OfferDocument, audit: Audit
) -> None:
    licensor.sells.publish_offer(signed_offer.offer, signed_offer.conditions)
    licensee.receive_dollars(50 * DOLLAR)
    for _ in range(2):
        licensee.buys.buy(signed_offer)
    report = audit()
    counts = report.counts
    assert (counts.offers, counts.sales, counts.offers_checked, counts.derivative_sales) == (1, 2, 1, 0)
    extents = {procedure.key: procedure.extent for procedure in carried_out(report)}
    assert (extents["offers"], extents["sales"], extents["derivative_sales"]) == (
        "1 offer",
        "2 sales",
        "0 sales",
    )


def test_all_ways_to_sell_are_clean(
    licensor: Party,
    licensee: Party,
    rival: Party,
    stranger: Party,
    artist: Party,
    co_artist: Party,
    asset: Registered,
    catalog: Registered,
    split: SplitDocument,
    dollar: Address,
    price: Price,
    offering: Offering,
    network: Network,
    audit: Audit,
) -> None:
    licensee.receive_dollars(500 * DOLLAR)

    # With a permit, twice on one offer; with an allowance; for somebody else; in native coin; for nothing.
    on_work = offering(licensor, asset.asset_id, price)
    licensee.buys.buy(on_work)
    licensee.buys.buy(on_work)
    licensee.dollar.approve(network.deployment.license_token, 100 * DOLLAR)
    on_catalog = offering(licensor, catalog.asset_id, Price(dollar, 40 * DOLLAR, supply=2, transferable=True))
    bought = licensee.buys.buy(on_catalog)
    licensee.buys.buy(on_catalog, licensee=stranger.address)
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 7, duration=DAY)))
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(dollar, 0, kind=OfferKind.FREE)))

    # Published; cancelled; handed on; and an exclusive one that runs out.
    published = offering(licensor, asset.asset_id, Price(dollar, DOLLAR, duration=1))
    licensor.sells.publish_offer(published.offer, published.conditions)
    licensee.buys.buy(published)
    licensor.sells.cancel_offer(published.offer)
    licensee.contracts.licenses.transfer(bought.license_id, stranger.address)
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(dollar, DOLLAR, duration=DAY, exclusive=True)))
    network.travel(2 * DAY)

    # Claims between sales leave dust behind; the deed changes hands, and comes back.
    artist.sells.collect([split], dollar)
    artist.sells.collect([split], ZERO_ADDRESS)
    licensor.sells.cancel_offers(catalog.asset_id)
    licensor.contracts.assets.transfer(asset.asset_id, rival.address)
    licensee.buys.buy(offering(rival, asset.asset_id, price))
    rival.contracts.assets.transfer(asset.asset_id, licensor.address)
    licensee.buys.buy(offering(licensor, catalog.asset_id, Price(dollar, 3)))
    co_artist.sells.collect([split], dollar)
    artist.sells.collect([split], dollar)

    report = audit()
    assert not report.findings
    assert report.verdict is Verdict.CLEAN
    assert report.counts.sales == 10
    assert report.counts.works == 6


def test_a_balance_sheet_adds_up_to_the_unit(
    licensor: Party,
    licensee: Party,
    artist: Party,
    asset: Registered,
    split: SplitDocument,
    vault: Address,
    offering: Offering,
    dollar: Address,
    audit: Audit,
) -> None:
    licensee.receive_dollars(DOLLAR)
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(dollar, 103)))
    artist.sells.collect([split], dollar)
    row = sheet(audit(), vault, dollar)
    assert (row.received, row.claimed, row.due, row.dust) == (103, 77, 25, 1)  # 3/4, 1/4, rounded down
    assert row.payees == 2
    assert row.assets == (asset.asset_id,)


def test_payments_that_are_no_sale_count_as_income(
    stranger: Party,
    vault: Address,
    signed_offer: OfferDocument,
    licensee: Party,
    dollar: Address,
    audit: Audit,
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    licensee.buys.buy(signed_offer)
    stranger.receive_dollars(8)
    stranger.dollar.transfer(vault, 8)
    stranger.chain.pay(vault, 4)
    report = audit()
    assert not report.findings
    assert sheet(report, vault, dollar).received == 25 * DOLLAR + 8
    assert sheet(report, vault, ZERO_ADDRESS).due == 4


def test_a_vault_that_pays_a_vault(
    licensor: Party,
    licensee: Party,
    artist: Party,
    asset: Registered,
    vault: Address,
    terms: TermsDocument,
    audit: Audit,
) -> None:
    upper = SplitDocument.of([PayeeShare(vault, 1), PayeeShare(artist.address, 1)])
    published = licensor.sells.publish_split(upper)
    offer = licensor.sells.offer(asset.asset_id, published.vault, Price(ZERO_ADDRESS, 100), terms)
    licensee.buys.buy(offer)
    artist.sells.collect([upper], ZERO_ADDRESS, payee=vault)
    report = audit()
    assert not report.findings
    assert sheet(report, vault, ZERO_ADDRESS).received == 50


def test_a_sale_is_audited_as_of_its_block(
    licensor: Party, licensee: Party, signed_offer: OfferDocument, audit: Audit
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    before = licensee.chain.block().number
    licensee.buys.buy(signed_offer)
    licensor.sells.cancel_offer(signed_offer.offer)
    assert audit(block=before).counts.sales == 0
    assert not audit(block=before + 1).findings
    assert not audit().findings


def test_a_factory_that_is_older_than_the_registry(
    network: Network, stranger: Party, published: PublishedSplit, folder: Path
) -> None:
    """Several deployments may share one factory, which was in use before the last of them."""
    deployment = network.deployment
    factory, escrow = deployment.vault_factory, deployment.statement_escrow
    nonce = stranger.chain.nonce(stranger.address)
    token, ledger, desk = (create_address(stranger.address, nonce + i) for i in (1, 2, 3))
    registry = created(stranger.chain.deploy(artifact("AssetRegistry"), factory, token, ledger, escrow, desk))
    made = (
        created(stranger.chain.deploy(artifact("LicenseToken"), registry)),
        created(stranger.chain.deploy(artifact("UsageLedger"), token)),
        created(
            stranger.chain.deploy(artifact("DisputeDesk"), registry, deployment.arbitrator, 10**16, 30 * DAY)
        ),
    )
    assert made == (token, ledger, desk)
    report = Auditor(network.chain(), Library([folder], allow_http=False)).audit(registry)
    assert not report.findings
    assert report.counts.vaults == 1


def test_a_report_travels_as_json(
    licensee: Party, signed_offer: OfferDocument, vault: Address, audit: Audit
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    bought = licensee.buys.buy(signed_offer)
    report = json.loads(json.dumps(audit().to_json()))
    assert report["verdict"] == "clean"
    assert report["findings"] == []
    assert report["sales"][0]["license_id"] == bought.license_id
    assert report["sales"][0]["price"] == "25000000"
    assert report["vaults"][0]["vault"] == vault
    assert report["vaults"][0]["due"] == "25000000"


def test_progress_ends_where_it_said(
    network: Network, licensee: Party, signed_offer: OfferDocument, folder: Path
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    licensee.buys.buy(signed_offer)
    told: dict[str, tuple[int, int]] = {}
    Auditor(network.chain(), Library([folder], allow_http=False)).audit(
        network.deployment.asset_registry,
        progress=lambda step, done, total: told.update({step: (done, total)}),
    )
    assert set(told) == {"logs", "events", "slots", "vaults"}
    assert all(done == total for done, total in told.values())


# Deeds held by contracts, which sign by EIP-1271.

SIGNS_ANYTHING = bytes.fromhex("7f1626ba7e" + "00" * 28 + "60005260206000f3")
SIGNS_NOTHING = bytes.fromhex("60206000f3")
# Looks at the caller, which is nobody where a node is asked.
SIGNS_FOR_CONTRACTS_ALONE = bytes.fromhex("3315602957" + "7f1626ba7e" + "00" * 28 + "6000525b60206000f3")


def contract_offer(network: Network, contract: Address, vault: Address) -> Offer:
    """An offer of a contract's, which has registered a work."""
    registration = Registration(contract, hash32(b"w" * 32))
    fields = (registration.content, 0, ZERO_HASH, "", 0)
    data = artifact("AssetRegistry").abi.encode_call("register", [fields])
    network.rpc("anvil_impersonateAccount", contract)
    network.rpc("anvil_setBalance", contract, hex(10**18))
    network.transact(contract, network.deployment.asset_registry, data)
    return Offer(
        licensor=contract,
        asset_id=registration.asset_id,
        epoch=0,
        payee=vault,
        currency=ZERO_ADDRESS,
        price=5,
        uses=Use.TRAIN,
        terms_hash=ZERO_HASH,
        terms_uri="",
        conditions=Conditions().struct_hash(),
    )


def test_a_contract_is_asked_for_its_signature_as_it_was(
    network: Network, licensee: Party, vault: Address, raw_contract: RawContract, audit: Audit
) -> None:
    contract = raw_contract(SIGNS_ANYTHING)
    offer = contract_offer(network, contract, vault)
    licensee.contracts.licenses.buy(Order(offer, b"yes", licensee.address, ZERO_HASH))
    network.rpc("evm_mine")
    network.rpc("anvil_setCode", contract, "0x" + SIGNS_NOTHING.hex())
    assert not audit().findings


def test_what_a_contract_confirms_is_the_nodes_word(
    network: Network, licensee: Party, vault: Address, raw_contract: RawContract, folder: Path
) -> None:
    contract = raw_contract(SIGNS_ANYTHING)
    offer = contract_offer(network, contract, vault)
    licensee.contracts.licenses.buy(Order(offer, b"yes", licensee.address, ZERO_HASH))
    auditor = Auditor(network.chain(), Library([folder], allow_http=False))
    report = auditor.audit(network.deployment.asset_registry, proofs=True)
    assert not report.findings
    assert report.proven is not None
    assert report.proven.unproven == (f"whether the account {contract} confirms its signatures (EIP-1271)",)


def test_a_contract_that_does_not_confirm_its_signature_cannot_be_told(
    network: Network, licensee: Party, vault: Address, raw_contract: RawContract, audit: Audit
) -> None:
    contract = raw_contract(SIGNS_FOR_CONTRACTS_ALONE)
    offer = contract_offer(network, contract, vault)
    licensee.contracts.licenses.buy(Order(offer, b"yes", licensee.address, ZERO_HASH))
    report = audit()
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.SIGNATURE_UNPROVEN}


# What it cannot tell, and what it only notes.


def test_a_catalogue_without_its_document_cannot_be_told(
    catalog: Registered, audit: Audit, tmp_path: Path
) -> None:
    report = audit(documents=tmp_path / "nothing")
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.CATALOG_MISSING}
    assert report.findings[0].evidence.asset_id == catalog.asset_id


def test_a_paid_vault_whose_split_nobody_knows_cannot_be_told(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    split: SplitDocument,
    terms: TermsDocument,
    audit: Audit,
) -> None:
    root = split.tree().root
    licensor.contracts.vaults.deploy(root)
    vault = licensor.contracts.vaults.vault_of(root)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, vault, Price(ZERO_ADDRESS, 5), terms))
    report = audit()
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.SPLIT_MISSING}
    assert report.findings[0].evidence.vault == vault
    assert sheet(report, vault, ZERO_ADDRESS).due is None


def test_a_split_at_hand_serves_though_nobody_published_it(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    split: SplitDocument,
    terms: TermsDocument,
    folder: Path,
    audit: Audit,
) -> None:
    folder.mkdir(exist_ok=True)
    data = split.to_bytes()
    vault = licensor.contracts.vaults.vault_of(split.tree().root)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, vault, Price(ZERO_ADDRESS, 5), terms))
    (folder / file_name(sha256(data))).write_bytes(data)
    assert not audit().findings


def test_a_false_publication_is_passed_over_where_a_true_one_stands(
    stranger: Party, licensee: Party, published: PublishedSplit, signed_offer: OfferDocument, audit: Audit
) -> None:
    licensee.receive_dollars(25 * DOLLAR)
    licensee.buys.buy(signed_offer)
    root = published.split.tree().root
    stranger.contracts.vaults.publish(root, payees=[(stranger.address, 1)])
    assert not audit().findings


def test_a_false_publication_alone_says_nothing(
    stranger: Party,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    split: SplitDocument,
    terms: TermsDocument,
    audit: Audit,
) -> None:
    root = split.tree().root
    stranger.contracts.vaults.publish(root, payees=[(stranger.address, 1)])
    vault = licensor.contracts.vaults.vault_of(root)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, vault, Price(ZERO_ADDRESS, 5), terms))
    assert kinds(audit()) == {Kind.SPLIT_MISSING}


def test_a_false_publication_of_an_unused_vault_is_only_noted(
    stranger: Party, split: SplitDocument, audit: Audit
) -> None:
    stranger.contracts.vaults.publish(split.tree().root, payees=[(stranger.address, 1)])
    report = audit()
    assert report.verdict is Verdict.CLEAN
    assert kinds(report) == {Kind.SPLIT_UNUSED}


def test_a_payee_that_is_no_vault_is_noted(
    licensor: Party, licensee: Party, asset: Registered, dollar: Address, terms: TermsDocument, audit: Audit
) -> None:
    licensee.receive_dollars(9)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, licensor.address, Price(dollar, 9), terms))
    report = audit()
    assert report.verdict is Verdict.CLEAN
    assert kinds(report) == {Kind.PAYEE_NOT_A_VAULT}
    assert report.findings[0].evidence.payee == licensor.address


# What cannot be audited at all.


def test_no_contract_is_no_deployment(network: Network, stranger: Party) -> None:
    with pytest.raises(NotAContract):
        Auditor(network.chain(), Library()).audit(stranger.address)


def test_another_contract_is_no_registry(network: Network, dollar: Address) -> None:
    with pytest.raises(DeploymentError):
        Auditor(network.chain(), Library()).audit(dollar)


@pytest.mark.parametrize("contract", ["license_token", "vault_factory", "vault_implementation"])
def test_other_code_than_the_one_shipped_is_refused(network: Network, contract: str, audit: Audit) -> None:
    address = getattr(network.deployment, contract)
    code = network.rpc("eth_getCode", address, "latest")
    network.rpc("anvil_setCode", address, code[:-2] + "00")
    with pytest.raises(DeploymentError):
        audit()


def test_a_block_before_the_deployment_is_refused(audit: Audit) -> None:
    with pytest.raises(InputError):
        audit(block=0)
