import pytest
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak as reference_keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import InputError
from licet.trees.hashing import (
    checksum,
    head_count,
    is_address,
    keccak,
    parse_address,
    parse_raw_address,
    roll_head,
)
from licet.types import ZERO_HASH, hash_bytes


@given(st.binary(max_size=300))
def test_keccak_is_the_reference(data: bytes) -> None:
    assert keccak(data) == reference_keccak(data)


@given(st.binary(min_size=20, max_size=20))
def test_checksum_is_eip55(raw: bytes) -> None:
    address = checksum(raw)
    assert str(address) == str(to_checksum_address(raw))
    assert parse_address(address) == parse_address(address.lower()) == address
    assert parse_address("0x" + address[2:].upper()) == address
    for spelled in (address, address.lower(), "0x" + address[2:].upper()):
        assert parse_raw_address(spelled) == raw


def test_a_mistyped_address_is_refused() -> None:
    address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    assert parse_address(address) == address
    for parse in (parse_address, parse_raw_address):
        with pytest.raises(InputError, match="checksum"):
            parse(address.replace("aA", "AA"))


@pytest.mark.parametrize("text", ["", "0x", "5a" * 20, "0x" + "5a" * 19, "0X" + "5a" * 20, "0x" + "5g" * 20])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_address(text)
    for parse in (parse_address, parse_raw_address):
        with pytest.raises(InputError, match="40 hex digits"):
            parse(text)
    for what in ("a currency", "an asset registry", "a usage ledger"):
        with pytest.raises(InputError, match=f"is not {what}:"):
            parse_address(text, what.split(" ", 1)[1])


def test_checksum_wants_20_bytes() -> None:
    with pytest.raises(InputError, match="20 bytes"):
        checksum(bytes(32))


def test_rolling_head() -> None:
    topics, data = [bytes([i]) * 32 for i in range(4)], b"data"
    first = roll_head(ZERO_HASH, topics, data)
    digest = reference_keccak(bytes(32) + b"".join(topics) + reference_keccak(data))
    assert hash_bytes(first) == (1).to_bytes(5) + digest[5:]
    assert head_count(ZERO_HASH) == 0
    assert head_count(roll_head(first, topics, data)) == 2


def test_rolling_head_depends_on_order_and_on_every_part() -> None:
    a, b = (([bytes([i]) * 32] * 4, b"x") for i in (1, 2))
    forwards = roll_head(roll_head(ZERO_HASH, *a), *b)
    assert forwards != roll_head(roll_head(ZERO_HASH, *b), *a)
    assert roll_head(ZERO_HASH, *a) != roll_head(ZERO_HASH, a[0], b"y")
