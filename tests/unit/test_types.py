import pytest

from licet.errors import InputError
from licet.types import hash32, hash_bytes, parse_hash, parse_uint, shown


def test_parse_hash_takes_any_case_with_or_without_prefix() -> None:
    expected = "0x" + "ab" * 32
    assert parse_hash("AB" * 32) == parse_hash("0x" + "aB" * 32) == expected
    assert hash32(hash_bytes(parse_hash(expected))) == expected


@pytest.mark.parametrize("text", ["", "0x", "ab" * 31, "ab" * 33, "zz" * 32, " " + "ab" * 32, "٣" * 64])
def test_parse_hash_refuses(text: str) -> None:
    with pytest.raises(InputError, match="64 hex digits"):
        parse_hash(text)


def test_hash32_wants_32_bytes() -> None:
    with pytest.raises(InputError, match="31"):
        hash32(bytes(31))


def test_parse_uint() -> None:
    assert parse_uint("0") == 0
    assert parse_uint(str((1 << 256) - 1)) == (1 << 256) - 1


@pytest.mark.parametrize("text", ["", "-1", "+1", "01", "1_0", "1e3", "1.0", " 1", "٣", "9" * 5000])
def test_parse_uint_refuses(text: str) -> None:
    with pytest.raises(InputError, match="decimal digits"):
        parse_uint(text)


def test_parse_uint_refuses_what_does_not_fit() -> None:
    with pytest.raises(InputError, match="share 256 does not fit in 8 bits"):
        parse_uint("256", 8, "share")


def test_shown_is_short_and_on_one_line() -> None:
    assert shown("a\nb") == "'a\\nb'"
    assert len(shown("x" * 1000)) == 60
