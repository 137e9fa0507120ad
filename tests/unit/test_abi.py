"""The ABI codec: what the contracts take and give, in Licet's types; hostile data is an error of Licet's."""

from typing import Any

import pytest
from eth_abi import abi as codec
from eth_abi.exceptions import DecodingError
from hypothesis import given
from hypothesis import strategies as st

from licet.chain.compiled import words
from licet.chain.compiled.abi import MOST_CALLS, Abi, Parameter, Parameters, all_errors, log_topic
from licet.chain.compiled.artifacts import artifact, known_errors
from licet.errors import (
    REVERT_NAMES,
    AssetAlreadyRegistered,
    InputError,
    Panicked,
    Reverted,
    RevertedWithReason,
    TokenBalanceTooLow,
    UnexpectedAnswer,
)
from licet.trees.hashing import keccak
from licet.types import ZERO_HASH, Address, Hash32, hash32

ADDRESS = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
HASH = hash32(bytes(range(32)))


def function(name: str, inputs: list[str], outputs: list[str]) -> dict[str, Any]:
    return {
        "type": "function",
        "name": name,
        "inputs": [{"name": f"in{i}", "type": kind} for i, kind in enumerate(inputs)],
        "outputs": [{"name": f"out{i}", "type": kind} for i, kind in enumerate(outputs)],
    }


def word(value: int) -> bytes:
    return value.to_bytes(32)


ERC20 = Abi(
    [
        function("transfer", ["address", "uint256"], ["bool"]),
        function("name", [], ["string"]),
        function("owner", [], ["address"]),
        function("both", [], ["bytes32", "uint8"]),
        function("list", [], ["address[]"]),
        function("nothing", [], []),
        {
            "type": "event",
            "name": "Transfer",
            "inputs": [
                {"name": "from", "type": "address", "indexed": True},
                {"name": "to", "type": "address", "indexed": True},
                {"name": "amount", "type": "uint256"},
            ],
        },
        {
            "type": "event",
            "name": "Said",
            "inputs": [
                {"name": "word", "type": "string", "indexed": True},
                {"name": "text", "type": "string"},
            ],
        },
    ]
)
TRANSFER = keccak(b"Transfer(address,address,uint256)")


# Calls.


def test_a_call_is_selector_and_arguments() -> None:
    data = ERC20.encode_call("transfer", (ADDRESS, 5))
    assert data == bytes.fromhex("a9059cbb") + bytes(12) + bytes.fromhex(ADDRESS[2:]) + word(5)


def test_structs_are_taken_as_dicts_and_as_tuples() -> None:
    abi = artifact("AssetRegistry").abi
    fields = {"content": HASH, "works": 3, "documentHash": HASH, "uri": "x", "origin": 1}
    by_name = abi.encode_call("register", [fields])
    assert by_name == abi.encode_call("register", [tuple(fields.values())])


def test_arrays_of_structs_within_structs() -> None:
    abi = artifact("RoyaltyVaultFactory").abi
    claim = (HASH, ZERO_HASH, ADDRESS, (ADDRESS, 7, 1, [(HASH, 9), (ZERO_HASH, 1)]))
    assert len(abi.encode_call("claim", [[claim, claim]])) % 32 == 4


@pytest.mark.parametrize("spelling", [ADDRESS.lower(), "0x" + ADDRESS[2:].upper()])
def test_an_address_is_taken_in_any_case(spelling: str) -> None:
    assert ERC20.encode_call("transfer", (spelling, 5)) == ERC20.encode_call("transfer", (ADDRESS, 5))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        (ADDRESS,),
        (ADDRESS, 1, 2),
        (ADDRESS, -1),
        (ADDRESS, 1 << 256),
        (ADDRESS, "1"),
        (ADDRESS, 1.5),
        (ADDRESS, None),
        ("0x12", 1),
        (None, 1),
        (5, 1),
        (b"\x01" * 20, 1),
        (ADDRESS[:-1] + "4", 1),
    ],
)
def test_arguments_that_the_function_does_not_take_are_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(InputError):
        ERC20.encode_call("transfer", arguments)


def test_calls_are_found_wherever_they_stand() -> None:
    one, other = (ERC20.encode_call("transfer", (ADDRESS, amount)) for amount in (5, 6))
    assert [*ERC20.calls_in("transfer", one)] == [(ADDRESS, 5)]
    assert [*ERC20.calls_in("transfer", b"\x01" + one + b"and" + other + b"!")] == [
        (ADDRESS, 5),
        (ADDRESS, 6),
    ]
    assert not [*ERC20.calls_in("transfer", one[:-1])]
    assert not [*ERC20.calls_in("transfer", b"")]


def test_no_more_calls_are_read_than_a_transaction_has() -> None:
    call = ERC20.encode_call("transfer", (ADDRESS, 5))
    assert len([*ERC20.calls_in("transfer", (MOST_CALLS + 9) * call)]) == MOST_CALLS


@pytest.mark.parametrize("value", ["0x12", "", None, 5, b"\x01" * 32, "0x" + "z" * 64])
def test_a_hash_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(InputError):
        artifact("AssetRegistry").abi.encode_call("deedState", [value])


# Results.


def test_results_are_in_licets_types() -> None:
    assert ERC20.decode_result("transfer", word(1)) == (True,)
    assert ERC20.decode_result("owner", word(int(ADDRESS, 16))) == (ADDRESS,)
    assert ERC20.decode_result("both", bytes(range(32)) + word(7)) == (HASH, 7)
    assert ERC20.decode_result("name", word(32) + word(2) + b"ab" + bytes(30)) == ("ab",)
    assert ERC20.decode_result("list", word(32) + word(1) + word(int(ADDRESS, 16))) == ((ADDRESS,),)
    assert ERC20.decode_result("nothing", b"") == ()


def test_structs_come_as_dicts() -> None:
    slot = word(int(ADDRESS, 16)) + word(5) + word(6) + word(7) + word(1)
    assert artifact("AssetRegistry").abi.decode_result("deed", slot) == (
        {"holder": ADDRESS, "epoch": 5, "exclusiveUntil": 6, "parentsUntil": 7, "flags": 1},
    )


def test_text_that_is_not_utf_8_is_still_text() -> None:
    (name,) = ERC20.decode_result("name", word(32) + word(3) + b"a\xff\x00" + bytes(29))
    assert name == "a\\xff\x00"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("transfer", b""),
        ("transfer", word(2)),
        ("transfer", b"\x00" * 31),
        ("owner", word(1 << 160)),
        ("both", word(0) + word(256)),
        ("both", word(0)),
        ("name", word(32)),
        ("name", word(1 << 255)),
        ("name", word(32) + word(1 << 255)),
        ("name", word(32) + word(33) + bytes(32)),
        ("list", word(32) + word(1 << 64)),
        ("list", word(32) + word(2) + word(1)),
    ],
    ids=range(12),
)
def test_a_result_that_cannot_be_is_another_contracts(name: str, data: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match=f"{name} returned {len(data)} bytes"):
        ERC20.decode_result(name, data)


@given(st.binary(max_size=300))
def test_any_result_is_read_or_refused(data: bytes) -> None:
    for name in ERC20.functions:
        try:
            ERC20.decode_result(name, data)
        except UnexpectedAnswer:
            continue


@given(st.lists(st.sampled_from([0, 1, 31, 32, 64, 96, 1 << 31, 1 << 64, 1 << 255]), max_size=12))
def test_any_pointers_are_followed_or_refused(words: list[int]) -> None:
    for abi in (artifact("LicenseToken").abi, ERC20):
        for name in abi.functions:
            try:
                abi.decode_result(name, b"".join(map(word, words)))
            except UnexpectedAnswer:
                continue


# Logs.


def test_a_log_is_read_by_its_first_topic() -> None:
    account = bytes(12) + bytes.fromhex(ADDRESS[2:])
    assert ERC20.decode_log([TRANSFER, account, account], word(9)) == (
        "Transfer",
        {"from": ADDRESS, "to": ADDRESS, "amount": 9},
    )
    assert ERC20.topic("Transfer") == TRANSFER


def test_an_indexed_text_is_known_by_its_hash_alone() -> None:
    topic = keccak(b"hello")
    decoded = ERC20.decode_log([ERC20.topic("Said"), topic], word(32) + word(0))
    assert decoded == ("Said", {"word": hash32(topic), "text": ""})


@pytest.mark.parametrize(
    ("topics", "data"),
    [
        ([], b""),
        ([keccak(b"Else()")], b""),
        ([TRANSFER], word(9)),
        ([TRANSFER, bytes(32), bytes(32), bytes(32)], word(9)),  # as ERC-721 logs it
        ([TRANSFER, b"\xff" * 32, bytes(32)], word(9)),
        ([TRANSFER, bytes(32), bytes(32)], b""),
        ([TRANSFER, b"", b""], word(9)),
    ],
)
def test_any_other_log_is_none_of_ours(topics: list[bytes], data: bytes) -> None:
    assert ERC20.decode_log(topics, data) is None


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=3), st.binary(max_size=1200))
def test_any_log_is_read_or_none_of_ours(rest: list[bytes], data: bytes) -> None:
    abi = artifact("LicenseToken").abi
    for topic in abi.events:
        decoded = abi.decode_log([topic, *rest], data)
        assert decoded is None or decoded[0] == abi.events[topic].name


def test_topics_to_filter_by() -> None:
    assert log_topic(ADDRESS) == "0x" + "00" * 12 + ADDRESS[2:].lower()
    assert log_topic(HASH) == HASH
    assert log_topic(Hash32(HASH.upper().replace("0X", "0x"))) == HASH


# Refusals.


def test_a_custom_error_is_its_class_with_its_facts() -> None:
    data = keccak(b"AssetAlreadyRegistered(bytes32,address)")[:4] + bytes(range(32)) + word(int(ADDRESS, 16))
    error = known_errors().decode_revert(data)
    assert isinstance(error, AssetAlreadyRegistered)
    assert error.facts == {"assetId": HASH, "registrant": ADDRESS}
    assert error.data == "0x" + data.hex()


def test_solidities_own_errors() -> None:
    reason = keccak(b"Error(string)")[:4] + word(32) + word(2) + b"no" + bytes(30)
    assert str(known_errors().decode_revert(reason)) == "the contract refused: no"
    panic = known_errors().decode_revert(keccak(b"Panic(uint256)")[:4] + word(0x11))
    assert isinstance(panic, Panicked)
    assert panic.facts == {"code": 0x11}
    assert issubclass(RevertedWithReason, Reverted)


def test_errors_of_libraries_which_no_interface_lists() -> None:
    error = known_errors().decode_revert(keccak(b"InsufficientBalance()")[:4])
    assert isinstance(error, TokenBalanceTooLow)


def test_every_class_of_a_custom_error_can_be_decoded() -> None:
    assert set(REVERT_NAMES) <= {entry.name for entry in known_errors().errors.values()}


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\x01\x02\x03\x04", b"\x08\xc3\x79\xa0", b"\x08\xc3\x79\xa0\xff"]
)
def test_a_refusal_that_says_nothing_known_is_still_one(data: bytes) -> None:
    error = known_errors().decode_revert(data)
    assert type(error) is Reverted
    assert (error.name, error.data) == ("", "0x" + data.hex())


@given(st.sampled_from(sorted(known_errors().errors)), st.binary(max_size=200))
def test_any_refusal_is_one(selector: bytes, data: bytes) -> None:
    error = known_errors().decode_revert(selector + data)
    assert isinstance(error, Reverted)
    assert str(error)


def test_errors_of_several_contracts_are_one_list() -> None:
    merged = all_errors([artifact("AssetRegistry").abi, artifact("RoyaltyVault").abi])
    names = {entry.name for entry in merged.errors.values()}
    assert {"AssetNotRegistered", "NothingDue", "Error", "Panic"} <= names


# What the compiler encodes is read by its places, all else by eth-abi: never with another outcome.

TYPES = (
    ("uint8", st.integers(0, 255)),
    ("uint256", st.integers(0, 2**256 - 1)),
    ("bool", st.booleans()),
    ("address", st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())),
    ("bytes32", st.binary(min_size=32, max_size=32)),
    ("bytes", st.binary(max_size=70)),
    ("string", st.text(max_size=30)),
    ("(uint8,bytes)", st.tuples(st.integers(0, 255), st.binary(max_size=40))),
    ("(uint40,address)", st.tuples(st.integers(0, 2**40 - 1), st.just("0x" + "ab" * 20))),
    ("uint16[]", st.lists(st.integers(0, 2**16 - 1), max_size=3)),
    ("(bytes32,string)[]", st.lists(st.tuples(st.just(b"x" * 32), st.text(max_size=9)), max_size=3)),
)


def entry_of(signature: str, name: str = "x") -> dict[str, Any]:
    if not signature.startswith("("):
        return {"name": name, "type": signature}
    members, _, suffix = signature[1:].partition(")")
    components = [entry_of(kind, f"m{i}") for i, kind in enumerate(members.split(","))]
    return {"name": name, "type": "tuple" + suffix, "components": components}


@st.composite
def encoded(draw: st.DrawFn) -> tuple[Parameters, bytes]:
    chosen = draw(st.lists(st.sampled_from(TYPES), min_size=1, max_size=5))
    values = [draw(strategy) for _, strategy in chosen]
    parameters = Parameters(Parameter.read(entry_of(kind)) for kind, _ in chosen)
    return parameters, codec.encode([kind for kind, _ in chosen], values)


def by_eth_abi(parameters: Parameters, data: bytes) -> tuple[Any, ...]:
    values = codec.decode([p.raw_signature for p in parameters], data)
    return tuple(p.decoded(value) for p, value in zip(parameters, values, strict=True))


@given(encoded())
def test_what_the_compiler_encodes_is_read_by_its_places(made: tuple[Parameters, bytes]) -> None:
    parameters, data = made
    assert words.sequence([p.reader for p in parameters])(data) == by_eth_abi(parameters, data)


@given(encoded(), st.data())
def test_what_is_encoded_otherwise_is_read_as_ever(
    made: tuple[Parameters, bytes], data: st.DataObject
) -> None:
    parameters, whole = made
    at = data.draw(st.integers(0, max(0, len(whole) - 1)))
    changed = bytearray(whole)
    if changed:
        changed[at] = data.draw(st.integers(0, 255))
    altered = bytes(changed[: data.draw(st.integers(0, len(changed)))])
    try:
        expected: tuple[Any, ...] | None = by_eth_abi(parameters, altered)
    except (DecodingError, OverflowError):
        expected = None
    try:
        assert parameters.decode(altered) == expected
    except DecodingError:
        assert expected is None
