"""Rows that are sliced out of logs: the same values as the ABI's decoder gives, for every kind of event."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.chain.compiled.abi import Parameter
from licet.chain.compiled.artifacts import artifact
from licet.index.events.decode import Column
from licet.index.events.kinds import CONTRACTS, Kind, kinds

KINDS = kinds()


def values(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Values of a parameter, as eth-abi takes them."""
    type_ = parameter.type
    if type_.endswith("[]"):
        item = Parameter("", type_.removesuffix("[]"), parameter.components, indexed=False)
        return st.lists(values(item), max_size=3)
    if type_ == "tuple":
        return st.tuples(*map(values, parameter.components))
    if type_.startswith("uint"):
        bits = int(type_.removeprefix("uint"))
        return st.integers(0, 2**bits - 1) | st.sampled_from((0, 2**bits - 1))
    return {
        "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
        "bool": st.booleans(),
        "bytes32": st.binary(min_size=32, max_size=32),
        "bytes": st.binary(max_size=100),
        "string": st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    }[type_]


def logged(kind: Kind, arguments: list[Any]) -> tuple[bytes, bytes]:
    """A log's topics and data."""
    pairs = list(zip(kind.entry.inputs, arguments, strict=True))
    topics = [encode([p.signature], [value]) for p, value in pairs if p.indexed]
    plain = [(p.signature, value) for p, value in pairs if not p.indexed]
    return kind.topic + b"".join(topics), encode([t for t, _ in plain], [value for _, value in plain])


def expected(kind: Kind, topics: bytes, data: bytes) -> dict[str, Any]:
    """The columns, from what the ABI's decoder gives."""
    words = [topics[i : i + 32] for i in range(0, len(topics), 32)]
    decoded = artifact(kind.contract).abi.decode_log(words, data)
    assert decoded is not None
    return dict(flat(kind, kind.entry.inputs, decoded[1], ""))


def flat(kind: Kind, parameters: Any, arguments: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for parameter in parameters:
        spelled = "since" if prefix and parameter.name == "from" else kind.spelled(parameter.name)
        name, value = prefix + spelled, arguments[parameter.name]
        if parameter.type == "tuple":
            yield from flat(kind, parameter.components, value, name + "_")
        else:
            yield name, value


def agrees(column: Column, value: Any, decoded: Any) -> bool:
    if column.type == "json":
        return len(json.loads(value)) == len(decoded)
    if column.type in ("hash", "address"):
        return int.from_bytes(value) == (decoded if isinstance(decoded, int) else int(decoded, 16))
    if column.type == "decimal":
        return value == str(decoded)
    if column.type == "text":
        return bool(value == decoded.replace("\0", "\\x00"))
    return bool(value == decoded)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.table)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_row_has_what_the_decoder_gives(kind: Kind, data: st.DataObject) -> None:
    topics, words = logged(kind, [data.draw(values(p)) for p in kind.entry.inputs])
    row = kind.decoder.row(topics, words)
    decoded = expected(kind, topics, words)
    assert {column.name for column in kind.columns} == set(decoded)
    for column, value in zip(kind.columns, row, strict=True):
        assert agrees(column, value, decoded[column.name]), (column, value, decoded[column.name])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.columns], ids=lambda kind: kind.table)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_cut_or_garbled_logs_are_refused_or_read(kind: Kind, data: st.DataObject) -> None:
    """Nothing else than a ValueError, whatever the words are."""
    topics, words = logged(kind, [data.draw(values(p)) for p in kind.entry.inputs])
    cut = data.draw(st.integers(0, len(words)))
    garbled = words[:cut] + data.draw(st.binary(max_size=96))
    for odd in ((topics, words[:cut]), (topics, garbled), (topics[:-32], words), (topics + bytes(32), words)):
        try:
            row = kind.decoder.row(*odd)
        except ValueError:
            continue
        assert len(row) == len(kind.columns)


def test_a_narrow_value_must_not_fill_more_than_its_place() -> None:
    transfer = next(kind for kind in KINDS if kind.table == "license_token_transfer")
    words = bytes(12) + b"\x01" * 20
    good = transfer.topic + words + words + b"\x07" * 32
    assert transfer.decoder.row(good, b"") == [b"\x01" * 20, b"\x01" * 20, b"\x07" * 32]
    with pytest.raises(ValueError, match="fills more"):
        transfer.decoder.row(good.replace(words, b"\x02" + words[1:]), b"")


def named(kind: Kind, topics: bytes, data: bytes) -> dict[str, Any]:
    return dict(zip((column.name for column in kind.columns), kind.decoder.row(topics, data), strict=True))


def test_text_that_no_database_takes_is_spelled_out() -> None:
    registered = next(kind for kind in KINDS if kind.table == "asset_registry_asset_registered")
    topics = registered.topic + bytes(96)
    data = encode(["uint64", "bytes32", "bytes", "uint8"], [1, bytes(32), b"ni:\x00\xff", 2])
    row = dict(
        zip((column.name for column in registered.columns), registered.decoder.row(topics, data), strict=True)
    )
    assert row["uri"] == "ni:\\x00\\xff"


def test_numbers_in_lists_are_exact() -> None:
    published = next(kind for kind in KINDS if kind.table == "royalty_vault_factory_split_published")
    topics = published.topic + bytes(96)
    payees = [("0x" + "11" * 20, 2**128 - 1)]
    data = encode(["bytes32", "string", "(address,uint128)[]"], [bytes(32), "", payees])
    row = dict(
        zip((column.name for column in published.columns), published.decoder.row(topics, data), strict=True)
    )
    assert json.loads(row["payees"]) == [{"payee": "0x" + "11" * 20, "share": str(2**128 - 1)}]


def test_views_and_columns_have_names_of_their_own() -> None:
    assert len({kind.table for kind in KINDS}) == len(KINDS) > 50
    for kind in KINDS:
        names = ["block_number", "log_index", "tx_hash", *(column.name for column in kind.columns)]
        assert len(set(names)) == len(names)
    assert {kind.contract for kind in KINDS} == set(CONTRACTS)
