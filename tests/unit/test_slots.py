"""Where contracts keep what: as the compiler says, and as Solady's tokens do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.auditor.ledgers.assets.deeds import deed_in
from licet.chain.compiled.artifacts import artifact
from licet.chain.compiled.slots import after, mapped, parts, token_slot, token_word
from licet.contracts.assets import Deed, DeedFlag
from licet.trees.hashing import checksum
from licet.types import Address, Hash32

HOLDER = checksum(bytes(range(1, 21)))
CONTRACTS = ("AssetRegistry", "DisputeDesk", "LicenseToken", "StatementEscrow", "UsageLedger")


@pytest.mark.parametrize("name", [*CONTRACTS, "RoyaltyVaultFactory"])
def test_the_head_is_the_first_slot(name: str) -> None:
    assert artifact(name).layout.variables["head"] == 0


@pytest.mark.parametrize("name", CONTRACTS)
def test_members_of_structs_do_not_overlap(name: str) -> None:
    for members in artifact(name).layout.structs.values():
        bits = [
            bit
            for member in members.values()
            for bit in range(
                256 * member.slot + 8 * member.offset,
                256 * member.slot + 8 * (member.offset + member.bytes),
            )
        ]
        assert len(bits) == len(set(bits))


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**128 - 1), st.integers(0, 2**40 - 1))
def test_what_is_packed_is_unpacked(until: int, records: int, anchors: int) -> None:
    layout = artifact("UsageLedger").layout
    words = layout.pack("Usage", until=until, records=records, anchors=anchors)
    assert words == (until | records << 40 | anchors << 168,)
    assert layout.unpack("Usage", words) == {"until": until, "records": records, "anchors": anchors}


def test_a_struct_of_several_words() -> None:
    layout = artifact("StatementEscrow").layout
    words = layout.pack("Case", claimant=int(HOLDER, 16), deadline=5, status=1, kind=2, subject=7)
    assert words == (int(HOLDER, 16) | 5 << 160 | 1 << 200 | 2 << 208, 7)


def test_a_mapping_is_where_the_solidity_manual_puts_it() -> None:
    # keccak256(abi.encode(address 0, 0)), known from many tokens.
    assert mapped(0, Address("0x" + "00" * 20)) == int(
        "ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5", 16
    )


def test_a_tokens_slot_goes_round_at_the_top() -> None:
    top = Hash32("0x" + "ff" * 32)
    assert 0 <= token_slot(top) < 1 << 256
    assert after((1 << 256) - 1, 2) == ((1 << 256) - 1, 0)


def test_a_deed_comes_back_from_its_word() -> None:
    extra = 7 | 11 << 24 | 13 << 56 | 9 << 88
    word = token_word(HOLDER, extra)
    assert parts(word) == (int(HOLDER, 16), extra)
    assert deed_in(word) == Deed(HOLDER, 7, 11, 13, DeedFlag.DERIVATIVE | DeedFlag.DISPUTED)
    assert deed_in(extra << 160) is None
