import dataclasses
import json
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import DocumentInvalid, InputError
from licet.rights.conditions import Conditions
from licet.rights.offer import Kind, Offer, asset_id, license_id, new_salt
from licet.rights.registration import Origin, Registration
from licet.rights.typed_data import domain_separator, signing_digest
from licet.rights.uses import Use
from licet.trees.hashing import checksum
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32

hashes = st.binary(min_size=32, max_size=32).map(hash32)
addresses = st.binary(min_size=20, max_size=20).map(checksum)
URI = "https://example.org/terms.json"
LICENSOR, PAYEE, CONTRACT = (checksum(bytes([n]) * 20) for n in (1, 2, 3))
ASSET = hash32(b"\x05" * 32)
CONDITIONS = Conditions(royalty_bps=250, salt=ZERO_HASH)


def uint(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    return Conditions(
        royalty_bps=draw(uint(16)),
        revenue_ceiling=draw(uint(96)),
        approval=draw(st.booleans()),
        reciprocal=draw(st.booleans()),
        sublicensable=draw(st.booleans()),
        revocable=draw(st.booleans()),
        report_within=draw(uint(32)),
        refund_bps=draw(uint(16)),
        resale_bps=draw(uint(16)),
        reporter=draw(addresses),
        unit_cap=draw(uint(56)),
        refund_delay=draw(uint(32)),
        salt=draw(hashes),
    )


@st.composite
def offers(draw: st.DrawFn, conditions_hash: Hash32 | None = None) -> Offer:
    price = draw(uint(256))
    kind = draw(st.sampled_from([Kind.SALE, Kind.SUBSCRIPTION, Kind.METERED])) if price else Kind.FREE
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
        duration=draw(uint(32).filter(bool) if kind == Kind.SUBSCRIPTION else uint(32)),
        supply=draw(uint(32)),
        kind=kind,
        exclusive=draw(st.booleans()),
        transferable=kind != Kind.METERED and draw(st.booleans()),
        conditions=conditions_hash or draw(hashes),
    )


@st.composite
def offers_in_full(draw: st.DrawFn) -> tuple[Offer, Conditions]:
    terms = draw(conditions())
    return draw(offers(terms.struct_hash())), terms


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
        "conditions": CONDITIONS.struct_hash(),
    }
    return Offer(**plain | changes)


def reference(message: dict[str, Any]) -> tuple[Hash32, Hash32, Hash32]:
    """Domain separator, struct hash and digest as eth-account has them."""
    signable = encode_typed_data(full_message=message)
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    return hash32(signable.header), hash32(signable.body), hash32(digest)


@given(offers_in_full(), uint(256), addresses)
def test_hashes_are_eth_accounts(signed: tuple[Offer, Conditions], chain_id: int, contract: Address) -> None:
    offer, terms = signed
    expected = reference(offer.typed_data(chain_id, contract, terms))
    ours = domain_separator(chain_id, contract), offer.struct_hash(), offer.digest(chain_id, contract)
    assert ours == expected


def test_the_type_is_the_specified_one() -> None:
    types = offer().typed_data(1, CONTRACT, CONDITIONS)["types"]
    spelled = {
        kind: f"{kind}({','.join(m['type'] + ' ' + m['name'] for m in members)})"
        for kind, members in types.items()
    }
    assert set(spelled) == {"EIP712Domain", "Offer", "Conditions"}
    assert spelled["Offer"] == (
        "Offer(address licensor,bytes32 assetId,uint32 epoch,address payee,address currency,uint256 price,"
        "uint32 uses,bytes32 termsHash,string termsURI,uint40 start,uint40 end,uint32 duration,"
        "uint32 supply,uint8 kind,bool exclusive,bool transferable,Conditions conditions)"
    )
    assert spelled["Conditions"] == (
        "Conditions(uint16 royaltyBps,uint96 revenueCeiling,bool approval,bool reciprocal,bool sublicensable,"
        "bool revocable,uint32 reportWithin,uint16 refundBps,uint16 resaleBps,address reporter,"
        "uint56 unitCap,uint32 refundDelay,bytes32 salt)"
    )


def test_whoever_signs_sees_the_conditions_and_no_others() -> None:
    assert offer().typed_data(1, CONTRACT, CONDITIONS)["message"]["conditions"] == CONDITIONS.to_json()
    with pytest.raises(InputError, match="take those that came with the offer"):
        offer().typed_data(1, CONTRACT, dataclasses.replace(CONDITIONS, revocable=True))


@given(conditions())
def test_conditions_there_and_back(terms: Conditions) -> None:
    assert Conditions.from_json(json.loads(json.dumps(terms.to_json()))) == terms
    assert Conditions.from_abi(terms.to_abi()) == terms


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Conditions)])
def test_every_condition_counts(name: str) -> None:
    named = {"reporter": PAYEE, "salt": ASSET}
    now: Any = getattr(CONDITIONS, name)
    change: dict[str, Any] = {name: named[name] if name in named else type(now)(now ^ 1)}
    assert dataclasses.replace(CONDITIONS, **change).struct_hash() != CONDITIONS.struct_hash()


@pytest.mark.parametrize("name", ["royalty_bps", "refund_bps", "resale_bps"])
def test_no_share_is_more_than_the_whole(name: str) -> None:
    dataclasses.replace(CONDITIONS, **{name: 10_000}).check_new()  # type: ignore[arg-type]
    with pytest.raises(InputError, match="more than the whole"):
        dataclasses.replace(CONDITIONS, **{name: 10_001}).check_new()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"royalty_bps": 1 << 16}, "Conditions.royaltyBps is out of range"),
        ({"revenue_ceiling": 1 << 96}, "Conditions.revenueCeiling is out of range"),
        ({"unit_cap": 1 << 56}, "Conditions.unitCap is out of range"),
        ({"reporter": "me"}, "not a Conditions.reporter"),
        ({"salt": "0x00"}, "not a Conditions.salt"),
        ({"revocable": 1}, "bool expected"),
    ],
)
def test_conditions_that_cannot_be_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Conditions(**changes)
    with pytest.raises(DocumentInvalid):
        Conditions.from_json(CONDITIONS.to_json() | {"royaltyBps": "65536"})


@given(offers())
def test_json_there_and_back(offer: Offer) -> None:
    assert Offer.from_json(json.loads(json.dumps(offer.to_json()))) == offer


@given(offers(), st.data())
def test_every_member_counts(offer: Offer, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["epoch", "start", "end", "duration", "supply"]))
    changed = dataclasses.replace(offer, **{name: getattr(offer, name) ^ 1})
    assert changed.struct_hash() != offer.struct_hash()


def test_spelling_does_not_change_the_hash() -> None:
    loud = offer(licensor=LICENSOR.lower(), asset_id=ASSET.upper().replace("0X", "0x"))
    assert loud == offer()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": 0}, "marked free"),
        ({"kind": Kind.FREE}, "marked free"),
        ({"kind": 4}, "no kind of license"),
        ({"kind": Kind.SUBSCRIPTION}, "needs a duration"),
        ({"kind": Kind.METERED, "transferable": True}, "not transferable"),
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
        ({"terms_uri": "x" * 1025}, "1025 bytes"),
        ({"terms_uri": "è" * 513}, "1026 bytes"),
        ({"terms_uri": "\ud800"}, "not valid Unicode"),
        ({"terms_uri": None}, "string expected"),
        ({"licensor": "me"}, "not an Offer.licensor"),
        ({"payee": b"x" * 20}, "address expected"),
        ({"conditions": "0x00"}, "not a Offer.conditions"),
        ({"exclusive": 1}, "bool expected"),
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
        {"exclusive": "false"},
        {"kind": "1"},
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
    assert Conditions() != Conditions()


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
    registration = Registration(registrant, content, works, document, URI, Origin.AI_GENERATED, deadline)
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
        ({"origin": 4}, "no origin"),
        ({"uri": "x" * 1025}, "1025 bytes"),
    ],
)
def test_registrations_that_the_contract_would_refuse(changes: dict[str, Any], message: str) -> None:
    plain: dict[str, Any] = {"registrant": LICENSOR, "content": ASSET}
    with pytest.raises(InputError, match=message):
        Registration(**plain | changes)
