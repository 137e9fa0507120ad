"""Vouchers, redirected claims and approvals are hashed as by eth-account, statements as by the ABI."""

import json
from typing import Any, Protocol

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from licet.errors import DocumentInvalid, InputError
from licet.rights.claim import ClaimTo
from licet.rights.derivation import DerivativeApproval
from licet.rights.statement import Statement
from licet.rights.voucher import Voucher
from licet.trees.hashing import checksum
from licet.types import ZERO_ADDRESS, ZERO_HASH, Address, Hash32, hash32, hash_bytes

hashes = st.binary(min_size=32, max_size=32).map(hash32)
addresses = st.binary(min_size=20, max_size=20).map(checksum)
ACCOUNT = checksum(b"\x01" * 20)
HASH = hash32(b"\x02" * 32)


def uint(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


class Signed(Protocol):
    def struct_hash(self) -> Hash32: ...

    def digest(self, chain_id: int, contract: Address, /) -> Hash32: ...

    def typed_data(self, chain_id: int, contract: Address, /) -> dict[str, Any]: ...

    def to_json(self) -> dict[str, Any]: ...


signed: st.SearchStrategy[Signed] = st.one_of(
    st.builds(Voucher, license_id=hashes, units=uint(256)),
    st.builds(
        ClaimTo,
        payee=addresses,
        token=addresses,
        receiver=addresses,
        released_to=uint(256),
        deadline=uint(256),
    ),
    st.builds(DerivativeApproval, license_id=hashes, content=hashes, registrant=addresses),
)


@given(signed, uint(256), addresses)
def test_hashes_are_eth_accounts(value: Signed, chain_id: int, contract: Address) -> None:
    message = value.typed_data(chain_id, contract)
    signable = encode_typed_data(full_message=message)
    assert value.struct_hash() == hash32(signable.body)
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert value.digest(chain_id, contract) == hash32(digest)
    assert message["message"] == value.to_json()


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (Voucher(HASH, 1), "Voucher(bytes32 licenseId,uint256 units)"),
        (
            ClaimTo(ACCOUNT, ZERO_ADDRESS, ACCOUNT, 0, 0),
            "ClaimTo(address payee,address token,address to,uint256 releasedTo,uint256 deadline)",
        ),
        (
            DerivativeApproval(HASH, HASH, ACCOUNT),
            "DerivativeApproval(bytes32 licenseId,bytes32 content,address registrant)",
        ),
    ],
)
def test_the_types_are_the_specified_ones(value: Signed, spelled: str) -> None:
    message = value.typed_data(1, ACCOUNT)
    kind = message["primaryType"]
    members = ",".join(f"{member['type']} {member['name']}" for member in message["types"][kind])
    assert f"{kind}({members})" == spelled


@given(st.builds(Voucher, license_id=hashes, units=uint(256)))
def test_a_voucher_there_and_back(voucher: Voucher) -> None:
    assert Voucher.from_json(json.loads(json.dumps(voucher.to_json()))) == voucher


@pytest.mark.parametrize("change", [{"units": "-1"}, {"units": 1}, {"licenseId": "0x12"}, {"more": "1"}])
def test_a_voucher_that_is_none(change: dict[str, object]) -> None:
    with pytest.raises(DocumentInvalid):
        Voucher.from_json(Voucher(HASH, 1).to_json() | change)


# Statements.


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    since = draw(uint(40))
    return Statement(
        publisher=draw(addresses),
        asset_id=draw(hashes),
        since=since,
        until=draw(st.integers(since, (1 << 40) - 1)),
        currency=draw(addresses),
        amount=draw(uint(256).filter(bool)),
        root=draw(hashes.filter(lambda root: root != ZERO_HASH)),
        document_hash=draw(hashes),
        uri=draw(st.text("ab/:;è‖😀\0", max_size=100)),
        window=draw(uint(32)),
    )


def statement(**changes: Any) -> Statement:
    plain: dict[str, Any] = {
        "publisher": ACCOUNT,
        "asset_id": HASH,
        "since": 1,
        "until": 2,
        "currency": ZERO_ADDRESS,
        "amount": 3,
        "root": HASH,
        "document_hash": ZERO_HASH,
        "uri": "ni:x",
        "window": 4,
    }
    return Statement(**plain | changes)


@given(statements())
def test_a_statements_id_is_the_hash_of_its_encoding(value: Statement) -> None:
    kinds = "(address,bytes32,uint40,uint40,address,uint256,bytes32,bytes32,string,uint32)"
    members = tuple(
        hash_bytes(member) if name in ("assetId", "root", "documentHash") else member
        for name, member in value.to_abi().items()
    )
    assert value.id == hash32(keccak(encode([kinds], [members])))


@given(statements())
def test_a_statement_there_and_back(value: Statement) -> None:
    assert Statement.from_json(json.loads(json.dumps(value.to_json()))) == value
    assert Statement.from_abi(value.to_abi()) == value


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"since": 3}, "before it begins"),
        ({"amount": 0}, "nothing to state"),
        ({"root": ZERO_HASH}, "nobody could be paid"),
        ({"until": 1 << 40}, "Statement.until is out of range"),
        ({"window": 1 << 32}, "Statement.window is out of range"),
        ({"uri": "x" * 1025}, "1025 bytes"),
        ({"publisher": "me"}, "not a Statement.publisher"),
    ],
)
def test_statements_that_the_contract_would_refuse(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        statement(**changes)


@pytest.mark.parametrize("change", [{"amount": "0"}, {"from": "3"}, {"uri": None}, {"more": "1"}])
def test_a_statement_that_is_none(change: dict[str, object]) -> None:
    with pytest.raises(DocumentInvalid):
        Statement.from_json(statement().to_json() | change)
