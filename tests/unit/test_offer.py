import dataclasses
import json
from typing import Any

import pytest
from eth_abi import encode
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import DocumentInvalid, InputError
from licet.rights.offer import Offer, asset_id, license_id, new_salt
from licet.rights.registration import Registration
from licet.rights.typed_data import domain_separator, signing_digest
from licet.rights.uses import Use
from licet.trees.hashing import checksum
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32

hashes = st.binary(min_size=32, max_size=32).map(hash32)
addresses = st.binary(min_size=20, max_size=20).map(checksum)
URI = "https://example.org/terms.json"
LICENSOR, PAYEE, CONTRACT = (checksum(bytes([n]) * 20) for n in (1, 2, 3))
ASSET = hash32(b"\x05" * 32)


def uint(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    price = draw(uint(256))
    return Offer(
        licensor=draw(addresses),
        asset_id=draw(hashes),
        epoch=draw(uint(32)),
        payee=draw(addresses),
        currency=draw(addresses),
        price=price,
        uses=Use(draw(uint(32).filter(bool))),
        terms_hash=draw(hashes),
        terms_uri=draw(st.text("ab/:;è‖😀\0", max_size=100)),
        start=draw(uint(40)),
        end=draw(uint(40)),
        duration=draw(uint(32)),
        royalty_bps=draw(st.integers(0, 10_000)),
        supply=draw(uint(32)),
        free=price == 0,
        exclusive=draw(st.booleans()),
        transferable=draw(st.booleans()),
        salt=draw(hashes),
    )


def offer(**changes: Any) -> Offer:
    plain: dict[str, Any] = {
        "licensor": LICENSOR,
        "asset_id": ASSET,
        "epoch": 0,
        "payee": PAYEE,
        "currency": ZERO_ADDRESS,
        "price": 10,
        "uses": Use.TRAIN,
        "terms_hash": ZERO_HASH,
        "terms_uri": URI,
    }
    return Offer(**plain | changes)


def reference(message: dict[str, Any]) -> tuple[Hash32, Hash32, Hash32]:
    """Domain separator, struct hash and digest as eth-account has them."""
    signable = encode_typed_data(full_message=message)
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    return hash32(signable.header), hash32(signable.body), hash32(digest)


@given(offers(), uint(256), addresses)
def test_hashes_are_eth_accounts(offer: Offer, chain_id: int, contract: Address) -> None:
    expected = reference(offer.typed_data(chain_id, contract))
    ours = domain_separator(chain_id, contract), offer.struct_hash(), offer.digest(chain_id, contract)
    assert ours == expected


def test_the_type_is_the_specified_one() -> None:
    [kind] = [t for t in offer().typed_data(1, CONTRACT)["types"] if t != "EIP712Domain"]
    members = offer().typed_data(1, CONTRACT)["types"][kind]
    assert f"{kind}({','.join(m['type'] + ' ' + m['name'] for m in members)})" == (
        "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256 price,"
        "uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,"
        "uint16 royaltyBps,uint32 supply,bool free,bool exclusive,bool transferable,bytes32 salt)"
    )


@given(offers())
def test_json_there_and_back(offer: Offer) -> None:
    assert Offer.from_json(json.loads(json.dumps(offer.to_json()))) == offer


@given(offers(), st.data())
def test_every_member_counts(offer: Offer, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["epoch", "start", "end", "duration", "supply"]))
    changed = dataclasses.replace(offer, **{name: getattr(offer, name) ^ 1})
    assert changed.struct_hash() != offer.struct_hash()


def test_spelling_does_not_change_the_hash() -> None:
    loud = offer(licensor=LICENSOR.lower(), asset_id=ASSET.upper().replace("0X", "0x"), salt=ZERO_HASH)
    assert loud == offer(salt=ZERO_HASH)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": 0}, "marked free"),
        ({"free": True}, "marked free"),
        ({"price": -1}, "Offer.price is out of range"),
        ({"price": 1 << 256}, "Offer.price is out of range"),
        ({"price": 1.5}, "uint256 expected"),
        ({"price": "10"}, "uint256 expected"),
        ({"price": True}, "uint256 expected"),
        ({"uses": Use(0)}, "at least one use"),
        ({"uses": 1 << 32}, "Offer.uses is out of range"),
        ({"epoch": 1 << 32}, "Offer.epoch is out of range"),
        ({"start": 1 << 40}, "Offer.start is out of range"),
        ({"end": 1 << 40}, "Offer.end is out of range"),
        ({"duration": 1 << 32}, "Offer.duration is out of range"),
        ({"supply": 1 << 32}, "Offer.supply is out of range"),
        ({"royalty_bps": 10_001}, "more than the whole"),
        ({"royalty_bps": 1 << 16}, "Offer.royaltyBps is out of range"),
        ({"terms_uri": "x" * 1025}, "1025 bytes"),
        ({"terms_uri": "è" * 513}, "1026 bytes"),
        ({"terms_uri": "\ud800"}, "not valid Unicode"),
        ({"terms_uri": None}, "string expected"),
        ({"licensor": "me"}, "not an Offer.licensor"),
        ({"payee": b"x" * 20}, "address expected"),
        ({"salt": "0x00"}, "not a Offer.salt"),
        ({"free": 1}, "bool expected"),
    ],
)
def test_what_the_contract_would_refuse_cannot_be_made(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        offer(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"start": 5, "end": 5}, "not after"), ({"payee": ZERO_ADDRESS}, "lost")],
)
def test_what_nobody_should_offer_can_be_read_but_not_offered(changes: dict[str, Any], message: str) -> None:
    offer().check_new()
    with pytest.raises(InputError, match=message):
        offer(**changes).check_new()


@pytest.mark.parametrize(
    "change",
    [
        {"price": 10},
        {"price": "0x10"},
        {"price": "9" * 100},
        {"uses": "0"},
        {"free": "false"},
        {"extra": "1"},
        {"termsURI": ["x"]},
        {"licensor": "0x" + "00" * 19},
    ],
)
def test_hostile_json_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(DocumentInvalid):
        Offer.from_json(offer().to_json() | change)


@pytest.mark.parametrize("data", [None, [], "x", {}, {"price": "1"}])
def test_json_of_another_shape_is_refused(data: object) -> None:
    with pytest.raises(DocumentInvalid, match="exactly: licensor"):
        Offer.from_json(data)


def test_salts_differ() -> None:
    assert new_salt() != new_salt()
    assert offer() != offer()


@given(hashes, addresses, hashes)
def test_ids_are_abi_encoded(first: Hash32, address: Address, salt: Hash32) -> None:
    raw, raw_salt = bytes.fromhex(first[2:]), bytes.fromhex(salt[2:])
    assert asset_id(first, address) == hash32(keccak(encode(["bytes32", "address"], [raw, address])))
    encoded = encode(["bytes32", "address", "bytes32"], [raw, address, raw_salt])
    assert license_id(first, address, salt) == hash32(keccak(encoded))


@given(addresses, hashes, uint(64), hashes.filter(lambda h: h != ZERO_HASH), uint(256))
def test_registration_hashes_are_eth_accounts(
    registrant: Address, content: Hash32, works: int, document: Hash32, deadline: int
) -> None:
    content = content if content != ZERO_HASH else ASSET
    registration = Registration(registrant, content, works, document, URI, deadline)
    expected = reference(registration.typed_data(5, CONTRACT))
    struct_hash = registration.struct_hash()
    assert (domain_separator(5, CONTRACT), struct_hash, registration.digest(5, CONTRACT)) == expected
    assert signing_digest(struct_hash, 5, CONTRACT) == expected[2]
    assert registration.asset_id == asset_id(content, registrant)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"content": ZERO_HASH}, "content hash is zero"),
        ({"works": 3}, "needs its document"),
        ({"works": 1 << 64}, "out of range"),
        ({"uri": "x" * 1025}, "1025 bytes"),
    ],
)
def test_registrations_that_the_contract_would_refuse(changes: dict[str, Any], message: str) -> None:
    plain: dict[str, Any] = {"registrant": LICENSOR, "content": ASSET}
    with pytest.raises(InputError, match=message):
        Registration(**plain | changes)
