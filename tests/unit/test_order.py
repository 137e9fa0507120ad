"""Orders: what they cost, which licenses follow, and what pays for them alone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from licet.chain.compiled.artifacts import artifact
from licet.errors import InputError
from licet.rights.offer import Kind, Offer, license_id
from licet.rights.order import MAX_QUANTITY, Order
from licet.rights.uses import Use
from licet.trees.hashing import checksum, keccak
from licet.types import ZERO_HASH, Address, Hash32, hash32

TOKEN, PAYER, LICENSEE, LICENSOR = (checksum(bytes([i]) * 20) for i in range(1, 5))
OFFER = Offer(
    licensor=LICENSOR,
    asset_id=hash32(b"a" * 32),
    epoch=0,
    payee=LICENSOR,
    currency=TOKEN,
    price=7,
    uses=Use.TRAIN,
    terms_hash=ZERO_HASH,
    terms_uri="",
    conditions=ZERO_HASH,
)
ORDER = Order(OFFER, b"", LICENSEE, hash32((5).to_bytes(32)), 3)


def test_each_seat_is_paid() -> None:
    assert ORDER.total == 21


def test_units_are_paid_later() -> None:
    assert replace(ORDER, offer=replace(OFFER, kind=Kind.METERED)).total == 0


def test_seats_are_licenses_with_salts_in_a_row() -> None:
    expected = [license_id(OFFER.struct_hash(), LICENSEE, hash32(salt.to_bytes(32))) for salt in (5, 6, 7)]
    assert [grant.license_id for grant in ORDER.grants()] == expected
    assert ORDER.license_id == expected[0]


def test_salts_go_round() -> None:
    top = replace(ORDER, salt=hash32(b"\xff" * 32), quantity=2)
    assert [grant.salt for grant in top.grants()] == [top.salt, ZERO_HASH]


@pytest.mark.parametrize("quantity", [-1, 0, MAX_QUANTITY + 1, 1 << 256])
def test_a_quantity_out_of_bounds_is_no_order(quantity: int) -> None:
    with pytest.raises(InputError, match="1 to 100 licenses"):
        replace(ORDER, quantity=quantity)


def nonce(order: Order = ORDER, chain_id: int = 1, token: Address = TOKEN, payer: Address = PAYER) -> Hash32:
    return order.authorization_nonce(chain_id, token, payer)


@pytest.mark.parametrize(
    "other",
    [
        nonce(chain_id=2),
        nonce(token=PAYER),
        nonce(payer=TOKEN),
        nonce(replace(ORDER, quantity=2)),
        nonce(replace(ORDER, licensee=PAYER)),
        nonce(replace(ORDER, salt=ZERO_HASH)),
        nonce(replace(ORDER, offer=replace(OFFER, price=8))),
        nonce(replace(ORDER, offer=replace(OFFER, uses=Use.INDEX))),
    ],
)
def test_another_order_has_another_nonce(other: Hash32) -> None:
    assert other != nonce()


def test_the_licensors_signature_is_not_paid_for() -> None:
    """Another valid form of it, such as the compact one, sells the same license."""
    assert nonce(replace(ORDER, signature=b"\1")) == nonce()


def test_the_nonce_names_the_function_as_the_interface_has_it() -> None:
    """The formula of `ILicenseToken.authorizationNonce`, with the selector out of the ABI."""
    selector = artifact("LicenseToken").abi.functions["buyWithAuthorization"].digest[:4]
    words = (
        (31337).to_bytes(32),
        bytes(12) + bytes.fromhex(TOKEN[2:]),
        selector + bytes(28),
        bytes.fromhex(ORDER.license_id[2:]),
        bytes(12) + bytes.fromhex(PAYER[2:]),
        (21).to_bytes(32),
        (3).to_bytes(32),
    )
    assert nonce(chain_id=31337) == hash32(keccak(b"".join(words)))


def test_the_largest_order_is_among_the_golden_vectors() -> None:
    golden = json.loads((Path(__file__).parents[1] / "golden" / "orders.json").read_text())
    assert [int(each["quantity"]) for each in golden["orders"]] == [1, MAX_QUANTITY, 5, 1]
    assert all(len(each["licenseIds"]) == int(each["quantity"]) for each in golden["orders"])
