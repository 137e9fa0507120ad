"""Planted faults: each is made on a real chain, or by a node that lies, and each is found and named."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.auditor import AuditReport, Kind, Verdict
from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.contracts import Contracts, events
from licet.contracts.events import Event
from licet.contracts.vaults import VaultClaim
from licet.documents import (
    CatalogDocument,
    Library,
    OfferDocument,
    PayeeShare,
    SplitDocument,
    TermsDocument,
    Work,
    file_name,
    sha256,
)
from licet.errors import ChainError, UnexpectedAnswer
from licet.licensee import Licensee, Purchase
from licet.rights.order import Order
from licet.rights.registration import Registration
from licet.rights_holder import Price, PublishedSplit, Registered
from licet.trees.hashing import checksum, keccak
from licet.trees.sums import SumNode, SumProof
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, address_bytes, hash32
from tests.integration.conftest import DAY, DOLLAR, Network, Offering, Party
from tests.integration.faults import (
    YES_TO_EVERYTHING,
    Logs,
    RefusedError,
    alter_slot,
    altered,
    balance_slot,
    between,
    deed_slot,
    forged,
    is_a,
    kinds,
    lying_about_logs,
    mapped,
    set_heads,
    the,
)
from tests.integration.market import Market

pytestmark = pytest.mark.integration

Audit = Callable[..., AuditReport]
RawContract = Callable[[bytes], Address]
Answer = Callable[[str, list[Any], Any], Any]

ELSEWHERE = "0x" + "77" * 20
PRICE = 25 * DOLLAR


@pytest.fixture
def bought(licensee: Party, signed_offer: OfferDocument) -> Purchase:
    """An honest sale; the licensee has some money left."""
    licensee.receive_dollars(10 * PRICE)
    return licensee.buys.buy(signed_offer)


@pytest.fixture
def claimed(artist: Party, bought: Purchase, split: SplitDocument, dollar: Address) -> int:
    """What the artist has claimed of it."""
    return artist.sells.collect([split], dollar).total


# Storage.


def offer_slot(offer_hash: Hash32) -> int:
    """sold (32 bits) ‖ cancelled (1) ‖ published (1), from the low end."""
    return mapped(1, offer_hash)


def book_slot(token: Address) -> int:
    """Where a vault keeps what it released of a token; the payees' mapping stands behind it."""
    return mapped(0, token)


def payee_slot(token: Address, payee: Address) -> int:
    return mapped(book_slot(token) + 1, payee)


@pytest.fixture
def alter(network: Network) -> Callable[[Address, int, Callable[[int], int]], None]:
    """Changes a storage slot, as no transaction could."""

    def alter(contract: Address, slot: int, change: Callable[[int], int]) -> None:
        alter_slot(network, contract, slot, change)

    return alter


Alter = Callable[[Address, int, Callable[[int], int]], None]


@pytest.mark.parametrize(
    ("kind", "bit"),
    [
        (Kind.LICENSE_HOLDER_WRONG, 0),
        (Kind.LICENSE_EXPIRY_WRONG, 160 + 39),
        (Kind.LICENSE_USES_WRONG, 160 + 40 + 9),
        (Kind.LICENSE_BOUND_WRONG, 160 + 72),
    ],
)
def test_a_license_slot_that_was_altered(
    kind: Kind, bit: int, bought: Purchase, network: Network, alter: Alter, audit: Audit
) -> None:
    alter(network.deployment.license_token, deed_slot(bought.license_id), lambda word: word ^ 1 << bit)
    report = audit()
    assert kinds(report) == {kind}
    assert the(kind, report).evidence.license_id == bought.license_id


def test_a_license_that_vanished(bought: Purchase, network: Network, alter: Alter, audit: Audit) -> None:
    alter(network.deployment.license_token, deed_slot(bought.license_id), lambda word: 0)
    assert kinds(audit()) == {Kind.LICENSE_MISSING}


@pytest.mark.parametrize("bit", [0, 160, 160 + 24])
def test_a_deed_slot_that_was_altered(
    bit: int, asset: Registered, network: Network, alter: Alter, audit: Audit
) -> None:
    alter(network.deployment.asset_registry, deed_slot(asset.asset_id), lambda word: word ^ 1 << bit)
    assert the(Kind.DEED_STATE_WRONG, audit()).evidence.asset_id == asset.asset_id


def test_a_head_that_was_altered(asset: Registered, network: Network, alter: Alter, audit: Audit) -> None:
    alter(network.deployment.asset_registry, 0, lambda word: word ^ 1)
    finding = the(Kind.LOGS_INCOMPLETE, audit())
    assert finding.evidence.contract == network.deployment.asset_registry


def test_released_that_was_altered(
    vault: Address, claimed: int, dollar: Address, alter: Alter, audit: Audit
) -> None:
    alter(vault, book_slot(dollar), lambda word: word - 1)
    finding = the(Kind.RELEASED_WRONG, audit())
    assert (finding.evidence.expected, finding.evidence.found) == (str(claimed), str(claimed - 1))


def test_released_to_a_payee_that_was_altered(
    vault: Address, artist: Party, claimed: int, dollar: Address, alter: Alter, audit: Audit
) -> None:
    alter(vault, payee_slot(dollar, artist.address), lambda word: word - 1)
    report = audit()
    assert kinds(report) == {Kind.RELEASED_TO_WRONG}
    assert the(Kind.RELEASED_TO_WRONG, report).evidence.payee == artist.address


def test_money_that_vanished_from_a_vault(
    vault: Address, bought: Purchase, dollar: Address, alter: Alter, audit: Audit
) -> None:
    alter(dollar, balance_slot(vault), lambda word: word - 1)
    report = audit()
    assert kinds(report) == {Kind.INCOME_WRONG}
    evidence = the(Kind.INCOME_WRONG, report).evidence
    assert (evidence.vault, evidence.token) == (vault, dollar)
    assert (evidence.expected, evidence.found) == (str(PRICE), str(PRICE - 1))


def test_native_coin_that_vanished_from_a_vault(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    vault: Address,
    offering: Offering,
    network: Network,
    audit: Audit,
) -> None:
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 100)))
    network.rpc("anvil_setBalance", vault, hex(99))
    network.rpc("evm_mine")
    assert the(Kind.INCOME_WRONG, audit()).evidence.token == ZERO_ADDRESS


# Sales that the contracts would refuse: their state was altered just before, and put back.


@pytest.fixture
def offer_state(network: Network, alter: Alter) -> Callable[[OfferDocument, int], None]:
    """Changes bits of an offer's slot; twice leaves it as it was."""

    def flip(document: OfferDocument, bits: int) -> None:
        slot = offer_slot(document.offer.struct_hash())
        alter(network.deployment.license_token, slot, lambda word: word ^ bits)

    return flip


Flip = Callable[[OfferDocument, int], None]
CANCELLED, PUBLISHED = 1 << 32, 1 << 33


def test_a_sale_on_a_cancelled_offer(
    licensor: Party,
    licensee: Party,
    bought: Purchase,
    signed_offer: OfferDocument,
    offer_state: Flip,
    audit: Audit,
) -> None:
    licensor.sells.cancel_offer(signed_offer.offer)
    offer_state(signed_offer, CANCELLED)
    late = licensee.buys.buy(signed_offer)
    offer_state(signed_offer, CANCELLED)
    report = audit()
    assert kinds(report) == {Kind.OFFER_CANCELLED}
    assert the(Kind.OFFER_CANCELLED, report).evidence.license_id == late.license_id


def test_an_offer_that_forgot_its_cancellation(
    licensor: Party, signed_offer: OfferDocument, offer_state: Flip, audit: Audit
) -> None:
    licensor.sells.cancel_offer(signed_offer.offer)
    offer_state(signed_offer, CANCELLED)
    assert kinds(audit()) == {Kind.OFFER_STATE_WRONG}


def test_a_sale_on_a_forged_signature(
    licensee: Party, bought: Purchase, signed_offer: OfferDocument, offer_state: Flip, audit: Audit
) -> None:
    forged = replace(signed_offer, signature="0x" + "11" * 65)
    offer_state(signed_offer, PUBLISHED)
    licensee.buys.buy(forged)
    offer_state(signed_offer, PUBLISHED)
    assert kinds(audit()) == {Kind.SIGNATURE_INVALID}


def test_more_sales_than_the_supply(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    offering: Offering,
    offer_state: Flip,
    audit: Audit,
) -> None:
    scarce = offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 5, supply=1))
    licensee.buys.buy(scarce)
    offer_state(scarce, 1)  # sold: 1 → 0
    licensee.buys.buy(scarce)
    offer_state(scarce, 3)  # sold: 1 → 2
    assert kinds(audit()) == {Kind.OFFER_OVERSOLD}


def test_a_sale_by_somebody_without_the_deed(
    rival: Party,
    licensee: Party,
    licensor: Party,
    asset: Registered,
    offering: Offering,
    network: Network,
    alter: Alter,
    audit: Audit,
) -> None:
    registry, slot = network.deployment.asset_registry, deed_slot(asset.asset_id)
    swap = int(rival.address, 16) ^ int(licensor.address, 16)
    alter(registry, slot, lambda word: word ^ swap)
    licensee.buys.buy(offering(rival, asset.asset_id, Price(ZERO_ADDRESS, 5)))
    alter(registry, slot, lambda word: word ^ swap)
    assert the(Kind.LICENSOR_NOT_HOLDER, audit()).evidence.expected == licensor.address


def test_a_sale_on_an_offer_of_another_epoch(
    licensor: Party,
    licensee: Party,
    bought: Purchase,
    signed_offer: OfferDocument,
    network: Network,
    alter: Alter,
    audit: Audit,
) -> None:
    licensor.sells.cancel_offers(signed_offer.offer.asset_id)
    registry, slot = network.deployment.asset_registry, deed_slot(signed_offer.offer.asset_id)
    alter(registry, slot, lambda word: word ^ 1 << 160)
    licensee.buys.buy(signed_offer)
    alter(registry, slot, lambda word: word ^ 1 << 160)
    assert kinds(audit()) == {Kind.OFFER_OUTDATED}


def test_a_sale_while_an_exclusive_license_runs(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    offering: Offering,
    network: Network,
    alter: Alter,
    audit: Audit,
) -> None:
    licensee.buys.buy(
        offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 5, duration=DAY, exclusive=True))
    )
    registry, slot = network.deployment.asset_registry, deed_slot(asset.asset_id)
    until = licensor.contracts.assets.deed(asset.asset_id).exclusive_until << 184
    alter(registry, slot, lambda word: word ^ until)
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 6)))
    alter(registry, slot, lambda word: word ^ until)
    assert kinds(audit()) == {Kind.EXCLUSIVE_VIOLATED}


# Money that did not move as it was said to.


def test_a_token_that_says_yes_and_moves_nothing(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    offering: Offering,
    raw_contract: RawContract,
    network: Network,
    audit: Audit,
) -> None:
    hostile = raw_contract(YES_TO_EVERYTHING)
    document = offering(licensor, asset.asset_id, Price(hostile, 1000))
    signature = bytes.fromhex(document.signature[2:])
    licensee.contracts.licenses.buy(Order(document.offer, signature, licensee.address, ZERO_HASH))
    report = audit()
    finding = the(Kind.PAYMENT_MISSING, report)
    assert finding.evidence.expected == "1000"
    assert finding.evidence.token == hostile


def test_a_payee_who_claims_twice(
    artist: Party,
    stranger: Party,
    vault: Address,
    split: SplitDocument,
    claimed: int,
    dollar: Address,
    alter: Alter,
    audit: Audit,
) -> None:
    stranger.receive_dollars(3 * PRICE)
    stranger.dollar.transfer(vault, 3 * PRICE)
    alter(vault, payee_slot(dollar, artist.address), lambda word: 0)
    artist.sells.collect([split], dollar)  # as if nothing had been paid
    alter(vault, payee_slot(dollar, artist.address), lambda word: word + claimed)
    report = audit()
    assert kinds(report) == {Kind.OVERCLAIMED, Kind.VAULT_UNBALANCED}
    assert the(Kind.OVERCLAIMED, report).evidence.expected == str(3 * PRICE)
    assert the(Kind.OVERCLAIMED, report).evidence.found == str(3 * PRICE + claimed)


def logging_claim(token: Address, payee: Address, amount: int) -> str:
    """The code of a contract that logs a claim whenever it is called, and pays nothing."""
    topic = events.topic_of(events.Claimed).hex()
    words = "".join(f"73{address[2:]}" for address in (payee, token))  # PUSH20
    return f"0x7f{amount.to_bytes(32).hex()}600052{words}7f{topic}60206000a300"


@pytest.fixture
def false_claim(
    network: Network, stranger: Party, vault: Address, dollar: Address
) -> Callable[[Address, int], None]:
    """Lets a vault log a claim that it does not pay, by other code in its place for one call."""

    def claim(payee: Address, amount: int) -> None:
        code = network.rpc("eth_getCode", vault, "latest")
        network.rpc("anvil_setCode", vault, logging_claim(dollar, payee, amount))
        stranger.chain.pay(vault, 0)
        network.rpc("anvil_setCode", vault, code)
        network.rpc("evm_mine")

    return claim


def test_a_claim_that_was_not_paid(
    artist: Party, claimed: int, false_claim: Callable[[Address, int], None], audit: Audit
) -> None:
    false_claim(artist.address, 1)
    assert the(Kind.CLAIM_UNPAID, audit()).evidence.payee == artist.address


def test_a_claim_of_more_than_the_share(
    artist: Party, claimed: int, false_claim: Callable[[Address, int], None], audit: Audit
) -> None:
    false_claim(artist.address, 1)
    finding = the(Kind.OVERCLAIMED, audit())
    assert (finding.evidence.expected, finding.evidence.found) == (str(claimed), str(claimed + 1))


def test_a_claim_by_a_stranger(
    stranger: Party, claimed: int, false_claim: Callable[[Address, int], None], audit: Audit
) -> None:
    false_claim(stranger.address, 1)
    assert the(Kind.CLAIM_BY_STRANGER, audit()).evidence.payee == stranger.address


def test_money_that_left_a_vault_without_a_claim(
    stranger: Party, vault: Address, bought: Purchase, network: Network, dollar: Address, audit: Audit
) -> None:
    network.rpc("anvil_impersonateAccount", vault)
    network.rpc("anvil_setBalance", vault, hex(10**18))
    data = artifact("TestDollar").abi.encode_call("transfer", [stranger.address, 5])
    network.transact(vault, dollar, data)
    report = audit()
    assert the(Kind.OUTFLOW_WRONG, report).evidence.found == "5"


def test_other_code_at_a_vault(vault: Address, claimed: int, network: Network, audit: Audit) -> None:
    code = network.rpc("eth_getCode", vault, "latest")
    network.rpc("anvil_setCode", vault, code[:-2] + "00")
    network.rpc("evm_mine")
    report = audit()
    assert kinds(report) == {Kind.VAULT_CODE_WRONG}
    assert the(Kind.VAULT_CODE_WRONG, report).evidence.vault == vault


def test_a_vault_that_answers_nothing_is_read_all_the_same(
    vault: Address, claimed: int, network: Network, audit: Audit
) -> None:
    network.rpc("anvil_setCode", vault, "0xfe")
    network.rpc("evm_mine")
    report = audit()
    assert kinds(report) == {Kind.VAULT_CODE_WRONG}
    assert claimed in [sheet.claimed for sheet in report.vaults]


def test_a_token_that_stopped_answering(
    bought: Purchase, dollar: Address, network: Network, audit: Audit
) -> None:
    network.rpc("anvil_setCode", dollar, "0xfe")
    network.rpc("evm_mine")
    report = audit()
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.VAULT_UNREADABLE}


# Documents.


def test_a_catalogue_document_that_was_altered(licensor: Party, folder: Path, audit: Audit) -> None:
    document = CatalogDocument("Songs", (Work("one", hash32(b"1" * 32)), Work("two", hash32(b"2" * 32))))
    registered = register(licensor, document, document)
    path = folder / file_name(registered.document_hash)
    folder.mkdir(exist_ok=True)
    path.write_bytes(document.to_bytes().replace(b"two", b"too"))
    report = audit()
    assert kinds(report) == {Kind.CATALOG_ALTERED}
    assert the(Kind.CATALOG_ALTERED, report).evidence.document_hash == registered.document_hash


def test_a_catalogue_registered_with_anothers_document(licensor: Party, folder: Path, audit: Audit) -> None:
    document = CatalogDocument("Songs", (Work("one", hash32(b"1" * 32)),))
    other = CatalogDocument("Songs", (Work("one", hash32(b"3" * 32)),))
    registered = register(licensor, document, other)
    folder.mkdir(exist_ok=True)
    (folder / file_name(registered.document_hash)).write_bytes(other.to_bytes())
    assert kinds(audit()) == {Kind.CATALOG_WRONG}


def register(licensor: Party, catalog: CatalogDocument, published: CatalogDocument) -> Registration:
    """Registers one catalogue with the document of another."""
    registration = Registration(
        registrant=licensor.address,
        content=catalog.tree().root,
        works=len(catalog.works),
        document_hash=sha256(published.to_bytes()),
    )
    licensor.contracts.assets.register(registration)
    return registration


def test_a_split_document_that_was_altered(
    licensor: Party, licensee: Party, asset: Registered, terms: TermsDocument, folder: Path, audit: Audit
) -> None:
    many = SplitDocument.of(PayeeShare(hash_address(n), n) for n in range(1, 200))
    published = licensor.sells.publish_split(many)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, published.vault, Price(ZERO_ADDRESS, 5), terms))
    (path,) = (path for path in folder.iterdir() if b"licet/split/1" in path.read_bytes())
    path.write_bytes(path.read_bytes() + b" ")
    report = audit()
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.SPLIT_MISSING}


def test_a_tree_that_promises_more_than_the_whole(
    artist: Party,
    co_artist: Party,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    terms: TermsDocument,
    dollar: Address,
    audit: Audit,
) -> None:
    """Three quarters for each of two: it pays whom its root proves a share, and nobody else can be told."""
    first, second = sorted((artist.address, co_artist.address))
    one, other = (keccak(b"\0" + address_bytes(payee) + (3).to_bytes(16)) for payee in (first, second))
    inner = keccak(b"\1" + one + (3).to_bytes(16) + other + (1).to_bytes(16))
    root = hash32(keccak(b"\2" + inner + (4).to_bytes(16)))
    licensor.contracts.vaults.publish(root, payees=[(first, 3), (second, 3)])
    vault = licensor.contracts.vaults.vault_of(root)
    licensee.receive_dollars(PRICE)
    licensee.buys.buy(licensor.sells.offer(asset.asset_id, vault, Price(dollar, PRICE), terms))
    proof = SumProof(3, (SumNode(hash32(other), 1),), 0)
    licensor.contracts.vaults.claim([VaultClaim(root, dollar, first, proof)])
    report = audit()
    assert (report.verdict, kinds(report)) == (Verdict.CANNOT_TELL, {Kind.SPLIT_MISSING})
    assert "the payees published in" in report.findings[0].message
    assert report.findings[0].evidence.vault == vault
    assert [(sheet.claimed, sheet.due) for sheet in report.vaults] == [(PRICE * 3 // 4, None)]


def hash_address(number: int) -> Address:
    return checksum(keccak(number.to_bytes(32))[12:])


def test_terms_that_are_no_text(
    licensor: Party,
    licensee: Party,
    signed_offer: OfferDocument,
    network: Network,
    audit: Audit,
) -> None:
    """The chain takes any bytes for a URI; nobody can read these, and nothing breaks on them."""
    offer = replace(signed_offer.offer, terms_uri="!!!!", currency=ZERO_ADDRESS, price=3)
    conditions = signed_offer.conditions.to_abi()
    send_altered(network, licensor.address, "publishOffer", offer.to_abi(), conditions)
    order = Order(offer, b"", licensee.address, ZERO_HASH)
    send_altered(network, licensee.address, "buy", order.to_abi(), value=3)
    report = audit()
    assert kinds(report) == {Kind.LOG_MALFORMED}
    assert report.counts.sales == 1


def send_altered(network: Network, sender: Address, function: str, *arguments: Any, value: int = 0) -> None:
    """Calls the license token with bytes that are not UTF-8 for each `!!!!`."""
    data = artifact("LicenseToken").abi.encode_call(function, arguments).replace(b"!!!!", b"\xff\xfe\x00\x80")
    network.transact(sender, network.deployment.license_token, data, value)


# A node that lies.


@pytest.mark.parametrize(
    ("kind", "contract"),
    [
        (events.AssetRegistered, "asset_registry"),
        (events.Sold, "license_token"),
        (events.SplitPublished, "vault_factory"),
        (events.UsageAnchored, "usage_ledger"),
        (events.StatementPublished, "statement_escrow"),
        (events.AssetDisputed, "dispute_desk"),
    ],
)
def test_a_log_that_the_node_left_out(
    kind: type[Event],
    contract: str,
    bought: Purchase,
    asset: Registered,
    market: Market,
    licensor: Party,
    rival: Party,
    split: SplitDocument,
    network: Network,
    audit: Audit,
) -> None:
    rival.contracts.usage.anchor(ZERO_HASH, hash32(b"r" * 32), 5, network.now - 10, network.now)
    market.state(licensor, asset.asset_id, split)
    rival.contracts.disputes.dispute_asset(asset.asset_id, market.register(rival, "mine"), rival.address)

    def leave_out(logs: Logs) -> Logs:
        return [log for log in logs if not is_a(kind)(log)]

    with between(network.url, lying_about_logs(leave_out)) as url:
        report = audit(url)
    assert kinds(report) == {Kind.LOGS_INCOMPLETE}
    assert the(Kind.LOGS_INCOMPLETE, report).evidence.contract == getattr(network.deployment, contract)


def test_a_log_that_the_node_altered(bought: Purchase, network: Network, audit: Audit) -> None:
    price, cheaper = (amount.to_bytes(32).hex() for amount in (PRICE, 1))

    def alter(logs: Logs) -> Logs:
        return [log | {"data": log["data"].replace(price, cheaper)} for log in logs]

    with between(network.url, lying_about_logs(alter)) as url:
        assert kinds(audit(url)) == {Kind.LOGS_INCOMPLETE}


@pytest.fixture
def seats(licensee: Party, signed_offer: OfferDocument) -> Purchase:
    """Three seats."""
    licensee.receive_dollars(3 * PRICE)
    return licensee.buys.buy(signed_offer, quantity=3)


def test_a_seat_whose_price_was_not_paid(
    seats: Purchase, vault: Address, network: Network, audit: Audit
) -> None:
    asked, paid = ((n * PRICE).to_bytes(32).hex() for n in (3, 2))
    token = network.deployment.license_token.lower()

    def alter(logs: Logs) -> Logs:
        return [
            log if log["address"].lower() == token else log | {"data": log["data"].replace(asked, paid)}
            for log in logs
        ]

    with between(network.url, lying_about_logs(alter)) as url:
        report = audit(url)
    assert kinds(report) == {Kind.PAYMENT_MISSING, Kind.INCOME_WRONG}
    finding = the(Kind.PAYMENT_MISSING, report)
    assert (finding.evidence.payee, finding.evidence.expected) == (vault, str(3 * PRICE))


UNSIGNED = {Kind.LICENSE_ID_WRONG, Kind.SIGNATURE_INVALID}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"payer": ELSEWHERE}, {Kind.PAYMENT_MISSING}),
        ({"licensee": ELSEWHERE}, {Kind.LICENSE_ID_WRONG, Kind.LICENSE_HOLDER_WRONG}),
        ({"salt": hash32(b"7" * 32)}, {Kind.LICENSE_ID_WRONG}),
        ({"assetId": hash32(b"7" * 32)}, {Kind.SALE_ASSET_WRONG}),
        ({"offer": lambda offer: offer | {"price": offer["price"] + 1}}, UNSIGNED | {Kind.PAYMENT_MISSING}),
        (
            {"offer": lambda offer: offer | {"payee": ELSEWHERE}},
            UNSIGNED | {Kind.PAYMENT_MISSING, Kind.PAYEE_NOT_A_VAULT},
        ),
        ({"offer": lambda offer: offer | {"uses": 1023}}, UNSIGNED | {Kind.LICENSE_USES_WRONG}),
        (
            {"offer": lambda offer: offer | {"duration": offer["duration"] + 1}},
            UNSIGNED | {Kind.LICENSE_EXPIRY_WRONG},
        ),
    ],
    ids=["payer", "licensee", "salt", "asset", "price", "vault", "uses", "term"],
)
def test_a_sale_that_is_logged_otherwise_than_it_was(
    change: dict[str, Any], found: set[Kind], bought: Purchase, network: Network, audit: Audit
) -> None:
    """And the token's head agrees with that."""
    with forged(network, altered(events.Sold, **change)) as url:
        assert kinds(audit(url)) == found


def with_quantity(quantity: int) -> Answer:
    """A node that says of each sale that it was of so many licenses."""

    def forge(logs: Logs) -> Logs:
        return [
            log | {"data": log["data"][:130] + quantity.to_bytes(32).hex() + log["data"][194:]}
            if is_a(events.Sold)(log)
            else log
            for log in logs
        ]

    return lying_about_logs(forge)


@pytest.mark.parametrize("quantity", [0, 1, 2, 4, 1 << 255])
def test_a_quantity_that_the_node_altered(
    seats: Purchase, network: Network, audit: Audit, quantity: int
) -> None:
    with between(network.url, with_quantity(quantity)) as url:
        assert kinds(audit(url)) == {Kind.LOGS_INCOMPLETE}


@pytest.mark.parametrize(
    ("quantity", "found"),
    [
        (0, {Kind.LOG_MALFORMED, Kind.LICENSE_WITHOUT_SALE}),
        (2, {Kind.PAYMENT_MISSING, Kind.LICENSE_WITHOUT_SALE}),
        (4, {Kind.PAYMENT_MISSING, Kind.LICENSE_HOLDER_WRONG, Kind.LICENSE_MISSING}),
        (101, {Kind.LOG_MALFORMED, Kind.LICENSE_WITHOUT_SALE}),
        ((1 << 256) - 1, {Kind.LOG_MALFORMED, Kind.LICENSE_WITHOUT_SALE}),
    ],
)
def test_a_forged_quantity_that_the_head_agrees_with(
    seats: Purchase, network: Network, audit: Audit, quantity: int, found: set[Kind]
) -> None:
    """As if the contract had logged another number of licenses than it made out and was paid for."""
    with between(network.url, with_quantity(quantity)) as url:
        set_heads(network, url)
        assert kinds(audit(url)) == found


def test_a_forged_quantity_in_native_coin(
    licensor: Party, licensee: Party, asset: Registered, offering: Offering, network: Network, audit: Audit
) -> None:
    licensee.buys.buy(offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 5)), quantity=3)
    with between(network.url, with_quantity(4)) as url:
        set_heads(network, url)
        finding = the(Kind.INCOME_WRONG, audit(url))
    assert (finding.evidence.expected, finding.evidence.found) == ("20", "15")


@pytest.mark.parametrize("quantity", [0, 101, (1 << 256) - 1])
def test_a_quantity_that_no_sale_can_have_gives_no_terms(
    seats: Purchase, network: Network, folder: Path, quantity: int
) -> None:
    with between(network.url, with_quantity(quantity)) as url:
        contracts = Contracts.of(Chain(url), network.deployment)
        with pytest.raises(UnexpectedAnswer, match="cannot be read"):
            Licensee(contracts, Library([folder])).grant(seats.license_id)


def test_a_seat_that_vanished(seats: Purchase, network: Network, alter: Alter, audit: Audit) -> None:
    seat = seats.grants[1].license_id
    alter(network.deployment.license_token, deed_slot(seat), lambda _: 0)
    report = audit()
    assert kinds(report) == {Kind.LICENSE_MISSING}
    assert the(Kind.LICENSE_MISSING, report).evidence.license_id == seat


def test_an_authorized_payment_that_went_nowhere(
    licensee: Party, stranger: Party, signed_offer: OfferDocument, network: Network, audit: Audit
) -> None:
    """It came as far as the license token, says the node, and no further."""
    licensee.receive_dollars(PRICE)
    stranger.buys.submit(licensee.buys.authorize(signed_offer))
    on = "0x" + "00" * 12 + network.deployment.license_token[2:].lower()
    transfer = "0x" + artifact("TestDollar").abi.topic("Transfer").hex()

    def leave_out(logs: Logs) -> Logs:
        return [log for log in logs if log["topics"][:2] != [transfer, on]]

    with between(network.url, lying_about_logs(leave_out)) as url:
        assert kinds(audit(url)) == {Kind.PAYMENT_MISSING, Kind.INCOME_WRONG}


def test_logs_that_the_node_swapped(
    bought: Purchase, licensee: Party, signed_offer: OfferDocument, network: Network, audit: Audit
) -> None:
    licensee.buys.buy(signed_offer)
    place = ("blockNumber", "logIndex", "transactionHash", "blockHash")

    def swap(logs: Logs) -> Logs:
        sales = [log for log in logs if is_a(events.Sold)(log)]
        if len(sales) != 2:
            return logs
        first, second = ({key: log[key] for key in place} for log in sales)
        sales[0].update(second)
        sales[1].update(first)
        return logs

    with between(network.url, lying_about_logs(swap)) as url:
        assert kinds(audit(url)) == {Kind.LOGS_INCOMPLETE}


def test_logs_given_in_another_order_are_put_right(bought: Purchase, network: Network, audit: Audit) -> None:
    with between(network.url, lying_about_logs(lambda logs: logs[::-1])) as url:
        assert not audit(url).findings


def test_a_log_given_twice(bought: Purchase, network: Network, audit: Audit) -> None:
    def repeat(logs: Logs) -> Logs:
        return [copy for log in logs for copy in ([log, log] if is_a(events.Sold)(log) else [log])]

    with between(network.url, lying_about_logs(repeat)) as url:
        assert kinds(audit(url)) == {Kind.LOGS_INCONSISTENT}


def test_a_log_that_nobody_asked_for(bought: Purchase, network: Network, audit: Audit) -> None:
    def add(logs: Logs) -> Logs:
        return [*logs, *(log | {"address": "0x" + "77" * 20} for log in logs[:1])]

    with between(network.url, lying_about_logs(add)) as url:
        assert kinds(audit(url)) == {Kind.LOGS_INCONSISTENT}


def test_a_log_of_another_block_than_it_says(bought: Purchase, network: Network, audit: Audit) -> None:
    def move(logs: Logs) -> Logs:
        return [log | {"blockHash": "0x" + "77" * 32} if is_a(events.Sold)(log) else log for log in logs]

    with between(network.url, lying_about_logs(move)) as url:
        assert kinds(audit(url)) == {Kind.LOGS_INCONSISTENT}


def test_a_claim_that_the_node_left_out(claimed: int, network: Network, audit: Audit) -> None:
    def leave_out(logs: Logs) -> Logs:
        return [log for log in logs if not is_a(events.Claimed)(log)]

    with between(network.url, lying_about_logs(leave_out)) as url:
        assert Kind.RELEASED_WRONG in kinds(audit(url))


def test_a_payment_that_the_node_left_out(
    bought: Purchase, dollar: Address, network: Network, audit: Audit
) -> None:
    def leave_out(logs: Logs) -> Logs:
        return [log for log in logs if log["address"].lower() != dollar.lower()]

    with between(network.url, lying_about_logs(leave_out)) as url:
        assert the(Kind.PAYMENT_MISSING, audit(url)).evidence.license_id == bought.license_id


def test_a_node_that_refuses_a_tokens_logs(
    bought: Purchase, dollar: Address, network: Network, audit: Audit
) -> None:
    def refuse(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getLogs" and dollar in params[0]["address"]:
            raise RefusedError("query returned more than 10000 results")
        return result

    with between(network.url, refuse) as url:
        report = audit(url)
    assert report.verdict is Verdict.CANNOT_TELL
    assert kinds(report) == {Kind.TRANSFERS_UNREADABLE}


def test_a_block_that_is_replaced_meanwhile(bought: Purchase, network: Network, audit: Audit) -> None:
    asked = 0

    def reorganise(method: str, params: list[Any], result: Any) -> Any:
        nonlocal asked
        if method != "eth_getBlockByNumber":
            return result
        asked += 1
        return result | {"hash": "0x" + f"{asked:02x}" * 32}

    with between(network.url, reorganise) as url, pytest.raises(ChainError, match="audit again"):
        audit(url)


@pytest.mark.parametrize(
    ("shift", "kind"), [(-10 * DAY, Kind.OFFER_NOT_STARTED), (10 * DAY, Kind.OFFER_EXPIRED)]
)
def test_a_sale_outside_its_time(
    shift: int,
    kind: Kind,
    licensor: Party,
    licensee: Party,
    asset: Registered,
    published: PublishedSplit,
    offering: Offering,
    network: Network,
    audit: Audit,
) -> None:
    now = network.now
    licensee.buys.buy(
        offering(licensor, asset.asset_id, Price(ZERO_ADDRESS, 5, start=now - DAY, end=now + DAY))
    )

    def another_time(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber":
            return result
        return result | {"timestamp": hex(int(result["timestamp"], 16) + shift)}

    with between(network.url, another_time) as url:
        assert kinds(audit(url)) == {kind, Kind.LICENSE_DAY_WRONG}
