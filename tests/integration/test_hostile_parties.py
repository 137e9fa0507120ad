"""Licensors, tokens and strangers who do their worst: they spoil nothing but their own business."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from eth_abi.abi import encode

from licet.catalog import read_catalog
from licet.chain.client import Chain
from licet.chain.compiled.artifacts import artifact
from licet.chain.deployments import create_address
from licet.chain.signatures import is_valid
from licet.contracts import Contracts, events
from licet.documents import OfferDocument, PayeeShare, SplitDocument, TermsDocument
from licet.errors import (
    ChainError,
    RegistrationSignatureInvalid,
    Reverted,
    TransferFromFailed,
    UnexpectedAnswer,
)
from licet.fingerprint import sha256_file
from licet.licensee import Licensee, Status
from licet.licensee.offers import StandingOffer
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer, new_salt
from licet.rights.order import Order
from licet.rights.registration import Registration
from licet.rights.uses import Use
from licet.rights_holder import Price, Registered
from licet.trees.hashing import keccak
from licet.types import Address, Hash32, hash32
from tests.integration.conftest import DOLLAR, Offering, Party

pytestmark = pytest.mark.integration

RawContract = Callable[[bytes], Address]
LICENSES = artifact("LicenseToken").abi
CONDITIONS = Conditions()


# Terms that nobody can read: a URI that is not UTF-8.


@dataclass
class Unreadable:
    """A free offer of a stranger's, whose URI is so many bytes that are no UTF-8."""

    stranger: Party
    asset: Registered
    length: int
    offer: Offer = field(init=False)

    def __post_init__(self) -> None:
        self.offer = Offer(
            licensor=self.stranger.address,
            asset_id=self.asset.asset_id,
            epoch=0,
            payee=self.stranger.address,
            currency=self.stranger.address,
            price=0,
            uses=Use.TRAIN,
            terms_hash=hash32(b"\x01" * 32),
            terms_uri="!" * self.length,
            kind=Kind.FREE,
            conditions=CONDITIONS.struct_hash(),
        )

    def publish(self) -> None:
        self._send(LICENSES.encode_call("publishOffer", [self.offer.to_abi(), CONDITIONS.to_abi()]))

    def give_to(self, licensee: Address) -> None:
        self._send(LICENSES.encode_call("buy", [Order(self.offer, b"", licensee, new_salt()).to_abi()]))

    def _send(self, data: bytes) -> None:
        data = data.replace(b"!" * self.length, b"\xff" * self.length)
        stranger = self.stranger
        stranger.network.transact(stranger.address, stranger.contracts.licenses.address, data)


@pytest.fixture(params=[7, 1000], ids=["short", "long"])
def unreadable(
    request: pytest.FixtureRequest, stranger: Party, make_work: Callable[[str], Path]
) -> Unreadable:
    """Short enough, and too long, for the URI to be taken by Python once each byte is spelled out."""
    return Unreadable(stranger, stranger.sells.register_work(make_work("bait")), request.param)


def test_an_unreadable_license_that_was_given_spoils_no_others(
    unreadable: Unreadable, licensee: Party, signed_offer: OfferDocument, price: Price, work: Path
) -> None:
    unreadable.publish()
    unreadable.give_to(licensee.address)
    licensee.receive_dollars(price.amount)
    purchase = licensee.buys.buy(signed_offer)
    assert [held.grant for held in licensee.buys.licenses()] == [purchase.grant]
    assert licensee.buys.quote([work], Use.TRAIN).items[0].status is Status.LICENSED


def test_an_unreadable_license_is_told_of_by_its_id(
    unreadable: Unreadable, licensee: Party, passer_by: Licensee, reader: Contracts
) -> None:
    unreadable.publish()
    unreadable.give_to(licensee.address)
    (log,) = reader.chain.logs([reader.licenses.address], ["0x" + events.topic_of(events.Sold).hex()])
    with pytest.raises(UnexpectedAnswer, match="cannot be read"):
        passer_by.grant(hash32(log.topics[1]))


def test_an_unreadable_published_offer_hides_no_others(unreadable: Unreadable, passer_by: Licensee) -> None:
    unreadable.publish()
    good = replace(unreadable.offer, terms_uri="")
    unreadable.stranger.sells.publish_offer(good, CONDITIONS)
    assert passer_by.offers(unreadable.asset.asset_id) == (StandingOffer(good, b""),)


# Contracts that would have the licensee fetch something.


@dataclass
class Bait:
    url: str
    visits: list[str]


@pytest.fixture
def bait() -> Iterator[Bait]:
    """A server that nobody should ever ask."""
    visits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield Bait(f"http://127.0.0.1:{server.server_port}/{{sender}}/{{data}}", visits)
        finally:
            server.shutdown()


@pytest.fixture
def luring(bait: Bait, stranger: Party, raw_contract: RawContract) -> Address:
    """A contract that answers everything with an EIP-3668 off-chain look-up."""
    me = create_address(stranger.address, stranger.chain.nonce(stranger.address))
    selector = keccak(b"OffchainLookup(address,string[],bytes,bytes4,bytes)")[:4]
    types = ["address", "string[]", "bytes", "bytes4", "bytes"]
    refusal = selector + encode(types, [me, [bait.url], b"\x01", b"\x02" * 4, b""])
    size = len(refusal).to_bytes(2)
    code = b"\x61" + size + b"\x60\x0e\x60\x00\x39" + b"\x61" + size + b"\x60\x00\xfd" + refusal
    assert raw_contract(code) == me
    return me


def test_a_contract_cannot_send_anybody_to_a_url(
    luring: Address, bait: Bait, stranger: Party, reader: Contracts
) -> None:
    with pytest.raises(Reverted):
        stranger.currency(luring).balance_of(stranger.address)
    with pytest.raises(Reverted):
        stranger.currency(luring).transfer(stranger.address, 1)
    assert not is_valid(reader.chain, luring, hash32(b"\x01" * 32), b"\x01")
    assert bait.visits == []


# Tokens that lie.


def logging_token(*log: bytes) -> bytes:
    """A token of which everybody has 100, and whose transfers move nothing and log what they like."""
    push = b"".join(b"\x7f" + topic for topic in reversed(log))
    transfer = (
        b"\x7f" + b"\xff" * 32 + b"\x60\x00\x52"  # the data: 2^256 - 1
        + push + b"\x60\x20\x60\x00" + bytes([0xA0 + len(log)])
        + b"\x60\x01\x60\x00\x52\x60\x20\x60\x00\xf3"
    )  # fmt: skip
    balance = b"\x5b\x60\x64\x60\x00\x52\x60\x20\x60\x00\xf3"
    branch = b"\x60\x00\x35\x60\xe0\x1c\x63\x70\xa0\x82\x31\x14\x61"
    return branch + (len(branch) + 3 + len(transfer)).to_bytes(2) + b"\x57" + transfer + balance


def topics(payee: Address, token: Address) -> list[bytes]:
    return [
        events.topic_of(events.Claimed),
        *(bytes(12) + bytes.fromhex(account[2:]) for account in (token, payee)),
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_token_that_logs_claims_of_its_own_changes_no_count(
    artist: Party, split: SplitDocument, vault: Address, raw_contract: RawContract, count: int
) -> None:
    token = raw_contract(logging_token(*topics(artist.address, artist.address)[:count]))
    collected = artist.sells.collect([split], token)
    assert collected.amounts == {vault: 75}


def test_a_currency_that_does_not_pay_sells_nothing(
    licensor: Party,
    licensee: Party,
    asset: Registered,
    price: Price,
    offering: Offering,
    mock: Callable[..., Address],
) -> None:
    token = mock("FalseToken")
    licensee.currency(token).mint(licensee.address, 100)
    with pytest.raises(TransferFromFailed):
        licensee.buys.buy(offering(licensor, asset.asset_id, replace(price, currency=token, amount=50)))
    assert licensee.buys.licenses() == ()


def test_a_currency_that_is_no_contract_is_refused(
    licensor: Party, licensee: Party, asset: Registered, price: Price, offering: Offering, pauper: Party
) -> None:
    offer = offering(licensor, asset.asset_id, replace(price, currency=pauper.address))
    with pytest.raises(ChainError, match=f"there is no contract at {pauper.address}"):
        licensee.buys.buy(offer)


# Claims of others.


def test_a_catalogue_of_anothers_works_contests_but_sells_none(
    rival: Party,
    licensor: Party,
    asset: Registered,
    work: Path,
    signed_offer: OfferDocument,
    price: Price,
    passer_by: Licensee,
    tmp_path: Path,
    terms: TermsDocument,
) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(f"id,file\nmine,{work.name}\n")
    grabbed = rival.sells.register_catalog(read_catalog(path), "All mine")
    rival.sells.offer(grabbed.asset_id, rival.address, replace(price, amount=1), terms)
    quote = passer_by.quote([work], Use.TRAIN)
    assert (quote.items[0].status, quote.total) == (Status.CONTESTED, 0)


def test_a_documents_folder_full_of_rubbish_is_read_past(
    folder: Path, signed_offer: OfferDocument, passer_by: Licensee, work: Path
) -> None:
    (folder / ("0" * 64 + ".json")).write_bytes(b"\x00" * 100)
    (folder / ("1" * 64 + ".json")).mkdir()
    (folder / ("2" * 64 + ".json")).symlink_to("/dev/zero")
    assert passer_by.quote([work], Use.TRAIN).total == 25 * DOLLAR


def test_a_registration_in_anothers_name_needs_their_signature(
    stranger: Party, licensor: Party, work: Path
) -> None:
    wanted = Registration(licensor.address, sha256_file(work), deadline=stranger.network.now + 100)
    message = wanted.typed_data(31337, stranger.contracts.assets.address)
    with pytest.raises(RegistrationSignatureInvalid):
        stranger.sells.register_for(wanted, stranger.signer.sign_typed_data(message))


def test_a_vault_of_a_hostile_payee_pays_the_others(
    artist: Party,
    licensee: Party,
    stranger: Party,
    reader: Contracts,
    mock: Callable[..., Address],
    dollar: Address,
) -> None:
    split = SplitDocument.of([PayeeShare(mock("GreedyPayee"), 1), PayeeShare(artist.address, 1)])
    licensee.receive_dollars(10)
    licensee.dollar.transfer(reader.vaults.vault_of(split.tree().root), 10)
    assert artist.sells.collect([split], dollar).total == 5


# Contracts that hold deeds and sign (EIP-1271).


def test_a_contract_that_holds_the_deed_sells_on_its_own_signature(
    licensor: Party,
    licensee: Party,
    stranger: Party,
    asset: Registered,
    price: Price,
    signed_offer: OfferDocument,
    mock: Callable[..., Address],
) -> None:
    puppet = mock("Puppet")
    licensor.contracts.assets.transfer(asset.asset_id, puppet)
    offer = replace(signed_offer.offer, licensor=puppet, epoch=1)
    digest: Hash32 = offer.digest(31337, licensee.contracts.licenses.address)
    licensee.receive_dollars(price.amount)
    assert not is_valid(licensee.chain, puppet, digest, b"\x01")
    data = keccak(b"sign(bytes32)")[:4] + bytes.fromhex(digest[2:])
    stranger.network.transact(stranger.address, puppet, data)
    assert is_valid(licensee.chain, puppet, digest, b"\x01")
    licensee.buys.buy(StandingOffer(offer, b"\x01"))


def test_whoever_has_no_code_signs_by_key_alone(reader: Contracts, pauper: Party) -> None:
    chain: Chain = reader.chain
    assert not is_valid(chain, pauper.address, hash32(b"\x01" * 32), b"\x01" * 65)
