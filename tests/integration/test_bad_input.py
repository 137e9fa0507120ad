"""What people get wrong: each gets a message that says so, and nothing is sent, spent or lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from licet.catalog import read_catalog
from licet.chain.client import Chain
from licet.chain.local.node import LocalNode
from licet.contracts import Contracts, events
from licet.contracts.publications import catalog_document, published_split, registration, split_of
from licet.documents import (
    CatalogDocument,
    Library,
    OfferDocument,
    PayeeShare,
    Publisher,
    SplitDocument,
    TermsDocument,
    Work,
)
from licet.errors import (
    AssetNotRegistered,
    ConnectionFailed,
    DocumentInvalid,
    DocumentMissing,
    InputError,
    SignerError,
)
from licet.fingerprint import sha256_file
from licet.licensee import Licensee, Purchase, Status
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered, RightsHolder
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32
from tests.integration.conftest import Offering, Party

pytestmark = pytest.mark.integration

NOTHING = hash32(b"\x0f" * 32)


@pytest.fixture(autouse=True)
def nothing_is_sent_or_spent(
    request: pytest.FixtureRequest, licensor: Party, licensee: Party
) -> Iterator[None]:
    """Whatever a test's fixtures did before: the test itself must not change a thing."""
    for name in request.fixturenames:
        if name != "nothing_is_sent_or_spent":
            request.getfixturevalue(name)
    before = [(p.chain.nonce(p.address), p.chain.balance(p.address), p.dollars) for p in (licensor, licensee)]
    yield
    after = [(p.chain.nonce(p.address), p.chain.balance(p.address), p.dollars) for p in (licensor, licensee)]
    assert after == before


# Files.


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.touch(), "is empty: an empty file is no work"),
        (lambda path: path.mkdir(), "is a directory: name a file"),
        (lambda path: path.symlink_to("/dev/null"), "is not a regular file"),
        (lambda path: path.symlink_to(path), "cannot be read|does not exist"),
    ],
    ids=["nothing", "empty", "directory", "device", "loop"],
)
def test_what_is_no_work_is_neither_registered_nor_looked_up(
    licensor: Party, passer_by: Licensee, tmp_path: Path, make: Callable[[Path], None], problem: str
) -> None:
    path = tmp_path / "item"
    make(path)
    with pytest.raises(InputError, match=problem):
        licensor.sells.register_work(path)
    with pytest.raises(InputError, match=problem):
        passer_by.lookup([path])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty: a header and at least one row"),
        (b"id,file\n", "has a header but no rows"),
        (b"id,sha256\na,12\n", "line 2: .* is not a SHA-256"),
        (b"id,file\na,nowhere.txt\n", "line 2: .* does not exist"),
        (b"id,title\na,b\na,c\n", "line 3: the id 'a' stands on line 2 already"),
        (b"id,title\na,b\nc\n", "line 3: the row has 1 fields, the header 2"),
        (b"id,title\na,\xff\n", "line 2, byte 11 of the file: not UTF-8"),
        (b"id,id\na,b\n", "the column 'id' stands twice"),
    ],
)
def test_a_faulty_catalogue_registers_nothing(
    licensor: Party, tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "works.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        licensor.sells.register_catalog(read_catalog(path), "Works")


def test_payees_without_addresses_make_no_split(licensor: Party, tmp_path: Path) -> None:
    path = tmp_path / "works.csv"
    path.write_text("id,by\na,Ada\nb,Bob\n")
    with pytest.raises(InputError, match="no address is known for 'Ada', 'Bob'"):
        licensor.sells.publish_split(read_catalog(path, payees_column="by").split())


def test_a_folder_that_cannot_be_written_registers_nothing(
    licensor: Party, tmp_path: Path, folder: Path
) -> None:
    folder.write_text("a file stands where documents should go")
    path = tmp_path / "works.csv"
    path.write_text("id,title\na,b\n")
    with pytest.raises(InputError, match="cannot be written"):
        licensor.sells.register_catalog(read_catalog(path), "Works")


# Ids and addresses.


def test_an_id_that_is_not_registered_is_not_offered(
    licensor: Party, vault: Address, terms: TermsDocument, price: Price
) -> None:
    with pytest.raises(
        AssetNotRegistered, match="check the id, and that the node is on the right chain"
    ) as caught:
        licensor.sells.offer(NOTHING, vault, price, terms)
    assert caught.value.facts == {"assetId": NOTHING}


def test_an_id_that_is_not_registered_has_no_offers_to_cancel(licensor: Party) -> None:
    with pytest.raises(AssetNotRegistered):
        licensor.sells.cancel_offers(NOTHING)


def test_an_id_that_is_not_registered_is_looked_up_as_a_work(passer_by: Licensee) -> None:
    (found,) = passer_by.lookup([NOTHING])
    assert (found.content, found.claims) == (NOTHING, ())


@pytest.mark.parametrize(
    "address", ["0x12", "0x" + "G" * 40, "", "name.eth", "0x5FbDB2315678afecb367f032d93F642f64180aA3"]
)
def test_an_address_that_is_none_is_no_payee(
    licensor: Party, asset: Registered, price: Price, terms: TermsDocument, address: str
) -> None:
    with pytest.raises(InputError, match=r"is not an Offer\.payee|EIP-55"):
        licensor.sells.offer(asset.asset_id, Address(address), price, terms)


def test_ids_and_addresses_may_be_spelled_in_any_way(
    licensor: Party, licensee: Party, purchase: Purchase, split: SplitDocument, price: Price, work: Path
) -> None:
    """Typed by hand or read from elsewhere, an address has no checksum and a hash no 0x."""
    plain = {held.grant.license_id for held in licensee.buys.licenses(lower(licensee.address))}
    assert plain == {purchase.license_id}
    assert licensee.buys.grant(Hash32(purchase.license_id[2:].upper())) == purchase.grant
    assert licensee.buys.permits(Hash32(purchase.license_id.upper()[2:]), Use.TRAIN)
    asset_id = Hash32(purchase.grant.offer.asset_id[2:])
    assert len(licensee.buys.offers(asset_id)) == 1
    trusting = licensee.buys.quote([work], Use.DISPLAY, trust=[asset_id], currency=lower(price.currency))
    assert trusting.items[0].status is Status.FORBIDDEN
    payee = lower(split.payees[0].payee)
    assert licensor.sells.due(split, lower(price.currency), payee) > 0


def lower(address: Address) -> Address:
    return Address(address.lower())


@pytest.fixture
def purchase(licensee: Party, signed_offer: OfferDocument, price: Price) -> Purchase:
    licensee.receive_dollars(price.amount)
    return licensee.buys.buy(signed_offer)


MEANINGLESS: list[Callable[[Party, SplitDocument], object]] = [
    lambda party, split: party.buys.licenses(Address("me")),
    lambda party, split: party.buys.grant(Hash32("0x12")),
    lambda party, split: party.buys.permits(Hash32("mine"), Use.TRAIN),
    lambda party, split: party.buys.offers(Hash32("")),
    lambda party, split: party.buys.quote([], Use.TRAIN, trust=[Address("0x12")]),
    lambda party, split: party.buys.quote([], Use.TRAIN, currency=Address("dollars")),
    lambda party, split: party.sells.due(split, Address("dollars")),
    lambda party, split: party.sells.due(split, ZERO_ADDRESS, Address("")),
    lambda party, split: party.sells.collect([split], Address("dollars"), split.payees[0].payee),
    lambda party, split: party.sells.cancel_offers(Hash32("0x12")),
    lambda party, split: party.contracts.assets.transfer(NOTHING, Address("0x12")),
    lambda party, split: party.contracts.assets.deed(Hash32("0xzz")),
    lambda party, split: party.contracts.licenses.license(Hash32("0x")),
    lambda party, split: party.dollar.transfer(Address("nobody"), 1),
    lambda party, split: party.dollar.transfer(party.address, -1),
    lambda party, split: party.dollar.transfer(party.address, 1 << 256),
    lambda party, split: party.dollar.balance_of(Address("0x" + "g" * 40)),
    lambda party, split: party.contracts.vaults.vault_of(Hash32("root")),
]


@pytest.mark.parametrize("act", MEANINGLESS, ids=range(len(MEANINGLESS)))
def test_what_is_no_id_address_or_amount_is_refused(
    licensee: Party, split: SplitDocument, act: Callable[[Party, SplitDocument], object]
) -> None:
    with pytest.raises(InputError):
        act(licensee, split)


def test_a_licensee_who_is_nobody_buys_nothing(licensee: Party, signed_offer: OfferDocument) -> None:
    with pytest.raises(InputError, match="is not an address"):
        licensee.buys.buy(signed_offer, licensee=Address("them"))


# Offers.


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"amount": 0}, "free"),
        ({"kind": Kind.FREE}, "free"),
        ({"amount": -1}, "price"),
        ({"amount": 1 << 256}, "price is out of range for uint256"),
        ({"duration": 1 << 32}, "duration is out of range for uint32"),
        ({"conditions": Conditions(royalty_bps=10_001, salt=ZERO_HASH)}, "more than the whole"),
        ({"supply": -1}, "supply is out of range"),
        ({"start": 1 << 40}, "start is out of range for uint40"),
        ({"end": 1}, "name a later end"),
        ({"start": 1 << 39, "end": 1 << 38}, "not after its start"),
        ({"currency": Address("dollars")}, "not an Offer.currency|is not an"),
    ],
    ids=str,
)
def test_an_offer_that_makes_no_sense_is_not_signed(
    licensor: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    folder: Path,
    values: dict[str, Any],
    problem: str,
) -> None:
    with pytest.raises(InputError, match=problem):
        offering(licensor, asset.asset_id, replace(price, **values))
    assert not Library([folder]).listing(OfferDocument).found


def test_a_payee_that_is_nobody_is_refused(
    licensor: Party, asset: Registered, price: Price, terms: TermsDocument
) -> None:
    with pytest.raises(InputError, match="the price would be lost"):
        licensor.sells.offer(asset.asset_id, ZERO_ADDRESS, price, terms)


def test_terms_that_permit_nothing_are_not_offered(
    licensor: Party, asset: Registered, vault: Address, price: Price
) -> None:
    terms = TermsDocument("Nothing", Use(0), "You may not.")
    with pytest.raises(InputError, match="at least one use"):
        licensor.sells.offer(asset.asset_id, vault, price, terms)


def test_a_uri_that_is_too_long_is_refused_before_anything_is_sent(licensor: Party, work: Path) -> None:
    with pytest.raises(InputError, match="has 1025 bytes: at most 1024"):
        licensor.sells.register_work(work, uri="x" * 1025)
    with pytest.raises(InputError, match="has 1026 bytes: at most 1024"):
        licensor.sells.register_work(work, uri="ä" * 513)


def test_a_base_uri_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long"):
        Publisher(tmp_path, "https://example.org/" + "x" * 1000)


def test_a_registration_of_nothing_is_refused(licensor: Party) -> None:
    with pytest.raises(InputError, match="the content hash is zero"):
        Registration(licensor.address, ZERO_HASH)


def test_a_catalogue_without_its_document_is_refused(licensor: Party, work: Path) -> None:
    with pytest.raises(InputError, match="publish it first"):
        Registration(licensor.address, sha256_file(work), works=3)


# Splits and catalogues that are not what was published.


@pytest.mark.parametrize("share", [0, -1, 1 << 128])
def test_a_share_that_is_none_makes_no_split(licensor: Party, share: int) -> None:
    with pytest.raises(InputError, match="share"):
        licensor.sells.publish_split(SplitDocument.of([PayeeShare(licensor.address, share)]))


def test_shares_that_exceed_the_whole_make_no_split(licensor: Party, licensee: Party) -> None:
    half = 1 << 127
    with pytest.raises(InputError, match="beyond 2\\^128"):
        SplitDocument.of([PayeeShare(licensor.address, half), PayeeShare(licensee.address, half)])


@pytest.fixture
def false_split(stranger: Party, split: SplitDocument) -> events.SplitPublished:
    """A publication whose document is a good one, but not of the vault that it was published for."""
    other = Publisher(stranger.folder).publish(SplitDocument.of([PayeeShare(stranger.address, 5)]))
    receipt = stranger.contracts.vaults.publish(split.tree().root, other.hash, other.uri)
    (event,) = events.find(events.SplitPublished, receipt.logs)
    return event


def test_a_split_document_of_another_root_is_refused(
    false_split: events.SplitPublished, folder: Path
) -> None:
    with pytest.raises(DocumentInvalid, match="has the root"):
        published_split(false_split, Library([folder]))


@pytest.fixture
def false_catalog(stranger: Party, folder: Path, work: Path) -> Registered:
    """A registration whose document lists other works than its root."""
    document = Publisher(folder).publish(CatalogDocument("Other", (Work("a", NOTHING),)))
    registration = Registration(stranger.address, sha256_file(work), 1, document.hash, document.uri)
    stranger.contracts.assets.register(registration)
    return Registered(registration.asset_id, registration, None)  # type: ignore[arg-type]


def test_a_catalogue_that_is_not_what_was_registered_is_refused(
    false_catalog: Registered, reader: Contracts, folder: Path
) -> None:
    event = registration(reader, false_catalog.asset_id)
    with pytest.raises(DocumentInvalid, match="was registered with 1 under"):
        catalog_document(event, Library([folder]))


def test_a_catalogue_that_is_not_what_was_registered_claims_nothing(
    false_catalog: Registered, passer_by: Licensee
) -> None:
    (found,) = passer_by.lookup([NOTHING])
    assert found.claims == ()
    assert "was registered with" in passer_by.unreadable_catalogs[false_catalog.asset_id]


def test_a_vault_whose_split_is_unknown_names_it(reader: Contracts, stranger: Party) -> None:
    with pytest.raises(
        DocumentMissing, match=f"the split of vault {stranger.address} is not known"
    ) as caught:
        split_of(reader, stranger.address, Library())
    assert caught.value.facts == {"vault": stranger.address}


# Nobody to sign, nobody to ask. (Keystores and their passwords: tests/unit/test_signer.py.)


def test_a_reader_cannot_sell(reader: Contracts, folder: Path, work: Path) -> None:
    with pytest.raises(SignerError, match="this needs an account"):
        RightsHolder(reader, Publisher(folder)).register_work(work)


def test_a_reader_cannot_buy(passer_by: Licensee, signed_offer: OfferDocument) -> None:
    with pytest.raises(SignerError, match="this needs an account"):
        passer_by.buy(signed_offer)


def test_a_node_that_ends_in_the_middle_is_told_of(reader: Contracts) -> None:
    with LocalNode() as node:
        chain = Chain(node.url)
    with pytest.raises(ConnectionFailed, match="no node answers"):
        chain.block()
