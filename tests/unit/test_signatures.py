"""Whose signature is this: by recovery, in each form that the contracts take; rubbish is nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.chain.signatures import recover
from licet.chain.signing.signer import LocalSigner
from licet.rights.conditions import Conditions
from licet.rights.offer import Offer
from licet.rights.uses import Use
from licet.types import ZERO_ADDRESS, ZERO_HASH, Hash32, hash32

SIGNER = LocalSigner.development(1)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CONDITIONS = Conditions()
OFFER = Offer(
    licensor=SIGNER.address,
    asset_id=hash32(b"\x01" * 32),
    epoch=0,
    payee=SIGNER.address,
    currency=ZERO_ADDRESS,
    price=1,
    uses=Use.TRAIN,
    terms_hash=ZERO_HASH,
    terms_uri="",
    conditions=CONDITIONS.struct_hash(),
)
DIGEST = OFFER.digest(31337, SIGNER.address)
SIGNATURE = SIGNER.sign_typed_data(OFFER.typed_data(31337, SIGNER.address, CONDITIONS))


def compact(signature: bytes) -> bytes:
    vs = int.from_bytes(signature[32:64]) | (signature[64] - 27) << 255
    return signature[:32] + vs.to_bytes(32)


def test_the_signer_is_found() -> None:
    assert recover(DIGEST, SIGNATURE) == SIGNER.address


def test_the_compact_form_is_the_same() -> None:
    assert recover(DIGEST, compact(SIGNATURE)) == SIGNER.address


def test_the_other_s_is_the_same() -> None:
    """Nothing depends on a signature being unique, so both forms of s are taken, as by the contracts."""
    s = ORDER - int.from_bytes(SIGNATURE[32:64])
    other = SIGNATURE[:32] + s.to_bytes(32) + bytes([55 - SIGNATURE[64]])
    assert recover(DIGEST, other) == SIGNER.address


@given(st.integers(0, 64), st.integers(0, 7))
def test_one_bit_more_or_less_is_another_signer_or_nobody(byte: int, bit: int) -> None:
    altered = bytearray(SIGNATURE)
    altered[byte] ^= 1 << bit
    assert recover(DIGEST, bytes(altered)) != SIGNER.address


@given(st.integers(0, 31), st.integers(0, 7))
def test_another_digest_is_of_another_signer(byte: int, bit: int) -> None:
    digest = bytearray.fromhex(DIGEST[2:])
    digest[byte] ^= 1 << bit
    assert recover(hash32(bytes(digest)), SIGNATURE) != SIGNER.address


@pytest.mark.parametrize("v", [0, 1, 26, 29, 255])
def test_only_27_and_28_are_parities(v: int) -> None:
    assert recover(DIGEST, SIGNATURE[:64] + bytes([v])) is None


@pytest.mark.parametrize("length", [0, 1, 32, 63, 66, 128])
def test_any_other_length_is_nobodys(length: int) -> None:
    assert recover(DIGEST, (SIGNATURE * 2)[:length]) is None


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (0, 0), (ORDER, 1), (1, ORDER), ((1 << 256) - 1, 1)])
def test_numbers_outside_the_curve_are_nobodys(r: int, s: int) -> None:
    assert recover(DIGEST, r.to_bytes(32) + s.to_bytes(32) + b"\x1b") is None


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=65))
def test_any_bytes_are_somebodys_or_nobodys(digest: bytes, signature: bytes) -> None:
    found: object = recover(hash32(digest), signature)
    assert found is None or str(found).startswith("0x")


def test_a_digest_of_zeros_can_be_asked_about() -> None:
    assert recover(Hash32(ZERO_HASH), SIGNATURE) != SIGNER.address
